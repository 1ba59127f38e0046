"""Routes of the browser phone: its account, its agent's seat as it changes, how well it hears."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response, WebSocket
from prometheus_client import CollectorRegistry, Gauge
from pydantic import Field

from dialer.access.actor import Actor, RefusedError
from dialer.access.roles import Permission
from dialer.casework.afterthoughts import protects
from dialer.clock import posix_now
from dialer.domain.campaign import CampaignState
from dialer.domain.disposition import MACHINES, SAID, DispositionKind
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.phones import Phones
from dialer.web.access import TheOffice
from dialer.web.declaring import Asking, declares, may
from dialer.web.door import Doorkeeper
from dialer.web.models import Body
from dialer.web.phone.seats import SeatWatch
from dialer.web.watching import POLICY_VIOLATION, TRY_AGAIN_LATER, greeted, push, turn_away

PAUSE_REASONS = ("break", "lunch", "meeting", "training", "back office", "technical trouble")

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=60.0)]


class IceServerView(Body):
    """One entry of `iceServers`; what is None is left out."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class OutcomeView(Body):
    """What may be said with one kind of disposition.

    Args:
        protects: it asks for something that binds us, and is taken until the end of the next day.
        machines, said: which machines it can be about, and what they can have been told; [] = none.
    """

    kind: DispositionKind
    protects: bool
    machines: list[MachineKind]
    said: list[SaidToMachine]


class PhoneView(Body):
    """What an agent's page needs to be a telephone, or to stand beside one: a phone on a desk has no secret,
    server and domain here. Not to be kept: ask again at every log-in. `shows_accounts`: this floor can say
    whom a call is with; `is_text`: it is a demonstration, where nobody hears anything and talks are read."""

    agent: str
    endpoint: str
    is_browser: bool
    secret: str = ""
    server: str = ""
    domain: str = ""
    caller: str = ""
    campaigns: list[str]
    pause_reasons: list[str]
    ice_servers: list[IceServerView] = Field(default_factory=list[IceServerView])
    relay_only: bool = False
    outcomes: list[OutcomeView] = Field(default_factory=list[OutcomeView])
    shows_accounts: bool = False
    is_text: bool = False


class Quality(Body):
    """What the browser measured in the last seconds, of the sound that came. None = nothing came.

    Args:
        lost: packets lost per packet expected, 0-1.
        jitter_s: jitter as RFC 3550 6.4.1 defines it, seconds.
        round_trip_s: to Asterisk and back, seconds.
        lost_there: the same share of the sound we sent, as Asterisk reports it.
    """

    lost: Share | None = None
    jitter_s: Seconds | None = None
    round_trip_s: Seconds | None = None
    lost_there: Share | None = None


class QualityGauges:
    """The latest figures of each agent's browser phone, for Prometheus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"fairdial_phone_{name}", text, ["agent"], registry=registry)

        self._gauges = {
            "lost": gauge("lost_per_packet", "Packets lost on the way to the browser, per packet"),
            "jitter_s": gauge("jitter_seconds", "Jitter of the sound that reaches the browser"),
            "round_trip_s": gauge("round_trip_seconds", "From the browser to Asterisk and back"),
            "lost_there": gauge("lost_there_per_packet", "Packets lost on the way to Asterisk, per packet"),
        }

    def take(self, agent: str, quality: Quality) -> None:
        """The newest figures; what was not measured is taken away rather than left standing."""
        for name, gauge in self._gauges.items():
            value: float | None = getattr(quality, name)
            if value is not None:
                gauge.labels(agent).set(value)
            else:
                with contextlib.suppress(KeyError):
                    gauge.remove(agent)


OUTCOMES = tuple(
    OutcomeView(
        kind=kind,
        protects=protects(kind),
        machines=[machine for machine in MachineKind if machine in MACHINES.get(kind, ())],
        said=[said for said in SaidToMachine if said in SAID.get(kind, ())],
    )
    for kind in DispositionKind
)
"""Every kind, for a page that lets agents choose."""


def _own_agent(actor: Actor) -> str:
    actor.demand(Permission.OWN_PHONE)
    if actor.agent is None:
        raise RefusedError(f"{actor.name} belongs to no agent", is_known=True)
    return actor.agent


def phone_of(
    phones: Phones, agent: str, floor: FloorSnapshot, inside: frozenset[str] | None = None
) -> PhoneView:
    """What the page of an agent needs. `inside`: the campaigns inside their walls; None = they have none.
    Where no phones are named, as on the simulated network, an agent's has the agent's own name.

    Raises:
        HTTPException: they have no phone.
    """
    found, desk = phones.of(agent), phones.desk_of(agent)
    if phones.names_none:
        desk = agent
    if found is None and desk is None:
        raise HTTPException(404, f"agent {agent} has no phone in the settings ([[asterisk.agents]])")
    running = [
        str(row.campaign)
        for row in floor.campaigns
        if row.state is CampaignState.RUNNING and (inside is None or row.campaign in inside)
    ]
    reasons = list[str](PAUSE_REASONS)
    if found is None:
        return PhoneView(
            agent=agent,
            endpoint=desk or "",
            is_browser=False,
            campaigns=running,
            pause_reasons=reasons,
            outcomes=list(OUTCOMES),
        )
    return PhoneView(
        agent=agent,
        endpoint=found.endpoint,
        is_browser=True,
        secret=found.secret,
        server=found.server,
        domain=found.domain,
        caller=found.caller,
        campaigns=running,
        pause_reasons=reasons,
        outcomes=list(OUTCOMES),
        ice_servers=[
            IceServerView(urls=list(one.urls), username=one.username, credential=one.credential)
            for one in found.ice_servers(posix_now())
        ],
        relay_only=found.relay.only,
    )


def phone_router(
    *, phones: Phones, seats: SeatWatch, doorkeeper: Doorkeeper, registry: CollectorRegistry
) -> APIRouter:
    """`/api/phone` and below."""
    router = APIRouter(prefix="/api/phone", tags=["phone"])
    gauges = QualityGauges(registry)

    @router.get("", dependencies=[may(Permission.OWN_PHONE)])
    async def account(response: Response, office: TheOffice, who: Asking) -> PhoneView:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        """The asking agent's own phone, a browser phone with its secret; 404 when they have none."""
        agent = _own_agent(who.actor)
        view = phone_of(phones, agent, office.floor.snapshot(), await who.campaigns_inside())
        response.headers["Cache-Control"] = "no-store"
        shows = office.ledgers is not None and office.places is not None
        is_text = office.demonstration is not None
        return view.model_copy(update={"shows_accounts": shows, "is_text": is_text})

    @router.post("/quality", status_code=204, dependencies=[may(Permission.OWN_PHONE)])
    async def quality(body: Quality, who: Asking) -> None:  # pyright: ignore[reportUnusedFunction]  # as above
        """How the asking agent's browser hears; shown at `/metrics`."""
        gauges.take(_own_agent(who.actor), body)

    @router.websocket("/watch", dependencies=[declares(Permission.OWN_PHONE)])
    async def watch(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]  # as above
        """The asking agent's own seat, as it changes."""
        actor = await greeted(socket, doorkeeper)
        if actor is None:
            return
        try:
            agent = _own_agent(actor)
        except RefusedError:
            await turn_away(socket, POLICY_VIOLATION)
            return
        if seats.watchers.is_full:
            await turn_away(socket, TRY_AGAIN_LATER)
            return
        queue = seats.join(agent)
        try:
            await push(socket, queue, while_known=lambda: doorkeeper.knows(actor))
        finally:
            seats.leave(queue)

    return router
