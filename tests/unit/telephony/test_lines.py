"""The line network by itself: every span at its edge, with the instant given by the test."""

from dataclasses import dataclass, field, replace
from datetime import time, timedelta

import pytest

from compliance_gate.call_handling import CallHandling, CallRecording
from compliance_gate.findings import Clearance, Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConfirmInboundOptOut,
    ConfirmOptOut,
    ConnectAgentLeg,
    DropAgentLeg,
    Hangup,
    HangupReason,
    HoldPerson,
    LeaveMessage,
    Originate,
    ReleaseAgent,
)
from dialer.domain.cue import Cue
from dialer.domain.detection import Detected
from dialer.domain.errors import IllegalTransitionError
from dialer.domain.events import (
    AgentLegLost,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    InboundArrived,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundUnserved,
    InboundWaiting,
    OptOutPressed,
    PersonHeld,
    RecordingBegan,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, NumberId, PersonId
from dialer.domain.inbound_line import WEEK, InboundLine, Language, OpenHours
from dialer.domain.record import instant
from dialer.domain.voice import PlannedVoice, Unserved
from telephony.in_memory.public import Answerer, Fate
from telephony.lines.behaviour import LineTimings, PlannedCaller, SteadyCarrier
from telephony.lines.network import LineNetwork
from telephony.lines.outbound import UnclearedCallError
from telephony.lines.states import CALLER, LINE, LineMove, LineState

START = 1_770_000_000.0
ANN, BOB = AgentId("ann"), AgentId("bob")
STAYS = Fate(setup_s=0.0, after_s=10.0, answerer=Answerer.PERSON, talk_s=30.0)
SORRY = PlannedVoice(unserved=Unserved.MESSAGE, message="sorry")


@dataclass
class Board:
    """A network, its clock, and everything it told with the instant at which it did."""

    fate: Fate = STAYS
    timings: LineTimings = field(default_factory=LineTimings)
    most_lines: int = 100
    is_strict: bool = False
    our_lines: tuple[InboundLine, ...] = ()
    told: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])

    def __post_init__(self) -> None:
        self.now = START
        self.network = LineNetwork(
            called=self,
            carrier=SteadyCarrier(seconds=0.25),
            timings=self.timings,
            most_lines=self.most_lines,
            is_strict=self.is_strict,
            our_lines=self.our_lines,
        )
        for agent in (ANN, BOB):
            self.network.take_seat(agent)

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Fate:
        return self.fate

    def run(self, until: float) -> None:
        """Go on to `until` seconds after the start."""
        while (at := self.network.next_wakeup()) is not None and at <= START + until:
            self.told += [(round(at - START, 6), event) for event in self.network.wake(at)]
        self.now = START + until

    def order(
        self, name: str = "a1", *, may_play: tuple[Recording, ...] = (), **changes: object
    ) -> Originate:
        at = instant(self.now)
        clearance = Clearance(
            clearance=f"c-{name}",
            person="p1",
            number="n1",
            debts=("d1",),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="r",
            may_play=frozenset(may_play),
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
        )
        return replace(order, **changes)  # type: ignore[arg-type]  # its own fields

    def call(self, name: str = "a1", *, may_play: tuple[Recording, ...] = (), **changes: object) -> None:
        self.network.perform(self.order(name, may_play=may_play, **changes), now=self.now)

    def bridge(self, name: str = "a1", agent: AgentId = ANN, **changes: object) -> None:
        order = replace(Bridge(attempt=AttemptId(name), agent=agent), **changes)  # type: ignore[arg-type]
        self.network.perform(order, now=self.now)

    def names(self) -> list[str]:
        return [type(event).__name__ for _, event in self.told]

    def at(self, kind: type) -> float:
        return next(at for at, event in self.told if isinstance(event, kind))

    def ends(self) -> list[tuple[float, str, Outcome]]:
        return [(at, event.attempt, event.outcome) for at, event in self.told if isinstance(event, CallEnded)]


@pytest.mark.parametrize(("after_s", "outcome"), [(21.999, Outcome.ABANDONED), (22.0, Outcome.NO_ANSWER)])
def test_who_would_answer_when_we_have_given_up_does_not(after_s: float, outcome: Outcome) -> None:
    """The ring is counted from the network's word that it rings, not from the order."""
    board = Board(replace(STAYS, setup_s=3.0, after_s=after_s))
    board.call()
    board.run(100)
    assert board.at(CallRinging) == 3.0
    assert board.ends() == [(3.0 + after_s + (2.0 if outcome is Outcome.ABANDONED else 0.0), "a1", outcome)]


@pytest.mark.parametrize(
    ("setup_s", "ends_at", "names"),
    [
        (9.0, 31.0, ["CallRinging", "CallEnded"]),
        (10.0, 32.0, ["CallRinging", "CallEnded"]),
        (31.9, 32.0, ["CallRinging", "CallEnded"]),
        (32.0, 32.0, ["CallEnded"]),
        (40.0, 32.0, ["CallEnded"]),
    ],
)
def test_a_telephone_that_is_reached_late_rings_no_longer_than_ten_seconds_beyond_the_ring(
    setup_s: float, ends_at: float, names: list[str]
) -> None:
    board = Board(replace(STAYS, setup_s=setup_s, after_s=3600.0))
    board.call()
    board.run(100)
    assert board.ends() == [(ends_at, "a1", Outcome.NO_ANSWER)]
    assert board.names() == names


@pytest.mark.parametrize(("ordered_at", "joined"), [(11.749, True), (11.75, False), (11.751, False)])
def test_the_limit_after_the_answer_beats_a_join_of_the_same_instant(ordered_at: float, joined: bool) -> None:
    board = Board()
    board.call()
    board.run(ordered_at)
    board.bridge()
    board.run(11.9)
    board.run(12.5)
    assert ("CallBridged" in board.names()) is joined
    assert ("CallTimedOut" in board.names()) is not joined


def test_an_order_tells_nothing_by_itself() -> None:
    """Nobody is told of something from inside their own order."""
    board = Board()
    for order in (
        ConnectAgentLeg(agent=ANN, endpoint=EndpointId("e")),
        Hangup(attempt=AttemptId("never"), reason=HangupReason.AGENT),
        DropAgentLeg(agent=BOB),
    ):
        board.network.perform(order, now=START)
    assert board.network.is_seated(BOB)
    assert board.network.next_wakeup() == START
    board.run(0.0)
    assert board.names() == ["AgentLegRestored"]
    assert not board.network.is_seated(BOB)


@pytest.mark.parametrize(("late_s", "is_valid"), [(-0.001, False), (0.0, True), (5.0, True), (5.001, False)])
def test_a_clearance_is_valid_from_its_first_to_its_last_second(late_s: float, is_valid: bool) -> None:
    board = Board()
    order = board.order()
    board.network.perform(order, now=START + late_s)
    board.run(60)
    assert (board.names()[0] == "CallRinging") is is_valid
    assert board.network.placed == int(is_valid)


@pytest.mark.parametrize("change", ["number", "person"])
def test_a_clearance_is_for_one_person_and_one_number(change: str) -> None:
    board = Board()
    board.call(clearance=replace(board.order().clearance, **{change: "other"}))
    board.run(60)
    assert board.names() == ["CallNotAttempted"]


def test_a_clearance_serves_once_and_an_attempt_is_called_once() -> None:
    board = Board()
    first = board.order("a1")
    again = replace(board.order("a2"), clearance=first.clearance)
    once_more = replace(board.order("a3"), attempt=first.attempt)
    for order in (first, again, once_more):
        board.network.perform(order, now=START)
    board.run(60)
    reasons = [event.reason for _, event in board.told if isinstance(event, CallNotAttempted)]
    assert reasons == ["clearance c-a1 was used already", "this attempt was ordered before"]
    assert board.network.placed == 1


def test_a_strict_network_raises_where_a_call_is_not_cleared() -> None:
    board = Board(is_strict=True)
    with pytest.raises(UnclearedCallError, match="a1: cleared for other/n1"):
        board.call(clearance=replace(board.order().clearance, person="other"))


def test_beyond_the_lines_a_call_is_refused_and_the_next_that_ends_makes_room() -> None:
    board = Board(most_lines=1)
    board.call("a1")
    board.call("a2")
    board.run(15)
    board.call("a3")
    board.run(60)
    assert [attempt for _, attempt, _ in board.ends()] == ["a1", "a3"]
    refused = [event.attempt for _, event in board.told if isinstance(event, CallNotAttempted)]
    assert refused == ["a2"]


@dataclass(frozen=True)
class Down(SteadyCarrier):
    """A carrier whose trunk is down until ten seconds after the start."""

    def is_refusing(self, now: float) -> bool:
        return now < START + 10.0


@pytest.mark.parametrize(("ordered_at", "names"), [(9.999, ["CallNotAttempted"]), (10.0, ["CallRinging"])])
def test_while_the_trunk_is_down_no_telephone_rings(ordered_at: float, names: list[str]) -> None:
    board = Board()
    board.network = LineNetwork(called=board, carrier=Down())
    board.run(ordered_at)
    board.call()
    board.run(ordered_at + 0.5)
    assert board.names() == names


@pytest.mark.parametrize(
    ("may_play", "voice", "played"),
    [
        ((Recording.ABANDONMENT_MESSAGE,), None, True),
        ((Recording.ABANDONMENT_MESSAGE,), SORRY, True),
        ((), None, False),
        ((), SORRY, False),
        ((Recording.ABANDONMENT_MESSAGE,), PlannedVoice(unserved=Unserved.HANGUP), False),
        ((Recording.ABANDONMENT_MESSAGE,), PlannedVoice(unserved=Unserved.MESSAGE), False),
    ],
)
def test_nobody_hears_what_the_clearance_or_the_plan_does_not_allow(
    may_play: tuple[Recording, ...], voice: PlannedVoice | None, played: bool
) -> None:
    board = Board(timings=LineTimings(message_s=7.0))
    board.call(may_play=may_play, voice=voice)
    board.run(100)
    timed_out = next(event for _, event in board.told if isinstance(event, CallTimedOut))
    assert (board.at(CallTimedOut), timed_out.message_played) == (12.0, played)
    assert board.ends() == [(19.0 if played else 12.0, "a1", Outcome.ABANDONED)]


def test_an_opt_out_that_nobody_writes_down_is_not_acknowledged() -> None:
    board = Board(replace(STAYS, presses="9"))
    board.call(may_play=(Recording.ABANDONMENT_MESSAGE,), voice=SORRY)
    board.run(100)
    assert board.at(OptOutPressed) == 15.0
    assert board.ends() == [(20.0, "a1", Outcome.ABANDONED)]
    assert not board.network.acknowledged


def test_an_opt_out_that_is_written_down_is_acknowledged_and_the_call_ends() -> None:
    board = Board(replace(STAYS, presses="9"))
    board.call(may_play=(Recording.ABANDONMENT_MESSAGE,), voice=SORRY)
    board.run(16.0)
    board.network.perform(ConfirmOptOut(attempt=AttemptId("a1")), now=board.now)
    board.run(100)
    assert board.ends() == [(16.0, "a1", Outcome.ABANDONED)]
    assert board.network.acknowledged == {"a1"}


def test_a_notice_comes_first_and_recording_begins_when_it_was_heard() -> None:
    voice = PlannedVoice(notice="told", record=True)
    board = Board()
    board.call(may_play=(Recording.RECORDED_NOTICE,), voice=voice)
    board.run(11.3)
    assert (board.at(CallAnswered), board.at(RecordingBegan)) == (10.0, 11.2)
    assert board.names()[2:] == ["RecordingBegan", "VoicePlayed"]


@pytest.mark.parametrize(
    ("may_record", "voice", "begins_at"),
    [
        (CallRecording.FREELY, PlannedVoice(record=True), 10.0),
        (CallRecording.AFTER_NOTICE, PlannedVoice(record=True), None),
        (CallRecording.AFTER_NOTICE, PlannedVoice(notice="told", record=True), 11.2),
        (CallRecording.AFTER_CONSENT, PlannedVoice(notice="told", record=True), None),
        (CallRecording.NEVER, PlannedVoice(record=True), None),
    ],
)
def test_the_network_records_nothing_that_the_clearance_does_not_let_be(
    may_record: CallRecording, voice: PlannedVoice, begins_at: float | None
) -> None:
    board = Board()
    order = board.order(may_play=(Recording.RECORDED_NOTICE,), voice=voice)
    clearance = replace(order.clearance, handling=CallHandling(recording=may_record))
    board.network.perform(replace(order, clearance=clearance), now=board.now)
    board.run(11.3)
    began = [name for name in board.names() if name == "RecordingBegan"]
    assert len(began) == (begins_at is not None)
    if begins_at is not None:
        assert board.at(RecordingBegan) == begins_at


def test_where_no_notice_may_be_played_none_is_and_nothing_is_recorded() -> None:
    board = Board()
    board.call(voice=PlannedVoice(notice="told", record=True))
    board.run(11.9)
    assert "RecordingBegan" not in board.names()
    assert "VoicePlayed" not in board.names()


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        (DetectionMode.ON, ["CallRinging", "CallAnswered", "CallEnded"]),
        (DetectionMode.ADVISORY, ["CallRinging", "CallAnswered", "CallTimedOut", "CallEnded"]),
    ],
)
def test_only_where_detection_is_on_does_a_machine_end_the_call(
    mode: DetectionMode, names: list[str]
) -> None:
    board = Board(replace(STAYS, answerer=Answerer.MACHINE))
    board.call(detection=mode)
    board.run(100)
    assert board.names() == names
    answer = next(event for _, event in board.told if isinstance(event, CallAnswered))
    assert (board.at(CallAnswered), answer.answered_at) == (11.5, START + 10.0)
    assert (answer.detected, answer.delay_s) == (Detected.MACHINE, 1.5)


@pytest.mark.parametrize(("tape_s", "complete", "ends_at"), [(3.0, True, 18.5), (2.999, False, 18.499)])
def test_a_drop_is_whole_when_the_tape_is_as_long(tape_s: float, complete: bool, ends_at: float) -> None:
    board = Board(replace(STAYS, answerer=Answerer.MACHINE, tape_s=tape_s))
    voice = PlannedVoice(drop="drop", drop_on_detection=True)
    board.call(detection=DetectionMode.ON, may_play=(Recording.VOICEMAIL_DROP,), voice=voice)
    board.run(100)
    played = next(event for _, event in board.told if isinstance(event, VoicePlayed))
    assert (played.complete, board.ends()) == (complete, [(ends_at, "a1", Outcome.MACHINE)])


def test_the_cue_makes_the_person_wait_as_long_as_it_lasts() -> None:
    board = Board()
    board.call()
    board.run(10.0)
    board.bridge(cue=Cue(sound="acme", most_s=0.5))
    board.run(12.5)
    assert board.at(CallBridged) == 10.75


def _talking(board: Board, *, name: str = "a1", agent: AgentId = ANN) -> None:
    board.call(name)
    board.run(board.now - START + 10.0)
    board.bridge(name, agent)
    board.run(board.now - START + 0.25)


def test_a_dead_leg_ends_the_talk_after_a_moment_of_silence() -> None:
    board = Board()
    _talking(board)
    board.run(15.0)
    board.network.lose_leg(ANN, now=board.now)
    board.run(100)
    assert board.at(AgentLegLost) == 15.0
    assert board.ends() == [(18.0, "a1", Outcome.CONNECTED)]


def test_who_hears_silence_is_rescued_by_another_agent() -> None:
    board = Board()
    _talking(board)
    board.run(15.0)
    board.network.lose_leg(ANN, now=board.now)
    board.run(17.0)
    board.bridge(agent=BOB)
    board.run(100)
    assert board.ends() == [(47.25, "a1", Outcome.CONNECTED)]


@pytest.mark.parametrize("order", [Bridge, BridgeInbound])
def test_one_agent_is_never_joined_to_two(order: type) -> None:
    board = Board()
    _talking(board)
    board.network.call_in(number="+1", dialed="+2", behaviour=PlannedCaller(), now=board.now)
    board.call("a2")
    board.run(20.3)
    if order is Bridge:
        board.bridge("a2")
    else:
        board.network.perform_inbound(
            BridgeInbound(call=board.network.callers()[0].call, agent=ANN), now=board.now
        )
    board.run(21.0)
    failed = [event for _, event in board.told if type(event).__name__.endswith("BridgeFailed")]
    assert [event.reason for event in failed if isinstance(event, BridgeFailed)] in (
        [],
        ["the agent is on another call"],
    )
    assert len(failed) == 1


def test_an_agent_who_leaves_a_message_or_the_talk_is_free_at_once() -> None:
    board = Board(replace(STAYS, talk_s=100.0))
    _talking(board)
    board.network.perform(LeaveMessage(attempt=AttemptId("a1"), sound="drop"), now=board.now)
    _talking(board, name="a2")
    board.network.perform(ReleaseAgent(attempt=AttemptId("a2"), agent=ANN), now=board.now)
    board.run(21.0)
    assert dict(board.network.living().talking) == {}
    assert [line.state for line in board.network.lines()] == [LineState.JOINED]
    _talking(board, name="a3")
    assert dict(board.network.living().talking) == {"a3": ANN}


@pytest.mark.parametrize(
    ("patience_s", "names"),
    [
        (59.999, ["InboundWaiting", "InboundEnded"]),
        (60.0, ["InboundWaiting", "InboundUnserved", "InboundEnded"]),
    ],
)
def test_a_caller_waits_as_long_as_they_like_and_no_longer_than_the_queue(
    patience_s: float, names: list[str]
) -> None:
    board = Board()
    behaviour = PlannedCaller(patience_s=patience_s)
    board.network.call_in(number=None, dialed="+2", behaviour=behaviour, now=START)
    board.run(200)
    assert board.names()[1:] == names
    assert board.at(InboundWaiting) == 2.0
    if InboundUnserved.__name__ in names:
        assert (board.at(InboundUnserved), board.at(InboundEnded)) == (62.0, 65.0)


def test_a_caller_s_opt_out_is_acknowledged_only_when_confirmed() -> None:
    board = Board()
    for confirmed in (False, True):
        caller = board.network.call_in(
            number="+1", dialed="+2", behaviour=PlannedCaller(key="9"), now=board.now
        )
        board.run(board.now - START + 3.0)
        if confirmed:
            board.network.perform_inbound(ConfirmInboundOptOut(call=caller.call), now=board.now)
        board.run(board.now - START + 20.0)
        assert caller.acknowledged is confirmed
    assert "InboundWaiting" not in board.names()


def test_when_the_clock_is_set_every_span_keeps_its_length() -> None:
    board = Board()
    board.call()
    board.run(5.0)
    board.network.shift_clock(3600.0)
    board.run(3700.0)
    assert board.at(CallAnswered) == 3610.0


def test_when_the_power_goes_nobody_is_told_and_nothing_lives() -> None:
    board = Board()
    _talking(board)
    before = len(board.told)
    board.network.end_all()
    board.run(100)
    living = board.network.living()
    assert (living.live, living.agents, living.inbound, len(board.told)) == ((), (), (), before)


def test_no_move_is_made_that_the_tables_do_not_have() -> None:
    """Every state but the last leads to the end; nothing leaves the end."""
    for machine, end in ((LINE, "END"), (CALLER, "END")):
        for state, row in machine.moves.items():
            assert any(move.name == end for move in row), state
        assert all(state not in machine.moves for state in machine.final)
    with pytest.raises(IllegalTransitionError):
        LINE.move(LineState.PLAYING, LineMove.JOIN)


# --- menus as data ----------------------------------------------------------------------------------------

MENU = InboundLine(
    languages=(Language(key="2", tag="language:es", sounds="es", is_required=True),),
    message_key="4",
    longest_message_s=60,
)
CLOSED = InboundLine(
    time_zone="UTC",
    message_key="4",
    hours=(OpenHours(days=WEEK, opens=time(0, 0), closes=time(0, 1)),),
)


def called_in(line: InboundLine, behaviour: PlannedCaller) -> Board:
    """Somebody calls, and nobody of ours does anything."""
    board = Board(our_lines=(line,))
    board.network.call_in(number="+1", dialed="+2", behaviour=behaviour, now=board.now)
    board.run(600.0)
    return board


def test_a_chosen_language_is_told_before_the_wait() -> None:
    board = called_in(MENU, PlannedCaller(language="2", patience_s=5.0))
    assert board.names() == ["InboundArrived", "InboundLanguageChosen", "InboundWaiting", "InboundEnded"]
    chosen = next(event for _, event in board.told if isinstance(event, InboundLanguageChosen))
    assert (chosen.language, chosen.is_required) == ("language:es", True)


@pytest.mark.parametrize(("spoken_s", "kept_s"), [(59.0, 59.0), (60.0, 60.0), (61.0, 60.0)])
def test_a_message_ends_at_the_longest(spoken_s: float, kept_s: float) -> None:
    board = called_in(MENU, PlannedCaller(key="4", menu_s=2.0, message_s=spoken_s))
    assert board.at(InboundMessageLeft) == 2.0 + kept_s
    assert board.names() == ["InboundArrived", "InboundMessageLeft", "InboundEnded"]


def test_who_calls_while_closed_waits_for_nobody_and_may_leave_a_message() -> None:
    assert called_in(CLOSED, PlannedCaller()).names() == ["InboundArrived", "InboundEnded"]
    board = called_in(CLOSED, PlannedCaller(key="4"))
    assert board.names() == ["InboundArrived", "InboundMessageLeft", "InboundEnded"]
    arrived = board.told[0][1]
    assert isinstance(arrived, InboundArrived)
    assert arrived.is_closed


def test_nine_says_never_again_while_closed_too() -> None:
    assert called_in(CLOSED, PlannedCaller(key="9")).names()[:2] == ["InboundArrived", "InboundOptedOut"]


def _held(board: Board) -> None:
    """Joined at 10.25 s, ordered on hold at 15 s, which takes a quarter of a second like every join."""
    _talking(board)
    board.run(15.0)
    board.network.perform(HoldPerson(attempt=AttemptId("a1"), agent=ANN), now=board.now)
    board.run(15.25)
    assert board.at(PersonHeld) == 15.25


def test_a_person_on_hold_hangs_up_when_their_talk_would_have_been_over() -> None:
    board = Board()
    _held(board)
    board.run(100)
    assert board.ends() == [(40.25, "a1", Outcome.CONNECTED)]


def test_a_hold_takes_nothing_from_a_talk_and_adds_nothing() -> None:
    board = Board()
    _held(board)
    board.run(20.0)
    board.bridge()
    board.run(100)
    bridged = [at for at, event in board.told if isinstance(event, CallBridged)]
    assert (bridged, board.ends()) == ([10.25, 20.25], [(40.25, "a1", Outcome.CONNECTED)])


@pytest.mark.parametrize(("ordered_at", "is_joined"), [(44.99, True), (45.01, False)])
def test_who_is_to_be_consulted_waits_twenty_seconds_for_the_agent(
    ordered_at: float, is_joined: bool
) -> None:
    board = Board(replace(STAYS, talk_s=200.0))
    _held(board)
    board.call("a2", joins=AttemptId("a1"), is_private=True)
    board.run(ordered_at)
    board.bridge("a2")
    board.run(45.5)
    assert (
        any(isinstance(event, CallBridged) and event.attempt == "a2" for _, event in board.told) is is_joined
    )
    assert bool(board.ends()) is not is_joined
    if not is_joined:
        assert board.ends() == [(45.25, "a2", Outcome.HUNG_UP_WAITING)]


def test_a_person_on_hold_whose_agents_phone_dies_is_for_another_agent() -> None:
    board = Board()
    _held(board)
    board.network.lose_leg(ANN, now=board.now)
    board.run(16.0)
    board.bridge(agent=BOB)
    board.run(17.0)
    assert dict(board.network.living().talking) == {"a1": BOB}
