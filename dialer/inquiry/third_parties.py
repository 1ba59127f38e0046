"""Lines that were called into a talk: an attorney's, a creditor's. Only the journal has them."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from sqlalchemy import Connection, select

from compliance_gate.request import PersonFile
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import StoreThirdParty
from dialer.domain.events import (
    CallBridged,
    CallEnded,
    CallNotAttempted,
    ConsultationRequested,
    ThirdPartyRequested,
)
from dialer.domain.facts import with_entry
from dialer.domain.record import AttemptRecord, entry_going_on
from dialer.domain.third_party import OutsideLine
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store

_ASKED_FOR = (ThirdPartyRequested.__name__, ConsultationRequested.__name__)
_NEWS = (CallBridged.__name__, CallEnded.__name__, CallNotAttempted.__name__)
_LONGEST_S = 6 * 3600.0
"""After so long nothing more is looked for: no talk of a floor lasts longer."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledIn:
    """One such leg. `at`: POSIX seconds at which it was cleared and dialed; `sequence`: its step."""

    leg: StoreThirdParty
    at: float
    sequence: int


def leg_named(store: Store, name: str) -> CalledIn | None:
    """One leg by its id; None when there is none."""
    found = store.read(lambda connection: list(_legs(connection, attempts={name}, talks=frozenset())))
    return found[0] if found else None


def legs_into(store: Store, talks: Set[str]) -> tuple[CalledIn, ...]:
    """Every leg that was called into one of these attempts, in order of time."""
    return store.read(lambda connection: tuple(_legs(connection, attempts=frozenset(), talks=talks)))


def line_of(settings: CampaignSettings | None, name: str) -> OutsideLine | None:
    """The line of a campaign by its name; None when it has none of this name."""
    lines = () if settings is None else settings.outside_lines
    return next((each for each in lines if each.name == name), None)


def came_to(store: Store, found: CalledIn) -> str:
    """What came of a leg: `joined`, or the telephone system's word; '' = it was not heard of again."""
    return store.read(lambda connection: _came_to(connection, found))


def talk_of(attempt: AttemptRecord, attempts: Iterable[AttemptRecord]) -> AttemptRecord | None:
    """The talk that goes on with the person when another number of theirs is called into it, if one does:
    nobody is called twice at a time otherwise."""
    others = (each for each in attempts if each.attempt != attempt.attempt)
    return talk_at(attempt.launched_at, (each for each in others if each.person == attempt.person))


def talk_at(at: float, attempts: Iterable[AttemptRecord]) -> AttemptRecord | None:
    """The first of the attempts that an agent talks on at a POSIX second; None when there is none."""
    return next(
        (
            each
            for each in attempts
            if each.bridged_at is not None
            and each.ended_at is not None
            and each.bridged_at <= at < each.ended_at
        ),
        None,
    )


def with_talk(file: PersonFile, talk: AttemptRecord) -> PersonFile:
    """The file as the engine asks with it of a number that is called into the talk, which goes on."""
    return with_entry(file, entry_going_on(talk))


def _legs(connection: Connection, *, attempts: Set[str], talks: Set[str]) -> Iterator[CalledIn]:
    """Each agent's request is looked at, of which there are few."""
    names = [each.encode() for each in (*attempts, *talks)]
    if not names:
        return
    unpacked = unpacker(connection)
    query = select(t.journal.c.sequence, *ENTRY).where(t.journal.c.event.in_(_ASKED_FOR))
    for row in connection.execute(query.order_by(t.journal.c.sequence)):
        plain = unpacked(row.entry, row.dictionary)
        if not any(name in plain for name in names):
            continue
        entry = decode_entry(plain)
        for command in entry.commands:
            if isinstance(command, StoreThirdParty) and (
                command.attempt in attempts or command.joins in talks
            ):
                yield CalledIn(leg=command, at=entry.now, sequence=row.sequence)


def _came_to(connection: Connection, found: CalledIn) -> str:
    unpacked, name = unpacker(connection), found.leg.attempt.encode()
    journal = t.journal.c
    query = (
        select(journal.now, *ENTRY)
        .where(journal.sequence > found.sequence, journal.event.in_(_NEWS))
        .order_by(journal.sequence)
    )
    for row in connection.execute(query).yield_per(_AT_ONCE):
        if row.now > found.at + _LONGEST_S:
            break
        plain = unpacked(row.entry, row.dictionary)
        if name not in plain:
            continue
        event = decode_entry(plain).event
        if isinstance(event, CallBridged) and event.attempt == found.leg.attempt:
            return "joined"
        if isinstance(event, CallEnded) and event.attempt == found.leg.attempt:
            return event.outcome.value
        if isinstance(event, CallNotAttempted) and event.attempt == found.leg.attempt:
            return Outcome.NOT_ATTEMPTED.value
    return ""
