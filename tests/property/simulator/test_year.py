"""A fortnight of shifts over made-up people with everything that befalls them, every decision judged twice.

The whole year over the bundled sample is a command: `python -m benchmarks.year_audit`.
"""

from dataclasses import replace

import pytest

from benchmarks.year_audit import AuditedGate
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.auditor import HouseLimits, Reading
from compliance_gate.book.shipped import sample_rulebook
from simulator.lead_book import LeadBook
from simulator.plans import OfficePlan
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN
from simulator.scenario_file import load_scenario
from simulator.streams import Streams
from simulator.year import ShiftOfYear, work_shifts

pytestmark = pytest.mark.slow

EVENTFUL = OfficePlan(
    calls_us=30.0,
    names_bad_hours=20.0,
    stops_a_number=8.0,
    consents_to_calls=20.0,
    on_active_duty=2.0,
    disaster=2.0,
    disputes_in_writing=6.0,
    represented=2.0,
    asks_us_to_stop=4.0,
    recalled=4.0,
    pays_all=4.0,
    moves=10.0,
)
"""Twenty times what happens in a usual fortnight, so that a few people meet all of it."""


def test_a_fortnight_is_lawful_and_not_needlessly_silent() -> None:
    scenario = load_scenario("year")
    scenario = replace(scenario, agents=replace(scenario.agents, count=1))
    people = made_up(
        scenario.population,
        persons=120,
        campaign=CAMPAIGN,
        streams=Streams(3),
        now=1_772_000_000.0,
    )
    book = LeadBook(leads=people.leads, persons=people.persons)
    reading = Reading(max_ring_s=scenario.campaign.ring_s, house=HouseLimits())
    gate = AuditedGate(
        ComplianceGate(sample_rulebook()), book, reading, judge_denied=0.5, chance=Streams(3).stream("a")
    )

    def before(shift: ShiftOfYear) -> None:
        gate.follow(shift.rehearsal)

    shifts = list(
        work_shifts(
            scenario,
            seed=3,
            gate=gate,
            book=book,
            campaign=CAMPAIGN,
            shifts=12,
            office=EVENTFUL,
            before=before,
        )
    )
    tally = gate.tally
    assert tally.unlawful_calls == 0, tally.examples
    assert sum(tally.lawful_denied.values()) / 0.5 <= 0.005 * tally.allowed, tally.examples
    assert sum(shift.rehearsal.network.calls for shift in shifts) > 500
    assert {shift.day.weekday() for shift in shifts} == set(range(6))
    happened = {name for shift in shifts for name in shift.office.happened}
    assert len(happened) >= 9
