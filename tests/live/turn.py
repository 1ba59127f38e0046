"""A TURN server (coturn) with the configuration that is written for it, on an address of the laboratory."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from pathlib import Path

from telephony.asterisk.configuration import render
from telephony.asterisk.settings import AsteriskSettings


def reason_missing() -> str | None:
    """Why none can be run here; None when one can."""
    if shutil.which("turnserver") is None:
        return "no coturn: run scripts/install-system-packages.sh relay"
    return None


class TurnServer:
    """One server.

    Args:
        settings: of the Asterisk that it relays to.
        address: that it listens and relays at.
    """

    def __init__(self, folder: Path, settings: AsteriskSettings, *, address: str) -> None:
        self.address = address
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it answers at its port."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "turnserver.conf"
        file.touch(mode=0o600)
        file.write_text(render(self._settings)["coturn/turnserver.conf"])
        own = ["-L", self.address, "-E", self.address, "--min-port", "40000", "--max-port", "40999"]
        # Only here, where every address is of this machine: elsewhere no relay may reach those.
        own += ["--allow-loopback-peers", "--no-tls", "--no-dtls", "--pidfile", str(self._folder / "pid")]
        own += ["--log-file", "stdout", "--userdb", str(self._folder / "db"), "-v"]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", "turnserver", "-c", str(file), *own],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        async with asyncio.timeout(10):
            while not self._is_listening():
                await asyncio.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    @property
    def log(self) -> str:
        """What it wrote down."""
        return (self._folder / "log").read_text(errors="replace")

    def _is_listening(self) -> bool:
        with socket.socket() as probe:
            is_open = probe.connect_ex((self.address, 3478)) == 0
        return is_open and f"UDP listener opened on: {self.address}:3478" in self.log
