"""What the carrier sees of our numbers, and what a key in the message does, with the engine and its store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lab.laboratory import AMI_SECRET, Laboratory
from public import PublicWatch
from sqlalchemy import Connection, func, select
from whole import CAMPAIGN, SHOWS, make_store

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import GateDecision, Recording
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.caller_id import CallerIdPool, OwnedNumber, RestPolicy
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate
from dialer.domain.events import AgentGotReady, AgentLoggedIn
from dialer.domain.ids import AgentId, ClientId, EndpointId
from dialer.domain.ports import TelephoneCommand
from dialer.domain.voice import ApprovedText, VoicePlan
from dialer.floor.live import FloorOrder, Running, running_floor
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.database.tables import attempts as rows
from dialer.storage.database.tables import facts, numbers
from dialer.storage.store import Store
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Tokens
from simulator.open_gate import OpenGate
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.trunks import TrunkPlan

OURS = tuple(
    OwnedNumber(number=number, calls_back_to="the inbound menu", daily_ceiling=3)
    for number in ("+15550100199", "+15550100198")
)
SORRY = ApprovedText(
    sound="sorry",
    version="1",
    words="Example Services, 555 0199. No one is free. Press 9 to opt out. Goodbye.",
    approved_by="C. Officer",
    approved_on="2026-11-01",
    client="made-up",
    call_back="+15550100199",
)
AGENT = AgentId("agent-1")


class TalkativeGate(OpenGate):
    """Clears everything, recordings too."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        decision = super().evaluate(request, at=at)
        assert decision.clearance is not None
        return replace(decision, clearance=replace(decision.clearance, may_play=frozenset(Recording)))


class Pressing(AsteriskSystem):
    """Everybody who is called presses 9 after four seconds."""

    does = "040"

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        if isinstance(command, Originate) and dial is not None:
            dial = f"{dial}{self.does}"
        await super().perform(command, dial=dial)


class Blocked(Pressing):
    """The carrier's analysis blocks every call (SIP 608)."""

    does = "029"


def order(database: str) -> FloorOrder:
    settings = CampaignSettings(
        campaign=CAMPAIGN,
        client=ClientId("made-up"),
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 8.0},
        abandonment_limit=1.0,
        abandonment_target=1.0,
        guard_epsilon=0.999,
        caller_ids=tuple(each.number for each in OURS),
        voice=VoicePlan(messages=(SORRY,)),
        lines=40,
        ring_s=15.0,
    )
    return FloorOrder(
        database=database,
        campaigns=(settings,),
        caller_ids=OURS,
        settings=RuntimeSettings(drain_s=15.0),
        mount=HttpSide(tokens=Tokens([])).mount,
    )


def system(laboratory: Laboratory, clock: RehearsalClock, kind: type[Pressing] = Pressing) -> Pressing:
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address)
    owned = frozenset(each.number for each in OURS)
    settings = AdapterSettings(trunks=(TrunkPlan(name="trunk"),), owned=owned)
    return kind(address, settings, now=clock.posix, wall=posix_now)


async def until(is_so: Callable[[], bool], *, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.1)


def attempts(running: Running) -> int:
    return sum(view.attempts for view in running.floor.snapshot().caller_ids)


def reason(running: Running) -> str:
    return running.floor.snapshot().campaigns[0].reason


async def seat(running: Running) -> None:
    """One agent, ready."""
    endpoint = EndpointId("seat51")
    await running.floor.submit(AgentLoggedIn(agent=AGENT, campaign=CAMPAIGN, endpoint=endpoint))
    await until(lambda: running.floor.snapshot().agents[0].state is AgentState.NOT_READY)
    await asyncio.sleep(1.0)
    await running.floor.submit(AgentGotReady(agent=AGENT))


def opt_outs(connection: Connection) -> int:
    asked = select(func.count()).select_from(facts).where(facts.c.number.is_not(None))
    return connection.scalar(asked.where(facts.c.body.contains("do_not_call"))) or 0


async def test_only_our_numbers_are_seen_up_to_their_ceiling_and_opt_outs_are_kept(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    make_store(database, now=clock.posix(), persons=200)
    async with (
        PublicWatch(laboratory) as public,
        running_floor(
            order(database), network=system(laboratory, clock), clock=clock, gate=TalkativeGate()
        ) as running,
    ):
        await seat(running)
        await until(lambda: "every caller id of the campaign" in reason(running))
        assert attempts(running) == 6
        await until(lambda: running.floor.snapshot().campaigns[0].waiting == 0)
        await asyncio.sleep(8.0)
    assert sum(public.rung.values()) == 6
    assert set(public.shown) == {each.number for each in OURS}
    with Store.open(database) as store:
        asked = store.read(opt_outs)
        known = store.read(lambda c: c.scalar(select(func.count()).select_from(numbers))) or 0
    assert 3 <= asked <= 6
    assert known > asked

    async with running_floor(
        order(database), network=system(laboratory, clock), clock=clock, gate=TalkativeGate()
    ) as running:
        assert attempts(running) == 6
        await asyncio.sleep(1.0)
        assert "every caller id of the campaign" in reason(running)


async def test_numbers_whose_calls_are_blocked_rest_and_nobody_s_number_is_taken_for_dead(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    laboratory.pbx.command("channel request hangup all")  # of the floor before, with another store
    await asyncio.sleep(1.0)
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    make_store(database, now=clock.posix(), persons=200)
    plain = order(database)
    ours = tuple(each.number for each in OURS)
    pool = CallerIdPool(pool="ours", client=ClientId("made-up"), numbers=ours, rest=RestPolicy(blocks=2))
    (campaign,) = plain.campaigns
    campaign = replace(campaign, caller_ids=(), caller_id_pool="ours", lines=1, voice=None)
    pooled = replace(
        plain,
        campaigns=(campaign,),
        caller_ids=tuple(replace(each, daily_ceiling=None) for each in OURS),
        caller_id_pools=(pool,),
    )
    blocked = system(laboratory, clock, Blocked)
    async with (
        PublicWatch(laboratory) as public,
        running_floor(pooled, network=blocked, clock=clock, gate=TalkativeGate()) as running,
    ):
        await seat(running)
        await until(lambda: all(view.rests == 1 for view in running.floor.snapshot().caller_ids))
        await until(lambda: "no caller id of the campaign may be shown now" in reason(running))
        views = running.floor.snapshot().caller_ids
        assert [(view.attempts, view.blocked, view.is_shown) for view in views] == [(2, 2, False)] * 2
        assert "2 of 2 calls blocked" in views[0].flag
        await asyncio.sleep(2.0)
    assert public.shown == dict.fromkeys(ours, 2)
    with Store.open(database) as store:
        ends = store.read(lambda c: c.execute(select(rows.c.outcome, rows.c.sip_code)).all())
    assert [tuple(end) for end in ends] == [("blocked", 608)] * 4
    async with running_floor(pooled, network=blocked, clock=clock, gate=TalkativeGate()) as running:
        kept = running.floor.snapshot().caller_ids
        assert [(view.rests_until, view.rests) for view in kept] == [
            (view.rests_until, view.rests) for view in views
        ]
