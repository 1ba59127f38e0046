"""Routes of accounts' money: payments and every other entry in, the ledger out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from compliance_gate.valid import MOST_OF_A_NAME
from dialer.access.roles import Permission
from dialer.access.walls import Place
from dialer.casework.promises import PromiseState
from dialer.domain.ids import DebtId
from dialer.domain.ledger import (
    ConflictingEntryError,
    EntryKind,
    LedgerEntry,
    PaidTo,
    Part,
    PayMethod,
    Reason,
)
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.money import Money
from dialer.inquiry.ledgers import AccountLedger
from dialer.inquiry.promises import PromisesSeen
from dialer.web.access import Office, TheOffice, demand_ledgers, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import MOST_CENTS, Body, Committed, Id, Lax
from dialer.web.named import debt_named

router = APIRouter(prefix="/api", tags=["accounts"])

Reference = Annotated[str, Field(max_length=64)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
MOST_PROMISES = 500
POSTED_ALREADY = "it was posted already, and changed nothing"


class Pay(Body):
    """Money came in.

    `settles`: the account is settled with it, though it may not cover what is owed. `key`: whoever tells it
    twice under one key tells of one payment.
    """

    debt: Id
    cents: Annotated[int, Field(gt=0, le=MOST_CENTS)]
    currency: Currency = "USD"
    settles: bool
    key: Id | None = None
    effective_on: Annotated[date, Lax] | None = None
    method: Annotated[PayMethod, Lax] = PayMethod.UNKNOWN
    reference: Reference = ""
    paid_to: Annotated[PaidTo, Lax] = PaidTo.US
    clears_on: Annotated[date, Lax] | None = None


class Post(Body):
    """Another entry: a charge, an adjustment, money that went back. `of`: the key of the entry it undoes."""

    debt: Id
    key: Id
    kind: Annotated[EntryKind, Lax]
    cents: Annotated[int, Field(ge=-MOST_CENTS, le=MOST_CENTS)]
    currency: Currency = "USD"
    effective_on: Annotated[date, Lax]
    part: Annotated[Part, Lax] | None = None
    of: Id | None = None
    reason: Annotated[Reason, Lax] | None = None
    reference: Reference = ""


@router.post("/facts/payments", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def pay(body: Pay, office: TheOffice, who: Asking) -> Committed:
    """Money came in; the account closes when nothing is owed any more, or `settles` says so."""
    debt = await debt_named(office, who, body.debt)
    event = PaymentReceived(
        debt=debt,
        amount=Money(cents=body.cents, currency=body.currency),
        settles=body.settles,
        key=body.key,
        effective_on=body.effective_on,
        method=body.method,
        reference=body.reference,
        paid_to=body.paid_to,
        clears_on=body.clears_on,
    )
    return await _post(office, event)


@router.post("/facts/entries", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def post(body: Post, office: TheOffice, who: Asking) -> Committed:
    """Something else is written into an account's ledger; money that went back opens a settled one again."""
    debt = await debt_named(office, who, body.debt)
    entry = LedgerEntry(
        key=body.key,
        debt=DebtId(debt),
        kind=body.kind,
        amount=Money(cents=body.cents, currency=body.currency),
        effective_on=body.effective_on,
        part=body.part,
        of=body.of,
        reason=body.reason,
        reference=body.reference,
    )
    return await _post(office, EntryPosted(entry=entry))


@router.get("/debts/{debt}/ledger", dependencies=[may(Permission.SEE_PERSONS)])
async def ledger(debt: str, office: TheOffice, who: Asking) -> AccountLedger:
    """What is owed on an account, and how it came to be."""
    named = await debt_named(office, who, debt)
    return await demand_ledgers(office).ledger(named)


@router.get("/promises", dependencies=[may(Permission.SEE_PERSONS)])
async def promises(
    office: TheOffice,
    who: Asking,
    state: PromiseState = PromiseState.BROKEN,
    client: Annotated[str | None, Query(max_length=MOST_OF_A_NAME)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PROMISES)] = MOST_PROMISES,
) -> PromisesSeen:
    """Promises inside your walls by what came of them, those that broke first of all; whom you were shown is
    in the record."""
    walls = who.actor.walls
    seen = await demand_ledgers(office).promises(
        state, client, limit, lambda named: walls.has(Place(client=named))
    )
    who.about += [f"person:{each.person}" for each in seen.promises]
    return seen


async def _post(office: Office, event: PaymentReceived | EntryPosted) -> Committed:
    """Tell the floor, as the ledger stands; a floor without a store is told as it was said."""
    wanted = event if office.ledgers is None else await office.ledgers.event_to_tell(event)
    if wanted is None:
        return Committed(sequence=0, remark=POSTED_ALREADY)
    return await tell(office, wanted)


STATUS = ((ConflictingEntryError, 409),)
"""What an entry that cannot be posted is told with."""
