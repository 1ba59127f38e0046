"""The runtime's ports onto the store: the journal with its group commit, and the source of leads."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Self

from sqlalchemy import Connection, update

from dialer.domain.commands import RefillHopper
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import LeadsFetched
from dialer.domain.lead import LeadMove
from dialer.domain.ports import JournalEntry
from dialer.domain.targets import WITHOUT_NUMBER_REST_S
from dialer.storage import leads
from dialer.storage.database import lock
from dialer.storage.database.beside_loop import BesideLoop
from dialer.storage.journal.checkpoints import save_checkpoint
from dialer.storage.journal.rows import JournalTable, last_sequence
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.store import Store

WAKE_ROUNDS = 4
"""Batches of leads woken before one claim at most; the next claim wakes more."""

COMMIT_WAIT_S = 60.0


class LiveStore:
    """One store beside one event loop: makes the two ports and closes what carries them.

    Args:
        now: POSIX seconds, for what is due; the engine's own clock.
    """

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        self.store = store
        self.database = BesideLoop(store.database)
        self.journal = SqlJournal(self.database, store)
        self.leads = SqlLeadSource(self.database, self.journal, now=now)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()


class SqlJournal:
    """`dialer.domain.ports.Journal`: steps and their projections in one transaction.

    Callers that come while a commit is under way share the next one.
    """

    def __init__(self, database: BesideLoop, store: Store) -> None:
        self._database = database
        # A server's store looks at the signature in every transaction by itself.
        self._signature = None if store.is_shared else store.signature
        self._table = store.journal
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[Sequence[JournalEntry], asyncio.Future[None]]] = []
        self._grown = asyncio.Condition()
        self.committed = store.last_sequence()
        """Sequence of the last step that would survive a crash now."""

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write and commit. When it returns, the entries survive a crash.

        Raises:
            StoreUnavailableError: nothing of the batch was written.
            StoreOwnedError: another engine took the store over; nothing of the batch was written.
        """
        if not entries:
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, mine))
        async with self._lock:
            if not mine.done():
                await self._commit_waiting()
        await mine

    async def _commit_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        steps = [entry for entries, _ in batch for entry in entries]
        try:
            await self._database.write(lambda c: _write(c, steps, self._table, self._signature))
        except Exception as error:  # noqa: BLE001 - every caller of the batch gets it, whatever it is
            for _, future in batch:
                future.set_exception(error)
            return
        self._table.committed()
        self.committed = max(self.committed, steps[-1].sequence)
        for _, future in batch:
            future.set_result(None)
        async with self._grown:
            self._grown.notify_all()

    async def wait_committed(self, sequence: int) -> None:
        """Return once the step `sequence` is committed.

        Raises:
            StoreUnavailableError: it was not within a minute.
        """
        try:
            async with asyncio.timeout(COMMIT_WAIT_S), self._grown:
                await self._grown.wait_for(lambda: self.committed >= sequence)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"step {sequence} is not written after {COMMIT_WAIT_S:.0f} s, the last is {self.committed}"
            ) from error

    async def save_checkpoint(self, *, sequence: int, at: float, body: bytes) -> str:
        """Write down the engine's state after `sequence`, once that is committed; returns its hash."""
        await self.wait_committed(sequence)
        return await self._database.write(
            lambda connection: save_checkpoint(connection, sequence=sequence, at=at, body=body)
        )


def _write(
    connection: Connection, steps: Sequence[JournalEntry], table: JournalTable, signature: str | None
) -> None:
    if signature is not None:
        lock.require(connection, signature)
    fold = Fold()
    for step in steps:
        project(fold, step)
    fold.write(connection, table)


class SqlLeadSource:
    """`dialer.domain.ports.LeadSource`: claims in the declared order, facts whole."""

    def __init__(self, database: BesideLoop, journal: SqlJournal, *, now: Callable[[], float]) -> None:
        self._database = database
        self._journal = journal
        self._now = now

    async def fetch(self, command: RefillHopper) -> LeadsFetched:
        """Claim up to `wanted` leads and bring everything the gate may ask about their persons.

        Waits until the step that asked is committed, so the facts include everything before it.
        """
        await self._journal.wait_committed(command.sequence)
        now = self._now()
        campaign = command.campaign
        for _ in range(WAKE_ROUNDS):
            woken = await self._database.write(lambda c: leads.wake(c, campaign, now=now))
            if woken < leads.WAKE_AT_ONCE:
                break
        ids = await self._database.write(lambda c: leads.claim(c, campaign, wanted=command.wanted))
        try:
            claimed = await self._database.read(lambda c: _bring(c, campaign, ids, now))
        except BaseException:
            await self._give_back(ids)
            raise
        made = {lead.lead for lead in claimed.leads}
        barren = [lead for lead in ids if lead not in made]
        if barren:
            await self._database.write(lambda c: set_aside(c, barren, now + WITHOUT_NUMBER_REST_S))
        return LeadsFetched(
            campaign=campaign,
            request=command.request,
            as_of=claimed.as_of,
            leads=claimed.leads,
            persons=claimed.persons,
            leads_left=claimed.leads_left - len(barren),
            retry_at=claimed.retry_at,
        )

    async def _give_back(self, ids: Sequence[str]) -> None:
        """Nobody will hear of these claims. When even this fails, the next start gives them back."""
        with suppress(StoreUnavailableError):
            await self._database.write(lambda c: release(c, ids))


def _bring(connection: Connection, campaign: str, ids: Sequence[str], now: float) -> leads.Claimed:
    claimed = leads.bring(connection, campaign, ids, now=now)
    return replace(claimed, as_of=last_sequence(connection))


def release(connection: Connection, ids: Sequence[str]) -> None:
    """Give claims back of which nobody heard."""
    table = leads.leads
    mine = update(table).where(table.c.lead.in_(ids), leads.may(LeadMove.RELEASE))
    connection.execute(mine.values(state=leads.after(LeadMove.RELEASE)))


def set_aside(connection: Connection, barren: Sequence[str], until: float) -> None:
    """Leads without a number that may be called, until then."""
    table = leads.leads
    connection.execute(
        update(table)
        .where(table.c.lead.in_(barren), leads.may(LeadMove.SET_ASIDE))
        .values(state=leads.after(LeadMove.SET_ASIDE), not_before=until, reason=leads.NUMBERLESS)
    )
