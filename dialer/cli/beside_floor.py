"""An import beside a running floor: another process owns the store and is told over HTTP of what changed.

New people come with the floor's next refill. People who were known before may be in the floor's memory,
with the file as it was; therefore each of them is sent to it whole, through its inbox, as everything that may
change a decision. Nothing of this is lost when the floor cannot be reached: the store holds it, and the same
command tells the floor again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import msgspec
from sqlalchemy import Connection

from compliance_gate.request import PersonFile
from dialer import clock
from dialer.app import ImportedBeforeError, import_placement, known_persons
from dialer.cli import console
from dialer.cli.serve import ADDRESS_FILE, CLOCK_FILE, TOKEN_FILE
from dialer.domain.ids import PersonId
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.checkpoints import last_sequence
from dialer.storage.imports import breathe
from dialer.storage.person_files import changes_between, person_files
from dialer.storage.store import Store

ANSWER_S = 30.0
"""Seconds for which the floor may take to commit one file."""

TRIES = 5
"""Times a file is sent when facts keep coming in between."""


def import_beside(
    address: str, file: Path, *, campaign: str, folder: Path | None, progress: Callable[[int], None]
) -> ImportReport:
    """Import into a store that a running floor owns, and tell the floor of everybody it may know.

    Args:
        folder: the floor's; None = where the store's file is.

    Raises:
        UserError: everything is in the store, and the floor was not told of all of it.
        ImportedBeforeError: the same bytes were imported before; the floor was told of them once more.
    """
    where = folder if folder is not None else Path(address).parent
    now = _now(where)
    changed: list[PersonId] = []
    with Store.open(address) as store:
        reader = PlacementReader(file, as_of=datetime.fromtimestamp(now, UTC))
        try:
            report = import_placement(
                store,
                reader,
                campaign=campaign,
                now=now,
                progress=progress,
                pause=breathe,
                changed=changed.extend,
            )
        except ImportedBeforeError:
            again = PlacementReader(file, as_of=datetime.fromtimestamp(now, UTC))
            _tell_floor(store, where, known_persons(store, again), file)
            raise
        _tell_floor(store, where, changed, file)
    return report


def _now(folder: Path) -> float:
    """By the floor's clock: a simulated floor lives on a day of its own."""
    file = folder / CLOCK_FILE
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=RehearsalClock).posix()
    return clock.posix_now()


def _tell_floor(store: Store, folder: Path, persons: Sequence[PersonId], file: Path) -> None:
    told = 0
    if not persons:
        return
    try:
        with _client(folder) as client:
            for person in persons:
                _tell(store, client, person, folder)
                told += 1
    except (OSError, msgspec.MsgspecError, httpx2.HTTPError) as error:
        raise console.UserError(
            f"everything is in the store, but the running floor was not told of {len(persons) - told} of "
            f"{len(persons)} people it may know already: {error}",
            where=str(folder / ADDRESS_FILE),
            mend=f"when the floor answers again, import {file} once more: it only tells the floor then. "
            "--floor FOLDER says where the floor is (`fairdial serve --out`).",
        ) from error
    console.say(f"the running floor was told of {told:,} people it may know already")


def _client(folder: Path) -> httpx2.Client:
    api = msgspec.json.decode((folder / ADDRESS_FILE).read_bytes(), type=dict[str, str | int])["api"]
    token = (folder / TOKEN_FILE).read_text(encoding="utf-8").strip()
    return httpx2.Client(
        base_url=str(api), headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_S, trust_env=False
    )


def _tell(store: Store, client: httpx2.Client, person: PersonId, folder: Path) -> None:
    """Send a person's file; again, with it, when the floor learned something between reading and taking.

    An edit replaces the whole file, so a fact that came in between would be forgotten otherwise.
    """
    as_of, file = store.read(lambda connection: _read(connection, person, now=_now(folder)))
    for _ in range(TRIES):
        answer = client.put(f"/api/facts/persons/{person}", content=msgspec.json.encode(file))
        answer.raise_for_status()
        taken = int(answer.json()["sequence"])
        missed = _missed(store, file, since=as_of, until=taken, now=_now(folder))
        if missed == file:
            return
        as_of, file = taken, missed
    raise httpx2.HTTPError(f"{TRIES} times something new came in about {person}")


def _read(connection: Connection, person: PersonId, *, now: float) -> tuple[int, PersonFile]:
    return last_sequence(connection), person_files(connection, [person], now=now)[person]


def _missed(store: Store, file: PersonFile, *, since: int, until: int, now: float) -> PersonFile:
    """The file with what the floor learned after `since` and before it took the file at `until`."""

    def work(connection: Connection) -> PersonFile:
        found = file
        for change in changes_between(connection, file, since=since, until=until):
            found = change.apply(found)
        known = {entry.entry for entry in found.history}
        held = person_files(connection, [file.person], now=now)[file.person]
        newer = tuple(entry for entry in held.history if entry.entry not in known)
        return replace(found, history=(*found.history, *newer)) if newer else found

    return store.read(work)
