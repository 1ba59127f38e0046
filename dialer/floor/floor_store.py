"""The store as the runtime wants it: `dialer.runtime.ports.Store` over the live store."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import select

from dialer import clock
from dialer.domain.commands import RefillHopper
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import AgentId, AttemptId, InboundId, NumberId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.past_talk import PastTalk, past_talk
from dialer.domain.ports import JournalEntry
from dialer.storage.database.tables import attempts
from dialer.storage.identities import numbers_in_clear
from dialer.storage.journal.rows import last_sequence
from dialer.storage.live import LiveStore
from dialer.storage.projecting.attempt_rows import record_of
from dialer.storage.projecting.inbound_rows import callers_of, inbound_record
from dialer.storage.spoken_words import opened_words

MOST_TALKS = 50
"""Of an agent's, that are looked at when they want to say more."""


class FloorStore:
    """Journal, checkpoints, leads and numbers for a floor.

    Numbers are looked up in a thread of their own: a call that is cleared for five seconds does not queue
    behind the files of hundreds of people for the hopper.
    """

    def __init__(self, live: LiveStore) -> None:
        self._live = live
        self._is_in_doubt = False
        self._numbers = ThreadPoolExecutor(1, thread_name_prefix="store-numbers")

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write and commit. After a failure the store is asked first what it holds: a commit whose answer was
        lost on the way (a server that went away) may have gone through."""
        if self._is_in_doubt:
            held = await self._live.database.read(last_sequence)
            entries = [entry for entry in entries if entry.sequence > held]
        try:
            await self._live.journal.append(entries)
        except StoreUnavailableError:
            self._is_in_doubt = True
            raise
        self._is_in_doubt = False

    async def save(self, *, sequence: int, data: bytes) -> None:
        """Write a checkpoint."""
        await self._live.journal.save_checkpoint(sequence=sequence, at=clock.posix_now(), body=data)

    async def fetch(self, command: RefillHopper) -> LeadsFetched:
        """Leads and their people."""
        return await self._live.leads.fetch(command)

    async def dial_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        """Numbers in clear, for the wire."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._numbers, self._read_numbers, numbers)

    def _read_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        store = self._live.store
        clear = store.read(lambda connection: numbers_in_clear(connection, store.keyring, numbers))
        return {NumberId(number): e164 for number, e164 in clear.items()}

    async def callers(self, e164: str) -> tuple[NumberId, tuple[Caller, ...]]:
        """Who is on file with a number; the id is the number's own, on file or not."""
        loop = asyncio.get_running_loop()
        number = self._live.store.identifiers.number(e164)
        work = partial(callers_of, number=number)
        return number, await loop.run_in_executor(self._numbers, self._live.store.read, work)

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        """What is written down of a talk that is over, the words in it as they were said."""
        loop = asyncio.get_running_loop()
        query = select(attempts).where(attempts.c.attempt == attempt)
        read = partial(self._live.store.read, lambda connection: connection.execute(query).first())
        row = await loop.run_in_executor(self._numbers, read)
        talk = None if row is None else past_talk(record_of(row))
        return await loop.run_in_executor(self._numbers, opened_words, self._live.store.keyring, talk)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        """What is written down of a call of somebody else's that is over, its words as they were said."""
        loop = asyncio.get_running_loop()
        work = partial(inbound_record, call=call)
        found = await loop.run_in_executor(self._numbers, self._live.store.read, work)
        talk = None if found is None or found.ended_at is None else found
        return await loop.run_in_executor(self._numbers, opened_words, self._live.store.keyring, talk)

    async def past_talks(self, agent: AgentId, *, since: float) -> tuple[PastTalk, ...]:
        """What is written down of an agent's talks that are over, the newest first."""
        loop = asyncio.get_running_loop()
        table = attempts.c
        query = (
            select(attempts)
            .where(table.agent == agent, table.launched_at >= since)
            .order_by(table.launched_at.desc(), table.attempt)
            .limit(MOST_TALKS)
        )
        read = partial(self._live.store.read, lambda connection: connection.execute(query).all())
        rows = await loop.run_in_executor(self._numbers, read)
        return tuple(talk for row in rows if (talk := past_talk(record_of(row))) is not None)

    def close(self) -> None:
        """End the threads after what they are at."""
        self._numbers.shutdown()
