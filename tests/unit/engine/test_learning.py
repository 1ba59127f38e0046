"""What became of a launch is told to pacing with what was known of the number; nothing is counted here."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import EventKind
from compliance_gate.words import Outcome as Came
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, InboundId, NumberId, PersonId
from dialer.domain.lead import Target
from dialer.engine.context import Context
from dialer.engine.engine import DialerEngine
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.launching.profiles import Profiles
from dialer.engine.roster import Roster
from dialer.engine.state import EngineState, PersonRow
from dialer.runtime.checkpoint import decode_state, encode_state
from pacing.policy import NumberProfile, PacingSnapshot
from pacing.registry import make_learner
from simulator.open_gate import OpenGate

START = 1_780_000_000.0
"""20:26:40 UTC, 16:26:40 in New York."""


def _chances(floor: Any, segment: str = "mobile") -> tuple[float, float]:
    """As the floor believes them now, from its checkpoint."""
    learner = make_learner()
    learned = floor.engine.checkpoint().campaigns[floor.settings.campaign].learned
    learner.restore(json.loads(learned))
    return learner.answers.chances(NumberProfile(segment=segment))


def _first(floor: Any) -> AttemptId:
    return floor.all(c.Originate)[0].attempt


def _after(needed: float, live: float, launches: float = 1.0) -> tuple[float, float]:
    """Chances of the segment after so many launches, the first ever."""
    return (25.0 * 0.35 + needed) / (25.0 + launches), (25.0 * 0.08 + live) / (25.0 + launches)


@pytest.mark.parametrize(
    "outcome", [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.REJECTED, Outcome.INVALID_NUMBER, Outcome.CONGESTION]
)
def test_a_call_that_nobody_answered_needed_no_agent(floor: Any, outcome: Outcome) -> None:
    floor.send(e.CallEnded(attempt=_first(floor), outcome=outcome), after=20.0)
    assert _chances(floor) == pytest.approx(_after(0.0, 0.0))


def test_a_call_taken_back_and_one_never_attempted_teach_nothing(floor: Any) -> None:
    first, second = (row.attempt for row in floor.all(c.Originate)[:2])
    floor.send(e.CallNotAttempted(attempt=first, reason="no channel"))
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.CANCELLED), after=20.0)
    assert _chances(floor) == (0.35, 0.08)


@pytest.mark.parametrize(
    ("kind", "live"),
    [
        (DispositionKind.REFUSED_TO_PAY, 1.0),
        (DispositionKind.MACHINE, 0.0),
        (DispositionKind.SCREENED, 0.0),
        (DispositionKind.INTERCEPT, 0.0),
    ],
)
def test_who_was_talked_to_is_what_the_agent_says(floor: Any, kind: DispositionKind, live: float) -> None:
    attempt = _first(floor)
    agent = floor.talk(attempt)
    assert _chances(floor) == (0.35, 0.08), "not known before the agent has said so"
    floor.dispose(attempt, agent, kind)
    assert _chances(floor) == pytest.approx(_after(1.0, live))


def test_somebody_who_hung_up_while_waiting_counts_as_a_person(make_floor: Any) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0
    )
    floor.start(agents=2)
    first, second, third = (row.attempt for row in floor.all(c.Originate)[:3])
    floor.answer(first)
    floor.answer(second, after=0.0)
    floor.answer(third, after=0.0)
    floor.send(e.CallEnded(attempt=third, outcome=Outcome.HUNG_UP_WAITING), after=0.5)
    assert _chances(floor) == pytest.approx(_after(1.0, 1.0))


def test_what_was_learned_goes_on_after_a_restart_and_after_new_settings(floor: Any) -> None:
    floor.send(e.CallEnded(attempt=_first(floor), outcome=Outcome.BUSY), after=20.0)
    before = _chances(floor)
    floor.send(e.CampaignConfigured(settings=floor.settings))
    assert _chances(floor) == before
    state = decode_state(encode_state(floor.engine.checkpoint()))
    restarted = DialerEngine(floor.gate, state=state)
    assert restarted.checkpoint() == floor.engine.checkpoint()


def test_a_launch_carries_what_was_known_of_its_number(floor: Any) -> None:
    call = floor.engine.checkpoint().calls[_first(floor)]
    assert call.launch.profile == NumberProfile(segment="mobile", local_hour=16)
    assert (call.launch.needs_agent, call.launch.live) == (0.35, 0.08)


# --- people who call us, and detection -------------------------------------------------------------------


def _snapshot(floor: Any, pool: str = "") -> PacingSnapshot:
    """The pool in numbers, as pacing would be asked about it now."""
    state = floor.engine.checkpoint()
    context = Context(floor.gate, state)
    context.begin(floor.now, [])
    row = state.campaigns[floor.settings.campaign]
    port = PacingPort(context, Roster(context))
    return port.snapshot(row, pool, row.pools[pool], 10)


def _call_us(floor: Any, call: str) -> None:
    name = InboundId(call)
    floor.send(e.InboundArrived(call=name, dialed="+15550100"))
    floor.send(e.InboundIdentified(call=name, number=None, callers=()))
    floor.send(e.InboundWaiting(call=name))


def test_who_calls_us_and_asks_for_an_agent_is_told(floor: Any) -> None:
    assert _snapshot(floor).expected_inbound == 0.0
    floor.send(e.InboundArrived(call=InboundId("i0"), dialed="+15550100"))
    assert _snapshot(floor).expected_inbound == 0.0, "they may only have wanted to opt out"
    _call_us(floor, "i1")
    assert _snapshot(floor).expected_inbound == pytest.approx(1.0 / 600.0)
    floor.now += 1.0
    _call_us(floor, "i2")
    assert _snapshot(floor).expected_inbound == pytest.approx(2.0 / 601.0, rel=1e-3)


def test_whoever_waits_again_after_their_agent_left_called_only_once(floor: Any) -> None:
    _call_us(floor, "i1")
    bridge = floor.last(c.BridgeInbound)
    floor.send(e.InboundBridged(call=bridge.call, agent=bridge.agent, bridged_at=floor.now))
    floor.send(e.InboundWaiting(call=bridge.call))
    assert _snapshot(floor).expected_inbound == pytest.approx(1.0 / 600.0)


def test_a_pool_expects_as_many_as_its_agents_are_of_the_campaign_s(make_floor: Any) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    for name, tags in (("ana", ("spanish",)), ("bob", ()), ("eve", ()), ("joe", ())):
        floor.seat(name, tags=tags)
    floor.feed(1)
    floor.wait(60.0)
    floor.feed(1, first=30, needs=("spanish",))
    _call_us(floor, "i1")
    assert _snapshot(floor, "spanish").expected_inbound == pytest.approx(0.25 / 600.0)
    assert _snapshot(floor, "").expected_inbound == pytest.approx(0.75 / 600.0)


def test_a_call_that_two_campaigns_may_take_falls_to_each_by_its_agents(floor: Any) -> None:
    """Two agents here, six there; one of eight would be an agent's share."""
    other = replace(floor.settings, campaign=CampaignId("autumn"))
    floor.send(e.CampaignConfigured(settings=other))
    for index in range(6):
        agent = AgentId(f"other{index}")
        floor.send(
            e.AgentLoggedIn(agent=agent, campaign=other.campaign, endpoint=EndpointId(f"sip-other{index}"))
        )
        floor.send(e.AgentGotReady(agent=agent))
    _call_us(floor, "i1")
    assert _snapshot(floor).expected_inbound == pytest.approx(0.25 / 600.0)


def test_fewer_are_launched_where_people_call_us(make_floor: Any) -> None:
    """Twelve free agents, and two calls a minute to them for the last ten minutes. Without a limit: the guard
    of a day of which nothing is known yet would let safe lines alone go out in either case."""

    def launched(calls: int) -> int:
        floor = make_floor(policy="predictive", launches_per_second=100.0, abandonment_limit=1.0)
        floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
        for index in range(12):
            floor.seat(f"agent{index:02d}")
        for index in range(calls):
            floor.now += 30.0
            _call_us(floor, f"i{index}")
            floor.send(e.InboundEnded(call=InboundId(f"i{index}")))
        floor.now = START + 601.0
        floor.feed(60)
        floor.wait(1.0)
        return len(floor.all(c.Originate))

    assert (launched(0), launched(20)) == (16, 15)


def _answered(floor: Any, nth: int, *, delay_s: float | None, came_after: float) -> None:
    attempt = floor.all(c.Originate)[nth].attempt
    floor.send(e.CallRinging(attempt=attempt))
    answered_at = floor.now
    floor.now += came_after
    verdict = Detected.HUMAN if came_after else Detected.NONE
    floor.send(e.CallAnswered(attempt=attempt, answered_at=answered_at, detected=verdict, delay_s=delay_s))


@pytest.mark.parametrize("mode", [DetectionMode.ON, DetectionMode.ADVISORY])
def test_how_long_detection_takes_is_told(make_floor: Any, mode: DetectionMode) -> None:
    """As it says itself, or as late as the answer was told where it says nothing."""
    floor = make_floor(detection=mode)
    floor.start(agents=4)
    assert _snapshot(floor).classify_delay == 1.3
    _answered(floor, 0, delay_s=2.5, came_after=2.6)
    assert _snapshot(floor).classify_delay == pytest.approx(1.5)  # (5 · 1.3 + 2.5) / 6
    _answered(floor, 1, delay_s=None, came_after=3.6)
    assert _snapshot(floor).classify_delay == pytest.approx(1.8)  # (5 · 1.3 + 2.5 + 3.6) / 7


def test_answers_of_which_no_verdict_is_asked_come_at_once(make_floor: Any) -> None:
    floor = make_floor(detection=DetectionMode.ON, detection_segments=("landline/",))
    floor.start(agents=4)
    for nth in range(3):
        _answered(floor, nth, delay_s=None, came_after=0.0)
    assert _snapshot(floor).classify_delay == pytest.approx(0.8)  # 5 · 1.3 / 8


def test_machines_that_were_found_are_handed_to_nobody(make_floor: Any) -> None:
    floor = make_floor(detection=DetectionMode.ON)
    floor.start(agents=4)
    attempt = _first(floor)
    floor.send(e.CallRinging(attempt=attempt))
    floor.send(
        e.CallAnswered(attempt=attempt, answered_at=floor.now, detected=Detected.MACHINE, delay_s=3.9),
        after=3.9,
    )
    assert _snapshot(floor).classify_delay == 1.3


def test_without_detection_there_is_no_delay_and_new_settings_learn_it_anew(make_floor: Any) -> None:
    floor = make_floor(detection=DetectionMode.ON)
    floor.start(agents=4)
    _answered(floor, 0, delay_s=2.5, came_after=2.6)
    floor.send(e.CampaignConfigured(settings=floor.settings))
    assert _snapshot(floor).classify_delay == 1.3
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, detection=DetectionMode.OFF)))
    assert _snapshot(floor).classify_delay == 0.0


@pytest.mark.parametrize(("rang", "may_be_taken_back"), [(14.9, 0), (15.0, 1), (16.0, 2)])
def test_a_call_may_be_taken_back_after_fifteen_seconds(
    floor: Any, rang: float, may_be_taken_back: int
) -> None:
    for call in tuple(floor.engine.checkpoint().calls):
        floor.send(e.CallRinging(attempt=call), after=1.0 if call != _first(floor) else 0.5)
    rang_at = floor.engine.checkpoint().calls[_first(floor)].rang_at
    assert rang_at is not None
    floor.now = rang_at + rang
    assert _snapshot(floor).cancellable_ringing == may_be_taken_back


# --- profiles ----------------------------------------------------------------------------------------------


def _profiles(*history: HistoryEntry, zones: frozenset[str] | None = None) -> tuple[Profiles, Context]:
    state = EngineState(now=START)
    number = NumberOnFile(number="n1", zones=zones)
    file = PersonFile(person="p1", numbers=(number,), history=history)
    state.persons[PersonId("p1")] = PersonRow(file=file)
    context = Context(OpenGate(), state)
    return Profiles(context), context


TARGET = Target(person=PersonId("p1"), number=NumberId("n1"), answer_segment="mobile")


def _call(nth: int, outcome: Came | None, number: str = "n1") -> HistoryEntry:
    at = datetime(2026, 5, 1, 12, tzinfo=UTC) + timedelta(days=nth)
    return HistoryEntry(entry=f"h{nth}", at=at, event=EventKind.CALL_PLACED, outcome=outcome, number=number)


def test_a_record_counts_the_number_s_own_calls_that_rang() -> None:
    profiles, _ = _profiles(
        _call(0, Came.NO_ANSWER),
        _call(1, Came.BUSY),
        _call(2, Came.CONVERSATION),
        _call(3, Came.WRONG_PERSON),
        _call(4, Came.ANSWERED_THEN_DROPPED),
        _call(5, Came.VOICEMAIL_LEFT),
        _call(6, Came.VOICEMAIL_FULL_NO_MESSAGE),
        _call(7, Came.AMD_MACHINE),
        _call(8, Came.ABANDONED),
        _call(9, None),
        _call(10, Came.NOT_IN_SERVICE),
        _call(11, Came.NO_CONNECTION),
        _call(12, Came.CONVERSATION, number="n2"),
        _call(13, Came.CALL_SCREENED),
        HistoryEntry(entry="m", at=datetime(2026, 5, 1, tzinfo=UTC), event=EventKind.SMS, number="n1"),
    )
    assert profiles.of(TARGET) == NumberProfile(
        segment="mobile", attempts=11, needed_agent=6, answered_live=3
    )


@pytest.mark.parametrize(
    ("zones", "hour"),
    [
        (frozenset({"America/New_York"}), 16),
        (frozenset({"Asia/Kolkata"}), 1),
        (frozenset({"America/New_York", "America/Chicago"}), 15),
        (frozenset[str](), None),
        (None, None),
    ],
)
def test_the_hour_is_that_of_where_the_number_lives(zones: frozenset[str] | None, hour: int | None) -> None:
    profiles, _ = _profiles(zones=zones)
    assert profiles.of(TARGET).local_hour == hour


def test_the_hour_turns_when_it_does_and_the_record_when_the_file_does() -> None:
    profiles, context = _profiles(zones=frozenset({"America/New_York"}))
    five = START + 2000.0  # 17:00:00 in New York
    for now, hour in ((five - 1.0, 16), (five, 17), (five + 3599.0, 17), (five + 3600.0, 18), (five, 17)):
        context.now = now
        assert profiles.of(TARGET).local_hour == hour
    row = context.state.persons[PersonId("p1")]
    row.file = PersonFile(person="p1", numbers=row.file.numbers, history=(_call(0, Came.CONVERSATION),))
    assert profiles.of(TARGET).answered_live == 1


def test_of_somebody_who_is_not_in_play_only_the_segment_is_known() -> None:
    profiles, _ = _profiles()
    stranger = Target(person=PersonId("p9"), number=NumberId("n9"), answer_segment="landline")
    assert profiles.of(stranger) == NumberProfile(segment="landline")


def test_the_same_number_under_another_segment_has_that_segment_s_profile() -> None:
    profiles, _ = _profiles()
    for segment in ("mobile", "landline", "mobile"):
        assert profiles.of(replace(TARGET, answer_segment=segment)).segment == segment


def test_a_caller_is_told_to_each_campaign_where_nobody_serves_and_to_none_without_agents_else(
    make_floor: Any,
) -> None:
    floor = make_floor()
    other = replace(floor.settings, campaign=CampaignId("autumn"))
    floor.send(e.CampaignConfigured(settings=other))
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(1)
    _call_us(floor, "i1")
    assert _snapshot(floor).expected_inbound == 0.0, "of no agents"
    floor.seat("agent0")
    assert _snapshot(floor).expected_inbound == pytest.approx(0.5 / 600.0), "half of it each"
    floor.now += 1.0
    _call_us(floor, "i2")
    assert _snapshot(floor).expected_inbound == pytest.approx(1.5 / 601.0, rel=1e-3), "and this one whole"
