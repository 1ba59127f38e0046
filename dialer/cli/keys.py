"""`fairdial keys`: the keys that a store's people are sealed under."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dialer.cli import console

app = typer.Typer(help="Keys of a store: what they are, and new ones.", no_args_is_help=True)

StoreOption = Annotated[
    str | None, typer.Option("--store", help="A file or a PostgreSQL address.", show_default=False)
]


@app.command()
def status(store: StoreOption = None, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Where the keys are, how many, and whether back-ups in clear may exist. Status 1: they are missing."""
    from dialer.inquiry.keys import keys_of

    found = keys_of(store)
    if json:
        console.result_json(found.as_json())
        return
    console.result(f"{found.count:,} keys of persons, numbers and imports in {found.folder}")
    console.result("  back this folder up apart from the store; whoever has both has the names")
    if found.sealed_at is not None:
        at = datetime.fromtimestamp(found.sealed_at, UTC).date().isoformat()
        console.result(f"  back-ups from before {at} hold names and numbers in clear: remove them")


@app.command()
def rotate(store: StoreOption = None) -> None:
    """Wrap every key anew under a new master key; older copies of the vault cannot be opened any more.

    May be interrupted and called again. Keep the new folder of keys before anything else is done.
    """
    from dialer.inquiry.keys import rotated

    count, folder = rotated(store)
    console.result(
        f"{count:,} keys were wrapped anew; copy {folder} to where its back-up is, over the old one"
    )
