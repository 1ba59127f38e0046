"""Routes of facts that change decisions: each binds from the step that the answer names."""

from fastapi import APIRouter, HTTPException, Request

from compliance_gate.request import PersonFile
from dialer.access.roles import Permission
from dialer.domain.events import (
    AccountRecalled,
    ConsentGiven,
    HoldLifted,
    HoldPlaced,
    InboundConversation,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.fact_events import (
    ContactRecorded,
    LimitationFound,
    LocationTold,
    NoticeRecorded,
)
from dialer.domain.facts import ENDS
from dialer.web.access import TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import (
    Allow,
    Ask,
    CalledUs,
    Committed,
    Happened,
    IsAt,
    LiftHold,
    Limit,
    LineIs,
    Notify,
    PlaceHold,
    Recall,
    Suppress,
)
from dialer.web.named import (
    debt_named,
    debts_named,
    number_named,
    own_number_named,
    person_named,
    told_of_nobody,
)
from dialer.web.problems import body_of
from dialer.web.strict import read_strictly

router = APIRouter(prefix="/api/facts", tags=["facts"])


@router.post("/suppressions", dependencies=[may(Permission.SUPPRESS)])
async def suppress(body: Suppress, office: TheOffice, who: Asking) -> Committed:
    """A do-not-call entry; what rings to somebody it binds is hung up in the same step."""
    if body.person is None and body.number is None and body.debt is None:
        who.everything()
    number, is_held = await number_named(office, who, body.number)
    event = SuppressionAdded(
        scope=body.scope,
        source=body.source,
        person=None if body.person is None else await person_named(office, who, body.person),
        number=number,
        debt=None if body.debt is None else await debt_named(office, who, body.debt),
        made_in=None if body.made_in is None else body.made_in.made_in(who.name),
    )
    return told_of_nobody(await tell(office, event), is_held=is_held)


@router.post("/requests", dependencies=[may(Permission.RECORD_WISHES)])
async def ask(body: Ask, office: TheOffice, who: Asking) -> Committed:
    """What a person asked for (an opt-out, an attorney's letter, inconvenient times). What ends one (it was
    answered, the attorney is released) is told by others than who dials."""
    if body.kind in ENDS:
        who.demand(Permission.TELL_DEALINGS)
    person = await person_named(office, who, body.person)
    number, is_held = await number_named(office, who, body.number)
    debts = await debts_named(office, who, body.debts)
    body = body.model_copy(update={"person": person, "number": number, "debts": debts})
    told = await tell(office, RequestReceived(person=person, request=body.request(who.name)))
    return told_of_nobody(told, is_held=is_held)


@router.post("/recalls", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def recall(body: Recall, office: TheOffice, who: Asking) -> Committed:
    """The creditor took the account back."""
    debt = await debt_named(office, who, body.debt)
    return await tell(office, AccountRecalled(debt=debt, reason=body.reason))


@router.post("/consents", dependencies=[may(Permission.RECORD_WISHES)])
async def allow(body: Allow, office: TheOffice, who: Asking) -> Committed:
    """What a person agreed to."""
    person = await person_named(office, who, body.person)
    number, is_held = await number_named(office, who, body.number)
    debts = await debts_named(office, who, body.debts)
    body = body.model_copy(update={"person": person, "number": number, "debts": debts})
    told = await tell(office, ConsentGiven(person=person, consent=body.consent(who.name)))
    return told_of_nobody(told, is_held=is_held)


@router.post("/holds", dependencies=[may(Permission.RECORD_WISHES)])
async def hold(body: PlaceHold, office: TheOffice, who: Asking) -> Committed:
    """Deceased, bankruptcy, active duty, vulnerability and their like."""
    person = await person_named(office, who, body.person)
    body = body.model_copy(update={"debts": await debts_named(office, who, body.debts)})
    return await tell(office, HoldPlaced(person=person, hold=body.hold(who.name)))


@router.post("/holds/lift", dependencies=[may(Permission.LIFT_HOLDS)])
async def lift(body: LiftHold, office: TheOffice, who: Asking) -> Committed:
    """The reason is gone."""
    person = await person_named(office, who, body.person)
    return await tell(office, HoldLifted(person=person, kind=body.kind, by=who.name))


@router.post("/inbound", dependencies=[may(Permission.RECORD_WISHES)])
async def called_us(body: CalledUs, office: TheOffice, who: Asking) -> Committed:
    """A conversation that the person began."""
    person = await person_named(office, who, body.person)
    number, _ = await number_named(office, who, body.number)
    debts = [await debt_named(office, who, debt) for debt in body.debts]
    event = InboundConversation(person=person, number=number, debts=tuple(debts))
    return await tell(office, event)


@router.post("/notices", dependencies=[may(Permission.TELL_DEALINGS)])
async def notify(body: Notify, office: TheOffice, who: Asking) -> Committed:
    """A written notice was sent, or came back."""
    person = await person_named(office, who, body.person)
    body = body.model_copy(update={"debts": await debts_named(office, who, body.debts)})
    return await tell(office, NoticeRecorded(person=person, notice=body.told()))


@router.post("/contacts", dependencies=[may(Permission.TELL_DEALINGS)])
async def happened(body: Happened, office: TheOffice, who: Asking) -> Committed:
    """A letter, a text, a call of another office, a look-up of a number: what was done elsewhere."""
    person = await person_named(office, who, body.person)
    number, _ = await number_named(office, who, body.number)
    named = {
        name: await debts_named(office, who, getattr(body, name))
        for name in ("debts", "conversation_debts", "intended_debts")
    }
    body = body.model_copy(update={"number": number, **named})
    event = ContactRecorded(person=person, entry=body.told())
    if office.places is None:
        return await tell(office, event)
    again, remarks = await office.places.overridden(person, event.entry)
    for held in again:  # first: once the contact is on file nobody would look for what it contradicts
        await tell(office, held)
    told = await tell(office, event)
    said = filter(None, (told.remark, *dict.fromkeys(remarks)))
    return told.model_copy(update={"remark": "; ".join(said) or None})


@router.post("/locations", dependencies=[may(Permission.RECORD_WISHES)])
async def is_at(body: IsAt, office: TheOffice, who: Asking) -> Committed:
    """Where a person said they are, and until when."""
    person = await person_named(office, who, body.person)
    return await tell(office, LocationTold(person=person, location=body.told()))


@router.post("/limitations", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def limit(body: Limit, office: TheOffice, who: Asking) -> Committed:
    """Until which day a debt may be sued upon; a later word takes the place of an earlier one."""
    debt = await debt_named(office, who, body.debt)
    return await tell(office, LimitationFound(debt=debt, ends=body.ends, source=body.source))


@router.post("/lines", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def line_is(body: LineIs, office: TheOffice, who: Asking) -> Committed:
    """What kind of line a number is, for everybody who has it; a later word takes an earlier one's place.
    Whoever has walls says it of numbers that somebody inside has."""
    number, is_held = await own_number_named(office, who, body.number)
    body = body.model_copy(update={"number": number})
    return told_of_nobody(await tell(office, body.told()), is_held=is_held)


@router.put(
    "/persons/{person}", openapi_extra=body_of(PersonFile), dependencies=[may(Permission.EDIT_ACCOUNTS)]
)
async def edit(person: str, request: Request, office: TheOffice, who: Asking) -> Committed:
    """The whole file of a person, replaced; the body is a `compliance_gate.request.PersonFile`."""
    await who.person(person)
    file = read_strictly(PersonFile, await request.body())
    if file.person != person:
        raise HTTPException(422, f"the file is of {file.person}, not of {person}")
    if file.fellows:
        raise HTTPException(
            422, "a file joins no records: leave `fellows` out, and say it to /api/people/same"
        )
    return await tell(office, PersonEdited(person=file))
