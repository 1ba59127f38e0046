"""What an event or a command changes in what is known about people: one translation for engine and stores.

A change names whom it binds (a person, everybody who has a number, everybody who owes a debt) and carries
one fact. `apply` gives the person's file with the fact. The engine applies changes to the persons in play;
stores apply the same changes to everybody.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest
from compliance_gate.words import Direction, EventKind, HoldKind, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.commands import Command, StoreHold, StoreOutcome, StoreRequest
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    Event,
    HoldLifted,
    HoldPlaced,
    InboundConversation,
    PaymentReceived,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.record import entry_of, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """One fact and whom it binds: exactly one of person, number, debt names them; exactly one fact is set."""

    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None
    entry: HistoryEntry | None = None
    request: PersonRequest | None = None
    consent: Consent | None = None
    hold: Hold | None = None
    lifted: HoldKind | None = None
    replaced: PersonFile | None = None

    def binds(self, file: PersonFile) -> bool:
        """Whether the change concerns this person."""
        if self.person is not None:
            return file.person == self.person
        if self.number is not None:
            return any(number.number == self.number for number in file.numbers)
        return any(debt.debt == self.debt for debt in file.debts)

    def apply(self, file: PersonFile) -> PersonFile:
        """The person's file with the fact; the caller has asked `binds`."""
        if self.entry is not None:
            return with_entry(file, self.entry)
        if self.request is not None:
            return replace(file, requests=(*file.requests, self.request))
        if self.consent is not None:
            return replace(file, consents=(*file.consents, self.consent))
        if self.hold is not None:
            return replace(file, holds=(*file.holds, self.hold))
        if self.lifted is not None:
            return replace(file, holds=tuple(hold for hold in file.holds if hold.kind is not self.lifted))
        return self.replaced if self.replaced is not None else file


def with_entry(file: PersonFile, entry: HistoryEntry) -> PersonFile:
    """The file with the entry, in place of an earlier entry of the same id if there is one."""
    kept = tuple(known for known in file.history if known.entry != entry.entry)
    return replace(file, history=(*kept, entry))


def changes_of_event(event: Event, *, now: float) -> tuple[FactChange, ...]:
    """The facts that an event from outside brings; none for most events."""
    at = instant(now)
    match event:
        case RequestReceived(person=person, request=request):
            number = NumberId(request.number) if request.number is not None else None
            if number is not None:
                # A request made for a number binds every person who has it.
                return (FactChange(number=number, request=request),)
            return (FactChange(person=person, request=request),)
        case ConsentGiven(person=person, consent=consent):
            return (FactChange(person=person, consent=consent),)
        case HoldPlaced(person=person, hold=hold):
            return (FactChange(person=person, hold=hold),)
        case HoldLifted(person=person, kind=kind):
            return (FactChange(person=person, lifted=kind),)
        case SuppressionAdded():
            return (_suppression(event, at),)
        case AccountRecalled(debt=debt, reason=reason):
            return (FactChange(debt=debt, hold=_debt_hold(HoldKind.RECALLED, debt, at, reason)),)
        case PaymentReceived(debt=debt, settles=True):
            return (FactChange(debt=debt, hold=_debt_hold(HoldKind.CLOSED, debt, at, "paid")),)
        case PersonEdited(person=file):
            return (FactChange(person=PersonId(file.person), replaced=file),)
        case InboundConversation():
            return (_inbound(event, at),)
        case _:
            return ()


def changes_of_command(command: Command) -> tuple[FactChange, ...]:
    """The facts that the engine itself decided to record."""
    match command:
        case StoreRequest(person=person, request=request):
            if request.number is not None and request.type is not RequestKind.WRONG_NUMBER_LEARNED:
                return (FactChange(number=NumberId(request.number), request=request),)
            return (FactChange(person=person, request=request),)
        case StoreHold(person=person, hold=hold):
            return (FactChange(person=person, hold=hold),)
        case StoreOutcome(record=record):
            entry = entry_of(record)
            return () if entry is None else (FactChange(person=record.person, entry=entry),)
        case _:
            return ()


def _suppression(event: SuppressionAdded, at: datetime) -> FactChange:
    if event.scope is SuppressionScope.DEBT and event.debt is not None:
        return FactChange(debt=event.debt, hold=_debt_hold(HoldKind.MANUAL, event.debt, at, event.source))
    request = PersonRequest(at=at, type=RequestKind.DO_NOT_CALL, number=event.number, text=event.source)
    return FactChange(person=event.person, number=event.number, request=request)


def _debt_hold(kind: HoldKind, debt: DebtId, at: datetime, source: str) -> Hold:
    return Hold(kind=kind, since=at, debts=(debt,), source=source)


def _inbound(event: InboundConversation, at: datetime) -> FactChange:
    entry = HistoryEntry(
        entry=f"inbound-{event.person}-{int(at.timestamp())}",
        at=at,
        event=EventKind.CALL_RECEIVED,
        direction=Direction.INBOUND,
        outcome=GateOutcome.CONVERSATION,
        debts=event.debts,
        number=event.number,
    )
    return FactChange(person=event.person, entry=entry)
