"""Which number is shown, whatever is declared, counted, resting and tested: always one that may be."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import Direction, EventKind
from dialer.domain.caller_id import AtCeiling, CallBackTest, CallerIdPool, OwnedNumber, Untested
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import CallerIdsDeclared
from dialer.domain.ids import CampaignId, ClientId, NumberId, PersonId
from dialer.domain.lead import Target
from dialer.domain.record import instant
from dialer.engine.launching import caller_id
from dialer.engine.launching.caller_id import NotShown, Shown
from dialer.engine.launching.caller_id_rest import is_beyond_chance, rests
from dialer.engine.state import EngineState, PersonRow
from dialer.runtime.checkpoint import decode_state, encode_state

NOW = 1_780_000_000.0
NUMBERS = tuple(f"+1212555010{i}" for i in range(5))
ACME = ClientId("acme")

areas = st.sampled_from(((), ("US",), ("US-NY",), ("US-CA",), ("GB",)))
tests = st.none() | st.builds(
    CallBackTest,
    at=st.sampled_from((NOW - 40 * 86_400.0, NOW - 60.0)),
    passed=st.booleans(),
    told=st.just("it came in, or did not"),
)


@st.composite
def states(draw: st.DrawFn) -> EngineState:
    """Some numbers, some of them in a pool, each with a day behind it; two people, one who saw a number."""
    declared = draw(st.lists(st.sampled_from(NUMBERS), unique=True, min_size=1))
    pooled = draw(st.lists(st.sampled_from(declared), unique=True, min_size=1))
    numbers = tuple(
        OwnedNumber(
            number=number,
            calls_back_to="the menu",
            areas=draw(areas),
            daily_ceiling=draw(st.none() | st.integers(1, 3)),
        )
        for number in declared
    )
    pool = CallerIdPool(
        pool="acme's", client=ACME, numbers=tuple(pooled), untested=draw(st.sampled_from(Untested))
    )
    state = EngineState()
    caller_id.declare(state, CallerIdsDeclared(numbers=numbers, pools=(pool,)))
    for row in state.caller_ids.values():
        caller_id.today(row, NOW).attempts = draw(st.integers(0, 3))
        row.rests_until = draw(st.sampled_from((-1e18, NOW - 1.0, NOW, NOW + 1.0, NOW + 900.0)))
        row.rest_reason = "blocked"
        row.test = draw(tests)
    number = NumberOnFile(
        number="n1", country="US", regions=frozenset({draw(st.sampled_from(("US-NY", "US-CA")))})
    )
    saw = draw(st.none() | st.sampled_from(NUMBERS))
    entry = HistoryEntry(
        entry="earlier",
        at=instant(NOW - 86_400.0),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        caller_id=saw,
    )
    file = PersonFile(person="p1", numbers=(number,), history=() if saw is None else (entry,))
    state.persons[PersonId("p1")] = PersonRow(file=file)
    return state


campaigns = st.builds(
    CampaignSettings,
    campaign=st.just(CampaignId("spring")),
    client=st.just(ACME),
    at_ceiling=st.sampled_from(AtCeiling),
    caller_id_pool=st.just("acme's"),
) | st.builds(
    CampaignSettings,
    campaign=st.just(CampaignId("spring")),
    client=st.just(ACME),
    at_ceiling=st.sampled_from(AtCeiling),
    caller_ids=st.lists(st.sampled_from(NUMBERS), unique=True, min_size=1).map(tuple),
)
TARGET = Target(person=PersonId("p1"), number=NumberId("n1"))


def chosen(state: EngineState, campaign: CampaignSettings, now: float = NOW) -> Shown | NotShown:
    return caller_id.choose(state, campaign, TARGET, now=now)


@given(states(), campaigns)
def test_what_is_shown_is_ours_of_the_campaign_rested_beneath_its_ceiling_and_leads_back(
    state: EngineState, campaign: CampaignSettings
) -> None:
    found = chosen(state, campaign)
    if isinstance(found, NotShown):
        assert found.until > NOW
        assert found.reason
        return
    row = state.caller_ids[found.number]
    assert found.number in caller_id.numbers_of(state, campaign)
    assert not rests(row, NOW)
    assert row.owned.daily_ceiling is None or row.attempts < row.owned.daily_ceiling
    pool = state.caller_id_pools.get(row.pool)
    assert pool is None or row.test is None or row.test.passed
    if pool is not None and pool.untested is Untested.HOLD:
        assert row.test is not None
        assert NOW - row.test.at <= pool.tested_within_s


@given(states(), campaigns)
def test_the_choice_is_the_same_again_and_after_a_restart(
    state: EngineState, campaign: CampaignSettings
) -> None:
    first = chosen(state, campaign)
    assert chosen(state, campaign) == first
    assert chosen(decode_state(encode_state(state)), campaign) == first


@given(states(), campaigns)
def test_who_saw_a_number_sees_it_again_or_another_only_where_the_campaign_lets_them(
    state: EngineState, campaign: CampaignSettings
) -> None:
    history = state.persons[PersonId("p1")].file.history
    seen = history[0].caller_id if history else None
    found = chosen(state, campaign)
    known = [name for name in caller_id.numbers_of(state, campaign) if name in state.caller_ids]
    if seen in known and isinstance(found, Shown) and found.number != seen:
        assert campaign.at_ceiling is AtCeiling.ANOTHER


@given(states(), campaigns)
def test_at_the_instant_that_is_named_something_else_keeps_it_or_it_may_be_shown(
    state: EngineState, campaign: CampaignSettings
) -> None:
    """A rest and a ceiling end when they say: nobody waits for an instant at which nothing changes."""
    for row in state.caller_ids.values():
        row.test = CallBackTest(at=NOW, passed=True, told="it came in")
    found = chosen(state, campaign)
    if isinstance(found, Shown) or "declared" in found.reason:
        return
    for row in state.caller_ids.values():
        row.test = None if row.test is None else replace(row.test, at=found.until)
    later = chosen(state, campaign, found.until)
    assert isinstance(later, Shown) or later.until > found.until


@given(*[st.integers(0, 2_000) for _ in range(4)], st.integers(1, 9))
def test_more_answers_never_make_a_number_rest(
    live: int, silent: int, others_live: int, others_silent: int, sigmas: int
) -> None:
    reached, others = live + silent, others_live + others_silent
    if not is_beyond_chance(live, reached, others_live, others, sigmas=sigmas):
        more = min(live + 1, reached)
        assert not is_beyond_chance(more, reached, others_live, others, sigmas=sigmas)
