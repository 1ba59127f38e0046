"""Looking at a store in the process of a floor leaves the floor its locks, and so its log."""

import subprocess
import sys
from pathlib import Path

from dialer.floor.stores import is_store_file, opened_store
from dialer.storage.store import Store

ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM meta").fetchall()
connection.close()
"""


def test_another_process_that_lets_go_of_the_store_takes_no_log_away(tmp_path: Path) -> None:
    """It would, if it believed to be the last: what was committed since would be nowhere."""
    path = tmp_path / "fairdial.db"
    with Store.open(str(path)) as floor:
        assert floor.last_sequence() == 0
        assert is_store_file(path)
        with opened_store(str(path)) as asked:
            assert asked.last_sequence() == 0
        subprocess.run([sys.executable, "-c", ELSEWHERE, str(path)], check=True)
        assert path.with_name("fairdial.db-wal").exists()


def test_a_text_is_no_store_and_an_empty_file_may_become_one(tmp_path: Path) -> None:
    for content, may in ((b"", True), (b"client_id,first\n" * 400, False), (b"short", False)):
        path = tmp_path / "file"
        path.write_bytes(content)
        assert is_store_file(path) == may, content[:20]
