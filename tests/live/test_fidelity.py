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
# One shift in a hundred differs by chance: it has met people who talk for long, who are drawn anew each time.
CONFIDENCE = 0.99
SHIFTS = 2


@pytest.mark.timeout(900)
async def test_laboratory_and_simulator_agree_within_their_intervals(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    """A measure that differs in one shift must not differ in the next: what is wrong always is."""
    scenario = with_size(lab_scenario(), agents=AGENTS, minutes=MINUTES)
    simulated = [rehearse(scenario, seed=100 + place) for place in range(REHEARSALS)]
    suspects, texts = set(MEASURES), list[str]()
    for seed in range(1, SHIFTS + 1):
        real = await work(laboratory, tmp_path / str(seed), scenario, seed=seed)
        agreements = compare([real], simulated, confidence=CONFIDENCE)
        texts.append(f"{table(agreements, confidence=CONFIDENCE)}\n{delays_in_words([real])}")
        print(f"\n{texts[-1]}")
        assert len(agreements) == len(MEASURES)
        suspects &= {one.measure for one in agreements if not one.agrees}
        if not suspects:
            return
    pytest.fail("\n".join(texts))


def test_a_simulator_that_takes_too_long_to_join_does_not_agree() -> None:
    scenario = with_size(lab_scenario(), agents=4, minutes=2.0)
    late = replace(scenario, network=replace(scenario.network, bridge_s=constant(seconds=0.5)))
    like = [rehearse(scenario, seed=place) for place in range(3)]
    unlike = [rehearse(late, seed=place) for place in range(3)]
    agreements = {one.measure.name: one for one in compare(like, unlike, confidence=CONFIDENCE)}
    assert not agreements["answer to agent"].agrees
