"""What an abandoned or machine-answered call brings with it, as data. The gate's rules enforce them."""

from dataclasses import dataclass
from enum import StrEnum


class Trigger(StrEnum):
    """What happened to the number."""

    ABANDONED = "abandoned"
    TAKEN_FOR_MACHINE = "amd_machine"
    MESSAGE_PLAYED = "prerecorded_delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One duty that follows.

    Attributes:
        jurisdiction: law pack in which it binds; `house` where it is the house's own.
        lasts_h: hours from the trigger, or `None` where it is a count over a longer window.
    """

    trigger: Trigger
    jurisdiction: str
    lasts_h: int | None
    duty: str
    citation: str


CONSEQUENCES: tuple[Consequence, ...] = (
    Consequence(
        trigger=Trigger.ABANDONED,
        jurisdiction="GB",
        lasts_h=72,
        duty="No further dialler call to the number unless a live operator is guaranteed.",
        citation="Ofcom persistent misuse policy, 72-hour rule",
    ),
    Consequence(
        trigger=Trigger.ABANDONED,
        jurisdiction="house",
        lasts_h=72,
        duty="The person's next call has an agent reserved, everywhere.",
        citation="House policy after Ofcom's 72-hour rule",
    ),
    Consequence(
        trigger=Trigger.TAKEN_FOR_MACHINE,
        jurisdiction="GB",
        lasts_h=24,
        duty="No repeat dialler call to the number unless a live operator is guaranteed.",
        citation="Ofcom 2010 statement, 24-hour rule for answering-machine detection",
    ),
    Consequence(
        trigger=Trigger.ABANDONED,
        jurisdiction="GB",
        lasts_h=None,
        duty="Within two seconds a brief message that names the caller and a number to call; no marketing.",
        citation="Ofcom persistent misuse policy",
    ),
    Consequence(
        trigger=Trigger.MESSAGE_PLAYED,
        jurisdiction="US-federal",
        lasts_h=None,
        duty="The message is prerecorded voice: at most three to a residential line in any 30 days without"
        " consent, and to a mobile only with consent.",
        citation="47 USC 227(b)(1); 47 CFR 64.1200(a)(1)(iii), (a)(3)(iii)",
    ),
)
