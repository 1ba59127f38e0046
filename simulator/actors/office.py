"""What else happens to people while the floor calls: letters, payments, requests, moves, calls of theirs.

A rehearsal of one shift does well without it. A year does not: every kind of fact that may take leave away,
or give it, should come from outside at any hour, and the store and the engine must both know at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from compliance_gate.request import (
    Address,
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    TimeBlock,
)
from compliance_gate.words import (
    ConsentScope,
    EventKind,
    GivenTo,
    HoldKind,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    RequestKind,
    Weekday,
)
from dialer.casework.facts import FactEvent, change_of_event
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    HoldLifted,
    HoldPlaced,
    InboundConversation,
    PersonEdited,
    PersonPlacedAgain,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.fact_events import (
    AccountHeld,
    ContactRecorded,
    HistoryAttested,
    LimitationFound,
    LineKindFound,
    LocationTold,
    NoticeRecorded,
)
from dialer.domain.facts import HISTORY_UNTOLD, FactChange
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.ledger import EntryKind, LedgerEntry
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.money import Money
from dialer.domain.record import instant
from simulator.lead_book import LeadBook
from simulator.plans import OfficePlan
from simulator.population import STATES
from simulator.streams import Stream
from simulator.world import OFFICE, World

_WEEK = tuple(Weekday)


class Office:
    """Draws a day's facts and brings them to store and engine at their instants."""

    def __init__(self, *, world: World, book: LeadBook, plan: OfficePlan, chance: Stream) -> None:
        self._world = world
        self._book = book
        self._plan = plan
        self._chance = chance
        self._held: list[HoldPlaced] = []
        self.happened: dict[str, int] = {}

    def plan_day(self, starts_at: float, ends_at: float, persons: tuple[str, ...]) -> None:
        """Put the day's facts on the heap."""
        for name, make in _KINDS.items():
            rate: float = getattr(self._plan, name)
            if rate <= 0.0:
                continue
            expected = rate * len(persons) / 1000.0
            count = int(expected) + (self._chance.next() < expected % 1.0)
            for _ in range(count):
                person = persons[int(self._chance.next() * len(persons))]
                at = starts_at + self._chance.next() * (ends_at - starts_at)
                self._world.schedule(at, self._happen, (name, make, person), priority=OFFICE)

        self._plan_day_of("placed_again", self._place_again, starts_at, ends_at, persons)
        self._plan_day_of("holds_lifted", self._lift_hold, starts_at, ends_at, persons)

    def _plan_day_of(
        self,
        name: str,
        act: Callable[[str], None],
        starts_at: float,
        ends_at: float,
        persons: tuple[str, ...],
    ) -> None:
        """What is no fact of its own; it comes in the later half of the day, when there is something
        before."""
        rate: float = getattr(self._plan, name)
        for _ in range(round(rate * len(persons) / 1000.0)):
            person = persons[int(self._chance.next() * len(persons))]
            at = ends_at - self._chance.next() * (ends_at - starts_at) / 2
            self._world.schedule(at, act, person, priority=OFFICE)

    def _happen(self, what: tuple[str, "_Make", str]) -> None:
        name, make, person = what
        event = make(self._book.file_of(person), instant(self._world.now), self._chance)
        if event is not None:
            self._tell(name, event)
            if isinstance(event, HoldPlaced):
                self._held.append(event)

    def _tell(self, name: str, event: FactEvent) -> None:
        self.happened[name] = self.happened.get(name, 0) + 1
        change = change_of_event(event, now=self._world.now)
        if change is not None:
            self._book.learn(change)
        self._world.tell(event)

    def _place_again(self, person: str) -> None:
        """Another placement knows one more number of the person. The store has it first."""
        file = self._book.file_of(person)
        more = NumberOnFile(
            number=f"number-{person}-placed",
            kind=NumberKind.MOBILE,
            role=NumberRole.OWN,
            zones=file.numbers[0].zones if file.numbers else None,
            country="US",
            dnc_checked=True,
        )
        placed = replace(file, numbers=(more,), history=())
        self._book.learn(FactChange(person=PersonId(person), placed=placed))
        self.happened["placed_again"] = self.happened.get("placed_again", 0) + 1
        self._world.tell(PersonPlacedAgain(person=self._book.file_of(person), as_of=self._world.steps))

    def _lift_hold(self, _person: str) -> None:
        if self._held:
            hold = self._held.pop(0)
            self._tell("holds_lifted", HoldLifted(person=hold.person, kind=hold.hold.kind, by="office"))


_Make = Callable[[PersonFile, datetime, Stream], FactEvent | None]


def _calls_us(file: PersonFile, _at: datetime, chance: Stream) -> FactEvent:
    debts = tuple(DebtId(debt.debt) for debt in file.debts[: 1 + int(2 * chance.next())])
    number = NumberId(file.numbers[0].number) if file.numbers else None
    return InboundConversation(person=PersonId(file.person), number=number, debts=debts)


def _asked(file: PersonFile, request: PersonRequest) -> FactEvent:
    return RequestReceived(person=PersonId(file.person), request=request)


def _names_bad_hours(file: PersonFile, at: datetime, chance: Stream) -> FactEvent:
    first = 8 + int(10 * chance.next())
    days = frozenset(_WEEK[: 5 if chance.next() < 0.7 else 7])
    block = TimeBlock(days=days, start=time(first), until=time(first + 3))
    return _asked(file, PersonRequest(at=at, type=RequestKind.INCONVENIENT_TIMES, blocks=(block,)))


def _stops_a_number(file: PersonFile, at: datetime, chance: Stream) -> FactEvent | None:
    if not file.numbers:
        return None
    number = file.numbers[int(chance.next() * len(file.numbers))].number
    return _asked(file, PersonRequest(at=at, type=RequestKind.STOP_NUMBER, number=number))


def _consents_to_calls(file: PersonFile, at: datetime, chance: Stream) -> FactEvent:
    debts = tuple(debt.debt for debt in file.debts[:1])
    last = (at + timedelta(days=1 + int(9 * chance.next()))).date()
    consent = Consent(
        at=at, scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR, debts=debts, valid_until=last
    )
    return ConsentGiven(person=PersonId(file.person), consent=consent)


def _held(kind: HoldKind, days: float) -> _Make:
    def make(file: PersonFile, at: datetime, chance: Stream) -> FactEvent:
        until = at.replace(microsecond=0) + timedelta(days=int(1 + days * chance.next()))
        return HoldPlaced(person=PersonId(file.person), hold=Hold(kind=kind, since=at, until=until))

    return make


def _disputes_in_writing(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent:
    debts = tuple(debt.debt for debt in file.debts[:1])
    return _asked(
        file,
        PersonRequest(
            at=at,
            type=RequestKind.DISPUTE,
            debts=debts,
            in_writing=True,
            received=at.date(),
            mailed=at.date(),
        ),
    )


def _represented(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent:
    return _asked(file, PersonRequest(at=at, type=RequestKind.ATTORNEY_REPRESENTED, attorney_known=True))


def _asks_us_to_stop(file: PersonFile, _at: datetime, chance: Stream) -> FactEvent:
    if chance.next() < 0.5 and file.numbers:
        number = NumberId(file.numbers[0].number)
        return SuppressionAdded(scope=SuppressionScope.NUMBER, source="list", number=number)
    return SuppressionAdded(scope=SuppressionScope.PERSON, source="list", person=PersonId(file.person))


def _recalled(file: PersonFile, _at: datetime, _chance: Stream) -> FactEvent | None:
    return AccountRecalled(debt=DebtId(file.debts[0].debt)) if file.debts else None


def _pays_all(file: PersonFile, _at: datetime, _chance: Stream) -> FactEvent | None:
    if not file.debts:
        return None
    return PaymentReceived(debt=DebtId(file.debts[-1].debt), amount=Money(cents=10_000), settles=True)


def _is_charged(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent | None:
    """A fee that the creditor adds."""
    if not file.debts:
        return None
    fee = LedgerEntry(
        key=f"fee-{int(at.timestamp())}",
        debt=DebtId(file.debts[0].debt),
        kind=EntryKind.FEE,
        amount=Money(cents=2_500),
        effective_on=at.date(),
    )
    return EntryPosted(entry=fee)


def _moves(file: PersonFile, _at: datetime, chance: Stream) -> FactEvent:
    state = tuple(STATES)[int(chance.next() * len(STATES))]
    address = Address(country="US", region=state, zones=frozenset({STATES[state][1]}))
    return PersonEdited(person=replace(file, addresses=(address,)))


def _notice_returned(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent:
    """The validation notice of a week ago came back."""
    sent = at.date() - timedelta(days=7)
    notice = Notice(
        notice=f"validation-{file.person}",
        sent_on=sent,
        kind=NoticeKind.VALIDATION,
        by=Medium.LETTER,
        returned_on=at.date(),
    )
    return NoticeRecorded(person=PersonId(file.person), notice=notice)


def _letter(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent:
    entry = HistoryEntry(
        entry=f"letter-{file.person}-{int(at.timestamp())}",
        at=at,
        event=EventKind.LETTER,
        debts=tuple(debt.debt for debt in file.debts),
    )
    return ContactRecorded(person=PersonId(file.person), entry=entry)


def _travels(file: PersonFile, at: datetime, chance: Stream) -> FactEvent:
    zone = STATES[tuple(STATES)[int(chance.next() * len(STATES))]][1]
    there = KnownLocation(zones=frozenset({zone}), until=at.date() + timedelta(days=3))
    return LocationTold(person=PersonId(file.person), location=there)


def _limitation_found(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent | None:
    if not file.debts:
        return None
    ends = at.date() + timedelta(days=365)
    return LimitationFound(debt=DebtId(file.debts[0].debt), ends=ends, source="office")


def _history_attested(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent | None:
    if not file.debts:
        return None
    since = at.date() - timedelta(days=30)
    debt = DebtId(file.debts[0].debt)
    return HistoryAttested(debt=debt, since=since, by="Nora Officer", why="the client's word", scope="one")


def _history_contradicted(file: PersonFile, at: datetime, _chance: Stream) -> FactEvent | None:
    """A contact came to light that the client's word left out: the account is left alone for a week."""
    if not file.debts:
        return None
    debt = DebtId(file.debts[0].debt)
    hold = Hold(
        kind=HoldKind.MANUAL,
        since=at,
        until=at.replace(microsecond=0) + timedelta(days=7),
        debts=(debt,),
        source=HISTORY_UNTOLD,
        ends_by_source=True,
    )
    return AccountHeld(debt=debt, hold=hold)


def _line_looked_up(file: PersonFile, at: datetime, chance: Stream) -> FactEvent | None:
    if not file.numbers:
        return None
    number = file.numbers[int(chance.next() * len(file.numbers))]
    return LineKindFound(
        number=NumberId(number.number), kind=number.kind, found_on=at.date(), source="look-up"
    )


_KINDS: Mapping[str, _Make] = {
    "calls_us": _calls_us,
    "names_bad_hours": _names_bad_hours,
    "stops_a_number": _stops_a_number,
    "consents_to_calls": _consents_to_calls,
    "on_active_duty": _held(HoldKind.ACTIVE_DUTY, 200.0),
    "disaster": _held(HoldKind.DISASTER_AREA, 60.0),
    "disputes_in_writing": _disputes_in_writing,
    "represented": _represented,
    "asks_us_to_stop": _asks_us_to_stop,
    "recalled": _recalled,
    "pays_all": _pays_all,
    "moves": _moves,
    "notices_returned": _notice_returned,
    "letters": _letter,
    "travels": _travels,
    "limitations_found": _limitation_found,
    "lines_looked_up": _line_looked_up,
    "is_charged": _is_charged,
    "histories_attested": _history_attested,
    "histories_contradicted": _history_contradicted,
}
