"""A person who was erased: nothing in store, journal, recordings and back-ups tells who they were."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from test_sealed_people import PLANTED, account, keys, path, place, planted_in

from compliance_gate.request import Hold, MadeIn, PersonRequest
from compliance_gate.words import HoldKind, RequestKind
from dialer.cli import run
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import RequestReceived
from dialer.domain.facts import FactChange
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    CampaignId,
    DebtId,
    InboundId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.domain.spoken_words import with_words
from dialer.floor.rehearsed import ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry import records
from dialer.inquiry.audit import audit
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.records import Fate
from dialer.inquiry.removing import remove
from dialer.inquiry.replay import replay
from dialer.inquiry.rights import erasure
from dialer.inquiry.rights.correction import Correction, correct
from dialer.inquiry.rights.erasure import ErasedBy, NotErasedError, erase, obstacles
from dialer.inquiry.rights.held import held_of
from dialer.inquiry.stored import person_file
from dialer.inquiry.verifying import verified
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.database.backup import back_up, restore
from dialer.storage.erasing import subjects_of
from dialer.storage.projecting.attempt_rows import row_of as attempt_row
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.projecting.inbound_rows import row_of as inbound_row
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.spoken_words import Words, opened_words
from dialer.storage.store import Store

__all__ = ["keys", "path"]

CALLED = datetime(2026, 11, 20, 15, tzinfo=UTC)
CLOSED = datetime(2026, 11, 25, 15, tzinfo=UTC)
FREE = date(2029, 11, 27)
"""Three years after the last activity, and a day for wherever it was a later one."""

BY = ErasedBy(who="kim", address="test", why="asked by letter of 3 December")
SAID = "call my aunt Mirabunda, I am out"


def noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def tell(store: Store, change: FactChange) -> None:
    row = row_of(change, sequence=0, at=CLOSED.timestamp())
    store.write(lambda connection: connection.execute(t.facts.insert(), row))


def called(store: Store, person: str) -> AttemptRecord:
    """One talk, recorded, with words written down; and a request with words, in the journal, too."""
    debt, number = (
        store.identifiers.debt("acme", "ACCOUNT-UNSEEN-A1"),
        store.identifiers.number("+12125550147"),
    )
    words = Words(store.keyring, ["g-1-1", person])
    attempt = AttemptRecord(
        attempt=AttemptId("g-1-1"),
        campaign=CampaignId("c"),
        lead=LeadId("l"),
        person=PersonId(person),
        number=NumberId(number),
        debts=(DebtId(debt),),
        zones=("America/New_York",),
        rulebook="r",
        launched_at=CALLED.timestamp(),
        bridged_at=CALLED.timestamp() + 5.0,
        ended_at=CALLED.timestamp() + 60.0,
        agent=AgentId("ann"),
        outcome=Outcome.CONNECTED,
        recorded=True,
        disposition=Disposition(kind=DispositionKind.REFUSED_TO_PAY, words=words.seal("g-1-1", SAID)),
    )
    store.write(lambda connection: connection.execute(t.attempts.insert(), attempt_row(attempt)))
    asked = PersonRequest(
        at=CALLED, type=RequestKind.TIME_PREFERENCE, text=SAID, made_in=MadeIn(contact="g-1-1", words=SAID)
    )
    event = with_words(
        RequestReceived(person=PersonId(person), request=asked), lambda text: words.seal(person, text)
    )
    with RehearsalWriter(store) as writer:
        writer.append(JournalEntry(sequence=1, now=CALLED.timestamp(), event=event, commands=()))
    return attempt


def close(store: Store) -> None:
    debt = DebtId(store.identifiers.debt("acme", "ACCOUNT-UNSEEN-A1"))
    tell(store, FactChange(debt=debt, hold=Hold(kind=HoldKind.CLOSED, since=CLOSED, debts=(debt,))))


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Of one person, who was called, talked, asked for something, and whose account has ended."""
    with Store.open(str(path)) as opened:
        called(opened, person_of(opened))
        close(opened)
        yield opened


def person_of(store: Store) -> str:
    return store.identifiers.person("acme", "REF-SECRETIVE")


def recorded(folder: Path) -> Path:
    folder.mkdir()
    (folder / "g-1-1.wav").write_bytes(b"the voice of Vexworthy")
    line = '{"attempt": "g-1-1", "file": "g-1-1.wav", "sha256": "0", "seconds": 1.0, "finished_at": 1.0}\n'
    (folder / "manifest.jsonl").write_text(line)
    (folder / "g-9-9.wav").write_bytes(b"somebody else")
    return folder


def journal_of(store: Store) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.read(lambda c: c.execute(select(t.journal)).all())]


def test_nothing_of_an_erased_person_opens_in_store_journal_recordings_and_back_up(
    store: Store, path: Path, keys: Path, tmp_path: Path
) -> None:
    person = person_of(store)
    back_up(store, tmp_path / "copy.db")
    before = journal_of(store)
    folder = recorded(tmp_path / "recordings")
    done = erase(store, person, by=BY, at=noon(FREE), folders=[folder])
    assert (done.is_gone, done.recordings, done.words_in_clear) == (True, ("g-1-1.wav",), 0)
    assert done.words_noise == 2, "both of the request, which stay in the chain as noise"
    assert sorted(each.name for each in folder.glob("*.wav")) == ["g-9-9.wav"]
    assert journal_of(store) == before, "the chain is as it was"
    assert verified(str(path))[0].faults == ()
    (tmp_path / "restored").mkdir()
    restore(tmp_path / "copy.db", tmp_path / "restored" / "fairdial.db")
    with Store.open(str(tmp_path / "restored" / "fairdial.db")) as again:
        for each in (store, again):
            told = held_of(each, person)
            assert (told.identity, told.facts.name) == (None, None)
            assert told.facts.attempts[0].disposition is not None
            text = str(told.as_json())
            assert [secret for secret in PLANTED if secret.decode() in text] == []
    assert planted_in(path.parent, keys, tmp_path / "restored") == []
    again_done = erase(store, person, by=BY, at=noon(FREE), folders=[folder])
    assert (again_done.keys, again_done.struck, again_done.is_gone) == (0, 0, True)


def test_what_law_demands_stays_under_ids(store: Store) -> None:
    person = person_of(store)
    file = store.person_files([person], now=noon(FREE))[person]
    erase(store, person, by=BY, at=noon(FREE))
    kept = store.person_files([person], now=noon(FREE))[person]
    assert kept == file, "every fact that a decision rested on, with its words as noise"
    (attempt,) = held_of(store, person).facts.attempts
    assert (attempt.outcome, attempt.launched_at) == (Outcome.CONNECTED, CALLED.timestamp())


def test_the_record_says_who_erased_whom_and_why(store: Store) -> None:
    person = person_of(store)
    erase(store, person, by=BY, at=noon(FREE))
    told = store.read(lambda c: [entry.deed for entry in deeds.entries(c)])
    assert [(deed.action, deed.who, deed.about) for deed in told] == [
        ("erase", "kim", (f"person:{person}",))
    ] * 2
    assert told[0].outcome == "begun"
    assert "keys destroyed" in told[1].outcome
    assert told[1].why == BY.why


def test_while_an_account_is_worked_nobody_is_erased(path: Path) -> None:
    with Store.open(str(path)) as store:
        person = person_of(store)
        called(store, person)
        with pytest.raises(NotErasedError, match="1 of their accounts are still worked") as refused:
            erase(store, person, by=BY, at=noon(date(2049, 1, 1)))
        assert refused.value.mend == "no day can be said yet."
        assert {each.fate for each in refused.value.obstacles} == {Fate.OPEN}
        assert held_of(store, person).identity is not None
        assert store.read(lambda c: list(deeds.entries(c))) == []


@pytest.mark.parametrize(("day", "may"), [(date(2029, 11, 26), False), (FREE, True)])
def test_a_rule_of_retention_says_the_first_day(store: Store, day: date, may: bool) -> None:
    person = person_of(store)
    if may:
        assert obstacles(store, person, at=noon(day)) == ()
        return
    with pytest.raises(NotErasedError, match=r"12 CFR 1006.100.*") as refused:
        erase(store, person, by=BY, at=noon(day))
    assert refused.value.mend == f"it may be from {FREE.isoformat()} on."
    assert max(each.first_free or day for each in refused.value.obstacles) == FREE
    assert held_of(store, person).identity is not None


def test_a_hold_for_a_court_beats_it_until_it_ends(store: Store) -> None:
    person = PersonId(person_of(store))
    until = datetime(2040, 1, 1, tzinfo=UTC)
    hold = Hold(kind=HoldKind.LITIGATION, since=CLOSED, until=until)
    tell(store, FactChange(person=person, hold=hold))
    for at, may in ((until.timestamp() - 1.0, False), (until.timestamp(), True)):
        found = obstacles(store, person, at=at)
        assert (found == ()) == may
    (held,) = [each for each in obstacles(store, person, at=noon(FREE)) if each.fate is Fate.HELD]
    assert held.first_free == date(2040, 1, 1)


def test_somebody_who_shares_a_number_keeps_it(path: Path) -> None:
    """The number is another's too: their identity has it, under their own key."""
    with Store.open(str(path)) as store:
        place(store, account("B1", person_ref="REF-OTHER", first="Other"), sha256="g")
        close(store)
        person = person_of(store)
        erase(store, person, by=BY, at=noon(FREE))
        other = held_of(store, store.identifiers.person("acme", "REF-OTHER")).identity
        assert other is not None
        assert list(other.numbers.values()) == ["+12125550147"]


def test_a_correction_changes_who_somebody_is_and_says_which_fields(store: Store, path: Path) -> None:
    person = person_of(store)
    told = Correction(first="Quillona", date_of_birth="1961-07-24", email="")
    changed = correct(store, person, told, who="kim", address="test", why="passport", at=1.0)
    assert changed == ("first", "date_of_birth", "email")
    identity = held_of(store, person).identity
    assert identity is not None
    assert (identity.name, identity.date_of_birth, identity.email) == (
        "Quillona Vexworthy",
        "1961-07-24",
        "",
    )
    assert list(identity.numbers.values()) == ["+12125550147"], "the rest stays"
    (deed,) = (entry.deed for entry in store.read(lambda c: list(deeds.entries(c))))
    assert (deed.action, deed.outcome) == ("correct", "first, date_of_birth, email")
    assert "Quillona" not in str(deed)
    with pytest.raises(NotThereError):
        correct(store, "p-nobody", told, who="kim", address="test", why="w", at=1.0)


def test_everything_held_is_told_in_clear_with_who_looked(store: Store) -> None:
    person = person_of(store)
    told = opened_words(store.keyring, held_of(store, person)).as_json()
    text = str(told)
    for secret in (
        "Quillonia",
        "1961-07-23",
        "+12125550147",
        "77 Obscurant Parade",
        "ACCOUNT-UNSEEN-A1",
        SAID,
    ):
        assert secret in text, secret
    assert told["deeds"] == []


def test_the_commands_export_refuse_and_erase(
    store: Store, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person, named = person_of(store), ("--store", str(path))
    assert run(["person", "export", person, "--out", str(tmp_path / "held"), *named]) == 0
    assert "Quillonia" in (tmp_path / "held" / "held.json").read_text()
    assert (tmp_path / "held" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert run(["person", "correct", person, "--why", "passport", "--last", "Vexworthi", *named]) == 0
    capsys.readouterr()
    assert run(["erase", person, "--why", "asked", *named]) == 1
    said = capsys.readouterr().err
    assert "12 CFR 1006.100" in said
    assert "from 2029-11-27 on" in said
    assert run(["person", person, "--out", str(tmp_path / "report.csv"), *named]) == 0, "as it was"
    actions = [entry.deed.action for entry in store.read(lambda c: list(deeds.entries(c)))]
    assert actions == ["export", "correct"]


def test_an_erasure_that_died_half_way_is_done_again(store: Store) -> None:
    """The rows are struck out and the keys are still there: a back-up would open."""
    person = person_of(store)

    class DiedError(Exception):
        pass

    def die(*_: object) -> int:
        raise DiedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store.keyring.vault), "destroy", die)
        with pytest.raises(DiedError):
            erase(store, person, by=BY, at=noon(FREE))
    done = erase(store, person, by=BY, at=noon(FREE))
    assert (done.keys > 0, done.is_gone) == (True, True)


def test_a_hold_for_a_court_that_comes_while_it_is_judged_stands(store: Store) -> None:
    """Between the first judgement and the transaction that takes away."""
    person = PersonId(person_of(store))

    def held(*arguments: Any) -> Any:
        tell(store, FactChange(person=person, hold=Hold(kind=HoldKind.LITIGATION, since=CLOSED)))
        return subjects_of(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "subjects_of", held)
        with pytest.raises(NotErasedError, match="held for a court"):
            erase(store, person, by=BY, at=noon(FREE))
    assert held_of(store, person).identity is not None
    assert store.read(lambda c: list(deeds.entries(c))) == []


def test_what_cannot_be_decided_keeps_somebody(path: Path) -> None:
    """A call about an account that is not theirs on file: nobody can say when its years began."""
    with Store.open(str(path)) as store:
        person = person_of(store)
        close(store)
        row = attempt_row(replace(called_before(person, None), debts=(DebtId("d-of-nobody"),)))
        store.write(lambda connection: connection.execute(t.attempts.insert(), row))
        assert {each.fate for each in obstacles(store, person, at=noon(date(2049, 1, 1)))} == {Fate.OPEN}


def test_where_no_rule_is_known_somebody_answers_for_it_by_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can say for how long the place keeps them: years gone by are no leave."""
    monkeypatch.setattr(records, "retention_rules", tuple)
    person, at = person_of(store), noon(date(2049, 1, 1))
    assert {each.fate for each in obstacles(store, person, at=at)} == {Fate.UNKNOWN}
    with pytest.raises(NotErasedError, match="no rule of retention is known"):
        erase(store, person, by=BY, at=at)
    assert obstacles(store, person, at=at, answered_by="counsel") == ()
    assert erase(store, person, by=replace(BY, answered_by="counsel"), at=at).is_gone
    assert "counsel answers for it" in store.read(lambda c: next(iter(deeds.entries(c)))).deed.why


def left_message(store: Store, folder: Path, at: datetime) -> None:
    """A message from the person's number, which nobody else on file has, on a call that no agent took."""
    person = PersonId(person_of(store))
    number = NumberId(store.identifiers.number("+12125550147"))
    record = InboundRecord(
        call=InboundId("i-1"),
        dialed="",
        number=number,
        callers=(Caller(person=person, debts=()),),
        arrived_at=at.timestamp(),
        ended_at=at.timestamp() + 30.0,
        message="message-i-1",
    )
    store.write(lambda connection: connection.execute(t.inbound_calls.insert(), inbound_row(record)))
    folder.mkdir()
    (folder / "message-i-1.wav").write_bytes(b"the voice of Vexworthy")
    told = {"attempt": "message-i-1", "file": "message-i-1.wav", "sha256": "0", "seconds": 1.0}
    (folder / "manifest.jsonl").write_text(json.dumps({**told, "finished_at": 1.0}) + "\n")


def test_messages_that_they_left_go_with_them(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    left_message(store, folder, CALLED)
    done = erase(store, person_of(store), by=BY, at=noon(FREE), folders=[folder])
    assert (done.recordings, done.is_gone) == (("message-i-1.wav",), True)
    assert not (folder / "message-i-1.wav").exists()


def test_a_message_is_kept_as_long_as_recordings_are(store: Store, tmp_path: Path) -> None:
    left_message(store, tmp_path / "recordings", datetime(2029, 11, 1, 15, tzinfo=UTC))
    found = obstacles(store, person_of(store), at=noon(FREE))
    assert any("recordings" in each.why and each.fate is Fate.KEPT for each in found)


def asked_in(store: Store, talk: str) -> None:
    """What the person asked for in a talk, with their words, sealed as those of the talk."""
    words = Words(store.keyring, [talk])
    asked = PersonRequest(
        at=CALLED,
        type=RequestKind.STOP_CALLING,
        made_in=MadeIn(contact=talk, words=words.seal(talk, SAID)),
    )
    tell(store, FactChange(person=PersonId(person_of(store)), request=asked))


def test_words_of_a_talk_whose_record_was_removed_before_go_with_the_person(store: Store) -> None:
    """The request stays, and its words were sealed under the talk's key."""
    person = person_of(store)
    asked_in(store, "g-1-1")
    store.write(lambda connection: connection.execute(t.attempts.update().values(recorded=False)))
    assert remove(store, by=BY, at=noon(FREE)).rows["attempts"] == 1
    assert SAID in str(opened_words(store.keyring, held_of(store, person)).as_json()), "still there"
    assert erase(store, person, by=BY, at=noon(FREE)).is_gone
    assert SAID not in str(opened_words(store.keyring, held_of(store, person)).as_json())
    assert store.keyring.vault.key_bytes(["g-1-1"], make=False) == {}


def test_a_removal_that_died_half_way_leaves_no_key_of_a_talk(store: Store) -> None:
    store.write(lambda connection: connection.execute(t.attempts.update().values(recorded=False)))

    class DiedError(Exception):
        pass

    def die(*_: object) -> int:
        raise DiedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store.keyring.vault), "destroy", die)
        with pytest.raises(DiedError):
            remove(store, by=BY, at=noon(FREE))
    assert remove(store, by=BY, at=noon(FREE)).keys == 1
    assert store.keyring.vault.key_bytes(["g-1-1"], make=False) == {}


def test_keys_of_calls_that_were_received_go_with_their_records(store: Store) -> None:
    person = PersonId(person_of(store))
    record = InboundRecord(
        call=InboundId("i-1"),
        dialed="",
        number=NumberId("n"),
        callers=(),
        arrived_at=CALLED.timestamp(),
        ended_at=CALLED.timestamp() + 30.0,
        person=person,
    )
    store.write(lambda connection: connection.execute(t.inbound_calls.insert(), inbound_row(record)))
    Words(store.keyring, ["i-1"]).seal("i-1", SAID)
    assert remove(store, by=BY, at=noon(FREE)).rows["inbound_calls"] == 1
    assert store.keyring.vault.key_bytes(["i-1"], make=False) == {}


def test_a_recording_that_nobody_finished_keeps_its_call(store: Store, tmp_path: Path) -> None:
    (tmp_path / "g-1-1.raw").write_bytes(b"\0" * 320)
    gone = remove(store, by=BY, at=noon(FREE), folders=[tmp_path])
    assert (gone.rows.get("attempts", 0), gone.waiting) == (0, 1)


def test_words_that_an_older_version_left_in_clear_are_struck_out(store: Store) -> None:
    person = person_of(store)

    def in_clear(connection: Connection) -> None:
        asked = PersonRequest(at=CALLED, type=RequestKind.DISPUTE, text="Mirabunda told me")
        connection.execute(
            t.facts.insert(), row_of(FactChange(person=PersonId(person), request=asked), sequence=0, at=1.0)
        )
        said = Disposition(kind=DispositionKind.REFUSED_TO_PAY, words="Mirabunda will pay")
        old = attempt_row(called_before(person, said))
        connection.execute(t.attempts.insert(), old)

    store.write(in_clear)
    assert erase(store, person, by=BY, at=noon(FREE)).is_gone
    for table in (t.facts, t.attempts):
        rows = store.read(lambda c, table=table: c.execute(select(table)).all())
        assert "Mirabunda" not in str(rows)


def called_before(person: str, said: Disposition | None) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId("g-0-1"),
        campaign=CampaignId("c"),
        lead=LeadId("l"),
        person=PersonId(person),
        number=NumberId("n"),
        debts=(),
        zones=(),
        rulebook="r",
        launched_at=CALLED.timestamp() - 86_400.0,
        ended_at=CALLED.timestamp() - 86_300.0,
        outcome=Outcome.CONNECTED,
        disposition=said,
    )


def test_a_shift_is_replayed_and_audited_as_before_after_an_erasure(tmp_path: Path) -> None:
    """Somebody who was called on it is erased, years later."""
    folder = tmp_path / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.1)
    with rehearsal_store(folder) as store:
        shift = rehearse(order, folder=folder, store=store)
        person = shift.records.attempts[0].person
        file = person_file(store, person, at=4e9)
        assert file is not None
        for debt in file.debts:
            hold = Hold(kind=HoldKind.CLOSED, since=CLOSED, debts=(debt.debt,))
            tell(store, FactChange(debt=DebtId(debt.debt), hold=hold))
        audited, held = audit(store, progress=print), held_of(store, person)
        assert erase(store, person, by=BY, at=noon(date(2040, 1, 1))).is_gone
        assert audit(store, progress=print) == audited
        assert audited.attempts > 1
        after = held_of(store, person)
        assert after.facts.findings == held.facts.findings
        before, kept = (
            [replace(attempt, disposition=None) for attempt in each.facts.attempts] for each in (held, after)
        )
        assert kept == before, "but for words, which a rehearsal has in clear: they are struck out"
    replayed = replay(folder, progress=print)
    assert (replayed.has_passed, replayed.damaged) == (True, None)
