"""Which persons are one, out of pairs that are: a group of whom no two contradict each other.

A is B and B is C says nothing of A and C where B has no birthday: father and son may both be the record
between them. So a pair joins two groups only where everybody in them may be one; else it waits for somebody
to look.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dialer.casework.matching.judging import Judgment

MOST_IN_A_GROUP = 20
"""More records of one person than this, made one by nobody, are a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two persons by id, in order, and what was found between them."""

    one: str
    other: str
    judgment: Judgment


def grouped(
    pairs: Iterable[Pair], may_be_one: Callable[[str, str], bool]
) -> tuple[tuple[tuple[str, ...], ...], tuple[Pair, ...]]:
    """Groups of at least two out of pairs that are one, the surest pair first, and the pairs that join none.

    Args:
        may_be_one: whether nothing contradicts that these two, who may never have been compared, are one.
    """
    of: dict[str, list[str]] = {}
    waiting: list[Pair] = []
    for pair in sorted(pairs, key=lambda each: (-each.judgment.confidence, each.one, each.other)):
        mine, theirs = of.get(pair.one, [pair.one]), of.get(pair.other, [pair.other])
        if mine is theirs:
            continue
        is_small = len(mine) + len(theirs) <= MOST_IN_A_GROUP
        if is_small and all(may_be_one(each, other) for each in mine for other in theirs):
            joined = [*mine, *theirs]
            of.update(dict.fromkeys(joined, joined))
        else:
            waiting.append(pair)
    groups = {id(group): tuple(sorted(group)) for group in of.values()}
    return tuple(sorted(groups.values())), tuple(waiting)
