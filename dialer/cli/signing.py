"""`fairdial law register`: what is covered, and who answers for places of which only federal law is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from dialer.cli import console


class _ShowsByDefault(TyperGroup):
    """`law register US-MA` is `law register show US-MA`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context is click's
        """Put `show` where no command is named."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ShowsByDefault, help="What is covered, what was read, and who signed for the rest.")

Places = Annotated[
    list[str] | None, typer.Argument(metavar="[PLACE]...", help="Places of the register, such as US-OH.")
]
File = Annotated[
    Path | None,
    typer.Option(
        "--file", metavar="FILE", help="File of signatures; else the settings'.", show_default=False
    ),
]


What = Annotated[
    str,
    typer.Option(
        "--for", metavar="WHAT", help="law; licence: that none is demanded; recording: as it is told."
    ),
]


@app.command()
def show(
    place: Annotated[
        str | None, typer.Argument(metavar="[PLACE]", help="One jurisdiction rule by rule, such as US-MA.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """What is covered: complete, partial or absent, how checked and when, and signed by whom."""
    from dialer.cli.covering import tell_all, tell_one
    from dialer.inquiry.coverage import coverage

    found = coverage(place)
    if json:
        console.result_json(found.as_json())
    elif place is not None:
        tell_one(found.places[0])
    else:
        tell_all(found)
    console.say("It is no legal advice and not complete: counsel decides.")


@app.command()
def sign(
    places: Places = None,
    *,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it: name and office.")],
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of the signature; else today.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every place that nobody has signed for.")] = False,
    file: File = None,
    what: What = "law",
) -> None:
    """Answer for drafts, and for places of which only federal law is known. Until someone does, nobody is
    called there."""
    from dialer.floor.law import sign_places, subject_named

    named = None if every else _named(places)
    subject = subject_named(what)
    signed = sign_places(named, by=by, on=None if on is None else _day(on), file=file, subject=subject)
    for name in signed.places:
        console.result(f"{name}: signed by {signed.by} on {signed.dated.isoformat()}")
    console.say(f"{len(signed.places)} signed in {signed.file}; a running floor reads it at its next start.")


@app.command()
def withdraw(places: Places = None, *, file: File = None, what: What = "law") -> None:
    """Take signatures back: nobody is called at these places any more."""
    from dialer.floor.law import subject_named, withdraw_places

    names = _named(places)
    written = withdraw_places(names, file=file, subject=subject_named(what))
    console.say(f"{len(names)} withdrawn in {written}; a running floor reads it at its next start.")


def _named(places: list[str] | None) -> list[str]:
    if not places:
        raise console.UserError("no place is named", mend="name places such as US-OH, or sign with --all.")
    return places


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not a day", where="--on", mend="write it as 2026-03-10."
        ) from error
