"""What happens to calls, from launch to disposition."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord

Floor = Any


def record(floor: Floor, attempt: AttemptId) -> AttemptRecord:
    found = [command.record for command in floor.all(c.StoreOutcome) if command.record.attempt == attempt]
    return found[-1]


def agent_state(floor: Floor, name: str) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == name)


def test_two_ready_agents_get_two_lines_each_stored_before_it_is_originated(floor: Floor) -> None:
    kinds = [
        type(command).__name__ for command in floor.log if isinstance(command, c.StoreAttempt | c.Originate)
    ]
    assert kinds == ["StoreAttempt", "Originate"] * 2


def test_an_answered_call_is_bridged_to_the_agent_who_waited_longest(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    assert floor.last(c.Bridge) == c.Bridge(attempt=attempt, agent=AgentId("agent0"))


def test_a_promise_is_stored_and_the_agent_is_ready_again(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    agent = floor.talk(attempt)
    assert agent_state(floor, agent) is AgentState.WRAPPING
    floor.dispose(
        attempt,
        agent,
        DispositionKind.PROMISE_TO_PAY,
        promised=Money(cents=5000),
        promised_for=floor.now + 1e6,
    )
    promise = floor.last(c.StorePromise)
    assert (promise.attempt, promise.amount) == (attempt, Money(cents=5000))
    assert agent_state(floor, agent) is AgentState.AVAILABLE
    assert record(floor, attempt).disposition is not None
    ledger = floor.engine.snapshot().campaigns[0]
    assert (ledger.live_answers, ledger.abandoned) == (1, 0)


def test_a_machine_is_no_live_answer(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.dispose(attempt, floor.talk(attempt), DispositionKind.MACHINE)
    assert floor.engine.snapshot().campaigns[0].live_answers == 0


def test_a_caller_whom_the_telephone_system_timed_out_is_abandoned_and_the_agent_stays_free(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0
    )
    floor.start(agents=1)
    first, second = (originate.attempt for originate in floor.all(c.Originate)[:2])
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.answer(second)
    floor.send(e.CallTimedOut(attempt=second, message_played=True), after=2.0)
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.ABANDONED), after=6.0)
    kept = record(floor, second)
    assert (kept.outcome, kept.abandoned, kept.message_played) == (Outcome.ABANDONED, True, True)
    view = floor.engine.snapshot().campaigns[0]
    assert (view.live_answers, view.abandoned) == (1, 1)
    assert not floor.last(c.RestLead).reserve_agent, "who needs an agent next time is for the gate to say"


@pytest.mark.parametrize("is_wanted", [True, False])
def test_whom_the_gate_wants_an_agent_for_is_dialed_with_one_reserved(
    make_floor: Callable[..., Floor], is_wanted: bool
) -> None:
    """Who was abandoned lately is denied to predictive calls: the next is asked for with an agent."""
    floor = make_floor()
    floor.start(agents=1, leads=1)
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    floor.wait(130.0)
    if is_wanted:
        floor.gate.wanting_agent.add("p1")
    floor.feed(1, first=1)
    floor.wait(5.0)
    originate = floor.last(c.Originate)
    assert originate.number == "n1"
    assert (originate.reserved_agent is not None) == is_wanted
    assert floor.all(c.StoreDenial) == []


def test_whom_even_an_agent_may_not_call_rests_until_an_agent_may(make_floor: Callable[..., Floor]) -> None:
    """The hours are closed too: what counts is when they open, not when three days are over."""
    floor = make_floor()
    floor.gate.wanting_agent.add("p0")
    floor.gate.denied.add("p0")
    floor.start(agents=1, leads=1)
    rest = floor.last(c.RestLead)
    assert rest.not_before == pytest.approx(floor.now + 3600.0, abs=5.0)
    assert floor.all(c.Originate) == []


def test_nothing_is_joined_in_the_last_moment_before_the_limit(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0
    )
    floor.start(agents=1)
    first, second = (originate.attempt for originate in floor.all(c.Originate)[:2])
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.answer(second)
    before = len(floor.all(c.Bridge))
    floor.seat("late")
    assert len(floor.all(c.Bridge)) == before + 1, "a new agent takes the waiting caller while there is time"
    floor.send(e.BridgeFailed(attempt=second, agent=AgentId("late"), reason="test"), after=1.95)
    assert len(floor.all(c.Bridge)) == before + 1, "0.05 s are left: the race is never cut fine"


def test_the_called_person_who_hangs_up_while_waiting_is_not_abandoned(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0
    )
    floor.start(agents=1)
    first, second = (originate.attempt for originate in floor.all(c.Originate)[:2])
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.answer(second)
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.HUNG_UP_WAITING), after=1.0)
    assert record(floor, second).outcome is Outcome.HUNG_UP_WAITING
    assert floor.engine.snapshot().campaigns[0].abandoned == 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        (Outcome.BUSY, Outcome.BUSY),
        (Outcome.CONGESTION, Outcome.CONGESTION),
        (Outcome.CONNECTED, Outcome.UNKNOWN),
    ],
)
def test_an_unanswered_call_ends_as_the_telephone_system_says(
    floor: Floor, said: Outcome, kept: Outcome
) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.send(e.CallEnded(attempt=attempt, outcome=said), after=3.0)
    assert record(floor, attempt).outcome is kept


def test_an_invalid_number_is_no_target_any_more(floor: Floor) -> None:
    originate = floor.all(c.Originate)[0]
    floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.INVALID_NUMBER), after=1.0)
    assert floor.last(c.StoreNumberStatus) == c.StoreNumberStatus(
        person=PersonId("p0"), number=NumberId("n0"), status=c.NumberStatus.INVALID
    )


def test_a_refusal_without_a_channel_leaves_the_lead_alone_and_holds_launching(floor: Floor) -> None:
    originate = floor.all(c.Originate)[0]
    launched = len(floor.all(c.Originate))
    floor.send(e.CallNotAttempted(attempt=originate.attempt, reason="trunk down"), after=0.1)
    assert record(floor, originate.attempt).outcome is Outcome.NOT_ATTEMPTED
    assert floor.last(c.RestLead).passes == 0, "no telephone rang: it was no pass"
    floor.wait(1.5)
    assert len(floor.all(c.Originate)) == launched, "launching holds for two seconds"
    assert "trunk down" in floor.engine.snapshot().campaigns[0].reason
    floor.wait(3.0)
    assert len(floor.all(c.Originate)) > launched, "and goes on by itself"


def test_late_doubled_and_unknown_events_change_nothing(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.dispose(attempt, floor.talk(attempt), DispositionKind.NO_COMMITMENT)
    before = len(floor.all(c.StoreOutcome))
    for event in (
        e.CallRinging(attempt=attempt),
        e.CallAnswered(attempt=attempt, answered_at=floor.now),
        e.CallBridged(attempt=attempt, agent=AgentId("agent0"), bridged_at=floor.now),
        e.CallTimedOut(attempt=attempt, message_played=False),
        e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER),
        e.CallEnded(attempt=AttemptId("never-made"), outcome=Outcome.NO_ANSWER),
    ):
        floor.send(event)
    assert len(floor.all(c.StoreOutcome)) == before
    assert sum(count for _what, count in floor.engine.snapshot().ignored) == 6


def test_an_attempt_of_which_nothing_is_heard_is_ended_and_counts_as_placed(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.wait(22.0 + 60.0 + 1.0)
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED) in floor.log
    floor.wait(31.0)
    assert record(floor, attempt).outcome is Outcome.UNKNOWN


def test_a_wrong_number_is_given_back_and_dropped_as_a_target(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.dispose(attempt, floor.talk(attempt), DispositionKind.WRONG_NUMBER)
    assert floor.last(c.StoreNumberStatus).status is c.NumberStatus.WRONG
    assert floor.last(c.StoreRequest).request.number == "n0"


def test_a_call_back_is_promised_with_consent_and_the_same_agent(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    agent = floor.talk(attempt)
    floor.dispose(attempt, agent, DispositionKind.CALL_BACK, call_back_at=floor.now + 86400.0)
    rest = floor.last(c.RestLead)
    assert (rest.reserve_agent, rest.reserve_for) == (True, agent)
    assert floor.last(c.StoreConsent).consent.debts == ("d0",)


def test_a_disposition_before_the_news_of_the_bridge_is_not_lost(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.dispose(attempt, agent, DispositionKind.REFUSED_TO_PAY)
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=20.0)
    kept = record(floor, attempt).disposition
    assert kept is not None
    assert kept.kind is DispositionKind.REFUSED_TO_PAY
    assert agent_state(floor, agent) is AgentState.AVAILABLE
