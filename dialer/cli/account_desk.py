"""The accounts of a served floor, for its HTTP side: asked in threads, from a store opened for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from dialer.casework.promises import PromiseState
from dialer.clock import posix_now
from dialer.files import zipped_folder
from dialer.floor.delivering.settings import Deliveries
from dialer.floor.stores import opened_store
from dialer.inquiry.account_shapes import AccountView
from dialer.inquiry.account_view import Answers, Leave, account_view
from dialer.inquiry.delivering import (
    Delivering,
    asked_now,
    deliveries_named,
    delivery_folder,
    queued_again,
    standing,
)
from dialer.inquiry.ledgers import AccountLedger, account_ledger, event_to_tell
from dialer.inquiry.measured import By, FigureSeen, measured
from dialer.inquiry.pack import pack
from dialer.inquiry.promises import PromisesSeen, promises_seen
from dialer.inquiry.settling import Agreed, demand_settlement

if TYPE_CHECKING:
    from dialer.domain.ledger_events import EntryPosted, PaymentReceived
    from dialer.inquiry.instants import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLedgers:
    """See `dialer.web.ports.Ledgers`. `database`: the floor's store; `now`: POSIX seconds of its clock."""

    database: str
    now: Callable[[], float] = posix_now

    async def ledger(self, debt: str) -> AccountLedger:
        """See the port."""
        return await self._asked(lambda store: account_ledger(store, debt, at=self.now()))

    async def demand_settlement(self, agreed: Agreed) -> None:
        """See the port."""
        await self._asked(lambda store: demand_settlement(store, agreed, at=self.now()))

    async def promises(
        self, state: PromiseState, client: str | None, limit: int, may_see: Callable[[str], bool]
    ) -> PromisesSeen:
        """See the port."""
        return await self._asked(
            lambda store: promises_seen(
                store, state, at=self.now(), client=client, limit=limit, may_see=may_see, is_named=True
            )
        )

    async def pack(self, client: str, day: date) -> BinaryIO:
        """See the port."""

        def made(store: Store) -> BinaryIO:
            with TemporaryDirectory() as folder:
                pack(store, client, day=day, folder=Path(folder) / "pack", at=self.now())
                return zipped_folder(Path(folder) / "pack")

        return await self._asked(made)

    async def deliveries(self, may_see: Callable[[str], bool]) -> Delivering:
        """See the port."""

        def ask() -> Delivering:
            found = deliveries_named(None) or Deliveries()
            return standing(found, delivery_folder(None), at=self.now(), may_see=may_see)

        return await asyncio.to_thread(ask)

    async def deliver_now(self, name: str, may_see: Callable[[str], bool]) -> None:
        """See the port."""
        found = deliveries_named(None) or Deliveries()
        await asyncio.to_thread(asked_now, found, delivery_folder(None), name, may_see=may_see)

    async def tell_again(self, name: str, may_see: Callable[[str], bool]) -> int:
        """See the port."""
        found = deliveries_named(None) or Deliveries()
        return await asyncio.to_thread(queued_again, found, delivery_folder(None), name, may_see=may_see)

    async def measured(
        self, since: date, until: date, client: str | None, by: By, may_see: Callable[[str], bool]
    ) -> tuple[FigureSeen, ...]:
        """See the port."""
        return await self._asked(
            lambda store: measured(store, since=since, until=until, client=client, by=by, may_see=may_see)
        )

    async def view(self, person: str, by: Answers | Leave | None) -> AccountView:
        """See the port."""
        return await self._asked(lambda store: account_view(store, person, at=self.now(), by=by))

    async def event_to_tell(
        self, event: PaymentReceived | EntryPosted
    ) -> PaymentReceived | EntryPosted | None:
        """See the port."""
        return await self._asked(lambda store: event_to_tell(store, event))

    async def _asked(self, question: Callable[[Store], T]) -> T:
        def ask() -> T:
            with opened_store(self.database) as store:
                return question(store)

        return await asyncio.to_thread(ask)
