"""`fairdial law register`: what is covered where, how it was checked and when.

Two levels: the jurisdiction in the register's own words, and each of its rules as the rulebook holds it. Law
that is known and not loaded is a line of its own, `absent`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance_gate.book.register import Status
from dialer.cli import console
from dialer.floor.law import rulebook_for_calls

if TYPE_CHECKING:
    from compliance_gate.book.register import Entry
    from compliance_gate.book.rulebook import Rulebook
    from compliance_gate.rules.base import Rule

HOW_CHECKED = {
    "primary": "the law's own text was read",
    "secondary": "known from a secondary source",
    "memory": "not verified",
    "policy": "policy, not law",
}
_NAMES_IN_HINT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A jurisdiction of the register with the rules of its packs, every edition, by name."""

    entry: Entry
    rules: tuple[Rule, ...]

    @property
    def extent(self) -> str:
        """`complete`, `partial` or `absent`: the word the register begins with."""
        return self.entry.extent.split(":", 1)[0].split(";", 1)[0].strip()

    @property
    def means(self) -> str:
        """What the extent is of, in the register's words; empty where it says no more."""
        return self.entry.extent.removeprefix(self.extent).lstrip(":; ")


def covered(book: Rulebook, place: str | None) -> tuple[Covered, ...]:
    """The register, or one jurisdiction of it.

    Raises:
        UserError: there is no jurisdiction of this name.
    """
    entries = book.register.entries
    if place is not None:
        entry = book.register.entry(place)
        if entry is None:
            near = [each.name for each in entries if each.name.startswith(place[:2].upper())]
            raise console.UserError(
                f"the register has no {place!r}, so the gate denies there",
                mend=f"there are: {', '.join(near[:_NAMES_IN_HINT])}, ..." if near else "see the whole list.",
            )
        entries = (entry,)
    return tuple(
        Covered(entry=entry, rules=tuple(rule for pack in entry.packs for rule in book.packs[pack].rules))
        for entry in entries
    )


def show_register(place: str | None, *, json: bool) -> None:
    """The register for a program, as one line per jurisdiction, or one jurisdiction rule by rule."""
    book = rulebook_for_calls()
    found = covered(book, place)
    if json:
        console.result_json({"rulebook": book.hash, "jurisdictions": [_as_json(each) for each in found]})
    elif place is not None:
        _tell_one(found[0])
    else:
        _tell_all(found)
    console.say("It is no legal advice and not complete: counsel decides.")


def _tell_all(found: tuple[Covered, ...]) -> None:
    table = console.table(
        "place", "extent", "gate", "what", "rules", "how checked", "when", numbers=("rules",)
    )
    for each in found:
        entry = each.entry
        what = each.means + (f"; not loaded: {entry.missing}" if entry.missing else "")
        checked = f"{entry.checked}; rules: {_checks(each)}" if each.rules else entry.checked
        table.add_row(
            entry.name,
            each.extent,
            _gate(entry),
            what,
            str(len(each.rules)),
            checked,
            entry.checked_on.isoformat(),
        )
    console.out.print(table)
    states = Counter(each.entry.status for each in found)
    told = ", ".join(f"{states[status]} {status.value.replace('_', ' ')}" for status in Status)
    console.say(f"{len(found)} jurisdictions: {told}. A place that is not listed denies.")
    unsigned = sum(each.entry.needs_signature for each in found)
    if unsigned:
        console.say(
            f"{unsigned} are unsigned and deny: whoever answers for federal law alone signs with "
            "`fairdial law register sign`."
        )


def _tell_one(each: Covered) -> None:
    entry = each.entry
    lines = [
        ("extent", each.entry.extent),
        ("status", _gate(entry)),
        ("packs", ", ".join(entry.packs)),
        ("checked", f"{HOW_CHECKED.get(entry.checked, entry.checked)}, {entry.checked_on.isoformat()}"),
    ]
    if entry.signed_by is not None and entry.dated is not None:
        lines.append(("signed", f"{entry.signed_by}, {entry.dated.isoformat()}"))
    console.heading(entry.name)
    for name, value in lines:
        console.result(f"  {name:10} {value}")
    for rule in each.rules:
        header = rule.header
        until = f" to {header.effective_to.isoformat()}" if header.effective_to else ""
        console.result("")
        console.result(f"  loaded   {header.rule}, from {header.effective_from.isoformat()}{until}")
        console.result(f"           {header.what}")
        console.result(f"           {header.citation}")
        how = HOW_CHECKED[header.checked.value]
        console.result(f"           checked: {how}, {header.checked_on.isoformat()}")
    if entry.missing:
        console.result("")
        console.result(f"  absent   {entry.missing}")


def _gate(entry: Entry) -> str:
    """What the gate does there, in words."""
    word = entry.status.value.replace("_", " ")
    if entry.needs_signature:
        return f"{word}, unsigned: denies"
    return word if entry.signed_by is None else f"{word}, signed"


def _checks(each: Covered) -> str:
    counts = Counter(rule.header.checked.value for rule in each.rules)
    return ", ".join(f"{counts[word]} {word}" for word in HOW_CHECKED if counts[word])


def _as_json(each: Covered) -> dict[str, object]:
    entry = each.entry
    return {
        "name": entry.name,
        "country": entry.country,
        "region": entry.region,
        "cities": list(entry.cities),
        "status": entry.status.value,
        "extent": each.extent,
        "extent_of": each.means,
        "missing": entry.missing,
        "checked": entry.checked,
        "checked_on": entry.checked_on.isoformat(),
        "signed_by": entry.signed_by,
        "dated": entry.dated.isoformat() if entry.dated else None,
        "packs": list(entry.packs),
        "rules": [_rule_json(rule) for rule in each.rules],
    }


def _rule_json(rule: Rule) -> dict[str, object]:
    header = rule.header
    return {
        "rule": header.rule,
        "pack": header.pack,
        "stands": "loaded",
        "citation": header.citation,
        "checked": header.checked.value,
        "checked_on": header.checked_on.isoformat(),
        "effective_from": header.effective_from.isoformat(),
        "effective_to": header.effective_to.isoformat() if header.effective_to else None,
        "expected": header.expected,
    }
