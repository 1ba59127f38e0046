"""`fairdial dispositions`: what agents may say of a client's calls."""

from __future__ import annotations

from typing import Annotated

import typer

from dialer.cli import console


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(dispositions)


def dispositions(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="As its files name it.")],
    campaign: Annotated[str | None, typer.Option(help="What is offered in this campaign alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """A client's own codes for what comes of a call, and the kind of ours that each means; our kinds where
    fairdial-clients.toml gives the client none.

    A running floor goes by the list that was there when it was started.
    """
    from dialer.casework.codes import PROTECTIVE, offered_in
    from dialer.domain.disposition import DispositionKind
    from dialer.floor.client_terms import client_contracts

    codes = client_contracts().of(client).dispositions
    shown = codes if campaign is None else offered_in(codes, campaign)
    if json:
        console.result_json(
            [
                {
                    "code": each.code,
                    "kind": each.kind.value,
                    "words": each.words,
                    "asks": [asked.value for asked in each.asks],
                    "campaigns": list(each.campaigns),
                    "binds": each.kind in PROTECTIVE,
                }
                for each in shown
            ]
        )
        return
    table = console.table("code", "kind", "words", "asks", "campaigns", "binds us")
    for each in shown:
        asks, campaigns = ", ".join(asked.value for asked in each.asks), ", ".join(each.campaigns) or "each"
        binds = "yes" if each.kind in PROTECTIVE else ""
        table.add_row(each.code, each.kind.value, each.words, asks, campaigns, binds)
    if not codes:
        for kind in DispositionKind:
            table.add_row("", kind.value, "", "", "each", "yes" if kind in PROTECTIVE else "")
        console.say(f"client {client} has no codes of its own: our kinds are said")
    console.out.print(table)
