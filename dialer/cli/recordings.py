"""`fairdial recordings`: finish what was recorded, prove it untouched, delete it when its time is over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console

app = typer.Typer(help="Recordings of calls: finish, verify, delete by rule.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the telephone system records.")]
Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command()
def finish(folder: Folder, store: Named = None, json: Json = False) -> None:
    """Turn what was recorded of calls that are over into sound files with a checksum in the manifest."""
    from dialer.clock import posix_now
    from dialer.floor.stores import opened_store
    from dialer.inquiry.retention import demand_folder, finish_recordings

    demand_folder(folder)
    with opened_store(store) as opened:
        finished = finish_recordings(folder, opened, now=posix_now())
    if json:
        told = {"finished": finished.files, "left": finished.left, "deleted": finished.deleted}
        console.result_json({name: list(files) for name, files in told.items()})
        return
    console.result(f"{len(finished.files)} recordings finished")
    if finished.deleted:
        console.result(f"{len(finished.deleted)} deleted: the person had objected")
    if finished.left:
        console.say(
            f"{len(finished.left)} are of calls that go on or that the store does not know: left alone."
        )


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
    from dialer.clock import posix_now
    from dialer.floor.stores import opened_store
    from dialer.inquiry.retention import demand_folder, expire_recordings

    demand_folder(folder)
    with opened_store(store) as opened:
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
