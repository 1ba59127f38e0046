"""What a decision says for rules that were not put the question is what they would have said.

A plan knows each rule's answer for a person with nothing on file that concerns it; a rule that needs more on
file than it says would give a stale answer there.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from math import ceil, floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance_gate.asking.gate import ComplianceGate, ask
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.asking.plan import asking
from compliance_gate.asking.question import Question
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import Finding
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.words import (
    ConsentScope,
    DebtType,
    EventKind,
    GivenTo,
    HoldKind,
    Mode,
    NumberKind,
    Outcome,
    PersonRole,
    Place,
    Profile,
    RequestKind,
    Tech,
)

RULEBOOK = standard_rulebook()
GATE = ComplianceGate(RULEBOOK)
PACKS = tuple(sorted(RULEBOOK.packs))
NOW = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
RULES = {rule.header.rule: rule for rule in RULEBOOK.in_force(NOW.date())}
NUMBER, OTHER = "+12125550123", "+12125550199"
DAYS_BACK = st.sampled_from((0.01, 0.5, 1.2, 2.5, 6.4, 7.6, 9.9, 12.0, 29.0, 32.0, 36.0, 80.0))
EVENTS = st.sampled_from([EventKind.CALL_PLACED] * 6 + list(EventKind))
OUTCOMES = st.sampled_from([*Outcome, None])


@st.composite
def files(draw: st.DrawFn) -> PersonFile:
    """A person with little on file: none, one or a few of each kind of record, old and new."""
    entries = tuple(
        HistoryEntry(
            entry=f"e{index}",
            at=NOW - timedelta(days=draw(DAYS_BACK)),
            event=draw(EVENTS),
            outcome=draw(OUTCOMES),
            debts=draw(st.sampled_from((("D1",), ("D2",), None))),
            number=draw(st.sampled_from((NUMBER, None))),
            person=draw(st.sampled_from((None, None, PersonRole.SPOUSE))),
            tech=draw(st.sampled_from((None, None, Tech.PRERECORDED_VOICE))),
        )
        for index in range(draw(st.integers(0, 3)))
    )
    on_the_line = tuple(
        HistoryEntry(
            entry=f"l{index}",
            at=NOW - timedelta(days=draw(DAYS_BACK)),
            event=draw(EVENTS),
            outcome=draw(OUTCOMES),
            number=draw(st.sampled_from((NUMBER, NUMBER, OTHER))),
            tech=draw(st.sampled_from((None, None, Tech.PRERECORDED_VOICE))),
        )
        for index in range(draw(st.sampled_from((0, 0, 1, 3))))
    )
    asked = tuple(
        PersonRequest(at=NOW - timedelta(days=draw(DAYS_BACK)), type=draw(st.sampled_from(RequestKind)))
        for _ in range(draw(st.sampled_from((0, 0, 1))))
    )
    holds = tuple(
        Hold(kind=draw(st.sampled_from(HoldKind)), since=NOW - timedelta(days=draw(DAYS_BACK)))
        for _ in range(draw(st.sampled_from((0, 0, 1))))
    )
    consents = tuple(
        Consent(
            at=NOW - timedelta(days=draw(DAYS_BACK)),
            scope=draw(st.sampled_from(ConsentScope)),
            given_to=GivenTo.COLLECTOR,
        )
        for _ in range(draw(st.integers(0, 1)))
    )
    return PersonFile(
        person="P1",
        role=draw(st.sampled_from((PersonRole.CONSUMER, PersonRole.CONSUMER, PersonRole.SPOUSE))),
        addresses=(Address(country="US", region="NY", zones=draw(st.sampled_from((_ZONE, frozenset())))),),
        numbers=(
            NumberOnFile(
                number=NUMBER,
                kind=draw(st.sampled_from((NumberKind.MOBILE, NumberKind.UNKNOWN))),
                place=draw(st.sampled_from((None, Place.HOME, Place.WORK))),
                zones=frozenset(),
            ),
        ),
        debts=(Debt(debt="D1", type=DebtType.CREDIT_CARD), Debt(debt="D2", type=DebtType.STUDENT_LOAN)),
        history=entries,
        requests=asked,
        holds=holds,
        consents=consents,
        line_history=on_the_line,
    )


_ZONE = frozenset({"America/New_York"})


def asked_anew(request: ContactRequest, findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings of a decision, each by asking the rule itself."""
    second = NOW.timestamp()
    question = Question(
        request.person,
        request.proposed,
        request.profile,
        at=floor(second),
        until=ceil(second + request.max_ring_s),
    )
    return [
        finding
        if finding.rule.startswith("gate-")
        else RULES[finding.rule].finding(ask(RULES[finding.rule], question))
        for finding in findings
    ]


@given(
    files(),
    st.sampled_from((None, Mode.PREDICTIVE, Mode.PREVIEW_AGENT_GUARANTEED)),
    st.sampled_from((Tech.PREDICTIVE_LIVE, Tech.PRERECORDED_VOICE)),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_finding_is_the_rules_own(file: PersonFile, mode: Mode | None, tech: Tech) -> None:
    """Under every pack at once, each finding is what its rule answers when it is asked."""
    proposed = ProposedContact(number=NUMBER, debts=("D1",), mode=mode, tech=tech)
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed, max_ring_s=25.0, packs=PACKS)

    findings = GATE.evaluate(request, at=NOW, with_retry=False).findings

    assert list(findings) == asked_anew(request, findings)


AGES_DAYS = (0.01, 0.6, 1.5, 2.5, 3.5, 5.5, 6.6, 7.5, 8.5, 9.9, 13.0, 20.0, 28.0, 31.5, 34.5, 40.0, 62.0)
HAPPENED = [
    *((kind, out) for kind in (EventKind.CALL_PLACED, EventKind.CALL_RECEIVED) for out in (None, *Outcome)),
    *((kind, None) for kind in EventKind),
]


def happened(kind: EventKind, outcome: Outcome | None, *, days_ago: float) -> HistoryEntry:
    """One thing that happened, about the debt, on the number."""
    at = NOW - timedelta(days=days_ago)
    return HistoryEntry(entry="e", at=at, event=kind, outcome=outcome, debts=("D1",), number=NUMBER)


def person_with(*entries: HistoryEntry) -> PersonFile:
    """A person of whom nothing else is known but a mobile, two debts and a zone."""
    return PersonFile(
        person="P1",
        addresses=(Address(country="US", region="NY", zones=_ZONE),),
        numbers=(NumberOnFile(number=NUMBER, kind=NumberKind.MOBILE, zones=frozenset()),),
        debts=(Debt(debt="D1", type=DebtType.CREDIT_CARD), Debt(debt="D2", type=DebtType.STUDENT_LOAN)),
        history=entries,
    )


@pytest.mark.parametrize("days_ago", AGES_DAYS)
def test_a_rule_that_no_event_concerns_answers_as_without_any(days_ago: float) -> None:
    """One event of every kind and age: a rule that does not count itself concerned answers `quiet`."""
    proposed = ProposedContact(number=NUMBER, debts=("D1",))
    rules = asking(tuple(RULES.values()), proposed)
    second = floor(NOW.timestamp())
    for (kind, outcome), on_the_line in product(HAPPENED, (False, True)):
        entry = happened(kind, outcome, days_ago=days_ago)
        file = replace(person_with(), line_history=(entry,)) if on_the_line else person_with(entry)
        person = PreparedPerson(file)
        question = Question(person, proposed, Profile.STRICT, at=second, until=second)
        concerned = {place for place, _ in rules.concerned(question)}
        for place, rule in enumerate(RULES.values()):
            if place not in concerned:
                assert rule.finding(rule.ask(question)) == rules.quiet[place], (
                    rule.header.rule,
                    kind,
                    outcome,
                )


@pytest.mark.parametrize(("kind", "outcome"), HAPPENED)
def test_a_further_entry_is_seen_at_once(kind: EventKind, outcome: Outcome | None) -> None:
    """A person prepared before something happened, and told of it, knows the same as one prepared after."""
    entry = happened(kind, outcome, days_ago=0.5)
    before = PreparedPerson(person_with(happened(EventKind.LETTER, None, days_ago=3.0)))
    assert before.past.codes

    told = before.with_entry(entry)

    assert (
        told.past.codes == PreparedPerson(told.file).past.codes != before.past.codes
        or kind is EventKind.LETTER
    )
