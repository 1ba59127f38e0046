"""The evidence of a served floor, for its HTTP side: asked in threads, from a store opened for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from dialer.clock import posix_now
from dialer.floor.stores import opened_store
from dialer.inquiry.explain import About, Asked, explain_person
from dialer.inquiry.frequency import call_frequency
from dialer.inquiry.impact import Compared, compare
from dialer.inquiry.legs import explain_call
from dialer.inquiry.pacing_changes import (
    PacingBounds,
    PacingChange,
    demand_lawful,
    pacing_before,
    pacing_bounds,
    pacing_changes,
)
from dialer.inquiry.person import person_facts
from dialer.inquiry.person_folder import person_folder
from dialer.inquiry.records import RecordsDue, records_due
from dialer.inquiry.verifying import Checked, public_key, verified
from dialer.results.frequency_ledger import LedgerFacts
from dialer.results.person_events import PersonFacts
from dialer.results.person_folder import PersonFolder
from dialer.web.ports import Stretch

if TYPE_CHECKING:
    from dialer.domain.campaign import CampaignSettings
    from dialer.domain.ids import CampaignId
    from dialer.inquiry.instants import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreEvidence:
    """See `dialer.web.ports.Evidence`. `database`: the floor's store; `now`: POSIX seconds of its clock."""

    database: str
    now: Callable[[], float] = posix_now

    async def explain_attempt(self, attempt: str) -> tuple[Asked, ...]:
        """See the port."""
        return await self._asked(lambda store: explain_call(store, attempt))

    async def explain_person(self, person: str, at: float, about: About) -> tuple[Asked, ...]:
        """See the port."""
        return await self._asked(lambda store: explain_person(store, person, at=at, about=about))

    async def ledger(self, person: str, stretch: Stretch, *, debt: str | None) -> LedgerFacts:
        """See the port."""
        return await self._asked(
            lambda store: call_frequency(store, person, since=stretch.since, until=stretch.until, debt=debt)
        )

    async def retention(self, at: float | None) -> RecordsDue:
        """See the port."""
        asked = self.now() if at is None else at
        return await self._asked(lambda store: records_due(store, at=asked))

    async def impact(self, before: date, after: date) -> Compared:
        """See the port."""
        return await self._asked(lambda store: compare(store, before, after, progress=_untold))

    async def pacing_changes(self, campaign: CampaignId) -> tuple[PacingChange, ...]:
        """See the port."""
        return await self._asked(lambda store: pacing_changes(store, campaign))

    async def pacing_before(self, campaign: CampaignId) -> CampaignSettings | None:
        """See the port."""
        return await self._asked(lambda store: pacing_before(store, campaign))

    async def pacing_bounds(self, settings: CampaignSettings) -> PacingBounds:
        """See the port."""
        return await self._asked(lambda store: pacing_bounds(store, settings, at=self.now()))

    async def demand_lawful(self, settings: CampaignSettings) -> None:
        """See the port."""
        await self._asked(lambda store: demand_lawful(store, settings, at=self.now()))

    async def verified(self) -> Checked:
        """See the port."""
        return (await asyncio.to_thread(verified, self.database))[0]

    def public_key(self) -> str:
        """See the port."""
        return public_key()

    async def folder(self, person: str, stretch: Stretch) -> PersonFolder:
        """See the port."""
        return await self._asked(
            lambda store: person_folder(store, person, since=stretch.since, until=stretch.until)
        )

    async def report(self, person: str, stretch: Stretch) -> PersonFacts:
        """See the port."""
        return await self._asked(
            lambda store: person_facts(
                store, person, since=stretch.since, until=stretch.until, with_name=False
            )
        )

    async def _asked(self, question: Callable[[Store], T]) -> T:
        def ask() -> T:
            with opened_store(self.database) as store:
                return question(store)

        return await asyncio.to_thread(ask)


def _untold(_share: float, _attempts: int) -> None:
    """Nobody watches how far a page's question is."""
