"""Accounts that came without a word of who contacted their people before: left alone until counts are whole.

A law counts contacts, whoever made them, and an empty history is, to the gate, the knowledge that there were
none. Where a client's terms say that its accounts are not to be taken so (`history_days`), a new account is
held until its own days here are all that a count can see, or a named officer answers for the days before
(`dialer.domain.facts.Attestation`), which brings the end of the hold forward by as many days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, select

from compliance_gate.request import HistoryEntry, Hold
from compliance_gate.words import HoldKind
from dialer.domain.facts import HISTORY_UNTOLD, Attestation, FactChange
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.record import instant
from dialer.storage.database import tables as t
from dialer.storage.database.statements import insert_rows
from dialer.storage.person_files import chunks
from dialer.storage.projecting.fact_rows import change_of, row_of

_SLACK_DAYS = 1
"""A count is of local days: the day of the placement may be another where the person is."""


def new_of(connection: Connection, untold: Mapping[DebtId, int]) -> dict[DebtId, int]:
    """Of these accounts, those that are not on file yet, and for how many days each waits."""
    known: set[str] = set()
    for chunk in chunks(sorted(untold)):
        known.update(connection.scalars(select(t.debts.c.debt).where(t.debts.c.debt.in_(chunk))))
    return {debt: days for debt, days in untold.items() if debt not in known}


def hold(connection: Connection, untold: Mapping[DebtId, int], *, import_id: str, now: float) -> None:
    """Leave each alone for its days."""
    rows = [
        row_of(FactChange(debt=debt, hold=hold_of(debt, days, now)), sequence=0, at=now, import_id=import_id)
        for debt, days in untold.items()
    ]
    insert_rows(connection, t.facts, rows)


def hold_of(debt: DebtId, days: int, now: float) -> Hold:
    """The hold of an account that came at `now` (POSIX seconds) and waits for so many days."""
    since = instant(now)
    until = since + timedelta(days=days + _SLACK_DAYS)
    return Hold(
        kind=HoldKind.MANUAL,
        since=since,
        until=until,
        debts=(debt,),
        source=HISTORY_UNTOLD,
        ends_by_source=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is said of an account's history: who answers for it, and what it waited for before."""

    debt: DebtId
    attested: Attestation | None = None
    held: Hold | None = None


def words_of(connection: Connection, debts: Iterable[str], *, until: float | None = None) -> dict[str, Word]:
    """The last word of each account's history, as it was told by `until` (POSIX seconds); whoever is not in
    it was never asked of."""
    found: dict[str, Word] = {}
    facts = t.facts.c
    for chunk in chunks(sorted(debts)):
        query = select(t.facts).where(facts.debt.in_(chunk), facts.kind.in_(("attested", "hold")))
        for row in connection.execute(query.order_by(facts.id)).all():
            if (until is not None and row.at > until) or (
                row.kind == "hold" and msgspec.json.decode(row.body).get("source") != HISTORY_UNTOLD
            ):
                continue
            known, change = found.get(row.debt, Word(debt=row.debt)), change_of(row)
            found[row.debt] = Word(
                debt=row.debt, attested=change.attested or known.attested, held=change.hold or known.held
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """An account of a person of which a contact is told that somebody answered for not having been."""

    person: PersonId
    entry: str
    word: Word


def overridden(connection: Connection, told: Sequence[tuple[PersonId, HistoryEntry]]) -> list[Overridden]:
    """Which words these contacts, which are told only now, override; a contact that is on file already was
    known to whoever gave the word."""
    owed = _owed(connection, sorted({person for person, _ in told}))
    known = _known_entries(connection, sorted({person for person, _ in told}))
    words = words_of(connection, {debt for debts in owed.values() for debt in debts})
    found: dict[tuple[PersonId, DebtId], Overridden] = {}
    for person, entry in told:
        about = set(owed.get(person, ())) & set(entry.debts or owed.get(person, ()))
        for debt in sorted(about & words.keys()):
            attested = words[debt].attested
            is_new = entry.entry not in known.get(person, ())
            if is_new and attested is not None and attested.is_against(entry):
                one = Overridden(person=person, entry=entry.entry, word=words[debt])
                found.setdefault((person, DebtId(debt)), one)
    return [found[key] for key in sorted(found)]


def _owed(connection: Connection, persons: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    ties = t.person_debts.c
    for chunk in chunks(persons):
        query = select(ties.person, ties.debt).where(ties.person.in_(chunk)).order_by(ties.debt)
        for row in connection.execute(query):
            found.setdefault(row.person, []).append(row.debt)
    return found


def _known_entries(connection: Connection, persons: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    facts = t.facts.c
    for chunk in chunks(persons):
        query = select(facts.person, facts.body).where(facts.person.in_(chunk), facts.kind == "entry")
        for row in connection.execute(query):
            found.setdefault(row.person, set()).add(msgspec.json.decode(row.body)["entry"])
    return found
