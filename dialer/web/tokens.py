"""Who asks: bearer tokens, each with a role and, for collectors, their own id. Only hashes are kept."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from dialer.domain.errors import FairdialError


class Role(Enum):
    """What a token may do. Each role may do what the ones before it may not: there is no order."""

    AGENT = "agent"
    """Their own seat and their own calls."""
    SUPERVISOR = "supervisor"
    """The floor: any seat, campaigns, the red button, watching."""
    CLERK = "clerk"
    """Facts: suppressions, payments, recalls, consents, holds, edits."""
    WATCHER = "watcher"
    """Looks and changes nothing."""


class RefusedError(FairdialError):
    """No token, a wrong one, or one whose role may not do this."""

    def __init__(self, text: str, *, is_known: bool) -> None:
        super().__init__(text)
        self.is_known = is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token. `digest`: SHA-256 of its text, hexadecimal."""

    digest: str
    roles: frozenset[Role]
    name: str
    agent: str | None = None


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
        digest = digest_of(text)
        found: Token | None = None
        for token in self._tokens:
            if hmac.compare_digest(token.digest, digest):
                found = token
        if found is None:
            raise RefusedError("unknown token", is_known=False)
        return found
