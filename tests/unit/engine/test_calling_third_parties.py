"""Whether a third party may be called, what the gate is asked of them, and what their call comes to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.call_handling import CallHandling
from compliance_gate.request import HistoryEntry
from compliance_gate.words import (
    AddressKind,
    EventKind,
    Mode,
    NumberKind,
    NumberRole,
    PersonRole,
    Place,
    Purpose,
    Tech,
)
from compliance_gate.words import Outcome as GateOutcome
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, BoxId, NumberId, PersonId
from dialer.domain.lead import Target
from dialer.domain.record import AttemptRecord, instant
from dialer.domain.snapshot import AgentView
from dialer.domain.telephone_events import BoxFound
from dialer.domain.third_party import OutsideLine
from pacing.policy import TalkEnded

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
ANN = AgentId("agent0")
HOME, MOBILE = NumberId("n0"), NumberId("n0-mobile")
LINE = OutsideLine(
    name="creditor",
    number="+12125550111",
    role=PersonRole.CREDITOR,
    region="NY",
    zones=("America/New_York",),
)


def talking(make_floor: MakeFloor, **settings: Any) -> tuple[Floor, AttemptId]:
    """Ann, the only agent, talks with p0, who has a second number; nothing else is in flight."""
    floor = make_floor(outside_lines=(LINE,), **settings)
    floor.start(agents=1, leads=1)
    file = floor.person(0)
    more = replace(file.numbers[0], number=MOBILE)
    edited = replace(file, numbers=(*file.numbers, more))
    floor.send(e.PersonEdited(person=edited))
    floor.send(e.PersonPlacedAgain(person=edited, as_of=floor.engine.checkpoint().sequence))
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.log.clear()
    return floor, AttemptId(attempt)


def call_line(floor: Floor) -> AttemptId:
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    return AttemptId(floor.last(c.Originate).attempt)


def call_number(floor: Floor, number: NumberId = MOBILE) -> AttemptId:
    floor.send(e.ThirdPartyRequested(agent=ANN, number=number))
    return AttemptId(floor.last(c.Originate).attempt)


def join(floor: Floor, third: AttemptId) -> None:
    floor.send(e.CallRinging(attempt=third), after=1.0)
    floor.send(e.CallAnswered(attempt=third, answered_at=floor.now), after=3.0)
    floor.send(e.CallBridged(attempt=third, agent=ANN, bridged_at=floor.now))


def view(floor: Floor, name: AgentId = ANN) -> AgentView:
    return next(row for row in floor.engine.snapshot().agents if row.agent == name)


def notice(floor: Floor) -> str:
    return view(floor).notice


def records(floor: Floor, attempt: AttemptId) -> list[AttemptRecord]:
    return [each.record for each in floor.all(c.StoreOutcome) if each.record.attempt == attempt]


# --- whether one may be called ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (e.FloorStopped(by="ana", reason="a complaint"), "the whole floor is stopped: a complaint (ana)"),
        (e.NetworkLost(reason="cut"), "the telephone system is not heard"),
        (e.LaunchingHeld(by="compliance", reason="a question"), "a question"),
    ],
)
def test_what_stops_every_launch_stops_this_one_and_the_agent_is_told_why(
    make_floor: MakeFloor, event: e.Event, why: str
) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(event)
    for asked in (
        e.ThirdPartyRequested(agent=ANN, line="creditor"),
        e.ThirdPartyRequested(agent=ANN, number=MOBILE),
    ):
        floor.send(asked)
        assert (floor.all(c.Originate), notice(floor)) == ([], f"no third party: {why}")
    assert floor.engine.checkpoint().guests == {}


def test_every_hold_that_stands_is_named(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(e.LaunchingHeld(by="compliance", reason="a question"))
    floor.send(e.LaunchingHeld(by="disk", reason="no room"))
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    assert notice(floor) == "no third party: a question; no room"
    for by in ("compliance", "disk"):
        floor.send(e.LaunchingResumed(by=by))
    call_line(floor)
    assert notice(floor) == ""


def test_a_line_that_the_campaign_does_not_have_is_not_called(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="the moon"))
    assert notice(floor) == "no third party: the campaign has no outside line 'the moon'"
    assert (floor.all(c.Originate), floor.engine.was_ignored) == ([], True)


@pytest.mark.parametrize(("lost", "is_called"), [("north", False), ("south", True)])
def test_only_the_box_of_the_talk_must_be_heard(make_floor: MakeFloor, lost: str, is_called: bool) -> None:
    """The third party is called through the telephone system at which the others are."""
    floor = make_floor(outside_lines=(LINE,))
    found = tuple(BoxFound(box=BoxId(name), lines=30) for name in ("north", "south"))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=found))
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(1)
    floor.send(e.AgentLegRestored(agent=floor.seat(ANN), box=BoxId("north")))
    floor.wait(1.0)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(e.NetworkLost(reason="cut", box=BoxId(lost)))
    floor.log.clear()
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    assert [order.box for order in floor.all(c.Originate)] == (["north"] if is_called else [])
    assert notice(floor) == ("" if is_called else "no third party: the telephone system is not heard")


def test_who_talks_with_nobody_calls_nobody_in(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.log.clear()
    floor.send(e.ThirdPartyRequested(agent=ANN, line="creditor"))
    assert (floor.all(c.Originate), floor.engine.was_ignored) == ([], True)


def test_the_last_refusal_is_forgotten_when_another_third_party_is_called(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(e.ThirdPartyRequested(agent=ANN, line="the moon"))
    call_line(floor)
    assert notice(floor) == ""


def test_a_number_on_which_somebody_else_is_called_is_not_called_too(make_floor: MakeFloor) -> None:
    """Two people have it; one line to a household."""
    floor, _attempt = talking(make_floor)
    floor.wait(130.0)
    floor.seat("bob")
    floor.feed(1, first=5, targets=(Target(person=PersonId("p5"), number=MOBILE),))
    floor.wait(2.0)
    assert floor.last(c.Originate).number == MOBILE
    ringing = len(floor.all(c.Originate))
    floor.send(e.ThirdPartyRequested(agent=ANN, number=MOBILE))
    assert len(floor.all(c.Originate)) == ringing
    assert notice(floor) == "no third party: the number is being called, or talked on, already"


@pytest.mark.parametrize("number", [HOME, NumberId("n9")])
def test_neither_the_number_that_is_talked_on_nor_a_stranger_s_is_called(
    make_floor: MakeFloor, number: NumberId
) -> None:
    floor, attempt = talking(make_floor)
    state = floor.engine.checkpoint()
    state.locked_numbers.pop(number, None)  # the lock alone would not tell the two refusals apart
    floor.send(e.ThirdPartyRequested(agent=ANN, number=number))
    assert floor.all(c.Originate) == []
    assert notice(floor) == "no third party: this is no other number of the person"
    state.locked_numbers[HOME] = attempt


def test_nobody_is_called_in_who_is_held_for_a_defect(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(e.EventQuarantined(kind="CallRinging", error="E", text="", persons=(PersonId("p0"),)))
    floor.send(e.ThirdPartyRequested(agent=ANN, number=MOBILE))
    assert floor.all(c.Originate) == []
    assert "a defect was met" in notice(floor)


# --- what the gate is asked -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ring_s", "shortest_ring_s", "asked_s"),
    [(22.0, 15.0, [32.0]), (40.0, 15.0, [50.0]), (15.0, 20.0, [25.0, 30.0])],
)
def test_a_line_is_cleared_for_as_long_as_its_telephone_may_ring(
    make_floor: MakeFloor, ring_s: float, shortest_ring_s: float, asked_s: list[float]
) -> None:
    """Ten seconds to reach the telephone and the ring; again where it must ring longer than was asked."""
    floor, _attempt = talking(make_floor, ring_s=ring_s)
    floor.gate.handling = CallHandling(shortest_ring_s=shortest_ring_s)
    floor.gate.asked.clear()
    call_line(floor)
    assert [asked.max_ring_s for asked in floor.gate.asked] == asked_s
    assert floor.last(c.Originate).ring_s == max(ring_s, shortest_ring_s)


def test_another_number_of_the_person_is_cleared_for_as_long_as_its_telephone_may_ring(
    make_floor: MakeFloor,
) -> None:
    floor, _attempt = talking(make_floor, ring_s=30.0)
    call_number(floor)
    assert floor.gate.asked[-1].max_ring_s == 40.0


def test_the_gate_hears_who_a_line_is_and_what_of(make_floor: MakeFloor) -> None:
    """Somebody with a role of their own to the debts of the talk, where they work."""
    floor, _attempt = talking(make_floor)
    call_line(floor)
    asked = floor.gate.asked[-1]
    proposed, file = asked.proposed, asked.person.file
    assert (proposed.number, proposed.debts, proposed.purpose) == (
        "line:creditor",
        ("d0",),
        Purpose.COLLECTION,
    )
    assert (proposed.tech, proposed.mode) == (Tech.MANUAL_LIVE, Mode.PREVIEW_AGENT_GUARANTEED)
    assert (proposed.client, proposed.campaign) == ("acme", "spring")
    (address,) = file.addresses
    assert (address.country, address.region, address.kind) == ("US", "NY", AddressKind.WORK)
    assert address.zones == frozenset({"America/New_York"})
    (number,) = file.numbers
    assert (number.kind, number.role, number.place) == (NumberKind.LANDLINE, NumberRole.WORK, Place.OTHER)
    assert [(debt.debt, debt.person_role) for debt in file.debts] == [("d0", PersonRole.CREDITOR)]


def placed(days_ago: int) -> HistoryEntry:
    """A call that nobody answered, at noon in New York so many days before the floor's Thursday."""
    at = datetime(2026, 5, 28, 16, 0, tzinfo=UTC) - timedelta(days=days_ago)
    return HistoryEntry(
        entry=f"before-{days_ago}",
        at=at,
        event=EventKind.CALL_PLACED,
        outcome=GateOutcome.NO_ANSWER,
        debts=("d0",),
        number=HOME,
    )


def test_the_gate_hears_of_the_talk_that_another_number_joins(make_floor: MakeFloor) -> None:
    """It is on no file yet: it counts as a call, and what comes of it is not known."""
    floor, attempt = talking(make_floor)
    began = floor.engine.checkpoint().calls[attempt].launch.launched_at
    call_number(floor)
    asked = floor.gate.asked[-1]
    (entry,) = asked.person.file.history
    assert (entry.entry, entry.at, entry.number) == (attempt, instant(began), HOME)
    assert (entry.event, entry.outcome, entry.debts) == (EventKind.CALL_PLACED, None, ("d0",))
    assert asked.proposed.joins == attempt
    assert floor.engine.checkpoint().persons[PersonId("p0")].file.history == ()


def test_the_talk_is_told_to_the_gate_for_this_question_only(make_floor: MakeFloor) -> None:
    """Its end brings its entry; a line's file has none."""
    floor, attempt = talking(make_floor)
    third = call_number(floor)
    floor.send(e.CallEnded(attempt=third, outcome=Outcome.NO_ANSWER), after=9.0)
    call_line(floor)
    assert floor.gate.asked[-1].proposed.joins is None
    assert floor.gate.asked[-1].person.file.history == ()
    history = floor.engine.checkpoint().persons[PersonId("p0")].file.history
    assert [each.entry for each in history] == [third]
    assert attempt != third


@pytest.mark.parametrize(
    ("before", "denied_by"),
    [(5, ()), (6, ("us-regf-seven-in-seven", "house-seven-in-seven"))],
)
def test_the_seventh_call_counts_while_the_person_talks_on_it(
    make_floor: MakeFloor, before: int, denied_by: tuple[str, ...]
) -> None:
    """Five earlier calls and the talk are six, and one more may be placed; with six it would be the eighth.

    The house's pause between two attempts keeps no number out of the talk that it joins.
    """
    floor, _attempt = talking(make_floor)
    for days in range(1, before + 1):
        floor.send(e.ContactRecorded(person=PersonId("p0"), entry=placed(days)))
    call_number(floor)
    asked = floor.gate.asked[-1]
    decision = ComplianceGate(sample_rulebook()).evaluate(asked, at=instant(floor.now))
    assert tuple(each.rule for each in decision.denials) == denied_by


def test_a_denial_is_stored_with_the_instant_from_which_the_number_may_be_called(
    make_floor: MakeFloor,
) -> None:
    floor, _attempt = talking(make_floor)
    floor.gate.denied.add("p0")
    floor.send(e.ThirdPartyRequested(agent=ANN, number=MOBILE))
    denial = floor.last(c.StoreDenial)
    assert (denial.lead, denial.person, denial.number) == ("l0000", "p0", MOBILE)
    assert (denial.at, denial.retry_at) == (floor.now, floor.now + 3600.0)
    assert (floor.all(c.Originate), notice(floor)) == ([], "no third party: test-rule (a test)")


def test_a_number_that_no_waiting_makes_lawful_is_stored_without_an_instant(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.gate.denied.add("p0")
    floor.gate.retry_after = None
    floor.send(e.ThirdPartyRequested(agent=ANN, number=MOBILE))
    assert floor.last(c.StoreDenial).retry_at is None


@pytest.mark.parametrize(("cleared", "debts"), [(None, ("d0",)), (("d0", "d9"), ("d0", "d9")), ((), ("d0",))])
def test_the_call_counts_for_the_debts_of_its_clearance_or_else_for_those_of_the_talk(
    make_floor: MakeFloor, cleared: tuple[str, ...] | None, debts: tuple[str, ...]
) -> None:
    floor, attempt = talking(make_floor)
    floor.gate.debts = cleared
    third = call_number(floor)
    stored = floor.last(c.StoreAttempt)
    assert (stored.record.attempt, stored.record.debts) == (third, debts)
    assert (stored.record.lead, stored.record.person, stored.record.number) == ("l0000", "p0", MOBILE)
    assert (stored.record.guaranteed, stored.record.launched_at) == (True, floor.now)
    order = floor.last(c.Originate)
    assert (order.joins, order.person, order.number, order.line) == (attempt, "p0", MOBILE, "")


def test_third_parties_are_numbered_as_every_attempt_is(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    assert attempt == "a1-00000001"
    assert call_number(floor) == "a1-00000002"


# --- what their call comes to -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_ended_by_us", "told", "outcome"),
    [
        (False, Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        (True, Outcome.NO_ANSWER, Outcome.CANCELLED),
        (False, Outcome.BUSY, Outcome.BUSY),
        (True, Outcome.BUSY, Outcome.BUSY),
    ],
)
def test_a_ring_that_we_ended_is_a_cancelled_one_and_no_other(
    make_floor: MakeFloor, is_ended_by_us: bool, told: Outcome, outcome: Outcome
) -> None:
    floor, _attempt = talking(make_floor)
    third = call_number(floor)
    if is_ended_by_us:
        floor.send(e.ThirdPartyReleased(agent=ANN), after=4.0)
        assert floor.last(c.Hangup) == c.Hangup(attempt=third, reason=c.HangupReason.AGENT)
    floor.send(e.CallEnded(attempt=third, outcome=told, cause="as it says"), after=1.0)
    (record,) = records(floor, third)
    assert (record.outcome, record.cause, record.ended_at) == (outcome, "as it says", floor.now)
    assert notice(floor) == f"the person's other number was not reached: {told.value}"


def test_the_number_is_locked_while_it_is_called_and_free_afterwards(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_number(floor)
    assert floor.engine.checkpoint().locked_numbers[MOBILE] == third
    floor.send(e.CallNotAttempted(attempt=third, reason="no channel"))
    assert records(floor, third)[-1].outcome is Outcome.NOT_ATTEMPTED
    assert MOBILE not in floor.engine.checkpoint().locked_numbers
    assert call_number(floor) != third


def test_a_line_leaves_no_attempt_of_the_person_s_behind(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_line(floor)
    floor.send(e.CallEnded(attempt=third, outcome=Outcome.NO_ANSWER), after=9.0)
    assert floor.all(c.StoreOutcome) == []
    assert notice(floor) == "creditor was not reached: no_answer"


def test_whoever_had_joined_was_reached(make_floor: MakeFloor) -> None:
    """Their going is no news to the agent, who heard it."""
    floor, _attempt = talking(make_floor)
    third = call_number(floor)
    join(floor, third)
    floor.send(e.CallEnded(attempt=third, outcome=Outcome.CONNECTED), after=30.0)
    assert notice(floor) == ""
    (record,) = records(floor, third)
    assert (record.outcome, record.answered_at) == (Outcome.CONNECTED, floor.now - 33.0)


def test_an_answer_is_never_dated_after_its_news(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_number(floor)
    floor.send(e.CallAnswered(attempt=third, answered_at=floor.now + 5.0))
    floor.send(e.CallEnded(attempt=third, outcome=Outcome.NO_ANSWER))
    assert records(floor, third)[-1].answered_at == floor.now


def test_a_third_party_that_joined_is_watched_no_more(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_line(floor)
    join(floor, third)
    floor.wait(3600.0)
    assert floor.all(c.Hangup) == []
    assert view(floor).third_party == "creditor: joined"


def test_one_that_was_asked_to_end_and_never_did_is_asked_once_more_and_closed(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_number(floor)
    called_at = floor.now
    floor.send(e.ThirdPartyReleased(agent=ANN))
    floor.wait(called_at + 22.0 + 60.0 - floor.now)
    assert [row.reason for row in floor.all(c.Hangup)] == [c.HangupReason.AGENT, c.HangupReason.UNACCOUNTED]
    floor.wait(60.0)
    (record,) = records(floor, third)
    assert (record.outcome, record.cause) == (Outcome.UNKNOWN, "never heard of")


def test_a_third_party_that_is_not_found_after_a_loss_is_closed(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    third = call_number(floor)
    floor.send(e.NetworkLost(reason="cut"))
    floor.send(e.NetworkReconciled(live=(attempt,), talking={attempt: ANN}, agents=(ANN,)))
    (record,) = records(floor, third)
    assert (record.outcome, record.cause) == (Outcome.UNKNOWN, "not found in the telephone system")


def test_late_news_of_a_third_party_are_counted_and_change_nothing(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_line(floor)
    join(floor, third)
    before = floor.engine.ignored
    floor.send(e.CallRinging(attempt=third))
    assert floor.engine.ignored == before + 1
    assert view(floor).third_party == "creditor: joined"


def test_who_has_called_nobody_in_ends_nobody_s_call(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    floor.send(e.ThirdPartyReleased(agent=ANN))
    assert (floor.all(c.Hangup), floor.engine.was_ignored) == ([], True)


def test_a_third_party_is_asked_to_end_once(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    join(floor, call_line(floor))
    floor.send(e.ThirdPartyReleased(agent=ANN))
    floor.send(e.ThirdPartyReleased(agent=ANN))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    assert [row.reason for row in floor.all(c.Hangup)] == [c.HangupReason.AGENT]


# --- the agent leaves -------------------------------------------------------------------------------------


def test_nobody_leaves_a_person_alone_with_a_telephone_that_rings(make_floor: MakeFloor) -> None:
    floor, _attempt = talking(make_floor)
    third = call_line(floor)
    floor.send(e.CallRinging(attempt=third), after=1.0)
    floor.send(e.ConferenceLeft(agent=ANN))
    assert (floor.all(c.ReleaseAgent), floor.engine.was_ignored) == ([], True)
    assert view(floor).state is AgentState.TALKING


def test_pacing_hears_how_long_the_agent_talked_before_leaving_the_others(
    make_floor: MakeFloor, script: Script
) -> None:
    script.launch(1)
    floor, _attempt = talking(make_floor, script=script)
    began = floor.now
    join(floor, call_line(floor))
    floor.send(e.ConferenceLeft(agent=ANN), after=40.0)
    assert script.told[-1] == TalkEnded(agent_id=ANN, talk_s=floor.now - began)


@pytest.mark.parametrize(("after_s", "state"), [(29.99, AgentState.WRAPPING), (30.0, AgentState.NOT_READY)])
def test_after_call_work_of_who_left_the_others_ends_at_its_limit(
    make_floor: MakeFloor, after_s: float, state: AgentState
) -> None:
    """On a break, as after any talk of which nothing was said; the others talk on."""
    floor, attempt = talking(make_floor, wrap_up_limit_s=30.0)
    join(floor, call_line(floor))
    floor.send(e.ConferenceLeft(agent=ANN))
    floor.now += after_s
    floor.send(e.TimeReached())
    assert view(floor).state is state
    assert floor.all(c.Hangup) == []
    assert attempt in floor.engine.checkpoint().calls


@pytest.mark.parametrize(
    ("ready_after", "state"), [(True, AgentState.AVAILABLE), (False, AgentState.NOT_READY)]
)
def test_who_left_the_others_is_ready_or_not_as_they_say(
    make_floor: MakeFloor, ready_after: bool, state: AgentState
) -> None:
    floor, attempt = talking(make_floor)
    join(floor, call_line(floor))
    floor.send(e.ConferenceLeft(agent=ANN))
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    floor.send(e.DispositionRecorded(agent=ANN, attempt=attempt, disposition=said, ready_after=ready_after))
    assert view(floor).state is state
