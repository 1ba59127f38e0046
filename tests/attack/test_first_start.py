"""A first start on a disk without room, and what its files may be read by."""

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from served import served

from dialer.clock import monotonic_now

COMMAND = (sys.executable, "-m", "dialer", "serve", "--agents", "0", "--persons", "20", "--port", "0")


def without_room(most: int) -> None:
    """In the child: no file may grow beyond `most` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("most", [0, 10, 4096])
def test_a_first_start_without_room_is_a_sentence_and_leaves_no_cut_file(tmp_path: Path, most: int) -> None:
    """The token, the clock, the store: none may be there half, and the next start begins as the first."""
    folder = tmp_path / "floor"
    done = subprocess.run(
        [*COMMAND, "--out", str(folder)],
        preexec_fn=lambda: without_room(most),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    small = {path.name: path.stat().st_size for path in folder.glob("*") if ".db" not in path.name}
    assert 0 not in small.values(), small
    assert not list(folder.rglob("*.part*"))


def test_a_floor_that_starts_after_a_disk_without_room_keeps_its_files_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "floor"
    subprocess.run(
        [*COMMAND, "--out", str(folder)],
        preexec_fn=lambda: without_room(4096),
        capture_output=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    with served(folder, "--agents", "0", "--persons", "20") as floor:
        assert floor.ask("GET", "/health")[0] == 200
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(os.lstat(path).st_mode) for path in folder.rglob("*")}
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes
    assert {"token", "clock.json", "fairdial.db", "fairdial.db-wal", "network.log"} <= modes.keys()
    assert '"level": "error"' not in floor.log.read_text()


def test_the_network_that_a_floor_started_ends_with_it_however_it_ends(tmp_path: Path) -> None:
    """A floor that was killed cannot tell it; a network left behind would go on ringing."""
    log = (tmp_path / "log").open("wb")
    with (
        log,
        subprocess.Popen([*COMMAND, "--out", str(tmp_path / "floor")], stderr=log, cwd=tmp_path) as floor,
    ):
        until = monotonic_now() + 120.0
        while '"network.up"' not in (tmp_path / "log").read_text():
            assert monotonic_now() < until
            Event().wait(0.05)
        [network] = children_of(floor.pid)
        floor.kill()
    until = monotonic_now() + 60.0
    while Path(f"/proc/{network}").exists():
        assert monotonic_now() < until, "the network goes on without its floor"
        Event().wait(0.05)


def children_of(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in found.split()]
