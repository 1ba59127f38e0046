"""The end of an attempt: its record, what the gate must remember of it, what becomes of lead and agent."""

from datetime import timedelta

from compliance_gate.findings import Recording
from compliance_gate.request import Consent, Hold, PersonRequest
from compliance_gate.words import ConsentScope, GivenTo, RequestKind
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    CloseLead,
    Command,
    NumberStatus,
    RestLead,
    StoreConsent,
    StoreHold,
    StoreNumberStatus,
    StoreOutcome,
    StorePromise,
    StoreRequest,
)
from dialer.domain.disposition import Disposition, DispositionKind, LeadFate
from dialer.domain.facts import change_of_command
from dialer.domain.ids import DebtId
from dialer.domain.lead import NEVER
from dialer.domain.record import AttemptRecord, instant
from dialer.engine.calling.resting import rest_after
from dialer.engine.context import Context
from dialer.engine.launching import ledger
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow
from dialer.engine.suppression import Suppression
from pacing.policy import LaunchOutcome, LiveAnswerConnected, WrapUpEnded

CALL_BACK_VALID_DAYS = 7
"""A consent to be called lasts at most seven days, its own included (12 CFR 1006.14(b)(3)(i))."""


def record_of(call: CallRow, *, wrapped_at: float | None = None) -> AttemptRecord:
    """The attempt as it stands."""
    return AttemptRecord(
        attempt=call.attempt,
        campaign=call.campaign,
        lead=call.lead.lead,
        person=call.person,
        number=call.number,
        debts=call.debts,
        zones=call.zones,
        rulebook=call.rulebook,
        launched_at=call.launched_at,
        guaranteed=call.is_guaranteed,
        answered_at=call.answered_at,
        bridged_at=call.bridged_at,
        talk_ended_at=call.talk_ended_at,
        ended_at=call.ended_at,
        wrapped_at=wrapped_at,
        agent=call.agent if call.bridged_at is not None else None,
        outcome=call.outcome,
        cause=call.cause,
        abandoned=call.abandoned,
        message_played=call.message_played,
        disposition=call.disposition,
        caller_id=call.caller_id,
        early_media=call.early_media,
        detection=call.detection,
        played=call.played,
        recorded=_recorded(call),
        overflow_at=call.overflow_at,
    )


def _recorded(call: CallRow) -> bool | None:
    """None: nobody was on the line yet, or whether it is recorded is the telephone system's own affair."""
    if call.is_recorded:
        return True
    return None if call.voice is None or call.answered_at is None else False


class Ending:
    """Closes attempts."""

    def __init__(
        self, context: Context, roster: Roster, pacing: PacingPort, people: People, suppression: Suppression
    ) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._people = people
        self._suppression = suppression

    # --- three ways to be over ---------------------------------------------------------------------------

    def finish(self, call: CallRow) -> None:
        """Over without an agent: nothing more will be said about it."""
        campaign = self._context.state.campaigns[call.campaign]
        self._record(StoreOutcome(record=record_of(call)))
        outcome = call.outcome if call.outcome is not None else Outcome.UNKNOWN
        if outcome is Outcome.INVALID_NUMBER:
            self._drop_number(call, NumberStatus.INVALID)
        passes = call.lead.passes + (0 if outcome is Outcome.NOT_ATTEMPTED else 1)
        self._rest(
            campaign, call, self._context.now + rest_after(campaign.settings, outcome), outcome.value, passes
        )
        self._close(call)

    def with_disposition(self, call: CallRow, agent: AgentRow) -> None:
        """The collector has said what came of it: record, consequences, and the agent is free again."""
        context = self._context
        campaign = context.state.campaigns[call.campaign]
        disposition = call.disposition
        assert disposition is not None, "asked only when there is one"
        self._record(StoreOutcome(record=record_of(call, wrapped_at=context.now)))
        wrap_s = context.now - (call.talk_ended_at or context.now)
        self._pacing.observe(campaign, call.pool, WrapUpEnded(agent_id=agent.agent, wrap_s=max(wrap_s, 0.0)))
        self._conclude(call, disposition)
        self._roster.finish(agent, ready=call.ready_after)

    def _conclude(self, call: CallRow, disposition: Disposition) -> None:
        campaign = self._context.state.campaigns[call.campaign]
        self._learn(campaign, call, live=disposition.effect.live)
        self._consequences(call, disposition)
        self._lead_after(campaign, call, disposition)
        self._close(call)

    def after_message(self, call: CallRow) -> None:
        """A message was being left on a machine, and its agent is elsewhere already."""
        was_left = any(heard.recording is Recording.VOICEMAIL_DROP for heard in call.played)
        kind = DispositionKind.MESSAGE_LEFT if was_left else DispositionKind.MACHINE
        call.disposition = disposition = Disposition(kind=kind)
        campaign = self._context.state.campaigns[call.campaign]
        self._record(StoreOutcome(record=record_of(call, wrapped_at=call.talk_ended_at)))
        self._learn(campaign, call, live=False)
        self._lead_after(campaign, call, disposition)
        self._close(call)

    def after_handing_on(self, call: CallRow, agent: AgentRow | None) -> None:
        """The agent had left the talk to person and third party, and may have said what came of it."""
        if call.disposition is not None:
            self._record(StoreOutcome(record=record_of(call, wrapped_at=self._context.now)))
            self._conclude(call, call.disposition)
        elif agent is not None and agent.attempt == call.attempt:
            self._context.emit(StoreOutcome(record=record_of(call)))  # they are at it
        else:
            self.without_disposition(call)

    def record_guest(self, record: AttemptRecord) -> None:
        """The call of a third party to another number of the person is over."""
        self._record(StoreOutcome(record=record))

    def without_disposition(self, call: CallRow) -> None:
        """The agent is gone and said nothing: it stays a conversation to the gate, which binds the most."""
        campaign = self._context.state.campaigns[call.campaign]
        self._record(StoreOutcome(record=record_of(call, wrapped_at=self._context.now)))
        rest = self._context.now + rest_after(campaign.settings, Outcome.CONNECTED)
        self._rest(campaign, call, rest, "no disposition", call.lead.passes + 1)
        self._close(call)

    # --- parts -------------------------------------------------------------------------------------------

    def _record(self, command: Command) -> None:
        """Emit, and apply to the persons in play what it changes."""
        self._context.emit(command)
        change = change_of_command(command)
        if change is not None:
            self._people.apply(change)

    def _learn(self, campaign: CampaignRow, call: CallRow, *, live: bool) -> None:
        if live and not call.abandoned:
            ledger.count_live(campaign, self._context.now)
            wait_s = max((call.bridged_at or 0.0) - (call.answered_at or 0.0), 0.0)
            self._pacing.observe(campaign, call.pool, LiveAnswerConnected(wait_s=wait_s))
        outcome = LaunchOutcome.ANSWERED_LIVE if live else LaunchOutcome.MACHINE
        self._pacing.resolved(campaign, call, outcome, needed=True)

    def _consequences(self, call: CallRow, disposition: Disposition) -> None:
        effect = disposition.effect
        at = self._context.instant()
        debts = disposition.debts_spoken_of or call.debts
        if effect.request is not None:
            number = call.number if effect.request in _ABOUT_THE_NUMBER else None
            about = None if effect.request in _ABOUT_EVERYTHING else debts
            request = PersonRequest(at=at, type=effect.request, debts=about, number=number, in_writing=False)
            self.bind(StoreRequest(person=call.person, request=request))
        if effect.hold is not None:
            self.bind(
                StoreHold(person=call.person, hold=Hold(kind=effect.hold, since=at, source=call.attempt))
            )
        if effect.number_is_wrong:
            self._drop_number(call, NumberStatus.WRONG)
        if effect.agreed:
            self._context.emit(
                StorePromise(
                    attempt=call.attempt,
                    person=call.person,
                    debts=tuple(DebtId(debt) for debt in debts),
                    amount=disposition.promised,
                    due_at=disposition.promised_for,
                )
            )

    def bind(self, command: StoreRequest | StoreHold) -> None:
        """A request made on the line binds at once, also what rings to that person this moment."""
        self._context.emit(command)
        change = change_of_command(command)
        if change is not None:
            self._suppression.apply(change, except_for=None)

    def _drop_number(self, call: CallRow, status: NumberStatus) -> None:
        self._context.emit(StoreNumberStatus(person=call.person, number=call.number, status=status))

    def _lead_after(self, campaign: CampaignRow, call: CallRow, disposition: Disposition) -> None:
        effect = disposition.effect
        passes = call.lead.passes + 1
        if effect.lead is LeadFate.CLOSES:
            self._context.emit(CloseLead(lead=call.lead.lead, reason=disposition.kind.value))
            return
        if effect.lead is LeadFate.CALL_BACK and disposition.call_back_at is not None:
            self._promise_call_back(call, disposition, disposition.call_back_at, passes)
            return
        if disposition.promised_for is not None:
            self._rest(campaign, call, disposition.promised_for, disposition.kind.value, passes)
            return
        outcome = Outcome.CONNECTED if effect.live else Outcome.MACHINE
        self._rest(
            campaign,
            call,
            self._context.now + rest_after(campaign.settings, outcome),
            disposition.kind.value,
            passes,
        )

    def _promise_call_back(self, call: CallRow, disposition: Disposition, at: float, passes: int) -> None:
        """The person asked to be called: record the consent, in their words, and keep the agent for them."""
        now = self._context.instant()
        day = instant(at)
        last = now + timedelta(days=CALL_BACK_VALID_DAYS - 1)
        consent = Consent(
            at=now,
            scope=ConsentScope.CALL_BACK,
            given_to=GivenTo.COLLECTOR,
            debts=disposition.debts_spoken_of or call.debts,
            valid_until=min(day, last).date() if day < last else last.date(),
        )
        self._record(StoreConsent(person=call.person, consent=consent))
        self._context.emit(
            RestLead(
                lead=call.lead.lead,
                not_before=at,
                reason="call back",
                passes=passes,
                reserve_agent=True,
                reserve_for=call.agent,
            )
        )

    def _rest(self, campaign: CampaignRow, call: CallRow, until: float, reason: str, passes: int) -> None:
        if passes >= campaign.settings.max_passes:
            self._context.emit(CloseLead(lead=call.lead.lead, reason="every pass was made"))
            return
        self._context.emit(
            RestLead(
                lead=call.lead.lead,
                not_before=min(until, NEVER),
                reason=reason,
                passes=passes,
                reserve_agent=call.outcome is Outcome.ABANDONED or call.lead.reserve_agent,
                reserve_for=call.lead.reserve_for,
            )
        )

    def _close(self, call: CallRow) -> None:
        """Unlock, forget, and let pacing know a line is free."""
        state = self._context.state
        del state.locked_leads[call.lead.lead]
        del state.locked_persons[call.person]
        del state.locked_numbers[call.number]
        self._people.release(call.person)
        del state.calls[call.attempt]
        self._context.wake_pools(state.campaigns[call.campaign])


_ABOUT_THE_NUMBER = frozenset({RequestKind.STOP_NUMBER, RequestKind.WRONG_NUMBER_LEARNED})
_ABOUT_EVERYTHING = frozenset(
    {RequestKind.STOP_CALLING, RequestKind.STOP_NUMBER, RequestKind.WRONG_NUMBER_LEARNED}
)
"""Requests about a number or a medium bind for every debt (12 CFR 1006.14(h)); others name their debts."""
