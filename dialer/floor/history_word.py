"""A named officer answers for the history of accounts: since a day nobody contacted their people, but for
what is on file.

The word is staged, published and taken like the lines of a file, so that it is in the journal of a floor that
runs, binds when the command returns, and given twice changes nothing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.domain.fact_events import HistoryAttested
from dialer.domain.ids import DebtId
from dialer.domain.keys import folded
from dialer.floor.folder import folder_now
from dialer.floor.told_files import TAKEN_AT_ONCE, take_all, wait_taken
from dialer.floor.whom import Names, inside, on_file
from dialer.intake.report import masked
from dialer.storage.database import tables as t
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.placements import telling
from dialer.storage.placements.pace import breathe, no_pause
from dialer.storage.placements.telling import ToldEvent
from dialer.storage.store import Store

KIND = "attestation"
_EASTERNMOST = timedelta(hours=14)
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWord:
    """What an officer says, and of which accounts: of a client's, of a file's, or of some, by name.

    Args:
        by: the officer; since: the first day on which nobody was contacted; why: what they go by.
        file: id of the import that brought the accounts.
        within: the one client of whose accounts whoever asks may speak; '' = of all.
    """

    by: str
    since: date
    why: str
    client: str = ""
    file: str = ""
    accounts: tuple[str, ...] = ()
    within: str = ""

    @property
    def scope(self) -> str:
        """Of which accounts, in words."""
        if self.accounts:
            return f"{len(self.accounts)} accounts by name"
        return " of ".join(
            filter(None, (f"file {self.file}" if self.file else "", self.client and f"client {self.client}"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTaken:
    """What became of it. `accounts`: whose history is answered for; `import_id`: under which it is kept."""

    import_id: str
    accounts: int
    since: date
    by: str
    scope: str


def take_word(word: HistoryWord, *, address: str, folder: Path | None = None) -> WordTaken:
    """Keep an officer's word with each account that it is about; it binds when this returns.

    Args:
        folder: of the floor that runs on the store, for its clock; None = where the store's file is.

    Raises:
        MendableError: it names nobody, or somebody who is not on file, or a day to come; or it was given
            already; or it is kept, and the floor is not told of it now.
    """
    _demand_whole(word)
    try:
        owned = Store.open(address, exclusive=True)
    except StoreOwnedError:
        now = folder_now(folder or Path(address).parent)
        with Store.open(address) as store:
            taken = _staged(store, word, now, breathe)
            wait_taken(store, taken.import_id)
        return taken
    with owned as store:
        now = clock.posix_now()
        take_all(store, now)
        taken = _staged(store, word, now, no_pause)
        take_all(store, now)
    return taken


def _demand_whole(word: HistoryWord) -> None:
    if not word.by.strip() or not word.why.strip():
        raise MendableError("say who answers for it, and what they go by", where="by, why", mend="name both.")
    if bool(word.accounts) is bool(word.client or word.file):
        mend = "name a client, a file, or accounts as CLIENT/ACCOUNT."
        raise MendableError("say of which accounts it is", where="client, file, accounts", mend=mend)


def _staged(store: Store, word: HistoryWord, now: float, pause: Callable[[float], None]) -> WordTaken:
    if word.since > (datetime.fromtimestamp(now, UTC) + _EASTERNMOST).date():
        raise MendableError(f"{word.since} is to come", where="since", mend="nobody can answer for it yet.")
    debts = store.read(partial(_meant, word=word, store=store))
    said = (word.scope, word.since.isoformat(), word.by, word.why, debts)
    sha256 = hashlib.sha256(msgspec.json.encode(said)).hexdigest()
    name = f"{KIND} of {word.by}"
    begin = partial(telling.begin, file_name=name, sha256=sha256, kind=KIND, now=now)
    import_id, is_known = store.write(begin)
    if is_known:
        mend = "nothing was changed, and nothing has to be done again."
        raise MendableError(f"{word.by} said this very thing already", mend=mend)
    events = [
        ToldEvent(
            line=line,
            event=HistoryAttested(debt=debt, since=word.since, by=word.by, why=word.why, scope=word.scope),
        )
        for line, debt in enumerate(debts, start=1)
    ]
    for first in range(0, len(events), TAKEN_AT_ONCE):
        some = events[first : first + TAKEN_AT_ONCE]
        began = clock.monotonic_now()
        store.write(partial(telling.stage, import_id=import_id, told=some))
        pause(clock.monotonic_now() - began)
    report: dict[str, object] = {"lines": len(debts), "accepted": len(debts), "rejected": 0}
    report |= {"by": word.by, "since": word.since.isoformat(), "why": word.why, "scope": word.scope}
    store.write(partial(telling.publish, import_id=import_id, report=report, holds=(), now=now))
    return WordTaken(import_id=import_id, accounts=len(debts), since=word.since, by=word.by, scope=word.scope)


def _meant(connection: Connection, word: HistoryWord, store: Store) -> list[DebtId]:
    """The accounts, sorted. Raises MendableError: there is none, or one of them is not on file."""
    if word.accounts:
        return _named(connection, word, store)
    debts = t.debts.c
    query = select(debts.debt, debts.client)
    if word.file:
        query = query.where(debts.import_id == word.file)
    rows = connection.execute(query).all()
    wanted = [folded(name) for name in (word.client, word.within) if name]
    found = [DebtId(row.debt) for row in rows if all(folded(row.client) == name for name in wanted)]
    if not found:
        mend = "`fairdial report` and the answer to an import tell how they are called."
        raise MendableError(f"no account on file is of {word.scope}", mend=mend)
    return sorted(found)


def _named(connection: Connection, word: HistoryWord, store: Store) -> list[DebtId]:
    found = on_file(connection, Names(accounts=frozenset(word.accounts)), store.identifiers)
    if word.within:
        found = inside(connection, found, word.within)
    missing = sorted(set(word.accounts) - found.debts.keys())
    if missing:
        shown = ", ".join(map(masked, missing[:_SHOWN])) + (" and others" if len(missing) > _SHOWN else "")
        mend = "write them as CLIENT/ACCOUNT; nothing was taken of it."
        raise MendableError(f"{len(missing)} accounts are not on file: {shown}", mend=mend)
    return sorted(set(found.debts.values()))
