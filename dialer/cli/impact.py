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
    asked = (
        f"{compared.attempts:,} attempts and {compared.denials:,} calls not placed on "
        f"{compared.persons:,} persons"
    )
    differing = len(compared.impacts) + len(compared.unplaced)
    if not differing:
        console.result(f"No difference: {asked} are decided alike by the law of {before} and of {after}.")
        return
    console.result(
        f"{differing:,} of {asked} are decided otherwise by the law of {after} than by that of {before}"
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
    _more(len(compared.impacts))
    for waits in compared.waiting[:SHOWN]:
        change = "waits, and would be allowed" if waits.frees else "waits, and would be forbidden by law"
        console.result(
            f"account {waits.debt} of {waits.person} {change}: {', '.join(waits.rules)} "
            f"(not called at {iso(waits.since)}, to be looked at again {iso(waits.retry_at) or 'never'})"
        )
    _more(len(compared.waiting))


def _more(found: int) -> None:
    if found > SHOWN:
        console.result(f"... and {found - SHOWN:,} more (--json has all)")


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
            "denials": compared.denials,
            "unplaced": [
                {
                    "lead": each.denial.lead,
                    "debt": each.denial.debt,
                    "person": each.person,
                    "number": each.denial.number,
                    "at": iso(each.denial.at.timestamp()),
                    "allowed_before": each.allowed_before,
                    "allowed_after": each.allowed_after,
                    "rules": list(each.rules),
                }
                for each in compared.unplaced
            ],
            "waiting": [
                {
                    "debt": each.debt,
                    "lead": each.lead,
                    "person": each.person,
                    "frees": each.frees,
                    "since": iso(each.since),
                    "retry_at": iso(each.retry_at) or None,
                    "rules": list(each.rules),
                }
                for each in compared.waiting
            ],
        }
    )
