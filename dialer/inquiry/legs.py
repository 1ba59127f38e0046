"""Why a leg was dialed or not: an attempt, a line called into a talk, a turn not called, a call received.

Whoever reads a report has an id before them and need not know what it is of.
"""

from collections.abc import Iterator

from sqlalchemy import select

from dialer.domain.ids import InboundId
from dialer.domain.inbound import InboundRecord
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.explain import Asked, explain_attempt, law_of, rules_told, times
from dialer.inquiry.instants import law_at, settings_at
from dialer.inquiry.last_days import last_days
from dialer.inquiry.stored import person_file
from dialer.inquiry.third_parties import came_to, leg_named, line_of
from dialer.results.exports import iso
from dialer.storage import queries
from dialer.storage.database import tables as t
from dialer.storage.projecting.inbound_rows import inbound_record
from dialer.storage.queries import DenialRecord
from dialer.storage.store import Store

_NOT_ASKED = "not asked: who it was is not known"


def explain_call(store: Store, name: str) -> tuple[Asked, ...]:
    """Of an attempt, a line called into a talk, an account's turn that was not called, or a call received:
    what was asked and when, under which law, and what it came to.

    Raises:
        NotThereError: nothing of the four has this id.
    """
    try:
        return explain_attempt(store, name)
    except NotThereError as nothing:
        found = tuple((*_third_party(store, name), *_not_called(store, name), *_received(store, name)))
        if not found:
            raise nothing from None
        return found


def _third_party(store: Store, name: str) -> Iterator[Asked]:
    found = leg_named(store, name)
    if found is None:
        return
    leg, at = found.leg, found.at
    record = queries.attempt(store.database, leg.joins)
    settings = None if record is None else settings_at(store, at).get(record.campaign)
    line = line_of(settings, leg.line)
    hash_, notes = _law_then(store, at)
    book, more = law_of(store, hash_)
    about = (
        ("attempt", leg.attempt),
        ("joins", leg.joins),
        ("agent", leg.agent),
        ("line", leg.line if line is None else f"{leg.line}, {line.role.value.replace('_', ' ')}"),
        ("asked", times(at, () if line is None else line.zones)),
        ("came to", came_to(store, found).replace("_", " ")),
        ("recorded", f"with the talk it joined: ask about {leg.joins}"),
        ("rulebook", hash_),
        *(("law", note) for note in (*notes, *more)),
    )
    yield Asked(
        title=f"{leg.attempt} called {leg.line} into the talk of {leg.joins} because every rule cleared it",
        about=tuple((each, value) for each, value in about if value),
        rules=rules_told(leg.findings, book, on=at),
        next_says="whenever an agent asks again: it is decided anew each time",
        next_at=None,
    )


def _not_called(store: Store, name: str) -> Iterator[Asked]:
    query = select(t.denials.c.person).where(t.denials.c.lead == name).distinct()
    persons = store.read(lambda connection: sorted(connection.scalars(query)))
    for person in persons:
        for each in queries.denials(store.database, person=person):
            if each.lead == name:
                yield _denied(store, each)


def _denied(store: Store, each: DenialRecord) -> Asked:
    book, notes = law_of(store, each.rulebook)
    rules = rules_told(each.findings, book, on=each.at)
    zones = _zones(store, each)
    about = (
        ("turn", each.lead),
        ("person", each.person),
        ("number", each.number),
        ("asked", times(each.at, zones)),
        ("what happened", "it was never placed: no telephone rang"),
        ("denied by", ", ".join(rule.rule for rule in rules if rule.denies)),
        ("rulebook", each.rulebook),
        *(("law", note) for note in notes),
    )
    return Asked(
        title=f"{each.lead} was not called at {iso(each.at)}",
        about=tuple((name, value) for name, value in about if value),
        rules=rules,
        next_says="not by waiting: a fact or the law would have to change"
        if each.retry_at is None
        else times(each.retry_at, zones),
        next_at=each.retry_at,
    )


def _zones(store: Store, each: DenialRecord) -> tuple[str, ...]:
    file = person_file(store, each.person, at=each.at)
    places = () if file is None else (*file.numbers, *file.addresses)
    return tuple(sorted({zone for place in places for zone in place.zones or ()}))


def _received(store: Store, name: str) -> Iterator[Asked]:
    record = store.read(lambda connection: inbound_record(connection, call=InboundId(name)))
    if record is None:
        return
    hash_, notes = _law_then(store, record.arrived_at)
    said = "" if record.disposition is None else record.disposition.kind.value.replace("_", " ")
    about = (
        ("call", record.call),
        ("person", record.person or "who it was is not known"),
        ("number", record.number or "withheld, or on nobody's file"),
        ("our number", record.dialed),
        ("arrived", times(record.arrived_at, ())),
        ("what happened", _heard(record)),
        ("agent", record.agent or ""),
        ("came to", said),
        ("counts", "a call received is no call placed; a talk closes the debts spoken of for seven days"),
        ("message left", record.message),
        *_may_not(store, record),
        ("rulebook", hash_),
        *(("law", note) for note in notes),
    )
    yield Asked(
        title=f"{record.call} was a call to us: nobody was called, so no rule on calls was asked",
        about=tuple((each, value) for each, value in about if value),
        rules=(),
        next_says=_NOT_ASKED if record.person is None else f"ask about {record.person} with an instant",
        next_at=None,
    )


def _heard(record: InboundRecord) -> str:
    parts = [
        "they asked never to be called on this number again" if record.opted_out else "",
        "they called out of hours" if record.was_closed else "",
        "nobody was free in time" if record.unserved else "",
        "" if record.bridged_at is None else f"an agent was there at {iso(record.bridged_at)}",
        ""
        if record.asked_back_at is None
        else f"they asked at {iso(record.asked_back_at)} to be called back",
        "" if record.ended_at is None else f"over at {iso(record.ended_at)}",
    ]
    return "; ".join(filter(None, parts)) or "still in the line"


def _may_not(store: Store, record: InboundRecord) -> Iterator[tuple[str, str]]:
    """What may not be said of debts that may not be sued upon, whoever began the talk."""
    file = None if record.person is None else person_file(store, record.person, at=record.arrived_at)
    if file is None:
        return
    for debt, rules in sorted(last_days(store, file, record.arrived_at).by_debt.items()):
        for rule in rules:
            if rule.why:
                yield "statement", f"{debt}: {'; '.join(rule.follows)} [{rule.rule}, {rule.citation}]"


def _law_then(store: Store, at: float) -> tuple[str, tuple[str, ...]]:
    """The hash of the law in force at a POSIX second, and what must be known of it."""
    try:
        law = law_at(store, at)
    except NotKnownError as error:
        return "", (error.what,)
    return law.hash, law.notes
