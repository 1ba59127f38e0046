"""Shift after shift over the same people: what was learned is kept over the night, where that is asked."""

import json
from dataclasses import replace

import pytest

from dialer.engine.engine import DialerEngine
from simulator.lead_book import LeadBook
from simulator.open_gate import OpenGate
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN
from simulator.scenario_file import load_scenario
from simulator.streams import Streams
from simulator.year import ShiftOfYear, work_shifts


def _learned(shift: ShiftOfYear) -> float:
    """Launches that the campaign's learner knows of; 0 = it begins anew."""
    engine = shift.rehearsal.engine
    assert isinstance(engine, DialerEngine)
    campaign = engine.checkpoint().campaigns.get(CAMPAIGN)
    if campaign is None or not campaign.learned:
        return 0.0
    return float(json.loads(campaign.learned)["rings"]["launches"])


@pytest.mark.parametrize("keeps_learning", [True, False])
def test_a_night_keeps_what_was_learned_or_forgets_it(keeps_learning: bool) -> None:
    scenario = load_scenario("smoke")
    scenario = replace(
        scenario,
        shift=replace(scenario.shift, hours=0.05),
        campaign=replace(scenario.campaign, policy_parameters={"ring_least": 12.0}),
    )
    people = made_up(
        scenario.population, persons=200, campaign=CAMPAIGN, streams=Streams(1), now=1_773_151_200.0
    )
    mornings: list[float] = []
    evenings: list[float] = []
    days: list[int] = []
    for shift in work_shifts(
        scenario,
        seed=1,
        gate=OpenGate(),
        book=LeadBook(leads=people.leads, persons=people.persons),
        campaign=CAMPAIGN,
        shifts=3,
        keeps_learning=keeps_learning,
        before=lambda shift: mornings.append(_learned(shift)),
    ):
        evenings.append(_learned(shift))
        days.append(len(shift.rehearsal.result(rulebook="").attempts))
    assert min(days) > 5
    assert mornings == ([0.0, *evenings[:2]] if keeps_learning else [0.0, 0.0, 0.0])
    if keeps_learning:
        assert evenings == [sum(days[: number + 1]) for number in range(3)]
