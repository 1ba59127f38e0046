"""`fairdial pacing`, and its `why`: a shift's pacing minute by minute, what it expected and what came."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console, pacing_floor
from dialer.cli.pacing_what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialer.inquiry.pacing_why import Expected, Minute, Why

app = typer.Typer(help="Look into pacing, and change it.", no_args_is_help=True, rich_markup_mode=None)

BAR = 40
"""Characters of a full bar."""


@app.callback()
def pacing() -> None:
    """Look into pacing, and change it on a running floor."""


app.command("what-if")(what_if)
pacing_floor.register(app)


@app.command()
def why(
    journal: Annotated[Path, typer.Argument(help="A journal file, or the folder of a rehearsal.")],
    every: Annotated[int, typer.Option(min=1, max=1440, help="Minutes that are told together.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Minute by minute: what kept pacing from dialing more, what it expected, and what came."""
    from dialer.inquiry.pacing_why import why as look

    with console.progress_bar("stepping through the journal", quiet=json) as bar:
        found = look(journal, every=every, progress=lambda steps: bar.note(f"{steps:,} steps"))
    if json:
        console.result_json(as_json(found))
    else:
        tell(found)


def as_json(found: Why) -> dict[str, object]:
    """All of it, for a program."""
    return {
        "decisions": found.decisions,
        "decided_otherwise": found.decided_otherwise,
        "put_off": found.put_off,
        "partial": found.partial,
        "minutes": [_minute_as_json(minute) for minute in found.minutes],
        "calibration": {
            "live": _chances_as_json(found.live),
            "needs_agent": _chances_as_json(found.answers),
        },
    }


def _minute_as_json(minute: Minute) -> dict[str, object]:
    return {
        "at": minute.at,
        "campaign": minute.campaign,
        "pool": minute.pool,
        "decisions": minute.decisions,
        "launches": minute.launches,
        "cancelled": minute.cancelled,
        "ready_mean": round(minute.mean_ready, 3),
        "ringing_mean": round(minute.mean_ringing, 3),
        "answers": {"expected": round(minute.answers.expected, 4), "came": minute.answers.came},
        "live": {"expected": round(minute.live.expected, 4), "came": minute.live.came},
        "late": {"expected": round(minute.late, 4), "abandoned": minute.abandoned},
        "connected": minute.connected,
        "binding": dict(sorted(minute.binding.items())),
        "reason": minute.reason,
    }


def _chances_as_json(table: Sequence[Expected]) -> list[dict[str, object]]:
    from dialer.inquiry.pacing_why import EDGES

    return [
        {
            "from": low,
            "to": high,
            "calls": each.of,
            "expected": round(each.expected, 4),
            "came": each.came,
            "is_off": each.is_off,
        }
        for low, high, each in zip(EDGES, EDGES[1:], table, strict=False)
        if each.of
    ]


def tell(found: Why) -> None:
    """For a person."""
    if not found.minutes:
        console.result("Pacing was never asked in this journal.")
        return
    names = {(minute.campaign, minute.pool) for minute in found.minutes}
    columns = ("UTC", "calls", "ringing", "ready", "answers", "persons", "late", "lost", "held by")
    table = console.table(*columns, *(("pool",) if len(names) > 1 else ()), numbers=columns[1:8])
    for minute in found.minutes:
        row = [
            datetime.fromtimestamp(minute.at, UTC).strftime("%H:%M"),
            str(minute.launches) + (f" -{minute.cancelled}" if minute.cancelled else ""),
            f"{minute.mean_ringing:.1f}",
            f"{minute.mean_ready:.1f}",
            _beside(minute.answers),
            _beside(minute.live),
            f"{minute.late:.2f}",
            str(minute.abandoned),
            minute.most_binding,
        ]
        table.add_row(*row, *((_pool_of(minute),) if len(names) > 1 else ()))
    console.out.print(table)
    _tell_sums(found)
    console.heading("Chances of a person, and what came")
    _tell_chances(found.live)
    console.heading("Chances to need an agent, and what came")
    _tell_chances(found.answers)


def _tell_sums(found: Why) -> None:
    """What the columns are, and the whole."""
    from dialer.inquiry.pacing_why import MEANINGS

    minutes = found.minutes
    late, abandoned = sum(each.late for each in minutes), sum(each.abandoned for each in minutes)
    held: Counter[str] = Counter()
    for minute in minutes:
        held.update(minute.binding)
    console.result(
        "answers, persons: came / expected of the calls whose outcome became known; late: answers that the "
        "calls launched then were expected to make late; lost: abandoned."
    )
    console.result(
        f"{found.decisions:,} decisions, {sum(each.launches for each in minutes):,} calls, "
        f"{sum(each.cancelled for each in minutes):,} taken back; {late:.1f} late answers were expected, "
        f"{abandoned} were abandoned."
    )
    for reason, times in held.most_common(5):
        meaning = MEANINGS.get(reason, "")
        console.result(
            f"{times / max(1, found.decisions):.0%} of decisions: {reason}{meaning and ' = ' + meaning}"
        )
    if found.decided_otherwise:
        console.say(
            f"{found.decided_otherwise:,} decisions would be others here: what is expected may be "
            "other than it was."
        )
    if found.partial is not None:
        console.say(f"The journal is not whole: {found.partial}")


def _tell_chances(table: Sequence[Expected]) -> None:
    """A plot in letters: = what was expected, # what came; ! where chance alone does not explain it."""
    from dialer.inquiry.pacing_why import EDGES

    for low, high, each in zip(EDGES, EDGES[1:], table, strict=False):
        if not each.of:
            continue
        expected, came = each.expected / each.of, each.came / each.of
        mark = "!" if each.is_off else " "
        head = f"{low:4.0%} to {high:4.0%} {each.of:7,} calls"
        console.result(f"{head}  expected {expected:6.1%} {'=' * round(BAR * expected)}")
        console.result(f"{' ' * len(head)}{mark} came     {came:6.1%} {'#' * round(BAR * came)}")


def _beside(each: Expected) -> str:
    return f"{each.came} / {each.expected:.1f}" if each.of else ""


def _pool_of(minute: Minute) -> str:
    return f"{minute.campaign} {minute.pool}".strip()
