"""The golden traces: a change of behaviour is a change of these files, reviewed like code.

Write them anew with `python -m simulator.golden tests/golden`.
"""

from pathlib import Path

import pytest

from simulator.golden import GOLDEN, trace

HERE = Path(__file__).parent


@pytest.mark.parametrize(("scenario", "seed"), GOLDEN)
def test_a_shift_goes_as_it_is_written(scenario: str, seed: int) -> None:
    written = (HERE / f"{scenario}-{seed}.txt").read_text(encoding="utf-8").splitlines()
    now = trace(scenario, seed).splitlines()
    for number, (expected, found) in enumerate(zip(written, now, strict=False), start=1):
        assert found == expected, f"line {number} differs; if that is meant, write the traces anew"
    assert len(now) == len(written)
