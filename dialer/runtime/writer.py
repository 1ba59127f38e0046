"""Group commit: steps go to the journal in their order, and only then take effect outside.

One commit at a time; whatever was stepped meanwhile goes into the next. A store that cannot be written keeps
everything waiting, in order, and is asked again; what was not committed has not happened. A commit is never
cancelled: whether it went through would not be known.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from dialer import clock
from dialer.back_off import BackOff
from dialer.domain.commands import Command
from dialer.domain.errors import FairdialError, StoreUnavailableError
from dialer.domain.ids import BoxId
from dialer.domain.ports import Fate, JournalEntry
from dialer.runtime.inbox import Item, Taken
from dialer.runtime.instruments import Instruments
from dialer.runtime.ports import Store
from dialer.runtime.settings import RuntimeSettings

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Step:
    """One step that waits for its commit, and what follows from it."""

    entry: JournalEntry
    item: Item | None
    error: FairdialError | None = None
    checkpoint: bytes | None = None
    why: str = ""
    """What whoever sent the event is to be told of how it was taken."""
    links: Mapping[BoxId, int] = field(default_factory=dict[BoxId, int])
    """The connections to the telephone systems that the engine believed in when it took the step."""


class Writer:
    """Owns the journal while the floor runs.

    Args:
        release: called for every command of a committed step, in order.
        trouble: told why the store cannot be written, and None when it can again.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: RuntimeSettings,
        instruments: Instruments,
        release: Callable[[Command, Step], None],
        trouble: Callable[[str | None], None],
    ) -> None:
        self._store = store
        self._settings = settings
        self._instruments = instruments
        self._release = release
        self._trouble = trouble
        self._steps: deque[Step] = deque()
        self._is_wanted = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self.is_up = True
        self.written = 0

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: Step) -> None:
        """Take a step; it always fits, the engine looks at `wait_room` between batches."""
        self._steps.append(step)
        self._is_wanted.set()
        self._is_empty.clear()
        if len(self._steps) >= self._settings.unwritten:
            self._has_room.clear()

    def attach(self, checkpoint: bytes) -> None:
        """The state after the step that was added last; saved when that step is committed."""
        self._steps[-1].checkpoint = checkpoint

    async def wait_room(self) -> None:
        """Return when more steps may be taken.

        Raises:
            StoreUnavailableError: the store did not come back in time; the process must end, since what it
                does from here on could not be remembered.
        """
        if self._has_room.is_set():
            return
        try:
            async with asyncio.timeout(self._settings.give_up_s):
                await self._has_room.wait()
        except TimeoutError:
            raise StoreUnavailableError(
                f"{len(self._steps)} steps wait for a store that does not take them: the process ends; what "
                "lives in the telephone system is reconciled at the next start"
            ) from None

    async def wait_empty(self) -> None:
        """Return when every step is committed."""
        await self._is_empty.wait()

    async def run(self) -> None:
        """Commit, for ever."""
        while True:
            await self._is_wanted.wait()
            most = min(self._settings.commit_most, len(self._steps))
            batch = [self._steps[place] for place in range(most)]
            await self._commit(batch)
            for _ in batch:
                self._steps.popleft()
            if not self._steps:
                self._is_wanted.clear()
                self._is_empty.set()
            if len(self._steps) < self._settings.unwritten:
                self._has_room.set()

    async def _commit(self, batch: list[Step]) -> None:
        entries = [step.entry for step in batch]
        back_off = BackOff(*self._settings.back_off_s)
        began = clock.monotonic_now()
        while True:
            try:
                await self._append(entries)
                break
            except StoreUnavailableError as error:
                self._down(str(error))
            await asyncio.sleep(back_off.pause())
        self._up()
        took = clock.monotonic_now() - began
        self._instruments.commit_s.observe(took)
        self._instruments.commit_size.observe(len(entries))
        self._instruments.recent_commit.add(took)
        self.written = entries[-1].sequence
        for step in batch:
            self._settle(step)
        await self._save(batch)

    async def _append(self, entries: list[JournalEntry]) -> None:
        commit = asyncio.ensure_future(self._store.append(entries))
        try:
            done, _ = await asyncio.wait({commit}, timeout=self._settings.slow_commit_s)
            if not done:
                self._down("a commit takes too long")
            await commit
        except asyncio.CancelledError:
            await asyncio.wait({commit}, timeout=self._settings.stop_s)
            raise

    def _down(self, why: str) -> None:
        if self.is_up:
            self.is_up = False
            log.error("store.down", why=why)
            self._instruments.store_up.set(0)
            self._trouble(why)

    def _up(self) -> None:
        self._instruments.store_up.set(1)
        if not self.is_up:
            self.is_up = True
            log.info("store.up")
            self._trouble(None)

    def _settle(self, step: Step) -> None:
        for command in step.entry.commands:
            self._release(command, step)
        receipt = None if step.item is None else step.item.receipt
        if receipt is None or receipt.done():
            return
        if step.error is not None:
            receipt.set_exception(step.error)
        else:
            receipt.set_result(Taken(step.entry.sequence, step.entry.fate is Fate.IGNORED, step.why))

    async def _save(self, batch: list[Step]) -> None:
        """The newest checkpoint of the batch; the steps up to it, and the few after it, are committed."""
        newest = next((step for step in reversed(batch) if step.checkpoint is not None), None)
        if newest is None or newest.checkpoint is None:
            return
        try:
            await self._store.save(sequence=newest.entry.sequence, data=newest.checkpoint)
        except StoreUnavailableError as error:
            log.warning("checkpoint.not_saved", why=str(error))
