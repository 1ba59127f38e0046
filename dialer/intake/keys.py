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
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]*[0-9]*[1-9][0-9]*|[1-9][0-9]+")
"""What nearly every key looks like: letters, then a number that is not nothing. None of it is a placeholder
or a rounded number; seeing so costs a third of looking at everything."""

_SAME_SIGN = re.compile(r"(.)\1*")
_FULL_OF_NOTHING = frozenset("0-._*?#x/ ")


@lru_cache(maxsize=8192)
def is_placeholder(text: str) -> bool:
    """Whether a text stands for nothing: a placeholder, a spreadsheet's error, a row of zeros or dashes."""
    word = "_".join(text.strip().strip("'\"").lower().split())
    if not word or word in _NOTHING or _ERROR.fullmatch(word):
        return True
    return word[0] in _FULL_OF_NOTHING and _SAME_SIGN.fullmatch(word) is not None


def is_plain_key(text: str) -> bool:
    """Whether a text is a key at first sight: `look_at_key` would find nothing wrong with it."""
    return _PLAIN.fullmatch(text) is not None


def look_at_key(text: str) -> None:
    """Raises BadValueError: it is no key."""
    if is_placeholder(text):
        raise BadValueError("a placeholder, which names nobody")
    if _ROUNDED.fullmatch(text):
        raise BadValueError("a number that a spreadsheet has rounded")
