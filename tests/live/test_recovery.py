"""Whatever dies, nobody is dialed twice, nobody is forgotten, and what still lives is known again."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from proxy import Wire
from public import PublicWatch

from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import AttemptId
from telephony.asterisk.connection import AmiTimings

ROUNDS = int(os.environ.get("FAIRDIAL_KILL_ROUNDS", "10"))
QUICK = AmiTimings(first_wait=0.05, most_wait=0.3)


@pytest.fixture
async def cuttable(laboratory: Laboratory, wire: Wire) -> AsyncIterator[Floor]:
    running = Floor(laboratory, timings=QUICK, host="127.0.0.1", port=wire.port)
    await running.start()
    await running.wait(NetworkReconciled)
    yield running
    wire.accepts = True
    await running.stop()


async def test_calls_and_agents_survive_a_cut_of_the_manager_connection(cuttable: Floor, wire: Wire) -> None:
    agent = await cuttable.agent("anna", "seat11")
    talking = await cuttable.call("005")
    await cuttable.wait(CallAnswered, attempt=talking)
    await cuttable.bridge(talking, agent)
    await cuttable.wait(CallBridged, attempt=talking)
    ringing = await cuttable.call("911")
    seen = len(cuttable.told)
    await asyncio.sleep(0.5)
    wire.cut()
    await cuttable.wait(NetworkLost)
    back = await cuttable.wait(NetworkReconciled, since=seen)
    assert back.talking == {talking: agent}
    assert set(back.live) == {talking, ringing}
    assert back.agents == (agent,)
    await cuttable.hang_up(ringing)
    await cuttable.hang_up(talking)
    await cuttable.over(talking)
    await cuttable.over(ringing)


@pytest.mark.timeout(600)
async def test_no_round_of_cuts_dials_anybody_twice_or_loses_an_attempt(
    cuttable: Floor, wire: Wire, laboratory: Laboratory
) -> None:
    async with PublicWatch(laboratory) as public:
        for round_ in range(ROUNDS):
            seen = len(cuttable.told)
            endings = [f"{round_:03}{index:02}010" for index in range(20)]
            attempts: list[AttemptId] = []
            for index, ending in enumerate(endings):
                with contextlib.suppress(TelephoneSystemUnavailableError):  # then nothing was sent
                    attempts.append(await cuttable.call(ending))
                if index == 5 + round_ % 10:
                    wire.cut()
                if index % 3 == round_ % 3:
                    await asyncio.sleep(0.002)
            back = await cuttable.wait(NetworkReconciled, since=seen)
            for attempt in attempts:
                if attempt in back.live or cuttable.of(attempt, CallEnded):
                    await cuttable.over(attempt)
            await asyncio.sleep(0.3)
            after = (await cuttable.system.reconcile()).live
            known = [a for a in attempts if cuttable.of(a, CallEnded) or cuttable.of(a, CallNotAttempted)]
            # the rest were in flight at the cut: the engine ends them as unknown by `NetworkReconciled`
            assert not set(after) & set(attempts)
            for attempt in attempts:
                ends = len(cuttable.of(attempt, CallEnded)) + len(cuttable.of(attempt, CallNotAttempted))
                assert ends <= 1
                assert attempt in known or attempt not in back.live
        rung = Counter({number: times for number, times in public.rung.items() if number.endswith("010")})
    assert rung
    assert max(rung.values()) == 1


async def test_a_frozen_connection_is_noticed_within_five_seconds(cuttable: Floor, wire: Wire) -> None:
    await asyncio.sleep(1.5)
    began = asyncio.get_running_loop().time()
    wire.is_frozen = True
    await cuttable.wait(NetworkLost)
    took = asyncio.get_running_loop().time() - began
    wire.is_frozen = False
    assert took <= 5.0
    await cuttable.wait(NetworkReconciled, since=len(cuttable.told) - 1)


async def test_nothing_asked_for_while_the_connection_is_gone_is_dialed_later(
    cuttable: Floor, wire: Wire, laboratory: Laboratory
) -> None:
    async with PublicWatch(laboratory) as public:
        wire.accepts = False
        seen = len(cuttable.told)
        wire.cut()
        await cuttable.wait(NetworkLost)
        with pytest.raises(TelephoneSystemUnavailableError):
            await cuttable.call("77777010")
        wire.accepts = True
        await cuttable.wait(NetworkReconciled, since=seen)
        await asyncio.sleep(1.0)
        assert not public.rung


async def test_people_are_not_left_in_silence_when_the_dialer_dies(laboratory: Laboratory) -> None:
    dying = Floor(laboratory)
    await dying.start()
    attempt = await dying.call("000")
    await dying.wait(CallAnswered, attempt=attempt)
    await dying.system.stop()  # as a killed process does: the connection ends, nothing is hung up
    await asyncio.sleep(2.5)
    assert "message" in laboratory.pbx.command("core show channels concise")
    heir = Floor(laboratory)
    await heir.start()
    first = await heir.wait(NetworkReconciled)
    assert first.live == (attempt,)
    await heir.hang_up(attempt)
    await heir.over(attempt)
    await heir.stop()


async def test_a_killed_asterisk_is_told_and_agents_are_rung_again(laboratory: Laboratory) -> None:
    floor = Floor(laboratory, timings=QUICK)
    await floor.start()
    agent = await floor.agent("bert", "seat12")
    attempt = await floor.call("005")
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    seen = len(floor.told)
    laboratory.pbx.kill()
    await floor.wait(NetworkLost)
    # not in a thread: what a thread starts is bound to that thread's life
    laboratory.pbx.start(outlive=False)
    back = await floor.wait(NetworkReconciled, since=seen)
    assert back.live == ()
    assert back.agents == ()
    await floor.wait(AgentLegLost, agent=agent)
    await floor.wait(AgentLegRestored, agent=agent, since=seen)
    await asyncio.sleep(0.5)
    call = await floor.call("110")
    assert isinstance(await floor.over(call), CallEnded)
    await floor.stop()
