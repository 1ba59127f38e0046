"""What was heard on a call, and what follows from it."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.findings import Recording
from compliance_gate.words import Outcome as GateOutcome
from compliance_gate.words import RequestKind, Tech
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected, Detection
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.machine import TAKES_RECORDING, MachineKind, SaidToMachine
from dialer.domain.record import AttemptRecord, entry_of
from dialer.domain.voice import (
    ApprovedText,
    Played,
    RecordingPlan,
    Unserved,
    VoicemailPlan,
    VoicePlan,
)

Floor = Any
MakeFloor = Callable[..., Floor]


def text(sound: str, seconds: float = 0.0) -> ApprovedText:
    return ApprovedText(
        sound=sound,
        version="3",
        words="Call 555 0199, or press 9.",
        call_back="+15550100199",
        approved_by="C. Officer",
        approved_on="2026-11-01",
        client="acme",
        seconds=seconds,
    )


NOTICE = VoicePlan(recording=RecordingPlan(notices=(text("notice", 1.2),)))
DROP = VoicePlan(voicemail=VoicemailPlan(texts=(text("drop"),)))
MESSAGE = VoicePlan(messages=(text("sorry"),))
OVERFLOW = VoicePlan(unserved=Unserved.OVERFLOW)


def floor_with(make_floor: MakeFloor, voice: VoicePlan, *, agents: int = 1, **settings: Any) -> Floor:
    floor = make_floor(voice=voice, abandonment_limit=1.0, abandonment_target=0.03, **settings)
    floor.gate.may_play = frozenset(Recording)
    floor.start(agents=agents)
    return floor


def played(attempt: AttemptId, kind: Recording, sound: str, *, complete: bool = True) -> e.VoicePlayed:
    return e.VoicePlayed(attempt=attempt, recording=kind, sound=sound, complete=complete)


def record(floor: Floor, attempt: AttemptId) -> AttemptRecord:
    return [each.record for each in floor.all(c.StoreOutcome) if each.record.attempt == attempt][-1]


def state_of(floor: Floor, name: str) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == name)


# --- the announcement -------------------------------------------------------------------------------------


def test_nobody_is_joined_before_the_announcement_was_heard(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, NOTICE)
    order = floor.last(c.Originate)
    assert (order.voice.notice, order.voice.record) == ("notice", True)
    floor.answer(order.attempt)
    assert not floor.all(c.Bridge)
    floor.send(played(order.attempt, Recording.RECORDED_NOTICE, "notice"), after=1.2)
    assert floor.last(c.Bridge).attempt == order.attempt


def test_what_was_announced_and_recorded_stands_in_the_attempt(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, NOTICE)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.RecordingBegan(attempt=attempt), after=1.2)
    floor.send(played(attempt, Recording.RECORDED_NOTICE, "notice"))
    floor.send(e.CallBridged(attempt=attempt, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    kept = record(floor, attempt)
    assert kept.recorded
    notice = Played(recording=Recording.RECORDED_NOTICE, sound="notice", complete=True, version="3")
    assert kept.played == (notice,)
    assert kept.abandoned is False


def test_a_call_that_was_not_recorded_says_so(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, NOTICE)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(played(attempt, Recording.RECORDED_NOTICE, "notice", complete=False), after=0.1)
    assert floor.last(c.Bridge).attempt == attempt
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.HUNG_UP_WAITING))
    assert record(floor, attempt).recorded is False


def test_an_announcement_after_the_limit_joins_nobody(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, NOTICE)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False), after=2.0)
    floor.send(played(attempt, Recording.RECORDED_NOTICE, "notice"), after=0.1)
    assert not floor.all(c.Bridge)


# --- machines ---------------------------------------------------------------------------------------------


def detected_machine(floor: Floor, verdict: Detected = Detected.MACHINE) -> AttemptId:
    attempt = floor.last(c.Originate).attempt
    floor.send(e.CallRinging(attempt=attempt), after=5.0)
    answered = floor.now
    floor.send(
        e.CallAnswered(
            attempt=attempt, answered_at=answered, detected=verdict, cause="MACHINE LONG", delay_s=1.7
        ),
        after=1.7,
    )
    return AttemptId(attempt)


def test_a_machine_gets_its_message_and_is_not_hung_up_on(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP, detection=DetectionMode.ON)
    attempt = detected_machine(floor)
    assert not floor.all(c.Hangup)
    floor.send(played(attempt, Recording.VOICEMAIL_DROP, "drop"), after=25.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.MACHINE))
    kept = record(floor, attempt)
    assert kept.outcome is Outcome.MACHINE
    assert [(heard.sound, heard.version, heard.complete) for heard in kept.played] == [("drop", "3", True)]
    assert kept.detection == Detection(verdict=Detected.MACHINE, cause="MACHINE LONG", delay_s=1.7)
    entry = entry_of(kept)
    assert entry is not None
    assert entry.tech is Tech.PRERECORDED_VOICE


def test_a_long_greeting_is_not_taken_for_a_lost_call(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP, detection=DetectionMode.ON)
    attempt = detected_machine(floor)
    floor.wait(120.0)
    assert attempt not in [hangup.attempt for hangup in floor.all(c.Hangup)]
    floor.wait(100.0)
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED) in floor.all(c.Hangup)


def test_without_a_message_for_it_a_machine_is_hung_up_on(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE, detection=DetectionMode.ON)
    detected_machine(floor)
    assert floor.last(c.Hangup).reason is c.HangupReason.MACHINE


def test_a_fax_gets_no_message(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP, detection=DetectionMode.ON)
    detected_machine(floor, Detected.FAX)
    assert floor.last(c.Hangup).reason is c.HangupReason.MACHINE


@pytest.mark.parametrize(
    ("segments", "asked"),
    [((), DetectionMode.ON), (("mobile",), DetectionMode.ON), (("landline",), DetectionMode.OFF)],
)
def test_detection_is_asked_of_the_segments_that_the_campaign_names(
    make_floor: MakeFloor, segments: tuple[str, ...], asked: DetectionMode
) -> None:
    floor = floor_with(make_floor, MESSAGE, detection=DetectionMode.ON, detection_segments=segments)
    assert floor.last(c.Originate).detection is asked


def left_by_agent(floor: Floor, machine: MachineKind | None = None) -> AttemptId:
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.VoicemailDropRequested(agent=agent, attempt=attempt, machine=machine), after=4.0)
    return AttemptId(attempt)


def test_an_agent_who_asks_for_the_message_is_free_at_once(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP)
    attempt = left_by_agent(floor)
    assert floor.last(c.LeaveMessage) == c.LeaveMessage(attempt=attempt, sound="drop")
    assert floor.last(c.Originate).attempt != attempt  # the next call is for them already
    assert state_of(floor, "agent0") is AgentState.RESERVED
    floor.send(played(attempt, Recording.VOICEMAIL_DROP, "drop"), after=12.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    kept = record(floor, attempt)
    assert kept.disposition is not None
    assert kept.disposition.kind is DispositionKind.MESSAGE_LEFT
    assert kept.talk_ended_at == kept.wrapped_at
    assert floor.engine.snapshot().campaigns[0].live_answers == 0


def test_a_message_that_was_cut_off_is_marked_so(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP)
    attempt = left_by_agent(floor)
    floor.send(played(attempt, Recording.VOICEMAIL_DROP, "drop", complete=False), after=3.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    assert [heard.complete for heard in record(floor, attempt).played] == [False]


def test_a_machine_that_hung_up_before_the_message_has_none(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP)
    attempt = left_by_agent(floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=1.0)
    kept = record(floor, attempt)
    assert kept.disposition is not None
    assert kept.disposition.kind is DispositionKind.MACHINE


@pytest.mark.parametrize("machine", [MachineKind.OWN, MachineKind.GENERIC])
def test_which_machine_got_the_message_stands_in_the_attempt(
    make_floor: MakeFloor, machine: MachineKind
) -> None:
    floor = floor_with(make_floor, DROP)
    attempt = left_by_agent(floor, machine)
    floor.send(played(attempt, Recording.VOICEMAIL_DROP, "drop"), after=12.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    kept = record(floor, attempt)
    assert (kept.machine(), kept.said_to_machine()) == (machine, SaidToMachine.RECORDED)


@pytest.mark.parametrize("machine", [kind for kind in MachineKind if kind not in TAKES_RECORDING])
def test_on_other_machines_no_recorded_message_is_left_and_the_agent_is_told(
    make_floor: MakeFloor, machine: MachineKind
) -> None:
    floor = floor_with(make_floor, DROP)
    left_by_agent(floor, machine)
    assert not floor.all(c.LeaveMessage)
    assert state_of(floor, "agent0") is AgentState.TALKING
    assert machine.value in floor.engine.snapshot().agents[0].notice


def test_a_machine_that_hung_up_is_kept_with_its_kind_and_was_told_nothing(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, DROP)
    attempt = left_by_agent(floor, MachineKind.GENERIC)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=1.0)
    kept = record(floor, attempt)
    assert (kept.machine(), kept.said_to_machine()) == (MachineKind.GENERIC, SaidToMachine.NOTHING)


def disposed(floor: Floor, said: Disposition) -> AttemptId:
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=6.0)
    floor.send(e.DispositionRecorded(agent=agent, attempt=attempt, disposition=said))
    return AttemptId(attempt)


def test_an_intercept_does_not_count_and_closes_the_number(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    number = floor.last(c.Originate).number
    attempt = disposed(floor, Disposition(kind=DispositionKind.INTERCEPT))
    entry = entry_of(record(floor, attempt))
    assert entry is not None
    assert entry.outcome is GateOutcome.NOT_IN_SERVICE
    status = floor.last(c.StoreNumberStatus)
    assert (status.number, status.status) == (number, c.NumberStatus.INVALID)
    kept = record(floor, attempt)
    assert (kept.machine(), kept.said_to_machine()) == (MachineKind.INTERCEPT, SaidToMachine.NOTHING)


def test_what_an_agent_spoke_onto_a_machine_is_told_apart_from_a_recording(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    said = Disposition(
        kind=DispositionKind.MESSAGE_LEFT, machine=MachineKind.OTHER, said_to_machine=SaidToMachine.SPOKEN
    )
    kept = record(floor, disposed(floor, said))
    assert (kept.machine(), kept.said_to_machine()) == (MachineKind.OTHER, SaidToMachine.SPOKEN)
    entry = entry_of(kept)
    assert entry is not None
    assert entry.tech is None


def test_where_none_is_allowed_an_agent_s_wish_changes_nothing(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    left_by_agent(floor)
    assert not floor.all(c.LeaveMessage)
    assert state_of(floor, "agent0") is AgentState.TALKING


# --- who is not served ------------------------------------------------------------------------------------


def test_the_message_stands_in_the_attempt_with_its_version(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=True), after=2.0)
    floor.send(played(attempt, Recording.ABANDONMENT_MESSAGE, "sorry", complete=False), after=3.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.ABANDONED))
    kept = record(floor, attempt)
    assert kept.message_played
    assert [(heard.version, heard.complete) for heard in kept.played] == [("3", False)]


@pytest.mark.parametrize(("within", "abandoned"), [(None, True), (10.0, False), (3.0, True)])
def test_the_live_overflow_is_abandonment_by_the_declared_definition(
    make_floor: MakeFloor, within: float | None, abandoned: bool
) -> None:
    floor = floor_with(make_floor, OVERFLOW, served_within_s=within)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now + 3.0), after=3.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.ABANDONED), after=60.0)
    kept = record(floor, attempt)
    assert (kept.outcome, kept.abandoned) == (Outcome.OVERFLOWED, abandoned)
    view = floor.engine.snapshot().campaigns[0]
    assert (view.live_answers, view.abandoned) == (1, int(abandoned))


def test_an_overflow_that_nobody_answers_is_abandonment(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, OVERFLOW, served_within_s=10.0)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.ABANDONED), after=20.0)
    assert record(floor, attempt).outcome is Outcome.ABANDONED
    assert floor.engine.snapshot().campaigns[0].abandoned == 1


def test_a_long_talk_with_the_overflow_is_not_ended_by_us(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, OVERFLOW)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now + 1.0), after=1.0)
    floor.wait(1800.0)
    assert attempt not in [hangup.attempt for hangup in floor.all(c.Hangup)]


def test_a_key_that_opts_out_binds_and_is_confirmed_in_its_step(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    attempt = floor.last(c.Originate).attempt
    number = floor.last(c.Originate).number
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=True), after=2.0)
    out = floor.send(e.OptOutPressed(attempt=attempt, key="9"), after=3.0)
    (stored,) = [command for command in out if isinstance(command, c.StoreRequest)]
    assert (stored.request.type, stored.request.number) == (RequestKind.DO_NOT_CALL, number)
    assert c.ConfirmOptOut(attempt=attempt) in out
    assert out.index(stored) < out.index(c.ConfirmOptOut(attempt=attempt))


def test_an_opt_out_of_an_unknown_call_is_not_confirmed(make_floor: MakeFloor) -> None:
    floor = floor_with(make_floor, MESSAGE)
    floor.send(e.OptOutPressed(attempt=AttemptId("never"), key="9"))
    assert not floor.all(c.ConfirmOptOut)


# --- before the answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_early_sound_is_kept_with_the_attempt(make_floor: MakeFloor, late: bool) -> None:
    floor = floor_with(make_floor, MESSAGE)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.CallRinging(attempt=attempt, early_media=not late))
    if late:
        floor.send(e.CallRinging(attempt=attempt, early_media=True))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    assert record(floor, attempt).early_media
