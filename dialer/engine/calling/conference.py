"""Third parties called into a talk: asked for, cleared, rung, joined, left alone with the person, over.

Theory of operation. The call to a third party is an attempt of its own: the gate is asked at the moment of
dialing, its answer is written down, the clearance is used once. A line of the campaign is somebody with a
role of their own to the gate; another number of the person is a call to that person and counts as one. The
talk that it joins counts, too, though it comes on the person's file only when it is over: the gate is told of
it apart, as a call of which nobody knows yet what comes. A talk has one third party at a time. When the
agent leaves, the talk is *handed on*: it lasts as long as both others do, and the agent's after-call work has
begun. No party is left alone: when the third one goes then, the person's call is ended, and the other way
round.

A third party may also be called to be consulted first, while the person is on hold (`consulting`): then the
person's hold is ordered in the same step, and whoever answers is joined to the agent alone.
"""

from collections.abc import Callable
from dataclasses import replace

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.findings import Clearance, GateDecision
from compliance_gate.request import PersonFile, ProposedContact
from compliance_gate.words import Mode, Tech
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.commands import (
    HangupReason,
    HoldPerson,
    Originate,
    StoreAttempt,
    StoreDenial,
    StoreThirdParty,
    silent_within_s,
)
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    ConferenceLeft,
    ConsultationRequested,
    ThirdPartyReleased,
    ThirdPartyRequested,
)
from dialer.domain.ids import AgentId, AttemptId, DebtId, NumberId, PersonId
from dialer.domain.record import AttemptRecord, entry_going_on
from dialer.domain.third_party import THIRD_PARTY, OutsideLine, ThirdPartyMove, ThirdPartyState
from dialer.engine.calling import phases
from dialer.engine.calling.consulting import Consulting
from dialer.engine.calling.ending import Ending, record_of
from dialer.engine.calling.guests import end_recording, guest_of, hang_up_guest, is_heard, talk_of
from dialer.engine.calling.handing_on import HandingOn
from dialer.engine.calling.recorded_voice import may_hear_no_notice
from dialer.engine.context import Context
from dialer.engine.handling import answer_limit_s, ring_s
from dialer.engine.launching.clearing import Clearing
from dialer.engine.state import AgentRow, CallRow, GuestRow, TimerKind

GUEST_WATCH_S = 60.0
"""Seconds beyond the ring after which a third party of whom nothing was heard is ended by us."""

Asked = ThirdPartyRequested | ConsultationRequested
News = CallRinging | CallAnswered | CallBridged | CallEnded | CallNotAttempted

_TALKS = frozenset({ThirdPartyState.CONSULTED, ThirdPartyState.JOINED})


class Conference:
    """Calls third parties into talks."""

    def __init__(
        self,
        context: Context,
        clearing: Clearing,
        ending: Ending,
        handing_on: HandingOn,
        consulting: Consulting,
    ) -> None:
        self._context = context
        self._clearing = clearing
        self._handing_on = handing_on
        self._consulting = consulting
        self._ending = ending

    # --- what agents ask for -----------------------------------------------------------------------------

    def table(self) -> dict[type, Callable[..., None]]:
        """Who takes which event of what agents ask for."""
        return {
            ThirdPartyRequested: self.requested,
            ConsultationRequested: self.requested,
            ThirdPartyReleased: self.released,
            ConferenceLeft: self.left,
        }

    def requested(self, event: Asked) -> None:
        """Ask the gate, write down, call. A refusal is told to the agent, with its reason."""
        context = self._context
        agent = context.agent(event.agent)
        call = talk_of(context.state, agent)
        agent.notice = ""
        if call is None:
            context.ignore("third_party_refused", f"agent {event.agent} talks with nobody")
            return
        if isinstance(event, ConsultationRequested) and event.to is not None:
            self._ask_agent(agent, call, event.to)
            return
        settings = context.state.campaigns[call.launch.campaign].settings
        line = next((line for line in settings.outside_lines if line.name == event.line), None)
        why = self._why_not(call, event, line)
        if why is not None:
            self._refuse(agent, why)
            return
        is_private = isinstance(event, ConsultationRequested)
        if line is not None:
            self._call_line(agent, call, settings, line, is_private=is_private)
        elif event.number is not None:
            self._call_number(agent, call, settings, event.number, is_private=is_private)

    def _ask_agent(self, agent: AgentRow, call: CallRow, to: AgentId) -> None:
        why = "the recording is just beginning: ask again" if _is_recording_begun(call) else None
        why = why or self._consulting.asked(agent, call, self._context.agent(to))
        if why is not None:
            self._refuse(agent, why)

    def released(self, event: ThirdPartyReleased) -> None:
        """End the third party's call."""
        agent = self._context.agent(event.agent)
        guest = None if agent.attempt is None else guest_of(self._context.state, agent.attempt)
        if guest is None:
            self._context.ignore("late_third_party_release", "there is no third party's call to end")
            return
        hang_up_guest(self._context, guest, HangupReason.AGENT)

    def left(self, event: ConferenceLeft) -> None:
        """The agent goes; person and third party stay."""
        context = self._context
        agent = context.agent(event.agent)
        call = talk_of(context.state, agent)
        guest = None if call is None else guest_of(context.state, call.launch.attempt)
        if call is None or guest is None or guest.state is not ThirdPartyState.JOINED:
            context.ignore(
                "late_conference_leaving", "no third party is on the line whom the person could be left with"
            )
            return
        self._handing_on.hand_on(call, agent)

    # --- what the telephone system says ------------------------------------------------------------------

    def takes(self, event: News) -> bool:
        """News of a third party; False when it is of another call."""
        guest = self._context.state.guests.get(event.attempt)
        if guest is None:
            return False
        match event:
            case CallRinging():
                self._move(guest, ThirdPartyMove.RING)
            case CallAnswered():
                if guest.record is not None:
                    guest.record = replace(
                        guest.record, answered_at=min(event.answered_at, self._context.now)
                    )
                if not guest.is_answered:
                    guest.is_answered = True
                    self._consulting.join_privately(guest)
            case CallBridged():
                if guest.is_private:
                    self._consulting.joined(guest)
                else:
                    self._move(guest, ThirdPartyMove.JOIN)
            case CallEnded():
                self._ended(guest, event)
            case CallNotAttempted():
                self._over(guest, Outcome.NOT_ATTEMPTED, event.reason)
        return True

    def _ended(self, guest: GuestRow, event: CallEnded) -> None:
        if guest.colleague is not None and guest.leaves and guest.hangup is None:
            return  # the person is on the way to them: word of that decides
        self._over(guest, event.outcome, event.cause, event.sip_code)

    def watch(self, attempt: AttemptId) -> None:
        """Nothing was heard of a third party for too long: end it, then close it."""
        guest = self._context.state.guests.get(attempt)
        if guest is None or guest.state in _TALKS:
            return
        if guest.hangup is HangupReason.UNACCOUNTED:
            self._over(guest, Outcome.UNKNOWN, "never heard of")
            return
        guest.hangup = None
        hang_up_guest(self._context, guest, HangupReason.UNACCOUNTED)
        self._context.set_timer(self._context.now + GUEST_WATCH_S, TimerKind.GUEST, attempt)

    def close_unknown(self, guest: GuestRow) -> None:
        """The telephone system does not know it any more; who is on hold for it is seen to elsewhere."""
        self._close(guest, Outcome.UNKNOWN, "not found in the telephone system")

    # --- asking and calling ------------------------------------------------------------------------------

    def _why_not(self, call: CallRow, event: Asked, line: OutsideLine | None) -> str | None:
        """Why no third party may be called now, whoever it is; None when one may."""
        state = self._context.state
        reason: str | None = None
        if guest_of(state, call.launch.attempt) is not None:
            reason = "there is a third party already"
        elif event.line is not None and line is None:
            reason = f"the campaign has no outside line {event.line!r}"
        elif state.is_floor_stopped:
            reason = f"the whole floor is stopped: {state.floor_stop_reason}"
        elif not is_heard(state, call):
            reason = "the telephone system is not heard"
        elif state.holds:
            reason = "; ".join(state.holds.values())
        elif event.number is not None and event.number in state.locked_numbers:
            reason = "the number is being called, or talked on, already"
        elif isinstance(event, ConsultationRequested) and _is_recording_begun(call):
            reason = "the recording is just beginning: ask again"
        return reason

    def _call_line(
        self,
        agent: AgentRow,
        call: CallRow,
        settings: CampaignSettings,
        line: OutsideLine,
        *,
        is_private: bool,
    ) -> None:
        context, file = self._context, line.file_for(call.launch.debts)
        request = ContactRequest(
            person=PreparedPerson(file),
            proposed=_proposed(settings, line.id, call.launch.debts),
            max_ring_s=silent_within_s(settings.ring_s),
        )
        decision = self._clearing.evaluate(settings, request)
        if decision.clearance is None:
            self._refuse(agent, _reason(decision))
            return
        guest = self._seat(agent, call, line.name, None, is_private=is_private)
        guest.is_untold = _is_untold(call, settings, file, line.id, decision.clearance)
        context.emit(
            StoreThirdParty(
                attempt=guest.attempt,
                joins=call.launch.attempt,
                agent=agent.agent,
                line=line.name,
                findings=decision.findings,
            )
        )
        self._originate(guest, call, settings, decision.clearance, PersonId(line.id), line.id, line.number)

    def _call_number(
        self,
        agent: AgentRow,
        call: CallRow,
        settings: CampaignSettings,
        number: NumberId,
        *,
        is_private: bool,
    ) -> None:
        context = self._context
        file = context.state.persons[call.launch.person].file
        if number == call.launch.number or all(row.number != number for row in file.numbers):
            self._refuse(agent, "this is no other number of the person")
            return
        if call.launch.person in context.state.quarantined:
            self._refuse(agent, context.state.quarantined[call.launch.person])
            return
        decision = self._clearing.ask(
            settings,
            call.launch.person,
            number,
            call.launch.debts[0],
            guaranteed=True,
            joins=entry_going_on(record_of(call)),
        )
        if decision.clearance is None:
            context.emit(
                StoreDenial(
                    lead=call.launch.lead.lead,
                    person=call.launch.person,
                    number=number,
                    at=context.now,
                    findings=decision.findings,
                    retry_at=None if decision.retry_at is None else decision.retry_at.timestamp(),
                    rulebook=decision.rulebook,
                )
            )
            self._refuse(agent, _reason(decision))
            return
        guest = self._seat(agent, call, "the person's other number", number, is_private=is_private)
        guest.is_untold = _is_untold(call, settings, file, number, decision.clearance)
        guest.record = AttemptRecord(
            attempt=guest.attempt,
            campaign=call.launch.campaign,
            lead=call.launch.lead.lead,
            person=call.launch.person,
            number=number,
            debts=tuple(DebtId(debt) for debt in decision.clearance.debts) or call.launch.debts,
            zones=self._clearing.zones(call.launch.person),
            rulebook=decision.rulebook,
            launched_at=context.now,
            guaranteed=True,
            caller_id=call.launch.caller_id,
        )
        context.state.locked_numbers[number] = guest.attempt
        context.emit(StoreAttempt(record=guest.record, findings=decision.findings))
        self._originate(guest, call, settings, decision.clearance, call.launch.person, number, "")

    def _seat(
        self, agent: AgentRow, call: CallRow, name: str, number: NumberId | None, *, is_private: bool
    ) -> GuestRow:
        state = self._context.state
        state.attempts_made += 1
        guest = GuestRow(
            attempt=AttemptId(f"a{state.generation}-{state.attempts_made:08d}"),
            talk=call.launch.attempt,
            agent=agent.agent,
            state=THIRD_PARTY.initial,
            name=name,
            number=number,
            box=call.launch.box,
            is_private=is_private,
        )
        state.guests[guest.attempt] = guest
        return guest

    def _originate(
        self,
        guest: GuestRow,
        call: CallRow,
        settings: CampaignSettings,
        clearance: Clearance,
        person: PersonId,
        number: NumberId,
        line: str,
    ) -> None:
        context = self._context
        rings_s = ring_s(settings, clearance.handling)
        context.set_timer(context.now + rings_s + GUEST_WATCH_S, TimerKind.GUEST, guest.attempt)
        if guest.is_private:
            context.emit(HoldPerson(attempt=call.launch.attempt, agent=guest.agent))
        else:
            end_recording(context, call, guest)
        context.emit(
            Originate(
                attempt=guest.attempt,
                campaign=call.launch.campaign,
                person=person,
                number=number,
                clearance=clearance,
                caller_id=call.launch.caller_id or settings.caller_id,
                ring_s=rings_s,
                answer_limit_s=answer_limit_s(settings, clearance.handling),
                detection=DetectionMode.OFF,
                box=call.launch.box,
                joins=call.launch.attempt,
                line=line,
                is_private=guest.is_private,
            )
        )

    # --- parts -------------------------------------------------------------------------------------------

    def _refuse(self, agent: AgentRow, why: str) -> None:
        agent.notice = f"no third party: {why}"
        self._context.ignore("third_party_refused")

    def _move(self, guest: GuestRow, move: ThirdPartyMove) -> None:
        if THIRD_PARTY.may(guest.state, move):
            guest.state = THIRD_PARTY.move(guest.state, move)
        else:
            self._context.ignore("late_third_party")

    def _over(self, guest: GuestRow, outcome: Outcome, cause: str, sip_code: int | None = None) -> None:
        self._close(guest, outcome, cause, sip_code)
        call = self._context.state.calls.get(guest.talk)
        if call is not None and call.state is AttemptState.HELD:
            self._consulting.bring_back(call)

    def _close(self, guest: GuestRow, outcome: Outcome, cause: str, sip_code: int | None = None) -> None:
        context = self._context
        state = context.state
        was_reached = guest.state in _TALKS
        guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.END)
        del state.guests[guest.attempt]
        self._consulting.free(guest)
        if guest.record is not None and guest.number is not None:
            del state.locked_numbers[guest.number]
            cancelled = guest.hangup is not None and outcome is Outcome.NO_ANSWER
            final = Outcome.CANCELLED if cancelled else outcome
            record = replace(guest.record, outcome=final, cause=cause, sip_code=sip_code)
            self._ending.record_guest(replace(record, ended_at=context.now))
        agent = state.agents.get(guest.agent)
        if agent is not None and not was_reached:
            agent.notice = f"{guest.name} was not reached: {outcome.value}"
        call = state.calls.get(guest.talk)
        if call is not None and call.state is AttemptState.HANDED_ON:
            phases.hang_up(context, call, HangupReason.TALK_OVER)


def _is_recording_begun(call: CallRow) -> bool:
    """Whether the telephone system has the person out of the talk, to begin a recording."""
    note = call.heard.note
    return note is not None and note.objected_at is None and not call.heard.is_recorded


def _is_untold(
    call: CallRow, settings: CampaignSettings, file: PersonFile, number: NumberId, clearance: Clearance
) -> bool:
    """Whether a recording would be of somebody who would have to know of it. What the person had to be told,
    by the law of where they are, all others on their line must know as well."""
    voice = call.launch.voice
    was_told = voice is None or voice.notice is not None or voice.spoken != ""
    return was_told or not may_hear_no_notice(settings.voice, file, number, clearance.handling.recording)


def _proposed(settings: CampaignSettings, number: NumberId, debts: tuple[DebtId, ...]) -> ProposedContact:
    return ProposedContact(
        number=number,
        debts=tuple(debts),
        purpose=settings.purpose,
        tech=Tech.MANUAL_LIVE,
        mode=Mode.PREVIEW_AGENT_GUARANTEED,
        client=settings.client,
        campaign=settings.campaign,
        entity=settings.entity,
    )


def _reason(decision: GateDecision) -> str:
    return "; ".join(f"{finding.rule} ({finding.citation})" for finding in decision.denials)
