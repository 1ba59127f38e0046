"""People who call us: opted out, or joined to an agent who knows who may be calling.

Theory of operation. A call is known from its arrival; who may be calling comes a moment later from the
store, and what comes meanwhile waits for that. An opt-out binds everybody who has the number, in the step
that brings it (or in the one that tells the number). Who asks for an agent waits behind people whom we
called, who have two seconds; agents of a campaign that shows the number they dialed take them, the one who
has waited longest first.

Doubt binds: from the join on it is a conversation with everybody on file who has the number, about any debt,
until the agent says who it was and what of (see `entry_of_talk`). While they are on the line, nobody of them
is called.
"""

from operator import itemgetter

from dialer.casework.consequences import Channel, Occasion, opted_out
from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import UNANSWERED
from dialer.domain.campaign import CampaignState
from dialer.domain.commands import (
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    DismissInbound,
    HangupInbound,
    HangupReason,
    StoreInbound,
    StoreNumberRequest,
)
from dialer.domain.events import (
    BoxGivenUp,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundEnded,
    InboundIdentified,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
    NetworkReconciled,
)
from dialer.domain.ids import AgentId, CampaignId, InboundId, PersonId
from dialer.domain.inbound import INBOUND, InboundMove, InboundState
from dialer.engine.calling import phases
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.inbound import places, service
from dialer.engine.inbound.call_backs import CallBacks
from dialer.engine.inbound.ending import InboundEnding, record_of_inbound
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallBackRow, InboundRow

MOST_CALLS = 1000
"""Inbound calls known at once; a flood beyond it is left to the dialplan, which bounds each by itself."""


class Inbound:
    """The table of inbound calls, and their moves."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        pacing: PacingPort,
        following: Following,
        ending: InboundEnding,
        call_backs: CallBacks,
    ) -> None:
        self._call_backs = call_backs
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._following = following
        self._ending = ending

    # --- arriving ----------------------------------------------------------------------------------------

    def arrived(self, event: InboundArrived) -> None:
        """Somebody hears the menu."""
        context = self._context
        table = context.state.inbound
        if event.call in table or len(table) >= MOST_CALLS:
            context.ignore("inbound_not_taken")
            return
        table[event.call] = InboundRow(
            call=event.call,
            dialed=event.dialed,
            arrived_at=context.now,
            state=INBOUND.initial,
            box=event.box,
            is_closed=event.is_closed,
        )

    def identified(self, event: InboundIdentified) -> None:
        """The store has said who has the number."""
        row = self._known(event.call, "late_caller")
        if row is None:
            return
        row.number, row.callers, row.is_identified = event.number, event.callers, True
        for caller in row.callers:
            self._stop_ringing(caller.person)
        self._call_backs.called_again(row.callers)
        self._wants_agent(row)
        if row.opted_out:
            self._record_opt_out(row)

    def language_chosen(self, event: InboundLanguageChosen) -> None:
        """Who speaks it is asked first, or alone."""
        row = self._known(event.call, "late_inbound_language")
        if row is not None:
            row.language, row.needs_language = event.language, event.is_required
            self._wants_agent(row)

    def message_left(self, event: InboundMessageLeft) -> None:
        """Kept with the call; what is owed for it is written down when the call is over."""
        row = self._known(event.call, "late_inbound_message")
        if row is not None:
            row.message, row.message_s = event.recording, event.seconds

    def opted_out(self, event: InboundOptedOut) -> None:
        """Never again this number. A withheld one cannot be written down, and is not acknowledged."""
        row = self._known(event.call, "late_inbound_opt_out")
        if row is None or row.opted_out:
            return
        row.opted_out, row.key = True, event.key
        if row.is_identified:
            self._record_opt_out(row)

    def _record_opt_out(self, row: InboundRow) -> None:
        if row.number is None:
            return
        occasion = Occasion(
            channel=Channel.INBOUND, at=self._context.now, source=row.call, caller_id=row.dialed
        )
        request = opted_out(row.number, row.key, occasion)
        self._following.learn(StoreNumberRequest(number=row.number, request=request))
        self._context.emit(ConfirmInboundOptOut(call=row.call))

    def _stop_ringing(self, person: PersonId) -> None:
        """Two calls at once to one person are never made; neither is one while they call us."""
        state = self._context.state
        attempt = state.locked_persons.get(person)
        call = state.calls.get(attempt) if attempt is not None else None
        if call is not None and call.state in UNANSWERED:
            phases.hang_up(self._context, call, HangupReason.CALLS_US)

    # --- waiting, joined ---------------------------------------------------------------------------------

    def waiting(self, event: InboundWaiting) -> None:
        """They want an agent; too many at once are told that nobody is free."""
        context = self._context
        row = self._known(event.call, "late_inbound_wait")
        if row is None:
            return
        if row.state is InboundState.WAITING:
            if row.asked_back_at is not None:  # it was not noted in time, and they wait on
                row.asked_back_at = None
                self._wants_agent(row)
            return
        if row.state is InboundState.CONNECTED:  # their agent's leg went, and the dialplan took them back
            self._lose_agent(row)
            return
        row.state = INBOUND.move(row.state, InboundMove.WAIT)
        row.waited_since = context.now
        row.takers = takers = self._campaigns(row)
        self._pacing.inbound_asked(takers)
        places.keep_telling(context, row)
        settings = [context.state.campaigns[name].settings for name in takers]
        service.asked(context.state, row, settings, now=context.now)
        most = min((one.inbound_queue for one in settings), default=0)
        others = sum(other.state is InboundState.WAITING for other in context.state.inbound.values()) - 1
        if others >= most:
            context.emit(DismissInbound(call=row.call))
            row.is_dismissed = True
        self._wants_agent(row)

    def call_back_asked(self, event: InboundCallBackAsked) -> None:
        """They would rather be called back. Where no number is known nobody says so, and they wait on."""
        row = self._known(event.call, "late_call_back_asked")
        if row is None or row.state is not InboundState.WAITING or row.asked_back_at is not None:
            return
        if row.number is None or row.opted_out:
            return
        row.asked_back_at = self._context.now
        self._let_go(row)
        self._context.emit(ConfirmCallBack(call=row.call))

    def connect(self) -> None:
        """Give every waiting caller, and who is called back in their place, an agent who is free: the first
        first."""
        table = self._context.state.inbound
        waiting = [
            row
            for row in table.values()
            if row.state is InboundState.WAITING
            and row.agent is None
            and row.is_identified
            and not row.is_dismissed
            and not row.is_unserved
            and row.asked_back_at is None
        ]
        line: list[tuple[tuple[float, str], InboundRow | CallBackRow]] = [
            *(((places.stands_since(row), row.call), row) for row in waiting),
            *self._call_backs.waiting(),
        ]
        for _since, row in sorted(line, key=itemgetter(0)):
            if isinstance(row, CallBackRow):
                self._call_backs.call(row)
            else:
                self._join_free_agent(row)

    def _join_free_agent(self, row: InboundRow) -> None:
        agent = self._free_agent(row)
        if agent is not None:
            self._roster.move(agent, AgentMove.RESERVE, quiet=True)
            agent.inbound = row.call
            row.agent = agent.agent
            self._context.emit(BridgeInbound(call=row.call, agent=agent.agent))

    def _wants_agent(self, row: InboundRow) -> None:
        self._context.unconnected.update(self._campaigns(row))

    def _campaigns(self, row: InboundRow) -> tuple[CampaignId, ...]:
        """Campaigns whose agents take the call: those that show the dialed number; all where none does."""
        rows = self._context.state.campaigns
        showing = tuple(name for name in sorted(rows) if row.dialed in rows[name].settings.shown)
        return showing or tuple(sorted(rows))

    def _free_agent(self, row: InboundRow) -> AgentRow | None:
        """Who is free and speaks their language; where that is no must, anybody else who is free."""
        if row.language:
            speaks = self._longest_free(row, also=row.language)
            if speaks is not None or row.needs_language:
                return speaks
        return self._longest_free(row)

    def _longest_free(self, row: InboundRow, *, also: str = "") -> AgentRow | None:
        campaigns = self._context.state.campaigns
        best: AgentRow | None = None
        for name in self._campaigns(row):
            if campaigns[name].state is CampaignState.STOPPED:
                continue
            agent = self._roster.longest_able(campaigns[name], row.box, also=also)
            if agent is not None and (best is None or agent.since < best.since):
                best = agent
        return best

    def bridged(self, event: InboundBridged) -> None:
        """They hear each other."""
        context = self._context
        row = self._known(event.call, "late_inbound_bridge")
        agent = context.state.agents.get(event.agent)
        if row is None or agent is None or row.state is InboundState.CONNECTED or agent.inbound != row.call:
            context.ignore("late_inbound_bridge")
            return
        row.state = INBOUND.move(row.state, InboundMove.CONNECT)
        row.agent = agent.agent
        if row.bridged_at is None:
            row.bridged_at = min(event.bridged_at, context.now)
            service.answered(context.state, row, now=context.now)
        self._roster.move(agent, AgentMove.CONNECT)
        self._ending.in_doubt(row)
        context.emit(StoreInbound(record=record_of_inbound(row)))

    def bridge_failed(self, event: InboundBridgeFailed) -> None:
        """Another agent is tried; the one it failed for is free again."""
        row = self._known(event.call, "late_inbound_failure")
        if row is None or row.state is not InboundState.WAITING or row.agent != event.agent:
            return
        self._let_go(row)
        self._wants_agent(row)

    def unserved(self, event: InboundUnserved) -> None:
        """The telephone system's limit: they hear that nobody is free."""
        row = self._known(event.call, "late_inbound_limit")
        if row is not None and row.state is InboundState.WAITING:
            row.is_unserved = True
            self._let_go(row)

    # --- over --------------------------------------------------------------------------------------------

    def ended(self, event: InboundEnded) -> None:
        """The channel is gone: after-call work for the agent who talked, a record in any case."""
        row = self._known(event.call, "late_inbound_end")
        if row is not None:
            self._end(row)

    def _end(self, row: InboundRow) -> None:
        talked = row.state is InboundState.CONNECTED
        row.ended_at = self._context.now
        service.gone(self._context.state, row, now=self._context.now)
        agent = self._context.state.agents.get(row.agent) if row.agent is not None else None
        row.state = INBOUND.move(row.state, InboundMove.END)
        if talked and agent is not None and agent.inbound == row.call:
            self._roster.move(agent, AgentMove.CALL_OVER)
            self._ending.talk_over(row, agent)
            return
        self._let_go(row)
        self._ending.close(row)

    def agent_gone(self, agent: AgentRow) -> None:
        """Their leg or they themselves left: the caller waits for another; a talk that is over is closed."""
        call, agent.inbound = agent.inbound, None
        row = self._context.state.inbound.get(call) if call is not None else None
        if row is None:
            return
        if row.state is InboundState.OVER:
            self._ending.close(row)
        elif row.state is InboundState.CONNECTED:
            self._lose_agent(row)
        else:
            row.agent = None
            self._wants_agent(row)

    def legs_lost(self) -> None:
        """Agents whose telephones were found gone, with what they were at."""
        for agent in self._context.state.agents.values():
            if agent.state is AgentState.LEG_LOST and agent.inbound is not None:
                self.agent_gone(agent)

    def hang_up(self, agent: AgentRow) -> bool:
        """The agent ends the inbound call they talk on; False when they are on none."""
        row = self._context.state.inbound.get(agent.inbound) if agent.inbound is not None else None
        if row is None or row.state is not InboundState.CONNECTED:
            return False
        self._context.emit(HangupInbound(call=row.call))
        return True

    def reconciled(self, event: NetworkReconciled) -> None:
        """What lives in the telephone system is what there is; the rest is over."""
        living = dict(event.inbound)
        for call in tuple(self._context.state.inbound):
            row = self._context.state.inbound[call]
            if row.state is InboundState.OVER:
                continue
            if call not in living:
                if row.box not in event.elsewhere:
                    self._end(row)
                continue
            self._account_for(row, living[call])
        for call, agent in living.items():
            if agent is not None and call not in self._context.state.inbound:
                self._context.emit(HangupInbound(call=call))  # nobody knows who talks to whom about what

    def given_up(self, event: BoxGivenUp) -> None:
        """Whoever called us there is not heard any more."""
        for row in tuple(self._context.state.inbound.values()):
            if row.box == event.box and row.state is not InboundState.OVER:
                self._end(row)

    def _account_for(self, row: InboundRow, talking_to: AgentId | None) -> None:
        if row.state is InboundState.CONNECTED and talking_to is None:
            self._lose_agent(row)
        elif talking_to is not None and row.state is not InboundState.CONNECTED:
            agent = self._context.state.agents.get(talking_to)
            if agent is None or agent.inbound != row.call or agent.state is not AgentState.RESERVED:
                self._context.emit(HangupInbound(call=row.call))
                return
            now = self._context.now
            self.bridged(InboundBridged(call=row.call, agent=talking_to, bridged_at=now))

    # --- small parts -------------------------------------------------------------------------------------

    def _lose_agent(self, row: InboundRow) -> None:
        """Joined no more and still on the line: the first to be served again."""
        agent = self._context.state.agents.get(row.agent) if row.agent is not None else None
        row.state = INBOUND.move(row.state, InboundMove.LOSE_AGENT)
        row.agent = None
        self._wants_agent(row)
        if agent is not None and agent.inbound == row.call:
            agent.inbound = None
            self._roster.move(agent, AgentMove.CALL_OVER)
            self._roster.finish(agent, ready=False)

    def _let_go(self, row: InboundRow) -> None:
        agent = self._context.state.agents.get(row.agent) if row.agent is not None else None
        row.agent = None
        if agent is not None and agent.inbound == row.call and agent.state is AgentState.RESERVED:
            agent.inbound = None
            self._roster.release(agent)

    def _known(self, call: InboundId, otherwise: str) -> InboundRow | None:
        row = self._context.state.inbound.get(call)
        if row is None or row.state is InboundState.OVER:
            self._context.ignore(otherwise)
            return None
        return row
