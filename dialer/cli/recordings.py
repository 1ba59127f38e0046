"""`fairdial recordings`: finish what was recorded, prove it untouched, delete it when its time is over.

Which recordings may go is decided here, from the store: the campaign's own days, counted from the call, and
never while somebody who was on the line, or a debt that was spoken of, is held for a court.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compliance_gate.request import PersonFile
    from dialer.domain.ids import AttemptId
    from dialer.domain.record import AttemptRecord
    from dialer.storage.store import Store

app = typer.Typer(help="Recordings of calls: finish, verify, delete by rule.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the telephone system records.")]
Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]

SETTLED_S = 10.0
"""Seconds after the end of a call at which its file is surely closed."""

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Which recordings may be deleted, which are too old but held, which nobody can place.

    Unknown is never allowed: a recording of an attempt that the store does not have, or of a campaign that
    names no days, is kept.
    """

    due: tuple[AttemptId, ...]
    held: tuple[AttemptId, ...]
    unknown: tuple[AttemptId, ...]


@app.command()
def finish(folder: Folder, store: Named = None, json: Json = False) -> None:
    """Turn what was recorded of calls that are over into sound files with a checksum in the manifest."""
    from dialer import clock
    from dialer.floor.stores import opened_store
    from telephony.asterisk import recordings

    demand_folder(folder)
    now = clock.posix_now()
    with opened_store(store) as opened:
        known = attempts_named(opened, recordings.unfinished(folder))
    over = [name for name, row in known.items() if row.ended_at is not None]
    settled = [name for name in over if now - (folder / f"{name}.raw").stat().st_mtime >= SETTLED_S]
    done = [line.file for name in settled if (line := recordings.finish(folder, name, now=now)) is not None]
    left = recordings.unfinished(folder)
    if json:
        console.result_json({"finished": done, "left": list(left)})
        return
    console.result(f"{len(done)} recordings finished")
    if left:
        console.say(f"{len(left)} are of calls that go on or that the store does not know: left alone.")


@app.command()
def verify(folder: Folder, json: Json = False) -> None:
    """Look whether every recording of the manifest is there and untouched; exit status 1 when one is not."""
    from telephony.asterisk import recordings

    demand_folder(folder)
    lines, broken = recordings.manifest(folder), recordings.damaged(folder)
    if json:
        console.result_json({"recordings": len(lines), "damaged": list(broken)})
    else:
        console.result(f"{len(lines)} recordings, {len(broken)} missing or changed since they were finished")
        for name in broken:
            console.result(f"  {name}")
    if broken:
        raise typer.Exit(1)


@app.command()
def expire(
    folder: Folder,
    store: Named = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; delete nothing.")] = False,
    json: Json = False,
) -> None:
    """Delete recordings whose campaign's days are over, but for those held for a court."""
    from dialer import clock
    from dialer.floor.stores import opened_store
    from telephony.asterisk import recordings

    demand_folder(folder)
    now = clock.posix_now()
    with opened_store(store) as opened:
        names = [line.attempt for line in recordings.manifest(folder)]
        judged = judge(opened, names, now=now)
    rule = "the campaign's days for recordings are over"
    gone = () if dry_run else recordings.delete(folder, frozenset(judged.due), now=now, rule=rule)
    if json:
        console.result_json(
            {
                "due": list(judged.due),
                "deleted": list(gone),
                "held": list(judged.held),
                "unknown": list(judged.unknown),
            }
        )
        return
    console.result(f"{len(judged.due)} are over their time" if dry_run else f"{len(gone)} deleted")
    console.result(f"{len(judged.held)} are over their time and kept: litigation hold")
    if judged.unknown:
        console.say(f"{len(judged.unknown)} cannot be placed (no such attempt, or no rule): kept.")


def judge(store: Store, names: Iterable[AttemptId], *, now: float) -> Judged:
    """Which of these recordings may be deleted at `now` (POSIX seconds)."""
    from dialer.cli.stored import campaign_settings

    wanted = list(names)
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
        due=tuple(row.attempt for row in old if row.attempt not in held),
        held=held,
        unknown=tuple(name for name in wanted if name not in placed),
    )


def is_held(attempt: AttemptRecord, files: Mapping[str, PersonFile], *, now: float) -> bool:
    """Whether a litigation hold beats the rule: on the person, or on a debt that the call counts for."""
    from compliance_gate.words import HoldKind

    file = files.get(attempt.person)
    if file is None:
        return True
    for hold in file.holds:
        is_over = hold.until is not None and hold.until.timestamp() <= now
        about = hold.debts is None or not set(hold.debts).isdisjoint(attempt.debts)
        if hold.kind is HoldKind.LITIGATION and about and not is_over:
            return True
    return False


def attempts_named(store: Store, names: Iterable[AttemptId]) -> dict[AttemptId, AttemptRecord]:
    """The attempts of these ids that the store has."""
    from sqlalchemy import select

    from dialer.storage.database import tables
    from dialer.storage.person_files import chunks
    from dialer.storage.projecting.attempt_rows import record_of

    found: dict[AttemptId, AttemptRecord] = {}
    for some in chunks(sorted(names)):
        query = select(tables.attempts).where(tables.attempts.c.attempt.in_(some))
        rows = store.read(lambda connection, query=query: connection.execute(query).all())
        for row in rows:
            record = record_of(row)
            found[record.attempt] = record
    return found


def demand_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises:
        UserError: it is not there, or a file.
    """
    if not folder.is_dir():
        raise console.UserError(
            "there is no such folder",
            where=str(folder),
            mend="name the folder of the [asterisk] setting `recordings`.",
        )
