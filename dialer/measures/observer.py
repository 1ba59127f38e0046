"""From the engine's steps to the rows that are measured: the projection a report of a journal needs.

The store keeps the same rows in tables; this is for a shift whose steps go by once, in a rehearsal or when a
journal is read again.
"""

from typing import ClassVar

from compliance_gate.findings import Finding, Verdict
from dialer.domain.agent import AgentState
from dialer.domain.commands import (
    Command,
    RaiseAlarm,
    StoreAgentState,
    StoreAttempt,
    StoreCampaign,
    StoreDenial,
    StoreInbound,
    StoreOutcome,
    StorePacing,
    StorePromise,
    StoreThirdParty,
)
from dialer.domain.events import LeadsFetched
from dialer.domain.ids import AttemptId, CampaignId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentChange, DenialMade, PromiseMade, ShiftRecords, spans_of


class ShiftObserver:
    """Takes the steps of one shift in order; then `records` are its rows.

    Attributes:
        pacing: every pacing decision that was written down, with its instant (POSIX seconds).
        citations: rule -> its citation and layer, of every rule that denied.
        rulebooks: hashes of the law that decided, in order of first use.
        leads_loaded: open leads of each campaign when its first ones were fetched.
        alarms: everything that the floor was told to look at, with its instant.
        third_parties: every line of a campaign that was called into a talk.
        campaigns: how each campaign stood last.
    """

    TAKES: ClassVar = (
        StoreAttempt,
        StoreOutcome,
        StoreAgentState,
        StoreDenial,
        StorePromise,
        StorePacing,
        StoreInbound,
        StoreThirdParty,
        StoreCampaign,
        RaiseAlarm,
    )
    """The commands that it makes rows of."""

    def __init__(self) -> None:
        self.pacing: list[tuple[float, StorePacing]] = []
        self.citations: dict[str, tuple[str, str]] = {}
        self.rulebooks: dict[str, None] = {}
        self.leads_loaded: dict[CampaignId, int] = {}
        self.alarms: list[tuple[float, RaiseAlarm]] = []
        self.third_parties: list[StoreThirdParty] = []
        self.campaigns: dict[CampaignId, StoreCampaign] = {}
        self.steps = 0
        self.first_at: float | None = None
        self.last_at: float | None = None
        self._attempts: dict[AttemptId, AttemptRecord] = {}
        self._changes: list[AgentChange] = []
        self._promises: list[PromiseMade] = []
        self._denials: list[DenialMade] = []
        self._inbound: dict[InboundId, InboundRecord] = {}

    def take(self, entry: JournalEntry) -> None:
        """One step."""
        self.steps += 1
        self.first_at = entry.now if self.first_at is None else self.first_at
        self.last_at = entry.now
        if isinstance(entry.event, LeadsFetched) and entry.fate is not Fate.REFUSED:
            self.leads_loaded.setdefault(entry.event.campaign, entry.event.leads_left)
        for command in entry.commands:
            self._command(command, entry.now)

    def records(
        self,
        *,
        starts_at: float,
        ends_at: float,
        numbers_loaded: int | None = None,
    ) -> ShiftRecords:
        """The rows of the stretch (POSIX seconds)."""
        return ShiftRecords(
            attempts=tuple(self._attempts.values()),
            agent_spans=spans_of(self._changes, ends_at=ends_at),
            promises=tuple(self._promises),
            denials=tuple(self._denials),
            inbound=tuple(self._inbound.values()),
            starts_at=starts_at,
            ends_at=ends_at,
            leads_loaded=sum(self.leads_loaded.values()) if self.leads_loaded else None,
            numbers_loaded=numbers_loaded,
        )

    def _command(self, command: Command, now: float) -> None:
        match command:
            case StoreAttempt(record=record) | StoreOutcome(record=record):
                self._attempts[record.attempt] = record
                self.rulebooks.setdefault(record.rulebook)
            case StoreAgentState():
                self._changes.append(
                    AgentChange(
                        agent=command.agent,
                        campaign=command.campaign,
                        state=AgentState(command.state),
                        at=now,
                        reason=command.reason,
                    )
                )
            case StoreDenial():
                self._denied(command)
            case StorePromise():
                self._promises.append(
                    PromiseMade(
                        attempt=command.attempt,
                        person=command.person,
                        at=now,
                        amount=command.amount,
                        due_at=command.due_at,
                    )
                )
            case StorePacing():
                self.pacing.append((now, command))
            case _:
                self._beside_attempts(command, now)

    def _beside_attempts(self, command: Command, now: float) -> None:
        match command:
            case StoreInbound(record=record):
                self._inbound[record.call] = record
            case StoreThirdParty():
                self.third_parties.append(command)
            case StoreCampaign():
                self.campaigns[command.settings.campaign] = command
            case RaiseAlarm():
                self.alarms.append((now, command))
            case _:
                pass

    def _denied(self, command: StoreDenial) -> None:
        self._denials.append(
            DenialMade(
                lead=command.lead,
                person=command.person,
                at=command.at,
                rules=denied_rules(command.findings),
                retry_at=command.retry_at,
            )
        )
        self.rulebooks.setdefault(command.rulebook)
        for finding in command.findings:
            if finding.verdict is Verdict.DENIED:
                self.citations.setdefault(finding.rule, (finding.citation, finding.layer.value))


def denied_rules(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Names of the rules that deny, each once, in the gate's order."""
    return tuple(dict.fromkeys(f.rule for f in findings if f.verdict is Verdict.DENIED))
