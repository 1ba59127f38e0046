"""What every route leans on: the floor, whoever asks, what a route demands, and the one way to tell the floor
something."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, HTTPException, Request

from dialer.access.throttle import Throttle
from dialer.domain.client_code import ClientCode
from dialer.domain.events import Event
from dialer.domain.ids import CampaignId
from dialer.domain.listening import TalkControls
from dialer.domain.ports import KeyPad, TestsCallerIds
from dialer.floor.accounts import Accounts
from dialer.floor.outside_sign_in import OutsideSignIn
from dialer.floor.phones import Phones
from dialer.web.models import Committed
from dialer.web.ports import (
    Alike,
    CodeBook,
    Evidence,
    Finder,
    FloorPort,
    Intake,
    Ledgers,
    Places,
    Recordings,
    Rights,
    WhatIfs,
)
from dialer.web.tokens import Tokens

if TYPE_CHECKING:
    from dialer.floor.demonstration import Demonstration

MOST_LISTENINGS = 1_000
"""Of which it is remembered whom they are to; more than there are supervisors' phones."""


class Listenings:
    """Which agent each listening is to, that was begun here."""

    def __init__(self) -> None:
        self._agents: OrderedDict[str, str] = OrderedDict()

    def began(self, listening: str, agent: str) -> None:
        """One more; the oldest is forgotten when there are too many."""
        self._agents[listening] = agent
        if len(self._agents) > MOST_LISTENINGS:
            self._agents.popitem(last=False)

    def agent_of(self, listening: str) -> str | None:
        """None = it is not known here: it was begun before this start, or never."""
        return self._agents.get(listening)


@dataclass(frozen=True, slots=True, kw_only=True)
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
    places: Places | None = None
    accounts: Accounts | None = None
    outside: OutsideSignIn | None = None
    listenings: Listenings = field(default_factory=Listenings)
    rights: Rights | None = None
    finder: Finder | None = None
    alike: Alike | None = None
    ledgers: Ledgers | None = None
    guesses: Throttle = field(default_factory=Throttle)
    intake: Intake | None = None
    what_ifs: WhatIfs | None = None
    demonstration: "Demonstration | None" = None

    def codes_of(self, campaign: str) -> tuple[ClientCode, ...]:
        """The client's own codes for what comes of a campaign's calls; () = our kinds are said."""
        known = self.floor.codes_of(CampaignId(campaign)) if isinstance(self.floor, CodeBook) else None
        return known or ()


def office_of(request: Request) -> Office:
    """The application's."""
    return cast("Office", request.app.state.office)


TheOffice = Annotated[Office, Depends(office_of)]


def demand_evidence(office: Office) -> Evidence:
    """Whoever answers out of the store, for supervisors; 409 where it cannot be asked."""
    if office.evidence is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.evidence


def demand_rights(office: Office) -> Rights:
    """Whoever answers what persons ask about themselves; 409 where the store cannot be asked."""
    if office.rights is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.rights


def demand_finder(office: Office) -> Finder:
    """Whoever finds persons; 409 where the store cannot be asked."""
    if office.finder is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.finder


def demand_alike(office: Office) -> Alike:
    """Whoever knows which records may be one person's; 409 where the store cannot be asked."""
    if office.alike is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.alike


def demand_recordings(office: Office) -> Recordings:
    """Whoever keeps the recordings; 409 where none can be reached."""
    if office.recordings is None:
        raise HTTPException(409, "this floor keeps no recordings where it can reach them")
    return office.recordings


def demand_ledgers(office: Office) -> Ledgers:
    """Whoever knows the accounts; 409 where the store cannot be asked."""
    if office.ledgers is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.ledgers


def demand_intake(office: Office) -> Intake:
    """Whoever takes files in; 409 where no file can be."""
    if office.intake is None:
        raise HTTPException(409, "no file can be taken into this floor's store from here")
    return office.intake


async def tell(office: Office, event: Event) -> Committed:
    """Let the floor take an event and wait for its commit; 409 when it changed nothing."""
    taken = await office.floor.submit(event)
    if taken.was_ignored:
        raise HTTPException(
            409, taken.why or "it came late, twice or about something unknown, and changed nothing"
        )
    return Committed(sequence=taken.sequence, remark=taken.why or None)
