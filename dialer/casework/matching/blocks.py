"""Everybody's keys, in as little memory as finding who shares one takes: twelve bytes a key.

A key is kept as eight bytes of its hash. Of nine million keys two are alike by chance once in 400,000 times,
and then two strangers are compared who need not be.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dialer.casework.matching.candidates import COUNTED, MOST_HAVING_A_NUMBER, MOST_IN_A_BLOCK
from dialer.casework.matching.people import Compared

_EIGHT_BYTES = 8


class Blocks:
    """Who shares a key. People are named by their place: 0 for who came first."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._people = array("L" if array("L").itemsize == 4 else "I")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, keys: Iterable[str]) -> None:
        """The next person's keys."""
        for key in set(keys):
            self._keys.append(hashed(key))
            self._people.append(self._count)
        self._count += 1

    def found(self) -> "Sharing":
        """Who is to be compared with whom, of all that were added."""
        keys = np.frombuffer(self._keys, dtype=np.uint64)
        people = np.frombuffer(self._people, dtype=np.uint32)
        order = np.lexsort((people, keys))
        keys, people = keys[order], people[order]
        is_first = np.ones(keys.size, dtype=np.bool_)
        is_first[1:] = keys[1:] != keys[:-1]
        starts = np.flatnonzero(is_first)
        sizes = np.diff(starts, append=keys.size)
        common = keys[starts[sizes > MOST_HAVING_A_NUMBER]]
        return Sharing(people, starts, sizes, frozenset(common.tolist()))


class Sharing:
    """What came of looking: pairs, and what too many people have to say anything of who they are."""

    def __init__(
        self,
        people: NDArray[np.uint32],
        starts: NDArray[np.intp],
        sizes: NDArray[np.intp],
        common: frozenset[int],
    ) -> None:
        self._people, self._starts, self._sizes, self._common = people, starts, sizes, common

    def is_common(self, kind: str, value: str) -> bool:
        """Whether more have this number or place (`COUNTED`) than say something by it."""
        assert kind in COUNTED
        return hashed(f"{kind}/{value}") in self._common

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Each once, sorted: the first came before the other."""
        chosen = np.flatnonzero((self._sizes > 1) & (self._sizes <= MOST_IN_A_BLOCK))
        pairs = array("Q")
        for start, size in zip(self._starts[chosen].tolist(), self._sizes[chosen].tolist(), strict=True):
            block: list[int] = self._people[start : start + size].tolist()
            pairs.extend((one << 32) | other for one, other in combinations(block, 2))
        each: list[int] = np.unique(np.frombuffer(pairs, dtype=np.uint64)).tolist() if pairs else []
        for pair in each:
            yield pair >> 32, pair & 0xFFFF_FFFF


def hashed(key: str) -> int:
    """Eight bytes of it."""
    return int.from_bytes(blake2b(key.encode(), digest_size=_EIGHT_BYTES).digest(), "little")


def without_common(person: Compared, shared: Sharing) -> Compared:
    """Somebody without the numbers and places that too many have."""
    return replace(
        person,
        numbers=frozenset(each for each in person.numbers if not shared.is_common("number", each)),
        addresses=frozenset(each for each in person.addresses if not shared.is_common("place", each)),
    )
