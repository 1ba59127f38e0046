"""An engine that was overtaken rings nobody: the written dialplan refuses its orders before it dials."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.errors import OlderTermError
from dialer.domain.events import CallAnswered
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.launch_lines import LaunchLines
from telephony.asterisk.terms import Term
from telephony.asterisk.wire import Action, AmiMessage


@pytest.fixture
async def link(laboratory: Laboratory) -> AsyncIterator[AmiConnection]:
    running = AmiConnection(_address(laboratory))
    await running.connect()
    yield running
    await running.close()


def _address(laboratory: Laboratory) -> AmiAddress:
    return AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address)


async def _in_charge(link: AmiConnection) -> Term:
    term = Term()
    term.number = int(posix_now() * 10)  # later than any of an earlier test
    await term.claim(link)
    return term


def _order(channel: str) -> Action:
    where = {"Channel": "PJSIP/+15550101000@trunk", "Context": "fairdial-customer", "Exten": "answered"}
    fields = {**where, "Priority": 1, "Timeout": 5000, "Async": True, "ChannelId": channel}
    return Action(name="Originate", fields=fields, variables={"FD_LIMIT": "1", "FD_UNSERVED": "hangup"})


async def _placed(laboratory: Laboratory, order: Action) -> AmiMessage:
    lines = LaunchLines(_address(laboratory))
    try:
        return await lines.place(order, why_not=lambda: None, within=20.0)
    finally:
        lines.close()


async def _events_until_hangup(link: AmiConnection, channel: str) -> list[str]:
    names: list[str] = []
    async with asyncio.timeout(15):
        async for item in link.events:
            if isinstance(item, AmiMessage) and channel in (item.get("uniqueid"), item.get("destuniqueid")):
                names.append(item.get("userevent") or item.event)
                if item.event == "Hangup":
                    return names
    raise AssertionError("the stream ended")


async def test_an_order_of_an_older_term_reaches_no_carrier(
    laboratory: Laboratory, link: AmiConnection
) -> None:
    """What a process that was stopped still sends when it wakes: its own connection, its own older term."""
    old = await _in_charge(link)
    new = Term()
    new.number = old.number + 1
    await new.claim(link)
    answer = await _placed(laboratory, old.on(_order("fd.call.old-1")))
    assert not answer.is_success
    told = await _events_until_hangup(link, "fd.call.old-1")
    assert "FairdialTerm" in told
    assert not {"DialState", "Newstate"} & set(told), "nothing was dialed"
    assert (await _placed(laboratory, new.on(_order("fd.call.new-1")))).is_success
    assert "DialState" in await _events_until_hangup(link, "fd.call.new-1")


async def test_a_term_is_never_lowered_and_outlives_a_restart_of_asterisk(
    laboratory: Laboratory, link: AmiConnection
) -> None:
    new = await _in_charge(link)
    old = Term()
    old.number = new.number - 1
    with pytest.raises(OlderTermError):
        await old.claim(link)
    laboratory.pbx.stop()
    laboratory.pbx.start(outlive=False)
    again = AmiConnection(_address(laboratory))
    await again.connect()
    try:
        with pytest.raises(OlderTermError):
            await old.claim(again)
        await new.claim(again)
    finally:
        await again.close()


async def test_calls_in_charge_are_placed_answered_and_ended_as_any(laboratory: Laboratory) -> None:
    """Ten at once, each over a connection of its own; one that is busy and one number that does not exist."""
    floor = Floor(laboratory)
    floor.system.of_term(int(posix_now() * 10))
    await floor.start()
    attempts = [await floor.call("00") for _ in range(10)]
    busy, dead = await floor.call("10"), await floor.call("12")
    outcomes = [getattr(await floor.over(attempt), "outcome", None) for attempt in (busy, dead)]
    assert outcomes == [Outcome.BUSY, Outcome.INVALID_NUMBER]
    for attempt in attempts:
        await floor.over(attempt)
    assert all(len(floor.of(attempt, CallAnswered)) == 1 for attempt in attempts)
    assert floor.system.load == {"calls": 0, "inbound": 0, "orders": 0, "tasks": 0}
    await floor.stop()
