"""The lines themselves: one of ours, and one of somebody who calls us."""

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.detection import Detected
from dialer.domain.ids import AgentId, InboundId
from telephony.lines.behaviour import Behaviour, CallerBehaviour
from telephony.lines.states import CALLER, LINE


class Line:
    """A channel that we ordered.

    Attributes:
        moves: how often its state changed; what was planned for an earlier state does not happen.
        answered_at, joined_at: POSIX seconds; 0 = not yet.
        agent: who hears them, or has them on hold; None = nobody of ours.
        verdict: what detection has said so far.
        playing: the recording that is heard, and its sound file.
        ends_as: the outcome when it ends by itself.
        keys: what was pressed towards it.
        message_left: a machine heard our message to its end.
        is_recorded: a recording of it runs.
    """

    __slots__ = (
        "agent",
        "answered_at",
        "behaviour",
        "dial",
        "ends_as",
        "is_recorded",
        "joined_at",
        "keys",
        "message_left",
        "moves",
        "order",
        "playing",
        "started_at",
        "state",
        "verdict",
    )

    def __init__(self, order: Originate, behaviour: Behaviour, dial: str, started_at: float) -> None:
        self.order = order
        self.behaviour = behaviour
        self.dial = dial
        self.started_at = started_at
        self.state = LINE.initial
        self.moves = 0
        self.answered_at = 0.0
        self.joined_at = 0.0
        self.agent: AgentId | None = None
        self.verdict = Detected.NONE
        self.playing: tuple[Recording, str] | None = None
        self.ends_as = Outcome.NO_ANSWER
        self.keys = ""
        self.message_left = False
        self.is_recorded = False


class CallerLine:
    """A channel of somebody who calls us.

    Attributes:
        number: the caller's, by the network's word; None = withheld.
        acknowledged: they heard that their opt-out was noted.
        asked_back: they chose to be called back.
        place: where they stand and about how many minutes it takes, as they heard it.
        speaks_since: when they began to leave a message, POSIX seconds; None = they leave none now.
    """

    __slots__ = (
        "acknowledged",
        "agent",
        "asked_back",
        "behaviour",
        "call",
        "dialed",
        "joined_at",
        "moves",
        "number",
        "place",
        "speaks_since",
        "state",
    )

    def __init__(self, call: InboundId, number: str | None, dialed: str, behaviour: CallerBehaviour) -> None:
        self.call = call
        self.number = number
        self.dialed = dialed
        self.behaviour = behaviour
        self.state = CALLER.initial
        self.moves = 0
        self.agent: AgentId | None = None
        self.joined_at = 0.0
        self.acknowledged = False
        self.asked_back = False
        self.place: tuple[int, int | None] | None = None
        self.speaks_since: float | None = None
