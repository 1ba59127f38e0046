"""Recordings: finish and seal what is over, prove it untouched, say which may go, delete those.

Which recordings may go is decided here, from the store: the campaign's own days, counted from the call, and
never while somebody who was on the line, or a debt that was spoken of, is held for a court.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance_gate.request import PersonFile
from compliance_gate.words import HoldKind
from dialer.domain.errors import MendableError
from dialer.domain.ids import AttemptId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import AfterObjection
from dialer.inquiry.messages import is_message, judge_messages, messages_named
from dialer.inquiry.sounds import NOBODY_S, goes_on, seals_for
from dialer.inquiry.stored import attempts_named, campaign_settings
from dialer.storage.store import Store
from telephony.asterisk import recordings

SETTLED_S = 10.0
"""Seconds after the end of a call at which its file is surely closed."""

DAY_S = 86_400.0

RULE = "the campaign's days for recordings are over"
OBJECTED = "the person objected to being recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Sound files that were made, and recordings of calls that go on or that the store does not know.

    Args:
        unknown: of what is left, that of which the store does not know.
        failed: of what is left, that which could not be finished, and why.
        deleted: files of calls whose person had objected, where their campaign keeps nothing then.
    """

    files: tuple[str, ...]
    left: tuple[AttemptId, ...]
    deleted: tuple[str, ...] = ()
    unknown: tuple[AttemptId, ...] = ()
    failed: tuple[tuple[AttemptId, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How many recordings the manifest has, and which of them are missing or were changed since."""

    recordings: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Which recordings may be deleted, which are too old but held, which nobody can place.

    Unknown is never allowed: a recording of an attempt that the store does not have, or of a campaign that
    names no days, is kept.
    """

    due: tuple[AttemptId, ...]
    held: tuple[AttemptId, ...]
    unknown: tuple[AttemptId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What was judged, and the sound files that were deleted."""

    judged: Judged
    deleted: tuple[str, ...]


def finish_recordings(
    folder: Path,
    store: Store,
    *,
    now: float,
    names: Collection[AttemptId] | None = None,
    is_over: Callable[[], bool] = goes_on,
) -> Finished:
    """Turn what was recorded of calls that are over into sealed sound files with a checksum in the manifest.

    Args:
        folder: where the telephone system records.
        now: POSIX seconds of the machine.
        names: these alone; None = whatever is there.
        is_over: asked before each; what is not finished then is left.

    Raises:
        MendableError: there is no such folder, or the keys are not here.
    """
    demand_folder(folder)
    unfinished = recordings.unfinished(folder) if names is None else tuple(sorted(names))
    known = attempts_named(store, unfinished)
    messages = messages_named(store, unfinished)
    over = [name for name, row in (*known.items(), *messages.items()) if row.ended_at is not None]
    settled = [name for name in over if is_settled(folder, name, now=now)]
    unwanted = objected_to(store, [known[name] for name in settled if name in known], now=now)
    seals = seals_for(store, known, messages)
    files: list[str] = []
    deleted: list[str] = []
    failed: dict[AttemptId, str] = {}
    for name in settled:
        if is_over():
            break
        try:  # one that cannot be finished keeps no other from being it
            if name in unwanted:
                deleted += _named(recordings.discard(folder, name, now=now, rule=OBJECTED))
            elif name not in seals:
                failed[name] = NOBODY_S
            elif line := recordings.finish(folder, name, now=now, seal=seals[name]):
                files.append(line.file)
        except OSError as error:
            failed[name] = str(error)
    left = tuple(name for name in unfinished if (folder / f"{name}.raw").exists())
    return Finished(
        files=tuple(files),
        left=left,
        deleted=tuple(deleted),
        unknown=tuple(name for name in left if name not in known and name not in messages),
        failed=tuple(failed.items()),
    )


def _named(file: str | None) -> tuple[str, ...]:
    return () if file is None else (file,)


def settled_recordings(folder: Path, *, now: float) -> tuple[AttemptId, ...]:
    """What was recorded, is not finished, and is written to no more.

    Raises:
        MendableError: there is no such folder.
    """
    demand_folder(folder)
    return tuple(name for name in recordings.unfinished(folder) if is_settled(folder, name, now=now))


def is_settled(folder: Path, name: AttemptId, *, now: float) -> bool:
    """Whether nobody writes to its samples any more; one that is gone meanwhile is nobody's."""
    try:
        return now - (folder / f"{name}.raw").stat().st_mtime >= SETTLED_S
    except FileNotFoundError:
        return False


def delete_objected(folder: Path, store: Store, *, now: float) -> tuple[str, ...]:
    """Delete finished recordings of calls whose person had objected, where their campaign keeps nothing then.

    None is there but those that were held for a court, and are no more.

    Args:
        now: POSIX seconds of the machine.

    Returns:
        Names of the files deleted.

    Raises:
        MendableError: there is no such folder.
    """
    demand_folder(folder)
    known = attempts_named(store, (line.attempt for line in recordings.manifest(folder)))
    unwanted = objected_to(store, known.values(), now=now)
    return recordings.delete(folder, unwanted, now=now, rule=OBJECTED) if unwanted else ()


def objected_to(store: Store, rows: Iterable[AttemptRecord], *, now: float) -> frozenset[AttemptId]:
    """Of calls whose person objected, those whose campaign keeps nothing then; a hold beats it."""
    objected = [row for row in rows if row.recording is not None and row.recording.objected_at is not None]
    if not objected:
        return frozenset()
    plans = {
        name: settings.voice.recording
        for name, settings in campaign_settings(store).items()
        if settings.voice is not None and settings.voice.recording is not None
    }
    files = store.person_files(sorted({row.person for row in objected}), now=now)
    return frozenset(
        row.attempt
        for row in objected
        if row.campaign in plans
        and plans[row.campaign].after_objection is AfterObjection.DELETE
        and not is_held(row, files, now=now)
    )


def verify_recordings(folder: Path) -> Verified:
    """Look whether every recording of the manifest is there and untouched.

    Raises:
        MendableError: there is no such folder.
    """
    demand_folder(folder)
    return Verified(recordings=len(recordings.manifest(folder)), damaged=tuple(recordings.damaged(folder)))


def expire_recordings(folder: Path, store: Store, *, now: float, is_dry: bool = False) -> Expired:
    """Delete recordings whose campaign's days are over, but for those held for a court.

    Args:
        now: POSIX seconds of the machine.
        is_dry: nothing is deleted.

    Raises:
        MendableError: there is no such folder.
    """
    demand_folder(folder)
    judged = judge(store, [line.attempt for line in recordings.manifest(folder)], now=now)
    gone = () if is_dry else recordings.delete(folder, frozenset(judged.due), now=now, rule=RULE)
    return Expired(judged=judged, deleted=tuple(gone))


def judge(store: Store, names: Iterable[AttemptId], *, now: float) -> Judged:
    """Which of these recordings may be deleted at `now` (POSIX seconds)."""
    named = list(names)
    messages = judge_messages(store, named, now=now)
    wanted = [name for name in named if not is_message(name)]
    known = attempts_named(store, wanted)
    days = {
        campaign: settings.voice.recording.keep_days
        for campaign, settings in campaign_settings(store).items()
        if settings.voice is not None and settings.voice.recording is not None
    }
    placed = {name: row for name, row in known.items() if row.campaign in days}
    old = [row for row in placed.values() if now - row.launched_at > days[row.campaign] * DAY_S]
    files = store.person_files(sorted({row.person for row in old}), now=now)
    held = tuple(row.attempt for row in old if is_held(row, files, now=now))
    return Judged(
        due=(*(row.attempt for row in old if row.attempt not in held), *messages.due),
        held=(*held, *messages.held),
        unknown=(*(name for name in wanted if name not in placed), *messages.unknown),
    )


def is_held(attempt: AttemptRecord, files: Mapping[str, PersonFile], *, now: float) -> bool:
    """Whether a litigation hold beats the rule: on the person, or on a debt that the call counts for."""
    file = files.get(attempt.person)
    if file is None:
        return True
    for hold in file.holds:
        is_over = hold.until is not None and hold.until.timestamp() <= now
        about = hold.debts is None or not set(hold.debts).isdisjoint(attempt.debts)
        if hold.kind is HoldKind.LITIGATION and about and not is_over:
            return True
    return False


def demand_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises:
        MendableError: it is not there, or a file.
    """
    if not folder.is_dir():
        raise MendableError(
            "there is no such folder",
            where=str(folder),
            mend="name the folder of the [asterisk] setting `recordings`.",
        )
