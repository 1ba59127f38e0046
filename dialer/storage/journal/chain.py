"""The chain of a journal: each entry commits to all that came before it.

The link of an entry is SHA-256 over the link before it and the entry's own bytes, as `encode_entry` writes
them, whatever they are packed in. So a journal keeps its chain when it is packed anew or copied from a table
into a file. Who knows the newest link knows whether anything before it was changed, left out, added or put
elsewhere, and whether the end was cut off.
"""

import hashlib
from dataclasses import dataclass

LINK_BYTES = 32

FORMAT_1 = b"fairdial-journal 1"
"""What the chain begins with where entries of format 1 come first: they had none, and got one later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a journal ends: what to print, sign or keep elsewhere in order to find a change later.

    Args:
        sequence: of the last entry; 0 = none yet.
        link: of the last entry; of an empty journal, what its chain begins with.
    """

    sequence: int
    link: bytes

    def __str__(self) -> str:
        return f"{self.sequence}:{self.link.hex()}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """Read what `str` wrote.

        Raises:
            ValueError: it is something else.
        """
        sequence, _, digest = text.strip().partition(":")
        link = bytes.fromhex(digest)
        if len(link) != LINK_BYTES:
            raise ValueError(f"{text!r} is no head of a journal: a number, a colon and 64 hexadecimal digits")
        return cls(sequence=int(sequence), link=link)


def first_link(text: bytes) -> bytes:
    """What a chain begins with: the journal's header, or whatever else tells this journal from all others."""
    return hashlib.sha256(text).digest()


def next_link(link: bytes, entry: bytes) -> bytes:
    """The link of an entry (its encoded bytes) that follows the one with `link`."""
    return hashlib.sha256(link + entry).digest()
