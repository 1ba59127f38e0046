"""`fairdial attest`: a named officer answers for the history of accounts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="attest")(attest)


def attest(
    since: Annotated[str, typer.Option(metavar="DATE", help="The first day on which nobody was contacted.")],
    by: Annotated[str, typer.Option(help="The officer who answers for it, by name.")],
    why: Annotated[str, typer.Option(help="What they go by.")],
    client: Annotated[str, typer.Option(help="All accounts of a client.")] = "",
    file: Annotated[str, typer.Option("--file", metavar="IMPORT", help="All that this file brought.")] = "",
    account: Annotated[
        list[str] | None, typer.Option(metavar="CLIENT/ACCOUNT", help="One account; again for several.")
    ] = None,
    store: Annotated[str | None, typer.Option(metavar="PATH", help="The floor's store.")] = None,
    floor: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Of the floor that runs on the store.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Answer for it that nobody contacted the people of accounts since a day, but for what is on file.

    A contact that is imported later and is of that time overrides it. Also while a floor runs on the store.
    """
    from dataclasses import asdict

    from dialer.floor.history_word import HistoryWord, take_word
    from dialer.floor.stores import store_address

    try:
        day = date.fromisoformat(since)
    except ValueError as error:
        raise console.UserError(
            f"{since!r} is no day", where="--since", mend="write it as 2026-11-01."
        ) from error
    word = HistoryWord(by=by, since=day, why=why, client=client, file=file, accounts=tuple(account or ()))
    taken = take_word(word, address=store_address(store), folder=floor)
    if json:
        console.result_json({**asdict(taken), "since": taken.since.isoformat()})
        return
    console.result(
        f"{taken.by} answers for {taken.accounts:,} accounts ({taken.scope}): since {taken.since} "
        "nobody was contacted but as is on file. A contact of that time that is imported later overrides it"
    )
