"""Finished recordings: a stereo sound file each, and a manifest that proves it was not touched since.

Asterisk writes what it hears of the person on the left and what they hear on the right, as bare samples
named by the attempt. When the call is over the samples get a header, a checksum and a line in the
manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

from dialer.domain.ids import AttemptId

RATE = 8000
_FRAME = 4
"""Bytes of one instant: two channels of 16 bits."""
MANIFEST = "manifest.jsonl"


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
    raw = folder / f"{attempt}.raw"
    if not raw.exists():
        return next((line for line in manifest(folder) if line.attempt == attempt), None)
    samples = raw.read_bytes()
    samples = samples[: len(samples) // _FRAME * _FRAME]
    target, part = folder / f"{attempt}.wav", folder / f".{attempt}.wav.part"
    with part.open("wb") as file, wave.open(file, "wb") as sound:
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
    with (folder / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(line)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    raw.unlink()
    return line


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


def expire(folder: Path, *, before: float) -> tuple[str, ...]:
    """Delete recordings finished before that instant (retention); the manifest keeps the rest.

    A litigation hold is the caller's to know: do not ask for what is held.

    Returns:
        Names of the files deleted.
    """
    kept = [line for line in manifest(folder) if line.finished_at >= before]
    gone = [line.file for line in manifest(folder) if line.finished_at < before]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    if gone:
        part = folder / f".{MANIFEST}.part"
        part.write_text("".join(json.dumps(asdict(line)) + "\n" for line in kept), "utf-8")
        part.replace(folder / MANIFEST)
    return tuple(gone)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
