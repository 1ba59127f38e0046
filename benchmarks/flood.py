"""A floor of thirty while strangers without a token flood its port: does it still bridge in time?

    python -m benchmarks.flood [--seconds 60] [--each] [--json FILE]

The floor is `fairdial serve` on the simulated network, as anybody would start it. It is left alone for a
while, then flooded with everything in `benchmarks/flood_kinds.py` together (`--each`: with one kind after the
other first), then left alone again. The wait from answer to bridge is taken by the network, at its own end of
the socket; memory is the floor's resident set. All the while somebody with a token knocks on a new connection
once a second. The strangers run at the lowest priority: their own work would not be done on the floor's
machine. The load of the machine is beside the figures, which are worth no more than it lets them.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib import error, request

from benchmarks.flood_kinds import KINDS
from telephony.simulated.log_file import read_log

MOST_BRIDGE_S = 0.1
MOST_MEMORY = 1.5
"""The goals: 99 of 100 bridges within so many seconds of the answer; memory against the quiet floor's."""

START_S = 180.0
WARM_UP_S = 15.0
LOOK_S = 0.5
KNOCK_S = 1.0
SCENARIO = """
[shift]
day = 2026-03-10
starts = 10:00:00
hours = 8.0

[campaign]
policy = "progressive"

[numbers]
voicemail = 0.0

[calls]
person_answers = 0.9

[talks]
right_party = { exponential = { mean = 6.0 } }
results = { promise_to_pay = 3, refused_to_pay = 2 }
"""
"""Progressive: somebody is free for every answer, so that a late bridge is the machine's doing alone."""


@dataclass
class Phase:
    """What was seen for as long as one thing was done to the floor.

    Args:
        bridge_p99_s, bridge_most_s: seconds from answer to bridge; 0 = no bridge.
        memory_mb: the most that was seen.
        knocks, unanswered: requests with a token on a new connection, and how many were not answered 200.
        knock_most_s: the slowest that was.
        told: what strangers were answered, by kind.
    """

    name: str
    bridges: int = 0
    bridge_p99_s: float = 0.0
    bridge_most_s: float = 0.0
    memory_mb: float = 0.0
    knocks: int = 0
    unanswered: int = 0
    knock_most_s: float = 0.0
    load: float = 0.0
    told: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])


class Floor:
    """The floor's process and its folder."""

    def __init__(self, folder: Path, *, agents: int, persons: int) -> None:
        self.folder = folder
        self.log = folder.with_suffix(".log")
        scenario = folder.with_suffix(".toml")
        scenario.write_text(SCENARIO)
        command = [sys.executable, "-m", "dialer", "serve", "--out", str(folder), "--scenario", str(scenario)]
        options = ["--port", "0", "--agents", str(agents), "--persons", str(persons), "--drain", "0"]
        with self.log.open("wb") as said:
            self.process = subprocess.Popen([*command, *options], stderr=said, cwd=folder.parent)

    @property
    def api(self) -> str:
        """Where it listens."""
        return str(json.loads((self.folder / "address.json").read_text())["api"])

    def ask(self, path: str) -> Any:
        """An answer, on a new connection.

        Raises:
            OSError: none, or not 200.
        """
        token = (self.folder / "token").read_text()
        asked = request.Request(self.api + path, headers={"authorization": f"Bearer {token}"})
        with request.urlopen(asked, timeout=10.0) as answer:
            return json.loads(answer.read())

    def talking(self) -> int:
        """Collectors in a talk; 0 while nobody answers."""
        try:
            return [row["state"] for row in self.ask("/api/floor")["agents"]].count("talking")
        except (OSError, error.HTTPError):
            return 0

    def memory_mb(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def bridges(self) -> list[float]:
        """Seconds from answer to bridge of every one so far, by the network's log."""
        return [float(line.text) for line in read_log(self.folder / "network.log") if line.what == "joined"]


@contextmanager
def floor_at_work(folder: Path, *, agents: int, persons: int) -> Generator[Floor]:
    """A floor most of whose collectors have talked, while the block runs."""
    floor = Floor(folder, agents=agents, persons=persons)
    try:
        until = time.monotonic() + START_S
        while not (folder / "address.json").exists() or floor.talking() < agents // 3:
            if floor.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the floor does not work:\n{floor.log.read_text()[-4000:]}")
            time.sleep(LOOK_S)
        yield floor
    finally:
        if floor.process.poll() is None:
            floor.process.send_signal(signal.SIGTERM)
            floor.process.wait(timeout=60)


class Knocker(threading.Thread):
    """Somebody with a token, once a second on a new connection."""

    def __init__(self, floor: Floor) -> None:
        super().__init__(daemon=True)
        self._floor = floor
        self._is_over = threading.Event()
        self.took: list[float] = []
        self.unanswered = 0

    def run(self) -> None:
        """Until `end`."""
        while not self._is_over.wait(KNOCK_S):
            began = time.monotonic()
            try:
                self._floor.ask("/api/floor")
            except OSError:
                self.unanswered += 1
            self.took.append(time.monotonic() - began)

    def end(self) -> None:
        """Knock no more."""
        self._is_over.set()
        self.join()


def watch(floor: Floor, name: str, seconds: float, kinds: list[str], *, scale: float = 1.0) -> Phase:
    """Flood the floor with these kinds (none: leave it alone) and look at it meanwhile.

    Raises:
        RuntimeError: the floor ended.
    """
    phase, before = Phase(name=name), len(floor.bridges())
    knocker = Knocker(floor)
    knocker.start()
    strangers: subprocess.Popen[bytes] | None = None
    if kinds:
        port = floor.api.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "benchmarks.flood_kinds", port, str(seconds), str(scale), *kinds]
        here = Path(__file__).parents[1]
        strangers = subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.PIPE, cwd=here)
    until = time.monotonic() + seconds
    while time.monotonic() < until or (strangers is not None and strangers.poll() is None):
        if floor.process.poll() is not None:
            raise RuntimeError(f"the floor ended:\n{floor.log.read_text()[-4000:]}")
        phase.memory_mb = max(phase.memory_mb, round(floor.memory_mb(), 1))
        time.sleep(LOOK_S)
    knocker.end()
    if strangers is not None:
        phase.told = json.loads(strangers.communicate()[0])
    waits = sorted(floor.bridges()[before:])
    if waits:
        phase.bridges = len(waits)
        phase.bridge_p99_s = round(waits[int(0.99 * len(waits))], 4)
        phase.bridge_most_s = round(waits[-1], 4)
    phase.knocks, phase.unanswered = len(knocker.took), knocker.unanswered
    phase.knock_most_s = round(max(knocker.took, default=0.0), 3)
    phase.load = round(os.getloadavg()[0], 1)
    return phase


def run(
    folder: Path, *, agents: int, seconds: float, alone: tuple[str, ...] = (), scale: float = 1.0
) -> list[Phase]:
    """Quiet, flooded with each of these kinds `alone`, flooded with all, quiet; the phases in order."""
    plans: list[tuple[str, list[str]]] = [("quiet", []), *((kind, [kind]) for kind in alone)]
    plans += [("flooded", list(KINDS)), ("quiet again", [])]
    persons = max(2_000, round(5 * seconds * len(plans)))
    phases: list[Phase] = []
    with floor_at_work(folder / "floor", agents=agents, persons=persons) as floor:
        time.sleep(WARM_UP_S)
        for name, kinds in plans:
            phases.append(watch(floor, name, seconds, kinds, scale=scale))
            print(phases[-1], file=sys.stderr, flush=True)
    return phases


def short_of(phases: list[Phase]) -> list[str]:
    """Which goals were missed while the floor was flooded, in words."""
    quiet = phases[0]
    missed: list[str] = []
    for phase in phases[1:]:
        if phase.bridges and phase.bridge_p99_s > MOST_BRIDGE_S:
            missed.append(f"{phase.name}: answer to bridge {1000 * phase.bridge_p99_s:.0f} ms (p99)")
        if phase.bridges < quiet.bridges / 2:
            missed.append(f"{phase.name}: {phase.bridges} bridges, {quiet.bridges} when it was quiet")
        if phase.memory_mb > MOST_MEMORY * quiet.memory_mb:
            missed.append(
                f"{phase.name}: {phase.memory_mb:.0f} MB of memory, {quiet.memory_mb:.0f} MB when quiet"
            )
        if phase.unanswered:
            missed.append(
                f"{phase.name}: {phase.unanswered} of {phase.knocks} knocks with a token unanswered"
            )
    return missed


def main() -> None:
    """The command; exit status 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--agents", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each phase")
    parser.add_argument("--each", action="store_true", help="flood with one kind after the other first")
    parser.add_argument("--alone", nargs="*", default=[], choices=KINDS, help="flood with these first")
    parser.add_argument("--scale", type=float, default=1.0, help="of the crowd of strangers")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    alone = tuple(KINDS) if asked.each else tuple(asked.alone)
    with tempfile.TemporaryDirectory(prefix="fairdial-flood-") as folder:
        phases = run(Path(folder), agents=asked.agents, seconds=asked.seconds, alone=alone, scale=asked.scale)
    missed = short_of(phases)
    said = json.dumps({"phases": [asdict(phase) for phase in phases], "missed": missed}, indent=2)
    print(said)
    if asked.json is not None:
        asked.json.write_text(said + "\n")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
