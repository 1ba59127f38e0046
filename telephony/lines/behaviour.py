"""What lines are told from outside: what people do, what chance does in the network, how long things take."""

from dataclasses import dataclass
from typing import Protocol

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.detection import Detected


class Behaviour(Protocol):
    """One call's fate, complete: the network need ask nothing more. Durations in seconds."""

    @property
    def setup_s(self) -> float:
        """From the order until it rings."""
        ...

    @property
    def after_s(self) -> float:
        """Of ringing until the answer or the failure; beyond the ring that was ordered it is not answered.
        Where nothing rings: from the order."""
        ...

    @property
    def rings(self) -> bool:
        """False: it fails before any telephone rang."""
        ...

    @property
    def early_media(self) -> bool:
        """The network sends sound before any answer."""
        ...

    @property
    def picks_up(self) -> bool:
        """Somebody or something answers; else it ends with `failure` and `cause`."""
        ...

    @property
    def failure(self) -> Outcome:
        """How it ends when nobody answers."""
        ...

    @property
    def cause(self) -> str:
        """The network's own words for the failure."""
        ...

    @property
    def sip_code(self) -> int | None:
        """The code that the far end refuses with; None = it does not, or there is none."""
        ...

    @property
    def patience_s(self) -> float:
        """How long who answered listens to nobody."""
        ...

    @property
    def talk_s(self) -> float:
        """How long they stay once joined; asked when they are."""
        ...

    @property
    def detected(self) -> Detected:
        """What detection would say of who answered."""
        ...

    @property
    def detection_s(self) -> float:
        """How long detection listens before it says so."""
        ...

    @property
    def presses(self) -> str:
        """The key they press in a message; '' = none."""
        ...

    @property
    def greeting_s(self) -> float:
        """How much of a machine's greeting is left when a message is to be spoken."""
        ...

    @property
    def tape_s(self) -> float:
        """How long a machine's tape runs; a longer message is cut off."""
        ...


class CallerBehaviour(Protocol):
    """What somebody who calls us does. Durations in seconds."""

    @property
    def key(self) -> str:
        """Pressed in the menu; '' = none, which asks for an agent."""
        ...

    @property
    def language(self) -> str:
        """Pressed where a language is asked for; '' = none."""
        ...

    @property
    def menu_s(self) -> float:
        """How long they hear the menu before, or what is said while closed."""
        ...

    @property
    def message_s(self) -> float:
        """How long they speak when they leave a message."""
        ...

    @property
    def patience_s(self) -> float:
        """How long they wait for an agent before they hang up."""
        ...

    @property
    def asks_back_s(self) -> float:
        """Seconds of waiting after which they choose to be called back, where they may."""
        ...

    @property
    def talk_s(self) -> float:
        """How long they stay once joined; asked when they are."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCaller:
    """A caller of whom everything is known beforehand; see `CallerBehaviour`."""

    key: str = ""
    language: str = ""
    menu_s: float = 2.0
    message_s: float = 10.0
    patience_s: float = 3600.0
    asks_back_s: float = 1e9
    talk_s: float = 60.0


class CalledParties(Protocol):
    """Whoever may be called."""

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Behaviour:
        """What this call meets; asked once, when the order is carried out.

        Args:
            dial: the number in E.164, where the driver knows it; '' otherwise.
        """
        ...


class Carrier(Protocol):
    """What chance does between us and who is called."""

    def bridge_s(self) -> float:
        """Seconds from the order to join until both hear each other; asked once for each join."""
        ...

    def is_refusing(self, now: float) -> bool:
        """Whether the trunk is marked down, so that an order fails without a channel and nothing rings."""
        ...

    def is_failing(self, now: float) -> bool:
        """Whether the call that is placed now fails in the carrier's network."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyCarrier:
    """A carrier that never fails and always takes as long."""

    seconds: float = 0.002

    def bridge_s(self) -> float:
        """See `Carrier`."""
        return self.seconds

    def is_refusing(self, now: float) -> bool:
        """See `Carrier`."""
        del now
        return False

    def is_failing(self, now: float) -> bool:
        """See `Carrier`."""
        del now
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTimings:
    """How long the network and its dialplan take. Seconds.

    Args:
        refusal_s: from an order that is not carried out until that is told.
        failure_s: from the order until a carrier that fails is heard to.
        hangup_s: from the order to hang up until the channel is gone.
        leg_s: from the order to ring an agent's telephone until it is on the line.
        silence_s: how long a person listens to nothing after the agent's telephone died.
        message_s, notice_s: of the message when nobody came, and of a recording announcement.
        drop_s: of a message for a machine.
        confirm_s: how long an opt-out waits to be written down.
        overflow_s: until the live overflow answers.
        goodbye_s: of what a caller is told before the line is hung up.
        begin_recording_s: from the order until a recording that begins in a talk runs.
        private_wait_s: how long a third party who answered waits for the agent who has them called.
        queue_s: how long a caller waits for an agent before being told that nobody is free.
    """

    refusal_s: float = 0.001
    failure_s: float = 0.4
    hangup_s: float = 0.0
    leg_s: float = 0.0
    silence_s: float = 3.0
    message_s: float = 3.0
    notice_s: float = 1.2
    drop_s: float = 3.0
    confirm_s: float = 5.0
    overflow_s: float = 1.0
    goodbye_s: float = 3.0
    begin_recording_s: float = 0.05
    private_wait_s: float = 20.0
    queue_s: float = 60.0
