"""How often somebody may be wrong at signing in: by account, and by the address they come from.

After a few failures each further one doubles the wait. It is asked before a password is looked at, and for an
account that nobody has as for one that somebody has: neither the answer nor its time tells them apart.
The account's wait is short: a stranger who guesses must not be able to lock its owner out for long.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

FREE_OF_ACCOUNT = 5
FREE_OF_ADDRESS = 20
FIRST_WAIT_S = 2.0
LONGEST_WAIT_OF_ACCOUNT_S = 60.0
LONGEST_WAIT_OF_ADDRESS_S = 900.0
FORGOTTEN_S = 3600.0
"""Failures count for an hour."""

MOST_KEPT = 10_000
"""Accounts and addresses remembered at most; the longest untouched is forgotten first."""


def peer_of(host: str) -> str:
    """Whom an address belongs to: IPv6 is handed out by the /64, but for what is IPv4 in its words."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return host


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """What is remembered of failures. An account of '' is none: a try that names nobody counts for its
    address alone."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait(self, account: str, address: str, now: float) -> float:
        """Seconds until the next try is looked at; 0 = it is looked at now."""
        of_account = self._wait(("account", account), FREE_OF_ACCOUNT, LONGEST_WAIT_OF_ACCOUNT_S, now)
        of_address = self._wait(
            ("address", peer_of(address)), FREE_OF_ADDRESS, LONGEST_WAIT_OF_ADDRESS_S, now
        )
        return max(of_account, of_address)

    def failed(self, account: str, address: str, now: float) -> None:
        """A try that was looked at was wrong."""
        for key in (("account", account), ("address", peer_of(address))):
            if key == ("account", ""):
                continue
            found = self._known.get(key)
            count = 0 if found is None or now - found.last > FORGOTTEN_S else found.count
            self._known[key] = _Failures(count + 1, now)
            self._known.move_to_end(key)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)

    def succeeded(self, account: str) -> None:
        """Forget the account's failures. The address's stay: one right password does not excuse a thousand
        wrong ones."""
        self._known.pop(("account", account), None)

    def _wait(self, key: tuple[str, str], free: int, longest: float, now: float) -> float:
        found = self._known.get(key)
        if found is None or found.count < free or now - found.last > FORGOTTEN_S:
            return 0.0
        doubled = FIRST_WAIT_S * 2.0 ** min(found.count - free, 20)
        return max(0.0, found.last + min(doubled, longest) - now)
