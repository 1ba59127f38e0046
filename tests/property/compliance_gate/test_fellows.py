"""Another record of a person only makes stricter what the gate allows under this one, whatever is on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import (
    Address,
    Debt,
    HistoryEntry,
    Hold,
    KnownLocation,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.words import (
    DebtType,
    Direction,
    EventKind,
    HoldKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    RequestKind,
    RndResult,
)
from dialer.domain.fellows import taken_in

T = TypeVar("T")

COUNT = "us-regf-seven-in-seven"

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
ZONES = ("America/New_York", "America/Chicago", "Pacific/Honolulu")
BOOK: Rulebook = sample_rulebook()
GATE = ComplianceGate(BOOK)

_earlier = st.integers(min_value=1, max_value=9 * 86_400).map(lambda s: NOW - timedelta(seconds=s))
_numbers = st.sampled_from(["n-own", "n-other"])
_debts = st.sampled_from([None, ("d-own",), ("d-other",)])
_requests = st.builds(
    PersonRequest,
    at=_earlier,
    type=st.sampled_from(list(RequestKind)),
    debts=_debts,
    number=st.none() | _numbers,
)
_history = st.builds(
    HistoryEntry,
    entry=st.uuids().map(str),
    at=_earlier,
    event=st.sampled_from(list(EventKind)),
    direction=st.sampled_from([None, *Direction]),
    outcome=st.sampled_from([None, *Outcome]),
    debts=_debts,
    number=st.none() | _numbers,
    person=st.none() | st.sampled_from(list(PersonRole)),
    rnd_result=st.none() | st.sampled_from(list(RndResult)),
    rnd_date=st.none() | _earlier.map(datetime.date),
)
_holds = st.builds(Hold, kind=st.sampled_from(list(HoldKind)), since=_earlier, debts=_debts)


def _list(of: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=most).map(tuple)


def _files(name: str) -> st.SearchStrategy[PersonFile]:
    zones = st.frozensets(st.sampled_from(ZONES), min_size=1, max_size=2)
    return st.builds(
        PersonFile,
        person=st.just(f"p-{name}"),
        role=st.sampled_from(list(PersonRole)),
        addresses=_list(
            st.builds(
                Address,
                country=st.just("US"),
                region=st.sampled_from([None, "NY", "TX"]),
                zones=st.none() | zones,
            ),
            2,
        ),
        numbers=st.builds(
            NumberOnFile,
            number=st.just(f"n-{name}"),
            kind=st.just(NumberKind.LANDLINE),
            role=st.just(NumberRole.OWN),
            zones=st.none() | zones,
            country=st.just("US"),
            regions=st.just(frozenset({"US-NY"})),
            dnc_checked=st.just(True),
        ).map(lambda number: (number,)),
        debts=st.builds(
            Debt,
            debt=st.just(f"d-{name}"),
            type=st.sampled_from([DebtType.OTHER, DebtType.STUDENT_LOAN]),
            servicer_account=st.sampled_from([None, "s"]),
            client=st.just("acme"),
        ).map(lambda debt: (debt,)),
        history=_list(_history, 8),
        requests=_list(_requests),
        holds=_list(_holds, 1),
        known_location=st.none() | st.builds(KnownLocation, zones=zones, country=st.just("US")),
    )


def is_allowed(file: PersonFile) -> bool:
    proposed = ProposedContact(number="n-own", debts=("d-own",), client="acme")
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed)
    return GATE.evaluate(request, at=NOW).clearance is not None


@settings(max_examples=100, deadline=None)
@given(own=_files("own"), other=_files("other"))
def test_what_is_denied_under_this_record_alone_is_denied_with_the_other(
    own: PersonFile, other: PersonFile
) -> None:
    if is_allowed(taken_in(own, other)):
        assert is_allowed(own)


@settings(max_examples=100, deadline=None)
@given(own=_files("own"), other=_files("other"))
def test_taking_in_twice_is_taking_in_once_and_an_empty_record_adds_nothing(
    own: PersonFile, other: PersonFile
) -> None:
    once = taken_in(own, other)
    again = taken_in(once, other)
    assert set(again.requests) == set(once.requests)
    assert [entry.entry for entry in again.history] == [entry.entry for entry in once.history]
    assert again.holds == once.holds
    empty = taken_in(own, PersonFile(person="p-empty"))
    assert replace(empty, history=own.history) == own


def test_what_is_not_denied_by_anything_is_allowed() -> None:
    """Else the property above would say nothing."""
    home = Address(country="US", region="TX", zones=frozenset({"America/Chicago"}))
    number = NumberOnFile(
        number="n-own",
        kind=NumberKind.LANDLINE,
        role=NumberRole.OWN,
        zones=frozenset({"America/Chicago"}),
        country="US",
        dnc_checked=True,
    )
    own = PersonFile(
        person="p-own",
        addresses=(home,),
        numbers=(number,),
        debts=(Debt(debt="d-own", type=DebtType.CREDIT_CARD, client="acme"),),
    )
    assert is_allowed(own)
    other = PersonFile(
        person="p-other",
        requests=(PersonRequest(at=NOW - timedelta(days=1), type=RequestKind.CEASE_COMMUNICATION),),
    )
    assert not is_allowed(taken_in(own, other))
    calls = tuple(
        HistoryEntry(
            entry=f"e{n}",
            at=NOW - timedelta(days=1, hours=n),
            event=EventKind.CALL_PLACED,
            direction=Direction.OUTBOUND,
            outcome=Outcome.NO_ANSWER,
            debts=("d-own",),
            number="n-other",
        )
        for n in range(7)
    )
    assert counted(own, calls)
    assert not counted(own, calls[1:])
    assert not counted(own, tuple(replace(call, debts=("d-other",)) for call in calls))


def counted(own: PersonFile, calls: tuple[HistoryEntry, ...]) -> bool:
    """Whether calls under another record fill the week's count of this debt, 12 CFR 1006.14(b)(2)(i)."""
    file = taken_in(own, PersonFile(person="p-other", history=calls))
    proposed = ProposedContact(number="n-own", debts=("d-own",), client="acme")
    found = GATE.evaluate(ContactRequest(person=PreparedPerson(file), proposed=proposed), at=NOW)
    return COUNT in {denial.rule for denial in found.denials}
