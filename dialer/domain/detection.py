"""What was found out about who or what answered, by detection and by ear."""

from dataclasses import dataclass
from enum import Enum


class Detected(Enum):
    """What detection thinks answered. NONE: it was not asked. UNSURE means human.

    SCREENED: an assistant that asks who is calling before it lets a call through; it is no person and no
    machine to leave a message on.
    """

    NONE = "none"
    HUMAN = "human"
    MACHINE = "machine"
    UNSURE = "unsure"
    FAX = "fax"
    SCREENED = "screened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A verdict as it is kept with the attempt.

    Args:
        cause: the detector's own words.
        delay_s: seconds from the answer to the verdict; None = not told.
    """

    verdict: Detected
    cause: str = ""
    delay_s: float | None = None
