"""Messages that callers left: finished like recordings of calls, and deleted like them.

A message is of no campaign, so it is kept for the longest time that any campaign keeps its recordings; where
none names a time, or the store does not know the call, it is kept. A court's hold on anybody who has the
number that called beats the rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from compliance_gate.request import PersonFile
from compliance_gate.words import HoldKind
from dialer.domain.ids import AttemptId
from dialer.domain.inbound import InboundRecord
from dialer.inquiry.stored import campaign_settings
from dialer.storage.database.tables import inbound_calls, person_numbers
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

PREFIX = "message-"
"""What the name of a message's file begins with, before the id of its call; no attempt's does."""

DAY_S = 86_400.0

_record = value_decoder(InboundRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMessages:
    """Names of messages that may be deleted, that are held, and that are kept since nothing is known."""

    due: tuple[AttemptId, ...]
    held: tuple[AttemptId, ...]
    unknown: tuple[AttemptId, ...]


def is_message(name: AttemptId) -> bool:
    """Whether a recording of this name is a caller's message."""
    return name.startswith(PREFIX)


def messages_named(store: Store, names: Iterable[AttemptId]) -> dict[AttemptId, InboundRecord]:
    """The calls on which these messages were left, of those that the store has."""
    wanted = frozenset(name for name in names if is_message(name))
    if not wanted:
        return {}

    def read(connection: Connection) -> dict[AttemptId, InboundRecord]:
        found: dict[AttemptId, InboundRecord] = {}
        for some in chunks(sorted(name.removeprefix(PREFIX) for name in wanted)):
            found |= _left(connection, inbound_calls.c.call.in_(some), wanted)
        if len(found) < len(wanted):  # of several telephone systems the call's id names which
            found |= _left(connection, inbound_calls.c.body.like(f'%"message":"{PREFIX}%'), wanted)
        return found

    return store.read(read)


def messages_of(store: Store, person: str) -> dict[AttemptId, InboundRecord]:
    """Messages that a person left: on calls known to be theirs, or on calls of which nobody else on file can
    have been the caller."""
    calls = inbound_calls.c
    numbers = select(person_numbers.c.number).where(person_numbers.c.person == person)
    among = (calls.person == person) | (calls.person.is_(None) & calls.number.in_(numbers))
    query = select(calls.body).where(among, calls.body.like(f'%"message":"{PREFIX}%'))
    found: dict[AttemptId, InboundRecord] = {}
    for body in store.read(lambda connection: connection.scalars(query).all()):
        record = _record(body.encode())
        assert isinstance(record, InboundRecord), "the column holds nothing else"
        if record.person == person or {caller.person for caller in record.callers} == {person}:
            found[AttemptId(record.message)] = record
    return found


def _left(
    connection: Connection, among: ColumnElement[bool], wanted: frozenset[AttemptId]
) -> dict[AttemptId, InboundRecord]:
    found: dict[AttemptId, InboundRecord] = {}
    for body in connection.execute(select(inbound_calls.c.body).where(among)).scalars():
        record = _record(body.encode())
        assert isinstance(record, InboundRecord), "the column holds nothing else"
        if record.message in wanted:
            found[AttemptId(record.message)] = record
    return found


def judge_messages(store: Store, names: Iterable[AttemptId], *, now: float) -> JudgedMessages:
    """Which of these messages may be deleted at `now` (POSIX seconds)."""
    wanted = [name for name in names if is_message(name)]
    known = messages_named(store, wanted)
    days = max(
        (
            settings.voice.recording.keep_days
            for settings in campaign_settings(store).values()
            if settings.voice is not None and settings.voice.recording is not None
        ),
        default=None,
    )
    if days is None:
        return JudgedMessages(due=(), held=(), unknown=tuple(wanted))
    old = {name: row for name, row in known.items() if now - row.arrived_at > days * DAY_S}
    persons = sorted({str(caller.person) for row in old.values() for caller in row.callers})
    files = store.person_files(persons, now=now)
    held = tuple(name for name, row in old.items() if _is_held(row, files, now=now))
    return JudgedMessages(
        due=tuple(name for name in old if name not in held),
        held=held,
        unknown=tuple(name for name in wanted if name not in known),
    )


def _is_held(record: InboundRecord, files: Mapping[str, PersonFile], *, now: float) -> bool:
    for caller in record.callers:
        file = files.get(caller.person)
        if file is None:
            return True
        for hold in file.holds:
            is_over = hold.until is not None and hold.until.timestamp() <= now
            if hold.kind is HoldKind.LITIGATION and not is_over:
                return True
    return False
