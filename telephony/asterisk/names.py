"""Our channels' ids, and what they belong to.

A channel's id is chosen by us (`ChannelId`), so that every event, every list after a reconnect and every
action finds its attempt or agent without a table, also for a process that did not place the call.
"""

from __future__ import annotations

import re

from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk.errors import UnsafeValueError

_CALL = "fd.call."
_AGENT = "fd.agent."
_SUPERVISOR = "fd.ear."
_SAFE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_ENDPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


def call_channel(attempt: AttemptId) -> str:
    """Channel id of an attempt; there is only ever one channel of that id."""
    return _CALL + _safe(attempt)


def attempt_of(channel: str) -> AttemptId | None:
    """The attempt that a channel id belongs to."""
    rest = channel.removeprefix(_CALL)
    return AttemptId(rest) if rest != channel and _SAFE.fullmatch(rest) else None


def agent_channel(agent: AgentId, serial: int) -> str:
    """Channel id of one leg of an agent; `serial` differs for every leg: no live id is used again."""
    return f"{_AGENT}{serial}.{_safe(agent)}"


def agent_of(channel: str) -> AgentId | None:
    """The agent that a channel id belongs to."""
    if not channel.startswith(_AGENT):
        return None
    serial, dot, agent = channel.removeprefix(_AGENT).partition(".")
    return AgentId(agent) if dot and serial.isdigit() and _SAFE.fullmatch(agent) else None


def supervisor_channel(serial: int) -> str:
    """Channel id of one listening of a supervisor."""
    return f"{_SUPERVISOR}{serial}"


def is_supervisor_channel(channel: str) -> bool:
    """Whether it is the id of a listening of a supervisor, and nothing else."""
    serial = channel.removeprefix(_SUPERVISOR)
    return channel.startswith(_SUPERVISOR) and serial.isascii() and serial.isdigit()


def phone_number(number: str) -> str:
    """The number when it is one in E.164 and nothing else.

    Raises:
        UnsafeValueError: it is something else.
    """
    if not _NUMBER.fullmatch(number):
        raise UnsafeValueError("this is no telephone number in E.164")
    return number


def endpoint(name: str) -> str:
    """The name of an agent's phone when it is nothing else.

    Raises:
        UnsafeValueError: it is something else.
    """
    if not _ENDPOINT.fullmatch(name):
        raise UnsafeValueError(f"{name!r} is no name of a phone")
    return name


def sound(name: str | None) -> str:
    """The name of a sound file when it is nothing else; '' for none.

    Raises:
        UnsafeValueError: it is something else.
    """
    if name and not _SOUND.fullmatch(name):
        raise UnsafeValueError(f"{name!r} is no name of a sound file")
    return name or ""


def _safe(name: str) -> str:
    if not _SAFE.fullmatch(name):
        raise UnsafeValueError(f"{name!r} cannot be part of a channel's id")
    return name
