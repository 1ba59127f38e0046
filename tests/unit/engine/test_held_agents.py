"""Agents held for one call each: within the share of the floor's time that a campaign gives to that."""

from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId
from dialer.engine.launching.launcher import WAITS_REST_S
from pacing.policy import LaunchDecision


def _floor(make_floor: Any, **parameters: float) -> Any:
    """Two agents, and people who may be played no message, so that each call must have an agent held."""
    floor = make_floor(ring_s=20.0, policy_parameters=parameters, hopper_size=200)
    floor.gate.may_play = frozenset()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    for index in range(2):
        floor.seat(f"agent{index}")
    floor.feed(40)
    floor.wait(1.0)
    return floor


def _rings_out(floor: Any) -> None:
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.NO_ANSWER), after=20.0)


def test_the_next_agent_is_held_when_the_share_allows_it_again(make_floor: Any) -> None:
    """Ten minutes of an hour for two agents: twenty seconds are due again after sixty."""
    floor = _floor(make_floor, held_most=10.0)
    first = floor.last(c.Originate)
    assert first.reserved_agent is not None
    assert len(floor.all(c.Originate)) == 1, "the other agent is not held meanwhile"
    begun = floor.engine.checkpoint().calls[first.attempt].launch.launched_at
    _rings_out(floor)
    floor.wait(begun + 59.9 - floor.now)
    assert len(floor.all(c.Originate)) == 1
    floor.wait(1.1)
    assert len(floor.all(c.Originate)) == 2


@pytest.mark.parametrize("pools", [1, 2, 4])
def test_the_share_is_the_floors_however_many_pools_it_has(make_floor: Any, pools: int) -> None:
    """A minute of an hour for eight agents: in twenty minutes eight rings of twenty seconds, and the first of
    each pool.
    """
    floor = make_floor(ring_s=20.0, policy_parameters={"held_most": 1.0}, hopper_size=400)
    floor.gate.may_play = frozenset()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    for index in range(8):
        floor.seat(f"agent{index}", tags=(f"tag{index % pools}",))
    for pool in range(pools):
        floor.feed(80 // pools, first=pool * 80 // pools, needs=(f"tag{pool}",))
        floor.wait(6.0)
    ended = 0
    for _ in range(60):
        floor.wait(20.0)
        orders = floor.all(c.Originate)
        for order in orders[ended:]:
            floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.NO_ANSWER))
        ended = len(orders)
    assert 8 <= ended <= 8 + pools


def test_without_a_limit_an_agent_is_held_whenever_one_is_to_spare(make_floor: Any) -> None:
    floor = _floor(make_floor)
    assert len(floor.all(c.Originate)) == 2


def _is_told(floor: Any, script: Any, at: float, *, launches: int) -> None:
    floor.now = at
    script.next = [LaunchDecision(launches=launches, reason="as told")]
    floor.send(e.AgentGotReady(agent=AgentId("agent0")))
    assert script.next == []


@pytest.mark.parametrize(("second_at", "is_held"), [(-19.0, False), (0.0, False), (0.5, True)])
def test_a_lead_has_its_turn_only_once_the_share_allows_it(
    make_floor: Any, script: Any, second_at: float, is_held: bool
) -> None:
    """Until then pacing keeps nobody for it, and a call that is launched counts on the agent.

    One agent, and two leads that need one; five minutes of an hour: twenty seconds are due again after 240. A
    call rings by then, and another is launched at `second_at` seconds from there; then the first is over.
    """
    floor = make_floor(script=script, ring_s=20.0, policy_parameters={"held_most": 5.0})
    floor.gate.wanting_agent = {"p50", "p51"}
    floor.start(agents=1, leads=0)
    floor.wait(61.0)
    script.launch(1)
    floor.feed(2, first=50)
    floor.send(e.TimeReached())
    (first,) = floor.all(c.Originate)
    allowed_at = floor.engine.checkpoint().campaigns["spring"].pools[""].held_from
    assert (first.number, allowed_at) == ("n50", floor.now + 240.0)
    _rings_out(floor)
    floor.feed(4)
    _is_told(floor, script, allowed_at - 20.5, launches=1)
    ringing = floor.last(c.Originate).attempt
    _is_told(floor, script, allowed_at + second_at, launches=1)
    floor.now = allowed_at + 1.0
    floor.send(e.CallEnded(attempt=ringing, outcome=Outcome.NO_ANSWER))
    held = [order.number for order in floor.all(c.Originate) if order.reserved_agent is not None]
    assert held == (["n50", "n51"] if is_held else ["n50"])


def test_what_was_promised_is_not_held_back(make_floor: Any) -> None:
    floor = _floor(make_floor, held_most=1.0)
    before = len(floor.all(c.Originate))
    floor.wait(6.0)
    floor.feed(1, first=100, reserve_agent=True)
    floor.wait(1.0)
    assert len(floor.all(c.Originate)) == before + 1


def test_more_than_will_be_called_soon_do_not_fill_the_hopper(make_floor: Any) -> None:
    floor = _floor(make_floor, held_most=1.0)
    waiting = floor.engine.checkpoint().campaigns[floor.settings.campaign].pools[""].reserved
    assert len(waiting) <= 200 // 8
    behind = [row for row in floor.all(c.RestLead) if row.reason == "others wait longer for an agent"]
    assert all(row.not_before - floor.now == pytest.approx(WAITS_REST_S, abs=2.0) for row in behind)
    assert len(behind) + len(waiting) + len(floor.all(c.Originate)) <= 40
