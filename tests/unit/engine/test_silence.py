"""Calls of which nothing is heard: ended by us, then closed; and what may last long without a word."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AttemptId, CampaignId

Floor = Any
MakeFloor = Callable[..., Floor]
RING_S = 20.0


@pytest.fixture
def ringing(make_floor: MakeFloor) -> tuple[Floor, AttemptId, float]:
    """One call launched at an instant, of which nothing is heard from then on."""
    floor = make_floor(ring_s=RING_S)
    floor.start(agents=1)
    originate = floor.last(c.Originate)
    return floor, originate.attempt, floor.last(c.StoreAttempt).record.launched_at


def ended(floor: Floor, attempt: AttemptId) -> list[c.HangupReason]:
    return [row.reason for row in floor.all(c.Hangup) if row.attempt == attempt]


def until(floor: Floor, at: float) -> None:
    floor.wait(at - floor.now)


def test_a_minute_after_the_longest_ring_a_silent_call_is_ended_and_half_a_minute_later_closed(
    ringing: tuple[Floor, AttemptId, float],
) -> None:
    """To the second: nobody is hung up on before, and its line is free after."""
    floor, attempt, launched = ringing
    until(floor, launched + RING_S + 59.9)
    assert ended(floor, attempt) == []
    until(floor, launched + RING_S + 60.0)
    assert ended(floor, attempt) == [c.HangupReason.UNACCOUNTED]
    until(floor, launched + RING_S + 89.9)
    assert attempt in floor.engine.checkpoint().calls
    until(floor, launched + RING_S + 90.0)
    assert attempt not in floor.engine.checkpoint().calls
    record = next(row.record for row in floor.all(c.StoreOutcome) if row.record.attempt == attempt)
    assert record.outcome is Outcome.UNKNOWN
    assert ended(floor, attempt) == [c.HangupReason.UNACCOUNTED]


def test_a_call_that_ended_meanwhile_is_not_watched_any_more(
    ringing: tuple[Floor, AttemptId, float],
) -> None:
    floor, attempt, launched = ringing
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.BUSY), after=5.0)
    until(floor, launched + 600.0)
    assert ended(floor, attempt) == []


def test_a_talk_is_not_watched(ringing: tuple[Floor, AttemptId, float]) -> None:
    """The agent would miss the person; a talk takes as long as it takes."""
    floor, attempt, launched = ringing
    floor.answer(attempt)
    floor.send(
        e.CallBridged(attempt=attempt, agent=floor.last(c.Bridge).agent, bridged_at=floor.now), after=0.5
    )
    until(floor, launched + 3600.0)
    assert ended(floor, attempt) == []


# --- what the telephone system's silence does ------------------------------------------------------------


def alarms(floor: Floor, subject: str) -> list[str]:
    return [row.text for row in floor.all(c.RaiseAlarm) if row.subject == subject]


def test_a_loss_of_the_telephone_system_is_said_once(floor: Floor) -> None:
    """However often it is told."""
    floor.send(e.NetworkLost(reason="no pong"))
    floor.send(e.NetworkLost(reason="still none"))
    assert alarms(floor, "telephone system") == ["not heard: no pong"]
    assert not floor.engine.snapshot().is_network_up


def test_a_hold_is_said_once_and_its_latest_reason_stands(floor: Floor) -> None:
    floor.send(e.LaunchingHeld(by="store", reason="full"))
    floor.send(e.LaunchingHeld(by="store", reason="still full"))
    assert alarms(floor, "store") == ["full"]
    assert floor.engine.checkpoint().holds["store"] == "still full"
    floor.send(e.LaunchingResumed(by="store"))
    floor.send(e.LaunchingHeld(by="store", reason="again"))
    assert alarms(floor, "store") == ["full", "again"]


def test_the_end_of_a_hold_that_was_not_there_changes_nothing(floor: Floor) -> None:
    floor.send(e.LaunchingHeld(by="store", reason="full"))
    floor.send(e.LaunchingResumed(by="imports"))
    assert set(floor.engine.checkpoint().holds) == {"store"}


def reconciled(floor: Floor, *, live: tuple[AttemptId, ...], talking: dict[AttemptId, Any]) -> e.Event:
    agents = tuple(row.agent for row in floor.engine.snapshot().agents)
    return e.NetworkReconciled(live=live, agents=agents, talking=talking)


def test_who_is_alone_on_the_line_after_a_loss_is_let_go(ringing: tuple[Floor, AttemptId, float]) -> None:
    """We believed they talked with an agent; the telephone system knows nothing of it."""
    floor, attempt, _ = ringing
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.NetworkLost(reason="gone"))
    floor.send(reconciled(floor, live=(attempt,), talking={attempt: agent}))
    assert ended(floor, attempt) == []
    floor.send(e.NetworkLost(reason="gone"))
    floor.send(reconciled(floor, live=(attempt,), talking={}))
    assert ended(floor, attempt) == [c.HangupReason.AGENT_GONE]


def test_what_rings_on_after_a_loss_is_left_alone(ringing: tuple[Floor, AttemptId, float]) -> None:
    floor, attempt, _ = ringing
    floor.send(e.NetworkLost(reason="gone"))
    floor.send(reconciled(floor, live=(attempt,), talking={}))
    assert ended(floor, attempt) == []
    assert attempt in floor.engine.checkpoint().calls


def test_a_call_that_lives_and_that_nobody_knows_is_ended(floor: Floor) -> None:
    stranger = AttemptId("from-before")
    floor.send(reconciled(floor, live=(stranger, *floor.engine.checkpoint().calls), talking={}))
    assert ended(floor, stranger) == [c.HangupReason.UNACCOUNTED]


def test_an_end_that_was_asked_for_is_asked_for_again_after_a_loss(floor: Floor) -> None:
    """It may never have been heard."""
    attempt = floor.all(c.Originate)[0].attempt
    person = floor.all(c.Originate)[0].person
    floor.send(e.SuppressionAdded(scope=e.SuppressionScope.PERSON, source="letter", person=person))
    floor.send(e.NetworkLost(reason="gone"))
    floor.send(reconciled(floor, live=tuple(floor.engine.checkpoint().calls), talking={}))
    assert ended(floor, attempt) == [c.HangupReason.SUPPRESSED] * 2


# --- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusals", "hold_s"), [(1, 2.0), (2, 4.0), (3, 8.0), (5, 32.0), (6, 60.0), (9, 60.0)]
)
def test_launching_holds_twice_as_long_after_each_refusal_up_to_a_minute(
    make_floor: MakeFloor, refusals: int, hold_s: float
) -> None:
    """And is said aloud once, not each time."""
    floor = make_floor(lines=1)
    floor.start(agents=1)
    for place in range(refusals):
        attempt = floor.last(c.Originate).attempt
        floor.send(e.CallNotAttempted(attempt=attempt, reason="no channel"))
        if place < refusals - 1:
            floor.wait(61.0)
    refused_at, launched = floor.now, len(floor.all(c.Originate))
    until(floor, refused_at + hold_s - 0.1)
    assert len(floor.all(c.Originate)) == launched
    until(floor, refused_at + hold_s + 1.5)
    assert len(floor.all(c.Originate)) == launched + 1
    assert len(alarms(floor, f"campaign {CampaignId('spring')}")) == 1
