"""`fairdial account`: what is owed on an account and how it came to be, and posting to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.domain.ledger import EntryKind, PaidTo, Part, PayMethod, Reason

if TYPE_CHECKING:
    from datetime import date

    from dialer.domain.money import Money
    from dialer.inquiry.ledgers import AccountLedger

app = typer.Typer(help="Accounts: what is owed, and how it came to be.", no_args_is_help=True)

Account = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="An account's id, or CLIENT/ACCOUNT as its file names it.")
]
Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="A store; default: the last one.")]


@app.command("show")
def show(
    account: Account,
    store: Named = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """An account's ledger: every entry with what it changes, and what is owed."""
    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.ledgers import account_ledger, debt_named

    with opened_store(store) as opened:
        found = account_ledger(opened, debt_named(opened, account), at=posix_now())
    if json:
        console.result_json(asdict(found))
        return
    _tell(found)


@app.command("post")
def post(
    account: Account,
    kind: Annotated[EntryKind, typer.Argument(help="What kind of entry.")],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="As 120.50; an adjustment's may be -5.00.")],
    key: Annotated[str, typer.Option("--key", help="The same key is the same entry, told again.")],
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="The day from which it counts: 2026-12-03.")
    ],
    of: Annotated[str | None, typer.Option("--of", help="Key of the entry that it undoes.")] = None,
    reason: Annotated[Reason | None, typer.Option(help="Of an adjustment.")] = None,
    part: Annotated[Part | None, typer.Option(help="Of what an adjustment is.")] = None,
    method: Annotated[PayMethod, typer.Option(help="How it was paid.")] = PayMethod.UNKNOWN,
    reference: Annotated[str, typer.Option(help="What finds the paper; no words.")] = "",
    paid_to: Annotated[PaidTo, typer.Option(help="Who has the money.")] = PaidTo.US,
    clears: Annotated[str | None, typer.Option(metavar="DATE", help="When the funds are ours.")] = None,
    settles: Annotated[
        bool, typer.Option("--settles", help="The payment settles the account, whatever is owed.")
    ] = False,
    store: Named = None,
) -> None:
    """Post an entry. A floor that runs on the store is told of whom it concerns."""
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.domain.ids import DebtId
    from dialer.domain.ledger import LedgerEntry
    from dialer.domain.ledger_events import EntryPosted, PaymentReceived
    from dialer.inquiry.ledgers import account_ledger, debt_named, post_beside

    if settles and kind is not EntryKind.PAYMENT:
        raise console.UserError("only a payment settles an account", where="--settles", mend="leave it out.")
    with store_to_change(store) as opened:
        debt = DebtId(debt_named(opened, account))
        now = posix_now()
        currency = account_ledger(opened, debt, at=now).currency
        event: PaymentReceived | EntryPosted
        if kind is EntryKind.PAYMENT:
            event = PaymentReceived(
                debt=debt,
                amount=_money(amount, currency),
                settles=settles,
                key=key,
                effective_on=_day(on, "--on"),
                method=method,
                reference=reference,
                paid_to=paid_to,
                clears_on=None if clears is None else _day(clears, "--clears"),
            )
        else:
            event = EntryPosted(
                entry=LedgerEntry(
                    key=key,
                    debt=debt,
                    kind=kind,
                    amount=_money(amount, currency),
                    effective_on=_day(on, "--on"),
                    part=part,
                    of=of,
                    reason=reason,
                    reference=reference,
                )
            )
        posted = post_beside(opened, event, now=now)
        found = account_ledger(opened, debt, at=now)
    if not posted:
        console.result(f"{key} was posted already, and changed nothing")
    console.result(f"{found.debt}: {_shown(found.balance_cents, found.currency)} owed, {found.state}")


def _tell(found: AccountLedger) -> None:
    table = console.table("day", "entry", "key", "changes", "said", "more", numbers=("changes", "said"))
    for each in found.entries:
        more = (
            each.reason,
            f"of {each.of}" if each.of else "",
            each.method if each.method != PayMethod.UNKNOWN.value else "",
            each.reference,
            "to the client" if each.paid_to == PaidTo.CLIENT.value else "",
            f"clears {each.clears_on}" if each.clears_on else "",
        )
        table.add_row(
            each.day,
            each.kind,
            each.key,
            f"{each.cents / 100:,.2f}",
            f"{each.said_cents / 100:,.2f}",
            ", ".join(filter(None, more)),
        )
    console.out.print(table)
    parts = ", ".join(f"{part} {cents / 100:,.2f}" for part, cents in found.parts.items())
    console.result(f"{_shown(found.balance_cents, found.currency)} owed ({parts}), {found.state}")
    for promise in found.promises:
        amount = (
            "an amount that nobody named" if promise.cents is None else _shown(promise.cents, found.currency)
        )
        console.result(
            f"promised on {promise.made_on}: {amount}{f' by {promise.due_on}' if promise.due_on else ''}, "
            f"{promise.state}; {_shown(promise.paid_cents, found.currency)} came"
        )
    if found.offers.settles_from_cents is not None:
        least = _shown(found.offers.settles_from_cents, found.currency)
        console.result(f"settled in full from {least} on, by {found.offers.settled_by} ({found.offers.rule})")
    if found.offers.most_parts > 1:
        console.result(f"a plan of at most {found.offers.most_parts} payments may be offered")
    if found.credit_cents:
        console.result(f"overpaid by {_shown(found.credit_cents, found.currency)}")
    if found.uncleared_cents:
        console.result(f"{_shown(found.uncleared_cents, found.currency)} may still go back")
    if found.waiting:
        console.result(f"waiting for the entry that they name: {', '.join(found.waiting)}")


def _shown(cents: int, currency: str) -> str:
    return f"{cents / 100:,.2f} {currency}"


def _money(text: str, currency: str) -> Money:
    from dialer.domain.money import Money

    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, part = digits.partition(".")
    if not (whole.isascii() and whole.isdecimal() and (part == "" or (part.isdecimal() and len(part) == 2))):
        raise console.UserError(f"{text!r} is no amount", mend="write it as 120 or 120.50.")
    return Money(cents=sign * (int(whole) * 100 + int(part or 0)), currency=currency)


def _day(text: str, where: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(f"{text!r} is no day", where=where, mend="write it as 2026-12-03.") from error
