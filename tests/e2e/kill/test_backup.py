"""A back-up made while a floor runs is a store that a floor can go on from."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from dialer.clock import monotonic_now

FAIRDIAL = [sys.executable, "-m", "dialer"]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(280)
def test_a_floor_goes_on_from_a_copy_taken_while_it_ran(tmp_path: Path) -> None:
    """It ends earlier than what was signed of the floor since: whoever takes it says why."""
    folder, copy = tmp_path / "floor", tmp_path / "copy.db"
    with _serving(folder) as steps:
        while steps() < 60:
            time.sleep(0.2)
        _run("backup", str(folder / "fairdial.db"), str(copy))
    again = tmp_path / "again"
    again.mkdir()
    for name in ("clock.json", "token"):
        (again / name).write_bytes((folder / name).read_bytes())
    _run("restore", str(copy), str(again / "fairdial.db"))
    _run("verify", str(again / "fairdial.db"), "--accept", "the floor's machine burned down")
    with _serving(again) as steps:
        assert steps() > 40, "it remembers what the copy held"


def _run(*arguments: str) -> None:
    subprocess.run([*FAIRDIAL, *arguments], check=True, capture_output=True, timeout=120)


@contextmanager
def _serving(folder: Path) -> Generator[Callable[[], int]]:
    """A served floor while the block runs; gives a way to ask how many steps it took."""
    options = ["--out", str(folder), "--port", "0", "--agents", "3", "--persons", "200", "--factor", "20"]
    process = subprocess.Popen([*FAIRDIAL, "serve", *options, "--drain", "0"], stderr=subprocess.DEVNULL)
    try:
        file = folder / "address.json"
        until = monotonic_now() + 120.0
        while not file.exists() and monotonic_now() < until:
            time.sleep(0.1)
        api = json.loads(file.read_text())["api"]
        yield lambda: int(httpx2.get(f"{api}/health", timeout=10.0).json()["sequence"])
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
    assert status == 0
