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
from dialer.storage import attempt_rows, tables

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

    def later(self, work: Callable[[Connection], object]) -> None:
        """Something to do after all rows are in, in the order of asking."""
        self._later.append(work)

    def write(self, connection: Connection) -> None:
        """Write everything, inside the caller's transaction."""
        _insert(connection, tables.journal, self._journal)
        upsert(connection, tables.campaigns, list(self._campaigns.values()))
        upsert(connection, tables.attempts, [attempt_rows.row_of(r) for r in self._attempts.values()])
        for name, rows in self._appended.items():
            _insert(connection, tables.metadata.tables[name], rows)
        _update_leads(connection, self._leads)
        for work in self._later:
            work(connection)


def run_many(connection: Connection, statement: Executable, rows: Sequence[Row]) -> None:
    """Run one statement for many rows that have the same columns.

    The statement is compiled once and the rows go to the driver as tuples: SQLAlchemy's own bookkeeping per
    row costs more than SQLite's insert.
    """
    if not rows:
        return
    compiled: Any = cast("Any", statement).compile(
        dialect=connection.dialect, column_keys=[name for name in rows[0] if not name.startswith("of_")]
    )
    names: list[str] = compiled.positiontup
    take = itemgetter(*names)
    values = [take(row) for row in rows] if len(names) > 1 else [(row[names[0]],) for row in rows]
    connection.exec_driver_sql(str(compiled), values)


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    run_many(connection, insert(table), rows)


def upsert(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Insert rows that have the same columns; where the key is there already, replace the other columns."""
    if not rows:
        return
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    run_many(connection, statement.on_conflict_do_update(index_elements=keys, set_=others), rows)


def insert_missing(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Insert rows that have the same columns; leave alone what is there already."""
    if rows:
        make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        run_many(connection, make(table).on_conflict_do_nothing(), rows)


def _update_leads(connection: Connection, changes: Mapping[str, Row]) -> None:
    """One statement for each set of columns that some leads change."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for lead, values in changes.items():
        by_columns.setdefault(tuple(sorted(values)), []).append({"of_lead": lead, **values})
    for columns, rows in by_columns.items():
        statement = update(tables.leads).where(tables.leads.c.lead == bindparam("of_lead"))
        run_many(connection, statement.values({name: bindparam(name) for name in columns}), rows)
