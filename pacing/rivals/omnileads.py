"""OMniLeads' predictive pacer: expected free agents over a smoothed answer rate, once a second.

Written from its documentation's formula and constants, not from its source. Answer rate and abandonment are
moving averages with a memory of ten calls: one abandoned call is above any limit for a dozen more.

A rival keeps its own time by the snapshots it is shown; `decide` moves its state. It is for the bench alone.
"""

import math
from collections.abc import Mapping

import numpy as np

from pacing.policy import (
    Floats,
    Json,
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.progressive import safe_launches
from pacing.rivals.clockwork import Every
from pacing.stored import float_of

ALPHA = 0.1
"""Weight of the newest call in both moving averages."""
LEAST_RATE = 0.05
MOST_ABANDONED = 0.03
LEAST_GAMMA = 0.2
TICKS_TO_LATCH = 5
"""Ticks in a row at the limit after which it dials one line per free agent."""
UNLATCH_BELOW = 0.8
"""Share of the limit under which it is predictive again."""
WARM_UP = 50
"""Answers joined to an agent before it is predictive at all."""
RING_S = 15.0
"""Seconds of ringing before an answer, until one was seen."""


def aggressiveness(abandoned: float, *, most: float = MOST_ABANDONED, full: float = 1.0) -> float:
    """Gamma: whole up to half of the limit, then falling to `LEAST_GAMMA` at the limit and beyond."""
    if abandoned <= 0.5 * most:
        return full
    if abandoned >= most:
        return LEAST_GAMMA
    return full + (LEAST_GAMMA - full) * (abandoned - 0.5 * most) / (0.5 * most)


def expected_free(elapsed: Floats, mean: float, ring_s: float) -> float:
    """A_exp: agents of those engaged for `elapsed` seconds who will be free when a call is answered."""
    left = np.maximum(1.0, mean - elapsed)
    return float(np.add.reduce(1.0 - np.exp(-ring_s / left)))


def wanted_calls(*, free: int, soon_free: float, ringing: int, rate: float, gamma: float) -> int:
    """C: calls to place now, before lines and calls per second are looked at."""
    return max(0, math.floor((free + soon_free - ringing * rate) / rate * gamma))


class _Mean:
    """The plain mean of all that was seen."""

    def __init__(self, first: float) -> None:
        self.value = first
        self.count = 0

    def add(self, value: float) -> None:
        self.count += 1
        self.value += (value - self.value) / self.count  # the first one replaces what was believed


class OmniLeads:
    """The pacer. calls_per_second: cap on launches; channels_per_agent: lines for each agent who is there."""

    def __init__(
        self, *, calls_per_second: int = 5, channels_per_agent: float = 2.0, gamma: float = 1.0
    ) -> None:
        self._calls_per_second = calls_per_second
        self._channels_per_agent = channels_per_agent
        self._gamma = gamma
        self._rate = 1.0
        self._abandoned = 0.0
        self._connected = 0
        self._ticks = 0
        self._is_latched = False
        self._tick = Every(1.0)
        self._ring, self._talk, self._wrap = _Mean(RING_S), _Mean(1.0), _Mean(1.0)

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """One tick."""
        if not self._tick.is_due(snapshot.now):
            return LaunchDecision(launches=0, reason="The pacer's tick is not due.")
        self._latch()
        if self._connected < WARM_UP or self._is_latched:
            wanted, why = safe_launches(snapshot), "one line for each free agent"
        else:
            wanted, why = self._predicted(snapshot), "predictive"
        engaged = snapshot.talking_elapsed.size
        in_flight = snapshot.ringing_elapsed.size + snapshot.waiting_elapsed.size + engaged
        agents = snapshot.ready_agents + engaged + snapshot.wrapping_elapsed.size
        lines = max(0, int(self._channels_per_agent * agents) - in_flight)
        launches = min(wanted, lines, self._calls_per_second, snapshot.launchable)
        return LaunchDecision(
            launches=launches,
            reconsider_at=snapshot.now + 1.0,
            reason=f"{why}: answer rate {self._rate:.2f}, abandoned {self._abandoned:.3f}.",
            terms={"rate": self._rate, "abandoned": self._abandoned},
        )

    def _predicted(self, snapshot: PacingSnapshot) -> int:
        ring_s = self._ring.value + snapshot.classify_delay
        soon = expected_free(snapshot.talking_elapsed, self._talk.value, ring_s)
        soon += expected_free(snapshot.wrapping_elapsed, self._wrap.value, ring_s)
        return wanted_calls(
            free=max(0, snapshot.free_agents),
            soon_free=soon,
            ringing=snapshot.ringing_elapsed.size,
            rate=max(LEAST_RATE, self._rate),
            gamma=aggressiveness(self._abandoned, full=self._gamma),
        )

    def _latch(self) -> None:
        self._ticks = self._ticks + 1 if self._abandoned >= MOST_ABANDONED else 0
        if self._ticks >= TICKS_TO_LATCH:
            self._is_latched = True
        elif self._abandoned < UNLATCH_BELOW * MOST_ABANDONED:
            self._is_latched = False

    def observe(self, observation: PacingObservation) -> None:
        """Move the averages."""
        match observation:
            case LaunchResolved(outcome=outcome, ring_s=ring_s):
                if outcome is LaunchOutcome.CANCELLED:
                    return
                is_hit = outcome is LaunchOutcome.ANSWERED_LIVE
                self._rate += ALPHA * (float(is_hit) - self._rate)
                if is_hit:
                    self._ring.add(ring_s)
            case LiveAnswerConnected():
                self._connected += 1
                self._abandoned += ALPHA * (0.0 - self._abandoned)
            case LiveAnswerAbandoned():
                self._abandoned += ALPHA * (1.0 - self._abandoned)
            case TalkEnded(talk_s=talk_s):
                self._talk.add(talk_s)
            case WrapUpEnded(wrap_s=wrap_s):
                self._wrap.add(wrap_s)

    def state(self) -> dict[str, Json]:
        """Both averages, and how many answers were joined."""
        return {"rate": self._rate, "abandoned": self._abandoned, "connected": self._connected}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned; means of durations begin anew."""
        self._rate, self._abandoned = float_of(state, "rate"), float_of(state, "abandoned")
        self._connected = int(float_of(state, "connected"))
