"""How much room is left for recordings: told before it is too late, to whoever watches.

A full disk ends recordings without a word from the telephone system, and the store with them. What is left is
counted in hours of talk: one agent's hour is 32,000 bytes a second, both sides of it.
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Gauge

from dialer.domain.errors import FairdialError
from telephony.asterisk.recordings import BYTES_A_SECOND
from telephony.asterisk.settings import AsteriskSettings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left in one folder. `is_low`: less than the least; then somebody must make room."""

    folder: str
    free_bytes: int
    hours_of_talk: float
    is_low: bool


def room_in(folder: Path, *, least_hours: float) -> Room:
    """What is left there now.

    Args:
        least_hours: of talk that must have room.

    Raises:
        OSError: there is no such folder.
    """
    free = shutil.disk_usage(folder).free
    hours = free / BYTES_A_SECOND / 3600.0
    return Room(folder=str(folder), free_bytes=free, hours_of_talk=hours, is_low=hours < least_hours)


def room_of(folder: Path, *, least_hours: float) -> Room:
    """As `room_in`; a folder that cannot be looked at has no room, which is logged."""
    try:
        return room_in(folder, least_hours=least_hours)
    except OSError as error:
        log.warning("recordings.folder_unreadable", folder=str(folder), why=str(error))
        return Room(folder=str(folder), free_bytes=0, hours_of_talk=0.0, is_low=True)


class RoomWatch:
    """Looks once a minute, shows it to Prometheus, and warns while there is too little.

    Args:
        least_hours: of talk that must have room.
    """

    def __init__(self, folders: Sequence[Path], registry: CollectorRegistry, *, least_hours: float) -> None:
        self._folders = tuple(folders)
        self._least = least_hours
        self._free = Gauge(
            "fairdial_recordings_free_bytes", "Room for recordings", ["folder"], registry=registry
        )
        self._hours = Gauge(
            "fairdial_recordings_hours_left", "The same in hours of talk", ["folder"], registry=registry
        )
        self._low = Gauge(
            "fairdial_recordings_low", "1 = less than the least that was set", ["folder"], registry=registry
        )

    async def run(self) -> None:
        """For ever."""
        while True:
            for folder in self._folders:
                await asyncio.to_thread(self.look, folder)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self, folder: Path) -> None:
        """Once. A folder that cannot be looked at has no room."""
        room = room_of(folder, least_hours=self._least)
        self._free.labels(room.folder).set(room.free_bytes)
        self._hours.labels(room.folder).set(room.hours_of_talk)
        self._low.labels(room.folder).set(room.is_low)
        if room.is_low:
            text = f"room for {room.hours_of_talk:.1f} hours of talk is left; {self._least:g} must be"
            log.warning("alarm", subject="recordings", text=text, folder=room.folder)


def recording_folders(asterisks: Sequence[AsteriskSettings]) -> tuple[Path, ...]:
    """Where telephone systems of this machine record; those of other machines are not seen from here."""
    folders = dict.fromkeys(Path(one.recordings) for one in asterisks)
    return tuple(folder for folder in folders if folder.is_dir())


def least_hours(asterisks: Sequence[AsteriskSettings]) -> float:
    """Of talk that must have room, as any of them says."""
    return max((one.recordings_least_hours for one in asterisks), default=0.0)


def room_watches(asterisks: Sequence[AsteriskSettings], registry: CollectorRegistry) -> tuple[RoomWatch, ...]:
    """One over every folder that is seen from here; whoever runs the floor keeps it running beside it."""
    folders = recording_folders(asterisks)
    return (RoomWatch(folders, registry, least_hours=least_hours(asterisks)),) if folders else ()


def folder_faults(folder: Path, *, least_hours: float) -> tuple[str, ...]:
    """What is not well with a folder of recordings on this machine, each in words; () = nothing.

    Args:
        least_hours: of talk that must have room.
    """
    if not folder.is_dir():
        return ("it is not there",)
    faults: list[str] = []
    mode = folder.stat().st_mode & 0o777
    if mode & 0o077:
        faults.append(f"others may look into it (mode {mode:04o})")
    open_files = sum(bool(file.stat().st_mode & 0o077) for file in folder.iterdir() if file.is_file())
    if open_files:
        faults.append(f"{open_files} of its files are readable by others")
    try:
        room = room_in(folder, least_hours=least_hours)
    except OSError as error:
        raise FairdialError(str(error)) from error
    if room.is_low:
        faults.append(f"room for {room.hours_of_talk:.1f} hours of talk only")
    return tuple(faults)
