"""Folders into which clients put their files: each is picked up whole, taken in once, moved and acknowledged.

Theory of operation. A file goes one way, by renames inside its folder, and an acknowledgement is written
before its last step:

    FOLDER/weekly.csv                            the client writes it; it is left alone until it is whole
    FOLDER/taking/3f1c5e2a9b04-weekly.csv        ours; its name begins with its hash
    FOLDER/acknowledged/3f1c5e2a9b04-weekly.csv.json       what became of it (and .refused.csv)
    FOLDER/done/3f1c5e2a9b04-weekly.csv          or refused/

Whoever is killed between two steps finds the file in `taking` at the next look: what is acknowledged is
moved, what is not is taken in again, where the store knows the bytes it had (`ImportedBeforeError`), and its
report is made by reading it once more. So no file is taken twice, and none is lost. A file is whole when its
size and its times stand still for as long as the folder's settings say, or, where a companion is agreed
(`weekly.csv.done`), when that is there and not older than the file.
"""

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec

from compliance_gate.valid import Within, Words
from dialer.domain.errors import MendableError
from dialer.domain.valid import Share, valid
from dialer.files import moved, opened_itself, opened_private, own_folder, write_whole
from dialer.floor.delivering.sftp import Sftp
from dialer.floor.drop_trust import demand_own_folder, owners_of, why_left
from dialer.floor.intake_job import Job, Outcome
from dialer.settings_reader import SettingsError, SettingsReader

TAKING, DONE, REFUSED, ACKNOWLEDGED = "taking", "done", "refused", "acknowledged"

OURS = (TAKING, DONE, REFUSED, ACKNOWLEDGED)

TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
"""Names that programs give to what they have not written to its end."""

_SHOWN_OF_HASH = 12
_BLOCK = 1 << 20

SettleTime = Annotated[float, Within(1.0, 86_400.0, "seconds")]


class DropKind(Enum):
    """What the files of a folder say."""

    PLACEMENT = "placement"
    SUPPRESSIONS = "suppressions"
    REQUESTS = "requests"
    CONSENTS = "consents"
    PAYMENTS = "payments"


class State(Enum):
    """What became of a file. `KNOWN`: the same bytes were taken in before, and nothing was changed."""

    TAKEN = "taken"
    KNOWN = "taken in before"
    REFUSED_WHOLE = "refused whole"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class DropFolder:
    """One folder.

    Args:
        client: its files are about this client's people alone.
        mapping: file of the mapping; '' = the canonical columns.
        settled_s: seconds for which a file must stand still to be whole.
        companion: ending of the file that says so instead (`.done`); '' = none is agreed.
        most_refused: share of refused lines above which a file is refused whole; None = the mapping's.
        sftp: the client's server, from which files are brought here first; None = somebody puts them here.
    """

    folder: str
    client: Annotated[str, Words(least=1, most=200)]
    kind: DropKind = DropKind.PLACEMENT
    campaign: str = "collections"
    mapping: str = ""
    settled_s: SettleTime = 60.0
    companion: str = ""
    most_refused: Share | None = None
    sftp: Sftp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class DropFolders:
    """Settings of all folders, `fairdial-intake.toml`. `every_s`: seconds between two looks."""

    folders: tuple[DropFolder, ...]
    every_s: SettleTime = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What a client is told of a file of theirs, as JSON beside it.

    Args:
        accepted_cents, refused_cents: sums by currency of the lines that were taken, and of those that were
            not as far as their amount can be read.
        refused_lines: name of the file, beside this one, that has them in the client's own layout.
        why: why nothing, or not all, was taken.
    """

    file: str
    sha256: str
    bytes: int
    client: str
    kind: str
    state: State
    lines: int = 0
    accepted: int = 0
    refused: int = 0
    held: int = 0
    accepted_cents: dict[str, int] = field(default_factory=dict[str, int])
    refused_cents: dict[str, int] = field(default_factory=dict[str, int])
    refused_without_amount: int = 0
    refused_lines: str = ""
    why: str = ""


class FileWaitsError(MendableError):
    """A file could not be taken in, and not for its own sake: it waits where it is, and is begun again at the
    next look."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(why, where=str(file), mend="then nothing has to be done: the file is taken in.")


_Seen = tuple[int, int, int]
"""Size, time of its last change, and inode of a file."""


class Watch:
    """Looks into one folder again and again; see the module.

    Args:
        take: does what is to be done with a file.
        now: seconds that only grow, of the clock port.
        address: of the store; `floor`: folder of the floor that runs on it; `by`: in whose name.
    """

    def __init__(
        self,
        drop: DropFolder,
        *,
        take: Callable[[Job], Outcome],
        now: Callable[[], float],
        address: str,
        floor: str,
        by: str,
    ) -> None:
        self._drop = drop
        self._take = take
        self._now = now
        self._job = Job(
            file="",
            kind=drop.kind.value,
            client=drop.client,
            campaign=drop.campaign,
            by=by,
            returned="",
            address=address,
            folder=floor,
            mapping=drop.mapping,
            most_refused=drop.most_refused,
        )
        self._folder = Path(drop.folder)
        self._since: dict[str, tuple[_Seen, float]] = {}
        self.left: dict[Path, str] = {}
        """What the last look left where it is although it may be meant to be taken, and why."""
        self.whole: frozenset[str] = frozenset()
        """Names of files that are known to be whole, since we brought them ourselves."""

    def look(self) -> Iterator[Acknowledged]:
        """Take in what is whole, what was begun before first; each as it is acknowledged.

        Raises:
            OSError: a file of ours cannot be read or moved; it stays where it is.
            FileWaitsError: the store, its keys, the mapping or the floor are not as they should be.
            MendableError: one of our folders in it is a link, or somebody else's.
        """
        for name in OURS:
            demand_own_folder(own_folder(self._folder / name))
        for begun in sorted((self._folder / TAKING).iterdir()):
            self._forget_companion(begun)
            yield self._finish(begun, is_begun_before=True)
        for file in self._whole():
            claimed = self._claim(file)
            if claimed is not None:
                yield self._finish(claimed, is_begun_before=False)

    # --- which files are whole ---

    def _whole(self) -> list[Path]:
        owners = owners_of(self._folder)
        found: dict[str, Path] = {}
        self.left = {}
        for file in sorted(self._folder.iterdir()):
            if may_be_one(file.name, self._drop.companion):
                why = _why_left(file, owners)
                if why:
                    self.left[file] = why
                else:
                    found[file.name] = file
        self._since = {name: seen for name, seen in self._since.items() if name in found}
        return [file for file in found.values() if self._is_whole(file)]

    def _is_whole(self, file: Path) -> bool:
        told = file.lstat()
        if file.name in self.whole:
            return True
        if self._drop.companion:
            companion = self._companion(file.name)
            return companion.is_file() and companion.stat().st_mtime_ns >= told.st_mtime_ns
        seen, now = (told.st_size, told.st_mtime_ns, told.st_ino), self._now()
        before, since = self._since.get(file.name, (None, now))
        if before != seen:
            self._since[file.name] = (seen, now)
            return False
        return now - since >= self._drop.settled_s

    def _companion(self, name: str) -> Path:
        return self._folder / f"{name}{self._drop.companion}"

    # --- one file ---

    def _claim(self, file: Path) -> Path | None:
        """Make the file ours; None = it cannot be read. What was told of the same bytes before is told anew,
        so it goes first."""
        try:
            digest = _hash_of(file)
        except OSError as error:
            self.left[file] = f"it cannot be read ({error.strerror or error})"
            return None
        claimed = self._folder / TAKING / f"{digest[:_SHOWN_OF_HASH]}-{file.name}"
        self._acknowledgement(claimed.name).unlink(missing_ok=True)
        self._returned(claimed.name).unlink(missing_ok=True)
        moved(file, claimed)
        if self._drop.companion:
            self._companion(file.name).unlink(missing_ok=True)
        self._since.pop(file.name, None)
        return claimed

    def _forget_companion(self, begun: Path) -> None:
        """Whoever was killed after the file was made ours left its companion there, which would say of the
        next file of this name that it is whole. One that was touched since is the next file's."""
        companion = self._companion(begun.name[_SHOWN_OF_HASH + 1 :])
        is_there = bool(self._drop.companion) and companion.is_file()
        if is_there and companion.lstat().st_ctime_ns <= begun.lstat().st_ctime_ns:
            companion.unlink(missing_ok=True)

    def _finish(self, claimed: Path, *, is_begun_before: bool) -> Acknowledged:
        told = self._told_before(claimed.name)
        if told is None:
            told = self._take_in(claimed, is_begun_before=is_begun_before)
            write_whole(self._acknowledgement(claimed.name), _json(told) + b"\n")
        is_taken = told.state in (State.TAKEN, State.KNOWN)
        moved(claimed, self._folder / (DONE if is_taken else REFUSED) / claimed.name)
        return told

    def _take_in(self, claimed: Path, *, is_begun_before: bool) -> Acknowledged:
        swapped = _why_left(claimed, owners_of(self._folder))  # it was another when it was looked at
        if swapped:
            return self._untouched(claimed, swapped)
        returned = self._returned(claimed.name)
        job = msgspec.structs.replace(self._job, file=str(claimed), returned=str(returned))
        outcome = self._take(job)
        state = State.TAKEN
        if outcome.was_known:
            outcome = self._take(msgspec.structs.replace(job, is_dry=True))
            if outcome.summary is None:  # nothing can be told of it now
                raise FileWaitsError(claimed, outcome.trouble)
            state = State.TAKEN if is_begun_before else State.KNOWN
        elif outcome.refused_whole:
            state = State.REFUSED_WHOLE
        elif outcome.is_of_file or not (outcome.trouble or _count(outcome, "accepted")):
            state = State.REFUSED
        elif outcome.trouble:
            raise FileWaitsError(claimed, outcome.trouble)
        told = Acknowledged(
            file=claimed.name[_SHOWN_OF_HASH + 1 :],
            sha256=_hash_of(claimed),
            bytes=claimed.stat().st_size,
            client=self._drop.client,
            kind=self._drop.kind.value,
            state=state,
            why=outcome.refused_whole or outcome.trouble,
        )
        return told if outcome.summary is None else _with_counts(told, outcome, returned)

    def _untouched(self, claimed: Path, why: str) -> Acknowledged:
        """Of what must not be opened."""
        name, kind = claimed.name[_SHOWN_OF_HASH + 1 :], self._drop.kind.value
        return Acknowledged(
            file=name, sha256="", bytes=0, client=self._drop.client, kind=kind, state=State.REFUSED, why=why
        )

    def _told_before(self, name: str) -> Acknowledged | None:
        try:
            return msgspec.json.decode(self._acknowledgement(name).read_bytes(), type=Acknowledged)
        except FileNotFoundError:
            return None

    def _acknowledgement(self, name: str) -> Path:
        return self._folder / ACKNOWLEDGED / f"{name}.json"

    def _returned(self, name: str) -> Path:
        return self._folder / ACKNOWLEDGED / f"{name}.refused.csv"


def may_be_one(name: str, companion: str) -> bool:
    """Whether a file of this name may be meant to be taken in; `companion`: see `DropFolder`."""
    if name in OURS or name.startswith((".", "~")) or name.lower().endswith(TEMPORARY):
        return False
    return not (companion and name.endswith(companion))


def _why_left(file: Path, owners: frozenset[int]) -> str:
    try:
        return why_left(file.lstat(), owners)
    except FileNotFoundError:
        return "it is gone"


def _with_counts(told: Acknowledged, outcome: Outcome, returned: Path) -> Acknowledged:
    if not _count(outcome, "rejected"):
        returned.unlink(missing_ok=True)
    return replace(
        told,
        lines=_count(outcome, "lines"),
        accepted=0 if told.state is State.REFUSED_WHOLE else _count(outcome, "accepted"),
        refused=_count(outcome, "rejected"),
        held=_count(outcome, "held"),
        accepted_cents={} if told.state is State.REFUSED_WHOLE else _sums(outcome, "accepted_cents"),
        refused_cents=_sums(outcome, "rejected_cents"),
        refused_without_amount=_count(outcome, "rejected_without_amount"),
        refused_lines=returned.name if returned.exists() else "",
    )


def _count(outcome: Outcome, name: str) -> int:
    return msgspec.convert((outcome.summary or {}).get(name, 0), int)


def _sums(outcome: Outcome, name: str) -> dict[str, int]:
    return msgspec.convert((outcome.summary or {}).get(name, {}), dict[str, int])


def _json(told: Acknowledged) -> bytes:
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


def _hash_of(file: Path) -> str:
    digest = hashlib.sha256()
    with opened_itself(file) as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def watched_alone(folder: Path) -> Generator[None]:
    """While the block runs, no other process takes in what comes to this folder.

    Raises:
        MendableError: there is no such folder, or another process watches it.
    """
    if not folder.is_dir():
        raise MendableError("no such folder", where=str(folder), mend="make it, or name another.")
    with opened_private(folder / ".watched", os.O_RDWR, "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            mend = "one process a folder is enough: end the other one, or leave it to it."
            raise MendableError("another process watches it", where=str(folder), mend=mend) from error
        yield


def read_drop_folders(file: Path) -> DropFolders:
    """The folders of a settings file; paths in it are meant from where it is.

    Raises:
        SettingsError: it cannot be read, a setting does not exist or holds what it may not, or one folder
            stands twice.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mend = "dialer/intake/README.md shows a whole file."
        raise SettingsError(f"cannot be read: {error}", where=str(file), mend=mend) from error
    found = SettingsReader().read(DropFolders, table, where=str(file))
    base = file.resolve().parent
    folders = tuple(
        replace(
            one,
            folder=str(base / one.folder),
            mapping=str(base / one.mapping) if one.mapping else "",
            sftp=None if one.sftp is None else one.sftp.beside(base),
        )
        for one in found.folders
    )
    _demand_apart(folders, where=str(file))
    return replace(found, folders=folders)


def _demand_apart(folders: Iterable[DropFolder], *, where: str) -> None:
    seen: set[str] = set()
    for one in folders:
        if one.folder in seen:
            mend = "give each kind of file of each client a folder of its own."
            raise SettingsError(f"folder {one.folder} stands twice", where=where, mend=mend)
        seen.add(one.folder)
