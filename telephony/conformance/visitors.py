"""Our numbers that the suite has people call, and what each of these people does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from dialer.domain.inbound_line import WEEK, InboundLine, Language, OpenHours
from telephony.lines.behaviour import PlannedCaller

OURS, MENU, CLOSED = "+15550100199", "+15550100188", "+15550100177"
AGENT_KEY, ENGLISH, SPANISH, CALL_BACK, MESSAGE, NEVER = "1", "1", "2", "3", "4", "9"
_SHORT_S = 10.0
_OVER = "5"


def our_lines(now: float) -> tuple[InboundLine, ...]:
    """One of each kind: with languages, messages, places and call backs; and one that is closed all day
    today, yesterday and tomorrow. Every other number is always open and asks nothing.

    Args:
        now: POSIX seconds.
    """
    languages = (
        Language(key=ENGLISH, tag="language:en", sounds="en"),
        Language(key=SPANISH, tag="language:es", sounds="es"),
    )
    later = WEEK[(datetime.fromtimestamp(now, UTC) + timedelta(days=3)).weekday()]
    hours = OpenHours(days=(later,), opens=time(1), closes=time(2))
    return (
        InboundLine(
            number=MENU, languages=languages, message_key=MESSAGE, place_every_s=10, call_back_key=CALL_BACK
        ),
        InboundLine(number=CLOSED, time_zone="UTC", hours=(hours,), message_key=MESSAGE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who calls one of our numbers.

    Args:
        language, key: pressed in the menu of languages, and in the menu; '' = nothing is.
        asks_back: presses the key for a call back when it is offered.
        speaks_on: a message that they begin has no end of their own making; else it takes some seconds.
    """

    number: str = "+12025550123"
    dialed: str = OURS
    language: str = ""
    key: str = ""
    asks_back: bool = False
    speaks_on: bool = False

    def planned(self) -> PlannedCaller:
        """The same for a network whose public is planned."""
        return PlannedCaller(
            key=self.key,
            language=self.language,
            message_s=600.0 if self.speaks_on else _SHORT_S,
            asks_back_s=15.0 if self.asks_back else 1e9,
        )

    def keys(self) -> str:
        """The same for a telephone: what it presses three seconds after the answer, `w` for half a second.

        A call back is offered after a place was said, every ten seconds: its key is pressed all around then.
        """
        pressed = f"{self.language}{'w' * 6}{self.key}" if self.language else self.key
        if self.asks_back:
            return pressed + "w" * 22 + f"{CALL_BACK}ww" * 8
        if self.key == MESSAGE and not self.speaks_on:
            return pressed + "w" * int(2 * _SHORT_S) + _OVER
        return pressed
