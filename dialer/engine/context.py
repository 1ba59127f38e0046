"""What the parts of the engine share during a step: state, the instant, the commands so far, caches."""

import heapq
from datetime import datetime
from enum import Enum
from typing import Protocol

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.findings import GateDecision
from dialer.domain.commands import Command
from dialer.domain.errors import UnknownThingError
from dialer.domain.ids import AgentId, CampaignId, LeadId, PersonId
from dialer.domain.record import instant
from dialer.engine.state import AgentRow, CallRow, CampaignRow, EngineState, PoolRow, TimerKind
from pacing.learner import Learner
from pacing.policy import PacingPolicy

DENIALS_KEPT = 50_000
"""Bound on remembered denials: past it the oldest is forgotten; its lead's next denial is stored again."""


class Gate(Protocol):
    """What the engine asks of the compliance gate; `ComplianceGate` is the one in use."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        """Every rule, at this instant."""
        ...


class Part(Enum):
    """What a step is about."""

    TIMERS = "timers"
    EVENT = "event"
    AFTERWARDS = "afterwards"
    """Callers who wait, launches, refills: whatever the event was."""


class Context:
    """One per engine. `now` is the step's instant; `out` is filled by the parts and emptied by `step`.

    `part`, `timer` and `concerned` say what is being done this moment, and about whom: asked when a step
    raises.
    """

    __slots__ = (
        "at",
        "capable",
        "concerned",
        "free",
        "gate",
        "learners",
        "now",
        "out",
        "part",
        "policies",
        "prepared",
        "remarked",
        "serving",
        "shares",
        "state",
        "timer",
        "unconnected",
        "was_ignored",
        "why_ignored",
    )

    def __init__(self, gate: Gate, state: EngineState) -> None:
        self.gate = gate
        self.state = state
        self.now = state.now
        self.at: datetime | None = None
        self.out: list[Command] = []
        self.prepared: dict[PersonId, PreparedPerson] = {}
        self.policies: dict[tuple[CampaignId, str], PacingPolicy] = {}
        self.learners: dict[CampaignId, Learner] = {}
        self.capable: dict[tuple[CampaignId, str], tuple[AgentId, ...]] = {}
        self.free: dict[tuple[CampaignId, str], int] = {}
        self.serving: dict[CampaignId, int] = {}
        self.shares: dict[CampaignId, tuple[dict[str, int], int]] = {}
        self.unconnected: set[CampaignId] = set()
        self.was_ignored = False
        self.why_ignored = ""
        self.remarked = ""
        self.part = Part.EVENT
        self.timer: tuple[TimerKind, str] | None = None
        self.concerned: PersonId | None = None

    def begin(self, now: float, owed: list[Command]) -> None:
        """Start a step; `owed` are commands that an event which was refused kept from coming out."""
        self.now = now
        self.at = None
        self.out = owed
        self.remarked = ""
        self.concerned = None

    def instant(self) -> datetime:
        """`now` as an aware datetime, made once a step."""
        if self.at is None:
            self.at = instant(self.now)
        return self.at

    def emit(self, command: Command) -> None:
        """Add to the step's commands."""
        self.out.append(command)

    def set_timer(self, at: float, kind: TimerKind, name: str) -> None:
        """Ask to be woken at `at` for `kind` of `name`."""
        state = self.state
        state.timers_made += 1
        heapq.heappush(state.timers, (at, state.timers_made, kind, name))

    def ignore(self, what: str, why: str = "") -> None:
        """Count an event that came late, twice or about something unknown.

        Args:
            why: for whoever asked: what hinders it and how to go on; '' where nobody asked.
        """
        self.state.ignored[what] = self.state.ignored.get(what, 0) + 1
        self.was_ignored = True
        self.why_ignored = why

    def remark(self, what: str) -> None:
        """Of an event that is taken: what whoever sent it must know of how it was taken."""
        self.remarked = what

    def campaign(self, campaign: CampaignId) -> CampaignRow:
        """The row, or UnknownThingError."""
        row = self.state.campaigns.get(campaign)
        if row is None:
            raise UnknownThingError("campaign", campaign)
        return row

    def agent(self, agent: AgentId) -> AgentRow:
        """The row, or UnknownThingError."""
        row = self.state.agents.get(agent)
        if row is None:
            raise UnknownThingError("agent", agent)
        return row

    def prepared_person(self, person: PersonId) -> PreparedPerson:
        """The gate's index of a person in play, made once and kept until a fact changes."""
        known = self.prepared.get(person)
        if known is None:
            known = PreparedPerson(self.state.persons[person].file)
            self.prepared[person] = known
        return known

    def wake_pools(self, campaign: CampaignRow) -> None:
        """Something changed that pacing would want to know."""
        for pool in campaign.pools.values():
            pool.is_dirty = True

    def remember_denial(self, lead: LeadId, signature: str) -> bool:
        """Whether this denial differs from the lead's last one; remembers it."""
        denials = self.state.denials
        if denials.get(lead) == signature:
            return False
        denials.pop(lead, None)
        if len(denials) >= DENIALS_KEPT:
            denials.pop(next(iter(denials)))
        denials[lead] = signature
        return True


def pool_of(campaign: CampaignRow, needs: tuple[str, ...]) -> tuple[str, PoolRow]:
    """The pool for these needs, made when first asked for, with its key."""
    key = "|".join(needs)
    row = campaign.pools.get(key)
    if row is None:
        row = PoolRow(needs=needs)
        campaign.pools[key] = row
    return key, row


def place_of(state: EngineState, call: CallRow) -> tuple[CampaignRow, PoolRow]:
    """The campaign of a call, and the pool (or its lane) through which it was called."""
    campaign = state.campaigns[call.launch.campaign]
    return campaign, campaign.pools[call.launch.pool]
