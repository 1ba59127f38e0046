"""One statement for many rows: inserts, upserts and updates as tuples straight to the driver."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

import msgspec
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Table,
    Text,
    any_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, object]

_Prepared = tuple[str, Callable[[Mapping[str, object]], tuple[object, ...]]]
_prepared: dict[tuple[str, str, str, tuple[str, ...], frozenset[str]], _Prepared] = {}
"""SQL by verb, table, dialect, columns and those that are kept: compiling costs a millisecond, and a step's
commit has ten."""


def run_many(
    connection: Connection,
    verb: str,
    table: Table,
    rows: Sequence[Row],
    *,
    keeping: frozenset[str] = frozenset(),
    make: Callable[[Connection, Table, Sequence[str]], Executable] | None = None,
) -> None:
    """Run one statement for many rows that have the same columns: of a verb, or one that `make` makes under a
    verb of its own.

    The rows go to the driver as tuples: SQLAlchemy's own bookkeeping per row costs more than SQLite's insert.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    key = (verb, table.name, connection.dialect.name, columns, keeping)
    prepared = _prepared.get(key)
    if prepared is None:
        prepared = _prepared[key] = _prepare(connection, make or _STATEMENTS[verb], table, columns, keeping)
    sql, values_of = prepared
    connection.exec_driver_sql(sql, [values_of(row) for row in rows])


def _prepare(
    connection: Connection,
    make: Callable[[Connection, Table, Sequence[str]], Executable],
    table: Table,
    columns: tuple[str, ...],
    keeping: frozenset[str],
) -> _Prepared:
    changed = [name for name in columns if name not in keeping]
    statement = cast("Any", make(connection, table, changed))
    named = [name for name in columns if not name.startswith("of_")]
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=named)
    names: list[str] = compiled.positiontup
    if len(names) == 1:
        only = names[0]
        return str(compiled), lambda row: (row[only],)
    return str(compiled), itemgetter(*names)


def dialects_insert(connection: Connection, table: Table) -> Any:
    """An insert that knows what to do where the key is there already, by the store's dialect."""
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


def _insert_statement(_connection: Connection, table: Table, _columns: Sequence[str]) -> Executable:
    return insert(table)


def _upsert_statement(connection: Connection, table: Table, columns: Sequence[str]) -> Executable:
    statement = dialects_insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in columns if name not in keys}
    if not others:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _missing_statement(connection: Connection, table: Table, _columns: Sequence[str]) -> Executable:
    return dialects_insert(connection, table).on_conflict_do_nothing()


def _update_statement(_connection: Connection, table: Table, columns: Sequence[str]) -> Executable:
    (key,) = table.primary_key
    changed: dict[str, Any] = {name: bindparam(name) for name in columns if not name.startswith("of_")}
    return update(table).where(key == bindparam("of_key")).values(changed)


_STATEMENTS: Mapping[str, Callable[[Connection, Table, Sequence[str]], Executable]] = {
    "insert": _insert_statement,
    "upsert": _upsert_statement,
    "missing": _missing_statement,
    "update": _update_statement,
}


def among(connection: Connection, column: Column[Any], ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column of texts is one of many ids, told as one parameter: writing out thousands costs more
    than finding their rows."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(ids), type_=ARRAY(Text)))
    listed = func.json_each(msgspec.json.encode(ids).decode()).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns."""
    run_many(connection, "insert", table, rows)


def upsert(
    connection: Connection, table: Table, rows: Sequence[Row], *, keeping: frozenset[str] = frozenset()
) -> None:
    """Insert rows that have the same columns; where the key is there already, replace the other columns but
    for those in `keeping`."""
    run_many(connection, "upsert", table, rows, keeping=keeping)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns; leave alone what is there already."""
    run_many(connection, "missing", table, rows)
