"""Texts of a creditor's file as values: each function gives the value or raises `BadValueError` with why."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from compliance_gate.request import TimeBlock
from compliance_gate.valid import FIRST, LAST
from compliance_gate.words import Outcome, Weekday
from dialer.domain.errors import FairdialError
from dialer.domain.money import Money
from dialer.domain.placement import PriorAttempt


class BadValueError(FairdialError):
    """A text that its column cannot hold; the message is the reason in the report."""


class DateOrder(Enum):
    """How a file writes days in figures: never decided line by line."""

    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


class Decimals(Enum):
    """What stands before the cents."""

    POINT = "point"
    COMMA = "comma"


_DATES = ("%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%Y/%m/%d")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIGURES = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_POINT = re.compile(r"(\d{1,3}(,\d{3})+|\d{1,3}('\d{3})+|\d+)(\.(\d*))?|\.\d+")
_COMMA = re.compile(r"(\d{1,3}(\.\d{3})+|\d{1,3}('\d{3})+|\d+)(,(\d*))?|,\d+")
_PLAIN_CENTS = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
"""What nearly every amount looks like, where nobody said that cents stand after a comma."""
_CENTS_AFTER_COMMA = re.compile(r"[\d.']*,\d{1,2}")
_YES = frozenset({"y", "yes", "true", "t", "1", "x"})
_NO = frozenset({"n", "no", "false", "f", "0"})
_DAYS = {day.value: day for day in Weekday}
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
MOST_ATTEMPTS = 200
"""More calls than this in one cell are a mistake of the file."""


def latin_digits(text: str) -> str:
    """The same digits in the figures of ASCII, whatever script they are written in."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else unicodedata.normalize("NFKC", sign)
        for sign in text
    )


def order_told(text: str) -> DateOrder | None:
    """Which order of day and month a day in figures can only have; None where it may have either."""
    found = _FIGURES.match(latin_digits(text))
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 >= first else None


def has_either_order(text: str) -> bool:
    """Whether it is a day in figures that is two days, by whether the day or the month is first."""
    found = _FIGURES.match(latin_digits(text))
    return (
        found is not None and int(found[1]) <= 12 and int(found[3]) <= 12 and int(found[1]) != int(found[3])
    )


@lru_cache(maxsize=8192)
def date_of(text: str, order: DateOrder = DateOrder.MONTH_FIRST) -> date:
    """A day of these centuries: ISO, in figures in the file's order, compact, or 03-Jan-2026."""
    day = _day_of(text, order)
    if not FIRST <= day < LAST:
        raise BadValueError(f"a day that is not between {FIRST.year} and {LAST.year}")
    return day


def moment_of(text: str, order: DateOrder = DateOrder.MONTH_FIRST) -> datetime | date:
    """A day, or an instant with its offset (`2025-03-14T16:02-04:00`)."""
    if "T" not in text and ":" not in text:
        return date_of(text, order)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadValueError("not an instant (use 2025-03-14T16:02-04:00)") from error
    if at.tzinfo is None:
        raise BadValueError("an instant without its offset from UTC")
    if not FIRST <= at.date() < LAST:
        raise BadValueError(f"a day that is not between {FIRST.year} and {LAST.year}")
    return at


def _day_of(text: str, order: DateOrder) -> date:
    text = latin_digits(text)
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise BadValueError("not a day of the calendar") from error
    head = text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    found = _FIGURES.fullmatch(head)
    if found is not None:
        return _day_in_figures(found, order)
    for form in _DATES:
        try:
            return datetime.strptime(head, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise BadValueError("not a date (use YYYY-MM-DD)")


def _day_in_figures(found: re.Match[str], order: DateOrder) -> date:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    if len(found[4]) == 2:
        year += 1900 if year >= 69 else 2000
    try:
        return date(year, month, day)
    except ValueError as error:
        turned = order_told(found[0])
        if turned is not None and turned is not order:
            said = "the day" if order is DateOrder.DAY_FIRST else "the month"
            raise BadValueError(f"not a date of a file that writes {said} first") from error
        raise BadValueError("not a day of the calendar") from error


def birthday_of(text: str, *, today: date, order: DateOrder = DateOrder.MONTH_FIRST) -> date:
    """A date of birth: two-digit years are never in the future, and nobody is 120."""
    born = _day_of(text, order)
    if born > today and re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\1\d{2}", text):
        born = _a_century_before(born)
    if born > today:
        raise BadValueError("a date of birth in the future")
    if today.year - born.year > 120:
        raise BadValueError("a date of birth more than 120 years ago")
    return born


def _a_century_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 100)
    except ValueError as error:
        raise BadValueError("not a day of the calendar") from error


@lru_cache(maxsize=8192)
def money_of(text: str, currency: str = "USD", decimals: Decimals | None = None) -> Money:
    """An amount: a currency sign, thousands separators and accountants' brackets are understood.

    Args:
        decimals: what the file writes before its cents; None = nobody said: a comma before one or two last
            figures is one, since thousands have three.
    """
    if decimals is not Decimals.COMMA and _PLAIN_CENTS.fullmatch(text) is not None:
        return Money(cents=int(text[:-3] + text[-2:]), currency=currency)
    bare = latin_digits(text).strip().upper()
    for sign in ("$", "£", currency):
        bare = bare.replace(sign, "")
    bare = bare.strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = (bare[1:-1] if negative else bare).replace(" ", "").replace("\u2212", "-")
    if not negative and bare[:1] in ("-", "+"):
        negative, bare = bare[0] == "-", bare[1:]
    elif not negative and bare.endswith("-"):
        negative, bare = True, bare[:-1]
    if decimals is None:
        decimals = Decimals.COMMA if _CENTS_AFTER_COMMA.fullmatch(bare) else Decimals.POINT
    form, thousands = (_COMMA, ".") if decimals is Decimals.COMMA else (_POINT, ",")
    if not bare or form.fullmatch(bare) is None:
        raise BadValueError("not an amount of money (use 1234.56)")
    amount = Decimal(bare.replace(thousands, "").replace("'", "").replace(",", "."))
    if amount >= 10**12:
        raise BadValueError("not an amount of money (use 1234.56)")
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise BadValueError("a fraction of a cent")
    return Money(cents=-int(cents) if negative else int(cents), currency=currency)


def yes_of(text: str) -> bool:
    """Yes or no in its usual spellings."""
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadValueError("not yes or no")


def decimal_of(text: str) -> float:
    """A number."""
    bare = latin_digits(text).replace(",", "")
    if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", bare) is None:
        raise BadValueError("not a number")
    value = float(bare)
    if not -1e15 < value < 1e15:
        raise BadValueError("not a number")
    return value


def digits_4_of(text: str) -> str:
    """Four digits; zeros that a spreadsheet took are put back."""
    if not text.isdecimal() or len(text) > 4:
        raise BadValueError("not four digits")
    return text.zfill(4)


@lru_cache(maxsize=8192)
def word_of(text: str, words: tuple[str, ...]) -> str:
    """One of the column's words, however it is capitalised."""
    if text in words:
        return text
    word = text.lower().replace(" ", "_").replace("-", "_")
    if word not in words:
        raise BadValueError(f"not one of {', '.join(words)}")
    return word


@lru_cache(maxsize=8192)
def zip_of(text: str) -> str:
    """A United States ZIP code of five or nine digits; zeros that a spreadsheet took are put back."""
    bare = text.replace("-", "").replace(" ", "")
    if bare.endswith(".0"):
        bare = bare[:-2]
    if not bare.isdecimal() or not 3 <= len(bare) <= 9 or bare == "0" * len(bare):
        raise BadValueError("not a ZIP code")
    return bare.zfill(5) if len(bare) <= 5 else bare.zfill(9)


@lru_cache(maxsize=8192)
def times_of(text: str) -> tuple[TimeBlock, ...]:
    """Hours of the week: `MO-FR 09:00-17:00; SU`; a part without hours is the whole day."""
    blocks: list[TimeBlock] = []
    for part in text.split(";"):
        words = part.split()
        if not words:
            continue
        days = _days_of(words[0].upper())
        if len(words) == 1:
            blocks.append(TimeBlock(days=days))
            continue
        found = _HOURS.fullmatch(words[1]) if len(words) == 2 else None
        if found is None:
            raise BadValueError("not hours of the week (use MO-FR 09:00-17:00)")
        try:
            start, until = (
                time(int(found[1]), int(found[2])),
                time(int(found[3]) % 24, int(found[4])),
            )
        except ValueError as error:
            raise BadValueError("not a time of the day") from error
        blocks.append(TimeBlock(days=days, start=start, until=until if until != time(0) else None))
    if not blocks:
        raise BadValueError("not hours of the week (use MO-FR 09:00-17:00)")
    return tuple(blocks)


def _days_of(text: str) -> frozenset[Weekday]:
    days: set[Weekday] = set()
    order = list(Weekday)
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise BadValueError("not a weekday (use MO, TU, WE, TH, FR, SA, SU)")
        start = order.index(_DAYS[first])
        end = order.index(_DAYS[last]) if last else start
        days |= {order[at % 7] for at in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(days)


def attempts_of(text: str, *, as_of: datetime) -> tuple[PriorAttempt, ...]:
    """Calls made before the account came: instants, or only how many.

    A bare count says nothing of when: the calls are dated as late as they can have been, where they bind
    longest.
    """
    if text.isdecimal():
        count = int(text)
        if count > MOST_ATTEMPTS:
            raise BadValueError("more calls than can be believed")
        late = (as_of - timedelta(minutes=minute) for minute in range(1, count + 1))
        return tuple(PriorAttempt(at=at, is_counted=True) for at in late)
    return tuple(_attempt_of(part.strip(), as_of) for part in text.split(";") if part.strip())


def _attempt_of(text: str, as_of: datetime) -> PriorAttempt:
    instant, _, word = text.partition("=")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError as error:
        raise BadValueError("not an instant (use 2026-11-18T15:04-05:00)") from error
    if at.tzinfo is None:
        raise BadValueError("an instant without its offset from UTC")
    if at.date() < FIRST:
        raise BadValueError(f"a call before {FIRST.year}")
    if at > as_of:
        raise BadValueError("a call in the future")
    if not word:
        return PriorAttempt(at=at)
    try:
        return PriorAttempt(at=at, outcome=Outcome(word))
    except ValueError as error:
        raise BadValueError(f"not an outcome: {word}") from error
