"""What is done with a talk's sound. It decides nothing, so engine and journal are passed by."""

from enum import Enum
from typing import Protocol, runtime_checkable

from dialer.domain.ids import AgentId, AttemptId, EndpointId


class Ear(Enum):
    """How a supervisor joins in."""

    LISTEN = "listen"
    """Hears both, is heard by nobody."""
    WHISPER = "whisper"
    """Is heard by the agent alone."""
    BARGE = "barge"
    """Is heard by both, in this talk; it ends with it."""


@runtime_checkable
class TalkControls(Protocol):
    """A telephone system in which a supervisor can join in, and whose recordings can be paused."""

    async def listen(self, agent: AgentId, supervisor: EndpointId, ear: Ear) -> str:
        """Ring the supervisor's phone; while it is off the hook it hears the agent's talks, also later ones.

        Returns:
            What `stop_listening` wants; it also ends with the agent's leg and when the phone is hung up.

        Raises:
            TelephoneSystemUnavailableError: not connected.
            FairdialError: the agent's phone is not on the line, or the other is no phone of this floor.
        """
        ...

    async def stop_listening(self, listening: str) -> None:
        """End what `listen` began. Raises FairdialError: it is over, or nothing of the kind."""
        ...

    async def pause_recording(self, attempt: AttemptId) -> None:
        """Write silence from here on (card data); the recording keeps its length.

        Raises:
            FairdialError: the call is over or not recorded: nothing may be said as if it were paused.
        """
        ...

    async def resume_recording(self, attempt: AttemptId) -> None:
        """Write sound again. Raises FairdialError: the call is over."""
        ...
