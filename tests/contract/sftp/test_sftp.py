"""Files to and from a real OpenSSH server: whole, under the name, to nobody else."""

from datetime import time as local_time
from pathlib import Path
from typing import Any

import pytest

from dialer.floor.delivering.desk import DeliveryDesk, Told, Wanted
from dialer.floor.delivering.schedule import Schedule
from dialer.floor.delivering.settings import Delivery, What
from dialer.floor.delivering.sftp import Listed, SftpError, fetch, listed, make_folder, put, rename

NAMES = ["plain.csv", "two words.csv", "it's [1]*?.csv", "\u00fcml\u00e4ut.csv", "-rf", "back\\slash.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_goes_there_and_comes_back_under_any_name(server: Any, tmp_path: Path, name: str) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"one\n" * 1_000)
    put(server.sftp(), made, name)
    assert (server.there / name).read_bytes() == made.read_bytes()
    assert listed(server.sftp()) == (Listed(name=name, bytes=4_000),)
    fetch(server.sftp(), name, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == made.read_bytes()


def test_what_has_the_name_is_replaced_and_no_part_stays(server: Any, tmp_path: Path) -> None:
    made = tmp_path / "made"
    (server.there / "a.csv").write_text("old")
    (server.there / "a.csv.part").write_text("of somebody who was killed")
    made.write_text("new")
    put(server.sftp(), made, "a.csv")
    put(server.sftp(), made, "a.csv")
    assert {file.name: file.read_text() for file in server.there.iterdir()} == {"a.csv": "new"}


def test_a_file_is_moved_into_a_folder_that_is_made(server: Any) -> None:
    (server.there / "a.csv").write_text("new")
    for _ in range(2):
        make_folder(server.sftp(), "taken")
    (server.there / "taken" / "a.csv").write_text("old")
    rename(server.sftp(), "a.csv", "taken/a.csv")
    assert (server.there / "taken" / "a.csv").read_text() == "new"
    assert listed(server.sftp()) == ()


def test_a_server_whose_key_is_another_gets_nothing(server: Any, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_text("secret")
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(SftpError, match="Host key verification failed") as told:
        put(server.sftp(), made, "a.csv")
    assert f"127.0.0.1:{server.port}" in told.value.where
    assert not list(server.there.iterdir())


def test_whoever_has_not_the_key_is_not_asked_for_a_password(server: Any, tmp_path: Path) -> None:
    (tmp_path / "authorized").write_text("")
    with pytest.raises(SftpError, match="Permission denied"):
        listed(server.sftp())


def test_a_folder_that_is_not_there_and_a_server_that_is_away_are_told(server: Any) -> None:
    with pytest.raises(SftpError, match="No such file") as told:
        listed(server.sftp(folder=str(server.there / "nowhere")))
    assert told.value.where.endswith("/there/nowhere")
    server.end()
    with pytest.raises(SftpError, match="Connection refused"):
        listed(server.sftp())


@pytest.mark.parametrize("name", ["", "two\nlines", "bell\a"])
def test_names_that_a_batch_cannot_say_are_refused_before_anything_goes(
    server: Any, tmp_path: Path, name: str
) -> None:
    (tmp_path / "made").write_text("x")
    with pytest.raises(SftpError, match="no name of a file"):
        put(server.sftp(), tmp_path / "made", name)
    assert not list(server.there.iterdir())


def test_a_delivery_to_a_server_that_comes_back_is_there_once_and_whole(server: Any, tmp_path: Path) -> None:
    def make(_wanted: Wanted, out: Path) -> Told:
        out.write_text("change\na1\n")
        return Told(rows=1, sequence=1, told_until=1.0)

    when = Schedule(at=(local_time(6),), time_zone="UTC")
    one = Delivery(name="acme", client="ACME", what=What.RESULTS, when=when, sftp=server.sftp())
    desk = DeliveryDesk(delivery=one, folder=tmp_path / "state", make=make)
    midnight = 1_795_046_400.0
    assert desk.look(midnight) is None
    server.end()
    assert desk.look(midnight + 7 * 3_600.0) is None
    state = desk.state()
    assert state is not None
    assert state.failure is not None
    assert "Connection refused" in state.failure.why
    server.begin()
    assert desk.look(state.failure.again_at) is not None
    assert [(file.name, file.read_text()) for file in server.there.iterdir()] == [
        ("acme-2026-11-19T0600.csv", "change\na1\n")
    ]
