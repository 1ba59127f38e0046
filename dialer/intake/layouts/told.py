"""What a saved mapping says beyond the meaning of columns, read from its TOML.

    name = "acme-weekly"
    version = 1
    most_refused = 0.05                    # above this share of refused lines the file is refused whole
    no_phone = ["0"]                       # stands for no telephone number
    no_day = ["0000-00-00"]                # stands for no day
    [file]
    format = "pipe"                        # comma, tab, semicolon, pipe, workbook, records
    headings = ["acct", "name", "home"]    # the file has no heading line
    sheet = "Placements"                   # of a workbook
    header = "H"                           # lines that begin with this field are the sender's own
    [file.trailer]
    mark = "T"
    lines_at = 2                           # its second field says how many lines there are
    sum_at = 3                             # its third what the amounts add up to
    sum_of = "balance"
    [always]
    client_id = "acme"
    person_ref = "@client_account"         # the same as in that column
    [statuses]                             # the words of the column that means account_status
    NEW = "open"
    DNC = "do_not_call"
    [[confirmed]]
    version = 1
    by = "Ada Example"
    at = "2026-11-30T12:00:00+00:00"
    meaning = "…"                          # what was confirmed; whatever is changed later is not

`?` in the place of an answer says that nobody has given it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from dialer.domain.errors import FairdialError
from dialer.domain.keys import folded
from dialer.intake.layouts.derived import SAME_AS, Derived, Status
from dialer.intake.layouts.form import Form, Format, Records, Span, Trailer

OPEN = "?"
NOT_THE_MEANING = ("confirmed", "version", "name")
"""What a mapping says of itself and not of files."""


class MappingError(FairdialError):
    """A mapping says something that cannot be; the message says what may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who said that a mapping is right. `meaning`: hash of what they saw."""

    version: int
    by: str
    at: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A mapping's own particulars.

    Args:
        version: 0 = it is no saved mapping, but words that somebody wrote down for this file.
        meaning: hash of all that it says of files.
        questions: what is still to be answered.
    """

    name: str = ""
    version: int = 0
    meaning: str = ""
    questions: tuple[str, ...] = ()
    confirmed: tuple[Confirmation, ...] = ()

    @property
    def confirmed_by(self) -> Confirmation | None:
        """Who confirmed exactly what it says now."""
        last = self.confirmed[-1] if self.confirmed else None
        return last if last is not None and last.meaning == self.meaning else None


def meaning_of(told: Mapping[str, object]) -> str:
    """Hash of what a mapping says of files: comments and order are no part of it."""
    of_files = {name: value for name, value in told.items() if name not in NOT_THE_MEANING}
    return hashlib.sha256(json.dumps(of_files, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(slots=True)
class Section:
    """A table of the file, from which what is understood is taken; what is left was not."""

    where: str
    told: dict[str, object] = field(default_factory=dict[str, object])

    def text(self, name: str, default: str = "") -> str:
        """A text. Raises MappingError."""
        found = self.told.pop(name, default)
        if not isinstance(found, str):
            raise MappingError(f"{self.where}: {name} is a text, not {found!r}")
        return found

    def count(self, name: str) -> int | None:
        """A whole number above nothing, or None. Raises MappingError."""
        found = self.told.pop(name, None)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool) or found < 1):
            raise MappingError(f"{self.where}: {name} is a whole number from 1, not {found!r}")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts. Raises MappingError."""
        found = self.told.pop(name, [])
        listed = cast("list[object]", found) if isinstance(found, list) else [None]
        if not all(isinstance(one, str) for one in listed):
            raise MappingError(f"{self.where}: {name} is a list of texts, not {found!r}")
        return tuple(str(one) for one in listed)

    def words(self, name: str) -> dict[str, str]:
        """A table of texts. Raises MappingError."""
        section = self.section(name)
        if not all(isinstance(text, str) for text in section.told.values()):
            raise MappingError(f'{self.where}: [{name}] holds lines like word = "meaning"')
        return {key: str(text) for key, text in section.told.items()}

    def section(self, name: str) -> "Section":
        """A table within. Raises MappingError."""
        found = self.told.pop(name, {})
        if not isinstance(found, dict):
            raise MappingError(f"{self.where}: [{name}] is a table")
        return Section(f"{self.where}: [{name}]", dict(cast("dict[str, object]", found)))

    def done(self) -> None:
        """Raises MappingError: something was said that nobody understands."""
        if self.told:
            raise MappingError(f"{self.where}: there is no setting {', '.join(map(repr, self.told))}")


def saved_of(top: Section, questions: tuple[str, ...], meaning: str) -> Saved:
    """A mapping's own particulars. Raises MappingError."""
    name, version = top.text("name"), top.count("version") or 0
    found = top.told.pop("confirmed", [])
    tables = cast("list[object]", found) if isinstance(found, list) else [found]
    confirmed: list[Confirmation] = []
    for table in tables:
        if not isinstance(table, dict):
            raise MappingError(f"{top.where}: [[confirmed]] is a table")
        one = Section(f"{top.where}: [[confirmed]]", dict(cast("dict[str, object]", table)))
        confirmed.append(
            Confirmation(
                version=one.count("version") or 0,
                by=one.text("by"),
                at=one.text("at"),
                meaning=one.text("meaning"),
            )
        )
        one.done()
    return Saved(name=name, version=version, meaning=meaning, questions=questions, confirmed=tuple(confirmed))


def form_of(top: Section) -> Form:
    """How the file is written. Raises MappingError."""
    told = top.section("file")
    formats = {one.value: one for one in Format}
    word = told.text("format")
    if word and word not in formats:
        raise MappingError(f"{told.where}: format is one of {', '.join(formats)}, not {word!r}")
    trailer = told.section("trailer") if "trailer" in told.told else None
    records = told.section("records") if "records" in told.told else None
    form = Form(
        format=formats.get(word),
        headings=told.texts("headings"),
        sheet=told.text("sheet"),
        header=told.text("header"),
        trailer=None if trailer is None else _trailer(trailer),
        records=None if records is None else _records(records),
    )
    told.done()
    if (form.format is Format.RECORDS) is (form.records is None):
        raise MappingError(f'{told.where}: format = "records" and [file.records] go together')
    twice = [name for name in form.headings if form.headings.count(name) > 1]
    if twice:
        raise MappingError(f"{told.where}: two columns are called {twice[0]!r}")
    return form


def _trailer(told: Section) -> Trailer:
    made = Trailer(
        mark=told.text("mark"),
        lines_at=told.count("lines_at"),
        sum_at=told.count("sum_at"),
        sum_of=told.text("sum_of"),
    )
    told.done()
    if not made.mark:
        raise MappingError(f"{told.where}: mark is the trailer's first field")
    if (made.sum_at is None) is bool(made.sum_of):
        raise MappingError(f"{told.where}: sum_at and sum_of go together")
    return made


def _records(told: Section) -> Records:
    begins, code, key = told.text("begins"), told.text("code"), told.text("key")
    kinds: dict[str, tuple[Span, ...]] = {}
    of_kinds = told.section("kinds")
    for kind in list(of_kinds.told):
        fields = of_kinds.words(kind)
        kinds[kind] = tuple(_span(of_kinds.where, name, text) for name, text in fields.items())
    told.done()
    if begins not in kinds:
        raise MappingError(f"{told.where}: begins is one of {', '.join(kinds)}, not {begins!r}")
    return Records(
        begins=begins, code=_span(told.where, "code", code), key=_named_span(told.where, key), kinds=kinds
    )


def _named_span(where: str, text: str) -> Span:
    name, _, span = text.partition(" ")
    return _span(where, name, span)


def _span(where: str, name: str, text: str) -> Span:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first)):
        raise MappingError(f"{where}: {name}: positions are written 12-31, not {text!r}")
    return Span(name=name, first=int(first), last=int(last or first))


def derived_of(top: Section, *, columns: frozenset[str]) -> tuple[Derived, tuple[str, ...]]:
    """How texts are made of others, and the questions among them.

    Args:
        columns: that there are.

    Raises:
        MappingError: a column or a meaning that there is not.
    """
    questions: list[str] = []
    always: dict[str, str] = {}
    for name, text in top.words("always").items():
        if name not in columns or (text.startswith(SAME_AS) and text[1:] not in columns):
            raise MappingError(f"{top.where}: [always] {name} = {text!r}: there is no such column")
        if text == OPEN:
            questions.append(f"always: {name}")
        else:
            always[name] = text
    meanings = {status.value: status for status in Status}
    statuses: dict[str, Status] = {}
    for word, text in top.words("statuses").items():
        if text == OPEN:
            questions.append(f"statuses: {word}")
        elif text not in meanings:
            raise MappingError(
                f"{top.where}: [statuses] {word} is one of {', '.join(meanings)}, not {text!r}"
            )
        else:
            statuses[folded(word)] = meanings[text]
    no_phone, no_day = (frozenset(map(folded, top.texts(name))) for name in ("no_phone", "no_day"))
    made = Derived(always=always, statuses=statuses, no_phone=no_phone, no_day=no_day)
    return made, tuple(questions)


def share_of(top: Section) -> float | None:
    """The share of refused lines above which a file is refused whole. Raises MappingError."""
    found = top.told.pop("most_refused", None)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= 1:
        raise MappingError(f"{top.where}: most_refused is a share from 0 to 1, not {found!r}")
    return float(found)
