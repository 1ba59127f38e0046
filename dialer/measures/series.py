"""The shift in slices of time: what the charts draw and the hourly table shows."""

from dataclasses import dataclass

import numpy as np

from dialer.domain.agent import AgentState
from dialer.measures.abandonment import DECLARED_LIMIT_S
from dialer.measures.facts import Bools, Floats, ShiftFacts
from dialer.measures.records import AgentSpan, ShiftRecords


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slices:
    """Counts per slice; every array is (n_slices,).

    Args:
        starts: POSIX seconds at which each slice starts; width_s long.
        attempts: by launch. live, connected, abandoned, right_party, machines: by answer.
        talk_s: seconds of talk with live answers, by the answer's slice.
        wait_mean_s: mean wait of the agents whose next call came in the slice; NaN where none came.
        agents_in: state -> mean number of agents in it during the slice.
    """

    width_s: float
    starts: Floats
    attempts: Floats
    live: Floats
    machines: Floats
    connected: Floats
    abandoned: Floats
    right_party: Floats
    talk_s: Floats
    wait_mean_s: Floats
    agents_in: dict[AgentState, Floats]


def slices_of(records: ShiftRecords, facts: ShiftFacts, *, width_s: float) -> Slices:
    """The stretch cut into slices of `width_s` seconds; the last one may be cut short."""
    starts_at = records.starts_at
    length = max(1, int(np.ceil((records.ends_at - starts_at) / width_s - 1e-9)))
    edges = starts_at + width_s * np.arange(length + 1, dtype=np.float64)
    edges[-1] = max(records.ends_at, edges[-2])

    def per_slice(instants: Floats, mask: Bools | None = None, weights: Floats | None = None) -> Floats:
        chosen = ~np.isnan(instants) if mask is None else mask & ~np.isnan(instants)
        weighed = None if weights is None else weights[chosen]
        return np.histogram(instants[chosen], bins=edges, weights=weighed)[0].astype(np.float64)

    came = per_slice(facts.wait_ended)
    waited = per_slice(facts.wait_ended, None, facts.waits)
    return Slices(
        width_s=width_s,
        starts=edges[:-1],
        attempts=per_slice(facts.launched),
        live=per_slice(facts.answered, facts.is_live),
        machines=per_slice(facts.answered, facts.is_machine),
        connected=per_slice(facts.answered, facts.is_live & facts.is_joined),
        abandoned=per_slice(facts.answered, facts.abandoned_after(DECLARED_LIMIT_S)),
        right_party=per_slice(facts.answered, facts.is_right_party),
        talk_s=per_slice(facts.answered, facts.is_live, facts.talk),
        wait_mean_s=np.divide(waited, came, out=np.full(length, np.nan), where=came > 0),
        agents_in=_agents_in(records.agent_spans, edges),
    )


def _agents_in(spans: tuple[AgentSpan, ...], edges: Floats) -> dict[AgentState, Floats]:
    """Mean agents per state and slice, exactly: cumulated span seconds at every edge, differenced."""
    result: dict[AgentState, Floats] = {}
    for state in AgentState:
        starts = np.array([s.started_at for s in spans if s.state is state], dtype=np.float64)
        ends = np.array([s.ended_at for s in spans if s.state is state], dtype=np.float64)
        if not starts.size:
            continue
        seconds = _cumulated(edges, starts) - _cumulated(edges, ends)
        result[state] = np.diff(seconds) / np.maximum(np.diff(edges), 1e-9)
    return result


def _cumulated(edges: Floats, instants: Floats) -> Floats:
    """(n_edges,) sum over instants of max(0, edge - instant)."""
    ordered = np.sort(instants)
    before = np.searchsorted(ordered, edges, side="right")
    sums = np.concatenate(([0.0], np.cumsum(ordered - edges[0])))
    return before * (edges - edges[0]) - sums[before]
