"""A carrier that demands an account, registration, TLS and SRTP; and those who only look like it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator

import pytest
from floor import Floor
from lab.laboratory import ACCOUNT_SECRET, AMI_SECRET, Laboratory, reason_missing
from public import PublicWatch

from dialer.clock import monotonic_now, posix_now
from dialer.domain.events import CallAnswered, CallBridged, InboundArrived
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.doctor import Found, examine
from telephony.asterisk.passwords import new_password
from telephony.asterisk.settings import MediaEncryption, Transport, TrunkSettings
from telephony.asterisk.trunks import TrunkPlan
from telephony.asterisk.wire import Action

ECHOES, OURS = "+15550100006", "+15550100199"


def trunks(net: str) -> tuple[TrunkSettings, ...]:
    secure = TrunkSettings(
        name="secure",
        host=f"{net}.3",
        transport=Transport.TLS,
        media_encryption=MediaEncryption.SDES,
        username="account",
        secret=ACCOUNT_SECRET,
        codecs=("alaw", "ulaw"),
        qualify_every=3,
        test_number=ECHOES,
        test_caller_id=OURS,
    )
    only_calls = dataclasses.replace(
        secure, registers=False, receives=False, test_number=None, test_caller_id=None
    )
    return (
        secure,
        dataclasses.replace(only_calls, name="other-name", port=5062),
        dataclasses.replace(only_calls, name="nobody-s", port=5063),
        dataclasses.replace(only_calls, name="no-account", username=None, secret=None),
        dataclasses.replace(only_calls, name="guessed", secret=new_password()),
        dataclasses.replace(only_calls, name="clear-sound", media_encryption=MediaEncryption.NO),
    )


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    with Laboratory(trunks=trunks) as running:
        yield running


def over(laboratory: Laboratory, trunk: str) -> Floor:
    return Floor(laboratory, trunks=(TrunkPlan(name=trunk, calls_per_second=200, lines=10),))


@pytest.fixture
async def secure(laboratory: Laboratory) -> AsyncIterator[Floor]:
    running = over(laboratory, "secure")
    await running.start()
    yield running
    await running.stop()


async def registered(laboratory: Laboratory) -> None:
    ends = monotonic_now() + 60.0
    while "Registered" not in (said := laboratory.pbx.command("pjsip show registrations")):
        messages = (laboratory.pbx.home / "log/messages").read_text(errors="replace")
        assert monotonic_now() < ends, f"not registered: {said}\n{messages[-3000:]}"
        await asyncio.sleep(0.3)


async def examined(laboratory: Laboratory) -> dict[str, Found]:
    await registered(laboratory)
    link = dataclasses.replace(
        laboratory.settings.link, host=laboratory.address, ca_file=str(laboratory.certificate)
    )
    found = await examine(dataclasses.replace(laboratory.settings, link=link), wall=posix_now)
    return {one.name: one for one in found}


async def test_a_call_is_placed_and_talked_over_it(laboratory: Laboratory, secure: Floor) -> None:
    await registered(laboratory)
    agent = await secure.agent("anna", "seat1")
    attempt = await secure.call("006")
    await secure.wait(CallAnswered, attempt=attempt)
    await secure.bridge(attempt, agent)
    await secure.wait(CallBridged, attempt=attempt)
    await secure.hang_up(attempt)
    await secure.over(attempt)


async def test_sound_goes_both_ways_encrypted_in_the_first_codec_named(laboratory: Laboratory) -> None:
    """The tone comes back; the carrier says that the sound was SRTP, in the first of our codecs."""
    async with PublicWatch(laboratory) as public:
        found = await examined(laboratory)
    assert found["sound over secure"].ok
    assert "alaw" in found["sound over secure"].found
    (heard,) = public.sounds
    assert heard.get("secure") == "1"
    assert "alaw" in heard.get("codec")


async def test_the_doctor_says_that_it_is_registered_reachable_and_whose_certificate_it_has(
    laboratory: Laboratory,
) -> None:
    found = await examined(laboratory)
    registration = found["registration of secure"]
    assert registration.ok
    assert registration.found == f"registered at {laboratory.net}.3:5061 over tls as account"
    assert found["trunk secure"].ok
    assert "tls, sound encrypted" in found["trunk secure"].found
    assert found["certificate of secure"].ok
    other, strange = found["certificate of other-name"], found["certificate of nobody-s"]
    assert (other.ok, "not valid for" in other.found) == (False, True)
    assert (strange.ok, "self-signed" in strange.found) == (False, True)
    assert not found["trunk other-name"].ok
    assert not found["trunk nobody-s"].ok
    assert found["Asterisk's version"].ok
    assert ACCOUNT_SECRET not in str(found)


@pytest.mark.parametrize("trunk", ["other-name", "nobody-s", "no-account", "guessed", "clear-sound"])
async def test_no_call_goes_out_to_who_is_not_the_carrier_or_over_less_than_it_demands(
    laboratory: Laboratory, trunk: str
) -> None:
    floor = over(laboratory, trunk)
    await floor.start()
    try:
        async with PublicWatch(laboratory) as public:
            attempt = await floor.call("000")
            await floor.over(attempt)
        assert floor.of(attempt, CallAnswered) == []
        assert public.rung == {}
    finally:
        await floor.stop()


async def test_a_person_reaches_us_by_the_registration(laboratory: Laboratory, secure: Floor) -> None:
    """The carrier sends the call over TLS with SRTP to where we said that we are."""
    await registered(laboratory)
    before = len(secure.told)
    async with PublicWatch(laboratory) as public:
        await public.call_back("12125550177", "account")
        arrived = await secure.wait(InboundArrived, since=before)
        assert secure.system.caller_of(arrived.call) == "+12125550177"
    laboratory.pbx.command("channel request hangup all")


async def test_the_dialer_s_user_does_not_see_the_account_s_password(laboratory: Laboratory) -> None:
    """The list of registrations comes with it, for everybody who has the class `reporting`."""
    link = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address))
    await link.connect()
    try:
        answer = await link.send(Action(name="PJSIPShowRegistrationsOutbound"))
    finally:
        await link.close()
    assert not answer.is_success


async def test_the_doctor_s_user_can_do_nothing_to_a_call(laboratory: Laboratory) -> None:
    secret = laboratory.settings.ami.doctor_secret or ""
    link = AmiConnection(
        AmiAddress(user="fairdial-doctor", secret=secret, host=laboratory.address, events="system")
    )
    await link.connect()
    try:
        for name, fields in {
            "Originate": {"Channel": "PJSIP/seat1", "Context": "fairdial-agent", "Exten": "ready"},
            "Hangup": {"Channel": "/.*/"},
            "Setvar": {"Variable": "X", "Value": "1"},
            "GetConfig": {"Filename": "manager.conf"},
            "Redirect": {"Channel": "x", "Context": "fairdial-agent", "Exten": "ready", "Priority": "1"},
        }.items():
            answer = await link.send(Action(name=name, fields=fields))
            assert "denied" in answer.get("message").lower(), name
    finally:
        await link.close()
