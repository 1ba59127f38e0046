"""When something goes out: local times of a place on days of the week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from compliance_gate.valid import Most, Zone
from dialer.domain.valid import valid


class Weekday(Enum):
    """A day of the week, in the order of the calendar."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Schedule:
    """Local times of days in a zone. A time that a change of clocks leaves out is as much later, one that it
    brings twice is the first of the two."""

    at: Annotated[tuple[time, ...], Most(24, least=1)]
    time_zone: Annotated[str, Zone()]
    days: Annotated[tuple[Weekday, ...], Most(7, least=1)] = tuple(Weekday)

    def between(self, after: float, until: float) -> list[float]:
        """POSIX seconds of every time after one instant and not after another, in order."""
        first, last = self.day_of(after), self.day_of(until)
        weekdays = tuple(Weekday)
        found: set[float] = set()
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if weekdays[day.weekday()] in self.days:
                found |= {self._instant(day, at) for at in self.at}
        return sorted(instant for instant in found if after < instant <= until)

    def next_after(self, after: float) -> float:
        """POSIX seconds of the next time."""
        return self.between(after, after + 8 * 86_400.0 + 7_200.0)[0]

    def day_of(self, instant: float) -> date:
        """The local day of an instant."""
        return datetime.fromtimestamp(instant, ZoneInfo(self.time_zone)).date()

    def local(self, instant: float) -> datetime:
        """The local time of an instant."""
        return datetime.fromtimestamp(instant, ZoneInfo(self.time_zone))

    def _instant(self, day: date, at: time) -> float:
        return datetime.combine(day, at, ZoneInfo(self.time_zone)).timestamp()
