"""One reader of settings: a table, as TOML gives it, into a frozen dataclass, or one error to be mended.

Whatever an installation writes down (telephone systems, campaigns, numbers, scenarios) is read here, so that
every mistake is told the same way: which setting, what it is, what is allowed, where it stands, how to mend
it. Types are taken at their word (`"4"` is no number, an unknown name is refused, a text is no list), and a
dataclass's own checks have the last word. A field that is left out of its dataclass's `repr` is a secret:
what it holds is never told.
"""

import dataclasses
import difflib
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any, TypeVar, cast, get_args, get_origin

from cattrs import Converter
from cattrs.cols import (
    homogenous_tuple_structure_factory,
    is_mapping,
    mapping_structure_factory,  # pyright: ignore[reportUnknownVariableType]  # two of its defaults have no type
)
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from dialer.domain.errors import FairdialError, MendableError

Kind = TypeVar("Kind")
Hook = Callable[[Any, Any], Any]
"""From a plain value (and the type wanted) to a value of the type; raises `NotAllowedError`."""

MOST_SHOWN = 80
"""Characters of a wrong value that are told."""


class SettingsError(MendableError):
    """Settings say something they may not.

    Args:
        field: dotted path of the setting; '' where it is about more than one.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "", field: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.field = field


class NotAllowedError(ValueError):
    """A value that its type does not admit; for hooks.

    Args:
        inside: which part of the value is meant, as a path that begins with a dot or a bracket.
        is_told: whether the value itself is told, or only what kind of value it is.
    """

    def __init__(self, value: object, allowed: str, *, inside: str = "", is_told: bool = True) -> None:
        super().__init__(allowed)
        self.value = value
        self.is_told = is_told
        self.allowed = allowed
        self.inside = inside


def wrong(field: str, value: object, allowed: str) -> SettingsError:
    """The error for a setting that holds what it may not."""
    return _wrong(field, repr(value), allowed)


class SettingsReader:
    """Reads tables into dataclasses.

    Args:
        hooks: readers for types of one's own, by type.
        from_text: numbers and truths may be written as text, as variables of the environment have to be.
    """

    def __init__(self, hooks: Mapping[Any, Hook] | None = None, *, from_text: bool = False) -> None:
        self._converter = converter = Converter(forbid_extra_keys=True, detailed_validation=True)
        for predicate, factory in (
            (_is_tuple, _tuple_factory),
            (is_mapping, _mapping_factory),
            (dataclasses.is_dataclass, _dataclass_factory),
        ):
            converter.register_structure_hook_factory(predicate, factory)
        converter.register_structure_hook_func(_is_enum, _enum)
        for kind, hook in {**_PLAIN, **(_FROM_TEXT if from_text else {}), **(hooks or {})}.items():
            converter.register_structure_hook(kind, hook)

    def read(
        self, kind: type[Kind], values: object, *, at: str = "", where: str = "", mend: str = ""
    ) -> Kind:
        """The table as a `kind`.

        Args:
            at: path of the table itself, for the error.
            where: file and section; `mend`: what helps. The error's own beat them.

        Raises:
            SettingsError: the first mistake; a name that does not exist comes before a value that is wrong.
        """
        try:
            return self._converter.structure(values, kind)
        except (BaseValidationError, NotAllowedError, FairdialError) as error:
            found = _first(error, at, is_secret=False)
        raise SettingsError(
            found.what, where=found.where or where, mend=found.mend or mend, field=found.field
        ) from None  # what cattrs raised holds every value, secrets too


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _tuple_factory(kind: Any, converter: Converter) -> Hook:
    inner = get_args(kind)
    if len(inner) == 2 and inner[1] is Ellipsis:
        read = homogenous_tuple_structure_factory(kind, converter)
        return lambda value, _: read(_list(value), kind)

    def read_some(value: object, _: object) -> tuple[object, ...]:
        items = _list(value)
        if len(items) != len(inner):
            raise NotAllowedError(value, f"a list of {len(inner)}")
        return tuple(converter.structure(item, part) for item, part in zip(items, inner, strict=True))

    return read_some


def _mapping_factory(kind: Any, converter: Converter) -> Hook:
    read = mapping_structure_factory(kind, converter)
    return lambda value, _: read(_table(value), kind)


def _dataclass_factory(kind: Any, converter: Converter) -> Hook:
    read = make_dict_structure_fn(kind, converter)

    def read_table(value: object, _: object) -> object:
        return value if isinstance(value, kind) else read(_table(value), kind)

    return read_table


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise NotAllowedError(value, "a list in brackets", is_told=False)
    return list(cast("list[object]", value))


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise NotAllowedError(value, "a table", is_told=False)
    return cast("Mapping[str, object]", value)


def _named(value: object) -> str:
    """What a value is, without telling it: it may hold a secret."""
    return next((name for kind, name in _NAMES if isinstance(value, kind)), type(value).__name__)


_NAMES: tuple[tuple[type, str], ...] = (
    (str, "a text"),
    (bool, "a truth"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
)


def _enum(value: object, kind: type[Enum]) -> Enum:
    for member in kind:
        if value is member or (not isinstance(value, bool) and value == member.value):
            return member
    raise NotAllowedError(value, f"one of {', '.join(str(member.value) for member in kind)}")


def text(value: object, _: object = None) -> str:
    """A text as it stands."""
    if not isinstance(value, str):
        raise NotAllowedError(value, "text in quotes")
    return value


def number(value: object, _: object = None) -> float:
    """A number, whole or not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAllowedError(value, "a number")
    return float(value)


def whole_number(value: object, _: object = None) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotAllowedError(value, "a whole number")
    return value


def _truth(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise NotAllowedError(value, "true or false")
    return value


def _day(value: object, _: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise NotAllowedError(value, "a day such as 2026-03-10, without quotes")
    return value


def _time(value: object, _: object) -> time:
    if not isinstance(value, time):
        raise NotAllowedError(value, "a local time such as 09:00:00, without quotes")
    return value


def _number_or_text(value: object, _: object) -> float:
    try:
        return number(float(value) if isinstance(value, str) else value)
    except ValueError:
        raise NotAllowedError(value, "a number") from None


def _whole_number_or_text(value: object, _: object) -> int:
    try:
        return whole_number(int(value) if isinstance(value, str) else value)
    except ValueError:
        raise NotAllowedError(value, "a whole number") from None


def _truth_or_text(value: object, _: object) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    return _truth(words.get(value.lower(), value) if isinstance(value, str) else value, None)


_PLAIN: Mapping[Any, Hook] = {
    str: text,
    float: number,
    int: whole_number,
    bool: _truth,
    date: _day,
    time: _time,
}
_FROM_TEXT: Mapping[Any, Hook] = {
    float: _number_or_text,
    int: _whole_number_or_text,
    bool: _truth_or_text,
}


def _first(error: Exception, path: str, *, is_secret: bool) -> SettingsError:
    """The first mistake inside what cattrs raised."""
    match error:
        case ClassValidationError():
            return _first_of_fields(error, path, is_secret=is_secret)
        case BaseValidationError():
            inner = cast("Exception", error.exceptions[0])
            return _first(inner, path + _step(inner), is_secret=is_secret)
        case NotAllowedError():
            is_told = error.is_told and not is_secret
            shown = repr(error.value) if is_told else _named(error.value)
            return _wrong(path + error.inside, shown, error.allowed)
        case SettingsError():
            return error
        case MendableError():
            return SettingsError(error.what, where=error.where, mend=error.mend, field=path)
        case FairdialError():
            return SettingsError(str(error), field=path)
        case _:
            raise error  # a defect of a dataclass's own check, or of a hook


def _first_of_fields(error: ClassValidationError, path: str, *, is_secret: bool) -> SettingsError:
    fields = {field.name: field for field in dataclasses.fields(error.cl)}
    inner = sorted(
        cast("tuple[Exception, ...]", error.exceptions),
        key=lambda each: not isinstance(each, ForbiddenExtraKeysError),
    )[0]
    if isinstance(inner, ForbiddenExtraKeysError):
        return _unknown(path, sorted(inner.extra_fields)[0], sorted(fields))
    name = _step(inner)
    field = fields.get(name.lstrip("."))
    if field is not None and isinstance(inner, KeyError):
        return SettingsError(f"setting {_join(path, name)!r} is missing", field=_join(path, name))
    return _first(inner, _join(path, name), is_secret=is_secret or (field is not None and not field.repr))


def _step(error: Exception) -> str:
    """Where inside its parent an error is: '.name', '[2]', or '' for the parent itself."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f".{note.name}"
        if isinstance(note, IterableValidationNote):
            index = cast("object", note.index)
            return f"[{index}]" if isinstance(index, int) else f".{index}"
    return ""


def _join(path: str, step: str) -> str:
    return path + step if path else step.removeprefix(".")


def _unknown(path: str, name: str, known: list[str]) -> SettingsError:
    field = _join(path, f".{name}")
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    return SettingsError(f"there is no setting {field!r}; {hint}", field=field)


def _wrong(field: str, shown: str, allowed: str) -> SettingsError:
    short = shown if len(shown) <= MOST_SHOWN else shown[:MOST_SHOWN] + " ..."
    return SettingsError(f"setting {field!r} is {short}; allowed is {allowed}", field=field)
