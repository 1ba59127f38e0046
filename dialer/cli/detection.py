"""`fairdial detection`: how often detection of machines is right, by what collectors heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.measures.detection import DetectionTable

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(detection)


def detection(
    store: Store = None,
    campaign: Annotated[str | None, typer.Option(metavar="ID", help="Of one campaign.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Precision and recall of answering-machine detection, measured from what collectors said."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.detection import detection_of

    with opened_store(store) as opened:
        table = detection_of(opened, campaign=campaign)
    if json:
        console.result_json(as_json(table))
    else:
        tell(table)


def as_json(table: DetectionTable) -> dict[str, object]:
    """The table for a program."""
    from dialer.measures.detection import FORMULAS

    return {
        "figures": table.values(),
        "formulas": dict(FORMULAS),
        "heard": [
            {"verdict": verdict.value, "truth": truth.value, "calls": count}
            for (verdict, truth), count in sorted(
                table.counts.items(), key=lambda item: (item[0][0].value, item[0][1].value)
            )
        ],
        "not_heard": dict(sorted((verdict.value, count) for verdict, count in table.unjudged.items())),
        "early_media": {
            "nobody" if truth is None else truth.value: count for truth, count in table.early_media.items()
        },
    }


def tell(table: DetectionTable) -> None:
    """The table for a person."""
    from dialer.measures.detection import FORMULAS, Truth

    values = table.values()
    figures = console.table("figure", "value", "formula", numbers=("value",))
    for name, formula in FORMULAS:
        value = values[name]
        shown = "–" if value is None else f"{value:.2f} s" if name.endswith("_s") else f"{value:.1%}"
        figures.add_row(name, shown, formula)
    console.out.print(figures)
    verdicts = sorted({verdict for verdict, _ in table.counts} | set(table.unjudged), key=lambda v: v.value)
    if not verdicts:
        console.say("No call has a verdict: detection was off, or nothing was answered.")
        return
    names = [truth.value.replace("_", " ") for truth in Truth]
    heard = console.table("verdict", *names, "nobody heard it", numbers=(*names, "nobody heard it"))
    for verdict in verdicts:
        row = [str(table.counts[verdict, truth]) for truth in Truth]
        heard.add_row(verdict.value, *row, str(table.unjudged[verdict]))
    console.out.print(heard)
    early = sum(table.early_media.values())
    if early:
        console.say(f"On {early} calls the network sent sound before any answer; nothing was judged by it.")
