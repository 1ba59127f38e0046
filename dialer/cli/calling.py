"""`fairdial callable`: who may be called on a day, hour by hour, and what keeps the others from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialer.inquiry.callable import CallableOn
    from dialer.inquiry.unseen import Unseen

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="callable")(callable_people)


def callable_people(
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day; without it, tomorrow.", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option(metavar="N", min=1, help="About how many people to ask.")] = 2_000,
    store: Annotated[str | None, typer.Option(metavar="PATH", help="The floor's store.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Who may be called on a day, by hour and zone; and by which rule, or for want of what, others may not.

    Nobody is dialed by it, and nothing is changed. Leaves with 1 when nobody may be called.
    """
    from datetime import UTC, date, datetime, timedelta

    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.callable import callable_on
    from dialer.inquiry.unseen import unseen

    now = posix_now()
    try:
        wanted = (
            date.fromisoformat(day)
            if day is not None
            else datetime.fromtimestamp(now, UTC).date() + timedelta(days=1)
        )
    except ValueError as error:
        raise console.UserError(
            f"{day!r} is no day", where="--day", mend="write it as 2026-12-03."
        ) from error
    with opened_store(store) as opened:
        found = callable_on(opened, wanted, now=now, most=most)
        hidden = unseen(opened, now=now)
    if json:
        console.result_json({**found.as_json(), "unseen": [each.as_json() for each in hidden]})
    else:
        _tell(found)
        tell_unseen(hidden)
    if not found.may:
        raise typer.Exit(1)


def _tell(found: CallableOn) -> None:
    asked = "" if found.asked == found.people else f" (of {found.people:,} that wait; --most asks about more)"
    console.result(f"{found.day.isoformat()}: {found.may:,} of {found.asked:,} people may be called{asked}")
    if any(found.hours.values()):
        for line in _by_hour(found):
            console.result(line)
    for line in _history(found):
        console.result(line)
    if found.kept:
        table = console.table("denied by", "people", "what it asks", "most often for", numbers=("people",))
        for each in found.kept[:SHOWN]:
            table.add_row(each.rule or "nothing to dial", f"{each.people:,}", each.what, each.facts)
        console.out.print(table)
        console.result("a fact that is missing comes with the next file, or `fairdial person correct`")


def tell_unseen(hidden: Sequence[Unseen]) -> None:
    """Who is on the list and out of sight, a line for each reason."""
    for each in hidden:
        console.result(f"{each.campaign}: {each.count:,} {each.says}; {each.mend}")


def _history(found: CallableOn) -> list[str]:
    """Whether the counts of law are whole, in a line each."""
    from dialer.inquiry.attested import Told

    said = {
        Told.WAITING: "wait until counts are whole, since nobody told who contacted them before: import "
        "their history, and let an officer answer for the rest (`fairdial attest`)",
        Told.OVERRIDDEN: "have a contact on file that an officer's word denies: let somebody look",
        Told.TAKEN: "are taken to have had no contact before but what is on file; nobody answers for it",
        Told.ATTESTED: "have an officer's word for the time before",
    }
    return [f"{found.history[told]:,} {words}" for told, words in said.items() if found.history[told]]


def _by_hour(found: CallableOn) -> list[str]:
    """A line for each zone, people by local hour; wider than a terminal rather than broken within a name."""
    hours = sorted({hour for by_hour in found.hours.values() for hour in by_hour})
    rows = [["zone", *(f"{hour:02}" for hour in hours)]]
    for zone, by_hour in sorted(found.hours.items()):
        rows.append([zone, *(f"{by_hour.get(hour, 0):,}" for hour in hours)])
    first, *others = ([len(cell) for cell in column] for column in zip(*rows, strict=True))
    widths = [max(column) for column in others]
    return ["  ".join([row[0].ljust(max(first)), *map(str.rjust, row[1:], widths)]) for row in rows]
