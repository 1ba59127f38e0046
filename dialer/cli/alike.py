"""`fairdial people`: which records may be one person's, looked at and answered; also at a served floor."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dialer.cli import console
from dialer.clock import posix_now

if TYPE_CHECKING:
    from dialer.access.walls import Walls
    from dialer.casework.matching.answers import PairAnswer
    from dialer.floor.one_person import Word
    from dialer.inquiry.alike import PairsShown
    from dialer.inquiry.instants import Store
    from dialer.web.ports import SaidOfPair

T = TypeVar("T")

people_app = typer.Typer(
    help="Records that may be one person's: found, looked at, answered.", no_args_is_help=True
)

StoreAt = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
FloorAt = Annotated[
    Path | None, typer.Option("--floor", metavar="FOLDER", help="Of the floor that runs on the store.")
]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
One = Annotated[str, typer.Argument(metavar="PERSON", help="By id, as `people review` shows it.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Likewise.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(people_app, name="people")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAlike:
    """See `dialer.web.ports.Alike`. `database`: the floor's; `folder`: its own, for its clock."""

    database: str
    folder: Path | None = None

    async def waiting(self, walls: Walls, *, most: int) -> PairsShown:
        """See the port."""
        from dialer.inquiry import alike

        return await self._asked(lambda store: alike.waiting(store, walls, most=most))

    async def answer(self, said: SaidOfPair) -> tuple[str, ...]:
        """See the port."""
        from dialer.floor.one_person import Word

        word = Word(by=said.by, why=said.why, walls=said.walls)
        return await asyncio.to_thread(
            _said, self.database, said.one, said.other, said.answer, word, self.folder
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
def same(
    one: One, other: Other, why: Why, store: StoreAt = None, floor: FloorAt = None, json: Json = False
) -> None:
    """Say that two records are one person's: what protects under one protects under both from here on.

    Also while a floor runs on the store: neither is dialed until what is known under the other is read.
    """
    from dialer.casework.matching.answers import PairAnswer

    _answer(one, other, PairAnswer.SAME, why, store, floor, json=json)


@people_app.command("different")
def different(
    one: One, other: Other, why: Why, store: StoreAt = None, floor: FloorAt = None, json: Json = False
) -> None:
    """Say that two records are of two people: they are not shown again."""
    from dialer.casework.matching.answers import PairAnswer

    _answer(one, other, PairAnswer.DIFFERENT, why, store, floor, json=json)


@people_app.command("split")
def split(person: One, why: Why, store: StoreAt = None, floor: FloorAt = None, json: Json = False) -> None:
    """Part a record from those that it was joined to: it is another person's after all.

    What was asked for while they were one keeps protecting both; calls count for whom they were made to.
    """
    _answer(person, "", None, why, store, floor, json=json)


def _answer(
    one: str,
    other: str,
    said: PairAnswer | None,
    why: str,
    store: str | None,
    folder: Path | None,
    *,
    json: bool,
) -> None:
    from dialer.cli.opening import store_to_change
    from dialer.floor.one_person import Word
    from dialer.floor.stores import store_address
    from dialer.inquiry import alike

    who = _somebody()
    with store_to_change(store):
        pass  # it is a store, and one that may be changed
    group = _said(store_address(store), one, other, said, Word(by=who, why=why), folder)
    word = "split" if said is None else said.value
    named = [name for name in (one, other) if name]
    with store_to_change(store) as opened:
        opened.write(
            alike.written_down(f"people {word}", *named, who=who, why=why, outcome=word, at=posix_now())
        )
    if json:
        console.result_json({"persons": named, "word": word, "one_person": list(group)})
        return
    if said is None:
        console.result(f"{one} is parted from {', '.join(group)}")
    elif len(group) > 1:
        console.result(f"one person: {', '.join(group)}")
    else:
        console.result(f"{one} and {other} are two people")


def _said(
    address: str, one: str, other: str, said: PairAnswer | None, word: Word, folder: Path | None
) -> tuple[str, ...]:
    """Take a word, beside the floor if one runs; returns who is one person then."""
    from dialer.casework.matching.answers import PairAnswer
    from dialer.floor import one_person

    if said is None:
        return one_person.part(address, one, word, folder=folder).group
    if said is PairAnswer.SAME:
        return one_person.say_same(address, one, other, word, folder=folder).group
    return one_person.say_different(address, one, other, word, folder=folder).group


def _somebody() -> str:
    return f"{getpass.getuser()} at the command line"
