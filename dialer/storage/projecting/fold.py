"""Gathers the rows of some consecutive steps and writes them with one statement a table.

Things that change (attempts, leads, campaigns) are kept by their last word, things that only happen by every
word. A live floor folds the steps of one commit; a rehearsal thousands.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Table

from dialer.domain.record import AttemptRecord
from dialer.storage.database import tables
from dialer.storage.database.statements import Row, insert_rows, run_many, upsert
from dialer.storage.journal.rows import JournalRow, JournalTable
from dialer.storage.projecting import attempt_rows


class Fold:
    """Rows not yet written."""

    def __init__(self) -> None:
        self.entries = 0
        self._journal: list[JournalRow] = []
        self._attempts: dict[str, AttemptRecord] = {}
        self._leads: dict[str, Row] = {}
        self._campaigns: dict[str, Row] = {}
        self._inbound: dict[str, Row] = {}
        self._appended: dict[str, list[Row]] = {}
        self._later: list[Callable[[Connection], object]] = []

    def journal(self, row: JournalRow) -> None:
        """One step's own row."""
        self._journal.append(row)
        self.entries += 1

    def append(self, table: Table, row: Row) -> None:
        """Something that happened; rows of one table have the same columns."""
        rows = self._appended.get(table.name)
        if rows is None:
            rows = self._appended[table.name] = []
        rows.append(row)

    def appended(self, table: Table) -> Sequence[Row]:
        """What happened, of one table."""
        return self._appended.get(table.name, ())

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

    def write(self, connection: Connection, journal: JournalTable) -> None:
        """Write everything, inside the caller's transaction; `journal.committed` is to be called after it."""
        journal.append(connection, self._journal)
        upsert(connection, tables.campaigns, list(self._campaigns.values()))
        upsert(connection, tables.attempts, [attempt_rows.row_of(r) for r in self._attempts.values()])
        upsert(connection, tables.inbound_calls, list(self._inbound.values()))
        for name, rows in self._appended.items():
            insert_rows(connection, tables.metadata.tables[name], rows)
        _update_leads(connection, self._leads)
        for work in self._later:
            work(connection)


def _update_leads(connection: Connection, changes: Mapping[str, Row]) -> None:
    """One statement for each set of columns that some leads change."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for lead, values in changes.items():
        by_columns.setdefault(tuple(sorted(values)), []).append({**values, "of_key": lead})
    for columns, rows in by_columns.items():
        ordered = (*columns, "of_key")
        run_many(connection, "update", tables.leads, [{name: row[name] for name in ordered} for row in rows])
