"""The first start of a floor on the simulated network: its people are made up by the one in charge alone."""

from pathlib import Path
from typing import Any

import pytest

from dialer.floor import simulated
from dialer.floor.scenarios import scenario_named
from dialer.floor.simulated import SimulatedFloor, simulated_floor
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.store import Store


class StockedError(Exception):
    """It came as far as that."""


async def test_people_are_made_up_by_whoever_owns_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a second engine that starts beside it makes them up, too, and each ends the other."""
    seen: list[Store] = []

    def stock(store: Store, **_wanted: Any) -> None:
        seen.append(store)
        with pytest.raises(StoreOwnedError):
            Store.open(str(tmp_path / "fairdial.db"), exclusive=True)
        raise StockedError

    monkeypatch.setattr(simulated, "stock", stock)
    wanted = SimulatedFloor(folder=tmp_path, scenario=scenario_named("smoke"), agents=1, persons=3)
    with pytest.raises(StockedError):
        async with simulated_floor(wanted, mount=None):  # pyright: ignore[reportArgumentType]  # it is not reached
            raise AssertionError("it never stood")
    assert len(seen) == 1
