"""What a book of calls or legs wants done at its Asterisk, besides telling the engine something.

The books decide purely and return these beside events; the adapter carries them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpChannel:
    """End a channel of ours: a stray, a cancelled call, a dead phone's leg."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkServed:
    """Tell the dialplan that this person was joined to an agent, so that it plays no message afterwards."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffHold:
    """A person is in a talk again: what was recorded before goes on being recorded."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgain:
    """An agent's phone is back: ring it."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSoon:
    """An agent's phone said that it is busy although no leg of it lives: ring it again in a moment."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitPhone:
    """A browser went away with its leg up, perhaps to reload its page: give it a moment to come back."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """A browser is back with a new leg: the person whom the agent talks to goes there, the old leg ends."""

    agent: AgentId
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRingingIn:
    """The call's ringing is to be ended after so many seconds, unless it was answered."""

    attempt: AttemptId
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkNews:
    """What a call says of its trunk.

    Args:
        worked: True it reached the network, False it failed at once, None nothing to say.
        released: its line is free again.
    """

    trunk: str
    worked: bool | None = None
    released: bool = False


@dataclass(frozen=True, slots=True)
class TryElsewhere:
    """A trunk refused the call before any ringing: another may take it."""

    attempt: AttemptId


Told = (
    Event
    | HangUpChannel
    | MarkServed
    | OffHold
    | RingAgain
    | RingSoon
    | AwaitPhone
    | TakeOver
    | EndRingingIn
    | TrunkNews
    | TryElsewhere
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFact:
    """One channel of ours, as Asterisk lists it after a reconnect.

    Args:
        is_up: answered.
        is_ringing: the far end rings.
        partner: id of the channel it is joined to; None when alone or in a waiting room.
        endpoint: the phone or trunk it goes to; '' when not known.
        is_held: in the waiting room of people on hold.
        bridge: id of the bridge it is in, which is no waiting room; '' when in none.
    """

    channel: str
    is_up: bool
    is_ringing: bool = False
    partner: str | None = None
    endpoint: str = ""
    is_held: bool = False
    bridge: str = ""


ChannelFacts = Mapping[str, ChannelFact]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFact:
    """A channel of somebody who called us. `waits`: in the waiting room; `partner` as in `ChannelFact`."""

    channel: str
    caller: str
    dialed: str
    waits: bool
    partner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All our channels at one Asterisk, by id, and those of people who called us."""

    channels: ChannelFacts = field(default_factory=dict[str, ChannelFact])
    inbound: tuple[InboundFact, ...] = ()
