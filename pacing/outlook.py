"""The next half minute of a floor: spare agents at each horizon, and how late one more call would be.

X(h) is the number of agents free at horizon h (patience included) minus the answers that will have come and
still keep an agent then. An answer at h is late when no agent is left for it: X(h) <= 0. X is a sum of
independent yes and no, so its distribution is taken from its first three moments (Edgeworth's expansion with
a continuity correction).

This is the inner loop of the dialer: numpy costs about a microsecond a call here whatever the size, so the
code below counts calls, not operations.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from pacing.floor_model import FloorModel, ModelTables
from pacing.horizon import HORIZONS, MIDDLES
from pacing.policy import Floats, PacingSnapshot

_MOST = 0.98
"""No probability is believed to be higher than this, however it was calibrated."""
_LEAST_LIVE = 0.005
"""A lead that hardly ever answers must not block the head of the list: its cost is judged as if it did."""
_SMALLEST_VARIANCE = 1e-4
_SKEW_DAMPING = 0.3
"""Keeps the skewness below 0.8 where the variance vanishes; beyond, the expansion is no distribution."""
_BLOCKS = (4, 16)
"""After the first candidate, so many are judged at once, then so many: most decisions launch one to three."""
_SCALE = 1000.0
_REACH = 6000
"""The normal distribution is tabulated in steps of 1 / _SCALE up to _REACH steps from 0."""

_GRID: Final = np.arange(-_REACH, _REACH + 1) / _SCALE
_NORMAL: Final[Floats] = np.array([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in _GRID.tolist()])
_SKEWED: Final[Floats] = (
    np.exp(-_GRID * _GRID / 2.0) * (_GRID * _GRID - 1.0) / (6.0 * math.sqrt(2.0 * math.pi))
)

_HALF: Final[Floats] = np.array([[0.5]])
_NONE_AND_ONE: Final[Floats] = np.array([[0.5], [1.5]])
_NONE_AND_ONE_EACH: Final[Floats] = np.array([[[0.5]], [[1.5]]])


def at_most(halves: Floats, mean: Floats, variance: Floats, third: Floats) -> Floats:
    """P(X < halves) of an integer X with these cumulants; arrays broadcast together.

    halves: a half above each count, so 0.5 asks for P(X <= 0). The result may leave 0-1 by about 0.01.
    """
    deviation = np.sqrt(variance)
    skew = variance * deviation
    skew += _SKEW_DAMPING
    np.divide(third, skew, out=skew)
    position = halves - mean
    position /= deviation
    position *= _SCALE
    position += _REACH + 0.5
    index = position.astype(np.intp)
    return _NORMAL.take(index, mode="clip") - skew * _SKEWED.take(index, mode="clip")


@dataclass(frozen=True, slots=True, eq=False)
class InFlight:
    """What may come of the ringing calls and of the first k candidates together, for k = 0, 1, ... n.

    late: (n + 1,) expected answers that will be late, of those that count, each harmed by all others. On the
        high side: each call's own share of the demand is left in.
    counted: share of the answers that need an agent which count, 0-1.
    mean, variance, third: (n + 1, HORIZONS) cumulants of the agents to spare at each horizon.
    """

    late: Floats
    counted: float
    mean: Floats
    variance: Floats
    third: Floats

    def missing_more_than(self, agents: int) -> Floats:
        """(n + 1,) P(at some horizon more agents are missing than `agents` answers that count stand for).

        The worst horizon's chance, doubled: a sum that wanders passes a mark on its way at most twice as
        often as it is beyond it at the end (the reflection principle; Feller, "An Introduction to Probability
        Theory", volume I, III.1).
        """
        missing = np.array([[-agents / max(self.counted, 1e-9) - 0.5]])
        return 2.0 * np.maximum.reduce(at_most(missing, self.mean, self.variance, self.third), axis=1)


class Outlook:
    """One snapshot seen through a floor model. Costs are computed when first asked for."""

    def __init__(self, snapshot: PacingSnapshot, model: FloorModel) -> None:
        self._patience = max(0.0, snapshot.patience)
        self._is_late_at_once = snapshot.patience < 0.0
        self._tables = model.tables(self._patience, snapshot.classify_delay)
        self._snapshot = snapshot
        self._live_factor = model.live_share.factor
        self._needs_factor = model.needs_share.factor
        self._doubt = model.needs_share.relative_variance + snapshot.answer_doubt
        moments = self._supply()
        self._mean = moments[:HORIZONS]
        self._variance = moments[HORIZONS : 2 * HORIZONS]
        self._third = moments[2 * HORIZONS :]
        self._mean += snapshot.free_agents
        self._variance += _SMALLEST_VARIANCE
        self._demand: Floats | None = None
        self._live_slots: Floats | None = None
        if snapshot.ringing_elapsed.size:
            self._add_ringing(self._tables)
        if snapshot.expected_inbound > 0.0:
            inbound = snapshot.expected_inbound * MIDDLES
            self._mean -= inbound
            self._variance += inbound
            self._third -= inbound
        self._late: Floats | None = None
        self._costs: list[float] = []
        self._lateness: list[float] = []

    def _supply(self) -> Floats:
        """Moments of the engaged agents who will be free by each horizon + patience, (3·HORIZONS,)."""
        snapshot, tables = self._snapshot, self._tables.supply
        talking = snapshot.talking_elapsed.size
        total = np.zeros(3 * HORIZONS)
        some_leave = bool(snapshot.leaving.any())
        for elapsed, table, first in (
            (snapshot.talking_elapsed, tables.talking, 0),
            (snapshot.wrapping_elapsed, tables.wrapping, talking),
        ):
            if elapsed.size:
                rows = elapsed.astype(np.intp)
                rows += 1
                if some_leave:
                    rows[snapshot.leaving[first : first + elapsed.size]] = 0
                total += np.add.reduce(table.take(rows, axis=0, mode="clip"), axis=0)
        return total

    def _add_ringing(self, tables: ModelTables) -> None:
        """Take off the answers to come of calls that ring, given that they have not been answered so far."""
        snapshot = self._snapshot
        rows = snapshot.ringing_elapsed.astype(np.intp)
        live = np.minimum(snapshot.ringing_live * self._live_factor, _MOST)
        needs = np.minimum(snapshot.ringing_needs_agent * self._needs_factor, _MOST)
        machine = needs - live
        unanswered = np.minimum(1.0 - live, 1.0 - needs)
        still = live * tables.live.ringing.take(rows, mode="clip")
        still += unanswered * tables.unanswered_ringing.take(rows, mode="clip")
        still += 1e-9
        if float(np.maximum.reduce(machine)) > 1e-6:
            self._demand = self._with_machines(tables, rows, live, np.maximum(machine, 0.0), still)
            return
        live /= still
        squared = live * live
        first = live @ tables.live.engaging.take(rows, axis=0, mode="clip")
        second = squared @ tables.live.engaging_squared.take(rows, axis=0, mode="clip")
        cubed = (squared * live) @ tables.live.engaging_cubed.take(rows, axis=0, mode="clip")
        self._demand = first
        self._mean -= first
        self._variance += first - second
        self._third -= first - 3.0 * second + 2.0 * cubed
        self._live_slots = live @ tables.live.slots.take(rows, axis=0, mode="clip")

    def _with_machines(
        self, tables: ModelTables, rows: np.ndarray, live: Floats, machine: Floats, still: Floats
    ) -> Floats:
        """The same when machines too take an agent: two ways to be answered per call."""
        still += machine * tables.machine.ringing.take(rows, mode="clip")
        live /= still
        machine /= still
        share = tables.live.engaging.take(rows, axis=0, mode="clip")
        share *= live[:, None]
        share += tables.machine.engaging.take(rows, axis=0, mode="clip") * machine[:, None]
        demand = np.add.reduce(share, axis=0)
        variance = share - share * share
        total = np.add.reduce(variance, axis=0)
        variance *= share
        self._mean -= demand
        self._variance += total
        self._third -= total - 2.0 * np.add.reduce(variance, axis=0)
        self._live_slots = live @ tables.live.slots.take(rows, axis=0, mode="clip")
        if self._snapshot.unidentified_counts:
            self._live_slots += machine @ tables.machine.slots.take(rows, axis=0, mode="clip")
        return demand

    @property
    def spare(self) -> Floats:
        """(HORIZONS,) expected spare agents at each horizon, before any new launch; may be negative."""
        return self._mean

    def cost(self, index: int) -> float:
        """Expected answers made late, of those that count, by launching candidate `index` after all before
        it: its own, and those of calls that ring already and would find the last agent taken.
        """
        self._reach(index)
        return self._costs[index]

    def lateness(self, index: int) -> float:
        """`cost` per live answer that candidate `index` would bring."""
        self._reach(index)
        return self._lateness[index]

    def _reach(self, index: int) -> None:
        while index >= len(self._costs):
            if self._costs:
                self._add_costs(len(self._costs))
            else:
                self._add_first_cost()

    def _add_first_cost(self) -> None:
        """Most decisions launch nothing: one candidate alone is judged in a third of the time of a block."""
        snapshot, tables = self._snapshot, self._tables
        live = min(float(snapshot.candidate_live[0]) * self._live_factor, _MOST)
        needs = min(float(snapshot.candidate_needs_agent[0]) * self._needs_factor, _MOST)
        late = self._late_now()
        cost = live * float(late[0] @ tables.live.new_slots)
        if snapshot.unidentified_counts and needs > live:
            cost += (needs - live) * float(late[0] @ tables.machine.new_slots)
        if self._live_slots is not None:
            share = live * tables.live.new_engaging
            if needs > live:
                share += (needs - live) * tables.machine.new_engaging
            share *= late[1] - late[0]
            cost += float(share @ self._live_slots)
        self._costs.append(cost)
        self._lateness.append(cost / max(live, _LEAST_LIVE))

    def _add_costs(self, first: int) -> None:
        """The next block of candidates at once: (block, HORIZONS) arrays."""
        snapshot, tables = self._snapshot, self._tables
        last = first + (_BLOCKS[0] if first == 1 else _BLOCKS[1])
        live = np.minimum(snapshot.candidate_live[:last] * self._live_factor, _MOST)
        needs = np.minimum(snapshot.candidate_needs_agent[:last] * self._needs_factor, _MOST)
        share = live[:, None] * tables.live.new_engaging
        machine = needs - live
        if float(np.maximum.reduce(machine)) > 1e-6:
            share += np.maximum(machine, 0.0)[:, None] * tables.machine.new_engaging
        spread = share - share * share
        # Candidate k is judged after those before it: sums over 0..k-1, so the last row is never a summand.
        before = np.add.accumulate(share[:-1], axis=0)[first - 1 :]
        variance = np.add.accumulate(spread[:-1], axis=0)[first - 1 :]
        spread *= share
        third = self._third - variance + 2.0 * np.add.accumulate(spread[:-1], axis=0)[first - 1 :]
        demand = before if self._demand is None else before + self._demand
        variance = variance + self._variance
        variance += self._doubt * (demand * demand)
        late = at_most(_NONE_AND_ONE_EACH, self._mean - before, variance, third)
        self._overrule(late)
        costs = live[first:] * (late[0] @ tables.live.new_slots)
        if snapshot.unidentified_counts:
            costs += np.maximum(machine[first:], 0.0) * (late[0] @ tables.machine.new_slots)
        if self._live_slots is not None:
            costs += ((late[1] - late[0]) * share[first:]) @ self._live_slots
        self._costs.extend(costs.tolist())
        self._lateness.extend((costs / np.maximum(live[first:], _LEAST_LIVE)).tolist())

    def _overrule(self, late: Floats) -> None:
        """Nobody is there any more for an answer that comes after the shift, nor in time for any at all where
        detection alone takes longer than that.
        """
        if self._is_late_at_once:
            late[...] = 1.0
        elif self._snapshot.shift_left < MIDDLES[-1] + self._patience:
            late[..., MIDDLES + self._patience >= self._snapshot.shift_left] = 1.0

    def after(self, most: int) -> InFlight:
        """What may come of the ringing calls and the first 0, 1, ... `most` candidates."""
        if most == 0:
            return self._ringing_only()
        snapshot, tables = self._snapshot, self._tables
        live = np.minimum(snapshot.candidate_live[:most] * self._live_factor, _MOST)
        needs = np.minimum(snapshot.candidate_needs_agent[:most] * self._needs_factor, _MOST)
        machine = np.maximum(needs - live, 0.0)
        share = live[:, None] * tables.live.new_engaging + machine[:, None] * tables.machine.new_engaging
        slots = live[:, None] * tables.live.new_slots
        if snapshot.unidentified_counts:
            slots += machine[:, None] * tables.machine.new_slots
        spread = share - share * share
        demand = _running(share, None)
        claimed = demand if self._demand is None else demand + self._demand
        variance = self._variance + _running(spread, None) + self._doubt * (claimed * claimed)
        third = self._third - _running(spread - 2.0 * spread * share, None)
        mean = self._mean - demand
        late = at_most(_HALF, mean, variance, third)
        self._overrule(late)
        expected = np.einsum("kh,kh->k", late, _running(slots, self._live_slots))
        return InFlight(
            late=np.maximum(expected, 0.0),
            counted=self._counted(live, needs),
            mean=mean,
            variance=variance,
            third=third,
        )

    def _ringing_only(self) -> InFlight:
        """The same without any candidate: most decisions launch nothing, and all of it is known by then."""
        none = self._snapshot.candidate_live[:0]
        return InFlight(
            late=np.array([self.ringing_lateness()]),
            counted=self._counted(none, none),
            mean=self._mean[None, :],
            variance=self._variance_now()[None, :],
            third=self._third[None, :],
        )

    def _variance_now(self) -> Floats:
        """(HORIZONS,) before any new launch, with the doubt about the answer rate."""
        if self._demand is None:
            return self._variance
        return self._variance + self._doubt * (self._demand * self._demand)

    def _counted(self, live: Floats, needs: Floats) -> float:
        """Of the answers that need an agent, the share that counts as live."""
        snapshot = self._snapshot
        if snapshot.unidentified_counts:
            return 1.0
        lives = float(np.add.reduce(snapshot.ringing_live)) * self._live_factor + float(np.add.reduce(live))
        all_needs = float(np.add.reduce(snapshot.ringing_needs_agent)) * self._needs_factor
        all_needs += float(np.add.reduce(needs))
        return min(1.0, lives / all_needs) if all_needs > 0.0 else 1.0

    def ringing_lateness(self) -> float:
        """Expected live answers among the ringing calls that will be late, without any new launch. On the
        high side: each call's own share of the demand is left in.
        """
        if self._live_slots is None:
            return 0.0
        return max(0.0, float(self._late_now()[0] @ self._live_slots))

    def _late_now(self) -> Floats:
        """(2, HORIZONS) P(X <= 0) and P(X <= 1) at each horizon, before any new launch."""
        if self._late is None:
            self._late = at_most(_NONE_AND_ONE, self._mean, self._variance_now(), self._third)
            self._overrule(self._late)
        return self._late


def _running(rows: Floats, first: Floats | None) -> Floats:
    """(n + 1, HORIZONS) sums of none, one, two ... of the rows, on top of `first`."""
    start = np.zeros((1, HORIZONS)) if first is None else first[None, :]
    return np.add.accumulate(np.concatenate((start, rows)), axis=0)
