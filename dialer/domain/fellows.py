"""What two records of one person owe each other: each takes in what protects under the other, no more.

Somebody's word made them one (`PersonJoined`), and it may be wrong. So what a fellow's record adds can only
make stricter what this one allows: what was asked to stop, holds, what happened, where they may be. What
opens (a consent, an answer, a call back that was asked for, a look-up of a number) holds for the record that
it was told of. Calls to a number that is not theirs are not given back here, but nobody calls the number.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from compliance_gate.request import (
    Consent,
    Debt,
    HistoryEntry,
    KnownLocation,
    PersonFile,
    PersonRequest,
)
from compliance_gate.revocations import with_ends
from compliance_gate.words import DebtType, EventKind, PersonRole, RequestKind

T = TypeVar("T")

OPENING = frozenset(
    {
        RequestKind.DISPUTE_ANSWERED,
        RequestKind.ATTORNEY_RELEASED,
        RequestKind.DOCUMENTS_PROVIDED,
        RequestKind.ORIGINAL_CREDITOR_NAMED,
        RequestKind.CALLBACK_REQUEST,
        RequestKind.COMPLAINT_CALLBACK_REQUEST,
    }
)
"""Requests that open what was closed, or take a call out of a count."""

_LOANS = (DebtType.STUDENT_LOAN, DebtType.UNKNOWN)


def request_of_fellow(request: PersonRequest) -> PersonRequest | None:
    """A fellow's request as it binds here; None = it opens something."""
    if request.type in OPENING:
        return None
    if request.type is RequestKind.WRONG_NUMBER_LEARNED and request.number is not None:
        return replace(request, type=RequestKind.STOP_NUMBER)
    return request


def entry_of_fellow(entry: HistoryEntry, *, role: PersonRole | None = None) -> HistoryEntry | None:
    """What happened with a fellow as it counts here; None = it says of a number whose it is.

    Args:
        role: the fellow's own; who was reached under it is the person; None = not known.
    """
    if entry.event is EventKind.RND_QUERY:
        return None
    if entry.person is not None and entry.person is role:
        return replace(entry, person=None)
    return entry


def with_ended(own: tuple[Consent, ...], told: Iterable[Consent]) -> tuple[Consent, ...]:
    """This record's consents, with every end that was told of the fellow's."""
    ended = [consent for consent in told if consent.revoked_at is not None]
    return with_ends((*own, *ended))[: len(own)] if ended else own


def taken_in(file: PersonFile, fellow: PersonFile) -> PersonFile:
    """A file with what protects under a fellow's."""
    known = {entry.entry for entry in file.history}
    entries = (entry_of_fellow(entry, role=fellow.role) for entry in fellow.history)
    requests = (request_of_fellow(request) for request in fellow.requests)
    return replace(
        file,
        addresses=_more(file.addresses, fellow.addresses) if file.addresses else (),
        debts=(*file.debts, *_loans(file, fellow)),
        history=tuple(
            sorted(
                (*file.history, *(each for each in entries if each is not None and each.entry not in known)),
                key=lambda entry: (entry.at, entry.entry),
            )
        ),
        consents=with_ended(file.consents, fellow.consents),
        requests=_more(file.requests, (each for each in requests if each is not None)),
        holds=_more(file.holds, fellow.holds),
        known_location=_whereabouts(file, fellow),
    )


def _more(own: tuple[T, ...], told: Iterable[T]) -> tuple[T, ...]:
    return (*own, *dict.fromkeys(each for each in told if each not in own))


def _loans(file: PersonFile, fellow: PersonFile) -> Iterable[Debt]:
    """Student loans of one servicer are one debt to the law, under whichever record they are."""
    owed = {debt.debt for debt in file.debts}
    if any(debt.type in _LOANS for debt in file.debts):
        return [debt for debt in fellow.debts if debt.type in _LOANS and debt.debt not in owed]
    return ()


def _whereabouts(file: PersonFile, fellow: PersonFile) -> KnownLocation | None:
    """Wherever either record says that the person may be. Where this one tells no zone, the other's word does
    not narrow it."""
    own, theirs = file.known_location, fellow.known_location
    if not any(place.zones for place in (*file.addresses, *file.numbers)):
        return own
    zones = set[str]().union(*(place.zones or () for place in (*fellow.addresses, *fellow.numbers)))
    zones |= set[str]() if theirs is None else theirs.zones
    if own is None and zones and theirs is None:
        return KnownLocation(zones=frozenset(zones))
    told = own or theirs
    if told is None or not zones:
        return told
    return replace(told, zones=told.zones | zones, until=None)
