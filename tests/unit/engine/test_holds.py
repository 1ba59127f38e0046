"""The machine under the engine may hold launches; what rings and talks goes on."""

from typing import Any

from dialer.domain import commands as c
from dialer.domain import events as e


def test_a_hold_stops_launches_until_it_is_resumed(make_floor: Any) -> None:
    floor = make_floor()
    floor.start(agents=0)
    floor.send(e.LaunchingHeld(by="store", reason="the store cannot be written"))
    floor.seat("agent0")
    floor.wait(5.0)
    assert not floor.all(c.Originate)
    assert floor.engine.snapshot().campaigns[0].reason == "the store cannot be written"
    floor.send(e.LaunchingResumed(by="store"))
    floor.wait(5.0)
    assert floor.all(c.Originate)


def test_two_holds_are_two_and_both_must_end(make_floor: Any) -> None:
    floor = make_floor()
    floor.start(agents=0)
    for by in ("store", "overload"):
        floor.send(e.LaunchingHeld(by=by, reason=by))
    floor.seat("agent0")
    floor.send(e.LaunchingResumed(by="store"))
    floor.wait(5.0)
    assert not floor.all(c.Originate)


def test_a_hold_hangs_up_nothing(make_floor: Any) -> None:
    floor = make_floor()
    floor.start()
    assert floor.all(c.Originate)
    floor.send(e.LaunchingHeld(by="store", reason="full"))
    floor.wait(5.0)
    assert not floor.all(c.Hangup)


def test_a_restart_knows_no_hold_of_the_process_before(make_floor: Any) -> None:
    floor = make_floor()
    floor.send(e.LaunchingHeld(by="shutdown", reason="stopping"))
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    assert not floor.engine.checkpoint().holds
