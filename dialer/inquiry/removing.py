"""Records removed when no rule keeps them any more: what would go is told, and goes when it is asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from dialer.access.record import Deed
from dialer.domain.ids import AttemptId
from dialer.inquiry.messages import messages_of
from dialer.inquiry.records import Fate, Free, free_of, records_due
from dialer.inquiry.rights.erasure import ErasedBy
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.erasing import talks_of
from dialer.storage.removing import let_nothing_in, remove_records, unspoken
from dialer.storage.store import Store
from telephony.asterisk import recordings

RULE = "no rule of retention keeps it any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What went, or would go.

    Args:
        is_dry: nothing was removed.
        persons: of whom something went.
        rows: by table; `facts` = consents, notices, what happened elsewhere.
        recordings: sound files deleted; of a dry run, calls whose recordings would be.
        waiting: calls that stay since their recordings, or messages, may be somewhere.
        keys: of talks, destroyed.
        deeds: entries of the record of who did what; it is only ever added to, and has ids alone.
    """

    is_dry: bool
    persons: int
    rows: dict[str, int]
    recordings: tuple[str, ...]
    waiting: int
    keys: int
    deeds: int

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return asdict(self)

    def told(self) -> str:
        """In one line."""
        rows = ", ".join(f"{count} {table}" for table, count in sorted(self.rows.items())) or "no rows"
        return f"{rows}, {len(self.recordings)} recordings of {self.persons} persons"


def remove(
    store: Store,
    *,
    by: ErasedBy,
    at: float,
    folders: Sequence[Path] = (),
    is_dry: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Removed:
    """Remove every record that no rule keeps at `at` (POSIX seconds, now).

    Each person is judged again in the transaction that removes their records. May be interrupted, and called
    again.

    Args:
        by: who asks, and why; for the record.
        folders: where telephone systems record.
        progress: told how many persons are done.

    Raises:
        KeysMissingError: the keys are not here.
    """
    total = _Total()
    due = records_due(store, at=at)
    persons = sorted({each.person for each in due.told if each.fate is Fate.MAY_GO})
    for done, person in enumerate(persons, start=1):
        free = free_of(store, person, at=at)
        if is_dry:
            total.would(store, person, free, folders)
        else:
            total.went(store, person, free, folders, at)
        if progress is not None:
            progress(done)
    removed = total.removed(store, is_dry=is_dry)
    if not is_dry and removed.persons:
        deed = Deed(
            at=at,
            who=by.who,
            address=by.address,
            action="remove records",
            why=by.why,
            outcome=removed.told(),
        )
        store.write(lambda connection: deeds.append(connection, [deed]))
    return removed


class _Total:
    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._recordings: list[str] = []
        self._persons = self._waiting = self._keys = 0

    def would(self, store: Store, person: str, free: Free, folders: Sequence[Path]) -> None:
        """Count what would go: it is removed, and the transaction is taken back."""
        sounds = [name for folder in folders for name in _recorded(folder) if name in free.recordings]
        keep = _waiting(store, person, free, folders)
        gone: dict[str, int] = {}

        def work(connection: Connection) -> None:
            gone.update(remove_records(connection, person, keep=keep))
            raise _TakenBackError

        if free.all_records:
            with suppress(_TakenBackError):
                store.write(work)
            self._waiting += len(keep)
        self._count(gone, sounds)

    def went(self, store: Store, person: str, free: Free, folders: Sequence[Path], at: float) -> None:
        """Recordings first: without its attempt nobody could place one."""
        sounds = [
            file
            for folder in folders
            for file in recordings.delete(folder, free.recordings, now=at, rule=RULE)
        ]
        keep = _waiting(store, person, free, folders)

        def work(connection: Connection) -> tuple[Mapping[str, int], int]:
            let_nothing_in(connection)
            if not free_of(store.within(connection), person, at=at).all_records:
                return {}, 0
            talks = frozenset(talks_of(connection, person)) - keep
            gone = remove_records(connection, person, keep=keep)
            # Before the commit: whoever dies between the two finds the rows, and comes here again.
            return gone, store.keyring.destroy(unspoken(connection, sorted(talks)))

        gone: Mapping[str, int] = {}
        if free.all_records:
            gone, keys = store.write(work)
            self._waiting += len(keep)
            self._keys += keys
        self._count(gone, sounds)

    def _count(self, gone: Mapping[str, int], sounds: Sequence[str]) -> None:
        self._rows.update(gone)
        self._persons += bool(gone or sounds)
        self._recordings += sounds

    def removed(self, store: Store, *, is_dry: bool) -> Removed:
        """All of it."""
        return Removed(
            is_dry=is_dry,
            persons=self._persons,
            rows=dict(self._rows),
            recordings=tuple(self._recordings),
            waiting=self._waiting,
            keys=self._keys,
            deeds=store.read(deeds.head_of).place,
        )


class _TakenBackError(Exception):
    """What was removed in a dry run is put back."""


def _waiting(store: Store, person: str, free: Free, folders: Sequence[Path]) -> frozenset[str]:
    """Calls of which a recording may be somewhere still: it is kept, nobody finished it, or no folder was
    named."""
    recorded = (t.attempts.c.person == person) & t.attempts.c.recorded.is_(True)
    query = select(t.attempts.c.attempt).where(recorded)
    made = store.read(lambda connection: connection.scalars(query).all())
    names = {AttemptId(name): name for name in made}
    names |= {message: call.call for message, call in messages_of(store, person).items()}
    open_ones = {name for folder in folders for name in recordings.unfinished(folder)}
    gone = free.recordings - open_ones if folders else frozenset[AttemptId]()
    return frozenset(call for name, call in names.items() if name not in gone)


def _recorded(folder: Path) -> list[AttemptId]:
    return [line.attempt for line in recordings.manifest(folder)]
