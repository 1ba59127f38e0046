"""Recordings that an agent's word begins and a person's objection ends."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.call_handling import CallHandling, CallRecording
from compliance_gate.findings import Recording
from compliance_gate.words import PersonRole
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.record import AttemptRecord
from dialer.domain.third_party import OutsideLine
from dialer.domain.voice import (
    ApprovedText,
    RecordingNote,
    RecordingPlan,
    RecordingState,
    SpokenText,
    VoicePlan,
)

Floor = Any
MakeFloor = Callable[..., Floor]

ANN = AgentId("agent0")
WORDS = "This call is recorded."
NOTICE = ApprovedText(
    sound="notice",
    version="3",
    words=WORDS,
    approved_by="C. Officer",
    approved_on="2026-11-01",
    client="acme",
    seconds=1.2,
)
SPOKEN = SpokenText(
    version="7", words=WORDS, approved_by="C. Officer", approved_on="2026-11-01", client="acme"
)
PLAN = VoicePlan(recording=RecordingPlan(notices=(NOTICE,), spoken=(SPOKEN,)))


def talking(
    make_floor: MakeFloor, *, may_announce: bool = False, voice: VoicePlan = PLAN, **settings: Any
) -> tuple[Floor, AttemptId]:
    """A floor with a talk on a call that may, or may not, be announced by a recording."""
    floor = make_floor(voice=voice, abandonment_limit=1.0, abandonment_target=0.03, **settings)
    may_play = {Recording.ABANDONMENT_MESSAGE}
    floor.gate.may_play = frozenset(may_play | {Recording.RECORDED_NOTICE} if may_announce else may_play)
    floor.start(agents=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    if may_announce:
        heard = e.VoicePlayed(
            attempt=attempt, recording=Recording.RECORDED_NOTICE, sound="notice", complete=True
        )
        floor.send(e.RecordingBegan(attempt=attempt), after=1.2)
        floor.send(heard)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    return floor, AttemptId(attempt)


def spoken(attempt: AttemptId) -> e.RecordingNoticeSpoken:
    return e.RecordingNoticeSpoken(agent=ANN, attempt=attempt)


def objected(attempt: AttemptId) -> e.RecordingObjected:
    return e.RecordingObjected(agent=ANN, attempt=attempt)


def view(floor: Floor) -> Any:
    return floor.engine.snapshot().agents[0]


def record(floor: Floor) -> AttemptRecord:
    return floor.all(c.StoreOutcome)[-1].record


def test_where_no_announcement_may_be_played_the_agent_s_word_begins_the_recording(
    make_floor: MakeFloor,
) -> None:
    floor, attempt = talking(make_floor)
    order = floor.last(c.Originate)
    assert (order.voice.notice, order.voice.record, order.voice.spoken) == (None, False, WORDS)
    assert (view(floor).recording, view(floor).to_say) == (RecordingState.NOTICE_DUE, WORDS)
    assert not floor.all(c.StartRecording)
    told_at = floor.now + 3.0
    floor.send(spoken(attempt), after=3.0)
    assert floor.last(c.StartRecording) == c.StartRecording(attempt=attempt, agent=ANN)
    assert view(floor).recording is RecordingState.ORDERED
    floor.send(e.RecordingBegan(attempt=attempt), after=0.05)
    assert (view(floor).recording, view(floor).to_say) == (RecordingState.RUNNING, "")
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    assert record(floor).recorded
    assert record(floor).recording == RecordingNote(spoken_at=told_at, version="7")


def test_a_call_on_which_the_agent_said_nothing_is_not_recorded(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    assert (record(floor).recorded, record(floor).recording) == (False, None)


def test_an_announced_call_asks_nothing_of_the_agent(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, may_announce=True)
    assert (view(floor).recording, view(floor).to_say) == (RecordingState.RUNNING, "")
    floor.send(spoken(attempt))
    assert not floor.all(c.StartRecording)
    assert floor.engine.was_ignored


def test_without_words_that_were_approved_nothing_is_recorded_and_the_agent_is_told(
    make_floor: MakeFloor,
) -> None:
    voice = VoicePlan(recording=RecordingPlan(notices=(NOTICE,)))
    floor, attempt = talking(make_floor, voice=voice)
    assert view(floor).recording is RecordingState.NONE
    floor.send(spoken(attempt))
    assert not floor.all(c.StartRecording)
    assert view(floor).notice == "not recorded: this call is not recorded on an agent's word"


ASKED = SpokenText(
    version="9",
    words="May I record this call?",
    approved_by="C. Officer",
    approved_on="2026-11-01",
    client="acme",
)


@pytest.mark.parametrize("may_announce", [False, True])
def test_where_everybody_must_agree_the_agent_asks_and_their_word_begins_it(
    make_floor: MakeFloor, may_announce: bool
) -> None:
    """An announcement that may be played is not played: it would ask nobody."""
    floor = make_floor(
        voice=VoicePlan(recording=RecordingPlan(notices=(NOTICE,), spoken=(SPOKEN,), asked=(ASKED,))),
        abandonment_limit=1.0,
        abandonment_target=0.03,
    )
    floor.gate.may_play = frozenset(Recording) if may_announce else {Recording.ABANDONMENT_MESSAGE}
    floor.gate.handling = replace(floor.gate.handling, recording=CallRecording.AFTER_CONSENT)
    floor.start(agents=1)
    order = floor.last(c.Originate)
    assert order.clearance.handling.recording is CallRecording.AFTER_CONSENT
    assert (order.voice.notice, order.voice.record, order.voice.spoken) == (None, False, ASKED.words)
    floor.answer(order.attempt)
    floor.send(e.CallBridged(attempt=order.attempt, agent=ANN, bridged_at=floor.now))
    assert (view(floor).recording, view(floor).to_say) == (RecordingState.CONSENT_DUE, ASKED.words)
    assert not floor.all(c.StartRecording)
    floor.send(spoken(order.attempt), after=3.0)
    assert view(floor).recording is RecordingState.ORDERED
    assert floor.last(c.StartRecording) == c.StartRecording(attempt=order.attempt, agent=ANN)


def test_where_it_is_never_lawful_no_word_begins_it(make_floor: MakeFloor) -> None:
    floor = make_floor(voice=PLAN, abandonment_limit=1.0, abandonment_target=0.03)
    floor.gate.may_play = frozenset(Recording)
    floor.gate.handling = replace(floor.gate.handling, recording=CallRecording.NEVER)
    floor.start(agents=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(spoken(attempt), after=3.0)
    assert not floor.all(c.StartRecording)
    assert view(floor).notice == "not recorded: this call is not recorded on an agent's word"


@pytest.mark.parametrize("may_announce", [False, True])
def test_an_objection_stops_the_recording_and_is_final(make_floor: MakeFloor, may_announce: bool) -> None:
    floor, attempt = talking(make_floor, may_announce=may_announce)
    if not may_announce:
        floor.send(spoken(attempt), after=1.0)
        floor.send(e.RecordingBegan(attempt=attempt), after=0.05)
    at = floor.now + 10.0
    floor.send(objected(attempt), after=10.0)
    assert floor.last(c.StopRecording) == c.StopRecording(attempt=attempt)
    assert view(floor).recording is RecordingState.STOPPING
    floor.send(e.RecordingStopped(attempt=attempt), after=0.5)
    assert view(floor).recording is RecordingState.STOPPED
    floor.send(spoken(attempt))
    assert len(floor.all(c.StartRecording)) == (0 if may_announce else 1)
    floor.send(objected(attempt))
    assert len(floor.all(c.StopRecording)) == 1
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    note = record(floor).recording
    assert note is not None
    assert (note.objected_at, note.stopped_at) == (at, at + 0.5)
    assert record(floor).recorded, "what was said before it"


def test_an_objection_before_anything_is_recorded_lets_nothing_begin(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(objected(attempt), after=1.0)
    assert not floor.all(c.StopRecording)
    assert view(floor).recording is RecordingState.STOPPED
    floor.send(spoken(attempt), after=1.0)
    assert not floor.all(c.StartRecording)
    assert view(floor).notice == "not recorded: the person objected"
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    assert record(floor).recorded is False


def test_a_recording_that_begins_as_it_is_objected_to_is_stopped_once_more(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(spoken(attempt))
    floor.send(objected(attempt), after=0.01)
    floor.send(e.RecordingBegan(attempt=attempt), after=0.02)
    assert len(floor.all(c.StopRecording)) == 2


def test_a_recording_that_cannot_be_stopped_is_told_to_agent_and_floor(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, may_announce=True)
    floor.send(objected(attempt))
    floor.send(e.RecordingStopped(attempt=attempt, is_stopped=False, reason="no connection"), after=3.0)
    assert view(floor).recording is RecordingState.STOPPING
    assert "could not be stopped" in view(floor).notice
    alarm = floor.last(c.RaiseAlarm)
    assert (alarm.subject, "no connection" in alarm.text) == ("recordings", True)


def test_a_word_about_another_call_changes_nothing(make_floor: MakeFloor) -> None:
    floor, _ = talking(make_floor)
    for event in (spoken(AttemptId("other")), objected(AttemptId("other"))):
        floor.send(event)
        assert floor.engine.was_ignored
    assert not floor.all(c.StartRecording)
    assert not floor.all(c.StopRecording)


def test_every_refusal_says_what_hinders_it(make_floor: MakeFloor) -> None:
    """The page shows it: the general sentence of a request that came late helps nobody."""
    floor, attempt = talking(make_floor)
    other = AttemptId("other")

    def why(event: e.Event) -> str:
        floor.send(event)
        return str(floor.engine.why_ignored)

    assert why(spoken(other)) == "agent agent0 is not on other"
    assert why(objected(other)) == "agent agent0 does not talk on other"
    floor.send(e.RecordingBegan(attempt=attempt))
    assert why(spoken(attempt)) == f"{attempt} is recorded already"
    assert why(objected(attempt)) == ""
    assert why(objected(attempt)) == "the person's objection is written down already"
    assert (
        why(e.VoicemailDropRequested(agent=ANN, attempt=attempt))
        == "the campaign lets agents leave no message"
    )


def test_a_notice_after_an_objection_says_that_the_person_objected(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(objected(attempt))
    floor.send(spoken(attempt))
    assert floor.engine.why_ignored == "not recorded: the person objected"


# --- somebody outside comes into the talk -----------------------------------------------------------------

CREDITOR = OutsideLine(
    name="creditor",
    number="+12125550111",
    role=PersonRole.CREDITOR,
    region="NY",
    zones=("America/New_York",),
)
R = CallRecording


def recorded(
    make_floor: MakeFloor, *, notice_in: tuple[str, ...] = ("law",), has_begun: bool = True
) -> tuple[Floor, AttemptId]:
    """A talk that is recorded since the answer, nothing said of it, as the law of its place lets us."""
    plan = RecordingPlan(notices=(NOTICE,), spoken=(SPOKEN,), notice_in=notice_in)
    floor = make_floor(voice=VoicePlan(recording=plan), outside_lines=(CREDITOR,))
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.FREELY)
    floor.start(agents=1, leads=1)
    attempt = AttemptId(floor.last(c.Originate).attempt)
    floor.answer(attempt)
    if has_begun:
        floor.send(e.RecordingBegan(attempt=attempt))
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.log.clear()
    return floor, attempt


@pytest.mark.parametrize(
    ("of_the_line", "ends"),
    [(R.FREELY, False), (R.WITH_BEEP, True), (R.AFTER_NOTICE, True), (R.NEVER, True), (None, True)],
)
def test_a_recording_ends_before_somebody_comes_in_who_would_have_to_know(
    make_floor: MakeFloor, of_the_line: CallRecording | None, *, ends: bool
) -> None:
    """By what the clearance of their own call says; where it says nothing, nobody is recorded unawares."""
    floor, attempt = recorded(make_floor)
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=of_the_line)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    orders = [type(each) for each in floor.log if isinstance(each, c.StopRecording | c.Originate)]
    assert orders == ([c.StopRecording, c.Originate] if ends else [c.Originate])
    assert view(floor).notice == ("the recording ends: creditor was not told of it" if ends else "")
    if ends:
        floor.send(e.RecordingStopped(attempt=attempt, is_stopped=True))
        assert view(floor).recording is RecordingState.STOPPED


def test_where_the_person_had_to_know_everybody_on_their_line_does(make_floor: MakeFloor) -> None:
    """Their place asks that all be told, wherever the other one is."""
    floor, attempt = talking(make_floor, may_announce=True, outside_lines=(CREDITOR,))
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.FREELY)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    assert floor.last(c.StopRecording).attempt == attempt


def test_who_is_consulted_is_in_no_recording_until_they_are_let_in(make_floor: MakeFloor) -> None:
    floor, attempt = recorded(make_floor)
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.AFTER_NOTICE)
    floor.send(e.ConsultationRequested(agent=ANN, line="creditor"))
    third = AttemptId(floor.last(c.Originate).attempt)
    floor.send(e.PersonHeld(attempt=attempt))
    floor.send(e.CallAnswered(attempt=third, answered_at=floor.now), after=3.0)
    floor.send(e.CallBridged(attempt=third, agent=ANN, bridged_at=floor.now))
    assert not floor.all(c.StopRecording)
    floor.send(e.ConsultationOpened(agent=ANN))
    orders = [type(each) for each in floor.log if isinstance(each, c.StopRecording | c.JoinThirdParty)]
    assert orders[-2:] == [c.StopRecording, c.JoinThirdParty]


def test_a_recording_that_begins_once_somebody_was_asked_in_ends_again(make_floor: MakeFloor) -> None:
    plan = RecordingPlan(notices=(NOTICE,), spoken=(SPOKEN,))
    floor = make_floor(voice=VoicePlan(recording=plan), outside_lines=(CREDITOR,))
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.FREELY)
    floor.start(agents=1, leads=1)
    attempt = AttemptId(floor.last(c.Originate).attempt)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    assert not floor.all(c.StopRecording), "nothing runs yet"
    floor.send(e.RecordingBegan(attempt=attempt))
    assert floor.last(c.StopRecording).attempt == attempt


def consulting(floor: Floor, attempt: AttemptId) -> AttemptId:
    """The creditor's line, which is not told of recordings, talks with the agent while the person holds."""
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.AFTER_NOTICE)
    floor.send(e.ConsultationRequested(agent=ANN, line="creditor"))
    third = AttemptId(floor.last(c.Originate).attempt)
    floor.send(e.PersonHeld(attempt=attempt))
    floor.send(e.CallAnswered(attempt=third, answered_at=floor.now), after=3.0)
    floor.send(e.CallBridged(attempt=third, agent=ANN, bridged_at=floor.now))
    return third


def not_stopped(attempt: AttemptId) -> e.RecordingStopped:
    return e.RecordingStopped(attempt=attempt, is_stopped=False, reason="nobody answers")


def hung_up(floor: Floor) -> list[c.Hangup]:
    return [each for each in floor.log if isinstance(each, c.Hangup)]


@pytest.mark.parametrize("is_let_in", [False, True])
def test_who_was_not_told_is_let_into_no_talk_whose_recording_goes_on(
    make_floor: MakeFloor, *, is_let_in: bool
) -> None:
    floor, attempt = recorded(make_floor)
    third = consulting(floor, attempt)
    floor.send(not_stopped(attempt))
    assert not hung_up(floor), "they talk with the agent alone"
    floor.send(e.ConsultationOpened(agent=ANN))
    if is_let_in:
        floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(not_stopped(attempt))
    assert hung_up(floor) == [c.Hangup(attempt=third, reason=c.HangupReason.RECORDED)]
    assert "creditor was not told of it, and is hung up on" in view(floor).notice


def test_who_was_not_told_and_rings_goes_when_the_recording_cannot_be_stopped(make_floor: MakeFloor) -> None:
    floor, attempt = recorded(make_floor)
    floor.gate.handling = CallHandling(shortest_ring_s=15.0, recording=R.NEVER)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    third = AttemptId(floor.last(c.Originate).attempt)
    floor.send(not_stopped(attempt))
    assert hung_up(floor) == [c.Hangup(attempt=third, reason=c.HangupReason.RECORDED)]


def test_who_need_not_be_told_stays_whatever_becomes_of_the_recording(make_floor: MakeFloor) -> None:
    floor, attempt = recorded(make_floor)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    floor.send(not_stopped(attempt))
    assert not hung_up(floor)
    assert view(floor).notice == "the recording could not be stopped: end the call, or say so"


@pytest.mark.parametrize("is_let_in", [False, True])
def test_a_recording_that_begins_as_the_person_is_let_in_ends_again(
    make_floor: MakeFloor, *, is_let_in: bool
) -> None:
    """It was ordered with the call, and its word comes late: between the order to join them and the talk."""
    floor, attempt = recorded(make_floor, has_begun=False)
    consulting(floor, attempt)
    floor.send(e.ConsultationOpened(agent=ANN))
    if is_let_in:
        floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    assert not floor.all(c.StopRecording), "nothing runs yet"
    floor.send(e.RecordingBegan(attempt=attempt))
    assert floor.last(c.StopRecording).attempt == attempt


def test_a_recording_that_begins_after_a_join_that_failed_goes_on(make_floor: MakeFloor) -> None:
    """Agent and third party are alone again: the person is on hold, and nobody's word is recorded."""
    floor, attempt = recorded(make_floor, has_begun=False)
    consulting(floor, attempt)
    floor.send(e.ConsultationOpened(agent=ANN))
    floor.send(e.BridgeFailed(attempt=attempt, agent=ANN, reason="gone"))
    floor.send(e.RecordingBegan(attempt=attempt))
    assert not floor.all(c.StopRecording)
