"""What the dialer's user may do at Asterisk, TLS, and the length of a line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from lab.laboratory import AMI_SECRET, Laboratory

from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.errors import CannotConnectError, LoginRefusedError
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
