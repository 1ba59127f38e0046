"""How a cleared call is handled: dated and cited by place and purpose, and the strictest of all of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from compliance_gate.abandonment import definitions
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.reader import LawError
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.book.shipped import rulebook_with, sample_rulebook
from compliance_gate.call_handling import (
    UNTIL_CARRIED,
    CallHandling,
    CallRecording,
    Duty,
    Term,
    broken,
    stricter,
    strictest,
)
from compliance_gate.findings import Clearance, Layer
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile, ProposedContact
from compliance_gate.words import NumberKind, NumberRole, Purpose

TODAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)
LAW_ALONE = ComplianceGate(sample_rulebook(), layers=[Layer.LAW])
WITH_HOUSE = ComplianceGate(sample_rulebook())


def terms(
    gate: ComplianceGate, purpose: Purpose, *packs: str, on: date = TODAY
) -> dict[Duty, set[float | CallRecording]]:
    found: dict[Duty, set[float | CallRecording]] = {}
    for term in gate.handling_terms(ProposedContact(purpose=purpose), on=on, packs=packs):
        found.setdefault(term.duty, set()).add(term.value)
    return found


def handling(gate: ComplianceGate, purpose: Purpose, *packs: str) -> CallHandling:
    """What a clearance carries for a call to a mobile in New Jersey, or in London where the packs say so."""
    is_british = "GB" in packs
    zones = frozenset({"Europe/London" if is_british else "America/New_York"})
    number = "+442079460000" if is_british else "+12125550123"
    file = PersonFile(
        person="P1",
        addresses=(
            Address(country="GB" if is_british else "US", region=None if is_british else "NJ", zones=zones),
        ),
        numbers=(
            NumberOnFile(
                number=number, kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=zones, dnc_checked=True
            ),
        ),
        debts=(Debt(debt="D1"),),
    )
    proposed = ProposedContact(number=number, debts=("D1",), purpose=purpose)
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed, packs=packs)
    clearance = gate.evaluate(request, at=NOON).clearance
    assert clearance is not None
    return clearance.handling


def test_in_america_the_rules_are_of_telemarketing_and_bind_no_collection_call() -> None:
    """47 CFR 64.1200(a)(6) and (7) speak of telemarketing calls; so does 16 CFR 310.4(b)."""
    assert terms(LAW_ALONE, Purpose.COLLECTION, "US-federal") == {}
    assert terms(LAW_ALONE, Purpose.COLLECTION_PLUS_OFFER, "US-federal") == {
        Duty.SHORTEST_RING: {15.0},
        Duty.ANSWER_LIMIT: {2.0},
        Duty.MOST_ABANDONED: {0.03},
    }


def test_in_britain_they_bind_every_call_and_no_share_is_law() -> None:
    assert terms(LAW_ALONE, Purpose.COLLECTION, "GB") == {
        Duty.SHORTEST_RING: {15.0},
        Duty.ANSWER_LIMIT: {2.0},
        Duty.AGENT_AFTER_ABANDONMENT: {259_200.0},
    }


def test_the_house_asks_for_all_of_it_everywhere_and_says_that_it_is_policy() -> None:
    found = WITH_HOUSE.handling_terms(ProposedContact(), on=TODAY)
    assert {term.duty: term.value for term in found} == {
        Duty.SHORTEST_RING: 15.0,
        Duty.ANSWER_LIMIT: 2.0,
        Duty.MOST_ABANDONED: 0.03,
        Duty.AGENT_AFTER_ABANDONMENT: 259_200.0,
    }
    assert not any(term.is_law for term in found)


def test_a_rule_binds_from_its_day_on() -> None:
    day = date(2012, 11, 15)
    before = terms(LAW_ALONE, Purpose.SOLICITATION, "CA-CRTC", on=date(2008, 9, 29))
    assert before == {}
    assert terms(LAW_ALONE, Purpose.SOLICITATION, "CA-CRTC", on=date(2008, 9, 30)) == {
        Duty.ANSWER_LIMIT: {2.0},
        Duty.MOST_ABANDONED: {0.05},
    }
    rules = {
        term.rule
        for term in LAW_ALONE.handling_terms(
            ProposedContact(purpose=Purpose.SOLICITATION), on=day, packs=["US-federal"]
        )
    }
    assert "us-fcc-abandonment" in rules


@pytest.mark.parametrize("packs", [("US-federal",), ("GB",)])
def test_a_clearance_carries_the_strictest_of_law_and_house(packs: tuple[str, ...]) -> None:
    assert handling(WITH_HOUSE, Purpose.COLLECTION, *packs) == UNTIL_CARRIED


def test_a_clearance_of_law_alone_carries_only_what_law_says() -> None:
    assert handling(LAW_ALONE, Purpose.COLLECTION, "US-federal") == CallHandling()
    british = handling(LAW_ALONE, Purpose.COLLECTION, "GB")
    assert british == CallHandling(
        shortest_ring_s=15.0, answer_limit_s=2.0, agent_after_abandonment_s=259_200.0
    )


def test_a_stricter_client_is_heard_and_only_for_its_own_calls() -> None:
    gate = ComplianceGate(_with_client(shortest_ring_s=20))
    ours = gate.handling_terms(ProposedContact(client="acme"), on=TODAY)
    theirs = gate.handling_terms(ProposedContact(client="other"), on=TODAY)
    assert (strictest(ours).shortest_ring_s, strictest(theirs).shortest_ring_s) == (20.0, 15.0)


def test_a_looser_client_is_refused() -> None:
    with pytest.raises(LawError, match="shortest_ring_s 14, against 15"):
        _with_client(shortest_ring_s=14)
    with pytest.raises(LawError, match="answer_limit_s 5, against 2"):
        _with_client(abandonment="vicidial")


def _with_client(**values: object) -> Rulebook:
    value = ", ".join(f"{name}: {of}" for name, of in values.items())
    text = f"""
pack: client-acme
title: Acme
client: acme
signed_by: somebody
dated: 2026-11-22
rules:
  - rule: acme-handling
    kind: call_handling
    what: As Acme wishes
    unit: seconds
    citation: contract
    checked: policy
    checked_on: 2026-11-22
    effective: {{from: 2021-11-30}}
    scope: {{purposes: any, actions: [place_call]}}
    values: {{{value}}}
"""
    return rulebook_with([("client/acme.yaml", text)])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("", "exactly one"),
        ("shortest_ring_s: 15, abandonment: house", "exactly one"),
        ("abandonment: nobody", "no definition 'nobody'"),
        ("shortest_ring_s: -1", "whole number"),
        ("abandonment: us-ca-puc", "changes after this rule begins"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(values: str, message: str) -> None:
    text = f"""
pack: TEST
title: Test
rules:
  - rule: test
    kind: call_handling
    what: A test
    unit: s
    citation: none
    checked: memory
    checked_on: 2026-01-01
    effective: {{from: 2000-01-01}}
    values: {{{values}}}
"""
    puc = """
definitions:
  - {name: us-ca-puc, title: t, start_event: answer, threshold_s: 2, formula: A / (A + L), window: campaign,
     limits: [{since: 2003-01-01, percent: 1}], standing: law, source: s, checked: memory}
"""
    with pytest.raises(LawError, match=message):
        load_rulebook([("test.yaml", text), ("abandonment.yaml", puc)])


def test_an_older_clearance_is_read_with_what_held_when_it_was_given() -> None:
    """The house's values of then, which a later change of policy does not touch."""
    old = Clearance(
        clearance="c", person="p", number="n", debts=(), issued_at=NOON, expires_at=NOON, rulebook="r"
    )
    assert old.handling == UNTIL_CARRIED
    assert (
        CallHandling(
            shortest_ring_s=15.0,
            answer_limit_s=2.0,
            most_abandoned=0.03,
            agent_after_abandonment_s=72 * 3600.0,
        )
        == UNTIL_CARRIED
    )


def test_the_stricter_of_two_is_stricter_in_everything() -> None:
    one = CallHandling(shortest_ring_s=15.0, answer_limit_s=2.0)
    other = CallHandling(
        shortest_ring_s=20.0, answer_limit_s=3.0, most_abandoned=0.01, agent_after_abandonment_s=60.0
    )
    both = CallHandling(
        shortest_ring_s=20.0, answer_limit_s=2.0, most_abandoned=0.01, agent_after_abandonment_s=60.0
    )
    assert stricter(one, other) == stricter(other, one) == both
    assert stricter(CallHandling(), CallHandling()) == CallHandling()


@pytest.mark.parametrize(
    ("duty", "loose", "strict"),
    [
        (Duty.SHORTEST_RING, 14.999, 15.0),
        (Duty.ANSWER_LIMIT, 2.001, 2.0),
        (Duty.MOST_ABANDONED, 0.0301, 0.03),
        (Duty.AGENT_AFTER_ABANDONMENT, 259_199.0, 259_200.0),
    ],
)
def test_a_setting_that_is_looser_is_told_with_the_rule_and_a_stricter_is_not(
    duty: Duty, loose: float, strict: float
) -> None:
    bound = WITH_HOUSE.handling_terms(ProposedContact(), on=TODAY)
    told = broken(bound, {duty: loose})
    # Of the person who was abandoned and of the line on which it was: two rules of one length.
    assert len(told) == (2 if duty is Duty.AGENT_AFTER_ABANDONMENT else 1)
    for each in told:
        assert each.startswith(f"{duty.value} is {loose:g}; house-")
        assert "(policy)" in each
    assert broken(bound, {duty: strict}) == ()
    assert broken(bound, {}) == ()


def test_a_rule_of_law_is_told_as_law() -> None:
    term = Term(duty=Duty.SHORTEST_RING, value=15.0, rule="r", citation="c", is_law=True)
    assert broken([term], {Duty.SHORTEST_RING: 10.0}) == ("shortest_ring_s is 10; r (law) asks for 15 [c]",)


def test_handling_rules_are_in_the_rulebook_and_its_hash_and_no_finding_of_a_call() -> None:
    book = sample_rulebook()
    rule = book.rule("house-abandonment")
    assert rule is not None
    assert ("at most", "3 % since 2000-01-01 (house policy)") in rule.values()
    assert ("rings at least", "15 seconds") in (book.rule("us-fcc-shortest-ring") or rule).values()
    assert replace(book, hash="").hash == ""
    assert set(book.definitions) == set(definitions())
    findings = WITH_HOUSE.evaluate(
        ContactRequest(person=PreparedPerson(PersonFile(person="P1")), proposed=ProposedContact()), at=NOON
    ).findings
    assert not any(finding.rule.startswith("house-shortest") for finding in findings)


def test_a_ring_of_no_seconds_is_one_of_none() -> None:
    """A policy may say so; it is not taken for one that says nothing."""
    text = (
        "pack: TEST\ntitle: A law\nrules:\n  - {rule: r, kind: call_handling, what: w, unit: u, citation: c, "
        "checked: memory, checked_on: 2026-01-01, effective: {from: 2000-01-01}, "
        "values: {shortest_ring_s: 0}}\n"
    )
    gate = ComplianceGate(load_rulebook([("test.yaml", text)]))
    assert terms(gate, Purpose.COLLECTION, "TEST") == {Duty.SHORTEST_RING: {0.0}}
