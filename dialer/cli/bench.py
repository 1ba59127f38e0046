"""`fairdial bench pacing`: our pacing against every rival, on the same made-up days."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console
from dialer.files import write_whole

app = typer.Typer(help="Measure, and show beside others.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print the figures for a program.")]


@app.callback()
def bench() -> None:
    """Measure, and show beside others."""


@app.command()
def pacing(
    scenario: Annotated[str, typer.Option(help="Names with commas between them.")] = "REF",
    agents: Annotated[str, typer.Option(help="Team sizes with commas between them.")] = "10",
    policies: Annotated[str, typer.Option(help="Names with commas between them; all = every one.")] = "all",
    replications: Annotated[int, typer.Option(min=1, help="Days, the same for every policy.")] = 3,
    hours: Annotated[float, typer.Option(min=0.01, help="Length of a day.")] = 8.0,
    seed: Annotated[int, typer.Option(help="Another seed is other days.")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="Run in so many at once.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Also write a Markdown table.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Run policies and rivals on a cheap floor: no law, no journal, agents alike, the same days for all."""
    from dialer.inquiry import pacing_bench as bench

    order = bench.BenchOrder(
        scenarios=_names(scenario),
        agents=_numbers(agents),
        policies=tuple(bench.CONTENDERS) if policies == "all" else _names(policies),
        replications=replications,
        seed=seed,
        hours=hours,
    )
    lines = bench.bench(order, processes=processes, told=console.say)
    table = bench.markdown(order, lines)
    if out is not None:
        write_whole(out, table)
    if json:
        console.result_json(bench.for_programs(lines))
    else:
        console.result(table)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in _names(text))
    except ValueError:
        raise console.UserError(
            f"team sizes are whole numbers with commas between them, not {text!r}", mend="say --agents 10,30."
        ) from None
