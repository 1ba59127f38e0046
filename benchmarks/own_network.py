"""A process in a network namespace of its own, with one cable that leads out of it and can be pulled.

What is cut this way arrives nowhere in either direction, and nobody is told: no connection is reset, no port
is refused. Needs root and `ip` (iproute2).
"""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence

FIRST = 198, 18
"""Addresses for benchmarks of networks: RFC 2544."""


def may_own_networks() -> bool:
    """Whether namespaces can be made here."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"fd-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode != 0:
        return False
    _ip("netns", "del", name)
    return True


class OwnNetwork:
    """One namespace and its cable, until it is removed.

    Its addresses are nobody else's on this machine: of two cables with the same ones, one leads nowhere.
    """

    def __init__(self) -> None:
        number, self._claim = _claimed()
        tag = f"{os.getpid() % 100_000}-{number}"
        self._name, self._end, self._far = f"fd-{tag}", f"fda{tag}", f"fdb{tag}"
        first, second = FIRST
        self.outside = f"{first}.{second}.{number}.1"
        """This machine's address, as the process sees it."""
        self.inside = f"{first}.{second}.{number}.2"
        """The process's address, as this machine sees it."""
        try:
            _ip("netns", "add", self._name)
            _ip("link", "add", self._end, "type", "veth", "peer", "name", self._far, "netns", self._name)
            _ip("addr", "add", f"{self.outside}/30", "dev", self._end)
            _ip("link", "set", self._end, "up")
            _ip("-n", self._name, "addr", "add", f"{self.inside}/30", "dev", self._far)
            _ip("-n", self._name, "link", "set", self._far, "up")
            _ip("-n", self._name, "link", "set", "lo", "up")
        except subprocess.CalledProcessError:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.remove()
            raise

    def command(self, words: Sequence[str]) -> list[str]:
        """What runs a command inside; the process has the id of the one that is started."""
        return ["ip", "netns", "exec", self._name, *words]

    def pull(self) -> None:
        """Nothing gets through any more."""
        _ip("link", "set", self._end, "down")

    def plug(self) -> None:
        """It does again."""
        _ip("link", "set", self._end, "up")

    def remove(self) -> None:
        """The namespace is gone once the last process in it is."""
        subprocess.run(["ip", "link", "del", self._end], check=False, capture_output=True)  # or it never was
        _ip("netns", "del", self._name)
        self._claim.close()


def _claimed() -> tuple[int, socket.socket]:
    """A number whose addresses nobody has, and what keeps it from others as long as this process lives."""
    first, second = FIRST
    for number in range(256):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0fairdial-network-{number}")
        except OSError:
            claim.close()
            continue
        told = ["ip", "-o", "addr", "show", "to", f"{first}.{second}.{number}.0/30"]
        if not subprocess.run(told, check=True, capture_output=True).stdout:
            return number, claim
        claim.close()  # of a process that was killed, and did not clear up
    raise OSError("every address for benchmarks is taken on this machine")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
