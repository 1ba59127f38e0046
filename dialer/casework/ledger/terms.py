"""What a client's contract says of accounts and money; the house's own terms where it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.casework.ledger.allocation import COSTS_FIRST
from dialer.casework.ledger.refresh import BalanceOwner
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded
from dialer.domain.ledger import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTerms:
    """One client's.

    Args:
        client: as its files name it, in any case.
        balance_owner: whose word on a balance stands when a file differs from the ledger.
        allocation: the order in which payments are laid on the parts of a balance; each part once.
    """

    client: str
    balance_owner: BalanceOwner = BalanceOwner.CLIENT
    allocation: tuple[Part, ...] = COSTS_FIRST

    def __post_init__(self) -> None:
        if not self.client.strip():
            raise InvalidFactError("client: it has no name")
        if sorted(part.value for part in self.allocation) != sorted(part.value for part in Part):
            named = ", ".join(part.value for part in Part)
            raise InvalidFactError(f"allocation of {self.client}: it names each of {named} once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Every client's terms, by the folded name of the client."""

    terms: Mapping[str, ClientTerms]

    def of(self, client: str) -> ClientTerms:
        """A client's terms; the house's for one of whom nothing is said."""
        return self.terms.get(folded(client)) or ClientTerms(client=client or "nobody")

    @property
    def owners(self) -> Mapping[str, BalanceOwner]:
        """Who owns the balance, by the folded name of the client."""
        return {name: terms.balance_owner for name, terms in sorted(self.terms.items())}


def contracts_of(terms: tuple[ClientTerms, ...]) -> Contracts:
    """Raises InvalidFactError: two are of one client."""
    found: dict[str, ClientTerms] = {}
    for each in terms:
        if folded(each.client) in found:
            raise InvalidFactError(f"two terms are of client {each.client}")
        found[folded(each.client)] = each
    return Contracts(terms=found)
