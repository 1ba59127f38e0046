"""Values valid from birth: what a field may hold is declared beside it, and looked at when a value is made.

A class under `@valid` looks at each of its fields, by the field's annotation alone, whoever makes the value:
a program, a file, a body of a request, a journal. So what was taken can be stored, compared and
reckoned with. Values that are valid from their own birth are not looked at again.

    annotation                 what may stand there
    `str`                      text that can be stored: no NUL, no half of a pair, at most `MOST_CHARACTERS`
    a `NewType` of `str`       a name: 1 to `MOST_OF_A_NAME` printable characters
    `float`, `int`             finite, at most `MOST`
    an enum                    one of its words
    `datetime`, `date`         aware, between `FIRST` and `LAST`
    `Annotated[..., Within]`   a number between two others
    `Annotated[str, Named]`    a name, as above
    `Annotated[str, Zone]`     an IANA zone that the pinned data has
    `Annotated[str, Words]`    text of another length
    `Annotated[str, Written]`  text of a pattern
    `tuple`, `frozenset`, ...  at most `MOST_THINGS`, each of them valid
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache, partial
from math import isfinite
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from compliance_gate.book.texts import load_zone

T = TypeVar("T")

Check = Callable[[Any], str | None]
"""What is wrong with a value, as the end of a sentence about its field; None = nothing."""

FIRST = date(1900, 1, 1)
LAST = date(2200, 1, 1)
"""Facts are of these three centuries: from what the oldest agreed to, to what is held for the youngest."""

MOST = 10**15
"""Amounts and numbers: more than any account, and far from where a column or a float ends."""
MOST_CHARACTERS = 20_000
MOST_OF_A_NAME = 200
MOST_THINGS = 50_000


class MalformedFactError(ValueError):
    """A value that its field may not hold: the message names the field, what was given and what may be."""


@dataclass(frozen=True, slots=True)
class Within:
    """Declares the range of a number, ends included.

    Args:
        unit: what the number is, for the message: 'seconds', 'a share'.
        also: one value outside of the range that has a meaning of its own.
        is_open: `least` itself is not allowed.
        hint: what to do about a value outside; None = nothing but what the range says.
    """

    least: float
    most: float
    unit: str
    also: float | None = None
    is_open: bool = False
    hint: Callable[[float], str] | None = None

    def wrong(self, value: float) -> str | None:
        """None for a number within; NaN is within nothing."""
        if self.least <= value <= self.most and not (self.is_open and value == self.least):
            return None
        if value == self.also:
            return None
        least, most = (f"{end:,.16g}" for end in (self.least, self.most))
        between = f"above {least} and at most {most}" if self.is_open else f"{least} to {most}"
        hint = "" if self.hint is None else self.hint(value)
        return f"is {value}; it is {self.unit}, {between}{hint}"


@dataclass(frozen=True, slots=True)
class Words:
    """Declares text of another length than is usual; `least` 1 = not empty, blanks do not count."""

    least: int = 0
    most: int = MOST_CHARACTERS

    def wrong(self, value: str) -> str | None:
        """None for text that can be kept."""
        if self.least and len(value.strip()) < self.least:
            return "is empty; something must be said"
        return wrong_text(value, most=self.most)


@dataclass(frozen=True, slots=True)
class Written:
    """Declares text of a pattern, from its first letter to its last; `says`: what it is, for the message."""

    pattern: str
    says: str

    def wrong(self, value: str) -> str | None:
        """None for text of the pattern."""
        return None if re.fullmatch(self.pattern, value) else f"is {shown(value)}; it is {self.says}"


@dataclass(frozen=True, slots=True)
class Named:
    """Declares a name of something, where the type says no more than `str`."""

    def wrong(self, value: str) -> str | None:
        """None for a name."""
        return wrong_name(value)


@dataclass(frozen=True, slots=True)
class Zone:
    """Declares an IANA time zone; `may_be_empty`: '' = none is named."""

    may_be_empty: bool = False

    def wrong(self, value: str) -> str | None:
        """None for a zone that exists."""
        if (self.may_be_empty and not value) or is_zone(value):
            return None
        return f"is {shown(value)}, which is no time zone; use an IANA name such as 'America/New_York'"


@dataclass(frozen=True, slots=True)
class Most:
    """Declares how many of something there may be at once, in place of `MOST_THINGS`."""

    most: int
    least: int = 0

    def wrong(self, value: Collection[object]) -> str | None:
        """None for as many as may be."""
        if self.least <= len(value) <= self.most:
            return None
        return f"holds {len(value):,}; it holds {self.least:,} to {self.most:,}"


@dataclass(frozen=True, slots=True)
class AnyNumber:
    """Declares that there may be any number of something: it grows one by one, and must always take one more.

    Whoever lets the whole in at once bounds it.
    """


Name = Annotated[str, Named()]
Names = tuple[Name, ...]
ZoneName = Annotated[str, Zone()]
Zones = Annotated[frozenset[ZoneName], Most(700)]
"""Names of IANA zones; there are fewer than 700."""


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Whether the pinned zone data has this zone."""
    try:
        load_zone(name)
    except (ValueError, OSError):  # unknown, or the name of something else than a zone
        return False
    return True


def shown(value: object) -> str:
    """A value for a message: short, whatever it is."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- what is wrong with a value ---------------------------------------------------------------------------


def wrong_text(value: str, *, most: int = MOST_CHARACTERS) -> str | None:
    """None for text that every store and every encoder takes."""
    if len(value) > most:
        return f"has {len(value)} characters; it has at most {most}"
    if value.isprintable():
        return None
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return f"is {shown(value)}, which holds what is no text (NUL, or half of a pair)"
    return None


def wrong_name(value: str) -> str | None:
    """None for a name of something."""
    if 0 < len(value) <= MOST_OF_A_NAME and value.isprintable():
        return None
    return f"is {shown(value)}; a name has 1 to {MOST_OF_A_NAME} characters, all printable"


def wrong_name_or_none(value: str) -> str | None:
    """None for a name of something, or for '' where there is nothing to be named."""
    return None if not value else wrong_name(value)


def _wrong_word(words: type[Enum], value: object) -> str | None:
    if isinstance(value, words):
        return None
    return f"is {shown(value)}; it is one of {', '.join(str(word.value) for word in words)}"


def _wrong_number(value: float) -> str | None:
    if -MOST <= value <= MOST:
        return None
    # A whole number may be longer than any float, and than Python prints.
    is_finite = isinstance(value, int) or isfinite(value)
    return f"is {shown(value)}; it is at most {MOST:,}" if is_finite else f"is {value}, which is no number"


def _wrong_instant(value: datetime) -> str | None:
    if value.tzinfo is None or value.utcoffset() is None:
        return f"is {value.isoformat()}, which has no time zone; say its offset from UTC"
    # The day where it was told: turning year 1 into UTC is an error of its own.
    return None if FIRST.year <= value.year < LAST.year else _wrong_day(value.date())


def _wrong_day(value: date) -> str | None:
    if FIRST <= value < LAST:
        return None
    return f"is {value.isoformat()}, which is not between {FIRST.year} and {LAST.year}"


def _wrong_time(value: time) -> str | None:
    return None if value.tzinfo is None else f"is {value.isoformat()}; local hours have no zone of their own"


# --- from annotations to checks ---------------------------------------------------------------------------

_WHOLE = Within | Words | Written | Named | Zone
"""What is declared by these says all there is about a value; `Most` and `AnyNumber` how many there are."""

_PLAIN: Mapping[object, Check] = {
    str: wrong_text,
    float: _wrong_number,
    int: _wrong_number,
    datetime: _wrong_instant,
    date: _wrong_day,
    time: _wrong_time,
}


def check_for(hint: object, *, special: Mapping[object, Check] | None = None) -> Check | None:
    """The check of an annotation; None where nothing can be wrong.

    Args:
        special: checks of annotations that stand for something else than they would.

    Raises:
        TypeError: an annotation that nothing is said about: a field nobody would look at.
    """
    known = _PLAIN if special is None else {**_PLAIN, **special}
    return _check_for(hint, known)


def _check_for(hint: object, known: Mapping[object, Check]) -> Check | None:
    if hint in known:
        return known[hint]
    if isinstance(hint, NewType):
        return wrong_name if hint.__supertype__ is str else _check_for(hint.__supertype__, known)
    build = _BUILT.get(get_origin(hint))
    if build is not None:
        return build(hint, known)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return partial(_wrong_word, hint)
    if hint is bool or is_dataclass(cast("object", hint)):
        return None
    raise TypeError(f"nothing is declared about what a field of type {hint!r} may hold")


def _declared(hint: object, known: Mapping[object, Check]) -> Check | None:
    base, *declared = get_args(hint)
    whole = [one.wrong for one in declared if isinstance(one, _WHOLE)]
    if whole:
        return whole[0] if len(whole) == 1 else partial(_first_wrong, tuple(whole))
    counts = [one for one in declared if isinstance(one, Most | AnyNumber)]
    if not counts:
        return _check_for(base, known)
    members, count = _members(base, known), counts[-1]  # what is declared last is closest to the field
    if isinstance(count, AnyNumber):
        return members
    return count.wrong if members is None else partial(_first_wrong, (count.wrong, members))


def _members(hint: object, known: Mapping[object, Check]) -> Check | None:
    """The check of what is in a collection, however many there are; None where nothing can be wrong."""
    if get_origin(hint) is Mapping:
        return _mapped(hint, known)
    check = _check_for(get_args(hint)[0], known)
    if check is None:
        return None
    members = partial(_wrong_members, check)
    return partial(_wrong_set, members, set[object]()) if get_origin(hint) is frozenset else members


_SETS_KEPT = 4_096
_MEMBERS_KEPT = 32


def _wrong_set(members: Check, right: set[object], value: Collection[object]) -> str | None:
    """What is wrong with the members. A small set that was right is right: zones come again and again."""
    is_kept = value.__class__ is frozenset and len(value) <= _MEMBERS_KEPT
    if is_kept and value in right:
        return None
    wrong = members(value)
    if wrong is None and is_kept:
        if len(right) >= _SETS_KEPT:
            right.clear()
        right.add(value)
    return wrong


def _first_wrong(checks: tuple[Check, ...], value: object) -> str | None:
    for check in checks:
        wrong = check(value)
        if wrong is not None:
            return wrong
    return None


def _any_of(hint: object, known: Mapping[object, Check]) -> Check | None:
    """Of `X | None`: what may be absent is looked at where it is not."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    checks = [_check_for(kind, known) for kind in kinds]
    if all(check is None for check in checks):
        return None
    if len(kinds) != 1 or checks[0] is None:
        raise TypeError(f"nothing is declared about what a field of type {hint!r} may hold")
    return partial(_unless_absent, checks[0])


def _unless_absent(check: Check, value: object) -> str | None:
    return None if value is None else check(value)


_AT_MOST = Most(MOST_THINGS)


def _each_of(hint: object, known: Mapping[object, Check]) -> Check:
    kinds = get_args(hint)
    if get_origin(hint) is tuple and kinds[-1] is not Ellipsis:
        return partial(_wrong_row, tuple(_check_for(kind, known) for kind in kinds))
    return partial(_wrong_things, _check_for(kinds[0], known))


def _wrong_row(checks: tuple[Check | None, ...], values: tuple[object, ...]) -> str | None:
    for place, (check, value) in enumerate(zip(checks, values, strict=True)):
        wrong = None if check is None else check(value)
        if wrong is not None:
            return f"[{place}] {wrong}"
    return None


def _wrong_things(check: Check | None, values: Collection[object]) -> str | None:
    if not values:  # there may be none of anything that is declared by its members alone
        return None
    return _AT_MOST.wrong(values) or _wrong_members(check, values)


def _are_plain(texts: Iterable[str]) -> bool:
    """Whether all of them are right at first sight: printable in one, and not too long together."""
    text = "".join(texts)
    return len(text) <= MOST_CHARACTERS and text.isprintable()


def _wrong_members(check: Check | None, values: Iterable[object]) -> str | None:
    if check is None or (check is wrong_text and _are_plain(cast("Iterable[str]", values))):
        return None
    for place, value in enumerate(values):
        wrong = check(value)
        if wrong is not None:
            return f"[{place}] {wrong}"
    return None


def _mapped(hint: object, known: Mapping[object, Check]) -> Check:
    of_key, of_value = (_check_for(kind, known) for kind in get_args(hint))
    return partial(_wrong_mapping, of_key, of_value)


def _wrong_mapping(
    of_key: Check | None, of_value: Check | None, values: Mapping[object, object]
) -> str | None:
    wrong = _wrong_things(of_key, values.keys())
    if wrong is None and of_value is wrong_text and _are_plain(cast("Iterable[str]", values.values())):
        return None
    if wrong is None and of_value is not None:
        for key, value in values.items():
            wrong = of_value(value)
            if wrong is not None:
                return f"[{shown(key)}] {wrong}"
    return wrong


_BUILT: Mapping[object, Callable[[object, Mapping[object, Check]], Check | None]] = {
    Annotated: _declared,
    Union: _any_of,
    UnionType: _any_of,
    tuple: _each_of,
    frozenset: _each_of,
    Mapping: _mapped,
}


# --- the decorator ----------------------------------------------------------------------------------------


FieldCheck = tuple[str, frozenset[type], Check]
"""Name of a field, kinds of values that are right as they are, the check of all others."""


def checks_of(kind: type, *, special: Mapping[object, Check] | None = None) -> tuple[FieldCheck, ...]:
    """The checks of a class, one for each field that something can be wrong with, in their order."""
    hints = get_type_hints(kind, include_extras=True)
    found = ((name, _right(hint), check_for(hint, special=special)) for name, hint in hints.items())
    return tuple((name, right, check) for name, right, check in found if check is not None)


def _right(hint: object) -> frozenset[type]:
    """What needs no check: nothing where nothing may stand, and the words of an enum."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return frozenset(
        kind for kind in kinds if kind is NoneType or (isinstance(kind, type) and issubclass(kind, Enum))
    )


def _values_of(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    """Takes the values of these fields, in their order."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda thing: tuple([getattr(thing, name) for name in names])


def _at_first_sight(checks: tuple[FieldCheck, ...]) -> Callable[[object], bool]:
    """Whether every field of a value is right: as all checks one by one, without saying what is wrong.

    Texts are looked at together: they are right where all of them in one are printable and not too long, as
    nearly all are; so are collections of which nothing but their length is declared. False where it takes a
    closer look.
    """
    texts = tuple(name for name, right, check in checks if check is wrong_text and not right)
    things = tuple(name for name, _, check in checks if _bound(check, _wrong_things) == (None,))
    others = tuple(one for one in checks if one[0] not in texts and one[0] not in things)
    texts_of, things_of = _values_of(texts), _values_of(things)
    others_of = _values_of(tuple(name for name, _, _ in others))
    looked_at = tuple((right, _where_present(check)) for _, right, check in others)
    left_of: dict[tuple[type, ...], tuple[tuple[int, Check], ...]] = {}

    def is_right(thing: object) -> bool:
        if texts:
            text = "".join(cast("tuple[str, ...]", texts_of(thing)))
            if len(text) > MOST_CHARACTERS or not text.isprintable():
                return False
        if things:
            some = cast("tuple[Collection[object], ...]", things_of(thing))
            if sum([len(one) for one in some if one]) > MOST_THINGS:
                return False
        values = others_of(thing)
        kinds = tuple(map(type, values))
        left = left_of.get(kinds)
        if left is None:
            left = _left(kinds, looked_at, left_of)
        for place, check in left:  # noqa: SIM110 - `all` costs a generator, a million times
            if check(values[place]) is not None:
                return False
        return True

    return is_right


_KINDS_KEPT = 1_024


def _left(
    kinds: tuple[type, ...],
    looked_at: tuple[tuple[frozenset[type], Check], ...],
    known: dict[tuple[type, ...], tuple[tuple[int, Check], ...]],
) -> tuple[tuple[int, Check], ...]:
    """Which values, of fields that hold these kinds, take a look: alike things come again and again."""
    if len(known) >= _KINDS_KEPT:
        known.clear()
    known[kinds] = left = tuple(
        (place, check)
        for place, (kind, (right, check)) in enumerate(zip(kinds, looked_at, strict=True))
        if kind not in right
    )
    return left


def _bound(check: Any, to: Callable[..., str | None]) -> tuple[Any, ...]:
    """What a check of this kind was made with; nothing where it is of another kind."""
    return check.args if isinstance(check, partial) and cast("Any", check).func is to else ()


def _where_present(check: Check) -> Check:
    """The check of what is there, of one of what may be absent: absent is right and is not looked at."""
    bound = _bound(check, _unless_absent)
    return bound[0] if bound else check


def checked(
    kind: type[T], error: type[Exception], *, special: Mapping[object, Check] | None = None
) -> type[T]:
    """The class, its fields looked at when a value is made; a `__post_init__` of its own comes after.

    Stands below `@dataclass`, which asks for the `__post_init__` when it makes the class.
    """
    checks = checks_of(kind, special=special)
    own = cast("Callable[[T], None] | None", kind.__dict__.get("__post_init__"))
    if not checks:
        return kind

    values_of = _values_of(tuple([name for name, _, _ in checks]))
    is_right = _at_first_sight(checks)

    def look(self: T) -> None:
        if not is_right(self):
            for value, (name, right, check) in zip(values_of(self), checks, strict=True):
                wrong = None if value.__class__ in right else check(value)
                if wrong is not None:
                    place = "" if wrong.startswith("[") else " "
                    raise error(f"{kind.__name__}.{name}{place}{wrong}")
        if own is not None:
            own(self)

    look.__doc__ = "Look at every field."
    setattr(kind, "__post_init__", look)  # noqa: B010 - the name is dataclass's, not the class's
    return kind


def valid(kind: type[T]) -> type[T]:
    """Decorates a class of facts, below `@dataclass`.

    A value that a field may not hold raises MalformedFactError.
    """
    return checked(kind, MalformedFactError)
