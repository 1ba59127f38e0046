"""A connection to one Asterisk that says the truth about itself.

Connects, logs in, waits until Asterisk is fully booted, watches that the other side lives, and comes back
after a loss; it never sends anything twice, and nothing late. The stream of events carries `LinkLost` and
`LinkRestored` in their place between the events, so that its reader knows where something may be missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import structlog
from panoramisk.manager import Manager

from dialer.back_off import BackOff
from telephony.asterisk.errors import (
    ActionTimeoutError,
    AmiError,
    CannotConnectError,
    ConnectionLostError,
    LoginRefusedError,
    NotConnectedError,
)
from telephony.asterisk.event_stream import EventStream
from telephony.asterisk.protocol import Answer, GuardedProtocol
from telephony.asterisk.wire import Action, AmiMessage, LinkLost, LinkRestored, Value
from telephony.keeping import keep

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAddress:
    """Where and as whom to log in.

    Args:
        tls: speak TLS; the certificate is always checked. Without it only addresses of this machine are
            accepted, since user and secret would be readable on the way.
        ca_file: PEM of the authority (or of the self-signed certificate itself); None = the system's.
        events: classes of events that are wanted, of those that the user may read.

    Raises:
        CannotConnectError: no TLS to another machine.
    """

    user: str
    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 5038
    tls: bool = False
    ca_file: Path | None = None
    events: str = "call,user,system,dtmf"

    def __post_init__(self) -> None:
        if not self.tls and not _is_own(self.host):
            raise CannotConnectError(
                f"{self.host} is another machine: set tls, or the secret can be read on the way"
            )

    def context(self) -> ssl.SSLContext | None:
        """TLS with certificate and name checked; None without TLS."""
        if not self.tls:
            return None
        return ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiTimings:
    """Seconds. A half-open connection is noticed within `silence + 2 * ping_every`: 4.5 s. Once Asterisk
    answers again we are back within `connect + most_wait`, 4.5 s, and its own boot: a try that something in
    between left hanging, and the wait after it.

    Args:
        connect: for the TCP (and TLS) connection, and again for the answer to the login.
        boot: for `FullyBooted` after the login.
        action: for the answer to an action.
        silence: nothing heard for this long although asked: the other side is gone.
        first_wait, most_wait: before the first attempt to come back, doubling up to the most.
    """

    connect: float = 2.5
    boot: float = 30.0
    action: float = 10.0
    ping_every: float = 1.0
    silence: float = 2.5
    first_wait: float = 0.2
    most_wait: float = 2.0


class AmiConnection:
    """One connection, kept up.

    Args:
        on_lost: called with the reason when the connection goes; must not block.
        on_restored: called when it is back.
        most_events: events not yet read at which reading from the wire stops.
    """

    def __init__(
        self,
        address: AmiAddress,
        *,
        timings: AmiTimings | None = None,
        on_lost: Callable[[str], None] | None = None,
        on_restored: Callable[[], None] | None = None,
        most_events: int = 5000,
    ) -> None:
        self._address = address
        self._timings = timings or AmiTimings()
        self._on_lost = on_lost
        self._on_restored = on_restored
        self._stream = EventStream(high=most_events, pause=self._pause, resume=self._resume)
        self._manager: Manager | None = None
        self._protocol: GuardedProtocol | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._booted = asyncio.Event()
        self._gone = asyncio.Event()
        self._is_up = False
        self._stood_s: float | None = None

    @property
    def is_up(self) -> bool:
        """Whether an action would be sent now."""
        return self._is_up

    @property
    def stood_s(self) -> float | None:
        """Whole seconds for which Asterisk had been running when we came; None where it does not say."""
        return self._stood_s

    @property
    def events(self) -> EventStream:
        """What Asterisk says, to be read by `async for`; one reader."""
        return self._stream

    async def connect(self) -> None:
        """Connect for the first time, then keep the connection up until `close`.

        Raises:
            CannotConnectError: nothing there, no Asterisk, certificate not trusted, not booted in time.
            LoginRefusedError: wrong user or secret.
        """
        assert self._keeper is None, "connect is called once"
        await self._establish()
        self._keeper = keep(self._keep(), name=f"ami-{self._address.host}", died=self._keeper_died)

    async def send(self, action: Action, *, within: float | None = None) -> AmiMessage:
        """Send one action and give Asterisk's response, a refusal included (`is_success`).

        Args:
            within: seconds for the answer; None = the timings' own.

        Raises:
            NotConnectedError: nothing was sent and nothing will be.
            ConnectionLostError, ActionTimeoutError: it was sent; whether it was carried out is not known.
        """
        answer = await self._ask(action, as_list=False, within=within)
        assert isinstance(answer, AmiMessage)
        return answer

    async def send_list(self, action: Action, *, within: float | None = None) -> tuple[AmiMessage, ...]:
        """Send an action that answers with a list; gives its items, without response and end.

        Raises:
            ActionTimeoutError, ConnectionLostError, NotConnectedError: as `send`.
        """
        answer = await self._ask(action, as_list=True, within=within)
        assert isinstance(answer, tuple)
        return tuple(item for item in answer if item.event and not item.event.endswith("Complete"))

    async def close(self) -> None:
        """Close and stay closed; whoever waits for an answer gets an error. The stream of events ends."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})  # how it ended was told when it did
        self._is_up = False
        if self._protocol is not None:
            self._protocol.close()
        self._stream.end()

    # ------------------------------------------------------------- what the protocol tells us (Listener)

    def event_received(self, message: AmiMessage) -> None:
        """Put the event into the stream."""
        if message.event == "FullyBooted" and not self._booted.is_set():
            self._stood_s = _seconds(message.get("uptime"))
            self._booted.set()
            self._is_up = True
            self._stream.put(LinkRestored())
        self._stream.put(message)

    def connection_lost(self, error: Exception) -> None:
        """Say so in the stream, once for each time that the connection had been up."""
        was_up, self._is_up = self._is_up, False
        self._gone.set()
        if was_up:
            self._stream.put(LinkLost(reason=str(error)))
            self._tell_lost(str(error))

    # --------------------------------------------------------------------------------- keeping it up

    async def _establish(self) -> None:
        self._booted.clear()
        self._gone.clear()
        try:
            async with asyncio.timeout(self._timings.connect):
                protocol = await self._open()
            await self._log_in(protocol)
            await self._wait_booted()
        except LoginRefusedError:
            self._drop()
            raise
        except (OSError, TimeoutError, AmiError) as error:
            # Closed between the connection and the login too: the loop decides when we hear of it.
            self._drop()
            raise CannotConnectError(f"{self._address.host}:{self._address.port}: {_words(error)}") from error
        except BaseException:
            self._drop()
            raise

    async def _open(self) -> GuardedProtocol:
        loop = asyncio.get_running_loop()
        if self._manager is None:
            # The manager's own pings, login and reconnect stay unused: each of them loops in silence.
            self._manager = Manager(loop=loop, protocol_factory=lambda: GuardedProtocol(self))
        address = self._address
        context = await loop.run_in_executor(None, address.context)
        made = cast("dict[str, Callable[[], GuardedProtocol]]", self._manager.config)["protocol_factory"]
        connected = await loop.create_connection(made, address.host, address.port, ssl=context)
        self._protocol = connected[1]
        done: asyncio.Future[tuple[asyncio.Transport, GuardedProtocol]] = loop.create_future()
        done.set_result(connected)
        self._manager.connection_made(done)  # pyright: ignore[reportUnknownMemberType]  # untyped library
        pinger = cast("asyncio.TimerHandle", self._manager.pinger)
        pinger.cancel()
        return self._protocol

    async def _log_in(self, protocol: GuardedProtocol) -> None:
        address = self._address
        fields = {"Username": address.user, "Secret": address.secret, "Events": address.events}
        answer = await self._wait(
            protocol.send({"Action": "Login", **fields}), self._timings.connect, "Login"
        )
        assert isinstance(answer, AmiMessage)
        if not answer.is_success:
            raise LoginRefusedError(f"Asterisk refused user {address.user!r}: {answer.get('message')}")

    async def _wait_booted(self) -> None:
        booted = asyncio.ensure_future(self._booted.wait())
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            limit = self._timings.boot
            await asyncio.wait((booted, gone), return_when=asyncio.FIRST_COMPLETED, timeout=limit)
        finally:
            booted.cancel()
            gone.cancel()
        if self._gone.is_set() and not self._booted.is_set():
            raise ConnectionLostError("Asterisk closed the connection before it was booted")
        if not self._booted.is_set():
            raise ConnectionLostError(
                f"logged in, but not said to be fully booted in {limit:g} s "
                "(the user needs the read class system)"
            )

    async def _keep(self) -> None:
        while True:
            await self._watch()
            try:
                await self._come_back()
            except LoginRefusedError as error:
                _log.error("ami.login_refused", host=self._address.host, user=self._address.user)
                self._stream.put(LinkLost(reason=str(error), will_retry=False))
                self._tell_lost(str(error))
                return
            self._tell_restored()

    def _keeper_died(self, error: Exception) -> None:
        """Nobody watches this connection any more: it ends, and whoever reads it is told to begin anew."""
        reason = f"the connection's keeper died: {_words(error)}"
        self._drop()
        self._stream.put(LinkLost(reason=reason, will_retry=False))
        self._tell_lost(reason)

    async def _watch(self) -> None:
        """Ping until the connection is gone, and end it when the other side is silent."""
        loop = asyncio.get_running_loop()
        ping: asyncio.Future[Answer] | None = None
        sent_at = loop.time()
        while not self._gone.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timings.ping_every):
                    await self._gone.wait()
            protocol = self._protocol
            if self._gone.is_set() or protocol is None or self._stream.paused:
                ping = None  # what we do not read cannot be held against the other side
            elif ping is None or ping.done():
                ping, sent_at = _ping(protocol), loop.time()
            elif self._is_silent(loop.time() - protocol.last_heard, loop.time() - sent_at):
                protocol.abort(ConnectionLostError("Asterisk no longer answers"))

    def _is_silent(self, since_heard: float, since_asked: float) -> bool:
        # Nothing at all for `silence`; or events still come, but what we send does not arrive.
        limit = self._timings.silence
        return (since_heard > limit and since_asked > limit) or since_asked > 5 * limit

    async def _come_back(self) -> None:
        back_off = BackOff(self._timings.first_wait, self._timings.most_wait)
        while True:
            await asyncio.sleep(back_off.pause())
            try:
                await self._establish()
            except CannotConnectError as error:
                _log.warning("ami.still_away", host=self._address.host, reason=str(error))
            else:
                return

    # -------------------------------------------------------------------------------------- small parts

    async def _ask(self, action: Action, *, as_list: bool, within: float | None) -> Answer:
        if not self._is_up or self._manager is None:
            raise NotConnectedError("there is no connection to Asterisk; nothing was sent")
        manager = cast("_Sender", self._manager)
        sent = manager.send_action(action.headers(), as_list=as_list)
        return await self._wait(sent, within or self._timings.action, action.name)

    async def _wait(self, sent: asyncio.Future[Answer], within: float, name: str) -> Answer:
        try:
            async with asyncio.timeout(within):
                return await sent
        except TimeoutError as error:
            raise ActionTimeoutError(f"Asterisk did not answer {name} within {within:g} s") from error

    def _drop(self) -> None:
        self._is_up = False
        if self._protocol is not None:
            self._protocol.close()

    def _pause(self) -> None:
        if self._protocol is not None:
            self._protocol.pause()

    def _resume(self) -> None:
        if self._protocol is not None:
            self._protocol.resume()

    def _tell_lost(self, reason: str) -> None:
        if self._on_lost is not None:
            _guarded(lambda told=self._on_lost: told(reason))

    def _tell_restored(self) -> None:
        if self._on_restored is not None:
            _guarded(self._on_restored)


class _Sender(Protocol):
    """What is used of panoramisk's `Manager`, which carries no types."""

    def send_action(self, action: dict[str, Value | list[str]], as_list: bool) -> asyncio.Future[Answer]: ...


def _ping(protocol: GuardedProtocol) -> asyncio.Future[Answer] | None:
    try:
        return protocol.send({"Action": "Ping"})
    except NotConnectedError:
        return None


def _guarded(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001  # the listener's defect must not cost the connection
        _log.exception("ami.listener_failed")


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def why_refused(link: AmiConnection, action: Action, *, within: float = 2.0) -> str:
    """Send one action; what Asterisk or the connection says against it, '' when Asterisk does it.

    Args:
        within: seconds for the answer.
    """
    try:
        answer = await link.send(action, within=within)
    except AmiError as error:
        return str(error)
    return "" if answer.is_success else answer.get("message") or "refused"


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() and len(text) < 12 else None


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
