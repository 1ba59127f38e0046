"""Files for people on hold: refused or written, carried to the channel, and looked at by the doctor."""

from __future__ import annotations

import dataclasses
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from compliance_gate.findings import Clearance
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Originate
from dialer.domain.ids import AttemptId, CampaignId, NumberId, PersonId
from dialer.domain.inbound_line import InboundLine
from dialer.settings_reader import SettingsError
from telephony.asterisk.adapter_settings import EVERY_CAMPAIGN
from telephony.asterisk.configuration import HOLD_FILE, TEMPLATES, render, write
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.orders import Voice, originate
from telephony.asterisk.settings import AmiSettings, AsteriskSettings, TrunkSettings, VoiceSettings
from telephony.asterisk.sound_check import sounds_found

SPRING = VoiceSettings(campaign="spring", hold="acme-hold")
EVERY = VoiceSettings(campaign=EVERY_CAMPAIGN, hold="usual_hold")
NO_LINK = cast("AmiConnection", None)
"""For what is looked at on this machine."""
LINE = InboundLine(number="+12025550100", hold="line-hold")


def settings(
    *voices: VoiceSettings, lines: tuple[InboundLine, ...] = (), sounds: str = "/s", music: bool = False
) -> AsteriskSettings:
    return AsteriskSettings(
        ami=AmiSettings(secret="Xk3vQ9-long-enough-Zr7pT2mB", clear_text=True),
        sounds=sounds,
        recordings="/r",
        trunks=(TrunkSettings(name="main", host="sip.example"),),
        voices=voices,
        inbound_lines=lines,
        music_on_hold=music,
    )


def part(dialplan: str, beginning: str) -> str:
    """The lines of one extension."""
    return dialplan.partition(f"\n{beginning}")[2].partition("\nexten")[0]


def test_each_file_is_a_class_of_its_own_and_written_once() -> None:
    again = dataclasses.replace(SPRING, campaign="autumn")
    text = render(settings(SPRING, again, EVERY, lines=(LINE,)))[HOLD_FILE]
    classes = [line for line in text.splitlines() if not line.startswith(";") and line]
    assert classes == [
        "[general]",
        "[fairdial-acme-hold]",
        "mode = playlist",
        "entry = /s/acme-hold",
        "[fairdial-line-hold]",
        "mode = playlist",
        "entry = /s/line-hold",
        "[fairdial-usual_hold]",
        "mode = playlist",
        "entry = /s/usual_hold",
    ]


@pytest.mark.parametrize(
    ("voices", "music", "loads", "has_default"),
    [
        ((), False, False, None),
        ((), True, True, None),
        ((SPRING,), False, True, False),
        ((SPRING,), True, True, True),
    ],
)
def test_asterisks_own_music_stays_as_it_is_where_no_file_is_set(
    voices: tuple[VoiceSettings, ...], music: bool, loads: bool, has_default: bool | None
) -> None:
    files = render(settings(*voices, music=music))
    assert ("load = res_musiconhold.so" in files["modules.conf"]) is loads
    assert set(files) == set(TEMPLATES) | (set() if has_default is None else {HOLD_FILE})
    if has_default is not None:
        assert ("[default]\nmode = files\ndirectory = moh\n" in files[HOLD_FILE]) is has_default


def test_a_first_file_is_written_beside_what_is_there(tmp_path: Path) -> None:
    write(settings(), tmp_path)
    assert write(settings(SPRING), tmp_path) == ("modules.conf", HOLD_FILE)
    assert write(settings(SPRING), tmp_path) == ()


def test_on_hold_and_waiting_again_the_channels_own_file_is_played() -> None:
    dialplan = render(settings(SPRING, lines=(LINE,)))["extensions.conf"]
    music = "e(moh)m(fairdial-${FD_HOLD})"
    assert music in part(dialplan, "exten => hold,1")
    assert music in part(dialplan, "exten => orphan,1")
    assert "moh" not in part(dialplan, "exten => wait,1"), "nobody who just answered hears anything"
    assert "moh" not in part(dialplan, "exten => told,1")
    assert "Set(FD_HOLD=line-hold)" in part(dialplan, "exten => line1,1")
    assert "Set(FD_HOLD=)" in part(dialplan, "exten => line0,1")


@pytest.mark.parametrize("name", ["../secret", "a,b", "a)S(1", "hold.wav", "-hold", "ä", "a" * 81])
@pytest.mark.parametrize("what", ["hold", "message", "drop"])
def test_a_name_that_is_not_safe_is_refused_before_the_floor_starts(name: str, what: str) -> None:
    values = {"ami": {"secret": "Xk3vQ9-long-enough-Zr7pT2mB"}, "sounds": "/s", "recordings": "/r"}
    voices = [{"campaign": "spring", what: name}]
    with pytest.raises(SettingsError, match=r"campaign spring: .* is no name of a sound file") as told:
        AsteriskSettings.from_mapping({**values, "voices": voices})
    assert "without its ending" in told.value.mend


def test_a_lines_name_is_as_narrow_as_a_campaigns() -> None:
    with pytest.raises(SettingsError, match=r"inbound line \+12025550100: 'a.b' is no name"):
        settings(lines=(dataclasses.replace(LINE, hold="a.b"),))


@pytest.mark.parametrize("hold", [None, "acme-hold"])
def test_the_name_goes_with_the_call_whatever_its_clearance_lets_be_played(hold: str | None) -> None:
    at = datetime(2026, 3, 2, 15, tzinfo=UTC)
    clearance = Clearance(
        clearance="a1",
        person="p",
        number="n",
        debts=(),
        issued_at=at,
        expires_at=at + timedelta(seconds=5),
        rulebook="test",
        may_play=frozenset(),
    )
    order = Originate(
        attempt=AttemptId("a1"),
        campaign=CampaignId("spring"),
        person=PersonId("p"),
        number=NumberId("n"),
        clearance=clearance,
        caller_id="+12025550100",
        ring_s=15.0,
        answer_limit_s=2.0,
        detection=DetectionMode.OFF,
    )
    action = originate(order, dial="+12125550100", trunk="main", voice=Voice(message="sorry", hold=hold))
    assert (action.variables["FD_HOLD"], action.variables["FD_MESSAGE"]) == (hold or "", "")


def write_wave(path: Path, *, rate: int = 8000, channels: int = 1, size: int = 2, frames: int = 8000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setframerate(rate)
        file.setnchannels(channels)
        file.setsampwidth(size)
        file.writeframes(bytes(frames * channels * size))


@pytest.mark.parametrize(
    ("form", "ok", "told"),
    [
        ({}, True, "1.0 s"),
        ({"rate": 16000}, False, "16000 Hz, 1 channel(s), 16 bit; Asterisk plays 8000 Hz, mono, 16 bit"),
        ({"channels": 2}, False, "8000 Hz, 2 channel(s), 16 bit"),
        ({"size": 1}, False, "8000 Hz, 1 channel(s), 8 bit"),
        ({"frames": 0}, False, "holds no sound"),
    ],
)
async def test_the_doctor_tells_what_is_wrong_with_a_file(
    tmp_path: Path, form: dict[str, int], ok: bool, told: str
) -> None:
    write_wave(tmp_path / "acme-hold.wav", **form)
    (found,) = await sounds_found(NO_LINK, settings(SPRING, sounds=str(tmp_path)), wall=lambda: 0.0)
    assert (found.name, found.ok) == ("sound acme-hold for people on hold", ok)
    assert told in found.found
    assert "sox SOUND -r 8000 -c 1 -b 16 acme-hold.wav" in found.mend


@pytest.mark.parametrize(("bytes_", "told"), [(None, "is not there"), (b"no sound at all", "cannot be read")])
async def test_the_doctor_tells_of_a_file_that_is_missing_or_none(
    tmp_path: Path, bytes_: bytes | None, told: str
) -> None:
    if bytes_ is not None:
        (tmp_path / "acme-hold.wav").write_bytes(bytes_)
    (found,) = await sounds_found(NO_LINK, settings(SPRING, sounds=str(tmp_path)), wall=lambda: 0.0)
    assert not found.ok
    assert told in found.found


async def test_the_doctor_looks_at_nothing_where_no_file_is_set(tmp_path: Path) -> None:
    without = settings(VoiceSettings(), sounds=str(tmp_path))
    assert await sounds_found(NO_LINK, without, wall=lambda: 0.0) == []


async def test_the_doctor_looks_at_messages_and_drops_as_at_the_files_for_people_on_hold(
    tmp_path: Path,
) -> None:
    """A message that is not there is silence for somebody whom nobody was free for."""
    write_wave(tmp_path / "sorry.wav")
    voices = (
        VoiceSettings(campaign="spring", message="sorry", drop="left"),
        VoiceSettings(campaign="autumn", message="sorry", drop="sorry"),
    )
    found = await sounds_found(NO_LINK, settings(*voices, sounds=str(tmp_path)), wall=lambda: 0.0)
    assert [(one.name, one.ok) for one in found] == [
        ("sound sorry for people whom nobody is free for", True),
        ("sound left for answering machines", False),
        ("sound sorry for answering machines", True),
    ]
