"""Whether the sound files that the settings name are at the Asterisk, in the one form that it plays as it is:
for people on hold, for those whom nobody is free for, and for answering machines.

They are looked at in the settings' own folder where Asterisk is this machine, or shares it. Elsewhere
Asterisk is asked to play each to nobody: it says at once when it cannot, since a file is not there
or has another form.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.found import Found
from telephony.asterisk.orders import hang_up
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.wire import Action, AmiMessage, Value

RATE, CHANNELS, BYTES = 8000, 1, 2
"""Samples a second, channels, bytes of a sample."""
ANSWERS_S, FAILS_S = 5.0, 1.0
"""Seconds for Asterisk to begin, and then to say that it cannot: it opens a file before it plays it."""


async def sounds_found(
    link: AmiConnection, settings: AsteriskSettings, *, wall: Callable[[], float]
) -> list[Found]:
    """Each file that is named, for each who hears it; nothing where there are none.

    Args:
        link: a connection whose events nobody else reads.
        wall: makes the names of channels new.

    Raises:
        AmiError: the connection went away.
    """
    folder = Path(settings.sounds)
    if folder.is_dir():
        return [
            _found(folder / f"{name}.wav", who, *looked_at(folder / f"{name}.wav"))
            for name, who in settings.sounds_played
        ]
    serial = str(int(wall() * 1000))
    return [
        _found(folder / f"{name}.wav", who, *await _played(link, folder / f"{name}.wav", f"{serial}.{place}"))
        for place, (name, who) in enumerate(settings.sounds_played)
    ]


async def _played(link: AmiConnection, file: Path, serial: str) -> tuple[str, str]:
    """What is wrong with it ('' = nothing), and what is told of it when all is well."""
    channel = f"fd.probe.sound.{serial}"
    fields: dict[str, Value] = {
        "Channel": "Local/listens@fairdial-probe/n",
        "Context": "fairdial-probe",
        "Exten": "sound",
        "Priority": 1,
        "Async": True,
        "ChannelId": channel,
    }
    answer = await link.send(Action(name="Originate", fields=fields, variables={"FD_SOUND": file.stem}))
    if not answer.is_success:
        return f"Asterisk refused to play it: {answer.get('message')}", ""
    if await _next_word(link, channel, within=ANSWERS_S) != "begins":
        return "Asterisk did not try: is its dialplan the one that is written now?", ""
    said = await _next_word(link, channel, within=FAILS_S)
    if said in {"", "SUCCESS"}:
        await link.send(hang_up(channel))
        return "", "Asterisk plays it"
    return f"Asterisk cannot play {file}: it is not there, not readable, or in another form", ""


async def _next_word(link: AmiConnection, channel: str, *, within: float) -> str:
    """What the dialplan says next of that channel; '' = nothing in that time."""
    try:
        async with asyncio.timeout(within):
            async for item in link.events:
                if isinstance(item, AmiMessage) and item.get("uniqueid") == channel and item.get("sound"):
                    return item.get("sound")
    except TimeoutError:
        return ""
    return ""


def _found(file: Path, who: str, wrong: str, told: str) -> Found:
    return Found(
        name=f"sound {file.stem} for {who}",
        ok=not wrong,
        found=wrong or told,
        mend=f"put {file} there, readable for Asterisk: sox SOUND -r {RATE} -c {CHANNELS} -b {BYTES * 8} "
        f"{file.name}",
    )


def looked_at(file: Path) -> tuple[str, str]:
    """What is wrong with it ('' = nothing), and how many seconds it lasts, for people."""
    try:
        with wave.open(str(file)) as read:
            form = (read.getframerate(), read.getnchannels(), read.getsampwidth())
            frames = read.getnframes()
    except FileNotFoundError:
        return f"{file} is not there", ""
    except (OSError, EOFError, wave.Error) as error:
        return f"{file} cannot be read: {error}", ""
    if form != (RATE, CHANNELS, BYTES):
        rate, channels, size = form
        told = f"{rate} Hz, {channels} channel(s), {size * 8} bit"
        return f"{file} has {told}; Asterisk plays {RATE} Hz, mono, {BYTES * 8} bit", ""
    return ("", f"{frames / RATE:.1f} s") if frames else (f"{file} holds no sound", "")
