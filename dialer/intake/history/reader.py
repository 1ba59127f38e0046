"""A log of calls, line by line: whom each was with, and what came of it."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from compliance_gate.request import HistoryEntry
from dialer.domain.placement import RejectedLine
from dialer.intake.columns import heading_key
from dialer.intake.files import Row, TextFile, UnreadableFileError, look_at, rows_of
from dialer.intake.history.logs import LOGS, WRITTEN_BY_PEOPLE, Call, Log, cdr_columns
from dialer.intake.history.queue import QueueCalls, looks_like_queue_log
from dialer.intake.history.said import Happened
from dialer.intake.history.times import instant_of
from dialer.intake.layouts.form import Form, Format
from dialer.intake.line import RefusedLineError
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.report import ImportReport
from dialer.intake.told import RefusedLine, ToldLine
from dialer.intake.values import BadValueError
from dialer.intake.whole_file import left_alone

COUNTED_DAYS = 60
"""How far back calls are taken in when nobody says: the longest count of calls in law is of a month."""

_ALL_DAYS = 365 * 100
"""No log is older."""

QUEUE_LOG = "queue_log"


class HistoryReader:
    """Reads one log once; an iterator, whose `report` grows as it runs.

    Args:
        as_of: when it was received, aware.
        zone: of its local times; None = nobody said.
        days: calls before so many days are left out.
        client: whose accounts a log means that names accounts; '' = it is asked by telephone number alone.
        mapping: which columns that no log has may be ignored.

    Raises:
        UnreadableFileError: it is no log that is known.
        UntoldError: a column that nobody explained may protect people.
    """

    def __init__(
        self,
        path: Path,
        *,
        as_of: datetime,
        zone: ZoneInfo | None = None,
        days: int = COUNTED_DAYS,
        client: str = "",
        mapping: FileMapping = NOTHING_SAID,
    ) -> None:
        self._now = as_of.astimezone(UTC)
        self._since = self._now - timedelta(days=min(days, _ALL_DAYS))
        self._days, self._zone, self._client = days, zone, client
        self.file, self._log = _recognised(path)
        self._keys = tuple(heading_key(heading) for heading in self.file.heading)
        self._queue = QueueCalls()
        self.report = ImportReport(
            file_name=path.name,
            sha256=self.file.sha256,
            encoding=self.file.encoding,
            unknown_columns=_left_alone(self.file, self._log, mapping),
        )

    @property
    def log(self) -> str:
        """Which log it is."""
        return QUEUE_LOG if self._log is None else self._log.name

    def __iter__(self) -> Iterator[ToldLine | RefusedLine]:
        """Every call that counts, in the order of the file. Whoever resolves whom it names counts it."""
        for row in rows_of(self.file):
            self.report.lines += 1
            call: Call | None = None
            line: ToldLine | RefusedLine | None
            try:
                call = self._call(row)
                line = None if call is None else self._line(row, call)
            except RefusedLineError as reject:
                line = self._refused(row, reject, call)
            if line is None:
                self.report.accepted += 1
            else:
                yield line

    def _refused(self, row: Row, reject: RefusedLineError, call: Call | None) -> RefusedLine:
        """A line that is not taken; that somebody is not to be called binds all the same."""
        rejected = RejectedLine(
            line=row.number, column=reject.column, reason=reject.reason, value=reject.value
        )
        if call is None or not call.opted_out:
            return RefusedLine(rejected=rejected)
        return RefusedLine(
            rejected=rejected, signal="do_not_call", account=self._account(call), number=call.number
        )

    def _line(self, row: Row, call: Call) -> ToldLine | None:
        remarks: list[tuple[str, str]] = []
        at = self._at(call)
        if at > self._now:
            at = self._now
            remarks.append(("at", "in the future: it counts as of now"))
        if at < self._since and not call.opted_out:
            reason = f"older than {self._days} days: no count reaches it"
            self.report.remark(RejectedLine(line=row.number, column="at", reason=reason))
            return None
        if not (call.number or call.account or call.person):
            raise RefusedLineError("number", "names nobody")
        entry = HistoryEntry(
            entry=self._entry(call, at),
            at=at,
            event=call.event,
            direction=call.direction,
            outcome=call.outcome,
        )
        return ToldLine(
            line=row.number,
            said=Happened(entry=entry, opted_out=call.opted_out),
            person=call.person,
            account=self._account(call),
            number=call.number,
            remarks=tuple(remarks),
        )

    def _account(self, call: Call) -> str:
        if "/" in call.account or not call.account:
            return call.account
        return f"{self._client}/{call.account}" if self._client else ""

    def _call(self, row: Row) -> Call | None:
        fields = row.fields
        if fields is None:
            raise RefusedLineError("", row.reason)
        if self._log is None:
            return self._queue.take([text.strip() for text in fields])
        keys = cdr_columns(fields) if self._log.name == "cdr_csv" else self._keys
        if len(fields) != len(keys):
            raise RefusedLineError("", f"{len(fields)} fields where {len(keys)} are expected")
        texts = {key: text.strip() for key, text in zip(keys, fields, strict=True)}
        try:
            return self._log.call(texts)
        except BadValueError as error:
            raise RefusedLineError("outcome", str(error)) from error

    def _at(self, call: Call) -> datetime:
        try:
            return instant_of(call.at, self._zone)
        except BadValueError as error:
            raise RefusedLineError("at", str(error), call.at) from error

    def _entry(self, call: Call, at: datetime) -> str:
        """The same call told twice, in one file or in two logs, counts once."""
        name = call.key or f"{call.number}{call.account}{call.person}{at.isoformat()}{call.event.value}"
        return f"history-{hashlib.sha256(name.encode()).hexdigest()[:20]}"


def _left_alone(file: TextFile, log: Log | None, mapping: FileMapping) -> tuple[str, ...]:
    """The headings that say nothing here. A queue_log and lines whose places alone are known have none."""
    known = frozenset(map(heading_key, file.heading)) if log is None or log.name == "cdr_csv" else log.knows
    return left_alone(file, known, mapping, texts=WRITTEN_BY_PEOPLE)


def _recognised(path: Path) -> tuple[TextFile, Log | None]:
    """The file as it is to be read, and its log; None = a queue_log. Raises UnreadableFileError."""
    file = look_at(path)
    first = [text.strip() for text in file.heading]
    for log in LOGS:
        if log.is_headed_by(first):
            return file, log
    piped = look_at(path, Form(format=Format.PIPE)) if file.book is None else file
    if looks_like_queue_log([text.strip() for text in piped.heading]):
        return look_at(path, Form(format=Format.PIPE, headings=("line",))), None
    for log in LOGS:
        if log.may_hold(first):
            columns = (log.columns or {}).get(len(first)) or tuple(map(str, range(len(first))))
            return look_at(path, Form(headings=columns)), log
    names = ", ".join([*(log.name for log in LOGS), QUEUE_LOG])
    raise UnreadableFileError(
        f"{path}: no log that is known ({names}); a file of calls has the columns at, number or account or "
        "person, outcome, direction"
    )
