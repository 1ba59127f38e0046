"""Several telephone systems: which are heard, what each carries, what becomes of one that fails.

Theory of operation. A box is known from the first report that names it. LOST: its connection is gone; its
lanes launch nothing, its calls and agents stay as they were, since it may live on without us. It comes back
with a report of what lives there, or it is given up: then its calls are over with an outcome that counts as
placed, and its agents have lost their legs until a leg is up elsewhere. A box that is not configured any more
is given up with the next report of the others. DIVERTED: it is heard, and none of its own trunks works; its
agents stay, and their calls leave by the trunks of another box, whose lines count for both.
"""

from collections.abc import Collection

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import OVER
from dialer.domain.commands import ConnectAgentLeg, HangupReason, RaiseAlarm
from dialer.domain.events import BoxGivenUp, LinesChanged, NetworkLost, NetworkReconciled
from dialer.domain.ids import NO_BOX, AttemptId, BoxId, CampaignId
from dialer.engine.calling import phases
from dialer.engine.calling.calls import Calls
from dialer.engine.calling.conference import Conference
from dialer.engine.calling.joining import Joining
from dialer.engine.context import Context
from dialer.engine.launching.lanes import launching_pools, open_lanes, serving_here
from dialer.engine.roster import SERVING, Roster
from dialer.engine.state import BoxRow


class Boxes:
    """The boxes' table."""

    def __init__(
        self, context: Context, roster: Roster, calls: Calls, joining: Joining, conference: Conference
    ) -> None:
        self._context = context
        self._roster = roster
        self._calls = calls
        self._joining = joining
        self._conference = conference

    def lost(self, event: NetworkLost) -> None:
        """One of several is not heard."""
        row = self._row(event.box)
        if row.is_up or not row.reason:
            text = f"{event.box} is not heard: {event.reason}"
            self._context.emit(RaiseAlarm(subject="telephone system", text=text))
        row.is_up, row.reason = False, event.reason
        self._judge()

    def lines_changed(self, event: LinesChanged) -> None:
        """Its calls leave by other trunks than before, or fewer or more of them have a way out. What had been
        refused for want of a trunk is no reason any more."""
        context = self._context
        if event.box == NO_BOX and not context.state.boxes:
            self._tell_way_out("the telephone system", event)
            return
        row = context.state.boxes.get(event.box)
        if row is None:
            context.ignore("unknown_box", f"{event.box} is no telephone system of ours")
            return
        if (row.over, row.trunks) != (event.over, event.reason):
            self._tell_way_out(event.box, event)
        row.lines, row.over, row.trunks = event.lines, event.over, event.reason
        row.refused, row.hold_until = 0, -1e18
        for campaign in context.state.campaigns.values():
            context.wake_pools(campaign)

    def _tell_way_out(self, name: str, event: LinesChanged) -> None:
        text = f"{name}: its own trunks work"
        if event.over:
            text = f"{name}: {event.reason}; its calls leave by {event.over}, {event.lines} at most"
        elif event.reason:
            text = f"{name}: {event.reason}"
        self._context.emit(RaiseAlarm(subject="trunks", text=text))

    def found(self, event: NetworkReconciled) -> frozenset[BoxId] | None:
        """Take in which are heard.

        Returns:
            the boxes that the report speaks of; None when it speaks of everything there is.
        """
        state = self._context.state
        if not event.boxes:
            if state.boxes:
                self._be_one_again()
            return None
        for box in event.boxes:
            row = self._row(box.box)
            row.is_up, row.reason, row.lines = True, "", box.lines
        for box in event.elsewhere:
            self._row(box)
        named = {*(found.box for found in event.boxes), *event.elsewhere}
        for box in sorted(set(state.boxes) - named):
            self.given_up(BoxGivenUp(box=box, reason="it is not configured any more"))
            del state.boxes[box]
        self._judge()
        for campaign in state.campaigns.values():
            open_lanes(state, campaign)
        covered = frozenset(found.box for found in event.boxes)
        return covered if event.elsewhere else covered | {NO_BOX}

    def given_up(self, event: BoxGivenUp) -> None:
        """Nobody waits for it any more."""
        context = self._context
        row = self._row(event.box)
        row.is_up, row.reason = False, event.reason
        context.emit(RaiseAlarm(subject="telephone system", text=f"{event.box} is given up: {event.reason}"))
        self.close_guests(frozenset({event.box}), live=())
        for call in tuple(context.state.calls.values()):
            if call.launch.box == event.box and call.state not in OVER:
                self._calls.close_unknown(call)
        for agent in context.state.agents.values():
            if agent.box == event.box and agent.state in (*SERVING, AgentState.NOT_READY):
                self._roster.move(agent, AgentMove.LOSE_LEG, reason=f"telephone system {event.box} is gone")
                agent.box = NO_BOX
                self._joining.agent_gone(agent)
        self._roster.forget_capabilities()
        self._judge()

    def close_guests(self, boxes: frozenset[BoxId] | None, *, live: Collection[AttemptId]) -> None:
        """Third parties at these boxes (None: anywhere) who do not live there any more."""
        for guest in tuple(self._context.state.guests.values()):
            if (boxes is None or guest.box in boxes) and guest.attempt not in live:
                self._conference.close_unknown(guest)

    def ring_seats(self) -> None:
        """Every agent who is logged in wants a leg: said again, since a leg that is up is not rung twice."""
        context = self._context
        for agent in context.state.agents.values():
            if agent.state is not AgentState.LOGGED_OUT:
                context.emit(ConnectAgentLeg(agent=agent.agent, endpoint=agent.endpoint))

    def no_agent_left(self, campaign: CampaignId) -> None:
        """The last agent at a box is gone: what rings there would reach nobody."""
        context = self._context
        row = context.state.campaigns.get(campaign)
        if row is None or not context.state.boxes:
            return
        for key, pool in launching_pools(context.state, row):
            if pool.ringing and not serving_here(context, self._roster, row, key, pool):
                for attempt in tuple(pool.ringing):
                    phases.hang_up(context, context.state.calls[attempt], HangupReason.NO_AGENT_LEFT)

    def restarted(self) -> None:
        """A new process has heard none of them yet."""
        for row in self._context.state.boxes.values():
            row.is_up, row.reason = False, ""
            row.refused, row.hold_until = 0, -1e18
            row.over, row.trunks = NO_BOX, ""

    def _row(self, box: BoxId) -> BoxRow:
        boxes = self._context.state.boxes
        if box not in boxes:
            boxes[box] = BoxRow(box=box)
            self._roster.forget_capabilities()
        return boxes[box]

    def _judge(self) -> None:
        state = self._context.state
        state.is_network_up = any(row.is_up for row in state.boxes.values())

    def _be_one_again(self) -> None:
        """There were several and now there is one, which was heard: agents are where they are, what was in
        flight at the several is not known any more."""
        state = self._context.state
        for agent in state.agents.values():
            agent.box = NO_BOX
        for box in tuple(state.boxes):
            self.given_up(BoxGivenUp(box=box, reason="there is one telephone system now"))
        state.boxes.clear()
        state.is_network_up = True
        self._roster.forget_capabilities()
