"""Asks a TURN server the way a browser does: credentials, an address of its own, and whom it relays to.

An allocation is made and given back; nothing is sent through it. Source: RFC 8489 (STUN), RFC 8656 (TURN).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import os
import ssl
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from telephony.asterisk.found import Found
from telephony.asterisk.relay import credentials
from telephony.asterisk.settings import AsteriskSettings

WITHIN_S = 5.0
NOBODY_S = "192.0.2.1"
"""A peer that no relay of ours may reach (RFC 5737): one that takes it relays to everybody."""

_COOKIE = 0x2112A442
_ALLOCATE, _REFRESH, _PERMIT = 0x0003, 0x0004, 0x0008
_USERNAME, _INTEGRITY, _ERROR, _LIFETIME, _PEER, _REALM, _NONCE, _TRANSPORT = (
    0x0006,
    0x0008,
    0x0009,
    0x000D,
    0x0012,
    0x0014,
    0x0015,
    0x0019,
)
_UDP = b"\x11\x00\x00\x00"


class Wire(Protocol):
    """A way to the server: one message out, one back."""

    async def ask(self, message: bytes) -> bytes:
        """The answer to it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said: 0 = yes, else a code such as 401 or 403."""

    code: int
    attributes: dict[int, bytes] = field(default_factory=dict[int, bytes])


async def relays_found(settings: AsteriskSettings, *, peers: tuple[str, ...], now: float) -> list[Found]:
    """Each TURN server of the settings; none where there are none.

    Args:
        peers: addresses of Asterisk's sound that it must relay to.
        now: POSIX seconds.
    """
    relay = settings.relay
    if relay.secret is None:
        return []
    user, password = credentials(relay.secret, "doctor", ends_at=int(now) + 600)
    return [await _found(url, user, password, peers, ca_file=settings.link.ca_file) for url in relay.turn]


async def _found(url: str, user: str, password: str, peers: tuple[str, ...], *, ca_file: str | None) -> Found:
    name = f"relay {url}"
    try:
        async with asyncio.timeout(WITHIN_S), _wire(url, ca_file) as wire:
            return await _examined(name, wire, user, password, peers)
    except ssl.SSLCertVerificationError as error:
        mend = "give the TURN server a certificate that browsers trust, for the name in relay.turn."
        return Found(name=name, ok=False, found=error.verify_message, mend=mend)
    except (OSError, TimeoutError, ValueError) as error:
        mend = (
            "start the TURN server, open its ports (3478, over TLS 5349) to the agents, and see relay.turn."
        )
        return Found(name=name, ok=False, found=str(error) or "no answer in time", mend=mend)


async def _examined(name: str, wire: Wire, user: str, password: str, peers: tuple[str, ...]) -> Found:
    first = await _ask(wire, _ALLOCATE, [(_TRANSPORT, _UDP)])
    if first.code == 0:
        mend = "set use-auth-secret: this relay serves everybody on the Internet."
        return Found(name=name, ok=False, found="it asks for no credentials", mend=mend)
    realm, nonce = first.attributes.get(_REALM, b""), first.attributes.get(_NONCE, b"")
    key = hashlib.md5(b":".join((user.encode(), realm, password.encode()))).digest()  # RFC 8489
    signed = [(_USERNAME, user.encode()), (_REALM, realm), (_NONCE, nonce)]
    taken = await _ask(wire, _ALLOCATE, [(_TRANSPORT, _UDP), *signed], key=key)
    if taken.code:
        mend = "static-auth-secret of the TURN server and the secret of [asterisk.relay] must be the same."
        return Found(name=name, ok=False, found=f"it refuses our credentials ({taken.code})", mend=mend)
    try:
        for peer in peers:
            if (await _permit(wire, peer, signed, key)).code:
                mend = "write coturn/turnserver.conf anew: allowed-peer-ip must name Asterisk's sound."
                return Found(name=name, ok=False, found=f"it does not relay to {peer}", mend=mend)
        if (await _permit(wire, NOBODY_S, signed, key)).code == 0:
            mend = "deny every peer but Asterisk, as the written coturn/turnserver.conf does."
            return Found(name=name, ok=False, found="it relays to any address", mend=mend)
    finally:
        await _ask(wire, _REFRESH, [(_LIFETIME, struct.pack("!I", 0)), *signed], key=key)
    return Found(name=name, ok=True, found=f"takes our credentials, relays to {', '.join(peers)} alone")


async def _permit(wire: Wire, peer: str, signed: list[tuple[int, bytes]], key: bytes) -> Answer:
    return await _ask(wire, _PERMIT, [(_PEER, _xored(peer)), *signed], key=key)


async def _ask(wire: Wire, method: int, attributes: list[tuple[int, bytes]], *, key: bytes = b"") -> Answer:
    number = os.urandom(12)
    body = b"".join(_attribute(kind, value) for kind, value in attributes)
    if key:
        head = struct.pack("!HHI", method, len(body) + 24, _COOKIE) + number
        body += _attribute(_INTEGRITY, hmac.digest(key, head + body, "sha1"))
    return parsed(await wire.ask(struct.pack("!HHI", method, len(body), _COOKIE) + number + body), number)


def parsed(message: bytes, number: bytes) -> Answer:
    """A server's answer.

    Raises:
        ValueError: it is no STUN, or answers another question.
    """
    if len(message) < 20 or message[8:20] != number:
        raise ValueError("what answers there does not speak STUN")
    attributes: dict[int, bytes] = {}
    at, end = 20, 20 + struct.unpack("!H", message[2:4])[0]
    while at + 4 <= min(end, len(message)):
        kind, length = struct.unpack("!HH", message[at : at + 4])
        attributes.setdefault(kind, message[at + 4 : at + 4 + length])
        at += 4 + length + -length % 4
    error = attributes.get(_ERROR, b"")
    is_refusal = bool(message[0] & 0x01) and bool(message[1] & 0x10)
    return Answer(
        code=error[2] * 100 + error[3] if is_refusal and len(error) >= 4 else 0, attributes=attributes
    )


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _xored(peer: str) -> bytes:
    """XOR-PEER-ADDRESS of an IPv4 address, any port."""
    address = int(ipaddress.IPv4Address(peer)) ^ _COOKIE
    return struct.pack("!BBHI", 0, 1, _COOKIE >> 16, address)


@asynccontextmanager
async def _wire(url: str, ca_file: str | None) -> AsyncGenerator[Wire]:
    scheme, _, rest = url.partition(":")
    server, _, query = rest.partition("?transport=")
    host, _, port = server.partition(":")
    at = int(port) if port else 5349 if scheme == "turns" else 3478
    if scheme == "turn" and query != "tcp":
        datagrams = _Datagrams()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: datagrams, remote_addr=(host, at)
        )
        try:
            yield _Udp(transport.sendto, datagrams.heard)
        finally:
            transport.close()
        return
    context = ssl.create_default_context(cafile=ca_file) if scheme == "turns" else None
    reader, writer = await asyncio.open_connection(host, at, ssl=context)
    try:
        yield _Stream(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes | Exception] = asyncio.Queue(16)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        del addr
        with contextlib.suppress(asyncio.QueueFull):
            self.heard.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.heard.put_nowait(exc)


@dataclass(frozen=True, slots=True)
class _Udp:
    send: Callable[[bytes], None]
    heard: asyncio.Queue[bytes | Exception]

    async def ask(self, message: bytes) -> bytes:
        self.send(message)
        answer = await self.heard.get()
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(frozen=True, slots=True)
class _Stream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, message: bytes) -> bytes:
        self.writer.write(message)
        head = await self.reader.readexactly(20)
        return head + await self.reader.readexactly(struct.unpack("!H", head[2:4])[0])
