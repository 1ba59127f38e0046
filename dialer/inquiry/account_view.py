"""`AccountView`, the one reader of an account: what may be known before somebody is identified, and after.

Whoever is on the line is identified by what they are asked (`dialer.casework.identifying`); until then a view
has whom to ask for, in which language, and what to ask: nothing that says that there is a debt. What a client
has us ask for is in no view of its accounts, before or after. Each look is written down by whoever hands a
view out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from compliance_gate.request import Debt, PersonFile, PersonRequest
from compliance_gate.words import HoldKind, RequestKind
from dialer.access.record import Deed
from dialer.casework.identifying import (
    Identified,
    Identifier,
    IdentifyTerms,
    OnFile,
    Party,
    identified,
    may_be_told,
    questions,
)
from dialer.domain.record import AttemptRecord, instant
from dialer.floor.client_terms import client_contracts
from dialer.floor.whom import person_ids
from dialer.inquiry import stored
from dialer.inquiry.account_shapes import (
    AccountView,
    AddressView,
    Bar,
    ConsentView,
    DebtView,
    DisputeView,
    HoldView,
    Identifying,
    LocalTime,
    NumberView,
    RequestView,
    RightPartyView,
)
from dialer.inquiry.contact_views import contacts_of, means_now, number_status, talk_of
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.ledgers import OffersTold, account_ledger
from dialer.storage import places
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.identities import Identity, identities_of, numbers_in_clear
from dialer.storage.spoken_words import opened_words
from dialer.storage.store import Store

NOTHING_OFFERED = OffersTold(settles_from_cents=None, settled_by="", rule="", most_parts=1)

_OPEN, _ENDS = RequestKind.DISPUTE, RequestKind.DISPUTE_ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody on the line told of themselves."""

    party: Party
    told: Mapping[Identifier, str] = field(default_factory=dict[Identifier, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """That the whole is seen without anybody on the line. `why`: by which right."""

    why: str


def account_view(store: Store, person: str, *, at: float, by: Answers | Leave | None = None) -> AccountView:
    """A person's account as of `at` (POSIX seconds).

    Args:
        by: what was answered, or the right of whoever looks; None = nobody is identified yet.

    Raises:
        NotThereError: nobody knows the person.
    """
    known = _known(store, person, at)
    terms = known.terms
    on_file = _on_file(known.identity)
    came = _came(terms, on_file, by)
    asks = questions(terms, on_file)
    return AccountView(
        person=person,
        name=known.identity.name,
        language=known.language,
        as_of=at,
        local_times=_local_times(known.file, at),
        identifying=Identifying(
            asks=tuple(each.value for each in asks),
            enough=terms.enough,
            parties=tuple(each.value for each in terms.parties),
            is_possible=len(asks) >= terms.enough,
        ),
        is_told=came.is_right,
        why=came.why,
        account=_told(store, known, at) if came.is_right else None,
    )


def _came(terms: IdentifyTerms, on_file: OnFile, by: Answers | Leave | None) -> Identified:
    match by:
        case None:
            return Identified(is_right=False, why="nobody was identified yet")
        case Leave():
            return Identified(is_right=True, why=by.why)
        case Answers():
            return identified(terms, on_file, party=by.party, answers=by.told)


def written_down(view: AccountView, *, who: str, address: str, why: str) -> Deed:
    """A look, for the record of who did what."""
    return Deed(
        at=view.as_of,
        who=who,
        address=address,
        action="account view",
        about=(f"person:{view.person}",),
        why=why,
        outcome="told" if view.is_told else "not told",
    )


def looked_at(store: Store, name: str, *, at: float, by: Leave | None, who: str, why: str) -> AccountView:
    """A view for whoever sits at the command line, with the look written down before it is shown.

    Args:
        name: a person's id, or CLIENT/REFERENCE.

    Raises:
        NotThereError: nobody knows the person.
    """
    ids = person_ids(name, store.identifiers)
    person = store.read(lambda connection: places.person_on_file(connection, ids))
    if person is None:
        raise _not_there(name)
    view = account_view(store, person, at=at, by=by)
    deed = written_down(view, who=who, address="command", why=why)
    store.write(lambda connection: deeds.append(connection, [deed]))
    return view


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Somebody as the store has them, the words they said in clear."""

    terms: IdentifyTerms
    language: str
    file: PersonFile
    identity: Identity
    attempts: tuple[AttemptRecord, ...]


def _known(store: Store, person: str, at: float) -> _Known:
    query = select(t.persons.c.client, t.persons.c.language).where(t.persons.c.person == person)
    row = store.read(lambda connection: connection.execute(query).one_or_none())
    file = stored.person_file(store, person, at=at)
    if row is None or file is None:
        raise _not_there(person)
    found = store.read(lambda connection: identities_of(connection, store.keyring, [person]))
    return _Known(
        terms=client_contracts().of(row.client).identifying,
        language=row.language,
        file=opened_words(store.keyring, file),
        identity=found.get(person, Identity()),
        attempts=tuple(stored.attempts_of(store, person)),
    )


def _on_file(identity: Identity) -> OnFile:
    """What of somebody identifies them. Nothing here may get into a view."""
    found = {
        Identifier.DATE_OF_BIRTH: {identity.date_of_birth or ""},
        Identifier.SSN_LAST4: {identity.ssn_last4},
        Identifier.EMAIL: {identity.email},
        Identifier.POSTAL_CODE: {lines[2] for lines in identity.addresses.values()},
        Identifier.ACCOUNT: {each.client_account for each in identity.accounts.values()},
    }
    return {which: frozenset(filter(None, values)) for which, values in found.items()}


def _local_times(file: PersonFile, at: float) -> tuple[LocalTime, ...]:
    zones = {zone for place in (*file.numbers, *file.addresses) for zone in place.zones or ()}
    return tuple(
        LocalTime(zone=zone, clock=f"{instant(at).astimezone(ZoneInfo(zone)):%a %H:%M}")
        for zone in sorted(zones)
    )


def _told(store: Store, known: _Known, at: float) -> RightPartyView:
    file = known.file
    debts = [each for each in file.debts if may_be_told(known.terms, each.person_role or file.role)]
    means, why_not = means_now(store, file, {each.debt for each in debts}, at)
    disputes = _disputes(file, at)
    return RightPartyView(
        role=file.role.value,
        numbers=_numbers(store, known, at),
        addresses=tuple(
            AddressView(
                kind=each.kind.value,
                country=each.country or "",
                region=each.region or "",
                city=each.city or "",
            )
            for each in file.addresses
        ),
        debts=_debts(store, known, debts, disputes, at),
        holds=_holds(file, at),
        requests=tuple(_request(each) for each in _standing(file, at) if each.type not in (_OPEN, _ENDS)),
        disputes=disputes,
        consents=tuple(
            ConsentView(
                scope=each.scope.value,
                at=each.at.timestamp(),
                debts=each.debts,
                number=each.number or "",
                wording=each.wording or "",
            )
            for each in file.consents
            if each.revoked_at is None or each.revoked_at > instant(at)
        ),
        contacts=contacts_of(file, known.attempts),
        talk=talk_of(store, known.attempts, at),
        means=means,
        means_not_known=why_not,
    )


def _numbers(store: Store, known: _Known, at: float) -> tuple[NumberView, ...]:
    names = [each.number for each in known.file.numbers]
    digits = store.read(lambda connection: numbers_in_clear(connection, store.keyring, names))
    requests = tuple(_standing(known.file, at))
    return tuple(
        NumberView(
            number=each.number,
            e164=digits.get(each.number, ""),
            kind=each.kind.value,
            role=each.role.value,
            place="" if each.place is None else each.place.value,
            status=number_status(each.number, known.file, requests, known.attempts),
            lists=tuple(sorted(one.value for one in each.on_lists)),
        )
        for each in known.file.numbers
    )


def _debts(
    store: Store, known: _Known, debts: Iterable[Debt], disputes: Iterable[DisputeView], at: float
) -> tuple[DebtView, ...]:
    wanted = {each.debt: each for each in debts}

    def read(connection: Connection) -> dict[str, Row[Any]]:
        rows = connection.execute(select(t.debts).where(t.debts.c.debt.in_(wanted)))
        return {row.debt: row for row in rows}

    rows, disputed = store.read(read), tuple(disputes)
    return tuple(
        _debt(store, known, debt, rows[name], disputed, at) for name, debt in wanted.items() if name in rows
    )


def _debt(
    store: Store, known: _Known, debt: Debt, row: Row[Any], disputes: Iterable[DisputeView], at: float
) -> DebtView:
    ledger, account = account_ledger(store, debt.debt, at=at), known.identity.accounts.get(debt.debt)
    is_asked = Identifier.ACCOUNT in known.terms.asks
    bars = (*_bars(known.file, debt.debt, at), *_disputed(disputes, debt.debt))
    return DebtView(
        debt=debt.debt,
        role=(debt.person_role or known.file.role).value,
        type=debt.type.value,
        client=row.client,
        client_account="" if account is None or is_asked else account.client_account,
        creditor=row.current_creditor,
        original_creditor=row.original_creditor,
        delinquent_since=row.delinquent_since or "",
        last_day_to_sue="" if debt.limitation_ends is None else debt.limitation_ends.isoformat(),
        ledger=replace(ledger, offers=NOTHING_OFFERED) if bars else ledger,
        bars=bars,
    )


_STOPS = (RequestKind.CEASE_COMMUNICATION, RequestKind.ATTORNEY_REPRESENTED, RequestKind.BREATHING_SPACE)
"""After which nothing is offered to the person themself, whatever rule the gate has for a further contact."""


def _bars(file: PersonFile, debt: str, at: float) -> tuple[Bar, ...]:
    """Holds and requests that stand on an account; a hold that was told of beforehand from its day on."""
    holds = [
        Bar(what=f"hold: {each.kind}", since=each.since)
        for each in _holds(file, at)
        if each.since <= at and (each.debts is None or debt in each.debts)
    ]
    asked = [
        Bar(what=f"request: {each.type.value}", since=each.at.timestamp())
        for each in _standing(file, at)
        if each.type in _STOPS and (each.debts is None or debt in each.debts)
    ]
    return (*holds, *asked)


def _disputed(disputes: Iterable[DisputeView], debt: str) -> tuple[Bar, ...]:
    return tuple(
        Bar(what="dispute that waits for an answer", since=each.at)
        for each in disputes
        if each.answered_at is None and (each.debts is None or debt in each.debts)
    )


def _holds(file: PersonFile, at: float) -> tuple[HoldView, ...]:
    return tuple(
        HoldView(
            kind=each.kind.value,
            since=each.since.timestamp(),
            until=None if each.until is None else each.until.timestamp(),
            debts=each.debts,
            source=each.source or "",
        )
        for each in file.holds
        if each.until is None or each.until > instant(at)
    )


def _standing(file: PersonFile, at: float) -> Iterable[PersonRequest]:
    """Requests that were not taken back, the newest first."""
    standing = (
        each for each in file.requests if each.withdrawn_at is None or each.withdrawn_at > instant(at)
    )
    return sorted(standing, key=lambda each: each.at, reverse=True)


def _request(each: PersonRequest) -> RequestView:
    return RequestView(
        kind=each.type.value,
        at=each.at.timestamp(),
        debts=each.debts,
        number=each.number or "",
        in_writing=each.in_writing,
        words=_words(each),
    )


def _words(each: PersonRequest) -> str:
    return each.text or (each.made_in.words if each.made_in is not None else None) or ""


def _disputes(file: PersonFile, at: float) -> tuple[DisputeView, ...]:
    """Every dispute with its answer; one that was told as a hold alone is in the holds."""
    answers = [each for each in _standing(file, at) if each.type is _ENDS]
    return tuple(
        DisputeView(
            at=each.at.timestamp(),
            debts=each.debts,
            in_writing=each.in_writing,
            words=_words(each),
            answered_at=_answered_at(each, answers),
            is_held=any(
                hold.kind == HoldKind.DISPUTE.value and _meet(hold.debts, each.debts)
                for hold in _holds(file, at)
            ),
        )
        for each in _standing(file, at)
        if each.type is _OPEN
    )


def _answered_at(dispute: PersonRequest, answers: Iterable[PersonRequest]) -> float | None:
    """The first answer since, of every account that is disputed."""
    since = [
        each.at.timestamp()
        for each in answers
        if each.at >= dispute.at
        and (each.debts is None or (dispute.debts is not None and set(dispute.debts) <= set(each.debts)))
    ]
    return min(since, default=None)


def _meet(these: tuple[str, ...] | None, those: tuple[str, ...] | None) -> bool:
    return these is None or those is None or not set(these).isdisjoint(those)


def _not_there(name: str) -> NotThereError:
    return NotThereError(
        f"nobody who was placed is called {name!r}",
        where="this store",
        mend="name a person's id, or CLIENT/REFERENCE; `fairdial person find` finds them.",
    )
