"""The golden traces: a change of behaviour is a change of these files, reviewed like code.

Write them anew with `python -m simulator.golden tests/golden`.
"""

import os
import subprocess
import sys
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


@pytest.mark.slow
def test_the_trace_does_not_depend_on_the_order_of_hashes() -> None:
    """The same events in the same order, whatever `PYTHONHASHSEED` is: no unsorted set is iterated."""
    code = (
        "import hashlib; from simulator.golden import trace; "
        "print(hashlib.sha256((trace('smoke', 2) + trace('full', 2)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=HERE.parents[1],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "12345")
    }
    assert len(digests) == 1
