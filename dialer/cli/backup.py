"""`fairdial backup` and `fairdial restore`: a copy of the store, taken while a floor runs on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    store: Annotated[str, typer.Argument(help="The store: a file, or a PostgreSQL address.")],
    target: Annotated[
        Path | None,
        typer.Argument(help="The copy, which must not exist yet; with --keep, a folder.", show_default=False),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Into a folder of copies, of which so many stay.", show_default=False),
    ] = None,
    try_it: Annotated[
        bool, typer.Option("--try-it", help="Make a store from it and look through that; with --keep.")
    ] = False,
    made_elsewhere: Annotated[
        bool,
        typer.Option("--made-elsewhere", help="Copy nothing, other tools did: write down that they did now."),
    ] = False,
) -> None:
    """Copy a store to a new file; a floor may be running on it. Its keys are no part of the copy.

    When the newest copy was made is written down in the store; a served floor shows it, for an alarm.
    """
    from datetime import UTC, datetime

    from dialer.clock import posix_now
    from dialer.floor.copies import back_up, back_up_into, note_copy

    now = posix_now()
    if made_elsewhere:
        if target is not None or keep is not None or try_it:
            mend = "leave TARGET, --keep and --try-it away: nothing is copied."
            raise console.UserError("--made-elsewhere stands alone", mend=mend)
        note_copy(store, now=now)
        console.result("it is written down in the store that a copy of it was made now")
        return
    if target is None:
        raise console.UserError("where to is not said", mend="name a file, or with --keep a folder.")
    if keep is not None:
        at = datetime.fromtimestamp(now, UTC)
        made = back_up_into(store, target, keep=keep, is_tried=try_it, now=at)
        console.result(f"{made} holds a whole copy of {store}{', and a store came of it' if try_it else ''}")
        return
    if try_it:
        raise console.UserError("--try-it needs --keep", mend="name a folder and how many copies stay in it.")
    back_up(store, target, now=now)
    console.result(f"{target} holds a whole copy of {store}")


def restore(
    copy: Annotated[Path, typer.Argument(help="What `fairdial backup` wrote.", exists=True)],
    target: Annotated[Path, typer.Argument(help="The store to make; must not exist yet.")],
) -> None:
    """Make a store from a copy.

    The journal of the copy ends where the copy was taken: calls placed since then are not in it. Use it where
    the store itself is lost, and tell whoever keeps the counts. A floor starts on it once somebody has said
    why: `fairdial verify STORE --accept REASON`.
    """
    from dialer.floor.copies import restore as restore_copy

    restore_copy(copy, target)
    console.result(f"{target} is a store as of the copy {copy}")
    console.result(
        f"if the floor worked on after the copy, say why it is used: fairdial verify {target} --accept REASON"
    )
