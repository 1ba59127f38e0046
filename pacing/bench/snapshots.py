"""Snapshots in a few words, for trying a policy out and for tests: only what matters needs to be said."""

import math
from collections.abc import Sequence

import numpy as np

from pacing.policy import AbandonmentLedger, PacingSnapshot


def ledger(
    *,
    live_answers: int = 0,
    abandoned: int = 0,
    limit: float = 0.03,
    connect_within: float = 2.0,
    window_left: float = math.inf,
) -> AbandonmentLedger:
    """What was counted, under a limit of three per cent with two seconds to join an agent."""
    return AbandonmentLedger(
        live_answers=live_answers,
        abandoned=abandoned,
        limit=limit,
        connect_within=connect_within,
        window_left=window_left,
    )


def floor(
    *,
    ready: int = 2,
    reserved: int = 0,
    talking: Sequence[float] = (30.0,) * 10,
    wrapping: Sequence[float] = (),
    leaving: int = 0,
    ringing: Sequence[float] = (),
    waiting: Sequence[float] = (),
    live: float = 0.25,
    needs: float | None = None,
    candidates: int = 40,
    launch_limit: int = 40,
    leads_left: int = 100_000,
    shift_left: float = math.inf,
    inbound: float = 0.0,
    delay: float = 0.0,
    unidentified_counts: bool = False,
    answer_doubt: float = 0.0,
    counted: AbandonmentLedger | None = None,
) -> PacingSnapshot:
    """A pool of two free agents and ten who talk. All calls and leads are alike; calls that rang fifteen
    seconds may be taken back.

    Args:
        ready, reserved: agents, as in `PacingSnapshot`.
        talking, wrapping, ringing, waiting: seconds so far, one number each.
        leaving: so many of those who talk or wrap up, from the first on.
        live, needs: chances of every call and lead, 0-1; needs: None = as `live`.
        candidates, launch_limit, leads_left, shift_left: as in `PacingSnapshot`.
        inbound, delay: expected calls per second of people who call us; seconds that detection takes.
        answer_doubt: as in `PacingSnapshot`.
        counted: None = a hundred live answers, one of them abandoned.
    """
    needs_agent = live if needs is None else needs
    engaged = len(talking) + len(wrapping)
    return PacingSnapshot(
        now=50.0,
        ready_agents=ready,
        reserved_agents=reserved,
        launch_limit=launch_limit,
        ledger=counted or ledger(live_answers=100, abandoned=1),
        agent_ids=tuple(f"a{n}" for n in range(engaged)),
        talking_elapsed=np.array(talking, dtype=np.float64),
        wrapping_elapsed=np.array(wrapping, dtype=np.float64),
        leaving=np.arange(engaged) < leaving,
        ringing_elapsed=np.array(ringing, dtype=np.float64),
        ringing_needs_agent=np.full(len(ringing), needs_agent),
        ringing_live=np.full(len(ringing), live),
        cancellable_ringing=sum(elapsed >= 15.0 for elapsed in ringing),
        waiting_elapsed=np.array(waiting, dtype=np.float64),
        candidate_needs_agent=np.full(candidates, needs_agent),
        candidate_live=np.full(candidates, live),
        leads_left=leads_left,
        shift_left=shift_left,
        expected_inbound=inbound,
        classify_delay=delay,
        unidentified_counts=unidentified_counts,
        answer_doubt=answer_doubt,
    )
