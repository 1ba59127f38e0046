"""Many ids as one parameter of a statement find what a list of them would, on both databases."""

import pytest
from sqlalchemy import select

from dialer.storage.database import tables as t
from dialer.storage.database.statements import among, insert_rows
from dialer.storage.store import Store

ODD = ("plain", "o'clock", 'a "quoted" one', "back\\slash", "ünï", "{1,2}", "")


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_those_named_are_found_and_nobody_else(store: Store, count: int) -> None:
    """More than a statement has room for, and none at all."""
    named = [*ODD[:3], *(f"nobody {number}" for number in range(count))] if count else []
    rows: list[dict[str, object]] = [{"client": name, "name": ""} for name in ODD]
    store.write(lambda connection: insert_rows(connection, t.clients, rows))
    found = store.read(
        lambda c: set(c.scalars(select(t.clients.c.client).where(among(c, t.clients.c.client, named))))
    )
    assert found == set(ODD) & set(named)


@pytest.mark.parametrize("name", ODD)
def test_an_id_of_any_letters_is_found_by_itself_alone(store: Store, name: str) -> None:
    rows: list[dict[str, object]] = [{"client": each, "name": ""} for each in ODD]
    store.write(lambda connection: insert_rows(connection, t.clients, rows))
    query = select(t.clients.c.client)
    assert store.read(lambda c: list(c.scalars(query.where(among(c, t.clients.c.client, [name]))))) == [name]
