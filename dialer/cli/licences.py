"""`fairdial licences`: who collects, from where and under which licences; the house's own file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console

app = typer.Typer(help="Who collects, and under which licences.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command("list")
def list_licences(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="As of this day; else today.")
    ] = None,
    json: Json = False,
) -> None:
    """Every collector and licence, what ends within 90 days, and the places where one is lacking."""
    from dialer.inquiry.licences import licences_told, warning

    found = licences_told(None if on is None else _day(on))
    if json:
        console.result_json(found.as_json())
        return
    for entity in found.entities:
        console.result(f"{entity.entity}: {entity.title}, {entity.kind.value}, at {', '.join(entity.places)}")
    table = console.table("collector", "place", "kind", "number", "from", "expires", "bond", "branch")
    for each in found.licences:
        bond = f"{each.bond_cents / 100:,.2f}" if each.bond_cents else ""
        row = (each.entity, each.place, each.kind.value, each.number, each.since.isoformat())
        table.add_row(*row, each.expires.isoformat(), bond, each.branch)
    console.out.print(table)
    for each in found.ending:
        console.result(warning(each, found.on))
    if found.lacking:
        lacking = ", ".join(f"{place} ({what})" for place, what in found.lacking)
        console.say(f"nobody who needs one may collect at {lacking}")
    console.say(f"{len(found.licences)} licences on {found.on.isoformat()}; rulebook {found.rulebook}")


@app.command()
def collector(
    entity: Annotated[str, typer.Argument(metavar="NAME", help="Its short name, as licences name it.")],
    *,
    title: Annotated[str, typer.Option(help="Its full name.")],
    at: Annotated[
        list[str], typer.Option(metavar="PLACE", help="Where its agents sit and record: US-TX. Repeat.")
    ],
    kind: Annotated[str, typer.Option(help="agency or creditor_own_name.")] = "agency",
    branch: Annotated[list[str] | None, typer.Option(metavar="NAME", help="An office. Repeat.")] = None,
    desk_name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name its collectors speak under. Repeat.")
    ] = None,
) -> None:
    """Name somebody who collects, and the places of their agents and recordings."""
    from dialer.floor.licences import collector_of, name_collector

    kept = name_collector(
        collector_of(entity, title=title, kind=kind, places=at, branches=branch, desk_names=desk_name)
    )
    console.say(f"{entity} is kept in {kept.path}; a running floor reads it at its next start.")


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="entity,place,kind,number,from,expires,...")
    ],
) -> None:
    """Keep the licences of a CSV file, all of its lines or none."""
    from dialer.floor.licences import import_licences

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise console.UserError(str(error), where=str(file), mend="name a CSV file in UTF-8.") from error
    kept, count = import_licences(text, where=str(file))
    console.say(f"{count} licences are kept in {kept.path}; a running floor reads it at its next start.")


@app.command()
def withdraw(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The licence's number.")],
    *,
    at: Annotated[str, typer.Option(metavar="PLACE", help="The place that gave it.")],
) -> None:
    """Take a licence back; whoever has no other there is denied."""
    from dialer.floor.licences import withdraw_licence

    kept = withdraw_licence(number, place=at)
    console.say(f"withdrawn in {kept.path}; a running floor reads it at its next start.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not a day", where="--on", mend="write it as 2026-03-10."
        ) from error
