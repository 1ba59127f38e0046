"""Lets the tests of this folder import what they share: a store of accounts in which things happen."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account_floor import Floor, filled_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_in(tmp_path_factory.mktemp("filled"))


@pytest.fixture
def floor(filled: Path, tmp_path: Path) -> Floor:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Floor(tmp_path)
