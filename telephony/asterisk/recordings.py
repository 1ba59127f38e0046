"""Finished recordings: a stereo sound file each, and a manifest that proves it was not touched since.

Asterisk writes what it hears of the person on the left and what they hear on the right, as bare samples
named by the attempt. When the call is over the samples get a header, a checksum and a line in the
manifest. What is deleted by rule leaves a line in another list: what it was, when and why. Whoever changes
the folder holds its lock.

Whoever does so may be killed at any moment, or find the disk full in the middle of a line. The samples go
last, so until a sound file stands in the manifest it can be made again; what is deleted is written down
first; and a line that was not written to its end is none, and is cut off before the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import wave
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from dialer.domain.ids import AttemptId
from dialer.files import opened_private

RATE = 8000
_FRAME = 4
"""Bytes of one instant: two channels of 16 bits."""
BYTES_A_SECOND = RATE * _FRAME
_PIECE = 1 << 20
_LONGEST_LINE = 1 << 16
"""Bytes that are read at once of samples, and in which a line of the manifest has its end."""
MANIFEST = "manifest.jsonl"
DELETED = "deleted.jsonl"
_LOCK = ".lock"
_OWNER_S = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One line of the manifest.

    Args:
        file: name in the folder; left is the person, right is what they heard.
        seconds: length of the sound.
        sha256: of the whole file.
        finished_at: POSIX seconds.
    """

    attempt: AttemptId
    file: str
    seconds: float
    sha256: str
    finished_at: float


def finish(folder: Path, attempt: AttemptId, *, now: float) -> Recording | None:
    """Turn the bare samples of a call that is over into a sound file and note it in the manifest.

    Returns:
        The manifest's line; None when nothing was recorded, or another recording stands under this name, as
        where the folder was used with another store: then the samples stay. Asking again gives the same line.

    Raises:
        OSError: the disk is full or the folder cannot be written; the samples are kept.
    """
    with _locked(folder):
        return _finish(folder, attempt, now)


def _finish(folder: Path, attempt: AttemptId, now: float) -> Recording | None:
    raw, target = folder / f"{attempt}.raw", folder / f"{attempt}.wav"
    if target.exists() or not raw.exists():  # whoever made the sound file may have died before its line
        known = next((line for line in manifest(folder) if line.attempt == attempt), None)
        if not raw.exists():
            return known
        if known is not None:
            if known.seconds != raw.stat().st_size // _FRAME / RATE:
                return None
            raw.unlink()
            return known
    part = folder / f".{attempt}.wav.part"
    frames = raw.stat().st_size // _FRAME
    with opened_private(part, os.O_WRONLY | os.O_TRUNC, "wb") as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.setnframes(frames)
            for samples in _samples(raw, frames * _FRAME):
                sound.writeframesraw(samples)
        file.flush()
        os.fsync(file.fileno())
    line = Recording(
        attempt=attempt,
        file=target.name,
        seconds=frames / RATE,
        sha256=_sha256(part),
        finished_at=now,
    )
    part.replace(target)
    _append(folder / MANIFEST, asdict(line))
    raw.unlink()
    return line


def _samples(raw: Path, size: int) -> Iterator[bytes]:
    """The bare samples, a piece at a time: an hour of talk is a hundred megabytes."""
    with raw.open("rb") as opened:
        while size > 0 and (piece := opened.read(min(_PIECE, size))):
            size -= len(piece)
            yield piece


def discard(folder: Path, attempt: AttemptId, *, now: float, rule: str) -> str | None:
    """Delete the bare samples of a call that is over, of which nothing may be kept, and write that down.

    Args:
        now: POSIX seconds.
        rule: why they go, in words.

    Returns:
        The name of the file deleted; None when there was none.
    """
    with _locked(folder):
        raw = folder / f"{attempt}.raw"
        if not raw.exists():
            return None
        if (folder / f"{attempt}.wav").exists():  # it was to be kept once, and may stand in the manifest
            _finish(folder, attempt, now)
            return next(iter(_delete(folder, (attempt,), now, rule)), None)
        line = Recording(
            attempt=attempt,
            file=raw.name,
            seconds=raw.stat().st_size // _FRAME / RATE,
            sha256=_sha256(raw),
            finished_at=now,
        )
        _append(folder / DELETED, {**asdict(line), "deleted_at": now, "rule": rule})
        (folder / f".{attempt}.wav.part").unlink(missing_ok=True)  # of a try to keep it
        raw.unlink()
        return raw.name


def unfinished(folder: Path) -> tuple[AttemptId, ...]:
    """Attempts whose bare samples are there: their calls go on, or nobody finished them. Sorted."""
    with os.scandir(folder) as entries:  # of years of recordings: not one object for each
        return tuple(sorted(AttemptId(one.name[:-4]) for one in entries if one.name.endswith(".raw")))


def manifest(folder: Path) -> tuple[Recording, ...]:
    """Every recording that was finished, oldest first."""
    file = folder / MANIFEST
    if not file.exists():
        return ()
    whole = file.read_text("utf-8").rpartition("\n")[0]
    return tuple(Recording(**json.loads(line)) for line in whole.splitlines())


def damaged(folder: Path) -> tuple[str, ...]:
    """Files of the manifest that are missing or are not what they were, by name."""
    return tuple(
        line.file
        for line in manifest(folder)
        if not (folder / line.file).exists() or _sha256(folder / line.file) != line.sha256
    )


def delete(folder: Path, attempts: Collection[AttemptId], *, now: float, rule: str) -> tuple[str, ...]:
    """Delete these recordings (retention) and write down that they were; the manifest keeps the rest.

    Which may go, and whether somebody holds them for a court, is the caller's to know.

    Args:
        now: POSIX seconds.
        rule: why they go, in words.

    Returns:
        Names of the files deleted.
    """
    with _locked(folder):
        return _delete(folder, attempts, now, rule)


def _delete(folder: Path, attempts: Collection[AttemptId], now: float, rule: str) -> tuple[str, ...]:
    lines = manifest(folder)
    gone = [line for line in lines if line.attempt in attempts]
    for line in gone:
        _append(folder / DELETED, {**asdict(line), "deleted_at": now, "rule": rule})
        (folder / line.file).unlink(missing_ok=True)
    if gone:
        kept = [line for line in lines if line.attempt not in attempts]
        part = folder / f".{MANIFEST}.part"
        with opened_private(part, os.O_WRONLY | os.O_TRUNC, "wb") as opened:
            opened.write("".join(json.dumps(asdict(line)) + "\n" for line in kept).encode())
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(folder / MANIFEST)
    return tuple(line.file for line in gone)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    with opened_private(folder / _LOCK, os.O_WRONLY, "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _append(file: Path, line: dict[str, object]) -> None:
    _cut_torn_line(file)
    with opened_private(file, os.O_WRONLY | os.O_APPEND, "ab") as opened:
        opened.write(json.dumps(line).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _cut_torn_line(file: Path) -> None:
    """A line that has no end was never written: the disk was full, or the machine went down."""
    try:
        with file.open("rb+") as opened:
            end = opened.seek(0, os.SEEK_END)
            start = max(end - _LONGEST_LINE, 0)
            opened.seek(start)
            tail = opened.read()
            if tail and not tail.endswith(b"\n"):
                opened.truncate(start + tail.rfind(b"\n") + 1)
    except FileNotFoundError:
        return


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
