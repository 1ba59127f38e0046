"""Whether two people on file are one: the same, for somebody to look at, or different.

Nobody is made one person by chance of numbers alone: besides the confidence, something that only that person
has must agree (a birthday, last four digits), and nothing may contradict. A wrong merge tells one person's
debts to another, and counts their calls wrong; a pair that is listed costs somebody a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log2

from rapidfuzz.distance import OSA

from dialer.casework.matching.evidence import CONTRADICTIONS, Reason, Says, confidence, weighed
from dialer.casework.matching.names import names_compared
from dialer.casework.matching.nicknames import CARRIERS
from dialer.casework.matching.people import Compared
from dialer.domain.transitions import Word

SURE = 1.0 - 2.0**-13
"""How sure it has to be before two are one with nobody having looked: one wrong in 8,000 by the weights,
which are rounded down; the benchmark says how many it is."""

WORTH_A_LOOK = 0.6


class Verdict(Word):
    """What follows for two records."""

    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What was found between two people.

    Args:
        confidence: how likely it is that they are one, 0-1.
        reasons: what speaks for it and against it.
    """

    verdict: Verdict
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def says(self) -> frozenset[Says]:
        """What was found, without what it is worth."""
        return frozenset(reason.says for reason in self.reasons)


def judged(one: Compared, other: Compared, *, rarity: float | None = None) -> Judgment:
    """Whether two are one person. Which is named first does not matter.

    Args:
        rarity: how rare the last name is among those on file, in bits (`rarity_of`); None = not counted.
    """
    found = tuple(_found(one, other))
    reasons = weighed(found, rarity=rarity)
    sure = confidence(reasons)
    if sure >= SURE and may_merge_alone(frozenset(found), is_carrier=_is_carrier(one) or _is_carrier(other)):
        verdict = Verdict.SAME
    else:
        verdict = Verdict.REVIEW if sure >= WORTH_A_LOOK else Verdict.DIFFERENT
    return Judgment(verdict=verdict, confidence=sure, reasons=reasons)


def rarity_of(having: int, persons: int) -> float:
    """What a shared last name is worth when so many of all are called so, in bits. A name that two have is
    counted as if four had: those who are not on file are called something, too."""
    return log2(max(persons, 1) / max(2 * having, 1))


def _is_carrier(person: Compared) -> bool:
    return bool(person.name.given) and person.name.given[0] in CARRIERS


_FIRST = frozenset({Says.FIRST_EQUAL, Says.FIRST_SHORT})


def may_merge_alone(says: frozenset[Says], *, is_carrier: bool = False) -> bool:
    """Whether two may be one without anybody having looked, however sure it is.

    Twins share everything but first name and last four digits, and their names are often alike; a father and
    a son share all but the birthday.

    Args:
        is_carrier: the first name is one that is given with a second one (`CARRIERS`).
    """
    if not says.isdisjoint(CONTRADICTIONS):
        return False
    if Says.LAST4_EQUAL in says:
        return True
    if Says.BORN_EQUAL not in says or says.isdisjoint(_FIRST):
        return False
    if Says.TURNED in says and Says.LAST_EQUAL not in says:
        return False  # what is compared as the last name may be the first name of twins
    return not is_carrier or Says.MIDDLE_AGREES in says


def _found(one: Compared, other: Compared) -> Iterator[Says]:
    yield from names_compared(one.name, other.name)
    if one.born is not None and other.born is not None:
        yield _born(one, one.born, other.born)
    if one.last4 and other.last4:
        yield _last4(one.last4, other.last4)
    shared = len(one.numbers & other.numbers)
    if shared:
        yield Says.NUMBER_SHARED if shared == 1 else Says.NUMBERS_SHARED
    if not one.addresses.isdisjoint(other.addresses):
        yield Says.ADDRESS_SHARED
    if one.email and one.email == other.email:
        yield Says.EMAIL_SHARED
    if not one.debts.isdisjoint(other.debts):
        yield Says.ONE_ACCOUNT


def _born(one: Compared, born: date, other: date) -> Says:
    if born == other:
        return Says.BORN_FILLER if one.is_filler_day else Says.BORN_EQUAL
    if born.year == other.year and (born.month, born.day) == (other.day, other.month):
        return Says.BORN_TURNED
    is_near = OSA.distance(f"{born:%Y%m%d}", f"{other:%Y%m%d}", score_cutoff=1) <= 1
    return Says.BORN_ALIKE if is_near else Says.BORN_OTHER


def _last4(one: str, other: str) -> Says:
    if one == other:
        return Says.LAST4_EQUAL
    return Says.LAST4_ALIKE if OSA.distance(one, other, score_cutoff=1) <= 1 else Says.LAST4_OTHER
