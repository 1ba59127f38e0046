"""Rules of single places of the register: what is left open, and under whose word and licences they stand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from compliance_gate.book.holdings import Holdings
from compliance_gate.book.reader import LawError
from compliance_gate.book.register import Register
from compliance_gate.book.register.signatures import Signature, Subject
from compliance_gate.book.rule_scope import read_scope
from compliance_gate.call_handling import CallRecording
from compliance_gate.findings import Layer, Verdict
from compliance_gate.rules.base import Header, Rule
from compliance_gate.rules.call_recording import CallRecordingRule
from compliance_gate.rules.licence import Demand, LicenceRule
from compliance_gate.rules.placed import PlacedRule
from compliance_gate.words import Checked

LICENCES = "licences"
RECORDING = "call-recording"
PLACED_PACKS = (LICENCES, RECORDING)
"""Packs that bind by the names of places; a rulebook that has one has a rule for every place."""

_UNKNOWN = "Register of jurisdictions: what is not known is tried with every value it may have"
NOT_LOOKED_FOR = "(not looked for)"
"""The path of a rule that no file has: it says that a place was left open."""
NOT_KNOWN = "?"
"""The place of a collector whose place is not known."""


def left_open(pack: str, rules: Iterable[Rule], register: Register) -> tuple[PlacedRule, ...]:
    """A rule for each place of which the pack says nothing: nobody looked, and that denies."""
    told = {rule.place for rule in rules if isinstance(rule, PlacedRule)}
    left = tuple(
        _open(pack, entry.name)
        for entry in register.entries
        if not entry.cities and not {entry.name, entry.country} & told
    )
    return left if pack == LICENCES else (*left, _where_nobody_knows())


def _where_nobody_knows() -> CallRecordingRule:
    """Of collectors whose place is not known: as in the strictest place there is."""
    what = "Where agents and recorders are is not known: everybody's consent is asked"
    header = replace(_header(RECORDING, "recorder-place-unknown", "", what), citation=_UNKNOWN)
    return CallRecordingRule(header, place=NOT_KNOWN, may=CallRecording.AFTER_CONSENT)


def _open(pack: str, place: str) -> PlacedRule:
    if pack == LICENCES:
        what = f"Whether a licence is demanded at {place} was not looked for"
        header = _header(pack, place, "licence", what)
        return LicenceRule(header, place=place, demands=Demand.NOT_LOOKED_FOR)
    what = f"How a call may be recorded at {place} was not looked for: everybody's consent is asked"
    header = _header(pack, place, "call_recording", what)
    return CallRecordingRule(header, place=place, may=CallRecording.AFTER_CONSENT)


def _header(pack: str, place: str, kind: str, what: str) -> Header:
    return Header(
        rule=f"{place.lower()}-{kind.removeprefix('call_')}" if kind else place,
        kind=kind or "call_recording",
        what=what,
        unit="not looked for",
        citation="Register of jurisdictions: what nobody looked for is not known to be lawful",
        checked=Checked.MEMORY,
        checked_on=date(2026, 11, 30),
        verdict=Verdict.DENIED,
        layer=Layer.LAW,
        pack=pack,
        path=NOT_LOOKED_FOR,
        effective_from=date(1900, 1, 1),
        effective_to=None,
        scope=read_scope(None, kind=kind or "call_recording"),
    )


def stood(rules: Iterable[Rule], signatures: Iterable[Signature], holdings: Holdings) -> tuple[Rule, ...]:
    """The rules of a pack, those of places under these signatures and for these collectors."""
    given = {(each.place, each.subject): each for each in signatures}
    return tuple(
        rule.standing(given.get((rule.place, rule.subject)) if rule.may_be_signed else None, holdings)
        if isinstance(rule, PlacedRule)
        else rule
        for rule in rules
    )


def check_signed(rules: Iterable[PlacedRule], signatures: Iterable[Signature]) -> None:
    """Refuse a signature that would change nothing.

    Raises:
        LawError: there is one.
    """
    open_to = {(rule.place, rule.subject) for rule in rules if rule.may_be_signed}
    for each in signatures:
        if each.subject is not Subject.LAW and (each.place, each.subject) not in open_to:
            raise LawError(
                f"signatures: {each.place} ({each.subject.value}): nothing there is left for anybody to sign"
            )
