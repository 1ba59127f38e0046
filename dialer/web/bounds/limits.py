"""How much may be brought, how fast, and by whom; durations in seconds, sizes in bytes."""

from dataclasses import dataclass

UPLOADS = ("POST", "/api/intake/files")
"""The one body that is no JSON and is never whole in memory: a creditor's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every bound of the door.

    Args:
        head_bytes: of the request line and the headers together.
        head_s: from the connection, or from the first byte of a further request, to the end of its head.
        body_s: from the end of the head to the end of the body.
        body_bytes: of a body, where the route has no other bound.
        file_bytes: of the whole file of a person: 10,000 things of a few hundred bytes each.
        upload_bytes, upload_s: of a creditor's file, which is written to disk as it comes: each part of it is
            there within `body_s`, the last within `upload_s`.
        strangers, strangers_of_peer: connections that have shown no token, in all and of one address.
        connects_per_s, connects_at_once: new connections of one address, in the long run and together.
        asks_per_s, asks_at_once: requests without a known token of one address.
        known_asks_per_s, known_asks_at_once: requests with one known token.
        message_bytes: of one message of a web socket: a token is the longest that is sent to us.
        backlog: connections that wait to be accepted; each turn of the loop accepts no more.
    """

    head_bytes: int = 16_384
    head_s: float = 5.0
    body_s: float = 20.0
    body_bytes: int = 262_144
    file_bytes: int = 8_388_608
    upload_bytes: int = 2_147_483_648
    upload_s: float = 900.0
    strangers: int = 256
    strangers_of_peer: int = 64
    connects_per_s: float = 200.0
    connects_at_once: float = 400.0
    asks_per_s: float = 50.0
    asks_at_once: float = 200.0
    known_asks_per_s: float = 500.0
    known_asks_at_once: float = 1_000.0
    message_bytes: int = 16_384
    backlog: int = 64


LIMITS = Limits()
