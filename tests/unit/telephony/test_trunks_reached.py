"""Asterisk tells when a trunk's check changes; what changed while nobody listened is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fake_ami import FakeAmi, Headers, event, message, success

from compliance_gate.findings import Clearance
from dialer.clock import posix_now
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Originate
from dialer.domain.events import CallNotAttempted, NetworkReconciled
from dialer.domain.ids import AttemptId, CampaignId, NumberId, PersonId
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.trunks import TrunkPlan

REASON = "trunk carrier does not answer its checks"


def listed(action: Headers, *items: Headers) -> bytes:
    own = action["ActionID"]
    told = b"".join(event(f"{action['Action']}Item", ActionID=own, **item) for item in items)
    begun = message(Response="Success", EventList="start", ActionID=own)
    return begun + told + event(f"{action['Action']}Complete", ActionID=own, EventList="Complete")


class Carrier:
    """Asterisk's word on one trunk."""

    def __init__(self, ami: FakeAmi) -> None:
        self.state = "NOT_INUSE"
        for name in ("Status", "BridgeList"):
            ami.answers[name] = listed
        ami.answers["DeviceStateList"] = lambda action: listed(
            action,
            {"Device": "PJSIP/carrier", "State": self.state},
            {"Device": "PJSIP/seat1", "State": "UNAVAILABLE"},
        )


@pytest.fixture
def carrier(ami: FakeAmi) -> Carrier:
    return Carrier(ami)


@pytest.fixture
async def system(ami: FakeAmi, carrier: Carrier) -> AsyncIterator[AsteriskSystem]:
    made = AsteriskSystem(
        AmiAddress(user="fairdial", secret="s", port=ami.port),
        AdapterSettings(trunks=(TrunkPlan(name="carrier"),)),
        now=posix_now,
        timings=AmiTimings(ping_every=60, first_wait=0.01, most_wait=0.05),
    )
    yield made
    await made.stop()


def order() -> Originate:
    at = datetime.fromtimestamp(posix_now(), UTC)
    return Originate(
        attempt=AttemptId("a1-1"),
        campaign=CampaignId("c"),
        person=PersonId("p"),
        number=NumberId("n"),
        clearance=Clearance(
            clearance="a1-1",
            person="p",
            number="n",
            debts=(),
            issued_at=at,
            expires_at=at + timedelta(seconds=60),
            rulebook="test",
            may_play=frozenset(),
        ),
        caller_id="+12025550100",
        ring_s=15.0,
        answer_limit_s=2.0,
        detection=DetectionMode.OFF,
    )


async def refusal(system: AsteriskSystem) -> str | None:
    """Why a call is not placed; None when it is."""
    await system.perform(order(), dial="+12125550100")
    if system.load["calls"]:
        return None
    async for told in system.events():
        if isinstance(told, CallNotAttempted):
            return told.reason
    raise AssertionError("the call is neither placed nor refused")


@pytest.mark.parametrize(
    ("state", "reason"),
    [("UNAVAILABLE", REASON), ("NOT_INUSE", None), ("INUSE", None), ("UNKNOWN", None), ("INVALID", None)],
)
async def test_a_trunk_that_was_down_before_we_came_takes_no_call(
    carrier: Carrier, system: AsteriskSystem, state: str, reason: str | None
) -> None:
    carrier.state = state
    await system.start()
    assert await refusal(system) == reason


@pytest.mark.parametrize(
    ("uptime", "reason"),
    [("0", None), ("3", None), ("4", REASON), ("86400", REASON), ("", REASON), ("soon", REASON)],
)
async def test_of_an_asterisk_that_has_just_started_nothing_is_known_yet(
    ami: FakeAmi, carrier: Carrier, system: AsteriskSystem, uptime: str, reason: str | None
) -> None:
    """Its checks are on their way; whoever waited for them lost calls after every restart."""
    ami.answers["Login"] = lambda action: success(action) + event("FullyBooted", Uptime=uptime)
    carrier.state = "UNAVAILABLE"
    await system.start()
    assert await refusal(system) == reason


@pytest.mark.parametrize("first", ["UNAVAILABLE", "NOT_INUSE"])
async def test_what_a_trunk_became_while_the_connection_was_down_is_known_after_it(
    ami: FakeAmi, carrier: Carrier, system: AsteriskSystem, first: str
) -> None:
    """A carrier that came back meanwhile was never called by again, for no change of it was told any more."""
    carrier.state = first
    await system.start()
    carrier.state = "NOT_INUSE" if first == "UNAVAILABLE" else "UNAVAILABLE"
    ami.cut()
    async for told in system.events():
        if isinstance(told, NetworkReconciled):
            break
    assert await refusal(system) == (None if first == "UNAVAILABLE" else REASON)
