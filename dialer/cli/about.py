"""`fairdial version`, `doctor`, `measures`: the installation itself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console, measuring

Json = Annotated[bool, typer.Option("--json", help="For a program.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(measuring.measures)
    app.command()(version)
    app.command()(doctor)


def version(json: Json = False) -> None:
    """Versions of Fairdial and of what its numbers and its law depend on."""
    from dialer.inquiry.installation import versions

    told = asdict(versions())
    features = told.pop("cpu_features")
    if json:
        console.result_json({**told, "cpu_features": list(features)})
        return
    for name, value in told.items():
        console.result(f"{name:10} {value}")


def doctor(
    store: Annotated[
        str | None, typer.Option(metavar="PATH", help="Store to look at.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Settings file; else ./fairdial.toml.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Look whether this installation could work lawfully, and whether its telephone system is fit.

    Each failure comes with its mend; leaves with 1 when there is one. The telephone system is looked at where
    the settings have an [asterisk] section.
    """
    from dialer.floor.settings import use_config
    from dialer.inquiry.installation import examine_installation
    from dialer.inquiry.telephones import examine_telephones

    use_config(config)
    findings = [*examine_installation(store), *examine_telephones()]
    if json:
        console.result_json(
            [{"check": each.name, "ok": each.ok, "found": each.found, "mend": each.mend} for each in findings]
        )
    else:
        for each in findings:
            console.result(f"{'ok  ' if each.ok else 'FAIL'}  {each.name}: {each.found}")
            if not each.ok:
                console.result(f"      mend: {each.mend}")
    if not all(each.ok for each in findings):
        raise typer.Exit(1)
