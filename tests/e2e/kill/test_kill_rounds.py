"""A floor that is killed time and again harms nobody: the network's own log agrees with the store."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "kill_rounds.py"


@pytest.mark.slow
@pytest.mark.deep
@pytest.mark.timeout(600)
def test_kill_after_kill_harms_nobody(tmp_path: Path, dose: Callable[[int, int], int]) -> None:
    """How long each floor lives is counted in what happens, not in seconds."""
    rounds = dose(5, 25)
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        str(SCRIPT),
        "--rounds",
        str(rounds),
        "--folder",
        str(tmp_path / "floor"),
        "--json",
        str(report),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=550)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert set(found["faults"].values()) == {0}
    assert found["rings"] > 4 * rounds, "a floor that rings nobody proves nothing"
    assert found["acknowledged_dispositions"] > rounds // 2
    assert found["acknowledged_opt_outs"] > rounds // 8
