"""The open benchmark's scenarios are read from the very bytes that figures were published for."""

import tomllib
from importlib.resources import files
from typing import Any

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


@pytest.mark.parametrize(
    ("name", "by_18", "by_22", "by_28"),
    [("15", 0.98, 1.0, 1.0), ("25", 0.0, 0.0, 0.98), ("mixed", 0.13, 0.35, 0.73)],
)
def test_mail_boxes_answer_when_their_carriers_say(
    name: str, by_18: float, by_22: float, by_28: float
) -> None:
    """Shares of the timers that are out by then: 15, 20, 25, 30 and 36 seconds and half a second more."""
    timers = load_frozen(f"realistic_{name}_2026_11").numbers.voicemail_picks_up
    seconds = [timers.at((share + 0.5) / 1000) for share in range(1000)]
    for until, expected in ((18.0, by_18), (22.0, by_22), (28.0, by_28)):
        assert sum(one < until for one in seconds) / 1000 == pytest.approx(expected, abs=0.03)


def test_realistic_floors_differ_in_their_mail_boxes_alone() -> None:
    rest: list[dict[str, Any]] = []
    for name in ("15", "25", "mixed"):
        document = (files("config") / "bench" / f"realistic_{name}_2026_11.toml").read_text(encoding="utf-8")
        values = tomllib.loads(document)
        assert name == "mixed" or name in values.pop("description", "")
        assert values["numbers"].pop("voicemail_picks_up")
        assert values["callers"]["after_message"] == 0.025
        rest.append({key: value for key, value in values.items() if key != "description"})
    assert rest[0] == rest[1] == rest[2]


def test_a_changed_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_file, "FROZEN_SHA256", {"ref_2026_11": "0" * 64})
    with pytest.raises(SettingsError, match="was changed: its hash is 3c6a153d6ded92fa"):
        load_frozen("ref_2026_11")


def test_there_is_no_other() -> None:
    with pytest.raises(UnknownScenarioError):
        load_frozen("collections")
