"""Two engines that start on one store at the same moment: one is in charge, the other is told so."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any, cast

import pytest

from dialer.domain.ports import TelephoneSystem
from dialer.floor import live
from dialer.floor.live import FloorOrder
from dialer.storage import store
from dialer.storage.database.lock import OwnerLock, StoreOwnedError, own_file
from dialer.storage.store import Store, StoreEmptyError


@pytest.fixture(params=["made", "new"])
def place(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> str:
    """Where a store is, empty or not even made."""
    if request.param == "made":
        return address
    if "://" not in address:
        return str(tmp_path / "new.db")
    server: Any = request.getfixturevalue("postgres_server")
    return server.new_database(f"n{os.getpid()}_{time.monotonic_ns()}", template="template1")


async def test_of_two_who_start_at_once_the_one_in_charge_alone_makes_people_up(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done to an empty store before its floor is made is done once, by who keeps its lease."""
    monkeypatch.setattr(live, "OWNED_S", 0.0)
    network = cast(TelephoneSystem, object())
    over = asyncio.Event()
    prepared: list[Store] = []
    owners: list[Any] = []
    refused: list[StoreOwnedError] = []

    async def start() -> None:
        order = FloorOrder(database=place, campaigns=(), prepare=prepared.append)
        try:
            async with live._owned(order, network) as store:  # pyright: ignore[reportPrivateUsage]
                owners.append(store)
                store.beat(address="")
                await over.wait()
                store.beat(address="")  # nobody put it out meanwhile
        except StoreOwnedError as error:
            refused.append(error)
            over.set()

    async with asyncio.timeout(60.0):
        await asyncio.gather(start(), start())
    assert (len(owners), len(refused)) == (1, 1)
    assert prepared == owners


@pytest.mark.parametrize("content", [None, b"", b"begun"])
def test_whoever_comes_second_neither_makes_nor_takes_away_the_file_that_another_begins(
    tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is taken away while another engine writes to it is lost when that one ends."""
    path = tmp_path / "store.db"
    taken_away: list[Path] = []
    monkeypatch.setattr("dialer.storage.store._forget_begun", taken_away.append)
    making = own_file(path)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreOwnedError):
        Store.open(str(path), exclusive=True)
    if not content:
        with pytest.raises(StoreEmptyError, match="an engine owns it"):
            Store.open(str(path))
    assert taken_away == []
    assert path.exists() == (content is not None)
    making.release()


def test_a_store_that_another_begins_between_two_looks_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is there before the file is: whoever finds the file empty looks for the lock after that."""
    path = tmp_path / "store.db"
    looked = store._is_new  # pyright: ignore[reportPrivateUsage]
    making: list[OwnerLock] = []

    def begun_meanwhile(found: Path) -> bool:
        if not making:
            making.append(own_file(path))
            path.write_bytes(b"")
        return looked(found)

    monkeypatch.setattr(store, "_is_new", begun_meanwhile)
    with pytest.raises(StoreOwnedError):
        Store.open(str(path), exclusive=True)
    making[0].release()
