"""The numbers we show: only ones that are ours and that lead back to us when somebody calls them.

Showing a number that is not ours, or a neighbour's of the called one to look familiar, is spoofing (47 USC
227(e), 47 CFR 64.1604; Ofcom demands a valid number that can be called back). So a number is shown only if it
was declared, with what answers when it is called.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Within, Words, ZoneName
from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Word
from dialer.domain.valid import valid

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class AtCeiling(Word):
    """What happens to a call whose number has made its attempts of the day."""

    STOP = "stop"
    """It waits for the next day: the person goes on seeing one number."""
    ANOTHER = "another"
    """Another number of the campaign is shown, the same one again as long as it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
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
    calls_back_to: Annotated[str, Words(least=1, most=200)]
    areas: tuple[str, ...] = ()
    daily_ceiling: Annotated[int, Within(1, 10**6, "attempts a day")] | None = None
    time_zone: ZoneName = "America/New_York"

    def __post_init__(self) -> None:
        if not E164.fullmatch(self.number):
            raise InvalidFactError(f"caller id {self.number!r} is no telephone number in E.164")
