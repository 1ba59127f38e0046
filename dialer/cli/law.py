"""`fairdial law`: what the rulebook holds, what changed and what that would have changed, what is covered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console, signing

if TYPE_CHECKING:
    from compliance_gate.rules.base import Rule

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
    pack: Annotated[str | None, typer.Option(help="Only rules of this pack, such as us-federal.")] = None,
    on: Day = None,
    json: Json = False,
) -> None:
    """Every rule: what it says, whose it is, since when."""
    from compliance_gate.book.shipped import standard_rulebook

    book = standard_rulebook()
    rules = book.rules() if on is None else book.in_force(_day(on, "--on"))
    if pack is not None:
        known = {rule.header.pack for rule in book.rules()}
        if pack not in known:
            raise console.UserError(
                f"no pack is called {pack!r}", mend=f"choose one of: {', '.join(sorted(known))}"
            )
        rules = tuple(rule for rule in rules if rule.header.pack == pack)
    if json:
        console.result_json({"rulebook": book.hash, "rules": [_as_json(rule) for rule in rules]})
        return
    table = console.table("rule", "what it says", "layer", "pack", "from", "to")
    for rule in rules:
        header = rule.header
        table.add_row(
            header.rule,
            header.what,
            header.layer.value,
            header.pack,
            header.effective_from.isoformat(),
            header.effective_to.isoformat() if header.effective_to else "",
        )
    console.out.print(table)
    console.say(f"{len(rules)} rules; rulebook {book.hash}")


@app.command()
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name, as in `fairdial law list`.")],
    json: Json = False,
) -> None:
    """One rule in full, every edition of it."""
    from compliance_gate.book.shipped import standard_rulebook

    book = standard_rulebook()
    editions = [each for each in book.rules() if each.header.rule == rule]
    if not editions:
        near = [each.header.rule for each in book.rules() if rule.lower() in each.header.rule.lower()]
        hint = f"did you mean {', '.join(sorted(set(near))[:6])}?" if near else "see `fairdial law list`."
        raise console.UserError(f"no rule is called {rule!r}", mend=hint)
    if json:
        console.result_json([_as_json(each) for each in editions])
        return
    for each in editions:
        table = console.table("", "")
        table.show_header = False
        for name, value in _as_json(each).items():
            if name != "values" and value is not None:
                table.add_row(name.replace("_", " "), str(value))
        for name, value in each.values():
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
    from compliance_gate.book.shipped import standard_rulebook

    book = standard_rulebook()
    old = {rule.header.rule: rule for rule in book.in_force(_day(before, "DATE"))}
    new = {rule.header.rule: rule for rule in book.in_force(_day(after, "DATE"))}
    changes = [
        (name, *_change(old.get(name), new.get(name)))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) is not new.get(name)
    ]
    if json:
        console.result_json(
            [
                {
                    "rule": name,
                    "change": change,
                    "before": None if name not in old else _as_json(old[name]),
                    "after": None if name not in new else _as_json(new[name]),
                }
                for name, change, _ in changes
            ]
        )
        return
    table = console.table("rule", "change", "citation", "values")
    for name, change, edition in changes:
        values = "; ".join(f"{key}: {value}" for key, value in edition.values())
        table.add_row(name, change, edition.header.citation, values)
    console.out.print(table)
    console.say(f"{len(changes)} differences between {before} and {after}")


@app.command()
def impact(
    before: Annotated[str, typer.Option("--from", metavar="DATE", help="The law of this day.")],
    after: Annotated[str, typer.Option("--to", metavar="DATE", help="Against the law of this day.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Past attempts that the law of another day would have decided otherwise."""
    from dialer.cli.impact import compare_store
    from dialer.floor.stores import opened_store

    days = _day(before, "--from"), _day(after, "--to")
    with opened_store(store) as opened:
        compare_store(opened, *days, json=json)


def _change(before: Rule | None, after: Rule | None) -> tuple[str, Rule]:
    """What happened to a rule between two days, and the edition that shows it."""
    if after is None:
        assert before is not None, "a change has an edition on one of its sides"
        return "ended", before
    return ("came into force" if before is None else "changed"), after


def _as_json(rule: Rule) -> dict[str, object]:
    header = rule.header
    return {
        "rule": header.rule,
        "what": header.what,
        "layer": header.layer.value,
        "pack": header.pack,
        "kind": header.kind,
        "verdict": header.verdict.value,
        "citation": header.citation,
        "source": header.source,
        "effective_from": header.effective_from.isoformat(),
        "effective_to": header.effective_to.isoformat() if header.effective_to else None,
        "expected": header.expected,
        "unit": header.unit,
        "values": dict(rule.values()),
        "checked": header.checked.value,
        "checked_on": header.checked_on.isoformat(),
        "note": header.note,
        "file": header.path,
    }


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not a day", where=option, mend="write it as 2026-03-10."
        ) from error
