"""What a telephone system that people can call owes the dialer, one sentence a test; used as `suite` is."""

import pytest

from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    DismissInbound,
    DropAgentLeg,
    HangupInbound,
    TellInboundPlace,
)
from dialer.domain.events import (
    BridgeFailed,
    CallBridged,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AttemptId, InboundId
from dialer.domain.ports import InboundLines
from telephony.conformance.bench import Bench
from telephony.conformance.visitors import (
    AGENT_KEY,
    CALL_BACK,
    CLOSED,
    ENGLISH,
    MENU,
    MESSAGE,
    NEVER,
    OURS,
    SPANISH,
    Visitor,
)

FOR_AN_AGENT = Visitor(key=AGENT_KEY)


def _lines(bench: Bench) -> InboundLines:
    if bench.call_in is None or not isinstance(bench.system, InboundLines):
        pytest.skip("nobody can call this telephone system")
    return bench.system


async def _arrived(bench: Bench, visitor: Visitor) -> InboundId:
    assert bench.call_in is not None
    await bench.call_in(visitor)
    await bench.wait(lambda: bool(bench.heard(InboundArrived)))
    return bench.heard(InboundArrived)[-1].call


async def _waiting(bench: Bench, visitor: Visitor = FOR_AN_AGENT) -> InboundId:
    call = await _arrived(bench, visitor)
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundWaiting)))
    return call


async def _over(bench: Bench, call: InboundId) -> None:
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundEnded)))


async def test_who_calls_is_told_with_the_number_beside_the_event(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _arrived(bench, FOR_AN_AGENT)
    assert lines.caller_of(call) == FOR_AN_AGENT.number
    arrived = bench.heard(InboundArrived)[0]
    assert (arrived.dialed, arrived.is_closed) == (OURS, False)
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
    call = await _arrived(bench, Visitor(key=NEVER))
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundOptedOut)))
    await lines.perform_inbound(ConfirmInboundOptOut(call=call))
    await _over(bench, call)
    assert not bench.heard(InboundWaiting)


async def test_who_calls_while_nobody_is_there_is_told_as_such_and_never_waits(bench: Bench) -> None:
    _lines(bench)
    call = await _arrived(bench, Visitor(dialed=CLOSED))
    await _over(bench, call)
    arrived = bench.heard(InboundArrived)[0]
    assert (arrived.dialed, arrived.is_closed) == (CLOSED, True)
    assert not bench.heard(InboundWaiting)
    assert not bench.heard(InboundUnserved)
    assert not bench.heard(InboundMessageLeft)


async def test_never_again_is_heard_while_nobody_is_there_too(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _arrived(bench, Visitor(dialed=CLOSED, key=NEVER))
    await bench.wait(lambda: any(event.call == call for event in bench.heard(InboundOptedOut)))
    await lines.perform_inbound(ConfirmInboundOptOut(call=call))
    await _over(bench, call)
    assert [event.key for event in bench.heard(InboundOptedOut)] == [NEVER]


async def test_a_message_is_told_once_with_its_length_before_the_end(bench: Bench) -> None:
    _lines(bench)
    call = await _arrived(bench, Visitor(dialed=CLOSED, key=MESSAGE))
    await _over(bench, call)
    (left,) = bench.heard(InboundMessageLeft)
    assert left.call == call
    assert left.recording.startswith("message-")
    assert 1.0 <= left.seconds <= 15.0
    assert not bench.heard(InboundWaiting)


async def test_a_message_whose_speaker_is_cut_off_is_told_all_the_same(bench: Bench) -> None:
    """The dialer hangs up, the line drops: what was said is kept, and somebody must hear it."""
    lines = _lines(bench)
    call = await _arrived(bench, Visitor(dialed=CLOSED, key=MESSAGE, speaks_on=True))
    await bench.quiet(15.0)
    assert not bench.heard(InboundMessageLeft)
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)
    (left,) = bench.heard(InboundMessageLeft)
    assert 1.0 <= left.seconds <= 20.0


async def test_a_language_is_told_before_the_caller_waits(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _waiting(bench, Visitor(dialed=MENU, language=SPANISH, key=AGENT_KEY))
    (chosen,) = bench.heard(InboundLanguageChosen)
    assert (chosen.call, chosen.language, chosen.is_required) == (call, "language:es", False)
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)


async def test_who_was_told_their_place_waits_on_and_is_joined(bench: Bench) -> None:
    """The place is said within twelve seconds, and takes about five: they are taken out of it, or after."""
    lines = _lines(bench)
    agent = await bench.seat("agent-1")
    call = await _waiting(bench, Visitor(dialed=MENU, language=ENGLISH, key=AGENT_KEY))
    await lines.perform_inbound(TellInboundPlace(call=call, place=2, minutes=4))
    await bench.quiet(12.0)
    await lines.perform_inbound(TellInboundPlace(call=call, place=1, minutes=None))
    assert not bench.heard(InboundEnded)
    await lines.perform_inbound(BridgeInbound(call=call, agent=agent))
    await bench.wait(lambda: bool(bench.heard(InboundBridged)))
    assert len(bench.heard(InboundWaiting)) == 1
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)


async def test_a_place_told_to_nobody_does_nothing(bench: Bench) -> None:
    lines = _lines(bench)
    await lines.perform_inbound(TellInboundPlace(call=InboundId("never"), place=1, minutes=None))
    await lines.perform_inbound(ConfirmCallBack(call=InboundId("never")))
    await bench.quiet(0.5)
    assert not bench.heard(InboundEnded)


async def _asked_back(bench: Bench, lines: InboundLines) -> InboundId:
    call = await _waiting(bench, Visitor(dialed=MENU, language=ENGLISH, key=AGENT_KEY, asks_back=True))
    await lines.perform_inbound(TellInboundPlace(call=call, place=2, minutes=None))
    await bench.wait(lambda: bool(bench.heard(InboundCallBackAsked)))
    (asked,) = bench.heard(InboundCallBackAsked)
    assert (asked.call, asked.key) == (call, CALL_BACK)
    return call


async def test_who_asks_to_be_called_back_is_gone_when_it_is_noted(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _asked_back(bench, lines)
    await lines.perform_inbound(ConfirmCallBack(call=call))
    await _over(bench, call)
    assert not bench.heard(InboundUnserved)
    assert len(bench.heard(InboundWaiting)) == 1


async def test_a_call_back_that_nobody_notes_is_not_promised_and_the_caller_waits_on(bench: Bench) -> None:
    lines = _lines(bench)
    call = await _asked_back(bench, lines)
    await bench.wait(lambda: len([event for event in bench.heard(InboundWaiting) if event.call == call]) == 2)
    assert not bench.heard(InboundEnded)
    await lines.perform_inbound(HangupInbound(call=call))
    await _over(bench, call)
    assert len(bench.heard(InboundCallBackAsked)) == 1
