"""Live tests own a laboratory each module, and are skipped, with the reason, where none can be had."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from floor import Floor
from lab.laboratory import Laboratory, reason_missing
from proxy import Wire

from dialer.runtime.heap import keep_one_heap

keep_one_heap()  # as where a floor is served; before the tests' threads begin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a real Asterisk."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    """Two Asterisks of this module's own."""
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    with Laboratory() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_tapes(request: pytest.FixtureRequest) -> None:
    """What the public and the agents of an earlier test heard is gone: nobody reads it for this one's."""
    if "laboratory" in request.fixturenames:
        for tape in request.getfixturevalue("laboratory").heard.glob("*.wav"):
            tape.unlink(missing_ok=True)


@pytest.fixture
async def wire(laboratory: Laboratory) -> AsyncIterator[Wire]:
    """A wire to the manager interface that can be cut."""
    running = Wire(laboratory.address, 5038)
    await running.open()
    yield running
    await running.close()


@pytest.fixture
async def floor(laboratory: Laboratory) -> AsyncIterator[Floor]:
    """The adapter, connected to the module's laboratory."""
    running = Floor(laboratory)
    await running.start()
    yield running
    await running.stop()
