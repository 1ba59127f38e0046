"""What Asterisk wrote down of our calls while nobody listened, read back and told as events.

Theory of operation. The written configuration has Asterisk append a line for each channel of ours that
begins, is answered, enters a bridge, ends, or of which the dialplan says something (`FairdialAbandoned` and
its like). At its return the dialer asks for the attempts that it believes in and that live no more. For each
the lines say one of: it never had a channel (nobody's telephone rang), it ended unanswered with a cause, it
was answered and joined, abandoned, or left. What the lines do not say stays unknown.

That an attempt has no line proves that it had no channel only where the record was being kept: some other
call of ours began in the minutes before, or after. Otherwise nothing is concluded.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

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
from dialer.domain.voice import Unserved
from telephony.asterisk.names import agent_of, attempt_of
from telephony.asterisk.outcomes import Ending, outcome_of

KEPT_WITHIN_S = 600.0
"""A call of ours that began so near an attempt shows that the record was being kept then."""

MOST_BYTES = 256 * 1024 * 1024
_CHUNK = 1 << 20
_HOLDING = "holding_bridge"


@dataclass(slots=True, kw_only=True)
class CallStory:
    """What the lines say of one call. Instants: POSIX seconds of Asterisk's clock; None = did not happen."""

    began_at: float | None = None
    answered_at: float | None = None
    joined_at: float | None = None
    agent: AgentId | None = None
    unserved: str = ""
    unserved_at: float | None = None
    opt_out: str | None = None
    ended_at: float | None = None
    cause: int = 0
    was_ended_there: bool = False
    """By the far end, not by us or by our time being up."""


@dataclass(slots=True, kw_only=True)
class Story:
    """Everything that was read."""

    calls: dict[AttemptId, CallStory] = field(default_factory=dict[AttemptId, CallStory])
    begun_at: list[float] = field(default_factory=list[float])

    def was_kept_at(self, instant: float) -> bool:
        """Whether calls of ours were being written down about then."""
        return any(abs(begun - instant) <= KEPT_WITHIN_S for begun in self.begun_at)


def read(path: Path, *, since: float) -> Story:
    """Everything from the instant on; the file before a rotation (`NAME.1`) too. A file that is not there has
    nothing to say.

    Raises:
        OSError: it is there and cannot be read.
    """
    return story_of(line for file in (path.with_name(path.name + ".1"), path) for line in _lines(file, since))


def story_of(lines: Iterable[str]) -> Story:
    """The story that lines tell, in their order. A line that is none of the record's is left out."""
    story = Story()
    bridges: dict[str, list[str]] = {}
    for row in csv.reader(lines):
        if len(row) == 5 and (at := _seconds(row[1])) is not None:
            _take(story, bridges, kind=row[0], at=at, channel=row[2], extra=row[3], word=row[4])
    return story


def events_of(story: Story, attempts: Mapping[AttemptId, float], *, ahead: float = 0.0) -> tuple[Event, ...]:
    """What became of attempts that live no more, in the order of their ends.

    Args:
        attempts: those asked for, with the instant of their launch on the floor's clock.
        ahead: seconds by which the floor's clock is ahead of Asterisk's.
    """
    told: list[tuple[float, tuple[Event, ...]]] = []
    for attempt, launched_at in sorted(attempts.items()):
        call = story.calls.get(attempt)
        if call is None or call.began_at is None:
            if call is None and story.was_kept_at(launched_at - ahead):
                reason = "Asterisk's own record has no channel of it"
                told.append((launched_at, (CallNotAttempted(attempt=attempt, reason=reason),)))
        elif call.ended_at is not None:
            told.append((call.ended_at, tuple(_ended(attempt, call, ahead))))
    return tuple(event for _, events in sorted(told, key=lambda one: one[0]) for event in events)


def _ended(attempt: AttemptId, call: CallStory, ahead: float) -> Iterator[Event]:
    if call.answered_at is None:
        outcome = _unanswered(call)
        if outcome in {Outcome.NO_ANSWER, Outcome.REJECTED, Outcome.BUSY}:
            yield CallRinging(attempt=attempt)
        yield CallEnded(attempt=attempt, outcome=outcome, cause=f"Q.850 {call.cause}, by Asterisk's record")
        return
    yield CallAnswered(attempt=attempt, answered_at=call.answered_at + ahead)
    outcome = Outcome.HUNG_UP_WAITING
    if call.unserved_at is not None and call.joined_at is None:
        played = call.unserved == Unserved.MESSAGE.value
        overflow = call.unserved == Unserved.OVERFLOW.value
        yield CallTimedOut(attempt=attempt, message_played=played, overflow=overflow)
        outcome = Outcome.ABANDONED
    elif call.joined_at is not None and call.agent is not None:
        yield CallBridged(attempt=attempt, agent=call.agent, bridged_at=call.joined_at + ahead)
        outcome = Outcome.CONNECTED
    if call.opt_out is not None:
        yield OptOutPressed(attempt=attempt, key=call.opt_out)
    yield CallEnded(attempt=attempt, outcome=outcome, cause="by Asterisk's record")


def _unanswered(call: CallStory) -> Outcome:
    """The record does not say whether it rang: doubt counts as a telephone that rang."""
    ending = Ending(cause=call.cause, sip_code=None, rang=True, replied=call.was_ended_there, cancelled=False)
    return outcome_of(ending)


def _take(
    story: Story, bridges: dict[str, list[str]], *, kind: str, at: float, channel: str, extra: str, word: str
) -> None:
    attempt = attempt_of(channel)
    if kind == "BRIDGE_ENTER":
        _enter(story, bridges, channel, _facts(extra), at)
        return
    if attempt is None:
        return
    call = story.calls.setdefault(attempt, CallStory())
    match kind:
        case "CHAN_START":
            # refused by one trunk before it rang, it has begun anew over another: that is its end no more
            call.began_at, call.ended_at, call.cause = at, None, 0
            call.was_ended_there = False
            story.begun_at.append(at)
        case "ANSWER":
            call.answered_at = at if call.answered_at is None else call.answered_at
        case "HANGUP":
            facts = _facts(extra)
            call.ended_at = at
            call.cause = _whole(facts.get("hangupcause"))
            call.was_ended_there = bool(facts.get("hangupsource"))
        case _:  # the dialplan's own word is the kind of its line
            _hear(call, word, _facts(extra), at)


def _hear(call: CallStory, word: str, facts: Mapping[str, object], at: float) -> None:
    said = str(facts.get("extra", ""))
    match word:
        case "FairdialAbandoned":
            call.unserved, call.unserved_at = said, at
        case "FairdialOptOut":
            call.opt_out = said
        case _:
            pass


def _enter(
    story: Story, bridges: dict[str, list[str]], channel: str, facts: Mapping[str, object], at: float
) -> None:
    name = str(facts.get("bridge_id", ""))
    if not name or facts.get("bridge_technology") == _HOLDING:
        return
    members = bridges.setdefault(name, [])
    members.append(channel)
    agents = [agent for one in members if (agent := agent_of(one)) is not None]
    for one in members:
        attempt = attempt_of(one)
        call = None if attempt is None else story.calls.get(attempt)
        if call is not None and agents and call.joined_at is None:
            call.joined_at, call.agent = at, agents[0]


def _facts(extra: str) -> Mapping[str, object]:
    try:
        found = cast("object", json.loads(extra or "{}"))
    except ValueError:
        return {"extra": extra}
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {"extra": extra}


def _lines(file: Path, since: float) -> Iterator[str]:
    """Lines from the instant on, found from the file's end in steps; at most so many bytes."""
    if not file.exists():
        return
    with file.open("rb") as opened:
        size = opened.seek(0, io.SEEK_END)
        start = size
        while start > max(0, size - MOST_BYTES):
            start = max(0, start - _CHUNK)
            opened.seek(start)
            if start:
                opened.readline()  # the rest of a line that began before
            at = _instant(opened.readline())
            if at is not None and at < since:
                break
        opened.seek(start)
        if start:
            opened.readline()
        for line in opened:
            text = line.decode("utf-8", "replace")
            at = _instant(line)
            if text.endswith("\n") and at is not None and at >= since:
                yield text


def _instant(line: bytes) -> float | None:
    parts = line.split(b'","', 2)
    return _seconds(parts[1].decode("ascii", "replace")) if len(parts) == 3 else None


def _seconds(text: str) -> float | None:
    try:
        at = float(text)
    except ValueError:
        return None
    return at if 0.0 < at < 4102444800.0 else None  # of this century, else no time


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
