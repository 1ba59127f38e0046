"""`fairdial requests`: what persons asked of us about their data, and by when it must be answered."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.domain.rights_request import PrivacyLaw, RightKind

if TYPE_CHECKING:
    from dialer.domain.rights_request import RequestMove

app = typer.Typer(
    help="What persons asked of us about their data, each with its last day.", no_args_is_help=True
)

Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="A person's id, as in the export.")]
Request = Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, as in the list.")]
Words = Annotated[str, typer.Option("--words", help="What was asked or answered, or why; it is sealed.")]


@app.command("list")
def list_requests(
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what waits past its last day.")] = False,
    store: Named = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Every request, the most urgent first; exit status 1 when one waits past its last day."""
    from datetime import UTC, datetime

    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.rights.requests import as_json, listed

    now = posix_now()
    with opened_store(store) as opened:
        found = listed(opened, at=now, only_overdue=overdue)
    late = [each for each in found if each.is_overdue(datetime.fromtimestamp(now, UTC).date())]
    if json:
        console.result_json([as_json(each) for each in found])
    else:
        table = console.table("request", "person", "law", "kind", "received", "due", "state")
        for each in found:
            state = f"{each.state.value}, overdue" if each in late else each.state.value
            days = (each.received.isoformat(), each.due.isoformat())
            table.add_row(each.request, each.person, each.law.value, each.kind.value, *days, state)
        console.out.print(table)
    if late:
        raise typer.Exit(1)


@app.command("new")
def new(
    person: Person,
    law: Annotated[PrivacyLaw, typer.Option(help="Under which law.")],
    kind: Annotated[RightKind, typer.Option(help="What was asked.")],
    received: Annotated[str, typer.Option(metavar="DATE", help="The day on which it came: 2026-12-03.")],
    words: Words = "",
    store: Named = None,
) -> None:
    """Write a request down; its clock runs from the day on which it came."""
    from datetime import date

    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.rights.erasure import ErasedBy
    from dialer.inquiry.rights.requests import take_in

    try:
        day = date.fromisoformat(received)
    except ValueError as error:
        raise console.UserError(f"{received!r} is no day", mend="write it as 2026-12-03.") from error
    by = ErasedBy(who=_who(), address="command", why=words)
    with store_to_change(store) as opened:
        taken = take_in(opened, person, law, kind, day, by=by, at=posix_now())
    console.result(f"{taken.request} of {person}: to be answered by {taken.due.isoformat()}")


@app.command("extend")
def extend(person: Person, request: Request, words: Words, store: Named = None) -> None:
    """Take the longer term, once and within the first, for a reason that the person is told."""
    from dialer.domain.rights_request import RequestMove

    _move(person, request, RequestMove.EXTEND, words, store)


@app.command("answer")
def answer(person: Person, request: Request, words: Words, store: Named = None) -> None:
    """It was answered."""
    from dialer.domain.rights_request import RequestMove

    _move(person, request, RequestMove.ANSWER, words, store)


@app.command("refuse")
def refuse(person: Person, request: Request, words: Words, store: Named = None) -> None:
    """It was refused, for a reason that the person is told."""
    from dialer.domain.rights_request import RequestMove

    _move(person, request, RequestMove.REFUSE, words, store)


@app.command("withdraw")
def withdraw(person: Person, request: Request, words: Words, store: Named = None) -> None:
    """The person took it back."""
    from dialer.domain.rights_request import RequestMove

    _move(person, request, RequestMove.WITHDRAW, words, store)


def _move(person: str, request: str, move: RequestMove, words: str, store: str | None) -> None:
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.rights.erasure import ErasedBy
    from dialer.inquiry.rights.requests import move_on

    by = ErasedBy(who=_who(), address="command", why=words)
    with store_to_change(store) as opened:
        moved = move_on(opened, person, request, move, by=by, at=posix_now())
    console.result(f"{request}: {moved.state.value}, due {moved.due.isoformat()}")


def _who() -> str:
    return f"{getpass.getuser()} at the command line"
