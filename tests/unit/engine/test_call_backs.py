"""Called back from the queue: in their turn, by an agent who is held for it, under the gate, and once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.words import ConsentScope
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, DebtId, InboundId, NumberId, PersonId
from dialer.domain.inbound import Caller
from dialer.engine.inbound.call_backs import GIVEN_UP_S
from dialer.engine.inbound.places import stands_since

Floor = Any
MakeFloor = Callable[..., Floor]
OURS = "+12025550100"
CALL, LATER, TALK = InboundId("in-1"), InboundId("in-2"), InboundId("talk")
PERSON, NUMBER, DEBT = PersonId("p3"), NumberId("n3"), DebtId("d3")
HIM = Caller(person=PERSON, debts=(DEBT,))


def wait_in_line(
    floor: Floor, call: InboundId, *callers: Caller, number: NumberId | None = NUMBER, after: float = 1.0
) -> None:
    """Somebody calls, is looked up, and wants an agent."""
    floor.send(e.InboundArrived(call=call, dialed=OURS), after=after)
    floor.send(e.InboundIdentified(call=call, number=number, callers=callers))
    floor.send(e.InboundWaiting(call=call))


@pytest.fixture
def busy(make_floor: MakeFloor) -> Floor:
    """One agent, who talks; nobody to call."""
    floor = make_floor()
    floor.start(agents=1, leads=0)
    wait_in_line(floor, TALK, number=None)
    floor.send(e.InboundBridged(call=TALK, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.log.clear()
    return floor


def asks_back(floor: Floor, *callers: Caller, number: NumberId | None = NUMBER) -> tuple[c.Command, ...]:
    """They wait, press the key, hear that it was noted, and hang up; what their end brings."""
    wait_in_line(floor, CALL, *callers, number=number)
    out = floor.send(e.InboundCallBackAsked(call=CALL, key="3"), after=20.0)
    assert out[-1] == c.ConfirmCallBack(call=CALL)
    return floor.send(e.InboundEnded(call=CALL), after=3.0)  # type: ignore[no-any-return]


def is_over(floor: Floor) -> None:
    """The talk ends, its after-call work too: the one agent is free."""
    floor.send(e.InboundEnded(call=TALK), after=5.0)
    said = Disposition(kind=DispositionKind.WRONG_NUMBER)
    floor.send(
        e.InboundDisposed(agent=AgentId("agent0"), call=TALK, person=None, disposition=said), after=10.0
    )


def brought(floor: Floor) -> None:
    """The store brings the account, as it was rested."""
    floor.feed(1, first=3, reserve_agent=True, not_before=floor.now)


def whys(floor: Floor) -> list[str]:
    return [row.why for row in floor.engine.snapshot().owed]


def test_what_they_asked_is_their_own_request_of_that_number_and_day(busy: Floor) -> None:
    out = asks_back(busy, HIM)
    (stored,) = [command for command in out if isinstance(command, c.StoreConsent)]
    consent = stored.consent
    assert (stored.person, consent.scope, consent.number) == (PERSON, ConsentScope.CALL_BACK, NUMBER)
    assert consent.at.timestamp() == busy.now
    (rested,) = [command for command in out if isinstance(command, c.RestLeads)]
    assert (rested.debt, rested.not_before, rested.reserve_agent) == (DEBT, busy.now, True)
    assert isinstance(out[-1], c.RefillHopper)
    service = busy.engine.snapshot().service[0]
    assert (service.asked_back, service.left, service.asked) == (
        1,
        0,
        1,
    )  # one talk


def test_they_are_called_when_an_agent_is_free_before_who_asked_later(busy: Floor) -> None:
    asks_back(busy, HIM)
    brought(busy)
    wait_in_line(busy, LATER, number=None)
    assert busy.all(c.Originate) == []
    is_over(busy)
    order = busy.last(c.Originate)
    assert (order.person, order.number, order.reserved_agent) == (PERSON, NUMBER, "agent0")
    assert [bridge.call for bridge in busy.all(c.BridgeInbound)] == []
    done = next(one.record for one in reversed(busy.all(c.StoreInbound)) if one.record.call == CALL)
    assert (done.followed_up, done.followed_up_at) == ("called back", busy.now)
    busy.wait(GIVEN_UP_S + 60.0)
    assert (len(busy.all(c.Originate)), whys(busy)) == (1, [])


def test_who_asked_for_an_agent_before_is_served_before(busy: Floor) -> None:
    wait_in_line(busy, LATER, number=None)
    asks_back(busy, HIM)
    brought(busy)
    is_over(busy)
    assert [bridge.call for bridge in busy.all(c.BridgeInbound)] == [LATER]
    assert busy.all(c.Originate) == []


def test_what_the_gate_denies_is_owed_by_hand_with_its_reason_and_never_dialed_as_promised(
    busy: Floor,
) -> None:
    asks_back(busy, HIM)
    brought(busy)
    busy.gate.denied.add(PERSON)
    is_over(busy)
    assert busy.all(c.Originate) == []
    (why,) = whys(busy)
    assert why.startswith("asked to be called back: the law or policy in force says no (")
    rested = busy.last(c.RestLead)
    assert (rested.lead, rested.reserve_agent) == ("l0003", False)
    busy.gate.denied.clear()
    busy.wait(600.0)
    assert busy.all(c.Originate) == []


@pytest.mark.parametrize(
    ("callers", "told"),
    [
        ((), "nobody on file has this number"),
        ((HIM, Caller(person=PersonId("p4"), debts=(DebtId("d4"),))), "2 people on file have this number"),
        ((Caller(person=PERSON, debts=()),), "no account of theirs is on file"),
    ],
)
def test_whom_nobody_can_call_by_rule_is_owed_by_hand(
    busy: Floor, callers: tuple[Caller, ...], told: str
) -> None:
    out = asks_back(busy, *callers)
    assert not [command for command in out if isinstance(command, c.StoreConsent | c.RestLeads)]
    (why,) = whys(busy)
    assert why.startswith(f"asked to be called back: {told}")


def test_who_shows_no_number_is_not_promised_anything(busy: Floor) -> None:
    wait_in_line(busy, CALL, number=None)
    assert busy.send(e.InboundCallBackAsked(call=CALL, key="3")) == ()
    is_over(busy)
    assert busy.last(c.BridgeInbound).call == CALL


def test_who_calls_again_is_not_called_back_too(busy: Floor) -> None:
    asks_back(busy, HIM)
    brought(busy)
    wait_in_line(busy, LATER, HIM)
    is_over(busy)
    assert busy.last(c.BridgeInbound).call == LATER
    assert (busy.all(c.Originate), whys(busy)) == ([], [])
    done = next(one.record for one in reversed(busy.all(c.StoreInbound)) if one.record.call == CALL)
    assert done.followed_up == "called again"


def test_who_was_not_told_in_time_that_it_was_noted_waits_on(busy: Floor) -> None:
    wait_in_line(busy, CALL, HIM)
    busy.send(e.InboundCallBackAsked(call=CALL, key="3"), after=20.0)
    busy.send(e.InboundWaiting(call=CALL), after=5.0)
    is_over(busy)
    assert busy.last(c.BridgeInbound).call == CALL
    busy.send(e.InboundEnded(call=CALL), after=1.0)
    assert (busy.engine.checkpoint().call_backs, whys(busy)) == ({}, [])


def test_an_account_that_the_store_does_not_bring_is_owed_by_hand(busy: Floor) -> None:
    asks_back(busy, HIM)
    busy.feed(0)
    assert whys(busy) == ["asked to be called back: no account of theirs may be called here now"]


@pytest.mark.parametrize(("waited_s", "is_owed"), [(GIVEN_UP_S - 1.0, False), (GIVEN_UP_S, True)])
def test_a_turn_that_does_not_come_for_two_hours_is_owed_by_hand(
    busy: Floor, waited_s: float, is_owed: bool
) -> None:
    asks_back(busy, HIM)
    brought(busy)
    busy.send(e.TimeReached(), after=waited_s)
    assert whys(busy) == (["asked to be called back: nobody was free for it in time"] if is_owed else [])
    assert len(busy.engine.checkpoint().call_backs) == (0 if is_owed else 1)
    is_over(busy)
    assert busy.all(c.Originate) == []


def test_never_again_wins_over_call_me_back(busy: Floor) -> None:
    wait_in_line(busy, CALL, HIM)
    busy.send(e.InboundCallBackAsked(call=CALL, key="3"), after=20.0)
    busy.send(e.InboundOptedOut(call=CALL, key="9"))
    busy.send(e.InboundEnded(call=CALL))
    assert (busy.engine.checkpoint().call_backs, whys(busy)) == ({}, [])


def test_whoever_s_waiting_was_not_noted_stands_where_they_called(busy: Floor) -> None:
    """A checkpoint of an older release has no instant for it: it was taken for the year 1970, and they were
    called before everybody who had waited longer."""
    wait_in_line(busy, LATER, number=None)
    asks_back(busy, HIM)
    brought(busy)
    row = busy.engine.checkpoint().call_backs[CALL]
    row.record = replace(row.record, waited_since=None)
    busy.log.clear()
    is_over(busy)
    assert [type(command) for command in busy.log if isinstance(command, c.BridgeInbound | c.Originate)] == [
        c.BridgeInbound
    ]
    assert busy.last(c.BridgeInbound).call == LATER


def test_a_place_in_line_is_by_when_they_called_where_nothing_else_is_known(busy: Floor) -> None:
    wait_in_line(busy, CALL, number=None)
    wait_in_line(busy, LATER, number=None, after=7.0)
    rows = busy.engine.checkpoint().inbound
    rows[LATER].waited_since = None
    assert (stands_since(rows[CALL]), stands_since(rows[LATER])) == (busy.now - 7.0, busy.now)
    busy.log.clear()
    is_over(busy)
    assert busy.last(c.BridgeInbound).call == CALL
