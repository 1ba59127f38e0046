"""The book of calls: Asterisk's events in, the engine's events out."""

from __future__ import annotations

import pytest

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
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
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId, NumberId
from telephony.asterisk.acts import (
    ChannelFact,
    EndRingingIn,
    HangUpChannel,
    MarkServed,
    Snapshot,
    Told,
    TrunkNews,
)
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.names import agent_channel, call_channel
from telephony.asterisk.wire import AmiMessage

ATTEMPT = AttemptId("g1-7")
CHANNEL = call_channel(ATTEMPT)
ANNA = AgentId("anna")
LEG = agent_channel(ANNA, 3)
NOW = 1_780_001_000.0
STAMP = NOW - 9.5


class Played:
    """A book with one call, fed by short names of events."""

    def __init__(self, detection: DetectionMode = DetectionMode.OFF) -> None:
        self.book = CallBook()
        self.told: list[Told] = []
        self.book.placed(Call(attempt=ATTEMPT, trunk="trunk", number=NumberId("n"), detection=detection))

    def hear(self, event: str, channel: str = CHANNEL, **headers: str) -> list[Told]:
        message = AmiMessage({"event": event, "uniqueid": channel, "timestamp": str(STAMP), **headers})
        told = list(self.book.feed(message, NOW))
        self.told += told
        return told

    def ring(self) -> None:
        self.hear("Newchannel")
        self.hear("Newstate", channelstatedesc="Ringing")

    def answer(self) -> None:
        self.ring()
        self.hear("Newstate", channelstatedesc="Up")
        self.hear("OriginateResponse", response="Success")

    def join(self) -> list[Told]:
        simple = {"bridgeuniqueid": "b", "bridgetechnology": "simple_bridge"}
        return [*self.hear("BridgeEnter", LEG, **simple), *self.hear("BridgeEnter", **simple)]

    def end(self, **headers: str) -> CallEnded:
        told = self.hear("Hangup", **{"cause": "16", "cause-txt": "Normal Clearing", **headers})
        ended = [one for one in told if isinstance(one, CallEnded)]
        assert len(ended) == 1
        return ended[0]


def events(told: list[Told]) -> list[Told]:
    return [one for one in told if not isinstance(one, TrunkNews)]


def test_an_answered_call_rings_is_answered_joined_and_ends() -> None:
    played = Played()
    played.answer()
    played.join()
    played.end()
    assert events(played.told) == [
        CallRinging(attempt=ATTEMPT),
        CallAnswered(attempt=ATTEMPT, answered_at=STAMP),
        CallBridged(attempt=ATTEMPT, agent=ANNA, bridged_at=STAMP),
        MarkServed(channel=CHANNEL),
        CallEnded(attempt=ATTEMPT, outcome=Outcome.CONNECTED, cause="Q.850 16 Normal Clearing"),
    ]
    assert len(played.book) == 0


def test_a_waiting_room_is_no_joining() -> None:
    played = Played()
    played.answer()
    room = {"bridgeuniqueid": "w", "bridgetechnology": "holding_bridge"}
    assert played.hear("BridgeEnter", **room) == []
    assert played.hear("BridgeEnter", LEG, **room) == []


def test_ringing_is_told_once_however_often_it_is_heard() -> None:
    played = Played()
    played.ring()
    again = AmiMessage({"event": "DialState", "destuniqueid": CHANNEL, "dialstatus": "RINGING"})
    assert played.book.feed(again, NOW) == ()
    assert played.hear("Newstate", channelstatedesc="Ringing") == []


def test_early_sound_counts_as_ringing() -> None:
    played = Played()
    played.hear("Newchannel")
    message = AmiMessage({"event": "DialState", "destuniqueid": CHANNEL, "dialstatus": "PROGRESS"})
    assert CallRinging(attempt=ATTEMPT, early_media=True) in played.book.feed(message, NOW)


def test_early_sound_after_the_ring_is_told_once() -> None:
    played = Played()
    played.ring()
    message = AmiMessage({"event": "DialState", "destuniqueid": CHANNEL, "dialstatus": "PROGRESS"})
    assert played.book.feed(message, NOW) == (CallRinging(attempt=ATTEMPT, early_media=True),)
    assert played.book.feed(message, NOW) == ()


def test_asterisk_s_clock_is_never_later_than_ours() -> None:
    played = Played()
    played.ring()
    told = played.hear("Newstate", channelstatedesc="Up", timestamp=str(NOW + 5.0))
    assert CallAnswered(attempt=ATTEMPT, answered_at=NOW) in told


@pytest.mark.parametrize("timestamp", ["", "soon", "nan", "-inf", "5.0", "946684799.0", "1e999"])
def test_a_time_that_cannot_be_asterisk_s_is_now(timestamp: str) -> None:
    """An exchange whose clock was never set must not cost the news of an answer."""
    played = Played()
    played.ring()
    told = played.hear("Newstate", channelstatedesc="Up", timestamp=timestamp)
    assert CallAnswered(attempt=ATTEMPT, answered_at=NOW) in told


@pytest.mark.parametrize("code", ["²", "9" * 5_000, "-1", "x"])
def test_a_code_that_is_no_number_does_not_cost_the_end_of_a_call(code: str) -> None:
    played = Played()
    played.ring()
    told = played.hear("Hangup", cause=code, techcause=code)
    assert any(isinstance(each, CallEnded) for each in told)


@pytest.mark.parametrize("response_first", [True, False])
def test_busy_is_busy_in_whatever_order_the_last_two_events_come(response_first: bool) -> None:
    played = Played()
    played.ring()
    played.hear("HangupRequest", cause="17", techcause="486")
    if response_first:
        assert played.hear("OriginateResponse", response="Failure", reason="0") == []
    ended = played.end(cause="17", techcause="486")
    if not response_first:
        assert played.hear("OriginateResponse", response="Failure", reason="0") == []
    assert ended.outcome is Outcome.BUSY
    assert ended.cause.endswith("SIP 486")


def test_a_failure_without_a_channel_is_not_attempted() -> None:
    played = Played()
    told = played.hear("OriginateResponse", response="Failure", reason="0")
    assert isinstance(told[-1], CallNotAttempted)
    assert told[0] == TrunkNews(trunk="trunk", worked=False, released=True)


def test_a_failure_without_a_channel_after_a_loss_is_unknown() -> None:
    played = Played()
    played.book.link_lost()
    told = played.hear("OriginateResponse", response="Failure", reason="0")
    assert isinstance(told[-1], CallEnded)
    assert told[-1].outcome is Outcome.UNKNOWN


def test_the_limit_is_told_and_the_call_ends_as_abandoned() -> None:
    played = Played()
    played.answer()
    told = played.hear("UserEvent", userevent="FairdialAbandoned", unserved="message")
    assert told == [CallTimedOut(attempt=ATTEMPT, message_played=True)]
    assert played.end().outcome is Outcome.ABANDONED


def test_a_bridge_that_came_after_the_limit_is_told_too() -> None:
    played = Played()
    played.answer()
    played.hear("UserEvent", userevent="FairdialAbandoned", unserved="hangup")
    assert CallBridged(attempt=ATTEMPT, agent=ANNA, bridged_at=STAMP) in played.join()
    assert played.end().outcome is Outcome.CONNECTED


def test_somebody_who_goes_while_waiting_hung_up() -> None:
    played = Played()
    played.answer()
    assert played.end().outcome is Outcome.HUNG_UP_WAITING


def test_a_person_whose_agent_went_may_be_joined_to_another() -> None:
    played = Played()
    played.answer()
    played.join()
    played.hear("BridgeLeave", LEG, bridgeuniqueid="b")
    played.hear("BridgeLeave", bridgeuniqueid="b")
    other = agent_channel(AgentId("bert"), 4)
    simple = {"bridgeuniqueid": "c", "bridgetechnology": "simple_bridge"}
    played.hear("BridgeEnter", **simple)
    told = played.hear("BridgeEnter", other, **simple)
    assert CallBridged(attempt=ATTEMPT, agent=AgentId("bert"), bridged_at=STAMP) in told


def test_with_detection_the_answer_waits_for_the_verdict_and_keeps_its_time() -> None:
    played = Played(DetectionMode.ADVISORY)
    played.ring()
    assert events(played.hear("Newstate", channelstatedesc="Up")) == []
    said = {"status": "HUMAN", "why": "HUMAN", "delayms": "1500"}
    told = played.hear("UserEvent", userevent="FairdialAmd", timestamp="992.0", **said)
    assert told == [
        CallAnswered(
            attempt=ATTEMPT, answered_at=STAMP, detected=Detected.HUMAN, cause="HUMAN HUMAN", delay_s=1.5
        )
    ]


def test_a_call_that_ends_before_its_verdict_was_still_answered() -> None:
    played = Played(DetectionMode.ON)
    played.answer()
    told = events(played.hear("Hangup", cause="16"))
    assert told[0] == CallAnswered(attempt=ATTEMPT, answered_at=STAMP, detected=Detected.UNSURE)
    assert isinstance(told[1], CallEnded)


def test_a_machine_that_the_dialplan_hung_up_is_a_machine() -> None:
    played = Played(DetectionMode.ON)
    played.answer()
    played.hear("UserEvent", userevent="FairdialAmd", status="MACHINE", why="MAXWORDS-4-3")
    played.hear("UserEvent", userevent="FairdialMachine")
    assert played.end().outcome is Outcome.MACHINE


def test_a_key_that_opts_out_is_told_with_its_attempt() -> None:
    played = Played()
    played.answer()
    told = played.hear("UserEvent", userevent="FairdialOptOut", key="9")
    assert told == [OptOutPressed(attempt=ATTEMPT, key="9")]


PLAYING = {"userevent": "FairdialPlaying", "kind": "voicemail_drop", "sound": "drop-v1"}


def test_a_message_that_was_heard_to_its_end_is_told_so() -> None:
    played = Played()
    played.answer()
    assert played.hear("UserEvent", **PLAYING) == []
    told = played.hear("UserEvent", userevent="FairdialPlayed", status="SUCCESS")
    drop = Recording.VOICEMAIL_DROP
    assert told == [VoicePlayed(attempt=ATTEMPT, recording=drop, sound="drop-v1", complete=True)]
    assert not any(isinstance(one, VoicePlayed) for one in played.hear("Hangup", cause="16"))


def test_a_message_that_the_end_of_the_line_cuts_off_is_told_as_cut_off() -> None:
    played = Played()
    played.answer()
    played.hear("UserEvent", **PLAYING)
    told = played.hear("Hangup", cause="16", **{"cause-txt": "Normal Clearing"})
    cut = [one for one in told if isinstance(one, VoicePlayed)]
    assert [(one.sound, one.complete) for one in cut] == [("drop-v1", False)]
    assert isinstance(told[-1], CallEnded)


def test_an_unserved_person_in_the_overflow_is_told_and_who_took_them() -> None:
    played = Played()
    played.answer()
    told = played.hear("UserEvent", userevent="FairdialAbandoned", unserved="overflow")
    assert told == [CallTimedOut(attempt=ATTEMPT, message_played=False, overflow=True)]
    taken = played.hear("DialEnd", dialstatus="ANSWER", destuniqueid="other", timestamp=str(NOW - 5.0))
    assert taken == [OverflowAnswered(attempt=ATTEMPT, at=NOW - 5.0)]


def test_the_answer_of_the_called_person_is_no_overflow() -> None:
    played = Played()
    played.ring()
    assert not played.hear("DialEnd", dialstatus="ANSWER", destuniqueid=CHANNEL)


def test_the_beginning_of_a_recording_is_told() -> None:
    played = Played()
    played.answer()
    assert played.hear("UserEvent", userevent="FairdialRecording") == [RecordingBegan(attempt=ATTEMPT)]


def test_a_call_cancelled_before_its_channel_is_ended_when_the_channel_comes() -> None:
    played = Played()
    played.book.cancel(ATTEMPT)
    assert played.hear("Newchannel") == [HangUpChannel(channel=CHANNEL)]
    assert played.end().outcome is Outcome.CANCELLED


def test_a_channel_of_ours_that_nobody_knows_is_ended() -> None:
    stray = call_channel(AttemptId("old"))
    assert Played().hear("Newchannel", stray) == [HangUpChannel(channel=stray)]


def test_other_people_s_channels_are_left_alone() -> None:
    played = Played()
    for name in ("Newchannel", "Newstate", "Hangup", "BridgeEnter", "UserEvent"):
        assert played.hear(name, "1732277.12", channelstatedesc="Up") == []


def test_an_originate_without_an_answer_may_have_rung() -> None:
    played = Played()
    told = played.book.doubtful(ATTEMPT, "no answer")
    assert isinstance(told[-1], CallEnded)
    assert told[-1].outcome is Outcome.UNKNOWN
    assert played.hear("Newchannel") == [HangUpChannel(channel=CHANNEL)]


def test_reconciling_forgets_what_is_gone_and_keeps_what_was_placed_since() -> None:
    played = Played()
    played.answer()
    played.book.link_lost()
    fresh = AttemptId("g1-8")
    played.book.placed(Call(attempt=fresh, trunk="trunk"))
    played.book.resync(Snapshot(), NOW)
    assert played.book.get(ATTEMPT) is None
    assert played.book.pending() == (fresh,)


def test_reconciling_tells_an_answer_that_was_missed() -> None:
    played = Played()
    played.ring()
    played.book.link_lost()
    fact = ChannelFact(channel=CHANNEL, is_up=True)
    assert played.book.resync(Snapshot(channels={CHANNEL: fact}), NOW) == (
        CallAnswered(attempt=ATTEMPT, answered_at=NOW),
    )


def test_a_call_that_reconciling_found_joined_ends_as_connected() -> None:
    book = CallBook()
    fact = ChannelFact(channel=CHANNEL, is_up=True, partner=LEG)
    book.resync(Snapshot(channels={CHANNEL: fact}), NOW)
    told = book.feed(AmiMessage({"event": "Hangup", "uniqueid": CHANNEL, "cause": "16"}), NOW)
    assert isinstance(told[-1], CallEnded)
    assert told[-1].outcome is Outcome.CONNECTED


@pytest.mark.parametrize(
    ("techcause", "cause", "worked"), [("503", "34", False), ("500", "38", False), ("404", "1", True)]
)
def test_a_failure_at_once_speaks_against_the_trunk_and_a_wrong_number_does_not(
    techcause: str, cause: str, worked: bool
) -> None:
    played = Played()
    played.hear("Newchannel")
    played.hear("HangupRequest")
    played.end(techcause=techcause, cause=cause)
    assert TrunkNews(trunk="trunk", worked=worked, released=True) in played.told


RINGS = Snapshot(channels={CHANNEL: ChannelFact(channel=CHANNEL, is_up=False, is_ringing=True)})
SETS_UP = Snapshot(channels={CHANNEL: ChannelFact(channel=CHANNEL, is_up=False)})


def test_the_time_to_ring_begins_when_the_network_says_that_it_rings() -> None:
    book = CallBook()
    book.placed(Call(attempt=ATTEMPT, ring_s=22.0))

    def hear(event: str, **headers: str) -> list[Told]:
        return list(book.feed(AmiMessage({"event": event, "uniqueid": CHANNEL, **headers}), NOW))

    assert hear("Newchannel") == []
    begun = hear("DialState", dialstatus="PROGRESS")
    assert begun == [
        EndRingingIn(attempt=ATTEMPT, seconds=22.0),
        CallRinging(attempt=ATTEMPT, early_media=True),
    ]
    assert hear("Newstate", channelstatedesc="Ringing") == []
    assert book.rung_out(ATTEMPT)
    told = hear("Hangup", cause="0", **{"cause-txt": "Unknown"})
    assert [one.outcome for one in told if isinstance(one, CallEnded)] == [Outcome.NO_ANSWER]


def test_a_call_that_was_answered_or_taken_back_does_not_ring_out() -> None:
    played = Played()
    played.answer()
    assert not played.book.rung_out(ATTEMPT)
    taken_back = Played()
    taken_back.ring()
    taken_back.book.cancel(ATTEMPT)
    assert not taken_back.book.rung_out(ATTEMPT)
    assert not taken_back.book.rung_out(AttemptId("nobody"))


@pytest.mark.parametrize(
    ("found", "outcome"), [(RINGS, Outcome.NO_ANSWER), (SETS_UP, Outcome.UNKNOWN)], ids=["rings", "sets up"]
)
def test_a_call_of_another_process_is_what_it_was_found_as(found: Snapshot, outcome: Outcome) -> None:
    """One that was found ringing was not answered; of one on its way nobody knows whether it rang before."""
    book = CallBook()
    told = book.resync(found, NOW)
    assert told == ((CallRinging(attempt=ATTEMPT),) if found is RINGS else ())
    over = book.feed(AmiMessage({"event": "Hangup", "uniqueid": CHANNEL, "cause": "0"}), NOW)
    assert [one.outcome for one in over if isinstance(one, CallEnded)] == [outcome]


def test_a_call_of_another_process_that_the_network_refuses_is_what_the_network_says() -> None:
    book = CallBook()
    book.resync(SETS_UP, NOW)
    book.feed(AmiMessage({"event": "HangupRequest", "uniqueid": CHANNEL}), NOW)
    over = book.feed(
        AmiMessage({"event": "Hangup", "uniqueid": CHANNEL, "cause": "21", "techcause": "603"}), NOW
    )
    assert [one.outcome for one in over if isinstance(one, CallEnded)] == [Outcome.BLOCKED]
