"""The one reader of settings takes types at their word; a mistake says what, where and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Word
from dialer.settings_reader import SettingsError, SettingsReader


class Colour(Word):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    name: str
    key: str = field(default="", repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)
    width: float = 1.0

    def __post_init__(self) -> None:
        if self.width > 3.0:
            raise InvalidFactError(f"door {self.name} is too wide")
        if self.name == "defect":
            raise ZeroDivisionError


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    owner: str
    floors: int = 1
    is_open: bool = False
    built: date | None = None
    colour: Colour = Colour.RED
    doors: tuple[Door, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict[str, float])


READER = SettingsReader()


def read(**values: Any) -> House:
    return READER.read(House, {"owner": "ann", **values}, where="house.toml", mend="ask the mason.")


def test_a_table_becomes_what_it_says() -> None:
    made = read(
        floors=2,
        is_open=True,
        built=date(1990, 5, 1),
        colour="blue",
        doors=[{"name": "front", "key": "k", "width": 2}],
        pairs=[["a", "b"]],
        weights={"roof": 3},
    )
    assert made == House(
        owner="ann",
        floors=2,
        is_open=True,
        built=date(1990, 5, 1),
        colour=Colour.BLUE,
        doors=(Door(name="front", key="k", width=2.0),),
        pairs=(("a", "b"),),
        weights={"roof": 3.0},
    )


def test_what_is_a_dataclass_already_is_taken_as_it_is() -> None:
    door = Door(name="side")
    assert read(doors=[door]).doors == (door,)


@pytest.mark.parametrize(
    ("values", "at", "says"),
    [
        ({"flors": 2}, "flors", "there is no setting 'flors'; did you mean 'floors'?"),
        ({"qqq": 2}, "qqq", "there are: built, colour, doors, floors, is_open, owner, pairs, weights"),
        ({"floors": "2"}, "floors", "setting 'floors' is '2'; allowed is a whole number"),
        ({"floors": True}, "floors", "is True; allowed is a whole number"),
        ({"floors": 2.0}, "floors", "is 2.0; allowed is a whole number"),
        ({"owner": 7}, "owner", "allowed is text in quotes"),
        ({"is_open": 1}, "is_open", "allowed is true or false"),
        ({"built": "1990-05-01"}, "built", "without quotes"),
        ({"colour": "green"}, "colour", "is 'green'; allowed is one of red, blue"),
        ({"doors": [{"name": "a"}, {"width": 1}]}, "doors[1].name", "setting 'doors[1].name' is missing"),
        ({"doors": [{"name": "a", "wdth": 1}]}, "doors[0].wdth", "did you mean 'width'?"),
        ({"doors": [{"name": "a", "width": float("nan")}]}, "doors[0].width", "a number"),
        ({"doors": "front"}, "doors", "setting 'doors' is a text; allowed is a list"),
        ({"doors": ["front"]}, "doors[0]", "setting 'doors[0]' is a text; allowed is a table"),
        ({"doors": [{"name": "a", "width": 4}]}, "doors[0]", "door a is too wide"),
        ({"pairs": [["a"]]}, "pairs[0]", "a list of 2"),
        ({"weights": {"roof": "x"}}, "weights.roof", "a number"),
        ({"owner": 7, "flors": 2}, "flors", "there is no setting"),
    ],
)
def test_a_mistake_is_told_with_its_place_what_is_allowed_and_the_mend(
    values: dict[str, Any], at: str, says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**values)
    error = caught.value
    assert says in error.what
    assert (error.field, error.where, error.mend) == (at, "house.toml", "ask the mason.")


@pytest.mark.parametrize(
    "door",
    [
        {"name": "a", "key": 4711},
        {"name": "a", "keys": ["x", 4711]},
        {"name": "a", "key": ["4711"]},
        {"name": "a", "key": "4711", "width": "wide"},
        {"name": "a", "key": "4711", "wdth": 1},
    ],
)
def test_a_secret_is_never_told(door: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(doors=[door])
    assert "4711" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_what_a_variable_of_the_environment_says_may_be_text() -> None:
    reader = SettingsReader(from_text=True)
    made = reader.read(House, {"owner": "7", "floors": "2", "is_open": "true", "weights": {"roof": "1.5"}})
    assert (made.owner, made.floors, made.is_open, made.weights) == ("7", 2, True, {"roof": 1.5})
    with pytest.raises(SettingsError, match="'two'; allowed is a whole number"):
        reader.read(House, {"owner": "a", "floors": "two"})
    with pytest.raises(SettingsError, match="true or false"):
        reader.read(House, {"owner": "a", "is_open": "maybe"})


def test_a_long_value_is_told_in_part() -> None:
    with pytest.raises(SettingsError) as caught:
        read(floors="2" * 500)
    assert len(caught.value.what) < 150


def test_a_defect_of_ours_stays_a_defect() -> None:
    with pytest.raises(ZeroDivisionError):
        read(doors=[{"name": "defect"}])
