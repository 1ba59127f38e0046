"""People of the public call the floor back: by the dialplan, the engine and the store of a served floor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from people import stock
from public import PublicWatch
from serving import Api, served
from sqlalchemy import select

from compliance_gate.request import PersonFile
from compliance_gate.words import ConsentScope
from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    DismissInbound,
    HangupInbound,
    TellInboundPlace,
)
from dialer.domain.events import (
    AgentLegLost,
    InboundArrived,
    InboundBridged,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.inquiry.stored import attempts_named
from dialer.storage.database.tables import persons
from dialer.storage.projecting.inbound_rows import inbound_records
from dialer.storage.store import Store

OURS = "+15550100199"
MENU = "+15550100188"
CLOSED = "+15550100177"
AT_HOME = "212888"
"""Beginning of the number of somebody who answers at once and stays."""


@pytest.fixture
async def public(laboratory: Laboratory) -> AsyncIterator[PublicWatch]:
    async with PublicWatch(laboratory) as watch:
        yield watch
    laboratory.carrier.command("channel request hangup all")


async def test_a_caller_who_presses_nine_is_acknowledged_when_it_is_written_down(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    await public.call_back("+12025550123", OURS, key="9")
    arrived = await floor.wait(InboundArrived)
    assert floor.system.caller_of(arrived.call) == "+12025550123"
    assert arrived.dialed == OURS
    await floor.wait(InboundOptedOut, call=arrived.call)
    await asyncio.sleep(1.0)
    assert "opted-out" not in laboratory.pbx.command(f"core show channel {await name_of(laboratory)}")
    await floor.system.perform_inbound(ConfirmInboundOptOut(call=arrived.call))
    async with asyncio.timeout(5):
        while "opted-out" not in laboratory.pbx.command(f"core show channel {await name_of(laboratory)}"):
            await asyncio.sleep(0.1)
    await floor.wait(InboundEnded, call=arrived.call)


async def test_a_caller_who_waits_is_joined_and_waits_again_when_the_agent_is_gone(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    agent = await floor.agent("ines", "seat31")
    await public.call_back("2025550124", OURS, key="1")
    arrived = await floor.wait(InboundArrived)
    assert floor.system.caller_of(arrived.call) == "+12025550124"
    await floor.wait(InboundWaiting, call=arrived.call)
    await floor.system.perform_inbound(BridgeInbound(call=arrived.call, agent=agent))
    await floor.wait(InboundBridged, call=arrived.call, agent=agent)
    living = await floor.system.reconcile()
    assert living.inbound == ((arrived.call, agent),)
    seen = len(floor.told)
    laboratory.carrier.command(f"channel request hangup {await seat_of(laboratory)}")
    await floor.wait(AgentLegLost, agent=agent)
    await floor.wait(InboundWaiting, call=arrived.call, since=seen)
    await floor.system.perform_inbound(HangupInbound(call=arrived.call))
    await floor.wait(InboundEnded, call=arrived.call)


async def test_a_caller_who_is_one_too_many_hears_that_nobody_is_free(
    floor: Floor, public: PublicWatch
) -> None:
    await public.call_back("+12025550125", OURS, key="1")
    arrived = await floor.wait(InboundArrived)
    await floor.wait(InboundWaiting, call=arrived.call)
    await floor.system.perform_inbound(DismissInbound(call=arrived.call))
    await floor.wait(InboundUnserved, call=arrived.call)
    await floor.wait(InboundEnded, call=arrived.call)


async def test_a_language_is_told_and_a_message_is_recorded_until_nine_says_never_again(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    """2 for Spanish, 4 for a message, three seconds of it, then 9."""
    await public.call_back("+12025550126", MENU, key="2wwwwww4wwwwwwwwwwwwwwwwwwww9")
    arrived = await floor.wait(InboundArrived)
    assert (arrived.dialed, arrived.is_closed) == (MENU, False)
    chosen = await floor.wait(InboundLanguageChosen, call=arrived.call)
    assert (chosen.language, chosen.is_required) == ("language:es", False)
    left = await floor.wait(InboundMessageLeft, call=arrived.call, within=30.0)
    assert left.recording == f"message-{arrived.call}"
    assert 1.0 <= left.seconds <= 10.0
    await floor.wait(InboundOptedOut, call=arrived.call)
    await floor.wait(InboundEnded, call=arrived.call, within=30.0)
    assert not [event for event in floor.told if isinstance(event, InboundWaiting)]
    samples = laboratory.home / "recordings" / f"{left.recording}.raw"
    assert samples.stat().st_size > 2 * 2 * 8000  # a second of two channels of 16 bits


async def test_who_calls_while_closed_hears_so_and_a_message_is_kept_when_they_hang_up(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    await public.call_back("+12025550127", CLOSED, key="4")
    arrived = await floor.wait(InboundArrived)
    assert (arrived.dialed, arrived.is_closed) == (CLOSED, True)
    async with asyncio.timeout(20):
        while not (found := list((laboratory.home / "recordings").glob(f"message-{arrived.call}.raw"))):
            await asyncio.sleep(0.1)
    await asyncio.sleep(2.0)
    laboratory.carrier.command("channel request hangup all")
    left = await floor.wait(InboundMessageLeft, call=arrived.call)
    assert f"{left.recording}.raw" == found[0].name
    await floor.wait(InboundEnded, call=arrived.call)


async def test_who_presses_nothing_while_closed_is_never_put_on_hold(
    floor: Floor, public: PublicWatch
) -> None:
    await public.call_back("+12025550128", CLOSED)
    arrived = await floor.wait(InboundArrived)
    await floor.wait(InboundEnded, call=arrived.call, within=30.0)
    assert not [event for event in floor.told if isinstance(event, (InboundWaiting, InboundMessageLeft))]


async def test_who_waits_hears_where_they_stand_and_is_joined_from_the_middle_of_it(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    agent = await floor.agent("ines", "seat33")
    await public.call_back("+12025550129", MENU, key="1wwwwww1")
    arrived = await floor.wait(InboundArrived)
    await floor.wait(InboundWaiting, call=arrived.call, within=30.0)
    await floor.system.perform_inbound(TellInboundPlace(call=arrived.call, place=3, minutes=7))
    async with asyncio.timeout(20):
        while "inbound-place" not in laboratory.pbx.command("core show channels concise"):
            await asyncio.sleep(0.05)
    seen = set[str]()
    async with asyncio.timeout(20):
        while not {"!SayNumber!3!", "!SayNumber!7!"} <= seen:
            shown = laboratory.pbx.command("core show channels concise")
            seen |= {said for said in ("!SayNumber!3!", "!SayNumber!7!") if said in shown}
            await asyncio.sleep(0.02)
    async with asyncio.timeout(20):
        while "inbound-place" not in laboratory.pbx.command("core show channels concise"):
            await asyncio.sleep(0.05)
    await floor.system.perform_inbound(BridgeInbound(call=arrived.call, agent=agent))
    await floor.wait(InboundBridged, call=arrived.call, agent=agent, within=3.0)
    await floor.system.perform_inbound(HangupInbound(call=arrived.call))
    await floor.wait(InboundEnded, call=arrived.call)


async def test_who_would_rather_be_called_back_hears_that_it_is_noted_when_it_is(
    floor: Floor, public: PublicWatch, laboratory: Laboratory
) -> None:
    """1 for English, 1 for an agent; 3 is pressed from before it is offered until after, ten seconds on."""
    await public.call_back("+12025550130", MENU, key="1wwwwww1" + "w" * 22 + "3ww" * 8)
    arrived = await floor.wait(InboundArrived)
    await floor.wait(InboundWaiting, call=arrived.call, within=30.0)
    await floor.system.perform_inbound(TellInboundPlace(call=arrived.call, place=2, minutes=None))
    asked = await floor.wait(InboundCallBackAsked, call=arrived.call, within=40.0)
    assert asked.key == "3"
    await asyncio.sleep(1.0)
    assert "inbound-call-back" not in laboratory.pbx.command("core show channels concise")
    await floor.system.perform_inbound(ConfirmCallBack(call=arrived.call))
    async with asyncio.timeout(5):
        while "inbound-call-back" not in laboratory.pbx.command("core show channels concise"):
            await asyncio.sleep(0.05)
    await floor.wait(InboundEnded, call=arrived.call)


async def name_of(laboratory: Laboratory) -> str:
    """Asterisk's own name of the one channel of somebody who called us."""
    return next(iter(await channels(laboratory.pbx.command, "PJSIP/trunk-")), "none")


async def seat_of(laboratory: Laboratory) -> str:
    """The carrier's channel that is the agent's telephone."""
    return next(iter(await channels(laboratory.carrier.command, "PJSIP/floor-", "seat")), "none")


async def channels(command: Any, prefix: str, extension: str = "") -> list[str]:
    """Channels by the beginning of their name and of the extension they are at."""
    rows = [row.split("!") for row in command("core show channels concise").splitlines()]
    return [row[0] for row in rows if row[0].startswith(prefix) and row[2].startswith(extension)]


# ------------------------------------------------------------------------------ on a floor that is served


@pytest.fixture
async def api(laboratory: Laboratory) -> AsyncIterator[Api]:
    """A served floor with people on file whose telephones are never answered."""
    with Store.open(str(laboratory.store)) as store:
        if store.last_sequence() == 0:
            stock(store, campaign="collections", persons=5, now=posix_now(), ends_with="0111")
            stock(store, campaign="short", persons=1, now=posix_now(), ends_with="0000", first=AT_HOME)
    async with served(laboratory) as made:
        yield made


async def inbound(api: Api, *, within: float = 20.0, **fields: object) -> dict[str, Any]:
    """The inbound call with these values, as the floor shows it."""
    async with asyncio.timeout(within):
        while True:
            for row in (await api.client.get("/api/floor")).json()["inbound"]:
                if all(row[name] == value for name, value in fields.items()):
                    return dict(row)
            await asyncio.sleep(0.1)


async def test_who_calls_back_is_found_joined_to_an_agent_and_spoken_with(
    api: Api, public: PublicWatch, laboratory: Laboratory
) -> None:
    assert await api.post("/campaigns/collections/pause") == 200
    assert await api.post("/agents/ines/login", campaign="collections", endpoint="seat32") == 200
    assert await api.post("/agents/ines/ready") == 200
    await public.call_back("+12122000111", OURS, key="1")
    row = await api.until("ines", "talking")
    shown = await inbound(api, call=row["inbound"], state="connected")
    (caller,) = shown["callers"]
    assert (await api.client.get(f"/api/inbound/{row['inbound']}")).json()["callers"] == [caller]
    assert await api.post("/agents/ines/hangup") == 200
    await api.until("ines", "wrapping")
    body = {"agent": "ines", "person": caller["person"], "kind": "no_commitment", "ready_after": False}
    body |= {"debts_spoken_of": caller["debts"]}
    assert await api.post(f"/inbound/{row['inbound']}/disposition", **body) == 200
    assert (await api.agent("ines"))["state"] == "not_ready"
    with Store.open(str(laboratory.store)) as store:
        record = store.read(inbound_records)[0]
        file = store.person_files([record.person or ""], now=posix_now())[caller["person"]]
    assert (record.agent, record.person) == (AgentId("ines"), caller["person"])
    (entry,) = file.history
    assert (entry.direction is not None and entry.direction.value, entry.debts) == (
        "inbound",
        tuple(caller["debts"]),
    )


async def test_who_asked_to_be_called_back_is_called_and_joined_to_an_agent(
    api: Api, public: PublicWatch, laboratory: Laboratory
) -> None:
    """From the queue to the end: they wait, press the key, hang up, and are rung by the next agent who is
    free; once, under the gate, on the number that they called from."""
    number = f"+1{AT_HOME}0000"
    assert await api.post("/agents/karl/login", campaign="short", endpoint="seat31") == 200
    await api.until("karl", "not_ready")
    await public.call_back(number, MENU, key="1wwwwww1" + "w" * 22 + "3ww" * 8)
    waits = await inbound(api, state="waiting", within=40.0)
    (caller,) = waits["callers"]
    async with asyncio.timeout(60):
        while any(row["call"] == waits["call"] for row in (await floor_of(api))["inbound"]):
            await asyncio.sleep(0.2)
    assert not (await floor_of(api))["owed"], "nobody has to call them by hand"
    assert public.rung[number] == 0
    assert await api.post("/agents/karl/ready") == 200
    attempt = (await api.until("karl", "talking", within=60.0))["attempt"]
    assert public.rung[number] == 1
    assert await api.post("/agents/karl/hangup", attempt=attempt) == 200
    await api.until("karl", "wrapping")
    body = {"agent": "karl", "kind": "no_commitment", "ready_after": False}
    assert await api.post(f"/attempts/{attempt}/disposition", **body) == 200
    with Store.open(str(laboratory.store)) as store:
        record = attempts_named(store, [AttemptId(attempt)])[AttemptId(attempt)]
        kept = next(row for row in store.read(inbound_records) if row.call == waits["call"])
        file = store.person_files([caller["person"]], now=posix_now())[caller["person"]]
    assert (record.person, record.agent, record.outcome) == (caller["person"], "karl", Outcome.CONNECTED)
    assert kept.asked_back_at is not None
    assert record.bridged_at is not None
    (consent,) = [one for one in file.consents if one.scope is ConsentScope.CALL_BACK]
    assert consent.number == record.number
    assert public.rung[number] == 1, "called once"


async def floor_of(api: Api) -> dict[str, Any]:
    return dict((await api.client.get("/api/floor")).json())


async def test_an_opt_out_of_a_stranger_is_written_down_for_the_number(
    api: Api, public: PublicWatch, laboratory: Laboratory
) -> None:
    await public.call_back("+13035550177", OURS, key="9")
    shown = await inbound(api, opted_out=True)
    assert (shown["callers"], bool(shown["number"])) == ([], True)
    with Store.open(str(laboratory.store)) as store:
        (number,) = stock(
            store, campaign="later", persons=1, now=posix_now(), ends_with="0177", first="303555"
        )
        assert number == "+13035550177"
        files = all_files(store)
    requests = [request for file in files for request in file.requests]
    assert [request.number for request in requests] == [shown["number"]]


def all_files(store: Store) -> list[PersonFile]:
    """Files of everybody in the store."""
    names = store.read(lambda connection: connection.execute(select(persons.c.person)).scalars().all())
    return list(store.person_files([*names], now=posix_now()).values())
