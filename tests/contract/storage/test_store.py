"""The store as a whole: its tables, its lock, its generations."""

import asyncio
from typing import Any

import pytest

from dialer.domain.ids import NumberId
from dialer.storage import schema
from dialer.storage.lock import StoreOwnedError, signed
from dialer.storage.store import Store


def test_the_migrated_tables_are_the_declared_ones(store: Store) -> None:
    assert store.read(schema.differences) == []
    assert store.read(schema.revision_of) == schema.newest_revision()
    store.read(schema.check)


def test_a_second_engine_is_refused_and_lookers_are_not(store: Store, address: str) -> None:
    with pytest.raises(StoreOwnedError, match="another engine"):
        Store.open(address, exclusive=True)
    with Store.open(address) as looker:
        assert looker.last_sequence() == 0
        assert "process" in str(looker.read(signed))


def test_the_lock_ends_with_its_owner(store: Store, address: str) -> None:
    store.close()
    with Store.open(address, exclusive=True):
        pass
    with Store.open(address, exclusive=True):
        pass


def test_ids_are_the_same_after_reopening_and_other_in_another_store(
    store: Store, address: str, tmp_path: Any
) -> None:
    number = store.attach_number("+12125550123")
    store.close()
    with Store.open(address) as again:
        assert again.attach_number("+12125550123") == number
    with Store.open(str(tmp_path / "other.db")) as other:
        assert other.attach_number("+12125550123") != number


def test_generations_count_the_starts(store: Store) -> None:
    assert [store.start_generation() for _ in range(3)] == [1, 2, 3]


def test_an_unknown_number_is_not_dialed(floor: Any) -> None:
    async def run() -> str | None:
        async with floor.live() as live:
            return await live.leads.dial_number(NumberId("n-nobody"))

    assert asyncio.run(run()) is None
