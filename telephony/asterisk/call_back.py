"""Tests whether numbers of ours lead back to us: calls one over a trunk, and sees it come in at our own side.

The call shows another number of ours, or itself where there is no other, so that it is told from everybody
else's: while a test is under way, the call that comes in from the number shown to the number called is the
test's own. Nobody hears of it, and it is ended as soon as it was seen. What the carrier says of it on the way
(the name, whether it vouches for the number shown) is what the people we call are told, too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import phonenumbers

from dialer.domain.caller_id import CallBackTest
from dialer.domain.errors import NotTakenError, TelephoneSystemUnavailableError
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError, NotConnectedError, UnsafeValueError
from telephony.asterisk.names import phone_number
from telephony.asterisk.trunks import Chosen, TrunkBook, reason_of
from telephony.asterisk.wire import Action, AmiMessage, Value

WITHIN_S = 15.0
"""Seconds in which a call must have gone around: carriers take up to ten to set one up."""

INBOUND = "fairdial-inbound"
VOUCHING = ("P-Asserted-Identity", "From")
"""Where a carrier says what it thinks of the number that is shown (3GPP TS 24.229 7.2A.20, `verstat`)."""

_OURS = "fd.back."
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_VERSTAT = re.compile(r"verstat=([A-Za-z0-9-]{1,60})")
_NOT_PLAIN = re.compile(r"[^ -~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackPlan:
    """How test calls are read.

    Args:
        region: country (ISO 3166) that numbers without a country code are read by.
        verdict_headers: the carrier's own headers that say whether it vouches for a number, asked before the
            standard's.
        refused_s: seconds that an arrival is waited for after the call's end: its news may come later, from
            another Asterisk.

    Raises:
        UnsafeValueError: one of them is no name of a header.
    """

    region: str = "US"
    verdict_headers: tuple[str, ...] = ()
    refused_s: float = 1.0

    def __post_init__(self) -> None:
        if wrong := [name for name in self.verdict_headers if not _HEADER.fullmatch(name)]:
            raise UnsafeValueError(f"{wrong[0]!r} is no name of a SIP header")


@dataclass(slots=True, kw_only=True)
class _Wait:
    """A test under way."""

    number: str
    shown: str
    channel: str
    arrived: asyncio.Future[tuple[CallBacks, AmiMessage]]
    refusal: str = ""
    limit: asyncio.Timeout | None = None
    others: list[str] = field(default_factory=list[str])


@runtime_checkable
class HasCallBacks(Protocol):
    """A telephone system with a book of test calls, which others may share in."""

    call_backs: CallBacks

    async def test_caller_id(
        self, number: str, *, shown: str, elsewhere: Sequence[CallBacks] = ()
    ) -> CallBackTest:
        """See `dialer.domain.ports.TestsCallerIds`; `elsewhere` as in `CallBacks.test`."""
        ...


class CallBacks:
    """Test calls at one Asterisk.

    Args:
        now: POSIX seconds.
        link: the connection as it is now.
        serial: a number that is never given twice.
    """

    def __init__(
        self,
        plan: CallBackPlan,
        now: Callable[[], float],
        link: Callable[[], AmiConnection],
        *,
        serial: Callable[[], int],
    ) -> None:
        self._link = link
        self._plan = plan
        self._serial = serial
        self._now = now
        self._waiting: dict[str, _Wait] = {}
        self._taken: set[str] = set()

    async def test_over(
        self, trunks: TrunkBook, number: str, *, shown: str, elsewhere: Sequence[CallBacks] = ()
    ) -> CallBackTest:
        """The same over the trunk whose turn it is.

        Raises:
            TelephoneSystemUnavailableError: no trunk takes a call, or as `test`.
        """
        chosen = trunks.choose(asyncio.get_running_loop().time(), number=number)
        if not isinstance(chosen, Chosen):
            raise TelephoneSystemUnavailableError(reason_of(chosen))
        try:
            return await self.test(number, shown=shown, trunk=chosen.trunk, elsewhere=elsewhere)
        finally:
            trunks.released(chosen.trunk)

    async def test(
        self,
        number: str,
        *,
        shown: str,
        trunk: str,
        within_s: float = WITHIN_S,
        elsewhere: Sequence[CallBacks] = (),
    ) -> CallBackTest:
        """Call a number of ours and wait until it comes in.

        Args:
            number, shown: E.164; both ours.
            trunk: over which it is called.
            elsewhere: other Asterisks of ours at which it may come in.

        Raises:
            NotConnectedError: there is no connection to Asterisk: nothing was tried.
            NotTakenError: it is being tested already: nothing was tried.
            UnsafeValueError: one of them is no number.
        """
        if not self._link().is_up:
            raise NotConnectedError("there is no connection to Asterisk")
        if number in self._waiting:
            # No result: a number that is only asked for twice leads back as well as it did.
            raise NotTakenError(f"{number} is being tested already: ask again when that is over")
        channel = f"{_OURS}{self._serial()}"
        arrived: asyncio.Future[tuple[CallBacks, AmiMessage]] = asyncio.get_running_loop().create_future()
        wait = _Wait(number=number, shown=shown, channel=channel, arrived=arrived)
        fields: dict[str, Value] = {
            "Channel": f"PJSIP/{phone_number(number)}@{trunk}",
            "Application": "Wait",
            "Data": "5",
            "Timeout": int(within_s * 1000),
            "CallerID": f"<{phone_number(shown)}>",
            "Async": True,
            "ChannelId": channel,
        }
        order, books = Action(name="Originate", fields=fields), (self, *elsewhere)
        for book in books:
            book._waiting[number] = wait
        try:
            return await self._go_around(wait, order, within_s)
        finally:
            for book in books:
                book._waiting.pop(number, None)
            await self._hang_up(channel)

    async def _go_around(self, wait: _Wait, order: Action, within_s: float) -> CallBackTest:
        began = asyncio.get_running_loop().time()
        try:
            answer = await self._link().send(order)
            if not answer.is_success:
                told = f"Asterisk refused the call: {answer.get('message')}"
                return self._result(passed=False, told=told, shown=wait.shown)
            async with asyncio.timeout(within_s) as wait.limit:
                self._mind_refusal(wait)
                book, came = await wait.arrived
        except TimeoutError:
            return self._result(passed=False, told=_why_not(wait, within_s), shown=wait.shown)
        except AmiError as error:
            return self._result(passed=False, told=f"not known: {error}", shown=wait.shown)
        took_s = asyncio.get_running_loop().time() - began
        verdict = await book._verdict(came.get("uniqueid"))
        await book._hang_up(came.get("uniqueid"))
        cnam = _plain(came.get("calleridname").replace("<unknown>", ""))
        told = f"it came in after {took_s:.1f} s" + (f", vouched for: {verdict}" if verdict else "")
        return CallBackTest(
            at=self._now(),
            passed=True,
            told=told,
            shown=wait.shown,
            took_s=round(took_s, 3),
            verdict=verdict,
            cnam=cnam,
        )

    def _result(self, *, passed: bool, told: str, shown: str) -> CallBackTest:
        return CallBackTest(at=self._now(), passed=passed, told=told[:300], shown=shown)

    async def _verdict(self, channel: str) -> str:
        """The carrier's words; '' where it says nothing, or the call is over already."""
        for name in (*self._plan.verdict_headers, *VOUCHING):
            asked = Action(
                name="Getvar", fields={"Channel": channel, "Variable": f"PJSIP_HEADER(read,{name})"}
            )
            try:
                answer = await self._link().send(asked, within=2.0)
            except AmiError:
                return ""
            value = answer.get("value")
            if name in self._plan.verdict_headers and value:
                return _plain(value)
            if (found := _VERSTAT.search(value)) is not None:
                return found.group(1)
        return ""

    async def _hang_up(self, channel: str) -> None:
        try:
            await self._link().send(Action(name="Hangup", fields={"Channel": channel}))
        except AmiError:
            return  # it is over, or ends by its own limit

    def feed(self, message: AmiMessage) -> bool:
        """Take one event of Asterisk's; True = it is a test's own, and nobody else is to hear of it."""
        channel = message.get("uniqueid")
        if channel in self._taken:
            if message.event == "Hangup":
                self._taken.discard(channel)
            return True
        if channel.startswith(_OURS):
            self._on_its_way(channel, message)
            return True
        is_arrival = message.event == "Newchannel" and message.get("context") == INBOUND
        return is_arrival and self._arrives(channel, message)

    def _arrives(self, channel: str, message: AmiMessage) -> bool:
        wait = self._waiting.get(self._e164(message.get("exten")))
        if wait is None or wait.arrived.done():
            return False
        caller = self._e164(message.get("calleridnum"))
        if caller != wait.shown:
            wait.others.append(caller or "no number")
            return False
        self._taken.add(channel)
        wait.arrived.set_result((self, message))
        return True

    def _on_its_way(self, channel: str, message: AmiMessage) -> None:
        wait = next((each for each in self._waiting.values() if each.channel == channel), None)
        if wait is None:
            return
        if message.event == "Hangup":
            code = message.get("techcause")
            wait.refusal = f"cause {message.get('cause')} {message.get('cause-txt')}" + (
                f", SIP {code}" if code else ""
            )
        elif message.event == "OriginateResponse" and message.get("response") == "Failure":
            wait.refusal = wait.refusal or "no call could be placed"
        self._mind_refusal(wait)

    def _mind_refusal(self, wait: _Wait) -> None:
        """Where the call is over, it is waited a moment longer and not for the whole time."""
        if wait.refusal and wait.limit is not None and not wait.arrived.done():
            wait.limit.reschedule(asyncio.get_running_loop().time() + self._plan.refused_s)

    def _e164(self, number: str) -> str:
        try:
            parsed = phonenumbers.parse(number, self._plan.region)
        except phonenumbers.NumberParseException:
            return ""
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


Books = Sequence[CallBacks]


def _why_not(wait: _Wait, within_s: float) -> str:
    told = f"it did not come in within {within_s:g} s"
    if wait.refusal:
        told = f"it did not come in: the network ended the call ({wait.refusal})"
    if wait.others:
        told += f"; somebody else's call came in meanwhile, showing {', '.join(sorted(set(wait.others)))}"
    return told


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub("", text).strip()[:100]
