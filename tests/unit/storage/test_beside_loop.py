"""A store from inside an event loop: in order, unblocked, and ended before it is closed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from dialer.domain.errors import StoreUnavailableError
from dialer.storage.database.beside_loop import BesideLoop
from dialer.storage.database.connections import connect, store_url


@pytest.fixture
async def beside(tmp_path: Path) -> AsyncIterator[BesideLoop]:
    database = connect(store_url(str(tmp_path / "store.db")))
    database.write(lambda c: c.execute(text("create table said (word text not null)")).close())
    running = BesideLoop(database)
    yield running
    await running.close()
    database.close()


def say(word: str) -> Callable[[Connection], None]:
    return lambda c: c.execute(text("insert into said values (:word)"), {"word": word}).close()


def said(connection: Connection) -> list[str]:
    return list(connection.scalars(text("select word from said order by rowid")))


async def test_what_is_asked_first_is_written_first(beside: BesideLoop) -> None:
    words = [str(each) for each in range(20)]
    await asyncio.gather(*(beside.write(say(word)) for word in words))
    assert await beside.read(said) == words


async def test_a_work_that_fails_leaves_nothing_and_the_next_goes_on(beside: BesideLoop) -> None:
    def fail(connection: Connection) -> None:
        say("half")(connection)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await beside.write(fail)
    await beside.write(say("whole"))
    assert await beside.read(said) == ["whole"]


async def test_a_transaction_goes_on_when_nobody_waits_for_it_any_more(beside: BesideLoop) -> None:
    waiting = asyncio.ensure_future(beside.write(say("kept")))
    await asyncio.sleep(0)
    waiting.cancel()
    await beside.write(say("next"))
    assert await beside.read(said) == ["kept", "next"]


async def test_closing_waits_for_what_is_under_way(tmp_path: Path) -> None:
    database = connect(store_url(str(tmp_path / "store.db")))
    database.write(lambda c: c.execute(text("create table said (word text not null)")).close())
    beside = BesideLoop(database)
    waiting = [asyncio.ensure_future(beside.write(say(str(each)))) for each in range(10)]
    await asyncio.sleep(0)
    await beside.close()
    assert all(each.done() for each in waiting)
    assert len(database.read(said)) == 10
    database.close()


async def test_the_reading_connection_may_not_write(beside: BesideLoop) -> None:
    with pytest.raises(StoreUnavailableError):
        await beside.read(say("no"))
