"""A fleet of two in-memory telephone systems keeps every duty of the port."""

from collections.abc import AsyncIterator

import pytest

from dialer.clock import monotonic_now
from dialer.domain.attempt import Outcome
from dialer.domain.ids import BoxId, EndpointId
from telephony.conformance.bench import ENDPOINT, Bench, Numbers
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.fleet.box import BoxPlan
from telephony.fleet.fleet import Fleet
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Answerer, Fate, Public, PublicPlan

FACTOR = 100.0
FIXED = {
    "+1000": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=60.0),
    "+1001": Fate(after_s=0.5, answerer=Answerer.PERSON, talk_s=1.0),
    "+1002": Fate(after_s=0.5, answerer=None, failure=Outcome.BUSY, cause="17 user busy", rings=False),
    "+1003": Fate(after_s=0.5, answerer=None, failure=Outcome.INVALID_NUMBER, cause="1", rings=False),
    "+1004": Fate(after_s=3600.0, answerer=None),
}
NUMBERS = Numbers(answers="+1000", answers_and_leaves="+1001", busy="+1002", invalid="+1003", rings="+1004")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    began = monotonic_now()

    def now() -> float:
        return 1_780_000_000.0 + (monotonic_now() - began) * FACTOR

    networks = [
        InMemoryNetwork(Public(PublicPlan(fixed=FIXED), seed=seed), now=now, factor=FACTOR) for seed in (1, 2)
    ]
    # The suite's agents share a telephone; two of them at two boxes could never pass a talk on.
    phones = (frozenset({ENDPOINT}), frozenset[EndpointId]())
    plans = [
        BoxPlan(box=BoxId(f"box{place}"), system=system, phones=phones[place])
        for place, system in enumerate(networks)
    ]

    async def cut() -> None:
        for network in networks:
            network.lose_connection("cut by the test")

    made = Bench(system=Fleet(plans), numbers=NUMBERS, now=now, cut=cut, factor=FACTOR, patience_s=20.0)
    await made.connect()
    yield made
    await made.close()
