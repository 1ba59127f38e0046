"""The engine's invariants, whatever the connection to the telephone system does.

Each example is a short shift on another seed under another kind of trouble. `benchmarks/fault_seeds.py` runs
the same over thousands of seeds.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.commands import (
    Originate,
    StoreAgentState,
    StoreAttempt,
    StoreOutcome,
)
from dialer.domain.events import TimeReached
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from simulator.actors.faults import FaultPlan
from simulator.invariants import InvariantBrokenError, Watcher, shift_under_faults

SHARE = st.floats(0.0, 0.3)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    plan=st.builds(
        FaultPlan,
        lost=st.floats(0.0, 0.15),
        late=SHARE,
        doubled=SHARE,
        late_s=st.floats(0.01, 10.0),
        cuts_per_hour=st.floats(0.0, 60.0),
    ),
    policy=st.sampled_from(["progressive", "fixed_ratio", "predictive"]),
)
def test_invariants_hold_under_every_kind_of_fault(seed: int, plan: FaultPlan, policy: str) -> None:
    watcher = shift_under_faults(seed, plan, policy=policy)
    assert watcher.launches > 0


def test_without_faults_nothing_is_lost_and_nothing_late() -> None:
    watcher = shift_under_faults(1, FaultPlan(), policy="progressive")
    assert watcher.launches > 20


# --- the watcher itself: it finds what it is there to find -------------------------------------------------


def _record(name: str = "a1", person: str = "p1") -> AttemptRecord:
    return AttemptRecord(
        attempt=AttemptId(name),
        campaign=CampaignId("c"),
        lead=LeadId("l"),
        person=PersonId(person),
        number=NumberId("n1"),
        debts=(DebtId("d"),),
        zones=(),
        rulebook="",
        launched_at=1.0,
    )


def _entry(*commands: StoreAttempt | StoreOutcome | StoreAgentState | Originate) -> JournalEntry:
    return JournalEntry(sequence=1, now=1.0, event=TimeReached(), commands=commands)


def _seated(watcher: Watcher) -> None:
    state = AgentState.AVAILABLE.value
    watcher.watch(_entry(StoreAgentState(agent=AgentId("x"), campaign=CampaignId("c"), state=state)))


def test_an_attempt_stored_twice_is_found(order: Originate) -> None:
    watcher = Watcher()
    stored = StoreAttempt(record=_record(), findings=())
    watcher.watch(_entry(stored))
    with pytest.raises(InvariantBrokenError, match="stored twice"):
        watcher.watch(_entry(stored))


def test_a_call_without_a_stored_attempt_is_found(order: Originate) -> None:
    watcher = Watcher()
    _seated(watcher)
    with pytest.raises(InvariantBrokenError, match="before it was stored"):
        watcher.watch(_entry(order))


def test_a_call_with_no_agent_on_the_floor_is_found(order: Originate) -> None:
    with pytest.raises(InvariantBrokenError, match="no agent"):
        Watcher().watch(_entry(StoreAttempt(record=_record(), findings=()), order))


def test_an_outcome_out_of_nowhere_is_found() -> None:
    with pytest.raises(InvariantBrokenError, match="never stored"):
        Watcher().watch(_entry(StoreOutcome(record=_record())))


def test_an_attempt_that_never_ends_is_found() -> None:
    watcher = Watcher()
    watcher.watch(_entry(StoreAttempt(record=_record(), findings=())))
    with pytest.raises(InvariantBrokenError, match="never ended"):
        watcher.judge_end()
    over = replace(_record(), outcome=Outcome.BUSY, ended_at=2.0)
    watcher.watch(_entry(StoreOutcome(record=over)))
    watcher.judge_end()
