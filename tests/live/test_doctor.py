"""What is told of a real Asterisk before the first call."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

from lab.laboratory import Laboratory

from dialer.clock import posix_now
from telephony.asterisk.doctor import Found, examine
from telephony.asterisk.passwords import new_password
from telephony.asterisk.settings import AmiSettings, AsteriskSettings, LinkSettings, TrunkSettings


def settings(laboratory: Laboratory, *, tls: bool = False) -> AsteriskSettings:
    ca_file = str(laboratory.certificate)
    link = LinkSettings(host=laboratory.address, tls=tls, ca_file=ca_file)
    return dataclasses.replace(laboratory.settings, link=link)


async def examined(asked: AsteriskSettings, *, wall: Callable[[], float] = posix_now) -> tuple[Found, ...]:
    """What is found once the trunk was checked: Asterisk does that some seconds after its start."""
    found = await examine(asked, wall=wall)
    for _ in range(40):
        if all(one.ok for one in found if one.name == "trunk trunk"):
            break
        await asyncio.sleep(0.5)
        found = await examine(asked, wall=wall)
    return found


async def test_a_laboratory_is_fit(laboratory: Laboratory) -> None:
    found = await examined(settings(laboratory, tls=True))
    assert {one.name: one.found for one in found if not one.ok} == {}
    names = {
        "connection",
        "AMI rights",
        "clock",
        "dialplan",
        "trunk trunk",
        "sound over trunk",
        "browser phones",
    }
    assert names <= {one.name for one in found}
    shut = next(one for one in found if one.name == "numbers never called")
    assert shut.found.endswith("none is opened")


ECHOES, ANSWERS_SILENTLY, BUSY = "+15550100006", "+15550100002", "+15550100010"


async def sound(laboratory: Laboratory, number: str) -> Found:
    """What is told of the sound over the trunk when this is its test number."""
    trunk = TrunkSettings(
        name="trunk", host=f"{laboratory.net}.2", test_number=number, test_caller_id="+15550100199"
    )
    found = await examine(dataclasses.replace(settings(laboratory), trunks=(trunk,)), wall=posix_now)
    return next(one for one in found if one.name == "sound over trunk")


async def test_what_listens_in_clear_though_nobody_asked_for_it_is_told(laboratory: Laboratory) -> None:
    asked = settings(laboratory, tls=True)
    quiet = dataclasses.replace(asked, ami=dataclasses.replace(asked.ami, clear_text=False))
    found = {one.name: one for one in await examine(quiet, wall=posix_now)}
    assert not found["manager in clear text"].ok
    assert found["web socket in clear text"].ok
    found = {one.name: one for one in await examine(asked, wall=posix_now)}
    assert found["manager in clear text"].ok
    assert "as asked for" in found["manager in clear text"].found


async def test_a_tone_that_comes_back_proves_sound_both_ways(laboratory: Laboratory) -> None:
    told = await sound(laboratory, ECHOES)
    assert told.ok
    assert "ulaw" in told.found


async def test_a_number_that_answers_without_sound_is_no_proof(laboratory: Laboratory) -> None:
    told = await sound(laboratory, ANSWERS_SILENTLY)
    assert not told.ok
    assert "no tone" in told.found
    assert "RTP" in told.mend


async def test_a_test_number_that_does_not_answer_is_told(laboratory: Laboratory) -> None:
    told = await sound(laboratory, BUSY)
    assert not told.ok
    assert "not answered" in told.found


async def test_a_certificate_that_nobody_trusts_is_told(laboratory: Laboratory) -> None:
    link = LinkSettings(host=laboratory.address, ca_file=None)
    found = await examine(dataclasses.replace(laboratory.settings, link=link), wall=posix_now)
    told = next(one for one in found if one.name == "browser phones")
    assert not told.ok
    assert "not trusted" in told.found


async def test_a_trunk_that_is_down_is_named_with_its_mend(laboratory: Laboratory) -> None:
    asked = dataclasses.replace(
        settings(laboratory), trunks=(TrunkSettings(name="trunk-down", host=f"{laboratory.net}.7"),)
    )
    (bad,) = [one for one in await examine(asked, wall=posix_now) if not one.ok]
    assert bad.name == "trunk trunk-down"
    assert bad.mend


async def test_a_wrong_secret_is_the_first_and_only_thing_told(laboratory: Laboratory) -> None:
    asked = dataclasses.replace(settings(laboratory), ami=AmiSettings(secret=new_password()))
    (bad,) = await examine(asked, wall=posix_now)
    assert not bad.ok
    assert "refused" in bad.found


async def test_a_clock_that_differs_is_told(laboratory: Laboratory) -> None:
    found = await examined(settings(laboratory), wall=lambda: posix_now() - 30.0)
    assert [one.name for one in found if not one.ok] == ["clock"]
