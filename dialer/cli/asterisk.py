"""`fairdial asterisk config`: the files that a stock Asterisk needs, from one settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console

app = typer.Typer(help="What a stock Asterisk needs to be Fairdial's telephone system.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """What a stock Asterisk needs to be Fairdial's telephone system."""


@app.command()
def config(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the files.")],
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            metavar="FILE.toml",
            help="The floor's settings, or one Asterisk's alone; else ./fairdial.toml.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Write the configuration. Run again, it touches only what has changed.

    Of several Asterisks each is written into a folder of its name.
    """
    from dialer.floor.asterisk_files import write_files

    done = write_files(out, settings)
    if json:
        console.result_json({"out": str(out), "written": list(done.written)})
        return
    console.result(f"{len(done.written)} files written to {out}, {done.unchanged} were as they should be")
    for name in done.written:
        console.result(f"  {name}")
    if done.written:
        console.result("copy them to Asterisk's configuration folder and reload it; they hold passwords")
