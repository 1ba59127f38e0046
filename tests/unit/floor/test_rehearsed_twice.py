"""Rehearsals of one seed that differ in anything are journals of their own; none speaks against another."""

from dataclasses import replace
from pathlib import Path

import pytest

from dialer.floor.made_up import stock
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry.verifying import verified
from simulator.durations import exponential
from simulator.population import Placement

SMOKE = scenario_named("smoke")
SLOW_TO_ANSWER = replace(SMOKE.calls, answer_after=exponential(mean=12.5))
"""One number of one distribution is another."""

ORDER = ShiftOrder(scenario=SMOKE, seed=11, hours=0.05)


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))


def rehearsed(folder: Path, order: ShiftOrder, *, listed: bool = False) -> RehearsedShift:
    prepare_folder(folder)
    with rehearsal_store(folder) as store:
        if not listed:
            return rehearse(order, folder=folder, store=store)
        stock(store, campaign="campaign", persons=20, now=1_773_000_000.0)
        claimed = store.load_leads("campaign", now=1_773_100_000.0)
        return rehearse(
            order,
            folder=folder,
            store=store,
            placement=Placement(leads=claimed.leads, persons=claimed.persons),
        )


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, hours=0.1),
        replace(ORDER, agents=2),
        replace(ORDER, policy="progressive"),
        replace(ORDER, scenario=replace(ORDER.scenario, calls=SLOW_TO_ANSWER)),
    ],
)
def test_another_order_leaves_the_first_rehearsal_whole(tmp_path: Path, other: ShiftOrder) -> None:
    first = rehearsed(tmp_path / "first", ORDER)
    second = rehearsed(tmp_path / "second", other)
    assert first.signed.journal != second.signed.journal
    for shift in (first, second):
        assert [(each.is_whole, each.faults) for each in verified(str(shift.folder))] == [(True, ())] * 2


def test_another_list_does_so_too(tmp_path: Path) -> None:
    first = rehearsed(tmp_path / "first", ORDER)
    second = rehearsed(tmp_path / "second", ORDER, listed=True)
    assert first.signed.journal != second.signed.journal
    assert all(each.is_whole for each in verified(str(first.folder)))


def test_the_same_order_is_the_same_journal(tmp_path: Path) -> None:
    first = rehearsed(tmp_path / "first", ORDER)
    second = rehearsed(tmp_path / "second", ORDER)
    assert (first.signed.journal, first.signed.head) == (second.signed.journal, second.signed.head)
