"""`fairdial demo`, `simulate`, `replay`, `scenarios`: shifts in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.interrupting import Interruption, interrupted_between

if TYPE_CHECKING:
    from dialer.floor.rehearsed import RehearsedShift, ShiftOrder

DEFAULT_SCENARIO = "collections"
DEMO_AGENTS = 30
DEMO_HOURS = 8.0
DEMO_SEED = 1
MOST_HOURS = 168.0
"""A week: a shift begins on one day and is over soon after."""

NEXT = "next: `make floor` (or `fairdial floor`) opens such a floor in a browser, with a seat for you"

Json = Annotated[bool, typer.Option("--json", help="Print the measures for a program.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(demo)
    app.command()(simulate)
    app.command()(replay)
    app.command()(scenarios)


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for what comes out.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another day.")] = DEMO_SEED,
    json: Json = False,
) -> None:
    """Import the sample placement, rehearse an 8-hour shift of 30 agents, and write its report."""
    from dialer.floor.rehearsed import ShiftOrder
    from dialer.floor.sample import import_sample, rehearse_sample
    from dialer.floor.scenarios import scenario_named
    from dialer.floor.stores import fresh_folder, rehearsal_store

    folder = fresh_folder(out, "demo")
    found = scenario_named(DEFAULT_SCENARIO)
    order = ShiftOrder(scenario=found, seed=seed, agents=DEMO_AGENTS, hours=DEMO_HOURS)
    with interrupted_between(lambda: _left_of(folder)) as interruption:
        with rehearsal_store(folder) as store:
            with console.progress_bar("importing the sample placement", quiet=json) as bar:

                def imported(lines: int) -> None:
                    interruption.allow()
                    bar.note(f"{lines:,} lines")

                report = import_sample(store, progress=imported)
            console.say(
                f"imported {report.file_name}: {report.lines:,} lines, {report.accepted:,} taken, "
                f"{report.rejected:,} rejected (each with line, column and reason)"
            )
            with console.progress_bar("rehearsing the shift", quiet=json) as bar:
                reach = _reaching(bar, interruption)
                shift = rehearse_sample(order, folder=folder, store=store, progress=reach)
        interruption.allow()
        _finish(shift, title="The demo shift", repeat_with=f"fairdial demo --seed {seed}", json=json)
        if not json:
            console.say(NEXT)


def simulate(
    scenario: Annotated[
        str, typer.Argument(help="A scenario's name (`fairdial scenarios`) or a TOML file.")
    ] = DEFAULT_SCENARIO,
    agents: Annotated[int | None, typer.Option(min=1, help="Instead of the scenario's own number.")] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, max=MOST_HOURS, help="Length of the shift.")
    ] = None,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Pacing policy.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same shift.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for what comes out.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Rehearse a shift in simulated time and print its measures."""
    from dialer.floor.rehearsed import ShiftOrder, rehearse
    from dialer.floor.scenarios import scenario_named
    from dialer.floor.stores import fresh_folder, rehearsal_store

    found = scenario_named(scenario)
    folder = fresh_folder(out, found.name)
    order = ShiftOrder(scenario=found, seed=seed, agents=agents, hours=hours, policy=policy)
    with interrupted_between(lambda: _left_of(folder)) as interruption:
        with (
            console.progress_bar(f"rehearsing {found.name}", quiet=json) as bar,
            rehearsal_store(folder) as store,
        ):
            reach = _reaching(bar, interruption)
            shift = rehearse(order, folder=folder, store=store, progress=reach)
        interruption.allow()
        _finish(shift, title=f"Rehearsal: {found.name}", repeat_with=_command(order, scenario), json=json)


def replay(
    journal: Annotated[Path, typer.Argument(help="A journal file, or the folder of a rehearsal.")],
    json: Json = False,
) -> None:
    """Run a journal again through a fresh engine: identical, or the first difference."""
    from dialer.cli.replaying import tell, tell_program
    from dialer.inquiry import replay as replays

    name = replays.journal_in(journal).name
    with console.progress_bar(f"replaying {name}", quiet=json) as bar:
        replayed = replays.replay(journal, progress=lambda steps: bar.note(f"{steps:,} steps"))
    if json:
        tell_program(replayed)
    else:
        tell(replayed)
    if not replayed.has_passed:
        raise typer.Exit(1)


def scenarios(json: Json = False) -> None:
    """The scenarios that come with Fairdial."""
    from dialer.floor.scenarios import known_scenarios

    found = known_scenarios()
    if json:
        console.result_json(
            [
                {
                    "scenario": each.name,
                    "description": " ".join(each.description.split()),
                    "agents": each.agents.count,
                    "hours": each.shift.hours,
                    "policy": each.campaign.policy,
                }
                for each in found
            ]
        )
        return
    table = console.table("scenario", "agents", "hours", "policy", "what it is", numbers=("agents", "hours"))
    for each in found:
        hours = f"{each.shift.hours:g}"
        table.add_row(
            each.name,
            str(each.agents.count),
            hours,
            each.campaign.policy,
            " ".join(each.description.split()),
        )
    console.out.print(table)


def _left_of(folder: Path) -> str:
    """What a shift leaves that was interrupted: it is no whole one, and nothing takes it for one."""
    from dialer.floor.stores import REPORT_FILE, kept_steps

    steps, is_whole = kept_steps(folder)
    if is_whole:
        kept = f"the shift was worked to its end and is whole in {folder}, without {REPORT_FILE}"
    elif steps:
        kept = f"{folder} keeps the first {steps:,} steps of the shift, marked as partial, without a report"
    else:
        kept = f"nothing of the shift was kept in {folder}"
    return f"interrupted: {kept}; the same command works the whole shift."


def _reaching(bar: console.Bar, interruption: Interruption) -> Callable[[float], None]:
    def reach(share: float) -> None:
        interruption.allow()
        bar.reach(share)

    return reach


def _command(order: ShiftOrder, scenario: str) -> str:
    parts = [f"fairdial simulate {scenario}"]
    options = (("agents", order.agents), ("hours", order.hours), ("policy", order.policy))
    parts += [f"--{name} {value}" for name, value in options if value is not None]
    return " ".join([*parts, f"--seed {order.seed}"])


def _finish(shift: RehearsedShift, *, title: str, repeat_with: str, json: bool) -> None:
    """Report, summary, and what the person at the terminal sees."""
    from dialer.cli.reporting import print_shift
    from dialer.floor.stores import remember
    from dialer.inquiry.shift import summary_of, write_report, write_summary

    report = write_report(shift, title=title, repeat_with=repeat_with)
    summary = summary_of(shift)
    write_summary(shift, summary)
    remember(shift.folder)
    if json:
        console.result_json(summary)
        return
    print_shift(shift, report)
