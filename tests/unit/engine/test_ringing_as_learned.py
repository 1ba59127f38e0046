"""For how long a call rings, where a campaign asks for what was learned of its lines."""

import json
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.call_handling import CallHandling
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AttemptId
from dialer.engine.engine import DialerEngine
from dialer.runtime.checkpoint import decode_state, encode_state
from pacing.learner import Learner
from pacing.policy import LaunchOutcome, LaunchResolved
from pacing.registry import make_learner
from pacing.rings import FIRST_IN_FULL

RING_S = 24.0


def _learner(floor: Any) -> Learner:
    learner = make_learner(**floor.settings.policy_parameters)
    learner.restore(json.loads(floor.engine.checkpoint().campaigns[floor.settings.campaign].learned))
    return learner


def _experienced(make_floor: Any, **parameters: float) -> Any:
    """A floor past its first launches, which has met the machine of its next lead's number at 21 seconds."""
    floor = make_floor(ring_s=RING_S, policy_parameters=parameters)
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    learner = make_learner(**parameters)
    for _ in range(FIRST_IN_FULL + 1):
        learner.rings.launched()
    met = LaunchResolved(needs_agent=0.5, live=0.1, outcome=LaunchOutcome.MACHINE, ring_s=22.0)
    learner.rings.observe(replace(met, line=floor.lead(0).targets[0].number, rang_s=21.0))
    state = floor.engine.checkpoint()
    state.campaigns[floor.settings.campaign].learned = json.dumps(learner.state())
    floor.engine = DialerEngine(floor.gate, state=decode_state(encode_state(state)))
    return floor


def test_a_call_ends_a_second_before_the_machine_that_was_met_there(make_floor: Any) -> None:
    floor = _experienced(make_floor, ring_least=12.0)
    floor.feed(2)
    floor.seat("agent0")
    assert floor.last(c.Originate).ring_s == 20.0
    assert floor.engine.checkpoint().calls[floor.last(c.Originate).attempt].launch.ring_s == 20.0


@pytest.mark.parametrize(("shortest", "rings"), [(20.0, 20.0), (20.5, 20.5), (24.5, 24.5)])
def test_law_and_house_are_never_rung_shorter_than(make_floor: Any, shortest: float, rings: float) -> None:
    """Where the machine is sooner than the shortest ring, it is met; never is the ring cut below that."""
    floor = _experienced(make_floor, ring_least=12.0)
    floor.gate.handling = CallHandling(shortest_ring_s=shortest)
    floor.feed(1)
    floor.seat("agent0")
    assert floor.last(c.Originate).ring_s >= rings


def test_without_being_asked_for_every_call_rings_as_the_campaign_says(make_floor: Any) -> None:
    floor = _experienced(make_floor)
    floor.feed(1)
    floor.seat("agent0")
    assert floor.last(c.Originate).ring_s == RING_S


def test_a_promised_call_back_rings_in_full(make_floor: Any) -> None:
    floor = _experienced(make_floor, ring_least=12.0)
    floor.feed(1, reserve_agent=True)
    floor.seat("agent0")
    floor.wait(1.0)
    assert floor.last(c.Originate).reserved_agent == "agent0"
    assert floor.last(c.Originate).ring_s == RING_S


def test_who_may_hear_no_message_has_an_agent_held_and_rings_no_longer_than_that_is_worth(
    make_floor: Any,
) -> None:
    floor = _experienced(make_floor, ring_least=12.0)
    floor.gate.may_play = frozenset()
    floor.feed(1)
    floor.seat("agent0")
    floor.wait(1.0)
    assert floor.last(c.Originate).reserved_agent == "agent0"
    assert 15.0 <= floor.last(c.Originate).ring_s < 20.0


def test_when_machines_pick_up_is_learned_from_the_word_that_it_rings(make_floor: Any) -> None:
    floor = make_floor(ring_s=RING_S, policy_parameters={"ring_least": 12.0})
    floor.start(agents=1)
    first: AttemptId = floor.last(c.Originate).attempt
    floor.send(e.CallRinging(attempt=first), after=3.0)
    floor.send(e.CallAnswered(attempt=first, answered_at=floor.now + 19.0), after=19.0)
    bridge = floor.last(c.Bridge)
    floor.send(e.CallBridged(attempt=first, agent=bridge.agent, bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.CONNECTED), after=10.0)
    floor.dispose(first, bridge.agent, DispositionKind.MACHINE)
    line = _learner(floor).rings.line(floor.lead(0).targets[0].number)
    assert line.machine_after == 19.0


def test_a_ring_that_was_ended_is_learned_as_silence(make_floor: Any) -> None:
    floor = make_floor(ring_s=RING_S, policy_parameters={"ring_least": 12.0})
    floor.start(agents=1)
    first: AttemptId = floor.last(c.Originate).attempt
    floor.send(e.CallRinging(attempt=first), after=3.0)
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.NO_ANSWER), after=24.0)
    line = _learner(floor).rings.line(floor.lead(0).targets[0].number)
    assert (line.machine_after, line.silent_for) == (None, 24.0)
