"""Rows out, as CSV that another program can read: attempts, denials, promises.

UTF-8 with a header line, instants in ISO 8601 UTC to the microsecond, lists joined with `;`, ids only.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TextIO

from dialer.domain.detection import Detection
from dialer.domain.record import AttemptRecord
from dialer.measures.caller_ids import NumberDay
from dialer.measures.records import DenialMade, PromiseMade
from dialer.results.counting import WrongNumbers, counted_of

ATTEMPT_COLUMNS = (
    "attempt",
    "person",
    "campaign",
    "number",
    "debts",
    "launched_at",
    "ended_at",
    "zones",
    "outcome",
    "counted",
    "counted_why",
    "rulebook",
    "lead",
    "call_result",
    "disposition",
    "answered_at",
    "joined_at",
    "talk_ended_at",
    "agent",
    "abandoned",
    "agent_reserved",
    "caller_id",
    "early_media",
    "detected",
    "detection_cause",
    "detection_s",
    "played",
    "cut_off",
    "recorded",
    "overflow_at",
    "machine",
    "said_to_machine",
    "sip_code",
)
"""`outcome` speaks the gate's words (conversation, no_answer, busy, ...), empty while not known;
`call_result` is the telephone system's word, `disposition` the collector's. `played`: recordings that were
heard, as kind:sound:version; `cut_off`: those of them that were not heard to their end. `machine`: what kind
of machine answered (own, other, generic, full, intercept, screener), empty where nobody said;
`said_to_machine`: what it was told (nothing, spoken, recorded). `sip_code`: what the far end
refused the call with."""

DENIAL_COLUMNS = ("at", "lead", "person", "rules", "retry_at")
CALLER_ID_COLUMNS = (
    *("caller_id", "day", "attempts", "answered", "live", "answered_per_attempt"),
    *("blocked", "unwanted", "declined"),
)
PROMISE_COLUMNS = ("attempt", "person", "at", "amount_cents", "currency", "due_at")
PARTIAL_COLUMN = "partial"
"""Last column of an export where the shift was interrupted, and only there: its rows are not all."""


def iso(at: float | None) -> str:
    """An instant as text; empty when it did not happen."""
    if at is None:
        return ""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def write_attempts(
    attempts: Iterable[AttemptRecord], learned: WrongNumbers, out: TextIO, *, is_partial: bool = False
) -> int:
    """One row per attempt, in the order in which they come; returns how many.

    Args:
        attempts: may be longer than memory holds.
        learned: wrong numbers, from a first pass over the same attempts (`counting.wrong_numbers`).
    """
    return _write(
        out, ATTEMPT_COLUMNS, (_attempt_row(attempt, learned) for attempt in attempts), is_partial=is_partial
    )


def write_denials(denials: Iterable[DenialMade], out: TextIO, *, is_partial: bool = False) -> int:
    """One row per stored denial; returns how many."""
    return _write(
        out,
        DENIAL_COLUMNS,
        ((iso(d.at), d.lead, d.person, ";".join(d.rules), iso(d.retry_at)) for d in denials),
        is_partial=is_partial,
    )


def write_caller_ids(days: Iterable[NumberDay], out: TextIO, *, is_partial: bool = False) -> int:
    """One row per number of ours and local day; returns how many. The rate is empty without an attempt."""
    return _write(
        out,
        CALLER_ID_COLUMNS,
        (
            (
                day.caller_id,
                day.day.isoformat(),
                str(day.attempts),
                str(day.answered),
                str(day.live),
                "" if day.answered_per_attempt is None else f"{day.answered_per_attempt:.4f}",
                str(day.blocked),
                str(day.unwanted),
                str(day.declined),
            )
            for day in days
        ),
        is_partial=is_partial,
    )


def write_promises(promises: Iterable[PromiseMade], out: TextIO, *, is_partial: bool = False) -> int:
    """One row per promise; returns how many."""
    return _write(
        out,
        PROMISE_COLUMNS,
        (
            (
                p.attempt,
                p.person,
                iso(p.at),
                "" if p.amount is None else str(p.amount.cents),
                "" if p.amount is None else p.amount.currency,
                iso(p.due_at),
            )
            for p in promises
        ),
        is_partial=is_partial,
    )


def write_sheet(heading: Sequence[str], rows: Iterable[Sequence[str]], out: TextIO) -> int:
    """Rows that are text already, under a heading; returns how many. No cell can be run as a formula."""
    return _write(out, heading, rows, is_partial=False)


def partial_mark(*, is_partial: bool, word: str = "yes") -> tuple[str, ...]:
    """The last cell of a row, or of the heading (`PARTIAL_COLUMN`), where the rows are of a shift that was
    interrupted; of a whole one there is no such column."""
    return (word,) if is_partial else ()


def _write(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]], *, is_partial: bool) -> int:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*columns, *partial_mark(is_partial=is_partial, word=PARTIAL_COLUMN)))
    mark = partial_mark(is_partial=is_partial)
    count = 0
    for row in safe_rows(rows):
        writer.writerow((*row, *mark))
        count += 1
    return count


def safe_rows(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """A cell that a spreadsheet would take for a formula is written with a leading apostrophe: ids come
    from files of strangers."""
    for row in rows:
        yield ["'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row]


def _detection_cells(detection: Detection | None) -> tuple[str, str, str]:
    if detection is None:
        return "", "", ""
    delay = "" if detection.delay_s is None else f"{detection.delay_s:.3f}"
    return detection.verdict.value, detection.cause, delay


def _attempt_row(attempt: AttemptRecord, learned: WrongNumbers) -> Sequence[str]:
    counted = counted_of(attempt, learned)
    outcome = attempt.gate_outcome()
    machine, told = attempt.machine(), attempt.said_to_machine()
    return (
        attempt.attempt,
        attempt.person,
        attempt.campaign,
        attempt.number,
        ";".join(attempt.debts),
        iso(attempt.launched_at),
        iso(attempt.ended_at),
        ";".join(attempt.zones),
        "" if outcome is None or attempt.outcome is None else outcome.value,
        counted.word,
        counted.why,
        attempt.rulebook,
        attempt.lead,
        "" if attempt.outcome is None else attempt.outcome.value,
        "" if attempt.disposition is None else attempt.disposition.kind.value,
        iso(attempt.answered_at),
        iso(attempt.bridged_at),
        iso(attempt.talk_ended_at),
        attempt.agent or "",
        "" if attempt.abandoned is None else str(attempt.abandoned).lower(),
        str(attempt.guaranteed).lower(),
        attempt.caller_id,
        str(attempt.early_media).lower(),
        *_detection_cells(attempt.detection),
        ";".join(f"{heard.recording.value}:{heard.sound}:{heard.version}" for heard in attempt.played),
        ";".join(heard.sound for heard in attempt.played if not heard.complete),
        "" if attempt.recorded is None else str(attempt.recorded).lower(),
        iso(attempt.overflow_at),
        "" if machine is None else machine.value,
        "" if told is None else told.value,
        "" if attempt.sip_code is None else str(attempt.sip_code),
    )
