"""Tries at an Asterisk what the dialer's own AMI user must not be able to do, and says what was not refused.

Rights alone do not tell: with the modules of a stock installation the classes `call` and `originate` read
every password of the machine and write files. So each thing is tried, in the mildest way that shows it: a
value that is read is looked at for whether there is one and never told; a global variable of our own name is
set; a recording is begun on a channel that nobody hears and ended at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.wire import Action

PROBE = "FAIRDIAL_PROBE"
_LOOK_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Something that must be refused.

    Args:
        name: what could be done by it, as a person is told.
        module: which module of Asterisk allows it.
    """

    name: str
    module: str
    is_open: Callable[[AmiConnection], Awaitable[bool]]


async def open_ways(link: AmiConnection, settings: AsteriskSettings) -> tuple[Way, ...]:
    """Everything that was not refused; () = all is shut."""
    return tuple([way for way in ways(settings) if await way.is_open(link)])


def ways(settings: AsteriskSettings) -> tuple[Way, ...]:
    """What is tried."""
    user = settings.ami.user
    phones = [(trunk.name, "context") for trunk in settings.trunks]
    phones += [(agent.endpoint, "context") for agent in settings.agents]
    endpoint, fact = phones[0] if phones else ("none", "context")
    return (
        _reads(
            "read passwords of the manager interface", "func_config", f"AST_CONFIG(manager.conf,{user},read)"
        ),
        _reads(
            "read passwords of telephones and trunks",
            "func_sorcery",
            f"AST_SORCERY(res_pjsip,endpoint,{endpoint},{fact})",
        ),
        _reads("read the environment and files", "func_env", "ENV(PATH)"),
        _reads("run programs", "func_shell", "SHELL(echo open)"),
        _reads("read and write Asterisk's database", "func_db", "DB_KEYS()"),
        _writes("set global variables by function", "func_global", f"GLOBAL({PROBE})"),
        _originates("write files of any name", "app_record", "Record", f"{settings.recordings}/{PROBE}:sln"),
        _originates("run programs", "app_system", "System", "true"),
        _originates("run programs beside a recording", "app_mixmonitor", "MixMonitor", f"{PROBE}.raw,,true"),
    )


def _reads(name: str, module: str, variable: str) -> Way:
    async def is_open(link: AmiConnection) -> bool:
        answer = await link.send(Action(name="Getvar", fields={"Variable": variable}))
        return answer.is_success and bool(answer.get("value"))

    return Way(name=name, module=module, is_open=is_open)


def _writes(name: str, module: str, variable: str) -> Way:
    async def is_open(link: AmiConnection) -> bool:
        answer = await link.send(Action(name="Setvar", fields={"Variable": variable, "Value": ""}))
        return answer.is_success

    return Way(name=name, module=module, is_open=is_open)


def _originates(name: str, module: str, application: str, data: str) -> Way:
    """Queued says nothing: whether the application runs is seen on the channel, which is ended then."""

    async def is_open(link: AmiConnection) -> bool:
        channel = f"fd.probe.{application.lower()}"
        fields = {"Channel": "Local/600@fairdial-phone/n", "Application": application, "Data": data}
        answer = await link.send(
            Action(name="Originate", fields={**fields, "Async": True, "ChannelId": channel, "Timeout": 2000})
        )
        if not answer.is_success:
            return False
        await asyncio.sleep(_LOOK_S)
        listed = await link.send_list(Action(name="Status"))
        mine = [item for item in listed if item.get("uniqueid") == channel]
        for item in mine:
            await link.send(Action(name="Hangup", fields={"Channel": item.get("channel"), "Cause": 16}))
        return any(item.get("application") == application for item in mine)

    return Way(name=name, module=module, is_open=is_open)
