"""For how long to let a telephone ring: when people answer, when machines do, and what either costs.

Two hazards per second of ringing, of a person and of a machine, are learned from every call that rang; one
that stopped ringing without an answer is censored, it does not say that nobody was there. Ringing on brings
people who answer late, and machines that pick up by then. With R the live answers that an agent-second
brings at best, a second more is worth

    h_live(t) (1 - R H_live) - R H_machine h_machine(t)

(H: seconds that an agent spends on either), and the ring ends where the sum of that is largest. R itself is
what the best single end for all would bring (Dinkelbach's method for a ratio). While an agent is held for
the call, each second of ringing costs R as well.

A mail box picks up after a time that is fixed for its line. A line whose machine was met rings until a
second before it: no machine, and nearly all of the people. A line that once rang for u seconds has no
machine before u.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pacing.estimators import Mean
from pacing.policy import Floats, Json, LaunchOutcome, LaunchResolved
from pacing.stored import float_of, floats_of, state_of

SECONDS = 60
"""Seconds of ringing that are told apart."""
UNTIMED_S = 5.0
"""A machine that answers sooner is no timer: the telephone is off, or the call was declined."""
BEFORE_MACHINE_S = 1.0
"""A call to a line whose machine is known ends so long before it."""
FIRST_IN_FULL = 150
EXPLORE_EVERY = 40
"""The first launches, and one of so many later on, ring as long as the campaign allows: what happens late in
a ring cannot be learned from calls that never get there."""
REVIEW_EVERY = 50
"""Calls that rang between two reviews of where to end."""
MOST_LINES = 100_000
"""Lines whose ring is remembered; which taught something longest ago is forgotten."""
_LIVE_EXPOSURE = 600.0
_MACHINE_EXPOSURE = 20.0
_RATIO_WEIGHT = 2.0
"""Calls at risk in a second that the believed hazards are worth: when people answer is much alike everywhere,
machines are as carriers set them. How many people answer is learned apart: answers that belief is worth."""

_CANCELS = (LaunchOutcome.NO_ANSWER, LaunchOutcome.CANCELLED, LaunchOutcome.ASSISTANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBeliefs:
    """How a campaign ends its rings.

    ring_least: seconds that every telephone rings, however soon its machine is; what law or house ask for
        goes before it. Infinite: all ring as long as the campaign says, and nothing of this is used.
    ring_attempt_cost: agent-seconds that an attempt is worth by itself: what is lost with a person who was
        not waited for, when attempts are scarce.
    ring_memory: calls that are remembered; older ones fade.

    Raises: ValueError when one is below zero, or the memory is not above one call.
    """

    ring_least: float = math.inf
    ring_attempt_cost: float = 6.0
    ring_memory: float = 20_000.0

    def __post_init__(self) -> None:
        if not self.ring_least >= 0.0 or not self.ring_attempt_cost >= 0.0 or not self.ring_memory > 1.0:
            raise ValueError("ring_least and ring_attempt_cost are seconds, ring_memory above one call")


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of one line. machine_after: seconds of ringing after which its machine picked up, the
    longest seen; None = none did. silent_for: the longest it rang unanswered.
    """

    machine_after: float | None = None
    silent_for: float = 0.0


UNKNOWN = Line()


class RingModel:
    """Learns from every call that rang, and tells for how long the next should."""

    def __init__(self, beliefs: RingBeliefs | None = None) -> None:
        self._beliefs = beliefs or RingBeliefs()
        self._keep = 1.0 - 1.0 / self._beliefs.ring_memory
        self._at_risk: Floats = np.zeros(SECONDS)
        self._live: Floats = np.zeros(SECONDS)
        self._machine: Floats = np.zeros(SECONDS)
        self._live_handle = Mean(believed=150.0, weight=5.0, memory=500.0)
        self._machine_handle = Mean(believed=20.0, weight=5.0, memory=500.0)
        self._lines: dict[str, Line] = {}
        self._launches = 0
        self._calls = 0
        self._ends: dict[bool, list[int]] | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the campaign wants its rings ended by what was learned."""
        return math.isfinite(self._beliefs.ring_least)

    @property
    def calls(self) -> int:
        """How many calls that rang it has learned from."""
        return self._calls

    def line(self, name: str) -> Line:
        """What is known of a line."""
        return self._lines.get(name, UNKNOWN)

    def ring_s(self, name: str, *, least: float, most: float, is_held: bool = False) -> float:
        """Seconds for which a launch to the line should ring, within `least`..`most`.

        least: what law or house ask for. is_held: an agent waits on this ring and takes no other call.
        """
        least = max(least, self._beliefs.ring_least)
        if not self.is_asked or least >= most or self._launches < FIRST_IN_FULL:
            return most
        if self._launches % EXPLORE_EVERY == 0:
            return most
        line = self.line(name)
        if not is_held and line.machine_after is not None and line.machine_after - BEFORE_MACHINE_S >= least:
            return min(most, line.machine_after - BEFORE_MACHINE_S)
        start = least if is_held else max(least, min(line.silent_for, most))
        ends = self._best_ends()[is_held]
        return float(min(most, max(least, ends[min(math.ceil(start), SECONDS - 1)])))

    def launched(self) -> None:
        """One more launch: which of them explore is counted, not drawn."""
        self._launches += 1

    def observe(self, launch: LaunchResolved) -> None:
        """Take in a call that rang. What was not identified says only that it rang so long."""
        rang = launch.rang_s
        if rang is None:
            return
        if launch.handle_s is not None:
            (self._live_handle if launch.is_live else self._machine_handle).add(launch.handle_s)
        is_machine = launch.outcome is LaunchOutcome.MACHINE
        if not (launch.is_live or is_machine or launch.outcome in _CANCELS):
            return
        second = min(int(rang), SECONDS - 1)
        self._at_risk *= self._keep
        self._live *= self._keep
        self._machine *= self._keep
        self._at_risk[: second + 1] += 1.0
        if launch.is_identified:
            if launch.is_live:
                self._live[second] += 1.0
            elif is_machine:
                self._machine[second] += 1.0
            if self.is_asked:  # or each checkpoint would carry lines of which nobody asks
                self._learn_line(launch, rang)
        self._calls += 1
        if self._calls % REVIEW_EVERY == 0:
            self._ends = None

    def _learn_line(self, launch: LaunchResolved, rang: float) -> None:
        """The timer is the longest pick-up seen: declined calls reach the same machine sooner."""
        if not launch.line:
            return
        known = self._lines.pop(launch.line, UNKNOWN)
        if launch.outcome is LaunchOutcome.MACHINE and rang >= UNTIMED_S:
            known = Line(max(rang, known.machine_after or 0.0), known.silent_for)
        elif launch.outcome in (LaunchOutcome.NO_ANSWER, LaunchOutcome.CANCELLED):
            silent = max(rang, known.silent_for)
            machine = known.machine_after
            known = Line(None if machine is not None and silent > machine else machine, silent)
        if known != UNKNOWN:
            self._lines[launch.line] = known
        if len(self._lines) > MOST_LINES:
            del self._lines[next(iter(self._lines))]

    # --- where to end --------------------------------------------------------------------------------------

    def hazards(self) -> tuple[Floats, Floats]:
        """(SECONDS,) of a person and of a machine, per second of ringing, given that it rings still."""
        expected = float(self._at_risk @ _LIVE_BELIEVED)
        ratio = (float(self._live.sum()) + _RATIO_WEIGHT) / (expected + _RATIO_WEIGHT)
        live = self._live + _LIVE_EXPOSURE * ratio * _LIVE_BELIEVED
        machine = self._machine + _MACHINE_EXPOSURE * _MACHINE_BELIEVED
        return live / (self._at_risk + _LIVE_EXPOSURE), machine / (self._at_risk + _MACHINE_EXPOSURE)

    def incidence(self) -> tuple[Floats, Floats]:
        """(SECONDS,) share of ringing calls that a person, and that a machine, has answered by the end of
        each second, 0-1, if all rang on.
        """
        live, machine = self.hazards()
        rings = np.concatenate(([1.0], np.cumprod(1.0 - np.minimum(live + machine, 1.0))))[:-1]
        return np.cumsum(rings * live), np.cumsum(rings * machine)

    @property
    def handle_s(self) -> tuple[float, float]:
        """Seconds that an agent spends on a person, and on a machine, wrap-up included."""
        return self._live_handle.value, self._machine_handle.value

    def _best_ends(self) -> dict[bool, list[int]]:
        """Per second that a ring has come to, the end that brings most; kept between reviews."""
        if self._ends is None:
            live, machine = self.hazards()
            rings = np.concatenate(([1.0], np.cumprod(1.0 - np.minimum(live + machine, 1.0))))
            lives, machines = rings[:-1] * live, rings[:-1] * machine
            least = min(math.ceil(self._beliefs.ring_least), SECONDS - 1) if self.is_asked else 0
            spent = (
                np.cumsum(lives) * self._live_handle.value + np.cumsum(machines) * self._machine_handle.value
            )
            rate = float(
                np.max((np.cumsum(lives) / (spent + self._beliefs.ring_attempt_cost))[max(least - 1, 0) :])
            )
            gain = (
                lives * (1.0 - rate * self._live_handle.value) - machines * rate * self._machine_handle.value
            )
            held = gain - rate * rings[1:]
            self._ends = {False: _ends(gain), True: _ends(held)}
        return self._ends

    # --- what is kept --------------------------------------------------------------------------------------

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        lines: list[Json] = [
            [name, line.machine_after, line.silent_for] for name, line in self._lines.items()
        ]
        return {
            "at_risk": list[Json](self._at_risk.tolist()),
            "live": list[Json](self._live.tolist()),
            "machine": list[Json](self._machine.tolist()),
            "live_handle": self._live_handle.state(),
            "machine_handle": self._machine_handle.state(),
            "lines": lines,
            "launches": self._launches,
            "calls": self._calls,
        }

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned. Raises ValueError when it is not of this kind."""
        self._at_risk, self._live, self._machine = (
            np.array(floats_of(state, name)) for name in ("at_risk", "live", "machine")
        )
        self._live_handle.restore(state_of(state, "live_handle"))
        self._machine_handle.restore(state_of(state, "machine_handle"))
        self._lines = dict(_line_of(row) for row in _rows_of(state))
        self._launches, self._calls = int(float_of(state, "launches")), int(float_of(state, "calls"))
        self._ends = None


def _rows_of(state: Mapping[str, Json]) -> list[Json]:
    rows = state.get("lines")
    if not isinstance(rows, list):
        raise ValueError("the stored state has no list 'lines'")
    return rows


def _line_of(row: Json) -> tuple[str, Line]:
    match row:
        case [str(name), int() | float() | None as machine, int() | float() as silent]:
            return name, Line(None if machine is None else float(machine), float(silent))
        case _:
            raise ValueError(f"no line of a stored state: {row!r}")


def _ends(gain: Floats) -> list[int]:
    """Per second, the end at or after it with the largest sum of gains; the earliest where several are."""
    worth = np.round(np.concatenate(([0.0], np.cumsum(gain))), 9)
    best, ends = SECONDS, [SECONDS] * (SECONDS + 1)
    for second in range(SECONDS, -1, -1):
        if worth[second] >= worth[best]:
            best = second
        ends[second] = best
    return ends


def _believed(median: float, sigma: float, share: float) -> Floats:
    """Hazards of an answer with a log-normal delay that comes at all with this chance."""
    until = np.array(
        [
            share * 0.5 * math.erfc(-math.log(second / median) / (sigma * math.sqrt(2.0)))
            for second in range(1, SECONDS + 1)
        ]
    )
    answered = np.diff(until, prepend=0.0)
    return answered / (1.0 - np.concatenate(([0.0], until[:-1])))


_LIVE_BELIEVED = _believed(9.5, 0.42, 0.05)
"""Median and spread of 30,700 answers by people (Sytel, "Optimising Ring No Answer"): few after 20 s."""
_MACHINE_BELIEVED = _believed(20.0, 0.35, 0.6)
"""What carriers set runs from 5 to 30 seconds; these are soon forgotten."""
