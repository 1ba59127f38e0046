"""Names as they are compared, whoever compares them: to find somebody, or to see whether two are one."""

import unicodedata

_OF_THEIR_OWN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters that are no letter with a mark, as people without them on their keyboard write them."""


def compared(name: str) -> str:
    """A name as it is compared: small letters without marks, words apart by one space. An apostrophe is
    nothing (`O'Brien` is `obrien`), a hyphen is a space."""
    if name.isascii() and name.isalpha():
        return name.lower()
    parts = unicodedata.normalize("NFKD", name).casefold().translate(_OF_THEIR_OWN)
    kept = (sign if sign.isalnum() else "" if _is_nothing(sign) else " " for sign in parts)
    return " ".join("".join(kept).split())


def _is_nothing(sign: str) -> bool:
    return sign in "'\u2018\u2019\u02bc`\u00b4." or unicodedata.combining(sign) != 0
