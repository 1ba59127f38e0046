"""Several trunks: by number and price, another one after a refusal, never a second ring; shut numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from floor import Floor
from lab.laboratory import Laboratory, reason_missing
from public import PublicWatch

from dialer.domain.attempt import Outcome
from dialer.domain.events import CallAnswered, CallEnded
from telephony.asterisk.passwords import new_password
from telephony.asterisk.settings import Transport, TrunkSettings
from telephony.asterisk.trunk_watch import CHECKED_WITHIN_S
from telephony.asterisk.trunks import Route, TrunkPlan

CHECKED_S = CHECKED_WITHIN_S + 1.0
"""Whole seconds are told of how long Asterisk has been running."""


def trunks(net: str) -> tuple[TrunkSettings, ...]:
    """One whose account the carrier does not know, and a second way to the first carrier."""
    refused = TrunkSettings(
        name="refused",
        host=f"{net}.3",
        transport=Transport.TLS,
        username="account",
        secret=new_password(),
        registers=False,
        receives=False,
        qualify_every=0,
    )
    return (refused, TrunkSettings(name="again", host=f"{net}.2", receives=False, qualify_every=0))


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    with Laboratory(trunks=trunks) as running:
        yield running


def plan(name: str, *, order: int = 0, routes: tuple[Route, ...] = (Route(),)) -> TrunkPlan:
    return TrunkPlan(name=name, order=order, routes=routes, lines=50, calls_per_second=200)


async def ended(
    laboratory: Laboratory, ending: str, *plans: TrunkPlan
) -> tuple[CallEnded, int, list[CallAnswered]]:
    """How a call ended, how often the carrier was asked to ring anybody, and its answers."""
    floor = Floor(laboratory, trunks=plans)
    await floor.start()
    try:
        async with PublicWatch(laboratory) as public:
            attempt = await floor.call(ending)
            over = await floor.over(attempt)
            assert isinstance(over, CallEnded), over
            return over, sum(public.rung.values()), floor.of(attempt, CallAnswered)
    finally:
        await floor.stop()


@pytest.mark.parametrize("first", ["refused", "trunk-down"])
async def test_a_call_that_one_carrier_does_not_take_is_answered_over_the_next(
    laboratory: Laboratory, first: str
) -> None:
    """The one refuses the call; of the other, Asterisk's checks said that it is down before we connected."""
    if first == "trunk-down":
        await asyncio.sleep(CHECKED_S)
    over, asked, answers = await ended(laboratory, "003", plan(first), plan("trunk", order=1))
    assert len(answers) == 1
    assert asked == 1
    assert over.outcome is not Outcome.CARRIER_FAILURE


async def test_a_carrier_without_room_is_followed_by_another_before_any_ring(laboratory: Laboratory) -> None:
    over, asked, answers = await ended(laboratory, "013", plan("trunk"), plan("again", order=1))
    assert (over.outcome, over.sip_code) == (Outcome.CONGESTION, 503)
    assert asked == 2
    assert answers == []


@pytest.mark.parametrize("ending", ["052", "152", "014", "010", "012", "022", "020"])
async def test_a_telephone_that_rang_or_a_number_that_was_judged_is_not_tried_again(
    laboratory: Laboratory, ending: str
) -> None:
    """503 after ringing (at once and after a second), declined, busy, dead, bad gateway, forbidden."""
    _, asked, _ = await ended(laboratory, ending, plan("trunk"), plan("again", order=1))
    assert asked == 1


async def test_a_mute_carrier_may_have_rung_somebody_and_is_not_followed(laboratory: Laboratory) -> None:
    floor = Floor(laboratory, trunks=(plan("trunk-mute"), plan("trunk", order=1)))
    await floor.start()
    try:
        async with PublicWatch(laboratory) as public:
            attempt = await floor.call("000", ring_s=2.0)
            await floor.over(attempt, within=60.0)
        assert public.rung == {}
    finally:
        await floor.stop()


async def test_the_number_and_the_price_choose_the_trunk(laboratory: Laboratory) -> None:
    """The dearer trunk would fail; it is not asked."""
    here, elsewhere = (Route(prefix="+1555", cost=1),), (Route(prefix="+1", cost=0), Route(prefix="+44"))
    _, asked, answers = await ended(
        laboratory, "003", plan("refused", routes=elsewhere), plan("trunk", routes=here)
    )
    assert (asked, len(answers)) == (1, 1)


async def test_a_number_that_no_trunk_takes_ends_without_a_call(laboratory: Laboratory) -> None:
    over, asked, _ = await ended(laboratory, "003", plan("trunk", routes=(Route(prefix="+44"),)))
    assert over.outcome is Outcome.CARRIER_FAILURE
    assert "route" in over.cause
    assert asked == 0


async def test_a_shut_number_is_never_ordered_and_the_floor_goes_on(
    laboratory: Laboratory,
) -> None:
    floor = Floor(laboratory, trunks=(plan("trunk"),))
    await floor.start()
    try:
        async with PublicWatch(laboratory) as public:
            attempt = await floor.call("000", dial="+19005550100")
            over = await floor.over(attempt)
            assert isinstance(over, CallEnded)
            assert (over.outcome, over.cause) == (Outcome.INVALID_NUMBER, "shut: premium rates (+1900)")
            other = await floor.call("003")
            await floor.over(other)
        assert sum(public.rung.values()) == 1
    finally:
        await floor.stop()
