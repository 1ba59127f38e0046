"""What a placement tells of people comes to the same rows as any change of facts, its words sealed alike."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from compliance_gate.request import Consent, HistoryEntry, Hold, Notice, PersonRequest
from compliance_gate.words import (
    ConsentScope,
    Direction,
    EventKind,
    GivenTo,
    HoldKind,
    Outcome,
    RequestKind,
)
from dialer.domain.facts import FactChange
from dialer.domain.ids import PersonId
from dialer.domain.spoken_words import PlacedFact, has_words, of_change, of_placed
from dialer.storage.projecting.fact_rows import row_of, row_of_placed

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
ANN = PersonId("p-ann")
CONSENT = Consent(at=AT, scope=ConsentScope.EMAIL, given_to=GivenTo.CREDITOR, debts=("d-1",))
TOLD: tuple[tuple[str, PlacedFact, bool], ...] = (
    ("consent", CONSENT, False),
    ("consent", Consent(at=AT, scope=ConsentScope.EMAIL, given_to=GivenTo.CREDITOR, wording="yes"), True),
    ("consent", Consent(at=AT, scope=ConsentScope.EMAIL, given_to=GivenTo.CREDITOR, proof="a.wav"), True),
    ("request", PersonRequest(at=AT, type=RequestKind.CEASE_COMMUNICATION), False),
    ("request", PersonRequest(at=AT, type=RequestKind.CEASE_COMMUNICATION, text="leave me alone"), True),
    ("hold", Hold(kind=HoldKind.MANUAL, since=AT, source="a file"), False),
    ("notice", Notice(notice="n-1", sent_on=date(2026, 11, 2)), False),
    ("notice", Notice(notice="n-1", sent_on=date(2026, 11, 2), proof="letter.pdf"), True),
    (
        "entry",
        HistoryEntry(
            entry="prior-1",
            at=AT,
            event=EventKind.CALL_PLACED,
            direction=Direction.OUTBOUND,
            outcome=Outcome.NO_ANSWER,
        ),
        False,
    ),
)


@pytest.mark.parametrize(("kind", "fact", "speaks"), TOLD)
def test_its_row_and_its_words_are_those_of_the_change(kind: str, fact: PlacedFact, speaks: bool) -> None:
    named: dict[str, Any] = {kind: fact}
    change = FactChange(person=ANN, **named)
    at = AT.timestamp()
    row = row_of_placed(ANN, kind, fact, at=at, import_id="i-1")
    assert row == row_of(change, sequence=0, at=at, import_id="i-1")
    assert has_words(fact) is speaks
    sealed = of_placed(fact, lambda text: f"sealed:{text}")
    assert sealed == getattr(of_change(change, lambda text: f"sealed:{text}"), kind)
    assert (sealed != fact) is speaks
