"""What the lines of a file come to in money, taken and refused: a client holds it against its own total."""

from collections.abc import Mapping

from dialer.domain.money import CURRENCIES, Money
from dialer.intake.report import ImportReport
from dialer.intake.values import BadValueError, Decimals, money_of


def add_taken(report: ImportReport, amount: Money) -> None:
    """A line that was taken says this amount."""
    report.accepted_cents[amount.currency] += amount.cents


def add_refused(report: ImportReport, texts: Mapping[str, str] | None, decimals: Decimals | None) -> None:
    """A line that was refused: what it owes by its own words, where they can be read. `texts`: by column."""
    currency = (texts or {}).get("currency", "USD").upper()
    try:
        if texts is None or currency not in CURRENCIES:
            raise BadValueError("no amount of a currency")
        amount = money_of(texts.get("current_balance", ""), currency, decimals)
    except BadValueError:
        report.refused_without_amount += 1
    else:
        report.refused_cents[currency] += amount.cents
