"""What is decided for a file as a whole and never line by line: what its columns mean, how it writes days."""

import re
from collections.abc import Container, Iterator, Sequence

from dialer.intake.columns import BY_NAME, COLUMNS, HEADINGS, Kind, heading_key
from dialer.intake.files import (
    LONGEST_LINE,
    MOST_LINES_OF_A_FIELD,
    Row,
    TextFile,
    UnreadableFileError,
    bare_fields,
    blocks_of,
    rows_of,
)
from dialer.intake.mapping import IGNORE, FileMapping, Meaning
from dialer.intake.protection import PROTECTING_WORDS, sounds_protective
from dialer.intake.values import DateOrder, has_either_order, order_told

MAY_BE_A_DAY = re.compile(
    r"([/.-])(?:(?<=\D\d[/.-])|(?<=\A\d[/.-])|(?<=\D\d\d[/.-])|(?<=\A\d\d[/.-]))\d{1,2}\1\d"
)
"""One or two figures, a mark, one or two more, the mark again. It is looked for by the mark: of these a
file has fewer than figures, and the whole of it is looked through."""


class UntoldError(UnreadableFileError):
    """Somebody must say first what the file means: nothing of it is guessed, and nothing was taken."""


def columns_of(file: TextFile, mapping: FileMapping) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column that each heading means ('' when none), and the headings that nothing understands.

    Raises:
        UnreadableFileError: a required column is missing, or two mean the same.
        UntoldError: a heading that nobody explained sounds as if it protected somebody.
    """
    names: list[str] = []
    unknown: list[str] = []
    for heading in file.heading:
        key = heading_key(heading)
        meaning = mapping.columns.get(key)
        name = HEADINGS.get(key, "") if meaning is None else meaning.column
        if name == IGNORE:
            name = ""
        elif not name and heading.strip():
            unknown.append(heading.strip())
        if name and name in names and (meaning is None or BY_NAME[name].kind is not Kind.YES_NO):
            raise UnreadableFileError(f"{file.path}: two columns mean {name}; remove one")
        names.append(name)
    given = {*names, *mapping.derived.always, *_given_by(names)}
    missing = [column.name for column in COLUMNS if column.required and column.name not in given]
    if missing:
        raise UnreadableFileError(
            f"{file.path}: no column {', '.join(missing)}; `fairdial import --template` prints the heading"
        )
    untold = [heading for heading in unknown if sounds_protective(heading)]
    if untold:
        raise UntoldError(
            f"{file.path}: nobody has said what {', '.join(untold)} "
            f"{'mean' if len(untold) > 1 else 'means'}, which may protect people; nothing was taken: say it "
            f"with --column {untold[0]}=MEANING (such as deceased, closed:CLOSED,PIF/OPEN, or ignore)"
        )
    return tuple(names), tuple(unknown)


def untold_places(file: TextFile, mapping: FileMapping) -> list[int]:
    """The columns of a placement of which nobody has said what they mean, by their place in a line."""
    keys = [heading_key(heading) for heading in file.heading]
    return [at for at, key in enumerate(keys) if key not in HEADINGS and key not in mapping.columns]


def demand_no_untold_words(file: TextFile, places: Sequence[int]) -> None:
    """Raises UntoldError: in one of these columns, which nobody explained, a text says what may protect
    somebody."""
    for place, (line, words) in protecting_lines(file, places, is_first_enough=True).items():
        heading = file.heading[place].strip() or f"column {place + 1}"
        raise UntoldError(
            f'{file.path}: line {line} says "{words}" under {heading}, and nobody has '
            f"said what {heading} means; nothing was taken: look, put what protects people into "
            f"columns that say so, then say it with --column {heading}=MEANING (or ignore)"
        )


def protecting_lines(
    file: TextFile, places: Sequence[int], *, is_first_enough: bool = False
) -> dict[int, tuple[int, str]]:
    """Of each of these columns that says what may protect somebody, the first line that does, and its words.

    Args:
        is_first_enough: one column of them is enough.
    """
    found: dict[int, tuple[int, str]] = {}
    if not places or not _any_text(file, PROTECTING_WORDS):
        return found
    for row in rows_of(file):
        for place, text in _under(file, row, places):
            words = None if place in found else PROTECTING_WORDS.search(text)
            if words is not None:
                found[place] = row.number, words.group()
                if is_first_enough:
                    return found
    return found


def _under(file: TextFile, row: Row, places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A line's texts in these columns. Where it does not fit the heading nobody knows where it broke: they
    are read from its left end and from its right, and so is what lies beyond the heading."""
    fields, width = bare_fields(row, file), len(file.heading)
    for place in places:
        if place < len(fields):
            yield place, fields[place]
        if len(fields) != width and width - place <= len(fields):
            yield place, fields[place - width]
    for text in fields[width:]:
        yield places[-1], text


def left_alone(
    file: TextFile, known: Container[str], mapping: FileMapping, *, texts: Container[str] = frozenset()
) -> tuple[str, ...]:
    """The headings of a log or a list that nothing in it means, as they are written.

    Args:
        known: keys of headings whose meaning the log or list has.
        mapping: what somebody said of the others: that they may be ignored.
        texts: keys of those that hold what people write, known or not: their words are looked through, too.

    Raises:
        UntoldError: one that nobody explained sounds as if it protected somebody, or holds words that do.
        UnreadableFileError: somebody said of a column that it means what logs and lists have no place for.
    """
    for key, meaning in mapping.columns.items():
        if meaning.column != IGNORE:
            raise UnreadableFileError(
                f"{file.path}: --column {key}={meaning.column} would bind nobody: of a log or a list a "
                f"column is known, or ignored ({key}=ignore); put what protects people into a file of "
                "suppressions or requests"
            )
    keys = [heading_key(heading) for heading in file.heading]
    others = [
        at for at, key in enumerate(keys) if key not in mapping.columns and (key not in known or key in texts)
    ]
    unknown = [at for at in others if keys[at] not in known and file.heading[at].strip()]
    untold = [file.heading[at].strip() for at in unknown if sounds_protective(file.heading[at])]
    if untold:
        raise UntoldError(
            f"{file.path}: nobody has said what {', '.join(untold)} "
            f"{'mean' if len(untold) > 1 else 'means'}, which may protect people; nothing was taken: look, "
            "put what protects people into a file of suppressions or requests, then say it with "
            f"--column {untold[0]}=ignore"
        )
    demand_no_untold_words(file, others)
    return tuple(file.heading[at].strip() for at in unknown)


def _given_by(names: Sequence[str]) -> Iterator[str]:
    """Required columns that others hold in another shape."""
    if "full_name" in names or "full_name_last_first" in names:
        yield "last"


def meanings_of(file: TextFile, mapping: FileMapping) -> dict[int, Meaning]:
    """The columns whose texts are translated, by their place in a line."""
    keys = (mapping.columns.get(heading_key(heading)) for heading in file.heading)
    return {place: told for place, told in enumerate(keys) if told is not None and told.column != IGNORE}


def date_order_of(file: TextFile, names: Sequence[str], told: DateOrder | None) -> DateOrder:
    """Whether days in figures begin with the day or the month.

    Raises:
        UntoldError: they may be either, or lines contradict each other, and nobody said.
    """
    places = [at for at, name in enumerate(names) if name and BY_NAME[name].kind in (Kind.DATE, Kind.MOMENT)]
    return order_of_days(file, len(names), places, told)


def order_of_days(file: TextFile, width: int, places: Sequence[int], told: DateOrder | None) -> DateOrder:
    """The same of the columns at these places of lines of `width` fields. Raises UntoldError."""
    if told is not None:
        return told
    if not places or not _may_have_days_in_figures(file):
        return DateOrder.MONTH_FIRST
    lines: dict[DateOrder, int] = {}
    doubtful = 0
    for row in rows_of(file):
        if row.fields is None or len(row.fields) != width:
            continue
        for place in places:
            text = row.fields[place].strip()
            order = order_told(text)
            if order is not None:
                lines.setdefault(order, row.number)
            elif not doubtful and has_either_order(text):
                doubtful = row.number
    if len(lines) == 2:
        days, months = lines[DateOrder.DAY_FIRST], lines[DateOrder.MONTH_FIRST]
        raise UntoldError(
            f"{file.path}: line {days} writes the day first and line {months} the month; nothing was taken: "
            "say with --dates which the file means"
        )
    if not lines and doubtful:
        raise UntoldError(
            f"{file.path}: line {doubtful} has a date that may begin with the day or the month, and no line "
            "says which; nothing was taken: say it with --dates day_first or --dates month_first"
        )
    return next(iter(lines), DateOrder.MONTH_FIRST)


def _may_have_days_in_figures(file: TextFile) -> bool:
    return _any_text(file, MAY_BE_A_DAY, or_not_ascii=True)


def _any_text(file: TextFile, pattern: re.Pattern[str], *, or_not_ascii: bool = False) -> bool:
    """Whether it may be in any field of the file; looked for before lines are taken apart, which costs more.

    Records of fixed positions are always taken apart: a word may stand against the next field's.
    """
    if file.form.records is not None:
        return True
    if file.book is not None:
        return any(map(pattern.search, (text for row in rows_of(file) for text in row.fields or ())))
    kept = ""
    for block in blocks_of(file):
        whole = kept + block
        if pattern.search(whole) is not None or (or_not_ascii and not block.isascii()):
            return True
        kept = _last_lines(whole)
    return False


def _last_lines(text: str) -> str:
    """The end of a text in which a field may have begun that goes on behind it."""
    at = len(text)
    for _ in range(MOST_LINES_OF_A_FIELD):
        at = text.rfind("\n", 0, max(at, 0))
    return text[max(at, len(text) - LONGEST_LINE, 0) :]
