"""One pass over the rows into columns, so that every measure is a sum over an array.

A row says what was observed; a mask here says how the trade counts it. Each mask is defined in this one
place and used by every measure, chart and test.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import EFFECTS, PROMISES, DispositionKind
from dialer.domain.inbound import InboundRecord
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentSpan, PromiseMade, ShiftRecords

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CLOCK_TOLERANCE_S = 1e-6
"""Differences of instants carry rounding of this order; two seconds sharp is not late."""

_LIVE = frozenset(kind for kind, effect in EFFECTS.items() if effect.live)
_RIGHT_PARTY = frozenset(kind for kind, effect in EFFECTS.items() if effect.right_party)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallerFacts:
    """Columns over the people who called us, wanted an agent, and whose wait is over, (n_asked,).

    Args:
        came: calls that came in, those who wanted no agent included.
        waited: seconds from asking until an agent, or until they were gone.
        within: seconds within which the campaign wanted them answered.
        is_answered: an agent was there. is_unserved: they heard that nobody was free.
    """

    came: int
    waited: Floats
    within: Floats
    is_answered: Bools
    is_unserved: Bools

    @property
    def is_in_time(self) -> Bools:
        """(n_asked,) answered within the campaign's goal; at the second itself is in time."""
        return self.is_answered & (self.waited <= self.within + CLOCK_TOLERANCE_S)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShiftFacts:
    """Columns over the attempts, (n_attempts,), and sums over the agents' spans.

    Args:
        launched, answered, bridged, talk_ended, ended: POSIX seconds; NaN = did not happen.
        is_answered: something picked up: person, machine, assistant.
        is_live: counts as answered by a person. Joined to an agent: the disposition says so (dead air and
            screening assistants are no people; without a disposition it is not counted). Never joined: all
            that detection did not call a machine, since nobody can say that it was not a person.
        is_machine: detection or the collector called it a machine.
        is_joined: an agent was on the line, with whoever answered.
        is_dropped: the telephone system's or the engine's word that nobody came for the call.
        is_right_party, is_promise, is_paid: by the disposition.
        seconds_in: agent seconds by state.
        waits: (n_waits,) seconds an agent was free before each call that reached them.
        wait_ended: (n_waits,) POSIX seconds at which that call reached them.
        denials: rule -> stored denials in which it denied.
        callers: people who called us, by what their wait was.
    """

    launched: Floats
    answered: Floats
    bridged: Floats
    talk_ended: Floats
    ended: Floats
    is_answered: Bools
    is_live: Bools
    is_machine: Bools
    is_joined: Bools
    is_dropped: Bools
    is_right_party: Bools
    is_promise: Bools
    is_paid: Bools
    outcomes: dict[Outcome | None, int]
    persons: int
    leads: int
    numbers: int
    most_attempts_on_a_person: int
    agents: int
    seconds_in: dict[AgentState, float]
    waits: Floats
    wait_ended: Floats
    denials: dict[str, int]
    callers: CallerFacts
    denied: int
    promised_cents: int | None
    leads_loaded: int | None
    numbers_loaded: int | None
    starts_at: float
    ends_at: float

    @property
    def hours(self) -> float:
        """Length of the stretch, hours."""
        return (self.ends_at - self.starts_at) / 3600.0

    @property
    def agent_hours(self) -> float:
        """Hours agents were logged in, breaks included: the hours that are paid."""
        return sum(self.seconds_in.values()) / 3600.0

    def agent_seconds(self, *states: AgentState) -> float:
        """Agent seconds in any of `states`."""
        return sum(self.seconds_in.get(state, 0.0) for state in states)

    @property
    def talk(self) -> Floats:
        """(n_attempts,) seconds an agent was joined to the line, 0 where none was."""
        until = np.where(np.isnan(self.talk_ended), self.ended, self.talk_ended)
        return np.nan_to_num(until - self.bridged, nan=0.0)

    @property
    def waited(self) -> Floats:
        """(n_attempts,) seconds between the answer and an agent, or the end; NaN where nothing picked up."""
        until = np.where(np.isnan(self.bridged), self.ended, self.bridged)
        return until - self.answered

    def abandoned_after(self, limit_s: float) -> Bools:
        """(n_attempts,) live answers without an agent within `limit_s` seconds of the answer.

        Whom we dropped was abandoned, however soon; who hung up before the limit had not been abandoned
        yet. An answer that is still waiting (no end) is not judged.
        """
        with np.errstate(invalid="ignore"):
            joined_late = self.is_joined & (self.waited > limit_s + CLOCK_TOLERANCE_S)
            left_alone = ~self.is_joined & (self.waited > limit_s - CLOCK_TOLERANCE_S)
        return self.is_live & (joined_late | left_alone | (self.is_dropped & ~self.is_joined))


def facts_of(records: ShiftRecords) -> ShiftFacts:
    """The columns of a stretch. 100,000 attempts take about 0.3 s."""
    attempts = records.attempts
    joined = ~np.isnan(bridged := _instants(attempts, lambda a: a.bridged_at))
    answered = _instants(attempts, lambda a: a.answered_at)
    kinds = [a.disposition.kind if a.disposition is not None else None for a in attempts]
    called_machine = _mask([a.outcome is Outcome.MACHINE for a in attempts])
    said_machine = _mask([k is DispositionKind.MACHINE or k is DispositionKind.MESSAGE_LEFT for k in kinds])
    said_live = _mask([k is not None and k in _LIVE for k in kinds])
    is_answered = ~np.isnan(answered)
    per_person = Counter(a.person for a in attempts)
    waits, wait_ended = _waits(records.agent_spans)
    per_rule = Counter(rule for denial in records.denials for rule in denial.rules)
    return ShiftFacts(
        launched=np.array([a.launched_at for a in attempts], dtype=np.float64),
        answered=answered,
        bridged=bridged,
        talk_ended=_instants(attempts, lambda a: a.talk_ended_at),
        ended=_instants(attempts, lambda a: a.ended_at),
        is_answered=is_answered,
        is_live=is_answered & np.where(joined, said_live, ~called_machine),
        is_machine=is_answered & (called_machine | said_machine),
        is_joined=joined,
        is_dropped=_mask([a.outcome is Outcome.ABANDONED for a in attempts]),
        is_right_party=_mask([k is not None and k in _RIGHT_PARTY for k in kinds]),
        is_promise=_mask([k is not None and k in PROMISES for k in kinds]),
        is_paid=_mask([k is DispositionKind.PAID_ON_CALL for k in kinds]),
        outcomes=dict(Counter(a.outcome for a in attempts)),
        persons=len(per_person),
        leads=len({a.lead for a in attempts}),
        numbers=len({a.number for a in attempts}),
        most_attempts_on_a_person=max(per_person.values(), default=0),
        agents=len({span.agent for span in records.agent_spans}),
        seconds_in=_seconds_in(records.agent_spans),
        waits=waits,
        wait_ended=wait_ended,
        denials=dict(sorted(per_rule.items(), key=lambda item: (-item[1], item[0]))),
        callers=_callers(records.inbound),
        denied=len(records.denials),
        promised_cents=_promised(records.promises),
        leads_loaded=records.leads_loaded,
        numbers_loaded=records.numbers_loaded,
        starts_at=records.starts_at,
        ends_at=records.ends_at,
    )


def _callers(records: Sequence[InboundRecord]) -> CallerFacts:
    asked = [(record, wait) for record in records if (wait := record.wait_s) is not None]
    return CallerFacts(
        came=len(records),
        waited=np.array([wait for _, wait in asked], dtype=np.float64),
        within=np.array([record.answer_within_s for record, _ in asked], dtype=np.float64),
        is_answered=_mask([record.bridged_at is not None for record, _ in asked]),
        is_unserved=_mask([record.bridged_at is None and record.unserved for record, _ in asked]),
    )


def _instants(attempts: Sequence[AttemptRecord], read: Callable[[AttemptRecord], float | None]) -> Floats:
    return np.array([read(a) for a in attempts], dtype=np.float64)  # numpy reads None as NaN


def _mask(values: Sequence[bool]) -> Bools:
    return np.array(values, dtype=np.bool_)


def _seconds_in(spans: Sequence[AgentSpan]) -> dict[AgentState, float]:
    totals: dict[AgentState, float] = {}
    for span in spans:
        totals[span.state] = totals.get(span.state, 0.0) + span.ended_at - span.started_at
    return totals


def _waits(spans: Sequence[AgentSpan]) -> tuple[Floats, Floats]:
    """Seconds from getting free to the next call, per call. A wait that ended in a break is no wait for a
    call and is left out; one that the end of the shift cut is not known and left out too."""
    free_since: dict[str, float] = {}
    waits: list[float] = []
    ends: list[float] = []
    for span in spans:
        if span.state in (AgentState.AVAILABLE, AgentState.RESERVED):
            free_since.setdefault(span.agent, span.started_at)
            continue
        since = free_since.pop(span.agent, None)
        if since is not None and span.state is AgentState.TALKING:
            waits.append(span.started_at - since)
            ends.append(span.started_at)
    return np.array(waits, dtype=np.float64), np.array(ends, dtype=np.float64)


def _promised(promises: Sequence[PromiseMade]) -> int | None:
    """Cents promised, None when no promise named an amount or the currencies differ."""
    amounts = [promise.amount for promise in promises if promise.amount is not None]
    if not amounts or len({amount.currency for amount in amounts}) > 1:
        return None
    return sum(amount.cents for amount in amounts)
