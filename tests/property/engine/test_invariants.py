"""Whatever comes, in whatever order, late, twice or never: what must hold on a floor holds."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance_gate.findings import Recording
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import OVER, UNANSWERED, UNJOINED, Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import FairdialError
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, EndpointId, NumberId, PersonId
from dialer.engine.roster import SERVING

Floor = Any
SPRING = CampaignId("spring")
AGENTS = tuple(AgentId(f"agent{i}") for i in range(4))

Move = tuple[str, int, int]
CALL_MOVES = (
    "ring",
    "answer",
    "answer",
    "bridge",
    "bridge",
    "bridge_failed",
    "timeout",
    "end",
    "end",
    "refuse",
)
AGENT_MOVES = ("dispose", "dispose", "ready", "pause", "log_out", "log_in", "leg_lost", "leg_back", "hang_up")
FLOOR_MOVES = (
    "suppress",
    "recall",
    "stop",
    "start",
    "pause_campaign",
    "lost",
    "reconcile",
    "time",
    "feed",
    "feed",
)
MOVES = (*CALL_MOVES, *CALL_MOVES, *AGENT_MOVES, *FLOOR_MOVES)
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 7), st.integers(0, 30)), min_size=1, max_size=120
)


def event_of(floor: Floor, move: Move) -> e.Event | None:
    """The event a move means on this floor; None when it means none now."""
    name, pick, _wait = move
    state = floor.engine.checkpoint()
    attempts = [*state.calls, AttemptId("a1-99999999")]
    attempt = attempts[pick % len(attempts)]
    agent = AGENTS[pick % len(AGENTS)]
    call = state.calls.get(attempt)
    held = call.agent if call is not None and call.agent is not None else agent
    table: dict[str, Callable[[], e.Event]] = {
        "ring": lambda: e.CallRinging(attempt=attempt),
        "answer": lambda: e.CallAnswered(attempt=attempt, answered_at=floor.now),
        "bridge": lambda: e.CallBridged(attempt=attempt, agent=held, bridged_at=floor.now),
        "bridge_failed": lambda: e.BridgeFailed(attempt=attempt, agent=held, reason="test"),
        "timeout": lambda: e.CallTimedOut(attempt=attempt, message_played=bool(pick % 2)),
        "end": lambda: e.CallEnded(attempt=attempt, outcome=tuple(Outcome)[pick % len(Outcome)]),
        "refuse": lambda: e.CallNotAttempted(attempt=attempt, reason="test"),
        "dispose": lambda: e.DispositionRecorded(
            agent=held,
            attempt=attempt,
            disposition=Disposition(kind=tuple(DispositionKind)[(pick * 7 + _wait) % len(DispositionKind)]),
            ready_after=bool(pick % 3),
        ),
        "ready": lambda: e.AgentGotReady(agent=agent),
        "pause": lambda: e.AgentPauseRequested(agent=agent, reason="break"),
        "hang_up": lambda: e.AgentHungUp(agent=agent, attempt=attempt if pick % 2 else None),
        "log_out": lambda: e.AgentLoggedOut(agent=agent),
        "log_in": lambda: e.AgentLoggedIn(agent=agent, campaign=SPRING, endpoint=EndpointId(agent)),
        "leg_lost": lambda: e.AgentLegLost(agent=agent),
        "leg_back": lambda: e.AgentLegRestored(agent=agent),
        "suppress": lambda: e.SuppressionAdded(
            scope=e.SuppressionScope.NUMBER, source="test", number=NumberId(f"n{pick}")
        ),
        "recall": lambda: e.AccountRecalled(debt=DebtId(f"d{pick}")),
        "stop": lambda: e.CampaignStopped(campaign=SPRING),
        "start": lambda: e.CampaignStarted(campaign=SPRING),
        "pause_campaign": lambda: e.CampaignPaused(campaign=SPRING),
        "lost": lambda: e.NetworkLost(reason="test"),
        "reconcile": lambda: e.NetworkReconciled(live=tuple(attempts[:pick]), talking={}, agents=AGENTS),
        "time": e.TimeReached,
    }
    return table[name]() if name in table else None


def check(floor: Floor, out: tuple[c.Command, ...], serving_before: int) -> None:
    """What must hold after every step."""
    state = floor.engine.checkpoint()
    open_calls = [call for call in state.calls.values() if call.state not in OVER]
    assert all(count == 1 for count in Counter(call.launch.person for call in state.calls.values()).values())
    assert all(count == 1 for count in Counter(call.launch.number for call in state.calls.values()).values())
    assert state.campaigns[SPRING].in_flight == len(open_calls)
    assert state.locked_leads == {call.launch.lead.lead: name for name, call in state.calls.items()}
    assert state.locked_persons == {call.launch.person: name for name, call in state.calls.items()}
    assert state.locked_numbers == {call.launch.number: name for name, call in state.calls.items()}
    stored = [command.record.attempt for command in out if isinstance(command, c.StoreAttempt)]
    originated = [command.attempt for command in out if isinstance(command, c.Originate)]
    assert stored == originated
    serving = sum(1 for agent in state.agents.values() if agent.state in SERVING)
    assert not originated or serving > 0 or serving_before > 0
    held = [agent.attempt for agent in state.agents.values() if agent.attempt is not None]
    assert len(held) == len(set(held)), "no attempt has two agents"
    for agent in state.agents.values():
        engaged = agent.state in (AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPPING)
        assert engaged == (agent.attempt is not None), f"{agent.agent} is {agent.state} with {agent.attempt}"
        assert agent.attempt is None or agent.attempt in state.calls
    check_queues(floor)
    ledger = state.campaigns[SPRING].ledger
    assert 0 <= ledger.abandoned <= ledger.live_answers


def check_queues(floor: Floor) -> None:
    """Queues name exactly the calls and leads whose state says so; files are kept as long as needed."""
    state = floor.engine.checkpoint()
    pools = state.campaigns[SPRING].pools.values()
    ringing = {name for pool in pools for name in pool.ringing}
    assert ringing == {
        call.launch.attempt
        for call in state.calls.values()
        if call.state in UNANSWERED and not call.launch.is_guaranteed
    }
    waiting = [name for pool in pools for name in pool.waiting]
    assert len(waiting) == len(set(waiting))
    assert all(state.calls[name].state in UNJOINED for name in waiting)
    queued = [name for pool in pools for name in (*pool.queue, *pool.reserved)]
    assert sorted(queued) == sorted(state.leads)
    uses: Counter[PersonId] = Counter()
    for lead in state.leads.values():
        uses.update({target.person for target in lead.targets})
    uses.update(call.launch.person for call in state.calls.values())
    assert uses == {person: row.uses for person, row in state.persons.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=moves, may_play=st.booleans(), ratio=st.sampled_from([1.0, 2.5]))
def test_invariants_hold_through_any_history(
    make_floor: Callable[..., Floor], plan: list[Move], may_play: bool, ratio: float
) -> None:
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": ratio}, abandonment_limit=1.0
    )
    if not may_play:
        floor.gate.may_play = frozenset[Recording]()
    floor.start(agents=2, leads=6)
    fed = 6
    for move in plan:
        floor.now += move[2]
        before = floor.engine.checkpoint()
        serving = sum(1 for agent in before.agents.values() if agent.state in SERVING)
        if move[0] == "feed":
            if before.campaigns[SPRING].refill is not None:
                floor.feed(3, first=fed)
                fed += 3
            continue
        event = event_of(floor, move)
        assert event is not None
        try:
            out = floor.send(event)
        except FairdialError:
            continue  # refused: nothing of it happened, and the next step goes on
        check(floor, out, serving)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=moves)
def test_the_same_events_give_the_same_commands(make_floor: Callable[..., Floor], plan: list[Move]) -> None:
    logs: list[list[c.Command]] = []
    for _ in range(2):
        floor = make_floor(
            policy="fixed_ratio", policy_parameters={"lines_per_agent": 2.0}, abandonment_limit=1.0
        )
        floor.start(agents=2, leads=6)
        for move in plan:
            floor.now += move[2]
            event = event_of(floor, move)
            if event is None:
                continue
            try:
                floor.send(event)
            except FairdialError:
                continue
        logs.append(floor.log)
    assert logs[0] == logs[1]
