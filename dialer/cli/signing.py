"""`fairdial law register`: what is covered, and who answers for places of which only federal law is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from dialer.cli import console

if TYPE_CHECKING:
    from compliance_gate.book.register import Entry
    from dialer.floor.law import SignedFile

NAMES_IN_HINT = 8


class _ShowsByDefault(TyperGroup):
    """`law register US-MA` is `law register show US-MA`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context is click's
        """Put `show` where no command is named."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ShowsByDefault, help="What is covered, how checked, and who signed for what is not.")

Places = Annotated[
    list[str] | None, typer.Argument(metavar="[PLACE]...", help="Places of the register, such as US-OH.")
]
File = Annotated[
    Path | None,
    typer.Option(
        "--file", metavar="FILE", help="File of signatures; else the settings'.", show_default=False
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
    from dialer.cli.covering import show_register

    show_register(place, json=json)


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
) -> None:
    """Answer for places of which only federal law is known. Until someone does, nobody is called there."""
    from compliance_gate.book.register.signatures import Signature
    from dialer.floor.law import SignedFile, keep_signed, signed_file

    if not by.strip():
        raise console.UserError(
            "nobody has signed", where="--by", mend="give the name and office of who signs."
        )
    dated = _day(on)
    held = signed_file(file)
    chosen = _unsigned(held) if every else [_federal_only(name) for name in _named(places)]
    kept = {each.place: each for each in held.signatures}
    kept |= {entry.name: Signature(place=entry.name, signed_by=by.strip(), dated=dated) for entry in chosen}
    keep_signed(SignedFile(path=held.path, signatures=tuple(kept.values())))
    for entry in chosen:
        console.result(f"{entry.name}: federal law only, signed by {by.strip()} on {dated.isoformat()}")
    console.say(f"{len(chosen)} signed in {held.path}; a running floor reads it at its next start.")


@app.command()
def withdraw(places: Places = None, *, file: File = None) -> None:
    """Take signatures back: nobody is called at these places any more."""
    from dialer.floor.law import SignedFile, keep_signed, signed_file

    names, held = _named(places), signed_file(file)
    known = {each.place for each in held.signatures}
    for name in names:
        if name not in known:
            raise console.UserError(
                f"nobody has signed for {name!r}", where=str(held.path), mend="see `fairdial law register`."
            )
    left = tuple(each for each in held.signatures if each.place not in names)
    keep_signed(SignedFile(path=held.path, signatures=left))
    console.say(f"{len(names)} withdrawn in {held.path}; a running floor reads it at its next start.")


def _named(places: list[str] | None) -> list[str]:
    if not places:
        raise console.UserError("no place is named", mend="name places such as US-OH, or sign with --all.")
    return places


def _entries() -> tuple[Entry, ...]:
    from compliance_gate.book.shipped import standard_rulebook

    return standard_rulebook().register.entries


def _unsigned(held: SignedFile) -> list[Entry]:
    known = {each.place for each in held.signatures}
    return [entry for entry in _entries() if entry.needs_signature and entry.name not in known]


def _federal_only(name: str) -> Entry:
    for entry in _entries():
        if entry.name == name:
            if entry.needs_signature:
                return entry
            raise console.UserError(
                f"{name} is {entry.status.value} and needs no signature", mend="see `fairdial law register`."
            )
    near = [entry.name for entry in _entries() if entry.needs_signature][:NAMES_IN_HINT]
    raise console.UserError(f"the register has no {name!r}", mend=f"there are: {', '.join(near)}, ...")


def _day(text: str | None) -> date:
    from dialer.clock import posix_now

    today = datetime.fromtimestamp(posix_now(), tz=UTC).astimezone().date()
    try:
        day = today if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not a day", where="--on", mend="write it as 2026-03-10."
        ) from error
    if day > today:
        raise console.UserError(f"{day.isoformat()} is still to come", where="--on", mend="sign on the day.")
    return day
