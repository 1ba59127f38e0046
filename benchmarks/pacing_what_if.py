"""Whether a look ahead is quick, and whether its intervals hold what then happens.

    python -m benchmarks.pacing_what_if speed --agents 50
    python -m benchmarks.pacing_what_if coverage --agents 20 --shifts 20

`speed`: a picture of a floor in the full engine, then the seconds until the first interval over 15 and 60
minutes, and until the last, in one process that has all modules loaded.

`coverage`: shifts in the full engine, with law; at every half hour a picture is taken and looked ahead from,
unchanged, and what the engine then brought is held against the intervals. 85 to 95 of 100 should lie within
(90 % intervals). Pictures of one shift are not independent, so the shares are by shift, with the error of
their mean. Low and high: how often what came lay beneath, and above. Bias: mean of what came, less the mean
that was expected, as a share of the latter.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.agent import AgentState
from dialer.domain.commands import Bridge, StoreAttempt
from dialer.domain.ports import JournalEntry
from dialer.engine.engine import DialerEngine
from pacing.ahead import Horizon, Picture, look_ahead
from simulator.rehearsal import CAMPAIGN, Rehearsal
from simulator.scenario_file import load_frozen
from simulator.scenario_settings import adapted
from simulator.streams import Streams

FLOOR = "collections_2026_11"
PERSONS_PER_AGENT_HOUR = 300.0
HORIZONS = (900.0, 3600.0)
MEASURES = ("attempts", "contacts", "abandoned", "headroom", "agent_wait_s")
SAMPLED_S = 2.0


@dataclass(slots=True)
class Counted:
    """What a shift had brought by an instant."""

    at: float
    live: int
    abandoned: int
    attempts: int
    bridged: int
    ready_s: float
    headroom: float


@dataclass(slots=True)
class Watch:
    """Takes pictures, and counts what comes."""

    engine: DialerEngine
    wanted: tuple[float, ...]
    times: tuple[float, ...]
    pictures: dict[float, Picture] = field(default_factory=dict[float, Picture])
    counted: dict[float, Counted] = field(default_factory=dict[float, Counted])
    attempts: int = 0
    bridged: int = 0
    ready_s: float = 0.0
    _next: int = 0
    _sampled: float = 0.0

    def take(self, entry: JournalEntry) -> None:
        """One more step."""
        self.attempts += sum(isinstance(command, StoreAttempt) for command in entry.commands)
        self.bridged += sum(isinstance(command, Bridge) for command in entry.commands)
        if entry.now - self._sampled >= SAMPLED_S:
            ready = sum(row.state is AgentState.AVAILABLE for row in self.engine.snapshot().agents)
            self.ready_s += ready * min(entry.now - self._sampled, 10.0)
            self._sampled = entry.now
        while self._next < len(self.times) and entry.now >= self.times[self._next]:
            at = self.times[self._next]
            self._next += 1
            (campaign,) = self.engine.snapshot().campaigns
            self.counted[at] = Counted(
                at,
                campaign.live_answers,
                campaign.abandoned,
                self.attempts,
                self.bridged,
                self.ready_s,
                campaign.headroom,
            )
            if at in self.wanted and (picture := self.engine.pacing_picture(CAMPAIGN)) is not None:
                self.pictures[at] = picture


def watched(agents: int, hours: float, seed: int, *, looks: Sequence[float]) -> Watch:
    """A shift; looks: hours after its start."""
    scenario = adapted(load_frozen(FLOOR), agents=agents, hours=hours)
    population = replace(scenario.population, persons_per_agent_hour=PERSONS_PER_AGENT_HOUR)
    engine = DialerEngine(ComplianceGate(sample_rulebook()))
    watch = Watch(engine, (), ())
    shift = Rehearsal(
        scenario=replace(scenario, population=population), seed=seed, engine=engine, sink=watch.take
    )
    watch.wanted = tuple(shift.starts_at + hour * 3600.0 for hour in looks)
    ends = {at + seconds for at in watch.wanted for seconds in (0.0, *HORIZONS)}
    watch.times = tuple(sorted(ends))
    shift.work()
    return watch


def came(watch: Watch, at: float, seconds: float) -> dict[str, float]:
    """What the stretch really brought."""
    a, b = watch.counted[at], watch.counted[at + seconds]
    abandoned, joined = b.abandoned - a.abandoned, b.bridged - a.bridged
    return {
        "attempts": b.attempts - a.attempts,
        "contacts": b.live - a.live - abandoned,
        "abandoned": abandoned,
        "headroom": b.headroom,
        "agent_wait_s": (b.ready_s - a.ready_s) / joined if joined else b.ready_s - a.ready_s,
    }


def coverage(agents: int, shifts: int, runs: int, hours: float, first: int) -> None:
    """Print the share of what came that lay within, by horizon and measure."""
    looks = [1.0 + 0.5 * n for n in range(int((hours - 1.25 - HORIZONS[-1] / 3600.0) / 0.5) + 1)]
    within: dict[tuple[float, str], list[float]] = {}
    sides: dict[tuple[float, str], list[int]] = {}
    sums: dict[tuple[float, str], list[float]] = {}
    for seed in range(first, first + shifts):
        watch = watched(agents, hours, seed, looks=looks)
        here: dict[tuple[float, str], list[bool]] = {}
        for place, (at, picture) in enumerate(watch.pictures.items()):
            for horizon in _last(picture, runs, seed, place):
                truth = came(watch, at, horizon.seconds)
                for name in MEASURES:
                    key, spread = (horizon.seconds, name), horizon.as_it_is[name]
                    here.setdefault(key, []).append(spread.low <= truth[name] <= spread.high)
                    side = sides.setdefault(key, [0, 0])
                    side[0] += truth[name] < spread.low
                    side[1] += truth[name] > spread.high
                    total = sums.setdefault(key, [0.0, 0.0, 0.0])
                    total[0] += truth[name]
                    total[1] += spread.mean
                    total[2] += spread.high - spread.low
        for key, hits in here.items():
            within.setdefault(key, []).append(sum(hits) / len(hits))
        print(f"seed {seed} of {first} to {first + shifts - 1}", flush=True)
    print(f"{agents} agents, {shifts} shifts, {len(looks)} looks each, {runs} runs a look")
    print("minutes  measure         within      low  high  came    expected  width  bias")
    for key in sorted(within):
        shares = within[key]
        mean = math.fsum(shares) / len(shares)
        spread = math.fsum((s - mean) ** 2 for s in shares) / max(1, len(shares) - 1)
        looked = len(shares) * len(looks)
        truth, expected, width = (total / looked for total in sums[key])
        bias = truth / expected - 1.0 if expected else 0.0
        error = 100.0 * math.sqrt(spread / len(shares))
        low, high = sides[key]
        print(
            f"{key[0] / 60:7.0f}  {key[1]:14s} {100 * mean:4.0f} ± {error:3.0f} %{low:6d}{high:6d} "
            f"{truth:8.2f} {expected:8.2f} {width:7.2f} {100 * bias:+5.0f} %"
        )


def _last(picture: Picture, runs: int, seed: int, place: int) -> tuple[Horizon, ...]:
    found: tuple[Horizon, ...] = ()
    streams = Streams(seed)
    for forecast in look_ahead(
        picture,
        None,
        horizons=HORIZONS,
        runs=runs,
        streams=lambda run: streams.generator("ahead", str(place), str(run)),
    ):
        found = forecast.horizons
    return found


def speed(agents: int, runs: int) -> None:
    """Print the seconds to the first interval and to the last, the picture against itself."""
    watch = watched(agents, 2.1, 1, looks=[1.0])
    (picture,) = watch.pictures.values()
    streams = Streams(1)
    begins = time.perf_counter()
    for forecast in look_ahead(
        picture,
        picture,
        horizons=HORIZONS,
        runs=runs,
        streams=lambda run: streams.generator("ahead", str(run)),
    ):
        print(f"{time.perf_counter() - begins:6.2f} s  {forecast.runs} runs", flush=True)


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "coverage"))
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--shifts", type=int, default=10)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--hours", type=float, default=4.3)
    parser.add_argument("--first-seed", type=int, default=1, help="of the shifts; 1 to 99 were tuned on")
    chosen = parser.parse_args()
    if chosen.what == "speed":
        speed(chosen.agents, chosen.runs)
    else:
        coverage(chosen.agents, chosen.shifts, chosen.runs, chosen.hours, chosen.first_seed)


if __name__ == "__main__":
    main()
