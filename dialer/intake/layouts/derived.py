"""Texts of the canonical columns that a client's own columns hold in another shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from dialer.domain.keys import folded
from dialer.intake.columns import COLUMNS, NUMBERS_PER_LINE, Kind
from dialer.intake.layouts.names import split_name
from dialer.intake.values import BadValueError, latin_digits

SAME_AS = "@"
"""Begins a text that says: what stands in the column of this name."""

DERIVED = frozenset(
    ["account_status", "city_state", "full_name", "full_name_last_first", "more_phones", "phone_code", "ssn"]
)
"""Columns of which others are made."""

_PHONES = tuple(f"phone_{n}" for n in range(1, NUMBERS_PER_LINE + 1))
_DAYS = tuple(column.name for column in COLUMNS if column.kind in (Kind.DATE, Kind.MOMENT))
_CITY_AND_STATE = re.compile(r"(?P<city>.*\S)[\s,]+(?P<state>[A-Za-z]{2})")
_ALTERNATIVE = re.compile(r"(?P<number>[^_]+)(_(?P<code>\d*))?(_(?P<note>.*))?", re.DOTALL)
_NOT_A_DIGIT = re.compile(r"\D")
_SSN_LENGTH = 9


class Status(Enum):
    """What a client's word for an account's state means to us."""

    OPEN = "open"
    CLOSED = "closed"
    DO_NOT_CALL = "do_not_call"
    CEASE = "cease"
    ATTORNEY = "attorney"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    DISPUTE = "dispute"
    BAD_NUMBER = "bad_number"
    """Telephone number 1 is dead or somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """How texts are made of others.

    Args:
        always: texts of columns that a file does not have; `@client_account` = as in that column.
        statuses: by folded word.
        no_phone: folded words that stand for no telephone number; `no_day`: for no day.
    """

    always: Mapping[str, str] = field(default_factory=dict[str, str])
    statuses: Mapping[str, Status] = field(default_factory=dict[str, Status])
    no_phone: frozenset[str] = frozenset()
    no_day: frozenset[str] = frozenset()

    def finished(self, texts: dict[str, str]) -> dict[str, str]:
        """The texts with what follows from them. What cannot be taken apart stays as it is: `refuse`."""
        self._without_nothing(texts)
        _with_name(texts)
        _with_city(texts)
        _with_code(texts)
        _with_more_phones(texts, self.no_phone)
        if "ssn" in texts and "ssn_last4" not in texts:
            _with_last_four(texts)
        for name, text in self.always.items():
            said = texts.get(text[1:], "") if text.startswith(SAME_AS) else text
            if said:
                texts.setdefault(name, said)
        if "account_status" in texts:
            self._with_status(texts)
        return texts

    def _without_nothing(self, texts: dict[str, str]) -> None:
        for names, nothing in ((_PHONES, self.no_phone), (_DAYS, self.no_day)):
            for name in names if nothing else ():
                if folded(texts.get(name, "")) in nothing:
                    texts.pop(name, None)

    def _with_status(self, texts: dict[str, str]) -> None:
        word = texts["account_status"]
        status = self.statuses.get(folded(word))
        if status is None:
            texts["closed"] = word  # neither yes nor no: whatever it says may protect
            texts.setdefault("do_not_call", word)
        elif status is Status.BAD_NUMBER:
            texts.pop("phone_1", None)
        elif status is not Status.OPEN:
            texts[status.value] = "yes"

    def refuse(self, texts: Mapping[str, str]) -> tuple[str, str] | None:
        """A column that could not be taken apart, and why; None where all were."""
        word = texts.get("account_status")
        if word is not None and folded(word) not in self.statuses:
            return "account_status", "a status of which nobody has said what it means"
        for name in ("full_name", "full_name_last_first"):
            if name in texts and "last" not in texts:
                try:
                    split_name(texts[name], is_last_first=name != "full_name")
                except BadValueError as error:
                    return name, str(error)
        if "ssn" in texts and "ssn_last4" not in texts:
            return "ssn", "not nine figures"
        if "city_state" in texts and "state" not in texts:
            return "city_state", "no city and state of two letters can be read in it"
        return None


NOTHING_DERIVED = Derived()


def _with_name(texts: dict[str, str]) -> None:
    for name in ("full_name", "full_name_last_first"):
        if name not in texts:
            continue
        try:
            parts = split_name(texts[name], is_last_first=name != "full_name")
        except BadValueError:
            continue
        for part, text in zip(("first", "middle", "last", "suffix"), parts, strict=True):
            if text:
                texts.setdefault(part, text)


def _with_city(texts: dict[str, str]) -> None:
    found = _CITY_AND_STATE.fullmatch(texts.get("city_state", ""))
    if found is not None:
        texts.setdefault("city", found["city"].rstrip(","))
        texts.setdefault("state", found["state"])


def _with_code(texts: dict[str, str]) -> None:
    """Number 1 with the code of its country, where that is not North America's."""
    if "phone_1" in texts:
        texts["phone_1"] = _international(texts["phone_1"], texts.get("phone_code", ""))


def _international(number: str, code: str) -> str:
    code = code.strip().lstrip("+0")
    if not code.isdecimal() or code == "1" or number.lstrip().startswith("+"):
        return number
    return f"+{code}{latin_digits(number).strip().lstrip('0')}"


def _with_more_phones(texts: dict[str, str], no_phone: frozenset[str]) -> None:
    """Alternative numbers into the places that are free, with their notes; what finds none stays."""
    free = iter([name for name in _PHONES if name not in texts])
    left: list[str] = []
    for part in texts.pop("more_phones", "").split("!"):
        found = _ALTERNATIVE.fullmatch(part.strip())
        if found is None or folded(found["number"]) in no_phone:
            continue
        place = next(free, None)
        if place is None:
            left.append(part)
            continue
        texts[place] = _international(found["number"], found["code"] or "")
        if found["note"]:
            texts.setdefault(f"{place}_source", found["note"].strip())
    if left:
        texts["more_phones"] = "!".join(left)


def _with_last_four(texts: dict[str, str]) -> None:
    digits = _NOT_A_DIGIT.sub("", latin_digits(texts["ssn"]))
    if len(digits) == _SSN_LENGTH:
        texts["ssn_last4"] = digits[-4:]
