"""A person's whole name in one column, taken apart: given name, middle names, family name, suffix."""

import re

from dialer.intake.values import BadValueError

_SUFFIXES = {"jr": "Jr.", "sr": "Sr.", "ii": "II", "iii": "III", "iv": "IV", "v": "V", "esq": "Esq."}
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "rev", "hon", "sir", "mx"})
_BEFORE = frozenset(
    ["de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "le", "van", "von", "vander", "st"]
)
"""Words that begin a family name: `Vincent van Gogh`, `Maria de la Cruz`."""

_TWO = re.compile(r"\s(&|and|und|y|et)\s|\s/\s|;", re.IGNORECASE)
_COMPANY = re.compile(
    r"\b(inc|llc|l\.l\.c|ltd|corp|co|company|gmbh|plc|lp|llp|trust|estate of|bank|dba)\b\.?", re.IGNORECASE
)
_CLEAN = re.compile(r"[.,]")

Name = tuple[str, str, str, str]
"""First, middle, last, suffix."""


def split_name(text: str, *, is_last_first: bool = False) -> Name:
    """The parts of a whole name.

    A comma says that the family name stands before it, whatever the file does elsewhere; a slash does the
    same where `is_last_first`. Of a name of one word, that is the family name.

    Raises:
        BadValueError: two people, a company, or nothing that is a name: nobody guesses who is meant.
    """
    if _TWO.search(text):
        raise BadValueError("two people in one name: who is meant must be said")
    if _COMPANY.search(text):
        raise BadValueError("a company's or an estate's name, not a person's")
    if is_last_first and "/" in text:
        text = text.replace("/", ", ", 1)
    head, comma, tail = text.partition(",")
    suffix = ""
    if comma and _is_suffix(tail):
        suffix, comma, text = _suffix(tail), "", head
    if comma:
        words, found = _without_suffix(_words(tail))
        last, also = _without_suffix(head.split())
        first, middle = _first_and_middle(_without_titles(words))
        return _whole(first, middle, " ".join(last), found or also)
    words, found = _without_suffix(_without_titles(_words(text)))
    if is_last_first:
        return _whole(*_first_and_middle(words[1:]), words[0] if words else "", suffix or found)
    at = _begin_of_last(words)
    return _whole(*_first_and_middle(words[:at]), " ".join(words[at:]), suffix or found)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word not in (".", "-")]


def _bare(word: str) -> str:
    return _CLEAN.sub("", word).lower()


def _is_suffix(text: str) -> bool:
    words = text.split()
    return len(words) == 1 and _bare(words[0]) in _SUFFIXES


def _suffix(text: str) -> str:
    return _SUFFIXES[_bare(text.strip())]


def _without_suffix(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 1 and _bare(words[-1]) in _SUFFIXES:
        return words[:-1], _SUFFIXES[_bare(words[-1])]
    return words, ""


def _without_titles(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and _bare(words[0]) in _TITLES else words


def _first_and_middle(words: list[str]) -> tuple[str, str]:
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _begin_of_last(words: list[str]) -> int:
    """Where the family name begins: at the last word, or at the particles before it."""
    at = max(len(words) - 1, 0)
    while at > 1 and _bare(words[at - 1]) in _BEFORE:
        at -= 1
    return at


def _whole(first: str, middle: str, last: str, suffix: str) -> Name:
    if not any(sign.isalpha() for sign in last):
        raise BadValueError("no name can be read in it")
    return first, middle, last, suffix
