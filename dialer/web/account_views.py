"""Routes of a person's account: what may be known before somebody is identified, and after."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from dialer.access.roles import Permission, permits
from dialer.casework.identifying import Identifier, Party
from dialer.clock import posix_now
from dialer.floor.signed_in import TooManyTriesError
from dialer.inquiry.account_shapes import AccountView
from dialer.inquiry.account_view import Answers, Leave
from dialer.web.access import Office, TheOffice, demand_ledgers
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Lax
from dialer.web.named import person_named
from dialer.web.visitor import Visitor

router = APIRouter(prefix="/api", tags=["persons"])

Told = Annotated[str, Field(max_length=200)]


class Identify(Body):
    """What somebody on the line answered, who says they are the `party`; what they were not asked is left
    out. It is compared and kept nowhere."""

    party: Annotated[Party, Lax]
    date_of_birth: Annotated[date, Lax] | None = None
    postal_code: Told = ""
    ssn_last4: Annotated[str, Field(max_length=4)] = ""
    account: Told = ""
    email: Told = ""

    def answers(self) -> Answers:
        """What was told."""
        born = "" if self.date_of_birth is None else self.date_of_birth.isoformat()
        told = {
            Identifier.DATE_OF_BIRTH: born,
            Identifier.POSTAL_CODE: self.postal_code,
            Identifier.SSN_LAST4: self.ssn_last4,
            Identifier.ACCOUNT: self.account,
            Identifier.EMAIL: self.email,
        }
        return Answers(party=self.party, told={which: text for which, text in told.items() if text})


@router.get("/persons/{person}/account", dependencies=[may(Permission.SEE_ACCOUNT)])
async def account(person: str, office: TheOffice, who: Asking) -> AccountView:
    """A person's account: the whole for whoever may see all that happened to a person; for a collector, whom
    to ask for and what to ask, and nothing that says there is a debt."""
    named = await person_named(office, who, person)
    sees_all = permits(who.actor.roles, Permission.SEE_PERSONS)
    leave = Leave(why=f"seen with the right to {Permission.SEE_PERSONS.value}") if sees_all else None
    return noted(who, await demand_ledgers(office).view(named, leave))


@router.post("/persons/{person}/account", dependencies=[may(Permission.SEE_ACCOUNT)])
async def identify(person: str, body: Identify, office: TheOffice, who: Asking) -> AccountView:
    """The whole account, where what somebody on the line answered identifies them as right party by the
    client's policy; else what may be known before. 429 after a few wrong tries."""
    named = await person_named(office, who, person)
    _demand_patience(office, who, named)
    view = await demand_ledgers(office).view(named, body.answers())
    if view.is_told:
        office.guesses.succeeded(named)
    else:
        office.guesses.failed(named, who.name, posix_now())
    return noted(who, view)


def noted(who: Visitor, view: AccountView) -> AccountView:
    """The record says whether it was the whole that was seen."""
    who.about.append(f"account-view:{'whole' if view.is_told else 'before'}")
    return view


def _demand_patience(office: Office, who: Visitor, person: str) -> None:
    """Raises TooManyTriesError: answers are being guessed, about one person or by one collector."""
    wait = office.guesses.wait(person, who.name, posix_now())
    if wait > 0:
        raise TooManyTriesError(wait)
