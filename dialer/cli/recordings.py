"""`fairdial recordings`: finish and seal what was recorded, open it, prove it untouched, delete it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.recordings import Wanted
    from dialer.inquiry.retention import Finished

app = typer.Typer(
    help="Recordings of calls: finish, seal, open, verify, delete by rule.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the telephone system records.")]
Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command()
def finish(folder: Folder, store: Named = None, json: Json = False) -> None:
    """Turn what was recorded of calls that are over into sealed sound files with a checksum in the manifest,
    and seal those that an older version left in clear."""
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.retention import demand_folder, finish_recordings
    from dialer.inquiry.sounds import lying_in_clear, seal_recordings

    demand_folder(folder)
    with store_to_change(store) as opened:
        finished = finish_recordings(folder, opened, now=posix_now())
        sealed, unsealed = seal_recordings(folder, opened, lying_in_clear(folder))
    if json:
        told = {"finished": finished.files, "left": finished.left, "deleted": finished.deleted}
        lists: dict[str, object] = {name: list(files) for name, files in told.items()}
        console.result_json(
            lists | {"failed": dict(finished.failed), "sealed": list(sealed), "unsealed": dict(unsealed)}
        )
    else:
        _tell(finished)
        if sealed:
            console.result(f"{len(sealed)} that lay in clear sealed")
        for name, why in unsealed:
            console.say(f"{name} lies in clear still: {why}")
    if finished.failed or unsealed:
        raise typer.Exit(1)


def _tell(finished: Finished) -> None:
    console.result(f"{len(finished.files)} recordings finished")
    if finished.deleted:
        console.result(f"{len(finished.deleted)} deleted: the person had objected")
    if finished.left:
        console.say(
            f"{len(finished.left)} are of calls that go on or that the store does not know: left alone."
        )
    for name, why in finished.failed:
        console.say(f"{name} could not be finished: {why}")


@app.command()
def find(
    folder: Folder,
    store: Named = None,
    account: Annotated[str | None, typer.Option(help="Id of an account that was called about.")] = None,
    person: Annotated[str | None, typer.Option(help="Id of a person.")] = None,
    agent: Annotated[str | None, typer.Option(help="Who talked.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose campaigns.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="First day, UTC: 2026-11-30.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The day after the last, UTC.")] = None,
    page: Annotated[str | None, typer.Option(help="`next_page` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most on a page.")] = 100,
    json: Json = False,
) -> None:
    """Recordings by account, person, agent, client and day, oldest first."""
    from dataclasses import asdict

    from dialer.cli.opening import opened_store
    from dialer.inquiry.recordings import find_recordings

    wanted = _wanted(account, person, agent, client, since, until)
    with opened_store(store) as opened:
        found = find_recordings((folder,), opened, wanted, page=page, limit=limit)
    if json:
        console.result_json(asdict(found))
        return
    for one in found.recordings:
        console.result(f"{one.file}  {one.seconds:.0f} s  {one.agent or '-'}  {', '.join(one.accounts)}")
    if found.next_page is not None:
        console.say(f"there is more: --page {found.next_page}")


@app.command()
def export(
    folder: Folder,
    out: Annotated[Path, typer.Argument(metavar="NEW-FOLDER", help="Made for it.")],
    client: Annotated[str, typer.Option(help="Whose campaigns.")],
    store: Named = None,
    account: Annotated[str | None, typer.Option(help="Id of an account that was called about.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="First day, UTC: 2026-11-30.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The day after the last, UTC.")] = None,
    json: Json = False,
) -> None:
    """Copy a client's recordings into a new folder, in clear, with a manifest; status 1: some are not."""
    from dataclasses import asdict

    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.recordings import export_recordings

    wanted = _wanted(account, None, None, client, since, until)
    with opened_store(store) as opened:
        made = export_recordings((folder,), opened, wanted, out=out, now=posix_now())
    if json:
        console.result_json(asdict(made))
    else:
        console.result(f"{len(made.recordings)} recordings in {made.folder}, {len(made.damaged)} damaged")
        for name in made.damaged:
            console.result(f"  {name}")
    if made.damaged:
        raise typer.Exit(1)


def _wanted(
    account: str | None,
    person: str | None,
    agent: str | None,
    client: str | None,
    since: str | None,
    until: str | None,
) -> Wanted:
    from dialer.domain.ids import AgentId, ClientId, DebtId, PersonId
    from dialer.inquiry.recordings import Wanted

    return Wanted(
        account=None if account is None else DebtId(account),
        person=None if person is None else PersonId(person),
        agent=None if agent is None else AgentId(agent),
        client=None if client is None else ClientId(client),
        since=None if since is None else _day(since),
        until=None if until is None else _day(until),
    )


def _day(text: str) -> float:
    from datetime import UTC, date, datetime, time

    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(f"{text!r} is no day", mend="write it as 2026-11-30.") from error
    return datetime.combine(day, time(0), UTC).timestamp()


@app.command("open")
def open_one(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The attempt's id, or a message's name.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Written in clear, for its owner alone.")],
    store: Named = None,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record of who did what.")] = "",
) -> None:
    """Write one recording, of a call or a caller's message, as a sound file in clear.

    Who opened it is in the record of who did what. What a rule is to delete is opened no more."""
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.domain.ids import AttemptId
    from dialer.inquiry.hearing import copied_out
    from dialer.inquiry.retention import demand_folder

    demand_folder(folder)
    who = f"{getpass.getuser()} at the command line"
    with store_to_change(store) as opened:
        found = copied_out(folder, opened, AttemptId(name), out, who=who, why=why, now=posix_now())
    console.result(f"{out}: {found.line.seconds:.0f} s, in clear; delete it when it is no longer needed")


@app.command()
def verify(folder: Folder, json: Json = False) -> None:
    """Look whether every recording of the manifest is there and untouched; exit status 1 when one is not."""
    from dialer.inquiry.retention import verify_recordings

    found = verify_recordings(folder)
    if json:
        console.result_json({"recordings": found.recordings, "damaged": list(found.damaged)})
    else:
        broken = len(found.damaged)
        console.result(f"{found.recordings} recordings, {broken} missing or changed since they were finished")
        for name in found.damaged:
            console.result(f"  {name}")
    if found.damaged:
        raise typer.Exit(1)


@app.command()
def expire(
    folder: Folder,
    store: Named = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; delete nothing.")] = False,
    json: Json = False,
) -> None:
    """Delete recordings whose campaign's days are over, but for those held for a court."""
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.retention import demand_folder, expire_recordings

    demand_folder(folder)
    with store_to_change(store) as opened:
        expired = expire_recordings(folder, opened, now=posix_now(), is_dry=dry_run)
    judged, gone = expired.judged, expired.deleted
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
