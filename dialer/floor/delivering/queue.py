"""What waits to be told to one webhook: ids alone, in order, in a file that outlives the process.

A message is whole when its mark is: both are written in one step, so that a change is neither lost nor queued
twice. Names and numbers are looked up when it is sent; whoever is erased meanwhile is told of no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    and_,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError

from dialer.domain.errors import MendableError
from dialer.files import made_private

FILE = "queue.db"
KEPT_DEAD = 100_000
"""Messages put aside that are kept; older ones go, and are counted."""

_meta = MetaData()
_waiting = Table(
    "waiting",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("account", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("since", Float, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("again_at", Float, nullable=False),
    Column("why", String, nullable=False, default=""),
    Index("waiting_account", "account", "id"),
    sqlite_autoincrement=True,
)
_dead = Table(
    "dead",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("account", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("since", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("why", String, nullable=False),
)
_mark = Table(
    "mark",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("told_until", Float, nullable=False),
    Column("sent", Integer, nullable=False, default=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One change of one account. `name`: the same whenever it is sent; `body`: the change in ids; `since`:
    POSIX seconds at which it was queued; `tries`: how often it was sent in vain; `why`: why the last time."""

    id: int = 0
    name: str
    account: str
    body: bytes
    since: float
    tries: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many wait, since when the oldest does (None = none), were put aside, were sent; `why`: why the
    oldest that was sent in vain still waits."""

    waiting: int
    oldest: float | None
    put_aside: int
    sent: int
    why: str


class Queue:
    """The messages of one webhook, of one process at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises MendableError: the file is no such queue."""
        file = folder / FILE
        made_private(file)
        self._engine = create_engine(f"sqlite:///{file}")
        event.listen(self._engine, "connect", _careful)
        try:
            _meta.create_all(self._engine)
        except DatabaseError as error:
            self._engine.dispose()
            raise MendableError(
                f"the messages that wait cannot be read: {error.orig}",
                where=str(file),
                mend="move it away: the webhook begins anew with what comes from now on.",
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def mark(self) -> tuple[int, float] | None:
        """Up to where the journal was queued: its step and second; None = it never was."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_mark.c.sequence, _mark.c.told_until)).one_or_none()
        return None if row is None else (row.sequence, row.told_until)

    def add(self, messages: Sequence[Message], *, sequence: int, told_until: float) -> None:
        """Queue messages and move the mark, in one step."""
        rows = [
            {
                "name": one.name,
                "account": one.account,
                "body": one.body,
                "since": one.since,
                "again_at": one.since,
            }
            for one in messages
        ]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert(_waiting).prefix_with("OR IGNORE"), rows)
            if (
                connection.execute(update(_mark).values(sequence=sequence, told_until=told_until)).rowcount
                == 0
            ):
                connection.execute(insert(_mark).values(id=1, sequence=sequence, told_until=told_until))

    def due(self, now: float, most: int) -> list[Message]:
        """The first message of each account that may be sent now, oldest first."""
        earlier = _waiting.alias()
        is_behind = exists().where(
            and_(earlier.c.account == _waiting.c.account, earlier.c.id < _waiting.c.id)
        )
        query = select(_waiting).where(_waiting.c.again_at <= now, ~is_behind).order_by(_waiting.c.id)
        with self._engine.connect() as connection:
            return [_message(row) for row in connection.execute(query.limit(most))]

    def sent(self, names: Sequence[int]) -> None:
        """Forget messages that were taken."""
        with self._engine.begin() as connection:
            connection.execute(delete(_waiting).where(_waiting.c.id.in_(names)))
            connection.execute(update(_mark).values(sent=_mark.c.sent + len(names)))

    def failed(self, one: Message, *, again_at: float, why: str) -> None:
        """Let a message wait."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_waiting)
                .where(_waiting.c.id == one.id)
                .values(tries=_waiting.c.tries + 1, again_at=again_at, why=why)
            )

    def put_aside(self, one: Message, *, at: float, why: str) -> None:
        """Give a message up: it is kept, and those behind it go on."""
        row = {"name": one.name, "account": one.account, "body": one.body, "since": one.since}
        with self._engine.begin() as connection:
            connection.execute(insert(_dead).values(**row, tries=one.tries + 1, at=at, why=why))
            connection.execute(delete(_waiting).where(_waiting.c.id == one.id))
            newest = (
                select(_dead.c.id).order_by(_dead.c.id.desc()).offset(KEPT_DEAD).limit(1).scalar_subquery()
            )
            connection.execute(delete(_dead).where(_dead.c.id <= newest))

    def again(self, now: float) -> int:
        """Queue what was put aside once more; how many."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(_dead).order_by(_dead.c.id)).all()
            if rows:
                values = [
                    {"name": r.name, "account": r.account, "body": r.body, "since": now, "again_at": now}
                    for r in rows
                ]
                connection.execute(insert(_waiting).prefix_with("OR IGNORE"), values)
                connection.execute(delete(_dead))
        return len(rows)

    def dead(self, most: int) -> list[Message]:
        """What was put aside, the newest first."""
        with self._engine.connect() as connection:
            return [
                _message(row)
                for row in connection.execute(select(_dead).order_by(_dead.c.id.desc()).limit(most))
            ]

    def standing(self) -> Standing:
        """How it stands."""
        with self._engine.connect() as connection:
            waiting, oldest = connection.execute(select(func.count(), func.min(_waiting.c.since))).one()
            dead = connection.scalar(select(func.count()).select_from(_dead)) or 0
            sent = connection.scalar(select(_mark.c.sent)) or 0
            tried = select(_waiting.c.why).where(_waiting.c.tries > 0).order_by(_waiting.c.id).limit(1)
            why = connection.scalar(tried) or ""
        return Standing(waiting=waiting, oldest=oldest, put_aside=dead, sent=sent, why=why)


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        name=row.name,
        account=row.account,
        body=row.body,
        since=row.since,
        tries=row.tries,
        why=row.why,
    )


def _careful(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()
