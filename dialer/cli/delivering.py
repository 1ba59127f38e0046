"""`fairdial deliver`: what goes back to clients by itself, at its times or as it comes."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.interrupting import told_when_interrupted

if TYPE_CHECKING:
    from collections.abc import Generator

    from dialer.inquiry.deliverer import Deliverer

app = typer.Typer(help="What goes back to clients by itself.", no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE.toml", help="What goes where, and when.", show_default=False),
]
Store = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The store.", show_default=False)]
States = Annotated[
    Path | None,
    typer.Option("--state", metavar="FOLDER", help="What was delivered, and what waits.", show_default=False),
]


@app.callback()
def deliver() -> None:
    """What goes back to clients by itself: files at their times, webhooks as it comes."""


@app.command("run")
def run(
    settings: File = None,
    store: Store = None,
    state: States = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Bring each file to its place at its time, and tell each webhook what comes, also beside a floor."""
    with _deliverer(settings, store, state) as made, told_when_interrupted(_interrupted):
        asyncio.run(made.once() if once else made.keep())


@app.command("now")
def now(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the delivery.")],
    settings: File = None,
    store: Store = None,
    state: States = None,
) -> None:
    """Bring one file to its place at once."""
    with _deliverer(settings, store, state) as made:
        made.now(name)


@app.command("show")
def show(
    settings: File = None,
    state: States = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Where each delivery and webhook stands: the last that was delivered, the next, and what went wrong."""
    import msgspec

    from dialer.clock import posix_now
    from dialer.inquiry.delivering import delivery_folder, demand_deliveries, standing

    found = standing(demand_deliveries(settings), delivery_folder(state), at=posix_now())
    if json:
        console.result_json(msgspec.to_builtins(found))
        return
    table = console.table("delivery", "to", "last", "next", "trouble")
    for one in found.deliveries:
        last = "" if one.last is None else f"{one.last.file} ({_time(one.last.at)})"
        table.add_row(one.name, one.place, last, _time(one.next_at), one.trouble)
    console.out.print(table)
    hooks = console.table("webhook", "to", "sent", "waiting", "put aside", "since", "why")
    for hook in found.webhooks:
        since = "" if hook.oldest is None else _time(hook.oldest)
        counts = (f"{hook.sent:,}", f"{hook.waiting:,}", f"{hook.put_aside:,}")
        hooks.add_row(hook.name, hook.url, *counts, since, hook.why)
    if found.webhooks:
        console.out.print(hooks)


@app.command("again")
def again(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the webhook.")],
    settings: File = None,
    state: States = None,
) -> None:
    """Have a webhook's messages that were put aside sent once more."""
    from dialer.inquiry.delivering import delivery_folder, demand_deliveries, queued_again

    count = queued_again(demand_deliveries(settings), delivery_folder(state), name)
    console.result(f"{name}: {count:,} messages wait again")


@app.command("secret")
def secret(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the secret.")],
) -> None:
    """Make a webhook's secret, for us and for the client."""
    from dialer.files import write_whole
    from dialer.floor.delivering.signing import new_secret

    if file.exists():
        raise console.UserError(
            "there is a file already", where=str(file), mend="name another, or remove it."
        )
    write_whole(file, new_secret() + "\n")
    console.result(f"{file}: give the client the same, on a way that nobody else reads")


@contextmanager
def _deliverer(settings: Path | None, store: str | None, state: Path | None) -> Generator[Deliverer]:
    from dialer.cli.opening import opened_store
    from dialer.inquiry.deliverer import Deliverer
    from dialer.inquiry.delivering import delivery_folder, demand_deliveries

    found = demand_deliveries(settings)
    with ExitStack() as stack:
        yield stack.enter_context(
            Deliverer.opened(
                found,
                delivery_folder(state),
                opened=lambda: opened_store(store),
                say=console.result,
                complain=console.say,
            )
        )


def _interrupted() -> str:
    return "nothing is lost: what was made and not brought is brought at the next start"


def _time(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat(" ", "minutes")[:16] + " UTC"
