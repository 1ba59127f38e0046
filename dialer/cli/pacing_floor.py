"""`fairdial pacing show|set|undo`: how a campaign of a running floor is paced, and its changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.floor.asking import RunningFloor

Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="One that runs.")]
Floor = Annotated[Path, typer.Option("--floor", metavar="FOLDER", help="Of the floor that runs.")]
Trust = Annotated[
    Path | None,
    typer.Option("--trust", metavar="FILE.pem", help="By which the floor is known.", show_default=False),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the journal and in the history.")]

HERE = Path("fairdial-out") / "serve"
"""Where `fairdial serve` keeps its floor unless it is told another folder."""

_WORDS = {
    "policy": "policy",
    "lines_per_agent": "lines per agent",
    "abandonment_target": "abandoned per live answer, aimed at",
    "ring_s": "seconds a telephone rings",
    "lines": "most calls at once",
    "launches_per_second": "most calls placed in a second",
    "detection": "detection of machines",
    "held_most": "minutes of an hour an agent may be held",
    "order_put_off": "share of leads put off for likelier ones",
    "order_numbers": "likeliest number of a lead first (1), or in their order (0)",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("show")(show)
    app.command("set")(set_pacing)
    app.command("undo")(undo)


def show(
    campaign: Campaign,
    floor: Floor = HERE,
    trust: Trust = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """How a campaign is paced now, between which bounds it may be set, and who changed it why."""
    told = _desk(floor, trust).get(_path(campaign))
    if json:
        console.result_json(told)
        return
    _tell_now(told)
    bounds = told["bounds"]
    console.result(
        f"policies: {', '.join(bounds['policies'])}; rings {bounds['least_ring_s']:g} to "
        f"{bounds['most_ring_s']:g} s; aims at {bounds['most_abandonment_target']:.2%} at most"
    )
    for change in told["changes"]:
        moved = ", ".join(
            f"{each['setting']} {each['before'] or '-'} -> {each['after'] or '-'}" for each in change["moved"]
        )
        who = f"{change['by']}: {change['reason']}" if change["by"] else "the settings file"
        console.result(f"{datetime.fromtimestamp(change['at'], UTC):%Y-%m-%d %H:%M:%SZ}  {who}: {moved}")


def set_pacing(
    campaign: Campaign,
    reason: Reason,
    floor: Floor = HERE,
    trust: Trust = None,
    policy: Annotated[str | None, typer.Option(help="progressive pulls every brake at once.")] = None,
    ratio: Annotated[float | None, typer.Option(help="Lines per agent, of fixed_ratio.")] = None,
    target: Annotated[float | None, typer.Option(help="Abandoned per live answer to aim for, 0-1.")] = None,
    ring: Annotated[float | None, typer.Option(help="Seconds that telephones ring.")] = None,
    lines: Annotated[int | None, typer.Option(help="Most calls at once.")] = None,
    rate: Annotated[float | None, typer.Option(help="Most calls placed in a second.")] = None,
    detection: Annotated[str | None, typer.Option(help="Of machines: off, advisory or on.")] = None,
    held: Annotated[float | None, typer.Option(help="Minutes of an agent's hour held for one call.")] = None,
    put_off: Annotated[float | None, typer.Option(help="Share of leads put off for likelier ones.")] = None,
    numbers: Annotated[float | None, typer.Option(help="1 = the likeliest number of a lead first.")] = None,
) -> None:
    """Pace a campaign otherwise from now on; calls that are up go on as they were begun.

    It holds, through restarts, until somebody changes the campaign in the settings file. What is outside the
    law or the bounds is refused. `fairdial pacing what-if` and the floor's page tell beforehand what it does.
    """
    wanted = {
        "policy": policy,
        "lines_per_agent": ratio,
        "abandonment_target": target,
        "ring_s": ring,
        "lines": lines,
        "launches_per_second": rate,
        "detection": detection,
        "held_most": held,
        "order_put_off": put_off,
        "order_numbers": numbers,
    }
    _change(
        campaign,
        floor,
        trust,
        "",
        reason,
        {name: value for name, value in wanted.items() if value is not None},
    )


def undo(campaign: Campaign, reason: Reason, floor: Floor = HERE, trust: Trust = None) -> None:
    """Take the newest change of a campaign's pacing back; that is a change, too."""
    _change(campaign, floor, trust, "/undo", reason, {})


def _change(
    campaign: str, floor: Path, trust: Path | None, what: str, reason: str, wanted: dict[str, object]
) -> None:
    import getpass

    desk, path = _desk(floor, trust), _path(campaign)
    before = desk.get(path)
    why = f"{reason} ({getpass.getuser()}, by command)" if reason.strip() else reason
    desk.post(f"{path}{what}", {"version": before["version"], "reason": why, **wanted})
    _tell_now(desk.get(path))


def _tell_now(told: dict[str, Any]) -> None:
    for name, word in _WORDS.items():
        value = told["now"].get(name)
        if value is not None:
            console.result(f"{word}: {value:g}" if isinstance(value, float) else f"{word}: {value}")


def _desk(floor: Path, trust: Path | None) -> RunningFloor:
    from dialer.floor.asking import RunningFloor

    return RunningFloor(folder=floor, trust=trust)


def _path(campaign: str) -> str:
    return f"/api/campaigns/{quote(campaign, safe='')}/pacing"
