"""Kind `holiday`: nothing on public holidays where the person is.

Values:
    country: two letters; subdivision: optional, as the `holidays` library names it.
    government: days that the government keeps beside those of everybody.
    of_region: the days of the province or state where the person may be as well; where it is not known, those
        of every one.
    also: further days, fixed as `MM-DD` or moving as `easter+1` (days from Easter Sunday).
    not: names (or parts of names) of holidays of the calendar that this law does not mean.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays import version as holidays_version
from holidays.constants import GOVERNMENT, PUBLIC

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import LawError, Reader
from compliance_gate.calendar import day_text
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule, Settled


class HolidayRule(Rule):
    """Days of the year that are closed."""

    def __init__(
        self,
        header: Header,
        *,
        country: str,
        subdivision: str | None,
        government: bool,
        of_region: bool,
        also: tuple[str, ...],
        excepted: tuple[str, ...],
    ) -> None:
        super().__init__(header)
        self.country = country
        self.subdivision = subdivision
        self.government = government
        self.of_region = of_region
        self.also = also
        self.excepted = excepted
        self._years: dict[tuple[int, str | None], dict[int, str]] = {}

    def ask(self, question: Question) -> Answer:
        """Denied while it is a holiday in any zone the person may be in."""
        release = question.at
        facts: tuple[tuple[str, str], ...] = ()
        regions = self._regions(question) if self.of_region else ()
        for zone, today in zip(question.zones, question.today, strict=True):
            day = today
            name = self.name_of(day, regions)
            while name is not None:
                facts = facts or (("holiday", name), ("day", day_text(day)), ("zone", zone.name))
                day += 1
                name = self.name_of(day, regions)
            if day != today:
                release = max(release, zone.midnight(day))
        return PASSED if release == question.at else Denied(facts, release)

    @property
    def may_settle(self) -> bool:
        """The calendar is everybody's, save where it is that of the person's region."""
        return not self.of_region

    def settled(self, question: Question) -> Settled | None:
        """Its answer, for as long as the days last."""
        return Settled(self.ask(question))

    def name_of(self, day: int, regions: tuple[str, ...] = ()) -> str | None:
        """Name of the holiday on a day, everywhere or in one of the regions; `None` if it is none."""
        year = date.fromordinal(day).year
        for region in (self.subdivision, *regions):
            known = self._years.get((year, region))
            if known is None:
                known = self._years[year, region] = self._holidays(year, region)
            if day in known:
                return known[day]
        return None

    def values(self) -> tuple[tuple[str, str], ...]:
        """Calendar and its changes."""
        pairs = [
            ("calendar", self.country + (f"-{self.subdivision}" if self.subdivision else "")),
            ("also", ", ".join(self.also)),
            ("except", ", ".join(self.excepted)),
        ]
        if self.government:
            pairs.append(("days of the government", "yes"))
        if self.of_region:
            pairs.append(("days of the person's region", "yes"))
        return tuple(pairs)

    def _regions(self, question: Question) -> tuple[str, ...]:
        """Where in the country the person may be; every region where it is not known."""
        addresses = [one for one in question.person.file.addresses if one.country == self.country]
        known = {one.region for one in addresses}
        every = _regions_of(self.country)
        return tuple(sorted(every & known)) if known and known <= every else tuple(sorted(every))

    def _holidays(self, year: int, region: str | None) -> dict[int, str]:
        days = {
            day.toordinal(): name
            for day, name in _calendar(self.country, region, year, government=self.government)
            if not any(part.lower() in name.lower() for part in self.excepted)
        }
        for entry in self.also:
            days.setdefault(_also(entry, year).toordinal(), entry)
        return days


def read_holiday(header: Header, reader: Reader) -> HolidayRule:
    """Make the rule from its values in a law file."""
    rule = HolidayRule(
        header,
        country=reader.text("country"),
        subdivision=reader.text_or_none("subdivision"),
        government=reader.flag("government"),
        of_region=reader.flag("of_region"),
        also=reader.texts("also"),
        excepted=reader.texts("not"),
    )
    try:
        rule.name_of(header.effective_from.toordinal())
    except (NotImplementedError, ValueError) as error:
        raise LawError(f"{reader.where}: {error}") from error
    return rule


def calendar_edition() -> str:
    """Edition of the holiday calendars in use; part of the rulebook's hash."""
    return holidays_version.__version__


@lru_cache(maxsize=256)
def _calendar(
    country: str, subdivision: str | None, year: int, *, government: bool
) -> tuple[tuple[date, str], ...]:
    categories = (PUBLIC, GOVERNMENT) if government else (PUBLIC,)
    calendar = holidays.country_holidays(
        country, subdiv=subdivision, years=year, language="en_US", categories=categories
    )
    return tuple(sorted((day, name) for day, name in calendar.items()))


@lru_cache(maxsize=64)
def _regions_of(country: str) -> frozenset[str]:
    return frozenset(holidays.list_supported_countries()[country])


def _also(entry: str, year: int) -> date:
    if entry.startswith("easter"):
        return easter_sunday(year) + timedelta(days=int(entry.removeprefix("easter") or "0"))
    month, day = entry.split("-")
    return date(year, int(month), int(day))


def easter_sunday(year: int) -> date:
    """Easter Sunday of the western churches.

    Source: the anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8).
    """
    golden, century = year % 19, year // 100
    correction = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    correction -= (correction // 28) * (1 - (29 // (correction + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + correction + 2 - century + century // 4) % 7
    offset = correction - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
