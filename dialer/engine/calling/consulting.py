"""Private consultations: the person is on hold while their agent talks with a third party alone.

Theory of operation. The person is ordered on hold and the third party called in one step. Both must be so,
the person on hold by the telephone system's word and the third party answered, before agent and third party
are joined: nothing of it is ever heard by the person. From there it goes one of three ways. The agent lets
the person in, and all three hear each other; the agent lets them in and leaves; or the third party's call
ends, whoever ended it and whenever, and then the person is taken back to their agent. So every loss on the
third party's side is the same: not answered, hung up, refused, lost. When the person hangs up, the third
party's call is ended; when the agent's phone is gone, that too, and another agent takes the person.

Nobody stays on hold longer than `HOLD_MOST_S`: then the third party's call is ended by us. Taking the person
back is tried again for `BACK_WITHIN_S`, then their call is ended: they are never left with nobody. While the
telephone system is not heard nothing is tried; what lives when it is heard again says how to go on.
"""

from collections.abc import Callable

from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Bridge, HangupReason, JoinThirdParty
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
from dialer.engine.calling.guests import guest_of, hang_up_guest, is_heard
from dialer.engine.calling.handing_on import HandingOn
from dialer.engine.context import Context
from dialer.engine.state import CallRow, GuestRow, TimerKind

HOLD_MOST_S = 300.0
"""Longer than that nobody is left on hold. The telephone system's own limit, for when we are dead, is
later."""

BACK_WITHIN_S = 10.0
"""Seconds within which a person must be back with their agent once the third party is gone."""

BACK_AGAIN_S = 1.0
"""Seconds between two tries to take them back."""

_TALKS = frozenset({ThirdPartyState.CONSULTED, ThirdPartyState.JOINED})


class Consulting:
    """Keeps people on hold for as long as their agent consults somebody, and no longer."""

    def __init__(self, context: Context, handing_on: HandingOn) -> None:
        self._context = context
        self._handing_on = handing_on

    # --- what the agent asks for -------------------------------------------------------------------------

    def table(self) -> dict[type, Callable[..., None]]:
        """Who takes which event."""
        return {ConsultationOpened: self.opened, PersonHeld: self.held, HoldFailed: self.failed}

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
        guest.leaves = event.leaves
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
        if is_wanted and guest.is_answered and is_held:
            self._context.emit(Bridge(attempt=guest.attempt, agent=guest.agent))

    def takes_bridge(self, event: CallBridged) -> bool:
        """The person is off hold: taken back, or let in. False when it is no such person's bridge."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state is not AttemptState.HELD or call.agent != event.agent:
            return False
        phases.connect(call, event.agent, at=context.now)
        guest = guest_of(context.state, event.attempt)
        if guest is None or guest.state is not ThirdPartyState.CONSULTED:
            return True
        guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.JOIN)
        if guest.leaves and guest.hangup is None:
            self._handing_on.hand_on(call, context.state.agents[event.agent])
        return True

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
        if call is None or call.state is not AttemptState.HELD or call.agent != event.agent:
            return False
        guest = guest_of(state, event.attempt)
        if guest is None:
            self._context.set_timer(self._context.now + BACK_AGAIN_S, TimerKind.HOLD, event.attempt)
        else:
            guest.leaves = False
            self._tell(guest, f"the person could not be let in: {event.reason}")
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
        for guest in state.guests.values():
            call = state.calls.get(guest.talk)
            if not guest.is_private or call is None or guest.talk not in event.live:
                continue
            is_let_in = guest.state is ThirdPartyState.JOINED or guest.talk in event.talking
            if call.state is AttemptState.CONNECTED and not is_let_in:
                self._hold(call)
            is_joined = event.talking.get(guest.attempt) == guest.agent
            if is_joined and THIRD_PARTY.may(guest.state, ThirdPartyMove.CONSULT):
                guest.state = THIRD_PARTY.move(guest.state, ThirdPartyMove.CONSULT)

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
