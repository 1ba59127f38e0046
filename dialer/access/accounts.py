"""Accounts of persons, their sessions and their tokens, and until when each holds.

Secrets are never here: a session and a token are known by the SHA-256 of their text (which is long and
random), a password by its argon2 hash. What holds is asked of a `Directory`, the whole of it in memory, so
that a request waits for no store; it is read again whenever its version moved on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dialer.access.actor import Actor
from dialer.access.roles import Permission, Role
from dialer.access.walls import NOTHING, Walls

IDLE_S = 3600.0
"""A session that nobody used for an hour is over (OWASP ASVS 4.0.3, 3.3.2: at most 12 hours; NIST SP 800-63B
4.2.3: 30 minutes to an hour where much is at stake)."""

ABSOLUTE_S = 12 * 3600.0
"""A session is over after a long shift, used or not."""

LINK_S = 24 * 3600.0
"""A one-time link, with which somebody sets their password, is good for a day."""

LONGEST_TOKEN_S = 366 * 86_400.0
"""No token outlives a year."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody, or a program, that signs in. Instants are POSIX seconds.

    Args:
        account: the name they sign in with.
        agent: whose seat is theirs; None = none is.
        password: its argon2 hash; None = none was set yet.
        totp: secret of the second factor, sealed under a key of the account's; None = there is none.
        totp_step: of the last code that was taken, so that none is taken twice.
        recovery: SHA-256 of each recovery code that is left.
    """

    account: str
    title: str = ""
    roles: frozenset[Role]
    walls: Walls = NOTHING
    agent: str | None = None
    password: str | None = None
    totp: str | None = None
    totp_step: int = 0
    recovery: tuple[str, ...] = ()
    is_disabled: bool = False
    created_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in. `csrf`: the second word that a change must show. Instants are POSIX seconds.

    `is_from_outside`: an outside provider said who it is, whose affair second factors are.
    """

    digest: str
    account: str
    csrf: str
    address: str
    began_at: float
    seen_at: float
    is_from_outside: bool = False

    def holds(self, now: float) -> bool:
        """Whether it was used lately, and did not begin too long ago."""
        return now - self.seen_at < IDLE_S and now - self.began_at < ABSOLUTE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A program's key to an account. Instants are POSIX seconds.

    Args:
        token: its short name, which is no secret.
        roles: at most these of the account's.
        used_at: the last use that was written down, to the minute; None = never.
    """

    token: str
    digest: str
    account: str
    title: str
    roles: frozenset[Role]
    created_at: float
    expires_at: float
    used_at: float | None = None
    revoked_at: float | None = None

    def holds(self, now: float) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody, as of one version of the store."""

    version: int = 0
    accounts: Mapping[str, Account] = field(default_factory=dict[str, Account])
    sessions: Mapping[str, Session] = field(default_factory=dict[str, Session])
    tokens: Mapping[str, AccessToken] = field(default_factory=dict[str, AccessToken])

    def actor_of_session(
        self, session: Session, now: float, *, factor_of: frozenset[Role] = frozenset()
    ) -> Actor | None:
        """Whose it is; None = it is over, or the account is disabled. `factor_of`: roles that demand a second
        factor of whoever signs in here."""
        found = self.accounts.get(session.account)
        if found is None or found.is_disabled or not session.holds(now):
            return None
        is_owed = found.totp is None and not session.is_from_outside and bool(found.roles & factor_of)
        return replace(_actor(found, found.roles, f"session:{session.digest[:12]}"), owes_factor=is_owed)

    def actor_of_token(self, token: AccessToken, now: float) -> Actor | None:
        """Whose it is, within its scope; None = it is over, or the account is disabled."""
        found = self.accounts.get(token.account)
        if found is None or found.is_disabled or not token.holds(now):
            return None
        return _actor(found, found.roles & token.roles, f"token:{token.token}")


def _actor(account: Account, roles: frozenset[Role], session: str) -> Actor:
    return Actor(
        name=account.account,
        roles=roles,
        agent=account.agent,
        walls=account.walls,
        session=session,
        user=account.account,
    )


def administrators(accounts: Iterable[Account]) -> tuple[str, ...]:
    """Accounts that can give rights to others now."""
    return tuple(
        one.account
        for one in accounts
        if not one.is_disabled
        and any(Actor(name="", roles=frozenset({role})).may(Permission.MANAGE_ACCOUNTS) for role in one.roles)
    )


def why_weak(password: str, account: str) -> str | None:
    """What is wrong with a password; None = it will do. Length counts (NIST SP 800-63B 5.1.1.2)."""
    if len(password) < SHORTEST_PASSWORD:
        return f"a password has at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"a password has at most {LONGEST_PASSWORD} characters"
    if account.lower() in password.lower():
        return "a password does not contain the account's name"
    if len(set(password)) < 5:
        return "a password has more than four different characters"
    return None
