"""Households that share a line, worked by the real engine: every call keeps its distance on the line.

And the audit of it is audited: a gate that is blind to what others of the household were called for, one
without the house's policy, and a store that forgets lines are planted, and each must be found.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from benchmarks.year_audit import AuditedGate
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.auditor import HouseLimits, Reading
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import GateDecision, Layer
from dialer.domain.record import AttemptRecord
from dialer.engine.engine import DialerEngine
from simulator.lead_book import LeadBook
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN, Rehearsal
from simulator.scenario_file import load_scenario
from simulator.streams import Streams

pytestmark = pytest.mark.slow

PERSONS, HOURS = 900, 3.0


class BlindToOthers(ComplianceGate):
    """Reads the file of one person, as if the line were theirs alone."""

    def evaluate(self, request: ContactRequest, *, at: datetime, with_retry: bool = True) -> GateDecision:
        alone = PreparedPerson(replace(request.person.file, line_history=()))
        return super().evaluate(replace(request, person=alone), at=at, with_retry=with_retry)


class Forgetful(LeadBook):
    """Writes an attempt to the file of who was called, and to nobody else's who has the line."""

    def write_attempt(self, record: AttemptRecord) -> None:
        self._files[record.person].write(record)


def _shift(
    seed: int,
    gate: ComplianceGate,
    *,
    book_of: Callable[..., LeadBook] = LeadBook,
    lines_per_agent: float = 8.0,
) -> AuditedGate:
    """Half the people have their neighbour's line, more answer than there are collectors for."""
    scenario = load_scenario("year")
    scenario = replace(
        scenario,
        agents=replace(scenario.agents, count=4),
        shift=replace(scenario.shift, hours=HOURS, starts=scenario.shift.starts.replace(hour=12)),
        campaign=replace(scenario.campaign, policy_parameters={"lines_per_agent": lines_per_agent}),
        calls=replace(scenario.calls, person_answers=0.5),
        population=replace(scenario.population, shared=0.5, second_number=0.0),
    )
    people = made_up(
        scenario.population, persons=PERSONS, campaign=CAMPAIGN, streams=Streams(seed), now=1_773_162_000.0
    )
    book = book_of(leads=people.leads, persons=people.persons)
    reading = Reading(max_ring_s=scenario.campaign.ring_s, house=HouseLimits())
    audited = AuditedGate(gate, book, reading, judge_denied=0.2, chance=Streams(seed).stream("a"))
    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=DialerEngine(audited), book=book)
    audited.follow(rehearsal)
    rehearsal.work()
    audited.lines.close_shift(rehearsal.ends_at)
    return audited


@pytest.fixture(scope="module")
def gate() -> ComplianceGate:
    return ComplianceGate(sample_rulebook())


@pytest.mark.parametrize("seed", range(2))
def test_no_line_is_called_again_too_soon_whoever_it_was_for(gate: ComplianceGate, seed: int) -> None:
    audited = _shift(seed, gate)
    assert audited.tally.unlawful_calls == 0, audited.tally.examples
    assert audited.lines.found == {}
    assert audited.lines.shared > 10, "households are called for more than one of them"
    assert audited.tally.denied["house-no-rapid-redial"] > 0
    assert audited.tally.denied["house-line-after-abandoned"] > 0


def test_a_gate_blind_to_others_on_the_line_is_found_twice() -> None:
    """By the auditor, who reads the files, and by the log of the lines, which reads none."""
    audited = _shift(0, BlindToOthers(sample_rulebook()))
    assert audited.tally.unlawful.keys() == {"house-five-minutes", "house-line-after-abandoned"}
    assert any("s after" in each and "another person" in each for each in audited.lines.found)
    assert any("without a collector" in each for each in audited.lines.found)


def test_a_store_that_forgets_lines_is_found_by_the_log(gate: ComplianceGate) -> None:
    """Engine, gate and auditor read what the store tells; the log of the lines asks nobody."""
    audited = _shift(0, gate, book_of=Forgetful)
    assert audited.lines.found != {}


def test_a_gate_without_the_house_s_policy_is_found() -> None:
    audited = _shift(0, ComplianceGate(sample_rulebook(), layers={Layer.LAW}))
    assert audited.tally.unlawful_calls > 0
    assert audited.lines.found != {}
