"""Ports: what the outside is to the runtime. Shells implement them and never import each other.

The engine itself has no ports: it takes events and returns commands. These are the contracts between the
asyncio runtime and the shells around it; the conformance suite in `telephony/conformance` says in tests what
a telephone system must do.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from dialer.domain.caller_id import CallBackTest
from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    Command,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    ConfirmOptOut,
    ConnectAgentLeg,
    DismissInbound,
    DropAgentLeg,
    Hangup,
    HangupInbound,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    LeaveMessage,
    Originate,
    PartAgents,
    RefillHopper,
    ReleaseAgent,
    StartRecording,
    StopRecording,
    TellInboundPlace,
)
from dialer.domain.events import Event, LeadsFetched, NetworkReconciled
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, InboundId, NumberId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.past_talk import PastTalk

TelephoneCommand = (
    Originate
    | Bridge
    | Hangup
    | ReleaseAgent
    | HoldPerson
    | JoinThirdParty
    | JoinAgents
    | PartAgents
    | LeaveMessage
    | StartRecording
    | StopRecording
    | ConfirmOptOut
    | ConnectAgentLeg
    | DropAgentLeg
)


class TelephoneSystem(Protocol):
    """A telephone system: Asterisk, a simulated network in another process, or one in memory.

    Duties: an `Originate` is carried out at most once, never repeated after a lost connection and never sent
    late; every attempt that was handed over ends in exactly one `CallEnded` or `CallNotAttempted` as long as
    the connection lives; after a loss, `NetworkLost` comes first and `reconcile` tells what still lives; the
    limit after the answer holds even when nobody listens to us.
    """

    async def start(self) -> None:
        """Connect, or connect again after a loss. Raises TelephoneSystemUnavailableError."""
        ...

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """Carry out one command; returns when it was handed over, not when it is done.

        Args:
            dial: E.164 number for an `Originate`, looked up by the runtime; never in a journal.

        Raises:
            TelephoneSystemUnavailableError: surely nothing was handed over. Any other error means that it is
                not known whether it was: the attempt then counts as a call placed until something is heard.
        """
        ...

    def events(self) -> AsyncIterator[Event]:
        """What happens there, in its order. Ends after a `NetworkLost`; a system that comes back by itself
        may go on instead."""
        ...

    async def reconcile(self) -> NetworkReconciled:
        """Everything that lives there now, by our ids. Raises TelephoneSystemUnavailableError."""
        ...

    async def stop(self) -> None:
        """Disconnect; live calls are left to the telephone system's own limits."""
        ...


@runtime_checkable
class KeyPad(Protocol):
    """A telephone system that can press keys towards who was called: an exchange's menu stands before many
    people. Keys decide nothing and may be somebody's secret, so they pass the engine and the journal by.
    """

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """Press keys (0-9, *, #) on a call that is up; returns when they were sent.

        Raises:
            TelephoneSystemUnavailableError: not connected.
            FairdialError: the call is over, or something else than keys.
        """
        ...


InboundCommand = (
    BridgeInbound | HangupInbound | DismissInbound | TellInboundPlace | ConfirmInboundOptOut | ConfirmCallBack
)


@runtime_checkable
class KeepsTerm(Protocol):
    """A telephone system that several engines can reach, and that rings nobody for one of an older term.

    Duties: it holds the greatest term that it was told; an `Originate` of an older one rings no telephone,
    however long it was on its way; an engine of an older term that connects, or that hears of a later one,
    is told so by `OlderTermError`.
    """

    def of_term(self, term: int) -> None:
        """Every connection from now on is one of this term, and tells it first: `start` raises
        `OlderTermError` where a later one was told."""
        ...


@runtime_checkable
class InboundLines(Protocol):
    """A telephone system that people can call.

    Duties: `InboundArrived` comes first and `InboundEnded` last, once each, as long as the connection lives;
    a caller who waits is told that nobody is free after a limit of the telephone system's own, also when
    nobody listens to us; an opt-out is acknowledged on the line only after `ConfirmInboundOptOut`.
    """

    def caller_of(self, call: InboundId) -> str | None:
        """The caller's number in E.164, by the network's word, as long as the call lives; None = withheld."""
        ...

    async def perform_inbound(self, command: InboundCommand) -> None:
        """Hand one command over; what comes of it is told by events.

        Raises:
            TelephoneSystemUnavailableError: nothing was handed over.
        """
        ...


@runtime_checkable
class TestsCallerIds(Protocol):
    """A telephone system that can call a number of ours and see whether it comes in again."""

    async def test_caller_id(self, number: str, *, shown: str) -> CallBackTest:
        """Call it and wait until it comes in; nobody else hears of that call.

        Args:
            number: of ours, E.164.
            shown: the number of ours that the call shows.

        Raises:
            TelephoneSystemUnavailableError, NotTakenError: nothing was tried.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Unended:
    """An attempt that the engine has not heard the end of. `launched_at`: POSIX seconds."""

    attempt: AttemptId
    launched_at: float
    box: BoxId = NO_BOX


@runtime_checkable
class KeepsRecord(Protocol):
    """A telephone system that keeps what it did while nobody listened, and can be asked for it."""

    async def what_became(self, unended: Sequence[Unended]) -> tuple[Event, ...]:
        """What became of attempts that live there no more, as the events that were missed, in their order.
        Of an attempt that the record says nothing of there is no event: it stays unknown. Never raises for a
        record that cannot be read; that is logged."""
        ...


@runtime_checkable
class CallerBook(Protocol):
    """Who is on file with a number."""

    async def callers(self, e164: str) -> tuple[NumberId, tuple[Caller, ...]]:
        """The number's id, and everybody who has it with what they owe, by person. Raises
        StoreUnavailableError."""
        ...


@runtime_checkable
class TalkBook(Protocol):
    """What was written down of talks that are over."""

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        """The talk of an attempt; None when there is none. Raises StoreUnavailableError."""
        ...

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        """The call of somebody else's that is over; None when there is none. Raises StoreUnavailableError."""
        ...

    async def past_talks(self, agent: AgentId, *, since: float) -> tuple[PastTalk, ...]:
        """Talks of an agent that were launched since then (POSIX seconds), the newest first, at most the
        newest fifty. Raises StoreUnavailableError."""
        ...


JOURNAL_FORMAT = 2
"""What is written now. Entries of format 1 do not say what became of their event."""


class Fate(StrEnum):
    """What became of an event that was stepped."""

    TAKEN = "taken"
    IGNORED = "ignored"
    """It came late, twice or about something unknown, was counted, and changed nothing else."""
    REFUSED = "refused"
    """It was not possible: nothing that it asked for was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One step: the event it was, when, the commands it gave, and what became of the event.

    Args:
        fate: of a format 1 entry it is not known and reads as taken.
        error: class of the error that refused the event, '' for any other fate.
        message: what that error said.
        format: in which the entry was written; says which kinds of command it may hold.
    """

    sequence: int
    now: float
    event: Event
    commands: tuple[Command, ...]
    fate: Fate = Fate.TAKEN
    error: str = ""
    message: str = ""
    format: int = JOURNAL_FORMAT


class Journal(Protocol):
    """Where steps are written down, and the tables are derived from them in the same transaction."""

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write and commit. When it returns, the entries survive a crash.

        Raises StoreUnavailableError: full or read-only; nothing of the batch was written.
        """
        ...


class LeadSource(Protocol):
    """Leads and the facts about their persons, from the store."""

    async def fetch(self, command: RefillHopper) -> LeadsFetched:
        """Claim up to `wanted` leads and bring everything the gate may ask about their persons."""
        ...
