"""The engine: events in, commands out. Pure; the same events in the same order give the same commands.

Theory of operation. A step takes one event at one instant. First timers that have come due are served, then
the event changes the tables, then, in this order: callers who wait are given agents, leads that need a
reserved agent are dialed, pacing is asked for each pool that is due, hoppers are refilled. Commands come out
in the order in which they must happen. Anything that should happen later is a timer or a pool's date, and
`next_wakeup` names the earliest.
"""

import heapq
from collections.abc import Callable
from functools import partial
from math import inf
from typing import assert_never, cast, get_args

from dialer.casework.facts import FactEvent, account_over, ahead_of_clock, change_of_event
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import JOINED, OVER, AttemptState
from dialer.domain.campaign import CampaignMove, CampaignSettings, CampaignState
from dialer.domain.client_code import ClientCode
from dialer.domain.commands import Command
from dialer.domain.errors import FairdialError
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, PersonId
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.ports import Unended
from dialer.domain.snapshot import FloorSnapshot
from dialer.engine.boxes import Boxes
from dialer.engine.calling import phases
from dialer.engine.calling.afterthoughts import Afterthoughts
from dialer.engine.calling.calls import Calls
from dialer.engine.calling.channel_gone import ChannelGone
from dialer.engine.calling.conference import Conference, News
from dialer.engine.calling.consulting import Consulting
from dialer.engine.calling.ending import Ending
from dialer.engine.calling.handing_on import HandingOn
from dialer.engine.calling.hanging_up import HangingUp
from dialer.engine.calling.heard import Heard
from dialer.engine.calling.joining import Joining
from dialer.engine.calling.judging import Judging
from dialer.engine.calling.recording import Recordings
from dialer.engine.calling.transferring import Transferring
from dialer.engine.calling.watching import Watching
from dialer.engine.context import Context, Gate, Part
from dialer.engine.control import Control
from dialer.engine.following import Following
from dialer.engine.inbound import owed, places
from dialer.engine.inbound.call_backs import CallBacks
from dialer.engine.inbound.calls import Inbound
from dialer.engine.inbound.ending import InboundEnding
from dialer.engine.launching.by_hand import ByHand
from dialer.engine.launching.clearing import Clearing
from dialer.engine.launching.hopper import Hopper
from dialer.engine.launching.lanes import launching_pools, open_lanes
from dialer.engine.launching.launcher import Launcher, is_due
from dialer.engine.launching.pacing_port import PacingPort, PolicyMaker
from dialer.engine.listed import listed
from dialer.engine.people import People
from dialer.engine.quarantine import Quarantine, Trouble
from dialer.engine.roster import Roster
from dialer.engine.snapshot import floor_snapshot
from dialer.engine.state import CallRow, EngineState, TimerKind
from dialer.engine.suppression import Suppression
from pacing.ahead.picture import Picture


class DialerEngine:
    """Decides everything; does nothing itself.

    Args:
        gate: the compliance gate, asked at every launch.
        state: where to go on from (a checkpoint); None starts afresh.
        policies: makes the pacing policy of a pool; None = as the campaign's settings say, under the guard.
    """

    def __init__(
        self, gate: Gate, *, state: EngineState | None = None, policies: PolicyMaker | None = None
    ) -> None:
        self._context = context = Context(gate, state if state is not None else EngineState())
        self._roster = Roster(context)
        self._people = People(context)
        self._pacing = PacingPort(context, self._roster, policies)
        self._clearing = Clearing(context)
        self._suppression = Suppression(context, self._people, self._clearing)
        self._hopper = Hopper(context, self._people, self._roster)
        self._following = following = Following(context, self._suppression, self._hopper)
        self._ending = Ending(context, self._roster, self._pacing, self._people, following)
        self._afterthoughts = Afterthoughts(context, self._people, following)
        self._joining = joining = Joining(context, self._roster, self._ending)
        judging = Judging(context, self._pacing)
        gone = ChannelGone(context, self._roster, self._pacing, self._ending, joining, judging)
        self._watching = Watching(context, gone)
        self._calls = Calls(context, self._pacing, joining, judging, gone, self._watching)
        self._launcher = Launcher(
            context, self._roster, self._hopper, self._people, self._pacing, self._clearing
        )
        self._by_hand = ByHand(context, self._launcher)
        self._transferring = Transferring(context, self._roster, self._pacing)
        handing_on = HandingOn(context, self._roster, self._pacing)
        self._consulting = consulting = Consulting(context, self._roster, handing_on, self._transferring)
        self._conference = Conference(context, self._clearing, self._ending, handing_on, consulting)
        self._boxes = Boxes(context, self._roster, self._calls, joining, self._conference)
        self._control = Control(
            context,
            self._roster,
            self._hopper,
            self._pacing,
            self._calls,
            joining,
            self._transferring,
            consulting,
            self._boxes,
        )
        self._heard = Heard(
            context,
            self._roster,
            self._pacing,
            following,
            joining,
            judging,
            self._calls,
            self._watching,
        )
        self._recordings = Recordings(context)
        self._call_backs = CallBacks(
            context, self._roster, self._hopper, self._clearing, following, self._launcher
        )
        self._inbound_ending = InboundEnding(
            context, self._roster, self._clearing, following, self._call_backs
        )
        self._inbound = Inbound(
            context, self._roster, self._pacing, following, self._inbound_ending, self._call_backs
        )
        self._hanging_up = HangingUp(context, self._inbound)
        self._quarantine = Quarantine(context, following, self._calls)
        self._handlers = self._table()
        self._owed: list[Command] = []

    # --- the three calls ---------------------------------------------------------------------------------

    def step(self, event: e.Event, *, now: float) -> tuple[Command, ...]:
        """Take one event at the instant `now` (POSIX seconds UTC); returns what is to be done, in order.

        Time never runs back but by a `ClockStepped`: an earlier `now` is taken as the last one.

        Raises:
            InvalidFactError, UnknownThingError, IllegalTransitionError: the event is not possible; nothing
                that it asked for was done. It belongs in the journal all the same (timers were served, and
                what they want done comes out of the next step). Late or doubled events of the telephone
                system never raise.
        """
        state = self._context.state
        if now < state.now and not isinstance(event, e.ClockStepped):
            now = state.now
        state.now = now
        state.sequence += 1
        context = self._context
        context.begin(now, self._owed)
        self._owed = []
        context.part = Part.TIMERS
        if not isinstance(event, (e.ClockStepped, e.EventQuarantined)):  # they come before the timers
            self._serve_timers(now)
        served = len(context.out)
        context.part, context.was_ignored, context.why_ignored = Part.EVENT, False, ""
        try:
            self._handlers[type(event)](event)
        except FairdialError:
            self._owed = context.out[:served]
            raise
        context.part = Part.AFTERWARDS
        if not isinstance(event, e.EventQuarantined):  # what follows may be what raised: the next step sees
            self._follow_through()
        return tuple(context.out)

    def leave_out(self, *, now: float) -> None:
        """Count a step that is not taken: it was put aside, and what comes after it is numbered as ever."""
        state = self._context.state
        state.now = max(state.now, now)
        state.sequence += 1

    def next_wakeup(self) -> float | None:
        """POSIX seconds at which `step(TimeReached(), ...)` is wanted if nothing happens; None = never."""
        state = self._context.state
        at = state.timers[0][0] if state.timers else inf
        for campaign in state.campaigns.values():
            if campaign.state is not CampaignState.RUNNING:
                continue
            if campaign.refill is not None or self._hopper.missing(campaign):
                at = min(at, campaign.refill_at)
            if campaign.hold_until > state.now:
                at = min(at, campaign.hold_until)
            for _key, pool in launching_pools(state, campaign):
                if pool.is_dirty:
                    at = min(at, pool.decided_at + campaign.settings.pacing_interval_s)
                if pool.reconsider_at is not None:
                    at = min(at, pool.reconsider_at)
        return None if at == inf else max(at, state.now)

    def snapshot(self, *, now: float | None = None) -> FloorSnapshot:
        """The floor, frozen. `now`: POSIX seconds; None, or before the last step: as of that step."""
        state = self._context.state
        return floor_snapshot(state, self._launcher.why_not, max(state.now, now or state.now))

    def pacing_picture(self, name: CampaignId) -> Picture | None:
        """The campaign's largest pool with what its pacing has learned, as of the last step, for a look
        ahead; None when there is no such campaign, or no agent of it is on the floor.
        """
        state, roster = self._context.state, self._roster
        campaign = state.campaigns.get(name)
        if campaign is None:
            return None
        pools = launching_pools(state, campaign)
        agents = {key: len(roster.at_home(campaign, key, pool)) for key, pool in pools}
        key, pool = max(pools, key=lambda row: (agents[row[0]], row[0]), default=("", None))
        if pool is None or roster.serving(name) == 0:
            return None
        return self._pacing.picture(campaign, key, pool)

    def may_know(self, person: PersonId) -> bool:
        """Whether a placement of this person concerns the engine: it has their file, or a fetch under way may
        bring one that was read before. Everybody else's file comes fresh from the store."""
        return self._people.may_know(person)

    @property
    def persons_in_play(self) -> tuple[PersonId, ...]:
        """Whose files the engine has."""
        return tuple(self._context.state.persons)

    def codes_of(self, campaign: CampaignId) -> tuple[ClientCode, ...] | None:
        """The client's own codes for what comes of the campaign's calls; None = no campaign is called so."""
        row = self._context.state.campaigns.get(campaign)
        return None if row is None else row.settings.codes

    def settings_of(self, campaign: CampaignId) -> CampaignSettings | None:
        """A campaign's settings as they are now; None = no campaign is called so."""
        row = self._context.state.campaigns.get(campaign)
        return None if row is None else row.settings

    def earlier_talk(self, talk: PastTalk, *, now: float) -> EarlierTalk | None:
        """What may still be said of a talk that is over at `now` (POSIX seconds); None when nothing may."""
        return self._afterthoughts.earlier(talk, now)

    @property
    def unended(self) -> tuple[Unended, ...]:
        """Attempts whose end was not heard of, in the order of their launch; third parties apart."""
        state = self._context.state
        calls = [
            Unended(attempt=name, launched_at=call.launch.launched_at, box=call.launch.box)
            for name, call in state.calls.items()
            if call.state not in OVER
        ]
        return tuple(sorted(calls, key=lambda one: (one.launched_at, one.attempt)))

    @property
    def ignored(self) -> int:
        """Events so far that came late, twice or about something unknown, and changed nothing."""
        return sum(self._context.state.ignored.values())

    @property
    def was_ignored(self) -> bool:
        """Whether the last event came late, twice or about something unknown, and changed nothing."""
        return self._context.was_ignored

    @property
    def why_ignored(self) -> str:
        """What hindered the last event, for whoever asked for it; '' where it was not ignored."""
        return self._context.why_ignored

    @property
    def remarked(self) -> str:
        """How the last event was taken, where it was not taken as it was sent; '' otherwise."""
        return self._context.remarked

    def trouble(self) -> Trouble:
        """After a step raised what is no `FairdialError`: what it was about. The engine has no other use."""
        return self._quarantine.trouble()

    @property
    def is_whole(self) -> bool:
        """Whether the state says everything: no command is owed, and nobody is still to be connected."""
        return not self._owed and not self._context.unconnected

    @property
    def put_aside(self) -> int:
        """People who are held since a defect was met about them."""
        return len(self._context.state.quarantined)

    def checkpoint(self) -> EngineState:
        """The whole state, to be written down at once by the caller; the engine goes on using it."""
        self._pacing.save()
        return self._context.state

    # --- after every event -------------------------------------------------------------------------------

    def _follow_through(self) -> None:
        self._connect()
        state, now = self._context.state, self._context.now
        for campaign in state.campaigns.values():
            if state.boxes:
                open_lanes(state, campaign)
            for key, pool in launching_pools(state, campaign):
                if is_due(campaign, pool, now):
                    self._launcher.pace(campaign, key, pool)
            if campaign.refill_at <= now:
                self._hopper.refill(campaign)
            if campaign.state is CampaignState.DRAINING:
                self._control.finish_draining()
        self._connect()  # pacing may have found leads that want an agent reserved

    def _connect(self) -> None:
        """Give agents to callers who wait, then to leads that need one reserved."""
        context = self._context
        if not context.unconnected or not context.state.is_network_up:
            return  # what waits while nobody is heard is looked at when it is known what lives
        campaigns = context.state.campaigns
        wanting = [campaigns[name] for name in sorted(context.unconnected) if name in campaigns]
        somebody_called = bool(context.state.inbound or context.state.call_backs)
        for campaign in wanting:
            self._joining.connect_waiting(campaign)
            if not somebody_called:
                self._launcher.serve_reserved(campaign)
        if somebody_called:  # people who called us come after those we called, and before those we may
            self._inbound.connect()
            for campaign in wanting:
                self._launcher.serve_reserved(campaign)
        context.unconnected.clear()

    def _serve_timers(self, now: float) -> None:
        timers = self._context.state.timers
        while timers and timers[0][0] <= now:
            _at, _order, kind, name = heapq.heappop(timers)
            self._context.timer = kind, name
            self._serve_timer(kind, name)
        self._context.timer = None

    def _serve_timer(self, kind: TimerKind, name: str) -> None:
        match kind:
            case TimerKind.WATCH:
                self._watching.look(AttemptId(name))
            case TimerKind.SHIFT:
                self._end_shift(AgentId(name))
            case TimerKind.HOLD:
                self._consulting.look(AttemptId(name))
            case TimerKind.WRAP:
                self._end_wrap_up(AttemptId(name))
            case TimerKind.INBOUND_WRAP:
                self._inbound_ending.wrap_up_over(InboundId(name))
            case TimerKind.INBOUND_PLACE:
                places.tell(self._context, self._roster, InboundId(name))
            case TimerKind.CALL_BACK:
                self._call_backs.given_up(InboundId(name))
            case TimerKind.GUEST:
                self._conference.watch(AttemptId(name))
            case TimerKind.RESERVED:
                self._context.unconnected.add(CampaignId(name))
            case _:
                assert_never(kind)

    def _leads_fetched(self, event: e.LeadsFetched) -> None:
        is_answer = event.request == self._context.campaign(event.campaign).refill
        self._hopper.fetched(event)
        if is_answer:
            self._call_backs.fetched(event)

    def _end_shift(self, name: AgentId) -> None:
        agent = self._context.state.agents.get(name)
        if agent is not None and agent.shift_ends_at is not None and agent.shift_ends_at <= self._context.now:
            self._roster.ask_to_leave(agent, "shift ends")

    def _end_wrap_up(self, attempt: AttemptId) -> None:
        call = self._context.state.calls.get(attempt)
        if call is None or call.agent is None:
            return
        if call.state is AttemptState.HANDED_ON:
            self._leave_wrap_up(call, ready=False)
            return
        if call.state is not AttemptState.WRAPPING:
            return
        agent = self._context.agent(call.agent)
        self._ending.without_disposition(call)
        if agent.state is AgentState.WRAPPING:
            agent.leaving_reason = "after-call work over the limit"
            self._roster.finish(agent, ready=False)

    # --- the table of events -----------------------------------------------------------------------------

    def _table(self) -> dict[type, Callable[..., None]]:
        roster, calls, control = self._roster, self._calls, self._control
        inbound = self._inbound
        facts = dict.fromkeys(cast("tuple[type, ...]", get_args(FactEvent)), self._learn_fact)
        return {
            **facts,
            e.PersonPlacedAgain: self._place_again,
            e.TimeReached: self._nothing,
            e.CampaignConfigured: control.configure,
            **control.caller_id_table(),
            e.CampaignStarted: self._moved(CampaignMove.START),
            e.CampaignPaused: self._moved(CampaignMove.PAUSE),
            e.CampaignDrained: self._moved(CampaignMove.DRAIN),
            e.CampaignStopped: self._moved(CampaignMove.STOP),
            e.FloorStopped: control.stop_floor,
            e.FloorReleased: self._release_floor,
            e.AgentLoggedIn: roster.log_in,
            e.AgentGotReady: roster.get_ready,
            e.AgentPauseRequested: self._pause,
            e.AgentHungUp: self._hanging_up.by_agent,
            e.TransferRequested: self._transferring.requested,
            **self._conference.table(),
            e.AgentLoggedOut: self._log_out,
            e.AgentLegLost: self._lose_leg,
            e.AgentLegRestored: roster.restore_leg,
            e.DialRequested: self._by_hand.requested,
            e.DispositionRecorded: self._dispose,
            e.DispositionAdded: self._afterthoughts.added,
            e.LeadsFetched: self._leads_fetched,
            e.CallRinging: self._guests_first(calls.ringing),
            e.CallAnswered: self._guests_first(calls.answered),
            e.CallBridged: self._guests_first(self._bridged),
            e.BridgeFailed: self._bridge_failed,
            **self._consulting.table(),
            e.CallTimedOut: calls.timed_out,
            e.OverflowAnswered: self._heard.overflow_answered,
            e.VoicePlayed: self._heard.played,
            e.RecordingBegan: self._recordings.began,
            e.RecordingNoticeSpoken: self._recordings.notice_spoken,
            e.RecordingObjected: self._recordings.objected,
            e.RecordingStopped: self._recordings.stopped,
            e.OptOutPressed: self._heard.opted_out,
            e.VoicemailDropRequested: self._heard.leave_message,
            e.CallEnded: self._guests_first(calls.ended),
            e.CallNotAttempted: self._guests_first(calls.not_attempted),
            e.NetworkLost: control.network_lost,
            e.NetworkReconciled: self._reconcile,
            e.InboundArrived: inbound.arrived,
            e.InboundIdentified: inbound.identified,
            e.InboundLanguageChosen: inbound.language_chosen,
            e.InboundMessageLeft: inbound.message_left,
            e.InboundCallBackAsked: inbound.call_back_asked,
            e.InboundFollowedUp: partial(owed.followed_up, self._context),
            e.InboundOptedOut: inbound.opted_out,
            e.InboundWaiting: inbound.waiting,
            e.InboundBridged: inbound.bridged,
            e.InboundBridgeFailed: inbound.bridge_failed,
            e.InboundUnserved: inbound.unserved,
            e.InboundEnded: inbound.ended,
            e.InboundDisposed: self._inbound_ending.disposed,
            e.LinesChanged: self._boxes.lines_changed,
            e.BoxGivenUp: self._give_up_box,
            e.ClockStepped: self._step_clock,
            e.LaunchingHeld: control.hold,
            e.LaunchingResumed: control.resume,
            e.EngineRestarted: control.restarted,
            e.EventQuarantined: self._quarantine.put_aside,
            e.HoldLifted: self._lift,
        }

    def _nothing(self, _event: e.TimeReached) -> None:
        """Only time."""

    def _moved(
        self, move: CampaignMove
    ) -> Callable[[e.CampaignStarted | e.CampaignPaused | e.CampaignDrained | e.CampaignStopped], None]:
        return lambda event: self._control.move(event.campaign, move)

    def _give_up_box(self, event: e.BoxGivenUp) -> None:
        self._inbound.given_up(event)
        self._boxes.given_up(event)
        self._inbound.legs_lost()

    def _guests_first(self, handle: Callable[..., None]) -> Callable[[News], None]:
        """News of a third party is not news of a call of its own."""
        conference = self._conference
        return lambda event: None if conference.takes(event) else handle(event)

    def _bridged(self, event: e.CallBridged) -> None:
        if not self._transferring.takes_bridge(event) and not self._consulting.takes_bridge(event):
            self._calls.bridged(event)

    def _bridge_failed(self, event: e.BridgeFailed) -> None:
        if not self._transferring.takes_failure(event) and not self._consulting.takes_failure(event):
            self._calls.bridge_failed(event)

    def _release_floor(self, _event: e.FloorReleased) -> None:
        self._control.release_floor()

    def _reconcile(self, event: e.NetworkReconciled) -> None:
        self._control.reconciled(event)
        self._inbound.legs_lost()
        self._inbound.reconciled(event)

    def _learn_fact(self, event: FactEvent) -> None:
        now = self._context.now
        change = change_of_event(event, now=now)
        if change is not None:
            self._suppression.apply(change)
        ahead = ahead_of_clock(event, now=now)
        if ahead > 0.0:
            self._context.remark(
                f"what was told is dated {ahead:.3f} s ahead of the floor's clock: it binds from now on"
            )
        over = account_over(event)
        if over is not None:
            self._following.account_over(*over)

    def _step_clock(self, event: e.ClockStepped) -> None:
        self._control.clock_stepped(event)
        if event.seconds < 0.0:
            self._people.set_back()

    def _lift(self, event: e.HoldLifted) -> None:
        self._quarantine.lifted(event)
        self._learn_fact(event)

    def _place_again(self, event: e.PersonPlacedAgain) -> None:
        self._suppression.apply(self._people.placed_again(event))

    def _pause(self, event: e.AgentPauseRequested) -> None:
        self._roster.pause(event)
        self._control.no_agent_left(self._context.agent(event.agent).campaign)

    def _log_out(self, event: e.AgentLoggedOut) -> None:
        agent = self._roster.log_out(event)
        self._joining.agent_gone(agent)
        self._inbound.agent_gone(agent)
        self._control.no_agent_left(agent.campaign)

    def _lose_leg(self, event: e.AgentLegLost) -> None:
        agent = self._context.agent(event.agent)
        if agent.state in (AgentState.LOGGED_OUT, AgentState.LEG_LOST):
            self._context.ignore("late_leg_loss")
            agent.reason = event.reason or agent.reason  # how the last ringing went
            return
        agent = self._roster.lose_leg(event)
        self._joining.agent_gone(agent)
        self._inbound.agent_gone(agent)
        self._control.no_agent_left(agent.campaign)

    def _dispose(self, event: e.DispositionRecorded) -> None:
        call = self._context.state.calls.get(event.attempt)
        if call is not None and _awaits_bridge_to(call, event.agent):
            # Nobody can tell what came of a call they were not joined to: the news of the bridge is late. A
            # word that the list refuses takes nothing in, nor that news.
            listed(self._context, self._context.campaign(call.launch.campaign), event.disposition)
            now = self._context.now
            self._calls.bridged(e.CallBridged(attempt=event.attempt, agent=event.agent, bridged_at=now))
        if call is not None and self._afterthoughts.meanwhile(event, call):
            return
        if call is None or call.agent != event.agent or call.state not in _MAY_BE_DISPOSED:
            self._context.ignore("late_disposition", _why_not_disposed(event, call))
            return
        campaign = self._context.campaign(call.launch.campaign)
        said = listed(self._context, campaign, event.disposition)
        phases.say(call, said, ready_after=event.ready_after)
        if call.state is AttemptState.WRAPPING:
            self._ending.with_disposition(call, self._context.agent(event.agent))
        elif call.state is AttemptState.HANDED_ON:
            self._leave_wrap_up(call, ready=event.ready_after)

    def _leave_wrap_up(self, call: CallRow, *, ready: bool) -> None:
        """The agent is done with a talk that goes on without them."""
        assert call.agent is not None, "a talk that was handed on had an agent"
        agent = self._context.agent(call.agent)
        if agent.state is AgentState.WRAPPING and agent.attempt == call.launch.attempt:
            self._roster.finish(agent, ready=ready)


_MAY_BE_DISPOSED = JOINED - {AttemptState.REJOINING, AttemptState.LEAVING_MESSAGE} | {AttemptState.WRAPPING}
"""Not while it is joined to somebody else, who will say; nor while the message is left, which says it all."""


def _why_not_disposed(event: e.DispositionRecorded, call: CallRow | None) -> str:
    if call is None:
        return f"{event.attempt} is over and written down, or was never placed"
    if call.agent != event.agent:
        return (
            f"agent {event.agent} is not on {event.attempt}; who is says what came of it, and "
            "who lost it says now what the person asked for (stop_calling, disputed, ...)"
        )
    return (
        f"nobody talks on {event.attempt} yet, or a message is being left on it: it says by itself what came"
    )


def _awaits_bridge_to(call: CallRow, agent: AgentId) -> bool:
    if call.state is AttemptState.BRIDGING:
        return call.agent == agent
    return call.state is AttemptState.REJOINING and call.next_agent == agent
