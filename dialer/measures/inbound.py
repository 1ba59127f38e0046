"""How people who call us are served: who had an agent, how soon, and who left without one.

Theory of operation. Who hangs up in the menu, or says "never again" there, did not ask for an agent and is in
no denominator. Who asked is counted once the wait is over; the second wait of somebody whose agent's line
died is none of theirs to us, so the first one counts.
"""

import numpy as np

from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.dialing import counted
from dialer.measures.facts import ShiftFacts

_SOURCE = "usual in the trade"
_ASKED = "callers who asked for an agent and whose wait is over, but for those who chose to be called back"


def inbound_calls(facts: ShiftFacts) -> float:
    """Calls that came in."""
    return facts.callers.came


def asked(facts: ShiftFacts) -> float:
    """Callers who wanted an agent and whose wait is over."""
    return facts.callers.waited.size


def answered(facts: ShiftFacts) -> float:
    """Of these, who had one."""
    return counted(facts.callers.is_answered)


def answered_in_time(facts: ShiftFacts) -> float:
    """Of these, who had one within the campaign's goal."""
    return counted(facts.callers.is_in_time)


def unserved(facts: ShiftFacts) -> float:
    """Who heard that nobody was free."""
    return counted(facts.callers.is_unserved)


def left_waiting(facts: ShiftFacts) -> float:
    """Who hung up while they waited."""
    return counted(~facts.callers.is_answered & ~facts.callers.is_unserved)


def answered_wait_s(facts: ShiftFacts) -> float:
    """Seconds waited, by those who were answered."""
    return float(np.sum(facts.callers.waited[facts.callers.is_answered]))


def longest_wait_s(facts: ShiftFacts) -> float | None:
    """The longest wait, whatever ended it; None where nobody waited."""
    waited = facts.callers.waited
    return float(np.max(waited)) if waited.size else None


INBOUND: tuple[Measure, ...] = (
    Measure(
        name="inbound_calls",
        title="Calls to us",
        says="How many times somebody called one of our numbers.",
        group=Group.INBOUND,
        unit=Unit.COUNT,
        numerator="calls that came in, those to the menu alone included",
        top=inbound_calls,
        source="Fairdial",
    ),
    Measure(
        name="service_level",
        title="Service level",
        says="Share of callers who wanted an agent and had one as soon as the campaign wants.",
        group=Group.INBOUND,
        unit=Unit.SHARE,
        numerator="callers joined to an agent within `inbound_answer_s` seconds of asking for one",
        denominator=_ASKED,
        top=answered_in_time,
        bottom=asked,
        source="usual in the trade as 'X % in Y seconds' (80 in 20); of its variants the strict one: "
        "who hung up, however soon, stays in the denominator",
    ),
    Measure(
        name="callers_left_per_asked",
        title="Callers who hung up",
        says="Share of callers who wanted an agent and hung up before one was there.",
        group=Group.INBOUND,
        unit=Unit.SHARE,
        numerator="callers who hung up while they waited",
        denominator=_ASKED,
        top=left_waiting,
        bottom=asked,
        source="the queue's abandonment rate, usual in the trade; no abandonment in law's sense: we did "
        "not place the call",
    ),
    Measure(
        name="callers_unserved_per_asked",
        title="Callers told nobody was free",
        says="Share of callers who wanted an agent and heard that nobody was free.",
        group=Group.INBOUND,
        unit=Unit.SHARE,
        numerator="callers who heard that nobody is free, at once or after the longest wait",
        denominator=_ASKED,
        top=unserved,
        bottom=asked,
        source=_SOURCE,
    ),
    Measure(
        name="average_speed_of_answer",
        title="Average wait of callers",
        says="How long a caller who got an agent waited for one, on average.",
        group=Group.INBOUND,
        unit=Unit.SECONDS,
        numerator="seconds from asking for an agent to the agent, of callers who had one",
        denominator="callers joined to an agent",
        top=answered_wait_s,
        bottom=answered,
        source="usual in the trade as ASA; who gave up is not in it, so it is read beside the share that did",
    ),
    Measure(
        name="longest_inbound_wait",
        title="Longest wait of a caller",
        says="The longest anybody who called us waited, with or without an agent at the end.",
        group=Group.INBOUND,
        unit=Unit.SECONDS,
        numerator="the longest time from asking for an agent to the agent, or to the end of the call",
        top=longest_wait_s,
        source=_SOURCE,
    ),
)
