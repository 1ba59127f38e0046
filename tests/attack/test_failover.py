"""The engine in charge is stopped, and wakes when another has taken over: it rings nobody, and ends."""

from pathlib import Path

import pytest

from benchmarks.failover import failover_rounds
from benchmarks.postgres_restarts import server_programs


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_standby_takes_over_and_nobody_is_rung_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped, then killed; at length, and with the wire to the store cut, in `benchmarks/failover.py`."""
    if server_programs() is None:
        pytest.skip("no PostgreSQL server program is installed")
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    found = failover_rounds(tmp_path / "floor", 2, ways=("stop", "kill"))
    assert found["trouble"] == []
    assert (found["rounds"], found["by_itself"], found["late_rings"]) == (2, 1, 0)
    assert not any(found["faults"].values())
    assert found["rings"] > 0
