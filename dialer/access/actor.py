"""Who asks: a person with a session, or a program with a token."""

from dataclasses import dataclass

from dialer.access.roles import Permission, Role, permits
from dialer.access.walls import EVERYTHING, Walls
from dialer.domain.errors import FairdialError

_WITHOUT_FACTOR = frozenset({Permission.ANYBODY, Permission.OWN_ACCOUNT})


class RefusedError(FairdialError):
    """Nobody is known, or somebody who may not do this. `is_known`: it is known who asks."""

    def __init__(self, text: str, *, is_known: bool) -> None:
        super().__init__(text)
        self.is_known = is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, as it was found out.

    Args:
        name: of the person or token, for what is written down.
        agent: whose seat is theirs; None = none is.
        session: a short name of the session or token, for the record; never the secret itself.
        user: the account's id; '' = of a program without one.
        owes_factor: signed in without the second factor that their roles demand: they may set one, and
            nothing else.
    """

    name: str
    roles: frozenset[Role]
    agent: str | None = None
    walls: Walls = EVERYTHING
    session: str = ""
    user: str = ""
    owes_factor: bool = False

    @property
    def is_only_agent(self) -> bool:
        """They see the person on their line, and nobody besides."""
        return self.roles <= {Role.AGENT}

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles has it."""
        if self.owes_factor and permission not in _WITHOUT_FACTOR:
            return False
        return permits(self.roles, permission)

    def demand(self, permission: Permission) -> None:
        """Raises RefusedError: none of their roles has it."""
        if self.owes_factor and permission not in _WITHOUT_FACTOR:
            raise RefusedError(
                f"{self.name} needs a second factor first: set one up on /sign-in", is_known=True
            )
        if not self.may(permission):
            raise RefusedError(f"{self.name} may not {permission.value}", is_known=True)
