"""What every route leans on: the floor, the asking token, and the one way to tell the floor something."""

from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Header, HTTPException, Request

from dialer.domain.events import Event
from dialer.domain.listening import TalkControls
from dialer.domain.ports import KeyPad, TestsCallerIds
from dialer.floor.phones import Phones
from dialer.web.models import Committed
from dialer.web.ports import Evidence, FloorPort, Recordings
from dialer.web.tokens import RefusedError, Role, Token, Tokens


@dataclass(frozen=True, slots=True)
class Office:
    """What the application was given."""

    floor: FloorPort
    tokens: Tokens
    keypad: KeyPad | None = None
    controls: TalkControls | None = None
    caller_ids: TestsCallerIds | None = None
    phones: Phones = field(default_factory=Phones)
    recordings: Recordings | None = None
    evidence: Evidence | None = None


def office_of(request: Request) -> Office:
    """The application's."""
    return cast("Office", request.app.state.office)


TheOffice = Annotated[Office, Depends(office_of)]


def asking(office: TheOffice, authorization: Annotated[str | None, Header()] = None) -> Token:
    """Whoever asks. Raises RefusedError."""
    return office.tokens.bearer(authorization)


Asking = Annotated[Token, Depends(asking)]


def demand(token: Token, *roles: Role) -> None:
    """Refuse a token that has none of the roles."""
    if token.roles.isdisjoint(roles):
        wanted = " or ".join(role.value for role in roles)
        raise RefusedError(f"{token.name} is no {wanted}", is_known=True)


def demand_seat(token: Token, agent: str) -> None:
    """Collectors have their own seat and no other; supervisors have all."""
    if Role.SUPERVISOR in token.roles or (Role.AGENT in token.roles and token.agent == agent):
        return
    raise RefusedError(f"{token.name} may not act for agent {agent}", is_known=True)


def demand_evidence(office: Office, token: Token) -> Evidence:
    """Whoever answers out of the store, for supervisors; 409 where it cannot be asked."""
    demand(token, Role.SUPERVISOR)
    if office.evidence is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.evidence


async def tell(office: Office, event: Event) -> Committed:
    """Let the floor take an event and wait for its commit; 409 when it changed nothing."""
    taken = await office.floor.submit(event)
    if taken.was_ignored:
        raise HTTPException(
            409, taken.why or "it came late, twice or about something unknown, and changed nothing"
        )
    return Committed(sequence=taken.sequence)
