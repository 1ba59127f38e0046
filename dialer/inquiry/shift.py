"""A rehearsed shift: its summary for programs, its report as a page, what kept people from being called."""

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from dialer.files import write_whole
from dialer.floor.rehearsed import RehearsedShift
from dialer.floor.stores import REPORT_FILE, SUMMARY_FILE
from dialer.inquiry.unseen import of_shift
from dialer.measures.facts import facts_of
from dialer.measures.registry import measure_all
from dialer.results.report import render_report
from dialer.results.report_facts import PacingNote, ReportFacts, RuleText
from dialer.storage.journal.file import surroundings


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
    summary["unseen"] = list(unseen_of(shift))
    summary["rulebook"] = shift.rulebook.hash
    summary["steps"] = shift.observer.steps
    summary["journal"] = str(shift.journal)
    summary["journal_head"] = str(shift.signed.head)
    summary["wall_s"] = round(shift.wall_s, 3)
    return summary


def write_summary(shift: RehearsedShift, summary: dict[str, object]) -> None:
    """The summary as a file beside the journal."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(shift.folder / SUMMARY_FILE, text + "\n")


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
            ("head of the journal", f"{shift.signed.head}, signed by the key {shift.signed.key}"),
            ("versions", f"fairdial {metadata.version('fairdial')}, Python {computed.python}"),
        ),
        repeat_with=repeat_with,
        records=shift.records,
        rules=rules_of(shift),
        unseen=unseen_of(shift),
        pacing=tuple(
            PacingNote(at=at, launches=note.launches, launched=note.launched, reason=note.reason)
            for at, note in shift.observer.pacing
        ),
    )
    path = shift.folder / REPORT_FILE
    write_whole(path, render_report(facts))
    return path


def unseen_of(shift: RehearsedShift) -> tuple[str, ...]:
    """Who of the list was out of sight, and how to mend it, in sentences."""
    return of_shift(shift.observer.out_of_sight, local=shift.order.scenario.shift.time_zone)


def rules_of(shift: RehearsedShift) -> Mapping[str, RuleText]:
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
