"""Our numbers that people call, as the dialplan has them: matched by digits, open by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from dialer.domain.inbound_line import EVERY_NUMBER, WEEK, InboundLine, Language, line_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenHours:
    """Day of the week (1 = Monday), and hours and minutes as one number: 905 = five past nine."""

    day: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLine:
    """One line.

    Args:
        name: of its part of the dialplan: `line0` is every number that has no line of its own.
        digits: what may have been dialed for it: with the country's code, and without.
        asks: a menu is heard after the languages, or where none is asked for.
    """

    name: str
    digits: tuple[str, ...]
    time_zone: str
    holidays: tuple[str, ...]
    hours: tuple[WrittenHours, ...]
    languages: tuple[Language, ...]
    language_menu: str
    menu: str
    asks: bool
    message_key: str
    closed: str
    hold: str
    longest_message_s: int
    place_every_s: int
    call_back_key: str


def written_lines(lines: Sequence[InboundLine], region: str) -> tuple[WrittenLine, ...]:
    """Every line, that of all other numbers first; it is there even when no setting says so.

    Args:
        region: country (ISO 3166) whose numbers may come without their code.
    """
    others = line_of((line for line in lines if not line.number), "")
    named = [line for line in lines if line.number]
    return tuple(_written(line, f"line{place}", region) for place, line in enumerate((others, *named)))


def _written(line: InboundLine, name: str, region: str) -> WrittenLine:
    hours = [
        WrittenHours(
            day=WEEK.index(day) + 1,
            opens=hours.opens.hour * 100 + hours.opens.minute,
            closes=hours.closes.hour * 100 + hours.closes.minute,
        )
        for hours in line.hours
        for day in hours.days
    ]
    return WrittenLine(
        name=name,
        digits=_digits(line.number, region),
        time_zone=line.time_zone,
        holidays=tuple(sorted(day.isoformat() for day in line.holidays)),
        hours=tuple(sorted(hours, key=lambda row: (row.day, row.opens))),
        languages=line.languages,
        language_menu=line.language_menu,
        menu=line.menu,
        asks=bool(line.message_key) or not line.languages or line == EVERY_NUMBER,
        message_key=line.message_key,
        closed=line.closed,
        hold=line.hold,
        longest_message_s=line.longest_message_s,
        place_every_s=line.place_every_s,
        call_back_key=line.call_back_key,
    )


def _digits(number: str, region: str) -> tuple[str, ...]:
    if not number:
        return ()
    parsed, whole = phonenumbers.parse(number), number.removeprefix("+")
    if parsed.country_code != phonenumbers.country_code_for_region(region):
        return (whole,)
    return whole, phonenumbers.national_significant_number(parsed)
