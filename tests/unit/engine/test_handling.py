"""A call is handled as its clearance says: nothing that a campaign sets looser takes effect."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.call_handling import UNBOUND, CallHandling
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId
from dialer.engine.handling import answer_limit_s, may_be_taken_back, ring_s, served_within_s
from dialer.engine.launching import ledger

Floor = Any
LAW = CallHandling(
    shortest_ring_s=20.0, answer_limit_s=1.5, most_abandoned=0.01, agent_after_abandonment_s=60.0
)


def settings(**values: object) -> CampaignSettings:
    return CampaignSettings(campaign=CampaignId("c"), client=ClientId("x"), **values)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("own", "law", "rings"), [(22.0, 20.0, 22.0), (15.0, 20.0, 20.0), (15.0, None, 15.0)]
)
def test_a_telephone_rings_as_long_as_law_and_campaign_want(
    own: float, law: float | None, rings: float
) -> None:
    assert ring_s(settings(ring_s=own), CallHandling(shortest_ring_s=law)) == rings


@pytest.mark.parametrize(("own", "law", "limit"), [(2.0, 1.5, 1.5), (1.0, 1.5, 1.0), (2.0, None, 2.0)])
def test_the_shorter_limit_after_the_answer_holds(own: float, law: float | None, limit: float) -> None:
    assert answer_limit_s(settings(answer_limit_s=own), CallHandling(answer_limit_s=law)) == limit


@pytest.mark.parametrize(
    ("own", "law", "within"), [(None, 3.0, 2.0), (10.0, 3.0, 3.0), (2.5, 3.0, 2.5), (10.0, None, 10.0)]
)
def test_who_takes_an_abandoned_person_later_than_the_law_allows_is_late(
    own: float | None, law: float | None, within: float
) -> None:
    declared = settings(served_within_s=own)
    assert served_within_s(declared, CallHandling(answer_limit_s=law)) == within


@pytest.mark.parametrize(("rung_s", "may"), [(14.999, False), (15.0, True)])
def test_a_ringing_call_is_taken_back_only_after_its_shortest_ring(rung_s: float, may: bool) -> None:
    assert may_be_taken_back(CallHandling(shortest_ring_s=15.0), rung_s=rung_s) is may
    assert may_be_taken_back(UNBOUND, rung_s=0.0)


def launched(make_floor: Callable[..., Floor], handling: CallHandling, **more: object) -> Floor:
    floor = make_floor(**more)
    floor.gate.handling = handling
    floor.start(agents=1, leads=3)
    return floor


def test_the_order_carries_what_the_clearance_asks_for(make_floor: Callable[..., Floor]) -> None:
    """The longer ring was asked about too: it must end inside the hours."""
    floor = launched(make_floor, LAW, ring_s=15.0, answer_limit_s=2.0)
    order = floor.last(c.Originate)
    assert (order.ring_s, order.answer_limit_s) == (20.0, 1.5)
    assert [asked.max_ring_s for asked in floor.gate.asked] == [25.0, 30.0]  # ten seconds on the way there


def test_the_watch_begins_when_the_longer_ring_is_over(make_floor: Callable[..., Floor]) -> None:
    floor = launched(make_floor, LAW, ring_s=15.0)
    attempt = floor.last(c.Originate).attempt
    at = floor.engine.checkpoint().calls[attempt].launch.launched_at
    watch = [timer for timer in floor.engine.checkpoint().timers if timer[3] == attempt]
    assert [timer[0] - at for timer in watch] == [80.0]


@pytest.mark.parametrize(("joined_s", "abandoned"), [(1.5, False), (1.6, True)])
def test_a_bridge_after_the_stricter_limit_is_an_abandonment(
    make_floor: Callable[..., Floor], joined_s: float, abandoned: bool
) -> None:
    floor = launched(make_floor, LAW)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    at = floor.now + joined_s
    floor.now += 3.0
    floor.send(e.CallBridged(attempt=attempt, agent=AgentId("agent0"), bridged_at=at))
    assert floor.engine.snapshot().campaigns[0].abandoned == int(abandoned)


def test_the_window_is_held_to_the_strictest_of_its_clearances(make_floor: Callable[..., Floor]) -> None:
    """A place that allows one percent binds the campaign of that day, whatever it calls next."""
    floor = launched(make_floor, UNBOUND, abandonment_limit=0.5, abandonment_target=0.03)
    row = floor.engine.checkpoint().campaigns[CampaignId("spring")]
    assert ledger.as_pacing(row, floor.now).limit == 0.5
    floor.gate.handling = LAW
    attempt: AttemptId = floor.last(c.Originate).attempt
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    floor.wait(5.0)
    bound = ledger.as_pacing(row, floor.now)
    assert (bound.limit, bound.connect_within) == (0.01, pytest.approx(1.4))
    floor.gate.handling = UNBOUND
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    floor.wait(5.0)
    assert ledger.as_pacing(row, floor.now).limit == 0.01


def test_a_new_window_begins_without_the_last_one(make_floor: Callable[..., Floor]) -> None:
    floor = launched(make_floor, LAW)
    row = floor.engine.checkpoint().campaigns[CampaignId("spring")]
    assert ledger.as_pacing(row, floor.now).limit == 0.01
    assert row.ledger.window_ends is not None
    assert ledger.as_pacing(row, row.ledger.window_ends).limit == pytest.approx(0.03)
