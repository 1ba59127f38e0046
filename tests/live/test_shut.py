"""Numbers that are never called are refused by the written dialplan too, whoever asks for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory, reason_missing
from public import PublicWatch
from two_boxes import tie, way_to

from dialer.clock import monotonic_now
from dialer.domain.attempt import Outcome
from dialer.domain.events import CallAnswered, CallBridged, CallEnded
from dialer.domain.ids import BoxId
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.shut import SHUT
from telephony.asterisk.wire import Action, AmiMessage

BORDER = BoxId("south")
_LENGTH = 12


def example(pattern: str) -> str:
    """A number that begins so, as long as one in North America."""
    begins = pattern.replace("N", "2").replace("X", "5")
    return begins + "5" * (_LENGTH - len(begins))


EXAMPLES = tuple(example(row.pattern) for row in SHUT)
SHORT = ("+1911", "+1900", "+999", "911", "112", "+911", "+112", "+100000")


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Laboratory, Laboratory]]:
    """A floor's Asterisk without a carrier of its own, and the one at the border that has one."""
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    own, border = Laboratory(), Laboratory()
    tie(own, border)
    own.settings = replace(own.settings, trunks=own.settings.trunks[-1:])
    with own, border:
        until = monotonic_now() + 20.0
        while "Avail" not in own.pbx.command("pjsip show aor to-south") and monotonic_now() < until:
            time.sleep(0.2)
        yield own, border


class Manager:
    """Somebody who holds the password of the dialer's own user."""

    def __init__(self, link: AmiConnection) -> None:
        self._link = link

    async def call(self, channel: str, name: str) -> str:
        """Dial; the SIP code or the cause it ended with, `answered` when it was."""
        fields = {"Channel": channel, "Context": "fairdial-phone", "Exten": "600", "Priority": 1}
        more = {"CallerID": "<+15550100199>", "Timeout": 8000, "Async": True, "ChannelId": name}
        assert (await self._link.send(Action(name="Originate", fields={**fields, **more}))).is_success
        async with asyncio.timeout(20):
            async for item in self._link.events:
                if not isinstance(item, AmiMessage) or item.get("uniqueid") != name:
                    continue
                if item.event == "Newstate" and item.get("channelstatedesc") == "Up":
                    await self._link.send(Action(name="Hangup", fields={"Channel": name}))
                    return "answered"
                if item.event == "OriginateResponse" and not item.is_success and not item.get("context"):
                    return "no channel"
                if item.event == "Hangup":
                    return item.get("techcause") or item.get("cause")
        raise AssertionError("the connection ended")


@pytest.fixture
async def manager(pair: tuple[Laboratory, Laboratory]) -> AsyncIterator[Manager]:
    link = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=pair[0].address))
    await link.connect()
    yield Manager(link)
    await link.close()


async def test_the_manager_s_user_reaches_no_shut_number_through_the_border(
    pair: tuple[Laboratory, Laboratory], manager: Manager
) -> None:
    """Its Originate names the trunk itself: past the dialer and its list."""
    async with PublicWatch(pair[1]) as public:
        found = {
            number: await manager.call(f"PJSIP/{number}@to-south", f"try.{place}")
            for place, number in enumerate((*EXAMPLES, *SHORT))
        }
        assert set(found.values()) <= {"403", "404"}, found
        assert {number: found[number] for number in EXAMPLES} == dict.fromkeys(EXAMPLES, "403")
        assert public.rung.total() == 0
        assert await manager.call("PJSIP/+15550100000@to-south", "try.other") == "answered"
        await asyncio.sleep(0.2)
        assert public.rung.total() == 1


async def test_a_number_that_is_more_than_a_number_is_no_way_around(
    pair: tuple[Laboratory, Laboratory], manager: Manager
) -> None:
    tricks = ("+1555%261900", "+15550100000%26PJSIP%2f+19005550100", "+1900555%2b100", "+1 9005550100")
    async with PublicWatch(pair[1]) as public:
        for place, trick in enumerate(tricks):
            assert await manager.call(f"PJSIP/{trick}@to-south", f"trick.{place}") in {"403", "404", "400"}
        assert public.rung.total() == 0


async def test_whoever_is_at_the_border_itself_is_refused_by_its_dialplan(
    pair: tuple[Laboratory, Laboratory],
) -> None:
    link = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=pair[1].address))
    await link.connect()
    try:
        async with PublicWatch(pair[1]) as public:
            for place, number in enumerate(("+19005550100", "+19115550100")):
                await Manager(link).call(f"Local/{number}@fairdial-between/n", f"local.{place}")
            assert public.rung.total() == 0
    finally:
        await link.close()


async def test_a_mistyped_transfer_reaches_no_shut_number_and_the_talk_goes_on(
    pair: tuple[Laboratory, Laboratory],
) -> None:
    """The dialer refuses it first, and so it does behind a border; an open number is called by it."""
    floor = Floor(pair[0], trunks=(way_to(BORDER),))
    await floor.start()
    try:
        async with PublicWatch(pair[1]) as public:
            agent = await floor.agent("anna", "seat1")
            talk = await floor.call("005")
            await floor.wait(CallAnswered, attempt=talk)
            await floor.bridge(talk, agent)
            await floor.wait(CallBridged, attempt=talk, agent=agent)
            before = public.rung.total()
            for number in ("+19115550100", "+19005550100"):
                third = await floor.call("000", joins=talk, dial=number)
                over = await floor.over(third)
                assert isinstance(over, CallEnded)
                assert over.outcome is Outcome.INVALID_NUMBER
                assert over.cause.startswith("shut: ")
            assert public.rung.total() == before == 1
            assert not floor.of(talk, CallEnded)
    finally:
        await floor.stop()
