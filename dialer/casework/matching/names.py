"""How two names compare. Slips are counted by rapidfuzz (optimal string alignment: one sign more, less,
other, or two in each other's place)."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from dialer.casework.matching.evidence import BITS, Says
from dialer.casework.matching.nicknames import is_short_for, may_be_one_name
from dialer.casework.matching.people import Name

LETTERS_FOR_A_SLIP = 4
"""A shorter name with one letter other is another name: Ana, Eva, Ada."""

LETTERS_FOR_TWO = 8
_PARTICLES_TEXT = """
de la del las los el al da das do dos di du van von der den le y e san
"""
PARTICLES = frozenset(_PARTICLES_TEXT.split())
"""Of last names: they are in thousands of them."""


def is_slip(one: str, other: str) -> bool:
    """Whether two words are so alike that a slip of whoever typed explains it."""
    shorter = min(len(one), len(other))
    if shorter < LETTERS_FOR_A_SLIP:
        return False
    most = 2 if shorter >= LETTERS_FOR_TWO else 1
    return OSA.distance(one, other, score_cutoff=most) <= most


def names_compared(one: Name, other: Name) -> tuple[Says, ...]:
    """What two names say, in the order that says more for one person."""
    straight = tuple(_in_order(one, other))
    if Says.FIRST_OTHER not in straight:
        return straight
    turned = [(*_in_order(one, other.turned), Says.TURNED), (*_in_order(one.turned, other), Says.TURNED)]
    return max((straight, *turned), key=_bits)


def _bits(found: tuple[Says, ...]) -> float:
    return sum(BITS[says] for says in found)


def _in_order(one: Name, other: Name) -> Iterator[Says]:
    yield from _given(one.given, other.given)
    if one.family and other.family:
        yield _family(one.family, other.family)
    if one.generation and other.generation:
        yield Says.GENERATION_EQUAL if one.generation == other.generation else Says.GENERATION_OTHER
    elif one.generation or other.generation:
        yield Says.GENERATION_ONE


def _given(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[Says]:
    if not one or not other:
        return
    if "".join(one) == "".join(other) and (one == other or all(len(word) > 1 for word in (*one, *other))):
        yield Says.FIRST_EQUAL  # Mary Ann and Maryann, too; Paul A. is not Paula
        if len(one) > 1 and len(other) > 1:
            yield _middle(one[1:], other[1:])
        return
    first = _first(one[0], other[0])
    if first is Says.FIRST_OTHER and (_is_middle(one[0], other[1:]) or _is_middle(other[0], one[1:])):
        yield Says.FIRST_IS_MIDDLE
        return
    yield first
    if one[1:] and other[1:]:
        yield _middle(one[1:], other[1:])


def _first(one: str, other: str) -> Says:
    if one == other:
        return Says.FIRST_EQUAL
    if 1 in (len(one), len(other)):
        return Says.FIRST_INITIAL if one[0] == other[0] else Says.FIRST_OTHER
    if may_be_one_name(one, other):
        return Says.FIRST_SHORT if is_short_for(one, other) else Says.FIRST_MAY_BE
    return Says.FIRST_ALIKE if is_slip(one, other) else Says.FIRST_OTHER


def _is_middle(name: str, middle: tuple[str, ...]) -> bool:
    return len(name) > 1 and any(name == each or is_slip(name, each) for each in middle)


def _middle(one: tuple[str, ...], other: tuple[str, ...]) -> Says:
    pairs = [(mine, theirs) for mine in one for theirs in other]
    if any(_is_one_name(*pair) for pair in pairs):
        return Says.MIDDLE_AGREES
    return Says.MIDDLE_INITIAL if any(_is_initial(*pair) for pair in pairs) else Says.MIDDLE_OTHER


def _is_one_name(one: str, other: str) -> bool:
    is_word = len(one) > 1 and len(other) > 1
    return is_word and (one == other or is_slip(one, other) or may_be_one_name(one, other))


def _is_initial(one: str, other: str) -> bool:
    return 1 in (len(one), len(other)) and one[0] == other[0]


def _family(one: tuple[str, ...], other: tuple[str, ...]) -> Says:
    mine, theirs = "".join(one), "".join(other)
    if mine == theirs:
        return Says.LAST_EQUAL
    if len(one) > 1 or len(other) > 1:
        shared = set(one) & set(other)
        if any(word not in PARTICLES and len(word) > 1 for word in shared):
            return Says.LAST_IN_PART
    return Says.LAST_ALIKE if is_slip(mine, theirs) else Says.LAST_OTHER
