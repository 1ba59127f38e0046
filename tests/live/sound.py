"""What is in a recording."""

from __future__ import annotations

import asyncio
import contextlib
import math
import wave
from pathlib import Path

_HEAD = 44
"""Bytes of a file's head."""


def read_wave(path: Path) -> list[int]:
    """Samples of a 16-bit file; those of two channels alternate."""
    with wave.open(str(path)) as file:
        return memoryview(file.readframes(file.getnframes())).cast("h").tolist()


async def read_closed(path: Path, *, within: float = 5.0) -> list[int]:
    """The same of a file that a telephone has just finished: its head is written when its call is over, which
    takes a busy machine a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not _is_closed(path):
                await asyncio.sleep(0.05)
    return read_wave(path)


def _is_closed(path: Path) -> bool:
    with contextlib.suppress(wave.Error, EOFError, FileNotFoundError), wave.open(str(path)) as file:
        return file.getnframes() * file.getnchannels() * 2 >= path.stat().st_size - _HEAD > 0
    return False


def tone_share(samples: list[int], *, hertz: float = 1000.0, rate: int = 8000) -> float:
    """Share of 100 ms blocks, 0-1, whose energy is mostly that tone (Goertzel)."""
    size = rate // 10
    blocks = [samples[start : start + size] for start in range(0, len(samples) - size, size)]
    if not blocks:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    pure = 0
    for block in blocks:
        one = two = 0.0
        for sample in block:
            one, two = sample + turn * one - two, one
        power = one * one + two * two - turn * one * two
        energy = sum(sample * sample for sample in block)
        pure += energy > size * 100.0**2 and 2 * power / size / energy > 0.5
    return pure / len(blocks)
