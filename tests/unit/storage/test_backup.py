"""A copy of a store in use is whole, and a store can be made from it."""

from pathlib import Path

import pytest

from dialer.domain.events import TimeReached
from dialer.domain.ports import JournalEntry
from dialer.storage.database.backup import BackupError, back_up, damage_of, restore
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store


def write(store: Store, *sequences: int) -> None:
    with RehearsalWriter(store) as writer:
        for sequence in sequences:
            writer.append(JournalEntry(sequence=sequence, now=1.0, event=TimeReached(), commands=()))


def test_a_copy_made_while_the_store_is_written_is_a_store_of_one_moment(
    store: Store, tmp_path: Path
) -> None:
    write(store, *range(1, 2_000))
    number = store.attach_number("+12125550101")
    seen: list[int] = []

    def still_writing(left: int, _total: int) -> None:
        if len(seen) < 3:
            seen.append(left)
            write(store, 2_000 + len(seen))

    copy, target = tmp_path / "copy.db", tmp_path / "restored.db"
    back_up(store, copy, progress=still_writing)
    restore(copy, target)
    with Store.open(str(target), exclusive=True) as restored:
        assert 1_999 <= restored.last_sequence() <= 2_003
        assert restored.attach_number("+12125550101") == number
    assert seen


def test_a_copy_never_overwrites(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").touch()
    with pytest.raises(BackupError, match="exists"):
        back_up(store, tmp_path / "copy.db")
    back_up(store, tmp_path / "second.db")
    with pytest.raises(BackupError, match="exists"):
        restore(tmp_path / "second.db", Path(store.database.url.database or ""))


def test_a_damaged_copy_is_not_restored(store: Store, tmp_path: Path) -> None:
    write(store, *range(1, 3_000))
    copy = tmp_path / "copy.db"
    back_up(store, copy)
    data = bytearray(copy.read_bytes())
    data[8_192:40_960] = bytes(32_768)
    copy.write_bytes(bytes(data))
    assert damage_of(copy) is not None
    with pytest.raises(BackupError, match="damaged"):
        restore(copy, tmp_path / "restored.db")
    assert not (tmp_path / "restored.db").exists()
