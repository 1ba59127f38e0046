"""People who call us: how such a call moves, and what is kept of it.

HEARS_MENU: the dialplan speaks; they may opt out by a key. WAITING: they asked for an agent. CONNECTED: an
agent talks with them. OVER: the channel is gone. A person who calls is never abandoned in law's sense, since
we did not launch the call; how long they waited is kept all the same.
"""

from dataclasses import dataclass

from compliance_gate.request import HistoryEntry
from compliance_gate.words import Direction, EventKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.disposition import Disposition
from dialer.domain.ids import AgentId, CampaignId, DebtId, InboundId, NumberId, PersonId
from dialer.domain.record import instant
from dialer.domain.transitions import Machine, Word
from dialer.domain.valid import valid


class InboundState(Word):
    HEARS_MENU = "hears_menu"
    WAITING = "waiting"
    CONNECTED = "connected"
    OVER = "over"


class InboundMove(Word):
    WAIT = "wait"
    CONNECT = "connect"
    LOSE_AGENT = "lose_agent"
    END = "end"


ANSWER_WITHIN_S = 20.0
"""Seconds within which a caller should have an agent where a campaign does not say: 80 % in 20 s is the goal
most floors name first."""


_S = InboundState
_M = InboundMove

INBOUND = Machine(
    name="inbound call",
    initial=_S.HEARS_MENU,
    moves={
        _S.HEARS_MENU: {_M.WAIT: _S.WAITING, _M.CONNECT: _S.CONNECTED, _M.END: _S.OVER},
        _S.WAITING: {_M.CONNECT: _S.CONNECTED, _M.END: _S.OVER},
        _S.CONNECTED: {_M.LOSE_AGENT: _S.WAITING, _M.END: _S.OVER},
    },
    final=frozenset({_S.OVER}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Caller:
    """Somebody on file who has the number that called: perhaps the caller, since a number is no identity."""

    person: PersonId
    debts: tuple[DebtId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRecord:
    """One inbound call as it stands. Instants are POSIX seconds UTC; None = did not happen, or not yet.

    Args:
        dialed: which of our numbers they called, E.164; '' = not told.
        number: whose call it was, by the network's word; None = withheld, or not looked up yet.
        callers: everybody on file who has that number; () = nobody: an unknown caller.
        opted_out: they pressed the key that says: never call this number again.
        waited_since: when they first asked for an agent.
        answer_within_s: the goal of the campaign that they asked then.
        unserved: nobody was free in time, and they heard so.
        person: who it was, as the agent found out; None = not said.
        was_closed: they called out of the hours of the number they dialed.
        language: tag of the agents who speak what they chose; '' = they chose none.
        message: file of the message that they left; '' = none. message_s: how long it is.
        asked_back_at: when they chose to be called back in place of waiting; None = they did not.
        campaign: for which the agent worked who wrote down what came of it; None = nobody has yet.
        followed_up: who did what was owed after it, and when; '' = nobody yet, or nothing is owed.
    """

    call: InboundId
    dialed: str
    arrived_at: float
    number: NumberId | None = None
    callers: tuple[Caller, ...] = ()
    opted_out: bool = False
    waited_since: float | None = None
    unserved: bool = False
    agent: AgentId | None = None
    bridged_at: float | None = None
    ended_at: float | None = None
    person: PersonId | None = None
    disposition: Disposition | None = None
    answer_within_s: float = ANSWER_WITHIN_S
    was_closed: bool = False
    language: str = ""
    message: str = ""
    message_s: float | None = None
    asked_back_at: float | None = None
    followed_up: str = ""
    followed_up_at: float | None = None
    campaign: CampaignId | None = None

    @property
    def wait_s(self) -> float | None:
        """Seconds from asking for an agent until one was there, or until they were gone; None = they did not
        ask, still wait, or chose to be called back."""
        if self.bridged_at is None and self.asked_back_at is not None:
            return None
        until = self.bridged_at if self.bridged_at is not None else self.ended_at
        if self.waited_since is None or until is None:
            return None
        return max(until - self.waited_since, 0.0)


_ENTRY = "inbound-"


def entry_named(call: InboundId) -> str:
    """What a call received is called in the history of whoever made it."""
    return f"{_ENTRY}{call}"


def call_of_entry(entry: str) -> InboundId | None:
    """The call that an entry of a history may be of; None = it is of something else."""
    return InboundId(entry.removeprefix(_ENTRY)) if entry.startswith(_ENTRY) else None


def entry_of_talk(
    record: InboundRecord, debts: tuple[str, ...] | None, outcome: GateOutcome, *, now: float
) -> HistoryEntry:
    """What the gate must know of a talk that the person began.

    A conversation closes the debts spoken of for seven days whoever began it (12 CFR 1006.14(b)(2)(i)(B),
    comment 14(b)(2)(ii)-1.ii); a call received is no call placed, so it counts towards no number of calls.
    It is dated by its end, as a talk that we began is.

    Args:
        debts: spoken of; None = not known, which counts for every debt.
    """
    is_talk = outcome is GateOutcome.CONVERSATION
    return HistoryEntry(
        entry=entry_named(record.call),
        at=instant(record.ended_at if record.ended_at is not None else now),
        event=EventKind.CALL_RECEIVED,
        direction=Direction.INBOUND,
        outcome=outcome,
        debts=debts,
        conversation_debts=debts if is_talk else None,
        number=record.number,
    )
