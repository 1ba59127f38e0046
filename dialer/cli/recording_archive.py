"""The recordings of a served floor, for its HTTP side: asked in threads, from a store opened for each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from dialer.cli.recording_keeper import RecordingKeeper
from dialer.clock import posix_now
from dialer.domain.ids import AttemptId
from dialer.floor.stores import opened_store
from dialer.inquiry.hearing import Heard, opened_to_hear
from dialer.inquiry.recordings import (
    Exported,
    RecordingPage,
    Wanted,
    export_recordings,
    find_recordings,
)
from dialer.web.ports import RecordingRoom, RecordingsNow

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingArchive:
    """See `dialer.web.ports.Recordings`.

    Args:
        folders: where the telephone systems of this machine record.
        database: the floor's store.
        exports: folder in which exports are made.
        keeper: who finishes them while the floor works.
    """

    folders: tuple[Path, ...]
    database: str
    exports: Path
    keeper: RecordingKeeper

    async def find(self, wanted: Wanted, *, page: str | None, limit: int) -> RecordingPage:
        """See the port."""

        def asked() -> RecordingPage:
            with opened_store(self.database) as store:
                return find_recordings(self.folders, store, wanted, page=page, limit=limit)

        return await asyncio.to_thread(asked)

    async def hear(self, attempt: AttemptId) -> Heard:
        """See the port."""

        def opened() -> Heard:
            with opened_store(self.database) as store:
                return opened_to_hear(self.folders, store, attempt, now=posix_now())

        return await asyncio.to_thread(opened)

    async def export(self, wanted: Wanted, *, by: str) -> Exported:
        """See the port."""
        now = posix_now()

        def done() -> Exported:
            with opened_store(self.database) as store:
                out = self.exports / f"recordings-{int(now * 1000)}"
                return export_recordings(self.folders, store, wanted, out=out, now=now)

        made = await asyncio.to_thread(done)
        _log.info(
            "recordings.exported", by=by, client=made.client, folder=made.folder, files=len(made.recordings)
        )
        return made

    async def room(self) -> tuple[RecordingRoom, ...]:
        """See the port."""
        await asyncio.to_thread(self.keeper.look_at_rooms)
        return self.keeper.now().rooms

    def now(self) -> RecordingsNow:
        """See the port."""
        return self.keeper.now()
