"""What a client's contract says of accounts and money; the house's own terms where it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dialer.casework.codes import demand_list, offered_in
from dialer.casework.identifying import IdentifyTerms
from dialer.casework.ledger.allocation import COSTS_FIRST
from dialer.casework.ledger.refresh import BalanceOwner
from dialer.casework.ledger.remittance import TrustTerms
from dialer.casework.offers import OfferTerms
from dialer.casework.promises import KeptWhen, PromiseKind
from dialer.domain.campaign import CampaignSettings
from dialer.domain.client_code import ClientCodes
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded
from dialer.domain.ledger import Part
from dialer.domain.work_standard import WorkStandard

NOTHING_FORGIVEN = OfferTerms()
"""Plans of what is owed, and no settlement for less, where a contract allows none."""

IN_FULL = KeptWhen()
"""When a promise counts as kept where a contract does not say: all of it, with the grace that is usual."""

TWO_ANSWERS = IdentifyTerms()
"""Two right answers of somebody who owes, or acts for who does, where a contract does not say."""


NOTHING_EARNED = TrustTerms()
"""Money that nobody said to hold, and no commission, where a contract does not say."""

NOTHING_DEMANDED = WorkStandard()
"""No first attempt by a day, and no number of attempts a month, where a contract does not say."""


MOST_HISTORY_DAYS = 100
"""No rule looks further back than ninety days; ten more for zones and late outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTerms:
    """One client's.

    Args:
        client: as its files name it, in any case.
        balance_owner: whose word on a balance stands when a file differs from the ledger.
        allocation: the order in which payments are laid on the parts of a balance; each part once.
        promise, plan, settlement: when each counts as kept.
        offers: what may be offered on its accounts.
        identifying: who is right party, and by what.
        trust: how its money is held and handed over, and what we earn.
        history_days: for how many days an account is left alone of which nobody told who contacted its people
            before, unless somebody answers for it; 0 = it is taken that nobody did.
        work: how its accounts are to be worked.
        dispositions: its own codes for what comes of a call; () = it has none, and our kinds are said.
    """

    client: str
    balance_owner: BalanceOwner = BalanceOwner.CLIENT
    allocation: tuple[Part, ...] = COSTS_FIRST
    promise: KeptWhen = IN_FULL
    plan: KeptWhen = IN_FULL
    settlement: KeptWhen = IN_FULL
    offers: OfferTerms = NOTHING_FORGIVEN
    identifying: IdentifyTerms = TWO_ANSWERS
    trust: TrustTerms = NOTHING_EARNED
    history_days: int = 0
    work: WorkStandard = NOTHING_DEMANDED
    dispositions: ClientCodes = ()

    def __post_init__(self) -> None:
        if not self.client.strip():
            raise InvalidFactError("client: it has no name")
        if sorted(part.value for part in self.allocation) != sorted(part.value for part in Part):
            named = ", ".join(part.value for part in Part)
            raise InvalidFactError(f"allocation of {self.client}: it names each of {named} once")
        if not 0 <= self.history_days <= MOST_HISTORY_DAYS:
            raise InvalidFactError(f"history_days of {self.client}: 0 to {MOST_HISTORY_DAYS} days")
        demand_list(self.dispositions, of=self.client)

    def applied(self, settings: CampaignSettings) -> CampaignSettings:
        """The settings of one of the client's campaigns, with what the contract says of its calls; what the
        campaign itself says of days of grace stands."""
        return replace(
            settings,
            grace_days={**self.grace_days, **settings.grace_days},
            codes=offered_in(self.dispositions, settings.campaign),
        )

    @property
    def kept_when(self) -> Mapping[PromiseKind, KeptWhen]:
        """When each kind of promise counts as kept."""
        return {
            PromiseKind.PROMISE: self.promise,
            PromiseKind.PLAN: self.plan,
            PromiseKind.SETTLEMENT: self.settlement,
        }

    @property
    def grace_days(self) -> Mapping[str, int]:
        """Days of grace by kind of disposition, for the settings of the client's campaigns."""
        return {
            DispositionKind.PROMISE_TO_PAY.value: self.promise.grace_days,
            DispositionKind.PLAN_AGREED.value: self.plan.grace_days,
            DispositionKind.SETTLEMENT_AGREED.value: self.settlement.grace_days,
        }


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

    @property
    def history_days(self) -> Mapping[str, int]:
        """For how many days accounts without a history are left alone, by the folded name of the client."""
        return {name: terms.history_days for name, terms in sorted(self.terms.items()) if terms.history_days}


def contracts_of(terms: tuple[ClientTerms, ...]) -> Contracts:
    """Raises InvalidFactError: two are of one client."""
    found: dict[str, ClientTerms] = {}
    for each in terms:
        if folded(each.client) in found:
            raise InvalidFactError(f"two terms are of client {each.client}")
        found[folded(each.client)] = each
    return Contracts(terms=found)
