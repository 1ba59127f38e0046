"""`fairdial gate check`: worked cases of the public case language, decided by the law alone."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    from compliance_gate.book.shipped import standard_rulebook
    from compliance_gate.told.case_check import check_case, law_gate

    gate = law_gate(standard_rulebook())
    chosen = None if packs is None else [name.strip() for name in packs.split(",") if name.strip()]
    _check_packs(chosen, frozenset(gate.rulebook.packs))
    total = differing = unlawful = 0
    for case in _cases(file):
        checked = check_case(gate, case, packs=chosen)
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


def _check_packs(chosen: list[str] | None, known: frozenset[str]) -> None:
    strange = sorted(set(chosen or ()) - known)
    if strange:
        raise console.UserError(
            f"no pack is called {', '.join(strange)}",
            where="--packs",
            mend=f"choose from: {', '.join(sorted(known))}",
        )


def _cases(file: Path) -> Iterator[Mapping[str, object]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                case = json_module.loads(line)
            except ValueError as error:
                raise console.UserError(
                    f"not JSON: {error}", where=f"{file} line {number}", mend="one JSON object a line."
                ) from error
            if not isinstance(case, dict):
                raise console.UserError(
                    "a case is a JSON object", where=f"{file} line {number}", mend="see tests/law/README.md."
                )
            yield cast("Mapping[str, object]", case)


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
