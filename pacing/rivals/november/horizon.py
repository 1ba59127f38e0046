"""Tables of what is about to happen: who becomes free, and who answers, within each horizon.

A decision asks thousands of conditional probabilities, "given that it has lasted e seconds, is it over
within m more". They change only when something was learned, so they are tabulated by whole elapsed seconds
and looked up by index.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pacing.policy import Floats
from pacing.rivals.november.survival import LearnedDuration

STEP = 1.5
"""Seconds between two horizons: a tenth of a ring; finer does not change the decisions measurably."""
HORIZONS = 20
"""Horizons 0.75, 2.25, ... 29.25 s: as far as telephones ring."""
MIDDLES: Floats = STEP * (np.arange(HORIZONS, dtype=np.float64) + 0.5)
_EDGES: Floats = STEP * np.arange(HORIZONS + 1, dtype=np.float64)

TALK_ROWS = 900
WRAP_ROWS = 300
RING_ROWS = 60
"""Elapsed seconds beyond these are looked up at the last row."""

_ALMOST_NEVER = 1e-12
"""A survival so small is taken for this, so that nothing is divided by zero."""


def middles_of_seconds(count: int) -> Floats:
    """0.5, 1.5, ... `count` numbers: a row of a table stands for the middle of its second."""
    return np.arange(count, dtype=np.float64) + 0.5


def moments(share: Floats) -> Floats:
    """Mean, variance and third cumulant of a yes or no with probability `share`, side by side: (..., 3·n)."""
    variance = share * (1.0 - share)
    return np.concatenate((share, variance, variance * (1.0 - 2.0 * share)), axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class SupplyTables:
    """Whether an engaged agent is free again, per elapsed second and horizon.

    talking: (TALK_ROWS + 1, 3·HORIZONS) moments of "talk and wrap-up are over by horizon + patience".
    wrapping: (WRAP_ROWS + 1, 3·HORIZONS) the same for those in wrap-up.
    Row e + 1 is for an agent engaged since e seconds; row 0 is all zero, for an agent who leaves.
    returning: (HORIZONS, HORIZONS) P(an answer in slot k still keeps its agent at horizon h + patience), at
    [k, h]; zero where k is after h, halved where an answer may come on either side of the horizon.
    """

    talking: Floats
    wrapping: Floats
    returning: Floats

    @classmethod
    def build(cls, talk: LearnedDuration, wrap: LearnedDuration, patience: float) -> "SupplyTables":
        """Tabulate for callers who may wait `patience` seconds. Rows stand for the middle of their second."""
        within = MIDDLES + patience
        span = int(np.ceil(within[-1])) + 1
        survival = talk.survival(middles_of_seconds(TALK_ROWS + span + 1))
        windows = sliding_window_view(survival, span + 1)[:TALK_ROWS]
        ends = (windows[:, :-1] - windows[:, 1:]) / np.maximum(windows[:, :1], _ALMOST_NEVER)
        rest = within[None, :] - middles_of_seconds(span)[:, None]
        wrapped = np.where(rest >= 0.0, 1.0 - wrap.survival(np.maximum(rest, 0.0)), 0.0)
        elapsed = middles_of_seconds(WRAP_ROWS)
        now = np.maximum(wrap.survival(elapsed), _ALMOST_NEVER)
        later = wrap.survival(elapsed[:, None] + within[None, :])
        # Of a call bridged now: (HORIZONS,) over by 0, STEP, 2·STEP ... + patience.
        fresh = -np.diff(talk.survival(np.arange(span + 1, dtype=np.float64)))
        rest = (MIDDLES - MIDDLES[0] + patience)[None, :] - middles_of_seconds(span)[:, None]
        over = fresh @ np.where(rest >= 0.0, 1.0 - wrap.survival(np.maximum(rest, 0.0)), 0.0)
        lag = np.arange(HORIZONS)[None, :] - np.arange(HORIZONS)[:, None]
        returning = np.where(lag >= 0, (1.0 - over)[np.maximum(lag, 0)], 0.0)
        returning[lag == 0] *= 0.5
        return cls(_with_zero_row(ends @ wrapped), _with_zero_row(1.0 - later / now[:, None]), returning)


def _with_zero_row(share: Floats) -> Floats:
    table = moments(np.clip(share, 0.0, 1.0))
    return np.concatenate((np.zeros((1, table.shape[1])), table))


@dataclass(frozen=True, slots=True, eq=False)
class RingTables:
    """When a ringing call that will be answered is answered, per elapsed second e and horizon.

    ringing: (RING_ROWS,) P(T > e).
    engaging: (RING_ROWS, HORIZONS) P(T > e, and the answer keeps an agent at the horizon). Machines and wrong
        numbers give their agents back within the same half minute; without that, a floor of short calls would
        seem to need twice its agents.
    engaging_squared, engaging_cubed: its powers, for the moments of a sum.
    slots: (RING_ROWS, HORIZONS) P(T falls into the slot around e + horizon).
    new_engaging: (HORIZONS,) the same as `engaging` of a call launched now.
    new_slots: (HORIZONS,) its share of answers per slot; what comes later counts in the last one.
    """

    ringing: Floats
    engaging: Floats
    engaging_squared: Floats
    engaging_cubed: Floats
    slots: Floats
    new_engaging: Floats
    new_slots: Floats

    @classmethod
    def build(cls, law: LearnedDuration, returning: Floats) -> "RingTables":
        """Tabulate a law of seconds from launch to answer; returning: see `SupplyTables`."""
        elapsed = middles_of_seconds(RING_ROWS)
        ringing = law.survival(elapsed)
        slots = -np.diff(law.survival(elapsed[:, None] + _EDGES[None, :]), axis=1)
        at_edges = law.survival(_EDGES)
        at_edges[-1] = 0.0
        engaging = slots @ returning
        new_slots = -np.diff(at_edges)
        return cls(ringing, engaging, engaging**2, engaging**3, slots, new_slots @ returning, new_slots)
