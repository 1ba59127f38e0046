"""A floor on the laboratory for as long as wanted, and whether anything leaks: channels, tasks, memory.

Some figures are looked at while the floor works, and all of them again at the end, when everybody has gone
home and everything must be back where it began.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from lab.laboratory import Instance, Laboratory
from public import PublicWatch
from shift import (
    CAMPAIGN,
    Collectors,
    ScriptedLines,
    campaign_of,
    end_shift,
    lab_scenario,
    make_lines,
    make_order,
    observed,
)

from compliance_gate.book.shipped import sample_rulebook
from dialer.clock import monotonic_now, posix_now
from dialer.floor.live import Running, running_floor
from dialer.floor.made_up import stock
from dialer.measures.facts import facts_of
from dialer.measures.records import ShiftRecords
from dialer.measures.registry import values_of
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.store import Store

# Half past eight in New York, a Monday: twelve hours later the law still allows calls there.
SHOWS = datetime(2026, 11, 23, 13, 30, tzinfo=UTC).timestamp()
SETTLE_S = 60.0
"""What is kept by pools and caches is not judged before this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look. `*_mb`: resident memory; `*_files`: open descriptors; `at_s`: since the floor began.

    The engine's process also holds collectors, public and this watch.
    """

    at_s: float
    engine_mb: float
    engine_files: int
    tasks: int
    kept: int
    in_flight: int
    pbx_mb: float
    pbx_files: int
    carrier_mb: float
    channels: int
    agents: int
    live_answers: int
    abandoned: int
    lag_p99_ms: float
    join_p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What a run left behind.

    Args:
        before, after: at rest, before anybody came and after everybody has gone.
        twice: attempts that were handed over more than once; `unended`: that did not end exactly once.
        rung: telephones the carrier was asked to ring.
        open_attempts: attempts without an outcome in the store.
    """

    seconds: float
    agents: int
    before: Sample
    during: tuple[Sample, ...]
    after: Sample
    ordered: int
    twice: int
    unended: int
    rung: int
    open_attempts: int
    measures: dict[str, float | None]
    records: ShiftRecords

    def mb_per_hour(self, read: Callable[[Sample], float]) -> float | None:
        """Growth of a figure by the hour over the second half of the run; None where that says nothing."""
        half = [sample for sample in self.during if sample.at_s >= max(self.seconds / 2, SETTLE_S)]
        if len(half) < 3 or half[-1].at_s - half[0].at_s < SETTLE_S:
            return None
        line = statistics.linear_regression([sample.at_s for sample in half], [read(s) for s in half])
        return line.slope * 3600.0

    def leaks(self, *, engine_mb_per_hour: float, asterisk_mb_per_hour: float) -> list[str]:
        """What did not come back, in words; empty when nothing leaks."""
        found: list[str] = []
        for name in ("tasks", "engine_files", "pbx_files", "channels", "kept", "in_flight"):
            was, now = getattr(self.before, name), getattr(self.after, name)
            if now > was + (2 if name.endswith("files") else 0):
                found.append(f"{name}: {was} before, {now} after")
        for name, bound in (("engine_mb", engine_mb_per_hour), ("pbx_mb", asterisk_mb_per_hour)):
            grows = self.mb_per_hour(lambda sample, name=name: float(getattr(sample, name)))
            if grows is not None and grows > bound:
                found.append(f"{name} grows by {grows:.1f} an hour, more than {bound:g}")
        if self.twice or self.unended or self.open_attempts:
            found.append(
                f"attempts: {self.twice} handed over twice, {self.unended} not ended once, "
                f"{self.open_attempts} without an outcome"
            )
        if self.rung > self.ordered:
            found.append(f"{self.rung} telephones rung for {self.ordered} attempts")
        return found


def soak_alone(folder: Path, agents: int, seconds: float) -> Soaked:
    """The same in a process and a laboratory of its own: its memory is the floor's alone, and not that of
    whatever the process did before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(_soak_here, folder, agents, seconds).result()


def _soak_here(folder: Path, agents: int, seconds: float) -> Soaked:
    with Laboratory() as laboratory:
        return asyncio.run(soak(laboratory, folder, agents=agents, seconds=seconds))


async def soak(
    laboratory: Laboratory,
    folder: Path,
    *,
    agents: int,
    seconds: float,
    every_s: float = 10.0,
    on_sample: Callable[[Sample], None] | None = None,
) -> Soaked:
    """Work a shift of so many real seconds and look all the time."""
    scenario = lab_scenario()
    scenario = replace(scenario, agents=replace(scenario.agents, count=agents))
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(folder / "floor.db")
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=_persons(agents, seconds), now=clock.posix())
    lines = make_lines(scenario, clock, host=laboratory.address, seed=1)
    settings = campaign_of(scenario, ends_at=None)
    samples: list[Sample] = []
    async with PublicWatch(laboratory) as public:
        order, law = make_order(database, settings), sample_rulebook()
        async with running_floor(order, network=lines, clock=clock, rulebook=law) as running:
            watch = _Watch(laboratory, running, lines)
            before = await watch.look()
            collectors = Collectors(running, lines, scenario)
            working = asyncio.create_task(collectors.work())
            starts_at, until = clock.posix(), monotonic_now() + seconds
            while (left := until - monotonic_now()) > 0:
                await asyncio.sleep(min(every_s, left))
                samples.append(await watch.look())
                if on_sample is not None:
                    on_sample(samples[-1])
            ends_at = clock.posix()
            await end_shift(running, collectors)
            working.cancel()
            await asyncio.wait({working})
            await asyncio.sleep(2.0)
            after = await watch.look()
        rung = sum(public.rung.values())
    with Store.open(database) as store:
        records = observed(store).records(starts_at=starts_at, ends_at=ends_at)
    return Soaked(
        seconds=seconds,
        agents=agents,
        before=before,
        during=tuple(samples),
        after=after,
        ordered=lines.handed_over,
        twice=sum(times > 1 for times in lines.ordered.values()),
        unended=sum(lines.ended[attempt] != 1 for attempt in {*lines.ordered, *lines.ended}),
        rung=rung,
        open_attempts=sum(attempt.outcome is None for attempt in records.attempts),
        measures=values_of(records),
        records=records,
    )


def _persons(agents: int, seconds: float) -> int:
    """More than enough: an agent needs some eight people a minute."""
    return 4000 + round(agents * seconds / 60.0 * 12.0)


class _Watch:
    """Takes samples."""

    def __init__(self, laboratory: Laboratory, running: Running, lines: ScriptedLines) -> None:
        self._laboratory = laboratory
        self._running = running
        self._lines = lines
        self._began = monotonic_now()

    async def look(self) -> Sample:
        """One look at everything."""
        gc.collect()
        own, pbx = os.getpid(), _asterisk(self._laboratory.pbx)
        floor = self._running.floor
        snapshot, health = floor.snapshot(), floor.health()
        row = snapshot.campaigns[0]
        listed = await asyncio.to_thread(self._laboratory.pbx.command, "core show channels count")
        return Sample(
            at_s=monotonic_now() - self._began,
            engine_mb=_resident_mb(own),
            engine_files=_open_files(own),
            tasks=len(asyncio.all_tasks()),
            kept=sum(self._lines.load.values()),
            in_flight=row.in_flight,
            pbx_mb=_resident_mb(pbx),
            pbx_files=_open_files(pbx),
            carrier_mb=_resident_mb(_asterisk(self._laboratory.carrier)),
            channels=int(listed.split()[0]),
            agents=len([view for view in snapshot.agents if view.state.value != "logged_out"]),
            live_answers=row.live_answers,
            abandoned=row.abandoned,
            lag_p99_ms=(health.loop_lag_p99_s or 0.0) * 1000,
            join_p99_ms=(health.answer_to_bridge_p99_s or 0.0) * 1000,
        )


def _asterisk(instance: Instance) -> int:
    return int(instance.pid_file.read_text())


def _resident_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def report(soaked: Soaked) -> str:
    """The run in a page of Markdown."""
    first, last = soaked.before, soaked.after
    rows = [f"| {field.name} | {_number(getattr(first, field.name))} | "
            f"{_number(max(getattr(sample, field.name) for sample in soaked.during))} | "
            f"{_number(getattr(last, field.name))} |" for field in fields(Sample)[1:]]  # fmt: skip
    grows = {name: soaked.mb_per_hour(lambda s, name=name: float(getattr(s, name)))
             for name in ("engine_mb", "pbx_mb", "carrier_mb")}  # fmt: skip
    measured = [f"| {name} | {_number(value)} |" for name, value in soaked.measures.items()]
    facts = facts_of(soaked.records)
    spans = sorted((facts.bridged - facts.answered)[facts.is_joined].tolist())
    joined = "nobody was joined"
    if spans:
        quantiles = ", ".join(
            f"p{share * 100:g} {spans[min(len(spans) - 1, int(len(spans) * share))] * 1000:.1f} ms"
            for share in (0.5, 0.95, 0.99)
        )
        joined = f"answered to joined, by Asterisk's clock: {quantiles}, n {len(spans)}"
    return "\n".join(
        [
            f"# {soaked.agents} agents for {soaked.seconds / 3600:.2f} h on the laboratory",
            "",
            f"{soaked.ordered} attempts; {soaked.twice} handed over twice, {soaked.unended} not ended once, "
            f"{soaked.open_attempts} without an outcome; the carrier rang {soaked.rung}.",
            joined + ".",
            "Growth an hour in the second half: "
            + ", ".join(f"{name} {_number(value)}" for name, value in grows.items()) + ".",
            "",
            "| | at rest before | most | at rest after |",
            "|---|---|---|---|",
            *rows,
            "",
            "| measure | value |",
            "|---|---|",
            *measured,
        ]
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
