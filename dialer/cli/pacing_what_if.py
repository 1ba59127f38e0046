"""`fairdial pacing what-if`: what a change of pacing would do, told before it is applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.pacing_what_if import Answer, Spread

SHARES = frozenset({"abandoned_per_live_answer"})
NAMES: Mapping[str, str] = {
    "attempts": "attempts",
    "contacts": "people connected",
    "abandoned": "abandoned",
    "abandoned_per_live_answer": "abandoned %",
    "agent_wait_s": "agents wait, s",
    "caller_wait_s": "people wait, s",
    "held_minutes": "agents held, min",
    "headroom": "headroom at its end",
}


def what_if(
    journal: Annotated[Path, typer.Argument(help="A journal file, or the folder of a rehearsal.")],
    after: Annotated[float, typer.Option(min=0.0, help="Hours since the journal's first step.")] = 1.0,
    campaign: Annotated[str | None, typer.Option(help="Where there are several.", show_default=False)] = None,
    target: Annotated[
        float | None,
        typer.Option(help="Abandoned per live answer to aim for, 0-1.", show_default=False),
    ] = None,
    ratio: Annotated[
        float | None, typer.Option(help="Fixed lines per agent instead.", show_default=False)
    ] = None,
    ring: Annotated[
        float | None, typer.Option(help="Seconds that telephones ring.", show_default=False)
    ] = None,
    detection: Annotated[
        float | None,
        typer.Option(help="Put detection in; seconds that a verdict takes.", show_default=False),
    ] = None,
    finds_machines: Annotated[float, typer.Option(help="Share of machines it hangs up on.")] = 0.85,
    loses_people: Annotated[float, typer.Option(help="Share of people it hangs up on.")] = 0.05,
    agents: Annotated[int, typer.Option(help="So many more, or fewer (-2).")] = 0,
    held: Annotated[
        float | None,
        typer.Option(help="Minutes of an agent-hour held for one call each.", show_default=False),
    ] = None,
    runs: Annotated[int, typer.Option(help="Times that each is run forward, 3 to 200.")] = 20,
    day: Annotated[bool, typer.Option("--day", help="Also until the shift ends; takes long.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed is other chance.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """What 15 and 60 minutes would bring from an instant on: as it was, and with a change."""
    from dialer.inquiry import pacing_what_if as inquiry

    change = inquiry.Change(
        target=target,
        lines_per_agent=ratio,
        ring_s=ring,
        detection_s=detection,
        finds_machines=finds_machines,
        loses_people=loses_people,
        agents=agents,
        held_most=held,
    )
    question = inquiry.Question(change=change, runs=runs, day=day, seed=seed)
    answer: Answer | None = None
    with console.progress_bar("stepping to the instant", quiet=json) as bar:
        picture = inquiry.picture_in(
            journal,
            after_hours=after,
            campaign=campaign,
            progress=lambda steps: bar.note(f"{steps:,} steps"),
        )
    with console.progress_bar("running ahead", quiet=json) as bar:
        for answer in inquiry.what_if(picture, question):
            bar.reach(answer.forecast.runs / runs)
    assert answer is not None, "a question that was taken is answered"
    if json:
        console.result_json(inquiry.for_programs(answer))
    else:
        tell(answer)


def tell(answer: Answer) -> None:
    """For a person."""
    at = datetime.fromtimestamp(answer.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    console.result(
        f"From {at} with {answer.agents} agents, by what {answer.live_answers} live answers taught; "
        f"{answer.forecast.runs} runs, 90 of 100 between the two figures in brackets."
    )
    for row in answer.forecast.horizons:
        console.heading(f"The next {row.seconds / 60.0:.0f} minutes")
        table = console.table("", "as it is", "changed", "difference", numbers=("as it is",))
        for name, words in NAMES.items():
            table.add_row(
                words,
                _spread(row.as_it_is[name], name),
                "" if row.changed is None else _spread(row.changed[name], name),
                "" if row.difference is None else _spread(row.difference[name], name, is_signed=True),
            )
        console.out.print(table)
    console.result(
        "The next leads are taken to be like those in front of the queue, and agents to go on breaks as "
        "often as usual. The difference is of the means, on the same chance."
    )


def _spread(spread: Spread, name: str, *, is_signed: bool = False) -> str:
    factor, sign = (100.0 if name in SHARES else 1.0), "+" if is_signed else ""
    mean, low, high = (factor * number for number in (spread.mean, spread.low, spread.high))
    digits = 0 if max(abs(low), abs(high)) >= 100.0 else 1
    return f"{mean:{sign}.{digits}f} ({low:{sign}.{digits}f} to {high:{sign}.{digits}f})"
