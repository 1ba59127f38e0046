"""The real engine, runtime and store on a real Asterisk: a floor of ten for a minute."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lab.laboratory import AMI_SECRET, Laboratory

from dialer.cli.live_floor import FloorOrder, Running, running_floor
from dialer.cli.made_up import stock
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import FairdialError
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallTimedOut,
    DispositionRecorded,
    Event,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, EndpointId
from dialer.domain.ports import TelephoneCommand
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.store import Store
from dialer.web.tokens import Tokens
from telephony.asterisk.adapter import EVERY_CAMPAIGN, AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan

SECONDS = float(os.environ.get("FAIRDIAL_FLOOR_SECONDS", "45"))
AGENTS = 10
CAMPAIGN = CampaignId("made-up")
# a Monday, early afternoon in New York: the gate allows calls whenever the test runs
SHOWS = datetime(2026, 11, 23, 18, 0, tzinfo=UTC).timestamp()
# share of numbers (their last two digits) -> what the laboratory's number does
FATES = ((35, "204"), (50, "911"), (65, "110"), (75, "012"), (80, "013"), (100, "141"))


class Watched(AsteriskSystem):
    """The adapter, dialing the laboratory's numbers; keeps what was ordered and what was told."""

    ordered: list[AttemptId]
    heard: list[Event]

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        if isinstance(command, Originate) and dial is not None:
            self.ordered.append(command.attempt)
            ending = next(fate for share, fate in FATES if int(dial[-2:]) < share)
            dial = f"{dial[:-3]}{ending}"
        await super().perform(command, dial=dial)

    async def events(self) -> AsyncIterator[Event]:
        async for event in super().events():
            self.heard.append(event)
            yield event


async def staff(running: Running) -> None:
    """Ten collectors who get ready and write down what came of each talk."""
    names = [AgentId(f"agent-{number}") for number in range(1, AGENTS + 1)]
    while True:
        seen = {view.agent: view for view in running.floor.snapshot().agents}
        for number, name in enumerate(names, 1):
            view = seen.get(name)
            event: Event | None = None
            if view is None or view.state is AgentState.LOGGED_OUT:
                endpoint = EndpointId(f"seat{number}")
                event = AgentLoggedIn(agent=name, campaign=CAMPAIGN, endpoint=endpoint)
            elif view.state is AgentState.NOT_READY:
                event = AgentGotReady(agent=name)
            elif view.state is AgentState.WRAPPING and view.attempt is not None:
                result = Disposition(kind=DispositionKind.HUNG_UP_UNVERIFIED)
                event = DispositionRecorded(agent=name, attempt=view.attempt, disposition=result)
            if event is not None:
                with contextlib.suppress(FairdialError):  # moved on meanwhile: look again
                    await running.floor.submit(event)
        await asyncio.sleep(0.2)


@pytest.mark.timeout(600)
async def test_a_floor_dials_joins_and_accounts_for_every_attempt(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=4000, now=clock.posix())
    settings = CampaignSettings(
        campaign=CAMPAIGN,
        client=ClientId("made-up"),
        caller_id="+12125550100",
        lines=40,
        launches_per_second=10,
        ring_s=15.0,
    )
    order = FloorOrder(
        database=database,
        campaigns=(settings,),
        tokens=Tokens([]),
        settings=RuntimeSettings(drain_s=25.0),
    )
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address)
    adapter = AdapterSettings(
        trunks=(TrunkPlan(name="trunk", lines=60),), voices={EVERY_CAMPAIGN: Voice(message="sorry")}
    )
    system = Watched(address, adapter, now=clock.posix, wall=posix_now)
    system.ordered, system.heard = [], []
    async with running_floor(order, network=system, clock=clock) as running:
        staffing = asyncio.create_task(staff(running))
        await asyncio.sleep(SECONDS)
        staffing.cancel()
    ended = Counter(e.attempt for e in system.heard if isinstance(e, CallEnded | CallNotAttempted))
    outcomes = Counter(e.outcome for e in system.heard if isinstance(e, CallEnded))
    report(system, outcomes)
    assert len(system.ordered) == len(set(system.ordered)) > AGENTS
    assert {attempt: ended[attempt] for attempt in system.ordered} == dict.fromkeys(system.ordered, 1)
    assert outcomes[Outcome.CONNECTED] >= AGENTS
    assert outcomes[Outcome.BUSY] > 0
    assert "fd.call" not in laboratory.pbx.command("core show channels concise")


def report(system: Watched, outcomes: Counter[Outcome]) -> None:
    """What the run measured, for whoever reads the output."""
    answered = {e.attempt: e.answered_at for e in system.heard if isinstance(e, CallAnswered)}
    spans = sorted(
        e.bridged_at - answered[e.attempt]
        for e in system.heard
        if isinstance(e, CallBridged) and e.attempt in answered
    )
    timed_out = sum(isinstance(e, CallTimedOut) for e in system.heard)
    print(f"\nordered {len(system.ordered)}, {dict(outcomes)}, timed out {timed_out}")
    if spans:
        middle, late = spans[len(spans) // 2], spans[int(len(spans) * 0.95)]
        print(f"answered to joined: p50 {middle * 1000:.1f} ms, p95 {late * 1000:.1f} ms, n {len(spans)}")
