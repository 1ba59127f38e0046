"""The demo: the bundled placement through import, store and engine."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from typing import TYPE_CHECKING

from dialer.cli import console
from dialer.cli.intake import DEFAULT_CAMPAIGN
from dialer.floor.placing import import_placement
from dialer.floor.rehearsed import ShiftOrder, rehearse
from dialer.floor.stores import rehearsal_store
from dialer.intake.placements import PlacementReader
from simulator.population import Placement

if TYPE_CHECKING:
    from pathlib import Path

    from dialer.floor.rehearsed import RehearsedShift

RECEIVED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""When the bundled sample was sent; its dates are dates before this."""

SHIFT_DAY = date(2026, 11, 24)
"""The Tuesday after."""


def rehearse_sample(order: ShiftOrder, *, folder: Path, quiet: bool) -> RehearsedShift:
    """Import the sample into a fresh store and work the shift on it."""
    scenario = order.scenario
    order = replace(order, scenario=replace(scenario, shift=replace(scenario.shift, day=SHIFT_DAY)))
    with ExitStack() as stack:
        sample = resources.files("config") / "sample" / "placement.csv.gz"
        path = stack.enter_context(resources.as_file(sample))
        store = stack.enter_context(rehearsal_store(folder))
        with console.progress_bar("importing the sample placement", quiet=quiet) as bar:
            report = import_placement(
                store,
                PlacementReader(path, as_of=RECEIVED),
                campaign=DEFAULT_CAMPAIGN,
                now=RECEIVED.timestamp(),
                progress=lambda lines: bar.note(f"{lines:,} lines"),
            )
        console.say(
            f"imported {report.file_name}: {report.lines:,} lines, {report.accepted:,} taken, "
            f"{report.rejected:,} rejected (each with line, column and reason)"
        )
        shift = scenario.shift
        starts_at = datetime.combine(SHIFT_DAY, shift.starts, UTC).timestamp()
        claimed = store.load_leads(DEFAULT_CAMPAIGN, now=starts_at)
        placement = Placement(leads=claimed.leads, persons=claimed.persons)
        with console.progress_bar("rehearsing the shift", quiet=quiet) as bar:
            return rehearse(order, folder=folder, store=store, placement=placement, progress=bar.reach)
