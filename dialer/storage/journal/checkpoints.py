"""Engine states written down from time to time, so that a restart reads one of them and the journal since.

A checkpoint that does not match its hash is passed over for the one before: the journal still has all that
happened since, it only takes longer.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from dialer.storage.database.statements import upsert
from dialer.storage.database.tables import checkpoints

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
