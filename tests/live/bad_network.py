"""A bad network between one SIP phone and Asterisk: packets of sound are late, out of order, or gone.

The phone takes `near` for its server; Asterisk sees the phone at `far`. Signalling passes unharmed, with the
addresses and ports of the sound rewritten, so that RTP and RTCP of both ways come through here. Each packet
waits for a time of its own, equally likely between nothing and twice the jitter, as `tc netem delay J J`
does: packets overtake each other.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

_SIP = 5060
_SOUND = 31000
MOST_LATE_S = 0.02
_LENGTH = re.compile(rb"(?im)^(Content-Length|l)\s*:\s*\d+\s*$")
_MEDIA = re.compile(rb"(?m)^m=audio (\d+) ")
# the answer to a mere check (OPTIONS) describes a session too, one that nobody has
_CALL = re.compile(rb"(?im)^CSeq\s*:\s*\d+\s+INVITE\s*$")
_RTCP = re.compile(rb"(?m)^a=rtcp:\d+.*\r\n")

Address = tuple[str, int]
_Take = Callable[[bytes, Address], None]


@dataclass(slots=True, kw_only=True)
class Fate:
    """What becomes of packets of sound, and what became of them.

    Args:
        jitter_s: half the span of the delay.
        lost: share that never arrives, 0-1.
    """

    jitter_s: float = 0.0
    lost: float = 0.0
    seed: int = 1
    passed: int = 0
    dropped: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def delay(self) -> float | None:
        """Seconds that the next packet takes; None = it is lost."""
        if self._chance.random() < self.lost:
            self.dropped += 1
            return None
        self.passed += 1
        return self._chance.uniform(0.0, 2.0 * self.jitter_s)


class _Socket(asyncio.DatagramProtocol):
    """One end; hands on to its peer."""

    def __init__(self, take: _Take) -> None:
        self._take = take
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._take(data, addr)

    def send(self, data: bytes, address: Address) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(data, address)


class BadNetwork:
    """Stands between one phone and Asterisk, for one call at a time."""

    def __init__(self, *, phone: str, near: str, far: str, server: str, fate: Fate) -> None:
        self.near = near
        self.fate = fate
        self._phone, self._far, self._server = phone, far, server
        self._phone_sound = 0
        self._server_sound = 0
        self._sockets: dict[str, _Socket] = {}
        self._late: list[float] = []

    def begin(self) -> None:
        """From now on it is looked at whether packets leave when they should."""
        self._late.clear()

    def kept_its_times(self) -> bool:
        """Whether it was the network that was asked for, and not one of a machine that is too busy: of all
        packets since `begin` 99 in 100 left within 20 ms of their time.
        """
        late = sorted(self._late)
        return bool(late) and late[int(0.99 * len(late))] < MOST_LATE_S

    async def open(self) -> None:
        """Listen."""
        await self._bind("sip-near", self.near, _SIP, self._from_phone)
        await self._bind("sip-far", self._far, _SIP, self._from_server)
        for extra, name in ((0, "rtp"), (1, "rtcp")):
            near, far = f"{name}-near", f"{name}-far"
            await self._bind(near, self.near, _SOUND + extra, self._sound(far, extra, is_up=True))
            await self._bind(far, self._far, _SOUND + extra, self._sound(near, extra, is_up=False))

    def close(self) -> None:
        """Let everything go."""
        for one in self._sockets.values():
            if one.transport is not None:
                one.transport.close()

    async def _bind(self, name: str, host: str, port: int, take: _Take) -> None:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(lambda: _Socket(take), local_addr=(host, port))
        self._sockets[name] = protocol

    # ------------------------------------------------------------------------------------- signalling

    def _from_phone(self, data: bytes, _: Address) -> None:
        data, port = _rewritten(data, address=self._far)
        self._phone_sound = port or self._phone_sound
        self._sockets["sip-far"].send(data, (self._server, _SIP))

    def _from_server(self, data: bytes, _: Address) -> None:
        data, port = _rewritten(data, address=self.near)
        self._server_sound = port or self._server_sound
        self._sockets["sip-near"].send(data, (self._phone, _SIP))

    # ------------------------------------------------------------------------------------------ sound

    def _sound(self, out: str, extra: int, *, is_up: bool) -> _Take:
        def take(data: bytes, _: Address) -> None:
            port = self._server_sound if is_up else self._phone_sound
            delay = self.fate.delay()
            if port and delay is not None:
                target = (self._server if is_up else self._phone, port + extra)
                loop = asyncio.get_running_loop()
                due = loop.time() + delay
                loop.call_at(due, self._send, out, data, target, due)

        return take

    def _send(self, out: str, data: bytes, target: Address, due: float) -> None:
        self._late.append(asyncio.get_running_loop().time() - due)
        self._sockets[out].send(data, target)


def _rewritten(data: bytes, *, address: str) -> tuple[bytes, int | None]:
    """The message with its session description pointing here, and the port of the sound it had."""
    head, blank, body = data.partition(b"\r\n\r\n")
    found = _MEDIA.search(body)
    if found is None or _CALL.search(head) is None:
        return data, None
    here = address.encode()
    body = re.sub(rb"(?m)^(c=IN IP4 )\S+", rb"\g<1>" + here, body)
    body = _MEDIA.sub(b"m=audio %d " % _SOUND, body)
    body = _RTCP.sub(b"", body)
    head = _LENGTH.sub(b"Content-Length: %d" % len(body), head)
    return head + blank + body, int(found[1])
