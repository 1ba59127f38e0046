"""The store of a rehearsal: the declared order, claims, and files that include what was written down."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.request import Consent, Debt, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, GivenTo, NumberRole, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    CloseLead,
    CloseLeads,
    RefillHopper,
    RestLead,
    RestLeads,
    StoreConsent,
    StoreRequest,
)
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.record import AttemptRecord
from dialer.domain.targets import WITHOUT_NUMBER_REST_S
from simulator.lead_book import LeadBook, UnknownPersonError

C = CampaignId("c")
T = 1_780_000_000.0
"""The tests' beginning, POSIX seconds."""


def _lead(name: str, *, person: str = "p1", number: str = "n1", **more: Any) -> Lead:
    target = Target(person=PersonId(person), number=NumberId(number))
    lead = Lead(lead=LeadId(name), campaign=C, debt=DebtId(f"d-{name}"), targets=(target,))

    return replace(lead, **more)


def _file(name: str, *numbers: str) -> PersonFile:
    return PersonFile(
        person=name,
        numbers=tuple(NumberOnFile(number=number, role=NumberRole.OWN) for number in numbers or ("n1",)),
        debts=(Debt(debt=f"d-{name}"),),
    )


def _book(*leads: Lead, persons: tuple[PersonFile, ...] = (_file("p1"),)) -> LeadBook:
    return LeadBook(leads=leads, persons=persons)


def _fetch(book: LeadBook, wanted: int = 10, now: float = T) -> LeadsFetched:
    return book.fetch(RefillHopper(campaign=C, request=7, wanted=wanted, sequence=42), now=now)


def _names(answer: LeadsFetched) -> list[str]:
    return [lead.lead for lead in answer.leads]


def test_leads_come_by_the_declared_order() -> None:
    book = _book(
        _lead("b"),
        _lead("a"),
        _lead("tried", passes=1),
        _lead("urgent", priority=2.0),
        _lead("promised", reserve_agent=True),
    )
    assert _names(_fetch(book)) == ["promised", "urgent", "a", "b", "tried"]


def test_an_answer_repeats_the_asking_and_brings_the_people() -> None:
    book = _book(_lead("a"), _lead("b", person="p2"), persons=(_file("p1"), _file("p2")))
    answer = _fetch(book)
    assert (answer.request, answer.as_of, answer.leads_left) == (7, 42, 2)
    assert [file.person for file in answer.persons] == ["p1", "p2"]


def test_what_was_handed_out_is_claimed_until_it_comes_back() -> None:
    book = _book(_lead("a"), _lead("b"))
    assert _names(_fetch(book, wanted=1)) == ["a"]
    assert _names(_fetch(book)) == ["b"]
    assert _names(_fetch(book)) == []
    book.rest(RestLead(lead=LeadId("a"), not_before=T, reason="", passes=0))
    assert _names(_fetch(book)) == ["a"]


def test_a_resting_lead_is_not_due_before_its_time_and_the_answer_says_when() -> None:
    book = _book(_lead("a"))
    _fetch(book)
    book.rest(RestLead(lead=LeadId("a"), not_before=T + 100.0, reason="", passes=3))
    early = _fetch(book, now=T + 99.0)
    assert (early.leads, early.retry_at, early.leads_left) == ((), T + 100.0, 1)
    due = _fetch(book, now=T + 100.0)
    assert [lead.passes for lead in due.leads] == [3]


def test_the_later_of_two_rests_stands() -> None:
    book = _book(_lead("a"))
    _fetch(book)
    book.rest(RestLead(lead=LeadId("a"), not_before=T + 100.0, reason="", passes=1))
    book.rest(RestLead(lead=LeadId("a"), not_before=T + 50.0, reason="", passes=1))
    assert _names(_fetch(book, now=T + 50.0)) == ["a"]
    assert _names(_fetch(book, now=T + 100.0)) == []


def test_a_promised_call_back_keeps_its_time_and_its_agent() -> None:
    book = _book(_lead("a"))
    _fetch(book)
    rest = RestLead(lead=LeadId("a"), not_before=T + 9.0, reason="call back", passes=1, reserve_agent=True)
    book.rest(rest)
    (lead,) = _fetch(book, now=T + 10.0).leads
    assert (lead.reserve_agent, lead.not_before) == (True, T + 9.0)


def test_a_closed_lead_never_comes_again() -> None:
    book = _book(_lead("a"), _lead("b"))
    _fetch(book, wanted=1)
    book.close(CloseLead(lead=LeadId("a"), reason="paid"))
    book.close(CloseLead(lead=LeadId("b"), reason="paid"))
    book.rest(RestLead(lead=LeadId("a"), not_before=T, reason="", passes=1))
    assert _names(_fetch(book, now=T + 1e9)) == []
    assert book.leads_left(C) == 0


def test_unreturned_claims_are_due_again_when_released() -> None:
    book = _book(_lead("a"), _lead("b"))
    _fetch(book, wanted=1)
    book.release_claims()
    assert _names(_fetch(book)) == ["a", "b"]


def test_an_attempt_is_in_the_file_once_with_its_last_outcome() -> None:
    book = _book(_lead("a"))
    record = AttemptRecord(
        attempt=AttemptId("x"),
        campaign=C,
        lead=LeadId("a"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        debts=(DebtId("d"),),
        zones=(),
        rulebook="",
        launched_at=1000.0,
    )
    book.write_attempt(record)
    assert [entry.outcome for entry in book.file_of("p1").history] == [GateOutcome.NO_ANSWER]

    book.write_attempt(replace(record, outcome=Outcome.BUSY))
    assert [entry.outcome for entry in book.file_of("p1").history] == [GateOutcome.BUSY]
    book.forget_before(2000.0)
    assert book.file_of("p1").history == ()


def test_a_request_made_for_a_number_binds_everybody_who_has_it() -> None:
    book = _book(_lead("a"), persons=(_file("p1", "n1"), _file("p2", "n1", "n2"), _file("p3", "n3")))
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    request = PersonRequest(at=at, type=RequestKind.STOP_NUMBER, number="n1")
    book.write(StoreRequest(person=PersonId("p1"), request=request))
    assert [len(file.requests) for file in book.files()] == [1, 1, 0]


def _record(name: str, *, person: str, number: str, outcome: Outcome) -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(name),
        campaign=C,
        lead=LeadId("a"),
        person=PersonId(person),
        number=NumberId(number),
        debts=(DebtId("d-a"),),
        zones=(),
        rulebook="r",
        launched_at=100.0,
        ended_at=120.0,
        outcome=outcome,
    )


def test_a_number_found_dead_or_wrong_leaves_the_leads_by_what_the_file_says() -> None:
    """The live store's rule (`dialer.domain.targets`): a lead without a number rests for a day."""
    three = tuple(Target(person=PersonId("p1"), number=NumberId(name)) for name in ("n1", "n2", "n3"))
    book = _book(_lead("a", targets=three), persons=(_file("p1", "n1", "n2", "n3"),))
    book.write_attempt(_record("x", person="p1", number="n1", outcome=Outcome.INVALID_NUMBER))
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    wrong = PersonRequest(at=at, type=RequestKind.WRONG_NUMBER_LEARNED, number="n2")
    book.write(StoreRequest(person=PersonId("p1"), request=wrong))
    (lead,) = _fetch(book).leads
    assert [target.number for target in lead.targets] == ["n3"]
    book.write_attempt(_record("y", person="p1", number="n3", outcome=Outcome.INVALID_NUMBER))
    book.rest(RestLead(lead=LeadId("a"), not_before=T, reason="rest", passes=1))
    answer = _fetch(book, now=T + 1000.0)
    assert answer.leads == ()
    assert answer.retry_at == T + 1000.0 + WITHOUT_NUMBER_REST_S
    book.write_attempt(_record("y", person="p1", number="n3", outcome=Outcome.NO_ANSWER))
    assert _names(_fetch(book, now=T + 1000.0 + WITHOUT_NUMBER_REST_S - 1.0)) == []
    assert _names(_fetch(book, now=T + 1000.0 + WITHOUT_NUMBER_REST_S)) == ["a"]


def test_a_number_s_segment_moves_with_how_often_it_was_tried() -> None:
    """As at each claim of the live store, and not as it was when the list was loaded."""
    book = _book(_lead("a"))
    for tries in range(8):
        (lead,) = _fetch(book).leads
        word = "0-2" if tries <= 2 else "3-6" if tries <= 6 else "7-20"
        assert lead.targets[0].answer_segment == f"unknown/own/{word}", tries
        book.write_attempt(_record(f"x{tries}", person="p1", number="n1", outcome=Outcome.NO_ANSWER))
        book.rest(RestLead(lead=LeadId("a"), not_before=T, reason="rest", passes=tries))


def test_what_may_allow_a_call_wakes_the_person_s_resting_leads_but_not_a_promised_call_back() -> None:
    book = _book(_lead("a"), _lead("b"), _lead("c", person="p2"), persons=(_file("p1"), _file("p2")))
    _fetch(book)
    for name in ("a", "c"):
        book.rest(RestLead(lead=LeadId(name), not_before=T + 900.0, reason="denied", passes=0))
    promised = RestLead(lead=LeadId("b"), not_before=T + 900.0, reason="x", passes=0, reserve_agent=True)
    book.rest(promised)
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    consent = Consent(at=at, scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR)
    book.write(StoreConsent(person=PersonId("p1"), consent=consent))
    assert _names(_fetch(book, now=T + 10.0)) == ["a"]


def test_an_account_spoken_of_rests_where_it_is_not_handed_out_and_no_shorter_than_it_does() -> None:
    book = _book(_lead("a"), _lead("b"), _lead("c"), _lead("d"))
    _fetch(book, 1)  # "a" is with the engine
    book.rest(RestLead(lead=LeadId("c"), not_before=T + 900.0, reason="denied", passes=1))
    for name in ("a", "b", "c"):
        book.rest_leads(RestLeads(debt=DebtId(f"d-{name}"), not_before=T + 300.0, reason="promise_to_pay"))
    assert _names(_fetch(book, now=T + 299.0)) == ["d"]
    assert _names(_fetch(book, now=T + 300.0)) == ["b"]
    assert _names(_fetch(book, now=T + 899.0)) == []
    (late,) = _fetch(book, now=T + 900.0).leads
    assert (late.lead, late.passes) == ("c", 1)


def test_a_promised_call_back_has_its_instant_whatever_the_lead_waited_for() -> None:
    book = _book(_lead("a"))
    _fetch(book)
    book.rest(RestLead(lead=LeadId("a"), not_before=T + 900.0, reason="denied", passes=0))
    back = RestLeads(debt=DebtId("d-a"), not_before=T + 60.0, reason="call back", reserve_agent=True)
    book.rest_leads(back)
    (lead,) = _fetch(book, now=T + 60.0).leads
    assert (lead.reserve_agent, lead.not_before) == (True, T + 60.0)


def test_an_account_without_more_turns_closes_where_it_is_not_handed_out() -> None:
    book = _book(_lead("a"), _lead("b"))
    _fetch(book, 1)  # "a" is with the engine
    for name in ("a", "b"):
        book.close_leads(CloseLeads(debt=DebtId(f"d-{name}"), reason="cease_requested"))
    assert (book.lead(LeadId("a")) is not None, book.lead(LeadId("b"))) == (True, None)
    assert book.leads_left(C) == 0


def test_a_lead_of_somebody_unknown_is_refused() -> None:
    with pytest.raises(UnknownPersonError, match="p9"):
        _book(_lead("a", person="p9"))
