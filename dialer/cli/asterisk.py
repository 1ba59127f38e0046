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
    settings: Annotated[Path, typer.Option("--settings", metavar="FILE.toml", help="The floor's Asterisk.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the files.")],
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Write the configuration. Run again, it touches only what has changed."""
    from telephony.asterisk.configuration import TEMPLATES, write
    from telephony.asterisk.settings import AsteriskSettings, SettingsError

    try:
        written = write(AsteriskSettings.from_toml(settings.read_text(encoding="utf-8")), out)
    except SettingsError as error:
        raise console.UserError(
            str(error), where=str(settings), mend="config/asterisk/example.toml shows one."
        ) from error
    if json:
        console.result_json({"out": str(out), "written": list(written)})
        return
    same = len(TEMPLATES) - len(written)
    console.result(f"{len(written)} files written to {out}, {same} were as they should be")
    for name in written:
        console.result(f"  {name}")
    if written:
        console.result("copy them to Asterisk's configuration folder and reload it; they hold secrets")
