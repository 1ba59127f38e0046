"""Which telephone belongs to which agent, as the settings say, and who may log in where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dialer.domain.errors import InvalidFactError, MendableError
from telephony.asterisk.relay import IceServer, RelaySettings, ice_servers

if TYPE_CHECKING:
    from telephony.asterisk.settings import AgentPhoneSettings, AsteriskSettings

_EVERYWHERE = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAccount:
    """One agent's phone at one Asterisk.

    Args:
        agent: id of the agent whose phone it is.
        endpoint: its name at Asterisk, with which it also logs in there.
        secret: its password; never shown in a page, a log or a repr.
        server: the web socket of Asterisk, `wss://host:8089/ws`.
        caller: caller id that the floor's own calls show; no other call is answered.
        relay: STUN and TURN, where it has any.
    """

    agent: str
    endpoint: str
    secret: str = field(repr=False)
    server: str
    caller: str = "100"
    relay: RelaySettings = field(default_factory=RelaySettings)

    def __post_init__(self) -> None:
        parts = urlsplit(self.server)
        if (
            parts.scheme not in ("wss", "ws")
            or not parts.hostname
            or any(sign in self.server for sign in " ;,'\"")
        ):
            raise InvalidFactError(f"{self.server!r} is no address of a web socket (wss://host:8089/ws)")

    def ice_servers(self, now: float) -> tuple[IceServer, ...]:
        """What the browser asks for a way for its sound, with credentials that are made now (POSIX s)."""
        return ice_servers(self.relay, self.agent, now=now)

    @property
    def domain(self) -> str:
        """The host in the phone's SIP address."""
        return urlsplit(self.server).hostname or ""

    @property
    def origin(self) -> str:
        """What the page may connect to, as a content security policy names it."""
        parts = urlsplit(self.server)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPhone:
    """A SIP phone on a desk. `agent`: whose it is; None = whoever logs in at it."""

    endpoint: str
    agent: str | None = None


class Phones:
    """All telephones of an installation that agents work at.

    Args:
        accounts: browser phones.
        desks: phones on desks.
        trunks: names at the telephone systems that are no phone at all.
        others: whether there are phones besides, of which nothing is known here.

    Raises:
        InvalidFactError: two browser phones for one agent, or one phone for two.
    """

    def __init__(
        self,
        accounts: Iterable[PhoneAccount] = (),
        *,
        desks: Iterable[DeskPhone] = (),
        trunks: Iterable[str] = (),
        others: bool = False,
    ) -> None:
        self._accounts: dict[str, PhoneAccount] = {}
        self._desks = {desk.endpoint: desk for desk in desks}
        self._trunks = frozenset(trunks)
        self._others = others
        taken: set[tuple[str, str]] = set()
        for account in accounts:
            if account.agent in self._accounts:
                raise InvalidFactError(f"agent {account.agent} has two browser phones")
            if (account.server, account.endpoint) in taken:
                raise InvalidFactError(f"phone {account.endpoint} belongs to two agents")
            taken.add((account.server, account.endpoint))
            self._accounts[account.agent] = account

    def of(self, agent: str) -> PhoneAccount | None:
        """The agent's phone; None when they have none."""
        return self._accounts.get(agent)

    def desk_of(self, agent: str) -> str | None:
        """The phone on the agent's own desk; None when they have none."""
        return next((name for name, desk in sorted(self._desks.items()) if desk.agent == agent), None)

    @property
    def names_none(self) -> bool:
        """Whether the settings name no phones at all: agents work at whatever the network has."""
        return not (self._accounts or self._desks or self._trunks or self._others)

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents who have a phone of their own, sorted."""
        own = {desk.agent for desk in self._desks.values() if desk.agent is not None}
        return tuple(sorted({*self._accounts, *own}))

    def why_not(self, agent: str, endpoint: str) -> str | None:
        """Why the agent cannot work at this phone, and where they can; None when they can, or where the
        settings name no phones at all."""
        owners = {account.endpoint: account.agent for account in self._accounts.values()}
        desk = self._desks.get(endpoint)
        owner = desk.agent if desk is not None else owners.get(endpoint)
        why: str | None = None
        if endpoint in self._trunks:
            why = f"{endpoint} is a trunk to the carrier, no agent's phone"
        elif desk is None and endpoint not in owners and (self._others or not (owners or self._desks)):
            return None
        elif desk is None and endpoint not in owners:
            why = f"there is no phone {endpoint} in the settings ([[asterisk.agents]])"
        elif owner is not None and owner != agent:
            why = f"phone {endpoint} is agent {owner}'s"
        return None if why is None else f"{why}; {self._where(agent)}"

    def _where(self, agent: str) -> str:
        account = self._accounts.get(agent)
        own = account.endpoint if account is not None else self.desk_of(agent)
        if own is not None:
            return f"agent {agent}'s own phone is {own}"
        free = sorted(name for name, desk in self._desks.items() if desk.agent is None)
        if free:
            return f"anybody's are {', '.join(free)}"
        return f"agent {agent} has none: see [[asterisk.agents]]"

    @property
    def origins(self) -> tuple[str, ...]:
        """Every web socket server, sorted."""
        return tuple(sorted({account.origin for account in self._accounts.values()}))


def phones_of(asterisks: Iterable[AsteriskSettings]) -> Phones:
    """The phones that the settings name, and the trunks that are none.

    Raises:
        MendableError: one agent has two browser phones, or an address is none.
    """
    asterisks = tuple(asterisks)
    try:
        return Phones(
            (
                PhoneAccount(
                    agent=agent_of(phone),
                    endpoint=phone.endpoint,
                    secret=phone.secret,
                    server=server_of(asterisk),
                    relay=asterisk.relay,
                )
                for asterisk in asterisks
                for phone in asterisk.agents
                if phone.browser
            ),
            desks=(
                DeskPhone(endpoint=phone.endpoint, agent=phone.agent)
                for asterisk in asterisks
                for phone in asterisk.agents
                if not phone.browser
            ),
            trunks=(trunk.name for asterisk in asterisks for trunk in asterisk.trunks),
            others=any(asterisk.other_phones for asterisk in asterisks),
        )
    except InvalidFactError as error:
        mend = "see [[asterisk.agents]] browser and agent, and [asterisk.http] public."
        raise MendableError(str(error), mend=mend) from error


def agent_of(phone: AgentPhoneSettings) -> str:
    """Whose phone it is."""
    return phone.agent if phone.agent is not None else phone.endpoint


def server_of(asterisk: AsteriskSettings) -> str:
    """The web socket of this Asterisk as browsers reach it."""
    http = asterisk.http
    if http.public is not None:
        return http.public
    host = asterisk.link.host if http.bind in _EVERYWHERE else http.bind
    if asterisk.certificate is None:
        return f"ws://{host}:{http.port}/ws"
    return f"wss://{host}:{http.tls_port}/ws"
