"""Whatever is ordered, in whatever order: every call ends once, nobody hears two people, and nothing is
played that the clearance of that very call does not allow."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from compliance_gate.findings import Clearance, Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    ConfirmOptOut,
    ConnectAgentLeg,
    DismissInbound,
    DropAgentLeg,
    Hangup,
    HangupInbound,
    HangupReason,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    LeaveMessage,
    Originate,
    PartAgents,
    ReleaseAgent,
    TellInboundPlace,
)
from dialer.domain.events import (
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallTimedOut,
    Event,
    InboundArrived,
    InboundEnded,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, InboundId, NumberId, PersonId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from dialer.domain.record import instant
from dialer.domain.voice import PlannedVoice, Unserved
from telephony.in_memory.public import Answerer, Fate
from telephony.lines.behaviour import PlannedCaller
from telephony.lines.line import Line
from telephony.lines.network import LineNetwork
from telephony.lines.states import LineState

START = 1_770_000_000.0
VOICE = PlannedVoice(message="m", drop="d", drop_on_detection=True, notice="n", record=True)
seconds = st.floats(0.0, 30.0)
agents = st.sampled_from([AgentId("ann"), AgentId("bob")])
attempts = st.sampled_from([AttemptId(f"a{nth}") for nth in range(5)])
callers = st.sampled_from([InboundId(f"in-{nth}") for nth in range(1, 3)])
fates = st.builds(
    Fate,
    after_s=seconds,
    answerer=st.sampled_from([None, Answerer.PERSON, Answerer.MACHINE]),
    failure=st.sampled_from([Outcome.NO_ANSWER, Outcome.BUSY]),
    rings=st.booleans(),
    patience_s=seconds,
    talk_s=seconds,
    presses=st.sampled_from(["", "9"]),
    tape_s=st.floats(0.0, 5.0),
)


@dataclass(frozen=True)
class _Called:
    """Everybody does the same."""

    fate: Fate

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Fate:
        return self.fate


@st.composite
def originates(draw: st.DrawFn) -> Originate:
    name = draw(attempts)
    at = instant(START)
    clearance = Clearance(
        clearance=f"c-{draw(st.integers(0, 8))}",
        person="p1",
        number=draw(st.sampled_from(["n1", "n1", "n1", "n2"])),
        debts=(),
        issued_at=at,
        expires_at=at + timedelta(seconds=draw(st.sampled_from([1, 600]))),
        rulebook="r",
        may_play=draw(st.frozensets(st.sampled_from(list(Recording)))),
    )
    return Originate(
        attempt=name,
        campaign=CampaignId("c"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        clearance=clearance,
        caller_id="",
        ring_s=draw(st.sampled_from([15.0, 22.0])),
        answer_limit_s=2.0,
        detection=draw(st.sampled_from(list(DetectionMode))),
        voice=draw(st.sampled_from([None, VOICE, PlannedVoice(unserved=Unserved.OVERFLOW)])),
        joins=draw(st.sampled_from([None, None, AttemptId("a0")])),
        is_private=draw(st.sampled_from([False, False, True])),
    )


orders: st.SearchStrategy[TelephoneCommand | InboundCommand] = st.one_of(
    originates(),
    originates(),
    st.builds(Bridge, attempt=attempts, agent=agents, from_agent=st.none() | agents),
    st.builds(Bridge, attempt=attempts, agent=agents),
    st.builds(Hangup, attempt=attempts, reason=st.just(HangupReason.AGENT)),
    st.builds(ReleaseAgent, attempt=attempts, agent=agents),
    st.builds(HoldPerson, attempt=attempts, agent=agents),
    st.builds(
        JoinAgents,
        attempt=attempts,
        consultation=st.just(AttemptId("c1")),
        agent=st.just(AgentId("ann")),
        colleague=st.just(AgentId("bob")),
    ),
    st.builds(PartAgents, attempt=attempts, consultation=st.just(AttemptId("c1"))),
    st.builds(JoinThirdParty, attempt=attempts, agent=agents, third=attempts),
    st.builds(LeaveMessage, attempt=attempts, sound=st.just("d")),
    st.builds(ConfirmOptOut, attempt=attempts),
    st.builds(ConnectAgentLeg, agent=agents, endpoint=st.just(EndpointId("e"))),
    st.builds(DropAgentLeg, agent=agents),
    st.builds(BridgeInbound, call=callers, agent=agents),
    st.builds(HangupInbound, call=callers),
    st.builds(DismissInbound, call=callers),
    st.builds(ConfirmInboundOptOut, call=callers),
    st.builds(ConfirmCallBack, call=callers),
    st.builds(TellInboundPlace, call=callers, place=st.just(1), minutes=st.none() | st.just(2)),
)
days = st.lists(st.tuples(st.floats(0.0, 10.0), orders | st.builds(PlannedCaller, key=st.sampled_from("19"))))


def _live(fate: Fate, day: list[tuple[float, object]]) -> list[tuple[float, Event]]:
    """Everything that was told, with its instant; what is ordered comes between what happens."""
    network = LineNetwork(called=_Called(fate), most_lines=3)
    for agent in ("ann", "bob"):
        network.take_seat(AgentId(agent))
    told: list[tuple[float, Event]] = []

    def run(until: float) -> None:
        while (at := network.next_wakeup()) is not None and at <= until:
            told.extend((at, event) for event in network.wake(at))
            _judge(network)

    now = START
    for after_s, order in day:
        now += after_s
        run(now)
        if isinstance(order, PlannedCaller):
            network.call_in(number=None, dialed="", behaviour=order, now=now)
        elif isinstance(order, InboundCommand):
            network.perform_inbound(order, now=now)
        else:
            network.perform(order, now=now)  # type: ignore[arg-type]  # the days hold nothing else
    run(now + 4000.0)
    assert network.in_flight == 0
    assert network.next_wakeup() is None
    return told


def _judge(network: LineNetwork) -> None:
    """No agent has two people of their own in the ear; a third party is heard through the person's line, and
    who is on hold is not heard."""
    heard: Counter[AgentId] = Counter()
    for line in (*network.lines(), *network.callers()):
        is_guest = isinstance(line, Line) and line.order.joins is not None
        is_held = line.state is LineState.HELD
        if line.agent is not None and not is_held and network.is_seated(line.agent) and not is_guest:
            heard[line.agent] += 1
    assert not heard or max(heard.values()) == 1


@given(fates, days)
def test_every_call_that_was_ordered_ends_in_one_event(fate: Fate, day: list[tuple[float, object]]) -> None:
    told = _live(fate, day)
    ends = Counter(event.attempt for _, event in told if isinstance(event, CallEnded | CallNotAttempted))
    del ends[AttemptId("c1")]  # a consultation of agents is no call
    ordered = Counter(order.attempt for _, order in day if isinstance(order, Originate))
    assert ends == ordered
    placed = Counter(event.attempt for _, event in told if isinstance(event, CallEnded))
    del placed[AttemptId("c1")]
    assert all(count == 1 for count in placed.values())
    arrived = [event.call for _, event in told if isinstance(event, InboundArrived)]
    assert sorted(arrived) == sorted(event.call for _, event in told if isinstance(event, InboundEnded))


@given(fates, days)
def test_nothing_is_heard_that_the_clearance_does_not_allow(
    fate: Fate, day: list[tuple[float, object]]
) -> None:
    told = _live(fate, day)
    may_play = {
        order.attempt: order.clearance.may_play for _, order in reversed(day) if isinstance(order, Originate)
    }
    asked = {order.attempt for _, order in day if isinstance(order, LeaveMessage)}
    ordered = Counter(order.attempt for _, order in day if isinstance(order, Originate))
    for _, event in told:
        if isinstance(event, VoicePlayed) and ordered[event.attempt] == 1:
            is_asked = event.recording is Recording.VOICEMAIL_DROP and event.attempt in asked
            assert is_asked or event.recording in may_play[event.attempt]
        elif isinstance(event, CallTimedOut) and event.message_played and ordered[event.attempt] == 1:
            assert Recording.ABANDONMENT_MESSAGE in may_play[event.attempt]


@given(fates, days)
def test_the_same_orders_give_the_same_events(fate: Fate, day: list[tuple[float, object]]) -> None:
    assert _live(fate, day) == _live(fate, day)


@given(fates, days)
def test_nobody_is_joined_after_the_limit(fate: Fate, day: list[tuple[float, object]]) -> None:
    late: set[AttemptId] = set()
    for _, event in _live(fate, day):
        if isinstance(event, CallTimedOut):
            late.add(event.attempt)
        elif isinstance(event, CallBridged):
            assert event.attempt not in late
