"""A shift, rehearsed: a scenario, a seed, the real engine; out come records that a live floor would have.

`Rehearsal` is one floor whose pieces can be reached (tests, faults, a year of shifts). `run_rehearsal` is the
usual whole: put it together, work one shift, let what is still going on end, hand over what was observed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from dialer.domain.caller_id import CallBackTest
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import (
    CloseLead,
    CloseLeads,
    RefillHopper,
    RestLead,
    RestLeads,
    StoreAttempt,
    StoreConsent,
    StoreConversation,
    StoreHold,
    StoreNumberRequest,
    StoreOutcome,
    StoreRequest,
)
from dialer.domain.events import (
    CallerIdsDeclared,
    CallerIdTested,
    CampaignConfigured,
    CampaignDrained,
    CampaignStarted,
    EngineRestarted,
)
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.engine.engine import DialerEngine
from dialer.measures.observer import ShiftObserver
from dialer.measures.records import ShiftRecords
from pacing.registry import make_policy
from simulator.actors.callers import CallBacks, Callers
from simulator.actors.collectors import Collectors
from simulator.actors.incidents import Incidents
from simulator.actors.office import Office
from simulator.lead_book import LeadBook
from simulator.open_gate import RULEBOOK, OpenGate
from simulator.people import MadeUpPublic
from simulator.population import Placement, made_up
from simulator.scenario import Scenario
from simulator.scenario_settings import adapted, caller_id_pools, campaign_settings, owned_numbers
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import OFFICE, Engine, Sink, World
from telephony.lines.watching import LineWatcher, Watchers

CAMPAIGN = CampaignId("rehearsal")
CLIENT = ClientId("client-1")
_RUN_OUT_S = 3600.0
"""How long after the shift's end the last talks may take."""

_LONGEST_DRAIN_S = 30.0
"""A floor stops launching one ring before its agents leave, so that nobody answers to empty seats."""

_PROGRESS_STEPS = 200
"""How often a long rehearsal says how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalResult:
    """What a shift left behind: observable facts, and what was needed to make it again.

    Args:
        records: the rows that measures are made of, until the last talk was written down.
        ends_at: POSIX seconds at which the shift ended; the last talks end later.
        leads: leads of the campaign that are neither closed nor handed out.
        steps: events that the engine took.
        truth_calls: calls that the made-up network really placed.
    """

    scenario: str
    policy: str
    seed: int
    agents: int
    hours: float
    starts_at: float
    ends_at: float
    records: ShiftRecords
    leads: int
    persons: int
    steps: int
    rulebook: str
    truth_calls: int

    @property
    def attempts(self) -> tuple[AttemptRecord, ...]:
        """Every attempt, in the order of the launches."""
        return self.records.attempts

    @property
    def denials(self) -> dict[str, int]:
        """Rule -> how often it kept a lead from being called, as the engine reported changes of denial."""
        counted = Counter(rule for denial in self.records.denials for rule in denial.rules)
        return dict(sorted(counted.items()))


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One floor, put together; `work` lets a shift happen.

    Args:
        placement: leads and people from a store; None = made up by the scenario.
        book, public, call_backs: those of an earlier shift, for shift after shift over the same people; come
            before `placement`.
        generation: of the engine, counted over the shifts; part of every attempt's id.
        observer: makes rows of the steps; one more look at them is a sink's affair.
        progress: told the share of the shift that is over, 0-1.
    """

    scenario: Scenario
    seed: int
    engine: Engine
    sink: Sink | None = None
    placement: Placement | None = None
    book: LeadBook | None = None
    public: MadeUpPublic | None = None
    call_backs: CallBacks = field(default_factory=CallBacks)
    generation: int = 1
    campaign: CampaignId = CAMPAIGN
    client: ClientId = CLIENT
    observer: ShiftObserver = field(default_factory=ShiftObserver)
    progress: Callable[[float], None] | None = None
    starts_at: float = field(init=False)
    ends_at: float = field(init=False)
    streams: Streams = field(init=False)
    world: World = field(init=False)
    network: TelephoneNetwork = field(init=False)
    collectors: Collectors = field(init=False)
    callers: Callers = field(init=False)

    def __post_init__(self) -> None:
        shift, scenario = self.scenario.shift, self.scenario
        start = datetime.combine(shift.day, shift.starts, ZoneInfo(shift.time_zone))
        self.starts_at = start.timestamp()
        self.ends_at = self.starts_at + shift.hours * 3600.0
        self.streams = Streams(self.seed)
        self.book = self.book or self._stock()
        self.world = World(engine=self.engine, starts_at=self.starts_at - 1.0, sink=self._sink())
        self.public = self.public or MadeUpPublic(
            scenario=scenario, streams=self.streams, book=self.book, starts_at=self.starts_at
        )
        self._staff(self.book, self.public)
        self.network = TelephoneNetwork(
            world=self.world,
            plan=scenario.network,
            recordings=scenario.campaign.recordings,
            public=self.public,
            floor=self._watching(),
            chance=self.streams.stream("network", str(int(self.starts_at))),
        )
        self._connect(self.book)

    def _staff(self, book: LeadBook, public: MadeUpPublic) -> None:
        """Whoever sits on the floor, and whoever calls it."""
        self.collectors = Collectors(
            world=self.world,
            scenario=self.scenario,
            streams=self.streams,
            campaign=self.campaign,
            book=book,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )
        self.callers = Callers(
            world=self.world,
            scenario=self.scenario,
            streams=self.streams,
            public=public,
            book=book,
            memory=self.call_backs,
            ends_at=self.ends_at,
        )

    def _watching(self) -> LineWatcher:
        if not self.scenario.callers.is_anybody:
            return self.collectors
        return Watchers(self.collectors, self.callers)

    def _sink(self) -> Sink:
        take, sink = self.observer.take, self.sink
        if sink is None:
            return take

        def both(entry: JournalEntry) -> None:
            take(entry)
            sink(entry)

        return both

    def _stock(self) -> LeadBook:
        scenario = self.scenario
        hours = scenario.agents.count * scenario.shift.hours
        persons = max(20, round(scenario.population.persons_per_agent_hour * hours))
        placement = self.placement or made_up(
            scenario.population,
            persons=persons,
            campaign=self.campaign,
            streams=self.streams,
            now=self.starts_at,
        )
        return LeadBook(leads=placement.leads, persons=placement.persons)

    def _connect(self, book: LeadBook) -> None:
        world = self.world
        world.on(StoreAttempt, lambda command: book.write_attempt(command.record))
        world.on(StoreOutcome, lambda command: book.write_attempt(command.record))
        world.on(StoreRequest, book.write)
        world.on(StoreConsent, book.write)
        world.on(StoreHold, book.write)
        world.on(StoreConversation, book.write)
        world.on(StoreNumberRequest, book.write)
        world.on(RestLead, book.rest)
        world.on(CloseLead, book.close)
        world.on(RestLeads, book.rest_leads)
        world.on(CloseLeads, book.close_leads)

        def refill(command: RefillHopper) -> None:
            """The facts are of now; they arrive a moment later, and the engine adds what happened since."""
            answer = book.fetch(command, now=world.now)
            world.tell_at(world.now + self.scenario.network.store_s, answer)

        world.on(RefillHopper, refill)

    def settings(self) -> CampaignSettings:
        """The campaign's settings by the scenario; it stops with the shift."""
        settings = campaign_settings(self.scenario, campaign=self.campaign, client=self.client)
        return replace(settings, shift_ends_at=self.ends_at)

    def _test_caller_ids(self, at: float) -> None:
        """Every number of ours leads back to the floor in the network that is made up."""
        for number in self.scenario.campaign.caller_ids:
            test = CallBackTest(at=at, passed=True, told="leads back to the floor", shown=number, took_s=0.5)
            self.world.tell_at(at, CallerIdTested(number=number, test=test))

    def open(self, *, restarted: bool = True) -> None:
        """Put the shift's plan on the heap: the campaign, the people, what goes wrong."""
        tell_at, start, scenario = self.world.tell_at, self.starts_at, self.scenario
        if restarted:
            tell_at(start - 1.0, EngineRestarted(checkpoint="", generation=self.generation))
            tell_at(start - 1.0, self.network.reconciled())
        if scenario.campaign.caller_ids:
            pools = caller_id_pools(scenario, client=self.client)
            tell_at(start - 1.0, CallerIdsDeclared(numbers=owned_numbers(scenario), pools=pools))
            self._test_caller_ids(start - 1.0)
        tell_at(start - 1.0, CampaignConfigured(settings=self.settings()))
        tell_at(start - 1.0, CampaignStarted(campaign=self.campaign))
        self.collectors.work(self.network)
        self.callers.open(self.network, start)
        for failure in scenario.network.failures:
            begins = start + failure.after_hours * 3600.0
            what = (begins + failure.minutes * 60.0, failure.share)
            self.world.schedule(begins, self._fail_trunk, what, priority=OFFICE)
        self._plan_happenings()
        last_launch = self.ends_at - min(scenario.campaign.ring_s, _LONGEST_DRAIN_S)
        tell_at(last_launch, CampaignDrained(campaign=self.campaign))

    def _plan_happenings(self) -> None:
        """Incidents, and what else happens to people."""
        shown = self.scenario.campaign.caller_ids
        incidents = Incidents(world=self.world, network=self.network, settings=self.settings(), shown=shown)
        incidents.plan(self.scenario.incidents, self.starts_at)
        if self.scenario.office is not None:
            assert self.book is not None, "a floor that was put together has a book"
            chance = self.streams.stream("office", "shift", str(int(self.starts_at)))
            office = Office(world=self.world, book=self.book, plan=self.scenario.office, chance=chance)
            persons = tuple(file.person for file in self.book.files())
            office.plan_day(self.starts_at, self.ends_at, persons)

    def _fail_trunk(self, what: tuple[float, float]) -> None:
        self.network.trunk.fail(*what)

    def work(self) -> None:
        """The whole shift, and then until the last talk is written down."""
        self.open()
        parts = _PROGRESS_STEPS if self.progress is not None else 1
        for part in range(1, parts + 1):
            self.world.run(self.starts_at + (self.ends_at - self.starts_at) * part / parts)
            if self.progress is not None:
                self.progress(part / parts)
        self.world.run_while(self._anybody_busy, until=self.ends_at + _RUN_OUT_S)

    def _anybody_busy(self) -> bool:
        return self.network.in_flight > 0 or self.collectors.anybody_there

    def result(self, *, rulebook: str) -> RehearsalResult:
        """What was observed."""
        scenario = self.scenario
        assert self.book is not None
        return RehearsalResult(
            scenario=scenario.name,
            policy=scenario.campaign.policy,
            seed=self.seed,
            agents=scenario.agents.count,
            hours=scenario.shift.hours,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            records=self.observer.records(starts_at=self.starts_at, ends_at=self.world.now),
            leads=self.book.leads_left(self.campaign),
            persons=self.book.persons,
            steps=self.world.steps,
            rulebook=rulebook,
            truth_calls=self.network.calls,
        )


def run_rehearsal(
    scenario: Scenario,
    *,
    seed: int,
    rulebook: Rulebook | None,
    policy: str | None = None,
    policy_parameters: Mapping[str, float] | None = None,
    agents: int | None = None,
    hours: float | None = None,
    placement: Placement | None = None,
    sink: Sink | None = None,
    observer: ShiftObserver | None = None,
    progress: Callable[[float], None] | None = None,
) -> RehearsalResult:
    """Rehearse one shift with the real engine. The same arguments give the same result, to the last bit.

    Args:
        rulebook: the law in force for the gate (`compliance_gate.book.shipped.standard_rulebook()`); None
            asks no law at all, for studies of pacing only.
        policy, policy_parameters, agents, hours: instead of the scenario's own.
        placement: leads and people from a store instead of made-up ones; all leads of one campaign.
        sink: takes every step in order, for a journal.
        observer: makes the rows; handed in by who wants more of them than the result has.
        progress: told the share of the shift that is over, 0-1.

    Raises:
        UnknownPolicyError, PolicyParameterError: there is no such policy, or not with these parameters.
    """
    scenario = adapted(
        scenario, policy=policy, policy_parameters=policy_parameters, agents=agents, hours=hours
    )
    make_policy(scenario.campaign.policy, **dict(scenario.campaign.policy_parameters))
    gate = OpenGate() if rulebook is None else ComplianceGate(rulebook)
    campaign = placement.leads[0].campaign if placement is not None and placement.leads else CAMPAIGN
    rehearsal = Rehearsal(
        scenario=scenario,
        seed=seed,
        engine=DialerEngine(gate),
        sink=sink,
        placement=placement,
        campaign=campaign,
        observer=observer or ShiftObserver(),
        progress=progress,
    )
    rehearsal.work()
    return rehearsal.result(rulebook=RULEBOOK if rulebook is None else rulebook.hash)
