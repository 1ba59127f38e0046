"""`fairdial gate check`: worked cases of the public case language, decided by the law alone."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(help="Ask the gate about worked cases.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Ask the gate about worked cases."""


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", help="One case a line (tests/law/README.md).")
    ],
    packs: Annotated[
        str | None, typer.Option(metavar="P,P", help="Law packs to ask instead of the case's own.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One decision a line, as JSON.")] = False,
) -> None:
    """Decide every case; compare with `expected` and `earliest_next_allowed` where a case has them.

    Leaves with 0 when nothing differs from what was expected, else 1.
    """
    from dialer.inquiry.cases import check_cases

    chosen = None if packs is None else [name.strip() for name in packs.split(",") if name.strip()]
    total = differing = unlawful = 0
    with file.open(encoding="utf-8") as lines:
        for checked in check_cases(lines, name=str(file), packs=chosen):
            total += 1
            differing += bool(checked.differences)
            unlawful += checked.unlawful_allow
            if json:
                shown = {**checked.result, "differences": list(checked.differences)}
                console.result(json_module.dumps(shown, ensure_ascii=False))
            else:
                _tell(checked.result, checked.differences)
    console.say(
        f"{total} cases: {total - differing} as expected or without an expectation, {differing} different, "
        f"{unlawful} allowed that should be denied"
    )
    if differing:
        raise typer.Exit(1)


def _tell(result: Mapping[str, object], differences: tuple[str, ...]) -> None:
    findings = cast("list[Mapping[str, object]]", result["findings"])
    why = [str(finding["rule"]) for finding in findings if finding["verdict"] == "denied"]
    warned = cast("list[str]", result["warnings"])
    parts = [f"{result['id']}: {result['decision']}"]
    parts += [f"because of {', '.join(why)}"] if why else []
    parts += [f"next {result['retry_at']}"] if result["retry_at"] is not None else []
    parts += [f"warned by {', '.join(warned)}"] if warned else []
    console.result("; ".join(parts))
    for difference in differences:
        console.result(f"    DIFFERS: {difference}")
