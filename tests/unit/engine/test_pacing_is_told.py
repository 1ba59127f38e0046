"""What pacing is shown of a pool, what it is told of calls, and what is told of its decisions: in numbers."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from compliance_gate.findings import Recording
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId
from dialer.domain.voice import ApprovedText, Unserved, VoicemailPlan, VoicePlan
from pacing.policy import (
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)

Floor = Any
Script = Any
T = TypeVar("T")
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")
DROP = ApprovedText(
    sound="drop", version="1", words="Hello.", approved_by="C", approved_on="2026-11-01", client="acme"
)


def ringing(
    make_floor: MakeFloor, script: Script, *, calls: int = 1, agents: int = 1, **settings: Any
) -> tuple[Floor, list[AttemptId]]:
    """So many calls ring; nothing more is launched but what the script says."""
    floor = make_floor(script=script, **settings)
    floor.gate.may_play = frozenset(Recording)
    script.launch(calls)
    floor.start(agents=agents)
    attempts = [order.attempt for order in floor.all(c.Originate)]
    assert len(attempts) == calls
    return floor, attempts


def bridge(floor: Floor, attempt: AttemptId, agent: AgentId = ANN, *, after: float = 0.0) -> None:
    floor.now += after
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))


def told(script: Script, kind: type[T]) -> list[T]:
    return [each for each in script.told if isinstance(each, kind)]


def shown(floor: Floor, script: Script) -> PacingSnapshot:
    """What pacing is shown a second later."""
    floor.now += 1.0
    floor.seat("somebody else", ready=False)
    snapshot: PacingSnapshot = script.shown[-1]
    assert snapshot.now == floor.now
    return snapshot


# --- of calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("waited_s", "told_s"), [(0.0, 0.0), (0.25, 0.25), (2.0, 2.0)])
def test_of_a_person_who_was_joined_pacing_hears_how_long_they_waited(
    make_floor: MakeFloor, script: Script, waited_s: float, told_s: float
) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.answer(attempt)
    bridge(floor, attempt, after=waited_s)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, ANN, DispositionKind.REFUSED_TO_PAY)
    assert told(script, LiveAnswerConnected) == [LiveAnswerConnected(wait_s=told_s)]
    assert told(script, LiveAnswerAbandoned) == []


def test_a_bridge_told_earlier_than_the_answer_is_no_wait(make_floor: MakeFloor, script: Script) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now - 3.0))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, ANN, DispositionKind.REFUSED_TO_PAY)
    assert told(script, LiveAnswerConnected) == [LiveAnswerConnected(wait_s=0.0)]


def test_of_a_machine_that_was_joined_pacing_hears_that_it_was_none_and_needed_an_agent(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    launched_at = floor.all(c.StoreAttempt)[0].record.launched_at
    floor.talk(attempt)
    answered_at = floor.now - 60.0
    floor.dispose(attempt, ANN, DispositionKind.MACHINE)
    assert told(script, LiveAnswerConnected) == []
    (resolved,) = told(script, LaunchResolved)
    assert (resolved.outcome, resolved.needed_agent) == (LaunchOutcome.MACHINE, True)
    assert resolved.ring_s == answered_at - launched_at
    assert resolved.is_identified
    assert resolved.handle_s == 70.0, "a minute of talk and ten seconds of wrap-up"


def test_of_an_answer_that_nobody_heard_pacing_hears_that_it_is_only_counted_as_a_person(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, attempts = ringing(make_floor, script, calls=2)
    for attempt in attempts:
        floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempts[1], message_played=True), after=2.0)
    floor.send(e.CallEnded(attempt=attempts[1], outcome=Outcome.ABANDONED), after=5.0)
    (resolved,) = told(script, LaunchResolved)
    assert (resolved.outcome, resolved.is_identified) == (LaunchOutcome.ANSWERED_LIVE, False)
    assert resolved.handle_s is None


@pytest.mark.parametrize("after_s", [2.0, 2.5, 30.0])
def test_of_an_abandoned_person_pacing_hears_when_they_were_by_the_telephone_system_s_word(
    make_floor: MakeFloor, script: Script, after_s: float
) -> None:
    floor, attempts = ringing(make_floor, script, calls=2)
    for attempt in attempts:
        floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempts[1], message_played=True), after=after_s)
    assert told(script, LiveAnswerAbandoned) == [LiveAnswerAbandoned(wait_s=after_s)]


def test_of_a_bridge_that_came_too_late_pacing_hears_an_abandonment_and_no_connection(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.answer(attempt)
    bridge(floor, attempt, after=2.5)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, ANN, DispositionKind.REFUSED_TO_PAY)
    assert told(script, LiveAnswerAbandoned) == [LiveAnswerAbandoned(wait_s=2.5)]
    assert told(script, LiveAnswerConnected) == []
    assert [each.outcome for each in told(script, LaunchResolved)] == [LaunchOutcome.ANSWERED_LIVE]


def test_a_person_of_whom_only_the_limit_was_told_waited_as_long_as_the_limit_is(
    make_floor: MakeFloor, script: Script
) -> None:
    """The news of the answer was lost on its way."""
    floor, (attempt,) = ringing(make_floor, script)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=True), after=9.0)
    assert told(script, LiveAnswerAbandoned) == [LiveAnswerAbandoned(wait_s=2.0)]
    record = floor.engine.checkpoint().calls[attempt]
    assert record.answered_at == floor.now - 2.0


@pytest.mark.parametrize(("taken_s", "is_abandoned"), [(10.0, False), (10.5, True)])
def test_of_the_live_overflow_pacing_hears_only_what_came_too_late(
    make_floor: MakeFloor, script: Script, taken_s: float, is_abandoned: bool
) -> None:
    voice = VoicePlan(unserved=Unserved.OVERFLOW)
    floor, attempts = ringing(make_floor, script, calls=2, voice=voice, served_within_s=10.0)
    for attempt in attempts:
        floor.answer(attempt)
    answered_at = floor.now
    floor.send(e.CallTimedOut(attempt=attempts[1], message_played=False, overflow=True), after=2.0)
    assert told(script, LiveAnswerAbandoned) == []
    floor.now = answered_at + taken_s
    floor.send(e.OverflowAnswered(attempt=attempts[1], at=floor.now))
    expected = [LiveAnswerAbandoned(wait_s=taken_s)] if is_abandoned else []
    assert told(script, LiveAnswerAbandoned) == expected
    assert floor.engine.checkpoint().calls[attempts[1]].abandoned is is_abandoned


@pytest.mark.parametrize(("waited_s", "is_abandoned"), [(1.5, False), (2.0, True)])
def test_who_hung_up_waiting_was_live_and_abandoned_from_the_second_second_on(
    make_floor: MakeFloor, script: Script, waited_s: float, is_abandoned: bool
) -> None:
    floor, attempts = ringing(make_floor, script, calls=2)
    for attempt in attempts:
        floor.answer(attempt)
    floor.send(e.CallEnded(attempt=attempts[1], outcome=Outcome.HUNG_UP_WAITING), after=waited_s)
    expected = [LiveAnswerAbandoned(wait_s=waited_s)] if is_abandoned else []
    assert told(script, LiveAnswerAbandoned) == expected
    assert [each.outcome for each in told(script, LaunchResolved)] == [LaunchOutcome.ANSWERED_LIVE]


def test_of_talk_and_after_call_work_pacing_hears_whose_and_how_long(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.answer(attempt)
    bridge(floor, attempt, after=1.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=44.0)
    assert told(script, TalkEnded) == [TalkEnded(agent_id=ANN, talk_s=44.0)]
    assert told(script, WrapUpEnded) == []
    floor.dispose(attempt, ANN, DispositionKind.NO_COMMITMENT)  # ten seconds later
    assert told(script, WrapUpEnded) == [WrapUpEnded(agent_id=ANN, wrap_s=10.0)]


def test_of_a_talk_that_was_passed_on_pacing_hears_at_the_bridge(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, (attempt,) = ringing(make_floor, script, agents=2)
    floor.answer(attempt)
    bridge(floor, attempt)
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by="x"), after=20.0)
    assert told(script, TalkEnded) == []
    bridge(floor, attempt, BOB, after=0.5)
    assert told(script, TalkEnded) == [TalkEnded(agent_id=ANN, talk_s=20.5)]


def test_of_a_talk_that_an_agent_left_to_a_message_pacing_hears_at_once(
    make_floor: MakeFloor, script: Script
) -> None:
    voice = VoicePlan(voicemail=VoicemailPlan(texts=(DROP,)))
    floor, (attempt,) = ringing(make_floor, script, voice=voice)
    floor.answer(attempt)
    bridge(floor, attempt)
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt), after=12.0)
    assert told(script, TalkEnded) == [TalkEnded(agent_id=ANN, talk_s=12.0)]
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    assert [each.outcome for each in told(script, LaunchResolved)] == [LaunchOutcome.MACHINE]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.NO_ANSWER, LaunchOutcome.NO_ANSWER),
        (Outcome.REJECTED, LaunchOutcome.NO_ANSWER),
        (Outcome.BUSY, LaunchOutcome.BUSY),
        (Outcome.CONGESTION, LaunchOutcome.FAILED),
        (Outcome.CONNECTED, LaunchOutcome.FAILED),
    ],
)
def test_of_a_ring_that_nobody_answered_pacing_hears_how_it_ended_and_how_long_it_was(
    make_floor: MakeFloor, script: Script, outcome: Outcome, expected: LaunchOutcome
) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    launched_at = floor.all(c.StoreAttempt)[0].record.launched_at
    floor.send(e.CallEnded(attempt=attempt, outcome=outcome), after=20.0)
    (resolved,) = told(script, LaunchResolved)
    assert (resolved.outcome, resolved.ring_s) == (expected, floor.now - launched_at)
    assert (resolved.needs_agent, resolved.live, resolved.needed_agent) == (0.35, 0.08, None)


def test_a_launch_that_never_was_is_told_to_nobody(make_floor: MakeFloor, script: Script) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.send(e.CallNotAttempted(attempt=attempt, reason="no channel"))
    assert script.told == []


# --- of the pool ------------------------------------------------------------------------------------------


def test_agents_are_told_apart_by_what_they_do_and_for_how_long(
    make_floor: MakeFloor, script: Script
) -> None:
    """Talking ones first, then wrapping ones; who is on a break is no supply, who is held talks already."""
    floor, attempts = ringing(make_floor, script, calls=3, agents=4)
    agents = [AgentId(f"agent{i}") for i in range(3)]
    for attempt, agent in zip(attempts, agents, strict=True):
        floor.answer(attempt)
        if agent != agents[2]:
            bridge(floor, attempt, agent)
    floor.send(e.CallEnded(attempt=attempts[0], outcome=Outcome.CONNECTED), after=7.0)
    floor.seat("resting", ready=False)
    floor.send(e.AgentPauseRequested(agent=agents[0], reason="lunch"))
    floor.now += 4.0
    snapshot = shown(floor, script)
    assert (snapshot.ready_agents, snapshot.paused_agents) == (1, 2)
    assert snapshot.agent_ids == ("agent1", "agent2", "agent0")
    assert list(snapshot.talking_elapsed) == [17.0, 0.0]
    assert list(snapshot.wrapping_elapsed) == [5.0]
    assert list(snapshot.leaving) == [False, False, True]


def test_a_break_that_is_asked_for_in_a_talk_is_told_at_once(make_floor: MakeFloor, script: Script) -> None:
    floor, (attempt,) = ringing(make_floor, script)
    floor.answer(attempt)
    bridge(floor, attempt)
    floor.wait(5.0)
    asked = len(script.shown)
    floor.send(e.AgentPauseRequested(agent=ANN, reason="lunch"))
    assert len(script.shown) == asked + 1
    assert list(script.shown[-1].leaving) == [True]
    floor.wait(5.0)
    floor.send(e.AgentGotReady(agent=ANN))
    floor.send(e.AgentGotReady(agent=floor.seat("bob")), after=1.0)
    assert list(script.shown[-1].leaving) == [False]


def test_calls_are_told_apart_by_who_waits_for_whom(make_floor: MakeFloor, script: Script) -> None:
    """Whose bridge is ordered has an agent, and waits no more."""
    floor, attempts = ringing(make_floor, script, calls=4)
    launched_at = floor.now - 1.0
    floor.answer(attempts[0])
    floor.answer(attempts[1])
    floor.now += 0.5
    floor.wait(1.0)
    snapshot = script.shown[-1]
    assert [snapshot.now - elapsed for elapsed in snapshot.ringing_elapsed] == [launched_at] * 2
    assert list(snapshot.ringing_needs_agent) == [0.35] * 2
    assert list(snapshot.ringing_live) == [0.08] * 2
    answered_at = floor.engine.checkpoint().calls[attempts[1]].answered_at
    assert list(snapshot.waiting_elapsed) == [snapshot.now - answered_at]


def test_leads_are_those_that_the_list_has_or_at_least_those_in_hand(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script, hopper_size=40)
    floor.start(agents=1, leads=19)
    assert script.shown[-1].leads_left == 10_000
    floor.wait(6.0)
    refill = floor.last(c.RefillHopper)
    answer = e.LeadsFetched(
        campaign=floor.settings.campaign,
        request=refill.request,
        as_of=refill.sequence,
        leads=(),
        persons=(),
        leads_left=3,
    )
    floor.send(answer)
    assert shown(floor, script).leads_left == len(floor.engine.checkpoint().leads) == 19


@pytest.mark.parametrize(("left_s", "expected"), [(None, math.inf), (600.0, 600.0), (-5.0, 0.0)])
def test_the_shift_has_as_long_as_it_has(
    make_floor: MakeFloor, script: Script, left_s: float | None, expected: float
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1)
    ends_at = None if left_s is None else floor.now + 1.0 + left_s
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, shift_ends_at=ends_at)))
    assert shown(floor, script).shift_left == expected


@pytest.mark.parametrize(
    ("mode", "counts"),
    [(DetectionMode.OFF, True), (DetectionMode.ADVISORY, True), (DetectionMode.ON, False)],
)
def test_an_answer_that_nobody_identified_counts_where_detection_is_not_trusted(
    make_floor: MakeFloor, script: Script, mode: DetectionMode, counts: bool
) -> None:
    floor = make_floor(script=script, detection=mode)
    floor.start(agents=1)
    assert script.shown[-1].unidentified_counts is counts


# --- of its decisions -------------------------------------------------------------------------------------


def decide(floor: Floor, script: Script, **decision: Any) -> list[c.StorePacing]:
    """What is told of the next decision, which is taken a second later."""
    floor.log.clear()
    values: dict[str, Any] = {"launches": 0, "reason": "as told", **decision}
    script.next = [LaunchDecision(**values)]
    floor.send(e.AgentGotReady(agent=ANN), after=1.0)
    assert script.next == []
    found: list[c.StorePacing] = floor.all(c.StorePacing)
    return found


def test_a_decision_is_told_when_it_launches_takes_back_or_stops_launching(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1)
    assert decide(floor, script) == []
    (first,) = decide(floor, script, launches=2, terms={"b": 2.0, "a": 1.0})
    assert (first.launches, first.launched, first.pool) == (2, 2, ())
    assert (first.reason, first.terms) == ("as told", (("a", 1.0), ("b", 2.0)))
    (after,) = decide(floor, script)
    assert (after.launches, after.launched) == (0, 0)
    assert decide(floor, script) == []
    (cancelled,) = decide(floor, script, cancel_ringing=1)
    assert (cancelled.launches, cancelled.launched) == (0, 0)
    assert decide(floor, script) == []


def test_more_than_may_be_launched_is_told_as_wanted_and_as_done(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script, lines=3)
    floor.start(agents=1)
    (said,) = decide(floor, script, launches=5)
    assert (said.launches, said.launched) == (5, 3)


def test_the_reason_is_shown_on_the_floor(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1)
    decide(floor, script, reason="nobody is likely to be free")
    assert floor.engine.snapshot().campaigns[0].reason == "nobody is likely to be free"


# --- new settings -----------------------------------------------------------------------------------------


def test_a_policy_is_made_anew_when_its_settings_change_and_no_other_campaign_s(
    make_floor: MakeFloor,
) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 1.0}, abandonment_limit=1.0
    )
    other = replace(floor.settings, campaign=CampaignId("autumn"))
    floor.send(e.CampaignConfigured(settings=other))
    floor.start(agents=1)
    assert len(floor.all(c.Originate)) == 1
    floor.send(e.CampaignConfigured(settings=replace(other, policy_parameters={"lines_per_agent": 3.0})))
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 1
    wanted = replace(floor.settings, policy_parameters={"lines_per_agent": 3.0})
    floor.send(e.CampaignConfigured(settings=wanted))
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 3
