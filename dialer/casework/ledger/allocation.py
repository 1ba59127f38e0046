"""Of what a balance is made: payments laid on its parts in the client's order.

The days are gone through in their order, charges before payments. What a payment brings beyond all that is
owed is credit, and later charges take from it first. So parts and credit always come to the ledger's balance.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.casework.ledger.book import Ledger, Weighed
from dialer.domain.ledger import EntryKind, Part
from dialer.domain.money import Money

COSTS_FIRST = (Part.COST, Part.FEE, Part.INTEREST, Part.PRINCIPAL)
"""The order where a contract names none: what was laid out, then what was earned, then what was lent."""

_K = EntryKind

_PART_OF: Mapping[EntryKind, Part] = {
    _K.PRINCIPAL: Part.PRINCIPAL,
    _K.INTEREST: Part.INTEREST,
    _K.FEE: Part.FEE,
    _K.COST: Part.COST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The parts of a balance, each 0 or more, and the credit, in cents.

    Args:
        credit: overpaid; there is credit only where every part is 0.
    """

    parts: Mapping[Part, int]
    credit: int
    currency: str

    @property
    def balance(self) -> Money:
        """The ledger's own."""
        return Money(cents=sum(self.parts.values()) - self.credit, currency=self.currency)

    def of(self, part: Part) -> Money:
        """What is owed of one part."""
        return Money(cents=self.parts[part], currency=self.currency)


def composition(ledger: Ledger, order: tuple[Part, ...] = COSTS_FIRST) -> Composition:
    """How the balance is made up.

    Args:
        order: in which payments are laid on the parts: each part once.
    """
    parts = dict.fromkeys(order, 0)
    assert set(parts) == set(Part), "an order names every part once"
    credit = 0
    for weighed in ledger.weighed:
        if weighed.cents >= 0:
            credit = _charge(parts, credit, weighed)
        else:
            first = () if weighed.entry.part is None else (weighed.entry.part,)
            credit += _lay(parts, -weighed.cents, (*first, *order))
    return Composition(parts={part: parts[part] for part in Part}, credit=credit, currency=ledger.currency)


def _charge(parts: dict[Part, int], credit: int, weighed: Weighed) -> int:
    """More is owed; the credit that is left."""
    entry = weighed.entry
    from_credit = min(credit, weighed.cents)
    part = entry.part or _PART_OF.get(entry.kind, Part.PRINCIPAL)
    parts[part] += weighed.cents - from_credit
    return credit - from_credit


def _lay(parts: dict[Part, int], cents: int, order: tuple[Part, ...]) -> int:
    """Lay a payment on the parts; what is left over."""
    for part in order:
        taken = min(parts[part], cents)
        parts[part] -= taken
        cents -= taken
    return cents
