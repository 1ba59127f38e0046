"""Imports beside floors that start, run and die: whatever dies when, the engine learns what it must, once."""

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import Connection

from compliance_gate.request import PersonFile, PersonRequest
from compliance_gate.words import HoldKind, RequestKind
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import (
    AccountRecalled,
    AgentGotReady,
    AgentLoggedIn,
    EngineRestarted,
    Event,
    HoldLifted,
    LaunchingHeld,
    LaunchingResumed,
    LeadsFetched,
    NetworkReconciled,
    PersonPlacedAgain,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.ids import AgentId, CampaignId, ClientId, DebtId, EndpointId, PersonId
from dialer.domain.placement import PlacedRequest
from dialer.domain.ports import JournalEntry
from dialer.domain.record import instant
from dialer.engine.state import EngineState
from dialer.floor import told_files
from dialer.floor.import_news import ImportNews
from dialer.floor.live import FloorOrder, running_floor
from dialer.floor.told_files import ToldOrder, take_in_told
from dialer.intake.told_columns import ToldKind
from dialer.runtime.floor import Floor
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.journal.rows import journal_since
from dialer.storage.placements import news, telling
from dialer.storage.store import Store

_SOURCE = Path(__file__).parents[2] / "unit" / "runtime" / "conftest.py"
_spec = importlib.util.spec_from_file_location("runtime_world", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
runtime_world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runtime_world)

CAMPAIGN = CampaignId("c")
PEOPLE = 130
PATIENCE_S = 120.0
Stage = Literal["staged", "flipped", "half in place", "not told"]


class KilledError(Exception):
    """Here the importing process dies."""


def die(_seconds: float) -> None:
    raise KilledError


class World:
    """A store, floors on it one after the other, and imports beside them."""

    def __init__(self, floor: Any, address: str) -> None:
        self.words = floor
        self.store: Store = floor.store
        self.address = address
        self.network = runtime_world.ScriptedNetwork()

    def account(self, n: int, *, sha: str, **more: Any) -> Any:
        return self.words.account(f"{sha}{n}", ref=f"person{n}", numbers=[self.words.number(n % 90)], **more)

    def person(self, n: int) -> PersonId:
        return self.store.identifiers.person("acme", f"person{n}")

    def place(self, sha: str, *, until: Stage | None = None, **more: Any) -> None:
        """Import a line for everybody; a stage: the process dies there."""
        imports = self.store.imports()
        name = imports.begin(
            file_name="f.csv", sha256=sha, campaign="c", client="acme", now=self.words.now
        ).import_id
        imports.stage(name, [self.account(n, sha=sha, **more) for n in range(PEOPLE)])
        if until == "staged":
            return
        imports.publish(name, now=self.words.now)
        if until == "half in place":
            with pytest.raises(KilledError):
                self.store.imports(pause=die).put_in_place(name, now=self.words.now)
            assert 0 < self.untold() < PEOPLE
        elif until != "flipped":
            imports.put_in_place(name, now=self.words.now)

    def cease(self, until: Stage | None = None) -> None:
        """A second file in which everybody asks for no more calls."""
        asked = PlacedRequest(type=RequestKind.STOP_CALLING, at=instant(self.words.now))
        self.place("B", until=until, requests=(asked,))

    def untold(self) -> int:
        return len(self.store.read(lambda connection: news.oldest(connection, most=10_000)))

    def entries(self) -> Sequence[JournalEntry]:
        return self.store.read(lambda connection: journal_since(connection, 0, limit=100_000))

    def events(self, kind: type[Event]) -> list[Any]:
        return [entry.event for entry in self.entries() if isinstance(entry.event, kind)]

    @asynccontextmanager
    async def floor(self) -> AsyncGenerator[Floor]:
        """A floor with everybody in its hopper and nobody to call them yet."""
        settings = CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"), hopper_size=PEOPLE)
        order = FloorOrder(
            database=self.address,
            campaigns=(settings,),
            settings=RuntimeSettings(drain_s=0.05),
        )
        clock = runtime_world.MovedClock(wall=self.words.now)
        gate = runtime_world.OpenGate()
        async with running_floor(order, network=self.network, clock=clock, gate=gate) as running:
            await self.until(lambda: bool(self.events(LeadsFetched)))
            yield running.floor
        self.network = runtime_world.ScriptedNetwork()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await asyncio.sleep(0.02)

    async def seat_agents(self, floor: Floor) -> None:
        for n in range(5):
            agent = AgentId(f"agent{n}")
            await floor.submit(
                AgentLoggedIn(agent=agent, campaign=CAMPAIGN, endpoint=EndpointId(f"sip-{agent}"))
            )
            await floor.submit(AgentGotReady(agent=agent))


@pytest.fixture
def world(address: str, floor: Any) -> Iterator[World]:
    floor.store.close()  # a floor is to own it
    floor.store = Store.open(address)
    yield World(floor, address)
    floor.store.close()


def state_of(floor: Floor) -> EngineState:
    engine: Any = floor._engine  # pyright: ignore[reportPrivateUsage]  # what it believes
    return engine.checkpoint()


def file_of(floor: Floor, person: PersonId) -> PersonFile:
    return state_of(floor).persons[person].file


@pytest.mark.parametrize("stage", ["flipped", "half in place", "not told"])
async def test_an_import_killed_at_any_stage_is_finished_and_told_at_the_next_start(
    world: World, stage: Stage
) -> None:
    world.place("A")
    async with world.floor() as floor:
        assert world.person(3) in state_of(floor).persons
    world.cease(until=stage)
    assert world.events(PersonPlacedAgain) == []
    async with world.floor() as floor:
        await world.until(lambda: not world.store.imports().unfinished() and not world.untold())
        told = [event.person.person for event in world.events(PersonPlacedAgain)]
        assert sorted(told) == sorted(world.person(n) for n in range(PEOPLE)), "everybody, and nobody twice"
        await world.seat_agents(floor)
        await world.until(lambda: len(world.store.load_leads("c", now=world.words.now).leads) > 0)
        for n in range(PEOPLE):
            row = state_of(floor).persons.get(world.person(n))
            assert row is None or row.file.requests, "nobody is in play without their request"
    assert world.network.originates() == []


async def test_a_floor_that_is_behind_takes_everything_in_before_it_dials(world: World) -> None:
    world.place("A")
    async with world.floor():
        pass
    world.cease()
    async with world.floor():
        await world.until(lambda: bool(world.events(LaunchingResumed)))
    kinds = [entry.event for entry in world.entries()]
    held = kinds.index(LaunchingHeld(by="imports", reason="what was placed is taken in first"))
    resumed = kinds.index(LaunchingResumed(by="imports"))
    told = [place for place, event in enumerate(kinds) if isinstance(event, PersonPlacedAgain)]
    started = [place for place, event in enumerate(kinds) if isinstance(event, EngineRestarted)][-1]
    heard = [place for place, event in enumerate(kinds) if isinstance(event, NetworkReconciled)][-1]
    assert started < held < heard, "it holds before it hears the telephone system"
    assert held < min(told) <= max(told) < resumed


async def test_what_is_only_staged_is_neither_told_nor_seen(world: World) -> None:
    world.place("A")
    async with world.floor():
        pass
    world.cease(until="staged")
    async with world.floor() as floor:
        await asyncio.sleep(0)
        assert file_of(floor, world.person(3)).requests == ()
        assert world.events(LaunchingHeld)[-1].by == "shutdown", "nothing had to be taken in"
        world.cease()
        await world.until(lambda: not world.untold())
        assert file_of(floor, world.person(3)).requests


async def test_who_is_not_in_play_need_not_be_told_at_a_start(world: World) -> None:
    """A file taken in while no floor runs may be of a million people; those in the checkpoint are few."""
    world.place("A")
    world.place("C")
    assert world.untold() == PEOPLE
    async with world.floor() as floor:
        await world.until(lambda: not world.untold())
        assert len(file_of(floor, world.person(3)).debts) == 2, "their files came from the store"
    assert world.events(PersonPlacedAgain) == []


async def test_a_running_floor_is_told_within_the_import(world: World) -> None:
    world.place("A")
    async with world.floor() as floor:
        await asyncio.to_thread(world.cease)
        await world.until(lambda: not world.untold())
        for n in range(PEOPLE):
            assert file_of(floor, world.person(n)).requests
            assert {debt.debt for debt in file_of(floor, world.person(n)).debts} == {
                world.store.identifiers.debt("acme", f"{sha}{n}") for sha in "AB"
            }


def told_file(world: World, folder: Path, *lines: str) -> ToldOrder:
    """A file of suppressions."""
    file = folder / "told.csv"
    file.write_text("\n".join(("person,number,source", *lines)) + "\n")
    return ToldOrder(file=file, kind=ToldKind.SUPPRESSIONS, by="Cora")


async def test_a_file_of_suppressions_goes_through_the_running_engine(world: World, tmp_path: Path) -> None:
    world.place("A")
    async with world.floor() as floor:
        lines = [f"acme/PERSON{n},,letter" for n in range(100)]
        order = told_file(world, tmp_path, *lines, ",(212) 555-9999,list", "acme/nobody,,list")
        report = await asyncio.to_thread(take_in_told, order, address=world.address)
        assert (report.accepted, report.rejected) == (101, 1)
        for n in range(100):
            (asked,) = file_of(floor, world.person(n)).requests
            assert asked.type is RequestKind.DO_NOT_CALL
        assert not file_of(floor, world.person(101)).requests
    assert len(world.events(SuppressionAdded)) == 101, "each once, in the journal"
    assert world.store.read(telling.left) == 0


async def test_what_a_file_told_before_its_floor_died_is_taken_before_it_dials(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place("A")
    order = told_file(world, tmp_path, "acme/person3,,letter")

    def die(_store: Store, _now: float) -> None:
        """Here the importing process dies."""

    monkeypatch.setattr(told_files, "take_all", die)
    world.store.close()
    take_in_told(order, address=world.address)
    world.store = Store.open(world.address)
    assert world.store.read(telling.left) == 1
    async with world.floor():
        await world.until(lambda: bool(world.events(LaunchingResumed)))
    kinds = [type(entry.event) for entry in world.entries()]
    assert kinds.index(LaunchingHeld) < kinds.index(SuppressionAdded) < kinds.index(LaunchingResumed)


class _Between:
    """A floor to which something else is told just before each file, after the file was read."""

    def __init__(self, floor: Floor, event: Event) -> None:
        self._floor = floor
        self._event: Event | None = event

    async def submit(self, event: Event) -> Any:
        if self._event is not None:
            first, self._event = self._event, None
            await self._floor.submit(first)
        return await self._floor.submit(event)

    def may_know(self, person: PersonId) -> bool:
        return self._floor.may_know(person)


async def _tell_with(world: World, floor: Floor, between: Event) -> int:
    async with world.words.live() as live:
        stand_in: Any = _Between(floor, between)
        teller = ImportNews(stand_in, live.database, now=lambda: world.words.now)
        return await teller.tell_some()


async def test_an_opt_out_acknowledged_between_reading_and_telling_survives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImportNews, "run", _never)
    world.place("A")
    async with world.floor() as floor:
        world.place("C")
        asked = PersonRequest(at=instant(world.words.now), type=RequestKind.STOP_CALLING)
        await _tell_with(world, floor, RequestReceived(person=world.person(3), request=asked))
        assert file_of(floor, world.person(3)).requests == (asked,)
        assert len(file_of(floor, world.person(3)).debts) == 2
    files = world.store.person_files([world.person(3)], now=world.words.now)
    assert files[world.person(3)].requests == (asked,)


async def test_who_was_told_too_late_is_told_again_by_a_fresh_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImportNews, "run", _never)
    world.place("A")
    async with world.floor() as floor:
        world.place("C")
        before = world.untold()
        lifted = HoldLifted(person=world.person(3), kind=HoldKind.BANKRUPTCY, by="compliance")
        assert await _tell_with(world, floor, lifted) < before
        left = world.store.read(lambda connection: news.oldest(connection, most=10_000))
        assert world.person(3) in {row.person for row in left}
        await _until_told(world, floor)
        assert len(file_of(floor, world.person(3)).debts) == 2


async def _until_told(world: World, floor: Floor) -> None:
    async with world.words.live() as live:
        teller = ImportNews(floor, live.database, now=lambda: world.words.now)
        while world.untold():
            await teller.tell_some()


async def _never(_self: ImportNews) -> None:
    await asyncio.Event().wait()


NOW = 1_795_446_000.0


def test_a_line_that_the_engine_refused_is_not_told_again_and_stays_for_whoever_looks(store: Store) -> None:
    """Its neighbour is still to be taken."""
    told = [telling.ToldEvent(line=line, event=AccountRecalled(debt=DebtId(f"d{line}"))) for line in (2, 3)]
    report: dict[str, object] = {"lines": 2, "accepted": 2, "rejected": 0}

    def publish(connection: Connection) -> str:
        import_id, _ = telling.begin(connection, file_name="f", sha256="t", kind="recalls", now=NOW)
        telling.stage(connection, import_id, told)
        telling.publish(connection, import_id, report=report, holds=(), now=NOW)
        return import_id

    import_id = store.write(publish)
    first, second = store.read(lambda c: telling.pending(c, most=9))
    store.write(lambda c: telling.refuse(c, first, "nobody has it"))
    assert store.read(lambda c: telling.pending(c, most=9)) == (second,)
    assert store.read(telling.left) == 1
    assert store.read(lambda c: telling.refused_of(c, import_id)) == ((2, "nobody has it"),)
