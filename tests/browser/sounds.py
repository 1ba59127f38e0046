"""Sound files for the browser's made-up microphone."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

RATE = 48000
PERIOD_S = 1.0


def write_tone(path: Path, *, hertz: float, share: float) -> Path:
    """A second of sound that is played again and again.

    Args:
        hertz: a whole number of waves fits the second, so that no click is heard where it begins again.
        share: of the second that the tone takes, 0-1; the rest is silence.
    """
    loud = int(RATE * PERIOD_S * share)
    samples = array.array("h", bytes(2 * int(RATE * PERIOD_S)))
    for place in range(loud):
        samples[place] = int(12000 * math.sin(2 * math.pi * hertz * place / RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path
