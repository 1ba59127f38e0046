"""Terms of a store: each greater than the last; nothing of an older one is written after a newer began."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert

from dialer.domain.errors import StoreUnavailableError
from dialer.storage.database import lease, lock
from dialer.storage.database.connections import PostgresDatabase
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.database.tables import meta
from dialer.storage.store import Store

LATE = {"key": "late", "value": "written by an older term"}


def late(connection: Connection) -> None:
    connection.execute(insert(meta), LATE)


def is_there(store: Store) -> bool:
    return store.read(lambda c: c.scalar(meta.select().where(meta.c.key == "late")) is not None)


def test_every_opening_begins_a_greater_term_and_gives_it_back(address: str) -> None:
    terms: list[int] = []
    for _ in range(3):
        with Store.open(address, exclusive=True) as store:
            held = store.read(lease.read)
            assert (held.term, bool(held.holder)) == (store.term, True)
            terms.append(store.term)
    assert terms == sorted(set(terms))
    with Store.open(address) as looker:
        assert looker.term == 0
        assert looker.read(lease.read).holder == ""


def test_a_term_is_later_than_any_of_an_older_copy_and_never_goes_back(store: Store) -> None:
    """A restored store begins where the clock is; under a clock that was set back, after the last."""
    ahead = int(store.term) + 1_000_000
    assert store.write(lambda c: lease.take(c, holder="a", now=float(ahead))) == ahead
    assert store.write(lambda c: lease.take(c, holder="b", now=5.0)) == ahead + 1


def test_a_beat_is_written_with_the_address_until_somebody_takes_a_later_term(store: Store) -> None:
    store.beat(address="http://one:8765")
    store.beat(address="http://one:8765")
    held = store.read(lease.read)
    assert (held.beat, held.address) == (2, "http://one:8765")
    store.write(lambda c: lease.take(c, holder="other", now=0.0))
    with pytest.raises(StoreOwnedError, match="took this store over"):
        store.beat(address="http://one:8765")
    store.write(lambda c: lease.give_back(c, store.term))
    assert store.read(lease.read).holder == "other", "an older term gives back nothing of a later one's"


@pytest.fixture
def postgres(address: str) -> str:
    if "://" not in address:
        pytest.skip("a file has one owner, by the operating system")
    return address


def test_whoever_takes_over_puts_the_owner_out_and_nothing_of_theirs_is_written_any_more(
    postgres: str,
) -> None:
    with Store.open(postgres, exclusive=True) as old:
        with pytest.raises(StoreOwnedError):
            Store.open(postgres, exclusive=True)
        with Store.open(postgres, exclusive=True, evicts=old.term) as new:
            assert new.term > old.term
            for _ in range(3):
                with pytest.raises((StoreUnavailableError, StoreOwnedError)):
                    old.write(late)
            with pytest.raises(StoreOwnedError):
                old.write(late)
            assert not is_there(new)
            new.beat(address="")


def test_a_transaction_that_stood_still_when_the_store_was_taken_over_is_never_committed(
    postgres: str,
) -> None:
    """Its process was stopped between the statement and the commit: it looked while it still owned."""
    is_in, may_go_on = threading.Event(), threading.Event()

    def stands_still(connection: Connection) -> None:
        late(connection)
        is_in.set()
        may_go_on.wait(30.0)

    with Store.open(postgres, exclusive=True) as old:
        failed: list[BaseException] = []
        stopped = threading.Thread(target=_failing(lambda: old.write(stands_still), failed))
        stopped.start()
        assert is_in.wait(10.0)
        with Store.open(postgres, exclusive=True, evicts=old.term) as new:
            may_go_on.set()
            stopped.join(30.0)
            assert [type(error) for error in failed] == [StoreUnavailableError]
            assert not is_there(new)


def test_an_owner_who_looks_for_their_lock_and_finds_another_s_can_still_close(postgres: str) -> None:
    """Stopped, put out, and gone on: its floor ends with the sentence that says so, not another."""
    old = Store.open(postgres, exclusive=True)
    with Store.open(postgres, exclusive=True, evicts=old.term) as new:
        for _ in range(2):
            with pytest.raises(StoreOwnedError, match="another engine owns this store"):
                old._owner.hold_on()  # type: ignore[union-attr]
        old.close()
        new.beat(address="")


def test_two_who_look_for_the_lock_at_once_both_find_it(postgres: str) -> None:
    with Store.open(postgres, exclusive=True) as store:
        owner = store._owner  # type: ignore[reportPrivateUsage]
        assert owner is not None
        with ThreadPoolExecutor(8) as pool:
            for look in [pool.submit(owner.hold_on) for _ in range(40)]:
                look.result(30.0)


def test_an_owner_whose_lost_connection_still_has_the_lock_at_the_server_takes_it_again(
    postgres: str,
) -> None:
    """It did not answer in time and was given up here; the server has not heard of that yet."""
    with Store.open(postgres, exclusive=True) as store:
        owner = store._owner  # type: ignore[reportPrivateUsage]
        assert isinstance(owner, lock._ServerLock)  # type: ignore[reportPrivateUsage]
        lost, owner._holding = owner._holding, None  # type: ignore[reportPrivateUsage]
        assert lost is not None
        store.beat(address="")
        with pytest.raises(StoreOwnedError):
            Store.open(postgres, exclusive=True)
        store.beat(address="")
        store.write(late)
        store.database.run(lost.invalidate())  # type: ignore[union-attr]
        store.database.run(lost.close())  # type: ignore[union-attr]


def test_a_server_that_says_nothing_when_the_lock_is_sought_is_not_waited_for_without_end(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> None:
        await asyncio.sleep(30.0)

    with Store.open(postgres, exclusive=True) as store:
        owner = store._owner  # type: ignore[reportPrivateUsage]
        assert isinstance(owner, lock._ServerLock)  # type: ignore[reportPrivateUsage]
        store.database.run(owner._let_go())  # type: ignore[union-attr]
        with monkeypatch.context() as patched:
            patched.setattr(lock, "ANSWER_S", 0.05)
            patched.setattr(lock, "ENDS_MS", 50)
            patched.setattr(owner, "_take", silent)
            with pytest.raises(StoreUnavailableError):
                owner.hold_on()
        owner.hold_on()


def _failing(work: Callable[[], None], failed: list[BaseException]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except (StoreUnavailableError, StoreOwnedError) as error:
            failed.append(error)

    return run


def test_who_took_over_waits_for_a_commit_that_is_under_way_and_reads_it(postgres: str) -> None:
    """Without an eviction: the older owner's transaction is committed before the signature, or not at all."""
    is_in, may_go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        late(connection)
        is_in.set()
        may_go_on.wait(30.0)

    with Store.open(postgres, exclusive=True) as old, Store.open(postgres) as other:
        writing = threading.Thread(target=lambda: old.write(slowly))
        writing.start()
        assert is_in.wait(10.0)
        taking = threading.Thread(target=lambda: other.write(lock.sign))
        taking.start()
        taking.join(0.3)
        assert taking.is_alive(), "it waits"
        may_go_on.set()
        writing.join(30.0)
        taking.join(30.0)
        assert is_there(other)


def test_an_owner_whose_server_forgot_the_lock_takes_it_again_with_the_next_beat(postgres: str) -> None:
    with Store.open(postgres, exclusive=True) as old:
        database = old.database
        assert isinstance(database, PostgresDatabase)
        with Store.open(postgres) as other:
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
            other.write(lambda c: c.exec_driver_sql(f"{ending} '{database.name}'"))
        with pytest.raises(StoreUnavailableError):
            old.beat(address="")
        old.beat(address="")
        with pytest.raises(StoreOwnedError):
            Store.open(postgres, exclusive=True)


def test_one_that_comes_too_late_puts_nobody_out_of_a_later_term(postgres: str) -> None:
    """Two stood by, and both saw the lease of the first end."""
    with Store.open(postgres, exclusive=True) as first, pytest.raises(StoreOwnedError):
        Store.open(postgres, exclusive=True, evicts=first.term - 1)
    with Store.open(postgres, exclusive=True) as second:
        with pytest.raises(StoreOwnedError):
            Store.open(postgres, exclusive=True, evicts=first.term)
        second.beat(address="")
