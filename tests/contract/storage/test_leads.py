"""Leads: claimed once, in the declared order, never early, and only for people who may be reached."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from compliance_gate.words import NumberRole, PersonRole
from dialer.domain.commands import CloseLeads, Command, RefillHopper, RestLead, RestLeads
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import TimeReached
from dialer.domain.ids import AgentId, CampaignId, LeadId
from dialer.domain.lead import NEVER, Lead, Target
from dialer.domain.ordering import LEAD_ORDER, lead_order_key
from dialer.storage import leads as storage_leads
from dialer.storage.database.tables import leads
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.rehearsal import RehearsalWriter

REFILL = RefillHopper(campaign=CampaignId("c"), request=1, wanted=10, sequence=0)

ROW = st.fixed_dictionaries(
    {
        "reserve_agent": st.booleans(),
        "priority": st.sampled_from([-1.5, 0.0, 0.5, 612.0]),
        "passes": st.integers(0, 3),
        "lead": st.text("aAbBzZ019-", min_size=1, max_size=6),
    }
)


def lead(row: dict[str, Any]) -> Lead:
    return Lead(
        lead=LeadId(row["lead"]),
        campaign=CampaignId("c"),
        debt="d",  # type: ignore[arg-type]
        targets=(Target(person="p", number="n"),),  # type: ignore[arg-type]
        priority=row["priority"],
        passes=row["passes"],
        reserve_agent=row["reserve_agent"],
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, unique_by=lambda row: row["lead"], max_size=25))
def test_the_order_in_sql_is_the_order_in_python(floor: Any, rows: list[dict[str, Any]]) -> None:
    def work(connection: Connection) -> list[str]:
        connection.execute(leads.delete())
        if rows:
            connection.execute(insert(leads), [{**row, "campaign": "c", "debt": "d"} for row in rows])
        first = storage_leads.claim(connection, "c", wanted=7)
        second = storage_leads.claim(connection, "c", wanted=100)
        return [*first, *second]

    expected = sorted((lead(row) for row in rows), key=lead_order_key())
    assert floor.store.write(work) == [one.lead for one in expected]


def test_the_declared_order_names_columns_of_the_table() -> None:
    assert {term.column for term in LEAD_ORDER} <= set(leads.c.keys())


def test_many_claims_at_once_share_no_lead(floor: Any) -> None:
    """Ten askers, two threads' worth of transactions, each lead once."""
    floor.place(*(floor.account(f"A{n}", numbers=[floor.number(n)]) for n in range(60)))

    async def run() -> list[str]:
        async with floor.live() as live:
            answers = await asyncio.gather(*(live.leads.fetch(REFILL) for _ in range(10)))
            return [one.lead for answer in answers for one in answer.leads]

    claimed = asyncio.run(run())
    assert len(claimed) == 60
    assert len(set(claimed)) == 60


def test_a_fetch_brings_leads_with_their_persons_and_says_what_is_left(floor: Any) -> None:
    floor.place(*(floor.account(f"A{n}", numbers=[floor.number(n)], priority=n) for n in range(15)))

    async def run() -> Any:
        async with floor.live() as live:
            return await live.leads.fetch(REFILL)

    answer = asyncio.run(run())
    assert [one.priority for one in answer.leads] == [float(n) for n in range(14, 4, -1)]
    assert {target.person for one in answer.leads for target in one.targets} == {
        file.person for file in answer.persons
    }
    assert (answer.leads_left, answer.as_of, answer.request, answer.retry_at) == (15, 0, 1, None)


def rest(floor: Any, account: str, until: float, **more: Any) -> None:
    fold = Fold()
    command = RestLead(lead=floor.lead_id(account), not_before=until, reason="x", passes=2, **more)
    project(fold, floor.step(TimeReached(), command))
    floor.store.write_steps(fold)


async def fetch_at(floor: Any, now: float) -> Any:
    floor.now = now
    async with floor.live() as live:
        return await live.leads.fetch(REFILL)


def test_a_resting_lead_comes_when_its_instant_has_come_and_not_before(floor: Any) -> None:
    floor.place(floor.account("A1"))
    rest(floor, "A1", floor.now + 100, reserve_agent=True, reserve_for=AgentId("ann"))
    begin = floor.now
    early = asyncio.run(fetch_at(floor, begin + 99))
    assert (early.leads, early.leads_left, early.retry_at) == ((), 1, begin + 100)
    due = asyncio.run(fetch_at(floor, begin + 100))
    assert [(one.passes, one.reserve_agent, one.reserve_for) for one in due.leads] == [(2, True, "ann")]
    assert due.leads[0].not_before == begin + 100


def test_a_lead_nobody_can_be_reached_for_is_set_aside_for_a_day(floor: Any) -> None:
    floor.place(floor.account("A1", numbers=[floor.number(1, NumberRole.WORK)]))
    begin = floor.now
    first = asyncio.run(fetch_at(floor, begin))
    assert (first.leads, first.leads_left) == ((), 0)
    assert asyncio.run(fetch_at(floor, begin)).retry_at == begin + 86_400.0


async def test_a_lead_that_rested_for_want_of_a_number_comes_back_with_one(floor: Any) -> None:
    floor.place(floor.account("A1", numbers=[floor.number(1, NumberRole.WORK)]))
    async with floor.live() as live:
        assert (await live.leads.fetch(REFILL)).leads == ()
        floor.place(floor.account("A1", numbers=[floor.number(2)]), sha256="tuesday")
        assert [lead.lead for lead in (await live.leads.fetch(REFILL)).leads] == [floor.lead_id("A1")]


def test_only_own_and_shared_numbers_of_those_who_owe_are_targets_the_primary_first(floor: Any) -> None:
    floor.place(
        floor.account("A1", ref="joint", role=PersonRole.JOINT_DEBTOR, numbers=[floor.number(1)]),
        floor.account("A1", ref="user", role=PersonRole.AUTHORISED_USER, numbers=[floor.number(2)]),
        floor.account(
            "A1",
            ref="primary",
            numbers=[
                floor.number(3, NumberRole.REFERENCE),
                floor.number(4),
                floor.number(5, NumberRole.WORK),
                floor.number(6, NumberRole.RELATIVE),
                floor.number(7, NumberRole.TRACED),
                floor.number(8, NumberRole.UNKNOWN),
                floor.number(9, NumberRole.SHARED),
            ],
        ),
    )
    (one,) = floor.leads()
    ids = floor.store.identifiers
    assert [(target.person, target.number) for target in one.targets] == [
        (ids.person("acme", "primary"), ids.number("+12125550104")),
        (ids.person("acme", "primary"), ids.number("+12125550109")),
        (ids.person("acme", "joint"), ids.number("+12125550101")),
    ]
    assert one.targets[0].answer_segment == "mobile/own/0-2"


def test_someone_who_speaks_another_language_needs_an_agent_who_does(floor: Any) -> None:
    floor.place(floor.account("A1", language="es"))
    assert floor.leads()[0].needs == ("language:es",)


def test_claims_that_the_engine_never_wrote_down_come_back_at_the_next_start(floor: Any, reopen: Any) -> None:
    floor.place(floor.account("A1"), floor.account("A2"))

    async def claim_two_and_record_one() -> None:
        async with floor.live() as live:
            answer = await live.leads.fetch(REFILL)
            await live.journal.append(
                [floor.step(type(answer)(**{
                    name: getattr(answer, name) for name in answer.__slots__ if name != "leads"
                }, leads=answer.leads[:1]))]
            )  # fmt: skip

    asyncio.run(claim_two_and_record_one())
    again = reopen()
    assert again.start_generation() == 1

    def states(connection: Connection) -> list[str]:
        return sorted(connection.execute(select(leads.c.state)).scalars())

    assert again.read(states) == ["due", "queued"]
    assert again.start_generation() == 2
    again.close()


def test_waking_takes_a_bounded_bite(floor: Any) -> None:
    def work(connection: Connection) -> tuple[int, int]:
        rows = [{"lead": f"l{n}", "campaign": "c", "debt": "d", "state": "resting"} for n in range(5_100)]
        connection.execute(insert(leads), rows)
        connection.execute(update(leads).where(leads.c.lead == "l7").values(not_before=floor.now + 1))
        return (
            storage_leads.wake(connection, "c", now=floor.now),
            storage_leads.wake(connection, "c", now=floor.now),
        )

    assert floor.store.write(work) == (5_000, 99)


def test_a_new_law_lets_denied_leads_be_looked_at_again_but_no_promised_call_back(floor: Any) -> None:
    floor.place(floor.account("A1"), floor.account("A2"))
    assert floor.store.enter_rulebook("r1", now=floor.now)
    rest(floor, "A1", NEVER)
    rest(floor, "A2", floor.now + 3600, reserve_agent=True)
    assert asyncio.run(fetch_at(floor, floor.now)).leads_left == 1, "denied for good is not left to call"
    assert not floor.store.enter_rulebook("r1", now=floor.now)
    assert floor.store.enter_rulebook("r2", now=floor.now)
    assert [one.lead for one in asyncio.run(fetch_at(floor, floor.now)).leads] == [floor.lead_id("A1")]


async def test_a_fetch_that_fails_half_way_gives_its_claims_back(
    floor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.place(floor.account("A1"))
    async with floor.live() as live:
        with monkeypatch.context() as patched:

            def fail(*_: object, **__: object) -> None:
                raise StoreUnavailableError("gone")

            patched.setattr(storage_leads, "bring", fail)
            with pytest.raises(StoreUnavailableError):
                await live.leads.fetch(REFILL)
        assert len((await live.leads.fetch(REFILL)).leads) == 1


def after_step(floor: Any, *commands: Command) -> None:
    with RehearsalWriter(floor.store) as writer:
        writer.append(floor.step(TimeReached(), *commands))


def row_of(floor: Any, account: str) -> Any:
    name = floor.lead_id(account)

    def work(connection: Connection) -> Any:
        return connection.execute(select(leads).where(leads.c.lead == name)).one()

    return floor.store.read(work)


@pytest.mark.parametrize(
    ("waits", "rests"), [(None, 3600.0), (1800.0, 3600.0), (3601.0, 3601.0), (NEVER, NEVER)]
)
def test_an_account_spoken_of_rests_no_shorter_than_it_does(
    floor: Any, waits: float | None, rests: float
) -> None:
    """A lead that is due rests; one that rests longer, or for ever, goes on doing so."""
    floor.place(floor.account("A1"), floor.account("A2"))
    if waits is not None:
        rest(floor, "A1", waits if waits == NEVER else floor.now + waits)
    debt = floor.store.identifiers.debt("acme", "A1")
    after_step(floor, RestLeads(debt=debt, not_before=floor.now + 3600.0, reason="promise_to_pay"))
    row = row_of(floor, "A1")
    assert (row.state, row.reason) == ("resting", "promise_to_pay")
    assert row.not_before == (rests if rests == NEVER else floor.now + rests)
    assert row_of(floor, "A2").state == "due"


def test_a_call_back_that_was_promised_has_its_instant_whatever_the_lead_waited_for(floor: Any) -> None:
    floor.place(floor.account("A1"))
    rest(floor, "A1", NEVER)
    debt = floor.store.identifiers.debt("acme", "A1")
    at = floor.now + 7200.0
    after_step(
        floor,
        RestLeads(
            debt=debt, not_before=at, reason="call back", reserve_agent=True, reserve_for=AgentId("ann")
        ),
    )
    row = row_of(floor, "A1")
    assert (row.not_before, bool(row.reserve_agent), row.reserve_for) == (at, True, "ann")


def test_an_account_without_more_turns_closes_where_the_store_has_it(floor: Any) -> None:
    """What the engine holds it gives back first, in the same step."""
    floor.place(floor.account("A1"), floor.account("A2"))
    debt = floor.store.identifiers.debt("acme", "A1")
    held = RestLead(lead=floor.lead_id("A1"), not_before=floor.now, reason="cease_requested", passes=0)
    after_step(floor, held, CloseLeads(debt=debt, reason="cease_requested"))
    assert (row_of(floor, "A1").state, row_of(floor, "A1").reason) == ("closed", "cease_requested")
    assert row_of(floor, "A2").state == "due"
