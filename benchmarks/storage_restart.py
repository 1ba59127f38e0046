"""How long the store takes on the way up with a long history: at most five seconds with ten million events.

    python benchmarks/storage_restart.py [EVENTS]

Makes a store with that many journal rows and a tenth as many attempts, kills nothing (the store does not know
the difference), opens it anew and does what a restart does: own it, check its tables, count the generation,
read the newest checkpoint and the journal since, and fetch a hopper's worth of leads with their persons.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from dialer.domain.commands import RefillHopper
from dialer.domain.events import TimeReached
from dialer.domain.ids import CampaignId
from dialer.domain.ports import JournalEntry
from dialer.storage.journal.checkpoints import save_checkpoint
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.journal.rows import journal_since
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

CAMPAIGN = CampaignId("c")
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp()
SINCE_CHECKPOINT = 20_000
PERSONS = 100_000

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "


def fill(connection: Connection, events: int) -> None:
    """A history, made by SQLite itself: the shapes and sizes are real, the contents are not."""
    body = encode_entry(JournalEntry(sequence=1, now=1.0, event=TimeReached(), commands=()))
    run = connection.exec_driver_sql
    run(
        NUMBERS.format(count=events) + "INSERT INTO journal (sequence, now, event, entry) "
        f"SELECT i, {NOW} - ({events} - i) * 0.3, 'TimeReached', ? FROM n",
        (body,),
    )
    run(
        NUMBERS.format(count=events // 10) + "INSERT INTO attempts (attempt, campaign, lead, person, number, "
        "debts, zones, launched_at, guaranteed, message_played, outcome, ended_at) "
        f"SELECT 'g1-' || i, 'c', 'l-' || (i % {PERSONS}), 'p-' || (i % {PERSONS}), 'n-' || (i % {PERSONS}), "
        f"""'["d-' || (i % {PERSONS}) || '"]', '["America/New_York"]', """
        f"{NOW} - ({events // 10} - i) * 3.0, 0, 0, 'no_answer', {NOW} FROM n"
    )
    run("INSERT INTO campaigns (campaign) VALUES ('c')")
    for statement in (
        "INSERT INTO leads (lead, campaign, debt) SELECT 'l-' || i, 'c', 'd-' || i FROM n",
        "INSERT INTO debts (debt, client_account, balance_cents) SELECT 'd-' || i, 'A' || i, 1000 FROM n",
        "INSERT INTO person_debts (person, debt) SELECT 'p-' || i, 'd-' || i FROM n",
        "INSERT INTO person_numbers (person, number, role) SELECT 'p-' || i, 'n-' || i, 'own' FROM n",
        """INSERT INTO numbers (number, zones) SELECT 'n-' || i, '["America/New_York"]' FROM n""",
    ):
        run(NUMBERS.format(count=PERSONS) + statement)
    save_checkpoint(connection, sequence=events - SINCE_CHECKPOINT, at=NOW, body=bytes(2_000_000))


async def first_leads(store: Store) -> int:
    """The first hopper after the restart."""
    async with LiveStore(store, now=lambda: NOW) as live:
        refill = RefillHopper(campaign=CAMPAIGN, request=1, wanted=200, sequence=live.journal.committed)
        return len((await live.leads.fetch(refill)).leads)


def restart(address: str) -> None:
    """Everything of a restart that is the store's, timed part by part."""
    marks = [("", time.perf_counter())]
    with Store.open(address, exclusive=True) as store:
        marks.append(("open, own, check the tables", time.perf_counter()))
        store.start_generation()
        marks.append(("count the generation", time.perf_counter()))
        checkpoint = store.checkpoint()
        assert checkpoint is not None
        marks.append(("read the checkpoint", time.perf_counter()))
        entries = store.read(lambda c: journal_since(c, checkpoint.sequence, limit=SINCE_CHECKPOINT + 1))
        marks.append((f"read {len(entries):,} steps since", time.perf_counter()))
        leads = asyncio.run(first_leads(store))
        marks.append((f"fetch {leads} leads", time.perf_counter()))
    for (_, before), (what, after) in itertools.pairwise(marks):
        print(f"  {what:30} {after - before:6.3f} s")
    print(f"  {'together':30} {marks[-1][1] - marks[0][1]:6.3f} s")


def main(events: int) -> None:
    """Make the history, then restart twice (the second time with warm files)."""
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "store.db")
        began = time.perf_counter()
        with Store.open(address, durable=False) as store:
            store.write(lambda connection: fill(connection, events))
        size = Path(address).stat().st_size / 1e9
        print(f"history of {events:,} events, {size:.1f} GB, made in {time.perf_counter() - began:.0f} s")
        for _ in range(2):
            restart(address)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
