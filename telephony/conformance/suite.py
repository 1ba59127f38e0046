"""What every telephone system owes the dialer, one sentence a test. A module that imports them has a fixture
`bench`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from compliance_gate.findings import Clearance, Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    Bridge,
    ConfirmOptOut,
    DropAgentLeg,
    Hangup,
    HangupReason,
    LeaveMessage,
    ReleaseAgent,
    StartRecording,
    StopRecording,
)
from dialer.domain.detection import Detected
from dialer.domain.errors import FairdialError, TelephoneSystemUnavailableError
from dialer.domain.events import (
    BridgeFailed,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallTimedOut,
    NetworkLost,
    OptOutPressed,
    OverflowAnswered,
    RecordingBegan,
    RecordingStopped,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.ports import KeyPad
from dialer.domain.voice import PlannedVoice, Unserved
from telephony.conformance.bench import Bench


def _ends(bench: Bench, attempt: str) -> list[Outcome]:
    return [event.outcome for event in bench.heard(CallEnded) if event.attempt == attempt]


async def talking(bench: Bench, attempt: str, agent: AgentId) -> None:
    """Call somebody who stays, and join them to the agent."""
    await bench.call(attempt, bench.numbers.answers)
    await bench.answered(attempt)
    await bench.system.perform(Bridge(attempt=AttemptId(attempt), agent=agent))
    await bench.wait(lambda: any(event.attempt == attempt for event in bench.heard(CallBridged)))


async def test_an_answered_call_is_joined_to_the_agent(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.call("a1", bench.numbers.answers)
    answer = await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    bridged = bench.heard(CallBridged)[0]
    assert (bridged.attempt, bridged.agent) == ("a1", agent)
    assert bridged.bridged_at >= answer.answered_at
    assert not bench.heard(CallTimedOut)


async def test_a_joined_call_that_the_agent_ends_was_a_connection_and_frees_the_agent(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    for attempt in ("a1", "a2"):
        await bench.call(attempt, bench.numbers.answers)
        await bench.answered(attempt)
        joined = len(bench.heard(CallBridged)) + 1
        await bench.system.perform(Bridge(attempt=AttemptId(attempt), agent=agent))
        await bench.wait(lambda joined=joined: len(bench.heard(CallBridged)) == joined)
        await bench.system.perform(Hangup(attempt=AttemptId(attempt), reason=HangupReason.AGENT))
        await bench.wait(lambda attempt=attempt: bool(_ends(bench, attempt)))
        assert _ends(bench, attempt) == [Outcome.CONNECTED]
    await bench.stop_listening()
    assert (await bench.system.reconcile()).agents == ("agent-1",)


async def test_keys_are_pressed_on_a_call_that_is_up_and_on_no_other(bench: Bench) -> None:
    keypad = bench.system
    if not isinstance(keypad, KeyPad):
        pytest.skip("this telephone system presses no keys")
    agent = await bench.seat("agent-1")
    with pytest.raises(FairdialError):
        await keypad.press_keys(AttemptId("never"), "1")
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    await keypad.press_keys(AttemptId("a1"), "1#")
    assert not bench.heard(CallEnded)


async def test_a_joined_call_ends_once_and_the_agent_is_free_for_the_next(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    for attempt in ("a1", "a2"):
        await bench.call(attempt, bench.numbers.answers_and_leaves)
        await bench.answered(attempt)
        await bench.system.perform(Bridge(attempt=AttemptId(attempt), agent=agent))
        await bench.wait(lambda attempt=attempt: bool(_ends(bench, attempt)))
        assert _ends(bench, attempt) == [Outcome.CONNECTED]


async def test_the_limit_after_the_answer_holds_without_a_word_from_us(bench: Bench) -> None:
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    assert [event.attempt for event in bench.heard(CallTimedOut)] == ["a1"]


async def test_no_message_is_played_where_the_clearance_allows_none(bench: Bench) -> None:
    order = bench.order("a1")
    clearance = replace(order.clearance, may_play=frozenset())
    await bench.call("a1", bench.numbers.answers, clearance=clearance)
    await bench.wait(lambda: bool(bench.heard(CallTimedOut)))
    assert not bench.heard(CallTimedOut)[0].message_played


async def test_a_bridge_that_comes_too_late_fails_and_says_so(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.call("a1", bench.numbers.answers)
    await bench.wait(lambda: bool(bench.heard(CallTimedOut)))
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(BridgeFailed)))
    assert not bench.heard(CallBridged)


async def test_a_bridge_of_an_unknown_call_fails_and_says_so(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.system.perform(Bridge(attempt=AttemptId("never"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(BridgeFailed)))


async def test_what_rings_is_cancelled(bench: Bench) -> None:
    await bench.call("a1", bench.numbers.rings)
    await bench.quiet(1.0)
    await bench.system.perform(Hangup(attempt=AttemptId("a1"), reason=HangupReason.SUPPRESSED))
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    assert _ends(bench, "a1") == [Outcome.CANCELLED]


async def test_a_hangup_of_an_unknown_call_changes_nothing(bench: Bench) -> None:
    await bench.system.perform(Hangup(attempt=AttemptId("never"), reason=HangupReason.UNACCOUNTED))
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")


REFUSALS = (
    ("busy", Outcome.BUSY, 486),
    ("invalid", Outcome.INVALID_NUMBER, 404),
    ("blocked", Outcome.BLOCKED, 608),
    ("unwanted", Outcome.UNWANTED, 607),
)


@pytest.mark.parametrize(("fate", "outcome", "code"), REFUSALS)
async def test_what_came_of_it_is_told_with_the_far_end_s_code(
    bench: Bench, fate: str, outcome: Outcome, code: int
) -> None:
    dial: str | None = getattr(bench.numbers, fate)
    if dial is None:
        pytest.skip(f"this telephone system has no number that is {fate}")
    await bench.call("a1", dial)
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    assert _ends(bench, "a1") == [outcome]
    assert [event.sip_code for event in bench.heard(CallEnded)] == [code]


async def _told(bench: Bench, recording: Recording) -> VoicePlayed:
    await bench.wait(lambda: any(event.recording is recording for event in bench.heard(VoicePlayed)))
    return next(event for event in bench.heard(VoicePlayed) if event.recording is recording)


def _allowing(bench: Bench, *recordings: Recording) -> Clearance:
    return replace(bench.order("never").clearance, may_play=frozenset(recordings))


async def test_the_message_that_was_planned_is_told_with_its_sound(bench: Bench) -> None:
    voice = PlannedVoice(unserved=Unserved.MESSAGE, message="sorry")
    await bench.call("a1", bench.numbers.answers, voice=voice)
    played = await _told(bench, Recording.ABANDONMENT_MESSAGE)
    assert (played.attempt, played.sound, played.complete) == ("a1", "sorry", True)


async def test_an_opt_out_is_told_and_waits_until_it_is_written_down(bench: Bench) -> None:
    if bench.numbers.presses is None:
        pytest.skip("this telephone system has no number that presses a key")
    voice = PlannedVoice(unserved=Unserved.MESSAGE, message="sorry")
    await bench.call("a1", bench.numbers.presses, voice=voice)
    await bench.wait(lambda: bool(bench.heard(OptOutPressed)))
    pressed = bench.heard(OptOutPressed)[0]
    assert (pressed.attempt, pressed.key) == ("a1", "9")
    assert not _ends(bench, "a1")
    await bench.system.perform(ConfirmOptOut(attempt=pressed.attempt))
    await bench.wait(lambda: bool(_ends(bench, "a1")))


async def test_the_live_overflow_takes_whom_no_agent_came_for(bench: Bench) -> None:
    await bench.call("a1", bench.numbers.answers, voice=PlannedVoice(unserved=Unserved.OVERFLOW))
    answer = await bench.answered("a1")
    await bench.wait(lambda: bool(bench.heard(OverflowAnswered)))
    late, taken = bench.heard(CallTimedOut)[0], bench.heard(OverflowAnswered)[0]
    assert late.overflow
    assert not late.message_played
    assert taken.at >= answer.answered_at
    await bench.system.perform(Hangup(attempt=AttemptId("a1"), reason=HangupReason.FLOOR_STOPPED))
    await bench.wait(lambda: bool(_ends(bench, "a1")))


@pytest.mark.parametrize(("tape", "complete"), [("machine", True), ("short_tape", False)])
async def test_a_machine_gets_its_message_as_far_as_its_tape_goes(
    bench: Bench, tape: str, complete: bool
) -> None:
    dial: str | None = getattr(bench.numbers, tape)
    if dial is None:
        pytest.skip("this telephone system has no such machine")
    voice = PlannedVoice(drop="drop", drop_on_detection=True)
    clearance = _allowing(bench, Recording.VOICEMAIL_DROP)
    await bench.call("a1", dial, voice=voice, detection=DetectionMode.ON, clearance=clearance)
    answer = await bench.answered("a1")
    assert answer.detected is Detected.MACHINE
    assert answer.cause
    assert answer.delay_s is not None
    played = await _told(bench, Recording.VOICEMAIL_DROP)
    assert (played.sound, played.complete) == ("drop", complete)
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    assert _ends(bench, "a1") == [Outcome.MACHINE]


async def test_a_machine_gets_no_message_that_the_clearance_does_not_allow(bench: Bench) -> None:
    if bench.numbers.machine is None:
        pytest.skip("this telephone system has no machine")
    voice = PlannedVoice(drop="drop", drop_on_detection=True)
    clearance = _allowing(bench)
    await bench.call(
        "a1", bench.numbers.machine, voice=voice, detection=DetectionMode.ON, clearance=clearance
    )
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    assert not bench.heard(VoicePlayed)


async def test_an_agent_is_free_while_the_message_is_left(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    clearance = _allowing(bench, Recording.VOICEMAIL_DROP)
    await bench.call("a1", bench.numbers.answers, voice=PlannedVoice(drop="drop"), clearance=clearance)
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    await bench.system.perform(LeaveMessage(attempt=AttemptId("a1"), sound="drop"))
    await bench.call("a2", bench.numbers.answers)
    await bench.answered("a2")
    await bench.system.perform(Bridge(attempt=AttemptId("a2"), agent=agent))
    await bench.wait(lambda: len(bench.heard(CallBridged)) > 1)
    assert (await _told(bench, Recording.VOICEMAIL_DROP)).complete
    await bench.wait(lambda: bool(_ends(bench, "a1")))


async def test_recording_begins_with_the_announcement_s_end(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    voice = PlannedVoice(notice="recording", record=True)
    clearance = _allowing(bench, Recording.RECORDED_NOTICE)
    await bench.call("a1", bench.numbers.answers, voice=voice, clearance=clearance)
    answer = await bench.answered("a1")
    assert not bench.heard(RecordingBegan)
    assert (await _told(bench, Recording.RECORDED_NOTICE)).complete
    assert bench.heard(RecordingBegan)
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    assert bench.heard(CallBridged)[0].bridged_at - answer.answered_at < 2.0


async def test_recording_begins_on_an_agent_s_word_in_a_talk_that_goes_on(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.call("a1", bench.numbers.answers, voice=PlannedVoice(spoken="This call is recorded."))
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    assert not bench.heard(RecordingBegan)
    await bench.system.perform(StartRecording(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(RecordingBegan)))
    await bench.quiet(1.0)
    await bench.system.perform(StopRecording(attempt=AttemptId("a1")))
    await bench.wait(lambda: bool(bench.heard(RecordingStopped)))
    assert bench.heard(RecordingStopped)[0].is_stopped
    assert not _ends(bench, "a1")
    await bench.stop_listening()
    assert (await bench.system.reconcile()).talking == {AttemptId("a1"): agent}


async def test_a_recording_that_is_none_cannot_be_stopped_and_that_is_told(bench: Bench) -> None:
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.system.perform(StopRecording(attempt=AttemptId("a1")))
    await bench.wait(lambda: bool(bench.heard(RecordingStopped)))
    assert not bench.heard(RecordingStopped)[0].is_stopped


async def test_an_order_whose_clearance_has_run_out_is_not_carried_out(bench: Bench) -> None:
    order = bench.order("a1")
    late = replace(order.clearance, expires_at=order.clearance.issued_at - timedelta(seconds=60))
    await bench.call("a1", bench.numbers.answers, clearance=late)
    await bench.wait(lambda: bool(bench.heard(CallNotAttempted)))
    assert not _ends(bench, "a1")


async def test_one_attempt_is_called_once_whatever_is_ordered(bench: Bench) -> None:
    await bench.call("a1", bench.numbers.answers)
    await bench.call("a1", bench.numbers.answers)
    await bench.wait(lambda: bool(_ends(bench, "a1")))
    await bench.quiet(1.0)
    assert len(_ends(bench, "a1")) == 1


async def test_every_call_ends_in_one_event(bench: Bench) -> None:
    attempts = [f"a{place}" for place in range(8)]
    for attempt in attempts:
        await bench.call(attempt, bench.numbers.answers)
    await bench.wait(lambda: all(_ends(bench, attempt) for attempt in attempts))
    assert sorted(event.attempt for event in bench.heard(CallEnded)) == attempts


async def test_a_talk_is_passed_to_another_agent_and_the_first_is_free(bench: Bench) -> None:
    first, second = await bench.seat("agent-1"), await bench.seat("agent-2")
    await talking(bench, "a1", first)
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=second, from_agent=first))
    await bench.wait(lambda: len(bench.heard(CallBridged)) == 2)
    assert bench.heard(CallBridged)[1].agent == second
    await talking(bench, "a2", first)


async def test_a_third_party_is_heard_in_the_talk_it_was_called_into(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await talking(bench, "a1", agent)
    await bench.call("a2", bench.numbers.answers, joins=AttemptId("a1"))
    await bench.wait(lambda: any(event.attempt == "a2" for event in bench.heard(CallBridged)))
    await bench.system.perform(Hangup(attempt=AttemptId("a2"), reason=HangupReason.AGENT))
    await bench.wait(lambda: bool(_ends(bench, "a2")))
    assert _ends(bench, "a2") == [Outcome.CONNECTED]
    assert not _ends(bench, "a1")
    await bench.stop_listening()
    assert dict((await bench.system.reconcile()).talking) == {"a1": "agent-1"}


async def test_an_agent_leaves_a_talk_to_the_others_and_is_free_for_the_next(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await talking(bench, "a1", agent)
    await bench.call("a2", bench.numbers.answers, joins=AttemptId("a1"))
    await bench.wait(lambda: any(event.attempt == "a2" for event in bench.heard(CallBridged)))
    await bench.system.perform(ReleaseAgent(attempt=AttemptId("a1"), agent=agent))
    await bench.quiet(0.5)
    await talking(bench, "a3", agent)
    assert not _ends(bench, "a1")
    assert not _ends(bench, "a2")


async def test_a_third_party_whose_talk_is_over_when_they_answer_is_not_kept(bench: Bench) -> None:
    await bench.call("a2", bench.numbers.answers, joins=AttemptId("never"))
    await bench.wait(lambda: bool(_ends(bench, "a2")))
    assert not bench.heard(CallBridged)


async def test_what_lives_is_told_when_asked(bench: Bench) -> None:
    agent = await bench.seat("agent-1")
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    await bench.stop_listening()
    living = await bench.system.reconcile()
    assert living.live == ("a1",)
    assert dict(living.talking) == {"a1": "agent-1"}
    assert living.agents == ("agent-1",)


async def test_an_agent_who_left_is_not_there(bench: Bench) -> None:
    await bench.seat("agent-1")
    await bench.system.perform(DropAgentLeg(agent=AgentId("agent-1")))
    await bench.stop_listening()
    await bench.quiet(0.5)
    assert (await bench.system.reconcile()).agents == ()


async def test_a_lost_connection_is_told_and_calls_go_on_without_us(bench: Bench) -> None:
    if bench.cut is None:
        pytest.skip("this telephone system's connection cannot be cut")
    agent = await bench.seat("agent-1")
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    await bench.cut()
    await bench.wait(lambda: bool(bench.heard(NetworkLost)))
    with pytest.raises(TelephoneSystemUnavailableError):
        await bench.call("a2", bench.numbers.answers)
    await bench.system.start()
    living = await bench.system.reconcile()
    assert living.live == ("a1",)
    assert dict(living.talking) == {"a1": "agent-1"}


async def test_nothing_is_handed_over_without_a_connection(bench: Bench) -> None:
    await bench.stop_listening()
    await bench.system.stop()
    with pytest.raises(TelephoneSystemUnavailableError):
        await bench.call("a1", bench.numbers.answers)


@pytest.mark.parametrize("place", range(3))
async def test_a_person_whose_agent_leaves_is_joined_to_another_in_the_same_breath(
    bench: Bench, place: int
) -> None:
    """The engine orders both in one step: nobody is told that the first still has the call."""
    first, second = await bench.seat("agent-1"), await bench.seat("agent-2")
    await bench.call(f"a{place}", bench.numbers.answers)
    await bench.answered(f"a{place}")
    await bench.system.perform(Bridge(attempt=AttemptId(f"a{place}"), agent=first))
    await bench.wait(lambda: bool(bench.heard(CallBridged)))
    await bench.system.perform(DropAgentLeg(agent=first))
    await bench.system.perform(Bridge(attempt=AttemptId(f"a{place}"), agent=second))
    await bench.wait(lambda: len(bench.heard(CallBridged)) == 2 or bool(bench.heard(BridgeFailed)))
    assert [event.agent for event in bench.heard(CallBridged)] == [first, second]
    assert not bench.heard(CallTimedOut)
    assert not bench.heard(CallEnded)
