"""Accounts that came without a word of who contacted their people before: left alone until counts are whole.

A law counts contacts, whoever made them, and an empty history is, to the gate, the knowledge that there were
none. Where a client's terms say that its accounts are not to be taken so (`history_days`), a new account is
held until its own days here are all that a count can see, or a named officer answers for the days before
(`dialer.domain.facts.Attestation`), which brings the end of the hold forward by as many days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, select

from compliance_gate.request import HistoryEntry, Hold
from compliance_gate.words import HoldKind
from dialer.domain.fact_events import AccountHeld
from dialer.domain.facts import HISTORY_UNTOLD, Attestation, FactChange
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.record import instant
from dialer.storage.database import tables as t
from dialer.storage.database.statements import among, insert_rows
from dialer.storage.person_files import chunks
from dialer.storage.projecting.fact_rows import change_of, row_of

_SLACK_DAYS = 1
"""A count is of local days: the day of the placement may be another where the person is."""


Untold = Mapping[tuple[PersonId, DebtId], int]
"""For how many days somebody is left alone about an account: a count is of a person and an account."""

New = tuple[DebtId, PersonId | None, int]
"""An account, whom it leaves alone (None = whoever owes it), and for how many days."""


def new_of(connection: Connection, untold: Untold) -> list[New]:
    """Whom these accounts are to leave alone, and for how many days: of an account that is not on file yet,
    whoever owes it; of one that is, who is new to it alone."""
    owing: set[tuple[str, str]] = set()
    ties = t.person_debts.c
    for chunk in chunks(sorted({debt for _, debt in untold})):
        query = select(ties.person, ties.debt).where(among(connection, ties.debt, chunk))
        owing.update((row.person, row.debt) for row in connection.execute(query))
    known = {debt for _, debt in owing}
    by_account = {debt: days for (_, debt), days in untold.items() if debt not in known}
    by_person = {tie: days for tie, days in untold.items() if tie[1] in known and tie not in owing}
    return [
        *((debt, None, days) for debt, days in by_account.items()),
        *((debt, person, days) for (person, debt), days in by_person.items()),
    ]


def hold(connection: Connection, untold: list[New], *, import_id: str, now: float) -> None:
    """Leave each alone for its days."""
    rows: list[dict[str, object]] = []
    for debt, person, days in untold:
        held = hold_of(debt, days, now)
        change = FactChange(debt=debt, hold=held) if person is None else FactChange(person=person, hold=held)
        rows.append(row_of(change, sequence=0, at=now, import_id=import_id))
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

    @property
    def remark(self) -> str:
        """For whoever told of the contact."""
        attested = self.word.attested
        assert attested is not None, "a word that was given"
        return f"overrides the word of {attested.by} that since {attested.since} there was no contact"

    @property
    def held(self) -> tuple[AccountHeld, ...]:
        """What binds again whoever owes the account: not only who was contacted, since a word is of the
        account. None where it waited for nothing before the word."""
        hold = self.word.held
        return () if hold is None else (AccountHeld(debt=self.word.debt, hold=hold),)


def overridden(connection: Connection, told: Sequence[tuple[PersonId, HistoryEntry]]) -> list[Overridden]:
    """Which words these contacts, which are told only now, override; a contact that is on file already was
    known to whoever gave the word. One for each account."""
    owed = _owed(connection, sorted({person for person, _ in told}))
    words = words_of(connection, {debt for debts in owed.values() for debt in debts})
    against: list[tuple[PersonId, HistoryEntry, Word]] = []
    for person, entry in told:
        about = set(owed.get(person, ())) & set(entry.debts or owed.get(person, ()))
        for debt in sorted(about & words.keys()):
            attested = words[debt].attested
            if attested is not None and attested.is_against(entry):
                against.append((person, entry, words[debt]))
    known = _known_entries(connection, sorted({person for person, _, _ in against}))
    found: dict[DebtId, Overridden] = {}
    for person, entry, word in against:
        if (entry.entry, entry.at) not in known.get(person, ()):
            found.setdefault(word.debt, Overridden(person=person, entry=entry.entry, word=word))
    return [found[debt] for debt in sorted(found)]


def _owed(connection: Connection, persons: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    ties = t.person_debts.c
    for chunk in chunks(persons):
        query = select(ties.person, ties.debt).where(ties.person.in_(chunk)).order_by(ties.debt)
        for row in connection.execute(query):
            found.setdefault(row.person, []).append(row.debt)
    return found


def _known_entries(connection: Connection, persons: Sequence[str]) -> dict[str, set[tuple[str, datetime]]]:
    """Names and instants: what is told of the same name at another time is another contact."""
    found: dict[str, set[tuple[str, datetime]]] = {}
    facts = t.facts.c
    for chunk in chunks(persons):
        query = select(t.facts).where(facts.person.in_(chunk), facts.kind == "entry")
        for row in connection.execute(query).all():
            entry = change_of(row).entry
            assert entry is not None, "its kind is that of entries"
            found.setdefault(row.person, set()).add((entry.entry, entry.at))
    return found
