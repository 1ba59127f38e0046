"""How much of the law was read in its own text, and whether what lets a contact go was.

A value *lets go* if some contact passes on its word: it measures (hours, a number, days), or makes an
exception (`Rule.lets_go`). Such a value must have been read in the law's own text; or a named person answers
for it; or it takes no effect: the place that has it denies, or the rule holds as strictly as there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance_gate.book.register import SIGNED_FOR, Entry, Status
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.standing import NOT_LOOKED_FOR
from compliance_gate.findings import Layer
from compliance_gate.rules.base import Rule
from compliance_gate.rules.placed import PlacedRule
from compliance_gate.words import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Primacy:
    """Counts of values of law, and names of those that need an answer; an edition is a value of its own.

    Attributes:
        values, primary: all that are loaded, and those read in the law's own text.
        letting_go, letting_go_primary: those that let some contact go as the rulebook stands, and how many of
            them are primary.
        signed: that let go because a named person answers for them.
        unanswered: that let go though nobody read them or answers for them. There must be none.
        at_most, at_most_primary: what would let go if somebody answered for every place, and how many of it
            are primary.
    """

    values: int
    primary: int
    letting_go: int
    letting_go_primary: int
    signed: tuple[str, ...]
    unanswered: tuple[str, ...]
    at_most: int
    at_most_primary: int

    @property
    def primary_per_letting_go(self) -> float:
        """Share of what lets go that was read in the law's own text, 0-1."""
        return self.letting_go_primary / self.letting_go if self.letting_go else 1.0


def primacy(book: Rulebook) -> Primacy:
    """Count the packaged law of a rulebook under its signatures."""
    rules = [rule for rule in book.rules() if _is_value(rule)]
    loose = [rule for rule in rules if rule.lets_go]
    read = [rule for rule in loose if _is_primary(rule) and _stands(rule, book.register.entries)]
    open_ = [rule for rule in loose if not _is_primary(rule)]
    signed = [rule for rule in open_ if _is_signed(rule, book.register.entries)]
    unanswered = [
        rule
        for rule in open_
        if not isinstance(rule, PlacedRule) and _is_covered(rule, book.register.entries)
    ]
    letting_go = {*read, *signed, *unanswered}
    return Primacy(
        values=len(rules),
        primary=sum(_is_primary(rule) for rule in rules),
        letting_go=len(letting_go),
        letting_go_primary=len(read),
        signed=_names(signed),
        unanswered=_names(unanswered),
        at_most=len(loose),
        at_most_primary=sum(_is_primary(rule) for rule in loose),
    )


def _is_value(rule: Rule) -> bool:
    return rule.header.layer is Layer.LAW and rule.header.path != NOT_LOOKED_FOR


def _is_primary(rule: Rule) -> bool:
    return rule.header.checked is Checked.PRIMARY


def _stands(rule: Rule, entries: Iterable[Entry]) -> bool:
    """Whether it has any effect: at a place that lets contacts go, or as a rule of a single place."""
    kept = tuple(entries)
    return isinstance(rule, PlacedRule) or _is_covered(rule, kept) or _is_signed(rule, kept)


def _is_covered(rule: Rule, entries: Iterable[Entry]) -> bool:
    pack = rule.header.pack
    return any(pack in entry.packs and entry.status is Status.COVERED for entry in entries)


def _is_signed(rule: Rule, entries: Iterable[Entry]) -> bool:
    if isinstance(rule, PlacedRule):
        return rule.signature is not None
    pack = rule.header.pack
    return any(
        pack in entry.packs and entry.status in SIGNED_FOR and entry.signed_by is not None
        for entry in entries
    )


def _names(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(sorted({rule.header.rule for rule in rules}))
