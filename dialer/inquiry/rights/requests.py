"""What persons asked of us about their data: taken in, moved on, and which wait past their last day."""

import secrets
from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from dialer.access.record import Deed
from dialer.domain.rights_request import (
    PrivacyLaw,
    RequestMove,
    RequestState,
    RightKind,
    RightsRequest,
    due_on,
)
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.rights.erasure import ErasedBy
from dialer.storage.access import deeds
from dialer.storage.database.access_tables import rights_requests as table
from dialer.storage.database.tables import persons
from dialer.storage.spoken_words import Words, opened_words
from dialer.storage.store import Store


def take_in(
    store: Store, person: str, law: PrivacyLaw, kind: RightKind, received: date, *, by: ErasedBy, at: float
) -> RightsRequest:
    """Write a request down; its clock runs from the day on which it came. `by.why`: what was asked.

    Raises:
        NotThereError: nobody knows the person.
        KeysMissingError: the keys are not here.
    """
    asked = RightsRequest(
        request=f"r-{secrets.token_hex(6)}",
        person=person,
        law=law,
        kind=kind,
        received=received,
        due=due_on(law, received),
        words=by.why,
    )
    words = Words(store.keyring, [person])

    def work(connection: Connection) -> None:
        if connection.scalar(select(persons.c.person).where(persons.c.person == person)) is None:
            raise NotThereError(f"no person is called {person!r}", where="this store", mend="look at the id.")
        connection.execute(table.insert(), _row(asked, words))
        deeds.append(connection, [_deed(asked, f"request {kind.value} {law.value}", by, at)])

    store.write(work)
    return asked


def move_on(
    store: Store, person: str, request: str, move: RequestMove, *, by: ErasedBy, at: float
) -> RightsRequest:
    """Extend, answer, refuse or withdraw a request. `by.why`: the reason, or what was answered.

    Raises:
        NotThereError: the person has no such request.
        IllegalTransitionError, InvalidFactError: it cannot be; see `RightsRequest.moved`.
    """
    words = Words(store.keyring, [person])

    def work(connection: Connection) -> RightsRequest:
        which = (table.c.request == request) & (table.c.person == person)
        row = connection.execute(select(table).where(which)).mappings().first()
        if row is None:
            raise NotThereError(f"{person} has no request {request!r}", where="this store", mend="list them.")
        moved = _request(dict(row)).moved(move, on=_day(at), words=by.why)
        connection.execute(table.update().where(which).values(_row(moved, words)))
        deeds.append(connection, [_deed(moved, f"request {move.value}", by, at)])
        return moved

    return store.write(work)


def listed(store: Store, *, at: float, only_overdue: bool = False) -> tuple[RightsRequest, ...]:
    """Every request, those that must be answered first at the head; words as they were said."""
    rows = store.read(
        lambda c: c.execute(select(table).order_by(table.c.last_day, table.c.request)).mappings().all()
    )
    found = [_request(dict(row)) for row in rows]
    kept = [each for each in found if not only_overdue or each.is_overdue(_day(at))]
    return opened_words(store.keyring, tuple(sorted(kept, key=lambda each: each.ended_on is not None)))


def overdue(connection: Connection, *, at: float) -> int:
    """How many wait past their last day."""
    rows = connection.execute(select(table).where(table.c.ended_on.is_(None))).mappings()
    return sum(_request(dict(row)).is_overdue(_day(at)) for row in rows)


def as_json(request: RightsRequest) -> dict[str, object]:
    """For a program."""
    return {
        "request": request.request,
        "person": request.person,
        "law": request.law.value,
        "kind": request.kind.value,
        "received": request.received.isoformat(),
        "due": request.due.isoformat(),
        "state": request.state.value,
        "ended_on": None if request.ended_on is None else request.ended_on.isoformat(),
        "words": request.words,
    }


def _row(request: RightsRequest, words: Words) -> dict[str, object]:
    kept = words.seal(request.person, request.words) if request.words else ""
    row = as_json(request)
    return {"last_day": row.pop("due"), **row, "words": kept}


def _request(row: dict[str, str | None]) -> RightsRequest:
    ended = row["ended_on"]
    return RightsRequest(
        request=str(row["request"]),
        person=str(row["person"]),
        law=PrivacyLaw(row["law"]),
        kind=RightKind(row["kind"]),
        received=date.fromisoformat(str(row["received"])),
        due=date.fromisoformat(str(row["last_day"])),
        state=RequestState(row["state"]),
        ended_on=None if ended is None else date.fromisoformat(ended),
        words=str(row["words"]),
    )


def _deed(request: RightsRequest, action: str, by: ErasedBy, at: float) -> Deed:
    return Deed(
        at=at,
        who=by.who,
        address=by.address,
        action=action,
        about=(f"person:{request.person}", f"request:{request.request}"),
        outcome=f"{request.state.value}, due {request.due.isoformat()}",
    )


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()
