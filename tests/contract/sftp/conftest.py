"""A real OpenSSH server on loopback, of one's own, with one user: whoever runs the tests."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.clock import monotonic_now
from dialer.floor.delivering.sftp import Sftp

SERVER = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")


@dataclass
class Server:
    """A server with a folder; `end` and `begin` are its operator's."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def there(self) -> Path:
        return self.folder / "there"

    def sftp(self, **other: object) -> Sftp:
        given: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "key": str(self.folder / "ours"),
            "known_hosts": str(self.folder / "known_hosts"),
            "folder": str(self.there),
        }
        return Sftp(**(given | other))  # pyright: ignore[reportArgumentType]  # as settings name them

    def begin(self) -> None:
        assert SERVER is not None
        command = [SERVER, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log)
        until = monotonic_now() + 60.0
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5.0) as asked:
                    assert asked.recv(4) == b"SSH-"
                    return
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert monotonic_now() < until
                time.sleep(0.05)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30.0)


def _key(file: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file.with_name(f"{file.name}.pub").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    if SERVER is None or shutil.which("sftp") is None:
        pytest.skip("there is no OpenSSH here; scripts/install-system-packages.sh sftp")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(tmp_path, port)
    made.there.mkdir()
    host = _key(tmp_path / "host")
    (tmp_path / "authorized").write_text(_key(tmp_path / "ours"))
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}")
    lines = (
        f"ListenAddress 127.0.0.1:{port}",
        f"HostKey {tmp_path}/host",
        f"AuthorizedKeysFile {tmp_path}/authorized",
        f"PidFile {tmp_path}/pid",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "Subsystem sftp internal-sftp",
    )
    (tmp_path / "sshd_config").write_text("\n".join(lines) + "\n")
    made.begin()
    try:
        yield made
    finally:
        made.end()
