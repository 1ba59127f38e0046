"""What became of calls while the dialer was dead is told by Asterisk's own record at its return."""

from __future__ import annotations

import asyncio

from floor import Floor
from lab.laboratory import Laboratory

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.events import CallAnswered, CallBridged, CallEnded, CallNotAttempted, CallTimedOut, Event
from dialer.domain.ids import AttemptId
from dialer.domain.ports import Unended


def of(told: tuple[Event, ...], attempt: AttemptId) -> list[Event]:
    return [event for event in told if getattr(event, "attempt", None) == attempt]


async def test_every_call_that_ended_while_the_dialer_was_dead_is_told_at_its_return(
    laboratory: Laboratory,
) -> None:
    """Abandoned, busy, refused, never answered, talked to its end, and one that never reached Asterisk."""
    began = posix_now()
    first = Floor(laboratory)
    await first.start()
    agent = await first.agent("anna", "seat1")
    talked = await first.call("003")
    await first.wait(CallAnswered, attempt=talked)
    await first.bridge(talked, agent)
    await first.wait(CallBridged, attempt=talked)
    calls = {ending: await first.call(ending, ring_s=4.0) for ending in ("100", "110", "112", "114", "011")}
    await asyncio.sleep(0.5)
    await first.system.stop()
    await asyncio.sleep(16.0)  # the way there, the ringing, the message
    second = Floor(laboratory)
    await second.start()
    try:
        never = AttemptId("never-ordered")
        asked = [Unended(attempt=one, launched_at=began) for one in (talked, *calls.values(), never)]
        told = await second.system.what_became(asked)
    finally:
        await second.stop()
    ends = {
        one: [e.outcome for e in of(told, one) if isinstance(e, CallEnded)]
        for one in (talked, *calls.values())
    }
    assert ends == {
        talked: [Outcome.CONNECTED],
        calls["100"]: [Outcome.ABANDONED],
        calls["110"]: [Outcome.BUSY],
        calls["112"]: [Outcome.INVALID_NUMBER],
        calls["114"]: [Outcome.REJECTED],
        calls["011"]: [Outcome.NO_ANSWER],
    }
    answered, late = of(told, calls["100"])[:2]
    assert isinstance(answered, CallAnswered)
    assert began < answered.answered_at < posix_now() - 6.0
    assert isinstance(late, CallTimedOut)
    assert late.message_played
    joined = [event for event in of(told, talked) if isinstance(event, CallBridged)]
    assert [event.agent for event in joined] == [agent]
    assert [type(event) for event in of(told, never)] == [CallNotAttempted]
