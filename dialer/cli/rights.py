"""What persons ask about themselves at a served floor: answered in threads, from a store opened for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dialer.clock import posix_now
from dialer.floor.stores import opened_store
from dialer.inquiry import removing
from dialer.inquiry.rights import correction, erasure, held

if TYPE_CHECKING:
    from dialer.inquiry.instants import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRights:
    """See `dialer.web.ports.Rights`. `database`: the floor's; `folders`: where telephone systems record."""

    database: str
    folders: tuple[Path, ...] = ()

    async def held(self, person: str) -> held.Held:
        """See the port."""
        return await self._asked(lambda store: held.held_of(store, person))

    async def correct(
        self, person: str, told: correction.Correction, *, by: erasure.ErasedBy
    ) -> tuple[str, ...]:
        """See the port."""
        return await self._asked(
            lambda store: correction.correct(
                store, person, told, who=by.who, address=by.address, why=by.why, at=posix_now()
            )
        )

    async def obstacles(self, person: str) -> tuple[erasure.Obstacle, ...]:
        """See the port."""
        return await self._asked(lambda store: erasure.obstacles(store, person, at=posix_now()))

    async def erase(self, person: str, *, by: erasure.ErasedBy) -> erasure.Erased:
        """See the port."""
        return await self._asked(
            lambda store: erasure.erase(store, person, by=by, at=posix_now(), folders=self.folders)
        )

    async def remove_records(self, *, by: erasure.ErasedBy, is_dry: bool) -> removing.Removed:
        """See the port."""
        return await self._asked(
            lambda store: removing.remove(store, by=by, at=posix_now(), folders=self.folders, is_dry=is_dry)
        )

    async def _asked(self, question: Callable[[Store], T]) -> T:
        def ask() -> T:
            with opened_store(self.database) as store:
                return question(store)

        return await asyncio.to_thread(ask)
