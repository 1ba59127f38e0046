"""Our numbers that people call: when somebody is there, in which languages, what may be chosen by key.

A line is data: an installation's settings say it once, Asterisk's dialplan is written from it, and a
rehearsal's network keeps the same. What anybody may hear who calls names no debt, since who calls back may be
a child, a neighbour or an employer (15 USC 1692c(b)): it has the care of a limited-content message, whose
business name "does not indicate that the debt collector is in the debt collection business" (12 CFR
1006.2(j)(1)(i)).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from compliance_gate.valid import Most, Name, Within, ZoneName
from dialer.domain.errors import InvalidFactError
from dialer.domain.record import instant
from dialer.domain.transitions import Word
from dialer.domain.valid import valid
from dialer.domain.voice import OPT_OUT_KEY

_KEY = re.compile(r"[0-8]")
_NUMBER = re.compile(r"(\+[1-9][0-9]{6,14})?")
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_TAG = re.compile(r"[A-Za-z0-9:_-]{1,80}")
LEAST_EVERY_S = 10
"""Saying a place takes some five seconds; more often than this is said to nobody's use."""

_TELLING = re.compile(
    r"\b(debts?|debtors?|collect(s|ed|ing|ions?|ors?)?|owe[sd]?|owing|creditors?|balances?|past due|overdue|"
    r"delinquent|recover(y|ies)|payments? (plan|due)|deudas?|cobranzas?|cobros?|adeuda)\b",
    re.IGNORECASE,
)
"""Words by which whoever hears a greeting learns that it is about a debt, in the languages of the samples."""


class Weekday(Word):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Language:
    """A language that callers may choose.

    Args:
        key: 0 to 8; 9 says "never again" in every menu.
        tag: what agents who speak it carry, 'language:es'.
        sounds: folder of its sound files below the line's own, and Asterisk's name of it for numbers: 'es'.
        is_required: only agents with the tag take the call; else they are merely asked first.
    """

    key: str
    tag: Name
    sounds: str
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OpenHours:
    """From `opens` until `closes` on these days, by the line's own clock; closed at `closes` sharp."""

    days: tuple[Weekday, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundLine:
    """One of our numbers that people call.

    Args:
        number: E.164; '' = every number that has no line of its own.
        time_zone: IANA zone of its hours and holidays.
        hours: when somebody is there; () = always.
        holidays: local days on which nobody is.
        languages: chosen in a first menu (sound file `language_menu`); () = nothing is asked.
        menu: sound file of the menu; 9 says in every one: never call this number again.
        message_key: in the menu, and while closed, for leaving a message; '' = none may be left.
        call_back_key: pressed when a place is said, for being called back instead; '' = not offered.
        closed: sound file said while closed, to anybody.
        hold: sound file (music, an announcement) heard over and over while they wait; '' = as everywhere.
        said: words of every sound file that anybody hears, `menu`, `closed` and `hold` among them, to be
            looked through; () = nobody wrote them down.
        longest_message_s: whole seconds after which a message ends by itself.
        place_every_s: whole seconds between two times that who waits hears where they stand; 0 = never.
    """

    number: str = ""
    time_zone: ZoneName = "America/New_York"
    hours: tuple[OpenHours, ...] = ()
    holidays: Annotated[tuple[date, ...], Most(1_000)] = ()
    languages: Annotated[tuple[Language, ...], Most(8)] = ()
    language_menu: str = "inbound-language"
    menu: str = "inbound-menu"
    message_key: str = ""
    call_back_key: str = ""
    closed: str = "inbound-closed"
    hold: str = ""
    said: Annotated[tuple[str, ...], Most(100)] = ()
    longest_message_s: Annotated[int, Within(5, 600, "seconds")] = 120
    place_every_s: Annotated[int, Within(0, 600, "seconds")] = 0

    def __post_init__(self) -> None:
        for holds, message in (*self._keys(), *self._sounds(), *self._times()):
            if not holds:
                raise InvalidFactError(f"inbound line {self.number or 'of all other numbers'}: {message}")

    def _keys(self) -> Iterable[tuple[bool, str]]:
        languages = [language.key for language in self.languages]
        yield bool(_NUMBER.fullmatch(self.number)), f"number {self.number!r} is no telephone number in E.164"
        for key in (*languages, *filter(None, (self.message_key, self.call_back_key))):
            yield bool(_KEY.fullmatch(key)), f"key {key!r}: choose one of 0 to 8; {OPT_OUT_KEY} is taken"
        for language in self.languages:
            tag = language.tag
            yield bool(_TAG.fullmatch(tag)), f"tag {tag!r}: letters, digits, ':', '-' and '_' only"
        yield len(set(languages)) == len(languages), "two languages have the same key"

    def _sounds(self) -> Iterable[tuple[bool, str]]:
        names = (self.language_menu, self.menu, self.closed, *(one.sounds for one in self.languages))
        for name in filter(None, (*names, self.hold)):
            yield bool(_SOUND.fullmatch(name)), f"{name!r} is no name of a sound file or folder"
        for words in self.said:
            found = _TELLING.search(words)
            told = "" if found is None else found.group()
            yield (
                found is None,
                f"what anybody may hear says {told!r}, which tells of a debt; say a business name that does "
                "not, and whom to ask for",
            )

    def _times(self) -> Iterable[tuple[bool, str]]:
        for hours in self.hours:
            text = f"hours {hours.opens:%H:%M} to {hours.closes:%H:%M}"
            yield bool(hours.days), f"{text} name no day"
            yield hours.opens < hours.closes, f"{text}: it closes before it opens; split them at midnight"
            yield hours.opens.tzinfo is None, f"{text} name a zone of their own; the line has one"
            whole = hours.opens.second == hours.closes.second == 0
            yield whole, f"{text}: say whole minutes"
        often = self.place_every_s
        yield bool(often) or not self.call_back_key, "call_back_key is said with the place: say place_every_s"
        yield (
            not 0 < often < LEAST_EVERY_S,
            f"place_every_s {often}: {LEAST_EVERY_S} or more, or 0",
        )

    def is_open(self, now: float) -> bool:
        """Whether somebody is there at `now` (POSIX seconds), by the line's own clock."""
        here = instant(now).astimezone(ZoneInfo(self.time_zone))
        if here.date() in self.holidays:
            return False
        today, clock = WEEK[here.weekday()], here.time()
        return not self.hours or any(
            today in hours.days and hours.opens <= clock < hours.closes for hours in self.hours
        )

    def language(self, key: str) -> Language | None:
        """The language of the key; None = none has it."""
        return next((language for language in self.languages if language.key == key), None)


EVERY_NUMBER = InboundLine()
"""A number of which nothing is said: always open, one language, nothing to choose but 9."""


def line_of(lines: Iterable[InboundLine], dialed: str) -> InboundLine:
    """The line of a number that was dialed (E.164; '' = not told)."""
    by_number = {line.number: line for line in lines}
    return by_number.get(dialed) or by_number.get("") or EVERY_NUMBER


def check_lines(lines: Iterable[InboundLine]) -> None:
    """Raises InvalidFactError where a number has two lines."""
    seen: set[str] = set()
    for line in lines:
        if line.number in seen:
            raise InvalidFactError(f"inbound line {line.number or 'of all other numbers'} stands twice")
        seen.add(line.number)
