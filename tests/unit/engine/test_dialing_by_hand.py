"""An agent asks to call one number now: the same gate, the agent held, the lead taken off the hopper."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.request import NumberOnFile
from compliance_gate.words import Mode
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, CampaignId, LeadId, NumberId, PersonId
from dialer.domain.lead import Target

Floor = Any
MakeFloor = Callable[..., Floor]
ANN = AgentId("ann")


def ask(place: int, *, agent: AgentId = ANN, number: str | None = None) -> e.DialRequested:
    """The lead of that place, at its own number or another."""
    return e.DialRequested(
        agent=agent,
        campaign=CampaignId("spring"),
        lead=LeadId(f"l{place:04d}"),
        person=PersonId(f"p{place}"),
        number=NumberId(number or f"n{place}"),
    )


def view(floor: Floor, agent: AgentId = ANN) -> Any:
    return next(row for row in floor.engine.snapshot().agents if row.agent == agent)


def refusals(floor: Floor) -> int:
    return dict(floor.engine.snapshot().ignored).get("dial_refused", 0)


def dialed(floor: Floor) -> list[str]:
    """Numbers called for Ann, in order."""
    return [row.number for row in floor.all(c.Originate) if row.reserved_agent == ANN]


def with_ann(floor: Floor, *, leads: int = 20) -> Floor:
    """Ann is on a break; a colleague is at work and rings the first lead: the floor has somebody."""
    floor.start(agents=1, leads=leads)
    floor.seat(ANN, ready=False)
    floor.send(e.AgentPauseRequested(agent=ANN, reason="paperwork"))
    assert view(floor).state is AgentState.NOT_READY
    assert dialed(floor) == []
    return floor


@pytest.fixture
def at_a_break(make_floor: MakeFloor) -> Floor:
    """Nothing is dialed for Ann but what she asks for."""
    return with_ann(make_floor())


def test_the_number_asked_for_is_dialed_with_the_agent_held(at_a_break: Floor) -> None:
    """Whatever stands before it in the hopper; the gate hears that an agent is certain to be there."""
    at_a_break.send(ask(7))
    originate = at_a_break.last(c.Originate)
    assert (originate.person, originate.number, originate.reserved_agent) == ("p7", "n7", ANN)
    assert at_a_break.gate.asked[-1].proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED
    assert at_a_break.last(c.StoreAttempt).record.guaranteed
    assert view(at_a_break).state is AgentState.RESERVED
    assert refusals(at_a_break) == 0
    assert LeadId("l0007") not in at_a_break.engine.checkpoint().leads


def test_who_asked_during_a_break_is_back_on_it_afterwards(at_a_break: Floor) -> None:
    """With the reason they had gone for; the next lead is not theirs."""
    at_a_break.send(ask(7))
    attempt = at_a_break.last(c.Originate).attempt
    at_a_break.dispose(attempt, at_a_break.talk(attempt), DispositionKind.REFUSED_TO_PAY)
    at_a_break.wait(5.0)
    assert (view(at_a_break).state, view(at_a_break).reason) == (AgentState.NOT_READY, "paperwork")
    assert dialed(at_a_break) == ["n7"]


def test_of_a_lead_with_several_numbers_the_one_asked_for_is_dialed(make_floor: MakeFloor) -> None:
    floor = with_ann(make_floor(), leads=1)
    floor.wait(6.0)
    targets = tuple(Target(person=PersonId("p25"), number=NumberId(name)) for name in ("n25", "n26", "n27"))
    floor.feed(1, first=25, targets=targets)
    floor.send(ask(25, number="n26"))
    assert dialed(floor) == ["n26"]


def test_a_number_that_was_attached_to_the_person_meanwhile_may_be_asked_for(at_a_break: Floor) -> None:
    """The lead came without it; the gate decides."""
    at_a_break.send(ask(7, number="n700"))
    assert (at_a_break.last(c.Originate).person, at_a_break.last(c.Originate).number) == ("p7", "n700")


def test_a_lead_that_is_not_in_hand_is_not_dialed(at_a_break: Floor) -> None:
    at_a_break.send(ask(99))
    assert (dialed(at_a_break), refusals(at_a_break), at_a_break.engine.was_ignored) == ([], 1, True)
    assert view(at_a_break).state is AgentState.NOT_READY


def test_a_lead_that_is_dialed_already_is_not_dialed_again(at_a_break: Floor) -> None:
    at_a_break.send(ask(7))
    at_a_break.seat("bob", ready=False)
    at_a_break.send(ask(7, agent=AgentId("bob")))
    assert refusals(at_a_break) == 1
    assert [row.number for row in at_a_break.all(c.Originate)].count(NumberId("n7")) == 1


def test_who_is_on_a_call_asks_in_vain(at_a_break: Floor) -> None:
    at_a_break.send(ask(7))
    at_a_break.send(ask(8))
    attempt = at_a_break.last(c.Originate).attempt
    at_a_break.talk(attempt)
    at_a_break.send(ask(8))
    assert (dialed(at_a_break), refusals(at_a_break)) == (["n7"], 2)


@pytest.mark.parametrize(
    "event",
    [
        e.CampaignPaused(campaign=CampaignId("spring")),
        e.LaunchingHeld(by="compliance", reason="a question"),
        e.NetworkLost(reason="gone"),
    ],
)
def test_what_stops_the_campaign_stops_this_too(at_a_break: Floor, event: e.Event) -> None:
    at_a_break.send(event)
    at_a_break.send(ask(7))
    assert (dialed(at_a_break), refusals(at_a_break)) == ([], 1)


@pytest.mark.parametrize(("lines", "numbers"), [(1, []), (2, ["n7"])])
def test_there_must_be_a_line_for_it(make_floor: MakeFloor, lines: int, numbers: list[str]) -> None:
    """The colleague has one."""
    floor = with_ann(make_floor(lines=lines))
    floor.send(ask(7))
    assert (dialed(floor), refusals(floor)) == (numbers, 1 - len(numbers))


def test_the_gate_denies_it_as_any_other_call(at_a_break: Floor) -> None:
    """The lead rests, the agent stays on their break and is not thought to be leaving it."""
    at_a_break.gate.denied.add("p7")
    at_a_break.send(ask(7))
    assert (dialed(at_a_break), refusals(at_a_break)) == ([], 1)
    assert at_a_break.last(c.RestLead).lead == "l0007"
    assert at_a_break.last(c.StoreDenial).person == "p7"
    assert view(at_a_break).state is AgentState.NOT_READY
    at_a_break.send(e.AgentGotReady(agent=ANN))
    assert not view(at_a_break).is_leaving


def test_a_reserved_lead_may_be_asked_for_and_is_not_served_twice(make_floor: MakeFloor) -> None:
    """A promised call back: whoever asks first has it."""
    floor = with_ann(make_floor(), leads=1)
    floor.wait(6.0)
    floor.feed(1, first=25, reserve_agent=True)
    floor.send(ask(25))
    assert dialed(floor) == ["n25"]
    floor.seat("bob")
    floor.wait(120.0)
    assert [row.number for row in floor.all(c.Originate)].count(NumberId("n25")) == 1


# --- an account that two people owe, promised to a colleague -----------------------------------------------


@pytest.fixture
def joint(make_floor: MakeFloor) -> Floor:
    """The one lead in hand names two people, whom a third came with; Ann is on a break."""
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=CampaignId("spring")))
    both = (
        Target(person=PersonId("p0"), number=NumberId("n0")),
        Target(person=PersonId("p1"), number=NumberId("n1")),
    )
    due = floor.now + 9000.0
    floor.feed(2, targets=both, reserve_agent=True, reserve_for=AgentId("bob"), not_before=due)
    floor.seat(ANN, ready=False)
    floor.seat("bob")
    return floor


def ask_the_second(floor: Floor) -> None:
    floor.send(
        e.DialRequested(
            agent=ANN,
            campaign=CampaignId("spring"),
            lead=LeadId("l0000"),
            person=PersonId("p1"),
            number=NumberId("n1"),
        )
    )


def test_a_lead_that_was_asked_for_leaves_nobody_s_file_behind(joint: Floor) -> None:
    """Neither that of the joint debtor who was not called: files are counted by lead."""
    ask_the_second(joint)
    assert dialed(joint) == ["n1"]
    joint.send(e.CallEnded(attempt=joint.last(c.Originate).attempt, outcome=Outcome.BUSY), after=2.0)
    joint.send(e.CampaignStopped(campaign=CampaignId("spring")))
    assert dict(joint.engine.checkpoint().persons) == {}


def test_a_call_back_that_may_not_be_made_now_stays_promised(joint: Floor) -> None:
    joint.gate.denied.add("p1")
    ask_the_second(joint)
    assert dialed(joint) == []
    rest = joint.last(c.RestLead)
    assert (rest.lead, rest.reserve_agent, rest.reserve_for) == ("l0000", True, "bob")


def test_a_number_that_an_edit_gave_somebody_is_dialed_when_its_past_is_read(at_a_break: Floor) -> None:
    """Unknown is not nothing: what happened on the line, and was asked for it, is in the store alone."""
    floor, person = at_a_break, at_a_break.person(7)
    given = NumberOnFile(number="theirs")
    edited = replace(person, numbers=(*person.numbers, given))
    floor.send(e.PersonEdited(person=edited))
    floor.send(ask(7, number="theirs"))
    assert (dialed(floor), refusals(floor)) == ([], 1)
    denied = floor.last(c.StoreDenial)
    assert [(f.rule, f.verdict.value) for f in denied.findings] == [
        ("test-rule", "cleared"),
        ("gate-line-read", "denied"),
    ]
    assert denied.retry_at == floor.now + 5.0


def test_a_number_that_an_edit_gave_somebody_is_dialed_when_it_was_read(at_a_break: Floor) -> None:
    floor, person = at_a_break, at_a_break.person(7)
    edited = replace(person, numbers=(*person.numbers, NumberOnFile(number="theirs")))
    floor.send(e.PersonEdited(person=edited))
    floor.send(e.PersonPlacedAgain(person=edited, as_of=floor.engine.checkpoint().sequence))
    floor.send(ask(7, number="theirs"))
    assert dialed(floor) == ["theirs"]
