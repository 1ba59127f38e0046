"""A melody that no other sounds like, and how much of it arrived in order: what 'understood' is measured by.

A steady tone would sound the same with its packets mixed up; here every tenth of a second has a pitch of its
own.
"""

from __future__ import annotations

import random
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
NOTE_S = 0.1
WINDOW_S = 0.025
PART_S = 2.0
PITCHES = tuple(range(500, 2900, 200))
_LOUD = 6000.0
_QUIET = 300.0

Sound = NDArray[np.float64]


def notes(seconds: float, *, seed: int = 1) -> list[int]:
    """Indexes into `PITCHES`, never the same twice in a row."""
    chance, made = random.Random(seed), [0]
    while len(made) < round(seconds / NOTE_S):
        made.append(chance.choice([pitch for pitch in range(len(PITCHES)) if pitch != made[-1]]))
    return made


def write(path: Path, *, seconds: float) -> None:
    """The melody as a file that phones and Asterisk can play."""
    times = np.arange(round(NOTE_S * RATE)) / RATE
    parts = [_LOUD * np.sin(2 * np.pi * PITCHES[note] * times) for note in notes(seconds)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(parts).astype("<i2").tobytes())


def understood(samples: Sound, *, seconds: float) -> float:
    """Share of the sound, 0-1, that is the melody's note of that moment.

    Args:
        samples: what was heard, of some part of the melody; silence before and after is left out.
        seconds: length of the whole melody.
    """
    heard = _pitches(samples)
    sounding = np.flatnonzero(heard >= 0)
    if not len(sounding):
        return 0.0
    heard = heard[sounding[0] : sounding[-1] + 1]
    per_note = round(NOTE_S / WINDOW_S)
    played = np.repeat(np.array(notes(seconds)), per_note)
    per_part = round(PART_S / WINDOW_S)
    parts = [heard[start : start + per_part] for start in range(0, len(heard) - per_part + 1, per_part)]
    return float(np.mean([_share(part, played) for part in parts])) if parts else 0.0


def _share(part: NDArray[np.int64], played: NDArray[np.int64]) -> float:
    """How much of this part is a stretch of the melody, wherever it is: a buffer may have moved it."""
    lags = np.lib.stride_tricks.sliding_window_view(played, len(part))
    return float((lags == part).mean(axis=1).max())


def _pitches(samples: Sound) -> NDArray[np.int64]:
    """(n_windows,) the strongest pitch of each window; -1 where it is quiet."""
    size = round(WINDOW_S * RATE)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    times = np.arange(size) / RATE
    waves = np.exp(-2j * np.pi * np.outer(times, np.array(PITCHES)))
    strength = np.abs(windows @ waves)
    loud = np.sqrt((windows**2).mean(axis=1)) > _QUIET
    return np.where(loud, strength.argmax(axis=1), -1)


def read(path: Path) -> Sound:
    """The samples of a 16-bit file of one channel."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
