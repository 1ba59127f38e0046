"""A floor on PostgreSQL whose server is restarted in mid-shift, in order (fast) and by killing (immediate).

    python benchmarks/postgres_restarts.py --rounds 50 [--json FILE]

Each round waits until the floor dials, restarts the server, and waits until the floor is fit again; opt-outs
and payments are told to the floor all the while, and every one that was acknowledged is looked for in the
store at the end. It needs PostgreSQL's server programs, and runs them as the user postgres when it is root.
"""

import argparse
import asyncio
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib import error, request

PEOPLE = 2_000
START_S = 180.0
BACK_S = 60.0
"""Seconds in which a floor must be fit again after its server is."""

PACE_S = 0.05
"""Between two facts that are told."""


def server_programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are; None = nowhere."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


class Server:
    """A PostgreSQL of our own, on loopback."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fairdial-postgres-"))
        self._programs = programs
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._prefix = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._data = str(self.folder / "data")
        self._run("initdb", "-D", self._data, "-U", "fairdial", "--auth=trust", "-E", "UTF8", "-N")
        self._control("start")
        self.address = f"postgresql://fairdial@127.0.0.1:{self.port}/postgres"

    def restart(self, mode: str) -> None:
        """`fast` ends every connection in order, `immediate` kills and recovers at the next start."""
        self._control("restart", "-m", mode)

    def stop(self) -> None:
        """End it and forget its data."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *what: str) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", *what)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)


@dataclass
class Found:
    """What came of the rounds."""

    rounds: int = 0
    survived: int = 0
    acknowledged: int = 0
    lost: int = 0
    slowest_back_s: float = 0.0
    trouble: list[str] = field(default_factory=list[str])


class Floor:
    """A floor on the server, and how it is asked."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.log = folder.with_suffix(".log")
        command = [sys.executable, "-m", "dialer", "serve", "--out", str(folder), "--database", address]
        options = ["--port", "0", "--persons", str(PEOPLE), "--agents", "10", "--drain", "0"]
        with self.log.open("wb") as said:
            self.process = subprocess.Popen([*command, *options], stderr=said, cwd=folder.parent)

    def ask(self, path: str, body: object | None = None) -> tuple[int, Any]:
        """Status and answer; 0 where there was none."""
        api = json.loads((self.folder / "address.json").read_text())["api"]
        headers = {"authorization": f"Bearer {(self.folder / 'token').read_text()}"}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["content-type"] = "application/json"
        try:
            with request.urlopen(request.Request(api + path, data, headers), timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")
        except OSError:
            return 0, None

    def wait_fit(self, most_s: float) -> bool:
        """Whether it came to be fit to dial in time."""
        until = time.monotonic() + most_s
        while time.monotonic() < until and self.process.poll() is None:
            if (self.folder / "address.json").exists() and self.ask("/ready")[0] == 200:
                return True
            time.sleep(0.1)
        return False


class Teller(threading.Thread):
    """Tells the floor opt-outs, one person after another, and keeps what was acknowledged."""

    def __init__(self, floor: Floor, persons: list[str]) -> None:
        super().__init__(daemon=True)
        self._floor, self._persons = floor, persons
        self._is_over = threading.Event()
        self.acknowledged: dict[str, int] = {}
        self.statuses: dict[int, int] = {}

    def run(self) -> None:
        """Until `end`."""
        for person in self._persons:
            if self._is_over.is_set():
                return
            body = {"scope": "person", "person": person, "source": "benchmark"}
            status, answer = self._floor.ask("/api/facts/suppressions", body)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 200:
                self.acknowledged[person] = answer["sequence"]
            self._is_over.wait(PACE_S)

    def end(self) -> None:
        """Tell no more."""
        self._is_over.set()
        self.join()


def persons_of(address: str) -> list[str]:
    """Everybody on file."""
    return [row[0] for row in _rows(address, "SELECT person FROM persons ORDER BY person")]


def kept_of(address: str) -> set[str]:
    """Whose do-not-call request is written down."""
    query = "SELECT DISTINCT person FROM facts WHERE kind = 'request' AND person IS NOT NULL"
    return {row[0] for row in _rows(address, query)}


def _rows(address: str, query: str) -> list[Any]:
    import asyncpg  # noqa: PLC0415  # of an extra

    async def read() -> list[Any]:
        connection = await cast("Any", asyncpg).connect(address)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return asyncio.run(read())


@contextmanager
def floor_on(server: Server, folder: Path) -> Generator[Floor]:
    """A floor while the block runs."""
    floor = Floor(folder / "floor", server.address)
    try:
        if not floor.wait_fit(START_S):
            raise RuntimeError(f"the floor did not start:\n{floor.log.read_text()}")
        yield floor
    finally:
        if floor.process.poll() is None:
            floor.process.send_signal(signal.SIGTERM)
            floor.process.wait(timeout=120)


def restart_rounds(server: Server, folder: Path, rounds: int, *, pause_s: float = 2.0) -> Found:
    """Restart the server `rounds` times under a floor, alternately in order and by killing."""
    found = Found()
    with floor_on(server, folder) as floor:
        teller = Teller(floor, persons_of(server.address))
        teller.start()
        for number in range(rounds):
            mode = ("fast", "immediate")[number % 2]
            time.sleep(pause_s)
            server.restart(mode)
            began = time.monotonic()
            found.rounds += 1
            if not floor.wait_fit(BACK_S):
                found.trouble.append(f"round {number} ({mode}): not fit again; status {floor.process.poll()}")
                break
            found.survived += 1
            found.slowest_back_s = max(found.slowest_back_s, time.monotonic() - began)
            print(
                f"round {number}: {mode}, {len(teller.acknowledged)} acknowledged",
                file=sys.stderr,
                flush=True,
            )
        time.sleep(pause_s)
        teller.end()
    if floor.process.returncode != 0:
        found.trouble.append(
            f"the floor ended with {floor.process.returncode}: {floor.log.read_text()[-4000:]}"
        )
    kept = kept_of(server.address)
    found.acknowledged = len(teller.acknowledged)
    found.lost = len(set(teller.acknowledged) - kept)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    programs = server_programs()
    if programs is None:
        sys.exit("there is no PostgreSQL server program here")
    server = Server(programs)
    try:
        with tempfile.TemporaryDirectory(prefix="fairdial-restarts-") as folder:
            found = restart_rounds(server, Path(folder), asked.rounds)
    finally:
        server.stop()
    print(json.dumps(asdict(found), indent=2))
    if asked.json is not None:
        asked.json.write_text(json.dumps(asdict(found), indent=2) + "\n")
    sys.exit(0 if found.survived == found.rounds and not found.lost and not found.trouble else 1)


if __name__ == "__main__":
    main()
