"""How long a client's daily pack takes: `python benchmarks/daily_pack.py [ACCOUNTS]`.

Makes a store of one client's accounts (100,000), each with two attempts, every tenth with a payment and every
fiftieth with a promise, then writes the pack of the last day and measures a month. Goal: 60 s for 3,000,000.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from compliance_gate.words import PersonRole
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedPerson
from dialer.inquiry.measured import measured
from dialer.inquiry.pack import pack
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.database.statements import insert_rows
from dialer.storage.store import Store

DAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
AT_ONCE = 20_000


def accounts(count: int) -> Iterator[PlacedAccount]:
    """One person each, of 100.00."""
    for index in range(count):
        person = PlacedPerson(person_ref=f"p{index}", role=PersonRole.CONSUMER, last=f"Example{index}")
        yield PlacedAccount(
            line=index + 2,
            client="acme",
            client_account=f"A{index}",
            person=person,
            balance=Money(cents=10_000),
        )


def place(store: Store, count: int) -> None:
    """Bring the accounts in, as a file does, a month before."""
    imports, now = store.imports(), NOON - 30 * 86_400.0
    begun = imports.begin(file_name="f", sha256="f", campaign="acme", client="acme", now=now)
    imports.stage(begun.import_id, accounts(count))
    imports.publish(begun.import_id, now=now)
    imports.put_in_place(begun.import_id, now=now)


def work(store: Store, first: int, last: int) -> None:
    """What happened on some of the accounts."""
    ids = store.identifiers
    attempts: list[dict[str, object]] = []
    promises: list[dict[str, object]] = []
    entries: list[LedgerEntry] = []
    for index in range(first, last):
        person, debt = ids.person("acme", f"p{index}"), ids.debt("acme", f"A{index}")
        named = json.dumps([debt])
        for turn, at in enumerate((NOON - 10 * 86_400.0, NOON - (index % 20) * 86_400.0)):
            attempts.append(_attempt(f"a{index}-{turn}", person, named, at))
        if index % 10 == 0:
            entries.append(
                LedgerEntry(
                    key="p1",
                    debt=DebtId(debt),
                    kind=EntryKind.PAYMENT,
                    amount=Money(cents=1_000 + index % 900),
                    effective_on=DAY,
                )
            )
        if index % 50 == 0:
            promises.append(_promise(f"a{index}-0", person, named))

    def write(connection: Any) -> None:
        insert_rows(connection, t.attempts, attempts)
        insert_rows(connection, t.promises, promises)
        ledgers.post(connection, entries, now=NOON)

    store.write(write)


def _attempt(name: str, person: str, debts: str, at: float) -> dict[str, object]:
    return {
        "attempt": name,
        "campaign": "acme",
        "lead": name,
        "person": person,
        "number": "n",
        "debts": debts,
        "launched_at": at,
        "guaranteed": False,
        "message_played": False,
        "ended_at": at + 30,
        "outcome": "no_answer",
    }


def _promise(call: str, person: str, debts: str) -> dict[str, object]:
    return {
        "sequence": 1,
        "attempt": call,
        "person": person,
        "debts": debts,
        "cents": 2_000,
        "currency": "USD",
        "due_at": NOON,
        "at": NOON - 10 * 86_400.0,
    }


def timed(what: str, since: tuple[float, float]) -> None:
    """Say how long something took, on the clock and of the processor."""
    wall, cpu = time.perf_counter() - since[0], time.process_time() - since[1]
    print(f"{what}: {wall:.1f} s, {cpu:.1f} s of the processor")


def now() -> tuple[float, float]:
    """Clock and processor."""
    return time.perf_counter(), time.process_time()


def most_mb() -> float:
    """Memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the store, time the pack and the measures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(str(Path(folder) / "fairdial.db"), durable=False) as store,
    ):
        began = now()
        place(store, count)
        for first in range(0, count, AT_ONCE):
            work(store, first, min(count, first + AT_ONCE))
        timed(f"{count:,} accounts made", began)
        before, began = most_mb(), now()
        told = pack(store, "acme", day=DAY, folder=Path(folder) / "pack", at=NOON + 86_400.0)
        timed(f"pack of {told.files['accounts']:,} accounts", began)
        began = now()
        figures = measured(store, since=DAY.replace(day=1), until=DAY, client="acme")
        timed(f"{len(figures)} measures of a month", began)
        print(f"most memory {most_mb():.0f} MB, {most_mb() - before:.0f} more than after making the store")


if __name__ == "__main__":
    main()
