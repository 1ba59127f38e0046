"""Trust money: what of it is a client's by a day, and what we earned of it.

Theory of operation. Money that came to us is held until it can hardly go back, then it is the client's; what
was paid beyond the balance is the payer's, and waits for its refund; what went straight to the client is no
money of ours, and earns commission all the same. All of this is a function of the entries that were known by
the end of a day, and what is remitted for a stretch is the difference between its last day and the day before
its first. So nothing is remitted twice or never, whenever it is told: a payment that is heard of late is in
the stretch in which it was heard of, and one that is returned afterwards is taken off that of its return.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from compliance_gate.valid import Within
from dialer.casework.ledger.book import Ledger, ledger_of
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, PayMethod
from dialer.domain.transitions import Word
from dialer.domain.valid import Share, valid

AgeDays = Annotated[int, Within(0, 36_500, "days")]
HeldDays = Annotated[int, Within(0, 366, "days")]


class Remits(Word):
    """What is handed over."""

    NET = "net"
    """What was collected, less what we earned."""
    GROSS = "gross"
    """All that was collected; what we earned is invoiced."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Rate:
    """A row of a client's commission.

    Args:
        share: of what was collected, 0-1; half a cent is rounded up.
        from_age_days: since the account went past due, on the day of the payment.
        is_legal: of money that a court's order brought. is_direct: of what was paid straight to the client.
    """

    share: Share
    from_age_days: AgeDays = 0
    is_legal: bool = False
    is_direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Held:
    """How long money of one method is held, where nobody says when it clears."""

    method: PayMethod
    days: HeldDays


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTrust:
    """What a client's contract said before, up to a day. The fields are those of `TrustTerms`."""

    until: date
    remits: Remits = Remits.NET
    rates: tuple[Rate, ...] = ()
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTerms:
    """What a client's contract says of money in trust.

    A payment is held, and earns, by what held on its own day: a new contract changes nothing that was
    remitted before it.

    Args:
        rates: of commission; none = none is earned. The row that says most of a payment has the word: legal
            before direct before neither, then the oldest age.
        held: by method; one that is not named is not held.
        earlier: what the contract said before, each up to its last day; in any order.
    """

    remits: Remits = Remits.NET
    rates: tuple[Rate, ...] = ()
    held: tuple[Held, ...] = ()
    earlier: tuple[EarlierTrust, ...] = ()

    def __post_init__(self) -> None:
        for told in (self, *self.earlier):
            methods = [each.method for each in told.held]
            if len(set(methods)) < len(methods):
                raise InvalidFactError("held: a method is named twice")
        days = [each.until for each in self.earlier]
        if len(set(days)) < len(days):
            raise InvalidFactError("earlier: two end on one day")

    def on(self, day: date) -> "TrustTerms | EarlierTrust":
        """What held on a day."""
        held = (each for each in self.earlier if day <= each.until)
        return min(held, key=lambda each: each.until, default=self)

    def changes_on(self, since: date, until: date) -> date:
        """The first day on which the last terms of a stretch hold; its first where they held all along."""
        ends = [each.until for each in self.earlier if since <= each.until < until]
        return max(ends) + timedelta(days=1) if ends else since


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEntry:
    """An entry, and the day on which we heard of it."""

    entry: LedgerEntry
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One account's money by the end of a day, in cents.

    Args:
        received: that came to us and stayed. refunded: of it, to payers.
        held: that may still go back. overpaid: that is to be refunded.
        collected: the client's, of what came to us.
        short: was given back, and had not stayed. So `received + short` is `refunded + overpaid + held +
            collected`, every one of them 0 or more.
        direct: what went straight to the client, and stayed.
        commission: earned of `collected` and `direct`.
    """

    received: int = 0
    refunded: int = 0
    held: int = 0
    overpaid: int = 0
    collected: int = 0
    short: int = 0
    direct: int = 0
    commission: int = 0


def is_known(told: ToldEntry, on: date) -> bool:
    """Whether an entry counts by the end of a day: it was told by then, and takes effect by then."""
    return told.on <= on and told.entry.effective_on <= on


def known_by(debt: DebtId, currency: str, told: Iterable[ToldEntry], *, on: date) -> Ledger:
    """An account's ledger as it was known by the end of a day."""
    return ledger_of(debt, currency, (each.entry for each in told if is_known(each, on)))


@dataclass(slots=True)
class LedgerByDay:
    """An account's ledger as it was known by the end of days. What was known once is known later: days by
    which as many entries were known have one ledger, weighed once."""

    debt: DebtId
    currency: str
    told: Sequence[ToldEntry]
    _by_count: dict[int, Ledger] = field(default_factory=dict[int, Ledger])

    def by(self, on: date) -> Ledger:
        """As `known_by`."""
        known = [each.entry for each in self.told if is_known(each, on)]
        ledger = self._by_count.get(len(known))
        if ledger is None:
            ledger = self._by_count[len(known)] = ledger_of(self.debt, self.currency, known)
        return ledger


def stood(ledger: Ledger, terms: TrustTerms, *, on: date, delinquent_since: date | None) -> Stood:
    """What an account's money came to by the end of a day.

    Args:
        ledger: as it was known by then.
        delinquent_since: None = not known, which counts as no age at all.
    """
    paid = list(ledger.paid())
    ours = [(entry, cents) for entry, cents in paid if entry.paid_to is PaidTo.US]
    direct = [(entry, cents) for entry, cents in paid if entry.paid_to is PaidTo.CLIENT]
    refunded = sum(
        entry.amount.cents
        for key, entry in ledger.entries.items()
        if entry.kind is EntryKind.REFUND and not ledger.is_void(key)
    )
    received = sum(cents for _, cents in ours)
    overpaid = min(ledger.overpaid().cents, max(0, received - refunded))
    free = [(entry, cents) for entry, cents in ours if free_on(entry, terms) <= on]
    clients = max(0, received - refunded - overpaid)
    collected = min(clients, sum(cents for _, cents in free))
    earning = [*_first(free, collected), *direct]
    return Stood(
        received=received,
        refunded=refunded,
        held=clients - collected,
        overpaid=overpaid,
        collected=collected,
        short=max(0, refunded - received),
        direct=sum(cents for _, cents in direct),
        commission=sum(earned(entry, cents, terms, delinquent_since) for entry, cents in earning),
    )


def free_on(entry: LedgerEntry, terms: TrustTerms) -> date:
    """The day on which the money of a payment is the client's: when it clears, or its method's days after."""
    if entry.clears_on is not None:
        return entry.clears_on
    held = terms.on(entry.effective_on).held
    days = next((each.days for each in held if each.method is entry.method), 0)
    return entry.effective_on + timedelta(days=days)


def earned(entry: LedgerEntry, cents: int, terms: TrustTerms, delinquent_since: date | None) -> int:
    """Commission of a payment of which `cents` stayed."""
    is_legal, is_direct = entry.method is PayMethod.GARNISHMENT, entry.paid_to is PaidTo.CLIENT
    age = 0 if delinquent_since is None else max(0, (entry.effective_on - delinquent_since).days)
    fit = [
        row
        for row in terms.on(entry.effective_on).rates
        if age >= row.from_age_days and (is_legal or not row.is_legal) and (is_direct or not row.is_direct)
    ]
    row = max(
        fit, key=lambda each: (each.is_legal, each.is_direct, each.from_age_days, each.share), default=None
    )
    return 0 if row is None else (cents * round(row.share * 1_000_000) + 500_000) // 1_000_000


def _first(paid: Sequence[tuple[LedgerEntry, int]], most: int) -> list[tuple[LedgerEntry, int]]:
    """The payments in order, up to a sum: what was overpaid came last."""
    found: list[tuple[LedgerEntry, int]] = []
    for entry, cents in paid:
        some = min(cents, most)
        most -= some
        found.append((entry, some))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What changed on one account in a stretch, in cents; what went back is negative."""

    debt: DebtId
    collected: int
    direct: int
    commission: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """What a client gets for a stretch, in cents of one currency.

    Args:
        collected: of all accounts; commission: earned, of what was paid to the client directly as well.
        to_client: what is handed over; negative: the client owes it.
        invoiced: what the client is to pay besides.
        held, overpaid: in trust on the last day, not handed over.
    """

    lines: tuple[Line, ...]
    collected: int
    direct: int
    commission: int
    to_client: int
    invoiced: int
    held: int
    overpaid: int


def remittance(stretch: Mapping[DebtId, tuple[Stood, Stood]], remits: Remits) -> Remittance:
    """What is handed over for a stretch.

    Args:
        stretch: each account as it stood on the day before the first, and on the last.
    """
    lines = [
        Line(
            debt=debt,
            collected=after.collected - before.collected,
            direct=after.direct - before.direct,
            commission=after.commission - before.commission,
        )
        for debt, (before, after) in sorted(stretch.items())
    ]
    moved = tuple(each for each in lines if each.collected or each.direct or each.commission)
    collected, commission = sum(each.collected for each in moved), sum(each.commission for each in moved)
    is_net = remits is Remits.NET
    return Remittance(
        lines=moved,
        collected=collected,
        direct=sum(each.direct for each in moved),
        commission=commission,
        to_client=collected - commission if is_net else collected,
        invoiced=0 if is_net else commission,
        held=sum(after.held for _, after in stretch.values()),
        overpaid=sum(after.overpaid for _, after in stretch.values()),
    )
