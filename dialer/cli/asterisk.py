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


@app.command()
def call_back(
    numbers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NUMBER]...", help="Numbers of ours in E.164; else all that are declared."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE.toml", help="Settings; else ./fairdial.toml.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Call each number of ours over the trunk and see whether it comes in. Leaves with 1 when one does not.

    Nothing is written down: a running floor keeps what `POST /api/caller-ids/NUMBER/test` finds.
    """
    from dialer.floor.settings import use_config
    from dialer.inquiry.telephones import examine_caller_ids

    use_config(config)
    findings = examine_caller_ids(tuple(numbers or ()))
    if json:
        console.result_json([{"check": each.name, "ok": each.ok, "found": each.found} for each in findings])
    else:
        for each in findings:
            console.result(f"{'ok  ' if each.ok else 'FAIL'}  {each.name}: {each.found}")
            if not each.ok:
                console.result(f"      mend: {each.mend}")
    if not all(each.ok for each in findings):
        raise typer.Exit(1)
