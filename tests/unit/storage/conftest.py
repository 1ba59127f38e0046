"""Stores for tests: SQLite in a folder of the test's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.storage.store import Store


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """An empty store with a fixed identity key."""
    shutil.copy(migrated, tmp_path / "store.db")
    with Store.open(str(tmp_path / "store.db"), identity_key=b"test", exclusive=True) as opened:
        yield opened
