"""What breaks in mid-shift: nobody is dialed twice or forgotten, and the floor says what happened."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from baresip import Phone, reason_missing
from lab.laboratory import Laboratory, voices_folder
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
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.snapshot import CampaignView
from dialer.floor.live import Running, running_floor
from dialer.floor.made_up import stock
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.store import Store
from telephony.asterisk.orders import Voice
from telephony.asterisk.recordings import finish

AGENTS = 5
# One in the afternoon in New York, a Monday: two hours sooner and later calls are lawful too.
SHOWS = datetime(2026, 11, 23, 18, 0, tzinfo=UTC).timestamp()
FULL = "1m"
"""A file system of so much is soon full of recordings."""


@dataclass(kw_only=True)
class SteppingClock:
    """The floor's wall clock, which can be put forward and back; the steady one goes on."""

    inner: RehearsalClock
    stepped_s: float = 0.0
    factor: float = 1.0

    def posix(self) -> float:
        return self.inner.posix() + self.stepped_s

    def monotonic(self) -> float:
        return self.inner.monotonic()


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """A floor in mid-shift."""

    running: Running
    lines: ScriptedLines
    collectors: Collectors
    clock: SteppingClock

    @property
    def row(self) -> CampaignView:
        return self.running.floor.snapshot().campaigns[0]

    async def until(self, is_so: Callable[[], bool], what: str, *, within: float = 30.0) -> None:
        """Wait for it."""
        try:
            async with asyncio.timeout(within):
                while not is_so():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"not within {within:g} s: {what}; {self.running.floor.health()}; {self.row}")

    async def until_talking(self) -> None:
        """Everybody is there and somebody talks."""
        everybody = AGENTS
        await self.until(lambda: self.collectors.present() == everybody, "everybody there")
        await self.until(lambda: self.row.talking > 0, "somebody talks")

    async def until_launching(self, *, after_s: float = 0.0) -> None:
        """Telephones ring that did not before; `after_s`: how long the floor may hold launches until then."""
        before = len(self.lines.rang)
        await self.until(lambda: len(self.lines.rang) > before + 1, "launching", within=after_s + 60.0)


@contextlib.asynccontextmanager
async def shift(
    laboratory: Laboratory,
    folder: Path,
    *,
    voice: Voice | None = None,
    endpoints: dict[int, str] | None = None,
    says: str = "",
) -> AsyncGenerator[AtWork]:
    """A floor at work; afterwards everybody goes home, and what must hold is looked at.

    Args:
        says: words of an alarm that must be in the journal.
    """
    scenario = lab_scenario()
    scenario = replace(scenario, agents=replace(scenario.agents, count=AGENTS))
    clock = SteppingClock(inner=RehearsalClock(began=posix_now(), shows=SHOWS))
    database = str(folder / "floor.db")
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=800, now=clock.posix())
    lines = make_lines(scenario, clock, host=laboratory.address, seed=3, voice=voice)
    lines.remembers = True
    settings = replace(campaign_of(scenario, ends_at=None), policy="fixed_ratio", policy_parameters={})
    async with PublicWatch(laboratory) as public:
        order, law = make_order(database, settings), sample_rulebook()
        async with running_floor(order, network=lines, clock=clock, rulebook=law) as running:
            collectors = Collectors(running, lines, scenario, endpoints=endpoints)
            working = asyncio.create_task(collectors.work())
            yield AtWork(running=running, lines=lines, collectors=collectors, clock=clock)
            await end_shift(running, collectors)
            working.cancel()
            await asyncio.wait({working})
        rung = dict(public.rung)
    with Store.open(database) as store:
        seen = observed(store)
    records = seen.records(starts_at=0.0, ends_at=clock.posix())
    assert rung
    assert {number: times for number, times in rung.items() if times > 1} == {}
    assert {attempt: times for attempt, times in lines.ordered.items() if times > 1} == {}
    assert [attempt.attempt for attempt in records.attempts if attempt.outcome is None] == []
    assert {attempt.attempt for attempt in records.attempts} >= set(lines.ordered)
    assert "fd.call" not in laboratory.pbx.command("core show channels concise")
    assert any(says in alarm.text for _, alarm in seen.alarms), seen.alarms


def empty_logs(folder: Path) -> None:
    """Copy every store's log back and give its room back."""
    for file in folder.rglob("*.db"):
        with contextlib.closing(sqlite3.connect(file, timeout=20.0)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 24 MB."""
    with small_file_system(tmp_path / "small", size="24m") as folder:
        yield folder


@contextlib.contextmanager
def small_file_system(folder: Path, *, size: str) -> Generator[Path]:
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


async def test_a_full_disk_under_the_store_stops_launching_until_there_is_room(
    laboratory: Laboratory, small_disk: Path
) -> None:
    async with shift(laboratory, small_disk, says="the store cannot be written") as at:
        await at.until_talking()
        empty_logs(small_disk)  # what SQLite's log may use again is room, too
        filler = fill(small_disk)
        await at.until(lambda: "the store cannot be written" in at.running.floor.health().reasons, "told")
        await asyncio.sleep(1.0)
        before = len(at.lines.ordered)
        await asyncio.sleep(3.0)
        assert len(at.lines.ordered) == before
        assert "store" in at.row.reason
        filler.unlink()
        await at.until_launching()


async def test_a_full_disk_under_the_recordings_ends_no_call(laboratory: Laboratory, tmp_path: Path) -> None:
    voice = Voice(message="sorry", record=True)
    with small_file_system(laboratory.recordings, size=FULL):
        async with shift(laboratory, tmp_path, voice=voice) as at:
            await at.until_talking()
            fill(laboratory.recordings)
            await at.until_launching()
            await at.until(lambda: at.row.talking > 0, "somebody talks")
            await at.until(lambda: any(laboratory.recordings.glob("*.raw")), "a talk is to be recorded")
            await asyncio.sleep(3.0)  # and is recorded, or would be
        attempt = AttemptId(next(laboratory.recordings.glob("*.raw")).stem)
        with pytest.raises(OSError, match="No space left"):
            finish(laboratory.recordings, attempt, now=posix_now())


@pytest.mark.parametrize("hours", [2.0, -2.0])
async def test_a_stepped_clock_is_told_and_the_shift_goes_on(
    laboratory: Laboratory, tmp_path: Path, hours: float
) -> None:
    async with shift(laboratory, tmp_path, says="the wall clock stepped") as at:
        await at.until_talking()
        at.clock.stepped_s = hours * 3600.0
        await at.until_launching()
        await at.until_talking()


async def test_a_trunk_that_fails_every_call_rests_and_costs_the_list_nothing(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    carrier = laboratory.carrier
    async with shift(laboratory, tmp_path, says="trunk") as at:
        await at.until_talking()
        carrier.command("dialplan set global BROKEN 1")
        try:
            await at.until(lambda: "failed 5 times at once" in at.row.reason, "the floor says why", within=40)
            before = len(at.lines.ordered)
            await asyncio.sleep(4.0)
            assert len(at.lines.ordered) - before <= 5
        finally:
            carrier.command("dialplan set global BROKEN 0")
        await at.until_launching(after_s=60.0)  # one that fails again when it is tried rests longer


async def test_an_overloaded_asterisk_is_left_in_peace_until_its_news_are_fresh(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    async with shift(laboratory, tmp_path, says="overloaded") as at:
        await at.until_talking()
        at.lines.delay_news(3.0)
        await at.until(lambda: "overloaded" in at.row.reason, "the floor says why")
        at.lines.delay_news(0.0)
        await at.until_launching()


@pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))
async def test_an_agent_whose_phone_dies_in_mid_shift_is_lost_and_comes_back(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    phone = Phone(
        tmp_path / "phone",
        address=f"{laboratory.net}.11",
        server=laboratory.address,
        user="101",
        secret=laboratory.secret_of("101"),
        voice=voices_folder() / "agent.wav",
    )
    await phone.start()
    first = AgentId("agent-001")
    async with shift(laboratory, tmp_path, endpoints={1: "101"}) as at:

        def state() -> AgentState:
            return next(v.state for v in at.running.floor.snapshot().agents if v.agent == first)

        await at.until_talking()
        await at.until(lambda: state() is AgentState.TALKING, "the first one talks", within=60.0)
        await phone.die()
        await at.until(lambda: state() in {AgentState.LEG_LOST, AgentState.LOGGED_OUT}, "noticed", within=12)
        await phone.start()
        await at.until(lambda: at.collectors.present() == AGENTS, "back", within=40.0)
        await at.until(lambda: state() is AgentState.TALKING, "talks again", within=60.0)
    await phone.die()
