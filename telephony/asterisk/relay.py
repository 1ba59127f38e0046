"""How the sound of a browser at home finds its way: STUN tells it its address, TURN carries what cannot go
directly. Credentials for the relay are made for one agent and end by themselves.

Source: A REST API for access to TURN services, draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass, field

from dialer.settings_reader import SettingsError

_STUN = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_TURN = re.compile(r"turns?:[A-Za-z0-9.-]+(:[0-9]{1,5})?(\?transport=(udp|tcp))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """STUN and TURN for browser phones outside of the floor's network.

    Args:
        stun: servers, `host` or `host:port`; Asterisk asks the first of them too.
        turn: addresses as browsers take them, `turns:turn.example:443?transport=tcp`.
        secret: shared with the TURN server (`static-auth-secret`); made when the configuration is written.
        realm: of the TURN server.
        peers: addresses of Asterisk's sound as the TURN server reaches them; it relays to nobody else. () =
            `[asterisk.sip]` external_address or media_address.
        lifetime_s: seconds for which a page's credentials hold: a shift. It gets new ones when it signs in.
        only: browsers send sound over the relay alone; for proving it, or where nothing else is allowed.
    """

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)
    realm: str = "fairdial"
    peers: tuple[str, ...] = ()
    lifetime_s: int = 43_200
    only: bool = False

    def __post_init__(self) -> None:
        for what, pattern, values in (("stun", _STUN, self.stun), ("turn", _TURN, self.turn)):
            wrong = [value for value in values if not pattern.fullmatch(value)]
            if wrong:
                raise SettingsError(
                    f"relay.{what}: {wrong[0]!r} is no address",
                    mend='write stun = ["stun.example:3478"], turn = ["turns:turn.example?transport=tcp"].',
                )
        for peer in self.peers:
            try:
                ipaddress.ip_address(peer)
            except ValueError as error:
                raise SettingsError(f"relay.peers: {peer!r} is no address of a machine") from error
        if self.turn and self.secret is None:
            raise SettingsError(
                "relay.turn is set, and there is no secret for it",
                mend="run `fairdial asterisk config`, which makes it, or give the TURN server's own.",
            )
        if self.only and not self.turn:
            raise SettingsError("relay.only without relay.turn leaves no way for the sound")
        if self.lifetime_s < 600:
            raise SettingsError("relay.lifetime_s is under ten minutes: sound would end in mid-call")


@dataclass(frozen=True, slots=True, kw_only=True)
class IceServer:
    """One entry of a browser's `iceServers`; username and credential are None where none are needed."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = field(default=None, repr=False)


def ice_servers(relay: RelaySettings, agent: str, *, now: float) -> tuple[IceServer, ...]:
    """What an agent's browser is given.

    Args:
        now: POSIX seconds of the TURN server's clock.
    """
    made: list[IceServer] = []
    if relay.stun:
        made.append(IceServer(urls=tuple(f"stun:{server}" for server in relay.stun)))
    if relay.turn and relay.secret is not None:
        username, credential = credentials(relay.secret, agent, ends_at=int(now) + relay.lifetime_s)
        made.append(IceServer(urls=relay.turn, username=username, credential=credential))
    return tuple(made)


def credentials(secret: str, name: str, *, ends_at: int) -> tuple[str, str]:
    """User and password that a TURN server with this secret takes until then (POSIX seconds)."""
    username = f"{ends_at}:{name}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()
