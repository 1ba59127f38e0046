"""Somebody with an address and no business here: SIP by hand, over UDP, from an address of their own."""

from __future__ import annotations

import itertools
import re
import socket
from dataclasses import dataclass, field

_CALLS = itertools.count(1)

WRONG_DIGEST = (
    'Authorization: Digest username="104", realm="asterisk", nonce="1700000000/0123456789abcdef", '
    'uri="sip:x", response="00000000000000000000000000000000", algorithm=MD5, qop=auth, nc=00000001, '
    'cnonce="0a", opaque="1"\r\n'
)
"""What a guess of phone 104's password looks like."""


@dataclass(slots=True)
class Stranger:
    """One address that sends SIP.

    Args:
        own: the address that it sends from, of this machine.
        target: the Asterisk's address; SIP at 5060.
    """

    own: str
    target: str
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.own, 0))
        self._socket.settimeout(2.0)

    def close(self) -> None:
        """Go away."""
        self._socket.close()

    def invite(self, called: str, *, as_whom: str, auth: str = "") -> list[int]:
        """Call somebody, with any name in From; the codes that came back (within a second or two)."""
        return self._ask("INVITE", f"sip:{called}@{self.target}", as_whom, auth, body=self._sdp())

    def register(self, user: str, *, auth: str = "") -> list[int]:
        """Register as a phone."""
        contact = f"Contact: <sip:{user}@{self.own}:{self._port}>\r\n"
        return self._ask("REGISTER", f"sip:{self.target}", user, auth, contact=contact)

    def send(self, data: bytes) -> None:
        """Any bytes."""
        self._socket.sendto(data, (self.target, 5060))

    @property
    def _port(self) -> int:
        return int(self._socket.getsockname()[1])

    def _sdp(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.own}\r\ns=-\r\nc=IN IP4 {self.own}\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )

    def _ask(
        self, method: str, uri: str, user: str, auth: str, *, body: str = "", contact: str | None = None
    ) -> list[int]:
        number = next(_CALLS)
        here = f"{self.own}:{self._port}"
        contact = f"Contact: <sip:{user}@{here}>\r\n" if contact is None else contact
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.send(
            (
                f"{method} {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bK-stranger-{number}-{self._port};rport\r\n"
                f'From: "{user}" <sip:{user}@{self.target}>;tag=s{number}\r\n'
                f"To: <{uri}>\r\nCall-ID: stranger-{number}@{here}\r\nCSeq: 1 {method}\r\n"
                f"Max-Forwards: 70\r\n{contact}{auth}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )
        return self._codes()

    def _codes(self) -> list[int]:
        """Codes until a final one; [] when nobody answers."""
        codes: list[int] = []
        while not codes or codes[-1] < 200:
            try:
                answer = self._socket.recv(65536).decode("utf-8", "replace")
            except TimeoutError:
                break
            found = re.match(r"SIP/2\.0 (\d{3})", answer)
            if found:
                codes.append(int(found[1]))
        return codes
