"""The world's clock: order, wake-ups, and no engine that stops time."""

from typing import Any

import pytest

from dialer.domain.commands import RaiseAlarm
from dialer.domain.events import AgentGotReady, CampaignStarted, Event, TimeReached
from dialer.domain.ids import AgentId, CampaignId
from dialer.domain.ports import JournalEntry
from simulator import world as worlds
from simulator.world import FLOOR, NETWORK, OFFICE, World, WorldStuckError


def _ready(name: str) -> Event:
    return AgentGotReady(agent=AgentId(name))


def test_what_is_due_happens_in_the_order_of_time_then_priority_then_asking(listener: Any) -> None:
    world = World(engine=listener, starts_at=0.0)
    world.tell_at(5.0, _ready("late"), priority=NETWORK)
    world.tell_at(1.0, _ready("office"), priority=OFFICE)
    world.tell_at(1.0, _ready("floor 1"), priority=FLOOR)
    world.tell_at(1.0, _ready("floor 2"), priority=FLOOR)
    world.tell_at(1.0, _ready("network"), priority=NETWORK)
    world.run(10.0)
    assert [event.agent for _, event in listener.heard] == ["network", "floor 1", "floor 2", "office", "late"]
    assert [at for at, _ in listener.heard] == [1.0, 1.0, 1.0, 1.0, 5.0]
    assert world.now == 10.0


def test_the_engine_is_woken_when_it_asked_and_after_what_happens_then(listener: Any) -> None:
    listener.wakeups = [2.0, 3.0]
    world = World(engine=listener, starts_at=0.0)
    world.tell_at(1.0, _ready("a"))
    world.tell_at(2.0, _ready("b"))
    world.run(10.0)
    assert [(at, type(event).__name__) for at, event in listener.heard] == [
        (1.0, "AgentGotReady"),
        (2.0, "AgentGotReady"),
        (2.0, "TimeReached"),
        (3.0, "TimeReached"),
    ]


def test_nothing_beyond_the_horizon_happens(listener: Any) -> None:
    listener.wakeups = [20.0]
    world = World(engine=listener, starts_at=0.0)
    world.tell_at(0.0, _ready("a"))
    world.tell_at(10.5, _ready("b"))
    world.run(10.0)
    assert len(listener.heard) == 1
    world.run(30.0)
    assert len(listener.heard) == 3


def test_an_engine_that_stops_time_is_found_out(listener: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "MOST_STEPS_AT_ONE_INSTANT", 50)
    listener.wakeups = [1.0] * 100
    world = World(engine=listener, starts_at=0.0)
    world.tell_at(1.0, _ready("a"))
    with pytest.raises(WorldStuckError):
        world.run(2.0)


def test_commands_are_carried_out_in_order_by_all_who_said_so(listener: Any) -> None:
    listener.answers = [(RaiseAlarm(subject="x", text="1"), RaiseAlarm(subject="x", text="2"))]
    world = World(engine=listener, starts_at=0.0)
    done: list[str] = []
    world.on(RaiseAlarm, lambda command: done.append(f"first {command.text}"))
    world.on(RaiseAlarm, lambda command: done.append(f"second {command.text}"))
    world.tell_at(1.0, _ready("a"))
    world.run(1.0)
    assert done == ["first 1", "second 1", "first 2", "second 2"]


def test_the_sink_gets_every_step_numbered(listener: Any) -> None:
    alarm = RaiseAlarm(subject="x", text="1")
    listener.answers = [(alarm,)]
    entries: list[JournalEntry] = []
    world = World(engine=listener, starts_at=0.0, sink=entries.append)
    started = CampaignStarted(campaign=CampaignId("c"))
    world.tell_at(1.0, started)
    world.tell_at(2.0, TimeReached())
    world.run(3.0)
    assert entries == [
        JournalEntry(sequence=1, now=1.0, event=started, commands=(alarm,)),
        JournalEntry(sequence=2, now=2.0, event=TimeReached(), commands=()),
    ]


class Lines:
    """A network that does something at given instants."""

    def __init__(self, *instants: float) -> None:
        self.instants = list(instants)
        self.woken: list[float] = []

    def next_wakeup(self) -> float | None:
        return self.instants[0] if self.instants else None

    def wake(self, now: float) -> None:
        self.woken.append(now)
        self.instants.pop(0)

    def shift_clock(self, seconds: float) -> None:
        self.instants = [at + seconds for at in self.instants]


def test_the_lines_come_before_everybody_else_at_the_same_instant(listener: Any) -> None:
    world = World(engine=listener, starts_at=0.0)
    lines = Lines(1.0, 1.0, 3.0)
    order: list[str] = []

    def wake(now: float) -> None:
        lines.wake(now)
        order.append("lines")

    world.drive(lines.next_wakeup, wake, lines.shift_clock)
    world.schedule(1.0, order.append, "network", priority=NETWORK)
    world.run(2.0)
    assert order == ["lines", "lines", "network"]
    assert lines.woken == [1.0, 1.0]
    assert world.next_due() == 3.0


def test_when_the_clock_is_set_everything_under_way_keeps_its_length(listener: Any) -> None:
    """Ahead or back: what was due in two seconds is due in two seconds, on the lines too."""
    for seconds in (30.0, -30.0):
        world = World(engine=listener, starts_at=100.0)
        lines = Lines(102.0)
        world.drive(lines.next_wakeup, lines.wake, lines.shift_clock)
        happened: list[str] = []
        world.schedule(103.0, happened.append, "desk")
        world.step_clock(seconds)
        assert world.now == 100.0 + seconds
        world.run(101.999 + seconds)
        assert (lines.woken, happened) == ([], [])
        world.run(103.0 + seconds)
        assert (lines.woken, happened) == ([102.0 + seconds], ["desk"])


def test_who_wants_to_hear_of_an_event_does_when_the_engine_has_taken_it(listener: Any) -> None:
    world = World(engine=listener, starts_at=0.0)
    heard: list[tuple[str, int]] = []
    world.after(AgentGotReady, lambda event: heard.append((event.agent, len(listener.heard))))
    world.tell(_ready("ann"))
    world.tell(CampaignStarted(campaign=CampaignId("c")))
    assert heard == [("ann", 1)]
