"""Which past calls, and which calls that were not placed, another edition of the law decides otherwise.

Every call placed on a person's file, and every one that was denied, is decided twice, with what was on file
just before it: once by the law of one day, once by the law of another. Policy of the house is left out; it is
not law.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import GateDecision, Layer, Verdict
from compliance_gate.request import HistoryEntry, PersonFile, ProposedContact
from compliance_gate.words import CollectorType, EventKind, Mode, Profile, Tech


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One past call that the two editions decide differently, with the rules that make the difference."""

    person: str
    entry: HistoryEntry
    allowed_before: bool
    allowed_after: bool
    rules: tuple[str, ...]


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
    old = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=before)
    new = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=after)
    for file in files:
        for request, entry in _past_calls(file, collector_type, profile):
            was = old.evaluate(request, at=entry.at, with_retry=False)
            would = new.evaluate(request, at=entry.at, with_retry=False)
            if was.is_allowed is not would.is_allowed:
                yield Impact(
                    person=file.person,
                    entry=entry,
                    allowed_before=was.is_allowed,
                    allowed_after=would.is_allowed,
                    rules=tuple(sorted(_denying(was) ^ _denying(would))),
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDenial:
    """A call that was not placed, as it had been proposed. `lead`: the account's turn."""

    lead: str
    at: datetime
    number: str
    debt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialImpact:
    """A denial, and what the law of two days says of that call; `rules`: what makes the difference."""

    person: str
    denial: PastDenial
    allowed_before: bool
    allowed_after: bool
    rules: tuple[str, ...]


class DenialsAgain:
    """Decides past denials by the law of two days."""

    def __init__(
        self,
        rulebook: Rulebook,
        before: date,
        after: date,
        *,
        collector_type: CollectorType = CollectorType.THIRD_PARTY,
        profile: Profile = Profile.STRICT,
    ) -> None:
        self._old = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=before)
        self._new = ComplianceGate(rulebook, layers=(Layer.LAW,), law_of=after)
        self._collector_type = collector_type
        self._profile = profile

    def decide(self, file: PersonFile, denials: Iterable[PastDenial]) -> Iterator[DenialImpact]:
        """Those that the two editions decide differently, in the order given."""
        for denial in denials:
            known = replace(
                file,
                history=tuple(entry for entry in file.history if entry.at < denial.at),
                line_history=tuple(entry for entry in file.line_history if entry.at < denial.at),
            )
            proposed = ProposedContact(
                number=denial.number,
                debts=(denial.debt,),
                tech=Tech.PREDICTIVE_LIVE,
                mode=Mode.PREDICTIVE,
                collector_type=self._collector_type,
            )
            request = ContactRequest(person=PreparedPerson(known), proposed=proposed, profile=self._profile)
            was = self._old.evaluate(request, at=denial.at, with_retry=False)
            would = self._new.evaluate(request, at=denial.at, with_retry=False)
            if was.is_allowed is not would.is_allowed:
                yield DenialImpact(
                    person=file.person,
                    denial=denial,
                    allowed_before=was.is_allowed,
                    allowed_after=would.is_allowed,
                    rules=tuple(sorted(_denying(was) ^ _denying(would))),
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
