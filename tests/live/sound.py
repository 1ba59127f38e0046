"""What is in a recording."""

from __future__ import annotations

import asyncio
import math
import wave
from collections.abc import Callable
from pathlib import Path

from lab.laboratory import Laboratory

from telephony.asterisk.recordings import BYTES_A_SECOND

_HEAD = 44
"""Bytes of a file's head."""


def read_wave(path: Path) -> list[int]:
    """Samples of a 16-bit file; those of two channels alternate."""
    with wave.open(str(path)) as file:
        return memoryview(file.readframes(file.getnframes())).cast("h").tolist()


async def read_closed(path: Path) -> list[int]:
    """The same of a file that a telephone has just finished: its head is written when its call is over, which
    takes a busy machine a while."""
    await until(lambda: _is_closed(path), what=f"{path.name} is closed")
    return read_wave(path)


def _is_closed(path: Path) -> bool:
    """Whether the head says how long the file is; until then it says 0."""
    try:
        with path.open("rb") as file:
            head, size = file.read(_HEAD), path.stat().st_size
    except FileNotFoundError:
        return False
    return len(head) == _HEAD and int.from_bytes(head[4:8], "little") >= size - 8 > 0


async def until(is_so: Callable[[], bool], *, what: str, within: float = 30.0) -> None:
    """Wait for what nobody tells of."""
    try:
        async with asyncio.timeout(within):
            while not is_so():
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise AssertionError(f"not within {within:g} s: {what}") from error


def seconds_of(raw: Path) -> float:
    """How much is written of a recording that goes on; 0.0 where there is none yet."""
    return raw.stat().st_size / BYTES_A_SECOND if raw.exists() else 0.0


async def until_recorded(raw: Path, seconds: float) -> None:
    """Wait until so much more of a talk is in its recording: what was said since is as long, however busy the
    machine is."""
    enough = seconds_of(raw) + seconds
    await until(lambda: seconds_of(raw) >= enough, what=f"{seconds:g} s more in {raw.name}")


def tape_so_far(path: Path) -> list[int]:
    """Samples of a file that is still written to, as far as they are in it; those of bare samples too."""
    head = 0 if path.suffix == ".raw" else _HEAD
    samples = path.read_bytes()[head:] if path.exists() else b""
    return memoryview(samples[: len(samples) // 4 * 4]).cast("h").tolist()


async def until_toned(samples: Callable[[], list[int]], *, share: float) -> None:
    """Wait until the tone is so much of what was heard: how soon it begins is the machine's affair."""
    await until(lambda: tone_share(samples()) > share, what=f"{share:.0%} of it is the tone")


async def until_written(laboratory: Laboratory, raw: Path) -> None:
    """Wait until Asterisk has let go of a recording: the end of what it heard is in the file then."""
    await until(lambda: not laboratory.pbx.has_open(raw), what=f"Asterisk is done with {raw.name}")


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
