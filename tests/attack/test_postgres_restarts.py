"""A database administrator in a hurry: PostgreSQL is restarted under a floor, and the floor goes on."""

from pathlib import Path

import pytest

from benchmarks.postgres_restarts import Server, restart_rounds, server_programs


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.long
def test_a_floor_outlives_restarts_of_its_server_and_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """In order, and by killing; at length in `benchmarks/postgres_restarts.py`."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program is installed")
    server = Server(programs)
    try:
        found = restart_rounds(server, tmp_path, 2)
    finally:
        server.stop()
    assert found.trouble == []
    assert found.survived == 2
    assert found.lost == 0
    assert found.acknowledged > 0
