"""Calls of which nothing is heard: how long they are let be, to the hundredth of a second."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.findings import Recording
from compliance_gate.words import PersonRole
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.third_party import OutsideLine
from dialer.domain.voice import ApprovedText, Unserved, VoicemailPlan, VoicePlan

Floor = Any
MakeFloor = Callable[..., Floor]
ANN = AgentId("agent0")
DROP = ApprovedText(
    sound="drop", version="1", words="Hello.", approved_by="C", approved_on="2026-11-01", client="acme"
)
LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)


def at(floor: Floor, instant: float) -> tuple[c.Command, ...]:
    """What the engine wants at that instant, having been left alone since."""
    floor.now = instant
    out: tuple[c.Command, ...] = floor.send(e.TimeReached())
    return out


def ended_by_us(floor: Floor, attempt: AttemptId) -> list[c.HangupReason]:
    return [hangup.reason for hangup in floor.all(c.Hangup) if hangup.attempt == attempt]


def outcome_of(floor: Floor, attempt: AttemptId) -> Outcome | None:
    records = [each.record for each in floor.all(c.StoreOutcome) if each.record.attempt == attempt]
    return records[-1].outcome if records else None


def one_call(make_floor: MakeFloor, **settings: Any) -> tuple[Floor, AttemptId, float]:
    """One call is launched and nothing more; when."""
    floor = make_floor(**settings)
    floor.gate.may_play = frozenset(Recording)
    floor.start(agents=1, leads=20)
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    (stored,) = floor.all(c.StoreAttempt)
    return floor, stored.record.attempt, stored.record.launched_at


@pytest.mark.parametrize("ring_s", [15.0, 22.0, 40.0])
def test_a_minute_beyond_the_ring_it_is_ended_and_half_a_minute_later_it_is_closed(
    make_floor: MakeFloor, ring_s: float
) -> None:
    floor, attempt, launched_at = one_call(make_floor, ring_s=ring_s)
    at(floor, launched_at + ring_s + 59.99)
    assert ended_by_us(floor, attempt) == []
    at(floor, launched_at + ring_s + 60.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.UNACCOUNTED]
    at(floor, launched_at + ring_s + 89.99)
    assert outcome_of(floor, attempt) is None
    at(floor, launched_at + ring_s + 90.0)
    assert outcome_of(floor, attempt) is Outcome.UNKNOWN
    assert floor.last(c.RestLead).passes == 1, "it counts as a call placed"


def test_one_that_was_asked_to_end_and_never_did_is_asked_once_more(make_floor: MakeFloor) -> None:
    floor, attempt, launched_at = one_call(make_floor)
    floor.send(e.CampaignStopped(campaign=floor.settings.campaign))
    at(floor, launched_at + 22.0 + 60.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.CAMPAIGN_STOPPED, c.HangupReason.UNACCOUNTED]


def test_a_machine_has_three_minutes_from_its_answer_for_greeting_and_message(make_floor: MakeFloor) -> None:
    voice = VoicePlan(voicemail=VoicemailPlan(texts=(DROP,)))
    floor, attempt, launched_at = one_call(make_floor, voice=voice, detection=DetectionMode.ON)
    answered_at = launched_at + 10.0
    floor.now = answered_at
    floor.send(e.CallAnswered(attempt=attempt, answered_at=answered_at, detected=Detected.MACHINE))
    at(floor, launched_at + 22.0 + 60.0)
    at(floor, answered_at + 179.99)
    assert ended_by_us(floor, attempt) == []
    at(floor, answered_at + 180.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.UNACCOUNTED]


def test_a_machine_that_gets_no_message_is_hung_up_on_and_watched_like_any_call(
    make_floor: MakeFloor,
) -> None:
    floor, attempt, launched_at = one_call(make_floor, detection=DetectionMode.ON)
    floor.now = launched_at + 10.0
    floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now, detected=Detected.MACHINE))
    at(floor, launched_at + 22.0 + 60.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.MACHINE, c.HangupReason.UNACCOUNTED]


def test_a_message_that_an_agent_asked_for_has_three_minutes_from_then(make_floor: MakeFloor) -> None:
    voice = VoicePlan(voicemail=VoicemailPlan(texts=(DROP,)))
    floor, attempt, _launched_at = one_call(make_floor, voice=voice)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt), after=100.0)
    left_at = floor.now
    at(floor, left_at + 179.99)
    assert ended_by_us(floor, attempt) == []
    at(floor, left_at + 180.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.UNACCOUNTED]
    at(floor, left_at + 210.0)
    record = floor.last(c.StoreOutcome).record
    assert (record.outcome, record.disposition.kind) == (Outcome.CONNECTED, DispositionKind.MACHINE)


@pytest.mark.parametrize("taken", [False, True])
def test_the_live_overflow_has_two_hours_from_the_answer(make_floor: MakeFloor, taken: bool) -> None:
    floor, attempt, launched_at = one_call(make_floor, voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.send(e.AgentLegLost(agent=ANN))
    answered_at = launched_at + 8.0
    floor.now = answered_at
    floor.send(e.CallAnswered(attempt=attempt, answered_at=answered_at))
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    if taken:
        floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=3.0)
    floor.log.clear()
    at(floor, launched_at + 22.0 + 60.0)
    at(floor, answered_at + 7199.99)
    assert ended_by_us(floor, attempt) == []
    at(floor, answered_at + 7200.0)
    assert ended_by_us(floor, attempt) == [c.HangupReason.UNACCOUNTED]


def test_a_talk_with_an_agent_is_as_long_as_it_is(make_floor: MakeFloor) -> None:
    floor, attempt, _launched_at = one_call(make_floor)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.wait(9 * 3600.0)
    assert ended_by_us(floor, attempt) == []


def test_a_third_party_is_ended_a_minute_beyond_the_ring_and_closed_a_minute_later(
    make_floor: MakeFloor,
) -> None:
    floor, attempt, _launched_at = one_call(make_floor, outside_lines=(LINE,))
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    third, called_at = floor.last(c.Originate).attempt, floor.now
    at(floor, called_at + 22.0 + 59.99)
    assert ended_by_us(floor, third) == []
    at(floor, called_at + 22.0 + 60.0)
    assert ended_by_us(floor, third) == [c.HangupReason.UNACCOUNTED]
    at(floor, called_at + 22.0 + 119.99)
    assert floor.engine.checkpoint().guests
    at(floor, called_at + 22.0 + 120.0)
    assert not floor.engine.checkpoint().guests
    assert ended_by_us(floor, attempt) == [], "the talk goes on"


@pytest.mark.parametrize(("after_s", "is_wrapping"), [(29.99, True), (30.0, False)])
def test_after_call_work_ends_at_its_limit_and_the_agent_has_a_break(
    make_floor: MakeFloor, after_s: float, is_wrapping: bool
) -> None:
    floor, attempt, _launched_at = one_call(make_floor, wrap_up_limit_s=30.0)
    floor.talk(attempt)
    at(floor, floor.now + after_s)
    (view,) = floor.engine.snapshot().agents
    assert view.state is (AgentState.WRAPPING if is_wrapping else AgentState.NOT_READY)
    assert (attempt in floor.engine.checkpoint().calls) is is_wrapping


@pytest.mark.parametrize(("before_s", "state"), [(0.01, AgentState.AVAILABLE), (0.0, AgentState.NOT_READY)])
def test_a_shift_ends_when_it_does(make_floor: MakeFloor, before_s: float, state: AgentState) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=0)
    ends_at = floor.now + 3600.0
    floor.seat("early", shift_ends_at=ends_at)
    at(floor, ends_at - before_s)
    assert [view.state for view in floor.engine.snapshot().agents] == [state]
