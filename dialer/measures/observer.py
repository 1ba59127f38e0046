"""From the engine's steps to the rows that are measured: the projection a report of a journal needs.

The store keeps the same rows in tables; this is for a shift whose steps go by once, in a rehearsal or when a
journal is read again.
"""

from collections.abc import Callable
from dataclasses import replace

from compliance_gate.findings import Verdict
from dialer.domain.agent import AgentState
from dialer.domain.commands import (
    Command,
    RaiseAlarm,
    StoreAgentState,
    StoreAttempt,
    StoreCampaign,
    StoreDenial,
    StoreDisposition,
    StoreInbound,
    StoreOutcome,
    StorePacing,
    StorePromise,
    StoreThirdParty,
)
from dialer.domain.events import AgentLoggedIn, LeadsFetched
from dialer.domain.ids import AttemptId, CampaignId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ports import Fate, JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.measures.records import AgentChange, DenialMade, PromiseMade, ShiftRecords, spans_of
from dialer.measures.unseen import OutOfSight


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
        out_of_sight: who of the list nobody could call.
    """

    def __init__(self) -> None:
        self.pacing: list[tuple[float, StorePacing]] = []
        self.citations: dict[str, tuple[str, str]] = {}
        self.rulebooks: dict[str, None] = {}
        self.leads_loaded: dict[CampaignId, int] = {}
        self.alarms: list[tuple[float, RaiseAlarm]] = []
        self.third_parties: list[StoreThirdParty] = []
        self.campaigns: dict[CampaignId, StoreCampaign] = {}
        self.out_of_sight = OutOfSight()
        self.steps = 0
        self.first_at: float | None = None
        self.last_at: float | None = None
        self._attempts: dict[AttemptId, AttemptRecord] = {}
        self._changes: list[AgentChange] = []
        self._promises: list[PromiseMade] = []
        self._denials: list[DenialMade] = []
        self._inbound: dict[InboundId, InboundRecord] = {}
        self._takers: dict[type[Command], Callable[..., None]] = {
            StoreAttempt: self._attempt,
            StoreOutcome: self._attempt,
            StoreDisposition: self._said_anew,
            StoreAgentState: self._agent_state,
            StoreDenial: self._denied,
            StorePromise: self._promise,
            StorePacing: self._paced,
            StoreInbound: self._inbound_call,
            StoreThirdParty: self._third_party,
            StoreCampaign: self._campaign,
            RaiseAlarm: self._alarm,
        }

    def take(self, entry: JournalEntry) -> None:
        """One step."""
        self.steps += 1
        self.first_at = entry.now if self.first_at is None else self.first_at
        self.last_at = entry.now
        if isinstance(entry.event, AgentLoggedIn | LeadsFetched) and entry.fate is not Fate.REFUSED:
            self.out_of_sight.take(entry.event, entry.now)
        if isinstance(entry.event, LeadsFetched) and entry.fate is not Fate.REFUSED:
            self.leads_loaded.setdefault(entry.event.campaign, entry.event.leads_left)
        takers, now = self._takers, entry.now
        for command in entry.commands:
            take = takers.get(type(command))
            if take is not None:
                take(command, now)

    @property
    def takes(self) -> frozenset[type[Command]]:
        """The kinds of command that it makes rows of."""
        return frozenset(self._takers)

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

    def _attempt(self, command: StoreAttempt | StoreOutcome, _now: float) -> None:
        record = command.record
        self._attempts[record.attempt] = record
        self.rulebooks.setdefault(record.rulebook)

    def _said_anew(self, command: StoreDisposition, now: float) -> None:
        known = self._attempts.get(command.attempt)
        if known is not None:  # of a talk before the stretch nothing is measured
            self._attempts[command.attempt] = replace(known, disposition=command.disposition)
        # What was promised before is promised no more; what is promised now came a command before.
        self._promises = [
            made for made in self._promises if made.attempt != command.attempt or made.at >= now
        ]

    def _agent_state(self, command: StoreAgentState, now: float) -> None:
        change = AgentChange(
            agent=command.agent,
            campaign=command.campaign,
            state=AgentState(command.state),
            at=now,
            reason=command.reason,
        )
        self._changes.append(change)

    def _promise(self, command: StorePromise, now: float) -> None:
        made = PromiseMade(
            attempt=command.attempt,
            person=command.person,
            at=now,
            amount=command.amount,
            due_at=command.due_at,
        )
        self._promises.append(made)

    def _paced(self, command: StorePacing, now: float) -> None:
        self.pacing.append((now, command))

    def _inbound_call(self, command: StoreInbound, _now: float) -> None:
        self._inbound[command.record.call] = command.record

    def _third_party(self, command: StoreThirdParty, _now: float) -> None:
        self.third_parties.append(command)

    def _campaign(self, command: StoreCampaign, _now: float) -> None:
        self.campaigns[command.settings.campaign] = command

    def _alarm(self, command: RaiseAlarm, now: float) -> None:
        self.alarms.append((now, command))

    def _denied(self, command: StoreDenial, _now: float) -> None:
        denying = [finding for finding in command.findings if finding.verdict is Verdict.DENIED]
        self._denials.append(
            DenialMade(
                lead=command.lead,
                person=command.person,
                at=command.at,
                rules=tuple(dict.fromkeys(finding.rule for finding in denying)),
                retry_at=command.retry_at,
            )
        )
        self.rulebooks.setdefault(command.rulebook)
        for finding in denying:
            if finding.rule not in self.citations:
                self.citations[finding.rule] = (finding.citation, finding.layer.value)
