"""What a creditor's own columns mean, and how their files write days, amounts and keys: said by a person.

A mapping is a TOML file, or single columns on the command line in the same words:

    dates = "day_first"              # or month_first; without it, the whole file decides, or is refused
    decimal = "comma"                # or point
    keys = "case_sensitive"          # A1 and a1 are two accounts
    most_owed = "50000.00"           # more than this in one line is a mistake
    of = "payments"                  # or suppressions, requests, consents; without it, a placement
    [columns]
    deceased_flag = "deceased"
    bankruptcy_chapter = "bankruptcy:*"             # any word in it says yes
    status = "closed:CLOSED,PIF,SIF/OPEN,ACTIVE"    # these say yes, those no, any other refuses its line
    marital_status = "ignore"

Of a file that is no placement the columns mean what `told_columns` has, and `[words.kind]`, `[words.scope]`
and such say what a client's words in one of them mean.

A saved mapping has a version besides, and must be confirmed before it is used; it may say how the file is
written, and what stands in no column (`layouts.told`).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from dialer.domain.keys import folded
from dialer.domain.money import Money
from dialer.intake.columns import BY_NAME, Kind, heading_key
from dialer.intake.layouts.derived import NOTHING_DERIVED, Derived
from dialer.intake.layouts.form import AS_FOUND, Form
from dialer.intake.layouts.told import (
    OPEN,
    MappingError,
    Saved,
    Section,
    derived_of,
    form_of,
    meaning_of,
    saved_of,
    share_of,
)
from dialer.intake.told_columns import WORDS, YES_NO, ToldKind, columns_of_kind
from dialer.intake.values import BadValueError, DateOrder, Decimals, money_of

V = TypeVar("V")

IGNORE = "ignore"
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Of one heading.

    Args:
        column: the canonical column, or `ignore`.
        yes, no: words, folded; both empty = the column's own words.
        is_any: every word says yes.
    """

    column: str
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    is_any: bool = False

    @property
    def has_words(self) -> bool:
        """The texts of the column are translated."""
        return self.is_any or bool(self.yes)

    def said(self, text: str) -> str:
        """A text of the creditor's in the canonical column's words; an unknown one stays as it is."""
        word = folded(text)
        if word in self.no:
            return "no"
        return "yes" if self.is_any or word in self.yes else text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """Everything that was said about a file. None = nobody said.

    Args:
        most_refused: share of refused lines, 0 to 1, above which the file is refused whole.
    """

    columns: Mapping[str, Meaning] = field(default_factory=dict[str, Meaning])
    dates: DateOrder | None = None
    decimals: Decimals | None = None
    is_case_sensitive: bool = False
    most_owed: Money | None = None
    form: Form = AS_FOUND
    derived: Derived = NOTHING_DERIVED
    most_refused: float | None = None
    saved: Saved = field(default_factory=Saved)
    of: ToldKind | None = None
    """What the file's lines say; None = it is a placement."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Of a column, what a client's folded words in it mean."""
    only_client: str = ""
    """Whoever brings the file may bring this client's lines alone; '' = anybody's."""
    same_persons: frozenset[str] = frozenset()
    """CLIENT/REFERENCE, folded: somebody has looked, and they are who is on file by it."""

    def with_columns(self, told: Iterable[str]) -> "FileMapping":
        """Besides, columns as `HEADING=MEANING`. Raises MappingError."""
        columns = dict(self.columns)
        for text in told:
            heading, mark, meaning = text.partition("=")
            if not mark:
                raise MappingError(f"{text!r}: write HEADING=MEANING, as in deceased_flag=deceased")
            columns[heading_key(heading)] = _meaning(meaning, self.of)
        return replace(self, columns=columns)


NOTHING_SAID = FileMapping()


def with_settings(mapping: FileMapping, *, dates: str | None, decimal: str | None) -> FileMapping:
    """A mapping with single settings over it, where they are given. Raises MappingError."""
    orders = {order.value: order for order in DateOrder}
    marks = {one.value: one for one in Decimals}
    if dates is not None and dates not in orders:
        raise MappingError(f"dates is one of {', '.join(orders)}, not {dates!r}")
    if decimal is not None and decimal not in marks:
        raise MappingError(f"decimal is one of {', '.join(marks)}, not {decimal!r}")
    return replace(
        mapping,
        dates=mapping.dates if dates is None else orders[dates],
        decimals=mapping.decimals if decimal is None else marks[decimal],
    )


def _columns_of(of: ToldKind | None) -> Mapping[str, bool]:
    """The columns of a kind of file, and whether each says yes or no."""
    if of is not None:
        return {name: name in YES_NO for name in columns_of_kind(of)}
    return {name: column.kind is Kind.YES_NO for name, column in BY_NAME.items()}


def _meaning(text: str, of: ToldKind | None) -> Meaning:
    column, mark, words = text.strip().partition(":")
    column = heading_key(column)
    known = _columns_of(of)
    if column != IGNORE and column not in known:
        raise MappingError(f"{column!r} is no column: one of {', '.join(known)}, or ignore")
    if not mark:
        return Meaning(column=column)
    if not known.get(column):
        raise MappingError(f"{text!r}: only a column of yes or no takes words")
    if words.strip() == ANY:
        return Meaning(column=column, is_any=True)
    yes, _, no = words.partition("/")
    made = Meaning(column=column, yes=_words(yes), no=_words(no))
    if not made.yes:
        raise MappingError(f"{text!r}: name the words that say yes, or * for any")
    return made


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(word.strip()) for word in text.split(",") if word.strip())


def mapping_of(path: Path) -> FileMapping:
    """The mapping in a file.

    Raises:
        MappingError: it cannot be read, or says what cannot be.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{path}: {error}") from error
    return mapping_from(told, str(path))


def mapping_from(told: dict[str, object], where: str) -> FileMapping:
    """The mapping that a TOML file's words are. Raises MappingError."""
    meaning = meaning_of(told)
    top = Section(where, dict(told))
    found: object = top.told.pop("columns", {})
    columns = cast("dict[str, object]", found) if isinstance(found, dict) else {"": None}
    if not all(isinstance(text, str) for text in columns.values()):
        raise MappingError(f'{where}: [columns] holds lines like deceased_flag = "deceased"')
    open_columns = tuple(f"columns: {heading}" for heading, text in columns.items() if text == OPEN)
    if top.told.get("dates") == OPEN:
        del top.told["dates"]
        open_columns = (*open_columns, "dates")
    of = _choice(where, top.told, "of", {one.value: one for one in ToldKind})
    derived, open_words = derived_of(top, columns=frozenset(_columns_of(of)))
    if of is not None and derived.statuses:
        raise MappingError(f"{where}: [statuses] are of a placement; of {of.value} say [words.kind]")
    words, open_kinds = _words_of(top, of)
    made = FileMapping(
        of=of,
        words=words,
        dates=_choice(where, top.told, "dates", {order.value: order for order in DateOrder}),
        decimals=_choice(where, top.told, "decimal", {one.value: one for one in Decimals}),
        is_case_sensitive=_choice(where, top.told, "keys", {"case_sensitive": True, "any_case": False})
        or False,
        most_owed=_most(where, top.told.pop("most_owed", None)),
        form=form_of(top),
        derived=derived,
        most_refused=share_of(top),
        saved=saved_of(top, (*open_columns, *open_words, *open_kinds), meaning),
    )
    top.done()
    return made.with_columns(f"{heading}={text}" for heading, text in columns.items() if text != OPEN)


def _words_of(top: Section, of: ToldKind | None) -> tuple[dict[str, Mapping[str, str]], tuple[str, ...]]:
    """What a client's words mean, and those of which nobody has said it. Raises MappingError."""
    told, questions = top.section("words"), list[str]()
    found: dict[str, Mapping[str, str]] = {}
    for column in list(told.told):
        choices = WORDS.get(column, ()) if of is not None and column in columns_of_kind(of) else ()
        if not choices:
            raise MappingError(f"{told.where}: the texts of {column!r} are no words that could mean others")
        meant: dict[str, str] = {}
        for word, text in told.words(column).items():
            if text == OPEN:
                questions.append(f"words.{column}: {word}")
            elif text not in choices:
                raise MappingError(f"{told.where}: {word} is one of {', '.join(choices)}, not {text!r}")
            else:
                meant[folded(word)] = text
        found[column] = meant
    return found, tuple(questions)


def require_confirmed(mapping: FileMapping) -> None:
    """Raises MappingError: it is a saved mapping, and nobody has confirmed what it says now."""
    saved = mapping.saved
    if saved.questions:
        raise MappingError(
            f"mapping {saved.name!r} has questions that nobody answered ({'; '.join(saved.questions[:5])})"
        )
    if saved.version and saved.confirmed_by is None:
        last = saved.confirmed[-1] if saved.confirmed else None
        since = "" if last is None else f" since {last.by} confirmed version {last.version}"
        what = "was changed" if last is not None else "was only proposed, and nobody has confirmed it"
        raise MappingError(
            f"mapping {saved.name!r} {what}{since}: look at it with `fairdial mapping check`, then "
            "`fairdial mapping confirm`"
        )


def _choice(where: str, told: dict[str, object], name: str, choices: Mapping[str, V]) -> V | None:
    word = told.pop(name, None)
    if word is None:
        return None
    if not isinstance(word, str) or word not in choices:
        raise MappingError(f"{where}: {name} is one of {', '.join(choices)}, not {word!r}")
    return choices[word]


def _most(where: str, text: object) -> Money | None:
    if text is None:
        return None
    try:
        return money_of(str(text))
    except BadValueError as error:
        raise MappingError(f"{where}: most_owed: {error}") from error
