"""The review list as somebody sees it who may: pairs of whom both are inside their walls, and what they say.

Nobody is made one person by comparing alone. Somebody who has looked says `same` or `different`, with a
reason; both are written down and never changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from dialer.access.record import Deed
from dialer.access.walls import Walls
from dialer.domain.errors import InvalidFactError
from dialer.inquiry.finding.finder import found_person
from dialer.inquiry.finding.wanted import FoundPerson
from dialer.storage import alike
from dialer.storage.access import deeds
from dialer.storage.alike import PairFound
from dialer.storage.identities import identities_of
from dialer.storage.places import place_of_person
from dialer.storage.store import Store

MOST_SHOWN = 100
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PairShown:
    """Two who may be one person, as somebody looks at them.

    Args:
        is_sure: nothing contradicts that they are one.
        confidence: how likely it is, 0-1.
        reasons: what speaks for it and against it, with what each is worth in bits.
    """

    one: FoundPerson
    other: FoundPerson
    is_sure: bool
    confidence: float
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsShown:
    """A part of the list. `is_cut`: there are more."""

    pairs: tuple[PairShown, ...]
    is_cut: bool


def waiting(store: Store, walls: Walls, *, most: int) -> PairsShown:
    """The surest pairs that nobody has answered and of whom both are inside the walls.

    Raises:
        KeysMissingError: nobody can be shown.
    """
    if not 1 <= most <= MOST_SHOWN:
        raise InvalidFactError(f"at most {MOST_SHOWN} pairs are shown, and at least one")
    missing = store.keyring.missing
    if missing is not None:
        raise missing
    return store.read(lambda connection: _waiting(connection, store, walls, most))


def _waiting(connection: Connection, store: Store, walls: Walls, most: int) -> PairsShown:
    shown: list[PairShown] = []
    after: tuple[float, str, str] | None = None
    while True:
        some = alike.waiting(connection, after=after, most=_READ_AT_ONCE)
        for pair in some:
            if not _is_inside(connection, walls, pair.one, pair.other):
                continue
            found = _shown(connection, store, pair)
            if found is None:
                continue  # one of them was erased
            if len(shown) == most:
                return PairsShown(pairs=tuple(shown), is_cut=True)
            shown.append(found)
        if len(some) < _READ_AT_ONCE:
            return PairsShown(pairs=tuple(shown), is_cut=False)
        last = some[-1]
        after = (last.confidence, last.one, last.other)


def _is_inside(connection: Connection, walls: Walls, *persons: str) -> bool:
    return walls.has_all or all(walls.has(place_of_person(connection, person)) for person in persons)


def _shown(connection: Connection, store: Store, pair: PairFound) -> PairShown | None:
    known = identities_of(connection, store.keyring, [pair.one, pair.other])
    if len(known) < 2:
        return None
    one, other = (found_person(connection, name, known[name]) for name in (pair.one, pair.other))
    return PairShown(
        one=one, other=other, is_sure=pair.is_sure, confidence=pair.confidence, reasons=pair.reasons
    )


def written_down(
    action: str, *persons: str, who: str, why: str, outcome: str, at: float
) -> Callable[[Connection], None]:
    """For a transaction: whom somebody looked at or spoke of at the command line, in the record of who did
    what. `at`: POSIX seconds."""
    about = tuple(f"person:{person}" for person in dict.fromkeys(persons))
    deed = Deed(at=at, who=who, address="command", action=action, about=about, why=why, outcome=outcome)

    def work(connection: Connection) -> None:
        deeds.append(connection, [deed])

    return work
