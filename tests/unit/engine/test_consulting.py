"""Somebody outside is asked in private while the person is on hold; nobody is ever left with nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.words import PersonRole
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, AttemptId, NumberId
from dialer.domain.snapshot import AgentView
from dialer.domain.third_party import OutsideLine

Floor = Any
ANN, BOB = AgentId("agent0"), AgentId("agent1")
LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)


class Talk:
    """Ann talks with somebody; Bob is free unless he is away."""

    def __init__(self, floor: Floor, attempt: AttemptId, agent: AgentId) -> None:
        self.floor = floor
        self.attempt = attempt
        self.agent = agent
        self.third = AttemptId("none yet")

    @property
    def other(self) -> AgentId:
        return BOB if self.agent == ANN else ANN

    def consult(self) -> AttemptId:
        self.floor.send(e.ConsultationRequested(agent=self.agent, line="creditor"))
        self.third = AttemptId(self.floor.last(c.Originate).attempt)
        return self.third

    def hold(self) -> None:
        self.floor.send(e.PersonHeld(attempt=self.attempt), after=0.1)

    def answer(self) -> None:
        self.floor.send(e.CallRinging(attempt=self.third), after=1.0)
        self.floor.send(e.CallAnswered(attempt=self.third, answered_at=self.floor.now), after=3.0)

    def alone(self) -> None:
        """The person on hold, the agent with the third party."""
        self.consult()
        self.hold()
        self.answer()
        self.floor.send(e.CallBridged(attempt=self.third, agent=self.agent, bridged_at=self.floor.now))
        self.floor.log.clear()

    def third_over(self, outcome: Outcome = Outcome.CONNECTED, after: float = 0.0) -> None:
        self.floor.send(e.CallEnded(attempt=self.third, outcome=outcome), after=after)

    def back(self) -> None:
        self.floor.send(e.CallBridged(attempt=self.attempt, agent=self.agent, bridged_at=self.floor.now))

    @property
    def state(self) -> AttemptState:
        return self.floor.engine.checkpoint().calls[self.attempt].state

    def view(self, name: AgentId | None = None) -> AgentView:
        agents = self.floor.engine.snapshot().agents
        return next(row for row in agents if row.agent == (name or self.agent))

    def orders(self) -> list[tuple[str, str]]:
        """What the telephone system was asked for, but for the agents' own legs."""
        kinds = (
            c.Originate,
            c.Bridge,
            c.HoldPerson,
            c.JoinThirdParty,
            c.Hangup,
            c.ReleaseAgent,
            c.StopRecording,
        )
        return [(type(row).__name__, row.attempt) for row in self.floor.log if isinstance(row, kinds)]


@pytest.fixture
def talk(make_floor: Callable[..., Any]) -> Talk:
    floor = make_floor(outside_lines=(LINE,))
    floor.start(agents=2)
    for order in floor.all(c.Originate)[1:]:
        floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.NO_ANSWER))
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.log.clear()
    return Talk(floor, attempt, agent)


# --- asked for --------------------------------------------------------------------------------------------


def test_the_person_is_put_on_hold_and_the_line_called_after_it_was_cleared_and_written_down(
    talk: Talk,
) -> None:
    third = talk.consult()
    kinds = [type(row).__name__ for row in talk.floor.log]
    assert kinds == ["StoreThirdParty", "HoldPerson", "Originate"]
    hold, order = talk.floor.last(c.HoldPerson), talk.floor.last(c.Originate)
    assert (hold.attempt, hold.agent) == (talk.attempt, talk.agent)
    assert (order.joins, order.is_private, order.line) == (talk.attempt, True, "+12125550111")
    assert talk.view().third_party == "creditor: launched"
    assert talk.state is AttemptState.CONNECTED, "until the telephone system says that they are"
    assert third in talk.floor.engine.checkpoint().guests


def test_a_denial_puts_nobody_on_hold(talk: Talk) -> None:
    talk.floor.gate.denied.add("line:creditor")
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, line="creditor"))
    assert talk.orders() == []
    assert "test-rule" in talk.view().notice


@pytest.mark.parametrize("given", [{}, {"line": "creditor", "number": NumberId("n1")}])
def test_who_is_consulted_is_exactly_one_of_line_and_number(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidFactError, match="either a line"):
        e.ConsultationRequested(agent=ANN, **given)


def test_nobody_is_consulted_while_a_third_party_is_there_or_called(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, line="creditor"))
    talk.floor.send(e.ThirdPartyRequested(agent=talk.agent, line="creditor"))
    assert talk.orders() == []


# --- joined in private ------------------------------------------------------------------------------------


def test_agent_and_third_party_are_joined_when_the_one_answered_and_the_person_is_on_hold(talk: Talk) -> None:
    talk.consult()
    talk.answer()
    assert not talk.floor.all(c.Bridge), "the person would hear it"
    talk.hold()
    assert [(row.attempt, row.agent) for row in talk.floor.all(c.Bridge)] == [(talk.third, talk.agent)]
    talk.floor.send(e.CallBridged(attempt=talk.third, agent=talk.agent, bridged_at=talk.floor.now))
    assert (talk.state, talk.view().third_party) == (AttemptState.HELD, "creditor: consulted")


def test_a_hold_that_was_told_first_makes_no_difference(talk: Talk) -> None:
    talk.consult()
    talk.hold()
    assert not talk.floor.all(c.Bridge)
    talk.answer()
    assert [(row.attempt, row.agent) for row in talk.floor.all(c.Bridge)] == [(talk.third, talk.agent)]


def test_a_hold_that_fails_ends_the_third_partys_call_and_the_talk_goes_on(talk: Talk) -> None:
    talk.consult()
    talk.answer()
    talk.floor.send(e.HoldFailed(attempt=talk.attempt, reason="the call is moving"))
    assert talk.orders()[-1] == ("Hangup", talk.third)
    assert talk.view().notice == "the person could not be put on hold: the call is moving"
    talk.third_over()
    assert (talk.state, talk.floor.all(c.Bridge)) == (AttemptState.CONNECTED, [])


def test_a_third_party_who_cannot_be_joined_is_hung_up_and_the_person_taken_back(talk: Talk) -> None:
    talk.consult()
    talk.hold()
    talk.answer()
    talk.floor.send(e.BridgeFailed(attempt=talk.third, agent=talk.agent, reason="gone"))
    talk.third_over()
    assert talk.orders()[-2:] == [("Hangup", talk.third), ("Bridge", talk.attempt)]
    talk.back()
    assert talk.state is AttemptState.CONNECTED


# --- three ways on ----------------------------------------------------------------------------------------


def test_the_person_is_let_in_and_all_three_talk(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.ConsultationOpened(agent=talk.agent))
    let_in = talk.floor.last(c.JoinThirdParty)
    assert (let_in.attempt, let_in.agent, let_in.third) == (talk.attempt, talk.agent, talk.third)
    assert talk.state is AttemptState.HELD
    talk.back()
    assert (talk.state, talk.view().third_party) == (AttemptState.CONNECTED, "creditor: joined")
    assert talk.orders() == [("JoinThirdParty", talk.attempt)]
    talk.third_over(after=20.0)
    assert (talk.state, talk.view().attempt) == (AttemptState.CONNECTED, talk.attempt)
    assert not talk.floor.all(c.Hangup)


def test_the_agent_completes_it_and_leaves_as_soon_as_all_hear_each_other(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True), after=30.0)
    assert talk.view().state is AgentState.TALKING
    talk.back()
    assert talk.orders() == [("JoinThirdParty", talk.attempt), ("ReleaseAgent", talk.attempt)]
    assert (talk.state, talk.view().state) == (AttemptState.HANDED_ON, AgentState.WRAPPING)
    talk.floor.dispose(talk.attempt, talk.agent, DispositionKind.HUNG_UP_UNVERIFIED)
    assert talk.view().state is AgentState.AVAILABLE
    talk.third_over(after=60.0)
    assert talk.orders()[-1] == ("Hangup", talk.attempt), "not left alone"


def test_the_agent_returns_to_the_person_and_the_third_party_is_dropped(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.ThirdPartyReleased(agent=talk.agent))
    assert talk.orders() == [("Hangup", talk.third)]
    talk.third_over()
    assert talk.orders()[1:] == [("Bridge", talk.attempt)]
    talk.back()
    assert (talk.state, talk.view().state) == (AttemptState.CONNECTED, AgentState.TALKING)
    assert talk.floor.engine.checkpoint().calls[talk.attempt].held_until is None
    talk.floor.wait(400.0)
    assert talk.state is AttemptState.CONNECTED, "no timer of the hold is left"
    assert talk.orders()[2:] == []


def test_nobody_is_let_in_before_the_third_party_is_heard(talk: Talk) -> None:
    talk.consult()
    talk.hold()
    talk.floor.send(e.ConsultationOpened(agent=talk.agent))
    assert not talk.floor.all(c.JoinThirdParty)
    assert "nobody is on hold" in talk.floor.engine.why_ignored


def test_a_person_who_cannot_be_let_in_stays_on_hold_and_the_agent_is_told(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True))
    talk.floor.send(e.BridgeFailed(attempt=talk.attempt, agent=talk.agent, reason="busy"))
    assert (talk.state, talk.view().notice) == (AttemptState.HELD, "the person could not be let in: busy")
    talk.floor.send(e.ConsultationOpened(agent=talk.agent))
    talk.back()
    assert talk.state is AttemptState.CONNECTED, (
        "the agent does not leave: that was asked of the try that failed"
    )


def test_what_is_recorded_stops_when_the_agent_leaves_the_others_to_themselves(talk: Talk) -> None:
    talk.floor.send(e.RecordingBegan(attempt=talk.attempt))
    talk.alone()
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True))
    talk.back()
    assert [kind for kind, _ in talk.orders()] == [
        "StopRecording",  # before the third comes in, whom nobody told of it
        "JoinThirdParty",
        "StopRecording",  # again, since it was not heard to have stopped
        "ReleaseAgent",
    ]


# --- losses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NOT_ATTEMPTED])
def test_a_third_party_who_is_not_reached_brings_the_person_back(talk: Talk, outcome: Outcome) -> None:
    talk.consult()
    talk.hold()
    talk.third_over(outcome, after=20.0)
    assert talk.orders()[-1] == ("Bridge", talk.attempt)
    assert talk.view().notice == f"creditor was not reached: {outcome.value}"
    talk.back()
    assert talk.state is AttemptState.CONNECTED


def test_a_third_party_who_is_refused_before_the_hold_is_told_brings_the_person_back_then(talk: Talk) -> None:
    talk.consult()
    talk.floor.send(e.CallNotAttempted(attempt=talk.third, reason="full"))
    assert not talk.floor.all(c.Bridge)
    talk.hold()
    assert talk.orders()[-1] == ("Bridge", talk.attempt)


def test_a_person_who_hangs_up_on_hold_ends_the_consultation_and_after_call_work_begins(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.CallEnded(attempt=talk.attempt, outcome=Outcome.CONNECTED), after=10.0)
    assert talk.orders() == [("Hangup", talk.third)]
    assert talk.view().state is AgentState.WRAPPING
    talk.third_over()
    talk.floor.dispose(talk.attempt, talk.agent, DispositionKind.HUNG_UP_UNVERIFIED)
    assert talk.view().state is AgentState.AVAILABLE
    assert talk.floor.engine.checkpoint().guests == {}


def test_an_agent_whose_phone_is_lost_leaves_the_person_to_another_and_the_third_party_goes(
    talk: Talk,
) -> None:
    talk.alone()
    talk.floor.send(e.AgentLegLost(agent=talk.agent))
    assert talk.orders() == [("Hangup", talk.third), ("Bridge", talk.attempt)]
    assert talk.floor.last(c.Bridge).agent == talk.other
    talk.third_over()
    talk.floor.send(e.CallBridged(attempt=talk.attempt, agent=talk.other, bridged_at=talk.floor.now))
    assert (talk.state, talk.view(talk.other).state) == (AttemptState.CONNECTED, AgentState.TALKING)


def test_with_no_other_agent_the_persons_call_is_ended(talk: Talk) -> None:
    talk.floor.send(e.AgentLoggedOut(agent=talk.other))
    talk.alone()
    talk.floor.send(e.AgentLegLost(agent=talk.agent))
    assert talk.orders() == [("Hangup", talk.third), ("Hangup", talk.attempt)]
    assert talk.floor.last(c.Hangup).reason is c.HangupReason.AGENT_GONE


def test_an_agent_who_hangs_up_ends_the_persons_call_and_with_it_the_third_partys(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.AgentHungUp(agent=talk.agent))
    assert talk.orders() == [("Hangup", talk.attempt)]
    talk.floor.send(e.CallEnded(attempt=talk.attempt, outcome=Outcome.CONNECTED))
    assert talk.orders()[1:] == [("Hangup", talk.third)]


# --- no longer than five minutes --------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "ended"), [(299.0, False), (300.0, True)])
def test_nobody_is_on_hold_for_longer_than_five_minutes(talk: Talk, after: float, ended: bool) -> None:
    talk.consult()
    talk.hold()
    began = talk.floor.now
    talk.answer()
    talk.floor.send(e.CallBridged(attempt=talk.third, agent=talk.agent, bridged_at=talk.floor.now))
    talk.floor.log.clear()
    talk.floor.wait(began + after - talk.floor.now)
    assert talk.orders() == ([("Hangup", talk.third)] if ended else [])
    if ended:
        assert talk.floor.last(c.Hangup).reason is c.HangupReason.HELD_TOO_LONG
        assert talk.view().notice == "the person was on hold for 5 minutes"
        talk.third_over()
        assert talk.orders()[-1] == ("Bridge", talk.attempt)


def test_taking_the_person_back_is_tried_again_every_second_for_ten_then_their_call_is_ended(
    talk: Talk,
) -> None:
    talk.alone()
    talk.third_over()
    for _ in range(9):
        talk.floor.send(e.BridgeFailed(attempt=talk.attempt, agent=talk.agent, reason="not now"))
        talk.floor.wait(1.0)
    assert talk.orders() == [("Bridge", talk.attempt)] * 10
    talk.floor.send(e.BridgeFailed(attempt=talk.attempt, agent=talk.agent, reason="not now"))
    talk.floor.wait(0.9)
    assert len(talk.orders()) == 10
    talk.floor.wait(0.1)
    assert talk.orders()[10:] == [("Hangup", talk.attempt)]
    talk.floor.send(e.CallEnded(attempt=talk.attempt, outcome=Outcome.CONNECTED))
    assert talk.view().state is AgentState.WRAPPING


def test_a_stepped_clock_neither_lengthens_nor_shortens_a_hold(talk: Talk) -> None:
    talk.alone()
    left = talk.floor.engine.checkpoint().calls[talk.attempt].held_until - talk.floor.now
    talk.floor.now += 3600.0
    talk.floor.send(e.ClockStepped(seconds=3600.0))
    assert talk.floor.engine.checkpoint().calls[talk.attempt].held_until - talk.floor.now == left
    assert talk.orders() == []


# --- a new process, a lost connection ---------------------------------------------------------------------


def reconcile(talk: Talk, *live: AttemptId, talking: dict[AttemptId, AgentId] | None = None) -> None:
    talk.floor.send(e.NetworkReconciled(live=live, talking=talking or {}, agents=(ANN, BOB)))


@pytest.mark.parametrize("is_new_process", [True, False])
def test_a_consultation_goes_on_after_a_restart_and_a_lost_connection(
    talk: Talk, is_new_process: bool
) -> None:
    talk.alone()
    lost = e.EngineRestarted(checkpoint="", generation=2) if is_new_process else e.NetworkLost(reason="cut")
    talk.floor.send(lost)
    reconcile(talk, talk.attempt, talk.third, talking={talk.third: talk.agent})
    assert talk.orders() == []
    talk.floor.send(e.ConsultationOpened(agent=talk.agent))
    talk.back()
    assert (talk.state, talk.view().third_party) == (AttemptState.CONNECTED, "creditor: joined")


def test_a_third_party_who_went_while_nobody_listened_brings_the_person_back(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.EngineRestarted(checkpoint="", generation=2))
    reconcile(talk, talk.attempt)
    assert talk.orders() == [("Bridge", talk.attempt)]


def test_a_person_who_went_while_nobody_listened_ends_the_consultation(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.NetworkLost(reason="cut"))
    reconcile(talk, talk.third, talking={talk.third: talk.agent})
    assert talk.orders() == [("Hangup", talk.third)]
    assert talk.view().state is AgentState.WRAPPING


def test_a_hold_and_a_joining_that_were_not_heard_of_are_learned_from_what_lives(talk: Talk) -> None:
    talk.consult()
    talk.floor.send(e.NetworkLost(reason="cut"))
    reconcile(talk, talk.attempt, talk.third, talking={talk.third: talk.agent})
    assert (talk.state, talk.view().third_party) == (AttemptState.HELD, "creditor: consulted")
    assert not talk.floor.all(c.Hangup)


def test_a_person_who_was_let_in_while_nobody_listened_is_with_their_agent(talk: Talk) -> None:
    talk.alone()
    talk.floor.send(e.NetworkLost(reason="cut"))
    both = {talk.attempt: talk.agent, talk.third: talk.agent}
    reconcile(talk, talk.attempt, talk.third, talking=both)
    assert (talk.state, talk.view().third_party) == (AttemptState.CONNECTED, "creditor: joined")


def test_nothing_is_tried_while_the_telephone_system_is_not_heard_and_everything_after(talk: Talk) -> None:
    talk.alone()
    talk.third_over()
    talk.floor.send(e.NetworkLost(reason="cut"))
    talk.floor.send(e.BridgeFailed(attempt=talk.attempt, agent=talk.agent, reason="no connection"))
    talk.floor.wait(120.0)
    assert talk.orders() == [("Bridge", talk.attempt)]
    assert talk.state is AttemptState.HELD
    reconcile(talk, talk.attempt)
    assert talk.orders()[1:] == [("Bridge", talk.attempt)]


# --- late and doubled news --------------------------------------------------------------------------------


def test_late_and_doubled_news_changes_nothing(talk: Talk) -> None:
    talk.floor.send(e.HoldFailed(attempt=talk.attempt, reason="late"))
    talk.alone()
    before = talk.floor.engine.ignored
    talk.hold()
    talk.floor.send(e.CallAnswered(attempt=talk.third, answered_at=talk.floor.now))
    talk.floor.send(e.CallBridged(attempt=talk.third, agent=talk.agent, bridged_at=talk.floor.now))
    talk.floor.send(e.HoldFailed(attempt=talk.attempt, reason="late"))
    assert talk.floor.engine.ignored == before + 3
    assert (talk.state, talk.orders()) == (AttemptState.HELD, [])
    assert talk.view().third_party == "creditor: consulted"


def test_a_person_put_on_hold_for_nothing_is_taken_back(talk: Talk) -> None:
    talk.hold()
    assert talk.orders() == [("Bridge", talk.attempt)]


# --- another agent is asked -------------------------------------------------------------------------------


def ask_other(talk: Talk) -> AttemptId:
    """The agent who talks asks the other; the person is on hold, and the two are joined."""
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, to=talk.other))
    talk.hold()
    talk.third = talk.floor.last(c.JoinAgents).consultation
    talk.floor.send(e.CallBridged(attempt=talk.third, agent=talk.agent, bridged_at=talk.floor.now))
    return talk.third


def parted(talk: Talk) -> list[AttemptId]:
    return [row.consultation for row in talk.floor.all(c.PartAgents)]


def test_another_agent_is_kept_and_joined_when_the_person_is_on_hold_and_nobody_is_called(talk: Talk) -> None:
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, to=talk.other))
    assert [type(row).__name__ for row in talk.floor.log if not isinstance(row, c.StoreAgentState)] == [
        "HoldPerson"
    ]
    assert talk.view(talk.other).state is AgentState.RESERVED
    talk.hold()
    join = talk.floor.last(c.JoinAgents)
    assert (join.attempt, join.agent, join.colleague) == (talk.attempt, talk.agent, talk.other)
    talk.floor.send(e.CallBridged(attempt=join.consultation, agent=talk.agent, bridged_at=talk.floor.now))
    assert talk.view(talk.other).state is AgentState.TALKING
    assert talk.view().third_party == f"agent {talk.other}: consulted"
    assert not talk.floor.all(c.Originate)


def test_the_agent_who_was_asked_takes_the_person_over_and_the_first_is_free(talk: Talk) -> None:
    ask_other(talk)
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True))
    bridge = talk.floor.last(c.Bridge)
    assert (bridge.attempt, bridge.agent, bridge.from_agent) == (talk.attempt, talk.other, talk.agent)
    talk.floor.send(e.CallEnded(attempt=talk.third, outcome=Outcome.CONNECTED))
    talk.floor.send(e.CallBridged(attempt=talk.attempt, agent=talk.other, bridged_at=talk.floor.now))
    assert (talk.state, talk.view().state) == (AttemptState.CONNECTED, AgentState.AVAILABLE)
    assert (talk.view(talk.other).state, talk.view(talk.other).attempt) == (AgentState.TALKING, talk.attempt)
    talk.floor.send(e.CallEnded(attempt=talk.attempt, outcome=Outcome.CONNECTED), after=30.0)
    talk.floor.dispose(talk.attempt, talk.other, DispositionKind.HUNG_UP_UNVERIFIED)
    assert talk.floor.last(c.StoreOutcome).record.agent == talk.other


def test_the_agent_comes_back_to_the_person_and_the_one_who_was_asked_is_free(talk: Talk) -> None:
    third = ask_other(talk)
    talk.floor.send(e.ThirdPartyReleased(agent=talk.agent))
    assert parted(talk) == [third]
    talk.third_over()
    assert talk.view(talk.other).state is AgentState.AVAILABLE
    assert talk.orders()[-1] == ("Bridge", talk.attempt)
    talk.back()
    assert (talk.state, talk.view().attempt) == (AttemptState.CONNECTED, talk.attempt)


@pytest.mark.parametrize("are_apart", [True, False])
def test_a_hand_over_that_fails_brings_the_person_back(talk: Talk, are_apart: bool) -> None:
    third = ask_other(talk)
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True))
    if are_apart:
        talk.third_over()
    talk.floor.send(e.BridgeFailed(attempt=talk.attempt, agent=talk.other, reason="busy"))
    assert (parted(talk), talk.view().notice) == ([third], "the person could not be let in: busy")
    talk.third_over()
    assert (talk.floor.last(c.Bridge).attempt, talk.floor.last(c.Bridge).agent) == (talk.attempt, talk.agent)
    assert talk.view(talk.other).state is AgentState.AVAILABLE


def test_a_colleague_is_not_let_in_beside_the_agent(talk: Talk) -> None:
    ask_other(talk)
    talk.floor.send(e.ConsultationOpened(agent=talk.agent))
    assert not talk.floor.all(c.JoinThirdParty)
    assert talk.view().notice == f"hand the person over to agent {talk.other}, or come back to them"


def test_who_was_asked_and_hangs_up_ends_the_consultation_and_not_the_persons_call(talk: Talk) -> None:
    third = ask_other(talk)
    talk.floor.send(e.AgentHungUp(agent=talk.other))
    assert parted(talk) == [third]
    assert not talk.floor.all(c.Hangup)


def test_a_phone_of_who_was_asked_that_is_lost_brings_the_person_back(talk: Talk) -> None:
    third = ask_other(talk)
    talk.floor.send(e.AgentLegLost(agent=talk.other))
    assert parted(talk) == [third]
    assert talk.state is AttemptState.HELD
    talk.third_over()
    assert talk.orders()[-1] == ("Bridge", talk.attempt)
    assert talk.view(talk.other).state is AgentState.LEG_LOST


def test_a_person_who_hangs_up_ends_a_consultation_of_agents_too(talk: Talk) -> None:
    third = ask_other(talk)
    talk.floor.send(e.CallEnded(attempt=talk.attempt, outcome=Outcome.CONNECTED))
    assert parted(talk) == [third]
    talk.third_over()
    assert (talk.view().state, talk.view(talk.other).state) == (AgentState.WRAPPING, AgentState.AVAILABLE)


def test_who_is_not_free_is_not_asked_and_the_agent_is_told_why(talk: Talk) -> None:
    talk.floor.send(e.AgentLoggedOut(agent=talk.other))
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, to=talk.other))
    assert talk.orders() == []
    assert f"agent {talk.other} is logged out" in talk.view().notice


def test_agents_whose_joining_fails_are_as_they_were(talk: Talk) -> None:
    talk.floor.send(e.ConsultationRequested(agent=talk.agent, to=talk.other))
    talk.hold()
    talk.third = talk.floor.last(c.JoinAgents).consultation
    talk.floor.send(e.BridgeFailed(attempt=talk.third, agent=talk.agent, reason="gone"))
    assert parted(talk) == [talk.third]
    talk.third_over()
    assert talk.view(talk.other).state is AgentState.AVAILABLE
    assert talk.orders()[-1] == ("Bridge", talk.attempt)


def test_what_was_between_two_agents_is_over_after_a_loss_and_the_person_is_taken_back(talk: Talk) -> None:
    ask_other(talk)
    talk.floor.send(e.EngineRestarted(checkpoint="", generation=2))
    reconcile(talk, talk.attempt)
    assert talk.orders()[-1] == ("Bridge", talk.attempt)
    assert talk.floor.last(c.Bridge).agent == talk.agent
    assert talk.view(talk.other).state is AgentState.AVAILABLE


def test_a_person_who_was_handed_over_while_nobody_listened_is_the_other_agents(talk: Talk) -> None:
    ask_other(talk)
    talk.floor.send(e.ConsultationOpened(agent=talk.agent, leaves=True))
    talk.floor.send(e.NetworkLost(reason="cut"))
    reconcile(talk, talk.attempt, talking={talk.attempt: talk.other})
    assert (talk.state, talk.view(talk.other).state) == (AttemptState.CONNECTED, AgentState.TALKING)
    assert talk.view().state is AgentState.AVAILABLE
