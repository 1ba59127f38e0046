"""Entries as a table keeps them: each can be read by itself, and small by a dictionary that all share.

Two attempts differ in ids and instants and have forty findings, with their citations, in common; so has
the rest of a journal its field names. A dictionary is plain bytes, the text of some earlier entries, and
Zstandard refers to it. It stands in the store beside the entries, named by its own hash, so every copy of the
store can be read.

How the bytes of an entry begin says how they are packed: `[` not at all, `(` by Zstandard, `x` by zlib
(format 1).
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping

from dialer.domain.errors import FairdialError
from dialer.storage.journal.compression import zstd

PLAIN_BELOW = 100
"""Bytes below which an entry is kept as it is."""

DICTIONARY_BYTES = 112 << 10
SAMPLE_BYTES = 16 << 10
"""Of one entry at most: a fetch of a hundred people is 160 KB, nine tenths of it the same fields."""

LEVEL = 3

_PARAMETERS: Mapping[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.checksum_flag: 0,
    zstd.CompressionParameter.dict_id_flag: 0,
}
"""No checksum: the chain is a better one."""


class UnreadablePackingError(FairdialError):
    """Bytes that were packed otherwise, or are damaged. Restore a back-up."""


class Dictionary:
    """A dictionary, ready for use; `number` names it in the table.

    One thread at a time packs with it, any number unpack.
    """

    __slots__ = ("_compressor", "_plain", "body", "number")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.number = int.from_bytes(hashlib.sha256(body).digest()[:6], "big")
        self._plain = zstd.ZstdDict(body, is_raw=True)
        self._compressor = zstd.ZstdCompressor(options=_PARAMETERS, zstd_dict=self._plain.as_digested_dict)

    def pack(self, data: bytes) -> bytes:
        """An encoded entry, smaller."""
        return self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)

    def unpack(self, data: bytes) -> bytes:
        """What `pack` was given."""
        return zstd.decompress(data, zstd_dict=self._plain.as_digested_dict)


def dictionary_of(entries: Iterable[bytes]) -> Dictionary:
    """A dictionary of encoded entries; the last ones count most."""
    body = b"".join(entry[:SAMPLE_BYTES] for entry in entries)
    return Dictionary(body[-DICTIONARY_BYTES:])


def pack(data: bytes, dictionary: Dictionary | None) -> tuple[bytes, int | None]:
    """An encoded entry as a table keeps it, and the number of the dictionary that it needs."""
    if len(data) < PLAIN_BELOW:
        return data, None
    if dictionary is None:
        return zstd.compress(data, options=_PARAMETERS), None
    return dictionary.pack(data), dictionary.number


def unpack(data: bytes, dictionary: Dictionary | None) -> bytes:
    """The encoded entry that `pack` was given, or that format 1 packed.

    Raises:
        UnreadablePackingError: damaged.
    """
    if data.startswith(b"["):
        return data
    try:
        if data.startswith(b"x"):
            return zlib.decompress(data)
        return zstd.decompress(data) if dictionary is None else dictionary.unpack(data)
    except (zlib.error, zstd.ZstdError) as error:
        raise UnreadablePackingError(f"an entry of the journal cannot be unpacked: {error}") from error
