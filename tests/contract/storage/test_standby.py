"""Whoever stands by takes over when the lease is given back, or is over, and not while it beats."""

import asyncio
from collections.abc import MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from structlog.testing import capture_logs

from dialer.domain.errors import MendableError, StoreUnavailableError
from dialer.domain.lease import BEAT_S, LEASE_S, LeaseReading
from dialer.floor.standby import demand_shared, kept_charge, take_charge
from dialer.storage.database import lock
from dialer.storage.database.connections import PostgresDatabase, connect, store_url
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.keys.master import KeysMissingError
from dialer.storage.store import Store


@pytest.fixture
def postgres(address: str) -> str:
    if "://" not in address:
        with pytest.raises(MendableError, match="a file belongs to one machine"):
            demand_shared(address)
        pytest.skip("a file has one owner")
    return address


async def test_a_lease_that_is_given_back_is_taken_at_once(postgres: str) -> None:
    looks: list[LeaseReading | None] = []
    first = await asyncio.to_thread(Store.open, postgres, exclusive=True)
    async with kept_charge(first, address="http://one:1"):
        waiting = asyncio.create_task(take_charge(postgres, told=looks.append))
        async with asyncio.timeout(30.0):
            while not any(look is not None and look.address for look in looks):
                await asyncio.sleep(0.05)
        assert not waiting.done()
    await asyncio.to_thread(first.close)
    async with asyncio.timeout(30.0):
        second = await waiting
    assert second.term > first.term
    assert next(look.address for look in looks if look is not None and look.address) == "http://one:1"
    await asyncio.to_thread(second.close)


async def test_whoever_has_not_the_keys_is_told_so_before_it_is_needed(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not take over, and would only put out the one in charge: it does not even wait."""
    first = await asyncio.to_thread(Store.open, postgres, exclusive=True)
    async with kept_charge(first, address=""):
        monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "elsewhere"))
        async with asyncio.timeout(LEASE_S - 0.5):
            with pytest.raises(KeysMissingError):
                await take_charge(postgres, told=lambda _: None)
        await asyncio.to_thread(first.beat, address="")
        assert not (tmp_path / "elsewhere").exists(), "whoever looks makes none"
    await asyncio.to_thread(first.close)


async def test_an_owner_who_beats_no_more_is_put_out_and_told_so(postgres: str) -> None:
    """It did not die: it only stood still. Its next beat ends its floor."""
    first = await asyncio.to_thread(Store.open, postgres, exclusive=True)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(60.0):
        second = await take_charge(postgres, told=lambda _: None)
    assert loop.time() - began >= LEASE_S
    ended_with: list[BaseException] = []
    try:
        async with kept_charge(first, address=""), asyncio.timeout(60.0):
            await asyncio.sleep(60.0)
    except ExceptionGroup as group:
        ended_with += group.exceptions
    assert [type(error) for error in ended_with] == [StoreOwnedError]
    async with kept_charge(second, address=""):
        await asyncio.to_thread(second.beat, address="")
    for store in (first, second):
        await asyncio.to_thread(store.close)


AT_WORK = "SELECT pg_sleep(120)"
END_WORK = f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = '{AT_WORK}'"


def waits(statement: str, connection: Connection) -> None:
    connection.execute(text(statement))


def test_whoever_was_stopped_between_lock_and_lease_is_put_out_and_whoever_is_at_work_is_not(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could take over as long as its connection stands."""
    Store.open(postgres).close()
    monkeypatch.setattr(lock, "SILENT_S", 0.5)
    stopped, other = connect(store_url(postgres)), connect(store_url(postgres))
    assert isinstance(stopped, PostgresDatabase)
    assert isinstance(other, PostgresDatabase)
    held = lock.own(stopped)
    at_work = stopped.submit_read(partial(waits, AT_WORK))
    stopped.answered(stopped.submit_read(partial(waits, "SELECT pg_sleep(0.8)")))
    lock.evict_silent(other)
    with pytest.raises(StoreOwnedError):
        lock.own(other)
    other.answered(other.submit_read(partial(waits, END_WORK)))
    with pytest.raises(StoreUnavailableError):
        stopped.answered(at_work)
    other.answered(other.submit_read(partial(waits, "SELECT pg_sleep(0.8)")))
    lock.evict_silent(other)
    taken = lock.own(other)
    taken.release()
    held.release()
    for database in (stopped, other):
        database.close()


async def test_whoever_was_quicker_has_the_time_of_a_lease_to_write_it(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two who wait, the slower one does not put out the other that has the lock and no lease yet."""
    monkeypatch.setattr(lock, "SILENT_S", 600.0)
    first = await asyncio.to_thread(Store.open, postgres, exclusive=True)
    quick = connect(store_url(postgres))
    assert isinstance(quick, PostgresDatabase)
    lock.evict(quick, first.term)
    held = await asyncio.to_thread(lock.own, quick)
    slow = connect(store_url(postgres))
    lock.evict(slow, first.term)
    with pytest.raises(StoreOwnedError):
        await asyncio.to_thread(lock.own, slow)
    monkeypatch.setattr(lock, "SILENT_S", 0.0)
    lock.evict(slow, first.term)
    taken = await asyncio.to_thread(lock.own, slow)
    for each in (taken, held):
        each.release()
    for database in (quick, slow):
        database.close()
    await asyncio.to_thread(first.close)


async def test_after_a_try_in_vain_the_quicker_one_has_a_whole_lease_before_the_next(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the slower one would put out at its next look who is about to write its lease."""
    monkeypatch.setattr(lock, "SILENT_S", 600.0)
    first = await asyncio.to_thread(Store.open, postgres, exclusive=True)
    quick = connect(store_url(postgres))
    assert isinstance(quick, PostgresDatabase)
    lock.evict(quick, first.term)
    held = await asyncio.to_thread(lock.own, quick)
    elapsed, tries = [0.0], list[float]()

    async def wait(seconds: float) -> None:
        elapsed[0] += seconds

    def note(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if event["event"] == "lease.not_taken":
            tries.append(elapsed[0])
            if len(tries) == 3:
                held.release()
        return event

    with capture_logs(processors=[note]):
        second = await take_charge(postgres, told=lambda _: None, now=lambda: elapsed[0], wait=wait)
    looks_apart = LEASE_S + BEAT_S  # the first look of each lease is a beat after the try
    assert [*tries, elapsed[0]] == [LEASE_S + n * looks_apart for n in range(4)]
    await asyncio.to_thread(second.close)
    quick.close()
    await asyncio.to_thread(first.close)
