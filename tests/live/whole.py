"""A whole floor on the laboratory within a test's own process: engine, gate, runtime and store around the
adapter, which is watched; ten scripted collectors. To look at a floor, see the laboratory's README.

    python tests/live/whole.py DATABASE HOST PORT STATUS-FILE CALL-RECORD   a floor's process, to be killed
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from lab.laboratory import AMI_SECRET

from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import FairdialError
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    AgentLoggedOut,
    DispositionRecorded,
    Event,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, EndpointId
from dialer.domain.ports import TelephoneCommand
from dialer.floor.live import FloorOrder, Running, running_floor
from dialer.floor.made_up import NUMBERS, stock
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.store import Store
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Tokens
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.adapter_settings import EVERY_CAMPAIGN
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan

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
            dial = f"{dial}{fate_of(dial)}"  # still one number a person
        await super().perform(command, dial=dial)

    async def events(self) -> AsyncIterator[Event]:
        async for event in super().events():
            self.heard.append(event)
            yield event


def fate_of(dial: str) -> str:
    """Last three digits of the laboratory's number that stands for a made-up one."""
    return next(fate for share, fate in FATES if int(dial[-2:]) < share)


def make_store(database: str, *, now: float, persons: int = 4000) -> None:
    """A store of made-up people."""
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=persons, now=now)


def make_order(database: str, *, drain_s: float = 25.0, tokens: Tokens | None = None) -> FloorOrder:
    """The floor that is run."""
    settings = CampaignSettings(
        campaign=CAMPAIGN,
        client=ClientId("made-up"),
        caller_id="+12125550100",
        lines=40,
        launches_per_second=10,
        ring_s=15.0,
    )
    return FloorOrder(
        database=database,
        campaigns=(settings,),
        caller_ids=NUMBERS,
        settings=RuntimeSettings(drain_s=drain_s),
        mount=HttpSide(tokens=tokens or Tokens([])).mount,
    )


def make_system(
    clock: RehearsalClock,
    *,
    host: str,
    port: int = 5038,
    call_record: str | None = None,
    others: tuple[TrunkPlan, ...] = (),
) -> Watched:
    """The adapter for that floor.

    Args:
        call_record: Asterisk's own record of calls.
        others: trunks besides the carrier's.
    """
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=host, port=port)
    plans = (TrunkPlan(name="trunk", lines=60), *others)
    settings = AdapterSettings(
        trunks=plans,
        voices={EVERY_CAMPAIGN: Voice(message="sorry")},
        call_record=None if call_record is None else Path(call_record),
    )
    timings = AmiTimings(first_wait=0.05, most_wait=0.5)
    system = Watched(address, settings, now=clock.posix, wall=posix_now, timings=timings)
    system.ordered, system.heard = [], []
    return system


async def staff(running: Running) -> None:
    """Ten collectors: get ready, write down what came of each talk, log in anew when their leg is gone."""
    names = [AgentId(f"agent-{number}") for number in range(1, AGENTS + 1)]
    looks_lost: Counter[AgentId] = Counter()
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
            elif view.state is AgentState.LEG_LOST:
                looks_lost[name] += 1
                if looks_lost[name] % 15 == 0:  # the dialer rings a phone again by itself; people wait 3 s
                    event = AgentLoggedOut(agent=name)
            elif view.state is AgentState.WRAPPING and view.attempt is not None:
                result = Disposition(kind=DispositionKind.HUNG_UP_UNVERIFIED)
                event = DispositionRecorded(agent=name, attempt=view.attempt, disposition=result)
            if event is not None:
                with contextlib.suppress(FairdialError):  # moved on meanwhile: look again
                    await running.floor.submit(event)
        await asyncio.sleep(0.2)


async def _write_status(running: Running, file: Path) -> None:
    while True:
        snapshot = running.floor.snapshot()
        states = {view.agent: view.state.value for view in snapshot.agents}
        talking = sum(row.talking for row in snapshot.campaigns)
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"agents": states, "up": snapshot.is_network_up, "talking": talking}))
        part.replace(file)
        await asyncio.sleep(0.2)


async def _run(database: str, host: str, port: int, status: Path, call_record: str) -> None:
    clock = RehearsalClock(began=float(status.with_name("began").read_text()), shows=SHOWS)
    system = make_system(clock, host=host, port=port, call_record=call_record)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running_floor(make_order(database), network=system, clock=clock) as running:
        work = [asyncio.create_task(staff(running)), asyncio.create_task(_write_status(running, status))]
        await stop.wait()
        for task in work:
            task.cancel()


def _main(arguments: list[str]) -> int:
    if len(arguments) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    database, host, port, status, call_record = arguments
    asyncio.run(_run(database, host, int(port), Path(status), call_record))
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
