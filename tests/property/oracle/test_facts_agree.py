"""Made-up notices, papers, days of limitation and ends of consents: gate and second reading decide alike.

Days are drawn around the boundaries (sixty days after a notice, the last day to sue, the second at which
something was withdrawn), and each fact may be left out or not known.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.auditor import Reading
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.told.case_check import law_gate
from compliance_gate.told.second_reading import judge_contact
from compliance_gate.words import (
    ConsentScope,
    DebtType,
    EventKind,
    GivenTo,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    PersonRole,
    Profile,
    RequestKind,
    Tech,
)

Chosen = TypeVar("Chosen")
BATCHES, IN_A_BATCH = 10, 200
PLACES = {
    "NV": "America/Los_Angeles",
    "DC": "America/New_York",
    "WA": "America/Los_Angeles",
    "NC": "America/New_York",
    "NJ": "America/New_York",
}
NOW = datetime(2026, 6, 10, 19, tzinfo=UTC)
"""A Wednesday, three in the afternoon in the east, noon in the west."""
TODAY = NOW.date()
GATE = law_gate(standard_rulebook())
READING = Reading(literal=True, house=None)
ASKED = (
    RequestKind.DOCUMENTS_REQUESTED,
    RequestKind.DOCUMENTS_PROVIDED,
    RequestKind.ORIGINAL_CREDITOR_REQUESTED,
    RequestKind.ORIGINAL_CREDITOR_NAMED,
    RequestKind.REVOKE_CONSENT,
)


class Drawn:
    """One file and one call."""

    def __init__(self, number: int) -> None:
        self.draw = Random(number)
        self.state = self.one_of(tuple(PLACES))
        zones = frozenset({PLACES[self.state]})
        self.debts = ("D1", "D2") if self.draw.random() < 0.4 else ("D1",)
        self.file = PersonFile(
            person="p",
            # A successor is no debtor: Washington and D.C. speak of those who owe, the federal rule of both.
            role=PersonRole.SUCCESSOR_IN_INTEREST
            if self.state in ("NJ", "NV") and self.draw.random() < 0.3
            else PersonRole.CONSUMER,
            addresses=(Address(country="US", region=self.state, zones=zones),),
            numbers=(
                NumberOnFile(
                    number="n1",
                    kind=self.one_of((NumberKind.MOBILE, NumberKind.LANDLINE)),
                    role=NumberRole.OWN,
                    zones=zones,
                    country="US",
                ),
            ),
            debts=tuple(self.debt(name) for name in self.debts),
            history=tuple(self.mailed(n) for n in range(self.some(2))),
            notices=tuple(self.notice(n) for n in range(self.some(3))),
            requests=tuple(self.request() for _ in range(self.some(3))),
            consents=tuple(self.consent() for _ in range(self.some(2))),
        )
        named = self.one_of((("D1",), self.debts, None))
        tech = self.one_of((Tech.MANUAL_LIVE, Tech.PRERECORDED_VOICE))
        self.proposed = ProposedContact(number="n1", debts=named, tech=tech)

    def one_of(self, choices: Sequence[Chosen]) -> Chosen:
        return choices[int(self.draw.random() * len(choices))]

    def some(self, most: int) -> int:
        return int(self.draw.random() * (most + 1))

    def day(self, around: int) -> date:
        return TODAY - timedelta(days=around) + timedelta(days=self.one_of((-1, 0, 1, 30)))

    def instant(self) -> datetime:
        return NOW - timedelta(seconds=self.one_of((-1, 0, 1, 86_400, 864_000)))

    def about(self) -> tuple[str, ...] | None:
        return self.one_of((None, *((debt,) for debt in self.debts)))

    def debt(self, name: str) -> Debt:
        return Debt(
            debt=name,
            type=self.one_of((DebtType.MEDICAL, DebtType.CREDIT_CARD, DebtType.UNKNOWN)),
            days_past_due=self.one_of((None, 30, 31, 400)),
            limitation_ends=self.one_of((None, self.day(0), self.day(0))),
        )

    def mailed(self, n: int) -> HistoryEntry:
        at = NOW - timedelta(days=self.one_of((59, 60, 61, 62)))
        kind = EventKind.INITIAL_NOTICE_MAILED
        return HistoryEntry(entry=f"h{n}", at=at, event=kind, debts=self.about())

    def notice(self, n: int) -> Notice:
        return Notice(
            notice=f"n{n}",
            sent_on=self.one_of((None, self.day(61), self.day(61))),
            kind=self.one_of((None, NoticeKind.MEDICAL, NoticeKind.MEDICAL, NoticeKind.VALIDATION)),
            by=self.one_of((None, Medium.LETTER)),
            debts=self.about(),
            returned_on=self.one_of((None, None, self.day(0))),
        )

    def request(self) -> PersonRequest:
        return PersonRequest(
            at=self.instant(),
            type=self.one_of(ASKED),
            debts=self.about(),
            number=self.one_of((None, "n1")),
            medium=self.one_of((None, Medium.SMS, Medium.EMAIL, Medium.PHONE_CALL)),
            in_writing=self.one_of((None, True, False)),
            withdrawn_at=self.one_of((None, None, self.instant())),
        )

    def consent(self) -> Consent:
        return Consent(
            at=NOW - timedelta(seconds=self.one_of((0, 1, 86_400, 8_640_000))),
            scope=self.one_of((ConsentScope.PRERECORDED, ConsentScope.NUMBER_PROVIDED_TO_CREDITOR)),
            given_to=GivenTo.COLLECTOR,
            debts=self.about(),
            number=self.one_of((None, "n1")),
            wording="You may play me a message.",
            proof="form 7",
        )

    def asked(self) -> tuple[bool, bool, Any]:
        packs = ("US-federal",) if self.state == "NJ" else ("US-federal", f"US-{self.state}")
        request = ContactRequest(
            person=PreparedPerson(self.file), proposed=self.proposed, profile=Profile.LITERAL, packs=packs
        )
        decision = GATE.evaluate(request, at=NOW)
        judged = judge_contact(self.file, self.proposed, at=NOW, reading=READING)
        return decision.is_allowed, judged.lawful, (self.file, [f.rule for f in decision.denials], judged)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_gate_and_second_reading_decide_alike(batch: int) -> None:
    """Nothing is allowed that the other denies, hardly anything denied; both happen often enough to count."""
    answers: Counter[bool] = Counter()
    too_strict = 0
    for number in range(batch * IN_A_BATCH, (batch + 1) * IN_A_BATCH):
        allowed, lawful, told = Drawn(number).asked()
        assert lawful or not allowed, (number, told)
        too_strict += lawful and not allowed
        answers[allowed] += 1
    assert too_strict <= 2  # two debts of an unknown kind may be one: what is said of either is of both
    assert min(answers[True], answers[False]) >= IN_A_BATCH // 10, answers
