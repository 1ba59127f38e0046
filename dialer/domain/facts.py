"""What an event or a command changes in what is known about people: one translation for engine and stores.

A change names whom it binds (a person, everybody who has a number, everybody who owes a debt) and carries
one fact. `apply` gives the person's file with the fact. The engine applies changes to the persons in play;
stores apply the same changes to everybody.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from compliance_gate.request import Consent, HistoryEntry, Hold, PersonFile, PersonRequest
from compliance_gate.words import Direction, EventKind, HoldKind, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.commands import (
    Command,
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreNumberRequest,
    StoreOutcome,
    StoreRequest,
)
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
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

T = TypeVar("T")


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
    placed: PersonFile | None = None

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
        return with_placed(file, self.placed) if self.placed is not None else self.replaced or file

    def is_in(self, file: PersonFile) -> bool:
        """Whether the request or hold is in the file already, word for word; no other fact is looked for."""
        return self.request in file.requests or self.hold in file.holds


def with_entry(file: PersonFile, entry: HistoryEntry) -> PersonFile:
    """The file with the entry, in place of an earlier entry of the same id if there is one."""
    kept = [known for known in file.history if known.entry != entry.entry]
    return with_history(file, (*kept, entry))


def with_history(file: PersonFile, history: tuple[HistoryEntry, ...]) -> PersonFile:
    """`dataclasses.replace` for the one field that changes at every attempt, several times as fast."""
    return PersonFile(
        person=file.person,
        role=file.role,
        addresses=file.addresses,
        numbers=file.numbers,
        debts=file.debts,
        history=history,
        consents=file.consents,
        requests=file.requests,
        holds=file.holds,
        known_location=file.known_location,
    )


def with_placed(file: PersonFile, placed: PersonFile) -> PersonFile:
    """The file with what a later placement says: nothing of it goes, and what both tell of one number or debt
    is told by the placement, which is the newer word."""
    known = {entry.entry for entry in file.history}
    numbers = {number.number: number for number in (*file.numbers, *placed.numbers)}
    debts = {debt.debt: debt for debt in (*file.debts, *placed.debts)}
    return replace(
        file,
        role=placed.role,
        addresses=_joined(file.addresses, placed.addresses),
        numbers=tuple(numbers.values()),
        debts=tuple(debts.values()),
        history=(*file.history, *(entry for entry in placed.history if entry.entry not in known)),
        consents=_joined(file.consents, placed.consents),
        requests=_joined(file.requests, placed.requests),
        holds=_joined(file.holds, placed.holds),
        known_location=file.known_location if placed.known_location is None else placed.known_location,
    )


def _joined(known: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return (*known, *(value for value in more if value not in known))


def _requested(event: RequestReceived, _at: datetime) -> FactChange:
    if event.request.number is not None:
        # A request made for a number binds every person who has it.
        return FactChange(number=NumberId(event.request.number), request=event.request)
    return FactChange(person=event.person, request=event.request)


def _paid(event: PaymentReceived, at: datetime) -> FactChange | None:
    if not event.settles:
        return None
    return FactChange(debt=event.debt, hold=_debt_hold(HoldKind.CLOSED, event.debt, at, "paid"))


def _recalled(event: AccountRecalled, at: datetime) -> FactChange:
    return FactChange(debt=event.debt, hold=_debt_hold(HoldKind.RECALLED, event.debt, at, event.reason))


def _suppressed(event: SuppressionAdded, at: datetime) -> FactChange:
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


FactEvent = (
    RequestReceived
    | ConsentGiven
    | HoldPlaced
    | HoldLifted
    | SuppressionAdded
    | AccountRecalled
    | PaymentReceived
    | PersonEdited
    | InboundConversation
)
"""Events that change what is known about people."""


def change_of_event(event: FactEvent, *, now: float) -> FactChange | None:
    """The fact that an event from outside brings; None when it changes nothing the gate asks about."""
    at = instant(now)
    change: FactChange | None
    match event:
        case RequestReceived():
            change = _requested(event, at)
        case ConsentGiven():
            change = FactChange(person=event.person, consent=event.consent)
        case HoldPlaced():
            change = FactChange(person=event.person, hold=event.hold)
        case HoldLifted():
            change = FactChange(person=event.person, lifted=event.kind)
        case SuppressionAdded():
            change = _suppressed(event, at)
        case AccountRecalled():
            change = _recalled(event, at)
        case PaymentReceived():
            change = _paid(event, at)
        case PersonEdited():
            change = FactChange(person=PersonId(event.person.person), replaced=event.person)
        case InboundConversation():
            change = _inbound(event, at)
    return change


def change_of_command(command: Command) -> FactChange | None:
    """The fact that the engine itself decided to record; None for commands that record none."""
    change: FactChange | None = None
    match command:
        case StoreOutcome(record=record):
            attempted = entry_of(record)
            change = None if attempted is None else FactChange(person=record.person, entry=attempted)
        case StoreRequest(person=person, request=request):
            if request.number is not None and request.type is not RequestKind.WRONG_NUMBER_LEARNED:
                change = FactChange(number=NumberId(request.number), request=request)
            else:
                change = FactChange(person=person, request=request)
        case StoreNumberRequest(number=number, request=request):
            change = FactChange(number=number, request=request)
        case StoreConversation(person=person, entry=entry):
            change = FactChange(person=person, entry=entry)
        case StoreConsent(person=person, consent=consent):
            change = FactChange(person=person, consent=consent)
        case StoreHold(person=person, hold=hold):
            change = FactChange(person=person, hold=hold)
        case _:
            pass
    return change
