"""Thirty agents work on a real Asterisk and nothing is left over: three minutes; hours by a command.

python benchmarks/live_soak.py --hours 12
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lab.laboratory import Laboratory
from soak import report, soak

SECONDS = float(os.environ.get("FAIRDIAL_SOAK_SECONDS", "180"))
AGENTS = 30


@pytest.mark.timeout(400 + int(SECONDS))
async def test_thirty_agents_leave_nothing_behind_and_abandon_within_the_limit(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    soaked = await soak(laboratory, tmp_path, agents=AGENTS, seconds=SECONDS)
    print("\n" + report(soaked))
    assert soaked.leaks(engine_mb_per_hour=150.0, asterisk_mb_per_hour=600.0) == []
    assert soaked.during[-1].agents == AGENTS
    answers, abandoned = soaked.measures["live_answers"], soaked.measures["abandoned"]
    assert answers is not None
    assert abandoned is not None
    assert answers > AGENTS
    assert abandoned <= max(1.0, 0.03 * answers), "more than the limit, which one call may pass at first"
