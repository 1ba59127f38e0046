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
from dialer.domain.valid import CENTURY_BEGINS, CENTURY_ENDS
from dialer.files import made_private, own_folder, read_state, write_whole
from dialer.runtime.clocks import RehearsalClock
from simulator.scenario import Scenario

CLOCK_FILE = "clock.json"
TOKEN_FILE = "token"
ADDRESS_FILE = "address.json"
SOCKET_FILE = "network.sock"
AGENTS_FOLDER = "agents"

LEAST_OF_A_TOKEN = 16
"""Signs of the shortest token that is taken: what is cut off or typed in haste lets nobody in."""

_SECRET = re.compile(rf"[\x21-\x7e]{{{LEAST_OF_A_TOKEN},}}")
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
        return _kept_clock(file)
    made = RehearsalClock(began=clock.posix_now(), shows=shows, factor=factor)
    write_whole(file, msgspec.json.encode(made))
    return made


def folder_now(folder: Path) -> float:
    """POSIX seconds by the clock of the floor in this folder; the machine's where it has none of its own."""
    file = folder / CLOCK_FILE
    if file.exists():
        return _kept_clock(file).posix()
    return clock.posix_now()


def _kept_clock(file: Path) -> RehearsalClock:
    return read_state(
        file,
        _clock_of,
        what="the floor's clock",
        mend="take the file from a copy of the folder; or delete it, and the next start begins the day anew.",
    )


def _clock_of(data: bytes) -> RehearsalClock:
    found = msgspec.json.decode(data, type=RehearsalClock)
    if not (CENTURY_BEGINS <= found.posix() <= CENTURY_ENDS and found.factor > 0.0):
        raise ValueError("it shows no time of this century, or does not run")
    return found


def folder_token(folder: Path) -> str:
    """The token of this folder, made when there is none; readable by its owner alone.

    Raises:
        MendableError: the file holds none: it is empty or was cut off.
    """
    return _token(folder / TOKEN_FILE, secret_bytes=32)


def agent_token(folder: Path, agent: str) -> str:
    """The token of an agent: `agents/<agent>.token`, made when there is none, readable by its owner alone.
    Taking the file away and starting again gives the agent another.

    Raises:
        MendableError: the agent's id cannot be a file's name, or the file holds no token.
    """
    if not _FILE_NAME.fullmatch(agent):
        mend = "letters, digits and . _ @ - only, in [[asterisk.agents]] agent."
        raise MendableError(f"the agent's id {agent!r} cannot be a file's name", mend=mend)
    own_folder(folder / AGENTS_FOLDER)
    return _token(folder / AGENTS_FOLDER / f"{agent}.token", secret_bytes=24)


def _token(file: Path, *, secret_bytes: int) -> str:
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(secret_bytes))
    made_private(file)
    return read_state(
        file,
        _token_of,
        what="the token",
        mend="delete the file: the next start makes another, for whoever used the old one.",
    )


def _token_of(data: bytes) -> str:
    found = data.decode().strip()
    if not _SECRET.fullmatch(found):
        raise ValueError(f"a token has {LEAST_OF_A_TOKEN} letters and digits at least, on one line")
    return found


def address_at(host: str, port: int, *, is_encrypted: bool) -> str:
    """Where an HTTP side is reached, as a browser writes it."""
    named = f"[{host}]" if ":" in host else host
    return f"{'https' if is_encrypted else 'http'}://{named}:{port}"


def write_address(folder: Path, api: str) -> None:
    """Write down for other commands where the floor of this folder listens."""
    data = msgspec.json.encode({"api": api, "process": os.getpid()})
    write_whole(folder / ADDRESS_FILE, data)
