"""What persons ask about themselves at a served floor: answered in threads, from a store opened for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError
from dialer.domain.rights_request import PrivacyLaw, RequestMove, RightKind, RightsRequest
from dialer.floor.stores import opened_store
from dialer.inquiry import removing
from dialer.inquiry.rights import correction, erasure, held, requests

if TYPE_CHECKING:
    from dialer.inquiry.instants import Store

T = TypeVar("T")


LOOK_S = 60.0

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Looked:
    """What the last look found; None = there was none."""

    overdue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRights:
    """See `dialer.web.ports.Rights`. `database`: the floor's; `folders`: where telephone systems record;
    `now`: POSIX seconds, by which terms and rules of retention run."""

    database: str
    folders: tuple[Path, ...] = ()
    now: Callable[[], float] = posix_now
    looked: Looked = field(default_factory=Looked)

    async def held(self, person: str) -> held.Held:
        """See the port."""
        return await self._asked(lambda store: held.held_of(store, person))

    async def correct(
        self, person: str, told: correction.Correction, *, by: erasure.ErasedBy
    ) -> tuple[str, ...]:
        """See the port."""
        return await self._asked(
            lambda store: correction.correct(
                store, person, told, who=by.who, address=by.address, why=by.why, at=self.now()
            )
        )

    async def obstacles(self, person: str) -> tuple[erasure.Obstacle, ...]:
        """See the port."""
        return await self._asked(lambda store: erasure.obstacles(store, person, at=self.now()))

    async def erase(self, person: str, *, by: erasure.ErasedBy) -> erasure.Erased:
        """See the port."""
        return await self._asked(
            lambda store: erasure.erase(store, person, by=by, at=self.now(), folders=self.folders)
        )

    async def requests(self) -> tuple[RightsRequest, ...]:
        """See the port."""
        return await self._asked(lambda store: requests.listed(store, at=self.now()))

    async def take_in(
        self, person: str, law: PrivacyLaw, kind: RightKind, received: date, *, by: erasure.ErasedBy
    ) -> RightsRequest:
        """See the port."""
        return await self._asked(
            lambda store: requests.take_in(store, person, law, kind, received, by=by, at=self.now())
        )

    async def move_on(
        self, person: str, request: str, move: RequestMove, *, by: erasure.ErasedBy
    ) -> RightsRequest:
        """See the port."""
        return await self._asked(
            lambda store: requests.move_on(store, person, request, move, by=by, at=self.now())
        )

    def overdue(self) -> int | None:
        """See the port."""
        return self.looked.overdue

    async def run(self) -> None:
        """Look every minute how many requests wait past their last day, for ever."""
        while True:
            try:
                self.looked.overdue = await self._asked(
                    lambda store: store.read(lambda c: requests.overdue(c, at=self.now()))
                )
            except FairdialError as error:
                _log.warning("requests cannot be looked at", why=str(error))
            await asyncio.sleep(LOOK_S)

    async def remove_records(self, *, by: erasure.ErasedBy, is_dry: bool) -> removing.Removed:
        """See the port."""
        return await self._asked(
            lambda store: removing.remove(store, by=by, at=self.now(), folders=self.folders, is_dry=is_dry)
        )

    async def _asked(self, question: Callable[[Store], T]) -> T:
        def ask() -> T:
            with opened_store(self.database) as store:
                return question(store)

        return await asyncio.to_thread(ask)
