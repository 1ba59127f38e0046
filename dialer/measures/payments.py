"""Money that came, payment by payment."""

from dataclasses import dataclass
from datetime import date

from dialer.measures.definition import Unit
from dialer.measures.summed import RowMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """What changed of one payment in a stretch.

    Args:
        cents: that came, less what went back of it; below 0 when it came earlier and went back now.
    """

    account: str
    client_account: str
    client: str
    currency: str
    key: str
    method: str
    paid_to: str
    effective_on: date
    cents: int


PAYMENT_MEASURES: tuple[RowMeasure[PaymentRow], ...] = (
    RowMeasure(
        name="payments_in",
        title="Payments",
        says="Payments of which something came in the stretch.",
        unit=Unit.COUNT,
        numerator="payments of which more stayed at the end of the stretch than before it",
        top=lambda row: int(row.cents > 0),
        source="usual in the trade",
    ),
    RowMeasure(
        name="payments_gone_back",
        title="Returned and reversed",
        says="Money of earlier days that went back in the stretch.",
        unit=Unit.CENTS,
        numerator="cents by which payments of before the stretch became less in it",
        top=lambda row: max(0, -row.cents),
        is_money=True,
        source="usual in the trade",
    ),
)
