"""A person erased: whether they may be, and what was taken away, proved by looking for it afterwards.

Erasing destroys the keys that what tells who they are is sealed under, so that the store, its log, its
journal and every back-up of it hold noise in the place of it. What the law demands stays under ids.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from compliance_gate.request import PersonFile
from compliance_gate.words import HoldKind
from dialer.access.record import Deed
from dialer.domain.errors import FairdialError, MendableError
from dialer.domain.ids import AttemptId
from dialer.domain.record import instant
from dialer.inquiry import stored
from dialer.inquiry.errors import NotThereError
from dialer.inquiry.messages import messages_of
from dialer.inquiry.records import Fate, person_records, still_worked
from dialer.storage.access import deeds
from dialer.storage.database import tables as t
from dialer.storage.erasing import Subjects, strike_out, subjects_of, words_in_journal
from dialer.storage.identities import identities_of, sealed_bodies
from dialer.storage.removing import let_nothing_in
from dialer.storage.store import Store
from telephony.asterisk import recordings

RULE = "the person was erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why somebody may not be erased yet.

    Args:
        fate: of what stands in the way.
        first_free: the first day on which it does no more; None = no day can be said.
        citation: of the law that keeps it; '' = none does.
    """

    fate: Fate
    why: str
    first_free: date | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedBy:
    """Who erases, from where and why; `answered_by`: who answers for it that no rule keeps records where the
    person may be, where none is known; '' = nobody."""

    who: str
    address: str
    why: str
    answered_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was taken away, and what a look found afterwards.

    Args:
        keys: destroyed now; 0 = they were before.
        struck: rows taken away or struck out.
        recordings: sound files deleted now.
        words_noise: words of theirs in the journal that nothing opens any more.
        words_in_clear: words that an older version wrote into the journal, whose chain keeps them.
        is_gone: no row, no key and no recording of theirs was found that tells who they are.
    """

    person: str
    keys: int
    struck: int
    recordings: tuple[str, ...]
    words_noise: int
    words_in_clear: int
    is_gone: bool

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return asdict(self)

    def told(self) -> str:
        """In one line."""
        return (
            f"{self.keys} keys destroyed, {self.struck} rows struck out, {len(self.recordings)} recordings "
            f"deleted, {self.words_noise} words in the journal are noise, {self.words_in_clear} in clear"
        )


class NotErasedError(MendableError):
    """Somebody may not be erased yet; nothing was. `obstacles`: every reason."""

    def __init__(self, person: str, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        days = [each.first_free for each in obstacles]
        known = [day for day in days if day is not None]
        told = "no day can be said yet."
        if len(known) == len(days):
            told = f"it may be from {max(known).isoformat()} on."
        reasons = "; ".join(dict.fromkeys(_told(each) for each in obstacles))
        super().__init__(f"{person} may not be erased: {reasons}; {told}", where=person, mend=told)


class NotGoneError(FairdialError):
    """Something that tells who an erased person is was still found. Erase again, and look who holds it."""


def obstacles(store: Store, person: str, *, at: float, answered_by: str = "") -> tuple[Obstacle, ...]:
    """Why a person may not be erased at `at` (POSIX seconds); () = they may.

    Args:
        answered_by: who answers for places of which no rule is known.

    Raises:
        NotThereError: nobody knows the person.
    """
    file = _file(store, person)
    found = [*_held(file, at)]
    worked = still_worked(store, file)
    if worked:
        why = f"{len(worked)} of their accounts are still worked, and their records with them"
        found.append(Obstacle(fate=Fate.OPEN, why=why))
    for told in person_records(store, person, at=at):
        is_undecided = told.fate is Fate.OPEN and not worked
        if told.fate is Fate.KEPT or is_undecided or (told.fate is Fate.UNKNOWN and not answered_by):
            why = f"{told.records} {told.kind.value} are kept: {told.why}"
            found.append(
                Obstacle(fate=told.fate, why=why, first_free=told.first_free, citation=told.citation)
            )
    return tuple(found)


def erase(store: Store, person: str, *, by: ErasedBy, at: float, folders: Sequence[Path] = ()) -> Erased:
    """Erase a person for good. May be interrupted, and called again.

    Args:
        at: POSIX seconds.
        folders: where telephone systems record; recordings of the person's calls and messages that they left
            are deleted there.

    Raises:
        NotThereError: nobody knows the person.
        NotErasedError: they may not be yet; nothing was done.
        KeysMissingError: the keys are not here.
        NotGoneError: something was found afterwards.
    """

    def demand_free(looked_at: Store) -> None:
        standing = obstacles(looked_at, person, at=at, answered_by=by.answered_by)
        if standing:
            raise NotErasedError(person, standing)

    demand_free(store)
    subjects = store.read(lambda connection: subjects_of(connection, person))
    vault = store.keyring.vault

    def strike(connection: Connection) -> int:
        let_nothing_in(connection)
        demand_free(store.within(connection))  # a court's hold that has come since stands
        deeds.append(connection, [_deed(person, by, "begun", at)])
        return strike_out(connection, subjects)

    struck = store.write(strike)
    keys = vault.destroy(subjects.all)
    gone = _delete_recordings(store, person, folders, now=at)
    words = store.read(lambda connection: words_in_journal(connection, subjects))
    erased = Erased(
        person=person,
        keys=keys,
        struck=struck,
        recordings=gone,
        words_noise=words.sealed,
        words_in_clear=words.in_clear,
        is_gone=not _left(store, subjects, folders),
    )
    store.write(lambda connection: deeds.append(connection, [_deed(person, by, erased.told(), at)]))
    if not erased.is_gone:
        raise NotGoneError(f"what tells who {person} is was still found: {_left(store, subjects, folders)}")
    return erased


def _file(store: Store, person: str) -> PersonFile:
    file = stored.person_file(store, person, at=stored.FAR)
    if file is None:
        raise NotThereError(
            f"no person is called {person!r}", where="this store", mend="ids begin with `p-`."
        )
    return file


def _held(file: PersonFile, at: float) -> list[Obstacle]:
    held = [
        hold
        for hold in file.holds
        if hold.kind is HoldKind.LITIGATION and (hold.until is None or hold.until > instant(at))
    ]
    return [
        Obstacle(
            fate=Fate.HELD,
            why=f"held for a court since {hold.since.date().isoformat()}",
            first_free=None if hold.until is None else hold.until.date(),
        )
        for hold in held
    ]


def _told(obstacle: Obstacle) -> str:
    return f"{obstacle.why} [{obstacle.citation}]" if obstacle.citation else obstacle.why


def _deed(person: str, by: ErasedBy, outcome: str, at: float) -> Deed:
    answered = f"; {by.answered_by} answers for it" if by.answered_by else ""
    return Deed(
        at=at,
        who=by.who,
        address=by.address,
        action=deeds.ERASE,
        about=(f"person:{person}",),
        why=f"{by.why}{answered}",
        outcome=outcome,
    )


def _voices(store: Store, person: str) -> frozenset[AttemptId]:
    """Names of recordings that may have their voice: of calls to them, and messages that they left."""
    query = select(t.attempts.c.attempt).where(t.attempts.c.person == person)
    called = store.read(lambda connection: connection.scalars(query).all())
    return frozenset(map(AttemptId, called)) | frozenset(messages_of(store, person))


def _delete_recordings(store: Store, person: str, folders: Sequence[Path], *, now: float) -> tuple[str, ...]:
    names, gone = _voices(store, person), list[str]()
    for folder in folders:
        gone += recordings.delete(folder, names, now=now, rule=RULE)
        for name in recordings.unfinished(folder):
            if name in names and (file := recordings.discard(folder, name, now=now, rule=RULE)) is not None:
                gone.append(file)
    return tuple(gone)


def _left(store: Store, subjects: Subjects, folders: Sequence[Path]) -> tuple[str, ...]:
    """What is still there of what should not be."""
    found: list[str] = []
    if store.read(lambda c: identities_of(c, store.keyring, [subjects.person])):
        found.append("their identity opens")
    if store.read(lambda c: sealed_bodies(c, (subjects.person, *subjects.numbers))):
        found.append("sealed rows")
    keys = store.keyring.vault.key_bytes(subjects.all, make=False)
    if keys:
        found.append(f"{len(keys)} keys")
    voices = _voices(store, subjects.person)
    for folder in folders:
        names = [line.attempt for line in recordings.manifest(folder) if line.attempt in voices]
        names += [name for name in recordings.unfinished(folder) if name in voices]
        if names:
            found.append(f"{len(names)} recordings in {folder}")
    return tuple(found)
