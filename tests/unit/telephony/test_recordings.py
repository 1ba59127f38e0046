"""Recordings: stereo, named by attempt, proved untouched, deleted in time."""

from __future__ import annotations

import array
import json
import wave
from pathlib import Path

from dialer.domain.ids import AttemptId
from telephony.asterisk.recordings import (
    DELETED,
    MANIFEST,
    damaged,
    delete,
    discard,
    finish,
    manifest,
    unfinished,
)

ONE, TWO = AttemptId("g1-1"), AttemptId("g1-2")


def record(folder: Path, attempt: AttemptId, *, seconds: int = 1) -> None:
    (folder / f"{attempt}.raw").write_bytes(array.array("h", [100, -200] * 8000 * seconds).tobytes() + b"\1")


def test_a_finished_recording_has_the_person_left_and_a_line_in_the_manifest(tmp_path: Path) -> None:
    record(tmp_path, ONE, seconds=2)
    line = finish(tmp_path, ONE, now=50.0)
    assert line is not None
    assert line.seconds == 2.0
    with wave.open(str(tmp_path / line.file)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        assert array.array("h", sound.readframes(1)).tolist() == [100, -200]
    assert manifest(tmp_path) == (line,)
    assert not (tmp_path / f"{ONE}.raw").exists()


def test_asking_again_gives_the_same_line(tmp_path: Path) -> None:
    record(tmp_path, ONE)
    assert finish(tmp_path, ONE, now=50.0) == finish(tmp_path, ONE, now=60.0)
    assert len(manifest(tmp_path)) == 1


def test_a_call_that_was_not_recorded_has_no_line(tmp_path: Path) -> None:
    assert finish(tmp_path, ONE, now=1.0) is None


def test_a_file_that_was_touched_or_taken_is_named(tmp_path: Path) -> None:
    for attempt in (ONE, TWO):
        record(tmp_path, attempt)
        finish(tmp_path, attempt, now=1.0)
    assert damaged(tmp_path) == ()
    (tmp_path / f"{ONE}.wav").write_bytes(b"other")
    (tmp_path / f"{TWO}.wav").unlink()
    assert damaged(tmp_path) == (f"{ONE}.wav", f"{TWO}.wav")


def test_what_is_deleted_by_rule_is_written_down_and_the_rest_is_kept(tmp_path: Path) -> None:
    for attempt in (ONE, TWO):
        record(tmp_path, attempt)
        finish(tmp_path, attempt, now=10.0)
    assert delete(tmp_path, {ONE}, now=99.0, rule="three years") == (f"{ONE}.wav",)
    assert [line.attempt for line in manifest(tmp_path)] == [TWO]
    assert damaged(tmp_path) == ()
    told = json.loads((tmp_path / DELETED).read_text())
    assert (told["attempt"], told["deleted_at"], told["rule"]) == (ONE, 99.0, "three years")


def test_a_recording_whose_line_was_written_before_a_crash_is_not_written_twice(tmp_path: Path) -> None:
    record(tmp_path, ONE)
    line = finish(tmp_path, ONE, now=10.0)
    record(tmp_path, ONE)  # the samples were still there when it died
    assert finish(tmp_path, ONE, now=20.0) == line
    assert manifest(tmp_path) == (line,)
    assert unfinished(tmp_path) == ()


def test_a_line_that_was_not_written_to_its_end_is_none_and_is_cut_off_before_the_next(
    tmp_path: Path,
) -> None:
    """The disk was full in the middle of it: the sound file is made again from the samples."""
    record(tmp_path, ONE)
    first = finish(tmp_path, ONE, now=10.0)
    record(tmp_path, TWO)
    torn = tmp_path / MANIFEST
    torn.write_bytes(torn.read_bytes() + b'{"attempt": "g1-2", "fi')
    assert manifest(tmp_path) == (first,)
    second = finish(tmp_path, TWO, now=20.0)
    assert manifest(tmp_path) == (first, second)
    assert damaged(tmp_path) == ()


def test_a_sound_file_without_a_line_is_made_again(tmp_path: Path) -> None:
    """Whoever made it died before the line: what is there may not be whole."""
    record(tmp_path, ONE)
    (tmp_path / f"{ONE}.wav").write_bytes(b"half of it")
    line = finish(tmp_path, ONE, now=10.0)
    assert line is not None
    assert line.seconds == 1.0
    assert (manifest(tmp_path), damaged(tmp_path), unfinished(tmp_path)) == ((line,), (), ())


def test_what_nothing_may_be_kept_of_goes_without_a_sound_file_and_is_written_down(tmp_path: Path) -> None:
    record(tmp_path, ONE, seconds=3)
    (tmp_path / f".{ONE}.wav.part").write_bytes(b"of a try to keep it")
    assert discard(tmp_path, ONE, now=99.0, rule="objected") == f"{ONE}.raw"
    told = json.loads((tmp_path / DELETED).read_text())
    assert (told["attempt"], told["seconds"], told["deleted_at"]) == (ONE, 3.0, 99.0)
    assert told["rule"] == "objected"
    assert [file.name for file in sorted(tmp_path.iterdir())] == [".lock", DELETED]
    assert discard(tmp_path, ONE, now=100.0, rule="objected") is None


def test_what_was_to_be_kept_once_goes_out_of_the_manifest_too(tmp_path: Path) -> None:
    """Its line was written, and whoever wrote it died before the samples were gone."""
    record(tmp_path, ONE)
    finish(tmp_path, ONE, now=10.0)
    record(tmp_path, ONE)
    assert discard(tmp_path, ONE, now=99.0, rule="objected") == f"{ONE}.wav"
    assert (manifest(tmp_path), unfinished(tmp_path)) == ((), ())
    assert not (tmp_path / f"{ONE}.wav").exists()


def test_another_recording_of_the_same_name_is_not_thrown_away(tmp_path: Path) -> None:
    """A new store gives old names again: the samples stay until somebody has looked."""
    record(tmp_path, ONE)
    line = finish(tmp_path, ONE, now=10.0)
    record(tmp_path, ONE, seconds=2)
    assert finish(tmp_path, ONE, now=20.0) is None
    assert (manifest(tmp_path), unfinished(tmp_path)) == ((line,), (ONE,))
