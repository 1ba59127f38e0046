"""The simulated network, behind a socket, keeps every duty of the port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.clock import monotonic_now
from dialer.domain.attempt import Outcome
from telephony.conformance.bench import Bench, Numbers
from telephony.conformance.inbound import *  # noqa: F403 - as below
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Answerer, Fate, Public, PublicPlan
from telephony.simulated.client import Address, SimulatedNetwork
from telephony.simulated.server import NetworkServer

FACTOR = 20.0
FIXED = {
    "+1000": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=60.0),
    "+1001": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=1.0),
    "+1002": Fate(after_s=0.5, answerer=None, failure=Outcome.BUSY, cause="17 user busy", rings=False),
    "+1003": Fate(after_s=0.5, answerer=None, failure=Outcome.INVALID_NUMBER, cause="1", rings=False),
    "+1004": Fate(after_s=3600.0, answerer=None),
    "+1005": Fate(after_s=0.5, answerer=Answerer.PERSON, presses="9"),
    "+1006": Fate(after_s=0.5, answerer=Answerer.MACHINE),
    "+1007": Fate(after_s=0.5, answerer=Answerer.MACHINE, tape_s=1.0),
}
NUMBERS = Numbers(
    answers="+1000",
    answers_and_leaves="+1001",
    busy="+1002",
    invalid="+1003",
    rings="+1004",
    presses="+1005",
    machine="+1006",
    short_tape="+1007",
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    began = monotonic_now()

    def now() -> float:
        return 1_780_000_000.0 + (monotonic_now() - began) * FACTOR

    network = InMemoryNetwork(Public(PublicPlan(fixed=FIXED), seed=1), now=now, factor=FACTOR)
    server = NetworkServer(network, Address(host="127.0.0.1", port=0))
    address = await server.start()

    async def call_in(number: str, dialed: str, key: str) -> None:
        network.door.call_in(number, dialed, key=key)

    async def cut() -> None:
        server.cut()

    made = Bench(
        system=SimulatedNetwork(address),
        numbers=NUMBERS,
        now=now,
        cut=cut,
        call_in=call_in,
        factor=FACTOR,
        patience_s=20.0,
    )
    await made.connect()
    yield made
    await made.close()
    await server.stop()
