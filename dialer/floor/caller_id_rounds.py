"""Our own numbers, called once a day: whether each still leads back to us is found out without being asked.

Theory of operation. From an hour of the day on every number is due that was not tested since that hour. They
are called one by one, the longest untested first, and only while no more calls are in flight than the
settings allow: a test takes a line of the trunk, and no person waits for one because of it. What was seen is
an event of the engine like a test that was asked for, so it is kept, shown, and decides whether the number
may be shown. A number that leads nowhere is an alarm of the engine; one whose turn did not come all day, of
ours.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import CollectorRegistry, Gauge

from dialer.domain.errors import FairdialError
from dialer.domain.events import CallerIdTested, Event
from dialer.domain.inbound import InboundState
from dialer.domain.ports import TestsCallerIds
from dialer.domain.snapshot import CallerIdView, FloorSnapshot
from dialer.settings import CallerIdTests

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 15.0
AGAIN_S = 600.0
"""Until a number is tried again that could not be called at all: the telephone system was not reached."""
LATE_S = 20 * 3600.0
"""After the hour; a number that is still due then has an alarm."""


class TestedFloor(Protocol):
    """What the rounds need of a running floor."""

    async def submit(self, event: Event, *, within: float = 10.0) -> object:
        """Let the engine take an event."""
        ...

    def snapshot(self) -> FloorSnapshot:
        """The floor as of the last step."""
        ...


class CallerIdRounds:
    """Tests the numbers of a floor that is served.

    Args:
        plan: from which hour on, and beside how many calls.
        now: POSIX seconds by the floor's clock.
    """

    def __init__(
        self,
        floor: TestedFloor,
        network: TestsCallerIds,
        plan: CallerIdTests,
        registry: CollectorRegistry,
        *,
        now: Callable[[], float],
    ) -> None:
        self._floor = floor
        self._network = network
        self._plan = plan
        self._now = now
        self._again: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._leads_back = Gauge(
            "fairdial_caller_id_leads_back",
            "1 = the last test call to the number came in, 0 = it did not",
            ["number"],
            registry=registry,
        )

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Test the number that is due longest, if one is and the lines are free."""
        now, picture = self._now(), self._floor.snapshot()
        for row in picture.caller_ids:
            if row.test is not None:
                self._leads_back.labels(row.number).set(row.test.passed)
        since = begun_at(self._plan, now)
        waiting = due(picture.caller_ids, since)
        self._tell_late(waiting, since, now)
        first = next((row for row in waiting if self._again.get(row.number, now) <= now), None)
        if first is not None and is_quiet(picture, self._plan):
            await self._test(first, picture.caller_ids)

    async def _test(self, row: CallerIdView, rows: Sequence[CallerIdView]) -> None:
        try:
            result = await self._network.test_caller_id(row.number, shown=shown_beside(rows, row))
            await self._floor.submit(CallerIdTested(number=row.number, test=result))
        except (FairdialError, TimeoutError) as error:
            self._again[row.number] = self._now() + AGAIN_S
            log.warning("caller_id.not_tested", number=row.number, why=str(error))
            return
        self._again.pop(row.number, None)
        self._leads_back.labels(row.number).set(result.passed)

    def _tell_late(self, waiting: Sequence[CallerIdView], since: float, now: float) -> None:
        """Once a day for each."""
        if now - since < LATE_S:
            return
        for row in waiting:
            if self._told.get(row.number) != since:
                self._told[row.number] = since
                text = f"{row.number} could not be tested all day: the lines were never free for it"
                log.warning("alarm", subject="caller ids", text=text, number=row.number)


def begun_at(plan: CallerIdTests, now: float) -> float:
    """POSIX seconds at which the round that goes on at `now` began: the newest passing of its hour."""
    here = ZoneInfo(plan.time_zone)
    today = datetime.fromtimestamp(now, here).date()
    began = datetime.combine(today, plan.daily_at, tzinfo=here).timestamp()
    if began > now:
        began = datetime.combine(today - timedelta(days=1), plan.daily_at, tzinfo=here).timestamp()
    return began


def due(rows: Sequence[CallerIdView], since: float) -> tuple[CallerIdView, ...]:
    """Numbers not tested since then, those never tested first, then the longest untested."""
    stale = [row for row in rows if row.test is None or row.test.at < since]
    return tuple(sorted(stale, key=lambda row: (row.test is not None, row.test.at if row.test else 0.0)))


def is_quiet(picture: FloorSnapshot, plan: CallerIdTests) -> bool:
    """Whether a line may be taken: the telephone system is there, and no more calls are in flight, ours and
    those of people who call us, than the settings allow."""
    placed = sum(row.in_flight for row in picture.campaigns)
    received = sum(row.state is not InboundState.OVER for row in picture.inbound)
    return picture.is_network_up and placed + received <= plan.beside_calls


def shown_beside(rows: Sequence[CallerIdView], row: CallerIdView) -> str:
    """The number that a test call shows: another one of its pool, else of all. Carriers treat a call of a
    number to itself as one to its mailbox."""
    others = [each for each in rows if each.number != row.number]
    of_its_pool = [each for each in others if each.pool == row.pool]
    return next((each.number for each in (*of_its_pool, *others)), row.number)
