"""`fairdial law register`, told: what is covered where, how it was checked and when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.coverage import Coverage, Covered, LawRead, ParagraphRead


def tell_all(found: Coverage) -> None:
    """A line for each jurisdiction, and what it comes to."""
    from dialer.inquiry.coverage import STATUSES

    table = console.table(
        "place", "extent", "gate", "what", "rules", "how checked", "when", numbers=("rules",)
    )
    for each in found.places:
        checks = ", ".join(f"{count} {word}" for word, count in each.checks.items())
        table.add_row(
            each.name,
            each.extent,
            _gate(each),
            each.means + (f"; not loaded: {each.missing}" if each.missing else ""),
            str(len(each.rules)),
            f"{each.checked}; rules: {checks}" if each.rules else each.checked,
            each.checked_on.isoformat(),
        )
    console.out.print(table)
    states = Counter(each.status for each in found.places)
    for line in _how_well(found):
        console.say(line)
    words = ", ".join(f"{states[status]} {status.replace('_', ' ')}" for status in STATUSES)
    console.say(f"{len(found.places)} jurisdictions: {words}. A place that is not listed denies.")
    unsigned = sum(each.needs_signature for each in found.places)
    if unsigned:
        console.say(
            f"{unsigned} are unsigned and deny: whoever answers for what is loaded there signs with "
            "`fairdial law register sign`."
        )


def _how_well(found: Coverage) -> tuple[str, ...]:
    """How many values were read in the law's own text, and whether those that let a contact go were."""
    of = found.primacy
    told = [
        f"{of.primary} of {of.values} values of law were read in the law's own text.",
        f"{of.letting_go} let a contact go as signed now: {of.letting_go_primary} of them primary "
        f"({of.primary_per_letting_go:.0%}), {len(of.signed)} answered for by name, "
        f"{len(of.unanswered)} neither. Were every place signed, {of.at_most}: {of.at_most_primary} primary.",
    ]
    if of.unanswered:
        told.append(f"Neither read nor answered for: {', '.join(of.unanswered)}.")
    return tuple(told)


def tell_one(each: Covered) -> None:
    """One jurisdiction, rule by rule."""
    from dialer.inquiry.coverage import HOW_CHECKED

    lines = [
        ("extent", each.stands),
        ("status", _gate(each)),
        ("packs", ", ".join(each.packs)),
        ("checked", f"{HOW_CHECKED.get(each.checked, each.checked)}, {each.checked_on.isoformat()}"),
    ]
    if each.signed_by is not None and each.dated is not None:
        lines.append(("signed", f"{each.signed_by}, {each.dated.isoformat()}"))
    console.heading(each.name)
    for name, value in lines:
        console.result(f"  {name:10} {value}")
    for reading in each.read:
        _tell_reading(reading)
    for rule in each.rules:
        until = f" to {rule.effective_to.isoformat()}" if rule.effective_to else ""
        console.result("")
        console.result(f"  loaded   {rule.rule}, from {rule.effective_from.isoformat()}{until}")
        console.result(f"           {rule.what}")
        console.result(f"           {rule.citation}")
        console.result(f"           checked: {HOW_CHECKED[rule.checked]}, {rule.checked_on.isoformat()}")
    if each.missing:
        console.result("")
        console.result(f"  absent   {each.missing}")


def _tell_reading(reading: LawRead) -> None:
    """Every paragraph that was looked at, loaded or not and why; and what nobody looked for."""
    console.result("")
    console.result(f"  read     {reading.law}")
    where = f"; {reading.source}" if reading.source else ""
    console.result(f"           {reading.read_on.isoformat()}{where}")
    for each in reading.paragraphs:
        console.result(f"    {each.cite}, on {each.subject.value.replace('_', ' ')}: {_how(each)}")
        if each.says:
            console.result(f"      {each.says}")
        if each.loaded:
            console.result(f"      loaded: {', '.join(each.loaded)}")
        elif each.why:
            console.result(f"      not loaded: {each.why}")


def _how(each: ParagraphRead) -> str:
    from dialer.inquiry.coverage import HOW_READ

    return HOW_READ[each.read]


def _gate(each: Covered) -> str:
    """What the gate does there, in words."""
    word = each.status.replace("_", " ")
    if each.needs_signature:
        return f"{word}, unsigned: denies"
    return word if each.signed_by is None else f"{word}, signed"
