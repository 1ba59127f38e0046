"""A year over the sample, audited by the law's second reading.

    python -m benchmarks.year_audit --share 0.1     # every tenth account, 313 shifts

The bundled placement is imported into a store and dialed shift after shift by the real engine under the
real gate, hard, from before the first lawful hour until after the last. Whenever the gate decides about a
call, the auditor (`compliance_gate.auditor`, which shares no code with it) decides too, on the files as the
simulated store keeps them, not as the engine does. Goals: not one call outside the law, and at most 0.5 % of
the lawful ones denied, each kind named. Exit status 1 when a goal is missed.

The auditor is slow on purpose, so of what the gate denied only a share is judged (`--judge-denied`, drawn by
name); every call that was placed is judged.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from zoneinfo import reset_tzpath

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.auditor import HouseLimits, Reading
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import GateDecision
from compliance_gate.told.second_reading import judge_contact
from dialer.domain.ids import CampaignId
from simulator.lead_book import LeadBook
from simulator.population import Placement
from simulator.rehearsal import Rehearsal
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario
from simulator.streams import Stream, Streams
from simulator.year import ShiftOfYear, work_shifts

CAMPAIGN = CampaignId("collections")
RECEIVED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 11, 23)
MOST_LAWFUL_DENIED = 0.005


@dataclass(slots=True)
class Tally:
    """What came out, so far."""

    decisions: int = 0
    allowed: int = 0
    placed: int = 0
    judged_denied: int = 0
    unlawful_calls: int = 0
    lawful_denied: Counter[str] = field(default_factory=Counter[str])
    denied: Counter[str] = field(default_factory=Counter[str])
    examples: list[str] = field(default_factory=list[str])


class AuditedGate:
    """The gate, and beside it somebody who reads the law again.

    Args:
        judge_denied: share of the denials that are judged, 0-1.
    """

    def __init__(
        self, gate: ComplianceGate, book: LeadBook, reading: Reading, *, judge_denied: float, chance: Stream
    ) -> None:
        self._gate = gate
        self._book = book
        self._reading = reading
        self._judge_denied = judge_denied
        self._chance = chance
        self.rehearsal: Rehearsal | None = None
        self.tally = Tally()

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        """The gate's own decision, judged."""
        decision = self._gate.evaluate(request, at=at)
        self.tally.decisions += 1
        if self._rings_now(request):
            return decision  # asked again about a call that rings: a question of hanging up, not of calling
        if decision.is_allowed:
            self.tally.allowed += 1
            self._judge(request, decision, at)
        else:
            self.tally.denied.update({finding.rule for finding in decision.denials})
            if self._chance.next() < self._judge_denied:
                self.tally.judged_denied += 1
                self._judge(request, decision, at)
        return decision

    def _rings_now(self, request: ContactRequest) -> bool:
        assert self.rehearsal is not None, "judged while a floor works"
        person = request.person.file.person
        return any(line.order.person == person for line in self.rehearsal.network.lines())

    def _judge(self, request: ContactRequest, decision: GateDecision, at: datetime) -> None:
        file = request.person.file
        if self._book.knows(file.person):  # a line of the campaign is nobody's file
            file = self._book.file_of(file.person)
        judgement = judge_contact(file, request.proposed, at=at, reading=self._reading)
        if judgement.lawful == decision.is_allowed:
            return
        if decision.is_allowed:
            self.tally.unlawful_calls += 1
            reasons = "; ".join(f"{reason.rule}: {reason.found}" for reason in judgement.reasons)
            self._example(f"UNLAWFUL {file.person} {request.proposed.number} at {at.isoformat()}: {reasons}")
            return
        rules = "+".join(sorted(finding.rule for finding in decision.denials))
        if self.tally.lawful_denied[rules] == 0:
            self._example(
                f"lawful, denied: {file.person} {request.proposed.number} at {at.isoformat()}: {rules}"
            )
        self.tally.lawful_denied[rules] += 1

    def _example(self, text: str) -> None:
        if len(self.tally.examples) < 40:
            self.tally.examples.append(text)


def sample_placement() -> Placement:
    """The bundled placement, through the importer and a store, as a live floor would have it."""
    from dialer.floor.placing import import_placement  # noqa: PLC0415 - heavy
    from dialer.floor.stores import REHEARSAL_KEY  # noqa: PLC0415 - heavy
    from dialer.intake.placements import PlacementReader  # noqa: PLC0415
    from dialer.storage.store import Store  # noqa: PLC0415

    packed = resources.files("config") / "sample" / "placement.csv.gz"
    with resources.as_file(packed) as path, tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "sample.db")
        with Store.open(address, durable=False, identity_key=REHEARSAL_KEY) as store:
            reader = PlacementReader(path, as_of=RECEIVED)
            import_placement(
                store, reader, campaign=CAMPAIGN, now=RECEIVED.timestamp(), progress=lambda _: None
            )
            claimed = store.load_leads(CAMPAIGN, now=RECEIVED.timestamp())
            return Placement(leads=claimed.leads, persons=claimed.persons)


def some_of(placement: Placement, share: float) -> Placement:
    """Every so manieth lead, with the people it names."""
    every = max(1, round(1.0 / share))
    leads = tuple(lead for place, lead in enumerate(placement.leads) if place % every == 0)
    named = {target.person for lead in leads for target in lead.targets}
    return Placement(leads=leads, persons=tuple(file for file in placement.persons if file.person in named))


def run(
    scenario: Scenario, *, shifts: int, seed: int, judge_denied: float, report_every: int, share: float
) -> AuditedGate:
    """Work the shifts under the audited gate."""
    placement = some_of(sample_placement(), share)
    book = LeadBook(leads=placement.leads, persons=placement.persons)
    reading = Reading(max_ring_s=scenario.campaign.ring_s, house=HouseLimits())
    gate = AuditedGate(
        ComplianceGate(sample_rulebook()),
        book,
        reading,
        judge_denied=judge_denied,
        chance=Streams(seed).stream("auditor"),
    )

    def before(shift: ShiftOfYear) -> None:
        gate.rehearsal = shift.rehearsal

    began = time.perf_counter()
    for shift in work_shifts(
        scenario, seed=seed, gate=gate, book=book, campaign=CAMPAIGN, shifts=shifts, before=before
    ):
        gate.tally.placed += shift.rehearsal.network.calls
        if shift.number % report_every == 0:
            tally = gate.tally
            print(
                f"{shift.day} {tally.placed} calls, {tally.decisions} decisions, "
                f"{tally.unlawful_calls} unlawful, {sum(tally.lawful_denied.values())} "
                f"of {tally.judged_denied} judged denials lawful, {time.perf_counter() - began:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return gate


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shifts", type=int, default=313, help="313 are a year without Sundays")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agents", type=int, default=4)
    parser.add_argument("--share", type=float, default=1.0, help="of the sample's accounts, 0-1")
    parser.add_argument("--judge-denied", type=float, default=0.1)
    parser.add_argument("--report-every", type=int, default=5)
    arguments = parser.parse_args()
    reset_tzpath(to=())
    scenario = load_scenario("year")
    scenario = replace(
        scenario,
        shift=replace(scenario.shift, day=FIRST_DAY),
        agents=replace(scenario.agents, count=arguments.agents),
    )
    gate = run(
        scenario,
        shifts=arguments.shifts,
        seed=arguments.seed,
        judge_denied=arguments.judge_denied,
        report_every=arguments.report_every,
        share=arguments.share,
    )
    sys.exit(0 if report(gate.tally, arguments.judge_denied) else 1)


def report(tally: Tally, judged: float) -> bool:
    """Print the figures; whether the goals are met.

    The lawful calls are those that were allowed (less the unlawful) and those denied although lawful, the
    latter reckoned up from the share that was judged.
    """
    denied_lawful = sum(tally.lawful_denied.values()) / judged if judged else 0.0
    lawful = tally.allowed - tally.unlawful_calls + denied_lawful
    share = denied_lawful / lawful if lawful else None
    figures = {
        "calls_placed": tally.placed,
        "decisions": tally.decisions,
        "allowed": tally.allowed,
        "unlawful_calls": tally.unlawful_calls,
        "lawful_denied_share": share,
        "lawful_denied_by_rule": dict(tally.lawful_denied.most_common()),
        "judged_denials": tally.judged_denied,
        "denied_by_rule": dict(tally.denied.most_common()),
        "examples": tally.examples,
    }
    print(json.dumps(figures, indent=2))
    return tally.unlawful_calls == 0 and share is not None and share <= MOST_LAWFUL_DENIED


if __name__ == "__main__":
    main()
