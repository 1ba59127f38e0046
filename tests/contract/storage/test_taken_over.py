"""A floor whose store another engine took over ends at once: it writes no more and rings nobody."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.commands import Originate
from dialer.domain.events import FloorReleased
from dialer.floor.floor_store import FloorStore
from dialer.floor.rebuilding import rebuild
from dialer.runtime.floor import Floor
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.database import lock
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

_SOURCE = Path(__file__).parents[2] / "unit" / "runtime" / "conftest.py"
_spec = importlib.util.spec_from_file_location("runtime_world", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
runtime_world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runtime_world)


def make_floor(live: LiveStore, store: Store, network: Any) -> tuple[Floor, FloorStore]:
    floor_store = FloorStore(live)
    floor = Floor(
        recovered=rebuild(store, runtime_world.OpenGate()),
        store=floor_store,
        network=network,
        clock=runtime_world.MovedClock(),
        settings=RuntimeSettings(drain_s=0.05),
    )
    return floor, floor_store


async def test_a_floor_ends_when_another_engine_took_its_store(address: str) -> None:
    network = runtime_world.ScriptedNetwork()
    with Store.open(address, exclusive=True) as store:
        async with LiveStore(store, now=lambda: 0.0) as live:
            floor, floor_store = make_floor(live, store, network)
            running = asyncio.create_task(floor.run())
            await floor.submit(FloorReleased(by="test"))
            store.write(lock.sign)  # the other engine
            before = store.last_sequence()
            told = asyncio.create_task(floor.submit(FloorReleased(by="test"), within=60.0))
            with pytest.raises(ExceptionGroup) as ended:
                async with asyncio.timeout(60.0):
                    await running
            told.cancel()
            floor_store.close()
        assert ended.group_contains(StoreOwnedError, match="took this store over")
        assert store.last_sequence() == before, "nothing more is written"
    assert not [command for command in network.performed if isinstance(command, Originate)]
