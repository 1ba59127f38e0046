"""A rehearsed shift, told: the summary for programs, the table for the terminal, the report as a page."""

from __future__ import annotations

import json
from importlib import metadata
from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.floor.stores import REPORT_FILE, STORE_FILE, SUMMARY_FILE
from dialer.measures.definition import text_of
from dialer.measures.facts import facts_of
from dialer.measures.registry import measure_all
from dialer.results.report import render_report
from dialer.results.report_facts import PacingNote, ReportFacts, RuleText
from dialer.storage.journal.file import surroundings

if TYPE_CHECKING:
    from pathlib import Path

    from dialer.floor.rehearsed import RehearsedShift

SHOWN = (
    "attempts",
    "live_answers",
    "connected",
    "abandoned",
    "abandonment_rate",
    "right_party_contacts",
    "right_party_contacts_per_agent_hour",
    "attempts_per_right_party_contact",
    "promises",
    "talk_minutes_per_agent_hour",
    "machine_minutes_per_agent_hour",
    "occupancy",
    "mean_agent_wait_s",
    "p90_agent_wait_s",
    "penetration",
)
"""What the terminal shows; the report has all."""

MOST_RULES = 6


def summary_of(shift: RehearsedShift) -> dict[str, object]:
    """The shift for a program: what it was, every measure by name, the gate's denials by rule."""
    facts = facts_of(shift.records)
    result = shift.result
    summary: dict[str, object] = {
        "scenario": result.scenario,
        "policy": result.policy,
        "seed": result.seed,
        "agents": result.agents,
        "hours": result.hours,
    }
    summary.update({name: _rounded(each.value) for name, each in measure_all(facts).items()})
    summary["gate_denials"] = facts.denials
    summary["rulebook"] = shift.rulebook.hash
    summary["steps"] = shift.observer.steps
    summary["journal"] = str(shift.journal)
    summary["wall_s"] = round(shift.wall_s, 3)
    return summary


def write_summary(shift: RehearsedShift, summary: dict[str, object]) -> None:
    """The summary as a file beside the journal."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    (shift.folder / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8")


def write_report(shift: RehearsedShift, *, title: str, repeat_with: str) -> Path:
    """The page; returns where it is."""
    result, scenario = shift.result, shift.order.scenario
    computed = surroundings()
    facts = ReportFacts(
        title=title,
        about=" ".join(scenario.description.split()),
        time_zone=scenario.shift.time_zone,
        made_up=True,
        abandonment_limit=scenario.campaign.abandonment_limit,
        settings=(
            ("scenario", result.scenario),
            ("pacing policy", result.policy),
            ("seed", str(result.seed)),
            ("agents", str(result.agents)),
            ("hours", f"{result.hours:g}"),
            ("rulebook", shift.rulebook.hash),
            ("steps of the engine", f"{shift.observer.steps:,}"),
            ("computed in", f"{shift.wall_s:.1f} s"),
            ("journal", str(shift.journal)),
            ("versions", f"fairdial {metadata.version('fairdial')}, Python {computed.python}"),
        ),
        repeat_with=repeat_with,
        records=shift.records,
        rules=_rules(shift),
        pacing=tuple(
            PacingNote(at=at, launches=note.launches, launched=note.launched, reason=note.reason)
            for at, note in shift.observer.pacing
        ),
    )
    path = shift.folder / REPORT_FILE
    path.write_text(render_report(facts), encoding="utf-8")
    return path


def print_shift(shift: RehearsedShift, report: Path) -> None:
    """The measures in a table, the gate's denials, and where everything is."""
    facts = facts_of(shift.records)
    measured = measure_all(facts)
    table = console.table("measure", "value", "what it says", numbers=("value",))
    for name in SHOWN:
        each = measured[name]
        table.add_row(each.measure.title, text_of(each), each.measure.says)
    console.out.print(table)
    if facts.denials:
        console.out.print()
        rules = _rules(shift)
        denied = console.table("calls not placed because", "times", "where it stands", numbers=("times",))
        for name, count in list(facts.denials.items())[:MOST_RULES]:
            rule = rules.get(name)
            words = name if rule is None or not rule.title else rule.title
            denied.add_row(words, f"{count:,}", "" if rule is None else rule.citation)
        console.out.print(denied)
    console.out.print()
    console.result(f"{shift.observer.steps:,} steps in {shift.wall_s:.1f} s")
    console.result(f"report:  {report}")
    console.result(f"journal: {shift.journal}   (fairdial replay {shift.journal})")
    console.result(
        f"store:   {shift.folder / STORE_FILE}   (fairdial explain ATTEMPT, fairdial export attempts)"
    )


def _rules(shift: RehearsedShift) -> dict[str, RuleText]:
    """Rules that denied, in words: the rulebook's, and what the findings themselves say where it has none."""
    texts: dict[str, RuleText] = {}
    for name, (citation, layer) in shift.observer.citations.items():
        rule = shift.rulebook.rule(name)
        title = "" if rule is None else rule.header.what
        texts[name] = RuleText(title=title, citation=citation, layer=layer)
    return texts


def _rounded(value: float | None) -> float | None:
    """Enough digits for anybody, and no noise of the last bit."""
    return value if value is None or isinstance(value, int) else round(value, 6)
