"""The real engine, runtime and store on a real Asterisk: a floor of ten for a minute."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest
from lab.laboratory import Laboratory
from whole import AGENTS, SHOWS, Watched, make_order, make_store, make_system, staff

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.events import CallAnswered, CallBridged, CallEnded, CallNotAttempted, CallTimedOut
from dialer.floor.live import running_floor
from dialer.runtime.clocks import RehearsalClock

SECONDS = float(os.environ.get("FAIRDIAL_FLOOR_SECONDS", "45"))


@pytest.mark.timeout(600 + int(SECONDS))
async def test_a_floor_dials_joins_and_accounts_for_every_attempt(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    make_store(database, now=clock.posix())
    system = make_system(clock, host=laboratory.address)
    order = make_order(database)
    async with running_floor(order, network=system, clock=clock) as running:
        staffing = asyncio.create_task(staff(running))
        await asyncio.sleep(SECONDS)
        staffing.cancel()
    ended = Counter(e.attempt for e in system.heard if isinstance(e, CallEnded | CallNotAttempted))
    outcomes = Counter(e.outcome for e in system.heard if isinstance(e, CallEnded))
    report(system, outcomes)
    assert len(system.ordered) == len(set(system.ordered)) > AGENTS
    assert {attempt: ended[attempt] for attempt in system.ordered} == dict.fromkeys(system.ordered, 1)
    assert outcomes[Outcome.CONNECTED] >= AGENTS
    assert outcomes[Outcome.BUSY] > 0
    assert set(system.load.values()) == {0}, "something is kept for calls that are over"
    assert "fd.call" not in laboratory.pbx.command("core show channels concise")


def report(system: Watched, outcomes: Counter[Outcome]) -> None:
    """What the run measured, for whoever reads the output."""
    answered = {e.attempt: e.answered_at for e in system.heard if isinstance(e, CallAnswered)}
    spans = sorted(
        e.bridged_at - answered[e.attempt]
        for e in system.heard
        if isinstance(e, CallBridged) and e.attempt in answered
    )
    timed_out = sum(isinstance(e, CallTimedOut) for e in system.heard)
    print(f"\nordered {len(system.ordered)}, {dict(outcomes)}, timed out {timed_out}")
    if spans:
        middle, late = spans[len(spans) // 2], spans[int(len(spans) * 0.95)]
        print(f"answered to joined: p50 {middle * 1000:.1f} ms, p95 {late * 1000:.1f} ms, n {len(spans)}")
