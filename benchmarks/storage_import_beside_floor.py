"""A large placement imported by another process while a floor commits: no commit may take longer than 0.3 s.

    python benchmarks/storage_import_beside_floor.py [ROWS] [COMMITS_PER_SECOND] [--database URL]

The database is a new SQLite file, or an empty database of a PostgreSQL server that URL names.

The floor here is the store's own part of one: an attempt launched and another ended in each commit, and a
fetch of leads every second. The importing process reads a file of ROWS lines through the whole of intake.
"""

import argparse
import asyncio
import csv
import multiprocessing
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from dialer.domain.attempt import Outcome
from dialer.domain.commands import RefillHopper, RestLead, StoreAttempt, StoreOutcome
from dialer.domain.events import CallEnded, TimeReached
from dialer.domain.ids import AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.intake.columns import COLUMNS
from dialer.intake.placements import PlacementReader
from dialer.storage.live import LiveStore
from dialer.storage.placements.pace import breathe
from dialer.storage.store import Store

CAMPAIGN = CampaignId("c")
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
LIMIT_S = 0.3
TOLD_EVERY_S = 60.0


def write_file(path: Path, rows: int) -> None:
    """A placement of `rows` lines, like the template's but each another account."""
    example = {column.name: column.example for column in COLUMNS}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in COLUMNS])
        for n in range(rows):
            example |= {
                "client_account": f"AC-{n}",
                "person_ref": f"PR-{n // 2}",
                "phone_1": f"212555{n % 10_000:04d}",
                "phone_2": f"718555{n % 10_000:04d}",
                "phone_3": "",
                "phone_4": "",
                "phone_5": "",
            }
            writer.writerow([example[column.name] for column in COLUMNS])


def run_import(address: str, path: str, done: Event) -> None:
    """The other process."""
    began = time.monotonic()
    with Store.open(address) as store:
        imports = store.imports(pause=breathe)
        reader = PlacementReader(Path(path), as_of=NOW)
        status = imports.begin(
            file_name="big.csv",
            sha256=reader.file.sha256,
            campaign=CAMPAIGN,
            client="acme",
            now=NOW.timestamp(),
        )
        imports.stage(status.import_id, reader)
        staged = time.monotonic()
        imports.publish(status.import_id, now=NOW.timestamp())
        flipped = time.monotonic()
        imports.put_in_place(status.import_id, now=NOW.timestamp())
        ended = time.monotonic()
        print(
            f"import of {reader.report.accepted:,} lines: staged in {staged - began:.0f} s, "
            f"flip {1000 * (flipped - staged):.0f} ms, in place in {ended - flipped:.0f} s"
        )
    done.set()


def steps(n: int) -> list[JournalEntry]:
    """What one commit of a busy floor holds."""
    now = NOW.timestamp() + n * 0.02
    record = AttemptRecord(
        attempt=AttemptId(f"g1-{n}"),
        campaign=CAMPAIGN,
        lead=LeadId(f"l-{n}"),
        person=PersonId(f"p-{n}"),
        number=NumberId(f"n-{n}"),
        debts=(DebtId(f"d-{n}"),),
        zones=("America/New_York",),
        rulebook="r1",
        launched_at=now,
    )
    ended = replace(record, outcome=Outcome.NO_ANSWER, ended_at=now + 20)
    rest = RestLead(lead=record.lead, not_before=now + 3600, reason="no answer", passes=1)
    return [
        JournalEntry(
            sequence=2 * n + 1,
            now=now,
            event=TimeReached(),
            commands=(StoreAttempt(record=record, findings=()),),
        ),
        JournalEntry(
            sequence=2 * n + 2,
            now=now,
            event=CallEnded(attempt=record.attempt, outcome=Outcome.NO_ANSWER),
            commands=(StoreOutcome(record=ended), rest),
        ),
    ]


async def run_floor(store: Store, done: Event, per_second: float) -> tuple[list[float], list[float]]:
    """Commit until the import is done; seconds of every commit and of every fetch."""
    commits: list[float] = []
    fetches: list[float] = []
    async with LiveStore(store, now=NOW.timestamp) as live:

        async def fetch() -> None:
            request = 0
            while not done.is_set():
                request += 1
                began = time.perf_counter()
                await live.leads.fetch(
                    RefillHopper(campaign=CAMPAIGN, request=request, wanted=50, sequence=0)
                )
                fetches.append(time.perf_counter() - began)
                await asyncio.sleep(1.0)

        async def tell() -> None:
            while not done.is_set():
                await asyncio.sleep(TOLD_EVERY_S)
                worst = 1000 * max(commits, default=0.0)
                print(f"{len(commits):,} commits so far, worst {worst:.0f} ms", flush=True)

        async with asyncio.TaskGroup() as group:
            group.create_task(fetch())
            told = group.create_task(tell())
            while not done.is_set():
                began = time.perf_counter()
                await live.journal.append(steps(len(commits)))
                commits.append(time.perf_counter() - began)
                await asyncio.sleep(max(0.0, 1.0 / per_second - commits[-1]))
            told.cancel()
    return commits, fetches


def main(rows: int, per_second: float, database: str | None) -> None:
    """Print how long commits took; exit status 1 when one took longer than allowed."""
    with tempfile.TemporaryDirectory() as folder:
        path, address = Path(folder) / "big.csv", database or str(Path(folder) / "store.db")
        write_file(path, rows)
        spawn = multiprocessing.get_context("spawn")
        done = spawn.Event()
        with Store.open(address, exclusive=True) as store:
            importer = spawn.Process(target=run_import, args=(address, str(path), done))
            importer.start()
            commits, fetches = asyncio.run(run_floor(store, done, per_second))
            importer.join()
    commits.sort()
    fetches.sort()
    worst = commits[-1]
    print(
        f"{len(commits):,} commits meanwhile: median {1000 * commits[len(commits) // 2]:.1f} ms, "
        f"p99 {1000 * commits[int(0.99 * len(commits))]:.0f} ms, worst {1000 * worst:.0f} ms; "
        f"fetches: median {1000 * fetches[len(fetches) // 2]:.0f} ms, worst {1000 * fetches[-1]:.0f} ms; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    if worst > LIMIT_S:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("per_second", type=float, nargs="?", default=20.0)
    parser.add_argument("--database", default=None)
    wanted = parser.parse_args()
    main(wanted.rows, wanted.per_second, wanted.database)
