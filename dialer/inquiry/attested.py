"""What is known of the time before accounts were placed: who answers for it, or that nobody does.

To the gate a file without a contact is of somebody whom nobody contacted. Whether anybody answers for that is
told here, wherever a decision is told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from compliance_gate.request import HistoryEntry, PersonFile
from dialer.domain.facts import Attestation
from dialer.domain.record import instant
from dialer.domain.transitions import Word as OneOf
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.placements.untold import Word, words_of
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.store import Store


class Told(OneOf):
    """What is known of the history of an account before it was placed."""

    ATTESTED = "attested"
    """A named officer answers for it."""
    OVERRIDDEN = "overridden"
    """Somebody answered for it, and a contact that was told later shows otherwise."""
    WAITING = "waiting"
    """Nobody told of it, and its client's terms leave it alone until counts are whole."""
    TAKEN = "not asked"
    """It is taken to be what is on file; nobody answers for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTold:
    """Of one account. `contact`: when the contact was that overrides a word."""

    debt: str
    told: Told
    attested: Attestation | None = None
    waits_until: datetime | None = None
    contact: datetime | None = None

    @property
    def words(self) -> str:
        """For a person."""
        match self.told:
            case Told.ATTESTED:
                return f"{self._said}; counts of days before may lack some"
            case Told.OVERRIDDEN:
                return f"{self._said}: overridden by a contact of {_minute(self.contact)}, told later"
            case Told.WAITING:
                return (
                    f"nobody told who contacted them before: left alone until {_minute(self.waits_until)}, "
                    "unless an officer answers for it"
                )
            case Told.TAKEN:
                return "before the placement what is on file is taken to be all: nobody answers for it"

    @property
    def _said(self) -> str:
        word = self.attested
        assert word is not None, "somebody answers for it"
        told = f"no contact since {word.since} but what is on file"
        return f"{told}, by the word of {word.by} on {word.made_at:%Y-%m-%d} ({word.why})"


def _minute(at: datetime | None) -> str:
    assert at is not None, "its kind has one"
    return f"{at:%Y-%m-%d %H:%M} UTC"


def histories(store: Store, debts: Iterable[str], *, at: float) -> dict[str, HistoryTold]:
    """What was known of the history of some accounts at an instant (POSIX seconds)."""
    return store.read(partial(_histories, debts=sorted(set(debts)), at=at))


def counted(store: Store, files: Mapping[str, PersonFile], *, at: float) -> Counter[Told]:
    """How many people by what is known of the account of theirs of which the least is known."""
    known = histories(store, (debt.debt for file in files.values() for debt in file.debts), at=at)
    order = (Told.WAITING, Told.OVERRIDDEN, Told.TAKEN, Told.ATTESTED)
    found: Counter[Told] = Counter()
    for file in files.values():
        told = {known[debt.debt].told for debt in file.debts}
        if told:
            found[min(told, key=order.index)] += 1
    return found


def _histories(connection: Connection, debts: list[str], at: float) -> dict[str, HistoryTold]:
    words = words_of(connection, debts, until=at)
    later = _told_later(connection, [word for word in words.values() if word.attested is not None], at)
    return {debt: _history(debt, words.get(debt), later.get(debt, ()), instant(at)) for debt in debts}


def _history(debt: str, word: Word | None, later: Iterable[HistoryEntry], at: datetime) -> HistoryTold:
    attested = None if word is None else word.attested
    held = None if word is None else word.held
    against = min((entry.at for entry in later if attested and attested.is_against(entry)), default=None)
    if attested is not None and held is not None and against is None:
        held = attested.shortened(held)
    is_waiting = held is not None and held.until is not None and at < held.until
    if against is not None:
        told = Told.OVERRIDDEN
    elif is_waiting:
        told = Told.WAITING
    else:
        told = Told.TAKEN if attested is None else Told.ATTESTED
    until = held.until if held is not None and is_waiting else None
    return HistoryTold(debt=debt, told=told, attested=attested, waits_until=until, contact=against)


def _told_later(connection: Connection, words: list[Word], at: float) -> dict[str, list[HistoryEntry]]:
    """Contacts of whoever owes these accounts that were told after the word about each, by `at`."""
    ties, facts = t.person_debts.c, t.facts.c
    found: dict[str, list[HistoryEntry]] = {}
    made = {word.debt: word.attested.made_at.timestamp() for word in words if word.attested is not None}
    for chunk in chunks(sorted(made)):
        query = (
            select(t.facts, ties.debt.label("owed"))
            .join_from(t.facts, t.person_debts, facts.person == ties.person)
            .where(ties.debt.in_(chunk), facts.kind == "entry", facts.at <= at)
            .order_by(facts.id)
        )
        for row in connection.execute(query).all():
            entry = change_of(row).entry
            is_later = row.at >= made[row.owed]
            if entry is not None and is_later and (entry.debts is None or row.owed in entry.debts):
                found.setdefault(row.owed, []).append(entry)
    return found
