"""The real clock. With `simulator.world`, the only place that knows what time it is."""

import time
from datetime import UTC, datetime


def posix_now() -> float:
    """Seconds since 1970-01-01 UTC, as the machine believes."""
    return time.time()


def utc_now() -> datetime:
    """The same instant as an aware datetime in UTC."""
    return datetime.now(UTC)


def monotonic_now() -> float:
    """Seconds that only grow, for measuring spans; no relation to the calendar."""
    return time.monotonic()
