"""What the agents' hours went into."""

import numpy as np

from dialer.domain.agent import AgentState
from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.dialing import agent_hours, counted
from dialer.measures.facts import ShiftFacts

_PAID = "agent hours logged in, breaks included"


def handling_s(facts: ShiftFacts) -> float:
    """Seconds agents were on calls and in after-call work."""
    return facts.agent_seconds(AgentState.TALKING, AgentState.WRAPPING)


def working_s(facts: ShiftFacts) -> float:
    """Seconds agents were at work and not on a break."""
    return handling_s(facts) + facts.agent_seconds(AgentState.AVAILABLE, AgentState.RESERVED)


def logged_in_s(facts: ShiftFacts) -> float:
    """Seconds agents were logged in."""
    return sum(facts.seconds_in.values())


def not_ready_s(facts: ShiftFacts) -> float:
    """Seconds agents were not ready."""
    return facts.agent_seconds(AgentState.NOT_READY)


def talk_minutes(facts: ShiftFacts) -> float:
    """Minutes agents and people were joined."""
    return float(np.sum(facts.talk[facts.is_live])) / 60.0


def machine_minutes(facts: ShiftFacts) -> float:
    """Minutes agents were joined to machines, assistants and dead lines."""
    return float(np.sum(facts.talk[~facts.is_live])) / 60.0


def _mean_wait(facts: ShiftFacts) -> float | None:
    return float(np.mean(facts.waits)) if facts.waits.size else None


def _p90_wait(facts: ShiftFacts) -> float | None:
    return float(np.quantile(facts.waits, 0.9)) if facts.waits.size else None


AGENTS: tuple[Measure, ...] = (
    Measure(
        name="agent_hours",
        title="Agent-hours",
        says="Hours agents were logged in: the hours that are paid.",
        group=Group.AGENTS,
        unit=Unit.HOURS,
        numerator=_PAID,
        top=agent_hours,
        source="usual in the trade",
    ),
    Measure(
        name="talk_minutes_per_agent_hour",
        title="Talk minutes per agent-hour",
        says="Minutes of every paid hour that an agent spent talking with a person. Machines are apart.",
        group=Group.AGENTS,
        unit=Unit.MINUTES_PER_HOUR,
        numerator="minutes agents were joined to live answers",
        denominator=_PAID,
        top=talk_minutes,
        bottom=agent_hours,
        source="usual in the trade, which does not always tell machines apart",
    ),
    Measure(
        name="machine_minutes_per_agent_hour",
        title="Machine minutes per agent-hour",
        says="Minutes of every paid hour spent listening to voicemail boxes, assistants and dead lines.",
        group=Group.AGENTS,
        unit=Unit.MINUTES_PER_HOUR,
        numerator="minutes agents were joined to anything but a live answer",
        denominator=_PAID,
        top=machine_minutes,
        bottom=agent_hours,
        source="Fairdial",
    ),
    Measure(
        name="occupancy",
        title="Occupancy",
        says="Of the time agents were at work and not on a break, the share spent on calls and "
        "after-call work.",
        group=Group.AGENTS,
        unit=Unit.SHARE,
        numerator="seconds talking and in after-call work",
        denominator="seconds talking, in after-call work, available and reserved",
        top=handling_s,
        bottom=working_s,
        source="(talk + wrap) ÷ (talk + wrap + available wait), as VICIDIAL's components give it",
    ),
    Measure(
        name="utilisation",
        title="Utilisation",
        says="Of the time that is paid, the share spent on calls and after-call work.",
        group=Group.AGENTS,
        unit=Unit.SHARE,
        numerator="seconds talking and in after-call work",
        denominator="seconds logged in, breaks included",
        top=handling_s,
        bottom=logged_in_s,
        source="(talk + hold + wrap) ÷ paid time, usual in the trade",
    ),
    Measure(
        name="mean_agent_wait_s",
        title="Mean wait for a call",
        says="How long an agent is free before the next call reaches them, on average.",
        group=Group.AGENTS,
        unit=Unit.SECONDS,
        numerator="mean of seconds from getting free to the next call; waits that ended in a break are "
        "left out",
        top=_mean_wait,
        source="VICIDIAL: wait seconds ÷ calls",
    ),
    Measure(
        name="p90_agent_wait_s",
        title="Wait exceeded one time in ten",
        says="Nine of ten waits for a call are shorter than this.",
        group=Group.AGENTS,
        unit=Unit.SECONDS,
        numerator="90th percentile of seconds from getting free to the next call (linear interpolation)",
        top=_p90_wait,
        source="Fairdial: a mean hides the long waits",
    ),
    Measure(
        name="handle_time_s",
        title="Handle time",
        says="Talking and after-call work per call that reached an agent, machines included.",
        group=Group.AGENTS,
        unit=Unit.SECONDS,
        numerator="seconds talking and in after-call work",
        denominator="answers joined to an agent",
        top=handling_s,
        bottom=lambda facts: counted(facts.is_joined),
        source="average handle time, usual in the trade",
    ),
    Measure(
        name="break_share",
        title="Breaks",
        says="Share of the paid time that agents were not ready.",
        group=Group.AGENTS,
        unit=Unit.SHARE,
        numerator="seconds not ready",
        denominator="seconds logged in, breaks included",
        top=not_ready_s,
        bottom=logged_in_s,
        source="pause ÷ login, usual in the trade",
    ),
)
