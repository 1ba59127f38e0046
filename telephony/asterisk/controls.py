"""What people on the floor do with a call that is up: listen, whisper, barge, hold, transfer, keys, privacy.

Nothing here reaches a new outside number: that is a call of its own and passes the gate first.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable

import structlog

from dialer.domain.ids import AgentId, AttemptId, EndpointId
from dialer.domain.listening import Ear
from telephony.asterisk import orders
from telephony.asterisk.calls import CallBook
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import ActionRefusedError, UnsafeValueError
from telephony.asterisk.inbound import InboundBook
from telephony.asterisk.names import call_channel, endpoint, is_supervisor_channel, supervisor_channel
from telephony.asterisk.wire import Action, AmiMessage, Value
from telephony.softphone.legs import LegBook

_log = structlog.get_logger(__name__)

# A key sounds for 120 ms; the next begins when it is over and heard (ITU-T Q.24: 40 ms each at least).
_KEY_MS = 120
_KEY_EVERY_S = 0.3
_MUTE_TRIES = 12
_MUTE_EVERY_S = 0.25
# Between two looks whether an ended listening is gone, and how often it is helped.
_LETS_GO_S = 0.5
_BREATHS = 4
_KEYS = re.compile(r"[0-9*#]{1,32}")


# Options of Asterisk's `ChanSpy`. Barging in is not done by it: its option B keeps the person's channel alive
# when they or we have hung up, for as long as the supervisor stays, and it cannot be ended by then.
_SPY = {Ear.LISTEN: "q", Ear.WHISPER: "qw"}


class CallControls:
    """The floor's hands on one Asterisk.

    Every method raises `ActionRefusedError` when Asterisk refuses (most often: the call is over), and
    `AmiError` when the connection is gone.

    Args:
        link: gives the present connection.
        serial: gives a number never given before.
        calls, inbound: who talks with whom.
    """

    def __init__(
        self,
        link: Callable[[], AmiConnection],
        legs: LegBook,
        calls: CallBook,
        inbound: InboundBook,
        *,
        serial: Callable[[], int],
    ) -> None:
        self._link = link
        self._legs = legs
        self._serial = serial
        self._calls = calls
        self._inbound = inbound
        self._barging: dict[str, str] = {}
        self._ending: dict[str, asyncio.Event] = {}

    async def listen(self, agent: AgentId, supervisor: EndpointId, ear: Ear, *, ring_s: float = 20.0) -> str:
        """Ring the supervisor's phone and let it hear the agent's calls.

        Returns:
            The channel to end with `stop_listening`; it also ends with the agent's leg, and barging in with
            the talk.

        Raises:
            ActionRefusedError: the agent's phone is not on the line, or nobody is there to barge in on.
        """
        target = self._legs.channel_of(agent)
        if target is None:
            raise ActionRefusedError(f"the phone of agent {agent} is not on the line")
        channel = supervisor_channel(self._serial())
        fields: dict[str, Value] = {
            "Channel": f"PJSIP/{endpoint(supervisor)}",
            "Priority": 1,
            "Timeout": int(ring_s * 1000),
            "CallerID": "<100>",
            "Async": True,
            "ChannelId": channel,
        }
        if ear is Ear.BARGE:
            talk = self._talk_of(agent)
            place: dict[str, Value] = {"Context": "fairdial-third", "Exten": "answered"}
            variables = {"FD_TALK": talk}
            self._barging[talk] = channel
        else:
            place = {"Context": "fairdial-supervise", "Exten": "spy"}
            variables = {"FD_TARGET": target, "FD_SPY": _SPY[ear]}
        await self._do(Action(name="Originate", fields=fields | place, variables=variables))
        return channel

    def _talk_of(self, agent: AgentId) -> str:
        attempt = self._calls.with_agent(agent)
        talk = self._inbound.with_agent(agent) if attempt is None else call_channel(attempt)
        if talk is None:
            raise ActionRefusedError(
                f"agent {agent} talks with nobody: barge in when somebody is on the line"
            )
        return talk

    def ended_with(self, message: AmiMessage) -> str | None:
        """The supervisor's channel that is to be ended, since the talk that it barged in on is over."""
        if message.event != "Hangup":
            return None
        gone = message.get("uniqueid")
        if gone in self._ending:
            self._ending[gone].set()
        return self._barging.pop(gone, None)

    async def stop_listening(self, channel: str) -> None:
        """End what `listen` began, and see to it that the supervisor's phone is free.

        Asterisk lets it go only with the next sound at the agent's leg; one that waits may have none.

        Raises:
            UnsafeValueError: it is another channel.
        """
        if not is_supervisor_channel(channel):
            raise UnsafeValueError("this is no listening of a supervisor")
        gone = self._ending.setdefault(channel, asyncio.Event())
        try:
            await self._do(Action(name="Hangup", fields={"Channel": channel, "Cause": 16}))
            for _again in range(_BREATHS):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LETS_GO_S):
                        await gone.wait()
                    return
                await self._do(orders.breath(supervisor_channel(self._serial())))
            _log.warning("supervisor.phone_not_let_go", channel=channel)
        finally:
            self._ending.pop(channel, None)

    async def hold(self, attempt: AttemptId) -> None:
        """Take the person away from the agent into a waiting room; a `Bridge` command takes them back."""
        fields: dict[str, Value] = {"Context": "fairdial-customer", "Exten": "hold", "Priority": 1}
        await self._do(Action(name="Redirect", fields={"Channel": call_channel(attempt), **fields}))

    async def transfer(self, attempt: AttemptId, agent: AgentId) -> None:
        """Join the person to another agent at once; the first one's leg stays up and is free."""
        leg = self._legs.channel_of(agent)
        if leg is None:
            raise ActionRefusedError(f"the phone of agent {agent} is not on the line")
        fields: dict[str, Value] = {"Channel1": call_channel(attempt), "Channel2": leg, "Tone": "no"}
        await self._do(Action(name="Bridge", fields=fields))

    async def press(self, attempt: AttemptId, keys: str) -> None:
        """Press keys towards the called side (an exchange's menu).

        Raises:
            UnsafeValueError: something else than 0-9, * and #.
        """
        if not _KEYS.fullmatch(keys):
            raise UnsafeValueError("keys are 0-9, * and #")
        for key in keys:
            fields: dict[str, Value] = {"Channel": call_channel(attempt), "Digit": key, "Duration": _KEY_MS}
            await self._do(Action(name="PlayDTMF", fields=fields))
            await asyncio.sleep(_KEY_EVERY_S)

    async def pause_recording(self, attempt: AttemptId) -> None:
        """Write silence from here on (card data); the recording keeps its length."""
        await self._mute(attempt, 1)
        await self._do(orders.mark_paused(call_channel(attempt), is_paused=True))

    async def resume_recording(self, attempt: AttemptId) -> None:
        """Write sound again."""
        await self._do(orders.mark_paused(call_channel(attempt), is_paused=False))
        await self._mute(attempt, 0)

    async def _mute(self, attempt: AttemptId, state: int) -> None:
        """Again for a while: a recording that has only just been asked for cannot be muted until it runs."""
        fields: dict[str, Value] = {"Channel": call_channel(attempt), "Direction": "both", "State": state}
        for _again in range(_MUTE_TRIES - 1):
            try:
                await self._do(Action(name="MixMonitorMute", fields=fields))
            except ActionRefusedError:
                await asyncio.sleep(_MUTE_EVERY_S)
            else:
                return
        await self._do(Action(name="MixMonitorMute", fields=fields))

    async def _do(self, action: Action) -> None:
        answer = await self._link().send(action)
        if not answer.is_success:
            raise ActionRefusedError(f"Asterisk refused {action.name}: {answer.get('message')}")
