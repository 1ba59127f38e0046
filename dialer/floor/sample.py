"""The demo: the bundled placement through import, store and engine."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from dialer.floor.placing import DEFAULT_CAMPAIGN, import_placement
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.storage.store import Store
from simulator.population import Placement

RECEIVED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""When the bundled sample was sent; its dates are dates before this."""

SHIFT_DAY = date(2026, 11, 24)
"""The Tuesday after."""


def import_sample(store: Store, *, progress: Callable[[int], None]) -> ImportReport:
    """Import the sample into a fresh store.

    Args:
        progress: told how many lines were read.
    """
    sample = resources.files("config") / "sample" / "placement.csv.gz"
    with resources.as_file(sample) as path:
        return import_placement(
            store,
            PlacementReader(path, as_of=RECEIVED),
            campaign=DEFAULT_CAMPAIGN,
            now=RECEIVED.timestamp(),
            progress=progress,
        )


def rehearse_sample(
    order: ShiftOrder, *, folder: Path, store: Store, progress: Callable[[float], None]
) -> RehearsedShift:
    """Work a shift on the sample that was imported, on the Tuesday after it came.

    Args:
        progress: told the share of the shift that is over, 0-1.
    """
    scenario = order.scenario
    order = replace(order, scenario=replace(scenario, shift=replace(scenario.shift, day=SHIFT_DAY)))
    starts_at = datetime.combine(SHIFT_DAY, scenario.shift.starts, UTC).timestamp()
    claimed = store.load_leads(DEFAULT_CAMPAIGN, now=starts_at)
    placement = Placement(leads=claimed.leads, persons=claimed.persons)
    return rehearse(order, folder=folder, store=store, placement=placement, progress=progress)
