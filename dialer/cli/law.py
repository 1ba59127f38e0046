"""`fairdial law`: what the rulebook holds, what changed and what that would have changed, what is covered."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from dialer.cli import console, signing

app = typer.Typer(help="The law and the house's policy in force.", no_args_is_help=True)
app.add_typer(signing.app, name="register")

Day = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Only rules in force on this day.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]
Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
    ),
]


@app.command("list")
def list_rules(
    pack: Annotated[str | None, typer.Option(help="Only rules of this pack, such as US-federal.")] = None,
    on: Day = None,
    json: Json = False,
) -> None:
    """Every rule: what it says, whose it is, since when."""
    from dialer.inquiry.rules import rules_listed

    law = rules_listed(pack=pack, on=None if on is None else _day(on, "--on"))
    if json:
        console.result_json(law.as_json())
        return
    table = console.table("rule", "what it says", "layer", "pack", "from", "to")
    for rule in law.rules:
        until = rule.effective_to.isoformat() if rule.effective_to else ""
        table.add_row(rule.rule, rule.what, rule.layer, rule.pack, rule.effective_from.isoformat(), until)
    console.out.print(table)
    console.say(f"{len(law.rules)} rules; rulebook {law.rulebook}")


@app.command()
def show(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE|PLACE", help="A rule's name, as in `fairdial law list`, or a place such as US-DC."
        ),
    ],
    json: Json = False,
) -> None:
    """One rule in full, every edition of it; of a place what was read of its law, loaded or not and why."""
    from dialer.inquiry.coverage import coverage, is_a_place
    from dialer.inquiry.rules import rule_editions

    if is_a_place(rule):
        from dialer.cli.covering import tell_one

        found = coverage(rule)
        if json:
            console.result_json(found.as_json())
        else:
            tell_one(found.places[0])
        return
    editions = rule_editions(rule)
    if json:
        console.result_json([each.as_json() for each in editions])
        return
    for each in editions:
        table = console.table("", "")
        table.show_header = False
        for name, value in each.as_json().items():
            if name != "values" and value is not None:
                table.add_row(name.replace("_", " "), str(value))
        for name, value in each.values:
            table.add_row(f"  {name}", value)
        console.out.print(table)
        console.out.print()


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="DATE", help="A day, such as 2021-01-01.")],
    after: Annotated[str, typer.Argument(metavar="DATE", help="A later day.")],
    json: Json = False,
) -> None:
    """What the law and policy said on one day and not on another."""
    from dialer.inquiry.rules import changes_between

    changes = changes_between(_day(before, "DATE"), _day(after, "DATE"))
    if json:
        console.result_json([each.as_json() for each in changes])
        return
    table = console.table("rule", "change", "citation", "values")
    for each in changes:
        values = "; ".join(f"{key}: {value}" for key, value in each.edition.values)
        table.add_row(each.rule, each.change, each.edition.citation, values)
    console.out.print(table)
    console.say(f"{len(changes)} differences between {before} and {after}")


@app.command()
def due(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="As of this day; else today.")
    ] = None,
    json: Json = False,
) -> None:
    """What has to be looked at: checks older than a year, values that end within 90 days, changes to come."""
    from dialer.inquiry.due import due as due_now

    found = due_now(None if on is None else _day(on, "--on"))
    if json:
        console.result_json(found.as_json())
        return
    table = console.table("day", "why", "rule or place", "what", "citation")
    for each in found.items:
        table.add_row(each.day.isoformat(), each.why.value, each.name, each.what, each.citation)
    console.out.print(table)
    console.say(f"{len(found.items)} due on {found.on.isoformat()}; rulebook {found.rulebook}")


@app.command()
def impact(
    before: Annotated[str, typer.Option("--from", metavar="DATE", help="The law of this day.")],
    after: Annotated[str, typer.Option("--to", metavar="DATE", help="Against the law of this day.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Past attempts, and calls not placed, that the law of another day would have decided otherwise."""
    from dialer.cli.impact import tell
    from dialer.cli.opening import opened_store
    from dialer.inquiry.impact import compare

    days = _day(before, "--from"), _day(after, "--to")
    with opened_store(store) as opened, console.progress_bar("comparing", quiet=json) as bar:
        found = compare(
            opened, *days, progress=lambda share, attempts: bar.reach(share, f"{attempts:,} attempts")
        )
    if json:
        console.result_json(found.as_json())
    else:
        tell(found)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not a day", where=option, mend="write it as 2026-03-10."
        ) from error
