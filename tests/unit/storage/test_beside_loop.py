"""A store from inside an event loop: in order, unblocked, and ended before it is closed."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from dialer.domain.errors import StoreUnavailableError
from dialer.storage.database import beside_loop
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


class _Silent:
    """A server behind a cut wire: it takes what it is asked, and never answers."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_closed = False

    async def write(self, _work: object) -> None:
        await self.answer

    async def close(self) -> None:
        self.is_closed = True


async def test_closing_gives_up_what_no_server_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever is told to end would not, for as long as the wire is cut."""
    monkeypatch.setattr(beside_loop, "CLOSE_S", 0.05)
    database = connect(store_url(str(tmp_path / "store.db")))
    beside = BesideLoop(database)
    silent, real = _Silent(), beside._carrier  # pyright: ignore[reportPrivateUsage]  # a carrier of its own
    beside._carrier = silent  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]  # as above
    waiting = asyncio.ensure_future(beside.write(say("never")))
    await asyncio.sleep(0)
    async with asyncio.timeout(30.0):
        await beside.close()
    assert silent.is_closed
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await real.close()
    database.close()


async def test_what_fails_when_nobody_waits_any_more_leaves_no_trace(beside: BesideLoop) -> None:
    """It is the caller's alone to hear; an end in order writes no traces after its last sentence."""
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    entered, go_on = threading.Event(), threading.Event()

    def fail(_connection: Connection) -> None:
        entered.set()
        go_on.wait(5.0)
        raise ValueError("no")

    waiting = asyncio.ensure_future(beside.read(fail))
    await asyncio.to_thread(entered.wait, 5.0)
    waiting.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await beside.read(said)
    gc.collect()
    assert told == []
