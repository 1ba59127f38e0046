"""A server that takes connections, or statements, and never answers hangs no command."""

import socket
from typing import Any

import pytest
from sqlalchemy import make_url, text

from dialer.domain.errors import StoreUnavailableError
from dialer.storage.database import connections
from dialer.storage.database.connections import PostgresDatabase


def opened(address: str) -> PostgresDatabase:
    return PostgresDatabase(make_url(address.replace("postgresql://", "postgresql+asyncpg://")))


def test_a_server_that_never_greets_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = opened(f"postgresql://fairdial@127.0.0.1:{silent.getsockname()[1]}/postgres")
        try:
            with pytest.raises(StoreUnavailableError):
                database.read(lambda connection: connection.scalar(text("select 1")))
        finally:
            database.close()


@pytest.mark.postgres
@pytest.mark.timeout(60)
def test_a_statement_that_is_never_answered_ends(
    monkeypatch: pytest.MonkeyPatch, postgres_server: Any
) -> None:
    monkeypatch.setattr(connections, "STATEMENT_S", 0.2)
    database = opened(postgres_server.new_database("never_answered"))
    try:
        with pytest.raises(StoreUnavailableError):
            database.read(lambda connection: connection.execute(text("select pg_sleep(3600)")))
        assert database.read(lambda connection: connection.scalar(text("select 1"))) == 1, (
            "the next one works"
        )
    finally:
        database.close()
