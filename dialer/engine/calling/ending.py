"""The end of an attempt: its record, what the gate must remember of it, what becomes of lead and agent."""

from compliance_gate.findings import Recording
from dialer.casework.codes import coded
from dialer.casework.consequences import Channel, LeadFate, Occasion, Turn, consequences
from dialer.casework.facts import change_of_command
from dialer.casework.resting import makes_a_pass, number_after, rest_after
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.commands import CloseLead, RestLead, StoreNumberStatus, StoreOutcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.lead import NEVER
from dialer.domain.machine import SaidToMachine
from dialer.domain.record import AttemptRecord
from dialer.engine.calling import phases
from dialer.engine.calling.spans import joined_after_s, talk_ended_at
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.launching import caller_id_rest, ledger
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.people import People
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow
from pacing.policy import LaunchOutcome, LiveAnswerConnected, WrapUpEnded

_NO_MACHINE_OF_THEIRS = frozenset({DispositionKind.SCREENED, DispositionKind.INTERCEPT})


def record_of(call: CallRow, *, wrapped_at: float | None = None) -> AttemptRecord:
    """The attempt as it stands."""
    return AttemptRecord(
        attempt=call.launch.attempt,
        campaign=call.launch.campaign,
        lead=call.launch.lead.lead,
        person=call.launch.person,
        number=call.launch.number,
        debts=call.launch.debts,
        zones=call.launch.zones,
        rulebook=call.launch.rulebook,
        launched_at=call.launch.launched_at,
        guaranteed=call.launch.is_guaranteed,
        answered_at=call.answered_at,
        bridged_at=call.bridged_at,
        talk_ended_at=call.talk_ended_at,
        ended_at=call.ended_at,
        wrapped_at=wrapped_at,
        agent=call.agent if call.bridged_at is not None else None,
        outcome=call.outcome,
        cause=call.cause,
        abandoned=call.abandoned,
        message_played=call.heard.message_played,
        disposition=None if call.said is None else call.said.disposition,
        caller_id=call.launch.caller_id,
        early_media=call.heard.early_media,
        detection=call.heard.detection,
        played=call.heard.played,
        recorded=_recorded(call),
        overflow_at=call.overflow_at,
        recording=call.heard.note,
        sip_code=call.sip_code,
    )


def _recorded(call: CallRow) -> bool | None:
    """None: nobody was on the line yet, or whether it is recorded is the telephone system's own affair."""
    if call.heard.is_recorded:
        return True
    return None if call.launch.voice is None or call.answered_at is None else False


class Ending:
    """Closes attempts."""

    def __init__(
        self, context: Context, roster: Roster, pacing: PacingPort, people: People, following: Following
    ) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._people = people
        self._following = following

    # --- three ways to be over ---------------------------------------------------------------------------

    def finish(self, call: CallRow) -> None:
        """Over without an agent: nothing more will be said about it."""
        campaign = self._context.state.campaigns[call.launch.campaign]
        self._record(StoreOutcome(record=record_of(call)))
        outcome = call.outcome if call.outcome is not None else Outcome.UNKNOWN
        status = number_after(outcome)
        if status is not None:
            self._context.emit(
                StoreNumberStatus(person=call.launch.person, number=call.launch.number, status=status)
            )
        passes = call.launch.lead.passes + makes_a_pass(outcome)
        rest = self._context.now + rest_after(campaign.settings.rest_s, outcome)
        self._rest(campaign, call, rest, outcome.value, passes)
        self._close(call)

    def with_disposition(self, call: CallRow, agent: AgentRow) -> None:
        """The collector has said what came of it: record, consequences, and the agent is free again."""
        context = self._context
        campaign = context.state.campaigns[call.launch.campaign]
        said = call.said
        assert said is not None, "asked only when there is one"
        self._record(StoreOutcome(record=record_of(call, wrapped_at=context.now)))
        wrap_s = max(context.now - talk_ended_at(call), 0.0)
        self._pacing.observe(campaign, call.launch.pool, WrapUpEnded(agent_id=agent.agent, wrap_s=wrap_s))
        self._conclude(call, said.disposition)
        self._roster.finish(agent, ready=said.ready_after)

    def _conclude(self, call: CallRow, disposition: Disposition) -> None:
        campaign = self._context.state.campaigns[call.launch.campaign]
        self._learn(campaign, call, disposition)
        found = consequences(disposition, self._occasion(campaign, call))
        self._following.said(call.launch.person, call.launch.number, found, contact=call.launch.attempt)
        self._take_turn(campaign, call, found.turn)
        self._following.take_turn(found.turn, agent=call.agent, but=call.launch.lead.debt)
        self._close(call)

    def after_message(self, call: CallRow) -> None:
        """A message was being left on a machine, and its agent is elsewhere already."""
        was_left = any(heard.recording is Recording.VOICEMAIL_DROP for heard in call.heard.played)
        machine = None if call.said is None else call.said.disposition.machine
        disposition = Disposition(
            kind=DispositionKind.MESSAGE_LEFT if was_left else DispositionKind.MACHINE,
            machine=machine,
            said_to_machine=SaidToMachine.RECORDED if was_left else SaidToMachine.NOTHING,
        )
        campaign = self._context.state.campaigns[call.launch.campaign]
        disposition = coded(disposition, campaign.settings.codes)
        phases.say(call, disposition)
        self._record(StoreOutcome(record=record_of(call, wrapped_at=call.talk_ended_at)))
        self._learn(campaign, call, disposition)
        self._take_turn(campaign, call, consequences(disposition, self._occasion(campaign, call)).turn)
        self._close(call)

    def after_agent_left(self, call: CallRow) -> None:
        """Its agent had left the call before the channel was gone, and may have said what came of it."""
        if call.said is not None:
            self._record(StoreOutcome(record=record_of(call, wrapped_at=self._context.now)))
            self._conclude(call, call.said.disposition)
        elif call.state is AttemptState.WRAPPING:
            self._context.emit(StoreOutcome(record=record_of(call)))  # they are at it
        else:
            self.without_disposition(call)

    def record_guest(self, record: AttemptRecord) -> None:
        """The call of a third party to another number of the person is over."""
        self._record(StoreOutcome(record=record))

    def without_disposition(self, call: CallRow) -> None:
        """The agent is gone and said nothing: it stays a conversation to the gate, which binds the most."""
        campaign = self._context.state.campaigns[call.launch.campaign]
        self._record(StoreOutcome(record=record_of(call, wrapped_at=self._context.now)))
        rest = self._context.now + rest_after(campaign.settings.rest_s, Outcome.CONNECTED)
        self._rest(campaign, call, rest, "no disposition", call.launch.lead.passes + 1)
        self._close(call)

    # --- parts -------------------------------------------------------------------------------------------

    def _record(self, command: StoreOutcome) -> None:
        """Emit, and apply to the persons in play what it changes."""
        self._context.emit(command)
        change = change_of_command(command)
        if change is not None:
            self._people.apply(change)

    def _learn(self, campaign: CampaignRow, call: CallRow, said: Disposition) -> None:
        live = said.effect.live
        if live and not call.abandoned:
            ledger.count_live(campaign, self._context.now)
            wait_s = max(joined_after_s(call), 0.0)
            self._pacing.observe(campaign, call.launch.pool, LiveAnswerConnected(wait_s=wait_s))
        caller_id_rest.judged(self._context, call, live=live)
        outcome = LaunchOutcome.MACHINE
        if live:
            outcome = LaunchOutcome.ANSWERED_LIVE
        elif said.kind in _NO_MACHINE_OF_THEIRS:
            outcome = LaunchOutcome.ASSISTANT
        self._pacing.resolved(campaign, call, outcome, needed=True)

    def _occasion(self, campaign: CampaignRow, call: CallRow) -> Occasion:
        return Occasion(
            channel=Channel.OUTBOUND,
            at=self._context.now,
            source=call.launch.attempt,
            taken_by=call.agent or "",
            caller_id=call.launch.caller_id,
            recording=call.launch.attempt if call.heard.is_recorded else "",
            about=call.launch.debts,
            number=call.launch.number,
            zones=call.launch.zones,
            rest_s=campaign.settings.rest_s,
            grace_days=campaign.settings.grace_days,
        )

    def _take_turn(self, campaign: CampaignRow, call: CallRow, turn: Turn) -> None:
        """The lead that was in flight closes, is called back by the same agent, or rests."""
        if turn.fate is LeadFate.CLOSES:
            self._context.emit(CloseLead(lead=call.launch.lead.lead, reason=turn.reason))
            return
        assert turn.until is not None, "a lead in flight closes or rests"
        if turn.fate is LeadFate.CALL_BACK:
            self._context.emit(
                RestLead(
                    lead=call.launch.lead.lead,
                    not_before=turn.until,
                    reason=turn.reason,
                    passes=call.launch.lead.passes + 1,
                    reserve_agent=True,
                    reserve_for=call.agent,
                )
            )
        else:
            passes, is_owed = call.launch.lead.passes + 1, turn.leaves_call_back
            self._rest(campaign, call, turn.until, turn.reason, passes, is_call_back_owed=is_owed)

    def _rest(
        self,
        campaign: CampaignRow,
        call: CallRow,
        until: float,
        reason: str,
        passes: int,
        *,
        is_call_back_owed: bool = True,
    ) -> None:
        """The lead rests; a call back that was promised before, and not made, stays promised."""
        if passes >= campaign.settings.max_passes:
            self._context.emit(CloseLead(lead=call.launch.lead.lead, reason="every pass was made"))
            return
        self._context.emit(
            RestLead(
                lead=call.launch.lead.lead,
                not_before=min(until, NEVER),
                reason=reason,
                passes=passes,
                reserve_agent=call.launch.lead.reserve_agent and is_call_back_owed,
                reserve_for=call.launch.lead.reserve_for if is_call_back_owed else None,
            )
        )

    def _close(self, call: CallRow) -> None:
        """Unlock, forget, and let pacing know a line is free."""
        state = self._context.state
        phases.close(call)
        del state.locked_leads[call.launch.lead.lead]
        del state.locked_persons[call.launch.person]
        del state.locked_numbers[call.launch.number]
        self._people.release(call.launch.person)
        del state.calls[call.launch.attempt]
        self._context.wake_pools(state.campaigns[call.launch.campaign])
