"""Creditors' files that come to a served floor over HTTP: written down as they come, taken in by a process of
their own, refused lines kept to be fetched."""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError, MendableError
from dialer.files import own_folder, write_whole, written_whole
from dialer.floor.file_holds import file_holds, release_file_holds
from dialer.floor.history_word import HistoryWord, WordTaken, take_word
from dialer.floor.intake_job import Job, Outcome
from dialer.floor.mappings import confirm_mapping, mapping_to_check
from dialer.floor.stores import opened_store
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.unseen import Unseen, unseen
from dialer.web.ports import BusyError, MappingKept, TakenInFile, Upload

if TYPE_CHECKING:
    from dialer.intake.mapping import FileMapping

KEPT = 20
"""Files whose refused lines are kept; those of the oldest go when another comes."""

TAKES_S = 7_200.0
"""Seconds that the process of one file may take: ten times what a million lines take on a small machine."""

WRITTEN_AT_ONCE = 4
"""Files that may be on their way together."""

WAITS_S = 60.0
"""For which a file that is there waits while another is taken in."""

_AT_ONCE = 1 << 20
_NO_NAME = re.compile(r"[^\w.() -]+")
_RETURNED, _CLIENT = "returned.csv", "client"
_BUSY = "another file is being taken in: send this one again in a minute"


async def done_apart(job: Job, *, within_s: float = TAKES_S) -> Outcome:
    """What a process of its own made of a file; it ends with whoever waits for it.

    Raises:
        MendableError: it was not done in time.
        FairdialError: it came to no end of its own.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dialer.cli.intake_job",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(within_s):
            told, _ = await process.communicate(msgspec.json.encode(job))
    except TimeoutError as error:
        mend = "send it again: what was not published is not there, and what was is gone on with."
        raise MendableError(f"the file was not taken in within {within_s:g} s", mend=mend) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise FairdialError("the file could not be taken in, by a defect of ours: it is in the log")
    return msgspec.json.decode(told, type=Outcome)


@dataclass(slots=True, kw_only=True)
class StoreIntake:
    """See `dialer.web.ports.Intake`.

    Args:
        database: the floor's store.
        folder: the floor's own: files lie in `intake`, mappings in `mappings`.
        done: does what is to be done with a file.
    """

    database: str
    folder: Path
    done: Callable[[Job], Awaitable[Outcome]] = done_apart
    waits_s: float = WAITS_S
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _on_their_way: int = 0

    async def take_in(self, upload: Upload, parts: AsyncIterator[bytes]) -> TakenInFile:
        """See the port."""
        if self._one.locked() or self._on_their_way >= WRITTEN_AT_ONCE:
            raise BusyError(_BUSY)
        mapping = self._mapping(upload.mapping) if upload.mapping else None
        name = secrets.token_hex(8)
        self._on_their_way += 1
        try:
            place = await asyncio.to_thread(self._begin, name, upload.client)
            file = own_folder(place / "in") / (_NO_NAME.sub("_", upload.name)[-100:].strip(". ") or "file")
            try:
                await _written(file, parts)
                async with self._alone():
                    outcome = await self.done(self._job(upload, place, file, mapping))
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(place / "in", ignore_errors=True)
        finally:
            self._on_their_way -= 1
        summary = outcome.summary  # of one client's file nothing is told of the other lists
        if summary is not None and upload.kind == "placement" and not (upload.is_dry or upload.client):
            summary = {**summary, "unseen": [each.as_json() for each in await self.unseen()]}
        return TakenInFile(
            file=name,
            summary=summary,
            refused_whole=outcome.refused_whole,
            trouble=outcome.trouble,
            was_known=outcome.was_known,
        )

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        """While the block runs no other file is taken in. Raises BusyError: another takes too long."""
        try:
            async with asyncio.timeout(self.waits_s):
                await self._one.acquire()
        except TimeoutError as error:
            raise BusyError(_BUSY) from error
        try:
            yield
        finally:
            self._one.release()

    def _job(self, upload: Upload, place: Path, file: Path, mapping: Path | None) -> Job:
        return Job(
            file=str(file),
            kind=upload.kind,
            client=upload.client,
            campaign=upload.campaign,
            by=upload.by,
            returned=str(place / _RETURNED),
            address=self.database,
            folder=str(self.folder),
            mapping="" if mapping is None else str(mapping),
            columns=upload.columns,
            same_persons=upload.same_persons,
            dates=upload.dates,
            decimal=upload.decimal,
            most_refused=upload.most_refused,
            zone=upload.zone,
            days=upload.days,
            scrub=upload.scrub,
            of_day=upload.of_day,
            is_dry=upload.is_dry,
        )

    def _begin(self, name: str, client: str) -> Path:
        files = own_folder(self.folder / "intake")
        older = sorted((one for one in files.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
        for one in older[: max(0, len(older) - KEPT + 1)]:
            shutil.rmtree(one, ignore_errors=True)
        place = own_folder(files / name)
        write_whole(place / _CLIENT, client)
        return place

    async def returned(self, file: str, client: str) -> Path:
        """See the port."""
        place = self.folder / "intake" / file
        try:
            whose = (place / _CLIENT).read_text(encoding="utf-8")
        except OSError:
            whose = None
        found = place / _RETURNED
        if whose is None or (client and whose != client) or not found.is_file():
            raise NotThereError(f"no refused lines of file {file!r} are kept")
        return found

    async def holds(self, import_id: str | None) -> tuple[Mapping[str, object], ...]:
        """See the port."""
        found = await asyncio.to_thread(file_holds, self.database, import_id)
        return tuple(map(asdict, found))

    async def release(self, import_id: str, *, by: str, why: str) -> int:
        """See the port."""
        return await asyncio.to_thread(release_file_holds, self.database, import_id, by=by, why=why)

    async def unseen(self) -> tuple[Unseen, ...]:
        """See the port."""
        return await asyncio.to_thread(self._unseen)

    def _unseen(self) -> tuple[Unseen, ...]:
        with opened_store(self.database) as store:
            return unseen(store, now=posix_now())

    async def attest(self, word: HistoryWord) -> WordTaken:
        """See the port."""
        return await asyncio.to_thread(take_word, word, address=self.database, folder=self.folder)

    async def mappings(self) -> tuple[MappingKept, ...]:
        """See the port."""
        return await asyncio.to_thread(self._kept)

    def _kept(self) -> tuple[MappingKept, ...]:
        found = sorted((self.folder / "mappings").glob("*.toml"))
        return tuple(
            _kept(path.stem, mapping_to_check(path), path.read_text(encoding="utf-8")) for path in found
        )

    async def keep_mapping(self, name: str, text: str) -> MappingKept:
        """See the port."""
        return await asyncio.to_thread(self._keep, name, text)

    def _keep(self, name: str, text: str) -> MappingKept:
        path = own_folder(self.folder / "mappings") / f"{name}.toml"
        tried = path.with_name(f".{name}.tried")
        try:
            write_whole(tried, text)
            kept = _kept(name, mapping_to_check(tried), text)
            write_whole(path, text)
        finally:
            tried.unlink(missing_ok=True)
        return kept

    async def confirm_mapping(self, name: str, *, by: str, meaning: str) -> MappingKept:
        """See the port."""
        path = self._mapping(name)

        def confirmed() -> MappingKept:
            told = confirm_mapping(path, by=by, looked_at=meaning)
            return _kept(name, told, path.read_text(encoding="utf-8"))

        return await asyncio.to_thread(confirmed)

    def _mapping(self, name: str) -> Path:
        path = self.folder / "mappings" / f"{name}.toml"
        if not path.is_file():
            raise NotThereError(f"no mapping {name!r} is kept here")
        return path


def _kept(name: str, told: FileMapping, text: str) -> MappingKept:
    by = told.saved.confirmed_by
    return MappingKept(
        name=name,
        of="placement" if told.of is None else told.of.value,
        version=told.saved.version,
        meaning=told.saved.meaning,
        questions=told.saved.questions,
        confirmed_by="" if by is None else by.by,
        text=text,
    )


async def _written(file: Path, parts: AsyncIterator[bytes]) -> None:
    """The parts in a file, some at a time, beside the loop."""
    waiting = bytearray()
    with written_whole(file) as into:
        async for part in parts:
            waiting += part
            if len(waiting) >= _AT_ONCE:
                await asyncio.to_thread(into.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(into.write, bytes(waiting))
    if not file.stat().st_size:
        raise MendableError("the file is empty", mend="send it as the body of the request.")
