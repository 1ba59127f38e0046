"""What the doctor says of a real TURN server: whose credentials it takes, and whom it relays to."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lab.laboratory import Laboratory
from turn import TurnServer, reason_missing

from dialer.clock import posix_now
from telephony.asterisk.found import Found
from telephony.asterisk.passwords import new_password
from telephony.asterisk.relay import RelaySettings
from telephony.asterisk.relay_check import relays_found
from telephony.asterisk.settings import AsteriskSettings

pytestmark = pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))


@pytest.fixture
def relayed(laboratory: Laboratory) -> AsteriskSettings:
    """The laboratory's Asterisk with a relay at an address of its own, over UDP and TCP."""
    address = f"{laboratory.net}.4"
    turn = (f"turn:{address}:3478?transport=udp", f"turn:{address}:3478?transport=tcp")
    return dataclasses.replace(laboratory.settings, relay=RelaySettings(turn=turn, secret=new_password()))


@pytest.fixture
async def server(
    laboratory: Laboratory, relayed: AsteriskSettings, tmp_path: Path
) -> AsyncIterator[TurnServer]:
    running = TurnServer(tmp_path / "turn", relayed, address=f"{laboratory.net}.4")
    await running.start()
    yield running
    running.stop()


async def told(settings: AsteriskSettings, *, peers: tuple[str, ...] | None = None) -> list[Found]:
    peers = settings.relay_peers if peers is None else peers
    return await relays_found(settings, peers=peers, now=posix_now())


async def test_the_written_server_is_well_over_udp_and_tcp(
    relayed: AsteriskSettings, server: TurnServer, laboratory: Laboratory
) -> None:
    assert server.address
    found = await told(relayed)
    assert [one.ok for one in found] == [True, True], found
    assert found[0].found == f"takes our credentials, relays to {laboratory.address} alone"


async def test_another_secret_is_told(relayed: AsteriskSettings, server: TurnServer) -> None:
    assert server.address
    other = dataclasses.replace(relayed, relay=dataclasses.replace(relayed.relay, secret=new_password()))
    for one in await told(other):
        assert (one.ok, "refuses our credentials (401)" in one.found) == (False, True), one
        assert "static-auth-secret" in one.mend


async def test_a_relay_that_does_not_reach_asterisk_is_told(
    relayed: AsteriskSettings, server: TurnServer
) -> None:
    assert server.address
    for one in await told(relayed, peers=("127.0.0.9",)):
        assert (one.ok, one.found) == (False, "it does not relay to 127.0.0.9")


async def test_a_relay_that_reaches_everybody_is_told(
    laboratory: Laboratory, relayed: AsteriskSettings, tmp_path: Path
) -> None:
    open_to = dataclasses.replace(relayed.relay, peers=(laboratory.address, "192.0.2.1"))
    running = TurnServer(
        tmp_path / "open", dataclasses.replace(relayed, relay=open_to), address=f"{laboratory.net}.4"
    )
    await running.start()
    try:
        for one in await told(relayed):
            assert (one.ok, one.found) == (False, "it relays to any address")
    finally:
        running.stop()


async def test_a_server_that_is_not_there_is_told(relayed: AsteriskSettings) -> None:
    for one in await told(relayed):
        assert not one.ok
        assert "start the TURN server" in one.mend
