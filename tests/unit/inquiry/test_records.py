"""What may be removed, when and why; a hold for a court beats it, and nothing is removed by asking."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from compliance_gate.request import Hold, PersonFile, PersonRequest
from compliance_gate.retention.reading import RecordKind
from compliance_gate.words import HoldKind, RequestKind
from dialer.domain.facts import FactChange
from dialer.domain.ids import DebtId, PersonId
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry.records import Fate, RecordsDue, records_due
from dialer.inquiry.stored import person_file
from dialer.storage.database import tables
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.store import Store

CALLED = date(2026, 3, 10)


def posix(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.1)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture
def store(shift: RehearsedShift, tmp_path: Path) -> Iterator[Store]:
    copy = tmp_path / "fairdial.db"
    copy.write_bytes((shift.folder / "fairdial.db").read_bytes())
    with Store.open(str(copy)) as opened:
        yield opened


def tell(store: Store, change: FactChange, day: date = CALLED) -> None:
    row = row_of(change, sequence=0, at=posix(day))
    store.write(lambda connection: connection.execute(tables.facts.insert(), row))


def somebody(store: Store, shift: RehearsedShift) -> PersonFile:
    """Called once, with everything in Texas."""
    name = shift.records.attempts[0].person
    file = person_file(store, name, at=4e9)
    assert file is not None
    texan = tuple(replace(each, region="TX") for each in file.addresses)
    edited = replace(file, addresses=texan, requests=(), consents=(), holds=(), history=(), notices=())
    tell(store, FactChange(person=PersonId(name), replaced=edited))
    return edited


def end(store: Store, file: PersonFile) -> None:
    for debt in file.debts:
        hold = Hold(kind=HoldKind.CLOSED, since=datetime(2026, 3, 11, tzinfo=UTC), debts=(debt.debt,))
        tell(store, FactChange(debt=DebtId(debt.debt), hold=hold), date(2026, 3, 11))


def fates(due: RecordsDue, person: str, kind: RecordKind) -> dict[Fate, date | None]:
    return {each.fate: each.first_free for each in due.told if (each.person, each.kind) == (person, kind)}


def test_while_the_account_is_open_its_records_stay(store: Store, shift: RehearsedShift) -> None:
    file = somebody(store, shift)
    due = records_due(store, at=posix(date(2040, 1, 1)))
    assert fates(due, file.person, RecordKind.ATTEMPTS) == {Fate.OPEN: None}
    assert fates(due, file.person, RecordKind.FINDINGS) == {Fate.OPEN: None}


@pytest.mark.parametrize(("day", "fate"), [(date(2029, 3, 12), Fate.KEPT), (date(2029, 3, 13), Fate.MAY_GO)])
def test_three_years_after_the_account_ended_they_may_go_and_not_a_day_sooner(
    store: Store, shift: RehearsedShift, day: date, fate: Fate
) -> None:
    file = somebody(store, shift)
    end(store, file)
    due = records_due(store, at=posix(day))
    for kind in (RecordKind.ATTEMPTS, RecordKind.FINDINGS):
        assert fates(due, file.person, kind) == {fate: date(2029, 3, 13)}
    (told,) = (each for each in due.told if (each.person, each.kind) == (file.person, RecordKind.ATTEMPTS))
    assert (told.rule, told.citation[:17]) == ("us-regf-records", "12 CFR 1006.100(a")


def test_a_hold_for_a_court_beats_the_years_until_it_ends(store: Store, shift: RehearsedShift) -> None:
    file = somebody(store, shift)
    end(store, file)
    until = datetime(2035, 1, 1, tzinfo=UTC)
    since = datetime(2026, 3, 12, tzinfo=UTC)
    hold = Hold(kind=HoldKind.LITIGATION, since=since, until=until)
    tell(store, FactChange(person=PersonId(file.person), hold=hold), date(2026, 3, 12))
    held = records_due(store, at=until.timestamp() - 1.0)
    assert set(fates(held, file.person, RecordKind.ATTEMPTS)) == {Fate.HELD}
    after = records_due(store, at=until.timestamp())
    assert set(fates(after, file.person, RecordKind.ATTEMPTS)) == {Fate.MAY_GO}


def test_what_came_in_after_the_end_keeps_all_of_the_account_for_as_much_longer(
    store: Store, shift: RehearsedShift
) -> None:
    """Whether an answer to it was collection nobody knows: the later day is taken."""
    file = somebody(store, shift)
    end(store, file)
    asked = PersonRequest(at=datetime(2026, 9, 1, tzinfo=UTC), type=RequestKind.DISPUTE)
    tell(store, FactChange(person=PersonId(file.person), request=asked), date(2026, 9, 1))
    due = records_due(store, at=posix(date(2029, 3, 13)))
    for kind in (RecordKind.CONSENTS, RecordKind.ATTEMPTS):
        assert fates(due, file.person, kind) == {Fate.KEPT: date(2029, 9, 3)}


def test_nothing_is_removed_by_asking(store: Store) -> None:
    def count() -> int:
        return store.read(lambda c: len(c.execute(tables.attempts.select()).all()))

    before = count()
    due = records_due(store, at=posix(date(2060, 1, 1)))
    assert count() == before
    assert due.persons == len({each.person for each in due.told})
    assert sum(due.counts.values()) >= 2 * before
