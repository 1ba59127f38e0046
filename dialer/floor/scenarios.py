"""The scenarios that come with Fairdial, and those of a file."""

from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.settings_reader import SettingsError
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario, read_scenario, scenario_names


def scenario_named(name: str) -> Scenario:
    """A scenario by its name, or from a TOML file whose path is named.

    Raises:
        UnknownScenarioError: there is none of this name.
        SettingsError: it says something it may not.
        MendableError: it is no text.
        OSError: the file cannot be read.
    """
    path = Path(name)
    if path.suffix == ".toml":
        try:
            return read_scenario(path.read_text(encoding="utf-8"), name=path.stem)
        except UnicodeDecodeError as error:
            what, mend = f"a scenario is text in UTF-8: {error.reason}", "write the file in UTF-8."
            raise MendableError(what, where=name, mend=mend) from error
        except SettingsError as error:
            raise SettingsError(error.what, where=name, mend=error.mend, field=error.field) from None
    return load_scenario(name)


def known_scenarios() -> tuple[Scenario, ...]:
    """All that come with Fairdial, by name."""
    return tuple(load_scenario(name) for name in scenario_names())
