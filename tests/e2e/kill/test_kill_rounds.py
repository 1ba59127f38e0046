"""A floor that is killed twenty-five times harms nobody: the network's own log agrees with the store."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "kill_rounds.py"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_five_kills_harm_nobody(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        str(SCRIPT),
        "--rounds",
        "25",
        "--folder",
        str(tmp_path / "floor"),
        "--json",
        str(report),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=550)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert set(found["faults"].values()) == {0}
    assert found["rings"] > 100, "a floor that rings nobody proves nothing"
    assert found["acknowledged_dispositions"] > 10
    assert found["acknowledged_opt_outs"] > 3
