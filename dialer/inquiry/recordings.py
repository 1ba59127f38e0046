"""Recordings found by account, person, agent and time, and handed over to a client with proof of each.

What is found is what the folder's manifest has, and the store says of its call. An export is a folder of its
own: a copy of each sound file in clear, checked against what it was when it was finished, and a manifest that
tells whose calls they are. A file that was touched since is not handed over as if it were the recording.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, and_, or_, select

from dialer.domain.errors import InvalidFactError, MendableError
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, DebtId, PersonId
from dialer.domain.record import AttemptRecord
from dialer.files import write_whole
from dialer.inquiry.retention import demand_folder
from dialer.inquiry.sounds import SoundUnreadableError, copy_sound
from dialer.inquiry.stored import campaign_settings
from dialer.storage.database import tables
from dialer.storage.projecting.attempt_rows import record_of
from dialer.storage.store import Store
from telephony.asterisk import recordings
from telephony.asterisk.recordings import Recording

MOST_ON_A_PAGE = 500
_ROWS_AT_ONCE = 1_000
EXPORT_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which recordings; what is None is not asked for.

    Args:
        account: id of a debt that the call was about.
        since, until: POSIX seconds of the launch, the first within, the last not.
    """

    account: DebtId | None = None
    person: PersonId | None = None
    agent: AgentId | None = None
    client: ClientId | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecording:
    """One recording and its call. `sha256` is of the file as it was finished; instants are POSIX seconds."""

    attempt: AttemptId
    file: str
    seconds: float
    sha256: str
    launched_at: float
    campaign: CampaignId
    person: PersonId
    agent: AgentId | None
    accounts: tuple[DebtId, ...]
    notice_spoken_at: float | None
    objected_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPage:
    """Some of what was found, oldest first. `next_page`: what to ask on from; None = there is no more."""

    recordings: tuple[FoundRecording, ...]
    next_page: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was handed over, in clear. `damaged`: files that are missing, were touched or do not open, and are
    not among them."""

    client: ClientId
    folder: str
    made_at: float
    recordings: tuple[FoundRecording, ...]
    damaged: tuple[str, ...]


def find_recordings(
    folders: Sequence[Path], store: Store, wanted: Wanted, *, page: str | None = None, limit: int = 100
) -> RecordingPage:
    """A page of the recordings that are wanted, oldest first.

    Args:
        folders: where the telephone systems record.
        page: `next_page` of the page before; None = the first.
        limit: most on the page, 1 to `MOST_ON_A_PAGE`.

    Raises:
        InvalidFactError: there is no such page, or no page of that length.
        MendableError: a folder is not there.
    """
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise InvalidFactError(f"limit is {limit}; a page has 1 to {MOST_ON_A_PAGE} recordings")
    known = _manifests(folders)
    found: list[FoundRecording] = []
    for row in _attempts(store, wanted, after=_place(page)):
        line = known.get(row.attempt)
        if line is None:
            continue
        if len(found) == limit:
            last = found[-1]
            return RecordingPage(recordings=tuple(found), next_page=f"{last.launched_at!r}:{last.attempt}")
        found.append(_found(row, line[0]))
    return RecordingPage(recordings=tuple(found), next_page=None)


def export_recordings(
    folders: Sequence[Path], store: Store, wanted: Wanted, *, out: Path, now: float
) -> Exported:
    """Copy every recording that is wanted of one client into a new folder, in clear, with a manifest as JSON.

    Args:
        wanted: names the client.
        out: the folder that is made; it must not be there yet.
        now: POSIX seconds.

    Raises:
        InvalidFactError: no client is named.
        MendableError: a folder is not there, or `out` is, or the keys are not here.
        OSError: it cannot be written; what was is left, without a manifest.
    """
    if wanted.client is None:
        raise InvalidFactError("name the client: nobody is handed another one's recordings")
    known = _manifests(folders)
    try:
        out.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise MendableError(
            "there is such a folder already", where=str(out), mend="name a new one: an export is whole."
        ) from error
    done: list[FoundRecording] = []
    damaged: list[str] = []
    for row in _attempts(store, wanted, after=None):
        line = known.get(row.attempt)
        if line is None:
            continue
        recording, folder = line
        try:
            copy_sound(folder, recording, out / recording.file, store.keyring)
        except SoundUnreadableError:
            damaged.append(recording.file)
        else:
            done.append(_found(row, recording))
    made = Exported(
        client=wanted.client,
        folder=str(out),
        made_at=now,
        recordings=tuple(done),
        damaged=tuple(damaged),
    )
    told = json.dumps({"asked": asdict(wanted), **asdict(made)}, indent=2)
    write_whole(out / EXPORT_MANIFEST, told + "\n")
    return made


def _manifests(folders: Sequence[Path]) -> Mapping[AttemptId, tuple[Recording, Path]]:
    for folder in folders:
        demand_folder(folder)
    return {line.attempt: (line, folder) for folder in folders for line in recordings.manifest(folder)}


def _found(row: AttemptRecord, line: Recording) -> FoundRecording:
    note = row.recording
    return FoundRecording(
        attempt=row.attempt,
        file=line.file,
        seconds=line.seconds,
        sha256=line.sha256,
        launched_at=row.launched_at,
        campaign=row.campaign,
        person=row.person,
        agent=row.agent,
        accounts=row.debts,
        notice_spoken_at=None if note is None else note.spoken_at,
        objected_at=None if note is None else note.objected_at,
    )


def _place(page: str | None) -> tuple[float, str] | None:
    if page is None:
        return None
    at, _, attempt = page.partition(":")
    try:
        return float(at), attempt
    except ValueError as error:
        raise InvalidFactError(f"there is no page {page!r}: give the last answer's next_page") from error


def _attempts(store: Store, wanted: Wanted, *, after: tuple[float, str] | None) -> Iterator[AttemptRecord]:
    """Recorded attempts in order of launch, some at a time: no statement runs for long."""
    a = tables.attempts.c
    conditions = _conditions(store, wanted)
    while True:
        past = (
            []
            if after is None
            else [or_(a.launched_at > after[0], and_(a.launched_at == after[0], a.attempt > after[1]))]
        )
        query = select(tables.attempts).where(*conditions, *past).order_by(a.launched_at, a.attempt)
        rows = store.read(
            lambda connection, query=query: connection.execute(query.limit(_ROWS_AT_ONCE)).all()
        )
        for row in rows:
            record = record_of(row)
            if wanted.account is None or wanted.account in record.debts:
                yield record
        if len(rows) < _ROWS_AT_ONCE:
            return
        after = rows[-1].launched_at, rows[-1].attempt


def _conditions(store: Store, wanted: Wanted) -> list[ColumnElement[bool]]:
    a = tables.attempts.c
    asked: list[ColumnElement[bool]] = [a.recorded.is_(True)]
    if wanted.account is not None:  # the exact look is at the record
        asked.append(a.debts.contains(json.dumps(wanted.account), autoescape=True))
    if wanted.person is not None:
        asked.append(a.person == wanted.person)
    if wanted.agent is not None:
        asked.append(a.agent == wanted.agent)
    if wanted.since is not None:
        asked.append(a.launched_at >= wanted.since)
    if wanted.until is not None:
        asked.append(a.launched_at < wanted.until)
    if wanted.client is not None:
        settings = campaign_settings(store)
        asked.append(a.campaign.in_([name for name, one in settings.items() if one.client == wanted.client]))
    return asked
