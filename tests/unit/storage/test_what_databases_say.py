"""Whatever a database says while it goes and comes back is a store that cannot be had now, and no defect."""

import sqlite3
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dialer.domain.errors import StoreDamagedError, StoreUnavailableError
from dialer.storage.database.backup import damage_of
from dialer.storage.database.connections import translated
from dialer.storage.database.schema import SchemaMismatchError
from dialer.storage.store import Store


class SaidError(Exception):
    """An error of a driver, as SQLAlchemy hands it on."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"state {sqlstate}")
        self.sqlstate = sqlstate


GOES_AND_COMES = (
    "08006",
    "08003",
    "08P01",
    "57P01",
    "57P02",
    "57P03",
    "53300",
    "53100",
    "58030",
    "25006",
    "XX000",
    "40001",
    "55P03",
    "28000",
    "3D000",
    None,
)
OURS = ("22003", "22P02", "23505", "42601", "42P01", "0A000", "21000", "P0001")


@pytest.mark.parametrize("state", GOES_AND_COMES)
def test_the_servers_troubles_are_waited_for(state: str | None) -> None:
    with pytest.raises(StoreUnavailableError, match="state"), translated():
        raise DBAPIError("SELECT 1", None, SaidError(state))


@pytest.mark.parametrize("state", OURS)
def test_a_statement_of_ours_that_is_wrong_is_a_defect(state: str) -> None:
    """To wait for it would hold the floor for ever."""
    with pytest.raises(DBAPIError), translated():
        raise DBAPIError("SELECT 1", None, SaidError(state))


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.InterfaceError("cannot perform operation: the underlying connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state"),
        ConnectionRefusedError("connection refused"),
        ConnectionResetError("connection reset by peer"),
        TimeoutError(),
        PoolTimeoutError("the pool is empty"),
        PendingRollbackError("can't reconnect until invalid transaction is rolled back"),
    ],
)
def test_what_is_said_before_there_is_a_connection_is_waited_for_too(error: Exception) -> None:
    with pytest.raises(StoreUnavailableError), translated():
        raise error


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), AssertionError("x")])
def test_what_no_database_says_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)), translated():
        raise error


def test_a_constraint_without_a_state_is_a_defect_unless_the_connection_went() -> None:
    with pytest.raises(IntegrityError), translated():
        raise IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE"))
    with pytest.raises(StoreUnavailableError), translated():
        raise ProgrammingError("SELECT", None, SaidError(None), connection_invalidated=True)


def cut(path: Path) -> None:
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size // 2)


def holed(path: Path) -> None:
    with path.open("rb+") as file:
        for page in range(1, path.stat().st_size // 4096, 2):
            file.seek(4096 * page)
            file.write(bytes(4096))


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (title TEXT)")
    connection.close()


def of_text(path: Path) -> None:
    path.write_text("this is a letter, and long enough to be no empty file\n" * 100)


def of_tomorrow(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize("damage", [cut, holed, foreign, of_text])
def test_a_damaged_store_is_said_to_be_one(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    path = tmp_path / "fairdial.db"
    Store.open(str(path)).close()
    damage(path)
    with pytest.raises(StoreDamagedError), Store.open(str(path)) as store:
        store.last_sequence()


@pytest.mark.parametrize("damage", [cut, holed, of_text])
def test_the_check_of_a_whole_file_finds_the_damage(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    path = tmp_path / "fairdial.db"
    Store.open(str(path)).close()
    assert damage_of(path, whole=True) is None
    damage(path)
    assert damage_of(path, whole=True) is not None


def test_a_store_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "fairdial.db"
    Store.open(str(path)).close()
    of_tomorrow(path)
    before = path.read_bytes()
    with pytest.raises(SchemaMismatchError, match="9999"):
        Store.open(str(path))
    assert path.read_bytes() == before
