"""A delivery: made at its time, brought once, and whole after whatever ends it in the middle."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from dialer.domain.errors import MendableError
from dialer.floor.delivering.desk import (
    Delivered,
    DeliveryDesk,
    State,
    Told,
    Wanted,
    ask_now,
    brought,
)
from dialer.floor.delivering.schedule import Schedule
from dialer.floor.delivering.settings import Delivery, What


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


BEGIN = at("2026-12-01 00:00")
DAY = 86_400.0


class Killed(BaseException):
    """The process ended here."""


@dataclass
class World:
    """What there is to tell, and a place that may be away."""

    folder: Path
    what: What = What.RESULTS
    told: list[int] = field(default_factory=list[int])
    sequence: int = 0
    kills_after_bringing: bool = False

    @property
    def place(self) -> Path:
        return self.folder / "place"

    def desk(self) -> DeliveryDesk:
        when = Schedule(at=(time(6),), time_zone="UTC")
        delivery = Delivery(name="acme", client="ACME", what=self.what, when=when, folder=str(self.place))
        return DeliveryDesk(delivery=delivery, folder=self.folder / "state", make=self.make, bring=self.bring)

    def make(self, wanted: Wanted, out: Path) -> Told:
        rows = list(range(wanted.sequence + 1, self.sequence + 1))
        out.write_text("".join(f"{row}\n" for row in rows))
        return Told(rows=len(rows), sequence=self.sequence, told_until=wanted.due_at)

    def bring(self, delivery: Delivery, file: Path, name: str) -> None:
        brought(delivery, file, name)
        if self.kills_after_bringing:
            raise Killed

    def files(self) -> dict[str, list[int]]:
        return {
            file.name: [int(line) for line in file.read_text().split()]
            for file in sorted(self.place.iterdir())
        }


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.place.mkdir()
    assert made.desk().look(BEGIN) is None
    return made


def stands(world: World) -> State:
    found = world.desk().state()
    assert found is not None
    return found


def test_nothing_goes_before_its_time_and_what_goes_is_told_once(world: World) -> None:
    world.sequence = 3
    assert world.desk().look(at("2026-12-01 05:59")) is None
    told = world.desk().look(at("2026-12-01 06:00"))
    assert isinstance(told, Delivered)
    assert (told.file, told.rows, told.bytes) == ("acme-2026-12-01T0600.csv", 3, 6)
    assert world.desk().look(at("2026-12-01 06:01")) is None
    world.sequence = 5
    world.desk().look(at("2026-12-02 07:00"))
    assert world.files() == {"acme-2026-12-01T0600.csv": [1, 2, 3], "acme-2026-12-02T0600.csv": [4, 5]}
    assert not list((world.folder / "state" / "made").iterdir())


def test_a_day_without_anything_is_told_as_such(world: World) -> None:
    told = world.desk().look(at("2026-12-01 06:00"))
    assert told is not None
    assert (told.rows, world.files()) == (0, {"acme-2026-12-01T0600.csv": []})


def test_times_that_nobody_met_are_one_file_of_results(world: World) -> None:
    world.sequence = 2
    assert world.desk().look(at("2026-12-05 12:00")) is not None
    assert world.desk().look(at("2026-12-05 12:01")) is None
    assert list(world.files()) == ["acme-2026-12-05T0600.csv"]


def test_every_day_that_nobody_met_has_its_pack_up_to_a_month(tmp_path: Path) -> None:
    world = World(tmp_path, what=What.PACK)
    world.place.mkdir()
    world.desk().look(BEGIN)
    later = BEGIN + 3 * DAY
    while world.desk().look(later) is not None:
        pass
    assert list(world.files()) == [
        "acme-2026-11-30.zip",
        "acme-2026-12-01.zip",
        "acme-2026-12-02.zip",
    ]
    much_later = later + 40 * DAY
    while world.desk().look(much_later) is not None:
        pass
    assert len(world.files()) == 3 + 31
    assert stands(world).left_out == 40 - 31


def test_a_place_that_is_away_is_tried_again_in_growing_distances_and_loses_nothing(world: World) -> None:
    world.sequence = 2
    world.place.rmdir()
    due = at("2026-12-01 06:00")
    waits: list[float] = []
    now = due
    for _ in range(9):
        assert world.desk().look(now) is None
        failure = stands(world).failure
        assert failure is not None
        assert "no such folder" in failure.why
        assert str(world.place) in failure.why
        assert failure.since == due
        waits.append(failure.again_at - now)
        assert world.desk().look(failure.again_at - 1.0) is None
        again = stands(world).failure
        assert again is not None
        assert again.tries == len(waits), "it is left alone until then"
        now = failure.again_at
    assert waits == [60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0, 3600.0]
    world.place.mkdir()
    world.sequence = 7  # what was made stays what it was; what came since goes the next time
    assert world.desk().look(now) is not None
    assert (world.files(), stands(world).failure) == ({"acme-2026-12-01T0600.csv": [1, 2]}, None)
    world.desk().look(at("2026-12-02 06:00"))
    assert world.files()["acme-2026-12-02T0600.csv"] == [3, 4, 5, 6, 7]


def test_who_asks_for_it_at_once_does_not_wait_for_the_next_try_and_asks_once(world: World) -> None:
    world.place.rmdir()
    due = at("2026-12-01 06:00")
    world.desk().look(due)
    ask_now(world.folder / "state")
    assert world.desk().look(due + 5.0) is None
    failure = stands(world).failure
    assert failure is not None
    assert (failure.tries, failure.again_at) == (2, due + 125.0)
    world.desk().look(due + 10.0)
    assert stands(world).failure == failure, "it was asked for once"
    world.place.mkdir()
    ask_now(world.folder / "state")
    assert world.desk().look(due + 15.0) is not None


def test_whoever_is_killed_after_bringing_brings_the_same_again(world: World) -> None:
    world.sequence, world.kills_after_bringing = 2, True
    with pytest.raises(Killed):
        world.desk().look(at("2026-12-01 06:00"))
    assert world.files() == {"acme-2026-12-01T0600.csv": [1, 2]}
    world.sequence, world.kills_after_bringing = 4, False
    assert world.desk().look(at("2026-12-01 06:05")) is not None
    assert world.files() == {"acme-2026-12-01T0600.csv": [1, 2]}
    world.desk().look(at("2026-12-02 06:00"))
    assert world.files()["acme-2026-12-02T0600.csv"] == [3, 4]


def test_what_was_made_and_is_not_as_it_was_is_made_again(world: World) -> None:
    world.sequence = 2
    world.place.rmdir()
    world.desk().look(at("2026-12-01 06:00"))
    (world.folder / "state" / "made" / "acme-2026-12-01T0600.csv").write_text("1\n")
    world.place.mkdir()
    assert world.desk().look(at("2026-12-01 06:10")) is None
    assert not world.files(), "a cut file goes nowhere"
    assert world.desk().look(at("2026-12-01 08:00")) is not None
    assert world.files() == {"acme-2026-12-01T0600.csv": [1, 2]}


def test_at_once_is_one_of_its_times(world: World) -> None:
    world.sequence = 1
    told = world.desk().deliver_now(at("2026-12-01 03:15"))
    assert told.file == "acme-2026-12-01T0315.csv"
    world.sequence = 2
    world.desk().look(at("2026-12-01 06:00"))
    assert world.files() == {"acme-2026-12-01T0315.csv": [1], "acme-2026-12-01T0600.csv": [2]}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"after": "x"}', "\0\0\0"])
def test_a_state_that_is_none_is_told_and_nothing_goes(world: World, content: str) -> None:
    (world.folder / "state" / "state.json").write_text(content)
    with pytest.raises(MendableError, match="the state of a delivery") as told:
        world.desk().look(at("2026-12-01 06:00"))
    assert "state.json" in told.value.where
    assert not world.files()
