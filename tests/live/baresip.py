"""A scripted SIP phone of an agent: registers, answers by itself, plays a voice, records what it hears."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

MODULES = "/usr/lib/baresip/modules"

_CONFIG = """\
poll_method epoll
sip_listen {address}:5060
audio_path /usr/share/baresip
audio_player aubridge,sink
audio_source aufile,{voice}
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
audio_level no
rtp_ports 30000-30999
jitter_buffer_delay 5-15
call_local_timeout 120
call_max_calls 4
net_interface {address}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
snd_path {heard}
"""


def reason_missing() -> str | None:
    """Why no phone can be run here; None when one can."""
    if shutil.which("baresip") is None:
        return "no baresip: run scripts/install-system-packages.sh phones"
    return None


class Phone:
    """One phone on an address of its own."""

    def __init__(
        self, folder: Path, *, address: str, server: str, user: str, secret: str, voice: Path
    ) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.heard = folder / "heard"
        self.heard.mkdir(exist_ok=True)
        values = {"address": address, "voice": voice, "modules": MODULES, "heard": self.heard}
        (folder / "config").write_text(_CONFIG.format(**values))
        account = f"<sip:{user}@{server};transport=udp>;auth_user={user};auth_pass={secret};regint=60"
        (folder / "accounts").write_text(f"{account};answermode=auto;audio_codecs=PCMU\n")
        (folder / "contacts").write_text("")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it has registered."""
        self._process = await asyncio.create_subprocess_exec(
            "setpriv", "--pdeathsig", "KILL", "--", "baresip", "-f", str(self._folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output = self._process.stdout
        assert output is not None

        async def registered() -> None:
            while line := await output.readline():
                if b"200 OK" in line or b"registered successfully" in line:
                    return
            raise RuntimeError("the phone ended before it had registered")

        async with asyncio.timeout(10):
            await registered()
        self._drain = asyncio.create_task(_drain(output))

    async def die(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, by default as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
            await self._drain
        self._process = None


async def _drain(output: asyncio.StreamReader) -> None:
    while await output.readline():
        pass
