"""Recordings of a served floor, finished and sealed while it works: nobody has to run a command for it.

Theory of operation. What was recorded lies in its folder, in clear, until the call is over; then it becomes a
sealed sound file with a line in the manifest, or is deleted, where the person objected and their campaign
keeps nothing then. It is looked for every few seconds, in a thread: the floor waits for none of it. What a
process that was killed left behind is found by the first look of the next, since every step of finishing, of
sealing and of deleting can be made again. Sound files that an older version left in clear are sealed by the
same looks. Whatever hinders it is told to whoever watches, and does not end the floor; what was recorded
stays.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from dialer.clock import monotonic_now, posix_now
from dialer.domain.errors import FairdialError
from dialer.floor.recording_room import room_of
from dialer.floor.stores import opened_store
from dialer.inquiry.retention import delete_objected, finish_recordings, settled_recordings
from dialer.inquiry.sounds import lying_in_clear, seal_recordings
from dialer.web.ports import RecordingRoom, RecordingsNow

if TYPE_CHECKING:
    from dialer.domain.ids import AttemptId

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 3.0
SHARE = 0.05
"""Of the time that may go into looking: a folder with years of recordings is looked at less often."""
AGAIN_S = 60.0
"""Until what the store does not know is asked about anew."""
UNSEALED_AGAIN_S = 3600.0
"""Until what could not be sealed is tried again: it is read whole for it."""
AT_ONCE = 20
"""Recordings for which the store is opened once."""
SILENT_S = 300.0
"""Without a look for so long something is wrong, perhaps a disk that does not answer."""


class RecordingKeeper:
    """Finishes what was recorded, and knows how it stands.

    Args:
        folders: where the telephone systems of this machine record.
        database: the floor's store.
        least_hours: of talk that must have room.
    """

    def __init__(self, folders: Sequence[Path], database: str, *, least_hours: float) -> None:
        self._folders = tuple(folders)
        self._database = database
        self._least_hours = least_hours
        self._is_over = threading.Event()
        self._again: dict[tuple[Path, AttemptId], float] = {}
        self._unsealed: dict[tuple[Path, AttemptId], float] = {}
        self._rooms: tuple[RecordingRoom, ...] = ()
        self._waiting: dict[Path, int | None] = dict.fromkeys(self._folders)
        self._trouble = self._hindrance = ""
        self._looked_at = monotonic_now()

    async def run(self) -> None:
        """For ever; again after it ended."""
        self._is_over.clear()
        try:
            await asyncio.to_thread(self.begin)
            while True:
                began = monotonic_now()
                await asyncio.to_thread(self.look)
                took = monotonic_now() - began
                await asyncio.sleep(max(LOOK_EVERY_S, took / SHARE))
        finally:
            self._is_over.set()

    def begin(self) -> None:
        """Once, at the start: what is in the manifest and may not be kept, since a court holds it no more."""
        self._hindrance = ""
        for folder in self._folders:
            self._try(folder, self._delete_objected)
        self._trouble = self._hindrance

    def look(self) -> None:
        """Finish whatever is over, seal what lies in clear, and see how much room is left."""
        self._hindrance = ""
        for folder in self._folders:
            left = self._try(folder, self._finish)
            self._waiting[folder] = self._lying_in(folder) if left is None else left
            if left is not None:
                self._try(folder, self._seal)
        self._trouble = self._hindrance
        self.look_at_rooms()
        self._looked_at = monotonic_now()

    def look_at_rooms(self) -> None:
        """See how much room is left."""
        rooms = (room_of(folder, least_hours=self._least_hours) for folder in self._folders)
        self._rooms = tuple(
            RecordingRoom(
                folder=room.folder,
                free_bytes=room.free_bytes,
                hours_of_talk=room.hours_of_talk,
                is_low=room.is_low,
            )
            for room in rooms
        )

    def now(self) -> RecordingsNow:
        """As of the last look; asks no disk."""
        silent_s = monotonic_now() - self._looked_at
        silence = f"nobody could look at the recordings for {silent_s:.0f} s" if silent_s > SILENT_S else ""
        return RecordingsNow(rooms=self._rooms, waiting=self._waits(), trouble=silence or self._trouble)

    def _waits(self) -> int | None:
        """In all folders; None while one of them is not known."""
        known = [count for count in self._waiting.values() if count is not None]
        return sum(known) if len(known) == len(self._waiting) else None

    def _lying_in(self, folder: Path) -> int | None:
        """How many wait there, where nothing could be finished; as last known when nobody can look."""
        try:
            return len(settled_recordings(folder, now=posix_now()))
        except (FairdialError, OSError):
            return self._waiting[folder]

    def _try(self, folder: Path, work: Callable[[Path], int]) -> int | None:
        """What the work gives: how many recordings it left; None when something hindered it."""
        try:
            return work(folder)
        except (FairdialError, OSError, ValueError, TypeError) as error:  # ValueError: a garbled manifest
            self._hindrance = f"recordings in {folder} are not finished: {error}"
            log.warning("alarm", subject="recordings", text=self._hindrance, folder=str(folder))
            return None

    def _delete_objected(self, folder: Path) -> int:
        with opened_store(self._database) as store:
            gone = delete_objected(folder, store, now=posix_now())
        if gone:
            log.info("recordings.deleted", folder=str(folder), files=len(gone))
        return 0

    def _finish(self, folder: Path) -> int:
        at = monotonic_now()
        settled = settled_recordings(folder, now=posix_now())
        known = frozenset(settled)
        self._again = {key: due for key, due in self._again.items() if key[0] != folder or key[1] in known}
        due = [
            name for name in settled if (folder, name) not in self._again or self._again[folder, name] <= at
        ]
        left = len(settled)
        for first in range(0, len(due), AT_ONCE):
            if self._is_over.is_set():
                break
            some = due[first : first + AT_ONCE]
            with opened_store(self._database) as store:
                over = self._is_over.is_set
                done = finish_recordings(folder, store, now=posix_now(), names=some, is_over=over)
            self._again |= {(folder, name): at + AGAIN_S for name in done.unknown}
            if done.failed:
                name, why = done.failed[0]
                self._hindrance = f"recording {name} in {folder} cannot be finished: {why}"
                log.warning("alarm", subject="recordings", text=self._hindrance, folder=str(folder))
            left -= len(some) - len(done.left)
            if done.files or done.deleted:
                files, deleted = len(done.files), len(done.deleted)
                log.info("recordings.finished", folder=str(folder), files=files, deleted=deleted)
        return left

    def _seal(self, folder: Path) -> int:
        """What an older version left in clear; what cannot be sealed is told as long as it lies there."""
        lying = lying_in_clear(folder)
        known = frozenset(lying)
        self._unsealed = {
            key: due for key, due in self._unsealed.items() if key[0] != folder or key[1] in known
        }
        at = monotonic_now()
        due = [name for name in lying if self._unsealed.get((folder, name), at) <= at]
        for first in range(0, len(due), AT_ONCE):
            if self._is_over.is_set():
                break
            with opened_store(self._database) as store:
                some = due[first : first + AT_ONCE]
                done, left = seal_recordings(folder, store, some, is_over=self._is_over.is_set)
            for name, why in left:
                self._unsealed[folder, name] = at + UNSEALED_AGAIN_S
                log.warning("recordings.unsealed", folder=str(folder), recording=name, why=why)
            if done:
                log.info("recordings.sealed", folder=str(folder), files=len(done))
        count = sum(key[0] == folder for key in self._unsealed)
        if count and not self._hindrance:
            self._hindrance = f"{count} recordings in {folder} cannot be sealed, and lie in clear"
        return count
