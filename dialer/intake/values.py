"""Texts of a creditor's file as values: each function gives the value or raises `BadValueError` with why."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from compliance_gate.request import TimeBlock
from compliance_gate.valid import FIRST, LAST
from compliance_gate.words import Outcome, Weekday
from dialer.domain.errors import FairdialError
from dialer.domain.money import Money
from dialer.domain.placement import PriorAttempt


class BadValueError(FairdialError):
    """A text that its column cannot hold; the message is the reason in the report."""


_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_EUROPEAN = re.compile(r"\d{1,3}(\.\d{3})*,\d{2}")
_YES = frozenset({"y", "yes", "true", "t", "1", "x"})
_NO = frozenset({"n", "no", "false", "f", "0"})
_DAYS = {day.value: day for day in Weekday}
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
MOST_ATTEMPTS = 200
"""More calls than this in one cell are a mistake of the file."""


@lru_cache(maxsize=8192)
def date_of(text: str) -> date:
    """A day of these centuries: ISO, American with slashes or dashes, compact, or 03-Jan-2026."""
    day = _day_of(text)
    if not FIRST <= day < LAST:
        raise BadValueError(f"a day that is not between {FIRST.year} and {LAST.year}")
    return day


def moment_of(text: str) -> datetime | date:
    """A day, or an instant with its offset (`2025-03-14T16:02-04:00`)."""
    if "T" not in text and ":" not in text:
        return date_of(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadValueError("not an instant (use 2025-03-14T16:02-04:00)") from error
    if at.tzinfo is None:
        raise BadValueError("an instant without its offset from UTC")
    if not FIRST <= at.date() < LAST:
        raise BadValueError(f"a day that is not between {FIRST.year} and {LAST.year}")
    return at


def _day_of(text: str) -> date:
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise BadValueError("not a day of the calendar") from error
    head = text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    for form in _DATES:
        try:
            return datetime.strptime(head, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise BadValueError("not a date (use YYYY-MM-DD)")


def birthday_of(text: str, *, today: date) -> date:
    """A date of birth: two-digit years are never in the future, and nobody is 120."""
    born = _day_of(text)
    if born > today and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2}", text):
        born = born.replace(year=born.year - 100)
    if born > today:
        raise BadValueError("a date of birth in the future")
    if today.year - born.year > 120:
        raise BadValueError("a date of birth more than 120 years ago")
    return born


@lru_cache(maxsize=8192)
def money_of(text: str, currency: str = "USD") -> Money:
    """An amount: a currency sign, thousands separators and accountants' brackets are understood."""
    bare = text.strip().replace("$", "").replace("£", "").replace("USD", "").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = (bare[1:-1] if negative else bare).replace(" ", "")
    if _EUROPEAN.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(bare.replace(",", ""))
    except InvalidOperation as error:
        raise BadValueError("not an amount of money (use 1234.56)") from error
    if not amount.is_finite() or abs(amount) >= 10**12:
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
    try:
        value = float(text.replace(",", ""))
    except ValueError as error:
        raise BadValueError("not a number") from error
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
        return tuple(PriorAttempt(at=as_of - timedelta(minutes=minute)) for minute in range(1, count + 1))
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
