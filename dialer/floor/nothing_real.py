"""What a demonstration must be free of, before anybody may be anybody in it."""

import ipaddress
from collections.abc import Mapping

from dialer.domain.errors import MendableError
from dialer.domain.ports import TelephoneSystem
from dialer.settings import Settings

SLOWEST, FASTEST = 0.25, 10.0
"""Of the clock's paces. At the fastest the two seconds until an answer is abandoned are a fifth of one."""


class NotMadeUpError(MendableError):
    """Something real is near: there is no demonstration here."""


def demand_nothing_real(settings: Settings) -> None:
    """Raises NotMadeUpError: the settings in force here name a telephone system, a store or campaigns."""
    real = [
        name
        for name, value in (
            ("asterisk", settings.asterisk),
            ("store", settings.store),
            ("campaigns", settings.campaigns or None),
            ("sign_in", settings.sign_in),
        )
        if value is not None
    ]
    if real:
        raise NotMadeUpError(
            f"the settings here are of a real floor ({', '.join(real)}), and in a demonstration anybody may "
            "be anybody",
            mend="run it from a folder without fairdial.toml, and without FAIRDIAL_ in the environment.",
        )


def demand_made_up(network: TelephoneSystem, host: str, *, besides: Mapping[str, object]) -> None:
    """Before anybody is signed in without a password.

    Args:
        besides: what else the HTTP side was given that no demonstration has, by what it is called.

    Raises:
        NotMadeUpError: the network is a real one or another process's, somebody else could come, or there is
            something that no demonstration has.
    """
    why = ""
    from telephony.in_memory.network import InMemoryNetwork  # noqa: PLC0415  # no real floor needs it

    if not isinstance(network, InMemoryNetwork):
        why = "its telephone system is not the made-up one of this process"
    elif not is_loopback(host):
        why = f"it would listen at {host}, where others could come"
    elif given := [name for name, each in besides.items() if each]:
        why = f"it was given {', '.join(given)}"
    if why:
        raise NotMadeUpError(f"nobody is signed in without a password here: {why}")


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, which nobody else reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
