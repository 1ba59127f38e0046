"""What the dialer's user may do at Asterisk, TLS, and the length of a line."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory

from dialer.clock import posix_now
from dialer.domain.events import CallAnswered, CallEnded, CallTimedOut, VoicePlayed
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.doctor import examine
from telephony.asterisk.errors import CannotConnectError, LoginRefusedError
from telephony.asterisk.rights_check import open_ways, ways
from telephony.asterisk.wire import MOST_LINE_BYTES, Action


@pytest.fixture
async def link(laboratory: Laboratory) -> AsyncIterator[AmiConnection]:
    running = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address))
    await running.connect()
    yield running
    await running.close()


@pytest.mark.parametrize(
    "action",
    [
        Action(name="GetConfig", fields={"Filename": "manager.conf"}),
        Action(name="Command", fields={"Command": "core show version"}),
        Action(name="Reload", fields={}),
        Action(name="DBPut", fields={"Family": "a", "Key": "b", "Val": "c"}),
        Action(name="DialplanExtensionAdd", fields={"Context": "default", "Extension": "1", "Priority": 1}),
        Action(
            name="Originate",
            fields={"Channel": "PJSIP/seat1", "Application": "System", "Data": "true", "Async": True},
        ),
    ],
    ids=lambda action: action.name,
)
async def test_the_dialer_s_user_may_not_touch_the_machine(link: AmiConnection, action: Action) -> None:
    assert not (await link.send(action)).is_success


async def test_the_longest_line_that_is_accepted_arrives_whole(link: AmiConnection) -> None:
    name = "A" * 60
    value = "x" * (MOST_LINE_BYTES - len(f"Variable: {name}=\r\n"))
    fields = {"Channel": "PJSIP/seat1", "Context": "fairdial-agent", "Exten": "ready", "Priority": 1}
    channel = "fd.agent.1.long"
    action = Action(
        name="Originate", fields={**fields, "Async": True, "ChannelId": channel}, variables={name: value}
    )
    assert (await link.send(action)).is_success
    async for item in link.events:
        if getattr(item, "event", "") == "OriginateResponse":
            break
    got = await link.send(Action(name="Getvar", fields={"Channel": channel, "Variable": name}))
    assert got.get("value") == value
    assert (await link.send(Action(name="Hangup", fields={"Channel": channel}))).is_success


async def test_a_wrong_secret_is_refused_at_once(laboratory: Laboratory) -> None:
    address = AmiAddress(user="fairdial", secret="wrong", host=laboratory.address)
    with pytest.raises(LoginRefusedError):
        await AmiConnection(address).connect()


async def test_tls_works_with_the_laboratory_s_certificate_and_with_no_other(laboratory: Laboratory) -> None:
    trusted = AmiAddress(
        user="fairdial",
        secret=AMI_SECRET,
        host=laboratory.address,
        port=5039,
        tls=True,
        ca_file=laboratory.certificate,
    )
    link = AmiConnection(trusted)
    await link.connect()
    assert (await link.send(Action(name="Ping"))).is_success
    await link.close()
    unknown = AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address, port=5039, tls=True)
    with pytest.raises(CannotConnectError, match="certificate"):
        await AmiConnection(unknown).connect()


async def test_every_way_to_more_is_shut_by_the_modules_that_are_written(
    laboratory: Laboratory, link: AmiConnection
) -> None:
    assert await open_ways(link, laboratory.settings) == ()


OPENED = {
    "func_config": "read passwords of the manager interface",
    "func_sorcery": "read passwords of telephones and trunks",
    "func_env": "read the environment and files",
    "func_db": "read and write Asterisk's database",
    "func_global": "set global variables by function",
    "app_record": "write files of any name",
}


@pytest.mark.parametrize("module", OPENED)
async def test_a_module_of_a_stock_installation_that_opens_a_way_is_found(
    laboratory: Laboratory, link: AmiConnection, module: str
) -> None:
    laboratory.pbx.command(f"module load {module}.so")
    try:
        found = await open_ways(link, laboratory.settings)
    finally:
        laboratory.pbx.command(f"module unload {module}.so")
    assert [way.name for way in found] == [OPENED[module]]
    assert [way.module for way in found] == [module]


async def test_the_doctor_says_what_is_open_and_how_to_mend_it(laboratory: Laboratory) -> None:
    asked = dataclasses.replace(
        laboratory.settings, link=dataclasses.replace(laboratory.settings.link, host=laboratory.address)
    )
    shut = {one.name: one for one in await examine(asked, wall=posix_now)}["what the user could do"]
    assert (shut.ok, shut.found) == (True, f"{len(ways(asked))} ways to more were tried: all shut")
    laboratory.pbx.command("module load func_config.so")
    try:
        found = {one.name: one for one in await examine(asked, wall=posix_now)}["what the user could do"]
    finally:
        laboratory.pbx.command("module unload func_config.so")
    assert not found.ok
    assert "func_config" in found.found
    assert "modules.conf" in found.mend
    assert AMI_SECRET not in found.found


@pytest.mark.parametrize(
    "name", ["FD_OPTED", "FD_SERVED", "FD_CONSENT", "FD_DROP", "FD_RECORD", "FD_MESSAGE"]
)
async def test_a_global_variable_of_one_of_our_names_changes_no_call(
    laboratory: Laboratory, floor: Floor, link: AmiConnection, name: str
) -> None:
    """A plain global cannot be refused to a user with the class `call`; nothing may listen to it."""
    assert (await link.send(Action(name="Setvar", fields={"Variable": name, "Value": "1"}))).is_success
    try:
        attempt = await floor.call("00", may_play=frozenset())
        over = await floor.over(attempt)
    finally:
        await link.send(Action(name="Setvar", fields={"Variable": name, "Value": ""}))
    assert isinstance(over, CallEnded)
    timed_out = floor.of(attempt, CallTimedOut)
    assert [event.message_played for event in timed_out] == [False]
    answered = floor.of(attempt, CallAnswered)[0].answered_at
    assert floor.of(attempt, VoicePlayed) == []
    assert 0.0 < posix_now() - answered < 6.0


async def test_a_name_that_would_be_a_command_for_a_shell_is_cut_down_to_a_name(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    """The third argument of MixMonitor is run by a shell, and a comma in the second would begin it. Our own
    connection refuses such a value before the wire; another client of the same user would not."""
    channel = "fd.probe.shell"
    _, writer = await asyncio.open_connection(laboratory.address, 5038)

    async def send(**fields: str) -> None:
        writer.write("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.3)

    await send(Action="Login", Username="fairdial", Secret=AMI_SECRET, Events="off")
    place = {"Context": "fairdial-phone", "Exten": "600", "Priority": "1", "Async": "true"}
    await send(Action="Originate", Channel="Local/600@fairdial-phone/n", ChannelId=channel, **place)
    for name, value in {
        "FD_RECORD": f"x.raw,D,touch {tmp_path}/run",
        "FD_LIMIT": "1",
        "FD_UNSERVED": "hangup",
    }.items():
        await send(Action="Setvar", Channel=channel, Variable=name, Value=value)
    await send(
        Action="Redirect", Channel=channel, Context="fairdial-customer", Exten="answered", Priority="1"
    )
    for _ in range(60):
        await asyncio.sleep(0.1)
        if list(laboratory.recordings.glob("x.raw*")):
            break
    await asyncio.sleep(1.5)
    writer.close()
    assert list(laboratory.recordings.glob("x.raw*")), "it was recorded, under a name and nothing more"
    assert list(tmp_path.iterdir()) == []
