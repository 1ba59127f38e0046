"""Room for recordings is told in bytes and hours of talk, and low a byte before it is enough no more."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from prometheus_client import CollectorRegistry

from dialer.floor.recording_room import RoomWatch, folder_faults, room_in


class Usage(NamedTuple):
    total: int
    used: int
    free: int


HOUR = 32_000 * 3600


@pytest.mark.parametrize(("free", "low"), [(10 * HOUR - 1, True), (10 * HOUR, False), (10 * HOUR + 1, False)])
def test_room_is_low_below_the_hours_that_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, low: bool
) -> None:
    def usage(_: Path) -> Usage:
        return Usage(0, 0, free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    room = room_in(tmp_path, least_hours=10.0)
    assert (room.free_bytes, room.is_low) == (free, low)
    assert room.hours_of_talk == pytest.approx(free / HOUR)
    registry = CollectorRegistry()
    RoomWatch((tmp_path,), registry, least_hours=10.0).look(tmp_path)
    labels = {"folder": str(tmp_path)}
    assert registry.get_sample_value("fairdial_recordings_low", labels) == float(low)
    assert registry.get_sample_value("fairdial_recordings_free_bytes", labels) == free


def test_a_folder_that_is_gone_has_no_room(tmp_path: Path) -> None:
    registry, gone = CollectorRegistry(), tmp_path / "gone"
    RoomWatch((gone,), registry, least_hours=0.0).look(gone)
    assert registry.get_sample_value("fairdial_recordings_low", {"folder": str(gone)}) == 1.0
    assert folder_faults(gone, least_hours=0.0) == ("it is not there",)


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "faults"),
    [
        (0o700, 0o600, ()),
        (0o750, 0o600, ("others may look into it (mode 0750)",)),
        (0o700, 0o640, ("1 of its files are readable by others",)),
        (0o755, 0o644, ("others may look into it (mode 0755)", "1 of its files are readable by others")),
    ],
)
def test_recordings_that_others_may_read_are_told(
    tmp_path: Path, folder_mode: int, file_mode: int, faults: tuple[str, ...]
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "a1.raw").touch()
    (folder / "a1.raw").chmod(file_mode)
    folder.chmod(folder_mode)
    assert folder_faults(folder, least_hours=0.0) == faults
