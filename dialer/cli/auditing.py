"""`fairdial audit`, told: the attempts that should not have been placed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.results.exports import iso

if TYPE_CHECKING:
    from dialer.inquiry.audit import Audited

SHOWN = 20


def tell(audited: Audited) -> None:
    """For a person."""
    part = "PARTIAL, of an interrupted shift: " if audited.is_partial else ""
    console.result(
        f"{part}{audited.attempts:,} attempts on {audited.persons:,} persons judged again, apart from the "
        f"gate: {len(audited.unlawful):,} should not have been placed"
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
            "partial": audited.is_partial,
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


def is_of_a_person(folder: str) -> bool:
    """Whether it is the folder of one person."""
    from dialer.inquiry.folder_again import is_person_folder

    return is_person_folder(Path(folder))


def recomputed(folder: str, *, json: bool) -> bool:
    """Decide a person's folder again and tell what came of it; whether everything is as it was."""
    from dialer.inquiry.folder_again import recompute

    found = recompute(Path(folder))
    if json:
        console.result_json(found.as_json())
        return found.is_sound
    console.result(f"{found.same} of {found.decisions} decisions about {found.person} come out as they were")
    if found.received:
        console.result(f"{found.received} calls received: no rule on calls is asked of them")
    for file in found.damaged:
        console.result(f"    {file}")
    for each in found.differing:
        console.result(f"{each.id} at {iso(each.at)} comes out otherwise: {'; '.join(each.why)}")
    for name, why in found.not_asked:
        console.result(f"{name} could not be asked again: {why}")
    for judged in found.unlawful:
        console.result(f"{judged.id} at {iso(judged.at)} should not have been placed")
        for reason in judged.reasons:
            console.result(f"    {reason.rule}: {reason.found} [{reason.citation}]")
    rules = dict(found.read_once)
    for place, calls in found.not_judged:
        console.result(f"not judged by the second reading: the law of {place} itself, of {calls} calls")
        asked = ", ".join(rules[place]) or "none: no rule of this place was asked"
        console.result(f"    asked again by the first reading alone: {asked}")
    return found.is_sound
