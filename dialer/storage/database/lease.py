"""The lease of a store, as a row: who is in charge, in which term, and whether they still are.

The rules are `dialer.domain.lease`'s; here is only what is written down. The row is not the one that every
writing transaction looks at (`owner`): a beat waits for no commit, and no commit for a beat.
"""

from sqlalchemy import Connection, delete, insert, select, text, update

from dialer.domain.lease import LeaseReading
from dialer.storage.database.tables import lease


def read(connection: Connection) -> LeaseReading:
    """The lease now; of a store that nobody ever took, one that was given back."""
    row = connection.execute(select(lease)).first()
    if row is None:
        return LeaseReading(term=0, beat=0, holder="")
    return LeaseReading(term=row.term, beat=row.beat, holder=row.holder, address=row.address)


def look(connection: Connection) -> LeaseReading:
    """The lease of a store that may not have been made yet, or by an older version, on a server."""
    if connection.scalar(text("SELECT to_regclass('lease')")) is None:
        return LeaseReading(term=0, beat=0, holder="")
    return read(connection)


def take(connection: Connection, *, holder: str, now: float) -> int:
    """Begin a new term; returns it.

    It is greater than every term of this store, and than those of a store that was restored from an older
    copy, or of another store: telephone systems remember terms, and know no stores.

    Args:
        now: POSIX seconds.
    """
    term = max(read(connection).term + 1, int(now))
    connection.execute(delete(lease))
    connection.execute(insert(lease), {"id": 1, "term": term, "beat": 0, "holder": holder, "address": ""})
    return term


def beat(connection: Connection, term: int, *, address: str) -> bool:
    """Say that whoever took this term is still there; False = somebody took a later one."""
    mine = update(lease).where(lease.c.term == term)
    return connection.execute(mine.values(beat=lease.c.beat + 1, address=address)).rowcount == 1


def give_back(connection: Connection, term: int) -> None:
    """Whoever waits need not wait any longer; nothing happens where somebody took a later term."""
    connection.execute(update(lease).where(lease.c.term == term).values(holder="", address=""))
