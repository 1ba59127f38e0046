"""Every state machine, walked whole: what its table allows, and that nothing else changes anything."""

import ast
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.agent import AGENT, AgentMove, AgentState
from dialer.domain.attempt import (
    ATTEMPT,
    JOINED,
    OVER,
    UNANSWERED,
    UNJOINED,
    AttemptMove,
    AttemptState,
)
from dialer.domain.campaign import CAMPAIGN, CampaignMove, CampaignState
from dialer.domain.errors import IllegalTransitionError
from dialer.domain.ids import AgentId
from dialer.domain.inbound import INBOUND, InboundMove, InboundState
from dialer.domain.lease import LEASE, LeaseMove, LeaseState
from dialer.domain.third_party import THIRD_PARTY, ThirdPartyMove, ThirdPartyState
from dialer.domain.transitions import Machine
from dialer.engine.calling import phases
from dialer.engine.state import CallRow, LaunchRow

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / "dialer" / "engine"
MACHINES: list[tuple[Machine[Any, Any], type[Enum]]] = [
    (ATTEMPT, AttemptMove),
    (AGENT, AgentMove),
    (CAMPAIGN, CampaignMove),
    (INBOUND, InboundMove),
    (THIRD_PARTY, ThirdPartyMove),
    (LEASE, LeaseMove),
]
STATES: tuple[type[Enum], ...] = (
    AttemptState,
    AgentState,
    CampaignState,
    InboundState,
    ThirdPartyState,
    LeaseState,
)
every_machine = pytest.mark.parametrize(("machine", "moves"), MACHINES, ids=[m.name for m, _ in MACHINES])


def states_of(machine: Machine[Any, Any]) -> list[Any]:
    return [state for states in STATES for state in states if type(state) is type(machine.initial)]


@every_machine
def test_a_move_that_is_not_in_the_table_raises_and_names_what_is(
    machine: Machine[Any, Any], moves: type[Enum]
) -> None:
    for state in states_of(machine):
        for move in moves:
            if machine.may(state, move):
                assert machine.move(state, move) in states_of(machine)
                continue
            with pytest.raises(IllegalTransitionError) as raised:
                machine.move(state, move)
            assert raised.value.allowed == machine.allowed(state)


@every_machine
def test_every_state_is_reached_and_every_move_is_made_somewhere(
    machine: Machine[Any, Any], moves: type[Enum]
) -> None:
    reached, found = [machine.initial], {machine.initial}
    for state in reached:
        after = [target for target in machine.moves.get(state, {}).values() if target not in found]
        found.update(after)
        reached += after
    assert found == set(states_of(machine))
    assert {move for row in machine.moves.values() for move in row} == set(moves)


@every_machine
def test_only_a_final_state_leads_nowhere(machine: Machine[Any, Any], moves: type[Enum]) -> None:
    del moves
    assert {state for state in states_of(machine) if not machine.moves.get(state)} == machine.final


def test_an_attempt_is_in_one_part_of_its_life_at_a_time() -> None:
    parts = (UNANSWERED, UNJOINED, JOINED, OVER)
    assert sum(len(part) for part in parts) == len(set[AttemptState]().union(*parts)) == len(AttemptState)


def test_an_attempt_may_end_from_everywhere_since_lines_drop_at_every_moment() -> None:
    for state in AttemptState:
        assert ATTEMPT.may(state, AttemptMove.END) is (state is not AttemptState.ENDED)


def test_nothing_but_an_order_leads_to_a_bridge_and_nothing_unanswered_is_joined() -> None:
    for state in UNANSWERED:
        assert not ATTEMPT.may(state, AttemptMove.CONNECT)
    assert [state for state in AttemptState if ATTEMPT.may(state, AttemptMove.BRIDGE)] == [
        AttemptState.WAITING
    ]


def call_in(state: AttemptState) -> CallRow:
    values: dict[str, Any] = dict.fromkeys(LaunchRow.__dataclass_fields__, "")
    return CallRow(launch=LaunchRow(**values), state=state)


def test_an_illegal_move_writes_nothing_of_a_call() -> None:
    for state in AttemptState:
        if not ATTEMPT.may(state, AttemptMove.CONNECT):
            call = call_in(state)
            with pytest.raises(IllegalTransitionError):
                phases.connect(call, AgentId("ann"), at=5.0)
            assert call == call_in(state)


def test_nobody_but_the_phases_writes_to_a_row_of_calls() -> None:
    offenders: list[str] = []
    for path in sorted(ENGINE.rglob("*.py")):
        if path.name == "phases.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else targets
            written = [part for target in targets for part in ast.walk(target)]
            offenders += [
                f"{path.name}:{part.lineno} {ast.unparse(part)}"
                for part in written
                if isinstance(part, ast.Attribute)
                and isinstance(part.ctx, ast.Store)
                and ast.unparse(part).startswith("call.")
            ]
    assert offenders == []


@pytest.mark.parametrize(
    ("machine", "readme"), [(ATTEMPT, "dialer/engine/calling/README.md")], ids=lambda value: str(value)[:20]
)
def test_the_diagram_in_a_readme_is_the_table_s(machine: Machine[Any, Any], readme: str) -> None:
    """Where it is not: print `machine.mermaid()` and put it there."""
    assert f"```mermaid\n{machine.mermaid()}\n```\n" in (ROOT / readme).read_text(encoding="utf-8")
