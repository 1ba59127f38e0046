"""Several line networks as one: calls and agents meet at one box; one that dies takes its own along."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest

from compliance_gate.findings import Clearance
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConnectAgentLeg,
    DropAgentLeg,
    Hangup,
    HangupReason,
    Originate,
)
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BoxGivenUp,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    Event,
    InboundArrived,
    InboundBridgeFailed,
    LinesChanged,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import (
    NO_BOX,
    AgentId,
    AttemptId,
    BoxId,
    CampaignId,
    EndpointId,
    InboundId,
    NumberId,
    PersonId,
)
from dialer.domain.record import instant
from telephony.in_memory.public import Answerer, Fate
from telephony.lines.behaviour import PlannedCaller
from telephony.lines.network import LineNetwork
from telephony.lines.several import SeveralNetworks

START = 1_770_000_000.0
NORTH, SOUTH = BoxId("north"), BoxId("south")
ANN, BOB = AgentId("ann"), AgentId("bob")
T = TypeVar("T")


@dataclass
class Board:
    """Two boxes and their clock."""

    told: list[Event] = field(default_factory=list[Event])

    def __post_init__(self) -> None:
        self.now = START
        self.network = SeveralNetworks(
            {name: LineNetwork(called=self, most_lines=10) for name in (NORTH, SOUTH)}
        )

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Fate:
        return Fate(setup_s=0.0, after_s=5.0, answerer=Answerer.PERSON, talk_s=60.0)

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while (at := self.network.next_wakeup()) is not None and at <= until:
            self.told += self.network.wake(at)
        self.now = until

    def seat(self, *agents: AgentId) -> None:
        for agent in agents:
            order = ConnectAgentLeg(agent=agent, endpoint=EndpointId(f"e-{agent}"))
            self.network.perform(order, now=self.now)
        self.run(0.1)

    def call(self, name: str, box: BoxId = NO_BOX) -> AttemptId:
        at = instant(self.now)
        clearance = Clearance(
            clearance=f"c-{name}",
            person="p1",
            number="n1",
            debts=(),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="r",
            may_play=frozenset(),
        )
        order = Originate(
            attempt=AttemptId(name),
            campaign=CampaignId("c"),
            person=PersonId("p1"),
            number=NumberId("n1"),
            clearance=clearance,
            caller_id="",
            ring_s=22.0,
            answer_limit_s=2.0,
            detection=DetectionMode.OFF,
            box=box,
        )
        self.network.perform(order, now=self.now)
        return order.attempt

    def heard(self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def board() -> Board:
    """Ann sits at the north box and Bob at the south one."""
    made = Board()
    made.seat(ANN, BOB)
    return made


def test_telephones_are_rung_from_the_box_with_the_fewest_and_it_is_told_which(board: Board) -> None:
    restored = [(event.agent, event.box) for event in board.heard(AgentLegRestored)]
    assert restored == [(ANN, NORTH), (BOB, SOUTH)]
    assert board.network.living().seats == ((ANN, NORTH), (BOB, SOUTH))


def test_a_call_is_joined_only_to_an_agent_of_its_own_box(board: Board) -> None:
    attempt = board.call("a1", SOUTH)
    board.run(5.0)
    assert board.heard(CallAnswered)
    board.network.perform(Bridge(attempt=attempt, agent=ANN), now=board.now)
    board.run(0.5)
    assert [event.agent for event in board.heard(BridgeFailed)] == [ANN]
    board.network.perform(Bridge(attempt=attempt, agent=BOB), now=board.now)
    board.run(0.5)
    assert [event.agent for event in board.heard(CallBridged)] == [BOB]


def test_a_box_that_dies_takes_its_own_along_and_is_told_of_once(board: Board) -> None:
    board.call("a1", NORTH)
    board.call("a2", SOUTH)
    board.run(1.0)
    board.network.fail(SOUTH, "the power went", now=board.now)
    board.run(100.0)
    assert [(event.box, event.reason) for event in board.heard(NetworkLost)] == [(SOUTH, "the power went")]
    assert [event.attempt for event in board.heard(CallEnded)] == ["a1"]
    living = board.network.living()
    assert ([found.box for found in living.boxes], living.elsewhere) == ([NORTH], (SOUTH,))
    assert not board.network.is_seated(BOB)


def test_what_a_dead_box_is_to_do_is_refused(board: Board) -> None:
    board.network.fail(SOUTH, "gone", now=board.now)
    attempt = board.call("a1", SOUTH)
    board.network.perform(Hangup(attempt=attempt, reason=HangupReason.AGENT), now=board.now)
    board.network.perform(Bridge(attempt=attempt, agent=BOB), now=board.now)
    board.network.perform_inbound(BridgeInbound(call=InboundId("south/in-1"), agent=BOB), now=board.now)
    board.run(1.0)
    assert [event.attempt for event in board.heard(CallNotAttempted)] == ["a1"]
    assert len(board.heard(BridgeFailed)) == len(board.heard(InboundBridgeFailed)) == 1


def test_agents_of_a_box_that_is_given_up_are_rung_from_another(board: Board) -> None:
    board.network.fail(SOUTH, "gone", now=board.now)
    board.run(1.0)
    board.network.give_up(SOUTH, "nobody waits", now=board.now)
    board.run(1.0)
    assert [event.box for event in board.heard(BoxGivenUp)] == [SOUTH]
    assert board.heard(AgentLegRestored)[-1] == AgentLegRestored(agent=BOB, box=NORTH)


def test_a_box_that_comes_back_says_that_nothing_lives_there_and_rings_its_agents(board: Board) -> None:
    board.network.fail(SOUTH, "gone", now=board.now)
    board.run(1.0)
    board.network.restore(SOUTH, now=board.now)
    board.run(1.0)
    found = board.heard(NetworkReconciled)[-1]
    assert ([box.box for box in found.boxes], found.live, found.agents) == ([SOUTH], (), ())
    assert board.heard(AgentLegRestored)[-1].agent == BOB


def test_a_caller_comes_in_at_a_box_that_is_up_and_is_named_after_it(board: Board) -> None:
    board.network.fail(NORTH, "gone", now=board.now)
    caller = board.network.call_in(number="n9", dialed="+1", behaviour=PlannedCaller(), now=board.now)
    assert caller is not None
    board.run(1.0)
    assert board.heard(InboundArrived) == [InboundArrived(call=caller.call, dialed="+1", box=SOUTH)]
    assert board.network.caller_of(caller.call) == "n9"
    board.network.fail(SOUTH, "gone", now=board.now)
    assert board.network.call_in(number="n9", dialed="", behaviour=PlannedCaller(), now=board.now) is None


def test_a_leg_that_dies_is_told_and_who_left_is_not_rung_again(board: Board) -> None:
    board.network.lose_leg(ANN, now=board.now)
    board.run(1.0)
    assert [event.agent for event in board.heard(AgentLegLost)] == [ANN]
    board.network.perform(DropAgentLeg(agent=ANN), now=board.now)
    board.network.restore_leg(ANN, now=board.now)
    board.run(1.0)
    assert not board.network.is_seated(ANN)
    assert len(board.heard(AgentLegRestored)) == 2


def test_when_the_clock_is_set_every_box_s_spans_keep_their_length(board: Board) -> None:
    board.call("a1", SOUTH)
    board.network.shift_clock(100.0)
    board.now += 100.0
    board.run(4.9)
    assert not board.heard(CallAnswered)
    board.run(0.2)
    assert board.heard(CallAnswered)


def test_a_box_whose_trunks_fail_is_diverted_and_back_and_nothing_that_lives_is_touched() -> None:
    board = Board()
    board.seat(ANN, BOB)
    board.run(1.0)
    before = board.network.living()
    board.network.divert(SOUTH, over=NORTH, lines=4, reason="no answer", now=board.now)
    board.run(1.0)
    board.network.end_diversion(SOUTH, now=board.now)
    board.run(1.0)
    assert board.heard(LinesChanged) == [
        LinesChanged(box=SOUTH, lines=4, over=NORTH, reason="no answer"),
        LinesChanged(box=SOUTH, lines=10),
    ]
    assert board.network.living() == before
