"""A year over the sample, audited by the law's second reading.

    python -m benchmarks.year_audit --keep year.kept        # the whole sample; begun again, it goes on
    python -m benchmarks.year_audit --share 0.1             # every tenth account, 313 shifts

The bundled placement is imported into a store and dialed shift after shift by the real engine under the
real gate, hard, from before the first lawful hour until after the last. Whenever the gate decides about a
call, the auditor (`compliance_gate.auditor`, which shares no code with it) decides too, on the files as the
simulated store keeps them, not as the engine does. A log of the lines (`benchmarks.line_log`), which knows no
file at all, looks for calls that follow each other too soon. Goals: not one call outside the law, no breach
on a line, and at most 0.5 % of the lawful calls denied, each kind named. Exit status 1 when one is missed.

The auditor is slow on purpose, so of what the gate denied only a share is judged (`--judge-denied`, drawn by
name); every call that was placed is judged.
"""

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, reset_tzpath

from benchmarks.line_log import LineLog
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.auditor import HouseLimits, Reading
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import GateDecision
from compliance_gate.request import PersonFile
from compliance_gate.told.second_reading import judge_contact
from dialer.domain.commands import StoreAttempt, StoreOutcome
from dialer.domain.facts import with_history
from dialer.domain.ids import CampaignId
from dialer.domain.ordering import lead_order_key
from dialer.domain.record import AttemptRecord
from simulator.actors.callers import CallBacks
from simulator.lead_book import LeadBook
from simulator.people import MadeUpPublic
from simulator.population import Placement
from simulator.rehearsal import Rehearsal
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario
from simulator.streams import Stream, Streams
from simulator.year import work_shifts

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
    unlawful: Counter[str] = field(default_factory=Counter[str])
    lawful_denied: Counter[str] = field(default_factory=Counter[str])
    denied: Counter[str] = field(default_factory=Counter[str])
    examples: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class _Decision:
    """What the gate decided in the step that is under way, until that step is over."""

    request: ContactRequest
    decision: GateDecision
    at: datetime
    attempt: str | None = None


class AuditedGate:
    """The gate, and beside it somebody who reads the law again.

    A decision is judged when its step is over: on the files with everything that the step wrote down, less
    the attempt that the decision led to and those that came after it. So the auditor knows neither less nor
    more than the engine did.

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
        self._rehearsal: Rehearsal | None = None
        self._waiting: list[_Decision] = []
        self.lines = LineLog()
        self.tally = Tally()

    def follow(self, rehearsal: Rehearsal) -> None:
        """Judge the decisions of this floor, each when its step is over."""
        self._rehearsal = rehearsal
        world = rehearsal.world
        world.on(StoreAttempt, lambda command: self._placed(command.record))
        world.on(StoreOutcome, lambda command: self.lines.take(command.record))
        world.when_step_over(self._step_over)

    def leave(self) -> None:
        """The floor is closed: nothing of it is kept."""
        assert not self._waiting, "left in the middle of a step"
        self._rehearsal = None

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        """The gate's own decision, kept to be judged."""
        decision = self._gate.evaluate(request, at=at)
        self.tally.decisions += 1
        if self._rings_now(request):
            return decision  # asked again about a call that rings: a question of hanging up, not of calling
        if decision.is_allowed:
            self.tally.allowed += 1
            self._waiting.append(_Decision(request=request, decision=decision, at=at))
        else:
            self.tally.denied.update({finding.rule for finding in decision.denials})
            if self._chance.next() < self._judge_denied:
                self.tally.judged_denied += 1
                self._waiting.append(_Decision(request=request, decision=decision, at=at))
        return decision

    def _rings_now(self, request: ContactRequest) -> bool:
        assert self._rehearsal is not None, "judged while a floor works"
        person = request.person.file.person
        return any(line.order.person == person for line in self._rehearsal.network.lines())

    def _placed(self, record: AttemptRecord) -> None:
        self.lines.take(record)
        for each in reversed(self._waiting):
            same = each.request.person.file.person == record.person
            if same and each.decision.is_allowed and each.request.proposed.number == record.number:
                each.attempt = record.attempt
                return

    def _step_over(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        later: set[str] = set()
        for each in reversed(waiting):
            if each.attempt is not None:
                later.add(each.attempt)
            self._judge(each, later)

    def _judge(self, each: _Decision, later: set[str]) -> None:
        request, decision, at = each.request, each.decision, each.at
        file = request.person.file
        if self._book.knows(file.person):  # a line of the campaign is nobody's file
            file = _without(self._book.file_of(file.person), later)
        judgement = judge_contact(file, request.proposed, at=at, reading=self._reading)
        if judgement.lawful == decision.is_allowed:
            return
        if decision.is_allowed:
            self.tally.unlawful_calls += 1
            self.tally.unlawful.update({reason.rule for reason in judgement.reasons})
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


def _without(file: PersonFile, attempts: set[str]) -> PersonFile:
    """The file as it was before these attempts."""
    if not attempts:
        return file
    return with_history(
        file,
        tuple(entry for entry in file.history if entry.entry not in attempts),
        line_history=tuple(entry for entry in file.line_history if entry.entry not in attempts),
    )


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


@dataclass(slots=True, kw_only=True)
class AuditedYear:
    """A year that can be left after any shift and gone on with.

    Attributes:
        called: how often whom on which number, as the public remembers it.
        worked: shifts that are over.
        next_day: the day of the next one.
    """

    gate: AuditedGate
    book: LeadBook
    called: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    call_backs: CallBacks = field(default_factory=CallBacks)
    worked: int = 0
    next_day: date = FIRST_DAY
    wall_s: float = 0.0

    def keep(self, path: Path) -> None:
        """Write it down; a half-written file never takes the place of a whole one."""
        self.gate.leave()
        half = path.with_suffix(".half")
        with half.open("wb") as out:
            _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump(self)
        half.replace(path)


def _sample_gate() -> ComplianceGate:
    return ComplianceGate(sample_rulebook())


class _Pickler(pickle.Pickler):
    """Knows what of a rehearsal cannot be written down as it is, and is made anew."""

    def reducer_override(self, obj: object) -> Any:
        if isinstance(obj, Streams):
            return Streams, (obj.seed,)
        if getattr(obj, "__qualname__", "").startswith(lead_order_key.__name__ + "."):
            return lead_order_key, ()
        if isinstance(obj, ComplianceGate):
            return _sample_gate, ()
        return NotImplemented


def begin(scenario: Scenario, *, seed: int, judge_denied: float, share: float) -> AuditedYear:
    """The sample on the eve of the first day."""
    placement = some_of(sample_placement(), share)
    book = LeadBook(leads=placement.leads, persons=placement.persons)
    reading = Reading(max_ring_s=scenario.campaign.ring_s, house=HouseLimits())
    gate = AuditedGate(
        _sample_gate(),
        book,
        reading,
        judge_denied=judge_denied,
        chance=Streams(seed).stream("auditor"),
    )
    return AuditedYear(gate=gate, book=book)


def go_on(year: AuditedYear, scenario: Scenario, *, seed: int, shifts: int, report_every: int) -> None:
    """Work as many shifts more under the audited gate."""
    gate = year.gate
    start = datetime.combine(FIRST_DAY, scenario.shift.starts, ZoneInfo(scenario.shift.time_zone))
    public = MadeUpPublic(
        scenario=scenario,
        streams=Streams(seed),
        book=year.book,
        starts_at=start.timestamp(),
        called=year.called,
    )
    began, before_s = time.perf_counter(), year.wall_s
    for shift in work_shifts(
        replace(scenario, shift=replace(scenario.shift, day=year.next_day)),
        seed=seed,
        gate=gate,
        book=year.book,
        campaign=CAMPAIGN,
        shifts=shifts,
        before=lambda shift: gate.follow(shift.rehearsal),
        worked=year.worked,
        public=public,
        call_backs=year.call_backs,
    ):
        gate.tally.placed += shift.rehearsal.network.calls
        gate.lines.close_shift(shift.rehearsal.ends_at)
        year.worked, year.called = shift.number, public.called
        year.next_day = shift.day + timedelta(days=1)
        year.wall_s = before_s + time.perf_counter() - began
        if shift.number % report_every == 0:
            print(_so_far(year, shift.day), file=sys.stderr, flush=True)


def _so_far(year: AuditedYear, day: date) -> str:
    tally = year.gate.tally
    return (
        f"{day} shift {year.worked}: {tally.placed} calls, {tally.decisions} decisions, "
        f"{tally.unlawful_calls} unlawful, {len(year.gate.lines.found)} breaches on lines, "
        f"{sum(tally.lawful_denied.values())} of {tally.judged_denied} judged denials lawful, "
        f"{year.wall_s:.0f} s"
    )


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
    parser.add_argument("--keep", type=Path, help="a file to go on from, written after every --piece shifts")
    parser.add_argument("--piece", type=int, default=10)
    arguments = parser.parse_args()
    reset_tzpath(to=())
    scenario = load_scenario("year")
    scenario = replace(scenario, agents=replace(scenario.agents, count=arguments.agents))
    kept: Path | None = arguments.keep
    if kept is not None and kept.exists():
        year = cast("AuditedYear", pickle.loads(kept.read_bytes()))
    else:
        year = begin(
            scenario, seed=arguments.seed, judge_denied=arguments.judge_denied, share=arguments.share
        )
    while year.worked < arguments.shifts:
        piece = min(arguments.piece if kept else arguments.shifts, arguments.shifts - year.worked)
        go_on(year, scenario, seed=arguments.seed, shifts=piece, report_every=arguments.report_every)
        if kept is not None:
            year.keep(kept)
    sys.exit(0 if report(year, arguments.judge_denied) else 1)


def report(year: AuditedYear, judged: float) -> bool:
    """Print the figures; whether the goals are met.

    The lawful calls are those that were allowed (less the unlawful) and those denied although lawful, the
    latter reckoned up from the share that was judged.
    """
    tally, lines = year.gate.tally, year.gate.lines
    denied_lawful = sum(tally.lawful_denied.values()) / judged if judged else 0.0
    lawful = tally.allowed - tally.unlawful_calls + denied_lawful
    share = denied_lawful / lawful if lawful else None
    figures = {
        "shifts": year.worked,
        "until": year.next_day.isoformat(),
        "calls_placed": tally.placed,
        "lines_called_for_several": lines.shared,
        "decisions": tally.decisions,
        "allowed": tally.allowed,
        "unlawful_calls": tally.unlawful_calls,
        "unlawful_by_reason": dict(sorted(tally.unlawful.items())),
        "breaches_on_lines": len(lines.found),
        "lawful_denied_share": share,
        "lawful_denied_by_rule": dict(tally.lawful_denied.most_common()),
        "judged_denials": tally.judged_denied,
        "denied_by_rule": dict(sorted(tally.denied.items(), key=lambda each: (-each[1], each[0]))),
        "examples": [*tally.examples, *list(lines.found)[:20]],
    }
    print(json.dumps(figures, indent=2))
    is_lawful = tally.unlawful_calls == 0 and not lines.found
    return is_lawful and share is not None and share <= MOST_LAWFUL_DENIED


if __name__ == "__main__":
    main()
