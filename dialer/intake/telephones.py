"""Telephone numbers in all the shapes that files have them in, as E.164.

Most numbers of a North American file are ten digits with some punctuation; those take a fast path that knows
assigned area codes from the gate's own table. Everything else goes through libphonenumber.
"""

import re

import phonenumbers

from compliance_gate.whereabouts import WhereaboutsTables, zones_of_number
from dialer.intake.values import BadValueError, latin_digits

_PUNCTUATION = re.compile(r"[\s().\-/·\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_EXTENSION = re.compile(r"(ext\.?|extension|x|#)\s*\d+$", re.IGNORECASE)
_ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_USUAL = re.compile(r"\(?([2-9][0-9]{2})\)?[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})")
"""How nearly every number of a North American file is written: none of it is an extension or was rounded."""
_NANP = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
NANP_COUNTRIES = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})

TOLL_FREE = frozenset({"800", "822", "833", "844", "855", "866", "877", "888"})
_NO_HOUSEHOLD = {
    "900": "a premium number",
    "700": "a number of the carriers' own services",
    "710": "a number of the government's own services",
    **dict.fromkeys(
        ("500", "521", "522", "523", "524", "525", "526", "527", "528", "529"),
        "a personal number, which rings anywhere",
    ),
    **dict.fromkeys(("533", "544", "566", "577", "588"), "a personal number, which rings anywhere"),
    **dict.fromkeys(("600", "622", "633", "644", "655", "677", "688"), "a number of no place"),
}
"""Area codes that ring nobody at home. Source: North American Numbering Plan, non-geographic codes."""

_SPECIAL = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "a premium number",
    phonenumbers.PhoneNumberType.SHARED_COST: "a number whose call somebody else pays for",
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "a personal number, which rings anywhere",
    phonenumbers.PhoneNumberType.UAN: "a company's number",
    phonenumbers.PhoneNumberType.VOICEMAIL: "a mailbox's number",
}


class NoTelephoneError(BadValueError):
    """Words where a number should be: `212-DISCONN`, `(212) 555-XXXX`. Nothing was dialable in it."""


def e164_of(text: str, tables: WhereaboutsTables, *, country: str = "US") -> str:
    """The number in E.164.

    Raises:
        NoTelephoneError: letters stand among its digits.
        BadValueError: no telephone has this number, or a spreadsheet has damaged it.
    """
    if country in NANP_COUNTRIES and (usual := _USUAL.fullmatch(text)) is not None:
        return _known("".join(usual.groups()), tables)
    if not text.isascii():
        text = latin_digits(text)
    if _ROUNDED.fullmatch(text):
        raise BadValueError("a spreadsheet has rounded this number")
    if _EXTENSION.search(text):
        raise BadValueError("has an extension, which cannot be dialed")
    bare = _PUNCTUATION.sub("", text.removesuffix(".0"))
    if not bare.removeprefix("+").isdecimal():
        raise _no_digits(bare)
    if country in NANP_COUNTRIES or bare.startswith("+1"):
        local = bare.removeprefix("+")
        local = local[1:] if len(local) == 11 and local.startswith("1") else local
        if _NANP.fullmatch(local) and not (bare.startswith("+") and not bare.startswith("+1")):
            return _known(local, tables)
        if not bare.startswith("+"):
            raise BadValueError("not a number of ten digits with an area code and an exchange")
    return _parsed(bare, country)


def is_toll_free(e164: str) -> bool:
    """Whether whoever is called pays: no household has such a number of its own."""
    if e164.startswith("+1"):
        return e164[2:5] in TOLL_FREE
    number = phonenumbers.parse(e164)
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE


def _no_digits(bare: str) -> BadValueError:
    if any(sign.isdecimal() for sign in bare):
        return NoTelephoneError("letters or signs where digits should be")
    return BadValueError("not a telephone number")


def _known(local: str, tables: WhereaboutsTables) -> str:
    """A number of ten digits. Raises BadValueError."""
    reason = _NO_HOUSEHOLD.get(local[:3])
    if reason is None:
        exchange = local[3:6]
        if exchange[1:] == "11":
            reason = "a service number (911, 411 and such) is no exchange"
        elif exchange == "976":
            reason = "a premium number"
        elif local[3:] in ("5551212", "5554334"):
            reason = "the directory's number"
    if reason is not None:
        raise BadValueError(reason)
    e164 = f"+1{local}"
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
    special = _SPECIAL.get(phonenumbers.number_type(number))
    if special is not None:
        raise BadValueError(special)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
