"""Which recordings may be deleted, and what the command does with them."""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, update

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer import clock
from dialer.cli import run
from dialer.cli.recording_keeper import RecordingKeeper
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.facts import FactChange
from dialer.domain.ids import (
    AttemptId,
    CampaignId,
    ClientId,
    DebtId,
    InboundId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.record import AttemptRecord, instant
from dialer.domain.voice import AfterObjection, RecordingNote, RecordingPlan, VoicePlan
from dialer.floor.keeping import kept_going
from dialer.inquiry.retention import finish_recordings, judge, settled_recordings
from dialer.storage.database import tables
from dialer.storage.projecting import fact_rows
from dialer.storage.projecting.attempt_rows import json_text, row_of
from dialer.storage.projecting.inbound_rows import row_of as inbound_row
from dialer.storage.store import Store
from dialer.web.ports import RecordingsNow
from telephony.asterisk import recordings

DAY = 86_400.0
NOW = clock.posix_now()
OLD, NEW = NOW - 100 * DAY, NOW - 5 * DAY
PLAN = VoicePlan(recording=RecordingPlan(notice_in=(), keep_days=90))
SETTINGS = CampaignSettings(campaign=CampaignId("spring"), client=ClientId("acme"), voice=PLAN)


def attempt(name: str, *, person: str = "p1", at: float = OLD, campaign: str = "spring") -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(name),
        campaign=CampaignId(campaign),
        lead=LeadId(f"l-{name}"),
        person=PersonId(person),
        number=NumberId("n1"),
        debts=(DebtId("d1"),),
        zones=(),
        rulebook="r",
        launched_at=at,
        ended_at=at + 60.0,
        outcome=Outcome.CONNECTED,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "floor.db")) as opened:
        opened.write(_campaign)
        yield opened


def _campaign(connection: Connection) -> None:
    row = {"campaign": "spring", "client": "acme", "settings": json_text(SETTINGS), "sequence": 1}
    connection.execute(insert(tables.campaigns).values(row))


def keep(store: Store, *attempts: AttemptRecord) -> None:
    store.write(lambda c: c.execute(insert(tables.attempts), [row_of(each) for each in attempts]))


def hold(store: Store, change: FactChange) -> None:
    row = fact_rows.row_of(change, sequence=2, at=OLD)
    store.write(lambda connection: connection.execute(insert(tables.facts).values(row)))


def court(**more: object) -> Hold:
    return replace(Hold(kind=HoldKind.LITIGATION, since=instant(OLD)), **more)  # type: ignore[arg-type]  # its fields


def test_a_recording_goes_when_its_campaign_s_days_are_over(store: Store) -> None:
    keep(store, attempt("a1"), attempt("a2", at=NEW))
    judged = judge(store, [AttemptId("a1"), AttemptId("a2")], now=NOW)
    assert (judged.due, judged.held, judged.unknown) == (("a1",), (), ())


def test_a_litigation_hold_on_the_person_beats_the_rule(store: Store) -> None:
    keep(store, attempt("a1"), attempt("a2", person="p2"))
    hold(store, FactChange(person=PersonId("p1"), hold=court()))
    judged = judge(store, [AttemptId("a1"), AttemptId("a2")], now=NOW)
    assert (judged.due, judged.held) == (("a2",), ("a1",))


def test_a_hold_on_other_debts_or_one_that_has_ended_holds_nothing(store: Store) -> None:
    keep(store, attempt("a1"))
    hold(store, FactChange(person=PersonId("p1"), hold=court(debts=("other",))))
    hold(store, FactChange(person=PersonId("p1"), hold=court(until=instant(NOW) - timedelta(days=1))))
    hold(store, FactChange(person=PersonId("p1"), hold=court(kind=HoldKind.BANKRUPTCY)))
    assert judge(store, [AttemptId("a1")], now=NOW).due == ("a1",)


def test_what_cannot_be_placed_is_kept(store: Store) -> None:
    keep(store, attempt("a1", campaign="without a rule"))
    judged = judge(store, [AttemptId("a1"), AttemptId("stranger")], now=NOW)
    assert (judged.due, judged.unknown) == ((), ("a1", "stranger"))


def record(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    raw = folder / f"{name}.raw"
    raw.write_bytes(bytes(32_000))
    os.utime(raw, (NOW - 60.0, NOW - 60.0))


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    status = run(["recordings", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_finish_verify_and_expire_from_the_command_line(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, database = tmp_path / "recordings", str(tmp_path / "floor.db")
    goes_on = replace(attempt("a3", at=NOW - 5.0), ended_at=None, outcome=None)
    keep(store, attempt("a1"), attempt("a2", at=NEW), goes_on)
    for name in ("a1", "a2", "a3"):
        record(folder, name)
    status, told = command(capsys, "finish", str(folder), "--store", database)
    assert (status, told) == (
        0,
        {
            "finished": ["a1.wav", "a2.wav"],
            "left": ["a3"],
            "deleted": [],
            "failed": {},
            "sealed": [],
            "unsealed": {},
        },
    )
    assert command(capsys, "verify", str(folder)) == (0, {"recordings": 2, "damaged": []})
    (folder / "a2.wav.sealed").write_bytes(b"touched")
    assert command(capsys, "verify", str(folder)) == (1, {"recordings": 2, "damaged": ["a2.wav"]})
    _, would = command(capsys, "expire", str(folder), "--store", database, "--dry-run")
    assert (would["due"], would["deleted"]) == (["a1"], [])
    _, did = command(capsys, "expire", str(folder), "--store", database)
    assert did["deleted"] == ["a1.wav"]
    assert not list(folder.glob("a1*"))
    assert [line.attempt for line in recordings.manifest(folder)] == ["a2"]


def test_one_recording_is_opened_into_a_file_of_its_owner_s_alone(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that an older version left in clear, which `finish` seals."""
    folder, database, out = tmp_path / "recordings", str(tmp_path / "floor.db"), tmp_path / "a1.wav"
    keep(store, attempt("a1", at=NEW))
    record(folder, "a1")
    recordings.finish(folder, AttemptId("a1"), now=NOW)
    whole = (folder / "a1.wav").read_bytes()
    for sealed in ([], ["a1.wav"]):
        assert run(["recordings", "open", str(folder), "a1", str(out), "--store", database]) == 0
        assert "1 s, in clear" in capsys.readouterr().out
        assert (out.read_bytes(), out.stat().st_mode & 0o777) == (whole, 0o600)
        out.unlink()
        if not sealed:
            assert command(capsys, "finish", str(folder), "--store", database)[1]["sealed"] == ["a1.wav"]
    assert not (folder / "a1.wav").exists()
    assert run(["recordings", "open", str(folder), "a9", str(out), "--store", database]) == 1
    assert "no finished recording 'a9'" in capsys.readouterr().err
    store.keyring.destroy(["p1"])
    assert run(["recordings", "open", str(folder), "a1", str(out), "--store", database]) == 1
    assert "the key of p1 is gone" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("kept", "held", "deleted"),
    [
        (AfterObjection.KEEP, False, ()),
        (AfterObjection.DELETE, False, ("a2.raw",)),
        (AfterObjection.DELETE, True, ()),
    ],
)
def test_what_was_recorded_before_an_objection_goes_where_the_campaign_keeps_nothing_then(
    store: Store, tmp_path: Path, kept: AfterObjection, held: bool, deleted: tuple[str, ...]
) -> None:
    folder = tmp_path / "recordings"
    note = RecordingNote(spoken_at=NEW, objected_at=NEW + 30.0, stopped_at=NEW + 30.1)
    keep(store, attempt("a1", at=NEW), replace(attempt("a2", at=NEW), recording=note))
    plan = VoicePlan(recording=RecordingPlan(after_objection=kept))
    row = json_text(replace(SETTINGS, voice=plan))
    store.write(lambda connection: connection.execute(update(tables.campaigns).values(settings=row)))
    if held:
        hold(store, FactChange(person=PersonId("p1"), hold=court()))
    for name in ("a1", "a2"):
        record(folder, name)
    done = finish_recordings(folder, store, now=NOW)
    assert done.deleted == deleted
    assert (folder / "a2.wav.sealed").exists() == (not deleted)
    assert not (folder / "a2.raw").exists()
    assert (folder / "a1.wav.sealed").exists()
    gone = folder / recordings.DELETED
    assert gone.exists() == bool(deleted)
    assert not deleted or json.loads(gone.read_text())["rule"] == "the person objected to being recorded"


def test_finished_recordings_are_the_owner_s_alone(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    keep(store, attempt("a1", at=NEW))
    record(folder, "a1")
    before = os.umask(0)
    try:
        finish_recordings(folder, store, now=NOW)
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes == {"a1.wav.sealed": 0o600, "manifest.jsonl": 0o600, ".lock": 0o600}


def test_a_folder_that_is_not_there_is_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recordings", "verify", "/no/such/folder"]) == 1
    assert "no such folder" in capsys.readouterr().err


# --- messages of callers ----------------------------------------------------------------------------------


def message(name: str, *, person: str = "p1", at: float = OLD, is_over: bool = True) -> InboundRecord:
    return InboundRecord(
        call=InboundId(name),
        dialed="+12025550100",
        arrived_at=at,
        callers=(Caller(person=PersonId(person), debts=(DebtId("d1"),)),),
        ended_at=at + 60.0 if is_over else None,
        message=f"message-{name}",
        message_s=20.0,
    )


def leave(store: Store, *messages: InboundRecord) -> list[AttemptId]:
    rows = [inbound_row(each) for each in messages]
    store.write(lambda c: c.execute(insert(tables.inbound_calls), rows))
    return [AttemptId(each.message) for each in messages]


@pytest.mark.parametrize(("days", "due"), [(89.99, False), (90.01, True)])
def test_a_message_is_kept_as_long_as_any_campaign_keeps_recordings(
    store: Store, days: float, due: bool
) -> None:
    names = leave(store, message("1", at=NOW - days * DAY))
    assert judge(store, names, now=NOW).due == (tuple(names) if due else ())


def test_a_message_of_somebody_held_for_a_court_stays_and_so_does_one_that_nobody_knows(
    store: Store,
) -> None:
    keep(store, attempt("a1", person="p1"), attempt("a2", person="p2"))
    hold(store, FactChange(person=PersonId("p1"), hold=court()))
    names = [*leave(store, message("1"), message("2", person="p2")), AttemptId("message-3")]
    judged = judge(store, names, now=NOW)
    assert (judged.due, judged.held, judged.unknown) == (("message-2",), ("message-1",), ("message-3",))


def test_a_message_is_finished_when_its_call_is_over_and_read_by_its_owner_alone(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    for name in leave(store, message("1", at=NEW), message("2", at=NEW, is_over=False)):
        record(folder, name)
    finished = finish_recordings(folder, store, now=NOW)
    assert (finished.files, finished.left) == (("message-1.wav",), ("message-2",))
    assert (folder / "message-1.wav.sealed").stat().st_mode & 0o777 == 0o600


def test_a_message_of_one_of_several_telephone_systems_is_found_by_its_file(
    store: Store, tmp_path: Path
) -> None:
    """The id of the call names the system, and the file does not."""
    folder = tmp_path / "recordings"
    (name,) = leave(store, replace(message("1", at=NEW), call=InboundId("east:1")))
    record(folder, name)
    assert finish_recordings(folder, store, now=NOW).files == ("message-1.wav",)


# --- by a served floor ------------------------------------------------------------------------------------


def delete_after_objection(store: Store) -> None:
    plan = VoicePlan(recording=RecordingPlan(after_objection=AfterObjection.DELETE))
    row = json_text(replace(SETTINGS, voice=plan))
    store.write(lambda connection: connection.execute(update(tables.campaigns).values(settings=row)))


OBJECTED = RecordingNote(spoken_at=NEW, objected_at=NEW + 30.0, stopped_at=NEW + 30.1)


def test_a_floor_finishes_what_is_over_deletes_what_was_objected_to_and_leaves_the_rest(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    delete_after_objection(store)
    goes_on = replace(attempt("a3", at=NOW - 5.0), ended_at=None, outcome=None)
    keep(store, attempt("a1", at=NEW), replace(attempt("a2", at=NEW), recording=OBJECTED), goes_on)
    for name in ("a1", "a2", "a3", "stranger"):
        record(folder, name)
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    assert keeper.now() == RecordingsNow(rooms=(), waiting=None, trouble="")
    keeper.begin()
    keeper.look()
    assert [line.attempt for line in recordings.manifest(folder)] == ["a1"]
    assert not list(folder.glob("a2*"))
    assert recordings.unfinished(folder) == ("a3", "stranger")
    now = keeper.now()
    assert (now.waiting, now.trouble, [room.folder for room in now.rooms]) == (2, "", [str(folder)])


def test_a_recording_that_is_still_written_to_is_left_alone(store: Store, tmp_path: Path) -> None:
    """The call's end is on file before the telephone system has closed the file: ten seconds of silence."""
    folder = tmp_path / "recordings"
    keep(store, attempt("a1", at=NEW))
    record(folder, "a1")
    written = (folder / "a1.raw").stat().st_mtime
    assert settled_recordings(folder, now=written + 9.9) == ()
    assert settled_recordings(folder, now=written + 10.0) == ("a1",)


def test_what_hinders_it_is_told_and_what_was_recorded_stays(store: Store, tmp_path: Path) -> None:
    """One that cannot be finished keeps no other from being it."""
    folder = tmp_path / "recordings"
    keep(store, attempt("a1", at=NEW), attempt("a2", at=NEW))
    record(folder, "a1")
    record(folder, "a2")
    (folder / ".a1.wav.sealed.part").mkdir()  # cannot be written
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    keeper.look()
    assert keeper.now().trouble.startswith(f"recording a1 in {folder} cannot be finished: ")
    assert (recordings.unfinished(folder), keeper.now().waiting) == (("a1",), 1)
    assert [line.attempt for line in recordings.manifest(folder)] == ["a2"]
    (folder / ".a1.wav.sealed.part").rmdir()
    keeper.look()
    assert (keeper.now().trouble, recordings.unfinished(folder)) == ("", ())
    assert recordings.damaged(folder) == ()


def test_a_folder_or_a_store_that_is_gone_is_told_and_looked_at_again(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    keeper.begin()
    keeper.look()
    assert "no such folder" in keeper.now().trouble
    assert [room.is_low for room in keeper.now().rooms] == [True]
    assert keeper.now().waiting is None
    record(folder, "a1")
    lost = RecordingKeeper((folder,), str(tmp_path / "elsewhere.db"), least_hours=0.0)
    lost.look()
    assert "there is no store here yet" in lost.now().trouble
    assert lost.now().waiting == 1
    keep(store, attempt("a1", at=NEW))
    keeper.look()
    assert (keeper.now().trouble, recordings.unfinished(folder)) == ("", ())
    assert keeper.now().waiting == 0


async def test_a_keeper_that_is_begun_anew_after_a_defect_finishes_what_is_over(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recordings"
    keep(store, attempt("a1", at=NEW))
    record(folder, "a1")
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    look, looks = keeper.look, list[str]()

    def defective() -> None:
        looks.append("")
        if len(looks) == 1:
            raise ZeroDivisionError("a defect")
        look()
        raise asyncio.CancelledError

    async def at_once(_seconds: float) -> None:
        """No second passes."""

    monkeypatch.setattr(keeper, "look", defective)
    with pytest.raises(asyncio.CancelledError):
        await kept_going(keeper.run, name="recordings", sleep=at_once)
    assert [line.attempt for line in recordings.manifest(folder)] == ["a1"]
    assert keeper.now().waiting == 0


def test_how_many_wait_is_told_as_last_known_while_nobody_can_look(store: Store, tmp_path: Path) -> None:
    """Unknown is not zero: a disk that went away has not finished anything."""
    folder = tmp_path / "recordings"
    keep(store, replace(attempt("a1", at=NOW - 5.0), ended_at=None, outcome=None))
    record(folder, "a1")
    record(folder, "stranger")
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    keeper.look()
    assert keeper.now().waiting == 2
    folder.rename(tmp_path / "away")
    keeper.look()
    assert (keeper.now().waiting, bool(keeper.now().trouble)) == (2, True)


def test_a_start_deletes_what_was_kept_for_a_court_that_holds_it_no_more(
    store: Store, tmp_path: Path
) -> None:
    """And what a process left behind that died between finishing and deleting."""
    folder = tmp_path / "recordings"
    delete_after_objection(store)
    keep(store, attempt("a1", at=NEW), replace(attempt("a2", at=NEW), recording=OBJECTED))
    for name in ("a1", "a2"):
        record(folder, name)
        recordings.finish(folder, AttemptId(name), now=NOW)
    hold(store, FactChange(person=PersonId("p1"), hold=court(until=instant(NOW) - timedelta(days=1))))
    RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0).begin()
    assert [line.attempt for line in recordings.manifest(folder)] == ["a1"]
    assert not list(folder.glob("a2*"))
