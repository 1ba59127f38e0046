"""What became of calls by the number they showed: a number that many people stopped answering is burnt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dialer.domain.attempt import Outcome
from dialer.domain.record import AttemptRecord, instant

FORMULA = (
    "answers of any kind (person, machine, assistant) on calls that showed the number ÷ attempts that showed "
    "it and were not refused without a channel, by the local day of the launch"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDay:
    """One number on one local day.

    answered, live: of `attempts`; live are those a collector says were persons.
    blocked, unwanted, declined: of `attempts`, what somebody refused: on the way, as unwanted, at the called
        telephone.
    """

    caller_id: str
    day: date
    attempts: int
    answered: int
    live: int
    blocked: int = 0
    unwanted: int = 0
    declined: int = 0

    @property
    def answered_per_attempt(self) -> float | None:
        """0-1, see `FORMULA`; None without an attempt."""
        return self.answered / self.attempts if self.attempts else None


def by_number_and_day(attempts: Iterable[AttemptRecord], *, time_zone: str) -> tuple[NumberDay, ...]:
    """Every number that was shown, day by day, sorted; the day is that of `time_zone`."""
    zone = ZoneInfo(time_zone)
    counts: dict[tuple[str, date], list[int]] = {}
    for attempt in attempts:
        if not attempt.caller_id or attempt.outcome is Outcome.NOT_ATTEMPTED:
            continue
        day = instant(attempt.launched_at).astimezone(zone).date()
        row = counts.setdefault((attempt.caller_id, day), [0, 0, 0, 0, 0, 0])
        row[0] += 1
        row[1] += attempt.answered_at is not None
        row[2] += attempt.disposition is not None and attempt.disposition.effect.live
        for place, refusal in enumerate((Outcome.BLOCKED, Outcome.UNWANTED, Outcome.REJECTED), start=3):
            row[place] += attempt.outcome is refusal
    return tuple(
        NumberDay(
            caller_id=number,
            day=day,
            attempts=row[0],
            answered=row[1],
            live=row[2],
            blocked=row[3],
            unwanted=row[4],
            declined=row[5],
        )
        for (number, day), row in sorted(counts.items())
    )
