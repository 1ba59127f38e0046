"""Copies of a store on a schedule: each is tried, and only then do older ones go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.floor.copies import CopyWatch, back_up, back_up_into, note_copy
from dialer.storage.database import backup
from dialer.storage.store import Store

NIGHT = datetime(2026, 11, 30, 3, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = str(tmp_path / "store.db")
    with Store.open(address, durable=False, identity_key=b"test"):
        return address


def test_the_newest_stay(store: str, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for night in range(4):
        now = NIGHT + timedelta(days=night)
        made = back_up_into(store, folder, keep=3, is_tried=True, now=now)
        assert made.name == f"store-{now:%Y%m%d}T032000Z.db"
    kept = [f"store-202612{day:02}T032000Z.db" for day in (1, 2, 3)]
    assert sorted(one.name for one in folder.iterdir()) == kept, "and nothing of the trials"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_copy_of_which_no_store_comes_costs_no_older_one(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put aside under a name that is no copy's, and the command fails."""
    folder = tmp_path / "copies"
    back_up_into(store, folder, keep=1, is_tried=True, now=NIGHT)

    def spoiled(path: Path, *, whole: bool = False) -> str | None:
        return f"a hole in {path.name}" if whole else None

    monkeypatch.setattr(backup, "damage_of", spoiled)
    with pytest.raises(backup.BackupError, match="a hole"):
        back_up_into(store, folder, keep=1, is_tried=True, now=NIGHT + timedelta(days=1))
    assert sorted(one.name for one in folder.iterdir()) == [
        "store-20261130T032000Z.db",
        "store-20261201T032000Z.damaged",
    ]


def test_a_copy_can_be_tried_again_after_a_trial_that_was_killed(store: str, tmp_path: Path) -> None:
    made = back_up_into(store, tmp_path / "copies", keep=2, is_tried=False, now=NIGHT)
    made.with_name(f".{made.name}.tried").write_bytes(b"half of one")
    backup.try_out(made)
    assert [one.name for one in made.parent.iterdir()] == [made.name]


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MendableError):
        back_up_into(str(tmp_path / "none.db"), tmp_path / "copies", keep=1, is_tried=True, now=NIGHT)


def made(address: str) -> float | None:
    with Store.open(address, durable=False) as opened:
        return opened.read(backup.newest_copy)


def test_a_copy_that_is_whole_is_written_down_in_the_store(store: str, tmp_path: Path) -> None:
    """With its instant, and an older one takes no newer one's place. A copy has what was known before it."""
    assert made(store) is None
    back_up(store, tmp_path / "one.db", now=1000.5)
    assert made(store) == 1000.5
    assert made(str(tmp_path / "one.db")) is None
    back_up_into(store, tmp_path / "copies", keep=2, is_tried=True, now=NIGHT)
    assert made(store) == NIGHT.timestamp()
    note_copy(store, now=NIGHT.timestamp() - 1.0)
    assert made(store) == NIGHT.timestamp()
    note_copy(store, now=NIGHT.timestamp() + 1.0)
    assert made(store) == NIGHT.timestamp() + 1.0


def test_a_copy_of_which_no_store_comes_is_not_written_down(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(path: Path, *, whole: bool = False) -> str | None:
        return f"a hole in {path.name}" if whole else None

    monkeypatch.setattr(backup, "damage_of", spoiled)
    with pytest.raises(backup.BackupError, match="a hole"):
        back_up_into(store, tmp_path / "copies", keep=1, is_tried=True, now=NIGHT)
    assert made(store) is None


def test_the_newest_copy_is_a_figure_for_the_alarm(store: str) -> None:
    """0 while none is known, which is older than any limit."""
    registry = CollectorRegistry()
    with Store.open(store, durable=False) as opened:
        watch = CopyWatch(opened, registry)
        watch.look()
        assert registry.get_sample_value("fairdial_backup_made_seconds") == 0.0
        note_copy(store, now=NIGHT.timestamp())
        watch.look()
        assert registry.get_sample_value("fairdial_backup_made_seconds") == NIGHT.timestamp()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--made-elsewhere", "copy.db"], "--made-elsewhere stands alone"),
        (["--made-elsewhere", "--keep", "3"], "--made-elsewhere stands alone"),
        ([], "where to is not said"),
    ],
)
def test_the_command_copies_or_only_writes_down(
    store: str, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    assert run(["backup", store, *options]) == 1
    assert says in capsys.readouterr().err
    assert made(store) is None
    assert run(["backup", store, "--made-elsewhere"]) == 0
    assert "a copy of it was made now" in capsys.readouterr().out
    assert made(store) is not None
