"""The settings file names one Asterisk, or several with names of their own."""

from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.settings import asterisks_of, use_config
from dialer.settings import FILE_NAMED_BY, load_settings
from telephony.asterisk.adapter import AsteriskSystem
from telephony.fleet.fleet import Fleet
from telephony.fleet.opening import open_systems

ONE = """
[[asterisk]]
{name}
sounds = "/sounds"
recordings = "/recordings"
ami = {{ secret = "q7Lk2-vXo9_Rt4wZ" }}
trunks = [{{ name = "main", host = "127.0.0.2", lines = 30 }}]
agents = [{{ endpoint = "101", secret = "q7Lk2-vXo9_Rt4wZ" }}]
"""


def read(folder: Path, *names: str) -> Path:
    file = folder / "fairdial.toml"
    file.write_text("".join(ONE.format(name=f'name = "{name}"' if name else "") for name in names))
    return file


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests name is forgotten after each."""
    monkeypatch.setenv(FILE_NAMED_BY, "to be restored")


def test_one_needs_no_name_and_stays_itself(tmp_path: Path) -> None:
    use_config(read(tmp_path, ""))
    asterisks = asterisks_of(load_settings())
    assert isinstance(open_systems(asterisks, now=lambda: 0.0), AsteriskSystem)


def test_several_with_names_of_their_own_are_a_fleet_with_their_phones_and_lines(tmp_path: Path) -> None:
    use_config(read(tmp_path, "north", "south"))
    system = open_systems(asterisks_of(load_settings()), now=lambda: 0.0)
    assert isinstance(system, Fleet)


@pytest.mark.parametrize("names", [("north", ""), ("north", "north")])
def test_several_without_names_of_their_own_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    use_config(read(tmp_path, *names))
    with pytest.raises(MendableError, match="without names of their own"):
        asterisks_of(load_settings())
