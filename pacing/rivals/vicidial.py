"""VICIDIAL's auto-dial level: lines in flight per agent at work, moved every quarter of a minute.

Written from a description of the algorithm and its defaults (unchanged since 2013), not from its source.
The level equation has no drop target: it aims for as many callers waiting as agents are ready. A limit on the
drops of the day then switches it: to one line per agent, to half, or down with the time of day.

A rival keeps its own time by the snapshots it is shown: unlike the policies of `pacing.registry`, `decide`
moves its state. It is for the bench alone.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pacing.policy import (
    Json,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingSnapshot,
)
from pacing.rivals.clockwork import Every

PASS_S = 2.5
"""Seconds that the launcher sleeps after each pass."""
CALLS_PER_SECOND = 5.0
SAMPLES = 15
"""Samples of ready agents and waiting callers, one a second, of which the level takes the mean."""
LEVEL_S = 15.0
DROPS_S = 60.0
"""Seconds between two looks at the counts of dropped calls."""
CALLS_BEFORE_LIMIT = 50
"""Calls of the day before the limit on drops is armed. Dials, not answers."""
BURST_CALLS = 20
"""Calls of the last minute before half of them dropped halves the level."""
TAPER_OVER = 1000
"""HHMM units over which a tapered level falls: plain differences of clock figures, hours times a hundred."""


class DropMethod(Enum):
    """What becomes of the level when too many calls of the day were dropped."""

    HARD_LIMIT = "hard_limit"
    AVERAGE = "average"
    TAPERED = "tapered"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSettings:
    """A campaign's settings, with VICIDIAL's defaults.

    most: the highest level. intensity: percent by which rises are enlarged and falls made smaller.
    difference: agents that should be ready beyond the callers who wait (negative: agents idle).
    dropped_percent: most drops per hundred answers of the day. latest: HHMM at which a tapered level is one.
    """

    method: DropMethod = DropMethod.HARD_LIMIT
    most: float = 3.0
    intensity: float = 0.0
    difference: float = 0.0
    dropped_percent: float = 3.0
    latest: int = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCounts:
    """Calls placed, human answers and drops of the day; calls and drops of the last minute."""

    calls: int = 0
    answers: int = 0
    drops: int = 0
    calls_last_minute: int = 0
    drops_last_minute: int = 0


def moved_level(
    level: float, settings: LevelSettings, *, ready: float, waiting: float, agents: float
) -> float:
    """The level after one look at mean ready agents and waiting callers, within 1 and the most allowed.

    agents: all who are logged in, the paused ones included.
    """
    surplus = ready - waiting + settings.difference
    change = surplus / agents if surplus and agents else 0.0
    intensity = settings.intensity / 100.0
    change *= 1.0 + intensity if change >= 0.0 else abs(intensity - 1.0)
    return max(1.0, min(level * (1.0 + change), settings.most))


def limited_level(level: float, settings: LevelSettings, counts: DropCounts, *, clock: int) -> float:
    """What the drops of the last minute and of the day leave of a level. clock: HHMM as a whole number."""
    burst = counts.calls_last_minute
    if burst > BURST_CALLS and counts.drops_last_minute / burst > 0.5:
        level /= 2.0
    dropped = 100.0 * counts.drops / counts.answers if counts.answers else 0.0
    if counts.calls > CALLS_BEFORE_LIMIT and dropped > settings.dropped_percent:
        match settings.method:
            case DropMethod.HARD_LIMIT:
                level = 1.0
            case DropMethod.AVERAGE:
                level /= 2.0
            case DropMethod.TAPERED:
                left = settings.latest - clock
                level *= 0.0 if left < 0 else min(1.0, left / TAPER_OVER)
    return max(1.0, round(level, 3))


def to_launch(level: float, *, active: int, in_flight: int) -> int:
    """Calls of one launcher pass: the level times the agents at work, less what rings, waits or talks."""
    return max(0, math.floor(level * active + 0.5) - in_flight)


class VicidialRatio:
    """RATIO: the launcher with a level that stays.

    Raises: ValueError when the level is below 1.
    """

    def __init__(self, *, level: float = 1.0) -> None:
        if not level >= 1.0:
            raise ValueError(f"level must be 1 or more, not {level}")
        self._level = level
        self._next_pass = -math.inf

    @property
    def level(self) -> float:
        """Lines in flight per agent at work."""
        return self._level

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """One pass of the launcher, when it is due: all calls that are missing, at once."""
        if snapshot.now < self._next_pass:
            return LaunchDecision(launches=0, reason="The launcher sleeps.", reconsider_at=self._next_pass)
        talking = snapshot.talking_elapsed.size
        active = max(0, snapshot.ready_agents - snapshot.reserved_agents) + talking
        in_flight = talking + snapshot.waiting_elapsed.size + snapshot.ringing_elapsed.size
        launches = min(to_launch(self._level, active=active, in_flight=in_flight), snapshot.launchable)
        self._next_pass = snapshot.now + PASS_S + launches / CALLS_PER_SECOND
        return LaunchDecision(
            launches=launches,
            reconsider_at=self._next_pass,
            reason=f"Level {self._level:.3f} for {active} at work, {in_flight} lines in use.",
            terms={"level": self._level, "in_flight": float(in_flight)},
        )

    def observe(self, observation: PacingObservation) -> None:
        """Nothing to learn."""

    def state(self) -> dict[str, Json]:
        """The level, and when the launcher is due."""
        return {"level": self._level, "next_pass": None if math.isinf(self._next_pass) else self._next_pass}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up the level that `state` returned; the launcher is due at once."""
        level = state.get("level")
        if not isinstance(level, float):
            raise ValueError("the stored state has no level")
        self._level, self._next_pass = level, -math.inf


class VicidialAdaptive(VicidialRatio):
    """ADAPT_HARD_LIMIT, ADAPT_AVERAGE, ADAPT_TAPERED: the launcher, and a level that is moved.

    Drops are the abandoned of the declared definition (VICIDIAL's own would be five seconds of waiting).

    midnight: POSIX seconds of the local midnight that HHMM counts from.
    """

    def __init__(self, settings: LevelSettings | None = None, *, midnight: float = 0.0) -> None:
        super().__init__(level=1.0)
        self._settings = settings or LevelSettings()
        self._midnight = midnight
        self._samples: deque[tuple[float, float, float]] = deque(maxlen=SAMPLES)
        self._sampling, self._levelling, self._counting = Every(1.0), Every(LEVEL_S), Every(DROPS_S)
        self._now = 0.0
        self._calls = self._answers = self._drops = 0
        self._recent: deque[tuple[float, bool]] = deque()
        self._counts = DropCounts()

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """Sample, move the level when that is due, then one pass of the launcher."""
        self._now = snapshot.now
        if self._sampling.is_due(snapshot.now):
            engaged = snapshot.talking_elapsed.size + snapshot.wrapping_elapsed.size
            agents = snapshot.ready_agents + snapshot.paused_agents + engaged
            self._samples.append((snapshot.ready_agents, snapshot.waiting_elapsed.size, agents))
        if self._counting.is_due(snapshot.now):
            self._counts = self._counted()
        if self._levelling.is_due(snapshot.now):
            ready, waiting, agents = (
                sum(row) / len(self._samples) for row in zip(*self._samples, strict=True)
            )
            moved = moved_level(self._level, self._settings, ready=ready, waiting=waiting, agents=agents)
            self._level = limited_level(moved, self._settings, self._counts, clock=self._clock())
        return super().decide(snapshot)

    def observe(self, observation: PacingObservation) -> None:
        """Count calls, answers and drops of the day."""
        match observation:
            case LaunchResolved(outcome=outcome):
                if outcome is not LaunchOutcome.CANCELLED:
                    self._calls += 1
                    self._recent.append((self._now, False))
            case LiveAnswerConnected():
                self._answers += 1
            case LiveAnswerAbandoned():
                self._answers += 1
                self._drops += 1
                self._recent.append((self._now, True))
            case _:
                pass

    def _counted(self) -> DropCounts:
        while self._recent and self._recent[0][0] < self._now - 60.0:
            self._recent.popleft()
        drops = sum(is_drop for _, is_drop in self._recent)
        return DropCounts(
            calls=self._calls,
            answers=self._answers,
            drops=self._drops,
            calls_last_minute=len(self._recent) - drops,
            drops_last_minute=drops,
        )

    def _clock(self) -> int:
        minutes = int(self._now - self._midnight) // 60
        return minutes // 60 % 24 * 100 + minutes % 60

    def state(self) -> dict[str, Json]:
        """The level and the counts of the day."""
        counts: dict[str, Json] = {"calls": self._calls, "answers": self._answers, "drops": self._drops}
        return {**super().state(), "counts": counts}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up level and counts; the last minute begins anew."""
        super().restore(state)
        counts = state.get("counts")
        if not isinstance(counts, dict):
            raise ValueError("the stored state has no counts")
        self._calls, self._answers, self._drops = (
            int(value) if isinstance(value := counts.get(name), int) else 0
            for name in ("calls", "answers", "drops")
        )
