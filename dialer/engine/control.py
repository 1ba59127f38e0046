"""The floor's switches: campaigns started, paused, drained, stopped; the red button; the machine under us."""

from collections.abc import Callable

from dialer.domain.agent import NOT_SEEN, AgentMove, AgentState
from dialer.domain.attempt import JOINED, OVER, UNANSWERED, UNJOINED, AttemptState
from dialer.domain.campaign import CAMPAIGN, CampaignMove, CampaignState
from dialer.domain.commands import Hangup, HangupReason, RaiseAlarm, StoreCampaign
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import (
    CallBridged,
    CallerIdReleased,
    CallerIdsDeclared,
    CallerIdTested,
    CampaignConfigured,
    ClockStepped,
    EngineRestarted,
    FloorStopped,
    LaunchingHeld,
    LaunchingResumed,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, CampaignId
from dialer.engine.boxes import Boxes
from dialer.engine.calling import phases
from dialer.engine.calling.calls import Calls
from dialer.engine.calling.consulting import Consulting
from dialer.engine.calling.joining import Joining
from dialer.engine.calling.transferring import Transferring
from dialer.engine.context import Context
from dialer.engine.launching import caller_id, caller_id_rest, ledger
from dialer.engine.launching.hopper import Hopper
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import SERVING, Roster
from dialer.engine.state import CallerIdRow, CallRow, CampaignRow, LedgerRow

_TALKING = frozenset({AttemptState.CONNECTED, AttemptState.PASSING, AttemptState.ALONE})
"""Where an agent must be found with the person, or nobody will ever come."""


class Control:
    """Moves campaigns and the floor as a whole."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        hopper: Hopper,
        pacing: PacingPort,
        calls: Calls,
        joining: Joining,
        transferring: Transferring,
        consulting: Consulting,
        boxes: Boxes,
    ) -> None:
        self._context = context
        self._roster = roster
        self._hopper = hopper
        self._pacing = pacing
        self._calls = calls
        self._joining = joining
        self._transferring = transferring
        self._consulting = consulting
        self._boxes = boxes

    def configure(self, event: CampaignConfigured) -> None:
        """A campaign, new or changed. What its policies learned is kept where it fits."""
        context = self._context
        settings = event.settings
        self._pacing.check(settings)
        caller_id.check(context.state, settings)
        row = context.state.campaigns.get(settings.campaign)
        if row is None:
            row = CampaignRow(settings=settings, state=CAMPAIGN.initial)
            row.ledger = LedgerRow(window_ends=ledger.window_end(settings, context.now))
            context.state.campaigns[settings.campaign] = row
            self._store(row)
            return
        same_policy = row.settings.policy == settings.policy
        # Before the window is given another end: one that is over must not be drawn out into a new day.
        ledger.current(row, context.now)
        row.settings = settings
        caller_id.look_again(row)
        row.ledger.window_ends = ledger.window_end(settings, context.now)
        self._pacing.forget(settings.campaign)
        if not same_policy:
            for pool in row.pools.values():
                pool.policy_state = ""
        self._roster.forget_capabilities()
        context.wake_pools(row)
        self._store(row)

    def caller_id_table(self) -> dict[type, Callable[..., None]]:
        """Who takes which event of the numbers we show."""
        return {
            CallerIdsDeclared: self.declare_caller_ids,
            CallerIdTested: self.take_test,
            CallerIdReleased: self.release_caller_id,
        }

    def declare_caller_ids(self, event: CallerIdsDeclared) -> None:
        """Our numbers, anew; a campaign that waited for one looks again."""
        caller_id.declare(self._context.state, event)
        self._look_again()

    def take_test(self, event: CallerIdTested) -> None:
        """Whether a number leads back to us; campaigns that waited to know look again.

        Raises:
            InvalidFactError: it is none of ours.
        """
        row, context = self._owned(event.number), self._context
        row.test = event.test
        if not event.test.passed:
            context.emit(RaiseAlarm(subject=f"caller id {event.number}", text=caller_id.test_word(row)))
        self._look_again()

    def release_caller_id(self, event: CallerIdReleased) -> None:
        """It need rest no longer.

        Raises:
            InvalidFactError: it is none of ours.
        """
        caller_id_rest.release(self._owned(event.number))
        self._look_again()

    def _owned(self, number: str) -> CallerIdRow:
        row = self._context.state.caller_ids.get(number)
        if row is None:
            raise InvalidFactError(f"{number} is not declared as a caller id of ours")
        return row

    def _look_again(self) -> None:
        for row in self._context.state.campaigns.values():
            caller_id.look_again(row)
            self._context.wake_pools(row)

    def move(self, campaign: CampaignId, move: CampaignMove) -> None:
        """Start, pause, drain or stop; an illegal move raises and changes nothing."""
        row = self._context.campaign(campaign)
        row.state = CAMPAIGN.move(row.state, move)
        self._store(row)
        self._context.wake_pools(row)
        if row.state is CampaignState.RUNNING:
            row.refill_at = self._context.now
            self._context.unconnected.add(campaign)
        if row.state in (CampaignState.STOPPED, CampaignState.DRAINING):
            self._hopper.empty(row, row.state.value)
        if row.state is CampaignState.STOPPED:
            self.cancel_ringing(row, HangupReason.CAMPAIGN_STOPPED)

    def finish_draining(self) -> None:
        """A draining campaign with nothing in flight has stopped."""
        for row in self._context.state.campaigns.values():
            if row.state is CampaignState.DRAINING and row.in_flight == 0:
                row.state = CAMPAIGN.move(row.state, CampaignMove.DRAINED)
                self._store(row)

    def _store(self, row: CampaignRow) -> None:
        """Settings and state reach the tables by command: an event may be refused."""
        self._context.emit(StoreCampaign(settings=row.settings, state=row.state))

    def cancel_ringing(self, campaign: CampaignRow, reason: HangupReason) -> None:
        """Hang up everything of the campaign that nobody has answered yet."""
        name = campaign.settings.campaign
        for call in tuple(self._context.state.calls.values()):
            if call.launch.campaign == name and call.state in UNANSWERED:
                phases.hang_up(self._context, call, reason)

    def stop_floor(self, event: FloorStopped) -> None:
        """The red button."""
        state = self._context.state
        state.is_floor_stopped = True
        state.floor_stop_reason = f"{event.reason} ({event.by})"
        for row in state.campaigns.values():
            self.cancel_ringing(row, HangupReason.FLOOR_STOPPED)

    def release_floor(self) -> None:
        """Launching may go on."""
        state = self._context.state
        state.is_floor_stopped = False
        state.floor_stop_reason = ""
        for row in state.campaigns.values():
            self._context.wake_pools(row)

    def no_agent_left(self, campaign: CampaignId) -> None:
        """The last agent is gone: what rings would reach nobody, so it is cancelled."""
        row = self._context.state.campaigns.get(campaign)
        if row is not None and self._roster.serving(campaign) == 0:
            self.cancel_ringing(row, HangupReason.NO_AGENT_LEFT)
        self._boxes.no_agent_left(campaign)

    def network_lost(self, event: NetworkLost) -> None:
        """No launch until we hear the telephone system again."""
        state = self._context.state
        if event.box != NO_BOX:
            self._boxes.lost(event)
            return
        if state.is_network_up:
            self._context.emit(RaiseAlarm(subject="telephone system", text=f"not heard: {event.reason}"))
        for row in state.boxes.values():
            row.is_up, row.reason = False, event.reason
        state.is_network_up = False

    def reconciled(self, event: NetworkReconciled) -> None:
        """Match what we believe with what lives: the telephone system is right about channels."""
        context = self._context
        context.state.is_network_up = True
        boxes = self._boxes.found(event)
        live = set(event.live)
        self._consulting.reconciled(event)
        for attempt in tuple(context.state.calls):
            call = context.state.calls[attempt]
            is_told = boxes is None or call.launch.box in boxes
            if is_told and call.state not in OVER and attempt not in live:
                self._calls.close_unknown(call)
        self._boxes.close_guests(boxes, live=live)
        for attempt in event.live:
            self._account_for(attempt, event.talking.get(attempt))
        self._reattach(event, boxes)
        if boxes is not None:
            self._boxes.ring_seats()
        for row in context.state.campaigns.values():
            context.wake_pools(row)

    def _account_for(self, attempt: AttemptId, talking_to: AgentId | None) -> None:
        call = self._context.state.calls.get(attempt)
        if attempt in self._context.state.guests:
            return
        if call is None or call.state in OVER:
            self._context.emit(Hangup(attempt=attempt, reason=HangupReason.UNACCOUNTED))
            return
        if call.state is AttemptState.HANDED_ON:
            return
        if call.hangup is not None:  # asked for, and perhaps never heard
            self._context.emit(Hangup(attempt=attempt, reason=call.hangup))
        self._match(call, talking_to)

    def _match(self, call: CallRow, talking_to: AgentId | None) -> None:
        """A call that goes on, and whom the telephone system has it joined to."""
        attempt = call.launch.attempt
        if call.state is AttemptState.HELD:
            self._consulting.found(call, talking_to)
        elif talking_to is None:
            if call.state in _TALKING:
                phases.hang_up(self._context, call, HangupReason.AGENT_GONE)
        elif talking_to == call.next_agent:
            bridged = CallBridged(attempt=attempt, agent=talking_to, bridged_at=self._context.now)
            if not self._transferring.takes_bridge(bridged):
                self._calls.bridged(bridged)
        elif call.state not in JOINED:
            self._joining.found_talking(call, talking_to)

    def _reattach(self, event: NetworkReconciled, boxes: frozenset[BoxId] | None) -> None:
        seated = set(event.agents)
        seats = dict(event.seats)
        for agent in self._context.state.agents.values():
            is_told = boxes is None or agent.box in boxes
            if agent.agent in seated:
                self._roster.sit(agent, seats.get(agent.agent, NO_BOX))
            if agent.state is AgentState.LEG_LOST and agent.agent in seated:
                self._roster.move(agent, AgentMove.REGAIN_LEG)
            elif is_told and agent.agent not in seated and agent.state in (*SERVING, AgentState.NOT_READY):
                self._roster.move(agent, AgentMove.LOSE_LEG, reason="not found in the telephone system")
                self._roster.sit(agent, NO_BOX)
                self._joining.agent_gone(agent)

    def clock_stepped(self, event: ClockStepped) -> None:
        """The wall clock jumped: timers and spans keep their length, the law sees the new time."""
        state = self._context.state
        by = event.seconds
        state.timers = [(at + by, order, kind, name) for at, order, kind, name in state.timers]
        for agent in state.agents.values():
            agent.since += by
        for call in state.calls.values():
            # A launch is a fact of the record; a ring and a running limit are spans.
            if call.state in UNANSWERED or call.state in UNJOINED:
                phases.shift(call, by)
            phases.shift_hold(call, by)
        for box in state.boxes.values():
            box.hold_until += by
        for number in state.caller_ids.values():
            number.rests_until += by
        for row in state.campaigns.values():
            row.refill_at += by
            row.hold_until += by
            row.tokens_at += by
            row.ledger.window_ends = ledger.window_end(row.settings, self._context.now)
            for pool in row.pools.values():
                pool.decided_at += by
                pool.reconsider_at = None if pool.reconsider_at is None else pool.reconsider_at + by
        self._context.emit(RaiseAlarm(subject="clock", text=f"the wall clock stepped by {by:+.3f} s"))

    def hold(self, event: LaunchingHeld) -> None:
        """No launch anywhere while one hold stands."""
        state = self._context.state
        if event.by not in state.holds:
            self._context.emit(RaiseAlarm(subject=event.by, text=event.reason))
        state.holds[event.by] = event.reason

    def resume(self, event: LaunchingResumed) -> None:
        """The hold of this name is over; pacing is asked again when it was the last."""
        state = self._context.state
        if state.holds.pop(event.by, None) is not None:
            for row in state.campaigns.values():
                self._context.wake_pools(row)
                self._context.unconnected.add(row.settings.campaign)

    def restarted(self, event: EngineRestarted) -> None:
        """A new process: nothing is launched until the telephone system was asked what lives."""
        state = self._context.state
        state.generation = event.generation
        state.attempts_made = 0
        state.is_network_up = False
        state.holds.clear()
        self._boxes.restarted()
        if event.asks_presence:
            self._ask_presence()
        for row in state.campaigns.values():
            row.refill = None
            row.refill_at = self._context.now
            self._store(row)
        state.changes.clear()
        state.changes_forgotten = state.sequence - 1

    def _ask_presence(self) -> None:
        """Whoever was free may have gone home since; who is held for a call or talks says it afterwards."""
        for agent in self._context.state.agents.values():
            if agent.state in (AgentState.AVAILABLE, AgentState.RESERVED):
                self._roster.ask_to_leave(agent, NOT_SEEN)
