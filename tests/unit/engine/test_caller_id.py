"""Which of our numbers a call shows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.request import HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import Direction, EventKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import AtCeiling, OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId, NumberId, PersonId
from dialer.domain.lead import Target
from dialer.domain.record import entry_of, instant
from dialer.engine.engine import DialerEngine
from dialer.engine.launching import caller_id
from dialer.engine.launching.caller_id import NotShown, Shown
from dialer.engine.state import CallerIdRow, EngineState, PersonRow
from dialer.runtime.checkpoint import decode_state, encode_state

Floor = Any
NOW = 1_780_000_000.0
FIRST, SECOND, THIRD = "+12125550100", "+12125550101", "+12125550102"


def owned(number: str, **more: Any) -> OwnedNumber:
    return OwnedNumber(number=number, calls_back_to="the inbound menu", **more)


def settings(*numbers: str, at_ceiling: AtCeiling = AtCeiling.STOP) -> CampaignSettings:
    return CampaignSettings(
        campaign=CampaignId("spring"), client=ClientId("acme"), caller_ids=numbers, at_ceiling=at_ceiling
    )


def state_of(*numbers: OwnedNumber, files: tuple[PersonFile, ...]) -> EngineState:
    state = EngineState()
    caller_id.declare(state, e.CallerIdsDeclared(numbers=numbers))
    state.persons = {PersonId(file.person): PersonRow(file=file) for file in files}
    return state


def saw(number: str, *, entry: str = "earlier") -> HistoryEntry:
    return HistoryEntry(
        entry=entry,
        at=instant(NOW - 86_400.0),
        event=EventKind.CALL_PLACED,
        direction=Direction.OUTBOUND,
        caller_id=number,
    )


def target(i: int) -> Target:
    return Target(person=PersonId(f"p{i}"), number=NumberId(f"n{i}"))


def shown_to(state: EngineState, plan: CampaignSettings, i: int) -> str:
    found = caller_id.choose(state, plan, target(i), now=NOW)
    assert isinstance(found, Shown), found
    return found.number


@pytest.fixture
def file(make_person: Callable[[int], PersonFile]) -> PersonFile:
    return make_person(1)


@pytest.fixture
def make_person() -> Callable[[int], PersonFile]:
    def make(i: int) -> PersonFile:
        number = NumberOnFile(number=f"n{i}", country="US", regions=frozenset({"US-NY"}))
        return PersonFile(person=f"p{i}", numbers=(number,))

    return make


def test_a_number_that_leads_nowhere_when_it_is_called_back_cannot_be_declared() -> None:
    with pytest.raises(InvalidFactError, match="calls_back_to is empty"):
        OwnedNumber(number=FIRST, calls_back_to=" ")


def test_a_number_that_is_no_telephone_number_cannot_be_declared() -> None:
    with pytest.raises(InvalidFactError, match=r"E\.164"):
        owned("0199")


def test_a_campaign_that_would_show_a_number_nobody_declared_is_refused(
    make_floor: Callable[..., Floor],
) -> None:
    with pytest.raises(InvalidFactError, match="not declared as ours"):
        make_floor(caller_ids=(FIRST,))


def test_the_single_number_of_a_campaign_must_be_declared_too(make_floor: Callable[..., Floor]) -> None:
    with pytest.raises(InvalidFactError, match="not declared as ours"):
        make_floor(caller_id=FIRST)


def test_people_are_spread_over_the_numbers_and_each_sees_the_same_one_again(
    make_person: Callable[[int], PersonFile],
) -> None:
    state = state_of(owned(FIRST), owned(SECOND), files=tuple(make_person(i) for i in range(400)))
    plan = settings(FIRST, SECOND)
    first = [shown_to(state, plan, i) for i in range(400)]
    assert [shown_to(state, plan, i) for i in range(400)] == first
    assert min(Counter(first).values()) > 140


def test_a_number_taken_away_moves_only_the_people_who_had_it(
    make_person: Callable[[int], PersonFile],
) -> None:
    files = tuple(make_person(i) for i in range(200))
    state = state_of(owned(FIRST), owned(SECOND), owned(THIRD), files=files)
    before = [shown_to(state, settings(FIRST, SECOND, THIRD), i) for i in range(200)]
    after = [shown_to(state, settings(FIRST, SECOND), i) for i in range(200)]
    moved = [i for i in range(200) if before[i] != after[i]]
    assert moved
    assert all(before[i] == THIRD for i in moved)


def test_a_person_keeps_the_number_they_saw_when_others_are_added(file: PersonFile) -> None:
    for known in (FIRST, SECOND, THIRD):
        called = replace(file, history=(saw(known),))
        state = state_of(owned(FIRST), owned(SECOND), owned(THIRD), files=(called,))
        assert shown_to(state, settings(FIRST, SECOND, THIRD), 1) == known


def test_a_number_that_is_ours_no_more_is_not_shown_again(file: PersonFile) -> None:
    state = state_of(owned(FIRST), files=(replace(file, history=(saw(THIRD),)),))
    assert shown_to(state, settings(FIRST, THIRD), 1) == FIRST


def test_the_number_for_the_region_goes_before_the_country_s_and_that_before_any(file: PersonFile) -> None:
    numbers = (owned(FIRST), owned(SECOND, areas=("US",)), owned(THIRD, areas=("US-NY",)))
    state = state_of(*numbers, files=(file,))
    assert shown_to(state, settings(FIRST, SECOND, THIRD), 1) == THIRD
    assert shown_to(state, settings(FIRST, SECOND), 1) == SECOND
    assert shown_to(state, settings(FIRST), 1) == FIRST


def test_without_a_number_for_the_area_nobody_else_s_is_shown(file: PersonFile) -> None:
    state = state_of(owned(FIRST, areas=("GB",)), files=(file,))
    found = caller_id.choose(state, settings(FIRST), target(1), now=NOW)
    assert isinstance(found, NotShown)
    assert "area" in found.reason
    assert (found.until, found.is_everybodys) == (NOW + 86_400.0, False)


def test_where_none_of_the_campaign_s_numbers_is_ours_everybody_waits_a_day(file: PersonFile) -> None:
    state = state_of(owned(SECOND), files=(file,))
    found = caller_id.choose(state, settings(FIRST), target(1), now=NOW)
    assert isinstance(found, NotShown)
    assert (found.until, found.is_everybodys) == (NOW + 86_400.0, True)


def full(state: EngineState, number: str) -> None:
    row = caller_id.today(state.caller_ids[number], NOW)
    row.attempts = row.owned.daily_ceiling or 0


def test_at_the_ceiling_a_person_waits_for_their_number_until_its_day_is_over(file: PersonFile) -> None:
    numbers = (owned(FIRST, daily_ceiling=5), owned(SECOND, daily_ceiling=5))
    state = state_of(*numbers, files=(replace(file, history=(saw(FIRST),)),))
    full(state, FIRST)
    found = caller_id.choose(state, settings(FIRST, SECOND), target(1), now=NOW)
    assert isinstance(found, NotShown)
    assert not found.is_everybodys
    assert 0.0 < found.until - NOW <= 86_400.0
    assert shown_to_at(state, settings(FIRST, SECOND), found.until) == FIRST


def shown_to_at(state: EngineState, plan: CampaignSettings, at: float) -> str:
    found = caller_id.choose(state, plan, target(1), now=at)
    assert isinstance(found, Shown)
    return found.number


def test_at_the_ceiling_another_number_stands_in_only_where_the_policy_allows_it(file: PersonFile) -> None:
    numbers = (owned(FIRST, daily_ceiling=5), owned(SECOND, daily_ceiling=5))
    state = state_of(*numbers, files=(replace(file, history=(saw(FIRST),)),))
    full(state, FIRST)
    assert shown_to(state, settings(FIRST, SECOND, at_ceiling=AtCeiling.ANOTHER), 1) == SECOND


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (AtCeiling.STOP, ", and the campaign shows no other to somebody who knows it"),
        (AtCeiling.ANOTHER, ""),
    ],
)
def test_why_a_number_at_its_ceiling_is_not_replaced_is_said(
    file: PersonFile, policy: AtCeiling, text: str
) -> None:
    """By the policy, or since the other number is for another country."""
    numbers = (owned(FIRST, daily_ceiling=5), owned(SECOND, areas=("CA",)))
    state = state_of(*numbers, files=(replace(file, history=(saw(FIRST),)),))
    full(state, FIRST)
    found = caller_id.choose(state, settings(FIRST, SECOND, at_ceiling=policy), target(1), now=NOW)
    assert isinstance(found, NotShown)
    assert found.reason == f"caller id {FIRST} has made its 5 attempts of the day{text}"


def declared_floor(make_floor: Callable[..., Floor], *numbers: OwnedNumber, **more: Any) -> Floor:
    floor = make_floor()
    floor.send(e.CallerIdsDeclared(numbers=numbers))
    shown = tuple(each.number for each in numbers)
    floor.settings = replace(floor.settings, caller_ids=shown, **more)
    floor.send(e.CampaignConfigured(settings=floor.settings))
    return floor


def test_what_was_shown_is_ordered_stored_and_remembered(make_floor: Callable[..., Floor]) -> None:
    floor = declared_floor(make_floor, owned(FIRST))
    floor.start(agents=1)
    assert floor.last(c.Originate).caller_id == FIRST
    record = floor.last(c.StoreAttempt).record
    assert record.caller_id == FIRST
    entry = entry_of(record)
    assert entry is not None
    assert entry.caller_id == FIRST


def test_when_every_number_is_at_its_ceiling_launching_stops_and_says_why(
    make_floor: Callable[..., Floor],
) -> None:
    floor = declared_floor(make_floor, owned(FIRST, daily_ceiling=1))
    floor.start(agents=2)
    assert len(floor.all(c.Originate)) == 1
    view = floor.engine.snapshot().campaigns[0]
    assert "every caller id of the campaign has made its attempts of the day" in view.reason
    assert floor.last(c.RaiseAlarm).subject == "campaign spring"
    floor.wait(86_400.0)
    floor.feed(20, first=100)
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 2


def test_a_higher_ceiling_lets_launching_go_on_at_once(make_floor: Callable[..., Floor]) -> None:
    floor = declared_floor(make_floor, owned(FIRST, daily_ceiling=1))
    floor.start(agents=2)
    floor.send(e.CallerIdsDeclared(numbers=(owned(FIRST, daily_ceiling=9),)))
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 2


def test_answers_and_attempts_of_the_day_are_counted_by_number(make_floor: Callable[..., Floor]) -> None:
    floor = declared_floor(make_floor, owned(FIRST))
    floor.start(agents=3)
    one, two, three = (order.attempt for order in floor.all(c.Originate)[:3])
    floor.talk(one)
    floor.send(e.CallEnded(attempt=two, outcome=Outcome.NO_ANSWER))
    floor.send(e.CallNotAttempted(attempt=three, reason="no line"))
    (view,) = floor.engine.snapshot().caller_ids
    assert (view.attempts, view.answered, view.answered_per_attempt) == (2, 1, 0.5)


def test_a_number_nobody_was_called_from_has_no_answer_rate(make_floor: Callable[..., Floor]) -> None:
    (view,) = declared_floor(make_floor, owned(FIRST)).engine.snapshot().caller_ids
    assert (view.attempts, view.answered_per_attempt) == (0, None)


def test_counts_and_ceilings_survive_a_restart(make_floor: Callable[..., Floor]) -> None:
    floor = declared_floor(make_floor, owned(FIRST, daily_ceiling=1))
    floor.start(agents=2)
    engine = DialerEngine(floor.gate, state=decode_state(encode_state(floor.engine.checkpoint())))
    (view,) = engine.snapshot().caller_ids
    assert (view.attempts, view.is_full) == (1, True)


def test_a_declaration_that_names_a_number_twice_is_refused() -> None:
    with pytest.raises(InvalidFactError, match="twice"):
        caller_id.declare(EngineState(), e.CallerIdsDeclared(numbers=(owned(FIRST), owned(FIRST))))


def test_an_answer_of_the_day_before_is_not_todays() -> None:
    row = CallerIdRow(owned=owned(FIRST))
    caller_id.today(row, NOW)
    row.attempts, row.answered = 7, 3
    assert caller_id.today(row, row.day_ends).attempts == 0
