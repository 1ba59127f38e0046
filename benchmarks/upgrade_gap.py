"""How long nobody is called while a floor is replaced in place: from SIGTERM until the next one is ready.

    python -m benchmarks.upgrade_gap --rounds 3 --agents 10

A floor works on a made-up network; it is told to end (its calls may, for `--drain` seconds), another process
starts on the same folder, migrates the store where it must, takes its steps again and says that it is fit.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib import error, request

LONGEST_S = 180.0


def started(folder: Path, agents: int, drain_s: float) -> subprocess.Popen[bytes]:
    """A floor in a process of its own."""
    command = [sys.executable, "-m", "dialer", "serve", "--out", str(folder), "--port", "0"]
    options = ["--agents", str(agents), "--drain", str(drain_s)]
    with (folder.parent / "log").open("ab") as log:
        return subprocess.Popen([*command, *options], stderr=log)


def is_ready(folder: Path) -> bool:
    """Whether `/ready` says so."""
    try:
        api = json.loads((folder / "address.json").read_text())["api"]
        with request.urlopen(f"{api}/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, error.URLError):
        return False


def wait_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Returns when the floor is fit to dial."""
    until = time.monotonic() + LONGEST_S
    while not is_ready(folder):
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"the floor did not become ready; see {folder.parent / 'log'}")
        time.sleep(0.02)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--works-s", type=float, default=20.0, help="before each replacement")
    parser.add_argument("--drain", type=float, default=5.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "floor"
        process = started(folder, given.agents, given.drain)
        wait_ready(folder, process)
        for place in range(1, given.rounds + 1):
            time.sleep(given.works_s)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            status = process.wait(timeout=LONGEST_S)
            ended = time.monotonic()
            (folder / "address.json").unlink(missing_ok=True)
            process = started(folder, given.agents, given.drain)
            wait_ready(folder, process)
            ready = time.monotonic()
            print(
                f"round {place}: ended with {status} after {ended - began:.1f} s, "
                f"ready {ready - ended:.1f} s later: a gap of {ready - began:.1f} s",
                flush=True,
            )
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=LONGEST_S)


if __name__ == "__main__":
    main()
