"""`fairdial account view`: a person's account, whole or as a collector sees it before they know who it is."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.account import app as account_app

if TYPE_CHECKING:
    from dialer.inquiry.account_shapes import AccountView, DebtView, MeansView, RightPartyView, TalkView


def register(_app: typer.Typer) -> None:
    """Add this file's command."""
    account_app.command("view")(view)


def view(
    person: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="A person's id, or CLIENT/REFERENCE as its file names them."),
    ],
    before: Annotated[
        bool, typer.Option("--before", help="Only what may be known before they are identified.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="The reason, for the record of who did what.")] = "",
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH", help="A store; default: the last one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """A person's account: numbers, debts, promises, holds, requests, disputes, contacts, and what may be said
    and offered now by which rule. Who looked is in the record of who did what."""
    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.account_view import Leave, looked_at

    who = f"{getpass.getuser()} at the command line"
    with opened_store(store) as opened:
        leave = None if before else Leave(why="seen at the command line")
        found = looked_at(opened, person, at=posix_now(), by=leave, who=who, why=why)
    if json:
        console.result_json(asdict(found))
        return
    _tell(found)


def _tell(found: AccountView) -> None:
    clocks = ", ".join(f"{each.clock} {each.zone}" for each in found.local_times) or "not known"
    console.result(f"{found.name or '(erased)'} ({found.person}), language {found.language}, there {clocks}")
    asks = found.identifying
    enough = "" if asks.is_possible else ": too little is on file"
    console.result(
        f"to identify: {asks.enough} of {', '.join(asks.asks).replace('_', ' ') or 'nothing'}{enough}; "
        f"right party: {', '.join(asks.parties).replace('_', ' ')}"
    )
    if found.account is not None:
        _tell_whole(found.account)


def _tell_whole(account: RightPartyView) -> None:
    table = console.table("number", "", "kind", "whose", "status", "lists")
    for number in account.numbers:
        table.add_row(
            number.number, number.e164, number.kind, number.role, number.status, ", ".join(number.lists)
        )
    console.out.print(table)
    for debt in account.debts:
        _tell_debt(debt)
    _tell_wishes(account)
    for contact in account.contacts:
        more = ", ".join(filter(None, (contact.outcome, contact.disposition, contact.agent)))
        console.result(f"{_when(contact.at)} {contact.what}: {more}")
    if account.talk is not None:
        console.result(f"in talk {account.talk.attempt}")
        _tell_statements(account.talk)
    for means in account.means:
        _tell_means(means)
    if account.means_not_known:
        console.result(f"cannot be said: {account.means_not_known}")


def _tell_wishes(account: RightPartyView) -> None:
    for hold in account.holds:
        console.result(f"held: {hold.kind}{_of(hold.debts)}, since {_when(hold.since)}")
    for request in account.requests:
        console.result(
            f"asked: {request.kind}{_of(request.debts)}, {_when(request.at)}{_said(request.words)}"
        )
    for dispute in account.disputes:
        waits = "waits" if dispute.answered_at is None else f"answered {_when(dispute.answered_at)}"
        console.result(f"disputed{_of(dispute.debts)}, {_when(dispute.at)}: {waits}{_said(dispute.words)}")


def _tell_debt(debt: DebtView) -> None:
    owed = f"{debt.ledger.balance_cents / 100:,.2f} {debt.ledger.currency}"
    console.result(f"{debt.debt} ({debt.role}), {debt.creditor or debt.client}: {owed}, {debt.ledger.state}")
    for promise in debt.ledger.promises:
        amount = "" if promise.cents is None else f"{promise.cents / 100:,.2f} {debt.ledger.currency} "
        due = f"by {promise.due_on}, " if promise.due_on else ""
        console.result(f"  promised on {promise.made_on}: {amount}{due}{promise.state}")
    for bar in debt.bars:
        console.result(f"  nothing may be offered: {bar.what}, since {_when(bar.since)}")
    offers = debt.ledger.offers
    if offers.settles_from_cents is not None:
        least = f"{offers.settles_from_cents / 100:,.2f} {debt.ledger.currency}"
        console.result(f"  settled in full from {least} on, by {offers.settled_by} ({offers.rule})")
    if offers.most_parts > 1:
        console.result(f"  a plan of at most {offers.most_parts} payments may be offered")


def _tell_means(means: MeansView) -> None:
    where = f"{means.channel}{f' to {means.number}' if means.number else ''} about {means.debt}"
    if means.is_allowed:
        console.result(f"{where}: allowed now")
        _tell_statements(means)
        return
    again = "not by waiting" if means.next_at is None else f"next {_when(means.next_at)}"
    console.result(f"{where}: not now, {again}")
    for rule in means.denied_by:
        console.result(f"  {rule.rule}: {rule.what or rule.citation} ({rule.citation})")


def _tell_statements(contact: MeansView | TalkView) -> None:
    for each in contact.statements:
        console.result(f"  {each.speech.value}: {each.text} ({each.citation})")


def _said(words: str) -> str:
    return f": {words}" if words else ""


def _of(debts: tuple[str, ...] | None) -> str:
    return "" if debts is None else f" of {', '.join(debts)}"


def _when(at: float) -> str:
    from dialer.results.exports import iso

    return iso(at)
