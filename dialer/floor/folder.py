"""What a floor keeps in its folder beside its store: its clock, its tokens, where it listens.

Other commands find the floor by these files: an import asks its clock, a network's process its token.
"""

import os
import re
import secrets
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.runtime.clocks import RehearsalClock
from simulator.scenario import Scenario

CLOCK_FILE = "clock.json"
TOKEN_FILE = "token"
ADDRESS_FILE = "address.json"
SOCKET_FILE = "network.sock"
AGENTS_FOLDER = "agents"

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}")


def scenario_clock(folder: Path, scenario: Scenario, factor: float) -> RehearsalClock:
    """The floor's clock: the scenario's day and hour when the folder was new, and running ever since."""
    shift = scenario.shift
    shows = datetime.combine(shift.day, shift.starts, ZoneInfo(shift.time_zone)).timestamp()
    return lasting_clock(folder, shows=shows, factor=factor)


def lasting_clock(folder: Path, *, shows: float, factor: float = 1.0) -> RehearsalClock:
    """A clock that showed `shows` when the folder was new, and has been running ever since."""
    file = folder / CLOCK_FILE
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=RehearsalClock)
    made = RehearsalClock(began=clock.posix_now(), shows=shows, factor=factor)
    file.write_bytes(msgspec.json.encode(made))
    return made


def folder_now(folder: Path) -> float:
    """POSIX seconds by the clock of the floor in this folder; the machine's where it has none of its own."""
    file = folder / CLOCK_FILE
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=RehearsalClock).posix()
    return clock.posix_now()


def folder_token(folder: Path) -> str:
    """The token of this folder, made when there is none; readable by its owner alone."""
    return _token(folder / TOKEN_FILE, secret_bytes=32)


def agent_token(folder: Path, agent: str) -> str:
    """The token of an agent: `agents/<agent>.token`, made when there is none, readable by its owner alone.
    Taking the file away and starting again gives the agent another.

    Raises:
        MendableError: the agent's id cannot be a file's name.
    """
    if not _FILE_NAME.fullmatch(agent):
        mend = "letters, digits and . _ @ - only, in [[asterisk.agents]] agent."
        raise MendableError(f"the agent's id {agent!r} cannot be a file's name", mend=mend)
    (folder / AGENTS_FOLDER).mkdir(parents=True, exist_ok=True)
    return _token(folder / AGENTS_FOLDER / f"{agent}.token", secret_bytes=24)


def _token(file: Path, *, secret_bytes: int) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(secret_bytes))
    return file.read_text().strip()


def write_address(folder: Path, host: str, port: int) -> None:
    """Write down for other commands where the floor of this folder listens."""
    data = msgspec.json.encode({"api": f"http://{host}:{port}", "process": os.getpid()})
    (folder / ADDRESS_FILE).write_bytes(data)
