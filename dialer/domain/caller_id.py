"""The numbers we show: only ones that are ours and that lead back to us when somebody calls them.

Showing a number that is not ours, or a neighbour's of the called one to look familiar, is spoofing (47 USC
227(e), 47 CFR 64.1604; Ofcom demands a valid number that can be called back). So a number is shown only if it
was declared, with what answers when it is called.
"""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Word

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class AtCeiling(Word):
    """What happens to a call whose number has made its attempts of the day."""

    STOP = "stop"
    """It waits for the next day: the person goes on seeing one number."""
    ANOTHER = "another"
    """Another number of the campaign is shown, the same one again as long as it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedNumber:
    """A number of ours, declared.

    Args:
        number: E.164.
        calls_back_to: what answers when somebody calls it ('inbound menu', a queue). Never empty.
        areas: register names of the places it is for, narrow or wide ('US-NY', 'US'); empty = everywhere.
        daily_ceiling: most attempts a day, of all campaigns together; None = no ceiling.
        time_zone: IANA zone in which its day is declared.
    """

    number: str
    calls_back_to: str
    areas: tuple[str, ...] = ()
    daily_ceiling: int | None = None
    time_zone: str = "America/New_York"

    def __post_init__(self) -> None:
        if not _E164.fullmatch(self.number):
            raise InvalidFactError(f"caller id {self.number!r} is no telephone number in E.164")
        if not self.calls_back_to.strip():
            raise InvalidFactError(f"caller id {self.number}: say what answers when it is called back")
        if self.daily_ceiling is not None and self.daily_ceiling < 1:
            raise InvalidFactError(f"caller id {self.number}: a daily ceiling is at least 1")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError) as error:
            raise InvalidFactError(f"caller id {self.number}: no time zone {self.time_zone!r}") from error
