"""A defect was met: whom it names is held, nobody else; where it names nobody, nobody at all is launched."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.words import HoldKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, AttemptId, DebtId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.inbound import Caller
from dialer.domain.lead import Target

Floor = Any
MakeFloor = Callable[..., Floor]
P0, P1, P19 = PersonId("p0"), PersonId("p1"), PersonId("p19")


def defect(kind: str = "CallRinging", **more: Any) -> e.EventQuarantined:
    values: dict[str, Any] = {"kind": kind, "text": "", "error": "ZeroDivisionError: x", **more}
    return e.EventQuarantined(**values)


def held(floor: Floor) -> list[str]:
    """Persons, numbers and debts for which a hold of this kind was stored, in order."""
    stored = [row for row in floor.all(c.StoreHold) if row.hold.kind is HoldKind.QUARANTINED]
    return [row.person or row.number or row.debt for row in stored]


def is_stopped(floor: Floor) -> bool:
    return bool(floor.engine.snapshot().is_floor_stopped)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"persons": (P19, P1)}, ["p1", "p19"]),
        ({"leads": (LeadId("l0019"), LeadId("unknown"))}, ["p19"]),
        ({"numbers": (NumberId("n5"), NumberId("n9"))}, ["n5", "n9"]),
        ({"debts": (DebtId("d5"),)}, ["d5"]),
        ({"persons": (P1,), "numbers": (NumberId("n5"),), "debts": (DebtId("d9"),)}, ["p1", "n5", "d9"]),
    ],
)
def test_whom_it_names_is_held_and_the_floor_goes_on(
    floor: Floor, names: dict[str, Any], expected: list[str]
) -> None:
    floor.send(defect(**names))
    assert held(floor) == expected
    assert not is_stopped(floor)
    (alarm,) = floor.all(c.RaiseAlarm)
    sequence = floor.engine.checkpoint().sequence
    persons = [name for name in expected if name.startswith("p")]
    told = f"{len(persons)} people, {len(expected) - len(persons)} numbers and debts"
    assert alarm.text == (
        f"step {sequence}: a defect was met (CallRinging: ZeroDivisionError: x); "
        f"{told} are held until somebody lifts it"
    )
    assert floor.engine.put_aside == len(persons)


def test_whoever_is_called_is_found_by_their_attempt(floor: Floor) -> None:
    first = floor.all(c.Originate)[0].attempt
    floor.send(defect(attempts=(AttemptId("never-made"), first)))
    assert held(floor) == ["p0"]
    assert floor.engine.checkpoint().quarantined.keys() == {P0}


def test_what_rings_to_them_is_hung_up(floor: Floor) -> None:
    first = floor.all(c.Originate)[0].attempt
    floor.send(defect(persons=(P0,)))
    assert floor.all(c.Hangup) == [c.Hangup(attempt=first, reason=c.HangupReason.SUPPRESSED)]


def test_whoever_owes_a_lead_is_held_each_of_them(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.seat("resting", ready=False)
    joint = (Target(person=P1, number=NumberId("n1")), Target(person=P0, number=NumberId("n0")))
    floor.feed(2, targets=joint)
    floor.send(defect(leads=(LeadId("l0001"),)))
    assert held(floor) == ["p0", "p1"]


def test_whoever_may_be_calling_us_is_held_each_of_them(floor: Floor) -> None:
    call = InboundId("in")
    floor.send(e.InboundArrived(call=call))
    callers = tuple(Caller(person=person, debts=()) for person in (P19, P1))
    floor.send(e.InboundIdentified(call=call, number=NumberId("n"), callers=callers))
    floor.send(defect(calls=(InboundId("unknown"), call)))
    assert held(floor) == ["p1", "p19"]


def test_the_person_of_the_talk_is_held_when_it_is_of_their_third_party(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    agent = AgentId("agent0")
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    file = floor.person(0)
    other = file.numbers[0].__class__(number="n0-mobile")
    edited = file.__class__(person="p0", numbers=(*file.numbers, other), debts=file.debts)
    floor.send(e.PersonEdited(person=edited))
    floor.send(e.PersonPlacedAgain(person=edited, as_of=floor.engine.checkpoint().sequence))
    floor.send(e.ThirdPartyRequested(agent=agent, number=NumberId("n0-mobile")))
    third = floor.last(c.Originate).attempt
    assert third != attempt
    floor.send(defect(attempts=(third,)))
    assert held(floor) == ["p0"]


@pytest.mark.parametrize(
    ("names", "stops"),
    [
        ({}, True),
        ({"leads": (LeadId("unknown"),)}, True),
        ({"persons": (P1,)}, False),
        ({"numbers": (NumberId("n1"),)}, False),
        ({"debts": (DebtId("d1"),)}, False),
        ({"persons": (P1,), "holds_launching": True}, True),
    ],
)
def test_nobody_is_launched_where_it_names_nobody_or_says_so(
    floor: Floor, names: dict[str, Any], stops: bool
) -> None:
    floor.send(defect(**names))
    assert is_stopped(floor) is stops
    (alarm,) = floor.all(c.RaiseAlarm)
    assert ("nobody is launched until the floor is released" in alarm.text) is stops
    for order in floor.all(c.Originate):
        floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.NO_ANSWER), after=1.0)
    floor.wait(5.0)
    assert (len(floor.all(c.Originate)) == 2) is stops


def test_a_person_who_is_held_is_not_dialed_and_rests_an_hour(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(3)
    floor.send(defect(persons=(P0,)))
    floor.seat("agent0")
    began = floor.now
    floor.wait(2.0)
    assert [order.person for order in floor.all(c.Originate)] == ["p1"]
    (rest,) = floor.all(c.RestLead)
    assert (rest.lead, rest.not_before) == ("l0000", pytest.approx(began + 3600.0, abs=1.0))
    assert "a defect was met" in rest.reason


def test_of_a_joint_account_the_other_debtor_may_be_called(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    joint = (Target(person=P0, number=NumberId("n0")), Target(person=P1, number=NumberId("n1")))
    floor.feed(2, targets=joint)
    floor.send(defect(persons=(P0,)))
    floor.seat("agent0")
    floor.wait(2.0)
    assert [order.person for order in floor.all(c.Originate)][:1] == ["p1"]


@pytest.mark.parametrize(("kind", "is_lifted"), [(HoldKind.QUARANTINED, True), (HoldKind.DISPUTE, False)])
def test_somebody_lets_go_again_and_only_of_this_kind(floor: Floor, kind: HoldKind, is_lifted: bool) -> None:
    floor.send(defect(persons=(P19,)))
    floor.send(e.HoldLifted(person=P19, kind=kind, by="compliance"))
    assert floor.engine.put_aside == (0 if is_lifted else 1)
    assert (floor.engine.checkpoint().persons[P19].file.holds == ()) is is_lifted


@pytest.mark.parametrize(
    ("kind", "is_lost", "is_closed"),
    [
        ("CallEnded", True, True),
        ("CallNotAttempted", True, True),
        ("CallEnded", False, False),
        ("CallRinging", True, False),
    ],
)
def test_a_call_whose_end_was_put_aside_is_over_since_nobody_tells_it_again(
    floor: Floor, kind: str, is_lost: bool, is_closed: bool
) -> None:
    first, second = [order.attempt for order in floor.all(c.Originate)]
    floor.send(defect(kind, attempts=(AttemptId("never-made"), first), is_lost=is_lost))
    outcomes = {row.record.attempt: row.record.outcome for row in floor.all(c.StoreOutcome)}
    assert outcomes == ({first: Outcome.UNKNOWN} if is_closed else {})
    assert second in floor.engine.checkpoint().calls


def test_a_timer_that_raised_is_served_no_more_and_no_other_is_lost(floor: Floor) -> None:
    """The watches over two calls are due; that of the first raised."""
    first, second = [order.attempt for order in floor.all(c.Originate)]
    due = floor.engine.checkpoint().calls[second].launch.launched_at + 22.0 + 60.0
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    floor.now = due
    floor.send(defect("TimeReached", attempts=(first,), timer=("watch", first)))
    (alarm,) = floor.all(c.RaiseAlarm)
    assert f"(the timer watch of {first}: ZeroDivisionError: x)" in alarm.text
    floor.log.clear()
    floor.send(e.TimeReached())
    assert [row.attempt for row in floor.all(c.Hangup)] == [second]


def test_a_timer_of_the_same_name_that_is_not_due_stays(floor: Floor) -> None:
    first, _second = [order.attempt for order in floor.all(c.Originate)]
    before = list(floor.engine.checkpoint().timers)
    floor.now += 1.0
    floor.send(defect("TimeReached", attempts=(first,), timer=("watch", first)))
    assert sorted(floor.engine.checkpoint().timers) == sorted(before)


def test_nothing_else_is_done_in_that_step(floor: Floor) -> None:
    """What follows an event may be what raised: the next step sees to it."""
    first = floor.all(c.Originate)[0].attempt
    before = len(floor.all(c.Originate))
    floor.now += 5.0
    floor.send(defect("CallEnded", attempts=(first,)))
    assert len(floor.all(c.Originate)) == before
    floor.send(e.TimeReached())
    assert len(floor.all(c.Originate)) == before + 1
