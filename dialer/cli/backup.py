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
        Path, typer.Argument(help="The copy, which must not exist yet; with --keep, a folder.")
    ],
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Into a folder of copies, of which so many stay.", show_default=False),
    ] = None,
    try_it: Annotated[
        bool, typer.Option("--try-it", help="Make a store from it and look through that; with --keep.")
    ] = False,
) -> None:
    """Copy a store to a new file; a floor may be running on it. Its keys are no part of the copy."""
    from dialer.floor.copies import back_up, back_up_into

    if keep is not None:
        from datetime import UTC, datetime

        from dialer.clock import posix_now

        now = datetime.fromtimestamp(posix_now(), UTC)
        made = back_up_into(store, target, keep=keep, is_tried=try_it, now=now)
        console.result(f"{made} holds a whole copy of {store}{', and a store came of it' if try_it else ''}")
        return
    if try_it:
        raise console.UserError("--try-it needs --keep", mend="name a folder and how many copies stay in it.")
    back_up(store, target)
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
