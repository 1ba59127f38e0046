"""Whether what was said is in what was heard: by the shape of its loudness, which codecs leave alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sound import read_wave

RATE = 8000
BLOCK = RATE // 20


def loudness(samples: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Root mean square of each 50 ms."""
    whole = np.array(samples[: len(samples) // BLOCK * BLOCK], dtype=np.float64)
    return np.sqrt(np.mean(whole.reshape(-1, BLOCK) ** 2, axis=1))


def likeness(heard: list[int], said: Path) -> float:
    """Correlation at the best place, -1 to 1: near 1 means that all of it was heard, in one piece.

    Args:
        heard: samples of one channel at 8 kHz.
    """
    pattern, best = loudness(read_wave(said)), -1.0
    for offset in range(0, BLOCK, BLOCK // 4):  # the blocks of the two need not begin together
        shape = loudness(heard[offset:])
        for start in range(len(shape) - len(pattern) + 1):
            window = shape[start : start + len(pattern)]
            if window.std() >= 1.0:
                best = max(best, float(np.corrcoef(window, pattern)[0, 1]))
    return best
