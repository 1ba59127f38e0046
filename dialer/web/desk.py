"""Routes of a collector's desk: whom the call is with, and when they may be called back."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from dialer.access.roles import Permission, permits
from dialer.domain.ids import PersonId
from dialer.inquiry.account_shapes import AccountView
from dialer.inquiry.account_view import Leave
from dialer.inquiry.explain import About, Asked, Channel, RuleAsked
from dialer.web.access import Office, TheOffice, demand_evidence, demand_ledgers
from dialer.web.account_views import noted
from dialer.web.declaring import Asking, may
from dialer.web.models import Body
from dialer.web.named import person_named
from dialer.web.visitor import Visitor

router = APIRouter(prefix="/api", tags=["desk"])


class CallBackView(Body):
    """Whether somebody may be called at an instant.

    Args:
        is_possible: on some number of theirs, about some account.
        denied_by: where not, every rule that denies, each once.
        next_at: POSIX seconds of the first instant from then on at which it is; None = not by waiting, or it
            cannot be said.
    """

    is_possible: bool
    denied_by: tuple[RuleAsked, ...]
    next_at: float | None


@router.get("/attempts/{attempt}/account", dependencies=[may(Permission.SEE_ACCOUNT)])
async def whose_account(attempt: str, office: TheOffice, who: Asking) -> AccountView:
    """The account of the person whom a call of ours is with, as `persons/{person}/account` shows it: what a
    desk shows as soon as somebody is on the line."""
    person = await _person_of(office, who, attempt)
    sees_all = permits(who.actor.roles, Permission.SEE_PERSONS)
    leave = Leave(why=f"seen with the right to {Permission.SEE_PERSONS.value}") if sees_all else None
    return noted(who, await demand_ledgers(office).view(person, leave))


@router.get("/persons/{person}/call-back", dependencies=[may(Permission.SEE_ACCOUNT)])
async def call_back(
    person: str, at: Annotated[float, Query(ge=0.0, le=4e9)], office: TheOffice, who: Asking
) -> CallBackView:
    """Whether a person may be called back at an instant (POSIX seconds), by which rules not, and when first.
    It is asked again before any call."""
    named = await person_named(office, who, person)
    asked = await demand_evidence(office).explain_person(named, at, About(channel=Channel.CALL))
    return _answer(asked)


def _answer(asked: tuple[Asked, ...]) -> CallBackView:
    if any(each.is_allowed for each in asked):
        return CallBackView(is_possible=True, denied_by=(), next_at=None)
    denied = {rule.rule: rule for each in asked for rule in each.rules if rule.denies}
    later = [each.next_at for each in asked if each.next_at is not None]
    return CallBackView(
        is_possible=False,
        denied_by=tuple(denied[name] for name in sorted(denied)),
        next_at=min(later, default=None),
    )


async def _person_of(office: Office, who: Visitor, attempt: str) -> PersonId:
    """Raises RefusedError: outside, or of nobody; HTTPException 404 for whoever sees everybody."""
    person = None if office.places is None else await office.places.person_of_attempt(attempt)
    if person is None:
        who.nobody()
        raise HTTPException(404, f"no call on file is called {attempt!r}")
    await who.person(person)
    return PersonId(person)
