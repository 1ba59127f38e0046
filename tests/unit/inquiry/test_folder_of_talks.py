"""The folder of somebody who called us, into whose talk others came, of whom an agent thought twice."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.words import EventKind, Outcome
from dialer.domain.events import DispositionAdded
from dialer.floor.rehearsed import RehearsedShift
from dialer.floor.stores import opened_store
from dialer.inquiry.folder_again import recompute
from dialer.inquiry.instants import file_at
from dialer.inquiry.person_folder import person_folder
from dialer.results.person_folder import DECISIONS, Decision, PersonFolder, files_of
from dialer.results.received_calls import RECEIVED, RECEIVED_TABLE, ReceivedCall
from dialer.storage.database import tables as t
from dialer.storage.journal.file import JournalReader
from dialer.storage.store import Store

_encode = msgspec.json.Encoder(order="deterministic").encode


@pytest.fixture(scope="module")
def folders(everything: RehearsedShift) -> list[PersonFolder]:
    """Of some who called us, and of some into whose talk a number was called."""
    with opened_store(str(everything.folder)) as store:
        return [person_folder(store, person) for person in whom(store, everything)]


@pytest.fixture(scope="module")
def files(folders: list[PersonFolder]) -> list[dict[str, bytes]]:
    return [files_of(each) for each in folders]


def whom(store: Store, shift: RehearsedShift) -> list[str]:
    said = select(t.inbound_calls.c.person).where(t.inbound_calls.c.person.is_not(None))
    callers: list[str] = store.read(lambda c: sorted(map(str, c.scalars(said))))
    joined = {leg.joins for leg in shift.observer.third_parties}
    attempts = shift.records.attempts
    talked = [each.person for each in attempts if each.attempt in joined]
    beside = [
        each.person
        for each in attempts
        for other in attempts
        if each.person == other.person
        and each.ended_at is not None
        and each.launched_at < other.launched_at < each.ended_at
    ]
    return list(dict.fromkeys([*callers[:1], *sorted(talked)[:1], *beside[:1]]))


def written(files: dict[str, bytes], folder: Path) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def test_all_of_it_comes_out_as_it_was(
    folders: list[PersonFolder], files: list[dict[str, bytes]], tmp_path: Path
) -> None:
    for number, gathered in enumerate(folders):
        found = recompute(written(files[number], tmp_path / str(number)))
        assert found.is_sound, found
        assert found.person == gathered.facts.person
        assert (found.decisions, found.received) == (len(gathered.decisions), len(gathered.received))


def test_a_line_called_into_a_talk_is_decided_by_a_file_of_its_own(folders: list[PersonFolder]) -> None:
    legs = [each for some in folders for each in some.decisions if each.is_of_a_line]
    assert legs
    for leg in legs:
        assert leg.is_placed
        assert leg.joins
        assert {leg.file.person, leg.proposed.number, leg.file.numbers[0].number} == {leg.file.person}
        assert leg.outcome in {"joined", "no_answer", "busy", "carrier_failure"}
        assert leg.findings


def test_another_number_of_theirs_is_asked_about_with_the_talk_that_it_joins(
    folders: list[PersonFolder],
) -> None:
    beside = [
        (some, each) for some in folders for each in some.decisions if each.joins and not each.is_of_a_line
    ]
    assert beside
    for some, each in beside:
        assert each.file.person == some.facts.person
        assert each.proposed.joins == each.joins
        assert entry_of(each.file, each.joins).outcome is None


def test_a_call_received_says_what_it_left_and_what_might_not_be_said(
    folders: list[PersonFolder], files: list[dict[str, bytes]]
) -> None:
    some, call = next((one, call) for one in folders for call in one.received if call.is_theirs)
    contents = files[folders.index(some)]
    assert call.entry is not None
    assert call.entry.event is EventKind.CALL_RECEIVED
    later = [each for each in some.decisions if each.at > (call.entry_known_at or 0.0)]
    assert all(call.entry in each.file.history for each in later)
    assert {rule.rule for _, rules in call.after_last_day for rule in rules} >= {"us-regf-time-barred"}
    table = contents[RECEIVED_TABLE].decode().splitlines()
    row = next(row for row in csv.DictReader(table) if row["id"] == call.id)
    assert (row["from"], row["on_file_as"]) == ("this person", f"inbound-{call.id}")
    assert row["closes_debts"] == (
        ";".join(call.entry.debts or ("*",)) if call.entry.outcome is Outcome.CONVERSATION else ""
    )
    readme = contents["README.md"].decode()
    assert f"{len(some.received)} calls\nreceived" in readme


def altered(file: Path, of: type[Decision | ReceivedCall], change: Callable[[object], object]) -> None:
    lines = [msgspec.json.decode(line, type=of) for line in file.read_bytes().splitlines()]
    file.write_bytes(b"".join(_encode(change(each)) + b"\n" for each in lines))


def test_a_later_decision_without_the_call_received_is_named(
    folders: list[PersonFolder], files: list[dict[str, bytes]], tmp_path: Path
) -> None:
    """A decision lacks the entry of a call that was known a second before; not of one known with it."""
    some, call = next((one, one.received[0]) for one in folders if one.received and one.received[0].entry)
    decided = next(each for each in some.decisions if not each.is_of_a_line)
    assert call.entry is not None
    for known_at, expected in ((decided.at, 0), (decided.at - 1.0, 1)):
        told = replace(call, entry_known_at=known_at, entry=replace(call.entry, entry="inbound-other"))
        folder = written(files[folders.index(some)], tmp_path / str(expected))
        (folder / DECISIONS).write_bytes(_encode(decided) + b"\n")
        (folder / RECEIVED).write_bytes(_encode(told) + b"\n")
        assert len(recompute(folder).differing) == expected


def test_what_might_not_be_said_is_worked_out_again(
    folders: list[PersonFolder], files: list[dict[str, bytes]], tmp_path: Path
) -> None:
    """A last day to sue that is years away, where the call was told that it was not known."""
    some, call = next((one, call) for one in folders for call in one.received if call.after_last_day)
    assert call.file is not None
    debts = tuple(replace(each, limitation_ends=date(2040, 1, 1)) for each in call.file.debts)
    folder = written(files[folders.index(some)], tmp_path / "folder")
    changed = replace(call, file=replace(call.file, debts=debts))
    altered(folder / RECEIVED, ReceivedCall, lambda each: changed if each == call else each)
    (differs,) = recompute(folder).differing
    assert differs.id == call.id
    assert all("what might not be said comes out otherwise" in why for why in differs.why)


def test_what_an_agent_said_later_did_not_decide_before(everything: RehearsedShift) -> None:
    """An outcome that was put right: a millisecond before, the file still has the word that came first."""
    words = [
        (event, entry.now)
        for entry in JournalReader(everything.journal)
        if isinstance(event := entry.event, DispositionAdded)
    ]
    other = [
        (event, now)
        for event, now in words
        if event.disposition.effect.gate_outcome is not event.talk.entry.outcome
    ]
    assert other
    with opened_store(str(everything.folder)) as store:
        for event, now in other[:3]:
            talk = event.talk
            files = (file_at(store, talk.person, at) for at in (now - 0.001, now, now + 0.001))
            before, at, after = (entry_of(file, talk.attempt) for file in files)
            assert before == talk.entry
            assert at == after
            assert at.outcome is event.disposition.effect.gate_outcome


def entry_of(file: PersonFile, name: str) -> HistoryEntry:
    return next(each for each in file.history if each.entry == name)
