"""Who signs in and who makes a change, as accounts tell it (`dialer.floor.accounts`)."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from dialer.access.accounts import Account
from dialer.access.actor import Actor
from dialer.access.record import Deed
from dialer.domain.errors import FairdialError
from dialer.storage.access import accounts as rows


class WrongSignInError(FairdialError):
    """Name, password or code is wrong; which of them is not said."""


class TooManyTriesError(FairdialError):
    """Too many were wrong lately. `wait_s`: seconds until the next is looked at."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many tries were wrong: try again in {wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a change, and from where, for the record."""

    who: str
    session: str = ""
    address: str = ""

    def deed(self, action: str, *about: str, outcome: str, at: float) -> Deed:
        """What they did."""
        return Deed(
            at=at,
            who=self.who,
            session=self.session,
            address=self.address,
            action=action,
            about=about,
            outcome=outcome,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that began. `secret`: for the cookie, and nowhere else."""

    secret: str
    csrf: str
    actor: Actor
    until: float


def digest_of(secret: str) -> str:
    """What is kept of a secret that is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def shown_by(account: Account) -> tuple[object, ...]:
    """What somebody shows who they are with."""
    return account.password, account.totp, account.totp_step, account.recovery


def rights_told(account: Account) -> str:
    """What an account may, for the record."""
    roles = ",".join(sorted(role.value for role in account.roles))
    walls = account.walls
    inside = "all" if walls.has_all else ",".join(sorted(walls.clients | walls.campaigns)) or "nothing"
    return f"roles {roles}; inside {inside}; {'disabled' if account.is_disabled else 'enabled'}"


def still_proved(connection: Connection, proved: Account) -> Account:
    """An account as it is now, whose password was shown a moment ago: others change accounts meanwhile.

    Raises:
        WrongSignInError: its password is another by now, or it is disabled or gone.
    """
    found = rows.account_named(connection, proved.account)
    if found is None or found.is_disabled or found.password != proved.password:
        raise WrongSignInError("the password is wrong")
    return found
