"""Money: integer cents with a currency. Never a float."""

from dataclasses import dataclass

from dialer.domain.errors import InvalidFactError


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount.

    Args:
        cents: hundredths of the unit; negative is a credit.
        currency: ISO 4217 code.
    """

    cents: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isupper():
            raise InvalidFactError(f"currency {self.currency!r} is not an ISO 4217 code such as 'USD'")

    def __str__(self) -> str:
        return f"{self.cents / 100:,.2f} {self.currency}"
