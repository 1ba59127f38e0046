"""Stores for tests: SQLite in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store with a fixed identity key."""
    with Store.open(str(tmp_path / "store.db"), identity_key=b"test", exclusive=True) as opened:
        yield opened
