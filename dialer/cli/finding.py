"""Persons found by name, number or account: beside a served floor, and `fairdial person find`."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.person import person_app

if TYPE_CHECKING:
    from dialer.inquiry.finding.finder import PersonFinder
    from dialer.inquiry.finding.wanted import Found, Wanted


def register(_app: typer.Typer) -> None:
    """Add this file's commands."""
    person_app.command("find")(find)


@asynccontextmanager
async def finding(database: str) -> AsyncGenerator[PersonFinder]:
    """Whoever finds the persons of this store while the block runs; names are read beside the floor."""
    from dialer.floor.beside import store_beside
    from dialer.floor.keeping import kept_going
    from dialer.inquiry.finding.finder import PersonFinder

    async with store_beside(database) as beside, asyncio.TaskGroup() as group:
        finder = PersonFinder(beside)
        reading = group.create_task(kept_going(finder.run, name="names"), name="names of persons")
        try:
            yield finder
        finally:
            reading.cancel()


def find(
    name: Annotated[str, typer.Argument(help="Part of a name, three letters at least.")] = "",
    number: Annotated[str, typer.Option(help="A telephone number, as people write it.")] = "",
    account: Annotated[str, typer.Option(help="An account, by the client's number or its id.")] = "",
    reference: Annotated[str, typer.Option(help="What a client calls the person.")] = "",
    client: Annotated[str, typer.Option(help="Only this client's.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most persons.")] = 20,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record of who did what.")] = "",
    store: Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Find a person: by part of a name, a number, an account or a client's own reference.

    By name every name is opened, in this process's memory alone, which takes a while where there are many.
    Who was shown is in the record of who did what.
    """
    from dialer.floor.stores import store_address
    from dialer.inquiry.finding.wanted import Wanted

    wanted = Wanted(
        name=name, number=number, account=account, reference=reference, client=client, limit=limit
    )
    found = asyncio.run(_found(store_address(store), wanted, why))
    if json:
        console.result_json([asdict(one) for one in found.persons])
        return
    table = console.table("person", "client", "name", "born", "reference", "")
    for one in found.persons:
        namesake = "a namesake was born the same day" if one.is_doubtful else ""
        table.add_row(one.person, one.client, one.name, one.born, one.reference, namesake)
    console.out.print(table)
    if found.is_cut:
        console.say("there may be more: say more of the name")


async def _found(database: str, wanted: Wanted, why: str) -> Found:
    from dialer.access.walls import EVERYTHING
    from dialer.clock import posix_now
    from dialer.floor.beside import store_beside
    from dialer.inquiry.finding.finder import PersonFinder, written_down

    who = f"{getpass.getuser()} at the command line"
    async with store_beside(database) as beside:
        finder = PersonFinder(beside, is_alone=True)
        if wanted.name:
            await finder.read_everybody()
        found = await finder.find(wanted, EVERYTHING, by=who)
        await beside.write(written_down(found, who=who, why=why, at=posix_now()))
    return found
