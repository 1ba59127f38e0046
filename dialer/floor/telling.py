"""What a line of a file of suppressions, requests, consents or payments means to the people on file: events.

Everybody whom the line names is found; whom nobody knows refuses it, and what protects binds the others all
the same. A number that nobody has is kept, and binds whoever gets it later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from compliance_gate.request import Consent, HistoryEntry, Hold, MadeIn, PersonRequest
from compliance_gate.words import EventKind, RequestKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import (
    ConsentGiven,
    Event,
    HoldPlaced,
    RequestReceived,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.fact_events import ContactRecorded, LineKindFound
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.keys import folded
from dialer.domain.ledger import PayMethod, is_card, is_reference
from dialer.domain.ledger_events import PaymentReceived
from dialer.floor.whom import Names, OnFile
from dialer.intake.history.said import Happened
from dialer.intake.lists.said import Listed, ListKind
from dialer.intake.report import masked
from dialer.intake.told import Paid, RefusedLine, Suppressed, ToldLine

NOBODY_TODAY = "nobody on file has this number today: it binds whoever gets it later"

_OF_A_NUMBER = frozenset({RequestKind.STOP_NUMBER, RequestKind.DO_NOT_CALL, RequestKind.WRONG_NUMBER_LEARNED})
"""Requests about one telephone; any other is about the person, who is found by it."""

_OF_A_DEBT = frozenset(
    {
        RequestKind.DISPUTE,
        RequestKind.DISPUTE_ANSWERED,
        RequestKind.DOCUMENTS_REQUESTED,
        RequestKind.DOCUMENTS_PROVIDED,
        RequestKind.ORIGINAL_CREDITOR_REQUESTED,
        RequestKind.ORIGINAL_CREDITOR_NAMED,
    }
)
"""Requests about one account; any other is about all that the person owes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What became of a line.

    Args:
        events: what it says, for everybody whom it names.
        refusals: (column, reason, value) of whom it names and nobody knows.
        remarks: (column, reason).
    """

    events: tuple[Event, ...] = ()
    refusals: tuple[tuple[str, str, str], ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


def names_of(lines: Iterable[ToldLine | RefusedLine]) -> Names:
    """Everybody whom some lines name."""
    persons: set[str] = set()
    accounts: set[str] = set()
    numbers: set[str] = set()
    for line in lines:
        persons.add(line.person)
        accounts.add(line.account)
        numbers.add(line.number)
    return Names(
        persons=frozenset(filter(None, persons)),
        accounts=frozenset(filter(None, accounts)),
        numbers=frozenset(filter(None, numbers)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Whom one line names, of those on file; `number` may be nobody's."""

    person: PersonId | None
    debt: DebtId | None
    number: NumberId | None
    on_file: OnFile

    @property
    def holders(self) -> list[PersonId]:
        return [] if self.number is None else self.on_file.holders.get(self.number, [])

    @property
    def people(self) -> list[PersonId]:
        """The person, or else who owes the account, or else who has the number."""
        if self.person is not None:
            return [self.person]
        if self.debt is not None:
            return self.on_file.owing.get(self.debt, [])
        return self.holders


def meant_by(line: ToldLine, on_file: OnFile, *, by: str, at: datetime) -> Meant:
    """What a line means.

    Args:
        by: who hands the file in; at: when, aware.
    """
    found = _Found(
        person=on_file.persons.get(line.person),
        debt=on_file.debts.get(line.account),
        number=on_file.numbers.get(line.number),
        on_file=on_file,
    )
    refusals = tuple(_unknown(line, found))
    if refusals and not line.protects:
        return Meant(refusals=refusals)
    remarks = list(line.remarks)
    if found.number is not None and not found.holders:
        remarks.append(("number", NOBODY_TODAY))
    if isinstance(line.said, Paid):
        remarks += _not_kept(line.said)
    try:
        events = tuple(_events(line, found, by, at))
    except _RefusedError as error:
        return Meant(refusals=(*refusals, (error.column, error.reason, "")))
    except InvalidFactError as error:
        name = str(error).split(" ", maxsplit=1)[0]  # the rest tells the value, which may be personal
        return Meant(refusals=(*refusals, ("", f"{name}: a value that cannot be kept", "")))
    if not events and not refusals:
        return Meant(refusals=(("account", "nobody on file owes it", masked(line.account)),))
    return Meant(events=events, refusals=refusals, remarks=tuple(remarks))


class _RefusedError(Exception):
    """The line cannot be taken, whoever is on file."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def _unknown(line: ToldLine, found: _Found) -> Iterable[tuple[str, str, str]]:
    if line.person and found.person is None:
        yield "person", "nobody on file is called this", masked(line.person)
    if line.account and found.debt is None:
        yield "account", "no account on file is called this", masked(line.account)
    if line.number and found.number is None:
        yield "number", "no telephone number, nor the id of one on file", ""


def _events(line: ToldLine, found: _Found, by: str, at: datetime) -> Iterable[Event]:
    match line.said:
        case Suppressed() as suppressed:
            return _suppressions(found, suppressed.source, suppressed.made_in)
        case PersonRequest() as request:
            return _requests(
                found, replace(request, made_in=_taken(request.made_in, by)), protects=line.protects
            )
        case Consent() as consent:
            return _consents(found, replace(consent, made_in=_taken(consent.made_in, by)))
        case Paid() as paid:
            return (_payment(found, paid),)
        case Listed() as listed:
            return _listed(found, listed, at)
        case Happened() as happened:
            return tuple(_happened(found, happened))


def _taken(made_in: MadeIn | None, by: str) -> MadeIn:
    """Where it was said; whoever brings the file answers for it where the line does not say who took it."""
    if made_in is None:
        return MadeIn(taken_by=by)
    return made_in if made_in.taken_by is not None else replace(made_in, taken_by=by)


def _suppressions(found: _Found, source: str, made_in: MadeIn | None) -> Iterable[Event]:
    if found.person is not None:
        yield SuppressionAdded(
            scope=SuppressionScope.PERSON, source=source, person=found.person, made_in=made_in
        )
    if found.debt is not None:
        yield SuppressionAdded(scope=SuppressionScope.DEBT, source=source, debt=found.debt, made_in=made_in)
    if found.number is not None:
        yield SuppressionAdded(
            scope=SuppressionScope.NUMBER, source=source, number=found.number, made_in=made_in
        )


def _requests(found: _Found, request: PersonRequest, *, protects: bool) -> Iterable[Event]:
    """Of a number alone that nobody has, what protects is kept in its widest reading: nobody calls it."""
    if request.type in _OF_A_DEBT and found.debt is not None:
        request = replace(request, debts=(found.debt,))
    if request.type in _OF_A_NUMBER:
        request = replace(request, number=found.number)
    people = found.people
    is_wide = (
        found.person is None and found.debt is None and request.type is not RequestKind.WRONG_NUMBER_LEARNED
    )
    if found.number is not None and ((is_wide and request.type in _OF_A_NUMBER) or not people):
        if not protects:
            raise _RefusedError("number", "nobody on file has this number, and it opens something")
        source = f"{request.type.value}, of a file"
        return (
            SuppressionAdded(
                scope=SuppressionScope.NUMBER, source=source, number=found.number, made_in=request.made_in
            ),
        )
    return tuple(RequestReceived(person=person, request=request) for person in people)


def _consents(found: _Found, consent: Consent) -> Iterable[Event]:
    """Consent is one person's: of a number alone it is taken where one person has it, and nobody else's."""
    people = found.people
    if consent.revoked_at is not None and not people and found.number is not None:
        source = "consent revoked, of a file"
        return (
            SuppressionAdded(
                scope=SuppressionScope.NUMBER, source=source, number=found.number, made_in=consent.made_in
            ),
        )
    if found.person is None and len(people) != 1 and consent.revoked_at is None:
        what = "number" if found.debt is None else "account"
        raise _RefusedError(what, f"{_counted(people)} it: say whose consent it is")
    debts = None if found.debt is None else (found.debt,)
    given = replace(consent, number=found.number, debts=debts)
    return tuple(ConsentGiven(person=person, consent=given) for person in people)


def _happened(found: _Found, happened: Happened) -> Iterable[Event]:
    """A call is on the file of everybody whom it may have been with: of a number alone, all who have it.

    That somebody is not to be called is of the number; where it cannot be read, of whoever else is named.
    """
    if happened.opted_out and found.number is not None:
        source = happened.opted_out
        yield SuppressionAdded(scope=SuppressionScope.NUMBER, source=source, number=found.number)
    elif not found.people:
        raise _RefusedError("number", "nobody on file has this number: import the accounts first")
    elif happened.opted_out:
        yield from _suppressions(found, happened.opted_out, None)
    debts = None if found.debt is None else (found.debt,)
    for person in found.people:
        entry = replace(happened.entry, debts=debts, number=found.number)
        yield ContactRecorded(person=person, entry=entry)


def _listed(found: _Found, listed: Listed, at: datetime) -> tuple[Event, ...]:
    """Holds for whoever is named; a number's own facts also where nobody has it yet.

    What closes a number that cannot be read closes whoever else the line names.
    """
    events: list[Event] = []
    number = found.number
    if listed.hold is not None:
        hold = Hold(kind=listed.hold, since=at, source=listed.source)
        events += [HoldPlaced(person=person, hold=hold) for person in found.people]
    if listed.is_suppressed and number is not None:
        events.append(SuppressionAdded(scope=SuppressionScope.NUMBER, source=listed.source, number=number))
    # What kind of line a number is may open it: within walls, it is said of one's own people's.
    if listed.line is not None and number is not None and (found.holders or not found.on_file.is_walled):
        events.append(
            LineKindFound(number=number, kind=listed.line, found_on=listed.of_day, source=listed.source)
        )
    if listed.reassigned is not None:
        events += [_reassigned(person, found, listed, at) for person in found.people]
    if not events and (listed.is_suppressed or listed.kind is ListKind.DO_NOT_CALL):
        return tuple(_suppressions(found, listed.source, None))
    if not events:
        raise _RefusedError(
            "", "nobody on file is named by it today: import it again after the next placement"
        )
    return tuple(events)


def _reassigned(person: PersonId, found: _Found, listed: Listed, at: datetime) -> Event:
    entry = HistoryEntry(
        entry=f"rnd-{found.number}-{listed.of_day.isoformat()}",
        at=at,
        event=EventKind.RND_QUERY,
        number=found.number,
        rnd_result=listed.reassigned,
        rnd_date=listed.of_day,
    )
    return ContactRecorded(person=person, entry=entry)


def _counted(people: list[PersonId]) -> str:
    return "nobody on file has" if not people else f"{len(people)} people have"


def _payment(found: _Found, paid: Paid) -> Event:
    """The one place where a payment of a file becomes what the floor, or the store, is told."""
    debts = [found.debt] if found.debt is not None else _owed_by(found)
    if len(debts) != 1:
        raise _RefusedError(
            "account", f"the payment is of one account, and {len(debts)} may be meant: say which"
        )
    currency = found.on_file.currencies.get(debts[0])
    if currency is not None and paid.amount.currency != currency:
        raise _RefusedError(
            "currency", f"the account is in {currency}: say what was taken in the account's currency"
        )
    return PaymentReceived(
        debt=debts[0],
        amount=paid.amount,
        settles=paid.settles,
        effective_on=paid.paid_on,
        method=METHODS.get(folded(paid.method), PayMethod.UNKNOWN),
        reference=paid.reference if _may_be_kept(paid.reference) else "",
    )


METHODS = {method.value: method for method in PayMethod} | {
    "ach": PayMethod.BANK_DEBIT,
    "eft": PayMethod.BANK_DEBIT,
    "direct debit": PayMethod.BANK_DEBIT,
    "cheque": PayMethod.CHECK,
    "credit card": PayMethod.CARD,
    "debit card": PayMethod.CARD,
    "money order": PayMethod.MONEY_ORDER,
}
"""How it was paid, by what files write."""


def _may_be_kept(reference: str) -> bool:
    return is_reference(reference) and not is_card(reference)


def _not_kept(paid: Paid) -> Iterable[tuple[str, str]]:
    if paid.reference and not _may_be_kept(paid.reference):
        yield "reference", "words, or the number of a card: not kept; the payment is taken without"
    if paid.method and folded(paid.method) not in METHODS:
        yield "method", "not known: taken as unknown"


def _owed_by(found: _Found) -> list[DebtId]:
    return sorted({debt for person in found.people for debt in found.on_file.owed.get(person, [])})
