"""Random lives of an account: the ledger against a cashier who keeps a running balance, to the cent."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from dialer.casework.ledger.allocation import composition
from dialer.casework.ledger.book import ledger_of
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry, Part, Reason
from dialer.domain.money import Money

DEBT = DebtId("d")
BEGINS = date(2026, 1, 1)
K = EntryKind


@dataclass
class Cashier:
    """Does what happens, one thing after the other, with nothing but sums; knows no ledger.

    Args:
        stays: of each payment that is not void, what has not gone back.
        forgiven: what each settlement forgave, while its payment stands whole.
    """

    chance: random.Random
    owed: int = 0
    stays: dict[str, int] = field(default_factory=dict[str, int])
    brought: dict[str, int] = field(default_factory=dict[str, int])
    forgiven: dict[str, int] = field(default_factory=dict[str, int])
    charged: dict[str, int] = field(default_factory=dict[str, int])
    entries: list[LedgerEntry] = field(default_factory=list[LedgerEntry])

    def live(self) -> None:
        """One random thing."""
        move = self.chance.choice(
            (self.charge, self.charge, self.pay, self.pay, self.pay, self.send_back, self.undo, self.settle)
        )
        move()

    def _post(self, kind: EntryKind, cents: int, **more: object) -> str:
        key = f"e{len(self.entries)}"
        self.entries.append(
            LedgerEntry(
                key=key,
                debt=DEBT,
                kind=kind,
                amount=Money(cents=cents),
                effective_on=BEGINS + timedelta(days=self.chance.randrange(300)),
                **more,  # pyright: ignore[reportArgumentType]  # the entry looks at each itself
            )
        )
        return key

    def charge(self) -> None:
        kind = self.chance.choice((K.PRINCIPAL, K.INTEREST, K.FEE, K.COST, K.ADJUSTMENT, K.REFUND))
        cents = self.chance.randrange(100_000)
        if kind is K.ADJUSTMENT:
            cents = self.chance.choice((cents, -cents))
            part = self.chance.choice((None, *Part))
            key = self._post(kind, cents, reason=Reason.CORRECTED, part=part)
        else:
            key = self._post(kind, cents)
        self.charged[key] = cents
        self.owed += cents

    def pay(self) -> None:
        cents = self.chance.randrange(100_000)
        key = self._post(K.PAYMENT, cents)
        self.stays[key] = self.brought[key] = cents
        self.owed -= cents

    def settle(self) -> None:
        """Forgive something for a payment that stands whole."""
        whole = [key for key, cents in self.stays.items() if cents == self.brought[key]]
        if whole:
            of = self.chance.choice(whole)
            cents = self.chance.randrange(50_000)
            self._post(K.ADJUSTMENT, -cents, of=of, reason=Reason.SETTLED)
            self.forgiven[of] = self.forgiven.get(of, 0) + cents
            self.owed -= cents

    def send_back(self) -> None:
        if not self.stays:
            return
        of = self.chance.choice(list(self.stays))
        cents = self.chance.randrange(1, 120_000)
        self._post(K.RETURNED, cents, of=of)
        gone = min(cents, self.stays[of])
        self.stays[of] -= gone
        self.owed += gone
        if gone:
            self.owed += self.forgiven.pop(of, 0)

    def undo(self) -> None:
        """A mistake of ours is void: a charge, or a payment with all that hung on it."""
        if self.charged and self.chance.random() < 0.5:
            of = self.chance.choice(list(self.charged))
            self._post(K.REVERSAL, 0, of=of)
            self.owed -= self.charged.pop(of)
        elif self.stays:
            of = self.chance.choice(list(self.stays))
            self._post(K.REVERSAL, 0, of=of)
            self.owed += self.stays.pop(of) + self.forgiven.pop(of, 0)


def live_and_compare(seed: int) -> None:
    """One life, told in another order and some of it twice."""
    chance = random.Random(seed)
    cashier = Cashier(chance)
    for _ in range(chance.randrange(1, 40)):
        cashier.live()
    told = cashier.entries + chance.sample(cashier.entries, len(cashier.entries) // 3)
    chance.shuffle(told)
    ledger = ledger_of(DEBT, "USD", told)
    assert ledger.balance().cents == cashier.owed, seed
    assert sum(cents for _, cents in ledger.paid()) == sum(cashier.stays.values()), seed
    assert ledger.waiting == (), seed
    order = tuple(chance.sample(list(Part), len(Part)))
    made = composition(ledger, order)
    assert made.balance.cents == cashier.owed, seed
    assert min(made.parts.values()) >= 0, seed
    assert made.credit == 0 or not any(made.parts.values()), seed
    end = BEGINS + timedelta(days=300)
    assert ledger.balance(end) == ledger.balance(), seed


@pytest.mark.deep
def test_random_lives_to_the_cent(dose: Callable[[int, int], int]) -> None:
    """150 lives; 20,000 in a great dose."""
    for seed in range(dose(150, 20_000)):
        live_and_compare(seed)
