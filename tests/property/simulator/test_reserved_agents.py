"""Leads that need an agent reserved share the floor with those that are paced, and take nobody's agent."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import GateDecision
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.engine.engine import DialerEngine
from simulator.open_gate import OpenGate
from simulator.rehearsal import Rehearsal, RehearsalResult
from simulator.scenario_file import load_scenario
from simulator.scenario_settings import adapted


class HalfMute(OpenGate):
    """Nothing may be played to every second person: their calls need an agent reserved."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        decision = super().evaluate(request, at=at)
        assert decision.clearance is not None
        if int(request.person.file.person[-1]) % 2:
            return replace(decision, clearance=replace(decision.clearance, may_play=frozenset()))
        return decision


def _shift(seed: int, policy: str) -> RehearsalResult:
    scenario = adapted(load_scenario("smoke"), policy=policy, agents=4, hours=0.5)
    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=DialerEngine(HalfMute()))
    rehearsal.work()
    return rehearsal.result(rulebook="half mute")


@pytest.mark.parametrize("seed", range(4))
def test_progressive_dialing_stays_one_line_per_free_agent(seed: int) -> None:
    """An agent held for one call is not the agent another ringing call counts on."""
    result = _shift(seed, "progressive")
    paced = [a for a in result.attempts if not a.guaranteed]
    assert [a.attempt for a in paced if a.outcome is Outcome.CANCELLED or a.abandoned] == []


@pytest.mark.parametrize("policy", ["progressive", "fixed_ratio", "predictive"])
def test_both_kinds_are_dialed_and_agents_are_kept_at_work(policy: str) -> None:
    result = _shift(1, policy)
    guaranteed = sum(a.guaranteed for a in result.attempts)
    assert 0.25 < guaranteed / len(result.attempts) < 0.75
    at_work = sum(
        (span.ended_at - span.started_at)
        for span in result.records.agent_spans
        if span.state in (AgentState.TALKING, AgentState.WRAPPING, AgentState.RESERVED)
    )
    assert at_work / (result.agents * result.hours * 3600) > 0.4


class Mute(OpenGate):
    """Nothing may be played to anybody: every call needs an agent reserved."""

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        decision = super().evaluate(request, at=at)
        assert decision.clearance is not None
        return replace(decision, clearance=replace(decision.clearance, may_play=frozenset()))


def test_a_floor_without_announcements_goes_on_with_machines_let_go() -> None:
    """One agent, detection on, few launches a second: a lead that waits for the agent is never forgotten."""
    scenario = load_scenario("year")
    scenario = replace(
        scenario,
        agents=replace(scenario.agents, count=1),
        campaign=replace(scenario.campaign, launches_per_second=1.0),
        population=replace(scenario.population, persons_per_agent_hour=500),
    )
    rehearsal = Rehearsal(scenario=adapted(scenario, hours=1.0), seed=1, engine=DialerEngine(Mute()))
    rehearsal.work()
    launches = [attempt.launched_at for attempt in rehearsal.result(rulebook="mute").attempts]
    assert len(launches) > 100
    assert max(after - before for before, after in pairwise(launches)) < 300.0
