"""Who is nobody's carrier and nobody's phone reaches nothing, and it is written down who tried."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory
from stranger import WRONG_DIGEST, Stranger

from dialer.clock import monotonic_now
from dialer.domain.events import InboundArrived
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.refusals import Door, Refusal, RefusalWatch, Why


@pytest.fixture
def stranger(laboratory: Laboratory) -> Iterator[Stranger]:
    one = Stranger(f"{laboratory.net}.66", laboratory.address)
    yield one
    one.close()


def security_log(laboratory: Laboratory) -> str:
    return (laboratory.pbx.home / "log/security").read_text(errors="replace")


async def told(laboratory: Laboratory, *words: str, within: float = 5.0) -> str:
    """The line of the security log with all these words."""
    ends = monotonic_now() + within
    while monotonic_now() < ends:
        for line in security_log(laboratory).splitlines():
            if all(word in line for word in words):
                return line
        await asyncio.sleep(0.05)
    raise AssertionError(f"no line with {words} in the security log")


@pytest.mark.parametrize("name", ["trunk", "trunk-down", "anonymous", "104", "web201", "seat1", "nobody"])
async def test_a_call_from_an_address_that_is_no_carrier_s_is_challenged_whatever_its_name(
    laboratory: Laboratory, floor: Floor, stranger: Stranger, name: str
) -> None:
    """The name in From was enough once: every INVITE "from trunk" was let in among the people who call us."""
    before = len(floor.told)
    codes = await asyncio.to_thread(stranger.invite, "+12025550100", as_whom=name)
    assert codes
    assert codes[-1] in {401, 400}, codes
    assert not any(100 < code < 300 for code in codes)
    await asyncio.sleep(0.2)
    assert not [event for event in floor.told[before:] if isinstance(event, InboundArrived)]
    assert "fairdial-inbound" not in laboratory.pbx.command("core show channels verbose")


async def test_the_carrier_is_let_in_by_its_address(laboratory: Laboratory, floor: Floor) -> None:
    """A person calls: the carrier's own address, any number in From."""
    before = len(floor.told)
    carrier = Stranger(f"{laboratory.net}.2", laboratory.address)
    try:
        codes = await asyncio.to_thread(carrier.invite, "+12025550100", as_whom="+12125550177")
    finally:
        carrier.close()
    assert codes[-1] == 200
    arrived = await floor.wait(InboundArrived, since=before)
    assert arrived.dialed == "+12025550100"
    laboratory.pbx.command("channel request hangup all")  # whoever sends SIP by hand hangs up by hand


async def test_a_stranger_who_calls_is_named_in_the_security_log(
    laboratory: Laboratory, stranger: Stranger
) -> None:
    for _ in range(3):
        await asyncio.to_thread(stranger.invite, "+12025550100", as_whom="trunk")
    await told(laboratory, "InvalidAccountID", f"IPV4/UDP/{stranger.own}/")


async def test_a_guessed_password_is_refused_and_named(laboratory: Laboratory, stranger: Stranger) -> None:
    for _ in range(3):
        assert (await asyncio.to_thread(stranger.register, "104", auth=WRONG_DIGEST))[-1] == 401
    await told(laboratory, "ChallengeResponseFailed", f"IPV4/UDP/{stranger.own}/", 'AccountID="104"')


async def test_bytes_that_are_no_sip_end_nothing(laboratory: Laboratory, stranger: Stranger) -> None:
    for junk in (b"", b"\r\n\r\n", b"\x00" * 2000, b"INVITE sip:x SIP/2.0\r\n\r\n", b"A" * 60000):
        stranger.send(junk)
    codes = await asyncio.to_thread(stranger.invite, "+12025550100", as_whom="trunk")
    assert codes[-1] == 401


@pytest.mark.skipif(shutil.which("fail2ban-regex") is None, reason="no fail2ban (install-system-packages.sh)")
async def test_the_filter_for_fail2ban_finds_who_guessed_and_nobody_else(
    laboratory: Laboratory, floor: Floor, stranger: Stranger
) -> None:
    """Over the real log of this Asterisk, in which the dialer and the lab's phones stand as well."""
    for _ in range(12):
        await asyncio.to_thread(stranger.invite, "+12025550100", as_whom="trunk")
    await told(laboratory, "InvalidAccountID", stranger.own)
    log, folder = laboratory.pbx.home / "log/security", laboratory.pbx.home / "etc/fail2ban"
    matched = subprocess.run(
        ["fail2ban-regex", "-o", "ip", str(log), _filter(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert set(matched) <= {stranger.own}
    assert len(matched) >= 10


@pytest.mark.skipif(
    shutil.which("fail2ban-server") is None, reason="no fail2ban (install-system-packages.sh)"
)
async def test_fail2ban_itself_shuts_the_stranger_out_by_the_written_filter(
    laboratory: Laboratory, stranger: Stranger, tmp_path: Path
) -> None:
    """The real server, with an action that writes down the address in place of closing a firewall."""
    log, banned = laboratory.pbx.home / "log/security", tmp_path / "banned"
    for source in ("fail2ban.conf", "paths-common.conf", "filter.d/common.conf"):
        (tmp_path / source).parent.mkdir(exist_ok=True)
        shutil.copy(Path("/etc/fail2ban") / source, tmp_path / source)
    (tmp_path / "fail2ban.local").write_text("[Definition]\ndbfile = None\n")  # bans of earlier runs are over
    (tmp_path / "action.d").mkdir()
    (tmp_path / "action.d/record.conf").write_text(f"[Definition]\nactionban = echo <ip> >> {banned}\n")
    shutil.copy(_filter(laboratory.pbx.home / "etc/fail2ban"), tmp_path / "filter.d")
    written = (laboratory.pbx.home / "etc/fail2ban/fairdial-asterisk.jail").read_text()
    jail = [
        line for line in written.splitlines() if not line.startswith(("logpath", "banaction", "ignoreip"))
    ]
    jail += [f"logpath = {log}", "action = record", "backend = polling", "ignoreself = false", "usedns = no"]
    (tmp_path / "jail.conf").write_text("\n".join(jail) + "\n")
    at = ["-c", str(tmp_path), "-s", str(tmp_path / "sock"), "-p", str(tmp_path / "pid")]
    settings = [*at, "--loglevel", "INFO", "--logtarget", str(tmp_path / "log")]
    server = subprocess.Popen(["fail2ban-server", *settings, "-f", "start"], stdout=subprocess.DEVNULL)
    try:
        ends = monotonic_now() + 30.0
        while monotonic_now() < ends and not banned.exists():
            await asyncio.to_thread(stranger.invite, "+12025550100", as_whom="trunk")
    finally:
        server.terminate()
        server.wait(20)
    assert banned.read_text().split() == [stranger.own]


def _filter(folder: Path) -> str:
    """The written filter under the name that fail2ban wants."""
    target = folder / "fairdial-asterisk.conf"
    target.write_text((folder / "fairdial-asterisk.filter").read_text())
    return str(target)


async def test_guesses_are_counted_while_they_are_made(
    laboratory: Laboratory, floor: Floor, stranger: Stranger
) -> None:
    """Over a connection of its own; the dialer's own goes on telling of calls, and hears none of them."""
    told: list[Refusal] = []
    watch = RefusalWatch(AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address), told.append)
    running = asyncio.create_task(watch.run())
    try:
        await floor.call("00", may_play=frozenset())
        async with asyncio.timeout(20):
            while not any(one.address == stranger.own and one.why is Why.WRONG_PASSWORD for one in told):
                await asyncio.to_thread(stranger.register, "104", auth=WRONG_DIGEST)
            while not any(one.address == stranger.own and one.why is Why.UNKNOWN_NAME for one in told):
                await asyncio.to_thread(stranger.invite, "+12025550100", as_whom="trunk")
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert {one.door for one in told} == {Door.SIP}
    assert {one.address for one in told} == {stranger.own}
