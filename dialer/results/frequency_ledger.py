"""The call-frequency ledger as CSV and as PDF: rows from which an examiner can count for themselves.

The CSV has everything that a count rests on: each call with its instant, local day, outcome and number, each
consent with its terms, each number that was found to be another's. A row says what it is in `row`.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from itertools import groupby
from typing import TextIO
from zoneinfo import ZoneInfo

import typst

from compliance_gate.request import TimeBlock
from compliance_gate.told.frequency import ConsentTold, FrequencyLedger, LedgerLine, WrongNumberTold
from dialer.results.exports import PARTIAL_COLUMN, partial_mark, safe_rows

COLUMNS = (
    "row",
    "person",
    "debt",
    "zone",
    "id",
    "at",
    "local_day",
    "local_time",
    "event",
    "outcome",
    "number",
    "counted",
    "why",
    "citation",
    "consent",
    "window_from",
    "window_to",
    "counted_in_window",
    "at_most",
    "talk",
    "closed_until",
    "after_talk",
    "after_talk_until",
    "valid_on",
    "valid_from",
    "valid_until",
    "hours",
    "ended_at",
)
"""Rows: `debt` (id: the debt; debt: what it is counted as), `call`, `consent` (debt: covered, `;` between;
at: given; ended_at: revoked), `wrong_number` (at: learned; ended_at: withdrawn)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFacts:
    """A ledger and what a reader must know of it.

    Args:
        since: POSIX seconds before which calls are counted and not listed; None = all are listed.
        notes: what must be known of the rulebook.
        is_partial: the store holds the first steps alone of a shift that was interrupted.
    """

    ledger: FrequencyLedger
    since: float | None
    rulebook: str
    notes: tuple[str, ...] = ()
    is_partial: bool = False


def write_ledger_csv(facts: LedgerFacts, out: TextIO) -> int:
    """Write the rows; returns how many are calls."""
    ledger = facts.ledger
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *partial_mark(is_partial=facts.is_partial, word=PARTIAL_COLUMN)))
    rows = [*_debts(ledger), *_calls(ledger), *_consents(ledger), *_wrong_numbers(ledger)]
    safe = safe_rows([row.get(name, "") for name in COLUMNS] for row in rows)
    writer.writerows((*row, *partial_mark(is_partial=facts.is_partial)) for row in safe)
    return len(ledger.lines)


def render_ledger_pdf(facts: LedgerFacts) -> bytes:
    """The ledger as a PDF."""
    template = resources.files("dialer.results") / "templates" / "frequency.typ"
    report = json.dumps(ledger_told(facts), ensure_ascii=False, allow_nan=False)
    return typst.compile(template.read_bytes(), format="pdf", sys_inputs={"report": report})


def ledger_told(facts: LedgerFacts) -> dict[str, object]:
    """What the template is given, and programs that ask over HTTP."""
    ledger = facts.ledger
    return {
        "person": ledger.person,
        "as_of": _utc(ledger.at),
        "since": None if facts.since is None else _utc(datetime.fromtimestamp(facts.since, UTC)),
        "zones": list(ledger.zones),
        "rulebook": facts.rulebook,
        "notes": list(facts.notes),
        "partial": facts.is_partial,
        "at_most": ledger.at_most,
        "days": ledger.days,
        "pause_days": ledger.pause_days,
        "debts": [
            {"debt": debt, "counted_as": group, "pooled": debt != group} for debt, group in ledger.groups
        ],
        "over": len(ledger.over),
        "too_soon": len(ledger.too_soon),
        "parts": [
            {"debt": debt, "zone": zone, "lines": [_line(ledger, line) for line in lines]}
            for (debt, zone), lines in groupby(ledger.lines, key=lambda line: (line.debt, line.zone))
        ],
        "consents": [_consent(each) for each in ledger.consents],
        "wrong_numbers": [_wrong_number(each) for each in ledger.wrong_numbers],
    }


def _line(ledger: FrequencyLedger, line: LedgerLine) -> dict[str, object]:
    return {
        **_call(ledger, line),
        "counted": line.counted,
        "over": line in ledger.over,
        "too_soon": line in ledger.too_soon,
        "talk": line.is_talk,
        "count": line.counted_in_window,
    }


def _debts(ledger: FrequencyLedger) -> Iterator[dict[str, str]]:
    for debt, group in ledger.groups:
        yield {"row": "debt", "person": ledger.person, "id": debt, "debt": group}


def _calls(ledger: FrequencyLedger) -> Iterator[dict[str, str]]:
    for line in ledger.lines:
        yield {"row": "call", "person": ledger.person, **_call(ledger, line)}


def _call(ledger: FrequencyLedger, line: LedgerLine) -> dict[str, str]:
    return {
        "debt": line.debt,
        "zone": line.zone,
        "id": line.entry,
        "at": _iso(line.at),
        "local_day": line.day.isoformat(),
        "local_time": f"{line.at.astimezone(ZoneInfo(line.zone)):%a %H:%M:%S}",
        "event": line.event.value,
        "outcome": "not known" if line.outcome is None else line.outcome.value,
        "number": line.number or "",
        "counted": _flag(line.counted),
        "why": line.why,
        "citation": line.citation,
        "consent": line.consent or "",
        "window_from": line.window_from.isoformat(),
        "window_to": line.day.isoformat(),
        "counted_in_window": str(line.counted_in_window),
        "at_most": str(ledger.at_most),
        "talk": _flag(line.is_talk),
        "closed_until": _day(line.closed_until),
        "after_talk": line.after_talk or "",
        "after_talk_until": _day(line.after_talk_until),
    }


def _consents(ledger: FrequencyLedger) -> Iterator[dict[str, str]]:
    for each in ledger.consents:
        yield {"row": "consent", "person": ledger.person, **_consent(each)}


def _consent(each: ConsentTold) -> dict[str, str]:
    return {
        "debt": ";".join(each.debts),
        "id": each.consent,
        "at": _iso(each.at),
        "event": "callback_request" if each.is_callback_request else "consent",
        "number": each.number or "",
        "valid_on": _day(each.valid_on),
        "valid_from": _day(each.valid_from),
        "valid_until": _day(each.valid_until),
        "hours": "" if each.hours is None else _hours(each.hours),
        "ended_at": "" if each.ends_at is None else _iso(each.ends_at),
    }


def _wrong_numbers(ledger: FrequencyLedger) -> Iterator[dict[str, str]]:
    for each in ledger.wrong_numbers:
        yield {"row": "wrong_number", "person": ledger.person, **_wrong_number(each)}


def _wrong_number(each: WrongNumberTold) -> dict[str, str]:
    ended = "" if each.withdrawn_at is None else _iso(each.withdrawn_at)
    return {"number": each.number, "at": _iso(each.learned_at), "ended_at": ended}


def _hours(block: TimeBlock) -> str:
    """Weekdays and hours: `MO,TU 18:00-21:00`; all days are not named."""
    days: Sequence[str] = sorted(day.value for day in block.days)
    until = "24:00" if block.until is None else f"{block.until:%H:%M:%S}"
    return f"{','.join(days)} {block.start:%H:%M:%S}-{until}".strip()


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
