"""An agent at home: all sound goes over a TURN server, with credentials that end by themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk import Desk
from lab.laboratory import Laboratory
from playwright.async_api import Browser
from station import Station, station, until
from turn import TurnServer, reason_missing

from telephony.asterisk.passwords import new_password
from telephony.asterisk.relay import RelaySettings

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing())),
]

# Keeps every connection of the page where a test can ask it.
_KEEP = """
const Plain = window.RTCPeerConnection;
window.kept = [];
window.RTCPeerConnection = class extends Plain {
  constructor(...given) { super(...given); window.kept.push(this); }
};
"""
# Kinds of the way that sound takes, and bytes that came over it.
_WAY = """async () => {
  const connection = window.kept.at(-1);
  if (connection === undefined) return null;
  const found = [...(await connection.getStats()).values()];
  const transport = found.find((one) => one.type === 'transport');
  const pair = found.find((one) => one.id === transport?.selectedCandidatePairId);
  if (pair === undefined) return null;
  const local = found.find((one) => one.id === pair.localCandidateId);
  const offered = found.filter((one) => one.type === 'local-candidate').map((one) => one.candidateType);
  return {local: local.candidateType, offered, received: pair.bytesReceived};
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def at_home(
    laboratory: Laboratory, browser: Browser, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[tuple[Station, Desk, TurnServer]]]]:
    """A station, and a desk whose browser may send sound over the relay alone."""
    address = f"{laboratory.net}.4"
    relay = RelaySettings(
        turn=(f"turn:{address}:3478?transport=udp",), secret=new_password(), only=True, lifetime_s=3600
    )
    async with AsyncExitStack() as stack:

        async def make(ending: str, **changes: Any) -> tuple[Station, Desk, TurnServer]:
            written = dataclasses.replace(laboratory.settings, relay=dataclasses.replace(relay, **changes))
            server = TurnServer(tmp_path / "turn", written, address=address)
            await server.start()
            stack.callback(server.stop)
            place = await stack.enter_async_context(station(laboratory, tmp_path, ending=ending, relay=relay))
            context = await browser.new_context(permissions=["microphone"])
            await context.add_init_script(_KEEP)
            stack.push_async_callback(context.close)
            return place, await Desk.open(context, place.url), server

        yield make


async def test_a_person_is_heard_over_the_relay_alone(
    at_home: Callable[..., Awaitable[tuple[Station, Desk, TurnServer]]],
) -> None:
    place, desk, server = await at_home("009")
    await desk.get_ready()
    await place.on_call()
    await desk.hears(1004)
    way = await desk.runs(_WAY)
    assert way["local"] == "relay"
    assert set(way["offered"]) == {"relay"}

    async def has_carried_sound() -> bool:
        return (await desk.runs(_WAY))["received"] > 10_000

    await until(has_carried_sound, what="ten thousand bytes of sound over the relay")
    assert ":anna>" in server.log  # whose credentials they were


async def test_a_relay_with_another_secret_takes_nobody_in(
    at_home: Callable[..., Awaitable[tuple[Station, Desk, TurnServer]]],
) -> None:
    _, desk, server = await at_home("009", secret=new_password())
    await desk.sign_in()
    await desk.press("Log in")

    async def refused() -> bool:
        return "401" in server.log

    await until(refused, what="the relay's refusal")
    assert await desk.runs(_WAY) is None


async def test_a_relay_that_may_not_reach_asterisk_carries_nothing(
    at_home: Callable[..., Awaitable[tuple[Station, Desk, TurnServer]]],
) -> None:
    """What is written denies every peer but Asterisk's sound: here another machine is named for it."""
    _, desk, server = await at_home("009", peers=("192.0.2.1",))
    await desk.sign_in()
    await desk.press("Log in")

    async def forbidden() -> bool:
        return "403" in server.log

    await until(forbidden, what="the relay's refusal of the peer")
    assert await desk.runs(_WAY) is None
