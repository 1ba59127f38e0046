"""Kind `third_party`: who owes nothing is told nothing, and asked once where the consumer is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import Layer
from compliance_gate.request import Address, Debt, PersonFile, ProposedContact
from compliance_gate.words import Action, DebtType, PersonRole

VALUES = "owing_roles: [consumer, joint_debtor], free_roles: [creditor], consent_lifts: [third_party]"
SISTER = {"id": "P1", "role": "reference", "addresses": [{"country": "US", "tz": "America/New_York"}]}
WHERE = {"action": "place_call", "number": "+12125550123", "purpose": "location_information"}
SPOKE = {"ts": "2026-06-01T10:00:00-04:00", "event": "call_placed", "outcome": "conversation"}
NOW = "2026-06-10T10:00:00-04:00"
GIVEN = {"ts": NOW, "scope": "third_party", "given_to": "collector", "revoked": "2026-06-10T11:00:00-04:00"}


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-10T09:59:59-04:00", False),
        ("2026-06-10T10:00:00-04:00", True),
        ("2026-06-10T10:59:59-04:00", True),
        ("2026-06-10T11:00:00-04:00", False),
    ],
)
def test_a_consent_opens_contact_from_its_second_until_it_is_revoked(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    """The consumer agreed that this person is spoken to, and then did not."""
    assert law("third_party", VALUES).allows(now, person=SISTER, consents=[GIVEN]) is allowed


@pytest.mark.parametrize("change", [{"given_to": "creditor"}, {"given_to": None}, {"scope": "call"}])
def test_only_consent_for_this_given_to_the_collector_opens_it(
    law: Callable[..., Any], change: dict[str, object]
) -> None:
    """What was agreed with somebody else, or about something else, opens nothing."""
    assert not law("third_party", VALUES).allows(NOW, person=SISTER, consents=[{**GIVEN, **change}])


@pytest.mark.parametrize(
    ("event", "outcome", "allowed"),
    [
        ("call_placed", "conversation", False),
        ("call_received", "conversation", False),
        ("call_placed", None, False),
        ("call_placed", "no_answer", True),
        ("call_placed", "wrong_person", True),
        ("call_placed", "voicemail_limited_content", True),
        ("call_placed", "voicemail_left", False),
        ("call_placed", "prerecorded_delivered", False),
        ("ringless_voicemail", None, False),
        ("sms", None, False),
        ("email", None, False),
        ("letter", None, False),
        ("sms_received", None, True),
        ("email_received", None, True),
        ("letter_received", None, True),
    ],
)
def test_who_was_reached_by_any_medium_was_asked(
    law: Callable[..., Any], event: str, outcome: str | None, allowed: bool
) -> None:
    """12 CFR 1006.10(c) with 1006.2(d): "communicate more than once", through any medium.

    A call whose outcome was lost may have been answered.
    """
    history = [{**SPOKE, "event": event, "outcome": outcome}]

    assert law("third_party", VALUES).allows(NOW, person=SISTER, proposed=WHERE, history=history) is allowed


@pytest.mark.parametrize(
    ("asked", "withdrawn", "allowed"),
    [
        ("2026-06-01T09:59:59-04:00", None, False),
        ("2026-06-01T10:00:00-04:00", None, True),
        (NOW, None, True),
        ("2026-06-10T10:00:01-04:00", None, False),
        ("2026-06-05T10:00:00-04:00", NOW, False),
        ("2026-06-05T10:00:00-04:00", "2026-06-10T10:00:01-04:00", True),
    ],
)
def test_who_asks_to_be_called_after_the_answer_is_asked_again(
    law: Callable[..., Any], asked: str, withdrawn: str | None, allowed: bool
) -> None:
    """What was asked before the talk, is asked later, or was withdrawn, asks for nothing."""
    request = {"ts": asked, "type": "callback_request", "withdrawn_at": withdrawn}
    facts = {"person": SISTER, "proposed": WHERE, "history": [SPOKE], "requests": [request]}

    assert law("third_party", VALUES).allows(NOW, **facts) is allowed


@pytest.mark.parametrize(
    ("asked", "now", "allowed"),
    [
        ("2026-06-01T10:00:00.400-04:00", NOW, False),
        ("2026-06-01T10:00:00.600-04:00", NOW, True),
        ("2026-06-10T10:00:00.600-04:00", "2026-06-10T10:00:00.500-04:00", False),
        ("2026-06-10T10:00:00.600-04:00", "2026-06-10T10:00:01-04:00", True),
    ],
)
@pytest.mark.parametrize("by", ["requests", "consents"])
def test_before_and_after_the_answer_are_told_apart_within_a_second(
    law: Callable[..., Any], by: str, asked: str, now: str, allowed: bool
) -> None:
    """And what is asked in the second of the question may have been asked after it."""
    word = {"type": "callback_request"} if by == "requests" else {"scope": "location_repeat"}
    spoke = {**SPOKE, "ts": "2026-06-01T10:00:00.500-04:00"}
    facts = {"person": SISTER, "proposed": WHERE, "history": [spoke], by: [{"ts": asked, **word}]}

    assert law("third_party", VALUES).allows(now, **facts) is allowed


@pytest.mark.parametrize(
    ("believed", "revoked", "allowed"),
    [
        ("2026-06-01T09:59:59-04:00", None, False),
        ("2026-06-01T10:00:00-04:00", None, True),
        (NOW, None, True),
        ("2026-06-10T10:00:01-04:00", None, False),
        ("2026-06-05T10:00:00-04:00", NOW, False),
        ("2026-06-05T10:00:00-04:00", "2026-06-10T10:00:01-04:00", True),
    ],
)
def test_who_is_believed_to_know_better_now_is_asked_again(
    law: Callable[..., Any], believed: str, revoked: str | None, allowed: bool
) -> None:
    """12 CFR 1006.10(c): the earlier answer was wrong, and there is a correct one now."""
    again = {"ts": believed, "scope": "location_repeat", "revoked": revoked}
    facts = {"person": SISTER, "proposed": WHERE, "history": [SPOKE], "consents": [again]}

    assert law("third_party", VALUES).allows(NOW, **facts) is allowed


@pytest.mark.parametrize(
    ("own", "of_debts", "wanted", "allowed"),
    [
        ("consumer", [None], ["D1"], True),
        ("joint_debtor", [None], ["D1"], True),
        ("reference", [None], ["D1"], False),
        ("creditor", [None], ["D1"], True),
        ("consumer", ["reference"], ["D1"], False),
        ("reference", ["consumer"], ["D1"], False),
        ("consumer", ["joint_debtor", "reference"], ["D1"], True),
        ("consumer", ["joint_debtor", "reference"], ["D1", "D2"], False),
        ("consumer", ["joint_debtor", "reference"], [], False),
    ],
)
def test_the_role_that_permits_least_over_the_debts_concerned_counts(
    law: Callable[..., Any], own: str, of_debts: list[str | None], wanted: list[str], allowed: bool
) -> None:
    """A debt of another's among those concerned makes them a stranger to the call."""
    debts = [{"id": f"D{n}", "type": "medical", "role": role} for n, role in enumerate(of_debts, 1)]
    proposed: dict[str, object] = {"action": "place_call", "number": "+12125550123"}
    if wanted:
        proposed["debts"] = wanted

    facts = {"person": {**SISTER, "role": own}, "debts": debts, "proposed": proposed}
    assert law("third_party", VALUES).allows(NOW, **facts) is allowed


@pytest.mark.parametrize(
    ("kind", "overdue", "allowed"),
    [
        (DebtType.CREDIT_CARD, 30, True),
        (DebtType.CREDIT_CARD, 31, False),
        (DebtType.CREDIT_CARD, None, False),
        (DebtType.MORTGAGE, 400, True),
        (DebtType.UNKNOWN, 400, False),
    ],
)
def test_who_they_are_is_asked_of_debts_that_the_law_binds(
    kind: DebtType, overdue: int | None, allowed: bool
) -> None:
    """A letter about a debt of their own and one of their spouse's: D.C. Code 28-3814(e) speaks of consumer
    debts, more than thirty days past due and not secured by a mortgage (b)(2), (a)(1).
    """
    own = Debt(debt="own", type=DebtType.CREDIT_CARD, days_past_due=400, person_role=PersonRole.CONSUMER)
    spouses = Debt(debt="spouse's", type=kind, days_past_due=overdue, person_role=PersonRole.SPOUSE)
    zones = frozenset({"America/New_York"})
    file = PersonFile(
        person="p", addresses=(Address(country="US", region="DC", zones=zones),), debts=(own, spouses)
    )
    request = ContactRequest(
        person=PreparedPerson(file),
        proposed=ProposedContact(action=Action.SEND_LETTER, debts=("own", "spouse's")),
        packs=("US-DC",),
    )
    gate = ComplianceGate(standard_rulebook(), layers={Layer.LAW})
    decision = gate.evaluate(request, at=datetime(2026, 6, 10, 16, tzinfo=UTC))
    denied = {finding.rule for finding in decision.denials}
    assert denied == (set[str]() if allowed else {"us-dc-third-parties"})
