"""A floor of which nothing listens in clear text: the manager and the web socket speak TLS alone."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator

import pytest
from lab.laboratory import Laboratory, reason_missing

from dialer.clock import posix_now
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.doctor import examine
from telephony.asterisk.opening import address_of
from telephony.asterisk.settings import AsteriskSettings, LinkSettings
from telephony.asterisk.wire import Action


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    with Laboratory(clear_text=False) as running:
        yield running


def settings(laboratory: Laboratory) -> AsteriskSettings:
    link = LinkSettings(host=laboratory.address, ca_file=str(laboratory.certificate))
    return dataclasses.replace(laboratory.settings, link=link)


@pytest.mark.parametrize(("port", "is_open"), [(5038, False), (5039, True), (8088, False), (8089, True)])
def test_only_the_ports_of_tls_are_open(laboratory: Laboratory, port: int, *, is_open: bool) -> None:
    with socket.socket() as probe:
        probe.settimeout(2.0)
        assert (probe.connect_ex((laboratory.address, port)) == 0) is is_open


async def test_the_dialer_works_over_tls_without_being_told_to(laboratory: Laboratory) -> None:
    link = AmiConnection(address_of(settings(laboratory)))
    await link.connect()
    assert (await link.send(Action(name="Ping"))).is_success
    await link.close()


async def test_the_doctor_says_so(laboratory: Laboratory) -> None:
    found = {one.name: one for one in await examine(settings(laboratory), wall=posix_now)}
    for name in ("connection", "manager in clear text", "web socket in clear text", "browser phones"):
        assert found[name].ok, found[name]
    assert "nothing listens" in found["manager in clear text"].found
