"""Lines of people who call us: they hear a menu, press a key, wait, talk, leave.

What the port promises is kept without a word from outside: a caller who waits is told after a while that
nobody is free, and an opt-out that nobody confirms is not acknowledged. A caller whose agent's leg goes waits
again.
"""

from collections.abc import Callable

from dialer.domain.commands import (
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    DismissInbound,
    HangupInbound,
    TellInboundPlace,
)
from dialer.domain.events import (
    Event,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AgentId, InboundId
from dialer.domain.inbound_line import InboundLine, line_of
from dialer.domain.voice import OPT_OUT_KEY
from telephony.lines.agenda import Agenda
from telephony.lines.behaviour import LineTimings
from telephony.lines.legs import Legs
from telephony.lines.line import CallerLine
from telephony.lines.states import CALLER, CallerMove, CallerState
from telephony.lines.watching import LineWatcher


class Inbound:
    """The lines of people who call us."""

    def __init__(
        self,
        *,
        agenda: Agenda,
        legs: Legs,
        say: Callable[[Event], None],
        timings: LineTimings,
        watcher: LineWatcher,
        our_lines: tuple[InboundLine, ...] = (),
    ) -> None:
        self._our_lines = our_lines
        self._agenda = agenda
        self._legs = legs
        self._say = say
        self._timings = timings
        self._watcher = watcher
        self.lines: dict[InboundId, CallerLine] = {}
        self.arrived = 0
        """Calls that came in; counted by whoever names them."""

    # --- the public's side -------------------------------------------------------------------------------

    def call_in(self, call: CallerLine) -> None:
        """Somebody calls one of our numbers."""
        self.lines[call.call] = call
        is_open = line_of(self._our_lines, call.dialed).is_open(self._agenda.now)
        self._say(InboundArrived(call=call.call, dialed=call.dialed, is_closed=not is_open))
        heard = self._heard_menu if is_open else self._heard_closed
        self._agenda.plan(call.behaviour.menu_s, heard, call)

    def _heard_menu(self, line: CallerLine) -> None:
        ours, key = line_of(self._our_lines, line.dialed), line.behaviour.key
        chosen = ours.language(line.behaviour.language)
        if chosen is not None:
            self._say(
                InboundLanguageChosen(call=line.call, language=chosen.tag, is_required=chosen.is_required)
            )
        if not self._is_chosen(line, ours, key):
            self._wait(line, CallerMove.WAIT)

    def _heard_closed(self, line: CallerLine) -> None:
        if not self._is_chosen(line, line_of(self._our_lines, line.dialed), line.behaviour.key):
            self._end(line)

    def _is_chosen(self, line: CallerLine, ours: InboundLine, key: str) -> bool:
        """What a key brings, open or closed; False = it brings nothing."""
        if key == OPT_OUT_KEY:
            self._move(line, CallerMove.TELL)
            self._say(InboundOptedOut(call=line.call, key=key))
            self._agenda.plan(self._timings.confirm_s, self._end, line)
        elif key and key == ours.message_key:
            self._move(line, CallerMove.TELL)
            line.speaks_since = self._agenda.now
            self._agenda.plan(self._spoken_s(line), self._spoke, line)
        else:
            return False
        return True

    def _spoken_s(self, line: CallerLine) -> float:
        return min(line.behaviour.message_s, line_of(self._our_lines, line.dialed).longest_message_s)

    def _spoke(self, line: CallerLine) -> None:
        self._keep_message(line, self._spoken_s(line))
        self._move(line, CallerMove.TELL)
        self._agenda.plan(self._timings.goodbye_s, self._end, line)

    def _keep_message(self, line: CallerLine, seconds: float) -> None:
        """Told of once: at its end, or when the line drops in the middle of it."""
        line.speaks_since = None
        self._say(InboundMessageLeft(call=line.call, recording=f"message-{line.call}", seconds=seconds))

    def _wait(self, line: CallerLine, move: CallerMove) -> None:
        self._move(line, move)
        self._say(InboundWaiting(call=line.call))
        queue_s, patience_s = self._timings.queue_s, line.behaviour.patience_s
        asks_back_s = line.behaviour.asks_back_s
        may_ask = line.number is not None and bool(line_of(self._our_lines, line.dialed).call_back_key)
        if may_ask and not line.asked_back and asks_back_s < min(patience_s, queue_s):
            self._agenda.plan(asks_back_s, self._ask_back, line)
        elif patience_s < queue_s:
            self._agenda.plan(patience_s, self._end, line)
        else:
            self._agenda.plan(queue_s, self._unserved, line)

    def _ask_back(self, line: CallerLine) -> None:
        line.asked_back = True
        self._move(line, CallerMove.TELL)
        key = line_of(self._our_lines, line.dialed).call_back_key
        self._say(InboundCallBackAsked(call=line.call, key=key))
        self._agenda.plan(self._timings.confirm_s, self._not_noted, line)

    def _not_noted(self, line: CallerLine) -> None:
        self._wait(line, CallerMove.WAIT)

    def _unserved(self, line: CallerLine) -> None:
        self._move(line, CallerMove.TELL)
        self._say(InboundUnserved(call=line.call))
        self._agenda.plan(self._timings.goodbye_s, self._end, line)

    # --- the dialer's side -------------------------------------------------------------------------------

    def bridge(self, order: BridgeInbound) -> None:
        """Join, or say why not."""
        line, reason = self.lines.get(order.call), ""
        if line is None:
            reason = "the call is over"
        elif line.state is not CallerState.WAITING:
            reason = "the caller does not wait"
        else:
            reason = self._legs.why_not(order.agent)
        if line is None or reason:
            self._say(InboundBridgeFailed(call=order.call, agent=order.agent, reason=reason))
            return
        now = self._agenda.now
        self._move(line, CallerMove.JOIN)
        line.agent, line.joined_at = order.agent, now
        self._legs.take(order.agent, line)
        self._watcher.joined(line, order.agent, now)
        self._agenda.plan(line.behaviour.talk_s, self._end, line)
        self._say(InboundBridged(call=line.call, agent=order.agent, bridged_at=now))

    def hang_up(self, order: HangupInbound) -> None:
        """End the caller's channel, whatever it does."""
        line = self.lines.get(order.call)
        if line is not None:
            self._end(line)

    def dismiss(self, order: DismissInbound) -> None:
        """Tell the caller that nobody is free."""
        line = self.lines.get(order.call)
        if line is not None and line.state is CallerState.WAITING:
            self._unserved(line)

    def tell_place(self, order: TellInboundPlace) -> None:
        """Kept with the line: who waits hears it."""
        line = self.lines.get(order.call)
        if line is not None:
            line.place = order.place, order.minutes

    def confirm_call_back(self, order: ConfirmCallBack) -> None:
        """It is written down that they are called back: they hear so, and hang up."""
        line = self.lines.get(order.call)
        if line is not None and line.state is CallerState.TOLD and line.asked_back:
            self._move(line, CallerMove.TELL)
            self._agenda.plan(self._timings.goodbye_s, self._end, line)

    def confirm_opt_out(self, order: ConfirmInboundOptOut) -> None:
        """The opt-out is written down: they hear so."""
        line = self.lines.get(order.call)
        if line is not None and line.state is CallerState.TOLD and line.behaviour.key == OPT_OUT_KEY:
            line.acknowledged = True
            self._move(line, CallerMove.TELL)
            self._agenda.plan(self._timings.goodbye_s, self._end, line)

    def agent_gone(self, line: CallerLine) -> None:
        """Their agent's telephone died: they wait again."""
        if line.agent is not None:
            self._watcher.left(line, line.agent, self._agenda.now)
            line.agent = None
        self._wait(line, CallerMove.LOSE_AGENT)

    def living(self) -> tuple[tuple[InboundId, AgentId | None], ...]:
        """Everybody who is on the line, and with whom."""
        return tuple((name, self.lines[name].agent) for name in sorted(self.lines))

    def _move(self, line: CallerLine, move: CallerMove) -> None:
        line.state = CALLER.move(line.state, move)
        line.moves += 1

    def _end(self, line: CallerLine) -> None:
        if line.speaks_since is not None:
            so_far = self._agenda.now - line.speaks_since
            self._keep_message(line, min(max(so_far, 0.0), self._spoken_s(line)))
        agent = line.agent
        self._move(line, CallerMove.END)
        del self.lines[line.call]
        if agent is not None:
            line.agent = None
            self._legs.free(agent, line)
            self._watcher.left(line, agent, self._agenda.now)
        self._say(InboundEnded(call=line.call))
