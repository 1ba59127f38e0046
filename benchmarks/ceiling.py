"""How much one Asterisk carries on this machine, and what gives first.

    python benchmarks/ceiling.py                      30 agents, then 30 more, until something gives
    python benchmarks/ceiling.py --first 60 --step 60 --most 360 --seconds 60

Every agent is in a talk with sound both ways nearly all the time: 20 s, then the next at once. Beside each
answered call two are placed that nobody answers. The carrier, all telephones and the dialer's adapter run on
the same machine, so the floor's own part is told apart: processor time of each process, in cores.

A step has given when more than 1 in 100 joins took over 100 ms, 1 in 200 answers was not joined, or one
talk in twenty got less than 98 of 100 packets of sound. It needs the laboratory of `tests/live/lab`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "live"))

from floor import Floor
from lab.laboratory import Instance, Laboratory, reason_missing

from dialer.domain.events import CallAnswered, CallBridged
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk.trunks import TrunkPlan

TALK_S = 20.0
SOUND_S = 5.0
PACKETS_A_SECOND = 50.0
UNANSWERED = ("010", "110")
"""Placed beside every answered call: busy at once, busy after a second of ringing."""

MOST_JOIN_S = 0.1
MOST_MISSED = 0.005
LEAST_SOUND = 0.98

_CHANNEL = re.compile(r"\s\S+\s+((?:seat|trunk)\S+)\s+[\d:]+\s+\S+\s+(\d+)")


@dataclass(slots=True)
class Step:
    """What one number of agents came to."""

    agents: int
    joins: list[float] = field(default_factory=list[float])
    missed: int = 0
    launched: int = 0
    sound: list[float] = field(default_factory=list[float])
    lags: list[float] = field(default_factory=list[float])
    cores: dict[str, float] = field(default_factory=dict[str, float])
    seconds: float = 0.0

    def gave(self) -> list[str]:
        """What is over its bound; empty = it holds."""
        wrong: list[str] = []
        if quantile(self.joins, 0.99) > MOST_JOIN_S:
            wrong.append(f"joins: p99 over {MOST_JOIN_S * 1000:.0f} ms")
        if self.missed > MOST_MISSED * (self.missed + len(self.joins)):
            wrong.append(f"{self.missed} answers not joined")
        if quantile(self.sound, 0.05) < LEAST_SOUND:
            wrong.append(f"sound: one talk in twenty under {LEAST_SOUND:.0%} of its packets")
        return wrong

    def line(self) -> str:
        """The figures of it."""
        cores = ", ".join(f"{name} {used:.2f}" for name, used in self.cores.items())
        return (
            f"{self.agents} agents: {len(self.joins) / self.seconds:.1f} joins and "
            f"{self.launched / self.seconds:.1f} launches a second; join p50 {ms(self.joins, 0.5)}, "
            f"p99 {ms(self.joins, 0.99)}; not joined {self.missed}; loop lag p99 {ms(self.lags, 0.99)}; "
            f"packets of sound, worst of twenty {quantile(self.sound, 0.05):.1%}; cores: {cores}"
        )


async def step(laboratory: Laboratory, agents: int, seconds: float) -> Step:
    """One number of agents for a while."""
    floor = Floor(laboratory, trunks=(TrunkPlan(name="trunk", calls_per_second=500, lines=5000),))
    await floor.start()
    done = Step(agents=agents)
    seats = [await floor.agent(f"agent-{number}", f"seat{number}") for number in range(1, agents + 1)]
    began, spent = time.monotonic(), processor(laboratory)
    until = began + seconds
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(done))
        for number, agent in enumerate(seats):
            group.create_task(_work(floor, agent, done, after=TALK_S * number / agents, until=until))
        await asyncio.sleep(TALK_S + 1.0)
        while time.monotonic() < until - SOUND_S:
            done.sound += await _sound(laboratory)
        done.seconds = time.monotonic() - began
        done.cores = {name: (now - spent[name]) / done.seconds for name, now in processor(laboratory).items()}
        watch.cancel()
    await floor.stop()
    return done


async def _work(floor: Floor, agent: AgentId, done: Step, *, after: float, until: float) -> None:
    await asyncio.sleep(after)
    while time.monotonic() < until:
        beside = [await floor.call(ending) for ending in UNANSWERED]
        attempt = await floor.call("009")
        done.launched += 3
        try:
            answered = await floor.wait(CallAnswered, within=10, attempt=attempt)
            await floor.bridge(attempt, agent)
            bridged = await floor.wait(CallBridged, within=5, attempt=attempt)
            done.joins.append(bridged.bridged_at - answered.answered_at)
            await asyncio.sleep(TALK_S)
        except TimeoutError:
            done.missed += 1
        await floor.hang_up(attempt)
        await _over(floor, attempt, *beside)


async def _over(floor: Floor, *attempts: AttemptId) -> None:
    for attempt in attempts:
        with contextlib.suppress(TimeoutError):
            await floor.over(attempt)
        floor.forget(attempt)


async def _sound(laboratory: Laboratory) -> list[float]:
    """Of each leg that talks through the next seconds: packets that came, of those that should have."""
    before, began = await _packets(laboratory), time.monotonic()
    await asyncio.sleep(SOUND_S)
    after, took = await _packets(laboratory), time.monotonic() - began
    due = PACKETS_A_SECOND * took
    return [(after[name] - count) / due for name, count in before.items() if count and name in after]


async def _packets(laboratory: Laboratory) -> dict[str, int]:
    listed = await asyncio.to_thread(laboratory.pbx.command, "pjsip show channelstats")
    return {found[1]: int(found[2]) for line in listed.splitlines() if (found := _CHANNEL.match(line))}


async def _watch(done: Step) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        done.lags.append(time.perf_counter() - before - 0.005)


def processor(laboratory: Laboratory) -> dict[str, float]:
    """Seconds of processor time that each has used."""
    used = {"dialer": time.process_time()}
    return used | {one.name: _seconds_of(one) for one in (laboratory.pbx, laboratory.carrier)}


def _seconds_of(instance: Instance) -> float:
    pid = int(instance.pid_file.read_text())
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: list[float], share: float) -> float:
    """A quantile; NaN of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def ms(values: list[float], share: float) -> str:
    """The same in milliseconds, for reading."""
    return f"{quantile(values, share) * 1000:.1f} ms"


def main() -> int:
    """Step by step until something gives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--first", type=int, default=30)
    parser.add_argument("--step", type=int, default=30)
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    missing = reason_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 2
    for agents in range(asked.first, asked.most + 1, asked.step):
        with Laboratory(seats=agents, is_loud=True) as laboratory:
            done = asyncio.run(step(laboratory, agents, asked.seconds))
        print(done.line(), flush=True)
        gave = done.gave()
        if gave:
            print(f"gave first: {'; '.join(gave)}")
            break
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
