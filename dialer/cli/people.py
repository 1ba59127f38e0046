"""`fairdial user`, `token` and `record`: who may, and who did. They work beside a running floor."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.access.roles import Role
    from dialer.access.walls import Walls
    from dialer.floor.accounts import Accounts
    from dialer.floor.signed_in import By

user_app = typer.Typer(help="Accounts of persons: who may what, and for whom.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens of accounts, for programs.", no_args_is_help=True)
record_app = typer.Typer(help="The record of who did what and looked at whom.", no_args_is_help=True)

T = TypeVar("T")

DAY_S = 86_400.0

Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]
Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The name they sign in with.")]
RoleNames = Annotated[list[str], typer.Option("--role", help="Again for several.")]
Clients = Annotated[list[str] | None, typer.Option("--client", help="Inside: a client; again for several.")]
Campaigns = Annotated[list[str] | None, typer.Option("--campaign", help="Inside: a campaign.")]
Everything = Annotated[bool, typer.Option("--all", help="No walls.")]


@user_app.command()
def add(
    name: Name,
    role: RoleNames,
    client: Clients = None,
    campaign: Campaigns = None,
    everything: Everything = False,
    agent: Annotated[str | None, typer.Option(help="Whose seat is theirs.", show_default=False)] = None,
    title: Annotated[str, typer.Option(help="Who it is, in words.")] = "",
    store: Named = None,
) -> None:
    """Make an account, and print the one-time link's word with which its password is set."""
    roles, walls = _roles(role), _walls(everything, client, campaign)
    link = _asked(
        store,
        lambda kept, by: kept.add(name, title=title, roles=roles, walls=walls, agent=agent, by=by),
    )
    _tell_link(name, link)


@user_app.command("role")
def set_roles(name: Name, role: RoleNames, store: Named = None) -> None:
    """Give an account these roles, and no others; whoever is signed in has them at once."""
    roles = _roles(role)
    _asked(store, lambda kept, by: kept.set_rights(name, roles=roles, by=by))
    console.result(f"{name}: {', '.join(sorted(role.value for role in roles))}")


@user_app.command("wall")
def set_walls(
    name: Name,
    client: Clients = None,
    campaign: Campaigns = None,
    everything: Everything = False,
    store: Named = None,
) -> None:
    """Put these clients and campaigns inside an account's walls, and nothing else."""
    walls = _walls(everything, client, campaign)
    _asked(store, lambda kept, by: kept.set_rights(name, walls=walls, by=by))
    console.result(f"{name}: {_inside(walls)}")


@user_app.command()
def disable(
    name: Name,
    back: Annotated[bool, typer.Option("--enable", help="Let them in again.")] = False,
    store: Named = None,
) -> None:
    """Let nobody in with this account: sessions end, tokens do not hold, open pages are closed, at once."""
    _asked(store, lambda kept, by: kept.set_rights(name, is_disabled=not back, by=by))
    console.result(f"{name}: {'enabled' if back else 'disabled'}")


@user_app.command("reset-link")
def reset_link(name: Name, store: Named = None) -> None:
    """Print a new one-time link's word for an account; earlier ones are void."""
    _tell_link(name, _asked(store, lambda kept, by: kept.new_link(name, by=by)))


@user_app.command("lost-factor")
def lost_factor(name: Name, store: Named = None) -> None:
    """Of somebody who lost their second factor: take it away, and their password; print a one-time word."""
    _tell_link(name, _asked(store, lambda kept, by: kept.take_factor(name, by=by)))


@user_app.command("list")
def list_users(store: Named = None, json: Json = False) -> None:
    """Every account with its roles and walls."""
    rows = list(_asked(store, _known_accounts))
    if json:
        console.result_json(rows)
        return
    table = console.table("account", "roles", "inside", "seat", "state")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("account", "roles", "inside", "agent", "state")))
    console.out.print(table)


@user_app.command("sessions")
def list_sessions(name: Name, store: Named = None, json: Json = False) -> None:
    """Where somebody is signed in, last used first."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from dialer.floor.own_sessions import OwnSession, sessions_of

    async def asked(kept: Accounts, _by: By) -> tuple[OwnSession, ...]:
        kept.account(name)  # a name that nobody has is an error, and not an empty list
        return sessions_of(kept, name)

    found = _asked(store, asked)
    if json:
        console.result_json([asdict(one) for one in found])
        return
    table = console.table("session", "from", "since (UTC)", "last use (UTC)")
    for one in found:
        began, used = (
            datetime.fromtimestamp(at, UTC).isoformat(" ", "seconds")[:19]
            for at in (one.began_at, one.seen_at)
        )
        table.add_row(one.session, one.address, began, used)
    console.out.print(table)


@user_app.command("end-session")
def end_one_session(
    name: Name,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="As `user sessions` names it.")],
    store: Named = None,
) -> None:
    """End one session of an account; its open pages are closed at once."""
    from dialer.floor.own_sessions import end_session

    _asked(store, lambda kept, by: end_session(kept, name, session, by=by))
    console.result(f"{name}: session {session} ended")


@token_app.command("new")
def new_token(
    name: Name,
    role: RoleNames,
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it holds.")] = 90,
    store: Named = None,
) -> None:
    """Make a token with some of an account's roles; its text is printed now and never again."""
    roles = _roles(role)
    made, text = _asked(
        store,
        lambda kept, by: kept.new_token(name, title=title, roles=roles, lasts_s=days * DAY_S, by=by),
    )
    console.say(f"token {made.token} of {name}; it is not shown again:")
    console.result(text)


@token_app.command("list")
def list_tokens(store: Named = None, json: Json = False) -> None:
    """Every token, without its text."""
    rows = list(_asked(store, _known_tokens))
    if json:
        console.result_json(rows)
        return
    table = console.table("token", "account", "for", "roles", "until", "last use", "state")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.out.print(table)


@token_app.command("revoke")
def revoke_token(token: Annotated[str, typer.Argument(help="Its short name.")], store: Named = None) -> None:
    """Let a token hold no longer, at once."""
    _asked(store, lambda kept, by: kept.revoke_token(token, by=by))
    console.result(f"{token}: revoked")


@record_app.command("show")
def show_record(
    account: Annotated[str | None, typer.Option(help="Of one account.", show_default=False)] = None,
    about: Annotated[
        str | None, typer.Option(metavar="KIND:ID", help="About one thing: person:ID.", show_default=False)
    ] = None,
    before: Annotated[int | None, typer.Option(help="Only earlier places.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most entries.")] = 50,
    store: Named = None,
    json: Json = False,
) -> None:
    """Who did what and who looked at whom, the newest first."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    found = _asked(
        store,
        lambda kept, _by: kept.record(who=account, about=about, before=before, limit=limit),
        of_rehearsals=True,
    )
    if json:
        console.result_json([{"place": one.place, **asdict(one.deed), "link": one.link} for one in found])
        return
    table = console.table(
        "place", "when (UTC)", "who", "from", "what", "about", "outcome", numbers=("place",)
    )
    for one in found:
        deed = one.deed
        when = datetime.fromtimestamp(deed.at, UTC).isoformat(" ", "seconds")[:19]
        about_told = " ".join(deed.about)
        table.add_row(str(one.place), when, deed.who, deed.address, deed.action, about_told, deed.outcome)
    console.out.print(table)


@record_app.command("verify")
def verify_record(
    head: Annotated[
        str | None,
        typer.Option(metavar="PLACE:HASH", help="A head that was kept elsewhere.", show_default=False),
    ] = None,
    store: Named = None,
) -> None:
    """Find entries that were changed, taken out or cut off. Keep the head it prints, outside of this machine:
    without one nobody can tell whether the end is missing."""
    from dialer.access.record import RecordHead
    from dialer.cli.opening import opened_store
    from dialer.floor.deeds import verify_deeds

    try:
        known = None if head is None else RecordHead.read(head)
    except ValueError as error:
        raise console.UserError(str(error), where=head or "") from error
    with opened_store(store) as opened:
        found = verify_deeds(opened, known)
    for each in found.wrong:
        console.complain(console.UserError(each, mend="restore the record from a back-up, and ask who."))
    console.result(f"{found.head.place} entries; head {found.head.told()}")
    if found.wrong:
        raise typer.Exit(1)


async def _known_accounts(kept: Accounts, _by: By) -> list[dict[str, object]]:
    return [
        {
            "account": one.account,
            "title": one.title,
            "roles": ", ".join(sorted(role.value for role in one.roles)),
            "inside": _inside(one.walls),
            "agent": one.agent or "",
            "state": "disabled" if one.is_disabled else "active" if one.password else "no password yet",
        }
        for one in kept.known.accounts.values()
    ]


async def _known_tokens(kept: Accounts, _by: By) -> list[dict[str, object]]:
    from datetime import UTC, datetime

    from dialer.clock import posix_now

    def day(at: float | None) -> str:
        return "" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()

    return [
        {
            "token": one.token,
            "account": one.account,
            "title": one.title,
            "roles": ", ".join(sorted(role.value for role in one.roles)),
            "until": day(one.expires_at),
            "used": day(one.used_at),
            "state": "holds" if one.holds(posix_now()) else "over",
        }
        for one in kept.known.tokens.values()
    ]


def _asked(
    store: str | None, work: Callable[[Accounts, By], Awaitable[T]], *, of_rehearsals: bool = False
) -> T:
    """Ask the accounts of a store; what is done is in the record as the command's, by the system's user."""
    from dialer.floor.accounts import Accounts
    from dialer.floor.beside import store_beside
    from dialer.floor.signed_in import By
    from dialer.floor.stores import demand_no_rehearsal, store_address

    address = store_address(store)
    if store is None and not of_rehearsals:
        demand_no_rehearsal(address)

    async def ask() -> T:
        async with store_beside(address) as beside:
            kept = Accounts(beside)
            await kept.read()
            return await work(kept, By(who=f"{getpass.getuser()} at the command line", address="command"))

    return asyncio.run(ask())


def _roles(names: list[str]) -> frozenset[Role]:
    from dialer.access.roles import Role

    known = {role.value: role for role in Role}
    for name in names:
        if name not in known:
            raise console.UserError(f"there is no role {name!r}", mend=f"one of {', '.join(known)}.")
    return frozenset(known[name] for name in names)


def _walls(everything: bool, clients: list[str] | None, campaigns: list[str] | None) -> Walls:
    from dialer.access.walls import Walls

    return Walls.of(everything=everything, clients=clients or (), campaigns=campaigns or ())


def _inside(walls: Walls) -> str:
    if walls.has_all:
        return "everything"
    named = [f"client {one}" for one in sorted(walls.clients)]
    named += [f"campaign {one}" for one in sorted(walls.campaigns)]
    return ", ".join(named) or "nothing"


def _tell_link(name: str, link: str) -> None:
    console.say(f"{name} sets a password with this word, once, within a day (POST /api/session/link):")
    console.result(link)
