"""What the simulator says of a shift, the real laboratory says too; three minutes here, longer by a command.

python benchmarks/fidelity.py --minutes 10 --shifts 5
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lab.laboratory import Laboratory
from shift import lab_scenario
from two_worlds import MEASURES, compare, delays_in_words, rehearse, table, with_size, work

from simulator.durations import constant

AGENTS = 10
MINUTES = 3.0
REHEARSALS = 30
# One change in a hundred fails by chance.
CONFIDENCE = 0.99


@pytest.mark.timeout(500)
async def test_laboratory_and_simulator_agree_within_their_intervals(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    scenario = with_size(lab_scenario(), agents=AGENTS, minutes=MINUTES)
    real = await work(laboratory, tmp_path, scenario, seed=1)
    simulated = [rehearse(scenario, seed=100 + place) for place in range(REHEARSALS)]
    agreements = compare([real], simulated, confidence=CONFIDENCE)
    text = table(agreements, confidence=CONFIDENCE)
    print(f"\n{text}\n{delays_in_words([real])}")
    assert len(agreements) == len(MEASURES)
    assert all(one.agrees for one in agreements), text


def test_a_simulator_that_takes_too_long_to_join_does_not_agree() -> None:
    scenario = with_size(lab_scenario(), agents=4, minutes=2.0)
    late = replace(scenario, network=replace(scenario.network, bridge_s=constant(seconds=0.5)))
    like = [rehearse(scenario, seed=place) for place in range(3)]
    unlike = [rehearse(late, seed=place) for place in range(3)]
    agreements = {one.measure.name: one for one in compare(like, unlike, confidence=CONFIDENCE)}
    assert not agreements["answer to agent"].agrees
