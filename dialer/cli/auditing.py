"""`fairdial audit`, told: the attempts that should not have been placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.results.exports import iso

if TYPE_CHECKING:
    from dialer.inquiry.audit import Audited

SHOWN = 20


def tell(audited: Audited) -> None:
    """For a person."""
    console.result(
        f"{audited.attempts:,} attempts on {audited.persons:,} persons judged again, apart from the gate: "
        f"{len(audited.unlawful):,} should not have been placed"
    )
    for each in audited.unlawful[:SHOWN]:
        attempt = each.attempt
        console.result(f"{attempt.attempt} to {attempt.person} at {iso(attempt.launched_at)}")
        for reason in each.reasons:
            console.result(f"    {reason.rule}: {reason.found} [{reason.citation}]")
    if len(audited.unlawful) > SHOWN:
        console.result(f"... and {len(audited.unlawful) - SHOWN:,} more (--json has all)")


def tell_program(audited: Audited) -> None:
    """For a program."""
    console.result_json(
        {
            "attempts": audited.attempts,
            "persons": audited.persons,
            "unlawful": [
                {
                    "attempt": each.attempt.attempt,
                    "person": each.attempt.person,
                    "launched_at": iso(each.attempt.launched_at),
                    "reasons": [
                        {"rule": reason.rule, "citation": reason.citation, "found": reason.found}
                        for reason in each.reasons
                    ],
                }
                for each in audited.unlawful
            ],
        }
    )
