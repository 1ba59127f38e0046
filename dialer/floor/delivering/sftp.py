"""A folder of another firm's SFTP server, by OpenSSH's own client.

Why a command and no library: whoever runs the server gives us a key and its fingerprint, and what OpenSSH
makes of both is what their people know, log and help with. It is never asked for a password, and talks to no
server whose key does not stand in the file of known hosts. Every transfer is whole or under a name that ends
in `.part`.
"""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from compliance_gate.valid import Within
from dialer.domain.errors import MendableError
from dialer.domain.valid import valid
from dialer.floor.delivering.words import Line, Word

CONNECT_S = 20
"""For the connection; a server that says nothing for three times as long is away."""
MOST_S = 3_600.0
"""For one batch of commands."""
PART = ".part"

_LISTED = 9
"""Columns of a line of `ls -ln`, the name being the last."""


class SftpError(MendableError):
    """The server could not be reached, or did not do what it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Sftp:
    """A folder of a server.

    Args:
        folder: there; as the server names it.
        key: file of our private key, readable by us alone; known_hosts: file with the server's public key.
    """

    host: Word
    user: Word
    key: str
    known_hosts: str
    folder: Line
    port: Annotated[int, Within(1, 65_535, "a port")] = 22

    def beside(self, folder: Path) -> "Sftp":
        """The same, its files meant from a folder."""
        return replace(self, key=str(folder / self.key), known_hosts=str(folder / self.known_hosts))

    def __str__(self) -> str:
        return f"sftp://{self.user}@{self.host}:{self.port}/{self.folder.lstrip('/')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file there."""

    name: str
    bytes: int


def put(to: Sftp, file: Path, name: str) -> None:
    """Bring a file there under a name; what has the name is replaced.

    Raises:
        SftpError: it is not there under the name now, or nobody knows.
    """
    quoted(name)  # before anything goes
    part = f"{name}{PART}"
    _run(to, f"-rm {_there(part)}", f"put {quoted(str(file))} {_there(part)}")
    rename(to, part, name)


def listed(of: Sftp) -> tuple[Listed, ...]:
    """The ordinary files of the folder, by name. Raises SftpError."""
    found: list[Listed] = []
    for line in _run(of, "ls -ln").splitlines():
        parts = line.split(maxsplit=_LISTED - 1)
        # A name with a way in it would lead out of our folder.
        if len(parts) == _LISTED and line.startswith("-") and parts[4].isdecimal() and "/" not in parts[-1]:
            found.append(Listed(name=parts[-1], bytes=int(parts[4])))
    return tuple(sorted(found, key=lambda one: one.name))


def fetch(of: Sftp, name: str, to: Path) -> None:
    """Bring a file from there. Raises SftpError."""
    _run(of, f"get {_there(name)} {quoted(str(to))}")


def rename(of: Sftp, name: str, to: str) -> None:
    """Give a file there another name; what has that name goes: in the same step where the server can do
    that, and before it where it cannot.

    Raises:
        SftpError: it has not, or nobody knows.
    """
    try:
        _run(of, f"rename {_there(name)} {_there(to)}")
    except SftpError:
        _run(of, f"-rm {_there(to)}", f"rename {_there(name)} {_there(to)}")


def make_folder(of: Sftp, name: str) -> None:
    """Make a folder in the folder; there may be one already. Raises SftpError."""
    _run(of, f"-mkdir {_there(name)}")


def quoted(name: str) -> str:
    """A name as the client's batches take it. Raises SftpError: it cannot be said there."""
    if not name or any(letter < " " or letter in "\x7f" for letter in name):
        raise SftpError(f"{name!r} is no name of a file that can be transferred", mend="rename it.")
    return '"' + "".join(f"\\{letter}" if letter in '"\\' else letter for letter in name) + '"'


def _there(name: str) -> str:
    """A name of the folder, which is no option however it begins. Raises SftpError."""
    quoted(name)
    return quoted(f"./{name}")


def _run(to: Sftp, *commands: str) -> str:
    """What the client said of these commands, begun in the folder. One that begins with '-' may fail."""
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={to.known_hosts}",
        "GlobalKnownHostsFile=/dev/null",
        "IdentitiesOnly=yes",
        f"IdentityFile={to.key}",
        f"ConnectTimeout={CONNECT_S}",
        f"ServerAliveInterval={CONNECT_S}",
        "ServerAliveCountMax=3",
        "ForwardAgent=no",
        "LogLevel=ERROR",
    ]
    command = ["sftp", "-F", "none", "-b", "-", "-P", str(to.port)]
    for option in options:
        command += ["-o", option]
    batch = "\n".join((f"cd {quoted(to.folder)}", *commands, ""))
    try:
        done = subprocess.run(
            [*command, f"{to.user}@{to.host}"],
            input=batch.encode(),
            capture_output=True,
            timeout=MOST_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise SftpError(
            "there is no OpenSSH client here", where=str(to), mend="install openssh-client."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SftpError(
            f"the server took more than {MOST_S:g} s", where=str(to), mend="it is tried again."
        ) from error
    if done.returncode != 0:
        raise SftpError(_last_words(done.stderr), where=str(to), mend=_MEND)
    return "\n".join(
        line for line in done.stdout.decode(errors="replace").splitlines() if not line.startswith("sftp> ")
    )


_MEND = "try it by hand with `sftp -i KEY -P PORT USER@HOST`; it is tried again."


def _last_words(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    spoken = [line for line in lines if not line.startswith("Connection closed")]
    return (spoken or lines or ["the client ended without a word"])[-1]
