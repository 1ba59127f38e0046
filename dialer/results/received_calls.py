"""Calls that a person made to us, as an examiner reads them: what they left, and what might not be said.

A call received is no call placed: no rule on calls is asked of it, and it counts towards no number of calls.
It decides later calls all the same: a talk closes the debts spoken of for seven days, a wish binds, a request
to be called back is a consent of its day.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.words import Outcome
from dialer.results.exports import iso, safe_rows
from dialer.results.person_events import local_times
from dialer.results.person_standing import AfterLastDay

RECEIVED = "received.jsonl"
RECEIVED_TABLE = "received.csv"

COLUMNS = (
    "id",
    "arrived",
    "zones",
    "local_times",
    "from",
    "number",
    "our_number",
    "agent",
    "talked_from",
    "ended",
    "on_file_as",
    "known_at",
    "outcome",
    "closes_debts",
    "led_to",
    "opted_out",
    "asked_to_be_called_back",
    "message",
    "may_not",
    "rulebook",
)
"""Of `received.csv`. `on_file_as`: its entry in the `history` of every later line of the decisions.
`closes_debts`: debts of which it was a conversation, `*` = every one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedTo:
    """A request, consent or hold that a call brought. `at`: POSIX seconds."""

    kind: str
    what: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCall:
    """One call from this person, or from somebody on a number of theirs. Instants are POSIX seconds.

    Args:
        is_theirs: True: an agent found out that it was this person; False: it was somebody else who has the
            number, of whom no more is told; None: nobody said who it was.
        rulebook: hash of the law in force when it arrived; '' = `why_not` says why it is not known.
        file: what was known of the person then; None = nothing yet.
        entry: what it left in the person's history; None = nothing, since nobody talked.
        entry_known_at: since when; None = not known.
        after_last_day: by debt, what might not be said or done, whoever began the talk.
    """

    id: str
    at: float
    is_theirs: bool | None
    rulebook: str
    file: PersonFile | None
    number: str = ""
    dialed: str = ""
    agent: str = ""
    bridged_at: float | None = None
    ended_at: float | None = None
    entry: HistoryEntry | None = None
    entry_known_at: float | None = None
    led_to: tuple[LedTo, ...] = ()
    opted_out: bool = False
    asked_back_at: float | None = None
    message: str = ""
    after_last_day: tuple[tuple[str, tuple[AfterLastDay, ...]], ...] = ()
    zones: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def closes(self) -> str:
        """Debts of which it was a conversation; `*` = every one."""
        if self.entry is None or self.entry.outcome is not Outcome.CONVERSATION:
            return ""
        return "*" if self.entry.debts is None else ";".join(self.entry.debts)


def received_lines(calls: Iterable[ReceivedCall]) -> bytes:
    """One call a line, as JSON."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    return b"".join(encode(each) + b"\n" for each in calls)


def received_csv(calls: Iterable[ReceivedCall]) -> bytes:
    """The same as a table, without the file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(safe_rows(map(_row, calls)))
    return out.getvalue().encode()


_WHO = {True: "this person", False: "somebody else who has the number", None: "nobody said who"}


def _row(each: ReceivedCall) -> tuple[str, ...]:
    outcome = None if each.entry is None else each.entry.outcome
    return (
        each.id,
        iso(each.at),
        ";".join(each.zones),
        ";".join(local_times(each.at, each.zones)),
        _WHO[each.is_theirs],
        each.number,
        each.dialed,
        each.agent,
        iso(each.bridged_at),
        iso(each.ended_at),
        "" if each.entry is None else each.entry.entry,
        iso(each.entry_known_at),
        "" if outcome is None else outcome.value,
        each.closes,
        ";".join(f"{led.kind} {led.what} {iso(led.at)}" for led in each.led_to),
        "yes" if each.opted_out else "",
        iso(each.asked_back_at),
        each.message,
        "; ".join(_may_not(each)),
        each.rulebook,
    )


def _may_not(each: ReceivedCall) -> Iterable[str]:
    for debt, rules in each.after_last_day:
        for rule in rules:
            if rule.why:
                yield f"{debt}: {', '.join(rule.follows)} [{rule.rule}, {rule.citation}]"
