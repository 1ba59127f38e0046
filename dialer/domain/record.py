"""The record of an attempt, and what it says to the gate.

One immutable row per attempt, whole when the attempt is over; measures, exports and the gate's history are
all derived from it, in rehearsal and live alike. `entry_of` is the only translation of an attempt into the
gate's history: the engine and the store both use it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from compliance_gate.findings import Recording
from compliance_gate.request import HistoryEntry
from compliance_gate.words import Direction, EventKind, Mode, Tech
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.attempt import Outcome
from dialer.domain.detection import Detected, Detection
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.voice import Played, RecordingNote

_WITHOUT_DISPOSITION: dict[Outcome, GateOutcome | None] = {
    Outcome.CONNECTED: GateOutcome.CONVERSATION,  # until the collector says otherwise
    Outcome.ABANDONED: GateOutcome.ABANDONED,
    Outcome.OVERFLOWED: GateOutcome.CONVERSATION,  # somebody of ours was on the line
    Outcome.HUNG_UP_WAITING: GateOutcome.ANSWERED_THEN_DROPPED,
    Outcome.MACHINE: GateOutcome.AMD_MACHINE,
    Outcome.NO_ANSWER: GateOutcome.NO_ANSWER,
    Outcome.REJECTED: GateOutcome.NO_ANSWER,
    Outcome.BLOCKED: GateOutcome.NO_ANSWER,  # the number works; that it never rang is not known for sure
    Outcome.UNWANTED: GateOutcome.NO_ANSWER,
    Outcome.CANCELLED: GateOutcome.NO_ANSWER,
    Outcome.BUSY: GateOutcome.BUSY,
    Outcome.INVALID_NUMBER: GateOutcome.NOT_IN_SERVICE,
    Outcome.CONGESTION: GateOutcome.NO_CONNECTION,
    Outcome.CARRIER_FAILURE: GateOutcome.NO_CONNECTION,
    Outcome.UNKNOWN: None,
    Outcome.NOT_ATTEMPTED: None,  # nothing rang: it has no word of the gate's, and `entry_of` leaves it out
}
"""Doubt counts against us: what was joined to an agent is a conversation until a disposition says otherwise,
and an unknown outcome is given to the gate as unknown, which tries every value."""


_BY_DISPOSITION = {
    DispositionKind.SCREENED: MachineKind.SCREENER,
    DispositionKind.INTERCEPT: MachineKind.INTERCEPT,
}
_TOLD_NOTHING = {
    DispositionKind.MACHINE: SaidToMachine.NOTHING,
    DispositionKind.INTERCEPT: SaidToMachine.NOTHING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt. Instants are POSIX seconds UTC; None = did not happen, or not yet.

    Args:
        debts: the debts the attempt counts for.
        zones: IANA zones that were considered at launch, sorted.
        guaranteed: an agent was reserved before we dialed.
        abandoned: by the campaign's declared definition, None while unknown or when nobody answered.
        caller_id: which of our numbers was shown; '' = none is known.
        early_media: the network sent sound before any answer.
        detection: what detection said of who answered; None = it was not asked.
        played: recordings that were heard, in their order.
        recorded: whether the call was recorded; None while unknown.
        overflow_at: when the live overflow took the person.
        recording: what was said about its being recorded; None = nothing was.
        sip_code: what the far end refused the call with; None = it did not, or that is not known.
    """

    attempt: AttemptId
    campaign: CampaignId
    lead: LeadId
    person: PersonId
    number: NumberId
    debts: tuple[DebtId, ...]
    zones: tuple[str, ...]
    rulebook: str
    launched_at: float
    guaranteed: bool = False
    answered_at: float | None = None
    bridged_at: float | None = None
    talk_ended_at: float | None = None
    ended_at: float | None = None
    wrapped_at: float | None = None
    agent: AgentId | None = None
    outcome: Outcome | None = None
    cause: str = ""
    abandoned: bool | None = None
    message_played: bool = False
    disposition: Disposition | None = None
    caller_id: str = ""
    early_media: bool = False
    detection: Detection | None = None
    played: tuple[Played, ...] = ()
    recorded: bool | None = None
    overflow_at: float | None = None
    recording: RecordingNote | None = None
    sip_code: int | None = None

    def gate_outcome(self) -> GateOutcome | None:
        """The outcome in the gate's words; None = not known, which the gate tries with every value."""
        if self.disposition is not None:
            return self.disposition.effect.gate_outcome
        if self.outcome is None:
            return GateOutcome.NO_ANSWER  # still ringing: it counts as a call placed
        return _WITHOUT_DISPOSITION[self.outcome]

    def machine(self) -> MachineKind | None:
        """What kind of machine answered, as the collector or detection says; None = none, or nobody says."""
        if self.disposition is not None:
            said = self.disposition
            return said.machine or _BY_DISPOSITION.get(said.kind)
        is_screener = self.detection is not None and self.detection.verdict is Detected.SCREENED
        return MachineKind.SCREENER if is_screener else None

    def said_to_machine(self) -> SaidToMachine | None:
        """What a machine was told; None = no machine answered, or nobody says."""
        if any(heard.recording is Recording.VOICEMAIL_DROP for heard in self.played):
            return SaidToMachine.RECORDED
        if self.disposition is not None:
            said = self.disposition
            return said.said_to_machine or _TOLD_NOTHING.get(said.kind)
        return SaidToMachine.NOTHING if self.outcome is Outcome.MACHINE else None


def instant(posix: float) -> datetime:
    """POSIX seconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(posix, UTC)


def known_at(record: AttemptRecord, at: float) -> AttemptRecord | None:
    """The attempt as it was known just before `at` (POSIX seconds); None when it was not yet launched.

    What a collector says of a call is known once their work on it has ended.
    """
    if record.launched_at >= at:
        return None
    if record.ended_at is not None and record.ended_at > at:
        return replace(
            record,
            outcome=None,
            disposition=None,
            answered_at=_past(record.answered_at, at),
            bridged_at=_past(record.bridged_at, at),
            talk_ended_at=_past(record.talk_ended_at, at),
            ended_at=None,
            wrapped_at=None,
        )
    if record.wrapped_at is not None and record.wrapped_at > at:
        return replace(record, disposition=None, wrapped_at=None)
    return record


def _past(moment: float | None, at: float) -> float | None:
    return moment if moment is not None and moment <= at else None


def entry_of(record: AttemptRecord) -> HistoryEntry | None:
    """What the gate must know of an attempt; None when no telephone can have rung (`NOT_ATTEMPTED`).

    A conversation is dated by its end and a call by its launch: each the reading that binds longer is the
    gate's business, which sees the launch instant; a talk past midnight is dated to the later day.
    """
    if record.outcome is Outcome.NOT_ATTEMPTED:
        return None
    outcome = record.gate_outcome()
    ended_at = record.talk_ended_at if outcome is GateOutcome.CONVERSATION else None
    at = record.launched_at if ended_at is None else ended_at
    spoken = None if record.disposition is None else _spoken(record.disposition, record.debts)
    return HistoryEntry(
        entry=record.attempt,
        at=instant(at),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        outcome=outcome,
        debts=record.debts,
        conversation_debts=spoken,
        number=record.number,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if record.guaranteed else Mode.PREDICTIVE,
        # A message, a drop and a notice are prerecorded voice in law, whatever else was said on the call.
        tech=Tech.PRERECORDED_VOICE if record.message_played or record.played else None,
        caller_id=record.caller_id or None,
    )


def entry_going_on(record: AttemptRecord) -> HistoryEntry:
    """What the gate must know of a talk that goes on, when another number of the person is called into it.

    It counts as a call placed, and what comes of it is not known: nothing that was said of it so far decides.
    """
    return HistoryEntry(
        entry=record.attempt,
        at=instant(record.launched_at),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        debts=record.debts,
        number=record.number,
        mode=Mode.PREVIEW_AGENT_GUARANTEED if record.guaranteed else Mode.PREDICTIVE,
        tech=Tech.PRERECORDED_VOICE if record.message_played or record.played else None,
        caller_id=record.caller_id or None,
    )


def entry_said_anew(
    entry: HistoryEntry,
    said: Disposition,
    *,
    launched_at: float,
    talk_ended_at: float,
    debts: tuple[str, ...],
) -> HistoryEntry:
    """What the gate remembers of an attempt whose talk is over, once something else was said of it."""
    outcome = said.effect.gate_outcome
    at = talk_ended_at if outcome is GateOutcome.CONVERSATION else launched_at
    return replace(entry, at=instant(at), outcome=outcome, conversation_debts=_spoken(said, debts))


def _spoken(said: Disposition, debts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The debts of a conversation: those that were named, else those it was about."""
    is_conversation = said.effect.gate_outcome is GateOutcome.CONVERSATION
    return said.debts_spoken_of or debts if is_conversation else None
