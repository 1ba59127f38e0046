"""The measures of everything in a store, or of a stretch of it, however long it is."""

from sqlalchemy import Connection, func, select

from dialer.measures.definition import Measured
from dialer.measures.registry import measure_named
from dialer.results.history import Stretch, totals_of
from dialer.storage.database.tables import journal
from dialer.storage.store import Store


def measures_between(
    store: Store, *, since: float | None = None, until: float | None = None, campaign: str | None = None
) -> tuple[Measured, ...]:
    """Every measure that a history can be asked for.

    Args:
        since, until: POSIX seconds, `until` not included; None = from the first, to the last.
        campaign: of one campaign; None = of all.
    """
    stretch = Stretch(
        starts_at=0.0 if since is None else since,
        ends_at=store.read(_last_instant) if until is None else until,
        campaign=campaign,
    )
    values = store.read(lambda connection: totals_of(connection, stretch)).measures()
    return tuple(Measured(measure=measure_named(name), value=value) for name, value in values.items())


def _last_instant(connection: Connection) -> float:
    """POSIX seconds just after the last step; 0 when there is none."""
    last = connection.scalar(select(func.max(journal.c.now)))
    return 0.0 if last is None else last + 1e-3
