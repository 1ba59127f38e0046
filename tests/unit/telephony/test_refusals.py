"""What Asterisk refused, as its security events tell it, counted for whoever watches the floor."""

from __future__ import annotations

import asyncio

import pytest
from fake_ami import FakeAmi, event, success
from prometheus_client import CollectorRegistry

from dialer.floor.refusals import refusal_watches
from telephony.asterisk.refusals import Door, Refusal, Why, refusal_of
from telephony.asterisk.settings import AmiSettings, AsteriskSettings
from telephony.asterisk.wire import AmiMessage


@pytest.mark.parametrize(
    ("name", "service", "expected"),
    [
        ("InvalidAccountID", "PJSIP", (Door.SIP, Why.UNKNOWN_NAME)),
        ("ChallengeResponseFailed", "PJSIP", (Door.SIP, Why.WRONG_PASSWORD)),
        ("FailedACL", "PJSIP", (Door.SIP, Why.ADDRESS)),
        ("InvalidPassword", "AMI", (Door.MANAGER, Why.WRONG_PASSWORD)),
        ("RequestBadFormat", "HTTP", (Door.OTHER, Why.OTHER)),
    ],
)
def test_a_refusal_is_told_by_door_and_reason(name: str, service: str, expected: tuple[Door, Why]) -> None:
    message = AmiMessage(
        {"event": name, "service": service, "remoteaddress": "IPV4/UDP/192.0.2.7/5060", "accountid": "x"}
    )
    assert refusal_of(message) == Refusal(door=expected[0], why=expected[1], address="192.0.2.7")


@pytest.mark.parametrize("name", ["SuccessfulAuth", "ChallengeSent", "Newchannel", ""])
def test_what_is_no_refusal_is_not_counted(name: str) -> None:
    assert refusal_of(AmiMessage({"event": name, "service": "PJSIP"})) is None


async def test_refusals_are_counted_over_a_connection_of_their_own_and_after_a_loss_again() -> None:
    ami = FakeAmi()
    await ami.listen()
    settings = AsteriskSettings(
        ami=AmiSettings(secret="q7Lk2-vXo9_Rt4wZ", port=ami.port, clear_text=True),
        sounds="/s",
        recordings="/r",
    )
    registry = CollectorRegistry()
    (watch,) = refusal_watches([settings], registry)
    running = asyncio.create_task(watch.run())
    guess = event("ChallengeResponseFailed", Service="PJSIP", RemoteAddress="IPV4/UDP/192.0.2.7/1")
    ami.answers["Login"] = lambda a: success(a) + event("FullyBooted") + guess * 3
    labels = {"asterisk": "", "door": "sip", "why": "wrong password"}
    try:
        for wanted in (3.0, 6.0):
            async with asyncio.timeout(10):
                while registry.get_sample_value("fairdial_refused_logins_total", labels) != wanted:
                    await asyncio.sleep(0.01)
            ami.cut()
        assert {one["Events"] for one in ami.received if one["Action"] == "Login"} == {"system,security"}
    finally:
        running.cancel()
        await asyncio.wait({running})
        await ami.close()
