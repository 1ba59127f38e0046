"""Telephone numbers in all the shapes that files have them in, as E.164.

Most numbers of a North American file are ten digits with some punctuation; those take a fast path that knows
assigned area codes from the gate's own table. Everything else goes through libphonenumber.
"""

import re

import phonenumbers

from compliance_gate.whereabouts import WhereaboutsTables, zones_of_number
from dialer.intake.values import BadValueError

_PUNCTUATION = re.compile(r"[\s().\-/·]+")
_EXTENSION = re.compile(r"(ext\.?|extension|x|#)\s*\d+$", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_NANP = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
NANP_COUNTRIES = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})


def e164_of(text: str, tables: WhereaboutsTables, *, country: str = "US") -> str:
    """The number in E.164.

    Raises:
        BadValueError: no telephone has this number, or a spreadsheet has damaged it.
    """
    if _ROUNDED.fullmatch(text):
        raise BadValueError("a spreadsheet has rounded this number")
    if _EXTENSION.search(text):
        raise BadValueError("has an extension, which cannot be dialed")
    bare = _PUNCTUATION.sub("", text.removesuffix(".0"))
    if country in NANP_COUNTRIES or bare.startswith("+1"):
        local = bare.removeprefix("+")
        local = local[1:] if len(local) == 11 and local.startswith("1") else local
        if _NANP.fullmatch(local) and not (bare.startswith("+") and not bare.startswith("+1")):
            return _known(f"+1{local}", tables)
        if local.isdecimal() and not bare.startswith("+"):
            raise BadValueError("not a number of ten digits with an area code and an exchange")
    return _parsed(bare, country)


def _known(e164: str, tables: WhereaboutsTables) -> str:
    if zones_of_number(e164, tables) is None:
        raise BadValueError("an area code that is not assigned")
    return e164


def _parsed(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise BadValueError("not a telephone number") from error
    if not phonenumbers.is_valid_number(number):
        raise BadValueError("a number that no telephone has")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
