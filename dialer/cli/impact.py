"""`fairdial law impact`, told: which rules make the difference, and for which attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.results.exports import iso

if TYPE_CHECKING:
    from dialer.inquiry.impact import Compared

SHOWN = 20


def tell(compared: Compared) -> None:
    """For a person."""
    before, after = compared.before.isoformat(), compared.after.isoformat()
    asked = f"{compared.attempts:,} attempts on {compared.persons:,} persons"
    if not compared.impacts:
        console.result(f"No difference: {asked} are decided alike by the law of {before} and of {after}.")
        return
    console.result(
        f"{len(compared.impacts):,} of {asked} are decided otherwise by the law of {after} than by that of "
        f"{before}"
    )
    table = console.table("rule", "newly forbidden", "newly allowed", "what it says", "citation")
    for each in compared.rules:
        table.add_row(
            each.rule, f"{each.newly_forbidden:,}", f"{each.newly_allowed:,}", each.what, each.citation
        )
    console.out.print(table)
    for each in compared.impacts[:SHOWN]:
        change = "would be forbidden" if each.allowed_before else "would be allowed"
        at = iso(each.entry.at.timestamp())
        console.result(f"{each.entry.entry} to {each.person} at {at} {change}: {', '.join(each.rules)}")
    if len(compared.impacts) > SHOWN:
        console.result(f"... and {len(compared.impacts) - SHOWN:,} more (--json has all)")


def tell_program(compared: Compared) -> None:
    """For a program."""
    console.result_json(
        {
            "from": compared.before.isoformat(),
            "to": compared.after.isoformat(),
            "rulebook": compared.rulebook,
            "attempts": compared.attempts,
            "persons": compared.persons,
            "rules": [
                {
                    "rule": each.rule,
                    "newly_forbidden": each.newly_forbidden,
                    "newly_allowed": each.newly_allowed,
                }
                for each in compared.rules
            ],
            "impacts": [
                {
                    "attempt": each.entry.entry,
                    "person": each.person,
                    "at": iso(each.entry.at.timestamp()),
                    "allowed_before": each.allowed_before,
                    "allowed_after": each.allowed_after,
                    "rules": list(each.rules),
                }
                for each in compared.impacts
            ],
        }
    )
