"""A floor on two laboratories: two Asterisks, two carriers, one engine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from lab.laboratory import Laboratory
from proxy import Wire
from public import PublicWatch
from whole import AGENTS, SHOWS, Watched, make_order, make_store, make_system, staff

from compliance_gate.book.shipped import sample_rulebook
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.ids import BoxId, EndpointId
from dialer.domain.snapshot import BoxView
from dialer.floor.live import Running, running_floor
from dialer.runtime.clocks import RehearsalClock
from telephony.asterisk.passwords import new_password
from telephony.asterisk.settings import TrunkSettings
from telephony.asterisk.trunks import TrunkPlan
from telephony.fleet.box import BoxPlan, FleetTimings
from telephony.fleet.fleet import Fleet

NORTH, SOUTH = BoxId("north"), BoxId("south")
PHONES = frozenset(EndpointId(f"seat{number}") for number in range(1, AGENTS + 1))
TIMINGS = FleetTimings(first_wait=0.1, most_wait=0.5, give_up=4.0)
AWAY = (AgentState.LOGGED_OUT, AgentState.LEG_LOST)


LENT = 20
"""Lines that each lends the other."""


def break_trunk(laboratory: Laboratory) -> None:
    """Let the laboratory's trunk lead to a closed port; its simulated telephones stay."""
    _lead_trunk(laboratory, 2, 8)


def mend_trunk(laboratory: Laboratory) -> None:
    """Let it lead to the carrier again."""
    _lead_trunk(laboratory, 8, 2)


def _lead_trunk(laboratory: Laboratory, before: int, after: int) -> None:
    file = laboratory.pbx.home / "etc/pjsip.conf"
    leads = f"contact = sip:{laboratory.net}.{{}}:5060\nqualify"
    text = file.read_text()
    assert leads.format(before) in text
    file.write_text(text.replace(leads.format(before), leads.format(after)))
    laboratory.pbx.command("module reload res_pjsip.so")


def tie(north: Laboratory, south: Laboratory) -> None:
    """Give each a trunk to the other; before they are started."""
    secret = new_password()
    for own, name, other, there in ((north, NORTH, south, SOUTH), (south, SOUTH, north, NORTH)):
        trunk = TrunkSettings(
            name=f"to-{there}",
            host=other.address,
            box=there,
            lines=LENT,
            qualify_every=3,
            username=name,
            secret=secret,
            incoming_username=there,
            incoming_secret=secret,
        )
        own.settings = replace(own.settings, name=name, trunks=(*own.settings.trunks, trunk))


def way_to(box: BoxId) -> TrunkPlan:
    """The same as the adapter knows it."""
    return TrunkPlan(name=f"to-{box}", box=box, lines=LENT)


class TwoBoxes:
    """The floor at work, and what the two carriers saw."""

    def __init__(
        self,
        running: Running,
        fleet: Fleet,
        database: str,
        public: Counter[str],
        systems: Mapping[BoxId, Watched],
        rung: Mapping[BoxId, Counter[str]],
    ) -> None:
        self.running = running
        self.fleet = fleet
        self._database = database
        self.public = public
        self.systems = systems
        self.rung_by = rung
        """Numbers that each box's carrier rang."""

    def box(self, name: BoxId) -> BoxView:
        return next(row for row in self.running.floor.snapshot().boxes if row.box == name)

    def seated(self, name: BoxId) -> int:
        """Agents of use whose leg is up there."""
        agents = self.running.floor.snapshot().agents
        return sum(row.box == name and row.state not in AWAY for row in agents)

    def talking(self, name: BoxId) -> int:
        agents = self.running.floor.snapshot().agents
        return sum(row.box == name and row.state is AgentState.TALKING for row in agents)

    async def until(self, is_so: Callable[[], bool], *, within: float = 40.0) -> None:
        try:
            async with asyncio.timeout(within):
                while not is_so():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            snapshot = self.running.floor.snapshot()
            raise AssertionError(f"{snapshot.boxes}\n{snapshot.agents}\n{snapshot.campaigns}") from None

    async def at_work(self) -> None:
        """Every agent has a leg, both boxes are heard, and at both somebody talks."""
        await self.until(lambda: self.box(NORTH).is_up and self.box(SOUTH).is_up)
        await self.until(lambda: self.seated(NORTH) + self.seated(SOUTH) == AGENTS)
        await self.until(lambda: self.talking(NORTH) > 0 and self.talking(SOUTH) > 0)

    def attempts(self) -> tuple[int, int]:
        """Attempts in the store, and how many of them have an outcome."""
        with sqlite3.connect(self._database) as store:
            total, ended = store.execute("select count(*), count(outcome) from attempts").fetchone()
        return int(total), int(ended)


@asynccontextmanager
async def two_boxes(
    north: Laboratory,
    south: Laboratory,
    folder: Path,
    *,
    wire: Wire | None = None,
    are_tied: bool = False,
) -> AsyncGenerator[TwoBoxes]:
    """A floor of ten scripted collectors.

    Args:
        wire: to the manager interface of the south.
        are_tied: whether `tie` gave each a trunk to the other.
    """
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(folder / "floor.db")
    make_store(database, now=clock.posix())
    south_address = (south.address, 5038) if wire is None else ("127.0.0.1", wire.port)
    systems = {
        NORTH: make_system(clock, host=north.address, others=(way_to(SOUTH),) if are_tied else ()),
        SOUTH: make_system(
            clock,
            host=south_address[0],
            port=south_address[1],
            others=(way_to(NORTH),) if are_tied else (),
        ),
    }
    plans = [BoxPlan(box=name, system=system, phones=PHONES, lines=60) for name, system in systems.items()]
    fleet = Fleet(plans, timings=TIMINGS)
    rung: Counter[str] = Counter()
    async with PublicWatch(north) as one, PublicWatch(south) as other:
        order = make_order(database, drain_s=25.0)
        async with running_floor(order, network=fleet, clock=clock, rulebook=sample_rulebook()) as running:
            work = asyncio.create_task(staff(running))
            yield TwoBoxes(running, fleet, database, rung, systems, {NORTH: one.rung, SOUTH: other.rung})
            work.cancel()
        rung.update(one.rung)
        rung.update(other.rung)
    assert rung
    assert {number: times for number, times in rung.items() if times > 1} == {}
    with sqlite3.connect(database) as store:
        open_attempts = store.execute("select count(*) from attempts where outcome is null").fetchone()
    assert open_attempts == (0,)
