"""Files of suppressions, requests, consents and payments into the store, alone or beside a running floor.

Beside a floor the lines go through its engine's inbox, as everything does that changes a decision; whoever
imports waits until it has taken them, so that they bind when the import returns.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from compliance_gate.request import HistoryEntry
from dialer import clock
from dialer.domain.errors import MendableError
from dialer.domain.events import Event
from dialer.domain.fact_events import ContactRecorded
from dialer.domain.ids import PersonId
from dialer.domain.ledger_events import PaymentReceived
from dialer.domain.placement import Protection, RejectedLine
from dialer.domain.spoken_words import subject_of, with_words
from dialer.files import written_text
from dialer.floor.folder import folder_now
from dialer.floor.placing import (
    LINES_PER_PROGRESS,
    ImportedBeforeError,
    RefusedWholeError,
    held_alone,
    refused_whole,
)
from dialer.floor.telling import Meant, meant_by, names_of
from dialer.floor.whom import OnFile, inside, on_file
from dialer.intake.files import UnreadableFileError, rows_of
from dialer.intake.history.reader import COUNTED_DAYS, HistoryReader
from dialer.intake.layouts.returned import Returned
from dialer.intake.lists.reader import ListReader
from dialer.intake.lists.said import ListKind
from dialer.intake.mapping import NOTHING_SAID, FileMapping
from dialer.intake.report import ImportReport
from dialer.intake.told import RefusedLine, ToldLine, ToldReader
from dialer.intake.told_columns import ToldKind
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.placements import telling, untold
from dialer.storage.placements.holding import HELD, FileHold
from dialer.storage.placements.imports import import_id_of
from dialer.storage.placements.pace import breathe, no_pause
from dialer.storage.placements.telling import ToldEvent
from dialer.storage.spoken_words import Words
from dialer.storage.store import Store

AT_ONCE = 250
"""Lines looked up and staged together."""

TAKEN_AT_ONCE = 500
ANSWER_S = 30.0
"""Seconds for which a running floor may take in nothing at all."""

LOOK_S = 0.1

NOT_TAKEN = "the floor does not take it"
"""Begins why a line is refused that could be read and means somebody."""


class LineReader(Protocol):
    """Reads a file once; whoever resolves whom its lines name counts them in the report."""

    report: ImportReport

    def __iter__(self) -> Iterator[ToldLine | RefusedLine]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAsked:
    """How a log of calls is read; see `HistoryReader`."""

    zone: ZoneInfo | None = None
    days: int = COUNTED_DAYS
    client: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsked:
    """How a list is read; see `ListReader`."""

    kind: ListKind
    of_day: date | None = None
    client: str = ""


def demand_fits(
    kind: str, *, zone: str | None, days: int | None, scrub: str | None, of_day: str | None
) -> None:
    """Raises MendableError: something was said of a file of this kind that would bind nothing."""
    given = {
        "history": {"--zone": zone, "--days": days},
        "list": {"--scrub": scrub, "--of-day": of_day},
    }
    for whose, options in given.items():
        for name, value in options.items():
            if value is not None and kind != whose:
                mend = f"leave it out, or say that the file is a {whose}."
                raise MendableError(f"{name} says nothing of a file of {kind}", where=name, mend=mend)


def history_asked(zone: str | None, days: int | None, client: str = "") -> HistoryAsked:
    """The same from what somebody wrote. Raises MendableError: there is no such zone."""
    try:
        found = None if zone is None else ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        mend = "name one as America/New_York."
        raise MendableError(f"there is no time zone {zone!r}", where="--zone", mend=mend) from error
    return HistoryAsked(zone=found, days=COUNTED_DAYS if days is None else days, client=client)


def list_asked(kind: str | None, of_day: str | None, client: str = "") -> ListAsked:
    """The same from what somebody wrote; None = a do-not-call list, today's. Raises MendableError: there is
    no such list, or day."""
    kind = ListKind.DO_NOT_CALL.value if kind is None else kind
    kinds = {one.value: one for one in ListKind}
    if kind not in kinds:
        mend = f"it is one of {', '.join(kinds)}."
        raise MendableError(f"no list is of {kind!r}", where="--scrub", mend=mend)
    try:
        day = None if of_day is None else date.fromisoformat(of_day)
    except ValueError as error:
        raise MendableError(
            f"{of_day!r} is no day", where="--of-day", mend="write it as 2026-11-15."
        ) from error
    return ListAsked(kind=kinds[kind], of_day=day, client=client)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOrder:
    """A file that is to be taken in.

    Args:
        kind: what its lines say, or how a log of calls or a list is read.
        by: who hands it in.
        is_dry: read and report only.
        returned: where the refused lines are written, in the client's own layout.
    """

    file: Path
    kind: ToldKind | HistoryAsked | ListAsked
    by: str
    mapping: FileMapping = NOTHING_SAID
    is_dry: bool = False
    returned: Path | None = None
    progress: Callable[[int], None] = field(default=lambda _: None)

    @property
    def what(self) -> str:
        """What its lines say, in a word."""
        if isinstance(self.kind, HistoryAsked):
            return "history"
        return f"list of {self.kind.kind.value}" if isinstance(self.kind, ListAsked) else self.kind.value


def take_in_told(order: ToldOrder, *, address: str, folder: Path | None = None) -> ImportReport:
    """Take a file in, or report on what it would come to; when it returns, what it says binds.

    Args:
        folder: of the floor that runs on the store, for its clock; None = where the store's file is.

    Raises:
        ImportedBeforeError: the same bytes were taken in before.
        RefusedWholeError: a greater share of the lines is refused than the mapping allows; of the file only
            what protects was taken.
        MendableError: it is no file of the kind; or it is taken in and the floor is not told of it now.
    """
    if order.is_dry:
        with Store.open(address) as store:
            now = folder_now(folder or Path(address).parent)
            report = _only_read(store, order, now, order.returned)
            known = import_id_of(report.sha256, telling.campaign_of(order.what))
            _tell_not_taken(store, report, known, order)
            return report
    try:
        owned = Store.open(address, exclusive=True)
    except StoreOwnedError:
        now = folder_now(folder or Path(address).parent)
        with Store.open(address) as store:
            staged = _staged(store, order, now=now, pause=breathe)
            wait_taken(store, staged.import_id)
    else:
        with owned as store:
            now = clock.posix_now()
            take_all(store, now)  # of an import that was killed
            staged = _staged(store, order, now=now, pause=no_pause)
            take_all(store, now)
    with Store.open(address) as store:
        _tell_not_taken(store, staged.report, staged.import_id, order)
    if staged.refused_whole:
        raise RefusedWholeError(staged.refused_whole, staged.report)
    return staged.report


def _tell_not_taken(store: Store, report: ImportReport, import_id: str, order: ToldOrder) -> None:
    """What was read well and is not so for whoever was told of it: those lines are refused after all, in the
    report, in the store's own and in what goes back."""
    rows = store.read(partial(telling.refused_of, import_id=import_id))
    if not rows:
        return
    kept = store.read(partial(telling.rejects_of, import_id=import_id))
    before = {line.line for line in kept if not line.reason.startswith(NOT_TAKEN)}
    later: dict[int, str] = {}
    for line, why in rows:
        if line not in before:
            later.setdefault(line, f"{NOT_TAKEN}: {why}")
    rejects = [RejectedLine(line=line, column="", reason=why) for line, why in later.items()]
    for rejected in rejects:
        report.accepted -= 1
        report.reject(rejected)
    if not order.is_dry:
        counts = report.summary()
        store.write(partial(telling.refuse_lines, import_id=import_id, rejects=rejects, report=counts))
    if order.returned is not None:
        _give_back(order, {one.line: one for one in (*kept, *rejects)})


def _give_back(order: ToldOrder, rejects: Mapping[int, RejectedLine]) -> None:
    """These lines of a file, in the client's own layout; the file is read once more."""
    reader = _reader(order, clock.posix_now())
    assert isinstance(reader, ToldReader), "of logs and lists nothing is given back"
    assert order.returned is not None, "there is where to"
    with written_text(order.returned) as text:
        returned = Returned(text, reader.file, reader.headings)
        for row in rows_of(reader.file):
            if row.number in rejects:
                returned.take(row, rejects[row.number])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staged:
    """What is in the store. `refused_whole`: why only what protects is; '' = all that was not refused is."""

    import_id: str
    report: ImportReport
    refused_whole: str = ""


def _only_read(store: Store, order: ToldOrder, now: float, returned: Path | None) -> ImportReport:
    reader = _reader(order, now)
    with _returning(reader, returned) as give_back:
        for some in _resolved(store, reader, order, now=now):
            give_back(some.rejects)
    return reader.report


def read_told_alone(order: ToldOrder) -> ImportReport:
    """What can be told of a file without any store: its lines, not whether those they name are on file.

    Raises:
        MendableError: it is no file of the kind.
    """
    reader = _reader(order, clock.posix_now())
    for line in reader:
        if isinstance(line, RefusedLine):
            reader.report.reject(line.rejected)
        else:
            reader.report.accepted += 1
    return reader.report


@contextmanager
def _returning(reader: LineReader, to: Path | None) -> Generator[Callable[[Sequence[RejectedLine]], None]]:
    """While the block reads, refused lines are given back in the client's own layout; whole or not."""
    if to is None:
        yield lambda _: None
        return
    if not isinstance(reader, ToldReader):
        mend = "--rejects writes their lines, columns and reasons."
        raise MendableError("logs and lists are not given back", where="--returned", mend=mend)
    rows = reader.recent = {}
    with written_text(to) as text:
        returned = Returned(text, reader.file, reader.headings)

        def give_back(rejects: Sequence[RejectedLine]) -> None:
            for rejected in rejects:
                returned.take(rows[rejected.line], rejected)
            rows.clear()

        yield give_back


def take_all(store: Store, now: float) -> None:
    """Let everything that is staged mean what it means, in a store that no engine works on."""
    while store.write(partial(telling.take_without_floor, most=TAKEN_AT_ONCE, now=now)):
        pass


def _received(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def _reader(order: ToldOrder, now: float) -> LineReader:
    as_of, asked = _received(now), order.kind
    try:
        if isinstance(asked, HistoryAsked):
            return HistoryReader(
                order.file,
                as_of=as_of,
                zone=asked.zone,
                days=asked.days,
                client=asked.client,
                mapping=order.mapping,
            )
        if isinstance(asked, ListAsked):
            return ListReader(
                order.file,
                asked.kind,
                as_of=as_of,
                of_day=asked.of_day,
                client=asked.client,
                mapping=order.mapping,
            )
        return ToldReader(order.file, asked, as_of=as_of, mapping=order.mapping)
    except UnreadableFileError as error:
        mend = "dialer/intake/README.md says what the file must hold."
        raise MendableError(str(error), where=str(order.file), mend=mend) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Some:
    """Some lines of a file, resolved."""

    events: list[ToldEvent]
    rejects: list[RejectedLine]
    holds: list[FileHold]


def _staged(store: Store, order: ToldOrder, *, now: float, pause: Callable[[float], None]) -> _Staged:
    refused = _too_many_refused(store, order, now)
    reader = _reader(order, now)
    if refused is None:
        import_id = _begun(store, reader.report, order, now)
        _stage_lines(store, reader, order, import_id, now=now, pause=pause, is_whole=True)
        return _Staged(import_id=import_id, report=reader.report)
    begin = partial(
        telling.begin,
        file_name=f"{reader.report.file_name} (refused whole)",
        sha256=held_alone(reader.report.sha256),
        kind=order.what,
        now=now,
    )
    import_id, is_known = store.write(begin)
    if not is_known:
        _stage_lines(store, reader, order, import_id, now=now, pause=pause, is_whole=False)
    return _Staged(import_id=import_id, report=refused.report, refused_whole=str(refused))


def _too_many_refused(store: Store, order: ToldOrder, now: float) -> RefusedWholeError | None:
    """Why the file is refused whole; None = it is not."""
    most = order.mapping.most_refused
    if most is None:
        return None
    report = _only_read(store, order, now, None)
    why = refused_whole(report, most)
    return RefusedWholeError(why, report) if why else None


def _stage_lines(
    store: Store,
    reader: LineReader,
    order: ToldOrder,
    import_id: str,
    *,
    now: float,
    pause: Callable[[float], None],
    is_whole: bool,
) -> None:
    """Stage and publish a file; of one that is refused whole only what protects."""
    holds: list[FileHold] = []
    with _returning(reader, order.returned) as give_back:
        for some in _resolved(store, reader, order, import_id=import_id, now=now, is_whole=is_whole):
            began = clock.monotonic_now()
            told = _sealed(store, some.events)
            store.write(partial(telling.stage, import_id=import_id, told=told, rejects=some.rejects))
            pause(clock.monotonic_now() - began)
            holds += some.holds
            give_back(some.rejects)
    report = reader.report.summary()
    store.write(partial(telling.publish, import_id=import_id, report=report, holds=holds, now=now))


def _begun(store: Store, report: ImportReport, order: ToldOrder, now: float) -> str:
    """Begin to stage; the import's id.

    A log or a list of which lines were refused is told again when somebody says what was missing, or placed
    whom it names: what it says twice is one call, one closed number, one hold of its kind.

    Raises:
        ImportedBeforeError: the same bytes were taken in before, and nothing of them is left to be taken.
    """
    for time_told in count():
        kind = f"{order.what}, told again {time_told}" if time_told else order.what
        begin = partial(telling.begin, file_name=report.file_name, sha256=report.sha256, kind=kind, now=now)
        import_id, is_known = store.write(begin)
        if not is_known:
            return import_id
        wait_taken(store, import_id)
        may_be_told_again = not isinstance(order.kind, ToldKind)
        if not may_be_told_again or not store.read(partial(telling.refused_lines, import_id=import_id)):
            break
    raise ImportedBeforeError(f"this very file of {order.what} was taken in already")


def _sealed(store: Store, events: list[ToldEvent]) -> list[ToldEvent]:
    """The words in them sealed, before they are written anywhere."""
    subjects = [subject for one in events if (subject := subject_of(one.event)) is not None]
    words = Words(store.keyring, subjects)

    def sealed(event: Event) -> Event:
        subject = subject_of(event)
        return event if subject is None else with_words(event, partial(words.seal, subject))

    return [replace(one, event=sealed(one.event)) for one in events]


def _resolved(
    store: Store,
    reader: LineReader,
    order: ToldOrder,
    *,
    import_id: str = "",
    now: float = 0.0,
    is_whole: bool = True,
) -> Iterator[_Some]:
    """The lines, some at a time, for the people on file; the report grows.

    Args:
        is_whole: also what protects nobody is taken.
    """
    report = reader.report
    lines = 0
    for some in _batches(reader):
        found = store.read(partial(_on_file, some=some, store=store, client=order.mapping.only_client))
        made = _Some(events=[], rejects=[], holds=[])
        for line in some:
            if isinstance(line, RefusedLine):
                made.holds.extend(_holds(line, found, import_id, now))
                _reject(report, made, replace(line.rejected, protects=_protection(line, found)))
            else:
                meant = meant_by(line, found, by=order.by, at=_received(now))
                if not (is_whole or line.protects):
                    meant = replace(meant, events=())
                _take(report, made, line, meant, import_id)
        if isinstance(order.kind, HistoryAsked):
            _override(store, report, made)
        yield made
        lines += len(some)
        if lines % LINES_PER_PROGRESS == 0:
            order.progress(lines)


def _override(store: Store, report: ImportReport, made: _Some) -> None:
    """A contact of a time of which somebody said that there was none: their word binds no more."""
    lines: dict[tuple[str, str], int] = {}
    told: list[tuple[PersonId, HistoryEntry]] = []
    for one in made.events:
        if isinstance(one.event, ContactRecorded):
            told.append((one.event.person, one.event.entry))
            lines.setdefault((one.event.person, one.event.entry.entry), one.line)
    for found in store.read(partial(untold.overridden, told=told)):
        line = lines[found.person, found.entry]
        report.remark(RejectedLine(line=line, column="", reason=found.remark))
        made.events.extend(ToldEvent(line=line, event=held) for held in found.held)


def _on_file(
    connection: Connection, *, some: list[ToldLine | RefusedLine], store: Store, client: str
) -> OnFile:
    """Whom some lines name; where they may name one client's people alone, of those."""
    found = on_file(connection, names_of(some), store.identifiers)
    return inside(connection, found, client) if client else found


def _keyed(event: Event, import_id: str, line: int) -> Event:
    """A payment of a file is posted once, however often its line is taken."""
    if not isinstance(event, PaymentReceived) or event.key is not None or not import_id:
        return event
    return replace(event, key=f"{import_id}:{line}")


def _batches(reader: LineReader) -> Iterator[list[ToldLine | RefusedLine]]:
    lines = iter(reader)
    while some := list(islice(lines, AT_ONCE)):
        yield some


def _take(report: ImportReport, made: _Some, line: ToldLine, meant: Meant, import_id: str) -> None:
    made.events.extend(
        ToldEvent(line=line.line, event=_keyed(event, import_id, line.line)) for event in meant.events
    )
    for column, reason in meant.remarks:
        report.remark(RejectedLine(line=line.line, column=column, reason=reason))
    if not meant.refusals:
        report.accepted += 1
        return
    column, reason, value = meant.refusals[0]
    if meant.events:
        reason += "; whom else the line names is bound"
    _reject(report, made, RejectedLine(line=line.line, column=column, reason=reason, value=value))


def _reject(report: ImportReport, made: _Some, rejected: RejectedLine) -> None:
    report.reject(rejected)
    made.rejects.append(rejected)


def _protection(line: RefusedLine, found: OnFile) -> Protection | None:
    """What the report says of it: that it holds somebody, or that it would and names nobody."""
    if not line.signal:
        return None
    bound = found.numbers.get(line.number) if not _named(line, found) else None
    return Protection(
        line=line.rejected.line,
        signals=(line.signal,),
        accounts=(("", line.account),) if line.account in found.debts else (),
        persons=(("", line.person),) if line.person in found.persons else (),
        numbers=() if bound is None else (bound,),
    )


def _named(line: RefusedLine, found: OnFile) -> bool:
    return line.person in found.persons or line.account in found.debts


def _holds(line: RefusedLine, found: OnFile, import_id: str, now: float) -> Iterable[FileHold]:
    """Whom a refused line names is held until somebody has looked."""
    if not line.signal:
        return
    number = line.rejected.line
    told = FileHold(
        import_id=import_id,
        line=number,
        signals=line.signal,
        source=f"refused line {number} of import {import_id}: {line.signal}",
        state=HELD,
        at=now,
    )
    if line.person in found.persons:
        yield replace(told, person=found.persons[line.person])
    if line.account in found.debts:
        yield replace(told, debt=found.debts[line.account])
    if line.number in found.numbers and not _named(line, found):
        yield replace(told, number=found.numbers[line.number])


def wait_taken(store: Store, import_id: str) -> None:
    """Return when the running floor has taken all of an import. Raises MendableError: it takes nothing."""

    def left(connection: Connection) -> int:
        return telling.left(connection, import_id)

    waiting, at = store.read(left), clock.monotonic_now()
    while waiting:
        time.sleep(LOOK_S)
        before, waiting = waiting, store.read(left)
        if waiting < before:
            at = clock.monotonic_now()
        elif clock.monotonic_now() - at > ANSWER_S:
            raise MendableError(
                f"everything is in the store, but the running floor has still to take {waiting:,} facts",
                mend="look whether the floor goes on (its /health). Nothing has to be done again: it takes "
                "them in as soon as it does, and at the latest before it dials after its next start.",
            )
