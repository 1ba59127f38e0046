"""The store as a whole: its tables, its lock, its generations."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, text

from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import TimeReached
from dialer.domain.ids import NumberId
from dialer.floor.floor_store import FloorStore
from dialer.storage.database import schema
from dialer.storage.database.lock import StoreOwnedError, sign, signed
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
    async def run() -> Mapping[NumberId, str]:
        async with floor.live() as live:
            numbers = FloorStore(live)
            found = await numbers.dial_numbers([NumberId("n-nobody")])
            numbers.close()
            return found

    assert asyncio.run(run()) == {}


async def test_steps_of_an_engine_that_lost_the_store_are_refused(floor: Any) -> None:
    async with floor.live() as live:
        await live.journal.append([floor.step(TimeReached())])
        floor.store.write(sign)
        with pytest.raises(StoreOwnedError, match="took this store over"):
            await live.journal.append([floor.step(TimeReached())])
    assert floor.store.last_sequence() == 1


@pytest.mark.postgres
@pytest.mark.parametrize("address", ["postgres"], indirect=True)
async def test_a_server_that_drops_its_connections_is_unavailable_once_and_then_there_again(
    floor: Any,
) -> None:
    def drop_others(connection: Connection) -> None:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    async with floor.live() as live:
        first, second = floor.step(TimeReached()), floor.step(TimeReached())
        await live.journal.append([first])
        with Store.open(floor.store.database.url.render_as_string(hide_password=False)) as other:
            other.write(drop_others)
        with pytest.raises(StoreUnavailableError):
            await live.journal.append([second])
        await live.journal.append([second])
    assert floor.store.last_sequence() == 2
