"""What files told of people on file, as events: staged, published by one flip, then told to the engine.

    staging --flip--> finished, with lines left --each taken by the engine, or by the store alone--> none left

A running floor takes the lines through its inbox, as it takes what comes over HTTP
(`dialer.floor.import_news`); where no engine works on the store, their meaning is written to it at once. A
line goes once it is taken: whoever dies, the others are taken later, before anybody is dialed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from dialer.casework.facts import FactEvent
from dialer.domain.errors import FairdialError
from dialer.domain.events import Event
from dialer.domain.placement import RejectedLine
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row, insert_missing, insert_rows
from dialer.storage.journal.codecs import decode_event, encode_event
from dialer.storage.journal.rows import JournalTable
from dialer.storage.placements import holding, news
from dialer.storage.placements.holding import FileHold
from dialer.storage.placements.imports import import_id_of
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import told_without_floor


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """One event that a line tells."""

    line: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One event that is still to be taken; `row` names it."""

    row: int
    import_id: str
    line: int
    event: Event


def campaign_of(kind: str) -> str:
    """What stands in the place of a campaign in the id of an import of a kind."""
    return f"\x1f{kind}"


def begin(connection: Connection, *, file_name: str, sha256: str, kind: str, now: float) -> tuple[str, bool]:
    """Begin to stage a file of a kind, or find that the same bytes were published before.

    Returns:
        the import's id, and whether it was published before.
    """
    import_id = import_id_of(sha256, campaign_of(kind))
    row: Row = {
        "import_id": import_id,
        "file_name": file_name,
        "sha256": sha256,
        "campaign": "",
        "state": "staging",
        "started_at": now,
    }
    insert_missing(connection, t.imports, [row])
    state = connection.scalar(select(t.imports.c.state).where(t.imports.c.import_id == import_id))
    if state == "finished":
        return import_id, True
    connection.execute(delete(t.told_lines).where(t.told_lines.c.import_id == import_id))
    connection.execute(delete(t.import_rejects).where(t.import_rejects.c.import_id == import_id))
    return import_id, False


def refused_lines(connection: Connection, import_id: str) -> int:
    """How many lines of a published import were refused when it was read."""
    query = select(t.imports.c.rejected).where(t.imports.c.import_id == import_id)
    return connection.scalar(query) or 0


def stage(
    connection: Connection,
    import_id: str,
    told: Sequence[ToldEvent],
    rejects: Sequence[RejectedLine] = (),
) -> None:
    """Take some lines in; nothing of them is visible yet."""
    rows: list[Row] = [
        {"import_id": import_id, "line": one.line, "body": encode_event(one.event)} for one in told
    ]
    insert_rows(connection, t.told_lines, rows)
    _insert_rejects(connection, import_id, rejects)


def _insert_rejects(connection: Connection, import_id: str, rejects: Sequence[RejectedLine]) -> None:
    refused: list[Row] = [
        {
            "import_id": import_id,
            "line": reject.line,
            "column": reject.column,
            "reason": reject.reason,
            "value": reject.value,
        }
        for reject in rejects
    ]
    insert_rows(connection, t.import_rejects, refused)


def rejects_of(connection: Connection, import_id: str) -> tuple[RejectedLine, ...]:
    """The lines of an import that were refused."""
    columns = t.import_rejects.c
    query = select(columns.line, columns["column"], columns.reason, columns.value).where(
        columns.import_id == import_id
    )
    rows = connection.execute(query.order_by(columns.id)).all()
    return tuple(RejectedLine(line=a, column=b, reason=c, value=d) for a, b, c, d in rows)


def refuse_lines(
    connection: Connection, import_id: str, *, rejects: Sequence[RejectedLine], report: dict[str, object]
) -> None:
    """These lines of a published import are refused after all."""
    _insert_rejects(connection, import_id, rejects)
    counts = {"accepted": report["accepted"], "rejected": report["rejected"]}
    which = update(t.imports).where(t.imports.c.import_id == import_id)
    connection.execute(which.values(report=msgspec.json.encode(report).decode(), **counts))


def publish(
    connection: Connection,
    import_id: str,
    *,
    report: dict[str, object],
    holds: Sequence[FileHold],
    now: float,
) -> None:
    """The flip: from here on the lines are taken, whatever dies; whom refused lines protect is held."""
    held = holding.place_holds(connection, holds, import_id=import_id, now=now)
    news.add(connection, held, import_id=import_id)
    counts = {"lines": report["lines"], "accepted": report["accepted"], "rejected": report["rejected"]}
    connection.execute(
        update(t.imports)
        .where(t.imports.c.import_id == import_id)
        .values(state="finished", published_at=now, report=msgspec.json.encode(report).decode(), **counts)
    )


def pending(connection: Connection, *, most: int) -> tuple[Pending, ...]:
    """The oldest events that are still to be taken."""
    lines = t.told_lines.c
    query = (
        select(lines.id, lines.import_id, lines.line, lines.body)
        .join_from(t.told_lines, t.imports, t.imports.c.import_id == lines.import_id)
        .where(t.imports.c.state == "finished", lines.refused.is_(None))
        .order_by(lines.id)
        .limit(most)
    )
    return tuple(
        Pending(row=row.id, import_id=row.import_id, line=row.line, event=decode_event(bytes(row.body)))
        for row in connection.execute(query).all()
    )


def left(connection: Connection, import_id: str | None = None) -> int:
    """Events that are still to be taken, of one import or of all."""
    lines = t.told_lines.c
    query = (
        select(func.count())
        .select_from(t.told_lines)
        .join(t.imports, t.imports.c.import_id == lines.import_id)
        .where(t.imports.c.state == "finished", lines.refused.is_(None))
    )
    if import_id is not None:
        query = query.where(lines.import_id == import_id)
    return connection.scalar(query) or 0


def take_away(connection: Connection, taken: Iterable[Pending]) -> None:
    """These were taken."""
    connection.execute(delete(t.told_lines).where(t.told_lines.c.id.in_([one.row for one in taken])))


def refuse(connection: Connection, one: Pending, why: str) -> None:
    """The engine does not take it, and never will: it stays for whoever looks."""
    connection.execute(update(t.told_lines).where(t.told_lines.c.id == one.row).values(refused=why))


def refused_of(connection: Connection, import_id: str) -> tuple[tuple[int, str], ...]:
    """Lines of an import that the engine refused, and why."""
    lines = t.told_lines.c
    query = select(lines.line, lines.refused).where(lines.import_id == import_id, lines.refused.is_not(None))
    return tuple((row.line, row.refused) for row in connection.execute(query.order_by(lines.line)).all())


def take_without_floor(connection: Connection, *, most: int, now: float) -> int:
    """Let some lines mean what they mean, in a store that no engine works on; returns how many are done."""
    some = pending(connection, most=most)
    fold = Fold()
    for one in some:
        try:
            told_without_floor(fold, cast("FactEvent", one.event), now=now)
        except FairdialError as error:
            refuse(connection, one, str(error))
    fold.write(connection, JournalTable())
    if some:
        lines = t.told_lines.c
        done = lines.id.in_([one.row for one in some]) & lines.refused.is_(None)
        connection.execute(delete(t.told_lines).where(done))
    return len(some)
