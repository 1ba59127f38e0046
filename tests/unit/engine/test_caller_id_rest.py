"""When a number of ours rests: blocked, or answered less than its pool's others. Released, tested, held."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import Direction, EventKind
from dialer.casework.resting import number_after
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import (
    AtCeiling,
    Attestation,
    CallBackTest,
    CallerIdPool,
    OwnedNumber,
    RestPolicy,
    Untested,
)
from dialer.domain.campaign import CampaignSettings
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId, NumberId, PersonId
from dialer.domain.lead import Target
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine
from dialer.engine.launching import caller_id
from dialer.engine.launching.caller_id import NotShown, Shown
from dialer.engine.launching.caller_id_rest import is_beyond_chance
from dialer.engine.launching.caller_id_view import wilson
from dialer.engine.state import EngineState, PersonRow
from dialer.runtime.checkpoint import decode_state, encode_state
from simulator.streams import Streams

Floor = Any
NOW = 1_780_000_000.0
DAY = 86_400.0
FIRST, SECOND = "+12125550100", "+12125550101"
ACME = ClientId("acme")


def owned(number: str, **more: Any) -> OwnedNumber:
    return OwnedNumber(number=number, calls_back_to="the inbound menu", **more)


def pool(*numbers: str, **more: Any) -> CallerIdPool:
    return CallerIdPool(pool="acme's", client=ACME, numbers=numbers, **more)


def pooled(make_floor: Callable[..., Floor], *numbers: OwnedNumber, **more: Any) -> Floor:
    """A floor whose campaign names a pool of these numbers; blocks rest one for an hour."""
    at_ceiling = more.pop("at_ceiling", AtCeiling.STOP)
    floor = make_floor()
    pools = (pool(*(each.number for each in numbers), **more),)
    floor.send(e.CallerIdsDeclared(numbers=numbers, pools=pools))
    floor.settings = replace(floor.settings, caller_id_pool="acme's", at_ceiling=at_ceiling)
    floor.send(e.CampaignConfigured(settings=floor.settings))
    return floor


def end(floor: Floor, outcome: Outcome, code: int | None = None) -> None:
    """The newest call ends so."""
    attempt = floor.last(c.Originate).attempt
    floor.send(e.CallRinging(attempt=attempt))
    floor.send(e.CallEnded(attempt=attempt, outcome=outcome, sip_code=code), after=1.0)


def view(floor: Floor, number: str = FIRST) -> Any:
    return next(row for row in floor.engine.snapshot().caller_ids if row.number == number)


BLOCKS = RestPolicy(blocks=3, blocked_share=0.0, after_blocks_s=3600.0)


def test_the_third_block_of_a_day_rests_the_number_and_says_so(make_floor: Callable[..., Floor]) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=BLOCKS)
    floor.start(agents=1)
    end(floor, Outcome.BLOCKED, 608)
    first = floor.last(c.RaiseAlarm)
    assert first.subject == f"caller id {FIRST}"
    assert "SIP 608" in first.text
    assert "rests after 3" in first.text
    end(floor, Outcome.UNWANTED, 607)
    assert view(floor).rests_until is None
    end(floor, Outcome.BLOCKED, 603)
    shown = view(floor)
    assert shown.rests_until == pytest.approx(floor.now + 3600.0)
    assert (shown.blocked, shown.unwanted, shown.declined, shown.rests) == (2, 1, 0, 1)
    texts = [alarm.text for alarm in floor.all(c.RaiseAlarm) if alarm.subject == f"caller id {FIRST}"]
    assert texts[1:] == ["3 of 3 calls blocked or refused as unwanted: it rests for 1 hours"]
    assert not shown.is_shown


def test_nothing_is_launched_until_the_instant_at_which_the_rest_is_over(
    make_floor: Callable[..., Floor],
) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=BLOCKS)
    floor.start(agents=1)
    for _ in range(3):
        end(floor, Outcome.BLOCKED, 608)
    until = view(floor).rests_until
    launched = len(floor.all(c.Originate))
    floor.wait(5.0)
    assert "rests: 3 of 3 calls" in floor.engine.snapshot().campaigns[0].reason
    floor.feed(20, first=100)
    floor.wait(until - floor.now - 1.0)
    assert len(floor.all(c.Originate)) == launched
    floor.wait(3.0)
    assert len(floor.all(c.Originate)) == launched + 1


def test_a_refusal_is_no_block_of_the_number_unless_it_came_from_analysis(
    make_floor: Callable[..., Floor],
) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=replace(BLOCKS, blocks=1))
    floor.start(agents=1)
    for outcome in (Outcome.REJECTED, Outcome.BUSY, Outcome.INVALID_NUMBER, Outcome.NO_ANSWER):
        end(floor, outcome)
    assert view(floor).rests == 0
    assert view(floor).declined == 1


def test_few_blocks_among_many_calls_rest_nothing(make_floor: Callable[..., Floor]) -> None:
    """At 2 % of the calls, three blocks in 151 calls are fewer, and in 150 they are not."""
    for calls, wanted in ((150, 1), (151, 0)):
        floor = pooled(make_floor, owned(FIRST), rest=RestPolicy())
        floor.start(agents=1)
        row = floor.engine.checkpoint().caller_ids[FIRST]
        end(floor, Outcome.BLOCKED)
        end(floor, Outcome.BLOCKED)
        row.fresh_attempts = calls
        end(floor, Outcome.BLOCKED)
        assert view(floor).rests == wanted, calls


def test_a_blocked_call_says_nothing_of_the_number_that_was_called(make_floor: Callable[..., Floor]) -> None:
    for outcome in (Outcome.BLOCKED, Outcome.UNWANTED, Outcome.REJECTED):
        floor = pooled(make_floor, owned(FIRST), rest=BLOCKS)
        floor.start(agents=1)
        end(floor, outcome, 608)
        assert number_after(outcome) is None
        assert not floor.all(c.StoreNumberStatus)
        stored = floor.last(c.StoreOutcome).record
        assert (stored.outcome, stored.sip_code) == (outcome, 608)


def test_who_saw_a_number_that_rests_waits_or_sees_another_as_the_campaign_says() -> None:
    for policy, kind in ((AtCeiling.STOP, NotShown), (AtCeiling.ANOTHER, Shown)):
        state, plan = two_numbers(at_ceiling=policy)
        state.caller_ids[FIRST].rests_until = NOW + 60.0
        state.persons[PersonId("p1")].file = seen(state.persons[PersonId("p1")].file, FIRST)
        found = caller_id.choose(state, plan, target(1), now=NOW)
        assert isinstance(found, kind)
        if isinstance(found, NotShown):
            assert (found.until, found.is_everybodys) == (NOW + 60.0, False)
        after = caller_id.choose(state, plan, target(1), now=NOW + 60.0)
        assert after == Shown(FIRST)


def test_who_never_saw_one_is_given_none_that_rests() -> None:
    state, plan = two_numbers()
    state.caller_ids[FIRST].rests_until = NOW + 60.0
    assert {caller_id.choose(state, plan, target(i), now=NOW) for i in range(1, 60)} == {Shown(SECOND)}


def two_numbers(**more: Any) -> tuple[EngineState, CampaignSettings]:
    state = EngineState()
    numbers = (owned(FIRST), owned(SECOND))
    caller_id.declare(state, e.CallerIdsDeclared(numbers=numbers, pools=(pool(FIRST, SECOND),)))
    for i in range(1, 60):
        number = NumberOnFile(number=f"n{i}", country="US", regions=frozenset({"US-NY"}))
        state.persons[PersonId(f"p{i}")] = PersonRow(file=PersonFile(person=f"p{i}", numbers=(number,)))
    plan = CampaignSettings(campaign=CampaignId("spring"), client=ACME, caller_id_pool="acme's", **more)
    return state, plan


def seen(file: PersonFile, number: str) -> PersonFile:
    entry = HistoryEntry(
        entry="earlier",
        at=instant(NOW - DAY),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        caller_id=number,
    )
    return replace(file, history=(entry,))


def target(i: int) -> Target:
    return Target(person=PersonId(f"p{i}"), number=NumberId(f"n{i}"))


# --- fewer answers than the pool's others -----------------------------------------------------------------


def worse(make_floor: Callable[..., Floor], *, live: int, others_live: int) -> Floor:
    """1,000 calls of each number, and one more that nobody answers."""
    floor = pooled(make_floor, owned(FIRST), owned(SECOND), rest=RestPolicy())
    floor.start(agents=1)
    for number, count in ((FIRST, live), (SECOND, others_live)):
        row = floor.engine.checkpoint().caller_ids[number]
        row.reached, row.live = 1_000, count
    shown = floor.last(c.Originate).caller_id
    other = SECOND if shown == FIRST else FIRST
    rows = floor.engine.checkpoint().caller_ids
    if shown == SECOND:
        rows[FIRST].live, rows[SECOND].live = rows[SECOND].live, rows[FIRST].live
    end(floor, Outcome.NO_ANSWER)
    floor.shown, floor.other = shown, other
    return floor


def test_a_number_that_is_answered_far_less_than_the_others_rests(make_floor: Callable[..., Floor]) -> None:
    """4 standard deviations out of 1,000 calls each at about 10 % are 4.9 points."""
    floor = worse(make_floor, live=55, others_live=100)
    assert view(floor, floor.shown).rests == 0
    floor = worse(make_floor, live=50, others_live=105)
    assert view(floor, floor.shown).rests == 1
    assert "people answered 50 of 1001 calls, 105 of 1000 of the pool" in floor.last(c.RaiseAlarm).text
    assert (view(floor, floor.shown).reached, view(floor, floor.other).reached) == (0, 1_000)
    assert view(floor, floor.shown).rests_until == pytest.approx(floor.now + 3 * DAY)


def test_a_difference_that_is_sure_but_small_rests_nothing(make_floor: Callable[..., Floor]) -> None:
    """80 % of the others' rate, of very many calls: chance it is not, but no number is alike."""
    floor = worse(make_floor, live=560, others_live=700)
    assert is_beyond_chance(560, 1_001, 700, 1_000, sigmas=4)
    assert view(floor, floor.shown).rests == 0


def test_too_few_calls_are_not_compared(make_floor: Callable[..., Floor]) -> None:
    floor = worse(make_floor, live=0, others_live=500)
    assert view(floor, floor.shown).rests == 1
    for reached, wanted in ((198, 0), (199, 1)):
        floor = pooled(make_floor, owned(FIRST), owned(SECOND), rest=RestPolicy(least_reached=200))
        floor.start(agents=1)
        rows = floor.engine.checkpoint().caller_ids
        shown = floor.last(c.Originate).caller_id
        other = SECOND if shown == FIRST else FIRST
        rows[shown].reached, rows[shown].live = reached, 0
        rows[other].reached, rows[other].live = 1_000, 500
        end(floor, Outcome.NO_ANSWER)
        assert view(floor, shown).rests == wanted, reached


def test_what_an_agent_says_it_was_decides_whether_a_person_answered(
    make_floor: Callable[..., Floor],
) -> None:
    floor = pooled(make_floor, owned(FIRST))
    floor.start(agents=2)
    one, two = (order.attempt for order in floor.all(c.Originate)[:2])
    agent = floor.talk(one)
    assert view(floor).reached == 0
    floor.dispose(one, agent, DispositionKind.NO_COMMITMENT)
    agent = floor.talk(two)
    floor.dispose(two, agent, DispositionKind.MACHINE)
    assert (view(floor).reached, view(floor).live) == (2, 1)


def test_with_no_difference_a_rest_is_rare_and_a_halved_rate_is_found_soon() -> None:
    """Five numbers, looked at after every call. In 2,000 of its calls chance rests hardly one of a hundred
    (measured: none of 1,500); one whose rate falls from 10 to 5 % rests within 1,500 (99 %, half by 600)."""
    random = Streams(11).generator("caller ids")
    assert sum(_ever_rests(random, share=0.10, calls=2_000) for _ in range(100)) <= 1
    assert sum(_ever_rests(random, share=0.05, calls=1_500) for _ in range(100)) >= 95


def _ever_rests(random: np.random.Generator, *, share: float, calls: int) -> bool:
    mine = np.cumsum(random.random(calls) < share)
    others = np.cumsum(random.random((calls, 4)) < 0.10, axis=0).sum(axis=1)
    return any(
        mine[n] * 4 <= 0.7 * others[n]
        and is_beyond_chance(int(mine[n]), n + 1, int(others[n]), 4 * (n + 1), sigmas=4)
        for n in range(199, calls)
    )


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"), [(0, 20, 0.0, 0.1611), (10, 100, 0.0552, 0.1744), (20, 20, 0.8389, 1.0)]
)
def test_the_interval_is_wilson_s(hits: int, tries: int, low: float, high: float) -> None:
    found = wilson(hits, tries)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


# --- by hand ----------------------------------------------------------------------------------------------


def test_a_number_that_is_released_is_shown_again_at_once_and_counted_anew(
    make_floor: Callable[..., Floor],
) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=replace(BLOCKS, blocks=1))
    floor.start(agents=1)
    end(floor, Outcome.BLOCKED, 608)
    floor.wait(5.0)
    launched = len(floor.all(c.Originate))
    floor.send(e.CallerIdReleased(number=FIRST, by="anna"))
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == launched + 1
    assert (view(floor).rests_until, view(floor).reached, view(floor).rests) == (None, 0, 1)


def test_what_is_none_of_ours_is_neither_released_nor_tested(make_floor: Callable[..., Floor]) -> None:
    floor = pooled(make_floor, owned(FIRST))
    for event in (
        e.CallerIdReleased(number=SECOND, by="anna"),
        e.CallerIdTested(number=SECOND, test=call_back()),
    ):
        with pytest.raises(InvalidFactError, match="not declared as a caller id of ours"):
            floor.send(event)


def test_a_rest_is_a_span_that_a_jump_of_the_clock_leaves_alone(make_floor: Callable[..., Floor]) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=replace(BLOCKS, blocks=1))
    floor.start(agents=1)
    end(floor, Outcome.BLOCKED, 608)
    until = view(floor).rests_until
    floor.send(e.ClockStepped(seconds=500.0), after=500.0)
    assert view(floor).rests_until == pytest.approx(until + 500.0)


# --- whether it leads back to us --------------------------------------------------------------------------


def test_a_number_whose_test_failed_is_not_shown_until_one_passes(make_floor: Callable[..., Floor]) -> None:
    floor = pooled(make_floor, owned(FIRST))
    floor.send(
        e.CallerIdTested(number=FIRST, test=call_back(at=floor.now, passed=False, told="it did not come in"))
    )
    assert floor.last(c.RaiseAlarm).text == "its last test failed: it did not come in"
    floor.start(agents=1)
    floor.wait(5.0)
    assert not floor.all(c.Originate)
    assert "not known to lead back to us" in floor.engine.snapshot().campaigns[0].reason
    floor.send(e.CallerIdTested(number=FIRST, test=call_back(at=floor.now)))
    floor.feed(20, first=100)
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 1


@pytest.mark.parametrize(("policy", "kind"), [(Untested.FLAG, Shown), (Untested.HOLD, NotShown)])
def test_a_number_nobody_tested_is_flagged_and_shown_only_where_its_pool_lets_it(
    make_floor: Callable[..., Floor], policy: Untested, kind: type[object]
) -> None:
    floor = pooled(make_floor, owned(FIRST), untested=policy)
    assert view(floor).flag == "never tested"
    assert view(floor).is_shown is (kind is Shown)
    state, plan = two_numbers()
    pools = (pool(FIRST, SECOND, untested=policy),)
    caller_id.declare(state, e.CallerIdsDeclared(numbers=(owned(FIRST), owned(SECOND)), pools=pools))
    assert isinstance(caller_id.choose(state, plan, target(1), now=NOW), kind)


def test_a_test_is_good_as_long_as_the_pool_says_to_the_second() -> None:
    state, plan = two_numbers()
    pools = (pool(FIRST, SECOND, untested=Untested.HOLD, tested_within_s=100.0),)
    caller_id.declare(state, e.CallerIdsDeclared(numbers=(owned(FIRST), owned(SECOND)), pools=pools))
    for row in state.caller_ids.values():
        row.test = call_back(at=NOW)
    assert isinstance(caller_id.choose(state, plan, target(1), now=NOW + 100.0), Shown)
    assert isinstance(caller_id.choose(state, plan, target(1), now=NOW + 101.0), NotShown)


def call_back(at: float = NOW, *, passed: bool = True, told: str = "it came in", **more: Any) -> CallBackTest:
    return CallBackTest(at=at, passed=passed, told=told, **more)


def test_what_the_carrier_gives_and_shows_is_held_against_what_was_wanted(
    make_floor: Callable[..., Floor],
) -> None:
    number = owned(FIRST, cnam="ACME", attestation_wanted=Attestation.FULL)
    floor = pooled(make_floor, number)
    floor.send(e.CallerIdTested(number=FIRST, test=call_back(at=floor.now, cnam="WIRELESS CALLER")))
    assert view(floor).flag == (
        "attestation A was asked for, none given; 'WIRELESS CALLER' is shown as its name, not 'ACME'"
    )


# --- pools ------------------------------------------------------------------------------------------------


def test_a_campaign_shows_its_pool_s_numbers_and_no_other_client_s(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    theirs = CallerIdPool(pool="bravo's", client=ClientId("bravo"), numbers=(SECOND,))
    floor.send(e.CallerIdsDeclared(numbers=(owned(FIRST), owned(SECOND)), pools=(pool(FIRST), theirs)))
    for name, says in (("bravo's", "which is bravo's"), ("nobody's", "which is not declared")):
        with pytest.raises(InvalidFactError, match=says):
            floor.send(e.CampaignConfigured(settings=replace(floor.settings, caller_id_pool=name)))
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, caller_id_pool="acme's")))
    floor.start(agents=3)
    assert {order.caller_id for order in floor.all(c.Originate)} == {FIRST}


def test_a_pool_that_is_declared_no_more_is_shown_no_more(make_floor: Callable[..., Floor]) -> None:
    floor = pooled(make_floor, owned(FIRST))
    floor.send(e.CallerIdsDeclared(numbers=(owned(FIRST),)))
    floor.start(agents=1)
    floor.wait(5.0)
    assert not floor.all(c.Originate)
    assert "the numbers of pool acme's is declared" in floor.engine.snapshot().campaigns[0].reason


@pytest.mark.parametrize(
    ("pools", "says"),
    [
        ((pool(FIRST), pool(SECOND)), "declared twice"),
        ((pool(FIRST), replace(pool(FIRST), pool="other")), "in two caller id pools"),
        ((pool("+12125550109"),), "not declared as ours"),
    ],
)
def test_pools_that_cannot_be_are_refused(pools: tuple[CallerIdPool, ...], says: str) -> None:
    with pytest.raises(InvalidFactError, match=says):
        caller_id.declare(
            EngineState(), e.CallerIdsDeclared(numbers=(owned(FIRST), owned(SECOND)), pools=pools)
        )


def test_a_pool_without_numbers_or_a_campaign_with_two_answers_cannot_be() -> None:
    with pytest.raises(InvalidFactError, match="has no number"):
        pool()
    with pytest.raises(InvalidFactError, match="a number twice"):
        pool(FIRST, FIRST)
    with pytest.raises(InvalidFactError, match="name one of them"):
        CampaignSettings(campaign=CampaignId("c"), client=ACME, caller_ids=(FIRST,), caller_id_pool="acme's")


def test_rests_tests_and_counts_survive_a_restart_and_a_new_declaration(
    make_floor: Callable[..., Floor],
) -> None:
    floor = pooled(make_floor, owned(FIRST), rest=replace(BLOCKS, blocks=1))
    floor.send(e.CallerIdTested(number=FIRST, test=call_back(at=floor.now)))
    floor.start(agents=1)
    end(floor, Outcome.BLOCKED, 608)
    before = view(floor)
    engine = DialerEngine(floor.gate, state=decode_state(encode_state(floor.engine.checkpoint())))
    assert engine.snapshot().caller_ids == (before,)
    floor.send(e.CallerIdsDeclared(numbers=(owned(FIRST),), pools=(pool(FIRST),)))
    assert view(floor) == before
