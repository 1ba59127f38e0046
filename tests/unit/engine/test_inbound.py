"""People who call us: opted out at once, joined to who is free, a conversation until more is known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from compliance_gate.words import Direction, EventKind, RequestKind
from compliance_gate.words import Outcome as GateOutcome
from dialer.casework.afterthoughts import protected_until
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, CampaignId, DebtId, EndpointId, InboundId, NumberId, PersonId
from dialer.domain.inbound import Caller, InboundState
from dialer.domain.record import instant

Floor = Any
CALL = InboundId("in-1")
OURS = "+12025550100"
ANN, BOB = PersonId("ann"), PersonId("bob")
NUMBER = NumberId("n-ann")


@pytest.fixture
def quiet(make_floor: Callable[..., Floor]) -> Floor:
    """Two agents, nobody to call."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    return floor


def caller(person: PersonId) -> Caller:
    return Caller(person=person, debts=(DebtId(f"d-{person}"),))


def arrive(floor: Floor, *persons: PersonId, call: InboundId = CALL, dialed: str = OURS) -> None:
    floor.send(e.InboundArrived(call=call, dialed=dialed))
    callers = tuple(caller(person) for person in persons)
    floor.send(e.InboundIdentified(call=call, number=NUMBER, callers=callers))


def joined(floor: Floor, *persons: PersonId) -> AgentId:
    """Arrived, waited, joined: who talks to them."""
    arrive(floor, *persons)
    floor.send(e.InboundWaiting(call=CALL), after=5.0)
    agent: AgentId = floor.last(c.BridgeInbound).agent
    floor.send(e.InboundBridged(call=CALL, agent=agent, bridged_at=floor.now))
    return agent


def state_of(floor: Floor, agent: AgentId) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == agent)


def talks(floor: Floor) -> dict[PersonId, Any]:
    """The last entry of every person."""
    return {command.person: command.entry for command in floor.all(c.StoreConversation)}


def test_an_opt_out_binds_the_number_in_its_step_and_is_confirmed(quiet: Floor) -> None:
    arrive(quiet, ANN)
    out = quiet.send(e.InboundOptedOut(call=CALL, key="9"))
    stored, confirmed = out
    assert isinstance(stored, c.StoreNumberRequest)
    assert (stored.number, stored.request.type) == (NUMBER, RequestKind.DO_NOT_CALL)
    assert confirmed == c.ConfirmInboundOptOut(call=CALL)


def test_an_opt_out_of_nobody_on_file_is_kept_for_the_number(quiet: Floor) -> None:
    arrive(quiet)
    out = quiet.send(e.InboundOptedOut(call=CALL, key="9"))
    assert [type(command) for command in out] == [c.StoreNumberRequest, c.ConfirmInboundOptOut]


def test_an_opt_out_before_the_number_is_known_binds_when_it_is(quiet: Floor) -> None:
    quiet.send(e.InboundArrived(call=CALL, dialed=OURS))
    assert quiet.send(e.InboundOptedOut(call=CALL, key="9")) == ()
    out = quiet.send(e.InboundIdentified(call=CALL, number=NUMBER, callers=()))
    assert c.ConfirmInboundOptOut(call=CALL) in out


def test_the_opt_out_of_a_withheld_number_is_not_said_to_be_noted(quiet: Floor) -> None:
    quiet.send(e.InboundArrived(call=CALL, dialed=OURS))
    quiet.send(e.InboundIdentified(call=CALL, number=None, callers=()))
    assert quiet.send(e.InboundOptedOut(call=CALL, key="9")) == ()


def test_an_opt_out_stops_what_rings_at_that_number(floor: Floor) -> None:
    originate = floor.all(c.Originate)[0]
    floor.send(e.InboundArrived(call=CALL, dialed=OURS))
    floor.send(e.InboundIdentified(call=CALL, number=originate.number, callers=()))
    out = floor.send(e.InboundOptedOut(call=CALL, key="9"))
    assert c.Hangup(attempt=originate.attempt, reason=c.HangupReason.SUPPRESSED) in out


def test_who_asks_for_an_agent_gets_the_one_who_waited_longest(quiet: Floor) -> None:
    arrive(quiet, ANN)
    out = quiet.send(e.InboundWaiting(call=CALL), after=4.0)
    assert out[0] == c.BridgeInbound(call=CALL, agent=AgentId("agent0"))
    assert state_of(quiet, AgentId("agent0")) is AgentState.RESERVED
    quiet.send(e.InboundBridged(call=CALL, agent=AgentId("agent0"), bridged_at=quiet.now))
    view = quiet.engine.snapshot()
    assert state_of(quiet, AgentId("agent0")) is AgentState.TALKING
    assert next(row.inbound for row in view.agents if row.agent == "agent0") == CALL
    assert [caller.person for caller in view.inbound[0].callers] == [ANN]


def test_a_person_who_calls_us_is_not_called_and_what_rings_is_taken_back(floor: Floor) -> None:
    originate = floor.all(c.Originate)[0]
    floor.send(e.InboundArrived(call=CALL, dialed=OURS))
    out = floor.send(e.InboundIdentified(call=CALL, number=NUMBER, callers=(caller(originate.person),)))
    assert c.Hangup(attempt=originate.attempt, reason=c.HangupReason.CALLS_US) in out
    floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER))
    assert floor.engine.checkpoint().is_calling_us(originate.person)
    floor.send(e.InboundEnded(call=CALL))
    assert not floor.engine.checkpoint().is_calling_us(originate.person)


def test_joined_is_a_conversation_with_everybody_who_has_the_number_about_any_debt(quiet: Floor) -> None:
    joined(quiet, ANN, BOB)
    found = talks(quiet)
    assert set(found) == {ANN, BOB}
    entry = found[ANN]
    assert (entry.event, entry.direction) == (EventKind.CALL_RECEIVED, Direction.INBOUND)
    assert (entry.outcome, entry.debts) == (GateOutcome.CONVERSATION, None)


def test_the_agents_word_says_whom_it_was_and_what_of(quiet: Floor) -> None:
    agent = joined(quiet, ANN, BOB)
    quiet.send(e.InboundEnded(call=CALL), after=60.0)
    assert state_of(quiet, agent) is AgentState.WRAPPING
    ended = quiet.now
    disposition = Disposition(kind=DispositionKind.NO_COMMITMENT, debts_spoken_of=("d-ann",))
    out = quiet.send(
        e.InboundDisposed(agent=agent, call=CALL, person=ANN, disposition=disposition), after=9.0
    )
    found = talks(quiet)
    assert found[ANN].debts == ("d-ann",)
    assert found[ANN].at == instant(ended)
    assert found[BOB].outcome is GateOutcome.ANSWERED_THEN_DROPPED
    record = next(command.record for command in reversed(out) if isinstance(command, c.StoreInbound))
    assert (record.person, record.agent, record.disposition) == (ANN, agent, disposition)
    assert state_of(quiet, agent) is AgentState.AVAILABLE
    assert quiet.engine.snapshot().inbound == ()


def test_without_a_word_the_doubt_stays(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(wrap_up_limit_s=30.0)
    floor.start(agents=1, leads=0)
    agent = joined(floor, ANN)
    floor.send(e.InboundEnded(call=CALL), after=60.0)
    floor.wait(31.0)
    assert state_of(floor, agent) is AgentState.NOT_READY
    assert talks(floor)[ANN].outcome is GateOutcome.CONVERSATION
    assert floor.engine.snapshot().inbound == ()


def test_an_unknown_caller_is_told_apart_and_a_named_one_needs_the_debts(quiet: Floor) -> None:
    agent = joined(quiet)
    assert quiet.engine.snapshot().inbound[0].callers == ()
    assert talks(quiet) == {}
    quiet.send(e.InboundEnded(call=CALL), after=30.0)
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    with pytest.raises(InvalidFactError):
        quiet.send(e.InboundDisposed(agent=agent, call=CALL, person=ANN, disposition=said))
    said = Disposition(kind=DispositionKind.NO_COMMITMENT, debts_spoken_of=("d-ann",))
    quiet.send(e.InboundDisposed(agent=agent, call=CALL, person=ANN, disposition=said))
    assert talks(quiet)[ANN].outcome is GateOutcome.CONVERSATION


def test_what_they_ask_on_the_line_binds(quiet: Floor) -> None:
    agent = joined(quiet, ANN)
    quiet.send(e.InboundEnded(call=CALL), after=30.0)
    said = Disposition(kind=DispositionKind.STOP_CALLING)
    out = quiet.send(e.InboundDisposed(agent=agent, call=CALL, person=ANN, disposition=said))
    request = next(command.request for command in out if isinstance(command, c.StoreRequest))
    assert (request.type, request.debts) == (RequestKind.STOP_CALLING, None)


def test_people_we_called_come_before_people_who_called_us(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=1)
    attempt = floor.all(c.Originate)[0].attempt
    arrive(floor, ANN)
    floor.send(e.AgentPauseRequested(agent=AgentId("agent0"), reason="a moment"))
    floor.send(e.InboundWaiting(call=CALL))
    floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now))
    assert floor.all(c.BridgeInbound) == []
    floor.send(e.AgentGotReady(agent=AgentId("agent0")))
    assert floor.last(c.Bridge).attempt == attempt
    assert floor.all(c.BridgeInbound) == []


def test_more_than_the_queue_holds_are_told_at_once(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(inbound_queue=1)
    floor.start(agents=0, leads=0)
    arrive(floor, ANN)
    assert floor.send(e.InboundWaiting(call=CALL)) == ()
    second = InboundId("in-2")
    arrive(floor, BOB, call=second)
    assert floor.send(e.InboundWaiting(call=second)) == (c.DismissInbound(call=second),)


def test_nobody_free_in_time_is_kept_and_binds_nobody(quiet: Floor) -> None:
    for name in ("agent0", "agent1"):
        quiet.send(e.AgentPauseRequested(agent=AgentId(name), reason="lunch"))
    arrive(quiet, ANN)
    quiet.send(e.InboundWaiting(call=CALL), after=4.0)
    quiet.send(e.InboundUnserved(call=CALL), after=60.0)
    out = quiet.send(e.InboundEnded(call=CALL), after=5.0)
    record = next(command.record for command in out if isinstance(command, c.StoreInbound))
    assert (record.unserved, record.agent) == (True, None)
    assert talks(quiet) == {}


def test_a_lost_leg_gives_the_caller_to_another_agent(quiet: Floor) -> None:
    first = joined(quiet, ANN)
    out = quiet.send(e.AgentLegLost(agent=first), after=10.0)
    rescue = next(command for command in out if isinstance(command, c.BridgeInbound))
    assert rescue.agent != first
    quiet.send(e.InboundBridged(call=CALL, agent=rescue.agent, bridged_at=quiet.now))
    assert state_of(quiet, rescue.agent) is AgentState.TALKING


def test_the_agent_ends_the_talk(quiet: Floor) -> None:
    agent = joined(quiet, ANN)
    assert quiet.send(e.AgentHungUp(agent=agent)) == (c.HangupInbound(call=CALL),)


def test_a_failed_bridge_tries_another_agent(quiet: Floor) -> None:
    arrive(quiet, ANN)
    quiet.send(e.InboundWaiting(call=CALL))
    first = quiet.last(c.BridgeInbound).agent
    out = quiet.send(e.InboundBridgeFailed(call=CALL, agent=first, reason="gone"))
    assert any(isinstance(command, c.BridgeInbound) for command in out)
    assert sum(state_of(quiet, AgentId(name)) is AgentState.RESERVED for name in ("agent0", "agent1")) == 1


def test_what_is_not_found_after_a_loss_is_over(quiet: Floor) -> None:
    agent = joined(quiet, ANN)
    quiet.send(e.NetworkLost(reason="cut"))
    agents = (AgentId("agent0"), AgentId("agent1"))
    quiet.send(e.NetworkReconciled(live=(), talking={}, agents=agents), after=3.0)
    assert state_of(quiet, agent) is AgentState.WRAPPING
    assert quiet.engine.snapshot().inbound[0].state is InboundState.OVER


def test_what_is_found_after_a_loss_goes_on(quiet: Floor) -> None:
    agent = joined(quiet, ANN)
    quiet.send(e.NetworkLost(reason="cut"))
    agents = (AgentId("agent0"), AgentId("agent1"))
    found = e.NetworkReconciled(live=(), talking={}, agents=agents, inbound=((CALL, agent),))
    quiet.send(found, after=3.0)
    assert state_of(quiet, agent) is AgentState.TALKING


def test_late_news_of_an_inbound_call_change_nothing(quiet: Floor) -> None:
    ignored = quiet.engine.ignored
    late = (
        e.InboundIdentified(call=CALL, number=NUMBER, callers=()),
        e.InboundOptedOut(call=CALL, key="9"),
        e.InboundWaiting(call=CALL),
        e.InboundBridged(call=CALL, agent=AgentId("agent0"), bridged_at=quiet.now),
        e.InboundEnded(call=CALL),
    )
    for event in late:
        assert quiet.send(event) == ()
    assert quiet.engine.ignored >= ignored + len(late)


def test_seven_days_are_dated_by_the_end_of_the_talk(quiet: Floor) -> None:
    joined(quiet, ANN)
    began = talks(quiet)[ANN].at
    quiet.send(e.InboundEnded(call=CALL), after=600.0)
    assert talks(quiet)[ANN].at - began == timedelta(seconds=600)


# --- bounds -----------------------------------------------------------------------------------------------


def test_a_thousand_calls_are_known_at_once_and_a_flood_beyond_is_left_to_the_dialplan(quiet: Floor) -> None:
    for i in range(1000):
        quiet.send(e.InboundArrived(call=InboundId(f"in-{i}")))
    ignored = quiet.engine.ignored
    quiet.send(e.InboundArrived(call=InboundId("one too many")))
    assert quiet.engine.ignored == ignored + 1
    assert len(quiet.engine.snapshot().inbound) == 1000
    quiet.send(e.InboundEnded(call=InboundId("in-5")))
    quiet.send(e.InboundArrived(call=InboundId("there is room again")))
    assert len(quiet.engine.snapshot().inbound) == 1000


@pytest.mark.parametrize(("queue", "dismissed"), [(1, 2), (2, 1), (3, 0)])
def test_as_many_wait_as_the_campaign_lets(
    make_floor: Callable[..., Floor], queue: int, dismissed: int
) -> None:
    floor = make_floor(inbound_queue=queue)
    floor.start(agents=0, leads=0)
    for i in range(3):
        arrive(floor, call=InboundId(f"in-{i}"))
        floor.send(e.InboundWaiting(call=InboundId(f"in-{i}")))
    assert len(floor.all(c.DismissInbound)) == dismissed


@pytest.mark.parametrize(("after_s", "state"), [(29.99, AgentState.WRAPPING), (30.0, AgentState.NOT_READY)])
def test_after_call_work_of_an_inbound_talk_ends_at_its_limit(
    make_floor: Callable[..., Floor], after_s: float, state: AgentState
) -> None:
    floor = make_floor(wrap_up_limit_s=30.0)
    floor.start(agents=1, leads=0)
    agent = joined(floor, ANN)
    floor.send(e.InboundEnded(call=CALL), after=60.0)
    floor.now += after_s
    floor.send(e.TimeReached())
    assert state_of(floor, agent) is state


def test_the_caller_who_waited_longest_is_served_first(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=0)
    for name in ("in-b", "in-a"):
        arrive(floor, call=InboundId(name))
        floor.send(e.InboundWaiting(call=InboundId(name)), after=1.0)
    floor.seat("agent0")
    assert [bridge.call for bridge in floor.all(c.BridgeInbound)] == ["in-b"]


def said(floor: Floor, kind: DispositionKind, **more: Any) -> tuple[c.Command, ...]:
    """They talked with an agent who writes down what came of it, a minute later."""
    agent = joined(floor, ANN)
    floor.send(e.InboundEnded(call=CALL), after=60.0)
    disposition = Disposition(kind=kind, debts_spoken_of=("d0",), **more)
    out: tuple[c.Command, ...] = floor.send(
        e.InboundDisposed(agent=agent, call=CALL, person=ANN, disposition=disposition), after=9.0
    )
    return out


@pytest.fixture
def waiting(make_floor: Callable[..., Floor]) -> Floor:
    """Two agents and a lead of the account in the hopper, which nobody may be called about now."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    floor.send(e.LaunchingHeld(by="test", reason="quiet"))
    floor.wait(70.0)
    floor.feed(1)
    return floor


def test_a_promise_on_a_call_of_theirs_rests_the_account_as_one_on_ours_does(waiting: Floor) -> None:
    """The lead in hand goes back, and the store rests all it has until the day that was promised."""
    due = waiting.now + 14 * 86_400.0
    assert waiting.engine.checkpoint().leads
    out = said(waiting, DispositionKind.PROMISE_TO_PAY, promised_for=due)
    rest, rests = (command for command in out if isinstance(command, c.RestLead | c.RestLeads))
    assert isinstance(rest, c.RestLead)
    assert (rest.lead, rest.passes, rest.reserve_agent) == ("l0000", 0, False)
    assert rests == c.RestLeads(debt=DebtId("d0"), not_before=due, reason="promise_to_pay")
    assert waiting.engine.checkpoint().leads == {}


def test_a_call_back_asked_for_on_a_call_of_theirs_is_kept_by_the_agent_who_promised(waiting: Floor) -> None:
    back = waiting.now + 2 * 86_400.0
    out = said(waiting, DispositionKind.CALL_BACK, call_back_at=back)
    (rests,) = (command for command in out if isinstance(command, c.RestLeads))
    (consent,) = (command.consent for command in out if isinstance(command, c.StoreConsent))
    assert (rests.not_before, rests.reserve_agent, rests.reserve_for) == (back, True, "agent0")
    assert consent.debts == ("d0",)


def test_a_request_to_cease_on_a_call_of_theirs_closes_the_account(waiting: Floor) -> None:
    out = said(waiting, DispositionKind.CEASE_REQUESTED)
    (closes,) = (command for command in out if isinstance(command, c.CloseLeads))
    assert closes == c.CloseLeads(debt=DebtId("d0"), reason="cease_requested")
    assert waiting.engine.checkpoint().leads == {}


def test_what_was_no_talk_leaves_the_account_as_it_is(waiting: Floor) -> None:
    out = said(waiting, DispositionKind.HUNG_UP_UNVERIFIED)
    assert not any(isinstance(command, c.RestLead | c.RestLeads | c.CloseLeads) for command in out)
    assert waiting.engine.checkpoint().leads


def test_a_talk_of_theirs_rests_the_account_as_the_agents_campaign_says(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(rest_s={"connected": 600.0})
    floor.start(agents=1, leads=0)
    out = said(floor, DispositionKind.NO_COMMITMENT)
    (rests,) = (command for command in out if isinstance(command, c.RestLeads))
    assert rests.not_before == floor.now + 600.0


# --- service level ----------------------------------------------------------------------------------------


def service(floor: Floor) -> Any:
    """Today's figures of the number that everybody dials here."""
    (view,) = floor.engine.snapshot(now=floor.now).service
    return view


@pytest.mark.parametrize(("waited", "in_time"), [(19.0, 1), (20.0, 1), (21.0, 0)])
def test_an_agent_within_twenty_seconds_is_in_time(quiet: Floor, waited: float, in_time: int) -> None:
    arrive(quiet)
    quiet.send(e.InboundWaiting(call=CALL))
    agent = quiet.last(c.BridgeInbound).agent
    since = quiet.now
    quiet.send(e.InboundBridged(call=CALL, agent=agent, bridged_at=since + waited), after=waited)
    found = service(quiet)
    assert (found.asked, found.answered, found.answered_in_time) == (1, 1, in_time)
    assert (found.service_level, found.average_wait_s, found.longest_wait_s) == (in_time, waited, waited)
    quiet.send(e.InboundEnded(call=CALL), after=60.0)
    assert service(quiet).asked == 1


def test_who_leaves_and_who_is_told_that_nobody_is_free_are_counted_apart(quiet: Floor) -> None:
    for name in ("in-1", "in-2", "in-3"):
        arrive(quiet, call=InboundId(name))
    quiet.send(e.InboundEnded(call=InboundId("in-3")))
    for name in ("in-1", "in-2"):
        quiet.send(e.InboundWaiting(call=InboundId(name)))
    assert (service(quiet).waiting, service(quiet).service_level) == (2, None)
    quiet.send(e.InboundUnserved(call=InboundId("in-1")), after=30.0)
    quiet.send(e.InboundEnded(call=InboundId("in-1")))
    quiet.send(e.InboundEnded(call=InboundId("in-2")), after=5.0)
    found = service(quiet)
    assert (found.asked, found.left, found.unserved, found.service_level) == (2, 1, 1, 0.0)
    assert (found.longest_wait_s, found.average_wait_s, found.waiting) == (35.0, None, 0)
    record = quiet.last(c.StoreInbound).record
    assert (record.wait_s, record.answer_within_s) == (35.0, 20.0)


def test_the_next_day_begins_with_nothing(quiet: Floor) -> None:
    """The day is that of the campaign's zone."""
    arrive(quiet)
    quiet.send(e.InboundWaiting(call=CALL))
    quiet.send(e.InboundEnded(call=CALL), after=5.0)
    assert service(quiet).left == 1
    quiet.send(e.TimeReached(), after=86_400.0)
    assert quiet.engine.snapshot(now=quiet.now).service == ()
    arrive(quiet, call=InboundId("in-2"))
    quiet.send(e.InboundWaiting(call=InboundId("in-2")))
    assert (service(quiet).asked, service(quiet).waiting) == (0, 1)


def test_the_strictest_campaign_that_takes_the_call_sets_the_goal(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(inbound_answer_s=45.0, inbound_answer_share=0.9)
    floor.start(agents=0, leads=0)
    arrive(floor)
    floor.send(e.InboundWaiting(call=CALL))
    assert (service(floor).answer_within_s, service(floor).goal) == (45.0, 0.9)


# --- languages, messages, closed hours --------------------------------------------------------------------

SPANISH = "language:es"


def log_in(floor: Floor, name: str, *tags: str) -> AgentId:
    """One more agent, free since now."""
    agent = AgentId(name)
    floor.send(
        e.AgentLoggedIn(
            agent=agent, campaign=CampaignId("spring"), endpoint=EndpointId(f"sip-{name}"), tags=tags
        ),
        after=1.0,
    )
    floor.send(e.AgentLegRestored(agent=agent))
    floor.send(e.AgentGotReady(agent=agent))
    return agent


def ask_in(floor: Floor, language: str, *, is_required: bool = False) -> None:
    arrive(floor)
    floor.send(e.InboundLanguageChosen(call=CALL, language=language, is_required=is_required))
    floor.send(e.InboundWaiting(call=CALL))


def test_who_speaks_their_language_is_asked_first_though_others_wait_longer(quiet: Floor) -> None:
    lola = log_in(quiet, "lola", SPANISH)
    ask_in(quiet, SPANISH)
    assert quiet.last(c.BridgeInbound).agent == lola


def test_anybody_takes_them_when_nobody_who_speaks_it_is_free(quiet: Floor) -> None:
    ask_in(quiet, SPANISH)
    assert quiet.last(c.BridgeInbound).agent in {"agent0", "agent1"}


def test_where_the_language_is_a_must_they_wait_for_who_speaks_it(quiet: Floor) -> None:
    ask_in(quiet, SPANISH, is_required=True)
    assert quiet.all(c.BridgeInbound) == []
    lola = log_in(quiet, "lola", SPANISH)
    assert quiet.last(c.BridgeInbound).agent == lola


def test_a_message_is_owed_a_follow_up_from_the_end_of_the_call_until_somebody_did_it(quiet: Floor) -> None:
    quiet.send(e.InboundArrived(call=CALL, dialed=OURS, is_closed=True))
    quiet.send(e.InboundIdentified(call=CALL, number=NUMBER, callers=(caller(ANN),)))
    quiet.send(e.InboundMessageLeft(call=CALL, recording="message-1", seconds=12.0), after=12.0)
    assert quiet.engine.snapshot().owed == ()
    quiet.send(e.InboundEnded(call=CALL))
    stored = quiet.last(c.StoreInbound).record
    assert (stored.was_closed, stored.message, stored.message_s, stored.wait_s) == (
        True,
        "message-1",
        12.0,
        None,
    )
    (owed,) = quiet.engine.snapshot().owed
    assert (owed.call, owed.why, owed.message, owed.since) == (CALL, "left a message", "message-1", quiet.now)
    assert [one.person for one in owed.callers] == [ANN]
    quiet.send(e.InboundFollowedUp(call=CALL, by="ines"), after=60.0)
    done = quiet.last(c.StoreInbound).record
    assert (done.followed_up, done.followed_up_at, done.message) == ("ines", quiet.now, "message-1")
    assert quiet.engine.snapshot().owed == ()
    assert quiet.send(e.InboundFollowedUp(call=CALL, by="ines")) == ()
    assert quiet.engine.was_ignored


def test_a_message_of_who_says_never_again_is_listened_to_and_not_answered(quiet: Floor) -> None:
    arrive(quiet, ANN)
    quiet.send(e.InboundMessageLeft(call=CALL, recording="message-1", seconds=3.0))
    quiet.send(e.InboundOptedOut(call=CALL, key="9"))
    quiet.send(e.InboundEnded(call=CALL))
    (owed,) = quiet.engine.snapshot().owed
    assert owed.why == "left a message, and asked never to be called: listen to it, do not call"


# --- places -----------------------------------------------------------------------------------------------


def told(floor: Floor) -> list[tuple[str, int, int | None]]:
    return [(order.call, order.place, order.minutes) for order in floor.all(c.TellInboundPlace)]


def busy(make_floor: Callable[..., Floor]) -> Floor:
    """Two agents who each had one call of 180 seconds, after-call work included, and are on another."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    for nth in range(4):
        call = InboundId(f"before-{nth}")
        arrive(floor, ANN, call=call)
        floor.send(e.InboundWaiting(call=call))
        agent = floor.last(c.BridgeInbound).agent
        floor.send(e.InboundBridged(call=call, agent=agent, bridged_at=floor.now))
        if nth < 2:
            floor.send(e.InboundEnded(call=call), after=150.0)
            said = Disposition(kind=DispositionKind.NO_COMMITMENT, debts_spoken_of=("d-ann",))
            floor.send(e.InboundDisposed(agent=agent, call=call, person=ANN, disposition=said), after=30.0)
    return floor


def test_a_place_and_its_minutes_are_told_two_seconds_later_and_when_they_change(
    make_floor: Callable[..., Floor],
) -> None:
    """Two agents of 180 seconds each: one is free every 90 seconds, so the places take 2 and 3 minutes."""
    floor = busy(make_floor)
    for name in ("first", "second"):
        arrive(floor, call=InboundId(name))
        floor.send(e.InboundWaiting(call=InboundId(name)))
    floor.send(e.TimeReached(), after=1.99)
    assert told(floor) == []
    floor.send(e.TimeReached(), after=0.01)
    assert told(floor) == [("first", 1, 2), ("second", 2, 3)]
    floor.send(e.TimeReached(), after=10.0)
    assert len(told(floor)) == 2
    floor.send(e.InboundEnded(call=InboundId("first")))
    floor.send(e.TimeReached(), after=10.0)
    assert told(floor)[2:] == [("second", 1, 2)]
    floor.send(e.InboundEnded(call=InboundId("second")))
    floor.send(e.TimeReached(), after=30.0)
    assert len(told(floor)) == 3


def test_no_time_is_told_where_nothing_is_known_of_the_agents(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=0)
    arrive(floor)
    floor.send(e.InboundWaiting(call=CALL))
    floor.send(e.TimeReached(), after=2.0)
    assert told(floor) == [(CALL, 1, None)]


def test_who_has_an_agent_hears_of_no_place(quiet: Floor) -> None:
    arrive(quiet)
    quiet.send(e.InboundWaiting(call=CALL))
    quiet.send(e.TimeReached(), after=60.0)
    assert told(quiet) == []


# --- said when it is over ---------------------------------------------------------------------------------


def spoken(floor: Floor, kind: DispositionKind = DispositionKind.NO_COMMITMENT) -> tuple[AgentId, Any]:
    """A call of somebody on file that is over and written down: who talked, and the record."""
    agent = joined(floor, PersonId("p1"), PersonId("p2"))
    floor.send(e.InboundEnded(call=CALL), after=30.0)
    said = Disposition(kind=kind, debts_spoken_of=("d-p1",))
    floor.send(e.InboundDisposed(agent=agent, call=CALL, person=PersonId("p1"), disposition=said))
    record = floor.last(c.StoreInbound).record
    floor.log.clear()
    return agent, record


def add(floor: Floor, agent: AgentId, record: Any, kind: DispositionKind) -> str:
    said = Disposition(kind=kind)
    floor.send(e.InboundDisposed(agent=agent, call=CALL, person=None, disposition=said, talk=record))
    return str(floor.engine.why_ignored)


def test_what_a_caller_asked_for_is_taken_until_the_next_day_is_over(
    make_floor: Callable[..., Floor],
) -> None:
    """It was not taken at all once the call was written down."""
    floor = make_floor(corrections_s=300.0)
    floor.start(agents=1, leads=0)
    agent, record = spoken(floor)
    ends = protected_until(record.ended_at, "America/New_York")
    floor.now = ends - 1.0
    assert "corrections are taken for 300 s" in add(floor, agent, record, DispositionKind.REFUSED_TO_PAY)
    assert add(floor, agent, record, DispositionKind.STOP_CALLING) == ""
    request = floor.last(c.StoreRequest)
    assert (request.person, request.request.type) == ("p1", RequestKind.STOP_CALLING)
    assert not floor.all(c.StoreInbound), "a conversation stands as it was said in time"
    floor.now = ends
    assert "the day after the talk is over" in add(floor, agent, record, DispositionKind.STOP_CALLING)


def test_a_correction_in_time_takes_the_place_of_what_was_said_of_a_call_of_theirs(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(corrections_s=300.0)
    floor.start(agents=1, leads=0)
    agent, record = spoken(floor, DispositionKind.PROMISE_TO_PAY)
    floor.now = record.ended_at + 300.0
    assert add(floor, agent, record, DispositionKind.WRONG_NUMBER) == ""
    kept = floor.last(c.StoreInbound).record
    assert (kept.person, kept.disposition.kind) == ("p1", DispositionKind.WRONG_NUMBER)
    assert floor.last(c.StoreDisposition).attempt == CALL, "the promise that was made on it stands no more"
    outcomes = {row.person: row.entry.outcome for row in floor.all(c.StoreConversation)}
    assert outcomes == {"p1": GateOutcome.WRONG_PERSON, "p2": GateOutcome.ANSWERED_THEN_DROPPED}


def test_of_a_call_of_theirs_only_who_talked_says_more_and_somebody_must_be_named(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=0)
    agent, record = spoken(floor)
    floor.seat("other")
    why = add(floor, AgentId("other"), record, DispositionKind.STOP_CALLING)
    assert why == f"agent other did not talk on {CALL}; who did says what came of it"
    with pytest.raises(InvalidFactError, match="say who it was"):
        add(floor, agent, replace(record, person=None), DispositionKind.STOP_CALLING)
    floor.send(e.AgentLoggedOut(agent=agent))
    assert add(floor, agent, record, DispositionKind.STOP_CALLING) == "", "also when they have gone home"
