"""Private consultations: the person is on hold while their agent talks with a third party alone.

Theory of operation. The person is ordered on hold and the third party called in one step. Both must be so,
the person on hold by the telephone system's word and the third party answered, before agent and third party
are joined: nothing of it is ever heard by the person. From there it goes one of three ways. The agent lets
the person in, and all three hear each other; the agent lets them in and leaves; or the third party's call
ends, whoever ended it and whenever, and then the person is taken back to their agent. So every loss on the
third party's side is the same: not answered, hung up, refused, lost. When the person hangs up, the third
party's call is ended; when the agent's phone is gone, that too, and another agent takes the person.

Another agent may be asked just so: nobody is called, the two agents' own phones are joined, and the agent
hands the person over to them or comes back. The hand-over takes the one who was asked out of that talk, so
from its order on the end of the talk says nothing. An agent who was asked is free again when it is over.
What was between two agents is not known any more when the telephone system was lost: then the person is
taken back.

Nobody stays on hold longer than `HOLD_MOST_S`: then the third party's call is ended by us. Taking the person
back is tried again for `BACK_WITHIN_S`, then their call is ended: they are never left with nobody. While the
telephone system is not heard nothing is tried; what lives when it is heard again says how to go on.
"""

from collections.abc import Callable

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Bridge, HangupReason, HoldPerson, JoinAgents, JoinThirdParty
from dialer.domain.events import (
    BridgeFailed,
    CallBridged,
    ConsultationOpened,
    HoldFailed,
    NetworkReconciled,
    PersonHeld,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.third_party import THIRD_PARTY, ThirdPartyMove, ThirdPartyState
from dialer.engine.calling import phases
from dialer.engine.calling.guests import end_recording, guest_of, hang_up_guest, is_heard
from dialer.engine.calling.handing_on import HandingOn
from dialer.engine.calling.transferring import Transferring
from dialer.engine.context import Context
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, GuestRow, TimerKind

HOLD_MOST_S = 300.0
"""Longer than that nobody is left on hold. The telephone system's own limit, for when we are dead, is
later."""

HOLD_WATCH_S = 60.0
"""Seconds after which an agent who is to be asked is not kept any longer: the hold never came."""

BACK_WITHIN_S = 10.0
"""Seconds within which a person must be back with their agent once the third party is gone."""

BACK_AGAIN_S = 1.0
"""Seconds between two tries to take them back."""

_TALKS = frozenset({ThirdPartyState.CONSULTED, ThirdPartyState.JOINED})


class Consulting:
    """Keeps people on hold for as long as their agent consults somebody, and no longer."""

    def __init__(
        self, context: Context, roster: Roster, handing_on: HandingOn, transferring: Transferring
    ) -> None:
        self._context = context
        self._roster = roster
        self._handing_on = handing_on
        self._transferring = transferring

    # --- what the agent asks for -------------------------------------------------------------------------

    def table(self) -> dict[type, Callable[..., None]]:
        """Who takes which event."""
        return {ConsultationOpened: self.opened, PersonHeld: self.held, HoldFailed: self.failed}

    def asked(self, agent: AgentRow, call: CallRow, to: AgentRow) -> str | None:
        """Put the person on hold to ask another agent. Returns why not, when it cannot be."""
        state, context = self._context.state, self._context
        why = self._transferring.why_not(call, to)
        if why is None and not is_heard(state, call):
            why = "the telephone system is not heard"
        if why is not None:
            return why
        self._transferring.keep(to, call, why=f"asked by {agent.agent}")
        state.attempts_made += 1
        guest = GuestRow(
            attempt=AttemptId(f"a{state.generation}-{state.attempts_made:08d}"),
            talk=call.launch.attempt,
            agent=agent.agent,
            state=THIRD_PARTY.initial,
            name=f"agent {to.agent}",
            box=call.launch.box,
            is_private=True,
            is_answered=True,
            colleague=to.agent,
        )
        state.guests[guest.attempt] = guest
        context.set_timer(context.now + HOLD_WATCH_S, TimerKind.GUEST, guest.attempt)
        context.emit(HoldPerson(attempt=guest.talk, agent=agent.agent))
        return None

    def opened(self, event: ConsultationOpened) -> None:
        """Let the person in. Asked again, it is ordered again: the first order may have been lost."""
        context = self._context
        agent = context.agent(event.agent)
        call = None if agent.attempt is None else context.state.calls.get(agent.attempt)
        guest = None if call is None else guest_of(context.state, call.launch.attempt)
        agent.notice = ""
        if call is None or guest is None or call.agent != agent.agent or not _is_consulted(call, guest):
            context.ignore("consultation_not_opened", "nobody is on hold while a third party is consulted")
            return
        if not is_heard(context.state, call):
            agent.notice = "the telephone system is not heard"
            context.ignore("consultation_not_opened")
            return
        if guest.colleague is not None and not event.leaves:
            agent.notice = f"hand the person over to {guest.name}, or come back to them"
            context.ignore("consultation_not_opened")
            return
        guest.leaves = event.leaves
        if guest.colleague is not None:
            talk = call.launch.attempt
            context.emit(Bridge(attempt=talk, agent=guest.colleague, from_agent=agent.agent))
            return
        guest.is_opened = True
        end_recording(context, call, guest)
        context.emit(
            JoinThirdParty(attempt=call.launch.attempt, agent=agent.agent, third=guest.attempt),
        )

    # --- what the telephone system says ------------------------------------------------------------------

    def held(self, event: PersonHeld) -> None:
        """The person hears music: agent and third party may be joined, or it was for nothing."""
        call = self._context.state.calls.get(event.attempt)
        if call is None or call.state is not AttemptState.CONNECTED:
            self._context.ignore("late_hold")
            return
        self._hold(call)
        guest = guest_of(self._context.state, event.attempt)
        if guest is None:
            self.bring_back(call)
        else:
            self.join_privately(guest)

    def failed(self, event: HoldFailed) -> None:
        """The person is where they were, and nobody else comes into their talk unheard."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        guest = guest_of(context.state, event.attempt)
        if call is None or call.state is not AttemptState.CONNECTED or guest is None or not guest.is_private:
            context.ignore("late_hold")
            return
        self._tell(guest, f"the person could not be put on hold: {event.reason}")
        hang_up_guest(context, guest, HangupReason.AGENT)

    def join_privately(self, guest: GuestRow) -> None:
        """Join agent and third party, once the one has answered and the person is on hold."""
        call = self._context.state.calls.get(guest.talk)
        is_held = call is not None and call.state is AttemptState.HELD
        is_wanted = guest.is_private and guest.hangup is None and guest.state not in _TALKS
        if not (is_wanted and guest.is_answered and is_held):
            return
        if guest.colleague is None:
            self._context.emit(Bridge(attempt=guest.attempt, agent=guest.agent))
        else:
            join = JoinAgents(
                attempt=guest.talk,
                consultation=guest.attempt,
                agent=guest.agent,
                colleague=guest.colleague,
            )
            self._context.emit(join)

    def joined(self, guest: GuestRow) -> None:
        """Agent and third party hear each other, and nobody else does."""
        if THIRD_PARTY.may(guest.state, ThirdPartyMove.CONSULT):
            guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.CONSULT)
            if guest.colleague is not None:
                self._roster.move(self._context.state.agents[guest.colleague], AgentMove.CONNECT)
        else:
            self._context.ignore("late_third_party")

    def free(self, guest: GuestRow) -> None:
        """It is over: an agent who was asked is free again."""
        colleague = None if guest.colleague is None else self._context.state.agents[guest.colleague]
        if colleague is None or colleague.attempt != guest.talk:
            return
        if colleague.state is AgentState.RESERVED:
            self._roster.release(colleague)
        elif colleague.state is AgentState.TALKING:
            self._roster.move(colleague, AgentMove.CALL_OVER)
            self._roster.finish(colleague, ready=True)

    def takes_bridge(self, event: CallBridged) -> bool:
        """The person is off hold: taken back, or let in. False when it is no such person's bridge."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        guest = guest_of(context.state, event.attempt)
        if call is None or call.state is not AttemptState.HELD:
            return False
        if guest is not None and guest.colleague == event.agent:
            self._hand_over(call, guest)
            return True
        if call.agent != event.agent:
            return False
        phases.connect(call, event.agent, at=context.now)
        if guest is None or guest.state is not ThirdPartyState.CONSULTED:
            return True
        guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.JOIN)
        if guest.leaves and guest.hangup is None:
            self._handing_on.hand_on(call, context.state.agents[event.agent])
        return True

    def _hand_over(self, call: CallRow, guest: GuestRow) -> None:
        """The person is with the agent who was asked."""
        assert call.agent is not None, "who is on hold is somebody's"
        assert guest.colleague is not None, "handed over to an agent"
        agents = self._context.state.agents
        first, to = agents[call.agent], agents[guest.colleague]
        guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.END)
        del self._context.state.guests[guest.attempt]
        if to.state is AgentState.RESERVED:
            self._roster.move(to, AgentMove.CONNECT)
        phases.connect(call, to.agent, at=self._context.now)
        self._transferring.give(call, first)

    def takes_failure(self, event: BridgeFailed) -> bool:
        """Agent and third party were not joined, or the person not let in or taken back. False when it is of
        no consultation."""
        state = self._context.state
        guest = state.guests.get(event.attempt)
        if guest is not None and guest.is_private:
            if THIRD_PARTY.may(guest.state, ThirdPartyMove.CONSULT):
                self._tell(guest, f"{guest.name} could not be joined: {event.reason}")
                hang_up_guest(self._context, guest, HangupReason.AGENT)
            return True
        call = state.calls.get(event.attempt)
        guest = guest_of(state, event.attempt)
        to = None if guest is None else guest.colleague
        if call is None or call.state is not AttemptState.HELD or event.agent not in (call.agent, to):
            return False
        if guest is None:
            self._context.set_timer(self._context.now + BACK_AGAIN_S, TimerKind.HOLD, event.attempt)
        else:
            guest.leaves = guest.is_opened = False
            self._tell(guest, f"the person could not be let in: {event.reason}")
            if to is not None:  # the agents may be apart already
                hang_up_guest(self._context, guest, HangupReason.AGENT)
        return True

    # --- how a hold ends ---------------------------------------------------------------------------------

    def bring_back(self, call: CallRow) -> None:
        """There is nobody to consult any more: the person is taken back to their agent."""
        self._end_within(call, BACK_WITHIN_S)
        self._order_back(call)

    def look(self, attempt: AttemptId) -> None:
        """Somebody is on hold for too long, or is not back yet."""
        context = self._context
        call = context.state.calls.get(attempt)
        if call is None or call.held_until is None or not is_heard(context.state, call):
            return
        guest, is_due = guest_of(context.state, attempt), context.now >= call.held_until
        if guest is None and is_due:
            phases.hang_up(context, call, HangupReason.AGENT_GONE)
        elif guest is None:
            self._order_back(call)
        elif is_due and guest.hangup is None:
            self._tell(guest, f"the person was on hold for {HOLD_MOST_S / 60:.0f} minutes")
            hang_up_guest(context, guest, HangupReason.HELD_TOO_LONG)
            self._end_within(call, BACK_WITHIN_S)
        elif is_due:  # ended by us, and never seen to be over
            phases.hang_up(context, call, HangupReason.AGENT_GONE)

    # --- when the telephone system is heard again --------------------------------------------------------

    def reconciled(self, event: NetworkReconciled) -> None:
        """What came of consultations while nobody listened, before what is gone is closed."""
        state = self._context.state
        for guest in tuple(state.guests.values()):
            call = state.calls.get(guest.talk)
            if not guest.is_private or call is None or guest.talk not in event.live:
                continue
            is_let_in = guest.state is ThirdPartyState.JOINED or guest.talk in event.talking
            if call.state is AttemptState.CONNECTED and not is_let_in:
                self._hold(call)
            if guest.colleague is not None and event.talking.get(guest.talk) == guest.colleague:
                self._hand_over(call, guest)
            elif event.talking.get(guest.attempt) == guest.agent and guest.state not in _TALKS:
                self.joined(guest)

    def found(self, call: CallRow, talking_to: AgentId | None) -> None:
        """The telephone system still has the person who was on hold when it was lost."""
        attempt, now = call.launch.attempt, self._context.now
        if talking_to is not None and talking_to == call.agent:
            self.takes_bridge(CallBridged(attempt=attempt, agent=talking_to, bridged_at=now))
            return
        guest = guest_of(self._context.state, attempt)
        if guest is None:
            self.bring_back(call)
        elif call.held_until is not None:
            self._context.set_timer(max(call.held_until, now), TimerKind.HOLD, attempt)
            self.join_privately(guest)

    # --- parts -------------------------------------------------------------------------------------------

    def _hold(self, call: CallRow) -> None:
        until = self._context.now + HOLD_MOST_S
        phases.hold(call, until=until)
        self._context.set_timer(until, TimerKind.HOLD, call.launch.attempt)

    def _end_within(self, call: CallRow, seconds: float) -> None:
        by = self._context.now + seconds
        phases.end_hold(call, by=by)
        self._context.set_timer(by, TimerKind.HOLD, call.launch.attempt)

    def _order_back(self, call: CallRow) -> None:
        assert call.agent is not None, "who is on hold is somebody's"
        if call.hangup is None and is_heard(self._context.state, call):
            self._context.emit(Bridge(attempt=call.launch.attempt, agent=call.agent))

    def _tell(self, guest: GuestRow, what: str) -> None:
        agent = self._context.state.agents.get(guest.agent)
        if agent is not None:
            agent.notice = what


def _is_consulted(call: CallRow, guest: GuestRow) -> bool:
    return (
        call.state is AttemptState.HELD
        and call.hangup is None
        and guest.state is ThirdPartyState.CONSULTED
        and guest.hangup is None
    )
