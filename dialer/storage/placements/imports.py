"""Placements into the store: staged in small transactions, published by one short flip, then put in place.

Nothing of a file can be seen by a decision before the flip; after it, all of it will be, even if the process
dies: putting in place is idempotent and goes on at the next opening. Every transaction is small and followed
by a pause at least as long, so that a live floor's commits get their turn (the writer of SQLite is one).

    staging --flip--> published --all in place--> finished
        \\--> abandoned (nothing was ever visible)
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from dialer.casework.ledger.refresh import BalanceOwner
from dialer.clock import monotonic_now
from dialer.domain.errors import FairdialError
from dialer.domain.ids import PersonId
from dialer.domain.keys import folded
from dialer.domain.placement import PlacedAccount, Protection, RejectedLine
from dialer.storage.database import tables as t
from dialer.storage.database.connections import KEPT_CHECKPOINT_PAGES, Work
from dialer.storage.database.statements import Row as Columns
from dialer.storage.database.statements import insert_missing, insert_rows
from dialer.storage.journal.codecs import encode_value, value_decoder
from dialer.storage.keys.keyring import NOTHING, Keyring
from dialer.storage.leads import wake_numberless
from dialer.storage.placements.identifiers import Identifiers
from dialer.storage.placements.older_keys import OlderIdentifiers, has_older_keys
from dialer.storage.placements.pace import Pace, no_pause
from dialer.storage.placements.placing import Batch, Placing

FORGOTTEN_AT_ONCE = 1_000

T = TypeVar("T")
_account = value_decoder(PlacedAccount)
_protection = value_decoder(Protection)

_PROTECTS = b"P"
"""Begins the staged body of what a refused line protects; an account's begins as JSON does."""


_TAKEN = "somebody else imports the file of import {} at this moment: nothing more of it was taken here"


class ImportStateError(FairdialError):
    """The import is not in a state in which this may be done; the message says which it is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatus:
    """Where an import stands. `state`: staging, published, finished or abandoned."""

    import_id: str
    file_name: str
    campaign: str
    state: str
    lines: int
    accepted: int
    rejected: int


def import_id_of(sha256: str, campaign: str) -> str:
    """The same bytes for the same campaign are one import."""
    return hashlib.sha256(f"{sha256}\x1f{campaign}".encode()).hexdigest()[:16]


class Imports:
    """Imports of one store.

    Args:
        pause: called with the length of each transaction in seconds; `breathe` beside a live floor.
        owners: who owns the balance, by the folded name of the client; who is not there owns their own.
        history_days: see `Placing`.
    """

    def __init__(
        self,
        work: Work,
        identifiers: Identifiers,
        keyring: Keyring,
        *,
        pause: Callable[[float], None] = no_pause,
        owners: Mapping[str, BalanceOwner] | None = None,
        history_days: Mapping[str, int] | None = None,
    ) -> None:
        self._work = work
        self._owners = owners or {}
        self._history_days = history_days or {}
        self._identifiers = identifiers
        self._keyring = keyring
        self._pause = pause
        self._is_alone = pause is no_pause
        self._staged_here: dict[str, int] = {}
        """Lines of each import that were handed over here."""

    def begin(
        self, *, file_name: str, sha256: str, campaign: str, client: str = "", now: float
    ) -> ImportStatus:
        """Begin an import, or find the one of the same bytes for the same campaign.

        Returns:
            state `staging`: hand over the lines; anything else: this file was imported already.
        """
        import_id = import_id_of(sha256, campaign)
        row: dict[str, object] = {
            "import_id": import_id,
            "file_name": file_name,
            "sha256": sha256,
            "campaign": campaign,
            "state": "staging",
            "started_at": now,
        }

        def work(connection: Connection) -> None:
            insert_missing(connection, t.imports, [row])
            if campaign:
                insert_missing(connection, t.campaigns, [{"campaign": campaign, "client": client}])

        self._work.write(work)
        self._staged_here[import_id] = 0
        status = self.status(import_id)
        if status.state in ("staging", "abandoned"):
            self._forget_staged(import_id)
        return self.status(import_id)

    def stage(self, import_id: str, lines: Iterable[PlacedAccount | RejectedLine]) -> ImportStatus:
        """Take lines in, in small transactions; nothing of them is visible yet.

        Raises:
            ImportStateError: the import is not staging.
        """
        self._expect(import_id, "staging")
        accounts: list[PlacedAccount] = []
        rejects: list[RejectedLine] = []
        pace = Pace.alone() if self._is_alone else Pace.staging()
        for line in lines:
            if isinstance(line, PlacedAccount):
                accounts.append(line)
            else:
                rejects.append(line)
            if len(accounts) + len(rejects) >= pace.lines:
                pace.learn(self._stage_batch(import_id, accounts, rejects))
                accounts, rejects = [], []
        self._stage_batch(import_id, accounts, rejects)
        return self.status(import_id)

    def _stage_batch(
        self, import_id: str, accounts: Sequence[PlacedAccount], rejects: Sequence[RejectedLine]
    ) -> float:
        protects = [reject.protects for reject in rejects if reject.protects is not None]
        sealer = self._keyring.sealer([import_id]) if accounts or protects else NOTHING
        clear = [encode_value(account) for account in accounts]
        clear += [_PROTECTS + encode_value(protection) for protection in protects]
        bodies: list[Columns] = [
            {"import_id": import_id, "body": sealer.seal(import_id, body)} for body in clear
        ]
        lines: list[Columns] = [
            {
                "import_id": import_id,
                "line": reject.line,
                "column": reject.column,
                "reason": reject.reason,
                "value": reject.value,
            }
            for reject in rejects
        ]

        def work(connection: Connection) -> None:
            counted = t.imports.c
            staged = connection.execute(
                update(t.imports)
                .where(counted.import_id == import_id, counted.state == "staging")
                .values(
                    lines=counted.lines + len(accounts) + len(lines),
                    accepted=counted.accepted + len(accounts),
                    rejected=counted.rejected + len(lines),
                )
            )
            if staged.rowcount != 1:
                raise ImportStateError(_TAKEN.format(import_id))
            insert_rows(connection, t.staged_accounts, bodies)
            insert_rows(connection, t.import_rejects, lines)

        took = self._timed(work)[0]
        self._staged_here[import_id] = self._staged_here.get(import_id, 0) + len(accounts) + len(lines)
        return took

    def publish(self, import_id: str, *, now: float, report: dict[str, object] | None = None) -> None:
        """The flip: from here on the import happens, whatever dies.

        Raises:
            ImportStateError: the import is not staging, or other lines are staged than were handed over here:
                somebody else imports the same file at this moment.
        """
        self._expect(import_id, "staging")
        text = msgspec.json.encode(report or {}).decode()

        imports = t.imports.c
        which = (imports.import_id == import_id) & (imports.state == "staging")
        if import_id in self._staged_here:
            which &= imports.lines == self._staged_here[import_id]

        def work(connection: Connection) -> None:
            flip = update(t.imports).where(which).values(state="published", published_at=now, report=text)
            if connection.execute(flip).rowcount != 1:
                raise ImportStateError(_TAKEN.format(import_id))

        self._work.write(work)

    def put_in_place(self, import_id: str, *, now: float) -> tuple[PersonId, ...]:
        """Put the published accounts in place, in small transactions; may be killed and called again.

        Returns:
            persons who were known before; `dialer.storage.placements.news` has them for a running engine.

        Raises:
            ImportStateError: it is not published, or its staged lines do not open: their key is gone.
        """
        status = self.status(import_id)
        if status.state == "finished":  # by somebody else, a moment ago
            return ()
        self._expect(import_id, "published")
        older = OlderIdentifiers(self._identifiers) if self._work.read(has_older_keys) else None
        placing = Placing(
            identifiers=self._identifiers if older is None else older,
            keyring=self._keyring,
            campaign=status.campaign,
            import_id=import_id,
            now=now,
            clients=self._work.read(_clients),
            owners=self._owners,
            history_days=self._history_days,
            says=self._work.read(lambda connection: _columns(connection, import_id)),
        )
        changed: set[PersonId] = set()
        pace = Pace.alone() if self._is_alone else Pace.placing()
        while True:
            rows = self._work.read(lambda c, most=pace.lines: _staged(c, import_id, most))
            if not rows:
                self._keyring.destroy([import_id])  # first: whoever dies between the two comes here again
                self._set_state(import_id, "finished")
                return tuple(sorted(changed))
            try:
                accounts, protections = self._staged(import_id, rows)
            except ImportStateError:
                if self._work.read(lambda c: _staged(c, import_id, 1))[:1] == rows[:1]:
                    raise
                continue  # somebody else has put them in place meanwhile, and destroyed their key
            if older is not None:
                self._work.read(partial(older.look_up, accounts=accounts))
            batch = Batch(accounts, placing, protections)
            took, known = self._timed(partial(_put_in_place, batch=batch, rows=rows, import_id=import_id))
            if known:
                changed.update(known)
                self._timed(partial(wake_numberless, persons=known))
            pace.learn(took)

    def _staged(
        self, import_id: str, rows: Sequence[Row[int, bytes]]
    ) -> tuple[list[PlacedAccount], list[Protection]]:
        """What was staged, in clear. Lines that were staged before there were keys are in clear already."""
        accounts: list[PlacedAccount] = []
        protections: list[Protection] = []
        opener = self._keyring.opener([import_id])
        for row in rows:
            body = bytes(row.body)
            clear = opener.open(import_id, body)
            if clear is None and _is_in_clear(body):
                clear = body
            if clear is None:
                raise ImportStateError(
                    f"the staged lines of import {import_id} cannot be opened: import its file again"
                )
            if clear.startswith(_PROTECTS):
                protections.append(_protection(clear[len(_PROTECTS) :]))
            else:
                accounts.append(_account(clear))
        return accounts, protections

    def abandon(self, import_id: str) -> None:
        """Forget a file that is still staging; nothing of it was ever visible."""
        self._expect(import_id, "staging")
        self._forget_staged(import_id, state="abandoned")

    def unfinished(self) -> tuple[ImportStatus, ...]:
        """Published imports that are not wholly in place: their process died."""

        def work(connection: Connection) -> list[ImportStatus]:
            rows = connection.execute(select(t.imports).where(t.imports.c.state == "published"))
            return [_status(row) for row in rows]

        return tuple(self._work.read(work))

    def status(self, import_id: str) -> ImportStatus:
        """Where an import stands.

        Raises:
            ImportStateError: nobody began it.
        """
        row = self._work.read(
            lambda connection: connection.execute(
                select(t.imports).where(t.imports.c.import_id == import_id)
            ).one_or_none()
        )
        if row is None:
            raise ImportStateError(f"no import {import_id!r}")
        return _status(row)

    def rejects(self, import_id: str) -> tuple[RejectedLine, ...]:
        """The lines that were not taken."""
        columns = t.import_rejects.c
        query = select(columns.line, columns["column"], columns.reason, columns.value).where(
            columns.import_id == import_id
        )
        rows = self._work.read(lambda connection: connection.execute(query.order_by(columns.id)).all())
        return tuple(RejectedLine(line=a, column=b, reason=c, value=d) for a, b, c, d in rows)

    def _expect(self, import_id: str, state: str) -> ImportStatus:
        status = self.status(import_id)
        if status.state != state:
            raise ImportStateError(f"import {import_id} is {status.state}, not {state}")
        return status

    def _forget_staged(self, import_id: str, *, state: str = "staging") -> None:
        """Delete what was staged, a bite at a time."""
        staged = t.staged_accounts.c
        some = (
            select(staged.id)
            .where(staged.import_id == import_id)
            .order_by(staged.id)
            .limit(FORGOTTEN_AT_ONCE)
        )
        gone = delete(t.staged_accounts).where(staged.id.in_(some))

        def demand_unpublished(connection: Connection) -> None:
            query = select(t.imports.c.state).where(t.imports.c.import_id == import_id).with_for_update()
            if connection.scalar(query) not in ("staging", "abandoned"):
                raise ImportStateError(_TAKEN.format(import_id))

        def bite(connection: Connection) -> int:
            demand_unpublished(connection)
            return connection.execute(gone).rowcount

        while self._timed(bite)[1] > 0:
            pass

        def work(connection: Connection) -> None:
            demand_unpublished(connection)
            connection.execute(delete(t.import_rejects).where(t.import_rejects.c.import_id == import_id))
            connection.execute(
                update(t.imports)
                .where(t.imports.c.import_id == import_id)
                .values(state=state, lines=0, accepted=0, rejected=0)
            )

        self._work.write(work)

    def _set_state(self, import_id: str, state: str) -> None:
        changed = update(t.imports).where(t.imports.c.import_id == import_id).values(state=state)

        def work(connection: Connection) -> None:
            connection.execute(changed)

        self._work.write(work)

    def _timed(self, work: Callable[[Connection], T]) -> tuple[float, T]:
        """Run, then leave the lock to others for as long; returns the seconds for which it was held."""
        began = monotonic_now()

        def timed(connection: Connection) -> T:
            nonlocal began
            began = monotonic_now()  # before it, others had the lock
            if not self._is_alone and connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={KEPT_CHECKPOINT_PAGES}")
            return work(connection)

        result = self._work.write(timed)
        held = monotonic_now() - began
        self._pause(held)
        return held, result


def _is_in_clear(body: bytes) -> bool:
    """Whether a line was staged by a version that sealed nothing: sealed bytes are no text of ours."""
    return body.startswith(b'{"') and body.endswith(b"}")


def _status(row: Row[Any]) -> ImportStatus:
    return ImportStatus(
        import_id=row.import_id,
        file_name=row.file_name,
        campaign=row.campaign,
        state=row.state,
        lines=row.lines,
        accepted=row.accepted,
        rejected=row.rejected,
    )


def _staged(connection: Connection, import_id: str, most: int) -> Sequence[Row[int, bytes]]:
    staged = t.staged_accounts.c
    query = select(staged.id, staged.body).where(staged.import_id == import_id).order_by(staged.id)
    return connection.execute(query.limit(most)).all()


def _columns(connection: Connection, import_id: str) -> frozenset[str] | None:
    """Columns that the file has, as its report says; None = nobody wrote them down."""
    query = select(t.imports.c.report).where(t.imports.c.import_id == import_id)
    told: object = msgspec.json.decode(connection.scalar(query) or "{}")
    columns = cast("dict[str, object]", told).get("columns") if isinstance(told, dict) else None
    return frozenset(map(str, cast("list[object]", columns))) if isinstance(columns, list) else None


def _clients(connection: Connection) -> dict[str, str]:
    """How each client is spelled, by its folded name."""
    spelled = connection.execute(select(t.clients.c.client).order_by(t.clients.c.client)).scalars()
    return {folded(client): client for client in spelled}


def _put_in_place(
    connection: Connection, *, batch: Batch, rows: Sequence[Row[int, bytes]], import_id: str
) -> tuple[PersonId, ...]:
    """Write a batch and take its lines off the staging table, together."""
    known = batch.write(connection)
    staged = t.staged_accounts.c
    connection.execute(
        delete(t.staged_accounts).where(staged.import_id == import_id, staged.id <= rows[-1].id)
    )
    return known
