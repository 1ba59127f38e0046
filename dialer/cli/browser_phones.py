"""Which agents have a browser phone on a live floor, and the tokens with which they sign in to it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.cli.console import UserError
from dialer.domain.errors import InvalidFactError
from dialer.web.phone.accounts import PhoneAccount, Phones
from dialer.web.tokens import Role, Token, digest_of

if TYPE_CHECKING:
    from telephony.asterisk.settings import AgentPhoneSettings, AsteriskSettings

FOLDER = "agents"
_EVERYWHERE = frozenset({"0.0.0.0", "::"})
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}")


def phones_of(asterisks: Iterable[AsteriskSettings]) -> Phones:
    """The browser phones that the settings name.

    Raises:
        UserError: one agent has two, or an address is none.
    """
    try:
        return Phones(
            PhoneAccount(
                agent=agent_of(phone),
                endpoint=phone.endpoint,
                secret=phone.secret,
                server=server_of(asterisk),
            )
            for asterisk in asterisks
            for phone in asterisk.agents
            if phone.browser
        )
    except InvalidFactError as error:
        mend = "see [[asterisk.agents]] browser and agent, and [asterisk.http] public."
        raise UserError(str(error), mend=mend) from error


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


def agent_tokens(folder: Path, phones: Phones) -> tuple[Token, ...]:
    """A token for each agent with a browser phone: `agents/<agent>.token`, made when there is none, readable
    by its owner alone. Taking the file away and starting again gives the agent another.

    Raises:
        UserError: an agent's id cannot be a file's name.
    """
    return tuple(_token(folder / FOLDER, agent) for agent in phones.agents)


def _token(folder: Path, agent: str) -> Token:
    if not _FILE_NAME.fullmatch(agent):
        mend = "letters, digits and . _ @ - only, in [[asterisk.agents]] agent."
        raise UserError(f"the agent's id {agent!r} cannot be a file's name", mend=mend)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{agent}.token"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    text = file.read_text().strip()
    return Token(digest=digest_of(text), roles=frozenset({Role.AGENT}), name=agent, agent=agent)
