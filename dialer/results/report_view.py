"""The report's sentences and tables, ready for the page: nothing here is computed that a measure defines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from zoneinfo import ZoneInfo

from dialer.domain.attempt import Outcome
from dialer.domain.record import AttemptRecord
from dialer.measures.definition import Group, Measured, text_of
from dialer.measures.facts import ShiftFacts
from dialer.measures.series import Slices
from dialer.measures.side_by_side import RateByDefinition
from dialer.results.counting import WrongNumbers, counted_of
from dialer.results.report_facts import PacingNote, RuleText

SAMPLE_SIZE = 16
MOST_REASONS = 12

GROUP_SAYS: dict[Group, str] = {
    Group.DIALING: "What was dialed, and what picked up.",
    Group.ABANDONMENT: "People who answered and found nobody there. The same shift by several definitions; "
    "the first rate is the one that is held under the limit.",
    Group.AGENTS: "What the agents' paid hours went into.",
    Group.INBOUND: "Who called us, and how soon they had an agent.",
    Group.COLLECTION: "What came of the talking.",
    Group.LIST: "How far the list of accounts was worked.",
    Group.LAW: "What the gate refused.",
}

_ENDED_AS: dict[Outcome, str] = {
    Outcome.CONNECTED: "joined to an agent",
    Outcome.ABANDONED: "picked up, and no agent came in time: abandoned",
    Outcome.OVERFLOWED: "picked up, no agent within the limit, taken by the live overflow",
    Outcome.HUNG_UP_WAITING: "picked up and hung up again before the limit",
    Outcome.MACHINE: "detected as a machine",
    Outcome.NO_ANSWER: "rang out",
    Outcome.BUSY: "line engaged",
    Outcome.REJECTED: "declined at the called telephone",
    Outcome.BLOCKED: "blocked on the way, for the number we showed",
    Outcome.UNWANTED: "refused as unwanted by the called side",
    Outcome.INVALID_NUMBER: "number not in service",
    Outcome.CONGESTION: "network congested",
    Outcome.CARRIER_FAILURE: "carrier failed",
    Outcome.CANCELLED: "taken back while it rang",
    Outcome.NOT_ATTEMPTED: "refused by the telephone system: nothing rang",
    Outcome.UNKNOWN: "not known: counts as a call placed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: cells in the order of its heading."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the funnel: how many got there, and the share of the first step, 0-1."""

    title: str
    says: str
    count: int
    share: float | None


def clock_text(at: float, zone: ZoneInfo) -> str:
    """Local time of day."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M:%S")


def day_text(at: float, zone: ZoneInfo) -> str:
    """Local day in words."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y}"


def funnel(measured: dict[str, Measured], facts: ShiftFacts) -> tuple[Step, ...]:
    """From what was dialed to what was promised."""
    answered = int(facts.is_answered.sum())
    parts = (
        ("Calls placed", "a telephone was dialed", measured["attempts"].value),
        ("Picked up", "by anything: person, machine, assistant", answered),
        ("Answered by a person", "live answers", measured["live_answers"].value),
        ("Joined to an agent", "within the limit or later", measured["connected"].value),
        ("Right party", "the person we wanted, identified", measured["right_party_contacts"].value),
        ("Promised", "a payment, a plan or a settlement", measured["promises"].value),
    )
    first = parts[0][2]
    return tuple(
        Step(title=title, says=says, count=int(count or 0), share=(count or 0) / first if first else None)
        for title, says, count in parts
    )


def denial_rows(facts: ShiftFacts, rules: dict[str, RuleText]) -> tuple[Row, ...]:
    """Each rule that denied: its words, where they stand, how often."""
    unnamed = RuleText(title="", citation="", layer="")
    rows: list[Row] = []
    for name, count in facts.denials.items():
        rule = rules.get(name, unnamed)
        rows.append(Row(cells=(rule.title or name, rule.citation, rule.layer, f"{count:,}", name)))
    return tuple(rows)


def reason_rows(notes: Sequence[PacingNote]) -> tuple[Row, ...]:
    """Pacing's reasons, those that differ only in their numbers taken together, the most frequent first."""
    kinds: dict[str, list[PacingNote]] = {}
    for note in notes:
        kinds.setdefault(re.sub(r"\d[\d.,%]*", "#", note.reason), []).append(note)
    ordered = sorted(kinds.values(), key=lambda group: (-sum(n.launched for n in group), -len(group)))
    return tuple(
        Row(
            cells=(
                max(group, key=lambda note: note.launched).reason,
                f"{len(group):,}",
                f"{sum(note.launches for note in group):,}",
                f"{sum(note.launched for note in group):,}",
            )
        )
        for group in ordered[:MOST_REASONS]
    )


def hour_rows(slices: Slices, zone: ZoneInfo) -> tuple[Row, ...]:
    """One row per hour."""
    rows: list[Row] = []
    for i, start in enumerate(slices.starts):
        live, lost = slices.live[i], slices.abandoned[i]
        agents = sum(float(counts[i]) for counts in slices.agents_in.values())
        wait = slices.wait_mean_s[i]
        rows.append(
            Row(
                cells=(
                    clock_text(float(start), zone)[:5],
                    f"{slices.attempts[i]:,.0f}",
                    f"{live:,.0f}",
                    f"{lost:,.0f}",
                    f"{lost / live:.1%}" if live else "–",
                    f"{slices.right_party[i]:,.0f}",
                    f"{agents:.1f}",
                    f"{slices.talk_s[i] / 60 / agents:.1f}" if agents else "–",
                    "–" if isnan(wait) else f"{wait:.0f} s",
                )
            )
        )
    return tuple(rows)


def measure_groups(measured: dict[str, Measured]) -> tuple[tuple[str, str, tuple[Row, ...]], ...]:
    """Title, sentence and rows of every group."""
    groups: list[tuple[str, str, tuple[Row, ...]]] = []
    for group in Group:
        rows = tuple(
            Row(
                cells=(
                    each.measure.title,
                    text_of(each),
                    each.measure.says,
                    each.measure.formula,
                    each.measure.source,
                )
            )
            for each in measured.values()
            if each.measure.group is group
        )
        groups.append((group.value, GROUP_SAYS[group], rows))
    return tuple(groups)


def definition_rows(rates: Sequence[RateByDefinition]) -> tuple[Row, ...]:
    """Abandonment by every definition: rate, limit, how it stands, over which window the law would look."""
    return tuple(
        Row(
            cells=(
                each.definition.title,
                "–" if each.share is None else f"{each.share:.2%}",
                "–" if each.limit is None else f"{each.limit:.0%}",
                each.standing.value,
                each.definition.window.value.replace("_", " "),
                each.definition.source,
                each.definition.doubt,
            )
        )
        for each in rates
    )


def sample_of(attempts: Sequence[AttemptRecord]) -> tuple[AttemptRecord, ...]:
    """Attempts that differ: of each kind of ending the one in the middle of the shift, then by time."""
    kinds: dict[tuple[str, str], list[AttemptRecord]] = {}
    for attempt in attempts:
        if attempt.outcome is not None:
            said = "" if attempt.disposition is None else attempt.disposition.kind.value
            kinds.setdefault((attempt.outcome.value, said), []).append(attempt)
    ordered = sorted(kinds.values(), key=len, reverse=True)
    chosen = [group[len(group) // 2] for group in ordered[:SAMPLE_SIZE]]
    return tuple(sorted(chosen, key=lambda attempt: attempt.launched_at))


def sample_rows(attempts: Sequence[AttemptRecord], learned: WrongNumbers, zone: ZoneInfo) -> tuple[Row, ...]:
    """The sample, each attempt as a short story."""
    return tuple(
        Row(
            cells=(
                attempt.attempt,
                clock_text(attempt.launched_at, zone),
                attempt.person,
                story_of(attempt),
                ", ".join(attempt.zones),
                counted_of(attempt, learned).word.replace("_", " "),
                counted_of(attempt, learned).why,
            )
        )
        for attempt in sample_of(attempts)
    )


def story_of(attempt: AttemptRecord) -> str:
    """What happened, in one sentence."""
    parts: list[str] = []
    if attempt.answered_at is not None:
        parts.append(f"picked up after {attempt.answered_at - attempt.launched_at:.0f} s")
    if attempt.bridged_at is not None and attempt.answered_at is not None:
        until = attempt.talk_ended_at or attempt.ended_at
        parts.append(_joined_after(attempt.bridged_at - attempt.answered_at))
        if until is not None:
            parts.append(f"{_length(until - attempt.bridged_at)} together")
    elif attempt.outcome is not None:
        parts.append(_ENDED_AS[attempt.outcome])
    if attempt.disposition is not None:
        parts.append(f"recorded as {attempt.disposition.kind.value.replace('_', ' ')}")
    text = ", ".join(parts) or "still in flight"
    return text[0].upper() + text[1:]


def _joined_after(seconds: float) -> str:
    return "an agent on the line at once" if seconds < 0.1 else f"an agent on the line {seconds:.1f} s later"


def _length(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 90 else f"{seconds:.0f} s"
