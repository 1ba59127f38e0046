"""Scenarios: the description of a floor, of the public it calls, and of the lines between.

A scenario is data. `config/scenarios/*.toml` are read into these dataclasses by `simulator.scenario_file`;
what is not said in a file has the value below. Shares are 0-1, durations seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from dialer.domain.campaign import answered_within_s, most_abandoned
from dialer.domain.disposition import DispositionKind
from dialer.domain.inbound_line import InboundLine
from dialer.domain.machine import MachineKind
from simulator.durations import Duration, constant, exponential, lognormal, normal, uniform
from simulator.plans import ActsPlan, BoxPlan, CallersPlan, IncidentPlan, OfficePlan, RecordingsPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlan:
    """When the floor works.

    Args:
        day: the local calendar day of the shift in `time_zone`.
        starts: local time at which the first collectors take their seats.
        hours: how long the floor dials.
    """

    day: date = date(2026, 3, 10)
    time_zone: str = "America/New_York"
    starts: time = time(9)
    hours: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPlan:
    """One break that everybody takes.

    Args:
        after_hours: since the shift began, for the first of the agents.
        spread_minutes: the agents leave one after the other over this long; 0 = all at once.
        share: of the agents who take it, 0-1.
    """

    after_hours: float
    minutes: float
    spread_minutes: float = 0.0
    share: float = 1.0
    reason: str = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsPlan:
    """The collectors.

    Args:
        late: seconds after the shift's start at which an agent takes the seat.
        settle: seconds from taking the seat (or coming back) until ready.
        pauses_per_hour: unplanned short pauses of one agent.
        leg_losses_per_hour: how often one agent's telephone dies.
        pace_spread: sigma of the lognormal factor by which agents differ in talk and after-call time.
        skill_spread: sigma of the factor by which agents differ in promises obtained.
        tags: what every agent may take.
    """

    count: int = 10
    late: Duration = field(default_factory=lambda: constant(seconds=0.0))
    settle: Duration = field(default_factory=lambda: constant(seconds=2.0))
    breaks: tuple[BreakPlan, ...] = ()
    pauses_per_hour: float = 0.0
    pause: Duration = field(default_factory=lambda: lognormal(mean=240.0, sigma=0.6))
    leg_losses_per_hour: float = 0.0
    leg_loss: Duration = field(default_factory=lambda: uniform(low=15.0, high=90.0))
    pace_spread: float = 0.0
    skill_spread: float = 0.0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """The campaign's settings as far as a scenario chooses them; see `dialer.domain.campaign`.

    Args:
        caller_ids: our numbers that are shown, E.164, and that people call back; none: nothing is shown.
        outside_line: number of a made-up attorney whom agents may call into talks; '' = there is none.
        recordings: what may be played and recorded; absent: the telephone system's own settings hold.
    """

    policy: str = "predictive"
    policy_parameters: Mapping[str, float] = field(default_factory=dict[str, float])
    pacing_interval_s: float = 1.0
    abandonment_limit: float = field(default_factory=most_abandoned)
    abandonment_target: float = field(default_factory=most_abandoned)
    answer_limit_s: float = field(default_factory=answered_within_s)
    bridge_margin_s: float = 0.1
    ring_s: float = 22.0
    detection: str = "off"
    lines_per_agent: float = 6.0
    launches_per_second: float = 20.0
    hopper_per_agent: float = 6.0
    rest_s: Mapping[str, float] = field(default_factory=dict[str, float])
    max_passes: int = 50
    inbound_queue: int = 10
    caller_ids: tuple[str, ...] = ()
    outside_line: str = ""
    recordings: RecordingsPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkFailure:
    """A burst in which the carrier fails: from `after_hours` on, for `minutes`, this share of new calls."""

    after_hours: float
    minutes: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """Lines and their delays.

    Args:
        lines: channels that may exist at once; beyond them a call is not attempted.
        setup_s: from the order to the first ring; a ring lasts as long whatever this is.
        leg_s: from the log-in until the agent's own telephone is on the line, which is then told; absent: it
            is on the line before, and nothing is told.
        bridge_s: from the order to both hearing each other.
        message_s: how long the abandonment message is listened to.
        silence_s: how long a person listens to nothing after the agent's telephone died.
        overflow_s: until the live overflow answers.
        confirm_s: how long an opt-out by key waits to be written down.
        queue_s: how long a caller waits for an agent before being told that nobody is free.
        our_lines: our numbers that people call; () = each is always open and asks nothing.
        boxes: several telephone systems in place of one; each has lines of its own, and legs are rung.
        store_s: how long the store takes to bring leads.
    """

    lines: int = 3000
    setup_s: Duration = field(default_factory=lambda: constant(seconds=0.0))
    leg_s: float | None = None
    bridge_s: Duration = field(default_factory=lambda: constant(seconds=0.003))
    hangup_s: float = 0.02
    message_s: float = 8.0
    silence_s: float = 3.0
    overflow_s: float = 1.0
    confirm_s: float = 5.0
    queue_s: float = 60.0
    trunk_failure_s: float = 0.4
    store_s: float = 0.005
    failures: tuple[TrunkFailure, ...] = ()
    boxes: tuple[BoxPlan, ...] = ()
    our_lines: tuple[InboundLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersPlan:
    """What numbers are, for good: shares of the telephone numbers on file.

    Args:
        not_in_service: an operator's tone answers every call.
        fax: a machine that whistles.
        wrong_person: somebody answers who never heard of the debtor.
        intercept: the network picks up and announces that nobody can be reached there.
        assistant: a screening assistant picks up, asks who is calling, and mostly ends it there.
        announcement: the network plays an announcement without answering (early media), then gives up.
        voicemail: of all other numbers, those that have one.
        voicemail_picks_up: seconds of ringing until it does; one value per number.
        eagerness_spread: how unlike numbers are in being answered (coefficient of variation).
    """

    not_in_service: float = 0.0
    fax: float = 0.0
    wrong_person: float = 0.0
    assistant: float = 0.0
    announcement: float = 0.0
    intercept: float = 0.0
    voicemail: float = 0.0
    voicemail_picks_up: Duration = field(
        default_factory=lambda: normal(mean=19.0, sd=4.0, low=4.0, high=40.0)
    )
    eagerness_spread: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsPlan:
    """What happens to one call: shares of the calls to working numbers.

    Args:
        person_answers: on average over a day's lawful hours.
        busy, congestion, declined: as they say; who declines is rung no longer.
        blocked: refused on the way, by somebody's analysis of the number we show (SIP 608).
        unwanted: the called side says that such calls are not wanted (SIP 607).
        telephone_off: voicemail picks up at once (numbers that have one).
        answer_after: seconds of ringing until a person answers.
        by_hour: how the share of answers moves over the local day: 24 weights, only their ratio counts
            (the mean over 8:00-21:00 is taken as 1). Empty: it does not move.
        weekend: the same for Saturday and Sunday; empty: as on weekdays.
        drift: factors on `person_answers` over equal parts of the shift, unknown to the dialer.
        assistant_passes: share of screened calls that the person then takes.
        right_party: of the answers on right numbers, those by the debtor.
        child: of the other answers, those by a child.
        patience: seconds until who answered hangs up, having heard nobody.
        opts_out: share of people who press the key that a message offers: never call this number again.
    """

    person_answers: float = 0.25
    busy: float = 0.0
    congestion: float = 0.0
    declined: float = 0.0
    blocked: float = 0.0
    unwanted: float = 0.0
    telephone_off: float = 0.0
    answer_after: Duration = field(default_factory=lambda: exponential(mean=12.0))
    busy_after: Duration = field(default_factory=lambda: uniform(low=1.0, high=4.0))
    no_answer_after: Duration | None = None
    by_hour: tuple[float, ...] = ()
    weekend: tuple[float, ...] = ()
    drift: tuple[float, ...] = ()
    assistant_after: Duration = field(default_factory=lambda: uniform(low=2.0, high=7.0))
    assistant_passes: float = 0.1
    right_party: float = 1.0
    child: float = 0.0
    patience: Duration = field(default_factory=lambda: constant(seconds=3600.0))
    opts_out: float = 0.0

    @property
    def failing(self) -> float:
        """Share of the calls that nobody can answer, whoever is at home."""
        return self.busy + self.congestion + self.blocked + self.unwanted


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionPlan:
    """Answering-machine detection, when the campaign has it on.

    Args:
        seconds: how long it listens.
        finds_machines: share of machines it calls machines; half of the rest it is unsure about.
        takes_people_for_machines: share of people it calls machines.
    """

    seconds: Duration = field(default_factory=lambda: uniform(low=1.3, high=3.8))
    finds_machines: float = 0.85
    takes_people_for_machines: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TalksPlan:
    """How long agents are on the line, and at work after it.

    Args:
        machine_message: share of machines on which the collector leaves a message.
        greetings: what the machines of people are: kind -> weight; empty = collectors do not say.
        results: what comes of a talk with the debtor: disposition -> weight.
        promise_cents: amounts promised.
        promise_days: until when.
    """

    right_party: Duration = field(default_factory=lambda: lognormal(mean=90.0, sigma=0.9))
    other_person: Duration = field(default_factory=lambda: lognormal(mean=40.0, sigma=0.7))
    assistant: Duration = field(default_factory=lambda: lognormal(mean=18.0, sigma=0.4))
    machine: Duration = field(default_factory=lambda: lognormal(mean=10.0, sigma=0.5))
    message: Duration = field(default_factory=lambda: lognormal(mean=30.0, sigma=0.3))
    after_right_party: Duration = field(default_factory=lambda: exponential(mean=15.0))
    after_other_person: Duration = field(default_factory=lambda: exponential(mean=15.0))
    after_machine: Duration = field(default_factory=lambda: constant(seconds=0.0))
    machine_message: float = 0.0
    greetings: Mapping[MachineKind, float] = field(default_factory=dict[MachineKind, float])
    results: Mapping[DispositionKind, float] = field(
        default_factory=lambda: {DispositionKind.NO_COMMITMENT: 1.0}
    )
    promise_cents: Duration = field(default_factory=lambda: lognormal(mean=15_000.0, sigma=0.8))
    promise_days: Duration = field(default_factory=lambda: uniform(low=1.0, high=14.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPlan:
    """The made-up people, when no placement is handed in.

    Args:
        persons_per_agent_hour: how many people there are to call, so that lawful attempts last.
        states: two-letter US states, or empty for all of the table in `simulator.population`.
        second_number, third_number: shares of persons who have one.
        mobile: share of numbers that are mobiles.
        second_debt: share of persons placed with two debts.
        joint: share of debts that have a second debtor.
        shared: share of persons whose first number is also the neighbour's on the list.
    """

    persons_per_agent_hour: float = 60.0
    states: tuple[str, ...] = ()
    second_number: float = 0.0
    third_number: float = 0.0
    mobile: float = 1.0
    second_debt: float = 0.0
    joint: float = 0.0
    shared: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A floor, its public and its lines. `description` is for people.

    Args:
        office: what else happens to people; absent: nothing does.
    """

    name: str
    description: str = ""
    shift: ShiftPlan = field(default_factory=ShiftPlan)
    agents: AgentsPlan = field(default_factory=AgentsPlan)
    campaign: CampaignPlan = field(default_factory=CampaignPlan)
    network: NetworkPlan = field(default_factory=NetworkPlan)
    numbers: NumbersPlan = field(default_factory=NumbersPlan)
    calls: CallsPlan = field(default_factory=CallsPlan)
    detection: DetectionPlan = field(default_factory=DetectionPlan)
    talks: TalksPlan = field(default_factory=TalksPlan)
    population: PopulationPlan = field(default_factory=PopulationPlan)
    callers: CallersPlan = field(default_factory=CallersPlan)
    acts: ActsPlan = field(default_factory=ActsPlan)
    office: OfficePlan | None = None
    incidents: tuple[IncidentPlan, ...] = ()
