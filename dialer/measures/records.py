"""The rows that measures are made of: what a floor, live or rehearsed, can observe and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from dialer.domain.agent import AgentState
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, PersonId
from dialer.domain.inbound import InboundRecord
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """An agent entered a state at `at` (POSIX seconds)."""

    agent: AgentId
    campaign: CampaignId
    state: AgentState
    at: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpan:
    """An agent was in one state from `started_at` until `ended_at` (POSIX seconds)."""

    agent: AgentId
    campaign: CampaignId
    state: AgentState
    started_at: float
    ended_at: float
    reason: str = ""

    def __post_init__(self) -> None:
        if self.ended_at < self.started_at:
            raise InvalidFactError(f"a span of agent {self.agent} ends before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade:
    """A promise to pay, a plan or a settlement. `amount` None = none was named."""

    attempt: AttemptId
    person: PersonId
    at: float
    amount: Money | None
    due_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialMade:
    """The gate said no to a lead, for reasons that were not the ones of the last time.

    Args:
        rules: names of the rules that denied, each once, in the gate's order.
        retry_at: POSIX seconds from which the gate would pass; None = never by waiting.
    """

    lead: LeadId
    person: PersonId
    at: float
    rules: tuple[str, ...]
    retry_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRecords:
    """Everything observed in one stretch of time on one floor.

    Args:
        attempts: launched in the stretch, in order of launch.
        agent_spans: in order of time for each agent; time logged out has no span.
        starts_at, ends_at: POSIX seconds; the stretch itself.
        leads_loaded, numbers_loaded: inventory of the list; None = not known, and then no penetration.
        inbound: calls that somebody else began, in the order in which something was first written of them.
    """

    attempts: tuple[AttemptRecord, ...]
    agent_spans: tuple[AgentSpan, ...]
    promises: tuple[PromiseMade, ...]
    denials: tuple[DenialMade, ...]
    starts_at: float
    ends_at: float
    leads_loaded: int | None = None
    numbers_loaded: int | None = None
    inbound: tuple[InboundRecord, ...] = ()


def spans_of(changes: Iterable[AgentChange], *, ends_at: float) -> tuple[AgentSpan, ...]:
    """State changes joined into spans; what is still open is cut at `ends_at`.

    Args:
        changes: in order of time. Two changes at one instant leave the later one.
        ends_at: POSIX seconds, the end of what was observed.
    """
    open_states: dict[AgentId, AgentChange] = {}
    spans: list[AgentSpan] = []

    def close(change: AgentChange, at: float) -> None:
        if change.state is not AgentState.LOGGED_OUT and at > change.at:
            spans.append(
                AgentSpan(
                    agent=change.agent,
                    campaign=change.campaign,
                    state=change.state,
                    started_at=change.at,
                    ended_at=at,
                    reason=change.reason,
                )
            )

    for change in changes:
        before = open_states.get(change.agent)
        if before is not None:
            close(before, min(change.at, ends_at))
        open_states[change.agent] = change
    for agent in sorted(open_states):
        close(open_states[agent], ends_at)
    return tuple(sorted(spans, key=lambda span: (span.started_at, span.agent)))
