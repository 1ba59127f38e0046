"""A real floor in a process of its own, on a made-up network, for attacks; and ways to talk to its port."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from urllib import error, request

from dialer.clock import monotonic_now

START_S = 120.0


@dataclass(frozen=True, slots=True)
class Served:
    """A floor that runs. `log`: what it says on standard error."""

    folder: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def api(self) -> str:
        return str(json.loads((self.folder / "address.json").read_text())["api"])

    @property
    def port(self) -> int:
        return int(self.api.rsplit(":", 1)[1])

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text()

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """Status and answer; `token` None = the floor's own, '' = none."""
        headers = {"content-type": "application/json"}
        shown = self.token if token is None else token
        if shown:
            headers["authorization"] = f"Bearer {shown}"
        asked = request.Request(self.api + path, data=body, method=method, headers=headers)
        try:
            with request.urlopen(asked, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")

    def text(self, path: str, *, token: str = "") -> str:
        """What is answered to a look, as it is."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        with request.urlopen(request.Request(self.api + path, headers=headers), timeout=30) as answer:
            return answer.read().decode()

    def connected(self, *, source: str = "127.0.0.1") -> socket.socket:
        """A bare connection from an address of this machine."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30, source_address=(source, 0))


@contextmanager
def served(folder: Path, *options: str) -> Generator[Served]:
    """A floor while the block runs; it must end in order."""
    log = folder.with_suffix(".log")
    command = [sys.executable, "-m", "dialer", "serve", "--out", str(folder), "--port", "0", *options]
    with log.open("wb") as errors:
        process = subprocess.Popen([*command, "--drain", "0"], stderr=errors, cwd=folder.parent, umask=0o022)
        try:
            until = monotonic_now() + START_S
            while not all(sign in log.read_text() for sign in ("the floor listens", '"network.up"')):
                assert process.poll() is None, log.read_text()
                assert monotonic_now() < until, log.read_text()
                Event().wait(0.05)
            yield Served(folder, process, log)
            assert process.poll() is None, log.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    assert process.returncode == 0, log.read_text()
