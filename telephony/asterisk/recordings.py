"""Finished recordings: a stereo sound file each, and a manifest that proves it was not touched since.

Asterisk writes what it hears of the person on the left and what they hear on the right, as bare samples
named by the attempt, in clear. When the call is over the samples get a header, a checksum and a line in the
manifest, and are sealed on the way where whoever finishes them brings a seal: no sound file in clear is made
then. What is deleted by rule leaves a line in another list: what it was, when and why. Whoever changes the
folder holds its lock.

Whoever does so may be killed at any moment, or find the disk full in the middle of a line. The samples go
last, so until a sound file stands in the manifest it can be made again; what is deleted is written down
first; and a line that was not written to its end is none, and is cut off before the next. A sound file in
clear that an older version made is sealed whole or not at all: the sealed one is on the disk first, then a
second line says so (of two lines of a recording the later one is true), and the one in clear goes last.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import struct
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from dialer.domain.ids import AttemptId
from dialer.files import opened_private

Seal = Callable[[Iterable[bytes], BinaryIO], None]
"""Writes what comes in pieces, sealed."""

RATE = 8000
_FRAME = 4
"""Bytes of one instant: two channels of 16 bits."""
BYTES_A_SECOND = RATE * _FRAME
_PIECE = 1 << 20
_LONGEST_LINE = 1 << 16
"""Bytes that are read at once of samples, and in which a line of the manifest has its end."""
MANIFEST = "manifest.jsonl"
DELETED = "deleted.jsonl"
SEALED = ".sealed"
"""What the name of a sound file ends with on the disk when it is sealed."""
_LOCK = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One line of the manifest.

    Args:
        file: name in the folder; left is the person, right is what they heard.
        seconds: length of the sound.
        sha256: of the whole sound file, in clear.
        finished_at: POSIX seconds.
        sealed_sha256: of the file as it lies there, sealed; '' = it lies in clear.
    """

    attempt: AttemptId
    file: str
    seconds: float
    sha256: str
    finished_at: float
    sealed_sha256: str = ""

    @property
    def is_sealed(self) -> bool:
        """Whether it lies sealed."""
        return bool(self.sealed_sha256)

    @property
    def lies_in(self) -> str:
        """Name of the file on the disk."""
        return self.file + SEALED if self.is_sealed else self.file


def finish(folder: Path, attempt: AttemptId, *, now: float, seal: Seal | None = None) -> Recording | None:
    """Turn the bare samples of a call that is over into a sound file and note it in the manifest.

    Args:
        seal: what it is sealed by; None = it lies in clear.

    Returns:
        The manifest's line; None when nothing was recorded, or another recording stands under this name, as
        where the folder was used with another store: then the samples stay. Asking again gives the same line.

    Raises:
        OSError: the disk is full or the folder cannot be written; the samples are kept.
    """
    with _locked(folder):
        return _finish(folder, attempt, now, seal)


def _finish(folder: Path, attempt: AttemptId, now: float, seal: Seal | None) -> Recording | None:
    raw, clear = folder / f"{attempt}.raw", folder / f"{attempt}.wav"
    made = [file for file in (clear, _sealed(clear)) if file.exists()]
    if made or not raw.exists():  # whoever made the sound file may have died before its line
        known = next((line for line in manifest(folder) if line.attempt == attempt), None)
        if not raw.exists():
            return known
        if known is not None:
            if known.seconds != raw.stat().st_size // _FRAME / RATE:
                return None
            raw.unlink()
            return known
    frames = raw.stat().st_size // _FRAME
    sound = _Hashed(_sound(raw, frames))
    sealed_sha256 = _made(clear, sound, seal)
    line = Recording(
        attempt=attempt,
        file=clear.name,
        seconds=frames / RATE,
        sha256=sound.sha256,
        finished_at=now,
        sealed_sha256=sealed_sha256,
    )
    _append(folder / MANIFEST, asdict(line))
    for file in made:
        if file.name != line.lies_in:
            file.unlink(missing_ok=True)
    raw.unlink()
    return line


def seal_finished(folder: Path, attempt: AttemptId, seal: Seal) -> Recording | None:
    """Seal a sound file that lies in clear, since an older version made it, or take it away where a sealed
    one stands in the manifest already.

    Returns:
        The manifest's line; None when no recording of this name is there, or the file is not what it was when
        it was finished: then it stays as it is, for somebody to look at.

    Raises:
        OSError: the disk is full or the folder cannot be written; the file in clear stays.
    """
    with _locked(folder):
        line = next((line for line in manifest(folder) if line.attempt == attempt), None)
        if line is None:
            return None
        clear = folder / line.file
        if not line.is_sealed:
            if not clear.exists() or _sha256(clear) != line.sha256:
                return None
            line = replace(line, sealed_sha256=_made(clear, _pieces(clear, clear.stat().st_size), seal))
            _append(folder / MANIFEST, asdict(line))
        elif _sha256(folder / line.lies_in) != line.sealed_sha256:  # the one in clear is all there is
            return None
        clear.unlink(missing_ok=True)
        return line


def in_clear(folder: Path) -> tuple[AttemptId, ...]:
    """Recordings whose sound file in clear is there, sorted: of an older version, or of a sealing that was
    interrupted. Files that are in no line of the manifest are not among them."""
    with os.scandir(folder) as entries:
        names = {one.name for one in entries if one.name.endswith(".wav")}
    if not names:
        return ()
    return tuple(sorted(line.attempt for line in manifest(folder) if line.file in names))


def _sealed(clear: Path) -> Path:
    return clear.with_name(clear.name + SEALED)


def _made(clear: Path, sound: Iterable[bytes], seal: Seal | None) -> str:
    """Make the sound file, whole, under its name; returns the checksum of the sealed file, '' = it is not."""
    target = clear if seal is None else _sealed(clear)
    part = target.with_name(f".{target.name}.part")
    with opened_private(part, os.O_WRONLY | os.O_TRUNC, "wb") as file:
        if seal is None:
            file.writelines(sound)
        else:
            seal(sound, file)
        file.flush()
        os.fsync(file.fileno())
    checksum = "" if seal is None else _sha256(part)
    part.replace(target)
    return checksum


class _Hashed:
    """Pieces as they come; `sha256` is of those that have come."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _sound(raw: Path, frames: int) -> Iterator[bytes]:
    """The sound file of these samples: the header of a WAVE file of two channels of 16 bits, and they."""
    size = frames * _FRAME
    yield struct.pack("<4sI4s4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16)
    yield struct.pack("<HHIIHH", 1, 2, RATE, BYTES_A_SECOND, _FRAME, 16)
    yield struct.pack("<4sI", b"data", size)
    yield from _pieces(raw, size)


def _pieces(file: Path, size: int) -> Iterator[bytes]:
    """So many bytes of a file, a piece at a time: an hour of talk is a hundred megabytes."""
    with file.open("rb") as opened:
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
        clear = folder / f"{attempt}.wav"
        if clear.exists() or _sealed(clear).exists():  # it was to be kept once, and may stand in the manifest
            _finish(folder, attempt, now, None)
            return next(iter(_delete(folder, (attempt,), now, rule)), None)
        line = Recording(
            attempt=attempt,
            file=raw.name,
            seconds=raw.stat().st_size // _FRAME / RATE,
            sha256=_sha256(raw),
            finished_at=now,
        )
        _append(folder / DELETED, {**asdict(line), "deleted_at": now, "rule": rule})
        for part in (f".{attempt}.wav.part", f".{attempt}.wav{SEALED}.part"):  # of a try to keep it
            (folder / part).unlink(missing_ok=True)
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
    told = (Recording(**json.loads(line)) for line in whole.splitlines())
    return tuple({line.attempt: line for line in told}.values())


def damaged(folder: Path) -> tuple[str, ...]:
    """Files of the manifest that are missing or are not what they were, by name."""
    return tuple(
        line.file
        for line in manifest(folder)
        if not (folder / line.lies_in).exists()
        or _sha256(folder / line.lies_in) != (line.sealed_sha256 or line.sha256)
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
        for name in (line.file, line.file + SEALED):
            (folder / name).unlink(missing_ok=True)
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
