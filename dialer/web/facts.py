"""Routes of facts that change decisions: each binds from the step that the answer names."""

from fastapi import APIRouter, HTTPException, Request

from compliance_gate.request import PersonFile
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    HoldLifted,
    HoldPlaced,
    InboundConversation,
    PaymentReceived,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.fact_events import ContactRecorded, LimitationFound, LocationTold, NoticeRecorded
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.web.access import Asking, TheOffice, demand, tell
from dialer.web.models import (
    Allow,
    Ask,
    CalledUs,
    Committed,
    Happened,
    IsAt,
    LiftHold,
    Limit,
    Notify,
    Pay,
    PlaceHold,
    Recall,
    Suppress,
)
from dialer.web.problems import body_of
from dialer.web.strict import read_strictly
from dialer.web.tokens import Role

router = APIRouter(prefix="/api/facts", tags=["facts"])

_MAY = (Role.CLERK, Role.SUPERVISOR, Role.AGENT)


@router.post("/suppressions")
async def suppress(body: Suppress, office: TheOffice, token: Asking) -> Committed:
    """A do-not-call entry; what rings to somebody it binds is hung up in the same step."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    event = SuppressionAdded(
        scope=body.scope,
        source=body.source,
        person=None if body.person is None else PersonId(body.person),
        number=None if body.number is None else NumberId(body.number),
        debt=None if body.debt is None else DebtId(body.debt),
    )
    return await tell(office, event)


@router.post("/requests")
async def ask(body: Ask, office: TheOffice, token: Asking) -> Committed:
    """What a person asked for (an opt-out, an attorney's letter, inconvenient times)."""
    demand(token, *_MAY)
    return await tell(office, RequestReceived(person=PersonId(body.person), request=body.request(token.name)))


@router.post("/payments")
async def pay(body: Pay, office: TheOffice, token: Asking) -> Committed:
    """Money came in; `settles` closes the account."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    amount = Money(cents=body.cents, currency=body.currency)
    return await tell(office, PaymentReceived(debt=DebtId(body.debt), amount=amount, settles=body.settles))


@router.post("/recalls")
async def recall(body: Recall, office: TheOffice, token: Asking) -> Committed:
    """The creditor took the account back."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    return await tell(office, AccountRecalled(debt=DebtId(body.debt), reason=body.reason))


@router.post("/consents")
async def allow(body: Allow, office: TheOffice, token: Asking) -> Committed:
    """What a person agreed to."""
    demand(token, *_MAY)
    return await tell(office, ConsentGiven(person=PersonId(body.person), consent=body.consent(token.name)))


@router.post("/holds")
async def hold(body: PlaceHold, office: TheOffice, token: Asking) -> Committed:
    """Deceased, bankruptcy, active duty, vulnerability and their like."""
    demand(token, *_MAY)
    return await tell(office, HoldPlaced(person=PersonId(body.person), hold=body.hold(token.name)))


@router.post("/holds/lift")
async def lift(body: LiftHold, office: TheOffice, token: Asking) -> Committed:
    """The reason is gone."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    return await tell(office, HoldLifted(person=PersonId(body.person), kind=body.kind, by=token.name))


@router.post("/inbound")
async def called_us(body: CalledUs, office: TheOffice, token: Asking) -> Committed:
    """A conversation that the person began."""
    demand(token, *_MAY)
    event = InboundConversation(
        person=PersonId(body.person),
        number=None if body.number is None else NumberId(body.number),
        debts=tuple(DebtId(debt) for debt in body.debts),
    )
    return await tell(office, event)


@router.post("/notices")
async def notify(body: Notify, office: TheOffice, token: Asking) -> Committed:
    """A written notice was sent, or came back."""
    demand(token, *_MAY)
    return await tell(office, NoticeRecorded(person=PersonId(body.person), notice=body.told()))


@router.post("/contacts")
async def happened(body: Happened, office: TheOffice, token: Asking) -> Committed:
    """A letter, a text, a call of another office, a look-up of a number: what was done elsewhere."""
    demand(token, *_MAY)
    return await tell(office, ContactRecorded(person=PersonId(body.person), entry=body.told()))


@router.post("/locations")
async def is_at(body: IsAt, office: TheOffice, token: Asking) -> Committed:
    """Where a person said they are, and until when."""
    demand(token, *_MAY)
    return await tell(office, LocationTold(person=PersonId(body.person), location=body.told()))


@router.post("/limitations")
async def limit(body: Limit, office: TheOffice, token: Asking) -> Committed:
    """Until which day a debt may be sued upon; a later word takes the place of an earlier one."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    return await tell(office, LimitationFound(debt=DebtId(body.debt), ends=body.ends, source=body.source))


@router.put("/persons/{person}", openapi_extra=body_of(PersonFile))
async def edit(person: str, request: Request, office: TheOffice, token: Asking) -> Committed:
    """The whole file of a person, replaced; the body is a `compliance_gate.request.PersonFile`."""
    demand(token, Role.CLERK, Role.SUPERVISOR)
    file = read_strictly(PersonFile, await request.body())
    if file.person != person:
        raise HTTPException(422, f"the file is of {file.person}, not of {person}")
    return await tell(office, PersonEdited(person=file))
