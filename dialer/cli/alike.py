"""`fairdial people`: which records may be one person's, looked at and answered; also at a served floor."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dialer.cli import console
from dialer.clock import posix_now

if TYPE_CHECKING:
    from dialer.access.walls import Walls
    from dialer.casework.matching.answers import PairAnswer
    from dialer.inquiry.alike import PairsShown
    from dialer.inquiry.instants import Store
    from dialer.web.ports import SaidOfPair

T = TypeVar("T")

people_app = typer.Typer(
    help="Records that may be one person's: found, looked at, answered.", no_args_is_help=True
)

StoreAt = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
One = Annotated[str, typer.Argument(metavar="PERSON", help="By id, as `people review` shows it.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Likewise.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(people_app, name="people")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAlike:
    """See `dialer.web.ports.Alike`. `database`: the floor's; `now`: POSIX seconds."""

    database: str
    now: Callable[[], float] = posix_now

    async def waiting(self, walls: Walls, *, most: int) -> PairsShown:
        """See the port."""
        from dialer.inquiry import alike

        return await self._asked(lambda store: alike.waiting(store, walls, most=most))

    async def answer(self, said: SaidOfPair) -> None:
        """See the port."""
        from dialer.inquiry import alike

        await self._asked(
            lambda store: alike.answer(
                store, said.one, said.other, said.answer, by=said.by, why=said.why, at=self.now()
            )
        )

    async def _asked(self, question: Callable[[Store], T]) -> T:
        from dialer.floor.stores import opened_store

        def ask() -> T:
            with opened_store(self.database) as store:
                return question(store)

        return await asyncio.to_thread(ask)


@people_app.command("match")
def match(store: StoreAt = None, json: Json = False) -> None:
    """Compare everybody on file with whoever shares something with them; what may be one goes on the list.

    An import compares whoever it brings by telephone number, and by name and birthday; this looks at
    addresses, digits and names of a town besides, and takes a second for some thousand persons.
    """
    from dialer.cli.opening import store_to_change
    from dialer.floor.alike import compare_everybody

    with store_to_change(store) as opened:
        listed = compare_everybody(opened, now=posix_now())
    if json:
        console.result_json({"listed": listed})
        return
    console.result(f"{listed:,} pairs may be one person; `fairdial people review` shows those not answered")


@people_app.command("review")
def review(
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most pairs.")] = 20,
    why: Why = "",
    store: StoreAt = None,
    json: Json = False,
) -> None:
    """Show pairs that nobody has answered, the surest first; who was shown is in the record."""
    from dataclasses import asdict

    from dialer.access.walls import EVERYTHING
    from dialer.cli.opening import opened_store
    from dialer.inquiry import alike

    with opened_store(store) as opened:
        found = alike.waiting(opened, EVERYTHING, most=limit)
        seen = [each.person for pair in found.pairs for each in (pair.one, pair.other)]
        opened.write(
            alike.written_down(
                "people review", *seen, who=_somebody(), why=why, outcome="shown", at=posix_now()
            )
        )
    if json:
        console.result_json([asdict(pair) for pair in found.pairs])
        return
    table = console.table("sure", "person", "client", "name", "born", "reasons", numbers=("sure",))
    for pair in found.pairs:
        reasons = ", ".join(f"{text} ({bits:+.0f})" for text, bits in pair.reasons)
        for each, sure, told in ((pair.one, f"{pair.confidence:.4f}", reasons), (pair.other, "", "")):
            table.add_row(sure, each.person, each.client, each.name, each.born, told)
    console.out.print(table)
    if found.is_cut:
        console.say("there are more: answer these first, or ask for more with --limit")


@people_app.command("same")
def same(one: One, other: Other, why: Why, store: StoreAt = None) -> None:
    """Say that two records are one person's."""
    from dialer.casework.matching.answers import PairAnswer

    _answer(one, other, PairAnswer.SAME, why, store)


@people_app.command("different")
def different(one: One, other: Other, why: Why, store: StoreAt = None) -> None:
    """Say that two records are not one person's: they are not shown again."""
    from dialer.casework.matching.answers import PairAnswer

    _answer(one, other, PairAnswer.DIFFERENT, why, store)


def _answer(one: str, other: str, said: PairAnswer, why: str, store: str | None) -> None:
    from dialer.cli.opening import store_to_change
    from dialer.inquiry import alike

    who, at = _somebody(), posix_now()
    with store_to_change(store) as opened:
        alike.answer(opened, one, other, said, by=who, why=why, at=at)
        action = f"people {said.value}"
        opened.write(alike.written_down(action, one, other, who=who, why=why, outcome=said.value, at=at))
    console.result(f"{one} and {other}: {said.value}")


def _somebody() -> str:
    return f"{getpass.getuser()} at the command line"
