"""The open benchmark's scenarios are read from the very bytes that figures were published for."""

import pytest

from dialer.settings_reader import SettingsError
from simulator import scenario_file
from simulator.scenario_file import FROZEN_SHA256, UnknownScenarioError, load_frozen


@pytest.mark.parametrize("name", sorted(FROZEN_SHA256))
def test_a_frozen_scenario_can_be_read(name: str) -> None:
    assert load_frozen(name).name == name


def test_collections_is_the_floor_of_november() -> None:
    scenario = load_frozen("collections_2026_11")
    assert (scenario.campaign.ring_s, scenario.calls.person_answers) == (24.0, 0.055)
    assert scenario.population.persons_per_agent_hour == 100
    assert not scenario.callers.is_anybody  # nobody calls back there


def test_a_changed_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_file, "FROZEN_SHA256", {"ref_2026_11": "0" * 64})
    with pytest.raises(SettingsError, match="was changed: its hash is 3c6a153d6ded92fa"):
        load_frozen("ref_2026_11")


def test_there_is_no_other() -> None:
    with pytest.raises(UnknownScenarioError):
        load_frozen("collections")
