"""Whether numbers of ours lead back to us: called over the real trunk, seen coming in at our own Asterisk."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path

import httpx2
import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory
from public import PublicWatch
from serving import environment
from whole import make_store

from dialer.clock import posix_now
from dialer.domain.caller_id import CallBackTest, CallerIdPool, OwnedNumber, Untested
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import InboundArrived
from dialer.domain.ids import CampaignId, ClientId
from dialer.floor.caller_id_rounds import CallerIdRounds
from dialer.floor.live import FloorOrder, running_floor
from dialer.runtime.clocks import RealClock
from dialer.runtime.settings import RuntimeSettings
from dialer.settings import CallerIdTests
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Role, Token, Tokens, digest_of
from simulator.open_gate import OpenGate
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.call_back import CallBackPlan
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.doctor import examine
from telephony.asterisk.settings import LinkSettings
from telephony.asterisk.trunks import TrunkPlan

FIRST, SECOND = "+15550190101", "+15550190102"
SHOWN_OTHERWISE, NOT_IN_SERVICE = "+15550190201", "+15550190401"


@pytest.fixture(autouse=True)
async def quiet(laboratory: Laboratory) -> AsyncIterator[None]:
    """What a test left on the line is over before the next begins, which would take it over."""
    yield
    laboratory.carrier.command("channel request hangup all")
    async with asyncio.timeout(10):
        while "0 active channels" not in laboratory.pbx.command("core show channels"):
            await asyncio.sleep(0.1)


async def test_a_number_that_leads_back_is_seen_coming_in_with_what_the_carrier_says(floor: Floor) -> None:
    result = await floor.system.test_caller_id(FIRST, shown=SECOND)
    assert result.passed, result
    assert result.took_s is not None
    assert result.took_s < 3.0
    assert (result.shown, result.cnam) == (SECOND, "EXAMPLE CO")
    assert result.verdict == "TN-Validation-Passed-A"
    assert abs(result.at - posix_now()) < 5.0


async def test_nobody_hears_of_a_test_call_and_nothing_of_it_is_left(
    floor: Floor, laboratory: Laboratory
) -> None:
    for _ in range(5):
        assert (await floor.system.test_caller_id(FIRST, shown=SECOND)).passed
    await asyncio.sleep(1.0)
    assert not [event for event in floor.told if isinstance(event, InboundArrived)]
    assert "0 active channels" in laboratory.pbx.command("core show channels")
    assert not any(floor.system.load.values()), floor.system.load


async def test_ten_numbers_are_tested_at_once(floor: Floor) -> None:
    numbers = [f"+155501901{place:02d}" for place in range(10)]
    test = floor.system.test_caller_id
    results = await asyncio.gather(
        *[test(number, shown=numbers[place - 1]) for place, number in enumerate(numbers)]
    )
    assert [result.passed for result in results] == [True] * 10


async def test_a_number_that_the_carrier_does_not_know_fails_with_its_code(floor: Floor) -> None:
    result = await brief(floor).test_caller_id(NOT_IN_SERVICE, shown=FIRST)
    assert not result.passed
    assert "SIP 404" in result.told


async def test_a_call_that_comes_in_from_elsewhere_proves_nothing_and_is_served(floor: Floor) -> None:
    result = await brief(floor).test_caller_id(SHOWN_OTHERWISE, shown=FIRST)
    assert not result.passed
    assert "somebody else's call came in meanwhile, showing +12025550000" in result.told
    await floor.wait(InboundArrived)


async def test_a_caller_in_the_middle_of_a_test_is_heard_of_as_always(
    floor: Floor, laboratory: Laboratory
) -> None:
    async with PublicWatch(laboratory) as public:
        await public.call_back("+12025550123", FIRST)
        result, arrived = await asyncio.gather(
            floor.system.test_caller_id(FIRST, shown=SECOND), floor.wait(InboundArrived)
        )
    assert result.passed
    assert floor.system.caller_of(arrived.call) == "+12025550123"


async def test_the_carrier_s_own_header_is_read_where_the_settings_name_one(laboratory: Laboratory) -> None:
    system = adapter(laboratory, CallBackPlan(verdict_headers=("X-Attested",)))
    await system.start()
    try:
        assert (await system.test_caller_id(FIRST, shown=SECOND)).verdict == "full A"
    finally:
        await system.stop()
    with pytest.raises(TelephoneSystemUnavailableError):
        await system.test_caller_id(FIRST, shown=SECOND)


def adapter(laboratory: Laboratory, plan: CallBackPlan | None = None) -> AsteriskSystem:
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address)
    settings = AdapterSettings(trunks=(TrunkPlan(name="trunk"),), call_backs=plan or CallBackPlan())
    return AsteriskSystem(address, settings, now=posix_now)


def brief(floor: Floor) -> Brief:
    """The same, waiting three seconds and no longer."""
    return Brief(floor)


class Brief:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def test_caller_id(self, number: str, *, shown: str) -> CallBackTest:
        books = self._floor.system.call_backs
        return await books.test(number, shown=shown, trunk="trunk", within_s=3.0)


async def test_the_doctor_tells_of_each_number_whether_it_leads_back(laboratory: Laboratory) -> None:
    link = LinkSettings(host=laboratory.address, ca_file=str(laboratory.certificate))
    asked = dataclasses.replace(laboratory.settings, link=link)
    found = await examine(asked, wall=posix_now, owned=(FIRST, NOT_IN_SERVICE))
    told = {one.name: one for one in found if one.name.startswith("caller id")}
    assert [one.ok for one in told.values()] == [True, False]
    assert "vouched for: TN-Validation-Passed-A, named 'EXAMPLE CO'" in told[f"caller id {FIRST}"].found
    assert "SIP 404" in told[f"caller id {NOT_IN_SERVICE}"].found
    assert "route the number" in told[f"caller id {NOT_IN_SERVICE}"].mend


def test_the_command_calls_what_is_named_and_leaves_with_one_when_a_number_leads_nowhere(
    laboratory: Laboratory,
) -> None:
    given = environment(laboratory)
    with Path(given["FAIRDIAL_CONFIG"]).open("a") as settings:
        settings.write(f'[[caller_ids]]\nnumber = "{NOT_IN_SERVICE}"\ncalls_back_to = "the menu"\n')

    def call_back(*numbers: str) -> tuple[int, list[dict[str, object]]]:
        order = [sys.executable, "-m", "dialer", "asterisk", "call-back", "--json", *numbers]
        done = subprocess.run(order, env=given, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout or "[]")

    code, (one,) = call_back("+15550100199")
    assert (code, one["ok"], one["check"]) == (0, True, "caller id +15550100199")
    code, found = call_back()
    assert (code, [each["ok"] for each in found]) == (1, [True, False])
    code, found = call_back("+12125550100")
    assert code != 0
    assert found == []


async def test_a_floor_keeps_what_was_found_and_shows_no_number_that_leads_nowhere(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    """Tested by HTTP, written down, and still known after a restart."""
    database, clock = str(tmp_path / "floor.db"), RealClock()
    make_store(database, now=clock.posix(), persons=20)
    numbers = tuple(
        OwnedNumber(number=number, calls_back_to="the menu", cnam="EXAMPLE CO")
        for number in (FIRST, NOT_IN_SERVICE)
    )
    campaign = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"), caller_id_pool="acme's")
    pool = CallerIdPool(
        pool="acme's",
        client=ClientId("acme"),
        numbers=(FIRST, NOT_IN_SERVICE),
        untested=Untested.HOLD,
    )
    token = Token(digest=digest_of("t"), name="anna", roles=frozenset({Role.SUPERVISOR}))
    side = HttpSide(tokens=Tokens((token,)))
    order = FloorOrder(
        database=database,
        campaigns=(campaign,),
        caller_ids=numbers,
        caller_id_pools=(pool,),
        settings=RuntimeSettings(drain_s=1.0),
        mount=side.mount,
    )
    async with running_floor(order, network=adapter(laboratory), clock=clock, gate=OpenGate()) as running:
        client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{running.port}",
            headers={"Authorization": "Bearer t"},
            timeout=30,
        )
        async with client:
            before = (await client.get("/api/caller-ids")).json()
            assert [(row["is_shown"], row["flag"]) for row in before] == [(False, "never tested")] * 2
            good = await client.post(f"/api/caller-ids/{FIRST}/test", json={})
            bad = await client.post(f"/api/caller-ids/{NOT_IN_SERVICE}/test", json={"shown": FIRST})
            none = await client.post("/api/caller-ids/+12125550100/test", json={})
    assert (good.status_code, bad.status_code, none.status_code) == (200, 200, 404)
    assert (good.json()["is_tested"], good.json()["is_shown"], good.json()["flag"]) == (True, True, "")
    assert (bad.json()["is_tested"], bad.json()["is_shown"]) == (False, False)
    assert "SIP 404" in bad.json()["flag"]
    async with running_floor(order, network=adapter(laboratory), clock=clock, gate=OpenGate()) as running:
        rows = {row.number: row for row in running.floor.snapshot().caller_ids}
    kept = rows[FIRST].test
    assert kept is not None
    assert (kept.at, rows[NOT_IN_SERVICE].is_shown) == (good.json()["test"]["at"], False)


async def test_a_served_floor_calls_its_numbers_by_itself_one_by_one(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    """Each once since the hour, over the real trunk; the engine knows which of them leads nowhere."""
    database, clock = str(tmp_path / "floor.db"), RealClock()
    make_store(database, now=clock.posix(), persons=20)
    numbers = tuple(
        OwnedNumber(number=number, calls_back_to="the menu") for number in (FIRST, NOT_IN_SERVICE, SECOND)
    )
    campaign = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"), caller_id=FIRST)
    order = FloorOrder(
        database=database,
        campaigns=(campaign,),
        caller_ids=numbers,
        settings=RuntimeSettings(drain_s=1.0),
    )
    plan = CallerIdTests(daily_at=time(0), time_zone="America/New_York")
    system = adapter(laboratory)
    async with running_floor(order, network=system, clock=clock, gate=OpenGate()) as running:
        async with asyncio.timeout(20):
            while not running.floor.snapshot().is_network_up:
                await asyncio.sleep(0.1)
        registry = running.floor.instruments.registry
        rounds = CallerIdRounds(running.floor, system, plan, registry, now=clock.posix)
        for _ in range(4):
            await rounds.look()
        tests = {row.number: row.test for row in running.floor.snapshot().caller_ids}
    found = {number: test is not None and test.passed for number, test in tests.items()}
    assert found == {FIRST: True, NOT_IN_SERVICE: False, SECOND: True}
    label = {"number": NOT_IN_SERVICE}
    assert registry.get_sample_value("fairdial_caller_id_leads_back", label) == 0.0
