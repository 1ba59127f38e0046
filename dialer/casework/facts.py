"""Which events and commands are facts about people, and whom each binds; for engine and stores alike.

What follows from a payment, a recall, a suppression or a request is said here once; the engine applies the
change to the persons in play, stores apply the same change to everybody (`dialer.domain.facts`).
"""

from dataclasses import replace
from datetime import datetime

from compliance_gate.request import HistoryEntry, Hold, PersonRequest
from compliance_gate.words import Direction, EventKind, HoldKind, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.ledger.posting import PAID_IN_FULL, SETTLED_STATE
from dialer.domain.as_told import as_told, seconds_ahead
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
    HoldPlaced,
    InboundConversation,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.fact_events import (
    AccountHeld,
    ContactRecorded,
    HistoryAttested,
    HoldLifted,
    LimitationFound,
    LineKindFound,
    LocationTold,
    NoticeRecorded,
    PersonJoined,
    PersonParted,
)
from dialer.domain.facts import FactChange, Tie
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.record import entry_of, instant


def requested(person: PersonId, request: PersonRequest) -> FactChange:
    """Whom a request binds: made for a number, every person who has it; for a line of an institution, who
    made it (`FactChange.about`): one inmate does not close the prison's telephone to the others.

    That a number is not this person's says nothing about anybody else who has it: to its owner it is no wrong
    number, and their calls are not given back (comment 14(b)(2)(i)-3 speaks of the person called).
    """
    if request.number is not None and request.type is not RequestKind.WRONG_NUMBER_LEARNED:
        return FactChange(number=NumberId(request.number), request=request, about=person)
    return FactChange(person=person, request=request)


def _paid(event: PaymentReceived | EntryPosted, at: datetime) -> FactChange | None:
    """Whoever owes nothing is left alone; an account that owes again is no longer held for being paid."""
    if isinstance(event, EntryPosted):
        return FactChange(debt=event.entry.debt, released=PAID_IN_FULL) if event.reopens else None
    if not event.settles:
        return None
    return FactChange(debt=event.debt, hold=_debt_hold(HoldKind.CLOSED, event.debt, at, PAID_IN_FULL))


def _recalled(event: AccountRecalled, at: datetime) -> FactChange:
    return FactChange(debt=event.debt, hold=_debt_hold(HoldKind.RECALLED, event.debt, at, event.reason))


def _suppressed(event: SuppressionAdded, at: datetime) -> FactChange:
    if event.debt is not None:
        hold = _debt_hold(HoldKind.MANUAL, event.debt, at, event.source)
        return FactChange(debt=event.debt, hold=replace(hold, made_in=event.made_in, ends_by_source=True))
    request = PersonRequest(
        at=at,
        type=RequestKind.DO_NOT_CALL,
        number=event.number,
        text=event.source,
        made_in=event.made_in,
    )
    return FactChange(person=event.person, number=event.number, request=request)


def _debt_hold(kind: HoldKind, debt: DebtId, at: datetime, source: str) -> Hold:
    return Hold(kind=kind, since=at, debts=(debt,), source=source)


def _held(event: HoldPlaced | AccountHeld) -> FactChange:
    if isinstance(event, AccountHeld):
        return FactChange(debt=event.debt, hold=replace(event.hold, debts=(event.debt,)))
    return FactChange(person=event.person, hold=event.hold)


def _lifted(event: HoldLifted) -> FactChange:
    if event.source is None:
        return FactChange(person=event.person, lifted=event.kind)
    return FactChange(person=event.person, number=event.number, debt=event.debt, released=event.source)


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
    | EntryPosted
    | PersonEdited
    | InboundConversation
    | NoticeRecorded
    | ContactRecorded
    | LocationTold
    | LimitationFound
    | LineKindFound
    | AccountHeld
    | HistoryAttested
    | PersonJoined
    | PersonParted
)
"""Events that change what is known about people."""


def account_over(event: FactEvent) -> tuple[DebtId, str] | None:
    """The account that an event ends, and how in a word; None when it ends none."""
    match event:
        case AccountRecalled(debt=debt):
            return debt, "recalled"
        case PaymentReceived(debt=debt, settles=True):
            return debt, SETTLED_STATE
        case SuppressionAdded(debt=debt) if debt is not None:
            return debt, "suppressed"
        case _:
            return None


def change_of_event(event: FactEvent, *, now: float) -> FactChange | None:
    """The fact that an event from outside brings, as it binds from `now` (POSIX seconds) on: whatever time it
    carries, nothing has happened later than we are told of it. None when it changes nothing that the gate
    asks about.
    """
    change = _brought(event, instant(now))
    return None if change is None else as_told(change, at=instant(now))


def ahead_of_clock(event: FactEvent, *, now: float) -> float:
    """How far the time that an event's fact carries is ahead of `now`, seconds; 0.0 where it is not."""
    change = _brought(event, instant(now))
    return 0.0 if change is None else seconds_ahead(change, at=instant(now))


def _brought(event: FactEvent, at: datetime) -> FactChange | None:
    change: FactChange | None
    match event:
        case RequestReceived():
            change = requested(event.person, event.request)
        case ConsentGiven():
            change = FactChange(person=event.person, consent=event.consent)
        case HoldPlaced() | AccountHeld():
            change = _held(event)
        case HoldLifted():
            change = _lifted(event)
        case SuppressionAdded():
            change = _suppressed(event, at)
        case AccountRecalled():
            change = _recalled(event, at)
        case PaymentReceived() | EntryPosted():
            change = _paid(event, at)
        case PersonEdited():
            change = FactChange(person=PersonId(event.person.person), replaced=event.person)
        case InboundConversation():
            change = _inbound(event, at)
        case _:
            change = _told(event, at)
    return change


def _told(
    event: NoticeRecorded
    | ContactRecorded
    | LocationTold
    | PersonJoined
    | PersonParted
    | LimitationFound
    | LineKindFound
    | HistoryAttested,
    at: datetime,
) -> FactChange:
    match event:
        case NoticeRecorded():
            return FactChange(person=event.person, notice=event.notice)
        case ContactRecorded():
            return FactChange(person=event.person, entry=event.entry)
        case LocationTold():
            return FactChange(person=event.person, location=event.location)
        case PersonJoined() | PersonParted():
            return _tied(event)
        case _:
            return _found(event, at)


def _found(event: LimitationFound | LineKindFound | HistoryAttested, at: datetime) -> FactChange:
    """Of an account, or a number."""
    match event:
        case LimitationFound():
            return FactChange(debt=event.debt, limitation_ends=event.ends)
        case LineKindFound():
            return FactChange(number=event.number, line_kind=event.line)
        case HistoryAttested():
            return FactChange(debt=event.debt, attested=event.made(at))


def _tied(event: PersonJoined | PersonParted) -> FactChange:
    tie = Tie(fellow=event.fellow, by=event.by, why=event.why)
    if isinstance(event, PersonJoined):
        return FactChange(person=event.person, joined=tie)
    return FactChange(person=event.person, parted=tie)


def change_of_command(command: Command) -> FactChange | None:
    """The fact that the engine itself decided to record; None for commands that record none."""
    change: FactChange | None = None
    match command:
        case StoreOutcome(record=record):
            attempted = entry_of(record)
            change = None if attempted is None else FactChange(person=record.person, entry=attempted)
        case StoreRequest(person=person, request=request):
            change = requested(person, request)
        case StoreNumberRequest(number=number, request=request):
            change = FactChange(number=number, request=request)
        case StoreConversation(person=person, entry=entry):
            change = FactChange(person=person, entry=entry)
        case StoreConsent(person=person, consent=consent):
            change = FactChange(person=person, consent=consent)
        case StoreHold():
            change = FactChange(
                person=command.person, number=command.number, debt=command.debt, hold=command.hold
            )
        case _:
            pass
    return change
