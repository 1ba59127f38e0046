"""Who gets only the folder of a rehearsal can audit it, and ask all the rest, and comes to the same."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from dialer.floor.made_up import stock
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import opened_store, prepare_folder, rehearsal_store
from dialer.inquiry.audit import audit
from dialer.inquiry.explain import About, explain_attempt, explain_person
from dialer.inquiry.frequency import call_frequency
from dialer.storage.database import tables
from dialer.storage.identities import identities_of
from dialer.storage.journal.file import JournalAlteredError, JournalReader, JournalWriter
from dialer.storage.store import Store
from simulator.population import Placement


def nothing(*_: object) -> None:
    """Nobody looks at how far it is."""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.25)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    """Of people of a creditor's file, with names and numbers in the store."""
    folder = tmp_path_factory.mktemp("listed") / "demo"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.25)
    began = datetime(2026, 3, 10, 17, tzinfo=UTC).timestamp()
    with rehearsal_store(folder) as store:
        stock(store, campaign="campaign", persons=200, now=began - 86_400.0)
        claimed = store.load_leads("campaign", now=began)
        placement = Placement(leads=claimed.leads, persons=claimed.persons)
        return rehearse(order, folder=folder, store=store, placement=placement)


def alone(shift: RehearsedShift, folder: Path) -> Path:
    """Its folder as somebody gets it who must not have names: without the store."""
    shutil.copytree(shift.folder, folder, ignore=shutil.ignore_patterns("fairdial.db*"))
    return folder


@pytest.mark.parametrize("name", ["made_up", "listed"])
def test_an_audit_of_the_folder_alone_agrees_with_one_of_the_store(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    shift: RehearsedShift = request.getfixturevalue(name)
    folder = alone(shift, tmp_path / "sent")
    assert not list(folder.glob("*.db"))
    with opened_store(str(shift.folder)) as whole, opened_store(str(folder)) as sent:
        expected, found = audit(whole, progress=nothing), audit(sent, progress=nothing)
        first = shift.records.attempts[0]
        assert (found.attempts, found.persons, found.unlawful) == (
            expected.attempts,
            expected.persons,
            expected.unlawful,
        )
        assert found.attempts > 50
        exact = About(debt=first.debts[0], number=first.number)
        for at in (first.launched_at, first.launched_at + 60.0):
            one = explain_person(whole, first.person, at=at, about=exact)
            other = explain_person(sent, first.person, at=at, about=exact)
            assert [asked.rules for asked in one] == [asked.rules for asked in other]
        assert explain_attempt(whole, first.attempt)[0].rules == explain_attempt(sent, first.attempt)[0].rules
        at = first.launched_at + 600.0
        assert (
            call_frequency(whole, first.person, until=at).ledger
            == call_frequency(sent, first.person, until=at).ledger
        )


def test_an_audit_of_the_folder_alone_finds_the_call_that_an_audit_of_the_store_finds(
    made_up: RehearsedShift, tmp_path: Path
) -> None:
    """A journal in which a call was made at three in the morning; its writer had every right to write it."""
    night = 11 * 3600.0
    folder = tmp_path / "night"
    folder.mkdir()
    reader = JournalReader(made_up.journal)
    with JournalWriter(folder / made_up.journal.name, reader.header) as writer:
        for entry in reader:
            writer.append(entry)
        for (kind, name), text in reader.kept.items():
            writer.keep(kind, name, text)
    with opened_store(str(folder)) as sent:
        assert audit(sent, progress=nothing).unlawful == ()
        moved = made_up.records.attempts[0]
        later = update(tables.attempts).where(tables.attempts.c.attempt == moved.attempt)
        sent.write(lambda c: c.execute(later.values(launched_at=moved.launched_at + night)))
        (found,) = audit(sent, progress=nothing).unlawful
    assert found.attempt.attempt == moved.attempt
    copy = tmp_path / "store.db"
    shutil.copy(made_up.folder / "fairdial.db", copy)
    with Store.open(str(copy)) as store:
        store.write(lambda c: c.execute(later.values(launched_at=moved.launched_at + night)))
        (same,) = audit(store, progress=nothing).unlawful
    assert same.reasons == found.reasons


def test_a_journal_that_was_changed_is_refused_and_not_audited(
    made_up: RehearsedShift, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    folder.mkdir()
    file = folder / "journal.jsonl"
    reader = JournalReader(made_up.journal)
    with JournalWriter(file, reader.header) as writer:
        for entry in reader:
            writer.append(entry)
    plain = file.read_bytes()
    assert plain.count(b"no_answer") > 1
    file.write_bytes(plain.replace(b"no_answer", b"connected", 1))
    with pytest.raises(JournalAlteredError):
        list(JournalReader(file))


def test_no_name_and_no_number_of_a_list_is_in_what_is_sent(listed: RehearsedShift) -> None:
    """Pseudonyms only, with what rules read of people: zones, states, kinds, roles, ties."""
    plain = b"\n".join(JournalReader(listed.journal).encoded())
    with opened_store(str(listed.folder)) as store:
        people = store.read(
            lambda c: identities_of(
                c, store.keyring, c.scalars(tables.sealed.select().with_only_columns(tables.sealed.c.subject))
            )
        ).values()
    digits = {e164 for each in people for e164 in each.numbers.values()}
    assert digits
    for e164 in digits:
        assert e164.encode() not in plain
    for last in {each.last for each in people if len(each.last) > 5}:
        assert b'"%s"' % last.encode() not in plain
    for word in (b'"zones":', b'"region":', b'"kind":', b'"role":', b'"person_role":'):
        assert word in plain
