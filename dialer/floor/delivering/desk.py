"""One delivery: made at its time, brought there, written down, and only then forgotten.

Theory of operation. What is to go is made into a file of ours, with the mark up to which it tells; then it is
brought to its place under its name, in one step; then the mark moves. Whoever is killed between two steps
finds what was made and brings the same bytes under the same name once more: nothing is lost, and nothing
stands there twice. A place that is away is tried again, in growing distances, and says so meanwhile.

    STATE/acme-results/state.json      what was delivered, what waits, what went wrong
    STATE/acme-results/made/FILE       what waits
    STATE/acme-results/now             somebody asked for it at once
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import msgspec

from dialer.domain.errors import FairdialError, MendableError
from dialer.files import made_apart, own_folder, read_state, write_whole
from dialer.floor.delivering.settings import Delivery, What
from dialer.floor.delivering.sftp import put
from dialer.results.given_back import As

STATE = "state.json"
MADE = "made"
ASKED = "now"
KEPT = 100
"""Deliveries of which it is remembered that they were."""
MOST_DAYS = 31
"""Days of which packs are made up for, when nobody delivered; older ones are written by hand."""
MOST_AGO_S = 400 * 86_400.0
"""Times before are nobody's any more."""
FIRST_WAIT_S, LAST_WAIT_S = 60.0, 3_600.0

_MEND_STATE = "move it away: the delivery begins anew at its next time, and tells everything again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A file that is in its place. `due_at`, `at`: POSIX seconds; `rows`: changes, or files of a pack."""

    file: str
    sha256: str
    bytes: int
    rows: int
    due_at: float
    at: float
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that waits to be brought; `sequence` and `told_until`: the mark up to which it tells."""

    file: str
    sha256: str
    bytes: int
    rows: int
    due_at: float
    sequence: int = 0
    told_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why it does not go on: since when, how often it was tried, when it is tried again (POSIX seconds)."""

    why: str
    since: float
    tries: int
    again_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a delivery stands.

    `after`: times after this instant are still to be met. `sequence`, `told_until`: the mark of what its
    place has. `left_out`: times that nobody met and nobody makes up for.
    """

    after: float
    sequence: int = 0
    told_until: float = 0.0
    made: Made | None = None
    failure: Failure | None = None
    delivered: tuple[Delivered, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made: of a delivery, for one of its times, after a mark."""

    delivery: Delivery
    due_at: float
    sequence: int
    told_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was written, and up to where it tells."""

    rows: int
    sequence: int = 0
    told_until: float = 0.0


Make = Callable[[Wanted, Path], Told]
"""Writes what is wanted to a path. Raises FairdialError, OSError."""
Bring = Callable[[Delivery, Path, str], None]
"""Brings a file to its place under a name. Raises FairdialError, OSError."""


def brought(delivery: Delivery, file: Path, name: str) -> None:
    """Bring a file to where a delivery goes. Raises MendableError, OSError."""
    if delivery.sftp is not None:
        put(delivery.sftp, file, name)
        return
    folder = Path(delivery.folder)
    if not folder.is_dir():
        raise MendableError("no such folder", where=str(folder), mend="make it, or name another.")
    with made_apart(folder / name) as part:
        shutil.copyfile(file, part)


@dataclass(slots=True, kw_only=True)
class DeliveryDesk:
    """Sees to one delivery.

    Args:
        folder: of its state.
        make, bring: see their types.
    """

    delivery: Delivery
    folder: Path
    make: Make
    bring: Bring = brought

    def state(self) -> State | None:
        """Where it stands; None = nobody has looked yet. Raises MendableError: it cannot be read."""
        return state_of(self.folder)

    def look(self, now: float) -> Delivered | None:
        """Do what is due, one file at most; what was delivered. None = nothing, or it failed, and the state
        says why. At its first look it begins: times before it are nobody's.

        Raises:
            MendableError: the state cannot be read.
            OSError: the state cannot be written.
        """
        state = state_of(self.folder)
        if state is None:
            own_folder(self.folder)
            self._keep(State(after=now))
            return None
        is_asked = (self.folder / ASKED).exists()
        if state.failure is not None and now < state.failure.again_at and not is_asked:
            return None
        try:
            return self._go_on(state, now)
        except (FairdialError, OSError) as error:
            # A file may have been made before it failed: what is written down last is what holds.
            held = state_of(self.folder) or state
            (self.folder / ASKED).unlink(missing_ok=True)  # it was tried; from here on at its own distances
            self._keep(replace(held, failure=_failure(held.failure, error, now)))
            return None

    def deliver_now(self, now: float) -> Delivered:
        """Deliver at once, as if this were one of its times; what waits goes first, and alone.

        Raises:
            FairdialError, OSError: it could not be made or brought; nothing is lost.
        """
        state = state_of(self.folder) or State(after=now)
        own_folder(self.folder)
        if state.made is None:
            state = self._made(state, now)
        return self._bring(state, now)

    def _go_on(self, state: State, now: float) -> Delivered | None:
        if state.made is None:
            due_at, state = self._due(state, now)
            if due_at is None:
                return None
            state = self._made(state, due_at)
        return self._bring(state, now)

    def _due(self, state: State, now: float) -> tuple[float | None, State]:
        """The time that is to be met first. Results tell all up to their last; every day has a pack."""
        times = self.delivery.when.between(max(state.after, now - MOST_AGO_S), now)
        if not times:
            return now if (self.folder / ASKED).exists() else None, state
        if self.delivery.what is What.RESULTS:
            return times[-1], state
        days = {self.delivery.when.day_of(at): at for at in reversed(times)}  # the first time of each day
        firsts = sorted(days.values())
        left_out = max(0, len(firsts) - MOST_DAYS)
        return firsts[left_out], replace(state, left_out=state.left_out + left_out)

    def _made(self, state: State, due_at: float) -> State:
        name = name_of(self.delivery, due_at)
        own_folder(self.folder / MADE)
        wanted = Wanted(
            delivery=self.delivery, due_at=due_at, sequence=state.sequence, told_until=state.told_until
        )
        with made_apart(self.folder / MADE / name) as part:
            told = self.make(wanted, part)
        file = self.folder / MADE / name
        made = Made(
            file=name,
            sha256=_hash_of(file),
            bytes=file.stat().st_size,
            rows=told.rows,
            due_at=due_at,
            sequence=told.sequence,
            told_until=told.told_until,
        )
        return self._keep(replace(state, made=made))

    def _bring(self, state: State, now: float) -> Delivered:
        made = state.made
        assert made is not None
        file = self.folder / MADE / made.file
        if not file.is_file() or _hash_of(file) != made.sha256:
            self._keep(replace(state, made=None))
            raise MendableError(
                "what was made is not as it was",
                where=str(file),
                mend="nothing has to be done: it is made again.",
            )
        self.bring(self.delivery, file, made.file)
        told = Delivered(
            file=made.file,
            sha256=made.sha256,
            bytes=made.bytes,
            rows=made.rows,
            due_at=made.due_at,
            at=now,
            place=self.delivery.place,
        )
        self._keep(
            replace(
                state,
                made=None,
                failure=None,
                after=max(state.after, made.due_at),
                sequence=made.sequence,
                told_until=made.told_until,
                delivered=(*state.delivered, told)[-KEPT:],
            )
        )
        (self.folder / ASKED).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        return told

    def _keep(self, state: State) -> State:
        write_whole(self.folder / STATE, msgspec.json.encode(state) + b"\n")
        return state


def ask_now(folder: Path) -> None:
    """Have a delivery brought at the next look of whoever delivers. Raises OSError."""
    write_whole(own_folder(folder) / ASKED, "")


def state_of(folder: Path) -> State | None:
    """Where a delivery stands; None = nobody has looked at it yet.

    Raises:
        MendableError: it cannot be read.
    """
    file = folder / STATE
    if not file.exists():
        return None

    def read(data: bytes) -> State:
        try:
            return msgspec.json.decode(data, type=State)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error

    return read_state(file, read, what="the state of a delivery", mend=_MEND_STATE)


def name_of(delivery: Delivery, due_at: float) -> str:
    """What a file is called: whose, what, and of which time or day; the same for the same time."""
    local = delivery.when.local(due_at)
    if delivery.what is What.PACK:
        return f"{delivery.name}-{pack_day(delivery, due_at):%Y-%m-%d}.zip"
    ending = "xlsx" if delivery.form is As.XLSX else "csv" if delivery.form is As.CSV else "txt"
    return f"{delivery.name}-{local:%Y-%m-%dT%H%M}.{ending}"


def pack_day(delivery: Delivery, due_at: float) -> date:
    """The day of a pack that is due: the last that was over."""
    return delivery.when.day_of(due_at) - timedelta(days=1)


def _failure(before: Failure | None, error: Exception, now: float) -> Failure:
    tries = 1 if before is None else before.tries + 1
    wait = min(LAST_WAIT_S, FIRST_WAIT_S * 2 ** min(tries - 1, 10))
    said = str(error)
    if isinstance(error, MendableError):
        said = ": ".join(part for part in (error.what, error.where) if part)
    since = now if before is None else before.since
    return Failure(why=said[:1_000], since=since, tries=tries, again_at=now + wait)


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
