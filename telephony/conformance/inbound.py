"""What a telephone system that people can call owes the dialer, one sentence a test; used as `suite` is."""

import pytest

from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConfirmInboundOptOut,
    DismissInbound,
    DropAgentLeg,
    HangupInbound,
)
from dialer.domain.events import (
    BridgeFailed,
    CallBridged,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundEnded,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AttemptId, InboundId
from dialer.domain.ports import InboundLines
from telephony.conformance.bench import Bench

CALLER, OURS = "+12025550123", "+15550100199"


def _lines(bench: Bench) -> InboundLines:
    if bench.call_in is None or not isinstance(bench.system, InboundLines):
        pytest.skip("nobody can call this telephone system")
    return bench.system


async def _arrived(bench: Bench, key: str) -> InboundId:
    assert bench.call_in is not None
    await bench.call_in(CALLER, OURS, key)
    await bench.wait(lambda: bool(bench.heard(InboundArrived)))
    return bench.heard(InboundArrived)[-1].call


async def _waiting(bench: Bench) -> InboundId:
    call = await _arrived(bench, "1")
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundWaiting)))
    return call


async def _over(bench: Bench, call: InboundId) -> None:
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundEnded)))


async def test_who_calls_is_told_with_the_number_beside_the_event(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _arrived(bench, "1")
    assert lines.caller_of(call) == CALLER
    assert bench.heard(InboundArrived)[0].dialed == OURS
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)
    assert len([event for event in bench.heard(InboundEnded) if event.call == call]) == 1


async def test_who_waits_is_joined_to_the_agent_and_found_there(bench: Bench) -> None:
    lines = _lines(bench)
    agent = await bench.seat("agent-1")
    call = await _waiting(bench)
    await lines.perform_inbound(BridgeInbound(call=call, agent=agent))
    await bench.wait(lambda: bool(bench.heard(InboundBridged)))
    assert (bench.heard(InboundBridged)[0].call, bench.heard(InboundBridged)[0].agent) == (call, agent)
    await bench.stop_listening()
    assert (await bench.system.reconcile()).inbound == ((call, agent),)
    await lines.perform_inbound(HangupInbound(call=call))


async def test_an_agent_with_a_caller_is_not_joined_to_another_call(bench: Bench) -> None:
    lines = _lines(bench)
    agent = await bench.seat("agent-1")
    call = await _waiting(bench)
    await lines.perform_inbound(BridgeInbound(call=call, agent=agent))
    await bench.wait(lambda: bool(bench.heard(InboundBridged)))
    await bench.call("a1", bench.numbers.answers)
    await bench.answered("a1")
    await bench.system.perform(Bridge(attempt=AttemptId("a1"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(BridgeFailed)))
    assert not bench.heard(CallBridged)
    await lines.perform_inbound(HangupInbound(call=call))


async def test_a_join_of_nobody_fails_and_says_so(bench: Bench) -> None:
    lines = _lines(bench)
    agent = await bench.seat("agent-1")
    await lines.perform_inbound(BridgeInbound(call=InboundId("never"), agent=agent))
    await bench.wait(lambda: bool(bench.heard(InboundBridgeFailed)))


async def test_a_caller_whose_agent_is_gone_waits_again(bench: Bench) -> None:
    lines = _lines(bench)
    agent = await bench.seat("agent-1")
    call = await _waiting(bench)
    await lines.perform_inbound(BridgeInbound(call=call, agent=agent))
    await bench.wait(lambda: bool(bench.heard(InboundBridged)))
    await bench.system.perform(DropAgentLeg(agent=agent))
    await bench.wait(lambda: len([event for event in bench.heard(InboundWaiting) if event.call == call]) == 2)
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)


async def test_a_caller_who_is_dismissed_hears_so_and_is_gone(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _waiting(bench)
    await lines.perform_inbound(DismissInbound(call=call))
    await _over(bench, call)
    assert [event.call for event in bench.heard(InboundUnserved)] == [call]


async def test_an_opt_out_is_told_and_the_call_ends_after_it_was_confirmed(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _arrived(bench, "9")
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundOptedOut)))
    await lines.perform_inbound(ConfirmInboundOptOut(call=call))
    await _over(bench, call)
    assert not bench.heard(InboundWaiting)
