"""Whether the files that people on hold hear are at the Asterisk, in the one form that it plays as it is.

They are looked at in the settings' own folder, so only where Asterisk is this machine, or shares the folder.
"""

from __future__ import annotations

import wave
from pathlib import Path

from telephony.asterisk.found import Found
from telephony.asterisk.settings import AsteriskSettings

RATE, CHANNELS, BYTES = 8000, 1, 2
"""Samples a second, channels, bytes of a sample."""


def sounds_found(settings: AsteriskSettings) -> tuple[Found, ...]:
    """Each file for people on hold or waiting; nothing where there are none."""
    if not settings.holds:
        return ()
    folder = Path(settings.sounds)
    if not folder.is_dir():
        names = ", ".join(f"{name}.wav" for name in settings.holds)
        found = f"not looked at: {folder} is not on this machine; at Asterisk's it must hold {names}"
        return (Found(name="sounds for people on hold", ok=True, found=found),)
    return tuple(_found(folder / f"{name}.wav") for name in settings.holds)


def _found(file: Path) -> Found:
    wrong, seconds = _looked_at(file)
    return Found(
        name=f"sound {file.stem} for people on hold",
        ok=not wrong,
        found=wrong or f"{seconds:.1f} s, over and over",
        mend=f"put {file} there, readable for Asterisk: sox MUSIC -r {RATE} -c {CHANNELS} -b {BYTES * 8} "
        f"{file.name}",
    )


def _looked_at(file: Path) -> tuple[str, float]:
    """What is wrong with it ('' = nothing), and how many seconds it lasts."""
    try:
        with wave.open(str(file)) as read:
            form = (read.getframerate(), read.getnchannels(), read.getsampwidth())
            frames = read.getnframes()
    except FileNotFoundError:
        return f"{file} is not there", 0.0
    except (OSError, EOFError, wave.Error) as error:
        return f"{file} cannot be read: {error}", 0.0
    if form != (RATE, CHANNELS, BYTES):
        rate, channels, size = form
        told = f"{rate} Hz, {channels} channel(s), {size * 8} bit"
        return f"{file} has {told}; Asterisk plays {RATE} Hz, mono, {BYTES * 8} bit", 0.0
    return ("", frames / RATE) if frames else (f"{file} holds no sound", 0.0)
