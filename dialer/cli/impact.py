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
    for note in compared.notes:
        console.say(note)
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
        console.result(f"{each.id} to {each.person} at {iso(each.at)} {change}: {', '.join(each.rules)}")
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
