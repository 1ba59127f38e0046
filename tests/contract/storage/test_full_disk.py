"""A disk that is really full, and one that is really read-only: a small file system made for the test.

Nothing that was acknowledged is lost, nothing is launched, and the floor goes on by itself with new room.
"""

import asyncio
import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.commands import Originate
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import Event, FloorReleased, InboundConversation, LaunchingHeld, LaunchingResumed
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.ports import JournalEntry
from dialer.floor.floor_store import FloorStore
from dialer.floor.rebuilding import rebuild
from dialer.intake.placements import PlacementReader
from dialer.runtime.floor import Floor
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.journal.rows import journal_since
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

_SOURCE = Path(__file__).parents[2] / "unit" / "runtime" / "conftest.py"
_spec = importlib.util.spec_from_file_location("runtime_world", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
runtime_world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runtime_world)

SIZE = "6m"
HEADING = "client_id,client_account,person_ref,first,last,state,zip,phone_1,current_balance"
ACCOUNTS = 300


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, of a few megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={SIZE}", "fairdial-test", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system may be mounted here: {error}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def fill(folder: Path) -> Path:
    """Take every byte that is left; remove the file to give them back."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    assert os.statvfs(folder).f_bavail == 0
    return filler


def heavy() -> Event:
    """Half a megabyte that cannot be packed: no log of a new store has room for it."""
    debts = tuple(DebtId(os.urandom(100).hex()) for _ in range(2_500))
    return InboundConversation(person=PersonId("nobody"), number=None, debts=debts)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(120.0):
        while not is_so():
            await asyncio.sleep(0.01)


def journal(store: Store) -> Sequence[JournalEntry]:
    return store.read(lambda connection: journal_since(connection, 0))


async def test_a_floor_on_a_full_disk_holds_its_launches_loses_nothing_and_goes_on_by_itself(
    small: Path,
) -> None:
    world = runtime_world.World()
    with Store.open(str(small / "store.db"), exclusive=True) as store:
        async with LiveStore(store, now=lambda: 0.0) as live:
            floor_store = FloorStore(live)
            floor_store.fetch = world.store.fetch  # type: ignore[method-assign]  # fifty made-up leads
            floor_store.dial_numbers = world.store.dial_numbers  # type: ignore[method-assign]  # and numbers
            floor = Floor(
                recovered=rebuild(store, runtime_world.OpenGate()),
                store=floor_store,
                network=world.network,
                clock=world.clock,
                settings=RuntimeSettings(back_off_s=(0.01, 0.05), drain_s=0.05),
            )
            running = asyncio.create_task(floor.run())
            acknowledged = await floor.submit(FloorReleased(by="before"))
            filler = fill(small)
            waiting = asyncio.create_task(floor.submit(heavy(), within=60.0))
            await until(lambda: "the store cannot be written" in floor.health().reasons)
            with pytest.raises(StoreUnavailableError, match="nothing was taken"):
                await floor.submit(FloorReleased(by="meanwhile"))
            assert not waiting.done(), "what is not written is not acknowledged"
            filler.unlink()
            taken = await waiting
            await world.open(floor)
            await world.until(lambda: bool(world.network.originates()))
            floor.stop()
            await running
            floor_store.close()
        entries = journal(store)
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1)), "without a gap"
    events = {entry.sequence: entry.event for entry in entries}
    assert events[acknowledged.sequence] == FloorReleased(by="before")
    assert isinstance(events[taken.sequence], InboundConversation)
    held = next(s for s, event in events.items() if isinstance(event, LaunchingHeld) and event.by == "store")
    resumed = next(s for s, event in events.items() if event == LaunchingResumed(by="store"))
    rung = [entry.sequence for entry in entries for c in entry.commands if isinstance(c, Originate)]
    assert held < resumed < min(rung)
    assert "make room on the disk" in str(events[held])


def placement(path: Path) -> Path:
    lines = (
        f"acme,account-{n:05d},person-{n:05d},Ada,Example,NY,10001,212555{n:04d},120.50"
        for n in range(ACCOUNTS)
    )
    path.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
    return path


def run_import(file: Path, store: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dialer", "import", str(file), "--store", str(store), "--campaign", "c"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_an_import_into_a_full_disk_says_so_and_can_be_done_again(small: Path, tmp_path: Path) -> None:
    file, path = placement(tmp_path / "placement.csv"), small / "store.db"
    Store.open(str(path)).close()
    filler = fill(small)
    failed = run_import(file, path)
    assert failed.returncode == 1
    assert "make room on the disk" in failed.stderr
    assert "Traceback" not in failed.stderr
    filler.unlink()
    done = run_import(file, path)
    assert done.returncode == 0, done.stderr
    assert f"{ACCOUNTS} taken, 0 not" in done.stdout
    with Store.open(str(path)) as store:
        assert len(store.load_leads("c", now=0.0).persons) == ACCOUNTS


@pytest.mark.slow
def test_an_import_whose_process_died_after_the_flip_is_ended_by_the_same_command(tmp_path: Path) -> None:
    file, path = placement(tmp_path / "placement.csv"), tmp_path / "store.db"
    with Store.open(str(path)) as store:
        reader = PlacementReader(file, as_of=datetime(2026, 11, 23, 15, tzinfo=UTC))
        imports = store.imports()
        begun = imports.begin(
            file_name=file.name, sha256=reader.report.sha256, campaign="c", client="acme", now=0.0
        )
        imports.stage(begun.import_id, reader)
        imports.publish(begun.import_id, now=0.0)
    done = run_import(file, path)
    assert done.returncode == 0, done.stderr
    assert f"{ACCOUNTS} taken, 0 not" in done.stdout
    again = run_import(file, path)
    assert (again.returncode, "imported into campaign" in again.stderr) == (1, True)


def test_an_import_whose_disk_fills_up_after_the_flip_goes_on_where_it_was(small: Path, floor: Any) -> None:
    accounts = [floor.account(f"A{n}", numbers=[floor.number(n % 90)]) for n in range(ACCOUNTS)]
    with Store.open(str(small / "store.db"), identity_key=b"test") as store:
        imports = store.imports()
        name = imports.begin(file_name="f", sha256="f", campaign="c", client="acme", now=floor.now).import_id
        imports.stage(name, accounts)
        imports.publish(name, now=floor.now)
        filler = fill(small)
        with pytest.raises(StoreUnavailableError, match="make room"):
            imports.put_in_place(name, now=floor.now)
        assert [status.import_id for status in imports.unfinished()] == [name]
        filler.unlink()
        imports.put_in_place(name, now=floor.now)
        assert len(store.load_leads("c", now=floor.now).leads) == ACCOUNTS


def test_a_store_on_a_read_only_file_system_is_refused_with_what_to_do(small: Path) -> None:
    Store.open(str(small / "store.db")).close()
    mount("-o", "remount,ro", str(small))
    for exclusive in (False, True):
        with pytest.raises(StoreUnavailableError, match=r"writ(able|ten)"):
            Store.open(str(small / "store.db"), exclusive=exclusive)
