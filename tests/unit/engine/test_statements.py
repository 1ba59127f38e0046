"""What must be said on a call, and what may not be, reaches whoever speaks: as its clearance said."""

from collections.abc import Callable
from typing import Any

import msgspec

from compliance_gate.findings import Speech, Statement
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId
from dialer.web.phone.seats import encode_seat

MakeFloor = Callable[..., Any]

NEVER_SUE = Statement(
    rule="us-regf-time-barred",
    citation="12 CFR 1006.26(b)",
    speech=Speech.MAY_NOT,
    text="bring suit, or threaten to",
    debts=("d0",),
)


def test_the_agents_seat_has_the_words_from_the_bridge_until_the_call_ends(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.gate.statements = (NEVER_SUE,)
    floor.start(agents=1)
    order = floor.last(c.Originate)
    assert order.clearance.statements == (NEVER_SUE,)
    assert _view(floor).statements == (), "nobody is on the call yet"
    floor.answer(order.attempt)
    floor.send(e.CallBridged(attempt=order.attempt, agent=AgentId("agent0"), bridged_at=floor.now))
    view = _view(floor)
    assert (view.state, view.statements) == (AgentState.TALKING, (NEVER_SUE,))
    seat = msgspec.json.decode(encode_seat(floor.engine.snapshot(), view))["seat"]
    assert seat["statements"] == [
        {
            "rule": "us-regf-time-barred",
            "citation": "12 CFR 1006.26(b)",
            "speech": "may_not",
            "text": "bring suit, or threaten to",
            "debts": ["d0"],
        }
    ]
    floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.CONNECTED), after=30.0)
    assert _view(floor).statements == ()


def test_who_is_kept_for_a_call_reads_them_before_it_is_answered(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.gate.statements, floor.gate.may_play = (NEVER_SUE,), frozenset()
    floor.start(agents=1)
    assert floor.last(c.Originate).reserved_agent == AgentId("agent0")
    assert (_view(floor).state, _view(floor).statements) == (AgentState.RESERVED, (NEVER_SUE,))


def _view(floor: Any) -> Any:
    return floor.engine.snapshot().agents[0]
