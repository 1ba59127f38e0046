"""Calls that one person made to us: found in a store, with what they left on the person's file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, or_, select

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.request import HistoryEntry, MadeIn, PersonFile
from compliance_gate.words import EventKind
from dialer.domain.ids import InboundId, PersonId
from dialer.domain.inbound import InboundRecord, call_of_entry, entry_named
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.instants import file_at, law_at
from dialer.inquiry.last_days import after_last_days
from dialer.results.person_events import PersonFacts
from dialer.results.received_calls import LedTo, ReceivedCall
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.projecting.inbound_rows import inbound_record
from dialer.storage.store import Store


def received_calls(store: Store, facts: PersonFacts) -> tuple[ReceivedCall, ...]:
    """Of the facts' window, in order of arrival: the person's own calls, and those from numbers of theirs."""
    records = store.read(lambda connection: list(_records(connection, facts)))
    ours = {entry_named(each.call) for each in records}
    found = [
        *(_told(store, facts, each) for each in records),
        *(
            _heard_of(store, facts, each)
            for each in facts.entries
            if each.event is EventKind.CALL_RECEIVED and each.entry not in ours
        ),
    ]
    since = float("-inf") if facts.since is None else facts.since
    until = float("inf") if facts.until is None else facts.until
    return tuple(
        sorted((each for each in found if since <= each.at < until), key=lambda each: (each.at, each.id))
    )


def _records(connection: Connection, facts: PersonFacts) -> Iterator[InboundRecord]:
    """By person, by number and by what is on file: who had a number then may have lost it since."""
    calls = t.inbound_calls.c
    numbers = sorted({each.number for each in facts.standing.numbers})
    names = {InboundId(name) for each in facts.entries if (name := call_of_entry(each.entry)) is not None}
    person = PersonId(facts.person)
    wanted = [calls.person == person, *(calls.number.in_(some) for some in chunks(numbers))]
    names |= set(connection.scalars(select(calls.call).where(or_(*wanted))))
    for name in sorted(names):
        record = inbound_record(connection, call=name)
        if record is not None and (
            record.person == person
            or any(caller.person == person for caller in record.callers)
            or any(each.entry == entry_named(name) for each in facts.entries)
        ):
            yield record


def _told(store: Store, facts: PersonFacts, record: InboundRecord) -> ReceivedCall:
    """Of somebody else's call no more than that it was made, and what it left on this person's file."""
    is_theirs = None if record.person is None else record.person == facts.person
    entry = next((each for each in facts.entries if each.entry == entry_named(record.call)), None)
    then = _then(store, facts.person, record.arrived_at)
    shown = is_theirs is not False
    return replace(
        then,
        id=record.call,
        is_theirs=is_theirs,
        number=record.number or "",
        dialed=record.dialed,
        agent=(record.agent or "") if shown else "",
        bridged_at=record.bridged_at,
        ended_at=record.ended_at,
        entry=entry,
        entry_known_at=None if entry is None else facts.known_at.get(entry),
        led_to=tuple(_led_to(facts, record.call)),
        opted_out=record.opted_out,
        asked_back_at=record.asked_back_at if shown else None,
        message=record.message if shown else "",
    )


def _heard_of(store: Store, facts: PersonFacts, entry: HistoryEntry) -> ReceivedCall:
    """A call that no floor of ours took: a file or another system told of it."""
    return replace(
        _then(store, facts.person, entry.at.timestamp()),
        id=entry.entry,
        is_theirs=True if entry.person is None else None,
        number=entry.number or "",
        entry=entry,
        entry_known_at=facts.known_at.get(entry),
        led_to=tuple(_led_to(facts, entry.entry)),
    )


def _then(store: Store, person: str, at: float) -> ReceivedCall:
    """What was known, and which law was in force, when a call arrived."""
    law, file, why_not = None, None, ""
    try:
        law = law_at(store, at)
        file = file_at(store, person, at)
    except (NotKnownError, NotThereError) as error:
        why_not = error.what
    found = {} if law is None or file is None else after_last_days(law.book, file, at)
    return ReceivedCall(
        id="",
        at=at,
        is_theirs=None,
        rulebook="" if law is None else law.hash,
        file=file,
        after_last_day=tuple(sorted(found.items())),
        zones=() if file is None else _zones(file, at),
        why_not=why_not,
    )


def _zones(file: PersonFile, at: float) -> tuple[str, ...]:
    return tuple(sorted(zone.name for zone in PreparedPerson(file).zone_set(int(at)).zones))


def _led_to(facts: PersonFacts, call: str) -> Iterator[LedTo]:
    """Requests, consents and holds that were made in the call."""
    for kind, what, at, made_in in _said(facts):
        if made_in is not None and made_in.contact == call:
            yield LedTo(kind=kind, what=what, at=at.timestamp())


def _said(facts: PersonFacts) -> Iterable[tuple[str, str, datetime, MadeIn | None]]:
    for request in facts.requests:
        yield "request", request.type.value, request.at, request.made_in
    for consent in facts.consents:
        yield "consent", consent.scope.value, consent.at, consent.made_in
    for hold in facts.holds:
        yield "hold", hold.kind.value, hold.since, hold.made_in
