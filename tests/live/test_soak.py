"""Thirty agents work on a real Asterisk and nothing is left over: three minutes; hours by a command.

python benchmarks/live_soak.py --hours 12 --piece-hours 1 --out soak
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from lab.laboratory import reason_missing
from soak import report, soak_alone

SECONDS = float(os.environ.get("FAIRDIAL_SOAK_SECONDS", "180"))
AGENTS = 30
LIMIT = 0.03


def chance_of_at_least(count: int, *, of: int, share: float) -> float:
    """Chance that so many or more of `of` are abandoned where each is with the chance `share`."""
    return math.fsum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))


def test_the_chance_is_that_of_the_binomial_distribution() -> None:
    assert chance_of_at_least(0, of=5, share=0.03) == pytest.approx(1.0)
    assert chance_of_at_least(1, of=10, share=0.1) == pytest.approx(1 - 0.9**10)
    assert chance_of_at_least(9, of=70, share=0.03) < 0.001


@pytest.mark.timeout(400 + int(SECONDS))
@pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))
def test_thirty_agents_leave_nothing_behind_and_abandon_within_the_limit(tmp_path: Path) -> None:
    soaked = soak_alone(tmp_path, AGENTS, SECONDS)
    print("\n" + report(soaked))
    assert soaked.leaks(engine_mb_per_hour=150.0, asterisk_mb_per_hour=600.0) == []
    assert soaked.during[-1].agents == AGENTS
    answers, abandoned = soaked.measures["live_answers"], soaked.measures["abandoned"]
    assert answers is not None
    assert abandoned is not None
    assert answers > AGENTS
    # The limit is a day's. A few minutes may lie above it by chance, but not so far that chance is no excuse.
    assert chance_of_at_least(int(abandoned), of=int(answers), share=LIMIT) > 0.001
