"""Our own numbers are called once a day, one by one, and only while the lines are free."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

import pytest
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from structlog.testing import capture_logs

from dialer.domain.caller_id import CallBackTest
from dialer.domain.campaign import CampaignState
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import CallerIdTested, Event
from dialer.domain.ids import CampaignId, InboundId
from dialer.domain.inbound import InboundState
from dialer.domain.snapshot import CallerIdView, CampaignView, FloorSnapshot, InboundView
from dialer.floor.caller_id_rounds import AGAIN_S, LATE_S, CallerIdRounds, begun_at
from dialer.settings import CallerIdTests

PLAN = CallerIdTests(daily_at=time(7, 30), time_zone="America/New_York")
BEGAN = datetime(2026, 11, 23, 12, 30, tzinfo=UTC).timestamp()
"""Half past seven in New York."""
FIRST, SECOND, THIRD = "+12125550101", "+12125550102", "+12125550103"


def number(name: str, *, tested: float | None = None, pool: str = "") -> CallerIdView:
    test = None if tested is None else CallBackTest(at=tested, passed=True, told="it came in")
    return CallerIdView(
        number=name,
        calls_back_to="the menu",
        areas=(),
        attempts=0,
        answered=0,
        answered_per_attempt=None,
        daily_ceiling=None,
        is_full=False,
        pool=pool,
        test=test,
    )


def campaign(in_flight: int) -> CampaignView:
    return CampaignView(
        campaign=CampaignId("c"),
        state=CampaignState.RUNNING,
        reason="",
        ringing=0,
        waiting=0,
        talking=in_flight,
        in_flight=in_flight,
        hopper=0,
        reserved=0,
        leads_left=None,
        live_answers=0,
        abandoned=0,
        abandoned_per_live_answer=None,
        headroom=0.0,
    )


def caller(state: InboundState) -> InboundView:
    return InboundView(
        call=InboundId("in"),
        state=state,
        dialed=FIRST,
        number=None,
        callers=(),
        opted_out=False,
        waited_s=None,
        agent=None,
    )


PICTURE = FloorSnapshot(
    now=BEGAN,
    sequence=1,
    is_floor_stopped=False,
    is_network_up=True,
    agents=(),
    campaigns=(campaign(0),),
    ignored=(),
    caller_ids=(number(FIRST), number(SECOND)),
)


@dataclass
class World:
    """A floor and its telephone system: numbers that lead back, or do not."""

    now: float = BEGAN
    picture: FloorSnapshot = field(default_factory=lambda: PICTURE)
    leads_nowhere: frozenset[str] = frozenset()
    is_reached: bool = True
    called: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def test_caller_id(self, number: str, *, shown: str) -> CallBackTest:
        self.called.append((number, shown))
        if not self.is_reached:
            raise TelephoneSystemUnavailableError("not reached")
        passed = number not in self.leads_nowhere
        return CallBackTest(
            at=self.now, passed=passed, told="it came in" if passed else "SIP 404", shown=shown
        )

    async def submit(self, event: Event, *, within: float = 10.0) -> object:
        del within
        assert isinstance(event, CallerIdTested)
        rows = self.picture.caller_ids
        tested = tuple(replace(row, test=event.test) if row.number == event.number else row for row in rows)
        self.picture = replace(self.picture, caller_ids=tested)
        return event

    def snapshot(self) -> FloorSnapshot:
        return self.picture


def rounds_of(world: World, plan: CallerIdTests = PLAN) -> tuple[CallerIdRounds, CollectorRegistry]:
    registry = CollectorRegistry()
    return CallerIdRounds(world, world, plan, registry, now=lambda: world.now), registry


def look(rounds: CallerIdRounds, times: int = 1) -> None:
    for _ in range(times):
        asyncio.run(rounds.look())


def test_the_hour_is_a_local_one_and_begins_a_round_to_the_second() -> None:
    """Also over the night in which clocks are put forward: the hour is the wall's."""
    assert begun_at(PLAN, BEGAN) == BEGAN
    assert begun_at(PLAN, BEGAN - 0.001) == BEGAN - 86_400.0
    spring = datetime(2026, 3, 8, 11, 30, tzinfo=UTC).timestamp()
    assert begun_at(PLAN, spring) == spring
    assert begun_at(PLAN, spring - 1.0) == spring - 23 * 3600.0


def test_each_number_is_called_once_a_day_and_shows_another_of_ours() -> None:
    world = World()
    rounds, registry = rounds_of(world)
    look(rounds, 5)
    assert world.called == [(FIRST, SECOND), (SECOND, FIRST)]
    assert registry.get_sample_value("fairdial_caller_id_leads_back", {"number": FIRST}) == 1.0
    world.now = BEGAN + 86_399.0
    look(rounds)
    assert len(world.called) == 2
    world.now = BEGAN + 86_400.0
    look(rounds, 5)
    assert world.called[2:] == [(FIRST, SECOND), (SECOND, FIRST)]


def test_those_never_tested_come_first_then_the_longest_untested_and_a_test_by_hand_counts() -> None:
    world = World()
    numbers = (number(FIRST, tested=BEGAN - 50.0), number(SECOND), number(THIRD, tested=BEGAN - 90.0))
    by_hand = number("+12125550104", tested=BEGAN)
    world.picture = replace(world.picture, caller_ids=(*numbers, by_hand))
    rounds, _ = rounds_of(world)
    look(rounds, 5)
    assert [called for called, _ in world.called] == [SECOND, THIRD, FIRST]


@pytest.mark.parametrize(
    ("beside", "in_flight", "state", "tests"),
    [
        (0, 0, InboundState.OVER, 1),
        (0, 1, InboundState.OVER, 0),
        (0, 0, InboundState.WAITING, 0),
        (2, 1, InboundState.CONNECTED, 1),
        (2, 2, InboundState.HEARS_MENU, 0),
    ],
)
def test_no_line_is_taken_that_somebody_may_want(
    beside: int, in_flight: int, state: InboundState, tests: int
) -> None:
    world = World()
    world.picture = replace(world.picture, campaigns=(campaign(in_flight),), inbound=(caller(state),))
    rounds, _ = rounds_of(world, PLAN.model_copy(update={"beside_calls": beside}))
    look(rounds)
    assert len(world.called) == tests


def test_a_number_that_leads_nowhere_is_told_to_the_engine_which_raises_the_alarm() -> None:
    world = World(leads_nowhere=frozenset({FIRST}))
    rounds, registry = rounds_of(world)
    look(rounds, 3)
    assert registry.get_sample_value("fairdial_caller_id_leads_back", {"number": FIRST}) == 0.0
    kept = world.picture.caller_ids[0].test
    assert kept is not None
    assert (kept.passed, kept.told) == (False, "SIP 404")
    assert len(world.called) == 2, "found out once is enough for the day"


def test_a_telephone_system_that_is_not_reached_proves_nothing_and_is_tried_again() -> None:
    world = World(is_reached=False)
    rounds, _ = rounds_of(world)
    look(rounds, 4)
    assert [called for called, _ in world.called] == [FIRST, SECOND]
    assert world.picture.caller_ids[0].test is None
    world.is_reached, world.now = True, BEGAN + AGAIN_S - 0.1
    look(rounds)
    assert len(world.called) == 2
    world.now = BEGAN + AGAIN_S
    look(rounds, 3)
    assert [called for called, _ in world.called[2:]] == [FIRST, SECOND]
    away = replace(world.picture, is_network_up=False, caller_ids=(number(THIRD),))
    world.picture = away
    look(rounds)
    assert len(world.called) == 4


def test_a_number_whose_turn_did_not_come_all_day_is_an_alarm_once() -> None:
    world = World()
    world.picture = replace(world.picture, campaigns=(campaign(3),), caller_ids=(number(FIRST),))
    rounds, _ = rounds_of(world)
    with capture_logs() as logs:
        world.now = BEGAN + LATE_S - 0.1
        look(rounds)
        assert not logs
        world.now = BEGAN + LATE_S
        look(rounds, 3)
    assert [row["text"] for row in logs] == [
        f"{FIRST} could not be tested all day: the lines were never free for it"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"daily_at": time(7), "time_zone": "Nowhere/Here"},
        {"daily_at": time(7), "time_zone": "America/New_York", "beside": 1},
        {"daily_at": time(7), "time_zone": "America/New_York", "beside_calls": -1},
        {"time_zone": "America/New_York"},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CallerIdTests.model_validate(wrong)
