"""Cells of files that people open in a spreadsheet: none of them may be run as a formula."""

import re

_SIGNS = frozenset("=@\t\r+-")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().,-]*$)")


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe makes it a text, as spreadsheets write it
    themselves. A signed number or telephone number is no formula.

    >>> harmless("=1+1"), harmless("+1 (212) 555-0101")
    ("'=1+1", '+1 (212) 555-0101')
    """
    return f"'{text}" if text[:1] in _SIGNS and _FORMULA.match(text) else text
