"""The canonical placement file into placed accounts and rejected lines, one at a time.

A value that decides who may be called (a flag, a date, an amount owed, the person's key) rejects its line
when it cannot be read: guessing is not allowed. A telephone number that cannot be read is left out with a
remark, as long as one is left; the account is still owed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from compliance_gate.whereabouts import (
    WhereaboutsTables,
)
from dialer.domain.keys import folded
from dialer.domain.placement import (
    PlacedAccount,
    Protection,
    RejectedLine,
)
from dialer.intake.accounts import AccountReader
from dialer.intake.columns import BY_NAME
from dialer.intake.files import Row, TextFile, bare_fields, look_at, rows_of
from dialer.intake.layouts.envelope import look_at_trailer
from dialer.intake.line import Received, RefusedLineError
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.protection import protection_of, readings_of, translated
from dialer.intake.repeated import Repeated
from dialer.intake.report import KEPT, ImportReport, masked
from dialer.intake.side_by_side import in_order
from dialer.intake.summing import add_refused, add_taken
from dialer.intake.telephones import e164_of
from dialer.intake.whole_file import (
    columns_of,
    date_order_of,
    demand_no_untold_words,
    meanings_of,
    untold_places,
)

MOST_TOLD = 10
"""Things that are wrong with one line, of which somebody is told together."""

REVIEWED_AT_ONCE = 256
"""Lines that are put beside what is on file together."""

Review = Callable[[Sequence[PlacedAccount]], Sequence[str]]
"""Of each account, what of its person contradicts who is on file by that reference, in a word; or ''."""

_Read = tuple[Row, PlacedAccount | RefusedLineError]


class PlacementReader:
    """Reads one file once.

    Args:
        path: a delimited text file, gzip when its name ends in `.gz`.
        as_of: when the file was received, aware: its day bounds dates, its instant dates what has no date.
        tables: where numbers and addresses are.
        mapping: what somebody said about the file.

    `review`, where somebody sets it, puts its lines beside what is on file.

    Raises:
        UnreadableFileError: the file as a whole cannot be taken; the message says what is missing.
    """

    def __init__(
        self,
        path: Path,
        *,
        as_of: datetime,
        tables: WhereaboutsTables | None = None,
        mapping: FileMapping = NOTHING_SAID,
    ) -> None:
        if as_of.tzinfo is None:
            raise ValueError("as_of has no time zone")
        self._tables = tables
        self._as_of = as_of
        self.mapping = self._mapping = mapping
        self.file: TextFile = look_at(path, mapping.form)
        look_at_trailer(self.file, mapping)
        self._names, unknown = columns_of(self.file, mapping)
        demand_no_untold_words(self.file, untold_places(self.file, mapping))
        self._meanings = meanings_of(self.file, mapping)
        self._received = Received(
            at=as_of.astimezone(UTC), dates=date_order_of(self.file, self._names, mapping.dates)
        )
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=unknown,
            mapping=mapping.saved,
            columns=tuple(name for name in self._names if name),
        )
        self.on_refused: Callable[[Row, RejectedLine], None] | None = None
        self.review: Review | None = None
        self.processes = 0
        """How many read lines beside this one, which puts them together; 0 = it reads them itself."""
        self._repeated = Repeated(is_case_sensitive=mapping.is_case_sensitive)
        self._accounts = AccountReader(
            names=self._names,
            mapping=mapping,
            meanings=self._meanings,
            received=self._received,
            tables=tables,
        )

    def __iter__(self) -> Iterator[PlacedAccount | RejectedLine]:
        """Every line, in the order of the file; `report` grows as they come."""
        rest = self._read()
        while some := list(islice(rest, REVIEWED_AT_ONCE)):
            for row, found in self._reviewed(some) if self.review is not None else some:
                if isinstance(found, PlacedAccount):
                    self.report.accepted += 1
                    add_taken(self.report, found.balance)
                    yield found
                else:
                    yield self._refused(row, found)

    def _read(self) -> Iterator[_Read]:
        """Every row, in the order of the file, beside what the file said before it."""
        for row, (found, remarks) in in_order(self._accounts, rows_of(self.file), processes=self.processes):
            self.report.lines += 1
            for remark in remarks:
                self.report.remark(remark)
            if isinstance(found, RefusedLineError):
                yield row, found
                continue
            try:
                self._repeated.refuse(found)
            except RefusedLineError as reject:
                yield row, reject
            else:
                yield row, found

    def _reviewed(self, some: Sequence[_Read]) -> Iterator[_Read]:
        """Lines beside what is on file: another person under a known reference is refused."""
        accounts = [found for _, found in some if isinstance(found, PlacedAccount)]
        assert self.review is not None, "somebody reviews"
        contradictions = iter(self.review(accounts))
        for row, found in some:
            if not isinstance(found, PlacedAccount):
                yield row, found
                continue
            what = next(contradictions)
            reference = found.person.person_ref
            is_same = folded(f"{found.client}/{reference}") in self._mapping.same_persons
            if not what or is_same:
                yield row, found
                continue
            reason = f"who is on file by this reference has another {what}: review which of them it is"
            yield row, RefusedLineError("person_ref", reason, masked(reference))

    def _refused(self, row: Row, reject: RefusedLineError) -> RejectedLine:
        rejected = RejectedLine(
            line=row.number,
            column=reject.column,
            reason=reject.reason,
            value=reject.value,
            protects=self._protection(row),
            also=self._also_wrong(row, reject),
        )
        self.report.reject(rejected)
        is_whole = row.fields is not None and len(row.fields) == len(self._names)
        texts = self._accounts.texts(row.fields) if row.fields is not None and is_whole else None
        add_refused(self.report, texts, self._mapping.decimals)
        if self.on_refused is not None:
            self.on_refused(row, rejected)
        return rejected

    def _also_wrong(self, row: Row, reject: RefusedLineError) -> tuple[str, ...]:
        """What else is wrong with a line: read again without what was wrong, as long as somebody is told."""
        if row.fields is None or (self.report.rejected >= KEPT and self.on_refused is None):
            return ()
        return tuple(self._further(row._replace(fields=list(row.fields)), reject))

    def _further(self, row: Row, reject: RefusedLineError) -> Iterator[str]:
        tried: set[str] = set()
        assert row.fields is not None, "it was taken apart"
        read = frozenset(self._names) - {""}
        while reject.column in read - tried and len(tried) < MOST_TOLD:
            tried.add(reject.column)
            told = BY_NAME[reject.column]
            row.fields[self._names.index(reject.column)] = told.example if told.required else ""
            try:
                self._accounts.account(row)
                return
            except RefusedLineError as further:
                reject = further
            if reject.column not in tried:
                yield f"{self.headings.get(reject.column, reject.column)}: {reject.reason}"

    def protections(self) -> Iterator[RejectedLine]:
        """What the file says that protects, of the lines that are refused: the file is read once more."""
        again = PlacementReader(self.file.path, as_of=self._as_of, tables=self._tables, mapping=self._mapping)
        again.review = self.review
        for line in again:
            if isinstance(line, RejectedLine) and line.protects is not None:
                yield line

    @property
    def headings(self) -> dict[str, str]:
        """The client's own heading of each canonical column."""
        return {name: heading for name, heading in zip(self._names, self.file.heading, strict=True) if name}

    def _protection(self, row: Row) -> Protection | None:
        """What a refused line says that protects."""
        fields = bare_fields(row, self.file)
        readings = (
            self._accounts.finished(
                translated(names, texts, self._meanings, of=len(self._names), is_turned=is_turned)
            )
            for names, texts, is_turned in readings_of(self._names, fields)
        )
        found = protection_of(
            row.number,
            readings,
            today=self._received.today,
            dates=self._received.dates,
            number_of=lambda text: e164_of(text, self._accounts.tables),
            is_case_sensitive=self._mapping.is_case_sensitive,
        )
        return found if found is None or not self._mapping.only_client else self._inside(found)

    def _inside(self, protects: Protection) -> Protection | None:
        """What of it is of the client whose lines may be brought: nobody holds another client's people."""
        only = self._mapping.only_client
        if not (protects.accounts or protects.persons):
            return replace(protects, client=only)
        accounts = tuple(key for key in protects.accounts if key[0] == only)
        persons = tuple(key for key in protects.persons if key[0] == only)
        return replace(protects, accounts=accounts, persons=persons) if accounts or persons else None
