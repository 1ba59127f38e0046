"""A whole rehearsal: the same from the same seed, complete, and made of observable records."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId
from dialer.domain.ports import JournalEntry
from pacing.registry import UnknownPolicyError
from simulator.population import Placement, made_up
from simulator.rehearsal import CAMPAIGN, Rehearsal, RehearsalResult, run_rehearsal
from simulator.scenario import BreakPlan, Scenario
from simulator.scenario_file import load_scenario
from simulator.scripted_engine import ScriptedEngine
from simulator.streams import Streams


def _smoke() -> Scenario:
    return load_scenario("smoke")


def _scripted(scenario: Scenario, seed: int = 1) -> RehearsalResult:
    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=ScriptedEngine())
    rehearsal.work()
    return rehearsal.result(rulebook="scripted")


@pytest.fixture(scope="module")
def smoke() -> RehearsalResult:
    return run_rehearsal(_smoke(), seed=1, rulebook=None)


def test_the_same_seed_gives_the_same_shift_and_another_does_not(smoke: RehearsalResult) -> None:
    assert run_rehearsal(_smoke(), seed=1, rulebook=None) == smoke
    assert run_rehearsal(_smoke(), seed=2, rulebook=None).attempts != smoke.attempts


def test_every_attempt_has_an_end_and_an_outcome(smoke: RehearsalResult) -> None:
    assert len(smoke.attempts) == smoke.truth_calls > 20
    for record in smoke.attempts:
        assert record.outcome is not None
        assert record.ended_at is not None
        assert record.launched_at <= record.ended_at
        if record.outcome is Outcome.CONNECTED:
            assert record.disposition is not None
            assert record.agent is not None


def test_agents_are_in_one_state_at_a_time_from_seat_to_leave(smoke: RehearsalResult) -> None:
    for number in range(1, 4):
        spans = [span for span in smoke.records.agent_spans if span.agent == AgentId(f"agent-{number:03d}")]
        assert spans[0].started_at == pytest.approx(smoke.starts_at)
        assert spans[-1].ended_at >= smoke.ends_at
        for before, after in pairwise(spans):
            assert before.ended_at == after.started_at


def test_talk_time_by_records_is_talk_time_by_agents(smoke: RehearsalResult) -> None:
    by_records = sum(
        record.talk_ended_at - record.bridged_at
        for record in smoke.attempts
        if record.bridged_at is not None and record.talk_ended_at is not None
    )
    by_spans = sum(
        span.ended_at - span.started_at
        for span in smoke.records.agent_spans
        if span.state is AgentState.TALKING
    )
    assert by_records == pytest.approx(by_spans, abs=0.5)


def test_the_sink_gets_every_step() -> None:
    entries: list[JournalEntry] = []
    result = run_rehearsal(_smoke(), seed=1, rulebook=None, sink=entries.append)
    assert [entry.sequence for entry in entries] == list(range(1, result.steps + 1))
    assert [entry.now for entry in entries] == sorted(entry.now for entry in entries)


def test_agents_hours_and_policy_may_be_others_than_the_scenarios() -> None:
    result = run_rehearsal(
        _smoke(),
        seed=1,
        rulebook=None,
        agents=5,
        hours=0.1,
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 1.2},
    )
    assert (result.agents, result.hours, result.policy) == (5, 0.1, "fixed_ratio")
    assert len({span.agent for span in result.records.agent_spans}) == 5
    with pytest.raises(UnknownPolicyError):
        run_rehearsal(_smoke(), seed=1, rulebook=None, policy="agressive")


def test_leads_and_people_may_come_from_a_store() -> None:
    scenario = _smoke()
    placed = made_up(
        replace(scenario.population, states=("NY",)),
        persons=100,
        campaign=CAMPAIGN,
        streams=Streams(9),
        now=0.0,
    )
    elsewhere = Placement(
        leads=tuple(replace(lead, campaign="spring") for lead in placed.leads), persons=placed.persons
    )
    result = run_rehearsal(scenario, seed=1, rulebook=None, placement=elsewhere)
    assert {record.campaign for record in result.attempts} == {"spring"}
    assert result.persons == 100


def test_progress_is_told_from_start_to_end() -> None:
    told: list[float] = []
    run_rehearsal(_smoke(), seed=1, rulebook=None, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_break_is_taken_in_its_time_and_for_its_length() -> None:
    scenario = _smoke()
    rest = BreakPlan(after_hours=0.25, minutes=10, reason="lunch")
    scenario = replace(
        scenario,
        shift=replace(scenario.shift, hours=1.0),
        agents=replace(scenario.agents, breaks=(rest,)),
    )
    result = run_rehearsal(scenario, seed=1, rulebook=None)
    away = [s for s in result.records.agent_spans if s.state == AgentState.NOT_READY and s.reason == "lunch"]
    assert len(away) == 3
    for span in away:
        assert span.started_at >= result.starts_at + 900.0
        assert span.ended_at - span.started_at == pytest.approx(600.0, abs=1.0)


def test_pauses_and_lost_legs_happen_and_agents_come_back() -> None:
    scenario = _smoke()
    agents = replace(scenario.agents, pauses_per_hour=6.0, leg_losses_per_hour=6.0)
    scenario = replace(scenario, shift=replace(scenario.shift, hours=1.0), agents=agents)
    spans = run_rehearsal(scenario, seed=1, rulebook=None).records.agent_spans
    states = Counter(span.state for span in spans)
    assert states[AgentState.LEG_LOST] > 3
    assert states[AgentState.AVAILABLE] > 20


def test_two_policies_meet_the_same_public() -> None:
    """Common random numbers: the first call to a number meets the same, whoever dials it and when."""
    scenario = replace(_smoke(), shift=replace(_smoke().shift, hours=0.5))
    firsts: list[dict[str, float]] = []
    for policy in ("progressive", "fixed_ratio"):
        result = run_rehearsal(scenario, seed=4, rulebook=None, policy=policy)
        seen: dict[str, float] = {}
        for record in result.attempts:
            if record.answered_at is not None:
                seen.setdefault(f"{record.person}/{record.number}", record.answered_at - record.launched_at)
        firsts.append(seen)
    common = set(firsts[0]) & set(firsts[1])
    assert len(common) > 20
    same = sum(firsts[0][name] == pytest.approx(firsts[1][name], abs=1e-4) for name in common)
    assert same / len(common) > 0.9


def test_a_scripted_engine_drives_the_same_world() -> None:
    result = _scripted(_smoke())
    assert len(result.attempts) > 20
    assert _scripted(_smoke()) == result
