"""The record of who did what, and who looked at whom: each entry is chained to the one before it.

Whoever keeps a head elsewhere (its place and its hash) finds out later whether anything up to it was changed
or taken away; the chain alone finds what was changed or taken out in the middle.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

BEGINNING = hashlib.sha256(b"the record of who did what").hexdigest()
"""What the first entry is chained to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was done or looked at. Ids only: no names, no numbers, no secrets.

    Args:
        at: POSIX seconds.
        who: the account or token.
        session: which session or token of theirs; '' = none yet.
        address: where they came from; `command` for the command line.
        action: what was asked for, such as 'GET /api/persons/{person}/ledger'.
        about: whom and what it was about, as `kind:id`.
        why: what it was for: the permission that was used, and the reason that was given.
        outcome: what came of it: an HTTP status, or a word.
    """

    at: float
    who: str
    session: str = ""
    address: str = ""
    action: str
    about: tuple[str, ...] = ()
    why: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deed in its place, from 1 on, with its link of the chain, hexadecimal."""

    place: int
    deed: Deed
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """The last entry's place and link; place 0 = there is none."""

    place: int = 0
    link: str = BEGINNING

    def told(self) -> str:
        """As it is printed and typed: `place:link`."""
        return f"{self.place}:{self.link}"

    @classmethod
    def read(cls, text: str) -> "RecordHead":
        """What `told` wrote. Raises ValueError."""
        place, _, link = text.strip().partition(":")
        if not place.isdigit() or len(link) != len(BEGINNING):
            raise ValueError("a head is written as PLACE:HASH, as `fairdial record verify` prints it")
        return cls(place=int(place), link=link)


def next_link(before: str, place: int, deed: Deed) -> str:
    """The link of an entry after the link before it."""
    told = json.dumps([place, asdict(deed)], separators=(",", ":"), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(before.encode() + told.encode()).hexdigest()


def chained(head: RecordHead, deeds: Iterable[Deed]) -> list[Entry]:
    """Deeds as entries after a head."""
    entries: list[Entry] = []
    for deed in deeds:
        place = head.place + 1
        head = RecordHead(place=place, link=next_link(head.link, place, deed))
        entries.append(Entry(place=place, deed=deed, link=head.link))
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What became of a check. `wrong`: each thing that is not as it was written; () = all is."""

    head: RecordHead
    wrong: tuple[str, ...]


def verified(entries: Iterable[Entry], known: RecordHead | None = None) -> Verified:
    """Walk the whole record.

    Args:
        known: a head that was kept elsewhere; None = the end cannot be proved.
    """
    head, wrong = RecordHead(), list[str]()
    is_known_seen = known is None or known.place == 0
    for entry in entries:
        if entry.place != head.place + 1:
            wrong.append(f"entries {head.place + 1} to {entry.place - 1} are missing")
        elif entry.link != next_link(head.link, entry.place, entry.deed):
            wrong.append(f"entry {entry.place} was changed, or what stood before it")
        head = RecordHead(place=entry.place, link=entry.link)
        if known is not None and entry.place == known.place:
            is_known_seen = True
            if entry.link != known.link:
                wrong.append(f"entry {entry.place} is another than the one whose head was kept")
    if known is not None and not is_known_seen:
        wrong.append(f"the record ends at {head.place}, and its head at {known.place} was kept: cut off")
    return Verified(head=head, wrong=tuple(wrong))
