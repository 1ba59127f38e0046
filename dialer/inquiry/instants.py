"""What was in force and what was known at an instant that is past: the law, the campaigns, the person.

An answer about the past goes by the past. Where it is not known any more, nothing is answered: the errors say
what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from compliance_gate.book.kept import NotMadeAgainError, made_again
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import PersonFile
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import CampaignConfigured
from dialer.domain.ids import CampaignId, PersonId
from dialer.floor.law import rulebook_for_calls
from dialer.inquiry import stored
from dialer.inquiry.errors import NotKnownError, NotThereError
from dialer.inquiry.said_then import WordsThen
from dialer.results.exports import iso
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LawThen:
    """The rulebook of an instant.

    Args:
        hash: under which decisions of then were written down.
        notes: what a reader must know of it: an edition of zones that came since, or that no floor worked.
    """

    book: Rulebook
    hash: str
    notes: tuple[str, ...] = ()


def law_at(store: Store, at: float) -> LawThen:
    """The law that was in force on this store at `at` (POSIX seconds), with the signatures of then.

    After the last step of the store it is the law that the next call would be decided by.

    Raises:
        NotKnownError: none was, or it cannot be made again.
    """
    first, last = store.read(_worked)
    if first is None:
        return LawThen(
            book=(book := stored.rulebook_of(store)),
            hash=book.hash,
            notes=("today's: no floor has worked on this store yet",),
        )
    if at < first:
        raise NotKnownError(
            f"no law was in force here at {iso(at)}: the first floor began at {iso(first)}",
            mend="ask about a later instant.",
        )
    if at > last:
        book = stored.rulebook_of(store)
        return LawThen(book=book, hash=book.hash, notes=("today's: no floor has worked since",))
    query = (
        select(t.rulebook_uses.c.rulebook)
        .where(t.rulebook_uses.c.since <= at)
        .order_by(t.rulebook_uses.c.since.desc(), t.rulebook_uses.c.id.desc())
        .limit(1)
    )
    name = store.read(lambda connection: connection.scalar(query))
    assert name is not None, "there is a use at or before an instant after the first"
    return rulebook_named(store, name)


def rulebook_named(store: Store, name: str) -> LawThen:
    """The rulebook of a hash: today's, the sample's, or made again from what the store kept.

    Raises:
        NotKnownError: the store did not keep it, or it cannot be made again.
    """
    for book in (rulebook_for_calls(), sample_rulebook()):
        if book.hash == name:
            return LawThen(book=book, hash=name)
    columns = t.rulebooks.c
    query = select(columns.text, columns.sources).where(columns.rulebook == name)
    row = store.read(lambda connection: connection.execute(query).one_or_none())
    if row is None or row.text is None or row.sources is None:
        raise NotKnownError(
            f"the text of rulebook {name} was not kept",
            where="this store",
            mend="it was worked by an earlier release: the findings of its journal say what was decided.",
        )
    try:
        made = made_again(name, text=row.text, sources=row.sources)
    except NotMadeAgainError as error:
        raise NotKnownError(str(error), mend="ask with the release that worked the store then.") from error
    return LawThen(book=made.book, hash=name, notes=made.editions)


def _worked(connection: Connection) -> tuple[float | None, float]:
    """When the first law came into force, and the last step."""
    first = connection.scalar(select(func.min(t.rulebook_uses.c.since)))
    last = connection.scalar(select(func.max(t.journal.c.now)))
    return first, first if last is None and first is not None else last or 0.0


def settings_at(store: Store, at: float) -> Mapping[CampaignId, CampaignSettings]:
    """The settings of every campaign at `at` (POSIX seconds), in the order in which they came."""
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(journal.event == CampaignConfigured.__name__, journal.now <= at, journal.fate.is_(None))
        .order_by(journal.sequence)
    )

    def read(connection: Connection) -> dict[CampaignId, CampaignSettings]:
        unpacked = unpacker(connection)
        found: dict[CampaignId, CampaignSettings] = {}
        for row in connection.execute(query):
            event = decode_entry(unpacked(row.entry, row.dictionary)).event
            if isinstance(event, CampaignConfigured):
                found[event.settings.campaign] = event.settings
        return found

    return store.read(read)


def campaigns_of(store: Store, debt: str) -> frozenset[CampaignId]:
    """Campaigns that have a turn for the debt, or in which it was called."""

    def read(connection: Connection) -> frozenset[CampaignId]:
        turns = select(t.leads.c.campaign).where(t.leads.c.debt == debt)
        called = select(t.attempts.c.campaign).where(t.attempts.c.debts.contains(f'"{debt}"'))
        return frozenset(CampaignId(name) for name in connection.scalars(turns.union(called)))

    return store.read(read)


def file_at(store: Store, person: str, at: float) -> PersonFile:
    """What was known of a person just before `at` (POSIX seconds).

    Raises:
        NotThereError: nobody knows the person.
        NotKnownError: nobody knew them yet.
    """
    file = stored.person_file(store, person, at=at)
    if file is None:
        raise NotThereError(
            f"no person is called {person!r}",
            where="this store",
            mend="ids of persons are in the second column of `fairdial export attempts`.",
        )
    query = (
        select(t.imports.c.published_at)
        .join_from(t.persons, t.imports, t.persons.c.import_id == t.imports.c.import_id)
        .where(t.persons.c.person == PersonId(person))
    )
    placed_at = store.read(lambda connection: connection.scalar(query))
    if placed_at is not None and at < placed_at:
        raise NotKnownError(
            f"nothing was known of {person} at {iso(at)}: they were placed at {iso(placed_at)}",
            mend="ask about a later instant.",
        )
    return WordsThen(store, after=at).told(file, at)
