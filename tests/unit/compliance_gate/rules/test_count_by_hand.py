"""Kind `count`, compared with a count by hand: plain dates, every zone, every reading, no short cut."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

NUMBER, OTHER = "+12125550123", "+12125550124"
WHERE = (
    ("America/New_York",),
    ("America/New_York", "America/Los_Angeles"),
    ("America/New_York", "Pacific/Guam"),
)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
READINGS = (
    "{days: 1}", "{days: 2}", "{days: 7}", "{week: SU}", "{week: MO}", "{week: TH}", "{month: calendar}",
    "{hours: 24}", "{hours: 1}",
)  # fmt: skip
FIRST = (datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 10, 10, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    at: datetime
    outcome: str
    debts: tuple[str, ...] | None
    number: str | None
    is_own: bool

    def told(self) -> dict[str, object]:
        told: dict[str, object] = {
            "ts": self.at.isoformat(), "event": "call_placed", "outcome": self.outcome, "number": self.number
        }  # fmt: skip
        if self.debts is not None:
            told["debts"] = list(self.debts)
        return told if self.is_own else {**told, "person": "spouse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many per this in each of these, calls that met a busy line not counted."""

    most: int
    per: str
    readings: tuple[str, ...]
    zones: tuple[str, ...]
    calls: tuple[Call, ...]
    debts: tuple[str, ...]

    def values(self) -> str:
        within = ", ".join(self.readings)
        return f"at_most: {self.most}, per: {self.per}, within: [{within}], calls: all, calls_except: [busy]"

    def is_full(self, now: datetime) -> bool:
        return any(
            sum(self.lies_in(reading, zone, call.at, now) for call in self.calls if self.counts(call, debt))
            >= self.most
            for debt in self.debts
            for zone in self.zones
            for reading in self.readings
        )

    def counts(self, call: Call, debt: str) -> bool:
        if call.outcome == "busy" or not (call.is_own or self.per in ("household", "line")):
            return False
        if self.per == "debt":
            return call.debts is None or debt in call.debts
        return self.per != "line" or call.number in (None, NUMBER)

    @staticmethod
    def lies_in(reading: str, zone: str, at: datetime, now: datetime) -> bool:
        what, _, much = reading.strip("{}").partition(": ")
        if at > now:
            return False
        if what == "hours":
            return now - at < timedelta(hours=int(much))
        day, today = (instant.astimezone(ZoneInfo(zone)).date() for instant in (at, now))
        if what == "days":
            return (today - day).days < int(much)
        if what == "month":
            return (day.year, day.month) == (today.year, today.month)
        since_it_began = (today.weekday() - WEEKDAYS.index(much)) % 7
        return (today - day).days <= since_it_began

    def turns(self, now: datetime) -> list[datetime]:
        """Every instant after `now` at which something may have left a stretch."""
        found = {call.at + timedelta(hours=hours) for call in self.calls for hours in (1, 24)}
        for zone in self.zones:
            first = now.astimezone(ZoneInfo(zone)).date()
            found |= {midnight(first + timedelta(days=days), zone) for days in range(1, 40)}
        return sorted(instant for instant in found if instant > now)


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def drawn(chance: Random) -> tuple[Limit, datetime]:
    """A limit and an instant, most of its calls near the edges of days and of hours before it."""
    zones = chance.choice(WHERE)
    now = chance.choice(FIRST) + timedelta(days=chance.randrange(60), seconds=chance.randrange(86400))
    if chance.random() < 0.5:
        now = midnight(now.date(), chance.choice(zones)) + timedelta(seconds=chance.choice((-1, 0, 1)))
    edges = [midnight(now.date() - timedelta(days=days), zone) for days in range(33) for zone in zones]
    edges += [now - timedelta(hours=hours) for hours in (0, 1, 24)] * 4
    calls = [
        Call(
            at=chance.choice(edges) + timedelta(seconds=chance.choice((-1, 0, 1))),
            outcome=chance.choice(("no_answer", "no_answer", "conversation", "busy")),
            debts=chance.choice((("D1",), ("D2",), ("D1", "D2"), None)),
            number=chance.choice((NUMBER, OTHER, None)),
            is_own=chance.random() < 0.8,
        )
        for _ in range(chance.randrange(9))
    ]
    return Limit(
        most=chance.choice((1, 2, 3)),
        per=chance.choice(("debt", "line", "person", "household")),
        readings=tuple(chance.sample(READINGS, chance.choice((1, 1, 2)))),
        zones=zones,
        calls=tuple(calls),
        debts=chance.choice((("D1",), ("D2",), ("D1", "D2"))),
    ), now


@pytest.mark.parametrize("seed", range(12))
def test_what_is_counted_and_when_there_is_room_again_is_as_by_hand(
    law: Callable[..., Any], seed: int
) -> None:
    """Twelve limits of each seed, with calls a second before, at and after the edges of their stretches."""
    chance = Random(seed)
    for _ in range(12):
        limit, now = drawn(chance)
        decision = law("count", limit.values()).decide(
            now.isoformat(),
            person={"id": "P1", "addresses": [{"country": "US", "tzs": list(limit.zones)}]},
            numbers=[{"e164": number, "kind": "mobile", "area_code_tzs": []} for number in (NUMBER, OTHER)],
            debts=[{"id": debt, "type": "medical"} for debt in ("D1", "D2")],
            history=[call.told() for call in limit.calls],
            proposed={"action": "place_call", "number": NUMBER, "debts": list(limit.debts)},
        )
        assert decision.is_allowed is not limit.is_full(now), (limit, now)
        if not decision.is_allowed:
            # What lies ahead of `now` and was already told will count when it has happened.
            ahead = [call.at for call in limit.calls if call.at > now]
            turns = sorted({*limit.turns(now), *ahead})
            assert decision.retry_at == next(turn for turn in turns if not limit.is_full(turn)), (limit, now)
