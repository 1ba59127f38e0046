"""What a telephone system owes an engine that may be overtaken by another, one sentence a test. A module that
imports them has a fixture `bench`."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from dialer.domain.commands import Hangup, HangupReason
from dialer.domain.errors import FairdialError, OlderTermError
from dialer.domain.events import CallRinging
from dialer.domain.ids import AttemptId
from dialer.domain.ports import KeepsTerm, TelephoneSystem
from telephony.conformance.bench import Bench

RINGS_WITHIN_S = 2.0
"""Of the floor's clock: a call that was dialed lives by then."""


@asynccontextmanager
async def overtaken(bench: Bench) -> AsyncGenerator[TelephoneSystem]:
    """The bench's own engine is in charge and has a call that rings; then another, given here, is."""
    old = bench.system
    if bench.rival is None or not isinstance(old, KeepsTerm):
        pytest.skip("one engine alone can reach this telephone system")
    term = int(bench.now()) + 1
    old.of_term(term)
    await bench.reconnect()
    await bench.call("a1", bench.numbers.rings)
    await bench.wait(lambda: any(event.attempt == "a1" for event in bench.heard(CallRinging)))
    new = bench.rival()
    assert isinstance(new, KeepsTerm)
    new.of_term(term + 1)
    await new.start()
    try:
        yield new
        for attempt in (await new.reconcile()).live:
            await new.perform(Hangup(attempt=attempt, reason=HangupReason.UNACCOUNTED))
    finally:
        await new.stop()
        old.of_term(term + 1)  # whoever clears up after the test does so in charge


async def test_an_order_of_an_engine_that_was_overtaken_rings_nobody(bench: Bench) -> None:
    async with overtaken(bench) as new:
        with contextlib.suppress(FairdialError, TimeoutError):
            await bench.call("a2", bench.numbers.rings)
        await bench.quiet(RINGS_WITHIN_S)
        assert (await new.reconcile()).live == ("a1",)


async def test_whoever_takes_over_finds_the_calls_that_are_up_and_places_its_own(bench: Bench) -> None:
    async with overtaken(bench) as new:
        assert (await new.reconcile()).live == ("a1",)
        await new.perform(bench.order("a3"), dial=bench.numbers.rings)
        await bench.quiet(RINGS_WITHIN_S)
        assert sorted((await new.reconcile()).live) == ["a1", "a3"]
        await new.perform(Hangup(attempt=AttemptId("a1"), reason=HangupReason.UNACCOUNTED))


async def test_an_engine_that_was_overtaken_is_told_so_when_it_connects(bench: Bench) -> None:
    async with overtaken(bench) as new:
        await bench.stop_listening()
        with pytest.raises(OlderTermError, match="another engine is in charge"):
            await bench.system.start()
        assert (await new.reconcile()).live == ("a1",), "nothing was taken from the one in charge"
