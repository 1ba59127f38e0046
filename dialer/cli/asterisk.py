"""`fairdial asterisk config`: the files that a stock Asterisk needs, from one settings file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from telephony.asterisk.settings import AsteriskSettings

_EXAMPLE = (
    "config/fairdial.example.toml shows a floor's settings, config/asterisk/example.toml one Asterisk's."
)

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
    from dialer.settings_reader import SettingsError
    from telephony.asterisk.configuration import TEMPLATES, write

    systems = _systems(settings)
    written: list[str] = []
    try:
        for system in systems:
            folder = out / system.name if len(systems) > 1 else out
            written += [str((folder / name).relative_to(out)) for name in write(system, folder)]
    except SettingsError as error:
        raise console.UserError(str(error), where=str(settings or "the settings"), mend=_EXAMPLE) from error
    if json:
        console.result_json({"out": str(out), "written": list(written)})
        return
    same = len(systems) * len(TEMPLATES) - len(written)
    console.result(f"{len(written)} files written to {out}, {same} were as they should be")
    for name in written:
        console.result(f"  {name}")
    if written:
        console.result("copy them to Asterisk's configuration folder and reload it; they hold secrets")


def _systems(file: Path | None) -> tuple[AsteriskSettings, ...]:
    """Those of a floor's settings, or the one that the file is about as a whole."""
    import tomllib

    from dialer.floor.settings import asterisks_of, use_config
    from dialer.settings import load_settings
    from dialer.settings_reader import SettingsError
    from telephony.asterisk.settings import AsteriskSettings

    if file is not None:
        text = file.read_text(encoding="utf-8")
        try:
            if "asterisk" not in tomllib.loads(text):
                return (AsteriskSettings.from_toml(text),)
        except (tomllib.TOMLDecodeError, SettingsError) as error:
            raise console.UserError(str(error), where=str(file), mend=_EXAMPLE) from error
    use_config(file)
    return asterisks_of(load_settings())
