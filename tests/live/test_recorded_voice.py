"""What nobody says, on a real telephone system: messages, opt-outs, overflow, drops, announcements."""

from __future__ import annotations

import asyncio
import wave

import pytest
from floor import Floor
from lab.laboratory import Laboratory, voices_folder
from sound import (
    read_closed,
    read_wave,
    tape_so_far,
    tone_share,
    until,
    until_recorded,
    until_toned,
    until_written,
)
from speech import likeness

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import ConfirmOptOut, LeaveMessage, StartRecording, StopRecording
from dialer.domain.detection import Detected
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    OptOutPressed,
    OverflowAnswered,
    RecordingBegan,
    RecordingStopped,
    VoicePlayed,
)
from dialer.domain.ids import AttemptId
from dialer.domain.voice import PlannedVoice, Unserved
from telephony.asterisk.recordings import finish

MESSAGE = PlannedVoice(unserved=Unserved.MESSAGE, message="sorry")
DROP = PlannedVoice(drop="drop", drop_on_detection=True)
ANNOUNCED = PlannedVoice(notice="recording", record=True)
TOLD = PlannedVoice(spoken="This call is recorded.")
MAY_DROP = frozenset({Recording.VOICEMAIL_DROP})
MAY_ANNOUNCE = frozenset({Recording.RECORDED_NOTICE})


async def ended(floor: Floor, attempt: AttemptId, *, within: float = 45.0) -> CallEnded:
    over = await floor.over(attempt, within=within)
    assert isinstance(over, CallEnded)
    return over


async def test_the_message_is_heard_and_told_with_its_sound(floor: Floor, laboratory: Laboratory) -> None:
    attempt = await floor.call("050", voice=MESSAGE)
    played = await floor.wait(VoicePlayed, attempt=attempt)
    assert (played.recording, played.sound) == (Recording.ABANDONMENT_MESSAGE, "sorry")
    assert played.complete
    over = await ended(floor, attempt)
    assert over.outcome is Outcome.ABANDONED
    assert likeness(await read_closed(laboratory.heard / "person.wav"), voices_folder() / "sorry.wav") > 0.8


async def test_a_person_who_hangs_up_in_the_message_heard_it_in_part(floor: Floor) -> None:
    attempt = await floor.call("041", voice=MESSAGE)
    played = await floor.wait(VoicePlayed, attempt=attempt)
    assert not played.complete
    await ended(floor, attempt)


async def test_an_opt_out_is_acknowledged_when_it_is_written_down(
    floor: Floor, laboratory: Laboratory
) -> None:
    attempt = await floor.call("043", voice=MESSAGE)
    pressed = await floor.wait(OptOutPressed, attempt=attempt)
    await floor.system.perform(ConfirmOptOut(attempt=pressed.attempt))
    await ended(floor, attempt)
    heard = await read_closed(laboratory.heard / "presser.wav")
    assert likeness(heard, voices_folder() / "opted-out.wav") > 0.8


async def test_an_opt_out_that_nobody_wrote_down_is_not_acknowledged(
    floor: Floor, laboratory: Laboratory
) -> None:
    attempt = await floor.call("043", voice=MESSAGE)
    await floor.wait(OptOutPressed, attempt=attempt)
    await ended(floor, attempt)
    heard = await read_closed(laboratory.heard / "presser.wav")
    assert likeness(heard, voices_folder() / "opt-out-later.wav") > 0.8
    assert likeness(heard, voices_folder() / "opted-out.wav") < 0.8


async def test_the_live_overflow_takes_a_person_whom_no_agent_was_free_for(
    floor: Floor, laboratory: Laboratory
) -> None:
    attempt = await floor.call("050", voice=PlannedVoice(unserved=Unserved.OVERFLOW))
    late = await floor.wait(CallTimedOut, attempt=attempt)
    assert late.overflow
    assert not late.message_played
    taken = await floor.wait(OverflowAnswered, attempt=attempt)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert 1.9 < taken.at - answered.answered_at < 4.0
    await until_toned(lambda: tape_so_far(laboratory.heard / "person.wav"), share=0.4)
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    assert tone_share(await read_closed(laboratory.heard / "person.wav")) > 0.3


@pytest.mark.parametrize("ending", ["030", "031"])
async def test_a_machine_gets_the_approved_message_after_its_greeting(
    floor: Floor, laboratory: Laboratory, ending: str
) -> None:
    attempt = await floor.call(ending, detection=DetectionMode.ON, may_play=MAY_DROP, voice=DROP)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected is Detected.MACHINE
    assert answered.cause.startswith("MACHINE")
    assert answered.delay_s is not None
    assert 0.5 < answered.delay_s < 4.0
    played = await floor.wait(VoicePlayed, attempt=attempt, within=40.0)
    assert (played.recording, played.sound) == (Recording.VOICEMAIL_DROP, "drop")
    assert played.complete
    over = await ended(floor, attempt)
    assert over.outcome is Outcome.MACHINE
    tape = await read_closed(laboratory.heard / f"machine-{ending[1:]}.wav")
    # the tape runs from the beep: what had been said into the greeting would be missing
    assert likeness(tape, voices_folder() / "drop.wav") > 0.8


async def test_a_tape_that_ends_too_soon_leaves_a_message_that_is_marked_as_cut_off(floor: Floor) -> None:
    attempt = await floor.call("045", detection=DetectionMode.ON, may_play=MAY_DROP, voice=DROP)
    played = await floor.wait(VoicePlayed, attempt=attempt, within=40.0)
    assert not played.complete
    await ended(floor, attempt)


async def test_without_the_clearance_s_leave_a_machine_gets_no_message(floor: Floor) -> None:
    attempt = await floor.call("031", detection=DetectionMode.ON, may_play=frozenset(), voice=DROP)
    over = await ended(floor, attempt)
    assert over.outcome is Outcome.MACHINE
    assert not floor.of(attempt, VoicePlayed)


async def test_an_agent_leaves_the_message_and_goes_while_it_is_spoken(
    floor: Floor, laboratory: Laboratory
) -> None:
    """Number 32 says "Hello", pauses and goes on: detection takes it for a person, an agent does not."""
    agent = await floor.agent("anna", "seat41")
    attempt = await floor.call("032", may_play=MAY_DROP, voice=PlannedVoice(drop="drop"))
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(2.0)
    await floor.system.perform(LeaveMessage(attempt=attempt, sound="drop"))
    living = await floor.living(lambda living: not living.talking)
    assert living.agents == (agent,)
    played = await floor.wait(VoicePlayed, attempt=attempt, within=40.0)
    assert played.complete
    await ended(floor, attempt)
    tape = await read_closed(laboratory.heard / "machine-32.wav")
    assert likeness(tape, voices_folder() / "drop.wav") > 0.8


async def test_recording_begins_after_the_announcement_and_the_join_is_still_in_time(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("bert", "toneseat")
    attempt = await floor.call("050", may_play=MAY_ANNOUNCE, voice=ANNOUNCED)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    heard = await floor.wait(VoicePlayed, attempt=attempt)
    assert (heard.recording, heard.complete) == (Recording.RECORDED_NOTICE, True)
    assert [type(event) for event in floor.told if type(event) in (VoicePlayed, RecordingBegan)][-2:] == [
        RecordingBegan,
        VoicePlayed,
    ]
    await floor.bridge(attempt, agent)
    joined = await floor.wait(CallBridged, attempt=attempt)
    assert joined.bridged_at - answered.answered_at < 2.0
    raw = laboratory.recordings / f"{attempt}.raw"
    await until_toned(lambda: tape_so_far(raw)[1::2], share=0.6)
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    assert (
        likeness(await read_closed(laboratory.heard / "person.wav"), voices_folder() / "recording.wav") > 0.8
    )
    await until_written(laboratory, laboratory.recordings / f"{attempt}.raw")
    line = finish(laboratory.recordings, attempt, now=floor.now())
    assert line is not None
    samples = read_wave(laboratory.recordings / line.file)
    assert tone_share(samples[1::2]) > 0.5
    with wave.open(str(voices_folder() / "recording.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() < 1.5


async def test_an_announcement_that_may_not_be_played_means_no_recording(
    floor: Floor, laboratory: Laboratory
) -> None:
    attempt = await floor.call("000", may_play=frozenset(), voice=ANNOUNCED)
    await floor.wait(CallTimedOut, attempt=attempt)
    await ended(floor, attempt)
    assert not floor.of(attempt, RecordingBegan)
    assert not (laboratory.recordings / f"{attempt}.raw").exists()


async def test_an_announcement_whose_sound_is_missing_means_no_recording_and_no_waiting(
    floor: Floor, laboratory: Laboratory
) -> None:
    voice = PlannedVoice(notice="no-such-sound", record=True)
    attempt = await floor.call("000", may_play=MAY_ANNOUNCE, voice=voice)
    heard = await floor.wait(VoicePlayed, attempt=attempt)
    assert not heard.complete
    assert not floor.of(attempt, CallTimedOut), "nobody waited for it"
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    assert not (laboratory.recordings / f"{attempt}.raw").exists()


async def test_recording_begins_on_the_agent_s_word_in_the_middle_of_the_talk_and_ends_on_an_objection(
    floor: Floor, laboratory: Laboratory
) -> None:
    """Nothing of what was said before is in the file, nor of what was said after the objection; the talk goes
    on but for the moment in which the recording begins."""
    agent = await floor.agent("cora", "toneseat")
    attempt = await floor.call("050", may_play=frozenset(), voice=TOLD)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(1.5)
    raw = laboratory.recordings / f"{attempt}.raw"
    assert not raw.exists()
    seen, asked = len(floor.told), floor.now()
    await floor.system.perform(StartRecording(attempt=attempt, agent=agent))
    await floor.wait(RecordingBegan, attempt=attempt)
    again = await floor.wait(CallBridged, attempt=attempt, since=seen)
    assert again.bridged_at - asked < 0.5
    assert (await floor.system.reconcile()).talking == {attempt: agent}
    await until_recorded(raw, 2.0)
    await until_toned(lambda: tape_so_far(raw)[1::2], share=0.6)
    await floor.system.perform(StopRecording(attempt=attempt))
    stopped = await floor.wait(RecordingStopped, attempt=attempt)
    assert stopped.is_stopped
    took = floor.now() - again.bridged_at
    await until_written(laboratory, raw)
    size = raw.stat().st_size
    await asyncio.sleep(1.5)
    assert raw.stat().st_size == size
    assert (await floor.system.reconcile()).talking == {attempt: agent}
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    await until_written(laboratory, laboratory.recordings / f"{attempt}.raw")
    line = finish(laboratory.recordings, attempt, now=floor.now())
    assert line is not None
    assert 2.0 <= line.seconds < took + 1.0
    samples = read_wave(laboratory.recordings / line.file)
    assert tone_share(samples[1::2]) > 0.5


async def test_what_is_recorded_is_its_owner_s_alone_while_it_is_written_and_after(
    floor: Floor, laboratory: Laboratory
) -> None:
    """Asterisk runs with the umask of the unit file that is written for it."""
    voice = PlannedVoice(record=True)
    attempt = await floor.call("050", may_play=frozenset(), voice=voice)
    await floor.wait(RecordingBegan, attempt=attempt)
    raw = laboratory.recordings / f"{attempt}.raw"
    await until(raw.exists, what="a file")
    assert raw.stat().st_mode & 0o777 == 0o600
    assert laboratory.recordings.stat().st_mode & 0o777 == 0o700
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    await until_written(laboratory, laboratory.recordings / f"{attempt}.raw")
    finish(laboratory.recordings, attempt, now=floor.now())
    finished = laboratory.recordings / f"{attempt}.wav"  # older ones may be of an earlier laboratory here
    assert finished.stat().st_mode & 0o777 == 0o600


async def test_a_recording_is_not_begun_twice(floor: Floor, laboratory: Laboratory) -> None:
    """The agent's word may be told again after a lost connection: what was recorded stays, and nobody is
    taken out of the talk for it."""
    agent = await floor.agent("dora", "toneseat")
    attempt = await floor.call("050", may_play=frozenset(), voice=TOLD)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    raw = laboratory.recordings / f"{attempt}.raw"
    seen = len(floor.told)
    await floor.system.perform(StartRecording(attempt=attempt, agent=agent))
    await floor.wait(RecordingBegan, attempt=attempt, since=seen)
    await floor.wait(CallBridged, attempt=attempt, since=seen)
    await until_recorded(raw, 4.0)
    before, seen = raw.read_bytes(), len(floor.told)
    await floor.system.perform(StartRecording(attempt=attempt, agent=agent))
    await floor.wait(RecordingBegan, attempt=attempt, since=seen)
    await until_recorded(raw, 1.0)
    assert not [event for event in floor.told[seen:] if isinstance(event, CallBridged | CallTimedOut)]
    assert (await floor.system.reconcile()).talking == {attempt: agent}
    assert raw.read_bytes()[: len(before)] == before
    await floor.hang_up(attempt)
    await ended(floor, attempt)
    await until_written(laboratory, raw)
    line = finish(laboratory.recordings, attempt, now=floor.now())
    assert line is not None
    assert line.seconds >= 5.0


async def test_early_sound_is_told_and_detection_listens_only_after_the_answer(floor: Floor) -> None:
    attempt = await floor.call("133", detection=DetectionMode.ADVISORY)
    ringing = await floor.wait(CallRinging, attempt=attempt)
    assert ringing.early_media
    answered = await floor.wait(CallAnswered, attempt=attempt)
    assert answered.detected is Detected.HUMAN
    await floor.hang_up(attempt)
    await ended(floor, attempt)


async def test_a_number_that_is_not_declared_never_leaves(laboratory: Laboratory) -> None:
    floor = Floor(laboratory, owned=frozenset({"+15550100199"}))
    await floor.start()
    attempt = await floor.call("000", caller_id="+15550000000")
    over = await floor.over(attempt)
    assert isinstance(over, CallNotAttempted)
    assert "not declared" in over.reason
    await floor.stop()
