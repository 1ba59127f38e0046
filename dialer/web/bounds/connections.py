"""Connections: bounded in number while they are strangers, and in time until what they send is whole.

Theory of operation. Every connection begins as a stranger's. The doorkeeper takes it off the list when a
request of it shows a known token (`Strangers.known`); a web socket stays one until its token was heard. With
too many strangers, of one address or in all, the one who has been here for longest goes. Two deadlines run in
the protocol: until a head is whole, and until a body is; between requests uvicorn's keep-alive does. A
creditor's file comes for minutes: of whoever is no stranger it has `upload_s`, and the doorkeeper sees to
each of its parts.
"""

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from dialer.access.throttle import peer_of
from dialer.web.bounds.limits import UPLOADS, Limits
from dialer.web.bounds.rates import Rates

Client = tuple[str, int]


class Strangers:
    """Who is connected and has shown no token."""

    def __init__(self, limits: Limits, *, proxies: Iterable[str] = ()) -> None:
        self.limits = limits
        self._proxies = tuple(ipaddress.ip_network(one) for one in proxies)
        self._connects = Rates(per_s=limits.connects_per_s, at_once=limits.connects_at_once)
        self._all: OrderedDict[Client, asyncio.Transport] = OrderedDict()
        self._of_peer: dict[str, OrderedDict[Client, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, client: Client) -> bool:
        return client in self._all

    def came(self, client: Client, transport: asyncio.Transport) -> bool:
        """One more; somebody else may have to go for them. False = they come too often: close them."""
        if client in self._all:  # now encrypted
            self._all[client] = transport
            return True
        if self._is_proxy(client[0]):
            return True
        peer = peer_of(client[0])
        if not self._connects.may(peer):
            return False
        self._all[client] = transport
        theirs = self._of_peer.setdefault(peer, OrderedDict())
        theirs[client] = None
        if len(theirs) > self.limits.strangers_of_peer:
            self._turn_out(next(iter(theirs)))
        if len(self._all) > self.limits.strangers:
            self._turn_out(next(iter(self._all)))
        return True

    def known(self, client: Client) -> None:
        """They have shown a token, or are gone: no stranger any more."""
        if self._all.pop(client, None) is None:
            return
        peer = peer_of(client[0])
        theirs = self._of_peer[peer]
        del theirs[client]
        if not theirs:
            del self._of_peer[peer]

    def _is_proxy(self, host: str) -> bool:
        """Its connections are many people's: it bounds them itself."""
        if not self._proxies:
            return False
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._proxies)

    def _turn_out(self, client: Client) -> None:
        transport = self._all[client]
        self.known(client)
        transport.abort()


class BoundedProtocol(H11Protocol):
    """Uvicorn's protocol, with the deadlines and the list of strangers; made by `bounded`."""

    strangers: Strangers

    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self._waits_for = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # as uvicorn's own
        """A connection; one too many of its peer is closed without a word."""
        super().connection_made(transport)
        if self.client is not None and not self.strangers.came(self.client, transport):
            transport.abort()
            return
        self._wait_for("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._wait_for("")
        if self.client is not None:
            self.strangers.known(self.client)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes: the deadline of what they leave unfinished begins, and is not put off by further ones."""
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.IDLE:
            self._wait_for("head")
        elif state is h11.SEND_BODY:
            self._wait_for("body")
        else:
            self._wait_for("")

    def on_response_complete(self) -> None:
        """The answer is out: what is next is a further request, for which the keep-alive waits."""
        if self.conn.their_state is not h11.SEND_BODY:
            self._wait_for("")
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on another protocol has the connection; the doorkeeper says when it is no stranger's."""
        self._wait_for("")
        super().handle_websocket_upgrade(event)
        if self.client is not None and self.transport.is_closing():
            self.strangers.known(self.client)

    def _wait_for(self, what: str) -> None:
        if what == self._waits_for:
            return
        self._waits_for = what
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if what:
            limits = self.strangers.limits
            seconds, ends = (
                (limits.head_s, self.transport.abort) if what == "head" else (limits.body_s, self._late)
            )
            self._deadline = self.loop.call_later(seconds, ends)

    def _late(self) -> None:
        """A body is not whole yet: the end, but for a creditor's file of somebody who is no stranger."""
        limits = self.strangers.limits
        is_upload = (self.scope["method"], self.scope["path"]) == UPLOADS
        if not is_upload or self.client is None or self.client in self.strangers:
            self.transport.abort()
        else:
            left = max(0.0, limits.upload_s - limits.body_s)
            self._deadline = self.loop.call_later(left, self.transport.abort)


def bounded(strangers: Strangers) -> type[BoundedProtocol]:
    """The protocol for a server whose strangers are on this list."""
    return type("Bounded", (BoundedProtocol,), {"strangers": strangers})
