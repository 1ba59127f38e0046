"""A small floor to measure pacing policies on: talk minutes per agent-hour against abandonment.

Not the simulator (that drives the real engine): one heap, one pool, identical agents, no law. It exists so
that a policy can be tuned in seconds and so that published figures can be measured again.

Scenarios: `REF` (a sales-like floor: 25 % live, 10 % busy, the rest rings out after 26 s), `MARKOV` (all
times exponential, no patience: the exact optimum is known, see `pacing.optimum`), `COLLECTIONS` (5 % live,
60 % machines that reach agents because detection is off), `BLIND` (the same, where a late machine counts as
an abandoned person), `DRIFT` (REF, the live share changes), `BREAK` (REF, half of the agents leave at once).

    python benchmarks/pacing_ref.py --scenario REF --agents 5,10,20,50 --policy predictive --days 3
"""

import argparse
import heapq
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from pacing.policy import (
    AbandonmentLedger,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingPolicy,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)

Draw = Callable[[Generator], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A floor: what launches become, and how long everything takes (seconds)."""

    name: str
    live: float
    machine: float
    busy: float
    live_delay: Draw
    machine_delay: Draw
    busy_delay: Draw
    no_answer_delay: Draw
    talk: Draw
    machine_talk: Draw
    wrap: Draw
    patience: float
    connect_within: float
    unidentified_counts: bool = False
    """A late machine counts as an abandoned person: nobody could tell."""
    drift: tuple[float, ...] = ()
    """Live shares of equal parts of the day instead of `live`, unknown to the policy."""
    breaks: tuple[tuple[float, float, float], ...] = ()
    """(start, seconds, share of agents): they leave after their call and come back together."""


def _gamma_delay(rng: Generator) -> float:
    return min(26.0, max(1.5, rng.gamma(5.76, 12.0 / 5.76)))


def _lognormal(mean: float, sigma: float) -> Draw:
    mu = math.log(mean) - sigma * sigma / 2
    return lambda rng: math.exp(mu + sigma * rng.standard_normal())


def _exponential(mean: float) -> Draw:
    return lambda rng: mean * rng.standard_exponential()


def _uniform(low: float, high: float) -> Draw:
    return lambda rng: rng.uniform(low, high)


def _constant(seconds: float) -> Draw:
    return lambda _: seconds


def _voicemail_delay(rng: Generator) -> float:
    return min(26.0, max(1.0, rng.normal(19.0, 4.0)))


REF = Scenario(
    name="REF",
    live=0.25,
    machine=0.0,
    busy=0.10,
    live_delay=_gamma_delay,
    machine_delay=_constant(20.0),
    busy_delay=_uniform(1.0, 4.0),
    no_answer_delay=_constant(26.0),
    talk=_lognormal(90.0, 0.9),
    machine_talk=_constant(10.0),
    wrap=_exponential(15.0),
    patience=5.0,
    connect_within=2.0,
)
MARKOV = Scenario(
    name="MARKOV",
    live=0.3,
    machine=0.0,
    busy=0.0,
    live_delay=_exponential(15.0),
    machine_delay=_exponential(15.0),
    busy_delay=_exponential(15.0),
    no_answer_delay=_exponential(15.0),
    talk=_exponential(120.0),
    machine_talk=_exponential(120.0),
    wrap=_constant(0.0),
    patience=0.0,
    connect_within=0.0,
)
COLLECTIONS = Scenario(
    name="COLLECTIONS",
    live=0.05,
    machine=0.60,
    busy=0.05,
    live_delay=_gamma_delay,
    machine_delay=_voicemail_delay,
    busy_delay=_uniform(1.0, 4.0),
    no_answer_delay=_constant(26.0),
    talk=_lognormal(150.0, 1.0),
    machine_talk=_uniform(5.0, 15.0),
    wrap=_exponential(20.0),
    patience=5.0,
    connect_within=2.0,
)
SCENARIOS = {
    "REF": REF,
    "MARKOV": MARKOV,
    "COLLECTIONS": COLLECTIONS,
    "BLIND": replace(COLLECTIONS, name="BLIND", unidentified_counts=True),
    "DRIFT": replace(REF, name="DRIFT", drift=(0.15, 0.25, 0.40, 0.20)),
    "BREAK": replace(REF, name="BREAK", breaks=((3 * 3600.0, 900.0, 0.5),)),
}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a day brought, by observable facts."""

    agents: int
    seconds: float
    launches: int = 0
    live: int = 0
    abandoned: int = 0
    talk: float = 0.0
    machine_talk: float = 0.0
    wrap: float = 0.0
    decides: int = 0
    decide_s: float = 0.0
    cancelled: int = 0
    trace: list[float] = field(default_factory=list[float])

    @property
    def talk_minutes_per_hour(self) -> float:
        """Minutes per agent-hour with live answers."""
        return 60.0 * self.talk / (self.agents * self.seconds)

    @property
    def occupancy(self) -> float:
        """Share of agent time with people, machines and their wrap-up."""
        return (self.talk + self.machine_talk + self.wrap) / (self.agents * self.seconds)

    @property
    def abandonment(self) -> float:
        """Not connected in time per live answer."""
        return self.abandoned / self.live if self.live else 0.0


@dataclass(slots=True)
class _Call:
    launched: float
    outcome: LaunchOutcome
    needs_agent: float
    live: float
    resolved: bool = False
    answered: float = 0.0
    late: bool = False


class Floor:
    """One shift of one pool, driven by a policy."""

    def __init__(
        self, scenario: Scenario, policy: PacingPolicy, *, agents: int, rng: Generator, hours: float = 8.0
    ) -> None:
        self._scenario = scenario
        self._policy = policy
        self._rng = rng
        self._end = hours * 3600.0
        self._agents = agents
        self.tally = Tally(agents=agents, seconds=self._end)
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._sequence = 0
        self._now = 0.0
        self._ready: deque[str] = deque(f"agent-{n}" for n in range(agents))
        self._talking: dict[str, float] = {}
        self._wrapping: dict[str, float] = {}
        self._away: list[str] = []
        self._wanted_away = 0
        self._ringing: dict[int, _Call] = {}
        self._waiting: deque[_Call] = deque()
        needs = scenario.live + scenario.machine
        self._candidate_needs = np.full(20, needs)
        self._candidate_live = np.full(20, scenario.live)
        self._leaving: set[str] = set()

    def run(self, *, tick: float = 1.0) -> Tally:
        """Run the shift; the policy is asked every `tick` seconds."""
        for start, seconds, share in self._scenario.breaks:
            self._at(start, lambda share=share: self._send_away(round(share * self._agents)))
            self._at(start + seconds, self._bring_back)
        next_tick = 0.0
        while next_tick < self._end:
            while self._heap and self._heap[0][0] <= next_tick:
                self._now, _, action = heapq.heappop(self._heap)
                action()
            self._now = next_tick
            self._decide()
            next_tick += tick
        return self.tally

    def _at(self, when: float, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (when, self._sequence, action))

    def _snapshot(self) -> PacingSnapshot:
        now = self._now
        calls = tuple(self._ringing.values())
        tally = self.tally
        return PacingSnapshot(
            now=now,
            ready_agents=len(self._ready),
            paused_agents=len(self._away),
            agent_ids=(*self._talking, *self._wrapping),
            talking_elapsed=now - np.fromiter(self._talking.values(), np.float64, len(self._talking)),
            wrapping_elapsed=now - np.fromiter(self._wrapping.values(), np.float64, len(self._wrapping)),
            leaving=np.array([a in self._leaving for a in (*self._talking, *self._wrapping)], dtype=np.bool_),
            ringing_elapsed=now - np.array([call.launched for call in calls]),
            ringing_needs_agent=np.array([call.needs_agent for call in calls]),
            ringing_live=np.array([call.live for call in calls]),
            waiting_elapsed=now - np.array([call.answered for call in self._waiting]),
            candidate_needs_agent=self._candidate_needs,
            candidate_live=self._candidate_live,
            launch_limit=20,
            unidentified_counts=self._scenario.unidentified_counts,
            shift_left=self._end - now,
            ledger=AbandonmentLedger(
                live_answers=tally.live,
                abandoned=tally.abandoned,
                limit=0.03,
                connect_within=self._scenario.connect_within,
                window_left=self._end - now,
            ),
        )

    def _decide(self) -> None:
        for _ in range(10):
            snapshot = self._snapshot()
            start = time.perf_counter()
            decision = self._policy.decide(snapshot)
            self.tally.decide_s += time.perf_counter() - start
            self.tally.decides += 1
            if decision.cancel_ringing:
                self._cancel(decision.cancel_ringing)
            for index in range(decision.launches):
                self._launch(snapshot.candidate_needs_agent[index], snapshot.candidate_live[index])
            if decision.launches < 20:
                return

    def _live_share(self) -> float:
        drift = self._scenario.drift
        return drift[int(self._now / self._end * len(drift))] if drift else self._scenario.live

    def _launch(self, needs_agent: float, live: float) -> None:
        scenario, rng = self._scenario, self._rng
        self.tally.launches += 1
        share, live_share = rng.random(), self._live_share()
        if share < live_share:
            outcome, delay = LaunchOutcome.ANSWERED_LIVE, scenario.live_delay(rng)
        elif share < live_share + scenario.machine:
            outcome, delay = LaunchOutcome.MACHINE, scenario.machine_delay(rng)
        elif share < live_share + scenario.machine + scenario.busy:
            outcome, delay = LaunchOutcome.BUSY, scenario.busy_delay(rng)
        else:
            outcome, delay = LaunchOutcome.NO_ANSWER, scenario.no_answer_delay(rng)
        call = _Call(self._now, outcome, needs_agent, live)
        self._ringing[self._sequence] = call
        key = self._sequence
        self._at(self._now + delay, lambda: self._resolve(key))

    def _cancel(self, count: int) -> None:
        for key in list(self._ringing)[:count]:
            call = self._ringing.pop(key)
            self.tally.cancelled += 1
            self._observe_launch(call, LaunchOutcome.CANCELLED)

    def _observe_launch(self, call: _Call, outcome: LaunchOutcome) -> None:
        self._policy.observe(
            LaunchResolved(
                needs_agent=call.needs_agent,
                live=call.live,
                outcome=outcome,
                ring_s=self._now - call.launched,
                needed_agent=outcome in (LaunchOutcome.ANSWERED_LIVE, LaunchOutcome.MACHINE),
            )
        )

    def _resolve(self, key: int) -> None:
        call = self._ringing.pop(key, None)
        if call is None:
            return
        self._observe_launch(call, call.outcome)
        if call.outcome not in (LaunchOutcome.ANSWERED_LIVE, LaunchOutcome.MACHINE):
            return
        call.answered = self._now
        if self._ready:
            self._bridge(call, self._ready.popleft())
            return
        if self._scenario.patience <= 0.0:
            self._count_late(call)
            return
        self._waiting.append(call)
        self._at(self._now + self._scenario.connect_within, lambda: self._count_late(call))
        self._at(self._now + self._scenario.patience, lambda: self._drop(call))

    def _count_late(self, call: _Call) -> None:
        if call.resolved or call.late:
            return
        call.late = True
        if call.outcome is LaunchOutcome.ANSWERED_LIVE or self._scenario.unidentified_counts:
            self.tally.live += 1
            self.tally.abandoned += 1
            self._policy.observe(LiveAnswerAbandoned(wait_s=self._now - call.answered))

    def _drop(self, call: _Call) -> None:
        if not call.resolved:
            self._waiting.remove(call)
            call.resolved = True

    def _bridge(self, call: _Call, agent: str) -> None:
        call.resolved = True
        scenario, rng, tally = self._scenario, self._rng, self.tally
        is_live = call.outcome is LaunchOutcome.ANSWERED_LIVE
        talk = scenario.talk(rng) if is_live else scenario.machine_talk(rng)
        within = max(0.0, min(talk, self._end - self._now))
        if is_live:
            tally.talk += within
            if not call.late:
                tally.live += 1
                self._policy.observe(LiveAnswerConnected(wait_s=self._now - call.answered))
        else:
            tally.machine_talk += within
        self._talking[agent] = self._now
        self._at(self._now + talk, lambda: self._end_talk(agent, is_live=is_live))

    def _end_talk(self, agent: str, *, is_live: bool) -> None:
        self._policy.observe(TalkEnded(agent_id=agent, talk_s=self._now - self._talking.pop(agent)))
        wrap = self._scenario.wrap(self._rng) if is_live else 0.0
        if wrap <= 0.0:
            self._policy.observe(WrapUpEnded(agent_id=agent, wrap_s=0.0))
            self._free(agent)
            return
        self._wrapping[agent] = self._now
        self.tally.wrap += max(0.0, min(wrap, self._end - self._now))
        self._at(self._now + wrap, lambda: self._end_wrap(agent))

    def _end_wrap(self, agent: str) -> None:
        self._policy.observe(WrapUpEnded(agent_id=agent, wrap_s=self._now - self._wrapping.pop(agent)))
        self._free(agent)

    def _free(self, agent: str) -> None:
        if agent in self._leaving:
            self._leaving.discard(agent)
            self._away.append(agent)
            return
        if self._waiting:
            self._bridge(self._waiting.popleft(), agent)
            return
        self._ready.append(agent)

    def _send_away(self, count: int) -> None:
        while self._ready and count:
            self._away.append(self._ready.popleft())
            count -= 1
        busy = [*self._talking, *self._wrapping]
        self._leaving.update(busy[:count])

    def _bring_back(self) -> None:
        self._leaving.clear()
        back, self._away = self._away, []
        for agent in back:
            self._free(agent)


def measure(
    scenario: Scenario,
    make: Callable[[], PacingPolicy],
    *,
    agents: int,
    days: int,
    seed: int = 1,
    hours: float = 8.0,
) -> tuple[Tally, ...]:
    """Run `days` fresh shifts and return their tallies."""
    return tuple(
        Floor(
            scenario, make(), agents=agents, rng=np.random.default_rng((seed, agents, day)), hours=hours
        ).run()
        for day in range(days)
    )


def _line(name: str, agents: int, tallies: Sequence[Tally]) -> str:
    talk = sum(t.talk_minutes_per_hour for t in tallies) / len(tallies)
    live = sum(t.live for t in tallies)
    rate = sum(t.abandoned for t in tallies) / live if live else math.nan
    worst = max(t.abandonment for t in tallies)
    occupancy = sum(t.occupancy for t in tallies) / len(tallies)
    decide = 1e6 * sum(t.decide_s for t in tallies) / sum(t.decides for t in tallies)
    return (
        f"{name:34s} N={agents:<3d} talk {talk:5.2f} min/h  occupancy {occupancy:.4f}"
        f"  abandoned {100 * rate:5.2f} %"
        f" (worst day {100 * worst:5.2f} %)  live/day {live / len(tallies):6.0f}  decide {decide:4.0f} µs"
    )


def main() -> None:
    """Print one line per policy and floor size."""
    from pacing.registry import make_guarded_policy, make_policy  # noqa: PLC0415 - the floor itself needs no policy

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="REF", choices=sorted(SCENARIOS))
    parser.add_argument("--agents", default="5,10,20,50")
    parser.add_argument("--policy", action="append", help="name or name:key=value,key=value; may be repeated")
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guard", action="store_true", help="wrap the policies in the abandonment guard")
    arguments = parser.parse_args()
    make = make_guarded_policy if arguments.guard else make_policy
    for text in arguments.policy or ["predictive"]:
        name, _, rest = text.partition(":")
        parameters = {
            key: float(value) for key, value in (pair.split("=") for pair in rest.split(",") if pair)
        }
        for agents in map(int, arguments.agents.split(",")):
            tallies = measure(
                SCENARIOS[arguments.scenario],
                lambda name=name, parameters=parameters: make(name, **parameters),
                agents=agents,
                days=arguments.days,
                seed=arguments.seed,
                hours=arguments.hours,
            )
            print(_line(text, agents, tallies), flush=True)


if __name__ == "__main__":
    main()
