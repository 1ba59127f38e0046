"""Recordings at rest: sealed whole or not at all, forgotten with their person, read in one way."""

import hashlib
import io
import json
import wave
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import insert

from dialer.access.record import Deed
from dialer.cli.recording_keeper import RecordingKeeper
from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AttemptId, CampaignId, DebtId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.record import AttemptRecord
from dialer.inquiry.retention import finish_recordings, verify_recordings
from dialer.inquiry.sounds import SoundUnreadableError, opened_sound, seal_recordings, seals_for
from dialer.storage.access import deeds
from dialer.storage.database import tables
from dialer.storage.keys.keyring import Keyring
from dialer.storage.keys.master import KeysMissingError
from dialer.storage.keys.streams import label_of
from dialer.storage.projecting.attempt_rows import row_of
from dialer.storage.projecting.inbound_rows import row_of as inbound_row
from dialer.storage.store import Store
from telephony.asterisk import recordings
from telephony.asterisk.recordings import Seal

ONE, TWO = AttemptId("a1"), AttemptId("a2")
AT = 1_780_000_000.0
SAMPLES = {ONE: b"\1\2\3\4" * 50_000, TWO: b"\5\6\7\x08" * 9_000}


def attempt(name: AttemptId, person: str) -> AttemptRecord:
    return AttemptRecord(
        attempt=name,
        campaign=CampaignId("spring"),
        lead=LeadId(f"l-{name}"),
        person=PersonId(person),
        number=NumberId("n1"),
        debts=(DebtId("d1"),),
        zones=(),
        rulebook="r",
        launched_at=AT,
        ended_at=AT + 60.0,
        outcome=Outcome.CONNECTED,
        recorded=True,
    )


RECORDS = {ONE: attempt(ONE, "p1"), TWO: attempt(TWO, "p2")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "floor.db")) as opened:
        opened.write(
            lambda c: c.execute(insert(tables.attempts), [row_of(each) for each in RECORDS.values()])
        )
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    for name, samples in SAMPLES.items():
        (made / f"{name}.raw").write_bytes(samples)
    return made


def in_clear(folder: Path) -> None:
    """As an older version finished them."""
    for name in SAMPLES:
        recordings.finish(folder, name, now=AT)


def heard(folder: Path, store: Store, name: AttemptId) -> bytes:
    line = next(line for line in recordings.manifest(folder) if line.attempt == name)
    with opened_sound(folder, line, store.keyring) as sound:
        whole = b"".join(sound.read())
        assert sound.size == len(whole)
    with wave.open(io.BytesIO(whole)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (2, 2, 8000)
        return opened.readframes(opened.getnframes())


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} - {".lock", recordings.MANIFEST}


def finished(folder: Path, store: Store) -> None:
    """As a floor does, a minute later."""
    assert finish_recordings(folder, store, now=posix_now() + 60.0).failed == ()


def test_a_finished_recording_lies_sealed_under_its_person_s_key(store: Store, folder: Path) -> None:
    finished(folder, store)
    assert files(folder) == {"a1.wav.sealed", "a2.wav.sealed"}
    for name, record in RECORDS.items():
        assert heard(folder, store, name) == SAMPLES[name]
        lying = (folder / f"{name}.wav.sealed").read_bytes()
        assert SAMPLES[name][:16] not in lying
        assert label_of(io.BytesIO(lying)).subject == record.person
    assert verify_recordings(folder).damaged == ()


def test_whoever_looks_for_damage_needs_no_key_and_finds_it(store: Store, folder: Path) -> None:
    finished(folder, store)
    lying = folder / "a1.wav.sealed"
    lying.write_bytes(lying.read_bytes()[:-1] + b"x")
    assert verify_recordings(folder).damaged == ("a1.wav",)
    with pytest.raises(SoundUnreadableError, match="does not open"):
        heard(folder, store, ONE)
    lying.unlink()
    with pytest.raises(SoundUnreadableError, match="cannot be read: No such file"):
        heard(folder, store, ONE)


def test_a_person_who_was_erased_is_heard_by_nobody(store: Store, folder: Path) -> None:
    """Not in a copy that somebody kept either, and nobody else is forgotten with them."""
    finished(folder, store)
    store.keyring.destroy(["p1"])
    with pytest.raises(SoundUnreadableError, match="the key of p1 is gone"):
        heard(folder, store, ONE)
    assert heard(folder, store, TWO) == SAMPLES[TWO]


def erased(store: Store, person: str) -> None:
    store.keyring.destroy([person])
    deed = Deed(at=AT, who="ann", action=deeds.ERASE, about=(f"person:{person}",))
    store.write(lambda connection: deeds.append(connection, [deed]))


def test_no_new_key_is_made_for_who_was_erased(store: Store, folder: Path) -> None:
    """What was left of theirs on this machine stays as it is and is told, until they are erased here, too."""
    erased(store, "p1")
    done = finish_recordings(folder, store, now=posix_now() + 60.0)
    assert [(name, "erase them again" in why) for name, why in done.failed] == [(ONE, True)]
    assert files(folder) == {"a1.raw", "a2.wav.sealed"}
    assert store.keyring.keys_of(["p1"], make=False) == {}


def test_who_is_erased_while_their_key_is_made_has_none(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look whether they were and the key: a recording of theirs could be heard again."""
    keys_of = Keyring.keys_of

    def made_late(ring: Keyring, subjects: Iterable[str], *, make: bool) -> Mapping[str, bytes]:
        if make:
            erased(store, "p1")
        return keys_of(ring, subjects, make=make)

    monkeypatch.setattr(Keyring, "keys_of", made_late)
    done = finish_recordings(folder, store, now=posix_now() + 60.0)
    assert [name for name, _ in done.failed] == [ONE]
    monkeypatch.undo()
    assert files(folder) == {"a1.raw", "a2.wav.sealed"}
    assert store.keyring.keys_of(["p1"], make=False) == {}
    assert heard(folder, store, TWO) == SAMPLES[TWO]


def test_a_sealed_sound_in_another_s_place_is_refused(store: Store, folder: Path) -> None:
    """Of the same person, and so under the same key: what it is stands in what was sealed."""
    other = attempt(AttemptId("a3"), "p1")
    store.write(lambda c: c.execute(insert(tables.attempts), [row_of(other)]))
    (folder / "a3.raw").write_bytes(SAMPLES[TWO])
    finished(folder, store)
    (folder / "a1.wav.sealed").write_bytes((folder / "a3.wav.sealed").read_bytes())
    with pytest.raises(SoundUnreadableError, match="it is another one than it should be"):
        heard(folder, store, ONE)
    assert heard(folder, store, AttemptId("a3")) == SAMPLES[TWO]
    assert verify_recordings(folder).damaged == ("a1.wav",)


def test_a_wrong_key_is_said_clearly(store: Store, folder: Path) -> None:
    finished(folder, store)
    store.keyring.destroy(["p1"])
    store.keyring.sealer(["p1"])
    with pytest.raises(SoundUnreadableError, match="sealed under another key, or was touched") as told:
        heard(folder, store, ONE)
    assert "recordings verify" in told.value.mend
    lost = Keyring(None, KeysMissingError("no keys", where="here", mend="put them back"))
    line = recordings.manifest(folder)[0]
    with pytest.raises(KeysMissingError), opened_sound(folder, line, lost):
        pass


# --- older recordings, in clear ---------------------------------------------------------------------------


def test_older_ones_are_read_as_they_lie_and_sealed_at_the_next_look(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    in_clear(folder)
    assert heard(folder, store, ONE) == SAMPLES[ONE]
    before = recordings.manifest(folder)
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    keeper.look()
    assert keeper.now().trouble == ""
    assert files(folder) == {"a1.wav.sealed", "a2.wav.sealed"}
    after = recordings.manifest(folder)
    assert [line.sha256 for line in after] == [line.sha256 for line in before]
    assert [line.finished_at for line in after] == [AT, AT]
    assert [heard(folder, store, name) for name in SAMPLES] == list(SAMPLES.values())
    told = (folder / recordings.MANIFEST).read_bytes()
    keeper.look()
    assert (folder / recordings.MANIFEST).read_bytes() == told, "nothing is left to do"


def test_one_that_was_touched_is_not_sealed_as_if_it_were_the_recording(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    """It stays for somebody to look at, and is told; the others are sealed."""
    in_clear(folder)
    (folder / "a1.wav").write_bytes(b"touched")
    keeper = RecordingKeeper((folder,), str(tmp_path / "floor.db"), least_hours=0.0)
    keeper.look()
    assert keeper.now().trouble == f"1 recordings in {folder} cannot be sealed, and lie in clear"
    assert files(folder) == {"a1.wav", "a2.wav.sealed"}
    assert verify_recordings(folder).damaged == ("a1.wav",)
    keeper.look()
    assert "cannot be sealed" in keeper.now().trouble, "as long as it lies there"


class KilledError(BaseException):
    """Nothing that is written after it is done."""


def killed_at(seal: Seal, piece: int) -> Seal:
    """Dies when so many pieces were sealed."""

    def sealing(data: Iterable[bytes], into: BinaryIO) -> None:
        def some() -> Iterator[bytes]:
            for place, each in enumerate(data):
                if place == piece:
                    into.flush()
                    raise KilledError
                yield each

        seal(some(), into)

    return sealing


def seal_of(store: Store, name: AttemptId = ONE) -> Seal:
    return seals_for(store, RECORDS, {})[name]


def test_a_kill_in_the_middle_of_sealing_leaves_the_one_in_clear(store: Store, folder: Path) -> None:
    in_clear(folder)
    with pytest.raises(KilledError):
        recordings.seal_finished(folder, ONE, killed_at(seal_of(store), 0))
    assert files(folder) == {"a1.wav", "a2.wav", ".a1.wav.sealed.part"}
    assert heard(folder, store, ONE) == SAMPLES[ONE]
    assert recordings.in_clear(folder) == (ONE, TWO)
    assert seal_recordings(folder, store, [ONE, TWO]) == (("a1.wav", "a2.wav"), ())
    assert files(folder) == {"a1.wav.sealed", "a2.wav.sealed"}
    assert heard(folder, store, ONE) == SAMPLES[ONE]


@pytest.mark.parametrize("after", ["sealed file", "half a line", "line"])
def test_a_kill_between_two_steps_of_sealing_is_gone_on_from(store: Store, folder: Path, after: str) -> None:
    """The one in clear goes last, when the sealed one stands in the manifest."""
    in_clear(folder)
    clear, before = (folder / "a1.wav").read_bytes(), (folder / recordings.MANIFEST).read_bytes()
    recordings.seal_finished(folder, ONE, seal_of(store))
    told = (folder / recordings.MANIFEST).read_bytes()
    (folder / "a1.wav").write_bytes(clear)
    left = {"sealed file": before, "half a line": told[:-40], "line": told}
    (folder / recordings.MANIFEST).write_bytes(left[after])
    assert heard(folder, store, ONE) == SAMPLES[ONE]
    assert ONE in recordings.in_clear(folder)
    assert seal_recordings(folder, store, [ONE]) == (("a1.wav",), ())
    assert files(folder) == {"a1.wav.sealed", "a2.wav"}
    assert (heard(folder, store, ONE), verify_recordings(folder).damaged) == (SAMPLES[ONE], ())


def test_the_one_in_clear_stays_where_the_sealed_one_is_not_what_it_was(store: Store, folder: Path) -> None:
    in_clear(folder)
    clear = (folder / "a1.wav").read_bytes()
    recordings.seal_finished(folder, ONE, seal_of(store))
    (folder / "a1.wav").write_bytes(clear)
    (folder / "a1.wav.sealed").write_bytes(b"the disk lost it")
    assert seal_recordings(folder, store, [ONE])[0] == ()
    assert (folder / "a1.wav").read_bytes() == clear


@pytest.mark.parametrize("after", ["half a file", "sealed file", "line"])
def test_a_kill_while_one_is_finished_leaves_the_samples(store: Store, folder: Path, after: str) -> None:
    samples, seal = SAMPLES[ONE], seal_of(store)
    if after == "half a file":
        with pytest.raises(KilledError):
            recordings.finish(folder, ONE, now=AT, seal=killed_at(seal, 3))
    else:
        recordings.finish(folder, ONE, now=AT, seal=seal)
        (folder / "a1.raw").write_bytes(samples)
        if after == "sealed file":
            (folder / recordings.MANIFEST).unlink()
    assert (folder / "a1.raw").read_bytes() == samples
    recordings.finish(folder, ONE, now=AT, seal=seal)
    assert files(folder) == {"a1.wav.sealed", "a2.raw"}
    assert len(recordings.manifest(folder)) == 1
    assert heard(folder, store, ONE) == samples


def test_one_that_an_older_version_was_finishing_leaves_nothing_in_clear(store: Store, folder: Path) -> None:
    """It had made the sound file, and died before its line."""
    (folder / "a1.wav").write_bytes(b"half of it")
    recordings.finish(folder, ONE, now=AT, seal=seal_of(store))
    assert files(folder) == {"a1.wav.sealed", "a2.raw"}
    assert heard(folder, store, ONE) == SAMPLES[ONE]


def test_deleting_takes_the_sealed_one_and_whatever_is_left_beside_it(store: Store, folder: Path) -> None:
    finished(folder, store)
    (folder / "a1.wav").write_bytes(b"not yet taken away")
    assert recordings.delete(folder, {ONE}, now=AT, rule="the person was erased") == ("a1.wav",)
    assert files(folder) == {"a2.wav.sealed", recordings.DELETED}


@pytest.mark.parametrize("done", [0, 1, 2])
def test_whoever_must_end_does_so_between_any_two(store: Store, folder: Path, done: int) -> None:
    """An hour of talk takes a second to be sealed, and a floor that is stopped does not wait for twenty."""
    answers = iter([*[False] * done, True])
    names, later = tuple(SAMPLES), posix_now() + 60.0
    finished = finish_recordings(folder, store, now=later, names=names, is_over=lambda: next(answers))
    assert (len(finished.files), len(finished.left)) == (done, 2 - done)
    for name in finished.left:
        recordings.finish(folder, name, now=AT)
    assert seal_recordings(folder, store, finished.left, is_over=lambda: True) == ((), ())
    assert recordings.in_clear(folder) == finished.left


# --- whose key --------------------------------------------------------------------------------------------


def message(call: str, *callers: str, person: str | None = None) -> InboundRecord:
    return InboundRecord(
        call=InboundId(call),
        dialed="+12025550100",
        arrived_at=AT,
        callers=tuple(Caller(person=PersonId(each), debts=()) for each in callers),
        person=None if person is None else PersonId(person),
        ended_at=AT + 60.0,
        message=f"message-{call}",
        message_s=20.0,
    )


@pytest.mark.parametrize(
    ("record", "subject"),
    [
        (message("i1", "p7"), "p7"),
        (message("i1", "p7", "p8"), "i1"),
        (message("i1", "p7", "p8", person="p8"), "p8"),
        (message("i1"), "i1"),
    ],
)
def test_a_message_is_sealed_under_its_caller_s_key_or_its_call_s_where_nobody_can_say(
    store: Store, folder: Path, record: InboundRecord, subject: str
) -> None:
    store.write(lambda c: c.execute(insert(tables.inbound_calls), [inbound_row(record)]))
    (folder / "message-i1.raw").write_bytes(SAMPLES[ONE])
    finished(folder, store)
    with (folder / "message-i1.wav.sealed").open("rb") as file:
        assert label_of(file).subject == subject
    assert heard(folder, store, AttemptId("message-i1")) == SAMPLES[ONE]


def test_what_lies_sealed_is_in_the_manifest_as_it_lies_and_as_it_was(store: Store, folder: Path) -> None:
    """Also of one that was sealed later: what it was in clear is the same recording."""
    in_clear(folder)
    before = {line.attempt: line for line in recordings.manifest(folder)}
    assert seal_recordings(folder, store, [ONE])[0] == ("a1.wav",)
    after = {line.attempt: line for line in recordings.manifest(folder)}
    sealed = hashlib.sha256((folder / "a1.wav.sealed").read_bytes()).hexdigest()
    assert after == {**before, ONE: replace(before[ONE], sealed_sha256=sealed)}


def test_what_is_discarded_leaves_a_line_of_what_it_was_and_by_which_rule_it_went(folder: Path) -> None:
    (folder / ".a1.wav.sealed.part").write_bytes(b"of a try to keep it")
    samples = (folder / "a1.raw").read_bytes()
    assert recordings.discard(folder, ONE, now=AT, rule="the person objected") == "a1.raw"
    assert recordings.discard(folder, ONE, now=AT, rule="again") is None
    (line,) = [json.loads(text) for text in (folder / recordings.DELETED).read_text().splitlines()]
    assert (line["attempt"], line["file"], line["rule"]) == (ONE, "a1.raw", "the person objected")
    assert (line["deleted_at"], line["seconds"]) == (AT, len(samples) / recordings.BYTES_A_SECOND)
    assert line["sha256"] == hashlib.sha256(samples).hexdigest()
    assert not [name for name in files(folder) if "a1" in name]
