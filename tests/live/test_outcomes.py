"""What each answer of a real network is to the engine."""

from __future__ import annotations

import asyncio

import pytest
from floor import Floor
from lab.laboratory import Laboratory

from dialer.clock import posix_now
from dialer.domain.attempt import Outcome
from dialer.domain.events import CallAnswered, CallEnded, CallNotAttempted, CallRinging
from telephony.asterisk.trunks import TrunkPlan

_O = Outcome
REFUSALS = [
    ("110", _O.BUSY),
    ("012", _O.INVALID_NUMBER),
    ("013", _O.CONGESTION),
    ("114", _O.REJECTED),
    ("046", _O.BLOCKED),
    ("029", _O.BLOCKED),
    ("047", _O.CONGESTION),
    ("048", _O.CARRIER_FAILURE),
    ("115", _O.NO_ANSWER),
    ("015", _O.NO_ANSWER),
    ("016", _O.INVALID_NUMBER),
    ("017", _O.INVALID_NUMBER),
    ("018", _O.INVALID_NUMBER),
    ("019", _O.CARRIER_FAILURE),
    ("120", _O.REJECTED),
    ("121", _O.NO_ANSWER),
    ("022", _O.CARRIER_FAILURE),
    ("023", _O.CARRIER_FAILURE),
    ("124", _O.BUSY),
    ("125", _O.UNWANTED),
    ("026", _O.CARRIER_FAILURE),
    ("127", _O.NO_ANSWER),
    ("028", _O.INVALID_NUMBER),
]


async def test_every_refusal_of_the_network_is_told_as_its_outcome(floor: Floor) -> None:
    attempts = [(ending, outcome, await floor.call(ending)) for ending, outcome in REFUSALS]
    got: dict[str, Outcome | str] = {}
    codes: dict[str, int | None] = {}
    for ending, _, attempt in attempts:
        over = await floor.over(attempt)
        got[ending] = over.outcome if isinstance(over, CallEnded) else over.reason
        codes[ending] = over.sip_code if isinstance(over, CallEnded) else None
    assert got == dict(REFUSALS)
    wanted = {"046": 603, "029": 608, "047": 429, "048": 401, "114": 603, "125": 607, "012": 404, "110": 486}
    assert {ending: codes[ending] for ending in wanted} == wanted


async def test_a_number_that_rings_on_is_given_up_when_its_time_is_up(floor: Floor) -> None:
    attempt = await floor.call("011", ring_s=3.0)
    await floor.wait(CallRinging, attempt=attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is _O.NO_ANSWER


@pytest.mark.parametrize("way_s", [0, 2, 5])
async def test_the_time_to_ring_is_counted_from_the_ringing_and_not_from_the_order(
    floor: Floor, way_s: int
) -> None:
    """Carriers take seconds to the person's telephone: they were taken off its ringing once."""
    ordered = posix_now()
    attempt = await floor.call(f"{way_s}65", ring_s=3.0)
    await floor.wait(CallRinging, attempt=attempt)
    rings = posix_now()
    assert way_s - 0.5 < rings - ordered < way_s + 2.0
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is _O.NO_ANSWER
    assert 2.95 <= posix_now() - rings <= 4.0


async def test_a_call_that_was_taken_over_while_it_rang_was_not_answered(laboratory: Laboratory) -> None:
    """The new process finds it ringing; it was stored as the carrier's failure."""
    first = Floor(laboratory)
    await first.start()
    attempt = await first.call("011", ring_s=4.0)
    await first.wait(CallRinging, attempt=attempt)
    await first.system.stop()
    second = Floor(laboratory)
    await second.start()
    try:
        await second.wait(CallRinging, attempt=attempt)
        over = await second.over(attempt)
        assert isinstance(over, CallEnded)
        assert over.outcome is _O.NO_ANSWER
    finally:
        await second.stop()


async def test_a_ringing_call_that_we_hang_up_is_cancelled(floor: Floor) -> None:
    attempt = await floor.call("011")
    await floor.wait(CallRinging, attempt=attempt)
    await floor.hang_up(attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is _O.CANCELLED


async def test_a_call_hung_up_before_it_has_a_channel_does_not_go_on_ringing(floor: Floor) -> None:
    attempt = await floor.call("011")
    await floor.hang_up(attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallNotAttempted) or over.outcome is _O.CANCELLED
    assert (await floor.system.reconcile()).live == ()


async def test_a_person_who_hangs_up_while_waiting_was_not_abandoned(floor: Floor) -> None:
    attempt = await floor.call("003")
    answered = await floor.wait(CallAnswered, attempt=attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome in {_O.HUNG_UP_WAITING, _O.ABANDONED}
    assert answered.answered_at > 0


async def test_each_attempt_ends_exactly_once(floor: Floor) -> None:
    attempts = [await floor.call(ending) for ending in ("010", "012", "013", "003", "015") * 4]
    for attempt in attempts:
        await floor.over(attempt)
    await asyncio.sleep(1.0)
    for attempt in attempts:
        assert len(floor.of(attempt, CallEnded)) + len(floor.of(attempt, CallNotAttempted)) == 1


@pytest.mark.parametrize("trunk", ["trunk-down", "no-such-trunk"])
async def test_a_failure_without_a_channel_is_not_an_attempt(laboratory: Laboratory, trunk: str) -> None:
    async with asyncio.timeout(15):  # Asterisk checks its trunks some seconds after its start
        while "Unavail" not in down_trunk(laboratory):
            await asyncio.sleep(0.2)
    floor = Floor(laboratory, trunks=(TrunkPlan(name=trunk, failures=3),))
    await floor.start()
    for _ in range(2):
        attempt = await floor.call("000")
        assert isinstance(await floor.over(attempt), CallNotAttempted)
    await floor.stop()


async def test_a_broken_trunk_takes_no_more_calls_and_says_so(laboratory: Laboratory) -> None:
    floor = Floor(laboratory, trunks=(TrunkPlan(name="no-such-trunk", failures=3, rest=60),))
    await floor.start()
    for _ in range(3):
        await floor.over(await floor.call("000"))
    last = await floor.over(await floor.call("000"))
    assert isinstance(last, CallNotAttempted)
    assert "failed 3 times" in last.reason
    await floor.stop()


async def test_the_next_trunk_takes_the_calls_of_a_broken_one_the_first_of_them_too(
    laboratory: Laboratory,
) -> None:
    plans = (TrunkPlan(name="no-such-trunk", failures=2, rest=60), TrunkPlan(name="trunk", order=1))
    floor = Floor(laboratory, trunks=plans)
    await floor.start()
    for _ in range(3):
        over = await floor.over(await floor.call("010"))
        assert isinstance(over, CallEnded)
        assert over.outcome is _O.BUSY
    await floor.stop()


async def test_a_far_end_that_never_even_rings_is_the_carrier_s_failure(laboratory: Laboratory) -> None:
    floor = Floor(laboratory, trunks=(TrunkPlan(name="trunk-mute"),))
    await floor.start()
    attempt = await floor.call("000", ring_s=2.0)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is _O.CARRIER_FAILURE
    await floor.stop()


def down_trunk(laboratory: Laboratory) -> str:
    """What Asterisk's console says of the trunk behind which nothing is."""
    listed = laboratory.pbx.command("pjsip show contacts").splitlines()
    return next((line for line in listed if "trunk-down" in line), "")
