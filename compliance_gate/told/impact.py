"""Which past calls another edition of the law decides otherwise.

Every call placed on a person's file is decided twice, with what was on file just before it: once by the law
of one day, once by the law of another. Policy of the house is left out; it is not law. `Editions` asks the
same of any contact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import GateDecision, Layer, Verdict
from compliance_gate.request import HistoryEntry, PersonFile, ProposedContact
from compliance_gate.words import CollectorType, EventKind, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One past call that the two editions decide differently, with the rules that make the difference."""

    person: str
    entry: HistoryEntry
    allowed_before: bool
    allowed_after: bool
    rules: tuple[str, ...]


class Editions:
    """A rulebook's law of two days, asked of any contact; the house's policy is left out."""

    def __init__(self, rulebook: Rulebook, before: date, after: date) -> None:
        self.old = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=before)
        self.new = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=after)


def rules_between(was: GateDecision, would: GateDecision) -> tuple[str, ...]:
    """Rules that deny by one of two editions only, sorted."""
    return tuple(sorted(_denying(was) ^ _denying(would)))


def law_impact(
    rulebook: Rulebook,
    files: Iterable[PersonFile],
    before: date,
    after: date,
    *,
    collector_type: CollectorType = CollectorType.THIRD_PARTY,
    profile: Profile = Profile.STRICT,
) -> Iterator[Impact]:
    """Past calls decided otherwise by the law of `after` than by that of `before`, in order of the files."""
    editions = Editions(rulebook, before, after)
    for file in files:
        for request, entry in _past_calls(file, collector_type, profile):
            was, would = (
                gate.evaluate(request, at=entry.at, with_retry=False) for gate in (editions.old, editions.new)
            )
            if was.is_allowed is not would.is_allowed:
                yield Impact(
                    person=file.person,
                    entry=entry,
                    allowed_before=was.is_allowed,
                    allowed_after=would.is_allowed,
                    rules=rules_between(was, would),
                )


def _past_calls(
    file: PersonFile, collector_type: CollectorType, profile: Profile
) -> Iterator[tuple[ContactRequest, HistoryEntry]]:
    for entry in sorted(file.history, key=lambda entry: (entry.at, entry.entry)):
        if entry.event is not EventKind.CALL_PLACED:
            continue
        # Only what had happened before: the call itself, and what came later, was not known.
        known = replace(file, history=tuple(e for e in file.history if e.at < entry.at))
        proposed = ProposedContact(
            number=entry.number,
            debts=entry.debts,
            tech=entry.tech,
            mode=entry.mode,
            collector_type=collector_type,
        )
        if entry.purpose is not None:
            proposed = replace(proposed, purpose=entry.purpose)
        yield ContactRequest(person=PreparedPerson(known), proposed=proposed, profile=profile), entry


def _denying(decision: GateDecision) -> set[str]:
    return {finding.rule for finding in decision.findings if finding.verdict is Verdict.DENIED}
