"""A file's trailer against the file: whether everything came that was sent.

The sender's own lines are found by their first field; without the trailer that the mapping names a file may
be cut off. Sums are taken of the texts as amounts; one that is none adds nothing and so does not agree.
"""

from dataclasses import dataclass

from dialer.intake.columns import heading_key
from dialer.intake.files import Row, TextFile, UnreadableFileError, all_rows_of
from dialer.intake.layouts.form import Trailer
from dialer.intake.mapping import FileMapping
from dialer.intake.values import BadValueError, Decimals, money_of


@dataclass(slots=True, kw_only=True)
class _Counted:
    lines: int = 0
    cents: int = 0
    trailer: Row | None = None
    is_followed: bool = False


def look_at_trailer(file: TextFile, mapping: FileMapping) -> None:
    """Count the file's lines and amounts against what its trailer says.

    Raises:
        UnreadableFileError: they differ, or there is no trailer, or not at the end.
    """
    trailer = file.form.trailer
    if trailer is None:
        return
    found = _counted(file, trailer, _place_of(file, trailer), mapping.decimals)
    if found.trailer is None:
        raise UnreadableFileError(
            f"{file.path}: no line begins with {trailer.mark!r}, as its last should: the file may be cut "
            "off; nothing was taken"
        )
    if found.is_followed:
        raise UnreadableFileError(
            f"{file.path}: line {found.trailer.number} is the trailer, and accounts follow it; nothing was "
            "taken"
        )
    _compare(file, trailer, found, mapping.decimals)


def _place_of(file: TextFile, trailer: Trailer) -> int | None:
    if not trailer.sum_of:
        return None
    keys = [heading_key(heading) for heading in file.heading]
    if heading_key(trailer.sum_of) not in keys:
        raise UnreadableFileError(
            f"{file.path}: the trailer's sum is of {trailer.sum_of!r}, which it has not"
        )
    return keys.index(heading_key(trailer.sum_of))


def _counted(file: TextFile, trailer: Trailer, place: int | None, decimals: Decimals | None) -> _Counted:
    found = _Counted()
    for row in all_rows_of(file):
        first = row.fields[0].strip() if row.fields else ""
        if first == trailer.mark:
            found.is_followed |= found.trailer is not None
            found.trailer = row
        elif not (file.form.header and first == file.form.header):
            found.is_followed |= found.trailer is not None
            found.lines += 1
            if place is not None and row.fields is not None and place < len(row.fields):
                found.cents += _cents(row.fields[place], decimals) or 0
    return found


def _cents(text: str, decimals: Decimals | None) -> int | None:
    try:
        return money_of(text.strip(), decimals=decimals).cents
    except BadValueError:
        return None


def _compare(file: TextFile, trailer: Trailer, found: _Counted, decimals: Decimals | None) -> None:
    row = found.trailer
    said = row.fields if row is not None and row.fields is not None else []
    number = row.number if row is not None else 0
    if trailer.lines_at is not None:
        text = said[trailer.lines_at - 1].strip() if trailer.lines_at <= len(said) else ""
        if not text.isdecimal() or int(text) != found.lines:
            raise UnreadableFileError(
                f"{file.path}: line {number}, the trailer, says {text or 'nothing'} of the lines; there are "
                f"{found.lines:,}; nothing was taken: have it sent again"
            )
    if trailer.sum_at is not None:
        text = said[trailer.sum_at - 1].strip() if trailer.sum_at <= len(said) else ""
        if _cents(text, decimals) != found.cents:
            raise UnreadableFileError(
                f"{file.path}: line {number}, the trailer, says that {trailer.sum_of} adds up to "
                f"{text or 'nothing'}; it is {found.cents / 100:.2f}; nothing was taken: have it sent again"
            )
