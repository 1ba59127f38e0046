"""A small engine that is not ours: one line for each free agent, or calls at given instants; no law.

The world, the network and the floor are tested with it before and apart from the real engine, against
queueing theory for instance, and their own cost is measured with it. Never a floor's engine: it clears
everything.
"""

from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta

from compliance_gate.findings import Clearance, Recording
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.commands import (
    Bridge,
    Command,
    Originate,
    RefillHopper,
    RestLead,
    StoreAgentState,
    StoreAttempt,
    StoreOutcome,
)
from dialer.domain.events import (
    AgentGotReady,
    AgentLegLost,
    AgentLegRestored,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPauseRequested,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallTimedOut,
    CampaignConfigured,
    DispositionRecorded,
    Event,
    LeadsFetched,
    TimeReached,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId
from dialer.domain.lead import Lead
from dialer.domain.record import AttemptRecord, instant

_REST_S = 7200.0
_CLEARANCE_S = 5.0


@dataclass(slots=True)
class _Attempt:
    record: AttemptRecord
    lead: Lead
    agent: AgentId | None = None


class ScriptedEngine:
    """One line for each agent who is free; or, with `arrivals`, one call at each of those instants.

    Args:
        arrivals: POSIX seconds, increasing; None = progressive dialing.
    """

    def __init__(self, *, arrivals: tuple[float, ...] | None = None) -> None:
        self._arrivals = None if arrivals is None else deque(arrivals)
        self._settings: CampaignSettings | None = None
        self._free: deque[AgentId] = deque()
        self._states: dict[AgentId, AgentState] = {}
        self._leads: deque[Lead] = deque()
        self._attempts: dict[AttemptId, _Attempt] = {}
        self._waiting: deque[AttemptId] = deque()
        self._steps = 0
        self._launched = 0
        self._asked = 0
        self._is_asking = False
        self.was_ignored = False
        self.waited: list[float] = []
        self.lost = 0

    def next_wakeup(self) -> float | None:
        """The next arrival, if arrivals were given."""
        return self._arrivals[0] if self._arrivals else None

    def step(self, event: Event, *, now: float) -> tuple[Command, ...]:
        """Take what happened; launch, join, write down."""
        self._steps += 1
        commands: list[Command] = []
        self._take(event, now, commands)
        self._join(commands)
        self._launch(now, commands)
        self._refill(commands)
        return tuple(commands)

    def _take(self, event: Event, now: float, commands: list[Command]) -> None:
        match event:
            case CampaignConfigured():
                self._settings = event.settings
            case LeadsFetched():
                self._leads.extend(event.leads)
                self._is_asking = False
            case CallAnswered() if event.attempt in self._attempts:
                attempt = self._attempts[event.attempt]
                attempt.record = replace(attempt.record, answered_at=event.answered_at)
                self._waiting.append(event.attempt)
            case CallBridged():
                self._talk(event, now, commands)
            case BridgeFailed() if self._states.get(event.agent) is AgentState.RESERVED:
                self._state(event.agent, AgentState.AVAILABLE, commands)
            case CallTimedOut() if event.attempt in self._waiting:
                self._waiting.remove(event.attempt)
                self.lost += 1
            case CallEnded() | CallNotAttempted():
                self._over(event, now, commands)
            case TimeReached():
                pass
            case _:
                self._of_agent(event, commands)

    def _of_agent(self, event: Event, commands: list[Command]) -> None:
        match event:
            case AgentLoggedIn() | AgentLegRestored():
                self._state(event.agent, AgentState.NOT_READY, commands)
            case AgentGotReady():
                self._state(event.agent, AgentState.AVAILABLE, commands)
            case AgentPauseRequested() if self._states[event.agent] is AgentState.AVAILABLE:
                self._state(event.agent, AgentState.NOT_READY, commands)
            case AgentLegLost():
                self._state(event.agent, AgentState.LEG_LOST, commands)
            case AgentLoggedOut():
                self._state(event.agent, AgentState.LOGGED_OUT, commands)
            case DispositionRecorded() if self._states[event.agent] is AgentState.WRAPPING:
                after = AgentState.AVAILABLE if event.ready_after else AgentState.NOT_READY
                self._state(event.agent, after, commands)
            case _:
                pass

    def _state(self, agent: AgentId, state: AgentState, commands: list[Command]) -> None:
        self._states[agent] = state
        if agent in self._free:
            self._free.remove(agent)
        if state is AgentState.AVAILABLE:
            self._free.append(agent)
        commands.append(StoreAgentState(agent=agent, campaign=CampaignId(""), state=state.value))

    def _talk(self, event: CallBridged, now: float, commands: list[Command]) -> None:
        attempt = self._attempts[event.attempt]
        attempt.agent = event.agent
        answered = attempt.record.answered_at
        attempt.record = replace(attempt.record, bridged_at=event.bridged_at, agent=event.agent)
        self.waited.append(now - (now if answered is None else answered))
        self._state(event.agent, AgentState.TALKING, commands)

    def _over(self, event: CallEnded | CallNotAttempted, now: float, commands: list[Command]) -> None:
        attempt = self._attempts.pop(event.attempt, None)
        if attempt is None:
            return
        if event.attempt in self._waiting:
            self._waiting.remove(event.attempt)
            self.lost += 1
        if attempt.agent is not None and self._states[attempt.agent] is AgentState.TALKING:
            self._state(attempt.agent, AgentState.WRAPPING, commands)
        outcome = event.outcome if isinstance(event, CallEnded) else None
        record = replace(attempt.record, ended_at=now, outcome=outcome)
        commands.append(StoreOutcome(record=record))
        rest = now + _REST_S
        passes = attempt.lead.passes + 1
        commands.append(RestLead(lead=attempt.lead.lead, not_before=rest, reason="rest", passes=passes))

    def _join(self, commands: list[Command]) -> None:
        while self._waiting and self._free:
            agent, attempt = self._free[0], self._waiting.popleft()
            self._state(agent, AgentState.RESERVED, commands)
            commands.append(Bridge(attempt=attempt, agent=agent))

    def _launch(self, now: float, commands: list[Command]) -> None:
        settings = self._settings
        if settings is None:
            return
        while self._leads and self._may_launch(now):
            lead = self._leads.popleft()
            self._launched += 1
            name = AttemptId(f"attempt-{self._launched}")
            order = _order(name, lead, settings, now)
            record = _record(name, lead, settings, now)
            self._attempts[name] = _Attempt(record, lead)
            commands += (StoreAttempt(record=record, findings=()), order)

    def _may_launch(self, now: float) -> bool:
        if self._arrivals is None:
            return len(self._free) + self._reserved() > len(self._attempts) - self._in_talk()
        if self._arrivals and self._arrivals[0] <= now:
            self._arrivals.popleft()
            return True
        return False

    def _in_talk(self) -> int:
        return sum(attempt.agent is not None for attempt in self._attempts.values())

    def _reserved(self) -> int:
        return sum(state is AgentState.RESERVED for state in self._states.values())

    def _refill(self, commands: list[Command]) -> None:
        settings = self._settings
        if settings is not None and not self._is_asking and len(self._leads) < settings.hopper_size // 2:
            self._asked += 1
            self._is_asking = True
            commands.append(
                RefillHopper(
                    campaign=settings.campaign,
                    request=self._asked,
                    wanted=settings.hopper_size - len(self._leads),
                    sequence=self._steps,
                )
            )


def _order(name: AttemptId, lead: Lead, settings: CampaignSettings, now: float) -> Originate:
    at = instant(now)
    target = lead.targets[0]
    return Originate(
        attempt=name,
        campaign=settings.campaign,
        person=target.person,
        number=target.number,
        clearance=Clearance(
            clearance=name,
            person=target.person,
            number=target.number,
            debts=(lead.debt,),
            issued_at=at,
            expires_at=at + timedelta(seconds=_CLEARANCE_S),
            rulebook="scripted",
            may_play=frozenset({Recording.ABANDONMENT_MESSAGE}),
        ),
        caller_id="",
        ring_s=settings.ring_s,
        answer_limit_s=settings.answer_limit_s,
        detection=DetectionMode.OFF,
    )


def _record(name: AttemptId, lead: Lead, settings: CampaignSettings, now: float) -> AttemptRecord:
    target = lead.targets[0]
    return AttemptRecord(
        attempt=name,
        campaign=settings.campaign,
        lead=lead.lead,
        person=target.person,
        number=target.number,
        debts=(lead.debt,),
        zones=(),
        rulebook="scripted",
        launched_at=now,
    )
