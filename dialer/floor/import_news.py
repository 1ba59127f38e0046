"""Imports and the floor that runs: what they placed of people whom its engine may know is told to it.

Theory of operation. An import writes down, with the placement itself, of whom it says more than was known
(`dialer.storage.placements.news`). The floor's own process looks there, reads those people's files and lets
the engine add them; only then the row goes. Nobody else needs to be told: files of people who are not in play
come fresh from the store. Whoever dies, importer or floor, the rows stay, and the next start begins with
them, before it dials.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Connection

from compliance_gate.request import PersonFile
from compliance_gate.words import HoldKind
from dialer.back_off import BackOff
from dialer.domain.as_told import as_of
from dialer.domain.errors import FairdialError, InvalidFactError, NotTakenError, StoreUnavailableError
from dialer.domain.events import Event, LaunchingHeld, LaunchingResumed, PersonPlacedAgain
from dialer.domain.fact_events import HoldLifted
from dialer.domain.ids import PersonId
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine
from dialer.floor.alike import compare_import
from dialer.floor.client_terms import client_contracts
from dialer.runtime.floor import Floor
from dialer.storage.database.beside_loop import BesideLoop
from dialer.storage.journal.rows import last_sequence
from dialer.storage.person_files import person_files
from dialer.storage.placements import holding, news, telling
from dialer.storage.placements.holding import FileHold
from dialer.storage.placements.telling import Pending
from dialer.storage.store import Store

log = structlog.get_logger(__name__)

LOOK_S = 0.5
"""Seconds between two looks when there was nothing to tell."""

AT_ONCE = 100
"""People told together: their files are read in some tens of milliseconds and committed together."""

INSIST_S = 2.0
"""Longest pause before a floor that would not take a hold is told of it again, seconds."""

AGAIN_S = 30.0
"""Longest pause before an import that could not be finished is tried again, seconds."""

HELD_BY = "imports"

_LATER = (StoreUnavailableError, NotTakenError, InvalidFactError, TimeoutError)
"""What is told again: nothing was taken, it was too old, or it is not known whether it was taken."""


class ImportNews:
    """Tells the engine what imports placed.

    Args:
        now: POSIX seconds of the floor's clock.
        behind: rows that were written before this start; nothing is launched until they are told.
    """

    def __init__(
        self,
        floor: Floor,
        database: BesideLoop,
        *,
        now: Callable[[], float],
        behind: int = 0,
    ) -> None:
        self._floor = floor
        self._database = database
        self._now = now
        self._behind = behind

    async def run(self) -> None:
        """Tell, for ever."""
        if self._behind:
            await self._insist(LaunchingHeld(by=HELD_BY, reason="what was placed is taken in first"))
            while self._behind > 0:
                self._behind -= await self._tell_or_wait()
            await self._insist(LaunchingResumed(by=HELD_BY))
        while True:
            await self._tell_or_wait()

    async def tell_some(self) -> int:
        """Tell the engine of the oldest rows; returns how many are done with.

        Raises:
            StoreUnavailableError: the rows stay.
        """
        untold = await self._database.read(lambda connection: news.oldest(connection, most=AT_ONCE))
        # Whoever is not known at this moment, with no fetch under way, will come from the store as it is now.
        concerned = sorted({row.person for row in untold if self._floor.may_know(row.person)})
        later = await self._tell(concerned) if concerned else frozenset[PersonId]()
        done = [row for row in untold if row.person not in later]
        if done:
            await self._database.write(lambda connection: news.take_away(connection, done))
        return len(done)

    async def end_holds(self) -> int:
        """Let the engine end some holds of files that somebody released; returns how many are done with.

        Raises:
            StoreUnavailableError: they last.
        """
        ending = await self._database.read(lambda connection: holding.releasing(connection, most=AT_ONCE))
        done: list[FileHold] = []
        for hold in ending:
            lifted = HoldLifted(
                person=hold.person,
                number=hold.number,
                debt=hold.debt,
                kind=HoldKind.MANUAL,
                by=hold.released_by or "",
                source=hold.source,
            )
            if await self._submit(lifted):
                done.append(hold)
        if done:
            await self._database.write(lambda connection: holding.told(connection, done))
        return len(done)

    async def tell_lines(self) -> int:
        """Let the engine take some of what files told of people on file; returns how many are done with.

        Raises:
            StoreUnavailableError: they stay.
        """
        waiting = await self._database.read(lambda connection: telling.pending(connection, most=AT_ONCE))
        if not waiting:
            return 0
        async with asyncio.TaskGroup() as group:
            tasks = [(one, group.create_task(self._take(one))) for one in waiting]
        taken = [one for one, task in tasks if task.result() is None]
        refused = [(one, why) for one, task in tasks if (why := task.result())]

        def work(connection: Connection) -> None:
            telling.take_away(connection, taken)
            for one, why in refused:
                telling.refuse(connection, one, why)

        await self._database.write(work)
        return len(taken) + len(refused)

    async def _take(self, one: Pending) -> str | None:
        """None = it was taken; '' = it is told again; else why it never will be."""
        try:
            await self._floor.submit(one.event)
        except (StoreUnavailableError, NotTakenError, TimeoutError):
            return ""
        except FairdialError as error:
            log.warning("imports.line_refused", import_id=one.import_id, line=one.line, why=str(error))
            return str(error)
        return None

    async def _tell_or_wait(self) -> int:
        try:
            done = await self.tell_lines()
            done += await self.tell_some()
            await self.end_holds()
        except StoreUnavailableError as error:
            log.warning("imports.not_told", why=str(error))
            done = 0
        if not done:
            await asyncio.sleep(LOOK_S)
        return done

    async def _tell(self, persons: Sequence[PersonId]) -> frozenset[PersonId]:
        """Returns whom it must be told of again."""

        def work(connection: Connection) -> tuple[int, dict[str, PersonFile]]:
            now = self._now()
            files = person_files(connection, persons, now=now)
            binding = {person: as_of(file, at=instant(now)) for person, file in files.items()}
            return last_sequence(connection), binding

        sequence, files = await self._database.read(work)
        async with asyncio.TaskGroup() as group:
            told = {
                person: group.create_task(
                    self._submit(PersonPlacedAgain(person=files[person], as_of=sequence))
                )
                for person in persons
            }
        return frozenset(person for person, task in told.items() if not task.result())

    async def _submit(self, event: Event) -> bool:
        try:
            await self._floor.submit(event)
        except _LATER:
            return False
        return True

    async def _insist(self, event: Event) -> None:
        back_off = BackOff(LOOK_S, INSIST_S)
        while not await self._submit(event):
            await asyncio.sleep(back_off.pause())


def catch_up(store: Store, engine: DialerEngine) -> int:
    """Before the floor runs: drops the rows of people whom the engine does not have from its checkpoint;
    returns how many are left to be told."""

    def work(connection: Connection) -> int:
        return news.keep_only(connection, engine.persons_in_play) + telling.left(connection)

    return store.write(work)


class _StoppedError(FairdialError):
    """The floor ends: the import stays as it is between two of its transactions."""


async def finish_beside(address: str, *, now: float) -> None:
    """Put in place what an importer that died had published, beside the floor and with its patience.

    Whatever keeps it from being finished (a store that is away, keys that cannot be read, lines that do not
    open) is told and tried again: no floor ends for it.
    """
    stop = threading.Event()
    back_off = BackOff(LOOK_S, AGAIN_S)
    try:
        while True:
            try:
                await asyncio.to_thread(_finish, address, now, stop)
                return
            except (FairdialError, sqlite3.Error) as error:  # the vault is a file of SQLite's own
                log.warning("imports.not_finished", why=str(error))
            await asyncio.sleep(back_off.pause())
    finally:
        stop.set()


def _finish(address: str, now: float, stop: threading.Event) -> None:
    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise _StoppedError("the floor ends")

    with Store.open(address) as store:
        contracts = client_contracts()
        imports = store.imports(pause=pause, owners=contracts.owners, history_days=contracts.history_days)
        for begun in imports.unfinished():
            imports.put_in_place(begun.import_id, now=now)
            compare_import(store, begun.import_id, now=now, pause=pause)
