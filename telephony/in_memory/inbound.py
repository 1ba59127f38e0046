"""People who call us, in memory: they hear a menu, press a key, wait, talk, leave.

Each call has one timer for what its caller or the menu does next. What the port promises is kept without a
word from the dialer: a caller who waits is told after a while that nobody is free, and an opt-out that nobody
confirms is not acknowledged.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from dialer.domain.commands import BridgeInbound, ConfirmInboundOptOut, DismissInbound, HangupInbound
from dialer.domain.events import (
    Event,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundEnded,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AgentId, InboundId
from dialer.domain.ports import InboundCommand

MENU_S = 2.0
WAIT_S = 60.0
CONFIRM_S = 5.0
MESSAGE_S = 3.0
BRIDGE_S = 0.002
"""Seconds of the menu until a key, of waiting for an agent, of waiting for the confirmation of an opt-out, of
any message, and until both hear each other."""

OPT_OUT_KEY = "9"


@dataclass(slots=True)
class Caller:
    """Somebody who calls. `talk_s`: how long they stay once joined; `acknowledged`: heard it was noted."""

    call: InboundId
    number: str | None
    key: str
    talk_s: float
    is_waiting: bool = False
    agent: AgentId | None = None
    acknowledged: bool = False
    timer: asyncio.TimerHandle | None = None


class InboundDoor:
    """Where people come in.

    Args:
        say: tells the dialer.
        after: asks to be woken after some seconds of the floor's clock.
        is_seated: whether the agent's leg is up and on no call.
    """

    def __init__(
        self,
        *,
        say: Callable[[Event], None],
        after: Callable[..., asyncio.TimerHandle],
        is_seated: Callable[[AgentId], bool],
        now: Callable[[], float],
    ) -> None:
        self._say = say
        self._after = after
        self._is_seated = is_seated
        self._now = now
        self._calls: dict[InboundId, Caller] = {}
        self._made = itertools.count(1)

    # --- the public's side -------------------------------------------------------------------------------

    def call_in(self, number: str | None, dialed: str, *, key: str = "", talk_s: float = 60.0) -> Caller:
        """Somebody calls one of our numbers and presses a key in the menu."""
        call = InboundId(f"in-{next(self._made)}")
        made = self._calls[call] = Caller(call=call, number=number, key=key, talk_s=talk_s)
        self._say(InboundArrived(call=call, dialed=dialed))
        made.timer = self._after(MENU_S, self._pressed, made)
        return made

    def _pressed(self, caller: Caller) -> None:
        if caller.key == OPT_OUT_KEY:
            self._say(InboundOptedOut(call=caller.call, key=caller.key))
            caller.timer = self._after(CONFIRM_S, self.end, caller)
        else:
            self._wait(caller)

    def _wait(self, caller: Caller) -> None:
        caller.is_waiting = True
        self._say(InboundWaiting(call=caller.call))
        caller.timer = self._after(WAIT_S, self._unserved, caller)

    def _unserved(self, caller: Caller) -> None:
        _stop(caller.timer)
        caller.is_waiting = False
        self._say(InboundUnserved(call=caller.call))
        caller.timer = self._after(MESSAGE_S, self.end, caller)

    def end(self, caller: Caller) -> None:
        """They hang up, or are hung up on."""
        if self._calls.pop(caller.call, None) is None:
            return
        _stop(caller.timer)
        self._say(InboundEnded(call=caller.call))

    # --- the dialer's side -------------------------------------------------------------------------------

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        known = self._calls.get(call)
        return None if known is None else known.number

    def perform(self, command: InboundCommand) -> None:
        """See `dialer.domain.ports.InboundLines`."""
        caller = self._calls.get(command.call)
        if isinstance(command, BridgeInbound):
            self._after(BRIDGE_S, self._join, command)
        elif caller is None:
            return
        elif isinstance(command, HangupInbound):
            self.end(caller)
        elif isinstance(command, DismissInbound):
            self._unserved(caller)
        else:
            _confirm(caller, command)
            _stop(caller.timer)
            caller.timer = self._after(MESSAGE_S, self.end, caller)

    def _join(self, command: BridgeInbound) -> None:
        caller, reason = self._calls.get(command.call), ""
        if caller is None:
            reason = "the call is over"
        elif not caller.is_waiting:
            reason = "the caller does not wait"
        elif not self._is_seated(command.agent) or self.with_agent(command.agent) is not None:
            reason = "the agent's telephone is gone or on another call"
        if caller is None or reason:
            self._say(InboundBridgeFailed(call=command.call, agent=command.agent, reason=reason))
            return
        _stop(caller.timer)
        caller.is_waiting, caller.agent = False, command.agent
        caller.timer = self._after(caller.talk_s, self.end, caller)
        self._say(InboundBridged(call=caller.call, agent=command.agent, bridged_at=self._now()))

    def agent_gone(self, agent: AgentId) -> None:
        """Their telephone died: who talked to them waits again."""
        caller = self.with_agent(agent)
        if caller is not None:
            _stop(caller.timer)
            caller.agent = None
            self._wait(caller)

    def with_agent(self, agent: AgentId) -> Caller | None:
        """Who talks to the agent."""
        return next((caller for caller in self._calls.values() if caller.agent == agent), None)

    def living(self) -> tuple[tuple[InboundId, AgentId | None], ...]:
        """Everybody who is on the line, and with whom."""
        return tuple((name, self._calls[name].agent) for name in sorted(self._calls))

    def end_all(self) -> None:
        """The power goes: nobody is told."""
        for caller in self._calls.values():
            _stop(caller.timer)
        self._calls.clear()


def _confirm(caller: Caller, _command: ConfirmInboundOptOut) -> None:
    caller.acknowledged = caller.key == OPT_OUT_KEY


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
