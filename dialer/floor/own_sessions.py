"""Somebody's sessions, seen and ended one by one: a browser that was left open somewhere.

Source: OWASP ASVS 4.0.3, 3.3.4.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from dialer.access.accounts import Session
from dialer.domain.errors import UnknownThingError
from dialer.floor.accounts import Accounts
from dialer.floor.signed_in import By
from dialer.storage.access import accounts as rows
from dialer.storage.access import deeds

NAME_DIGITS = 12
"""Of the digest: as the record of deeds names a session, and no help to whoever would use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A session that lasts. Instants are POSIX seconds.

    Args:
        session: its name, which is no secret.
        address: where it began from.
        is_from_outside: an outside provider said who it is.
        is_this: whoever asks came in with it.
    """

    session: str
    address: str
    began_at: float
    seen_at: float
    is_from_outside: bool
    is_this: bool


def sessions_of(accounts: Accounts, account: str, *, this: str = "") -> tuple[OwnSession, ...]:
    """What lasts of an account's, last used first.

    Args:
        this: the session of whoever asks, as `Actor.session` names it.
    """
    lasting = sorted(_lasting(accounts, account), key=lambda each: (-each.seen_at, each.digest))
    return tuple(
        OwnSession(
            session=each.digest[:NAME_DIGITS],
            address=each.address,
            began_at=each.began_at,
            seen_at=each.seen_at,
            is_from_outside=each.is_from_outside,
            is_this=f"session:{each.digest[:NAME_DIGITS]}" == this,
        )
        for each in lasting
    )


async def end_session(accounts: Accounts, account: str, session: str, *, by: By) -> None:
    """End one of an account's sessions; its pages are closed at once.

    Raises:
        UnknownThingError: none of the account's that lasts is called this.
    """
    named = [each for each in _lasting(accounts, account) if each.digest[:NAME_DIGITS] == session]
    if not named:
        raise UnknownThingError("session of this account", session)
    told = by.deed(
        "end session", f"account:{account}", f"session:{session}", outcome="ended", at=accounts.now()
    )

    def work(connection: Connection) -> None:
        for each in named:
            rows.end_sessions(connection, digest=each.digest)
        deeds.append(connection, [told])

    await accounts.change(work)


def _lasting(accounts: Accounts, account: str) -> list[Session]:
    used = (accounts.as_used(each) for each in accounts.known.sessions.values() if each.account == account)
    return [each for each in used if each.holds(accounts.now())]
