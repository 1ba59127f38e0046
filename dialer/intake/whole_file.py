"""What is decided for a file as a whole and never line by line: what its columns mean, how it writes days."""

import re
from collections.abc import Iterator, Sequence

from dialer.intake.columns import BY_NAME, COLUMNS, HEADINGS, Kind, heading_key
from dialer.intake.files import TextFile, UnreadableFileError, rows_of, text_of
from dialer.intake.mapping import IGNORE, FileMapping, Meaning
from dialer.intake.protection import PROTECTING_WORDS, sounds_protective
from dialer.intake.values import DateOrder, has_either_order, order_told

_MAY_BE_A_DAY = re.compile(r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1\d")
_BLOCK = 1 << 20
_OVERLAP = 64


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


def demand_no_untold_words(file: TextFile, mapping: FileMapping) -> None:
    """Raises UntoldError: under a heading that nobody explained a text says what may protect somebody."""
    keys = [heading_key(heading) for heading in file.heading]
    places = [at for at, key in enumerate(keys) if key not in HEADINGS and key not in mapping.columns]
    if not places or not _any_text(file, PROTECTING_WORDS):
        return
    for row in rows_of(file):
        for place in places:
            fields = row.fields or ()
            found = PROTECTING_WORDS.search(fields[place]) if place < len(fields) else None
            if found is not None:
                heading = file.heading[place].strip() or f"column {place + 1}"
                raise UntoldError(
                    f'{file.path}: line {row.number} says "{found.group()}" under {heading}, and nobody has '
                    f"said what {heading} means; nothing was taken: look, put what protects people into "
                    f"columns that say so, then say it with --column {heading}=MEANING (or ignore)"
                )


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
    return _any_text(file, _MAY_BE_A_DAY, or_not_ascii=True)


def _any_text(file: TextFile, pattern: re.Pattern[str], *, or_not_ascii: bool = False) -> bool:
    """Whether it may be anywhere in the file, taken apart or not."""
    if file.book is not None:
        return any(map(pattern.search, (text for row in rows_of(file) for text in row.fields or ())))
    with text_of(file) as text:
        kept = ""
        while block := text.read(_BLOCK):
            if pattern.search(kept + block) is not None or (or_not_ascii and not block.isascii()):
                return True
            kept = block[-_OVERLAP:]
    return False
