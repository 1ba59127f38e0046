"""The made-up network keeps a telephone system's duties, by virtual time."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Bridge, Hangup, HangupReason
from dialer.domain.detection import Detected
from dialer.domain.events import BridgeFailed, CallAnswered, CallBridged, CallEnded, CallTimedOut
from dialer.domain.ids import AgentId, AttemptId
from simulator.durations import constant
from simulator.scenario import NetworkPlan
from telephony.lines.outbound import UnclearedCallError

START = 1_770_000_000.0
A1, ANN = AttemptId("a1"), AgentId("ann")
MakeBench = Callable[..., Any]
Fates = tuple[Callable[..., Any], Callable[..., Any]]


def test_nobody_answers_until_we_give_up(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[1](Outcome.NO_ANSWER, 3600.0, rings=True))
    bench.say(bench.order(ring_s=22.0))
    bench.world.run(START + 60)
    assert bench.engine.names() == ["CallRinging", "CallEnded"]
    assert bench.engine.heard[-1][0] == pytest.approx(START + 22.0)
    assert bench.outcome() is Outcome.NO_ANSWER


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.INVALID_NUMBER, Outcome.CONGESTION])
def test_a_call_that_fails_rings_nowhere(make_bench: MakeBench, fates: Fates, outcome: Outcome) -> None:
    bench = make_bench(fates[1](outcome, 2.0))
    bench.say(bench.order())
    bench.world.run(START + 60)
    assert bench.engine.names() == ["CallEnded"]
    assert bench.engine.heard[0][0] == pytest.approx(START + 2.0)
    assert bench.outcome() is outcome


def test_an_answer_is_told_when_it_happens_and_a_bridge_joins(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=10.0, talk_s=30.0), NetworkPlan(bridge_s=constant(seconds=0.01)))
    bench.say(bench.order())
    bench.world.run(START + 10.5)
    assert bench.engine.heard[-1][1] == CallAnswered(attempt=A1, answered_at=START + 10.0)
    bench.say(Bridge(attempt=A1, agent=ANN), at=START + 10.5)
    bench.world.run(START + 100)
    assert bench.engine.names() == ["CallRinging", "CallAnswered", "CallBridged", "CallEnded"]
    bridged = bench.engine.heard[2][1]
    assert isinstance(bridged, CallBridged)
    assert bridged.bridged_at == pytest.approx(START + 10.51)
    assert bench.engine.heard[3][0] == pytest.approx(START + 40.51)
    assert bench.outcome() is Outcome.CONNECTED
    assert (bench.desk.began, bench.desk.ended) == ([ANN], [ANN])


@pytest.mark.parametrize("may_play", [True, False])
def test_the_limit_holds_when_the_engine_says_nothing(
    make_bench: MakeBench, fates: Fates, may_play: bool
) -> None:
    """What is played is what the clearance of that very call allows."""
    bench = make_bench(fates[0](after_s=10.0), NetworkPlan(message_s=8.0))
    bench.say(bench.order(may_play=may_play))
    bench.world.run(START + 100)
    at, event = bench.engine.heard[2]
    assert event == CallTimedOut(attempt=A1, message_played=may_play)
    assert at == pytest.approx(START + 12.0)
    assert bench.outcome() is Outcome.ABANDONED
    assert bench.engine.heard[3][0] == pytest.approx(START + (20.0 if may_play else 12.0))


def test_a_bridge_after_the_limit_fails(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=10.0))
    bench.say(bench.order())
    bench.say(Bridge(attempt=A1, agent=ANN), at=START + 11.999)
    bench.world.run(START + 100)
    assert "CallBridged" not in bench.engine.names()
    failure = next(e for _, e in bench.engine.heard if isinstance(e, BridgeFailed))
    assert failure.reason == "the call is playing"


def test_an_impatient_person_hangs_up_before_the_limit(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=10.0, patience_s=1.2))
    bench.say(bench.order())
    bench.world.run(START + 100)
    assert bench.engine.names() == ["CallRinging", "CallAnswered", "CallEnded"]
    assert bench.engine.heard[-1][0] == pytest.approx(START + 11.2)
    assert bench.outcome() is Outcome.HUNG_UP_WAITING


def test_detection_delays_the_news_but_not_the_instant_of_the_answer(
    make_bench: MakeBench, fates: Fates
) -> None:
    bench = make_bench(fates[0](after_s=10.0))
    bench.say(bench.order(detection=DetectionMode.ON))
    bench.world.run(START + 11.6)
    at, event = bench.engine.heard[-1]
    assert isinstance(event, CallAnswered)
    assert (event.answered_at, event.detected, event.delay_s) == (START + 10.0, Detected.HUMAN, 1.5)
    assert at == pytest.approx(START + 11.5)


@pytest.mark.parametrize(
    ("at", "outcome"), [(0.2, Outcome.CANCELLED), (5.0, Outcome.CANCELLED), (11.0, Outcome.ABANDONED)]
)
def test_a_hang_up_ends_the_call_whatever_it_does(
    make_bench: MakeBench, fates: Fates, at: float, outcome: Outcome
) -> None:
    bench = make_bench(fates[0](after_s=10.0), NetworkPlan(setup_s=constant(seconds=0.5)))
    bench.say(bench.order())
    bench.say(Hangup(attempt=A1, reason=HangupReason.FLOOR_STOPPED), at=START + at)
    bench.world.run(START + 100)
    assert bench.outcome() is outcome
    assert bench.engine.names().count("CallEnded") == 1
    assert bench.network.in_flight == 0


def test_beyond_the_lines_no_telephone_rings(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](), NetworkPlan(lines=1))
    bench.say(bench.order("a1"), bench.order("a2"))
    bench.world.run(START + 1)
    assert sorted(bench.engine.names()) == ["CallNotAttempted", "CallRinging"]
    assert bench.network.calls == 1


def test_a_failing_trunk_ends_calls_in_the_carriers_network(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0]())
    bench.network.trunk.fail(START + 10, 1.0)
    bench.say(bench.order())
    bench.world.run(START + 5)
    assert bench.outcome() is Outcome.CARRIER_FAILURE


def test_a_dead_agent_leg_ends_the_talk_after_a_moment_of_silence(
    make_bench: MakeBench, fates: Fates
) -> None:
    bench = make_bench(fates[0](after_s=1.0, talk_s=500.0), NetworkPlan(silence_s=3.0))
    bench.say(bench.order())
    bench.say(Bridge(attempt=A1, agent=ANN), at=START + 1.0)
    bench.world.run(START + 20)
    bench.network.lose_leg(ANN)
    bench.world.run(START + 100)
    assert bench.engine.heard[-1][0] == pytest.approx(START + 23.0)
    assert bench.outcome() is Outcome.CONNECTED


def test_an_agent_whose_telephone_is_gone_is_not_joined(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=1.0))
    bench.network.leave_seat(ANN)
    bench.say(bench.order())
    bench.say(Bridge(attempt=A1, agent=ANN), at=START + 1.0)
    bench.world.run(START + 1.5)
    assert isinstance(bench.engine.heard[-1][1], BridgeFailed)


def test_one_agent_is_never_joined_to_two(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=1.0))
    bench.say(bench.order("a1"), bench.order("a2"))
    orders = (Bridge(attempt=A1, agent=ANN), Bridge(attempt=AttemptId("a2"), agent=ANN))
    bench.say(*orders, at=START + 1.0)
    bench.world.run(START + 1.5)
    assert bench.engine.names().count("CallBridged") == 1
    assert bench.engine.names().count("BridgeFailed") == 1


@pytest.mark.parametrize(
    "order", [{"issued": START - 60}, {"issued": START + 60}, {"cleared_for": "n2"}], ids=str
)
def test_an_uncleared_call_stops_the_rehearsal(
    make_bench: MakeBench, fates: Fates, order: dict[str, object]
) -> None:
    bench = make_bench(fates[0]())
    with pytest.raises(UnclearedCallError):
        bench.say(bench.order(**order))


def test_a_clearance_serves_once(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0]())
    bench.say(bench.order("a1"))
    with pytest.raises(UnclearedCallError, match="used already"):
        bench.say(bench.order("a1"))


def test_reconciliation_tells_what_lives(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=1.0))
    bench.say(bench.order("a1"), bench.order("a2"))
    bench.say(Bridge(attempt=A1, agent=ANN), at=START + 1.0)
    bench.world.run(START + 1.5)
    found = bench.network.reconciled()
    assert found.live == ("a1", "a2")
    assert dict(found.talking) == {A1: ANN}


def test_every_call_ends_exactly_once(make_bench: MakeBench, fates: Fates) -> None:
    bench = make_bench(fates[0](after_s=4.0, patience_s=0.5))
    bench.say(*(bench.order(f"a{n}") for n in range(50)))
    bench.world.run(START + 100)
    ended = [event.attempt for _, event in bench.engine.heard if isinstance(event, CallEnded)]
    assert sorted(ended) == sorted(f"a{n}" for n in range(50))
