"""A store whose content is gone is not begun anew: nobody would know any more who asked not to be called."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from dialer.cli import run
from dialer.domain.errors import StoreUnavailableError
from dialer.storage.store import Store, StoreEmptyError


def cut_to_nothing(path: Path) -> None:
    path.write_bytes(b"")


def cut_beside_its_log(path: Path) -> None:
    """SQLite would throw the log away, with all that was not yet in the file."""
    path.write_bytes(b"")
    path.with_name(path.name + "-wal").write_bytes(bytes(5000))


def gone_but_for_its_log(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(bytes(5000))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fairdial.db"


@pytest.mark.parametrize("damage", [cut_to_nothing, cut_beside_its_log, gone_but_for_its_log])
def test_a_store_whose_content_is_gone_is_not_opened(store: Path, damage: Callable[[Path], None]) -> None:
    damage(store)
    left = {path.name: path.read_bytes() for path in store.parent.iterdir()}
    for exclusive in (False, True):
        with pytest.raises(StoreEmptyError, match=r"is empty|is gone") as refused:
            Store.open(str(store), exclusive=exclusive)
        assert "fairdial restore COPY STORE" in refused.value.mend
    assert {path.name: path.read_bytes() for path in store.parent.iterdir()} == left


@pytest.mark.parametrize("damage", [cut_to_nothing, gone_but_for_its_log])
@pytest.mark.parametrize(
    "command",
    [
        "import placement.csv --store fairdial.db",
        "serve --out floor --port 0 --database fairdial.db",
    ],
)
def test_neither_an_import_nor_a_floor_fills_it(
    command: str, damage: Callable[[Path], None], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (store.parent / "placement.csv").write_text(
        "client_id,client_account,person_ref,last,phone_1,current_balance\n"
        "acme,A-1,P-1,Example,2125550101,10\n",
        encoding="utf-8",
    )
    damage(store)
    assert run(command.split()) == 1
    said = capsys.readouterr().err
    assert "mend:  move it away with its -wal and -shm" in said
    assert "delete it and begin anew: no new one knows who asked what" in said
    assert not store.exists() or store.stat().st_size == 0


def test_a_first_start_that_fails_leaves_no_empty_file(store: Path) -> None:
    """The next one would be refused for it."""
    with (
        patch("dialer.storage.store._with_keys", side_effect=StoreUnavailableError("the disk is full")),
        pytest.raises(StoreUnavailableError),
    ):
        Store.open(str(store))
    assert not list(store.parent.glob("fairdial.db*"))
    Store.open(str(store)).close()
    with (
        patch("dialer.storage.store._with_keys", side_effect=StoreUnavailableError("the disk is full")),
        pytest.raises(StoreUnavailableError),
    ):
        Store.open(str(store))
    assert store.stat().st_size >= 4096, "what was there before is never taken away"
