"""Files from a client's own server: fetched whole and once, taken in, moved there, acknowledged there."""

import json
from pathlib import Path
from typing import Any

import pytest

from dialer.cli import run
from dialer.floor.delivering.sftp import SftpError
from dialer.floor.drop_folders import DropFolder
from dialer.floor.fetching import RemoteFolder

HEADING = "client_id,client_account,person_ref,last,state,phone_1,phone_1_role,current_balance"
ADA = "acme,A1,P1,Example,NY,2125550101,own,100.00"
WRONG = "acme,A3,P3,Example,ZZ,2125550103,own,75.25"


class Side:
    """A drop folder of ours, and a clock that stands still."""

    def __init__(self, server: Any, folder: Path, companion: str = "") -> None:
        self.server, self.folder, self.now = server, folder, 100.0
        folder.mkdir(exist_ok=True)
        drop = DropFolder(folder=str(folder), client="acme", settled_s=60.0, companion=companion)
        self.remote = RemoteFolder(drop, server.sftp(), now=lambda: self.now)

    def there(self) -> list[str]:
        found = self.server.there.rglob("*")
        return sorted(str(file.relative_to(self.server.there)) for file in found if file.is_file())

    def here(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


def test_a_file_is_fetched_when_it_stood_still_long_enough(server: Any, tmp_path: Path) -> None:
    side = Side(server, tmp_path / "drop")
    file = server.there / "weekly.csv"
    file.write_text("one")
    assert side.remote.fetch() == frozenset()
    side.now += 60.0
    file.write_text("one two")
    assert side.remote.fetch() == frozenset(), "it grew"
    side.now += 59.0
    assert side.remote.fetch() == frozenset()
    side.now += 1.0
    assert side.remote.fetch() == {"weekly.csv"}
    assert (side.folder / "weekly.csv").read_text() == "one two"
    assert side.there() == ["taken/weekly.csv"]
    assert side.remote.fetch() == frozenset()


def test_a_file_with_its_companion_is_fetched_at_once_and_alone(server: Any, tmp_path: Path) -> None:
    side = Side(server, tmp_path / "drop", companion=".done")
    for name in ("a.csv", "b.csv", "c.csv.part", ".hidden"):
        (server.there / name).write_text(name)
    (server.there / "b.csv.done").touch()
    assert side.remote.fetch() == {"b.csv"}
    assert side.here() == ["b.csv", "b.csv.done"]
    assert side.there() == [".hidden", "a.csv", "c.csv.part", "taken/b.csv", "taken/b.csv.done"]


def test_while_one_of_its_name_lies_here_the_next_waits_there(server: Any, tmp_path: Path) -> None:
    side = Side(server, tmp_path / "drop", companion=".done")
    (side.folder / "a.csv").write_text("first")
    (server.there / "a.csv").write_text("second")
    (server.there / "a.csv.done").touch()
    assert side.remote.fetch() == frozenset()
    assert (side.folder / "a.csv").read_text() == "first"
    (side.folder / "a.csv").unlink()
    assert side.remote.fetch() == {"a.csv"}


def test_acknowledgements_go_back_once_also_when_the_client_takes_them_away(
    server: Any, tmp_path: Path
) -> None:
    side = Side(server, tmp_path / "drop")
    folder = side.folder / "acknowledged"
    folder.mkdir()
    (folder / "1-a.csv.json").write_text("{}")
    assert side.remote.acknowledge() == 1
    assert side.there() == ["acknowledged/1-a.csv.json"]
    (server.there / "acknowledged" / "1-a.csv.json").unlink()
    assert side.remote.acknowledge() == 0
    (folder / "1-a.csv.json").write_text('{"state": "taken"}')
    assert side.remote.acknowledge() == 1, "it says something else now"
    server.end()
    (folder / "2-b.csv.json").write_text("{}")
    with pytest.raises(SftpError):
        side.remote.acknowledge()
    server.begin()
    assert side.remote.acknowledge() == 1


def test_from_their_server_into_the_store_and_the_answer_back(
    server: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (server.there / "weekly.csv").write_text("\n".join((HEADING, ADA, WRONG)) + "\n")
    (server.there / "weekly.csv.done").touch()
    (tmp_path / "drop").mkdir()
    of = server.sftp()
    (tmp_path / "intake.toml").write_text(
        '[[folders]]\nfolder = "drop"\nclient = "acme"\ncompanion = ".done"\n[folders.sftp]\n'
        f'host = "{of.host}"\nport = {of.port}\nuser = "{of.user}"\nkey = "ours"\n'
        f'known_hosts = "known_hosts"\nfolder = "{of.folder}"\n'
    )
    store = str(tmp_path / "fairdial.db")
    command = ["intake", "watch", "--settings", str(tmp_path / "intake.toml"), "--once", "--store", store]
    assert run(command) == 0
    assert "2 lines, 1 accepted, 1 refused" in capfd.readouterr().out
    [told] = [file for file in (server.there / "acknowledged").iterdir() if file.suffix == ".json"]
    said = json.loads(told.read_text())
    assert (said["state"], said["accepted"], said["refused"]) == ("taken", 1, 1)
    [back] = [file for file in (server.there / "acknowledged").iterdir() if file.suffix == ".csv"]
    assert "A3" in back.read_text()
    assert sorted(file.name for file in (server.there / "taken").iterdir()) == [
        "weekly.csv",
        "weekly.csv.done",
    ]
    assert run(command) == 0
    assert "accepted" not in capfd.readouterr().out
