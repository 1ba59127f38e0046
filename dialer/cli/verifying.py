"""`fairdial verify`: is a journal what was written, up to its end?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.verifying import Checked

PathOption = Annotated[
    list[Path] | None,
    typer.Option("--heads", help="Signed heads that were kept elsewhere.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(verify)


def verify(
    where: Annotated[
        str | None,
        typer.Argument(
            help="A store, a journal's file, or the folder of a rehearsal; else the last store.",
            show_default=False,
        ),
    ] = None,
    heads: PathOption = None,
    head: Annotated[
        list[str] | None,
        typer.Option(help="A head from a printed report, NUMBER:DIGITS.", show_default=False),
    ] = None,
    show_key: Annotated[
        bool, typer.Option("--show-key", help="Print the public key that heads are signed under.")
    ] = False,
    public_key: Annotated[
        Path | None,
        typer.Option(help="Of the installation that signed; else this one's.", show_default=False),
    ] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the head where the journal is whole.")] = False,
    accept: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Sign a store that stands in another's place or is shorter than it was, and say why.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Compute a journal's chain anew and hold it against every signed head; status 1: tampered with."""
    from dialer.inquiry.verifying import accepted, verified
    from dialer.inquiry.verifying import public_key as public_key_here

    if show_key:
        console.result(public_key_here().strip())
        return
    if accept is not None:
        signed = accepted(where, reason=accept)
        console.result(f"signed at step {signed.sequence} with the reason: {signed.note}")
        return
    with console.progress_bar("computing the chain", quiet=json):
        found = verified(where, heads=heads or (), printed=head or (), public_key=public_key, sign=sign)
    if json:
        console.result_json([each.as_json() for each in found])
    else:
        for each in found:
            _tell(each)
    if not all(each.is_whole for each in found):
        raise typer.Exit(1)


def _tell(found: Checked) -> None:
    for fault in found.faults:
        console.result(f"ALTERED: {fault.what}")
        console.result(f"  mend: {fault.mend}")
    if found.is_whole:
        word = "whole" if found.partial is None else f"unaltered, and PARTIAL ({found.partial})"
        console.result(f"{word}: {found.where}, {found.entries:,} steps")
        console.result(f"  head {found.head}")
    else:
        console.result(f"  in {found.where}, after {found.entries:,} steps that are as they were written")
    if found.signed is not None:
        at = datetime.fromtimestamp(found.signed.at, UTC).isoformat(timespec="seconds")
        rest = f"; {found.unsigned:,} steps since" if found.unsigned else ""
        console.result(f"  signed at step {found.signed.sequence} ({at}, key {found.signed.key}){rest}")
    for remark in found.remarks:
        console.say(remark)
