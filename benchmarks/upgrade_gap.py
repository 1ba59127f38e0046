"""How long nobody is called while a floor is replaced in place: from SIGTERM until the next one is ready.

    python -m benchmarks.upgrade_gap --rounds 3 --agents 10
    python -m benchmarks.upgrade_gap --from REVISION --rounds 3 --agents 10

A floor works on a made-up network; it is told to end (its calls may, for `--drain` seconds), another process
starts on the same folder, migrates the store where it must, takes its steps again and says that it is fit.

With `--from` the first floor of each round is the program as it was at a revision of this repository, in a
tree of its own: the store is made, filled and drained by it, and really migrated by today's. Afterwards the
older program is started once more on what the newer one wrote, and must refuse it in a sentence.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from urllib import error, request

LONGEST_S = 180.0
HERE = Path(__file__).parents[1]


class Floors:
    """Starts floors of a program, each in a process of its own, on one folder."""

    def __init__(self, folder: Path, *, agents: int, drain_s: float) -> None:
        self.folder = folder
        self.log = folder.parent / "log"
        self._options = ["--agents", str(agents), "--drain", str(drain_s)]

    def in_another(self, place: Path) -> "Floors":
        """The same on a folder of its own, with its own log."""
        place.mkdir()
        other = Floors(place / "floor", agents=0, drain_s=0.0)
        other._options = self._options
        return other

    @property
    def store(self) -> Path:
        """The file that they work on."""
        return self.folder / "fairdial.db"

    def started(self, tree: Path = HERE) -> subprocess.Popen[bytes]:
        """A floor of the program that lies in a tree."""
        (self.folder / "address.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "dialer", "serve", "--out", str(self.folder), "--port", "0"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*command, *self._options],
                stderr=log,
                stdout=log,
                cwd=tree,
                env={
                    **os.environ,
                    "PYTHONPATH": str(tree),
                    "FAIRDIAL_KEYS": str(self.folder.parent / "keys"),
                },
            )

    def wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when the floor is fit to dial."""
        until = time.monotonic() + LONGEST_S
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(f"the floor did not become ready: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            api = json.loads((self.folder / "address.json").read_text())["api"]
            with request.urlopen(f"{api}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, error.URLError):
            return False

    def told(self) -> tuple[str, int, int]:
        """The revision of the store, its steps and its attempts."""
        with closing(sqlite3.connect(self.store.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
            revision = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            steps = int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])
            attempts = int(connection.execute("SELECT count(*) FROM attempts").fetchone()[0])
        return revision, steps, attempts


def ended(process: subprocess.Popen[bytes]) -> int:
    """The status of a floor that was told to end."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=LONGEST_S)


def tree_of(revision: str, scratch: Path) -> Path:
    """The program as it was at a revision."""
    packed = subprocess.run(["git", "archive", revision], cwd=HERE, check=True, capture_output=True).stdout
    tree = scratch / "older"
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(tree, filter="data")
    return tree


def replaced(floors: Floors, older: subprocess.Popen[bytes]) -> tuple[subprocess.Popen[bytes], str]:
    """The floor that took the other's place, and what it cost, in words."""
    began = time.monotonic()
    status = ended(older)
    over = time.monotonic()
    before = floors.told()
    newer = floors.started()
    floors.wait_ready(newer)
    ready = time.monotonic()
    after = floors.told()
    kept = "all kept" if after[1] >= before[1] and after[2] >= before[2] else "STEPS OR ATTEMPTS LOST"
    return newer, (
        f"ended with {status} after {over - began:.1f} s, ready {ready - over:.1f} s later: a gap of "
        f"{ready - began:.1f} s; store {before[0]} -> {after[0]}, "
        f"{before[1]} steps and {before[2]} attempts, {kept}"
    )


def refused(floors: Floors, tree: Path) -> str:
    """What the older program says of the store that the newer one wrote."""
    before, length = floors.told(), floors.log.stat().st_size
    again = floors.started(tree)
    status = again.wait(timeout=LONGEST_S)
    said = " ".join(floors.log.read_bytes()[length:].decode().split())
    if status == 0 or "Traceback" in said or floors.told() != before:
        sys.exit(f"the older program ended with {status} on a newer store, and said: {said[-2000:]}")
    return f"the older program refuses it with {status}: {said[-400:]}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--works-s", type=float, default=20.0, help="before each replacement")
    parser.add_argument("--drain", type=float, default=5.0)
    parser.add_argument("--from", dest="revision", default=None, help="of this repository: the older program")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        tree = HERE if given.revision is None else tree_of(given.revision, Path(scratch))
        floors, process = Floors(Path(scratch), agents=given.agents, drain_s=given.drain), None
        for place in range(1, given.rounds + 1):
            if process is None:
                floors = floors.in_another(Path(scratch) / f"{place}")
                process = floors.started(tree)
                floors.wait_ready(process)
            time.sleep(given.works_s)
            process, cost = replaced(floors, process)
            print(f"round {place}: {cost}", flush=True)
            if given.revision is not None:
                ended(process)
                print(f"round {place}: {refused(floors, tree)}", flush=True)
                process = None
        if process is not None:
            ended(process)


if __name__ == "__main__":
    main()
