"""Names in memory, to be searched by any part of them.

Names as they are compared lie in blocks of a few hundred persons, each block two texts: one of names and one
of ids, a line a person. Looking through a text is what Python does fastest, a changed name costs one block,
and a million persons take some fifty megabytes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from dialer.domain.spelling import compared

MOST_HITS = 500
"""Of one look; more are of no use to anybody who reads them."""

FEWEST_LETTERS = 3
MOST_WORDS = 6
BLOCK_LETTERS = 5
"""Of an id that say in which block it is: `p-` and three of its hash, so 4,096 blocks."""

BLOCKS_AT_ONCE = 64
"""Are looked through before others are let in."""


def words_of(text: str) -> tuple[str, ...] | None:
    """The words that somebody looks for, the longest first; None = too little to look for, or too much."""
    found = sorted(set(compared(text).split()), key=lambda word: (-len(word), word))
    enough = sum(map(len, found)) >= FEWEST_LETTERS and len(found[0]) > 1
    return tuple(found) if enough and len(found) <= MOST_WORDS else None


def is_match(words: Collection[str], name: str) -> bool:
    """Whether every word is somewhere in a compared name."""
    return all(word in name for word in words)


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody whose name has all the words. `is_inside`: one of them only within a part of the name; whoever
    has all at beginnings comes first."""

    is_inside: bool
    name: str
    person: str

    @property
    def order(self) -> tuple[bool, str, str]:
        """Sorts hits."""
        return self.is_inside, self.name, self.person


@dataclass(frozen=True, slots=True)
class _Block:
    names: str = ""
    persons: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        if not self.persons:
            return iter(())
        return zip(self.persons.split("\n"), self.names.split("\n"), strict=True)

    def with_names(self, changed: Mapping[str, str | None]) -> "_Block":
        kept = {**dict(self.lines()), **changed}
        rows = sorted((person, name) for person, name in kept.items() if name)
        return _Block("\n".join(name for _, name in rows), "\n".join(person for person, _ in rows))


class NameIndex:
    """Everybody's names, by client. Used by one thread."""

    def __init__(self) -> None:
        self._clients: dict[str, dict[str, _Block]] = {}

    def __len__(self) -> int:
        blocks = (block for client in self._clients.values() for block in client.values())
        return sum(block.persons.count("\n") + 1 for block in blocks if block.persons)

    def put(self, client: str, names: Mapping[str, str | None]) -> None:
        """Compared names by person; None = they have none any more."""
        parted: dict[str, dict[str, str | None]] = {}
        for person, name in names.items():
            parted.setdefault(person[:BLOCK_LETTERS], {})[person] = name
        blocks = self._clients.setdefault(client, {})
        for key, part in parted.items():
            blocks[key] = blocks.get(key, _Block()).with_names(part)

    def find(
        self, words: tuple[str, ...], clients: Collection[str] | None, *, pause: Callable[[], None]
    ) -> tuple[list[Hit], bool]:
        """Persons of these clients (None = of all) whose names have all the words, in the order of hits, and
        whether there are more than `MOST_HITS`.

        Args:
            words: compared, at least one.
            pause: called every few blocks, so that others get their turn.
        """
        begins, inside, count = list[Hit](), list[Hit](), 0
        starts = tuple(f" {word}" for word in words)
        for client in sorted(self._clients):
            if clients is not None and client not in clients:
                continue
            for block in self._clients[client].values():
                count += 1
                if count % BLOCKS_AT_ONCE == 0:
                    pause()
                if words[0] not in block.names:
                    continue
                for person, name in block.lines():
                    if is_match(words, name):
                        is_inside = not is_match(starts, f" {name}")
                        (inside if is_inside else begins).append(Hit(is_inside, name, person))
                if len(begins) > MOST_HITS:
                    return _first(begins)
                del inside[MOST_HITS + 1 :]
        return _first([*begins, *inside])


def _first(hits: list[Hit]) -> tuple[list[Hit], bool]:
    hits.sort(key=lambda hit: hit.order)
    return hits[:MOST_HITS], len(hits) > MOST_HITS
