"""Whom a request, a payment, a recall and a suppression bind, whichever way they come in."""

from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.request import Consent, Debt, Hold, MadeIn, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, GivenTo, HoldKind, RequestKind
from dialer.casework.facts import FactEvent, account_over, change_of_command, change_of_event, requested
from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreOutcome, StoreRequest
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    HoldPlaced,
    PaymentReceived,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.fact_events import HoldLifted
from dialer.domain.facts import FactChange
from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord, entry_of, instant

NOW = 1_780_000_000.0
ANN, BOB = PersonId("ann"), PersonId("bob")
FILES = {
    name: PersonFile(person=name, numbers=(NumberOnFile(number="n1"),), debts=(Debt(debt="d1"),))
    for name in (ANN, BOB)
}
FILES[PersonId("cid")] = PersonFile(person="cid")


def bound(change: FactChange | None) -> set[str]:
    return set() if change is None else {name for name, file in FILES.items() if change.binds(file)}


def asked(kind: RequestKind, number: str | None) -> PersonRequest:
    return PersonRequest(at=instant(NOW), type=kind, number=number)


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize("number", [None, "n1"])
def test_a_request_binds_the_same_people_from_outside_and_on_the_line(
    kind: RequestKind, number: str | None
) -> None:
    """Made for a number it binds all who have it; that a number is wrong is true of this person alone."""
    request = asked(kind, number)
    from_outside = change_of_event(RequestReceived(person=ANN, request=request), now=NOW)
    on_the_line = change_of_command(StoreRequest(person=ANN, request=request))
    alone = number is None or kind is RequestKind.WRONG_NUMBER_LEARNED

    assert from_outside == on_the_line == requested(ANN, request)
    assert bound(from_outside) == ({"ann"} if alone else {"ann", "bob"})


@pytest.mark.parametrize(("settles", "holds"), [(True, [HoldKind.CLOSED]), (False, [])])
def test_a_payment_closes_the_debt_only_when_nothing_is_owed_any_more(
    settles: bool, holds: list[HoldKind]
) -> None:
    paid = PaymentReceived(debt=DebtId("d1"), amount=Money(cents=1), settles=settles)
    change = change_of_event(paid, now=NOW)
    file = FILES[ANN] if change is None else change.apply(FILES[ANN])
    assert [(hold.kind, hold.debts, hold.since) for hold in file.holds] == [
        (kind, ("d1",), instant(NOW)) for kind in holds
    ]
    assert bound(change) == ({"ann", "bob"} if settles else set())


def test_a_recall_holds_the_debt_for_everybody_who_owes_it() -> None:
    change = change_of_event(AccountRecalled(debt=DebtId("d1")), now=NOW)
    assert bound(change) == {"ann", "bob"}
    assert change is not None
    assert change.hold is not None
    assert change.hold.kind is HoldKind.RECALLED


def test_a_suppression_of_a_debt_is_a_hold_and_one_of_a_number_or_person_a_request() -> None:
    of_debt = SuppressionAdded(scope=SuppressionScope.DEBT, source="list", debt=DebtId("d1"))
    of_number = SuppressionAdded(scope=SuppressionScope.NUMBER, source="list", number=NumberId("n1"))
    of_person = SuppressionAdded(scope=SuppressionScope.PERSON, source="list", person=BOB)
    changes = [change_of_event(event, now=NOW) for event in (of_debt, of_number, of_person)]

    assert [bound(change) for change in changes] == [{"ann", "bob"}, {"ann", "bob"}, {"bob"}]
    files = [replace(FILES[BOB]) if change is None else change.apply(FILES[BOB]) for change in changes]
    assert [hold.kind for hold in files[0].holds] == [HoldKind.MANUAL]
    assert [request.type for file in files[1:] for request in file.requests] == [RequestKind.DO_NOT_CALL] * 2


def test_a_lift_of_manual_holds_leaves_the_entry_of_an_account() -> None:
    """Whoever lets go of what somebody placed by hand says nothing of a do-not-call list."""
    entry = SuppressionAdded(scope=SuppressionScope.DEBT, source="list", debt=DebtId("d1"))
    by_hand = HoldPlaced(person=BOB, hold=Hold(kind=HoldKind.MANUAL, since=instant(NOW)))
    lift = HoldLifted(person=BOB, kind=HoldKind.MANUAL, by="compliance")
    named = HoldLifted(debt=DebtId("d1"), kind=HoldKind.MANUAL, by="compliance", source="list")
    assert [hold.source for hold in told(entry, by_hand, lift).holds] == ["list"]
    assert told(entry, by_hand, named).holds == (by_hand.hold,)


@pytest.mark.parametrize(
    ("holds", "left"),
    [
        ([("d1",), ("d2",)], [("d2",)]),
        ([("d1", "d2")], [("d2",)]),
        ([None], []),
    ],
)
def test_what_ends_for_one_account_lasts_for_the_others(
    holds: list[tuple[str, ...] | None], left: list[tuple[str, ...]]
) -> None:
    """Two accounts that one source closed: a file that places the first again says nothing of the second."""
    closed = Hold(kind=HoldKind.CLOSED, since=instant(NOW), source="file")
    file = PersonFile(
        person="ann",
        debts=(Debt(debt="d1"), Debt(debt="d2")),
        holds=tuple(replace(closed, debts=debts) for debts in holds),
    )
    opened = FactChange(debt=DebtId("d1"), released="file").apply(file)
    assert [hold.debts for hold in opened.holds] == left


LATER = NOW + 60.0
AGREED = Consent(at=instant(NOW - 60.0), scope=ConsentScope.SMS, given_to=GivenTo.COLLECTOR, number="n1")


@pytest.mark.parametrize(
    ("again", "ends"),
    [
        ({}, True),
        ({"number": None}, True),
        ({"given_to": None}, True),
        ({"debts": ("d1",)}, True),
        ({"at": instant(NOW - 90.0)}, True),
        ({"number": "n2"}, False),
        ({"scope": ConsentScope.EMAIL}, False),
        ({"given_to": GivenTo.CREDITOR}, False),
        ({"revoked_at": None}, False),
        ({"at": instant(NOW - 90.0), "revoked_at": instant(NOW - 61.0)}, False),
    ],
)
@pytest.mark.parametrize("by", ["event", "file"])
def test_a_consent_told_again_as_taken_back_stands_no_more(
    by: str, again: dict[str, Any], ends: bool
) -> None:
    """Told by a clerk or by a later file: beside the first telling it would bind nobody."""
    over = replace(AGREED, **{"revoked_at": instant(NOW), **again})
    file = replace(FILES[BOB], consents=(AGREED,))
    change = change_of_event(ConsentGiven(person=BOB, consent=over), now=LATER)
    if by == "file":
        change = FactChange(person=BOB, placed=replace(FILES[BOB], consents=(over,)))
    assert change is not None
    first, second = change.apply(file).consents if over != AGREED else (AGREED, over)
    assert first.revoked_at == (instant(NOW) if ends else None)
    assert second == over


def told(*events: FactEvent) -> PersonFile:
    file = FILES[BOB]
    for event in events:
        change = change_of_event(event, now=NOW)
        assert change is not None
        file = change.apply(file)
    return file


@pytest.mark.parametrize("scope", list(SuppressionScope))
def test_a_suppression_keeps_the_call_it_was_asked_for_in(scope: SuppressionScope) -> None:
    heard = MadeIn(contact="a1", words="never again", taken_by="ann", caller_id="+1", recording="a1.wav")
    event = SuppressionAdded(
        scope=scope,
        source="supervisor",
        made_in=heard,
        person=BOB if scope is SuppressionScope.PERSON else None,
        number=NumberId("n1") if scope is SuppressionScope.NUMBER else None,
        debt=DebtId("d1") if scope is SuppressionScope.DEBT else None,
    )
    change = change_of_event(event, now=NOW)
    assert change is not None
    file = change.apply(FILES[BOB])
    assert [fact.made_in for fact in (*file.requests, *file.holds)] == [heard]


@pytest.mark.parametrize(
    ("event", "over"),
    [
        (AccountRecalled(debt=DebtId("d1")), (DebtId("d1"), "recalled")),
        (PaymentReceived(debt=DebtId("d1"), amount=Money(cents=1), settles=True), (DebtId("d1"), "settled")),
        (PaymentReceived(debt=DebtId("d1"), amount=Money(cents=1), settles=False), None),
        (
            SuppressionAdded(scope=SuppressionScope.DEBT, source="list", debt=DebtId("d1")),
            (DebtId("d1"), "suppressed"),
        ),
        (SuppressionAdded(scope=SuppressionScope.PERSON, source="list", person=BOB), None),
        (RequestReceived(person=ANN, request=asked(RequestKind.STOP_CALLING, None)), None),
    ],
)
def test_an_account_is_over_when_it_is_recalled_settled_or_suppressed(
    event: FactEvent, over: tuple[DebtId, str] | None
) -> None:
    assert account_over(event) == over


@pytest.mark.parametrize(
    ("outcome", "is_known"), [(Outcome.NO_ANSWER, True), (None, True), (Outcome.NOT_ATTEMPTED, False)]
)
def test_what_came_of_an_attempt_is_known_of_the_person_where_a_telephone_may_have_rung(
    outcome: Outcome | None, is_known: bool
) -> None:
    """Nobody is told of a call that was never made, and none that was made is forgotten."""
    record = AttemptRecord(
        attempt=AttemptId("a1"),
        campaign=CampaignId("c1"),
        lead=LeadId("l1"),
        person=ANN,
        number=NumberId("n1"),
        debts=(DebtId("d1"),),
        zones=("America/New_York",),
        rulebook="r",
        launched_at=NOW,
        outcome=outcome,
    )
    change = change_of_command(StoreOutcome(record=record))
    assert (change is not None) is is_known
    if change is not None:
        assert bound(change) == {"ann"}
        assert change.entry == entry_of(record)
        assert change.apply(FILES[ANN]).history == (entry_of(record),)
