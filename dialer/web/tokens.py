"""The folder's own bearer tokens, of programs and of agents' phones. Only hashes are kept."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from dialer.access.actor import Actor, RefusedError
from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING, Walls

__all__ = ["RefusedError", "Role", "Token", "Tokens", "digest_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token. `digest`: SHA-256 of its text, hexadecimal."""

    digest: str
    roles: frozenset[Role]
    name: str
    agent: str | None = None
    walls: Walls = EVERYTHING

    def actor(self) -> Actor:
        """Who asks with it: a program that works for everybody, within its roles."""
        return Actor(
            name=self.name,
            roles=self.roles,
            agent=self.agent,
            walls=self.walls,
            session=f"token:{self.digest[:12]}",
        )


def digest_of(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).hexdigest()


class Tokens:
    """All tokens of an installation."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = tuple(tokens)

    def bearer(self, header: str | None) -> Token:
        """The token of an `Authorization: Bearer ...` header.

        Raises:
            RefusedError: there is none, or nobody knows it.
        """
        scheme, _, text = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise RefusedError("send 'Authorization: Bearer <token>'", is_known=False)
        return self.known(text.strip())

    def known(self, text: str) -> Token:
        """The token of this text; takes as long for a wrong one as for a right one.

        Raises:
            RefusedError: nobody knows it.
        """
        if not text:
            raise RefusedError("unknown token", is_known=False)
        digest = digest_of(text)
        found: Token | None = None
        for token in self._tokens:
            if hmac.compare_digest(token.digest, digest):
                found = token
        if found is None:
            raise RefusedError("unknown token", is_known=False)
        return found
