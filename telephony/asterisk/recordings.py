"""Finished recordings: a stereo sound file each, and a manifest that proves it was not touched since.

Asterisk writes what it hears of the person on the left and what they hear on the right, as bare samples
named by the attempt. When the call is over the samples get a header, a checksum and a line in the
manifest. What is deleted by rule leaves a line in another list: what it was, when and why. Whoever changes
the folder holds its lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import wave
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from dialer.domain.ids import AttemptId

RATE = 8000
_FRAME = 4
"""Bytes of one instant: two channels of 16 bits."""
BYTES_A_SECOND = RATE * _FRAME
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
        The manifest's line; None when nothing was recorded. Asking again gives the same line.

    Raises:
        OSError: the disk is full or the folder cannot be written; the samples are kept.
    """
    with _locked(folder):
        return _finish(folder, attempt, now)


def _finish(folder: Path, attempt: AttemptId, now: float) -> Recording | None:
    raw = folder / f"{attempt}.raw"
    known = next((line for line in manifest(folder) if line.attempt == attempt), None)
    if not raw.exists() or known is not None:
        raw.unlink(missing_ok=True)  # whoever wrote the line died before this
        return known
    samples = raw.read_bytes()
    samples = samples[: len(samples) // _FRAME * _FRAME]
    target, part = folder / f"{attempt}.wav", folder / f".{attempt}.wav.part"
    with _private(part, os.O_WRONLY | os.O_TRUNC, "wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    line = Recording(
        attempt=attempt,
        file=target.name,
        seconds=len(samples) / _FRAME / RATE,
        sha256=_sha256(part),
        finished_at=now,
    )
    part.replace(target)
    _append(folder / MANIFEST, asdict(line))
    raw.unlink()
    return line


def unfinished(folder: Path) -> tuple[AttemptId, ...]:
    """Attempts whose bare samples are there: their calls go on, or nobody finished them. Sorted."""
    return tuple(sorted(AttemptId(raw.stem) for raw in folder.glob("*.raw")))


def manifest(folder: Path) -> tuple[Recording, ...]:
    """Every recording that was finished, oldest first."""
    file = folder / MANIFEST
    if not file.exists():
        return ()
    return tuple(Recording(**json.loads(line)) for line in file.read_text("utf-8").splitlines())


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
        lines = manifest(folder)
        gone = [line for line in lines if line.attempt in attempts]
        for line in gone:
            _append(folder / DELETED, {**asdict(line), "deleted_at": now, "rule": rule})
            (folder / line.file).unlink(missing_ok=True)
        if gone:
            kept = [line for line in lines if line.attempt not in attempts]
            part = folder / f".{MANIFEST}.part"
            with _private(part, os.O_WRONLY | os.O_TRUNC, "wb") as opened:
                opened.write("".join(json.dumps(asdict(line)) + "\n" for line in kept).encode())
            part.replace(folder / MANIFEST)
        return tuple(line.file for line in gone)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    with _private(folder / _LOCK, os.O_WRONLY, "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _private(file: Path, flags: int, mode: Literal["wb", "ab"]) -> BinaryIO:
    """The file opened, made for its owner alone where it is new: what people said is nobody else's."""
    return os.fdopen(os.open(file, flags | os.O_CREAT, _OWNER_S), mode)


def _append(file: Path, line: dict[str, object]) -> None:
    with _private(file, os.O_WRONLY | os.O_APPEND, "ab") as opened:
        opened.write(json.dumps(line).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
