"""Refused lines back to the client, in the layout in which they came, with line, column and reason.

Whoever mends them mends their own columns; no field can be run as a formula.
"""

import csv
from typing import TextIO

from dialer.domain.cells import harmless
from dialer.domain.placement import RejectedLine
from dialer.intake.files import Row, TextFile
from dialer.intake.layouts.form import Format

ADDED = ("refused_line", "refused_column", "refused_because")


class Returned:
    """Writes the refused lines of a file.

    Args:
        to: a text opened without line-end translation.
        headings: canonical column to the client's heading, for the column that was at fault.
    """

    def __init__(self, to: TextIO, file: TextFile, headings: dict[str, str]) -> None:
        self._file = file
        self._headings = headings
        self._to = to
        is_text = file.book is None and file.form.format is not Format.RECORDS
        self._writer = csv.writer(to, delimiter=file.delimiter if is_text else ",", lineterminator="\n")
        heading = ("record",) if file.form.records is not None else file.heading
        self._fields = len(heading)
        self._writer.writerow([*heading, *ADDED])

    def take(self, row: Row, rejected: RejectedLine) -> None:
        """Write one line."""
        whole = row.raw.rstrip("\r\n")
        fields = [whole] if row.fields is None or self._file.form.records is not None else row.fields
        shown = [harmless(text) for text in fields]
        shown += [""] * (self._fields - len(shown))
        column = self._headings.get(rejected.column, rejected.column)
        self._writer.writerow([*shown, str(rejected.line), column, rejected.reasons])
