"""The record of one call that was picked up, and what it counts as under a definition."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from compliance_gate.abandonment.definition import Definition, StartEvent


class AnsweredBy(StrEnum):
    """Who or what picked up, as far as the floor came to know."""

    PERSON = "person"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Counted(StrEnum):
    """What an answered call counts as; the letters are those of the formulas."""

    CONNECTED = "L"
    ABANDONED = "A"
    FALSE_POSITIVE = "FP"
    DROPPED_UNCLASSIFIED = "drops"
    MACHINE_TO_AGENT = "Ag"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """One picked-up call. Seconds are counted from the answer; `None` = did not happen or was not seen.

    Attributes:
        answered_by: who picked up; `UNKNOWN` only if no agent ever heard them and nothing detected them.
        agent_after_s: when an agent was connected.
        greeting_start_s: when the person began to speak.
        greeting_end_s: when the person's greeting was over.
        message_after_s: when a recorded message began.
        taken_for_machine: detection said "machine" and the call was ended. With a person this is a false
            positive.
    """

    campaign: str
    answered_at: datetime
    answered_by: AnsweredBy
    agent_after_s: float | None = None
    greeting_start_s: float | None = None
    greeting_end_s: float | None = None
    message_after_s: float | None = None
    taken_for_machine: bool = False


def clock_starts_s(call: AnsweredCall, event: StartEvent) -> float:
    """Seconds after the answer at which the definition's clock starts.

    What was not observed is taken to have happened as early as it can have, which is the stricter reading.
    """
    match event:
        case StartEvent.ANSWER:
            return 0.0
        case StartEvent.GREETING_START:
            return call.greeting_start_s or 0.0
        case StartEvent.GREETING_END:
            if call.greeting_end_s is not None:
                return call.greeting_end_s
            return call.greeting_start_s or 0.0
        case _:
            assert_never(event)


def counts_as(call: AnsweredCall, definition: Definition) -> Counted:
    """What the call counts as. An agent who came too late does not undo the abandonment."""
    if call.answered_by is AnsweredBy.MACHINE:
        return Counted.MACHINE if call.agent_after_s is None else Counted.MACHINE_TO_AGENT
    if call.agent_after_s is None:
        if call.answered_by is AnsweredBy.UNKNOWN:
            return Counted.DROPPED_UNCLASSIFIED
        return Counted.FALSE_POSITIVE if call.taken_for_machine else Counted.ABANDONED
    waited_s = call.agent_after_s - clock_starts_s(call, definition.start_event)
    return Counted.CONNECTED if waited_s <= definition.threshold_s else Counted.ABANDONED
