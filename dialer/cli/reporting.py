"""A rehearsed shift, told: its measures, what kept people from being called, where everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.floor.stores import STORE_FILE
from dialer.inquiry.shift import rules_of, unseen_of
from dialer.measures.definition import text_of
from dialer.measures.facts import facts_of
from dialer.measures.registry import measure_all

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
        rules = rules_of(shift)
        denied = console.table("calls not placed because", "times", "where it stands", numbers=("times",))
        for name, count in list(facts.denials.items())[:MOST_RULES]:
            rule = rules.get(name)
            words = name if rule is None or not rule.title else rule.title
            denied.add_row(words, f"{count:,}", "" if rule is None else rule.citation)
        console.out.print(denied)
    console.out.print()
    for sentence in unseen_of(shift):
        console.result(sentence)
    console.result(f"{shift.observer.steps:,} steps in {shift.wall_s:.1f} s")
    console.result(f"report:  {report}")
    console.result(f"journal: {shift.journal}   (fairdial replay {shift.journal})")
    console.result(
        f"store:   {shift.folder / STORE_FILE}   (fairdial explain ATTEMPT, fairdial export attempts)"
    )
