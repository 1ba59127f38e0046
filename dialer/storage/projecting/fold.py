"""Gathers the rows of some consecutive steps and writes them with one statement a table.

Things that change (attempts, leads, campaigns) are kept by their last word, things that only happen by every
word. A live floor folds the steps of one commit; a rehearsal thousands.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from dialer.domain.record import AttemptRecord
from dialer.storage.database import tables
from dialer.storage.projecting import attempt_rows

Row = dict[str, object]


class Fold:
    """Rows not yet written."""

    def __init__(self) -> None:
        self.entries = 0
        self.last_sequence = 0
        self._journal: list[Row] = []
        self._attempts: dict[str, AttemptRecord] = {}
        self._leads: dict[str, Row] = {}
        self._campaigns: dict[str, Row] = {}
        self._inbound: dict[str, Row] = {}
        self._appended: dict[str, list[Row]] = {}
        self._later: list[Callable[[Connection], object]] = []

    def journal(self, row: Row, sequence: int) -> None:
        """One step's own row."""
        self._journal.append(row)
        self.entries += 1
        self.last_sequence = sequence

    def append(self, table: Table, row: Row) -> None:
        """Something that happened; rows of one table have the same columns."""
        rows = self._appended.get(table.name)
        if rows is None:
            rows = self._appended[table.name] = []
        rows.append(row)

    def attempt(self, record: AttemptRecord) -> None:
        """The newest word on an attempt."""
        self._attempts[record.attempt] = record

    def lead(self, lead: str, **values: object) -> None:
        """New values of some columns of a lead."""
        known = self._leads.get(lead)
        if known is None:
            self._leads[lead] = values
        else:
            known.update(values)

    def campaign(self, row: Row) -> None:
        """The newest settings of a campaign."""
        self._campaigns[str(row["campaign"])] = row

    def inbound(self, row: Row) -> None:
        """The newest word on a call that somebody else began."""
        self._inbound[str(row["call"])] = row

    def later(self, work: Callable[[Connection], object]) -> None:
        """Something to do after all rows are in, in the order of asking."""
        self._later.append(work)

    def write(self, connection: Connection) -> None:
        """Write everything, inside the caller's transaction."""
        insert_rows(connection, tables.journal, self._journal)
        upsert(connection, tables.campaigns, list(self._campaigns.values()))
        upsert(connection, tables.attempts, [attempt_rows.row_of(r) for r in self._attempts.values()])
        upsert(connection, tables.inbound_calls, list(self._inbound.values()))
        for name, rows in self._appended.items():
            insert_rows(connection, tables.metadata.tables[name], rows)
        _update_leads(connection, self._leads)
        for work in self._later:
            work(connection)


_Prepared = tuple[str, Callable[[Mapping[str, object]], tuple[object, ...]]]
_prepared: dict[tuple[str, str, str, tuple[str, ...]], _Prepared] = {}
"""SQL by verb, table, dialect and columns: compiling costs a millisecond, and a step's commit has ten."""


def _run(connection: Connection, verb: str, table: Table, rows: Sequence[Row]) -> None:
    """Run one statement for many rows that have the same columns.

    The rows go to the driver as tuples: SQLAlchemy's own bookkeeping per row costs more than SQLite's insert.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    key = (verb, table.name, connection.dialect.name, columns)
    prepared = _prepared.get(key)
    if prepared is None:
        prepared = _prepared[key] = _prepare(connection, verb, table, columns)
    sql, values_of = prepared
    connection.exec_driver_sql(sql, [values_of(row) for row in rows])


def _prepare(connection: Connection, verb: str, table: Table, columns: tuple[str, ...]) -> _Prepared:
    statement = cast("Any", _STATEMENTS[verb](connection, table, columns))
    named = [name for name in columns if not name.startswith("of_")]
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=named)
    names: list[str] = compiled.positiontup
    if len(names) == 1:
        only = names[0]
        return str(compiled), lambda row: (row[only],)
    return str(compiled), itemgetter(*names)


def _dialects_insert(connection: Connection, table: Table) -> Any:
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


def _insert_statement(_connection: Connection, table: Table, _columns: Sequence[str]) -> Executable:
    return insert(table)


def _upsert_statement(connection: Connection, table: Table, columns: Sequence[str]) -> Executable:
    statement = _dialects_insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _missing_statement(connection: Connection, table: Table, _columns: Sequence[str]) -> Executable:
    return _dialects_insert(connection, table).on_conflict_do_nothing()


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


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns."""
    _run(connection, "insert", table, rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns; where the key is there already, replace the other columns."""
    _run(connection, "upsert", table, rows)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have the same columns; leave alone what is there already."""
    _run(connection, "missing", table, rows)


def _update_leads(connection: Connection, changes: Mapping[str, Row]) -> None:
    """One statement for each set of columns that some leads change."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for lead, values in changes.items():
        by_columns.setdefault(tuple(sorted(values)), []).append({**values, "of_key": lead})
    for columns, rows in by_columns.items():
        ordered = (*columns, "of_key")
        _run(connection, "update", tables.leads, [{name: row[name] for name in ordered} for row in rows])
