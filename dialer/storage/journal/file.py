"""A shift's journal as one file: a header line, then one line a step, gzip when the name ends in `.gz`.

Plain JSON lines can be read by anything in twenty years, and `gzip` level 1 keeps a day of fifty agents under
a hundred megabytes. The header says under which versions and processor features the commands were computed,
since only there a replay is promised to be identical.
"""

import gzip
import os
import platform
import sys
import zlib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self, cast

import msgspec
import numpy as np
import scipy

from dialer.domain.errors import FairdialError
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.codecs import UnreadableEntryError, decode_entry, encode_entry

FORMAT = "fairdial-journal"
VERSION = 2
"""Of what is written; 1 is read, too."""
_BLOCK = 1 << 18


class JournalFileError(FairdialError):
    """The file is no journal, or of another version. Nothing was read."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What numbers depend on besides the events: versions and processor."""

    fairdial: str
    python: str
    numpy: str
    scipy: str
    machine: str
    cpu_features: tuple[str, ...]
    hash_seed: str

    def differences(self, other: "Surroundings") -> tuple[str, ...]:
        """Names of what differs, without the hash seed, which must never matter."""
        names = ("fairdial", "python", "numpy", "scipy", "machine", "cpu_features")
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))


class JournalHeader(msgspec.Struct, frozen=True, kw_only=True):
    """First line of a journal.

    Args:
        scenario: name of the rehearsed floor, '' for a live one.
        seed: of every random stream of a rehearsal; None on a live floor.
        settings: what else a replay needs to build the same engine (profile, layers), name to value.
    """

    rulebook: str
    surroundings: Surroundings
    scenario: str = ""
    seed: int | None = None
    started_at: float | None = None
    settings: dict[str, str] = {}
    format: str = FORMAT
    version: int = VERSION


def surroundings() -> Surroundings:
    """What this process computes with."""
    features: dict[str, bool] = getattr(np, "_core")._multiarray_umath.__cpu_features__  # noqa: B009
    return Surroundings(
        fairdial=metadata.version("fairdial"),
        python=platform.python_version(),
        numpy=np.__version__,
        scipy=scipy.__version__,
        machine=platform.machine(),
        cpu_features=tuple(sorted(name for name, present in features.items() if present)),
        hash_seed=os.environ.get("PYTHONHASHSEED", "random") if sys.flags.hash_randomization else "0",
    )


def _open(path: Path, mode: Literal["rb", "wb"]) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, mode, compresslevel=1))
    return path.open(mode)


class JournalWriter:
    """Streams entries to a file; use as a context manager.

    Raises:
        OSError: the file cannot be made or written.
    """

    def __init__(self, path: Path, header: JournalHeader) -> None:
        self._file = _open(path, "wb")
        self._pending = bytearray(msgspec.json.encode(header) + b"\n")
        self.entries = 0

    def append(self, entry: JournalEntry) -> None:
        """Add one step."""
        self.append_encoded(encode_entry(entry))

    def append_encoded(self, line: bytes) -> None:
        """Add one step that `encode_entry` has encoded already."""
        self._pending += line
        self._pending += b"\n"
        self.entries += 1
        if len(self._pending) > _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Hand what is pending to the file."""
        self._file.write(bytes(self._pending))
        self._pending.clear()

    def close(self) -> None:
        """Write the rest and close."""
        self.flush()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class JournalReader:
    """Streams entries from a file. After the iteration `truncated` says whether the end was cut off.

    Args:
        path: a journal, gzip when its name ends in `.gz`.

    Raises:
        JournalFileError: no journal, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.truncated: str | None = None
        """What is wrong with the end of the file, None when it is whole."""
        first = next(iter(self._lines()), b"")
        try:
            self.header = msgspec.json.decode(first, type=JournalHeader)
        except msgspec.MsgspecError as error:
            raise JournalFileError(
                f"{path}: the first line is not the header of a journal ({error})"
            ) from error
        if self.header.format != FORMAT or not 1 <= self.header.version <= VERSION:
            found = f"{self.header.format} {self.header.version}"
            raise JournalFileError(f"{path}: {found}; this program reads {FORMAT} 1 to {VERSION}")

    def __iter__(self) -> Iterator[JournalEntry]:
        """The entries in order. A last line that was cut off ends the iteration and sets `truncated`.

        Raises:
            UnreadableEntryError: a whole line that is not an entry.
        """
        self.truncated = None
        number = 1
        lines = self._lines()
        next(lines, None)
        for line in lines:
            number += 1
            if not line.endswith(b"\n"):
                self.truncated = f"line {number} is cut off after {len(line)} bytes"
                return
            try:
                yield decode_entry(line)
            except UnreadableEntryError as error:
                raise UnreadableEntryError(f"{self.path} line {number}: {error}") from error

    def _lines(self) -> Iterator[bytes]:
        with _open(self.path, "rb") as file:
            try:
                yield from file
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.truncated = f"the compressed file is cut off or damaged: {error}"


def write_journal(path: Path, header: JournalHeader, entries: Iterable[JournalEntry]) -> int:
    """Write a whole journal; returns the number of entries."""
    with JournalWriter(path, header) as writer:
        for entry in entries:
            writer.append(entry)
        return writer.entries
