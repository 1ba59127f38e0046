"""What a change of pacing is worth on a frozen floor, in the full engine with the law.

    python -m benchmarks.pacing_floor --agents 10 --seeds 1,2 --variants november,now,ring_least=15
    python -m benchmarks.pacing_floor --floor realistic_25_2026_11 --hours 3 --seeds 1,2,3,4

`november` is the policy of November 2026 at its defaults; `now` is today's at its own; anything else is
today's with parameters joined by `+`, `ring=16` being the campaign's ring, `target=0.015` its abandonment
target. The public is the same for all variants of a seed. With `--days 1` each day is a first day: nothing is
learned beforehand. With more, the same people are called day after day, Sundays off, and each morning goes on
from what was learned (`--forget`: from nothing). With 300 persons an agent-hour no list runs dry; with fewer
the same telephones are met again. Seconds are of the processor.

A day of three hours may end with the guard's luck: two abandoned in its first half hour leave ten agents next
to nothing for the rest. So the last lines are over all seeds, with the interval of the ratio between two
variants; compare those, never two days.
"""

import argparse
import gc
import math
import time
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.engine.launching.pacing_port import guarded_policy
from pacing.bench.experiment import Interval
from pacing.policy import PacingPolicy
from pacing.rivals import make_november
from simulator.lead_book import LeadBook
from simulator.plans import OfficePlan
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN, RehearsalResult
from simulator.scenario import Scenario
from simulator.scenario_file import load_frozen
from simulator.scenario_settings import adapted
from simulator.streams import Streams
from simulator.year import work_shifts

FLOOR = "collections_2026_11"
PERSONS_PER_AGENT_HOUR = 300.0
NOTHING_ELSE = OfficePlan(**{each.name: 0.0 for each in fields(OfficePlan)})
"""Nothing happens to people but our calls: what a policy is worth is asked, not what an office is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day brought; abandoned as counted by the declared definition."""

    agents: int
    hours: float
    attempts: int
    persons: int
    right_party: int
    machines: int
    abandoned: int
    counted: int
    talk_s: float
    held_s: float
    leads_left: int
    wall_s: float

    def line(self, variant: str, seed: int, base: "Day | None") -> str:
        """In one line, with the persons joined as a multiple of the first variant's."""
        paid = self.agents * self.hours
        words = [
            f"{variant:24s} seed {seed} N={self.agents:<3d} {self.hours:g} h:",
            f"right parties {self.right_party / paid:5.2f}/h, persons {self.persons / paid:5.2f}/h,",
            f"attempts/right party {self.attempts / max(1, self.right_party):5.1f},",
            f"talk {self.talk_s / 60.0 / paid:5.2f} min/h, machines {self.machines / paid:5.1f}/h,",
            f"held {self.held_s / 60.0 / paid:4.1f} min/h,",
            f"abandoned {100.0 * self.abandoned / max(1, self.counted):.2f} % ({self.abandoned}),",
            f"leads left {self.leads_left}, {self.wall_s:.0f} s",
        ]
        if base is not None:
            words.append(f"| persons x{self.persons / max(1, base.persons):.3f},")
            words.append(f"attempts each x{self.attempts_each / base.attempts_each:.3f}")
        return " ".join(words)

    @property
    def attempts_each(self) -> float:
        """Attempts for each person who was joined."""
        return self.attempts / max(1, self.persons)


def work(
    variant: str,
    *,
    seed: int,
    agents: int,
    hours: float,
    book: Rulebook,
    floor: str = FLOOR,
    persons: float = PERSONS_PER_AGENT_HOUR,
    days: int = 1,
    keeps_learning: bool = True,
) -> Iterator[Day]:
    """One day after the other over the same people, the first from a cold start."""
    scenario, is_november = floor_of(variant, agents, hours, floor=floor, persons=persons)
    start = datetime.combine(scenario.shift.day, scenario.shift.starts, ZoneInfo(scenario.shift.time_zone))
    placed = made_up(
        scenario.population,
        persons=round(persons * agents * hours),
        campaign=CAMPAIGN,
        streams=Streams(seed),
        now=start.timestamp(),
    )
    clock = time.thread_time()
    for shift in work_shifts(
        scenario,
        seed=seed,
        gate=ComplianceGate(book),
        book=LeadBook(leads=placed.leads, persons=placed.persons),
        campaign=CAMPAIGN,
        shifts=days,
        office=NOTHING_ELSE,
        policies=_november if is_november else guarded_policy,
        keeps_learning=keeps_learning,
    ):
        yield _day(shift.rehearsal.result(rulebook=book.hash), wall_s=time.thread_time() - clock)
        clock = time.thread_time()


def _day(result: RehearsalResult, *, wall_s: float) -> Day:
    said = [(row, row.disposition.effect) for row in result.attempts if row.disposition is not None]
    held = [span for span in result.records.agent_spans if span.state is AgentState.RESERVED]
    return Day(
        agents=result.agents,
        hours=result.hours,
        attempts=len(result.attempts),
        persons=sum(effect.live for _, effect in said),
        right_party=sum(effect.right_party for _, effect in said),
        machines=sum(not effect.live for _, effect in said),
        abandoned=sum(row.abandoned is True for row in result.attempts),
        counted=sum(row.abandoned is True for row in result.attempts)
        + sum(effect.live and not row.abandoned for row, effect in said),
        talk_s=sum(
            row.talk_ended_at - row.bridged_at
            for row, effect in said
            if effect.live and row.talk_ended_at is not None and row.bridged_at is not None
        ),
        held_s=sum(span.ended_at - span.started_at for span in held),
        leads_left=result.leads,
        wall_s=wall_s,
    )


def over_all(variant: str, days: Sequence[Day], first: Sequence[Day], *, is_first: bool) -> str:
    """The days of one variant together, and beside the first's: mean of the ratios and its interval."""
    paid = sum(day.agents * day.hours for day in days)
    persons, abandoned = sum(day.persons for day in days), sum(day.abandoned for day in days)
    words = [
        f"{variant:32s} {len(days)} days: persons {persons / paid:5.2f}/h,",
        f"right parties {sum(day.right_party for day in days) / paid:5.2f}/h,",
        f"attempts each {sum(day.attempts for day in days) / max(1, persons):5.1f},",
        f"abandoned {100.0 * abandoned / max(1, sum(day.counted for day in days)):.2f} % ({abandoned})",
    ]
    if not is_first:
        logs = [math.log(day.persons / one.persons) for day, one in zip(days, first, strict=True)]
        ratio = Interval.of(logs)
        words.append(f"| persons x{math.exp(ratio.mean):.3f}")
        if len(logs) > 1:
            words.append(f"({math.exp(ratio.low):.3f} to {math.exp(ratio.high):.3f})")
    return " ".join(words)


def floor_of(
    variant: str,
    agents: int,
    hours: float,
    *,
    floor: str = FLOOR,
    persons: float = PERSONS_PER_AGENT_HOUR,
) -> tuple[Scenario, bool]:
    """The floor of a variant, and whether the policy of November works on it."""
    frozen = load_frozen(floor)
    people = replace(frozen.population, persons_per_agent_hour=persons)
    scenario, parameters, is_november = replace(frozen, population=people), dict[str, float](), False
    for part in variant.split("+"):
        name, _, value = part.partition("=")
        if name == "ring":
            scenario = replace(scenario, campaign=replace(scenario.campaign, ring_s=float(value)))
        elif name == "target":
            campaign = replace(scenario.campaign, abandonment_target=float(value))
            scenario = replace(scenario, campaign=campaign)
        elif value:
            parameters[name] = float(value)
        else:
            is_november = is_november or name == "november"
    made = adapted(scenario, policy=None, policy_parameters=parameters, agents=agents, hours=hours)
    return made, is_november


def _november(settings: CampaignSettings, _pool: str) -> PacingPolicy:
    return make_november(target=settings.abandonment_target, epsilon=settings.guard_epsilon)


def main() -> None:
    """Print one line per seed and variant."""
    zoneinfo.reset_tzpath(to=())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--floor", default=FLOOR)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--variants", default="november,now,ring_least=15")
    parser.add_argument("--persons", type=float, default=PERSONS_PER_AGENT_HOUR, help="per agent-hour")
    parser.add_argument("--days", type=int, default=1, help="one after the other over the same people")
    parser.add_argument("--forget", action="store_true", help="each morning is a cold start")
    arguments = parser.parse_args()
    book = sample_rulebook()
    found: dict[str, list[Day]] = {variant: [] for variant in arguments.variants.split(",")}
    for seed in map(int, arguments.seeds.split(",")):
        for variant, days in found.items():
            first = next(iter(found.values()))
            worked = work(
                variant,
                seed=seed,
                agents=arguments.agents,
                hours=arguments.hours,
                book=book,
                floor=arguments.floor,
                persons=arguments.persons,
                days=arguments.days,
                keeps_learning=not arguments.forget,
            )
            for day in worked:
                base = first[len(days)] if days is not first else None
                print(day.line(variant, seed, base), flush=True)
                days.append(day)
            gc.collect()
    first = next(iter(found.values()))
    for number in range(arguments.days):
        if arguments.days > 1:
            print(f"day {number + 1}")
        for variant, days in found.items():
            of_number = days[number :: arguments.days]
            print(over_all(variant, of_number, first[number :: arguments.days], is_first=days is first))


if __name__ == "__main__":
    main()
