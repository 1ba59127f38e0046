"""Makes the helpers beside the tests importable, and gives each test its own scripted Asterisk."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from fake_ami import FakeAmi
from virtual_loop import VirtualLoop


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    server = FakeAmi()
    await server.listen()
    yield server
    await server.close()


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """`serve` runs under uvloop, which tells of a connection's end at another moment than asyncio's loop. A
    fleet of in-memory systems has nothing to wait for but timers."""
    if item.path.name == "test_fleet.py":
        return {"virtual": VirtualLoop}
    plain: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    if item.path.name == "test_connection.py":
        plain["uvloop"] = uvloop.new_event_loop
    return plain
