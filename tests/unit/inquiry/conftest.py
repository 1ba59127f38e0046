"""A rehearsal in which everything happens, made once for all who look back on one."""

import pytest

from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store


@pytest.fixture(scope="package")
def everything(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    """Whoever alters its store takes a copy of the folder."""
    folder = tmp_path_factory.mktemp("rehearsed") / "full"
    prepare_folder(folder)
    with rehearsal_store(folder) as store:
        order = ShiftOrder(scenario=scenario_named("full"), seed=3, hours=0.25)
        return rehearse(order, folder=folder, store=store)
