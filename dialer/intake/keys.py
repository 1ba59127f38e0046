"""The keys by which a file names accounts and persons: what is no key, and when two are the same."""

import re
from functools import lru_cache

from dialer.intake.values import BadValueError

_NOTHING = frozenset(
    [
        "null",
        "none",
        "nil",
        "nan",
        "n/a",
        "na",
        "n.a",
        "n.a.",
        "#n/a",
        "#na",
        "unknown",
        "unk",
        "unkn",
        "undefined",
        "undef",
        "missing",
        "blank",
        "empty",
        "tbd",
        "tba",
        "not_available",
        "not_applicable",
        "no_value",
        "novalue",
        "?",
        "??",
        "???",
        "-",
        "--",
        "---",
        ".",
        "..",
        "...",
        "_",
        "__",
        "#ref!",
        "#value!",
        "#div/0!",
        "#name?",
        "#null!",
        "#num!",
        "#spill!",
        "#calc!",
        "#error!",
        "#getting_data",
        "(null)",
        "(blank)",
        "(none)",
        "<null>",
        "<none>",
        "[null]",
        "\\n",
        "nd",
        "n.d.",
        "s/n",
        "sin_dato",
        "keine",
        "unbekannt",
        "inconnu",
        "desconocido",
        "not_found",
        "notfound",
        "not_given",
        "none_given",
    ]
)
"""What spreadsheets, databases and clerks write where nothing is known."""

_ERROR = re.compile(r"#[A-Z/0!?_]+[!?]?|err:\d+", re.IGNORECASE)
_ROUNDED = re.compile(r"[+-]?\d+([.,]\d+)?\s*[eE]\s*[+-]?\d+")
_SAME_SIGN = re.compile(r"(.)\1*")
_FULL_OF_NOTHING = frozenset("0-._*?#x/ ")


@lru_cache(maxsize=8192)
def is_placeholder(text: str) -> bool:
    """Whether a text stands for nothing: a placeholder, a spreadsheet's error, a row of zeros or dashes."""
    word = "_".join(text.strip().strip("'\"").lower().split())
    if not word or word in _NOTHING or _ERROR.fullmatch(word):
        return True
    return word[0] in _FULL_OF_NOTHING and _SAME_SIGN.fullmatch(word) is not None


def look_at_key(text: str) -> None:
    """Raises BadValueError: it is no key."""
    if is_placeholder(text):
        raise BadValueError("a placeholder, which names nobody")
    if _ROUNDED.fullmatch(text):
        raise BadValueError("a number that a spreadsheet has rounded")
