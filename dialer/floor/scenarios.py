"""The scenarios that come with Fairdial, and those of a file."""

from pathlib import Path

from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario, read_scenario, scenario_names


def scenario_named(name: str) -> Scenario:
    """A scenario by its name, or from a TOML file whose path is named.

    Raises:
        UnknownScenarioError: there is none of this name.
        SettingsError: it says something it may not.
        OSError: the file cannot be read.
    """
    path = Path(name)
    if path.suffix == ".toml":
        return read_scenario(path.read_text(encoding="utf-8"), name=path.stem)
    return load_scenario(name)


def known_scenarios() -> tuple[Scenario, ...]:
    """All that come with Fairdial, by name."""
    return tuple(load_scenario(name) for name in scenario_names())
