"""Measures over a history too large to hold in memory: the counts are made by the database.

The definitions are those of `dialer.measures`; a test holds every value here equal to the one computed there
from the same rows. The tables are named, not imported: this package and the store are strangers that share a
schema. Works on SQLite and PostgreSQL alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    column,
    distinct,
    func,
    literal,
    or_,
    select,
    table,
    true,
)

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import EFFECTS, PROMISES, DispositionKind
from dialer.measures import abandonment, agents, collection, dialing, inbound, inventory
from dialer.measures.abandonment import DECLARED_LIMIT_S
from dialer.measures.definition import Group, Part
from dialer.measures.facts import CLOCK_TOLERANCE_S
from dialer.measures.registry import MEASURES


def _columns(names: str) -> list[ColumnClause[Any]]:
    return [column(name) for name in names.split()]


_ATTEMPTS = table(
    "attempts",
    *_columns(
        "campaign lead person number launched_at answered_at bridged_at talk_ended_at ended_at outcome "
        "disposition_kind"
    ),
)
_INBOUND = table(
    "inbound_calls", *_columns("arrived_at waited_since answer_within_s bridged_at ended_at unserved")
)
_AGENT_STATES = table("agent_states", *_columns("id agent campaign state at"))

_LIVE = sorted(kind.value for kind, effect in EFFECTS.items() if effect.live)
_RIGHT_PARTY = sorted(kind.value for kind, effect in EFFECTS.items() if effect.right_party)
_MACHINES = sorted((DispositionKind.MACHINE.value, DispositionKind.MESSAGE_LEFT.value))
_PROMISED = sorted(kind.value for kind in PROMISES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What of the history is meant: launches in [starts_at, ends_at), POSIX seconds; None = all campaigns."""

    starts_at: float
    ends_at: float
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Counts and sums over people who called us in a stretch; see `dialer.measures.facts.CallerFacts`."""

    came: int
    asked: int
    answered: int
    in_time: int
    unserved: int
    answered_wait_s: float
    longest_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts and sums over a stretch; agent seconds by state. `callers` is None for a single campaign: who
    calls us has none."""

    attempts: int
    live_answers: int
    connected: int
    machines: int
    abandoned: int
    right_party_contacts: int
    promises: int
    paid_on_call: int
    persons: int
    talk_s: float
    machine_s: float
    seconds_in: Mapping[str, float] = field(default_factory=dict[str, float])
    callers: Callers | None = None

    @property
    def agent_hours(self) -> float | None:
        """Hours agents were logged in; None where nobody was."""
        return self.seconds_as(*AgentState) / 3600.0 or None

    def seconds_as(self, *states: AgentState) -> float:
        """Agent seconds in any of `states`."""
        return sum(self.seconds_in.get(state.value, 0.0) for state in states)

    def measures(self) -> dict[str, float | None]:
        """Every declared measure whose parts were counted, by name; None where there is nothing to divide
        by."""
        return {
            measure.name: None
            if self.callers is None and measure.group is Group.INBOUND
            else measure.of(
                _COUNTED[measure.top](self),
                None if measure.bottom is None else _COUNTED[measure.bottom](self),
            )
            for measure in MEASURES
            if measure.top in _COUNTED and (measure.bottom is None or measure.bottom in _COUNTED)
        }


def _of(totals: Totals) -> Callers:
    assert totals.callers is not None, "asked of a whole floor only"
    return totals.callers


_HANDLING = (AgentState.TALKING, AgentState.WRAPPING)
_COUNTED: Mapping[Part, Callable[[Totals], float | None]] = {
    dialing.attempts: lambda totals: totals.attempts,
    dialing.live_answers: lambda totals: totals.live_answers,
    dialing.connected: lambda totals: totals.connected,
    dialing.machines: lambda totals: totals.machines,
    dialing.agent_hours: lambda totals: totals.agent_hours,
    abandonment.abandoned: lambda totals: totals.abandoned,
    collection.right_party_contacts: lambda totals: totals.right_party_contacts,
    collection.promises: lambda totals: totals.promises,
    collection.paid_on_call: lambda totals: totals.paid_on_call,
    inventory.persons_attempted: lambda totals: totals.persons,
    inbound.inbound_calls: lambda totals: _of(totals).came,
    inbound.asked: lambda totals: _of(totals).asked,
    inbound.answered: lambda totals: _of(totals).answered,
    inbound.answered_in_time: lambda totals: _of(totals).in_time,
    inbound.unserved: lambda totals: _of(totals).unserved,
    inbound.left_waiting: lambda totals: _of(totals).asked - _of(totals).answered - _of(totals).unserved,
    inbound.answered_wait_s: lambda totals: _of(totals).answered_wait_s,
    inbound.longest_wait_s: lambda totals: _of(totals).longest_s,
    agents.talk_minutes: lambda totals: totals.talk_s / 60.0,
    agents.machine_minutes: lambda totals: totals.machine_s / 60.0,
    agents.handling_s: lambda totals: totals.seconds_as(*_HANDLING),
    agents.working_s: lambda totals: totals.seconds_as(*_HANDLING, AgentState.AVAILABLE, AgentState.RESERVED),
    agents.logged_in_s: lambda totals: totals.seconds_as(*AgentState),
    agents.not_ready_s: lambda totals: totals.seconds_as(AgentState.NOT_READY),
}
"""What the database counts, by the part of a measure's definition that it is."""


def totals_of(connection: Connection, stretch: Stretch) -> Totals:
    """Count a stretch of the history."""
    row = _counts(connection, stretch)
    return Totals(
        attempts=row.attempts or 0,
        live_answers=row.live or 0,
        connected=row.connected or 0,
        machines=row.machines or 0,
        abandoned=row.abandoned or 0,
        right_party_contacts=row.right_party or 0,
        promises=row.promises or 0,
        paid_on_call=row.paid or 0,
        persons=row.persons or 0,
        talk_s=row.talk_s or 0.0,
        machine_s=row.machine_s or 0.0,
        seconds_in=_agent_seconds(connection, stretch),
        callers=_callers(connection, stretch) if stretch.campaign is None else None,
    )


def _counts(connection: Connection, stretch: Stretch) -> Row[Any]:
    a = _ATTEMPTS.c
    answered, joined = a.answered_at.is_not(None), a.bridged_at.is_not(None)
    kind, outcome = func.coalesce(a.disposition_kind, ""), func.coalesce(a.outcome, "")
    live = and_(answered, or_(and_(joined, kind.in_(_LIVE)), and_(~joined, outcome != Outcome.MACHINE.value)))
    machine = and_(answered, or_(outcome == Outcome.MACHINE.value, kind.in_(_MACHINES)))
    waited = func.coalesce(a.bridged_at, a.ended_at) - a.answered_at
    late = or_(
        and_(joined, waited > DECLARED_LIMIT_S + CLOCK_TOLERANCE_S),
        and_(
            ~joined,
            or_(waited > DECLARED_LIMIT_S - CLOCK_TOLERANCE_S, outcome == Outcome.ABANDONED.value),
        ),
    )
    talk = func.coalesce(a.talk_ended_at, a.ended_at, a.bridged_at) - a.bridged_at
    query = (
        select(
            _count(outcome != Outcome.NOT_ATTEMPTED.value).label("attempts"),
            _count(live).label("live"),
            _count(and_(live, joined)).label("connected"),
            _count(machine).label("machines"),
            _count(and_(live, late)).label("abandoned"),
            _count(kind.in_(_RIGHT_PARTY)).label("right_party"),
            _count(kind.in_(_PROMISED)).label("promises"),
            _count(kind == DispositionKind.PAID_ON_CALL.value).label("paid"),
            func.count(distinct(a.person)).label("persons"),
            func.sum(case((and_(live, joined), talk), else_=0.0)).label("talk_s"),
            func.sum(case((and_(~live, joined), talk), else_=0.0)).label("machine_s"),
        )
        .select_from(_ATTEMPTS)
        .where(a.launched_at >= stretch.starts_at, a.launched_at < stretch.ends_at, _of_campaign(a, stretch))
    )
    return cast("Row[Any]", connection.execute(query).one())


def _callers(connection: Connection, stretch: Stretch) -> Callers:
    i = _INBOUND.c
    joined = i.bridged_at.is_not(None)
    raw = func.coalesce(i.bridged_at, i.ended_at) - i.waited_since
    waited = case((raw < 0.0, 0.0), else_=raw)  # NULL where they did not ask, or still wait
    in_time = and_(joined, waited <= i.answer_within_s + CLOCK_TOLERANCE_S)
    query = (
        select(
            func.count().label("came"),
            func.count(waited).label("asked"),
            _count(and_(waited.is_not(None), joined)).label("answered"),
            _count(in_time).label("in_time"),
            _count(and_(waited.is_not(None), ~joined, i.unserved)).label("unserved"),
            func.sum(case((joined, waited), else_=0.0)).label("answered_wait_s"),
            func.max(waited).label("longest_s"),
        )
        .select_from(_INBOUND)
        .where(i.arrived_at >= stretch.starts_at, i.arrived_at < stretch.ends_at)
    )
    row = connection.execute(query).one()
    return Callers(
        came=row.came,
        asked=row.asked,
        answered=row.answered or 0,
        in_time=row.in_time or 0,
        unserved=row.unserved or 0,
        answered_wait_s=row.answered_wait_s or 0.0,
        longest_s=row.longest_s,
    )


def _agent_seconds(connection: Connection, stretch: Stretch) -> dict[str, float]:
    """Seconds agents were in each state within the stretch; what is still open is cut at its end."""
    s = _AGENT_STATES.c
    until = func.lead(s.at).over(partition_by=s.agent, order_by=(s.at, s.id))
    spans = (
        select(s.state, s.at, func.coalesce(until, stretch.ends_at).label("until"))
        .where(_of_campaign(s, stretch))
        .subquery()
    )
    starts, ends = literal(stretch.starts_at), literal(stretch.ends_at)
    begins = case((spans.c.at < starts, starts), else_=spans.c.at)
    finishes = case((spans.c.until > ends, ends), else_=spans.c.until)
    query = (
        select(spans.c.state, func.sum(finishes - begins).label("seconds"))
        .where(spans.c.state != AgentState.LOGGED_OUT.value, finishes > begins)
        .group_by(spans.c.state)
    )
    return {row.state: float(row.seconds) for row in connection.execute(query)}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _of_campaign(columns: object, stretch: Stretch) -> ColumnElement[bool]:
    return true() if stretch.campaign is None else getattr(columns, "campaign") == stretch.campaign  # noqa: B009
