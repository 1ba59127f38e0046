"""A shift's journal as one file: lines of JSON, in one stream of Zstandard when its name ends in `.zst`.

The first line is the header: under which law, versions and processor features the commands were computed,
since only there a replay is promised to be identical. Then one line a step, as `encode_entry` writes it.
Between the steps, and as the last line, marks: `["chain", sequence, link]` says what the chain has come to
(hexadecimal), `["end", sequence, link]` says it for the last time, `["kept", kind, name, text]` carries a
text that the steps rest on, a rulebook by its hash. So a cut end, a changed, lost or moved line is found by
whoever reads on. Where the writer was stopped before its work was done, `["stopped", sequence, link]` is the
last line: a partial journal, which nobody has cut.

Format 1 has the header and the steps alone, in gzip when the name ends in `.gz`; it is read as ever.
"""

import gzip
import os
import platform
import sys
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

import msgspec
import numpy as np
import scipy

from dialer.domain.errors import FairdialError
from dialer.domain.ports import JournalEntry
from dialer.files import opened_private
from dialer.storage.journal.chain import Head, first_link, next_link
from dialer.storage.journal.codecs import UnreadableEntryError, decode_entry, encode_entry
from dialer.storage.journal.compression import zstd

FORMAT = "fairdial-journal"
VERSION = 2
"""Of what is written; 1 is read, too."""
BLOCK_BYTES = 1 << 18
"""Of steps between two marks, and between two writes to the file."""

WINDOW_LOG = 24
"""16 MB: what was said of a person some minutes ago is referred to, and the reader needs no more memory."""

_CHUNK = 1 << 16
_EXPANDED_CHUNK = 1 << 20


class JournalFileError(FairdialError):
    """The file is no journal, or of another version. Nothing was read."""


class JournalAlteredError(FairdialError):
    """The file is not what was written: something was changed, left out, added or moved. Take another
    copy."""


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
        begins_with: link that the chain begins with, hexadecimal; '' = the hash of this very line.
        after: sequence of the step before the first.
    """

    rulebook: str
    surroundings: Surroundings
    scenario: str = ""
    seed: int | None = None
    started_at: float | None = None
    settings: dict[str, str] = {}
    begins_with: str = ""
    after: int = 0
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


class _Chain(msgspec.Struct, array_like=True, frozen=True, tag="chain"):
    """What the chain has come to with the last step before this line."""

    sequence: int
    link: str


class _End(msgspec.Struct, array_like=True, frozen=True, tag="end"):
    """The same, and nothing follows."""

    sequence: int
    link: str


class _Stopped(msgspec.Struct, array_like=True, frozen=True, tag="stopped"):
    """The same where more was to come, and nothing follows."""

    sequence: int
    link: str


class _Kept(msgspec.Struct, array_like=True, frozen=True, tag="kept"):
    """A text that the steps rest on."""

    kind: str
    name: str
    text: str


_mark = msgspec.json.Decoder(_Chain | _End | _Stopped | _Kept).decode


class _Packed:
    """A file that is written through Zstandard; what was written can be read without the end, too."""

    def __init__(self, path: Path) -> None:
        self._file = opened_private(path, os.O_WRONLY | os.O_TRUNC, "wb")
        parameter = zstd.CompressionParameter
        self._compressor = zstd.ZstdCompressor(
            options={
                parameter.compression_level: 3,
                parameter.window_log: WINDOW_LOG,
                parameter.checksum_flag: 1,
            }
        )

    def write(self, data: bytes) -> None:
        self._file.write(self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK))

    def close(self) -> None:
        self._file.write(self._compressor.flush())
        self._file.close()


class JournalWriter:
    """Streams entries to a file; use as a context manager.

    Raises:
        OSError: the file cannot be made or written.
    """

    def __init__(self, path: Path, header: JournalHeader) -> None:
        line = msgspec.json.encode(header)
        begins_with = bytes.fromhex(header.begins_with) or first_link(line)
        self._file = _open_to_write(path)
        self._pending = bytearray(line + b"\n")
        self.entries = 0
        self._sequence, self._link = header.after, begins_with

    @property
    def head(self) -> Head:
        """Where the journal ends so far."""
        return Head(sequence=self._sequence, link=self._link)

    def keep(self, kind: str, name: str, text: str) -> None:
        """Add a text that the steps rest on, named by the beginning of its SHA-256 (hexadecimal)."""
        self._add(msgspec.json.encode(_Kept(kind, name, text)))

    def append(self, entry: JournalEntry) -> None:
        """Add one step."""
        self.append_encoded(entry.sequence, encode_entry(entry))

    def append_encoded(self, sequence: int, line: bytes) -> bytes:
        """Add one step that `encode_entry` has encoded already; returns its link."""
        link = next_link(self._link, line)
        self._sequence, self._link = sequence, link
        self._add(line)
        self.entries += 1
        if len(self._pending) > BLOCK_BYTES:
            self.flush()
        return link

    def flush(self) -> None:
        """Mark what the chain has come to, and hand what is pending to the file."""
        self._add(msgspec.json.encode(_Chain(self._sequence, self._link.hex())))
        self._write()

    def close(self) -> None:
        """Write the rest and close: the journal is whole."""
        self._close_with(_End(self._sequence, self._link.hex()))

    def stop(self) -> None:
        """Write the rest and close, though more was to come: the journal is partial, and says so."""
        self._close_with(_Stopped(self._sequence, self._link.hex()))

    def _close_with(self, last: _End | _Stopped) -> None:
        self._add(msgspec.json.encode(last))
        self._write()
        self._file.close()

    def _add(self, line: bytes) -> None:
        self._pending += line
        self._pending += b"\n"

    def _write(self) -> None:
        self._file.write(bytes(self._pending))
        self._pending.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:  # what was written stays, and says that it is not all
            self.stop()


class _Gzipped(gzip.GzipFile):
    """A file that is written through gzip, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._under = opened_private(path, os.O_WRONLY | os.O_TRUNC, "wb")
        super().__init__(fileobj=self._under, mode="wb", compresslevel=1)

    def close(self) -> None:
        super().close()
        self._under.close()


def _open_to_write(path: Path) -> IO[bytes] | _Packed | _Gzipped:
    match path.suffix:
        case ".zst":
            return _Packed(path)
        case ".gz":
            return _Gzipped(path)
        case _:
            return opened_private(path, os.O_WRONLY | os.O_TRUNC, "wb")


class JournalReader:
    """Streams entries from a file. After the iteration `truncated` says whether the end was cut off.

    Args:
        path: a journal; how its name ends says how it is packed.

    Raises:
        JournalFileError: no journal, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.truncated: str | None = None
        """What is wrong with the end of the file, None when it is whole."""
        self.is_partial = False
        """Its writer was stopped before its work was done; nobody has cut it."""
        self.head: Head | None = None
        """What the chain has come to; None in format 1, which has none."""
        self.kept: dict[tuple[str, str], str] = {}
        """Texts by kind and name, as far as the file was read."""
        first = next(iter(self._lines()), b"")
        self.header = self._header_in(first)
        try:
            self.begins_with = bytes.fromhex(self.header.begins_with) or first_link(first.rstrip(b"\n"))
            """Link that the chain begins with."""
        except ValueError as error:
            raise JournalFileError(f"{path}: the header names no link that a chain can begin with") from error

    def _header_in(self, first: bytes) -> JournalHeader:
        if not first:
            why = self.truncated or "the file is empty: its writer was stopped before the first step"
            raise JournalFileError(f"{self.path}: {why}; there is nothing in it to be read")
        try:
            header = msgspec.json.decode(first, type=JournalHeader)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise JournalFileError(
                f"{self.path}: the first line is not the header of a journal ({error})"
            ) from error
        if header.format != FORMAT or not 1 <= header.version <= VERSION:
            found = f"{header.format} {header.version}"
            raise JournalFileError(f"{self.path}: {found}; this program reads {FORMAT} 1 to {VERSION}")
        return header

    def __iter__(self) -> Iterator[JournalEntry]:
        """The entries in order. A last line that was cut off ends the iteration and sets `truncated`.

        Raises:
            UnreadableEntryError: a whole line that is not an entry.
            JournalAlteredError: the steps before a mark are not those that were written.
        """
        for line in self.encoded():
            try:
                yield decode_entry(line)
            except UnreadableEntryError as error:
                raise UnreadableEntryError(f"{self.path} line {self._number}: {error}") from error

    def encoded(self) -> Iterator[bytes]:
        """The entries as bytes, in order; see `__iter__`."""
        self.truncated, self.is_partial = None, False
        is_chained = self.header.version > 1
        link = self.begins_with
        self._number = 1
        is_whole = False
        lines = self._lines()
        next(lines, None)
        for line in lines:
            self._number += 1
            if is_whole:
                raise JournalAlteredError(
                    f"{self.path}: there is more after the end, from line {self._number}"
                )
            if not line.endswith(b"\n"):
                self.truncated = f"line {self._number} is cut off after {len(line)} bytes"
                return
            if not is_chained:
                yield line[:-1]
            elif line.startswith(b'["'):
                is_whole = self._look_at(line, link)
            else:
                link = next_link(link, line[:-1])
                yield line[:-1]
        if is_chained and not is_whole and self.truncated is None:
            self.truncated = (
                f"the end is missing: after line {self._number} there is nothing; the shift was not worked "
                "to its end, or the file was cut"
            )

    def _look_at(self, line: bytes, link: bytes) -> bool:
        """Compare a mark with what came before it; returns whether it is the end."""
        try:
            mark = _mark(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise UnreadableEntryError(f"{self.path} line {self._number}: {error}") from error
        if isinstance(mark, _Kept):
            if not sha256(mark.text.encode()).hexdigest().startswith(mark.name):
                raise JournalAlteredError(f"{self.path}: the {mark.kind} {mark.name} is not what was kept")
            self.kept[mark.kind, mark.name] = mark.text
            return False
        if mark.link != link.hex():
            raise JournalAlteredError(
                f"{self.path}: the steps up to {mark.sequence} (line {self._number}) are not those that were "
                "written"
            )
        self.head = Head(sequence=mark.sequence, link=link)
        if isinstance(mark, _Stopped):
            self.is_partial = True
            self.truncated = f"the shift was stopped after step {mark.sequence}, before its end"
        return not isinstance(mark, _Chain)

    def _lines(self) -> Iterator[bytes]:
        try:
            if self.path.suffix == ".zst":
                yield from _unpacked_lines(self.path)
            else:
                with gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb") as file:
                    yield from cast("IO[bytes]", file)
        except (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError) as error:
            self.truncated = f"the compressed file is cut off or damaged: {error}"


def _unpacked_lines(path: Path) -> Iterator[bytes]:
    rest = b""
    for chunk in _unpacked(path):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def _unpacked(path: Path) -> Iterator[bytes]:
    decompressor = zstd.ZstdDecompressor()
    data = b""
    with path.open("rb") as file:
        while not decompressor.eof:
            if decompressor.needs_input:
                data = file.read(_CHUNK)
                if not data:
                    raise EOFError("the stream has no end")
            chunk = decompressor.decompress(data, _EXPANDED_CHUNK)
            data = b""
            if chunk:
                yield chunk


def write_journal(path: Path, header: JournalHeader, entries: Iterable[JournalEntry]) -> int:
    """Write a whole journal; returns the number of entries."""
    with JournalWriter(path, header) as writer:
        for entry in entries:
            writer.append(entry)
        return writer.entries
