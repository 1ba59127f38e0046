"""Whatever a port, the API or a file can say, at whatever moment: the engine takes it or refuses it.

Each event comes with any value that its types allow, on floors of several kinds in whatever state their
history left them in. A refusal is one of our own errors, and leaves the state as if only time had passed.
"""

from typing import Any

import pytest
from floor_moves import MEANT, Move, event_of, let_time_pass, moves
from floors import FURNISHINGS, furnished
from hostile_events import EVENTS, hostile_events, made
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.errors import FairdialError
from dialer.domain.ids import CampaignId
from dialer.engine.calling.guests import is_heard
from dialer.engine.state import EngineState, TimerKind
from dialer.runtime.checkpoint import decode_state, encode_state
from dialer.storage.journal.codecs import decode_event, encode_commands, encode_event

NOBODYS = e.CampaignStarted(campaign=CampaignId("nobody's"))
"""An event that is always refused, and by which nothing but time passes."""

ANY_SIZE = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

Happening = tuple[e.Event | Move, float]
happenings: st.SearchStrategy[list[Happening]] = st.lists(
    st.one_of(
        *[st.tuples(moves, st.just(0.0))] * 3,
        st.tuples(hostile_events(), st.sampled_from([0.0, 0.0, 1.0, 60.0, 7_200.0])),
    ),
    min_size=12,
    max_size=60,
)


class Twins:
    """Two floors with one history. What one refuses, the other never hears of: both must stay alike."""

    def __init__(self, kind: str) -> None:
        self.floors = (furnished(kind), furnished(kind))
        self.take(e.TimeReached())

    def happens(self, happening: Happening) -> None:
        """One thing more, at its moment."""
        what, wait = happening
        if isinstance(what, tuple):
            event = event_of(self.floors[0], what)
            for floor in self.floors:
                let_time_pass(floor, what, event)
        else:
            event = what
            for floor in self.floors:
                floor.now += wait
        self.take(event)

    def take(self, event: e.Event) -> None:
        """Let both take the event, or let one refuse it and see that nothing of it is left."""
        one, other = self.floors
        try:
            out = one.send(event)
        except FairdialError:
            with pytest.raises(FairdialError):
                other.send(NOBODYS)
            assert encode_state(one.engine.checkpoint()) == encode_state(other.engine.checkpoint())
            out = one.send(e.TimeReached())
            event = e.TimeReached()
        assert encode_commands(out) == encode_commands(other.send(event))
        nobody_is_left_on_hold(one.engine.checkpoint())
        for floor in self.floors:
            floor.engine.snapshot()
            floor.engine.next_wakeup()

    def can_go_on(self) -> None:
        """What there is can be written down, read again, and gone on from."""
        one = self.floors[0]
        state = one.engine.checkpoint()
        assert decode_state(encode_state(state)) == state
        one.wait(300.0)


def nobody_is_left_on_hold(state: EngineState) -> None:
    """Who is on hold is somebody's, and something that is sure to come ends it."""
    due = {name for _at, _order, kind, name in state.timers if kind is TimerKind.HOLD}
    for name, call in state.calls.items():
        assert (call.state is AttemptState.HELD) == (call.held_until is not None)
        if call.state is not AttemptState.HELD:
            continue
        assert call.agent is not None
        agent = state.agents[call.agent]
        assert (agent.attempt, agent.state) == (name, AgentState.TALKING)
        assert name in due or not is_heard(state, call) or call.hangup is not None


@pytest.mark.deep
@settings(settings.get_profile("some"), suppress_health_check=ANY_SIZE)
@given(kind=st.sampled_from(FURNISHINGS), history=happenings)
def test_an_event_is_taken_or_refused_whatever_it_says(kind: str, history: list[Happening]) -> None:
    twins = Twins(kind)
    for happening in history:
        twins.happens(happening)
    twins.can_go_on()


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_of_the_language_is_drawn(kind: type[Any]) -> None:
    """And each can be written into a journal and read again as it was."""

    @settings(settings.get_profile("few"), phases=[Phase.generate], suppress_health_check=ANY_SIZE)
    @given(made(kind))
    def check(event: e.Event) -> None:
        assert isinstance(event, kind)
        assert decode_event(encode_event(event)) == event

    check()


def test_every_event_means_something_on_a_floor() -> None:
    assert set(MEANT) == set(EVENTS)
