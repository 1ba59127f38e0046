"""The journal port: durable when it says so, grouped, all or nothing, with its projections."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from compliance_gate.findings import Finding, Verdict
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.commands import (
    CloseLead,
    RaiseAlarm,
    RestLead,
    StoreAgentState,
    StoreAttempt,
    StoreCampaign,
    StoreDenial,
    StoreDisposition,
    StoreOutcome,
    StorePacing,
    StorePromise,
)
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, DebtId
from dialer.domain.money import Money
from dialer.domain.ports import JournalEntry
from dialer.storage import queries
from dialer.storage.database.tables import campaigns, checkpoints, journal, leads
from dialer.storage.journal.checkpoints import latest_checkpoint, save_checkpoint
from dialer.storage.journal.rows import journal_since
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store

FINDINGS = (Finding(rule="hours", verdict=Verdict.CLEARED, citation="12 CFR 1006.6(b)(1)"),)
DENIAL = (Finding(rule="seven", verdict=Verdict.DENIED, citation="12 CFR 1006.14(b)(2)", retry_hint=5),)


def write(floor: Any, *entries: JournalEntry) -> None:
    with RehearsalWriter(floor.store) as writer:
        for entry in entries:
            writer.append(entry)


def lead_row(floor: Any, account: str) -> Any:
    def work(connection: Connection) -> Any:
        return connection.execute(select(leads).where(leads.c.lead == floor.lead_id(account))).one()

    return floor.store.read(work)


def test_what_was_appended_is_there_after_the_process_ended(floor: Any, reopen: Callable[[], Store]) -> None:
    steps = [floor.step(TimeReached()) for _ in range(3)]

    async def run() -> int:
        async with floor.live() as live:
            await live.journal.append(steps[:1])
            await live.journal.append(steps[1:])
            await live.journal.append([])
            return live.journal.committed

    assert asyncio.run(run()) == 3
    again = reopen()
    assert again.last_sequence() == 3
    assert again.read(lambda c: journal_since(c, 0)) == tuple(steps)
    assert again.read(lambda c: journal_since(c, 1, limit=1)) == (steps[1],)
    again.close()


def test_callers_that_come_during_a_commit_share_the_next(floor: Any) -> None:
    async def run() -> int:
        async with floor.live() as live:
            await asyncio.gather(*(live.journal.append([floor.step(TimeReached())]) for _ in range(50)))
            return live.journal.committed

    assert asyncio.run(run()) == 50


def test_a_batch_that_fails_leaves_nothing_and_every_caller_of_it_is_told(floor: Any) -> None:
    """The second step repeats a sequence, which is a defect of the caller and not of the store."""
    good, doubled = floor.step(TimeReached()), floor.step(TimeReached())
    doubled = replace(doubled, sequence=good.sequence)

    async def run() -> None:
        async with floor.live() as live:
            with pytest.raises(IntegrityError):
                await live.journal.append([good, doubled])
            assert live.journal.committed == 0
            await live.journal.append([good])

    asyncio.run(run())
    assert floor.store.last_sequence() == 1


def test_an_attempt_is_kept_with_its_findings_and_its_last_word(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    launched = floor.record("t1", lead)
    said = Disposition(kind=DispositionKind.PROMISE_TO_PAY, debts_spoken_of=(lead.debt,))
    ended = replace(
        launched,
        answered_at=floor.now + 9.5,
        bridged_at=floor.now + 9.6,
        talk_ended_at=floor.now + 99.0,
        ended_at=floor.now + 99.0,
        agent=AgentId("ann"),
        outcome=Outcome.CONNECTED,
        abandoned=False,
        disposition=said,
    )
    write(floor, floor.step(TimeReached(), StoreAttempt(record=launched, findings=FINDINGS)))
    assert queries.attempt(floor.store, "t1") == launched
    assert lead_row(floor, "A1").state == "in_flight"
    write(floor, floor.step(TimeReached(), StoreOutcome(record=ended)))
    assert queries.attempt(floor.store, "t1") == ended
    assert queries.findings_of(floor.store, "t1") == FINDINGS
    assert queries.findings_of(floor.store, "t2") == ()
    assert list(queries.attempts(floor.store, campaign="c", until=floor.now)) == []
    assert list(queries.attempts(floor.store, person=launched.person, since=floor.now)) == [ended]


def test_a_lead_rests_and_closes_as_the_engine_says(floor: Any) -> None:
    floor.place(floor.account("A1"))
    lead = floor.lead_id("A1")
    write(
        floor,
        floor.step(TimeReached(), RestLead(lead=lead, not_before=floor.now + 9, reason="busy", passes=1)),
    )
    row = lead_row(floor, "A1")
    assert (row.state, row.not_before, row.passes, row.reason) == ("resting", floor.now + 9, 1, "busy")
    write(floor, floor.step(TimeReached(), CloseLead(lead=lead, reason="paid")))
    assert lead_row(floor, "A1").state == "closed"
    assert floor.leads() == ()


def test_what_only_happens_is_kept_word_for_word(floor: Any) -> None:
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    person, number = lead.targets[0].person, lead.targets[0].number
    write(
        floor,
        floor.step(
            TimeReached(),
            StoreDenial(
                lead=lead.lead,
                person=person,
                number=number,
                at=floor.now,
                findings=(*FINDINGS, *DENIAL),
                retry_at=floor.now + 5,
                rulebook="r1",
            ),
            StorePromise(
                attempt=AttemptId("t1"),
                person=person,
                debts=(lead.debt,),
                amount=Money(cents=5_000),
                due_at=floor.now + 86_400,
            ),
            StorePromise(attempt=AttemptId("t1"), person=person, debts=(), amount=None, due_at=None),
            StoreAgentState(agent=AgentId("ann"), campaign=CampaignId("c"), state="available"),
            StorePacing(
                campaign=CampaignId("c"), pool=("x",), launches=1, launched=1, reason="r", terms=(("t", 0.5),)
            ),
            RaiseAlarm(subject="disk", text="nearly full"),
        ),
    )
    (denial,) = queries.denials(floor.store, person=person)
    assert (denial.rules, denial.findings) == (("seven",), (*FINDINGS, *DENIAL))
    kept, empty = queries.promises(floor.store)
    assert (kept.amount, kept.debts, empty.amount) == (Money(cents=5_000), (lead.debt,), None)
    assert [row.state for row in queries.agent_states(floor.store)] == ["available"]


def test_a_campaign_keeps_its_last_settings_and_state(floor: Any) -> None:
    settings = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"))
    write(
        floor,
        floor.step(TimeReached(), StoreCampaign(settings=settings, state=CampaignState.RUNNING)),
        floor.step(
            TimeReached(),
            StoreCampaign(settings=settings, state=CampaignState.PAUSED),
            StoreCampaign(settings=replace(settings, lines=7), state=CampaignState.PAUSED),
        ),
    )

    def row(connection: Connection) -> Any:
        return connection.execute(select(campaigns)).one()

    kept = floor.store.read(row)
    assert (kept.state, kept.client) == ("paused", "acme")
    assert '"lines":7' in kept.settings


def test_the_newest_whole_checkpoint_is_found_and_old_ones_are_forgotten(floor: Any) -> None:
    def work(connection: Connection) -> int:
        for sequence in range(1, 6):
            save_checkpoint(connection, sequence=sequence, at=1.0, body=f"state {sequence}".encode())
        return connection.scalar(select(func.count()).select_from(checkpoints)) or 0

    assert floor.store.write(work) == 3
    assert floor.store.checkpoint().body == b"state 5"

    def damage(connection: Connection) -> None:
        connection.execute(
            checkpoints.update().where(checkpoints.c.sequence == 5).values(body=b"something else")
        )

    floor.store.write(damage)
    found = floor.store.read(latest_checkpoint)
    assert (found.sequence, found.body) == (4, b"state 4")


def test_a_checkpoint_waits_for_the_step_it_stands_on(floor: Any) -> None:
    async def run() -> list[str]:
        order: list[str] = []
        async with floor.live() as live:

            async def save() -> None:
                await live.journal.save_checkpoint(sequence=1, at=1.0, body=b"state")
                order.append("checkpoint")

            async def step() -> None:
                await live.journal.append([floor.step(TimeReached())])
                order.append("step")

            async with asyncio.TaskGroup() as group:
                group.create_task(save())
                group.create_task(step())
        return order

    assert asyncio.run(run()) == ["step", "checkpoint"]


@pytest.mark.parametrize("steps_per_commit", [1, 7, 1000])
def test_the_size_of_a_commit_does_not_change_the_tables(floor: Any, steps_per_commit: int) -> None:
    floor.place(*(floor.account(f"A{n}", numbers=[floor.number(n)]) for n in range(3)))
    entries = [
        floor.step(
            TimeReached(),
            StoreAttempt(record=floor.record(f"t{n}-{lead.lead}", lead), findings=FINDINGS),
            StoreOutcome(record=floor.record(f"t{n}-{lead.lead}", lead, outcome=Outcome.BUSY, ended_at=1.0)),
            RestLead(lead=lead.lead, not_before=float(n), reason="busy", passes=n),
        )
        for n in range(4)
        for lead in floor.leads()
    ]
    with RehearsalWriter(floor.store, steps_per_commit=steps_per_commit) as writer:
        for entry in entries:
            writer.append(entry)
    found = list(queries.attempts(floor.store))
    assert len(found) == 12
    assert {record.outcome for record in found} == {Outcome.BUSY}
    assert [lead_row(floor, f"A{n}").passes for n in range(3)] == [3, 3, 3]

    def count(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(journal)) or 0

    assert floor.store.read(count) == 12
    assert all(record.debts == (DebtId(record.debts[0]),) for record in found)


def test_another_word_on_a_talk_takes_the_place_of_what_was_promised_before(floor: Any) -> None:
    """Of one talk one promise stands at most: the newest, or none; written in one batch or in several."""
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()

    def promise(attempt: str, cents: int) -> StorePromise:
        person = lead.targets[0].person
        amount = Money(cents=cents)
        return StorePromise(attempt=AttemptId(attempt), person=person, debts=(), amount=amount, due_at=None)

    def said(attempt: str, kind: DispositionKind) -> StoreDisposition:
        return StoreDisposition(attempt=AttemptId(attempt), disposition=Disposition(kind=kind))

    first = floor.step(TimeReached(), promise("t1", 5_000), promise("t2", 700), promise("t3", 90))
    anew = floor.step(TimeReached(), promise("t1", 6_000), said("t1", DispositionKind.PROMISE_TO_PAY))
    write(floor, first, anew)
    write(floor, floor.step(TimeReached(), said("t2", DispositionKind.REFUSED_TO_PAY)))
    stand = [(row.attempt, row.amount) for row in queries.promises(floor.store)]
    assert stand == [("t3", Money(cents=90)), ("t1", Money(cents=6_000))]
