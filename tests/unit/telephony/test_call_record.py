"""What Asterisk wrote down while nobody listened, told as the events that were missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    OptOutPressed,
)
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk.call_record import KEPT_WITHIN_S, events_of, read, story_of

AT = 1_795_974_759.0
ONE, TWO = AttemptId("g1-1"), AttemptId("g1-2")
ANNA = AgentId("anna")


def line(kind: str, after: float, channel: str = "fd.call.g1-1", extra: object = "", word: str = "") -> str:
    told = json.dumps(extra).replace('"', '""') if extra else ""
    return f'"{kind}","{AT + after:.6f}","{channel}","{told}","{word}"\n'


def said(word: str, after: float, value: str, channel: str = "fd.call.g1-1") -> str:
    return line(word, after, channel, {"extra": value}, word)


def end(after: float, cause: int, *, by: str = "", channel: str = "fd.call.g1-1") -> str:
    return line("HANGUP", after, channel, {"hangupcause": cause, "hangupsource": by, "dialstatus": ""})


def became(*lines: str, launched_after: float = 0.0, ahead: float = 0.0) -> tuple[Event, ...]:
    return events_of(story_of(lines), {ONE: AT + ahead + launched_after}, ahead=ahead)


BEGAN, ANSWERED = line("CHAN_START", 0.0), line("ANSWER", 4.0)


def test_a_person_who_was_abandoned_meanwhile_is_counted_as_abandoned() -> None:
    """They answered, heard two seconds of silence, and the dialplan hung up: nobody had counted them."""
    told = became(BEGAN, ANSWERED, said("FairdialAbandoned", 6.0, "hangup"), end(6.1, 16))
    assert told == (
        CallAnswered(attempt=ONE, answered_at=AT + 4.0),
        CallTimedOut(attempt=ONE, message_played=False, overflow=False),
        CallEnded(attempt=ONE, outcome=Outcome.ABANDONED, cause="by Asterisk's record"),
    )


@pytest.mark.parametrize(
    ("unserved", "message", "overflow"), [("message", True, False), ("overflow", False, True)]
)
def test_what_they_heard_is_told(unserved: str, message: bool, overflow: bool) -> None:
    told = became(BEGAN, ANSWERED, said("FairdialAbandoned", 6.0, unserved), end(20.0, 16))
    assert told[1] == CallTimedOut(attempt=ONE, message_played=message, overflow=overflow)


def test_a_key_pressed_while_nobody_listened_binds() -> None:
    told = became(
        BEGAN,
        ANSWERED,
        said("FairdialAbandoned", 6.0, "message"),
        said("FairdialOptOut", 9.0, "9"),
        end(15.0, 16),
    )
    assert told[2] == OptOutPressed(attempt=ONE, key="9")


def test_a_talk_that_ended_meanwhile_was_a_talk_with_that_agent() -> None:
    holding = {"bridge_id": "w", "bridge_technology": "holding_bridge"}
    simple = {"bridge_id": "b", "bridge_technology": "simple_bridge"}
    told = became(
        BEGAN,
        ANSWERED,
        line("BRIDGE_ENTER", 4.1, extra=holding),
        line("BRIDGE_ENTER", 4.1, "fd.agent.7.bob", extra=holding),
        line("BRIDGE_ENTER", 4.2, "fd.agent.7.anna", extra=simple),
        line("BRIDGE_ENTER", 4.3, extra=simple),
        end(60.0, 16, by="PJSIP/trunk-1"),
    )
    assert told[1:] == (
        CallBridged(attempt=ONE, agent=ANNA, bridged_at=AT + 4.3),
        CallEnded(attempt=ONE, outcome=Outcome.CONNECTED, cause="by Asterisk's record"),
    )


def test_somebody_who_hung_up_before_the_limit_was_not_abandoned() -> None:
    told = became(BEGAN, ANSWERED, end(5.2, 16, by="PJSIP/trunk-1"))
    assert [one.outcome for one in told if isinstance(one, CallEnded)] == [Outcome.HUNG_UP_WAITING]


@pytest.mark.parametrize(
    ("cause", "by", "outcome", "rings"),
    [
        (1, "x", Outcome.INVALID_NUMBER, False),
        (17, "x", Outcome.BUSY, True),
        (21, "x", Outcome.REJECTED, True),
        (34, "x", Outcome.CONGESTION, False),
        (19, "", Outcome.NO_ANSWER, True),
        (16, "", Outcome.NO_ANSWER, True),
        (0, "", Outcome.NO_ANSWER, True),
    ],
)
def test_an_unanswered_end_is_its_cause_and_doubt_counts_as_a_ring(
    cause: int, by: str, outcome: Outcome, rings: bool
) -> None:
    told = became(BEGAN, end(22.0, cause, by=by))
    assert [one.outcome for one in told if isinstance(one, CallEnded)] == [outcome]
    assert any(isinstance(one, CallRinging) for one in told) is rings


def test_an_attempt_without_a_channel_rang_nobody_where_the_record_was_kept() -> None:
    other = line("CHAN_START", -KEPT_WITHIN_S, "fd.call.g1-2")
    (told,) = became(other)
    assert isinstance(told, CallNotAttempted)
    later = line("CHAN_START", KEPT_WITHIN_S, "fd.call.g1-2")
    assert isinstance(became(later)[0], CallNotAttempted)


@pytest.mark.parametrize("after", [-KEPT_WITHIN_S - 1.0, KEPT_WITHIN_S + 1.0])
def test_nothing_is_concluded_from_silence_where_no_call_of_ours_stands_near(after: float) -> None:
    """A record that was switched off has no lines either: an attempt may have rung all the same."""
    assert became(line("CHAN_START", after, "fd.call.g1-2")) == ()
    assert became() == ()
    assert became(line("CHAN_START", 0.0, "fd.agent.7.anna")) == ()


def test_a_call_whose_end_is_not_written_stays_unknown() -> None:
    assert became(BEGAN, ANSWERED) == ()


def test_times_are_told_on_the_floor_s_clock() -> None:
    told = became(BEGAN, ANSWERED, end(5.0, 16, by="x"), ahead=3600.0)
    assert told[0] == CallAnswered(attempt=ONE, answered_at=AT + 3604.0)


def test_ends_are_told_in_their_order_whatever_the_ids() -> None:
    lines = (
        BEGAN,
        line("CHAN_START", 0.0, "fd.call.g1-2"),
        end(9.0, 17, by="x"),
        end(3.0, 17, by="x", channel="fd.call.g1-2"),
    )
    told = events_of(story_of(lines), {ONE: AT, TWO: AT})
    assert [one.attempt for one in told if isinstance(one, CallEnded)] == [TWO, ONE]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "\n",
        '"HANGUP"\n',
        '"HANGUP","x","fd.call.g1-1","",""\n',
        '"HANGUP","nan","fd.call.g1-1","{",""\n',
        "\x00",
    ],
)
def test_a_line_that_is_none_is_left_out(bad: str) -> None:
    told = became(BEGAN, bad, end(2.0, 17, by="x"))
    assert [one.outcome for one in told if isinstance(one, CallEnded)] == [Outcome.BUSY]


def test_only_the_end_of_a_long_record_is_read_and_the_file_before_a_rotation_too(tmp_path: Path) -> None:
    file = tmp_path / "fairdial.csv"
    old = "".join(line("CHAN_START", -90_000.0 + n, f"fd.call.old-{n}") for n in range(40_000))
    file.write_text(old + line("CHAN_START", -20.0, "fd.call.g1-2") + '"HANGUP","179597')
    (tmp_path / "fairdial.csv.1").write_text(BEGAN)
    assert len(old) > 2 << 20
    story = read(file, since=AT - 60.0)
    assert set(story.calls) == {ONE, TWO}
    assert read(tmp_path / "nowhere.csv", since=AT).calls == {}
    everything = read(file, since=AT - 100_000.0)
    assert len(everything.calls) == 40_002
