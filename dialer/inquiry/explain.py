"""Why a call was placed, or whether a person could be called: every rule asked, and when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import PersonFile, ProposedContact
from compliance_gate.words import Mode, Purpose, Tech
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import silent_within_s
from dialer.domain.record import instant
from dialer.inquiry import stored
from dialer.inquiry.errors import NothingToAskError, NotThereError
from dialer.results.counting import counted_of, wrong_numbers
from dialer.results.report_view import story_of
from dialer.storage import queries
from dialer.storage.store import Store

_MOST_HINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsked:
    """One rule that was asked, and what it said.

    Args:
        what: the rule in words; None = the law in force does not know it any more.
        verdict: `cleared`, `denied` or `warned`.
        layer: whose rule it is: the law's, the client's, the house's.
        facts: what it went by, by name.
    """

    rule: str
    what: str | None
    verdict: str
    layer: str
    citation: str
    facts: tuple[tuple[str, str], ...]

    @property
    def denies(self) -> bool:
        """Whether this rule keeps the person from being called."""
        return self.verdict == Verdict.DENIED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One contact that was, or would be, decided.

    Args:
        about: what it was, line by line.
        next_says: from when the person may be called, in words; next_at: in POSIX seconds, None = not by
            waiting.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    rules: tuple[RuleAsked, ...]
    next_says: str
    next_at: float | None

    @property
    def is_allowed(self) -> bool:
        """No rule denies."""
        return not any(rule.denies for rule in self.rules)


def explain_attempt(store: Store, name: str) -> tuple[Asked, ...]:
    """The decision on which an attempt was placed, what came of it, and when the person may be called next.

    Raises:
        NotThereError: there is no such attempt.
    """
    record = queries.attempt(store.database, name)
    if record is None:
        some = stored.some_attempts(store, _MOST_HINTS)
        there = f"attempts here look like {', '.join(some)}." if some else "there is no attempt in it yet."
        raise NotThereError(f"no attempt is called {name!r}", where="this store", mend=there)
    findings = queries.findings_of(store.database, name)
    learned = wrong_numbers(stored.attempts_of(store, record.person))
    counted = counted_of(record, learned)
    after = record.wrapped_at or record.ended_at or record.launched_at
    book = stored.rulebook_of(store)
    says, at = _next(store, record.person, at=after, book=book)
    about = (
        ("attempt", record.attempt),
        ("person", record.person),
        ("number", record.number),
        ("campaign", record.campaign),
        ("debts", ", ".join(record.debts)),
        ("launched", _times(record.launched_at, record.zones)),
        ("what happened", story_of(record)),
        ("counts", f"{counted.word.replace('_', ' ')}: {counted.why}"),
        ("rulebook", record.rulebook),
    )
    asked = Asked(
        title=f"Attempt {record.attempt} was placed because every rule cleared it",
        about=about,
        rules=_told(findings, book),
        next_says=says,
        next_at=at,
    )
    return (asked,)


def explain_person(store: Store, person: str, *, at: float) -> tuple[Asked, ...]:
    """Whether a person could be called at `at` (POSIX seconds), on each of their numbers.

    Raises:
        NotThereError: nobody knows the person.
        NothingToAskError: no number or no debt of theirs is on file.
    """
    file = stored.person_file(store, person, at=at)
    if file is None:
        raise NotThereError(
            f"no person is called {person!r}",
            where="this store",
            mend="ids of persons are in the second column of `fairdial export attempts`.",
        )
    book = stored.rulebook_of(store)
    gate = ComplianceGate(book)
    settings = _settings(store)
    asked = tuple(
        _ask(gate, file, number.number, debt.debt, settings, at=at)
        for debt in file.debts
        for number in file.numbers
    )
    if not asked:
        raise NothingToAskError(
            f"person {person!r} has no number or no debt on file", mend="there is nothing to ask the gate."
        )
    return asked


def _ask(
    gate: ComplianceGate,
    file: PersonFile,
    number: str,
    debt: str,
    settings: CampaignSettings | None,
    *,
    at: float,
) -> Asked:
    prepared = PreparedPerson(file)
    decision = gate.evaluate(_request(prepared, number, debt, settings), at=instant(at))
    zones = tuple(sorted(zone.name for zone in prepared.zone_set(int(at)).zones))
    verdict = "may be called" if decision.is_allowed else "may not be called"
    retry = None if decision.retry_at is None else decision.retry_at.timestamp()
    about = (
        ("person", file.person),
        ("number", number),
        ("debt", debt),
        ("at", _times(at, zones)),
        ("rulebook", decision.rulebook),
    )
    says = "now" if decision.is_allowed else _next_words(retry, zones)
    return Asked(
        title=f"{file.person} {verdict} on {number} about {debt}",
        about=about,
        rules=_told(decision.findings, gate.rulebook),
        next_says=says,
        next_at=at if decision.is_allowed else retry,
    )


def _request(
    prepared: PreparedPerson, number: str, debt: str, settings: CampaignSettings | None
) -> ContactRequest:
    """The question the engine would ask."""
    return ContactRequest(
        person=prepared,
        proposed=ProposedContact(
            number=number,
            debts=(debt,),
            purpose=Purpose.COLLECTION if settings is None else settings.purpose,
            tech=Tech.PREDICTIVE_LIVE,
            mode=Mode.PREDICTIVE,
            client=None if settings is None else settings.client,
            campaign=None if settings is None else settings.campaign,
        ),
        max_ring_s=0.0 if settings is None else silent_within_s(settings.ring_s),
    )


def _settings(store: Store, campaign: str | None = None) -> CampaignSettings | None:
    found = stored.campaign_settings(store)
    if campaign is not None and campaign in found:
        return found[campaign]
    return next(iter(found.values()), None)


def _next(store: Store, person: str, *, at: float, book: Rulebook) -> tuple[str, float | None]:
    """When the person may be called next about any debt on any number, seen from `at`."""
    file = stored.person_file(store, person, at=at)
    if file is None or not file.debts or not file.numbers:
        return "not known: the person is not on file", None
    gate, settings = ComplianceGate(book), _settings(store)
    asked = [
        _ask(gate, file, number.number, debt.debt, settings, at=at)
        for debt in file.debts
        for number in file.numbers
    ]
    possible = [each for each in asked if each.next_at is not None]
    if not possible:
        return "not by waiting", None
    first = min(possible, key=lambda each: each.next_at or 0.0)
    return (
        f"{first.next_says}, seen from the end of this attempt ({first.title.split(' on ', 1)[1]})",
        first.next_at,
    )


def _next_words(at: float | None, zones: tuple[str, ...]) -> str:
    return "not by waiting: a fact or the law would have to change" if at is None else _times(at, zones)


def _times(at: float, zones: tuple[str, ...]) -> str:
    """UTC, and the wall clock in every zone considered."""
    moment = datetime.fromtimestamp(at, UTC)
    local = [f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S} {zone}" for zone in zones]
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" + (f" ({'; '.join(local)})" if local else "")


def _told(findings: tuple[Finding, ...], book: Rulebook) -> tuple[RuleAsked, ...]:
    return tuple(_rule_asked(finding, book) for finding in findings)


def _rule_asked(finding: Finding, book: Rulebook) -> RuleAsked:
    rule = book.rule(finding.rule)
    return RuleAsked(
        rule=finding.rule,
        what=None if rule is None else rule.header.what,
        verdict=finding.verdict.value,
        layer=finding.layer.value,
        citation=finding.citation,
        facts=tuple(finding.facts),
    )
