"""What an agent says of a talk that is over: at once, in time, the next day, too late."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.words import RequestKind
from dialer.casework.afterthoughts import protected_until
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId
from dialer.domain.past_talk import EarlierTalk, PastTalk, past_talk

Kind = DispositionKind
STOP = Disposition(kind=Kind.STOP_CALLING)
AGENT = AgentId("agent0")


def talk_over(floor: Any, *, said: DispositionKind | None) -> PastTalk:
    """A talk of ten seconds that is over; `said` None = it ended at the agent's own phone."""
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=AGENT, bridged_at=floor.now))
    floor.now += 10.0
    if said is None:
        floor.send(e.AgentLegLost(agent=AGENT, reason="phone 101 was hung up"))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    if said is not None:
        disposition = Disposition(kind=said)
        floor.send(e.DispositionRecorded(agent=AGENT, attempt=attempt, disposition=disposition))
    record = floor.all(c.StoreOutcome)[-1].record
    talk = past_talk(record)
    assert talk is not None
    floor.log[:] = floor.all(c.RefillHopper)
    return talk


def add(floor: Any, talk: PastTalk, said: Disposition, *, agent: AgentId = AGENT) -> str:
    """Why it was not taken; '' = it was."""
    floor.send(e.DispositionAdded(agent=agent, talk=talk, disposition=said))
    return str(floor.engine.why_ignored)


def owed(floor: Any) -> AttemptId | None:
    (view,) = [view for view in floor.engine.snapshot().agents if view.agent == AGENT]
    attempt: AttemptId | None = view.owes
    return attempt


def test_a_talk_that_ended_at_the_agents_own_phone_gets_its_outcome(make_floor: Any) -> None:
    """The desk shows that it is owed, and the word binds and stands in the record."""
    floor = make_floor()
    talk = talk_over(floor, said=None)
    assert (talk.agent, talk.disposition, owed(floor)) == (AGENT, None, talk.attempt)
    floor.send(e.AgentLegRestored(agent=AGENT))
    assert owed(floor) == talk.attempt
    assert add(floor, talk, STOP) == ""
    assert owed(floor) is None
    assert floor.last(c.StoreDisposition) == c.StoreDisposition(attempt=talk.attempt, disposition=STOP)
    request = floor.last(c.StoreRequest)
    assert (request.person, request.request.type) == (talk.person, RequestKind.STOP_CALLING)
    assert floor.last(c.CloseLeads).debt == talk.debts[0]


def test_what_is_owed_is_not_forgotten_by_logging_in_anew(make_floor: Any) -> None:
    floor = make_floor()
    talk = talk_over(floor, said=None)
    floor.send(e.AgentLoggedOut(agent=AGENT))
    floor.seat(str(AGENT), ready=False)
    assert owed(floor) == talk.attempt


def test_a_second_thought_takes_the_place_of_the_first_in_time(make_floor: Any) -> None:
    """`corrections_s` after the talk, its last moment included."""
    floor = make_floor(corrections_s=300.0)
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    floor.now = talk.ended_at + 300.0
    assert add(floor, talk, Disposition(kind=Kind.WRONG_NUMBER)) == ""
    assert floor.last(c.StoreDisposition).disposition.kind is Kind.WRONG_NUMBER
    assert floor.last(c.StoreNumberStatus).number == talk.number


def test_a_moment_later_only_what_protects_the_person_is_taken(make_floor: Any) -> None:
    floor = make_floor(corrections_s=300.0)
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    floor.now = talk.ended_at + 300.1
    why = add(floor, talk, Disposition(kind=Kind.PROMISE_TO_PAY))
    assert why.startswith("corrections are taken for 300 s after a talk, and it is over for 300 s")
    assert {type(command) for command in floor.log} == {c.RefillHopper}
    assert add(floor, talk, STOP) == ""
    assert floor.all(c.StoreDisposition) == [], "the first word stands, and it was a conversation too"
    assert floor.last(c.StoreRequest).person == talk.person


def test_a_conversation_that_was_saved_as_a_machine_becomes_one_also_later(make_floor: Any) -> None:
    """Who asked for something talked with us: the record may not say the milder thing."""
    floor = make_floor(corrections_s=0.0)
    talk = talk_over(floor, said=Kind.MACHINE)
    floor.now = talk.ended_at + 3_600.0
    assert add(floor, talk, STOP) == ""
    assert floor.last(c.StoreDisposition).disposition == STOP


def test_the_next_day_ends_where_the_campaign_is(make_floor: Any) -> None:
    """A talk on Thursday in New York: until Friday's last moment there."""
    floor = make_floor(corrections_s=0.0)
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    ends = datetime(2026, 5, 30, tzinfo=ZoneInfo("America/New_York")).timestamp()
    assert protected_until(talk.ended_at, "America/New_York") == ends
    floor.now = ends
    assert "the day after the talk is over" in add(floor, talk, STOP)
    assert not floor.all(c.StoreRequest)
    floor.now = ends
    earlier = replace(talk, ended_at=talk.ended_at + 86_400.0)
    assert add(floor, earlier, STOP) == ""


def test_only_who_heard_it_may_say_it(make_floor: Any) -> None:
    floor = make_floor()
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    floor.seat("agent1")
    why = add(floor, talk, STOP, agent=AgentId("agent1"))
    assert why == f"agent agent1 did not talk on {talk.attempt}; who did says what came of it"
    assert not floor.all(c.StoreRequest)


def test_who_lost_a_talk_that_another_took_on_may_still_say_what_they_heard(make_floor: Any) -> None:
    """The outcome is the other one's; the person's request is the person's."""
    floor = make_floor()
    floor.start(agents=2, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    first = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=first, bridged_at=floor.now))
    floor.send(e.AgentLegLost(agent=first))
    second = floor.last(c.Bridge).agent
    assert second != first
    floor.send(e.CallBridged(attempt=attempt, agent=second, bridged_at=floor.now))
    assert floor.engine.checkpoint().calls[attempt].state is AttemptState.CONNECTED
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=5.0)
    said = Disposition(kind=Kind.NO_COMMITMENT)
    floor.send(e.DispositionRecorded(agent=second, attempt=attempt, disposition=said))
    talk = past_talk(floor.all(c.StoreOutcome)[-1].record)
    assert talk is not None
    assert talk.agent == second
    assert add(floor, talk, STOP, agent=first) == ""
    assert not floor.all(c.StoreDisposition)
    assert floor.last(c.StoreRequest).person == talk.person


def test_what_was_asked_for_binds_also_whom_the_store_read_before_it(make_floor: Any) -> None:
    """A fetch under way brings the person's file as it was: what was said meanwhile is laid over it."""
    floor = make_floor()
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    add(floor, talk, STOP)
    floor.feed(1, first=0)
    floor.send(e.AgentGotReady(agent=AGENT))
    floor.wait(5.0)
    assert not floor.all(c.Originate)


def test_a_talk_that_goes_on_is_not_over(make_floor: Any) -> None:
    floor = make_floor()
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    floor.feed(1, first=5)
    floor.wait(5.0)
    attempt = floor.last(c.Originate).attempt
    assert "is not over yet" in add(floor, replace(talk, attempt=attempt), STOP)


def test_whose_phone_is_away_is_rung_again_by_getting_ready_and_is_ready_when_it_is_back(
    make_floor: Any,
) -> None:
    """They had hung up, were never rung again, and could not get ready."""
    floor = make_floor()
    talk_over(floor, said=None)
    assert floor.engine.snapshot().agents[0].reason == "phone 101 was hung up"
    floor.send(e.AgentGotReady(agent=AGENT))
    assert floor.last(c.ConnectAgentLeg) == c.ConnectAgentLeg(agent=AGENT, endpoint=EndpointId("sip-agent0"))
    assert floor.engine.snapshot().agents[0].state is AgentState.LEG_LOST
    floor.send(e.AgentLegLost(agent=AGENT, reason="phone 101 is not registered"))
    assert floor.engine.snapshot().agents[0].reason == "phone 101 is not registered"
    floor.send(e.AgentLegRestored(agent=AGENT))
    assert floor.engine.snapshot().agents[0].state is AgentState.AVAILABLE


def test_who_did_not_ask_is_not_made_ready_by_their_phone(make_floor: Any) -> None:
    floor = make_floor()
    talk_over(floor, said=None)
    floor.send(e.AgentGotReady(agent=AGENT))
    floor.send(e.AgentPauseRequested(agent=AGENT, reason="lunch"))
    floor.send(e.AgentLegRestored(agent=AGENT))
    assert floor.engine.snapshot().agents[0].state is AgentState.NOT_READY


def test_two_agents_do_not_share_a_telephone(make_floor: Any) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=0)
    taken = e.AgentLoggedIn(
        agent=AgentId("ben"), campaign=floor.settings.campaign, endpoint=EndpointId("sip-agent0")
    )
    with pytest.raises(Exception, match="phone sip-agent0 is taken: agent agent0 is logged in at it"):
        floor.send(taken)
    floor.send(e.AgentLoggedOut(agent=AGENT))
    floor.send(taken)


def test_a_refusal_says_what_hinders_it(make_floor: Any) -> None:
    """Three reasons shared one sentence."""
    floor = make_floor()
    floor.start(agents=2, leads=1)
    attempt, other = floor.last(c.Originate).attempt, AgentId("agent1")
    said = Disposition(kind=Kind.NO_COMMITMENT)
    told = set[str]()
    for agent, name in ((AGENT, AttemptId("never")), (other, attempt), (AGENT, attempt)):
        floor.send(e.DispositionRecorded(agent=agent, attempt=name, disposition=said))
        told.add(floor.engine.why_ignored)
    assert "" not in told
    assert len(told) >= 2
    floor.send(e.TimeReached())
    assert floor.engine.why_ignored == ""


def test_what_can_never_be_said_any_more_is_owed_no_more(make_floor: Any) -> None:
    """A second before, the desk still asks: what the person asked for would be taken."""
    floor = make_floor(corrections_s=0.0)
    talk = talk_over(floor, said=None)
    ends, other = protected_until(talk.ended_at, "America/New_York"), Disposition(kind=Kind.NO_COMMITMENT)
    floor.now = ends - 1.0
    assert "corrections are taken" in add(floor, talk, other)
    assert owed(floor) == talk.attempt
    floor.now = ends
    assert "corrections are taken" in add(floor, talk, other)
    assert owed(floor) is None


def test_what_may_still_be_said_of_a_talk_is_told_with_its_ends(make_floor: Any) -> None:
    """Anything up to the last moment of corrections, then what protects until the next day is over."""
    floor = make_floor(corrections_s=300.0)
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    ends = protected_until(talk.ended_at, "America/New_York")
    told = floor.engine.earlier_talk(talk, now=talk.ended_at + 300.0)
    assert told == EarlierTalk(
        attempt=talk.attempt,
        ended_at=talk.ended_at,
        said=Kind.NO_COMMITMENT,
        corrected_until=talk.ended_at + 300.0,
        protected_until=ends,
        takes_anything=True,
    )
    assert not floor.engine.earlier_talk(talk, now=talk.ended_at + 300.001).takes_anything
    assert floor.engine.earlier_talk(talk, now=ends - 0.001) is not None
    assert floor.engine.earlier_talk(talk, now=ends) is None


def test_of_a_talk_that_goes_on_or_of_a_campaign_that_is_gone_nothing_more_is_said(make_floor: Any) -> None:
    floor = make_floor()
    talk = talk_over(floor, said=Kind.NO_COMMITMENT)
    floor.feed(1, first=5)
    floor.wait(5.0)
    attempt = floor.last(c.Originate).attempt
    assert floor.engine.earlier_talk(replace(talk, attempt=attempt), now=floor.now) is None
    assert floor.engine.earlier_talk(replace(talk, campaign=CampaignId("other")), now=floor.now) is None


def lost_talk(floor: Any) -> tuple[AttemptId, AgentId, AgentId]:
    """A talk that its agent lost, and that another has taken on: which, who lost it, who has it."""
    floor.start(agents=2, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    first = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=first, bridged_at=floor.now))
    floor.send(e.AgentLegLost(agent=first))
    second = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=second, bridged_at=floor.now))
    floor.log.clear()
    return attempt, first, second


def test_who_lost_a_talk_says_at_once_what_protects_the_person(make_floor: Any) -> None:
    """They had to wait until it was over: an hour in which the request bound nobody."""
    floor = make_floor()
    attempt, first, second = lost_talk(floor)
    owes = {view.agent: view.owes for view in floor.engine.snapshot().agents}
    assert owes[first] == attempt
    floor.send(e.DispositionRecorded(agent=first, attempt=attempt, disposition=STOP))
    assert not floor.engine.was_ignored
    assert floor.last(c.StoreRequest).request.type is RequestKind.STOP_CALLING
    assert {view.agent: view.owes for view in floor.engine.snapshot().agents}[first] is None
    assert floor.engine.checkpoint().calls[attempt].agent == second, (
        "the talk goes on, and its outcome is owed"
    )
    assert not floor.all(c.Hangup)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=5.0)
    said = Disposition(kind=Kind.NO_COMMITMENT)
    floor.send(e.DispositionRecorded(agent=second, attempt=attempt, disposition=said))
    assert floor.all(c.StoreOutcome)[-1].record.disposition == said


@pytest.mark.parametrize("kind", [Kind.PROMISE_TO_PAY, Kind.NO_COMMITMENT])
def test_who_lost_a_talk_does_not_say_what_came_of_it_while_it_goes_on(make_floor: Any, kind: Kind) -> None:
    floor = make_floor()
    attempt, first, _ = lost_talk(floor)
    floor.send(e.DispositionRecorded(agent=first, attempt=attempt, disposition=Disposition(kind=kind)))
    assert "who lost it says now what the person asked for" in floor.engine.why_ignored
    assert not floor.all(c.StorePromise)
    assert {view.agent: view.owes for view in floor.engine.snapshot().agents}[first] == attempt


def test_who_never_had_the_talk_says_nothing_of_it(make_floor: Any) -> None:
    floor = make_floor()
    attempt, _, _ = lost_talk(floor)
    floor.seat("agent9")
    floor.send(e.DispositionRecorded(agent=AgentId("agent9"), attempt=attempt, disposition=STOP))
    assert floor.engine.was_ignored
    assert not floor.all(c.StoreRequest)
