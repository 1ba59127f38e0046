"""Imports: nothing before the flip, everything after it, once, however often it is tried."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from compliance_gate.request import NumberOnFile, TimeBlock
from compliance_gate.words import ConsentScope, HoldKind, RequestKind, Weekday
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.events import PersonEdited
from dialer.domain.ids import PersonId
from dialer.domain.placement import (
    CLOSED_BY_FILE,
    PlacedAccount,
    PlacedAddress,
    PlacedHold,
    PlacedRequest,
    PriorAttempt,
    RejectedLine,
)
from dialer.floor.floor_store import FloorStore
from dialer.floor.import_news import finish_beside
from dialer.storage.database import tables as t
from dialer.storage.identities import identities_of
from dialer.storage.placements import news
from dialer.storage.placements.imports import Imports, ImportStateError
from dialer.storage.rehearsal import RehearsalWriter

AT = datetime(2026, 11, 20, tzinfo=UTC)


def rows_in(floor: Any, *tables: Any) -> list[int]:
    def work(connection: Connection) -> list[int]:
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    return floor.store.read(work)


def everything(floor: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of what was placed, for comparing."""

    def work(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        placed = (
            t.persons,
            t.addresses,
            t.numbers,
            t.person_numbers,
            t.debts,
            t.person_debts,
            t.leads,
        )
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in placed
        }
        facts = select(t.facts.c.person, t.facts.c.kind, t.facts.c.body)
        people = identities_of(
            connection, floor.store.keyring, connection.scalars(select(t.sealed.c.subject))
        )
        return {
            **found,
            "facts": sorted(tuple(row) for row in connection.execute(facts)),
            "people": sorted((person, repr(each)) for person, each in people.items()),
        }

    return floor.store.read(work)


def begin(floor: Any, sha256: str = "f") -> tuple[Imports, str]:
    imports = floor.store.imports()
    status = imports.begin(file_name="f.csv", sha256=sha256, campaign="c", client="acme", now=floor.now)
    return imports, status.import_id


def some(floor: Any, count: int) -> list[PlacedAccount]:
    return [floor.account(f"A{n}", numbers=[floor.number(n % 90)]) for n in range(count)]


def test_nothing_can_be_seen_before_the_flip(floor: Any) -> None:
    imports, name = begin(floor)
    status = imports.stage(
        name, [*some(floor, 5), RejectedLine(line=9, column="zip", reason="not a ZIP code")]
    )
    assert (status.state, status.lines, status.accepted, status.rejected) == ("staging", 6, 5, 1)
    assert rows_in(floor, t.persons, t.debts, t.leads, t.sealed) == [0, 0, 0, 0]
    assert imports.rejects(name) == (RejectedLine(line=9, column="zip", reason="not a ZIP code"),)


def test_after_the_flip_all_of_it_comes_even_if_the_process_dies(floor: Any, reopen: Any) -> None:
    imports, name = begin(floor)
    imports.stage(name, some(floor, 30))
    imports.publish(name, now=floor.now, report={"lines": 30})
    again = reopen()
    (unfinished,) = again.imports().unfinished()
    assert unfinished.import_id == name
    again.imports().put_in_place(name, now=floor.now)
    assert again.imports().unfinished() == ()
    assert len(again.load_leads("c", now=floor.now).leads) == 30
    again.close()


def test_putting_in_place_may_be_killed_between_any_two_transactions(floor: Any) -> None:
    """The pause after the first transaction is where the process dies."""

    class KilledError(Exception):
        pass

    def die(_seconds: float) -> None:
        raise KilledError

    imports, name = begin(floor)
    imports.stage(name, some(floor, 600))
    imports.publish(name, now=floor.now)
    with pytest.raises(KilledError):
        floor.store.imports(pause=die).put_in_place(name, now=floor.now)
    placed, staged = rows_in(floor, t.debts, t.staged_accounts)
    assert 0 < placed < 600
    assert placed + staged == 600
    floor.store.imports().put_in_place(name, now=floor.now)
    assert rows_in(floor, t.debts, t.leads, t.staged_accounts) == [600, 600, 0]


def test_the_key_of_a_file_is_gone_although_the_process_died_at_the_very_end(floor: Any) -> None:
    """Its lines are whole persons, and copies of the store have them."""

    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    imports, name = begin(floor)
    imports.stage(name, some(floor, 3))
    imports.publish(name, now=floor.now)
    for step in (imports, floor.store.keyring):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(step, "_set_state" if step is imports else "destroy", die)
            with pytest.raises(DiedError):
                imports.put_in_place(name, now=floor.now)
    imports.put_in_place(name, now=floor.now)
    assert imports.status(name).state == "finished"
    assert floor.store.keyring.vault.key_bytes([name], make=False) == {}


def test_of_two_who_import_one_file_at_once_none_loses_a_line(floor: Any) -> None:
    """The second forgets what the first has staged so far; neither may call half of the file the whole."""
    accounts = some(floor, 40)
    first, name = begin(floor)
    half = [*accounts[:20]]
    first.stage(name, half)
    second, _ = begin(floor)
    first.stage(name, accounts[20:])
    second.stage(name, accounts[:10])
    with pytest.raises(ImportStateError, match="somebody else"):
        first.publish(name, now=floor.now)
    with pytest.raises(ImportStateError, match="somebody else"):
        second.publish(name, now=floor.now)
    last, _ = begin(floor)
    last.stage(name, accounts)
    last.publish(name, now=floor.now)
    with pytest.raises(ImportStateError, match="published"):
        second.stage(name, accounts[10:])
    last.put_in_place(name, now=floor.now)
    assert rows_in(floor, t.debts, t.staged_accounts) == [40, 0]


def test_what_was_published_a_moment_ago_is_not_forgotten(floor: Any) -> None:
    first, name = begin(floor)
    first.stage(name, some(floor, 3))
    other = floor.store.imports()
    forget = other._forget_staged

    def late(import_id: str) -> None:
        first.publish(name, now=floor.now)
        forget(import_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(other, "_forget_staged", late)
        with pytest.raises(ImportStateError, match="somebody else"):
            other.begin(file_name="f.csv", sha256="f", campaign="c", client="acme", now=floor.now)
    assert rows_in(floor, t.staged_accounts) == [3]
    assert other.status(name).state == "published"


def test_nothing_is_staged_for_a_file_that_was_published_meanwhile(floor: Any) -> None:
    first, name = begin(floor)

    def lines() -> Iterator[PlacedAccount]:
        first.publish(name, now=floor.now)
        yield from some(floor, 3)

    other = floor.store.imports()
    with pytest.raises(ImportStateError, match="somebody else"):
        other.stage(name, lines())
    assert rows_in(floor, t.staged_accounts) == [0]


def test_two_may_put_one_file_in_place_at_once(floor: Any) -> None:
    """An importer that is slow, and a floor that starts meanwhile and finishes what was begun."""
    imports, name = begin(floor)
    imports.stage(name, some(floor, 5))
    imports.publish(name, now=floor.now)
    other = floor.store.imports()
    opened = other._staged

    def late(*rows: Any) -> Any:
        imports.put_in_place(name, now=floor.now)
        return opened(*rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(other, "_staged", late)
        assert other.put_in_place(name, now=floor.now) == ()
    assert rows_in(floor, t.debts, t.leads, t.staged_accounts) == [5, 5, 0]


async def test_no_floor_ends_for_an_import_that_cannot_be_finished(floor: Any, address: str) -> None:
    imports, name = begin(floor)
    imports.stage(name, some(floor, 3))
    imports.publish(name, now=floor.now)
    floor.store.keyring.destroy([name])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await finish_beside(address, now=floor.now)


def test_the_same_file_again_changes_nothing(floor: Any) -> None:
    floor.place(*some(floor, 3))
    before = everything(floor)
    imports, name = begin(floor)
    assert imports.status(name).state == "finished"
    with pytest.raises(ImportStateError, match="finished"):
        imports.stage(name, some(floor, 3))
    assert everything(floor) == before


def test_a_newer_file_updates_accounts_and_keeps_their_leads_as_they_are(floor: Any) -> None:
    floor.place(floor.account("A1", cents=100), sha256="monday")

    def close(connection: Connection) -> None:
        connection.execute(t.leads.update().values(state="closed"))

    floor.store.write(close)
    floor.place(floor.account("A1", cents=50), floor.account("A2"), sha256="tuesday")

    def work(connection: Connection) -> tuple[Any, Any]:
        balance = select(t.debts.c.balance_cents).where(
            t.debts.c.debt == floor.store.identifiers.debt("acme", "A1")
        )
        return connection.scalar(balance), connection.scalar(
            select(t.leads.c.state).where(t.leads.c.lead == floor.lead_id("A1"))
        )

    assert floor.store.read(work) == (50, "closed")


def test_persons_known_before_are_named_so_that_a_running_engine_can_be_told(floor: Any) -> None:
    floor.place(floor.account("A1", ref="ann"), sha256="monday")
    imports, name = begin(floor, "tuesday")
    imports.stage(name, [floor.account("A2", ref="ann"), floor.account("A3", ref="bob")])
    imports.publish(name, now=floor.now)
    known = imports.put_in_place(name, now=floor.now)
    assert known == (floor.store.identifiers.person("acme", "ann"),)


def far_apart(floor: Any, first: PlacedAccount, last: PlacedAccount) -> list[PlacedAccount]:
    """Lines of one file that are put in place in two transactions beside a floor."""
    between = [floor.account(f"M{n}", ref=f"other{n}", numbers=[floor.number(n % 90)]) for n in range(500)]
    return [first, *between, last]


def beside(_seconds: float) -> None:
    """A pause that does not wait, yet says that somebody else is there."""


def place_beside(floor: Any, accounts: list[PlacedAccount]) -> tuple[PersonId, ...]:
    imports, name = begin(floor)
    imports.stage(name, accounts)
    imports.publish(name, now=floor.now)
    return floor.store.imports(pause=beside).put_in_place(name, now=floor.now)


def test_who_came_with_an_earlier_line_is_told_to_a_running_engine_of_a_later_one(floor: Any) -> None:
    """A floor may have fetched the account of the first line before the second is in place."""
    asked = PlacedRequest(type=RequestKind.CEASE_COMMUNICATION, at=AT)
    first = floor.account("A1", ref="both")
    last = floor.account("A2", ref="both", requests=(asked,))
    both = floor.store.identifiers.person("acme", "both")
    assert place_beside(floor, far_apart(floor, first, last)) == (both,)
    told = floor.store.read(partial(news.oldest, most=1_000))
    assert [row.person for row in told] == [both]


@pytest.mark.parametrize("closed_before", [True, False])
@pytest.mark.parametrize("closes_first", [True, False])
def test_one_line_of_a_file_that_closes_an_account_closes_it_wherever_it_stands(
    floor: Any, closes_first: bool, closed_before: bool
) -> None:
    closes = PlacedHold(kind=HoldKind.CLOSED, since=AT, debt_only=True, source=CLOSED_BY_FILE)
    if closed_before:
        floor.place(floor.account("A1", ref="one", holds=(closes,)), sha256="yesterday")
    lines = [floor.account("A1", ref="one", holds=(closes,)), floor.account("A1", ref="two")]
    place_beside(floor, far_apart(floor, *(lines if closes_first else lines[::-1])))
    persons = [floor.store.identifiers.person("acme", ref) for ref in ("one", "two")]
    files = floor.store.person_files(persons, now=floor.now)
    assert [[hold.kind for hold in files[person].holds] for person in persons] == [[HoldKind.CLOSED]] * 2


def test_a_later_file_adds_to_a_file_that_was_edited_by_hand(floor: Any) -> None:
    """An edit must not hide a new address: the hours there count too."""
    floor.place(floor.account("A1", ref="ann", numbers=[floor.number(1)]), sha256="monday")
    person = floor.store.identifiers.person("acme", "ann")
    placed = floor.store.person_files([person], now=floor.now)[person]
    edited = replace(placed, numbers=(NumberOnFile(number=floor.store.attach_number("+12125550177")),))
    with RehearsalWriter(floor.store) as writer:
        writer.append(floor.step(PersonEdited(person=edited)))
    west = PlacedAddress(country="US", region="CA", zones=frozenset({"America/Los_Angeles"}))
    account = floor.account("A2", ref="ann", numbers=[floor.number(2)])
    floor.place(replace(account, person=replace(account.person, addresses=(west,))), sha256="tuesday")
    after = floor.store.person_files([person], now=floor.now)[person]
    assert {zone for address in after.addresses for zone in address.zones or ()} == {
        "America/New_York",
        "America/Los_Angeles",
    }
    ids = floor.store.identifiers
    assert {number.number for number in after.numbers} >= {
        ids.number("+12125550177"),
        ids.number("+12125550102"),
    }
    assert {debt.debt for debt in after.debts} == {ids.debt("acme", "A1"), ids.debt("acme", "A2")}


def test_a_reader_that_dies_half_way_leaves_nothing_and_the_file_can_be_tried_again(floor: Any) -> None:
    def lines() -> Iterator[PlacedAccount]:
        yield from some(floor, 2_500)
        raise OSError("the share went away")

    imports, name = begin(floor)
    with pytest.raises(OSError, match="share"):
        imports.stage(name, lines())
    assert rows_in(floor, t.persons, t.leads) == [0, 0]
    imports, name = begin(floor)
    assert imports.stage(name, some(floor, 4)).lines == 4


def test_an_abandoned_import_is_forgotten(floor: Any) -> None:
    imports, name = begin(floor)
    imports.stage(name, some(floor, 4))
    imports.abandon(name)
    assert rows_in(floor, t.staged_accounts) == [0]
    with pytest.raises(ImportStateError, match="abandoned"):
        imports.publish(name, now=floor.now)


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({"consent_at": AT}, ConsentScope.NUMBER_PROVIDED_TO_CREDITOR),
        ({"text_consent_at": AT}, ConsentScope.SMS),
    ],
)
def test_a_consent_is_kept_as_what_it_was_given_for(
    floor: Any, given: dict[str, Any], scope: ConsentScope
) -> None:
    """To texts or to calls: neither is kept as the other."""
    floor.place(floor.account("A1", numbers=[floor.number(1, **given)]))
    person = floor.store.identifiers.person("acme", "of-A1")
    consents = floor.store.person_files([person], now=floor.now)[person].consents
    assert [(consent.scope, consent.at) for consent in consents] == [(scope, AT)]


def test_what_the_creditor_knows_reaches_the_gate(floor: Any) -> None:
    block = TimeBlock(days=frozenset({Weekday.SUNDAY}))
    account = floor.account(
        "A1",
        numbers=[floor.number(1, consent_at=AT, text_consent_at=AT)],
        requests=(
            PlacedRequest(type=RequestKind.INCONVENIENT_TIMES, at=AT, blocks=(block,)),
            PlacedRequest(type=RequestKind.DISPUTE, at=AT, debt_only=True),
        ),
        holds=(PlacedHold(kind=HoldKind.BANKRUPTCY, since=AT),),
        prior_attempts=(
            PriorAttempt(at=AT, outcome=GateOutcome.NO_ANSWER),
            PriorAttempt(at=AT.replace(hour=2)),
        ),
        date_of_birth=date(1980, 1, 2),
    )
    floor.place(account)
    person = floor.store.identifiers.person("acme", "of-A1")
    debt = floor.store.identifiers.debt("acme", "A1")
    file = floor.store.person_files([person], now=floor.now)[person]
    assert [(r.type, r.debts, r.blocks) for r in file.requests] == [
        (RequestKind.INCONVENIENT_TIMES, None, (block,)),
        (RequestKind.DISPUTE, (debt,), ()),
    ]
    assert [(h.kind, h.debts) for h in file.holds] == [(HoldKind.BANKRUPTCY, None)]
    assert {(c.scope, c.number) for c in file.consents} == {
        (ConsentScope.NUMBER_PROVIDED_TO_CREDITOR, file.numbers[0].number),
        (ConsentScope.SMS, file.numbers[0].number),
    }
    assert {(e.at, e.outcome) for e in file.history} == {
        (AT, GateOutcome.NO_ANSWER),
        (AT.replace(hour=2), None),
    }


def test_no_table_has_a_name_or_a_number_in_clear(floor: Any) -> None:
    floor.place(floor.account("A1", first="Somename", email="a@example.com", date_of_birth=date(1980, 1, 2)))

    def work(connection: Connection) -> list[str]:
        found: list[str] = []
        for table in t.metadata.sorted_tables:
            text = repr([tuple(row) for row in connection.execute(select(table))])
            found += [
                f"{table.name}: {secret}"
                for secret in ("Somename", "Example", "1980-01-02", "a@example.com", "of-A1", "21255501")
                if secret in text
            ]
        return found

    assert floor.store.read(work) == []


def test_two_persons_of_one_name_and_birthday_are_flagged_and_not_merged(floor: Any) -> None:
    born = date(1980, 1, 2)
    floor.place(
        floor.account("A1", ref="x", first="Ada", date_of_birth=born),
        floor.account("A2", ref="y", first="ADA", date_of_birth=born),
        floor.account("A3", ref="z", first="Bea", date_of_birth=born),
    )

    def work(connection: Connection) -> set[str]:
        query = select(t.persons.c.person).where(t.persons.c.doubtful.is_(True))
        return set(connection.execute(query).scalars())

    ids = floor.store.identifiers
    assert floor.store.read(work) == {ids.person("acme", "x"), ids.person("acme", "y")}


async def test_a_number_is_dialed_by_its_id_and_not_once_it_is_erased(floor: Any) -> None:
    floor.place(floor.account("A1", numbers=[floor.number(1)]))
    number = floor.store.identifiers.number("+12125550101")
    async with floor.live() as live:
        numbers = FloorStore(live)
        assert await numbers.dial_numbers([number]) == {number: "+12125550101"}

        floor.store.keyring.destroy([floor.store.identifiers.person("acme", "of-A1")])
        assert await numbers.dial_numbers([number]) == {}
        numbers.close()
