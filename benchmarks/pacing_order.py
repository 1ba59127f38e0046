"""What an order of the list is worth over days, in a cheap world: no engine, no queue, no gate.

    python -m benchmarks.pacing_order --seeds 101,102,103 --persons 100,300 --put-off 0.3,0.5

A public with the shares of the frozen collections scenario is called day after day, one attempt after the
other, each at the agent-seconds that it takes there at `ring_least=15`; the list comes in its order, nobody
is called more than seven times in seven days or twice within three hours. `pacing.ordering` and
`pacing.answers` decide as on a floor. What is told is *expected*: the true chances of the numbers called, so
that a ratio has little noise. Seeds 1 to 99 and the world `collections` were tuned on; the others were not:
`alike` (nobody is likelier than others: nothing is to be gained), `unlike` (twice the spread), `landline`
(half as many machines, few second numbers).

What it leaves out: queueing, hours, held agents, call backs after messages. So it says which way and about
how much an order works, and not what a floor earns.
"""

import argparse
import heapq
import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from compliance_gate.words import NumberKind, NumberRole
from dialer.domain.targets import answer_segment
from pacing.answers import AnswerModel
from pacing.ordering import OrderBeliefs, OrderModel
from pacing.policy import LaunchOutcome, LaunchResolved, NumberProfile
from simulator.streams import Streams

DAY_S, HOUR_S = 86_400.0, 3600.0
AGENTS, HOURS = 2, 8.0
REDIAL_S = 3.0 * HOUR_S
MOST_IN_WEEK = 7
ATTEMPT_S, MACHINE_S, RIGHT_S, OTHER_S = 12.0, 21.0, 345.0, 70.0
"""Agent-seconds of an attempt by itself (waiting, breaks and held agents shared out), and of what answers."""
RIGHT_PARTY = 0.34
LEARNS_WRONG = 0.5
"""Share of answers on somebody else's number that end with its being known for that."""
IN_HAND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Shares of numbers and calls, as the scenario has them."""

    person_answers: float = 0.055
    spread: float = 0.8
    dead: float = 0.10
    wrong: float = 0.14
    voicemail: float = 0.74
    machine_in_time: float = 0.3
    second: float = 0.45


WORLDS = {
    "collections": World(),
    "alike": World(spread=0.0, dead=0.0, wrong=0.0),
    "unlike": World(spread=1.6),
    "landline": World(voicemail=0.37, second=0.1, person_answers=0.08),
}


@dataclass(slots=True)
class Number:
    """Its truth, and what is known of it."""

    chance: float
    is_wrong: bool
    has_machine: bool
    attempts: int = 0
    needed: int = 0
    live: int = 0
    met_machine: bool = False

    def profile(self) -> NumberProfile:
        """As pacing is told."""
        segment = answer_segment(NumberKind.MOBILE, NumberRole.OWN, self.attempts)
        return NumberProfile(
            segment=segment, attempts=self.attempts, needed_agent=self.needed, answered_live=self.live
        )


@dataclass(slots=True)
class Person:
    """Somebody on the list."""

    numbers: list[Number]
    calls: list[float] = field(default_factory=list[float])
    right: float = 0.0


@dataclass(slots=True)
class Day:
    """What a day brought: right parties as expected by the truth; agent-seconds that it took."""

    right: float = 0.0
    attempts: int = 0
    put_off: int = 0
    spent_s: float = 0.0


def people(world: World, many: int, chance: Generator) -> list[Person]:
    """The public."""
    found: list[Person] = []
    for _ in range(many):
        numbers: list[Number] = []
        for _ in range(1 + (chance.random() < world.second)):
            eager = math.exp(world.spread * chance.standard_normal() - world.spread**2 / 2)
            is_dead = chance.random() < world.dead
            numbers.append(
                Number(
                    0.0 if is_dead else min(0.95, world.person_answers * eager),
                    chance.random() < world.wrong,
                    not is_dead and chance.random() < world.voicemail,
                )
            )
        found.append(Person(numbers))
    return found


class Floor:
    """The list called for some days, in an order."""

    def __init__(self, world: World, persons: list[Person], order: OrderModel, chance: Generator) -> None:
        self._world = world
        self._persons = persons
        self._order = order
        self._chance = chance
        self._answers = AnswerModel()
        self._due = [(0, place) for place in range(len(persons))]
        self._resting: list[tuple[float, int]] = []

    def before(self, tries: int) -> None:
        """Every number was called so often before the first day, more than a week ago."""
        day = Day()
        for person in self._persons:
            for number in tuple(person.numbers):
                for _ in range(tries):
                    if number in person.numbers:
                        self._call(person, number, day)
            person.calls = [-8 * DAY_S]

    def day(self, number: int) -> Day:
        """One more day; what was put off the evening before is due again."""
        now, day = number * DAY_S, Day()
        end = now + HOURS * HOUR_S
        while now < end:
            while self._resting and self._resting[0][0] <= now:
                place = heapq.heappop(self._resting)[1]
                heapq.heappush(self._due, (len(self._persons[place].calls), place))
            if not self._due:
                self._order.runs_short()
                now = min(self._resting[0][0], end) if self._resting else end
                continue
            spent = self._look(heapq.heappop(self._due)[1], now, day)
            day.spent_s += spent
            now += spent / AGENTS
        day.spent_s = AGENTS * HOURS * HOUR_S  # agents who wait for a list are paid
        return day

    def _look(self, place: int, now: float, day: Day) -> float:
        person = self._persons[place]
        if not person.numbers:
            return 0.0
        recent = [at for at in person.calls[-MOST_IN_WEEK:] if at > now - 7 * DAY_S]
        if len(recent) >= MOST_IN_WEEK:
            heapq.heappush(self._resting, (recent[0] + 7 * DAY_S, place))
            return 0.0
        worth = {id(one): self._order.worth(one.profile(), self._answers, HANDLE) for one in person.numbers}
        waited = now - person.calls[-1] if person.calls else math.inf
        if len(self._due) < IN_HAND:
            self._order.runs_short()
        elif self._order.puts_off(
            max(worth.values()),
            tries=sum(one.attempts for one in person.numbers),
            now=now,
            waited_s=waited,
            leads_left=len(self._due) + len(self._resting),
        ):
            day.put_off += 1
            heapq.heappush(self._resting, (now + self._order.rest_s, place))
            return 0.0
        first = person.numbers[0]
        if self._order.sorts_numbers:
            first = max(person.numbers, key=lambda one: worth[id(one)])
        spent = self._call(person, first, day)
        person.calls.append(now)
        heapq.heappush(self._resting, (now + REDIAL_S, place))
        return spent

    def _call(self, person: Person, number: Number, day: Day) -> float:
        day.attempts += 1
        profile, (needs, live) = number.profile(), self._answers.chances(number.profile())
        person_in = self._chance.random() < number.chance
        meets = 0.03 if number.met_machine else self._world.machine_in_time
        machine = not person_in and number.has_machine and self._chance.random() < meets
        if not number.is_wrong:
            day.right += number.chance * RIGHT_PARTY
        number.attempts += 1
        number.live += person_in
        number.needed += person_in or machine
        number.met_machine = number.met_machine or machine
        outcome = LaunchOutcome.NO_ANSWER
        if person_in or machine:
            outcome = LaunchOutcome.ANSWERED_LIVE if person_in else LaunchOutcome.MACHINE
        self._answers.observe(
            LaunchResolved(
                needs_agent=needs,
                live=live,
                outcome=outcome,
                ring_s=15.0,
                needed_agent=person_in or machine,
                number=profile,
            )
        )
        if not person_in:
            if number.chance == 0.0:
                person.numbers.remove(number)  # not in service: the network says so
            return ATTEMPT_S + (MACHINE_S if machine else 0.0)
        if number.is_wrong and self._chance.random() < LEARNS_WRONG:
            person.numbers.remove(number)
        is_right = not number.is_wrong and self._chance.random() < RIGHT_PARTY
        return ATTEMPT_S + (RIGHT_S if is_right else OTHER_S)


HANDLE = (RIGHT_PARTY * RIGHT_S + (1.0 - RIGHT_PARTY) * OTHER_S, MACHINE_S)


def worked(
    world: World, seed: int, persons: float, days: int, tries: int, beliefs: OrderBeliefs
) -> list[Day]:
    """Some days of one list."""
    streams = Streams(seed)
    many = round(persons * AGENTS * HOURS)
    made = people(world, many, streams.generator("people"))
    floor = Floor(world, made, OrderModel(beliefs), streams.generator("calls"))
    if tries:
        floor.before(tries)
    return [floor.day(number) for number in range(days)]


def main() -> None:
    """One line per world, list and order."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", default="collections")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--persons", default="100", help="per agent-hour of one day")
    parser.add_argument("--put-off", default="0.5")
    parser.add_argument("--weight", type=float, default=OrderBeliefs().order_weight)
    parser.add_argument("--rest-hours", type=float, default=OrderBeliefs().order_rest_hours)
    parser.add_argument("--wait-days", type=float, default=OrderBeliefs().order_wait_days)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--tries", type=int, default=0, help="calls of every number before the first day")
    chosen = parser.parse_args()
    base = OrderBeliefs(
        order_weight=chosen.weight, order_rest_hours=chosen.rest_hours, order_wait_days=chosen.wait_days
    )
    orders = {"list": base, "list, numbers": replace(base, order_numbers=1.0)}
    for share in chosen.put_off.split(","):
        orders[f"put off {share}, numbers"] = replace(base, order_numbers=1.0, order_put_off=float(share))
    for name in chosen.worlds.split(","):
        for persons in map(float, chosen.persons.split(",")):
            first: list[list[Day]] = []
            for words, beliefs in orders.items():
                runs = [
                    worked(WORLDS[name], seed, persons, chosen.days, chosen.tries, beliefs)
                    for seed in map(int, chosen.seeds.split(","))
                ]
                first = first or runs
                print(line(f"{name} {persons:g}/h {words}", runs, first), flush=True)


def line(words: str, runs: list[list[Day]], first: list[list[Day]]) -> str:
    """Right parties an agent-hour by day; and, of the second day on, as a multiple of the first order's."""
    hours = AGENTS * HOURS
    by_day = [np.mean([run[day].right for run in runs]) / hours for day in range(len(runs[0]))]
    ratios = [
        sum(day.right for day in run[1:]) / sum(day.right for day in one[1:])
        for run, one in zip(runs, first, strict=True)
    ]
    attempts = sum(day.attempts for run in runs for day in run[1:])
    right = sum(day.right for run in runs for day in run[1:])
    put_off = sum(day.put_off for run in runs for day in run[1:])
    return (
        f"{words:42s} right/h {' '.join(f'{rate:.2f}' for rate in by_day)}"
        f" | x{np.mean(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        f", attempts each {attempts / right:.1f}, put off {put_off / max(1, put_off + attempts):.0%} of looks"
    )


if __name__ == "__main__":
    main()
