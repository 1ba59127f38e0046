"""What it costs to collect: wages by what they brought."""

from dialer.measures.definition import Unit
from dialer.measures.summed import Described

COST_PER_COLLECTED = Described(
    name="cost_per_collected",
    title="Cost per amount collected",
    says="What was paid in wages for each unit that was collected; not shown where no wage is set.",
    unit=Unit.RATIO,
    numerator="agent hours logged in, breaks included, by the wage of an hour",
    denominator="collected in the stretch, in the currency of the wage",
    source="cost ÷ collected, usual in the trade; wages alone",
)


def wages_cents(hours: float, an_hour_cents: int) -> int:
    """What so many hours cost, to the nearest cent."""
    return round(hours * an_hour_cents)
