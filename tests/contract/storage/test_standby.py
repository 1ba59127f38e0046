"""Whoever stands by takes over when the lease is given back, or is over, and not while it beats."""

import asyncio
from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.domain.lease import LEASE_S, LeaseReading
from dialer.floor.standby import demand_shared, kept_charge, take_charge
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
