"""The gate fails closed, and clears for one number, once, for seconds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import load_rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import ClearanceLedger, ClearanceRefusedError, Layer, Recording, Verdict
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    NumberOnFile,
    PersonFile,
    ProposedContact,
)
from compliance_gate.rules.base import Answer
from compliance_gate.rules.window import WindowRule
from compliance_gate.words import (
    Action,
    ConsentScope,
    EventKind,
    HoldKind,
    NumberKind,
    NumberRole,
    Outcome,
    Tech,
)

NOW = datetime(2026, 6, 10, 15, tzinfo=UTC)
NUMBER = NumberOnFile(
    number="+12125550123",
    kind=NumberKind.MOBILE,
    role=NumberRole.OWN,
    zones=frozenset({"America/New_York"}),
)
PERSON = PersonFile(
    person="P1",
    addresses=(Address(country="US", region="NJ", city="Newark", zones=frozenset({"America/New_York"})),),
    numbers=(NUMBER,),
    debts=(Debt(debt="D1"),),
)
PROPOSED = ProposedContact(number="+12125550123", debts=("D1",))
GATE = ComplianceGate(sample_rulebook())


def ask(file: PersonFile = PERSON, proposed: ProposedContact = PROPOSED) -> ContactRequest:
    """The plain request."""
    return ContactRequest(person=PreparedPerson(file), proposed=proposed)


def test_plain_contact_is_cleared_with_every_rule_told() -> None:
    """Nothing denies; law and house are both among the findings."""
    decision = GATE.evaluate(ask(), at=NOW)

    assert decision.is_allowed
    assert decision.retry_at is None
    assert {finding.layer for finding in decision.findings} == {Layer.LAW, Layer.HOUSE}
    assert len(decision.findings) > 20


@pytest.mark.parametrize(
    "file",
    [
        replace(
            PERSON, addresses=(Address(country="US", region="ZZ", zones=frozenset({"America/New_York"})),)
        ),
        replace(PERSON, addresses=(Address(country="XX", zones=frozenset({"America/New_York"})),)),
        replace(PERSON, addresses=(Address(country=None, zones=frozenset({"America/New_York"})),)),
        replace(PERSON, addresses=(), numbers=(replace(NUMBER, number="+9995550123", zones=frozenset()),)),
    ],
)
def test_a_place_that_is_not_in_the_register_denies_for_ever(file: PersonFile) -> None:
    """No law known is not no law."""
    proposed = replace(PROPOSED, number=file.numbers[0].number)
    decision = GATE.evaluate(ask(file, proposed), at=NOW)

    assert "gate-jurisdiction" in [finding.rule for finding in decision.denials]
    assert decision.retry_at is None


@pytest.mark.parametrize("packs", [(), ("US-atlantis",), ("US-federal", "US-atlantis")])
def test_unknown_packs_deny(packs: tuple[str, ...]) -> None:
    """A pack that does not exist is not skipped."""
    assert not GATE.evaluate(replace(ask(), packs=packs), at=NOW).is_allowed


def test_a_number_that_is_not_on_file_denies() -> None:
    """A typed number must first be attached to a person."""
    decision = GATE.evaluate(ask(proposed=replace(PROPOSED, number="+12125550999")), at=NOW)

    assert [finding.rule for finding in decision.denials] == ["gate-number-on-file"]


def test_a_rule_that_raises_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside a rule, no call comes of it."""

    def broken(rule: WindowRule, question: object) -> Answer:
        raise RuntimeError("broken")

    monkeypatch.setattr(WindowRule, "ask", broken)
    decision = ComplianceGate(sample_rulebook()).evaluate(ask(), at=NOW)

    assert not decision.is_allowed
    assert any("RuntimeError: broken" in value for f in decision.denials for _, value in f.facts)


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller() -> None:
    """There is no such instant."""
    with pytest.raises(ValueError, match="aware"):
        GATE.evaluate(ask(), at=datetime(2026, 6, 10, 15))  # noqa: DTZ001 - that is the mistake under test


def test_a_city_that_is_not_known_is_tried_as_new_york_city() -> None:
    """In the state of New York without a city, the city's law may apply."""
    address = Address(country="US", region="NY", zones=frozenset({"America/New_York"}))
    unknown = GATE.evaluate(ask(replace(PERSON, addresses=(address,))), at=NOW)
    upstate = GATE.evaluate(ask(replace(PERSON, addresses=(replace(address, city="Buffalo"),))), at=NOW)

    assert any(finding.rule.startswith("us-nyc") for finding in unknown.findings)
    assert not any(finding.rule.startswith("us-nyc") for finding in upstate.findings)


def test_a_toll_free_number_says_nothing_of_a_place() -> None:
    """With an address its zone counts alone; without one the person may be anywhere in the country."""
    toll_free = replace(NUMBER, number="+18885550123", zones=None)
    file = replace(PERSON, numbers=(toll_free,))
    evening = datetime(2026, 6, 11, 0, 30, tzinfo=UTC)
    proposed = replace(PROPOSED, number=toll_free.number)

    assert GATE.evaluate(ask(file, proposed), at=evening).is_allowed
    nowhere = GATE.evaluate(ask(replace(file, addresses=()), proposed), at=NOW)
    assert any("any place of the person" in value for f in nowhere.denials for _, value in f.facts)


def test_nothing_is_played_to_a_mobile_without_consent() -> None:
    """A recording is prerecorded voice; with consent it may be played, but no message at work."""
    consent = Consent(at=NOW - timedelta(days=9), scope=ConsentScope.NUMBER_PROVIDED_TO_CREDITOR)
    consented = replace(PERSON, consents=(consent,))
    at_work = replace(consented, numbers=(replace(NUMBER, role=NumberRole.WORK),))

    def playable(file: PersonFile) -> frozenset[Recording]:
        clearance = GATE.evaluate(ask(file), at=NOW).clearance
        assert clearance is not None
        return clearance.may_play

    assert playable(PERSON) == frozenset()
    assert playable(consented) == frozenset(Recording)
    assert playable(at_work) == frozenset({Recording.ABANDONMENT_MESSAGE})


@pytest.mark.parametrize(("hours", "allowed"), [((5,), True), ((5, 6), False), ((2,), False), ((3,), True)])
def test_two_a_day_and_three_hours_apart(hours: tuple[int, ...], allowed: bool) -> None:
    """What the house asks for, with calls at whole hours before."""
    late = NOW + timedelta(hours=6)
    calls = tuple(
        HistoryEntry(
            entry=f"C{hour}",
            at=late - timedelta(hours=hour),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.NO_ANSWER,
            debts=("D1",),
        )
        for hour in hours
    )
    request = ask(replace(PERSON, history=calls))

    assert GATE.evaluate(request, at=late).is_allowed is allowed


def test_voicemails_are_rationed_by_the_house() -> None:
    """After two messages in seven days the call may be made, but nothing is left on the machine."""
    consent = Consent(at=NOW - timedelta(days=9), scope=ConsentScope.NUMBER_PROVIDED_TO_CREDITOR)
    left = tuple(
        HistoryEntry(
            entry=f"V{days}",
            at=NOW - timedelta(days=days),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.VOICEMAIL_LEFT,
            number=NUMBER.number,
            debts=("D1",),
        )
        for days in (2, 3)
    )
    clearance = GATE.evaluate(ask(replace(PERSON, consents=(consent,), history=left)), at=NOW).clearance

    assert clearance is not None
    assert clearance.may_play == frozenset(Recording) - {Recording.VOICEMAIL_DROP}


def test_an_ai_voice_is_an_artificial_voice() -> None:
    """Every made-up voice needs the consent a recording needs."""
    for tech in (Tech.PRERECORDED_VOICE, Tech.ARTIFICIAL_VOICE, Tech.AI_VOICE, Tech.ATDS):
        assert not GATE.evaluate(ask(proposed=replace(PROPOSED, tech=tech)), at=NOW).is_allowed


def test_a_clearance_is_used_once_in_time_and_for_its_number() -> None:
    """Twice, late, early, or for another number: refused."""
    clearance = GATE.evaluate(ask(), at=NOW).clearance
    assert clearance is not None
    ledger = ClearanceLedger()

    with pytest.raises(ClearanceRefusedError, match="another number"):
        ledger.consume(clearance, number="+12125550999", at=NOW)
    with pytest.raises(ClearanceRefusedError, match="not valid"):
        ledger.consume(clearance, number=clearance.number, at=NOW + timedelta(seconds=6))
    with pytest.raises(ClearanceRefusedError, match="not valid"):
        ledger.consume(clearance, number=clearance.number, at=NOW - timedelta(seconds=1))
    ledger.consume(clearance, number=clearance.number, at=NOW + timedelta(seconds=2))
    with pytest.raises(ClearanceRefusedError, match="already used"):
        ledger.consume(clearance, number=clearance.number, at=NOW + timedelta(seconds=3))


def test_the_ledger_forgets_what_has_expired() -> None:
    """It stays as small as the last minute."""
    ledger = ClearanceLedger()
    for minute in range(10):
        at = NOW + timedelta(minutes=2 * minute)
        clearance = GATE.evaluate(ask(), at=at).clearance
        assert clearance is not None
        ledger.consume(clearance, number=clearance.number, at=at)

    assert len(ledger.used) == 1


def test_warnings_do_not_deny() -> None:
    """A warned finding leaves the clearance."""
    decision = GATE.evaluate(ask(), at=NOW)

    assert decision.warnings == ()
    assert all(finding.verdict is Verdict.CLEARED for finding in decision.findings)


@pytest.mark.parametrize(
    ("waits_s", "is_told"), [(39 * 86400, True), (400 * 86400, True), (400 * 86400 + 1, False)]
)
def test_the_next_instant_is_looked_for_four_hundred_days_ahead(waits_s: int, is_told: bool) -> None:
    """A hold that ends on the last second of them is waited for; one that ends a second later is for ever."""
    ends = NOW + timedelta(seconds=waits_s)
    held = replace(PERSON, holds=(Hold(kind=HoldKind.DISASTER_AREA, since=NOW, until=ends),))
    noon = NOW.replace(hour=15)
    assert noon == NOW, "an hour that every window leaves open, that day and then"
    assert GATE.evaluate(ask(held), at=NOW).retry_at == (ends if is_told else None)


def test_a_clearance_names_the_debts_of_the_contact_or_all_there_are() -> None:
    """What was not said is about every debt on file."""
    both = replace(PERSON, debts=(Debt(debt="D1"), Debt(debt="D2")))

    def debts(proposed: ProposedContact) -> tuple[str, ...]:
        clearance = GATE.evaluate(ask(both, proposed), at=NOW).clearance
        assert clearance is not None
        return clearance.debts

    assert debts(replace(PROPOSED, debts=("D2",))) == ("D2",)
    assert debts(replace(PROPOSED, debts=None)) == ("D1", "D2")


def test_a_clearance_is_valid_for_as_long_as_the_gate_says() -> None:
    """Five seconds, unless it was made with other ones."""
    for gate, seconds in ((GATE, 5.0), (ComplianceGate(sample_rulebook(), clearance_valid_s=7.5), 7.5)):
        clearance = gate.evaluate(ask(), at=NOW).clearance
        assert clearance is not None
        assert (clearance.issued_at, clearance.expires_at) == (NOW, NOW + timedelta(seconds=seconds))
        assert gate.clearance_valid_s == seconds


MAIL = ProposedContact(action=Action.SEND_EMAIL, debts=("D1",))
TEXT = replace(PROPOSED, action=Action.SEND_SMS)


@pytest.mark.parametrize(
    ("proposed", "numbered"),
    [(PROPOSED, True), (TEXT, True), (MAIL, False), (replace(MAIL, action=Action.SEND_LETTER), False)],
)
@pytest.mark.parametrize("layers", [(Layer.LAW,), tuple(Layer)])
def test_what_must_be_true_before_any_law_is_asked_is_told_first(
    proposed: ProposedContact, numbered: bool, layers: tuple[Layer, ...]
) -> None:
    """The same findings whether the contact is sound or not: one of them then denies."""
    gate = ComplianceGate(sample_rulebook(), layers=layers)
    names = [
        "gate-jurisdiction",
        *(["gate-number-on-file"] if numbered else []),
        *(["gate-debt-on-file"] if Layer.HOUSE in layers else []),
        "gate-place-known",
    ]
    sound = gate.evaluate(ask(proposed=proposed), at=NOW).findings
    assert [finding.rule for finding in sound[: len(names)]] == names
    assert {finding.verdict for finding in sound[: len(names)]} == {Verdict.CLEARED}
    for found in (sound, gate.evaluate(ask(proposed=replace(proposed, number=None)), at=NOW).findings):
        assert [f.rule for f in found if f.rule.startswith("gate-")] == names
    absent = gate.evaluate(replace(ask(proposed=proposed), packs=()), at=NOW)
    assert [f.rule for f in absent.findings if f.rule.startswith("gate-")] == names
    assert dict(absent.findings[0].facts) == {"law packs not known": "none given"}
    unknown = gate.evaluate(replace(ask(proposed=proposed), packs=("US-federal", "X", "Y")), at=NOW)
    assert dict(unknown.findings[0].facts) == {"law packs not known": "X, Y"}
    assert unknown.retry_at is None


@pytest.mark.parametrize(("debts", "strange"), [(("D1",), []), (("D1", "D8", "D9"), ["D8", "D9"])])
def test_debts_that_are_not_on_file_are_told_each(debts: tuple[str, ...], strange: list[str]) -> None:
    """The house asks for it; the law alone does not."""
    proposed = replace(PROPOSED, debts=debts)
    decision = GATE.evaluate(ask(proposed=proposed), at=NOW)
    told = [value for f in decision.findings for name, value in f.facts if name == "debt not on file"]
    assert told == strange
    assert (decision.clearance is None) is bool(strange)
    law = ComplianceGate(sample_rulebook(), layers=(Layer.LAW,))
    assert law.evaluate(ask(proposed=proposed), at=NOW).is_allowed


@pytest.mark.parametrize(
    ("rule", "wants"),
    [("unless_agent_guaranteed: true, calls: [abandoned]", True), ("calls: [abandoned]", False)],
)
def test_only_a_pause_that_a_certain_agent_lifts_wants_one(rule: str, wants: bool) -> None:
    """Told with the denial, so that the contact is asked for again with an agent reserved."""
    text = (
        "pack: TEST\ntitle: A law\nrules:\n  - {rule: r, kind: pause, what: w, unit: u, citation: c, "
        "checked: memory, checked_on: 2026-01-01, effective: {from: 2000-01-01}, "
        f"values: {{per: person, hours: 72, {rule}}}}}\n"
    )
    gate = ComplianceGate(load_rulebook([("test.yaml", text)]))
    abandoned = HistoryEntry(
        entry="C1",
        at=NOW - timedelta(hours=1),
        event=EventKind.CALL_PLACED,
        outcome=Outcome.ABANDONED,
    )
    request = replace(ask(replace(PERSON, history=(abandoned,))), packs=("TEST",))
    decision = gate.evaluate(request, at=NOW)
    assert not decision.is_allowed
    assert decision.wants_agent is wants
    assert gate.evaluate(request, at=NOW, with_retry=False).retry_at is None
    assert decision.retry_at == NOW + timedelta(hours=71)
