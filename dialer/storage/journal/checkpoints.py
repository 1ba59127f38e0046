"""Engine states written down from time to time, so that a restart reads one of them and the journal since.

A checkpoint that does not match its hash is passed over for the one before: the journal still has all that
happened since, it only takes longer.
"""

import hashlib
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, delete, func, select

from dialer.domain.ports import JournalEntry
from dialer.storage.database.tables import checkpoints, journal
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.projecting.fold import upsert

KEPT = 3
"""The newest, and two before it in case it is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """An engine's state after the step `sequence`; `sha256` is what `EngineRestarted` carries."""

    sequence: int
    at: float
    sha256: str
    body: bytes


def save_checkpoint(connection: Connection, *, sequence: int, at: float, body: bytes) -> str:
    """Write a state down and forget the oldest; returns its hash.

    The journal up to `sequence` must be committed before, or in the same transaction.
    """
    digest = hashlib.sha256(body).hexdigest()
    upsert(connection, checkpoints, [{"sequence": sequence, "at": at, "sha256": digest, "body": body}])
    kept = select(checkpoints.c.sequence).order_by(checkpoints.c.sequence.desc()).limit(KEPT)
    connection.execute(delete(checkpoints).where(checkpoints.c.sequence.not_in(kept.scalar_subquery())))
    return digest


def latest_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest state that is whole; None when there is none: then the whole journal is the state."""
    for row in connection.execute(select(checkpoints).order_by(checkpoints.c.sequence.desc())):
        body = bytes(row.body)
        if hashlib.sha256(body).hexdigest() == row.sha256:
            return Checkpoint(sequence=row.sequence, at=row.at, sha256=row.sha256, body=body)
    return None


def last_sequence(connection: Connection) -> int:
    """Sequence of the last step in the journal, 0 when it is empty."""
    return connection.scalar(select(func.max(journal.c.sequence))) or 0


def journal_since(connection: Connection, sequence: int, *, limit: int = 10_000) -> tuple[JournalEntry, ...]:
    """The next steps after `sequence`, in order; call again with the last one's sequence for more."""
    query = select(journal.c.entry).where(journal.c.sequence > sequence).order_by(journal.c.sequence)
    rows = connection.execute(query.limit(limit)).scalars()
    return tuple(decode_entry(bytes(cast("bytes", row))) for row in rows)
