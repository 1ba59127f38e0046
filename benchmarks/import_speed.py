"""A made-up placement into a new store, alone: rows a second, processor seconds and the peak of memory.

    python benchmarks/import_speed.py [ROWS] [--processes N] [--file PATH] [--profile PATH]

The goal: 1,000,000 rows, identities sealed, in at most 90 s and 1.5 GB on a quiet machine. Lines are of many
people in many places, every fourth with a second account, one in two hundred broken; the same ROWS are the
same bytes. `--file` keeps the file, or takes the one that is there; `--profile` writes what cProfile saw;
`--processes` is how many read lines beside the one that writes.
Seconds of the processor and memory are of the process that writes; those of `--processes` are not in them,
as a server of its own begins them. On a busy machine they are what can be compared.
"""

import argparse
import cProfile
import csv
import os
import resource
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from dialer.floor.placing import import_placement
from dialer.intake.placements import PlacementReader
from dialer.storage.store import Store

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
PLACES = (
    ("New York", "NY", 10001, 300, ("212", "718", "917")),
    ("Houston", "TX", 77001, 290, ("713", "281", "832")),
    ("Los Angeles", "CA", 90001, 180, ("213", "310", "323")),
    ("Chicago", "IL", 60601, 60, ("312", "773", "708")),
    ("Phoenix", "AZ", 85001, 80, ("602", "480", "623")),
    ("Miami", "FL", 33101, 150, ("305", "786", "954")),
    ("Evansville", "IN", 47708, 13, ("812", "930", "317")),
    ("Atlanta", "GA", 30301, 60, ("404", "770", "678")),
)
"""City, state, first ZIP code, how many follow it, area codes."""

FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dev",
    "Eva",
    "Finn",
    "Gina",
    "Hugo",
    "Iris",
    "Jon",
    "Kai",
    "Lena",
    "Mara",
    "Noor",
)
LAST = (
    "Abbot",
    "Baker",
    "Chen",
    "Diaz",
    "Evans",
    "Foster",
    "Garcia",
    "Hughes",
    "Ito",
    "Jones",
    "Kim",
    "Lopez",
)


def write_file(path: Path, rows: int) -> None:
    """A placement of `rows` lines."""
    random = Random(f"placement of {rows}")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        line = _line(random, 0)
        writer.writerow(line)
        writer.writerow(line.values())
        writer.writerows(_line(random, n).values() for n in range(1, rows))


def _line(random: Random, n: int) -> dict[str, object]:
    person = n - (n % 4 == 3)  # every fourth account is its predecessor's person's
    of_person = Random(person)
    city, state, first_zip, zips, areas = of_person.choice(PLACES)
    day = (
        f"{of_person.randrange(1940, 2003)}-{of_person.randrange(1, 13):02d}-{of_person.randrange(1, 29):02d}"
    )
    exchange = of_person.randrange(221, 899)
    last = of_person.choice(LAST) + of_person.choice(LAST).lower()
    since = f"2026-{random.randrange(1, 10):02d}-{random.randrange(1, 29):02d}"
    is_broken = random.randrange(200) == 0
    amount = random.randrange(5_000, 900_000)
    return {
        "client_id": "acme",
        "client_account": f"AC-{n:08d}",
        "person_ref": f"PR-{person:08d}",
        "placement_id": "2026-11-A",
        "original_creditor": "Acme Bank",
        "current_creditor": "Acme Bank",
        "account_type": random.choice(("credit_card", "medical", "personal_loan", "telecom")),
        "first": of_person.choice(FIRST),
        "last": last,
        "ssn_last4": f"{of_person.randrange(1, 9_999):04d}",
        "dob": day,
        "language": of_person.choice(("en", "en", "en", "en", "es")),
        "address_1": f"{of_person.randrange(1, 9_999)} {of_person.choice(LAST)} St",
        "city": city,
        "state": state,
        "zip": f"{first_zip + of_person.randrange(zips):05d}",
        "phone_1": f"({of_person.choice(areas)}) {exchange % 679 + 221}-{of_person.randrange(10_000):04d}",
        "phone_1_type": of_person.choice(("mobile", "mobile", "landline")),
        "phone_1_role": "own",
        "phone_1_source": "application",
        "phone_1_consent": "yes",
        "phone_1_consent_date": "2025-03-14T16:02-04:00",
        "phone_2": f"{of_person.choice(areas)}{exchange}{of_person.randrange(10_000):04d}"
        if of_person.randrange(2)
        else "",
        "phone_2_role": "own",
        "email": f"{last.lower()}{person}@example.com",
        "itemization_date": since,
        "itemization_type": "charge_off",
        "itemization_amount": f"{amount / 100 + 50:.2f}",
        "fees": "0.00",
        "payments": "50.00",
        "current_balance": "none" if is_broken else f"{amount / 100:.2f}",
        "charge_off_date": since,
        "delinquency_date": since,
        "score": random.randrange(300, 850),
        "cease": "yes" if random.randrange(500) == 0 else "no",
        "dispute": "no",
        "prior_attempts": random.choice(("", "", "", "1", "2026-11-18T15:04-05:00=no_answer")),
    }


def _processor_s() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _peak_mb() -> tuple[float, float]:
    """Of this process, and of the largest of its children."""
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    )


def _reader(path: Path, processes: int) -> PlacementReader:
    reader = PlacementReader(path, as_of=NOW)
    reader.processes = processes
    return reader


def run(path: Path, folder: Path, processes: int) -> None:
    """Import the file into a new store, and tell what it took."""
    began, used = time.perf_counter(), _processor_s()
    with Store.open(str(folder / "store.db"), exclusive=True) as store:
        report = import_placement(
            store,
            _reader(path, processes),
            campaign="collections",
            now=NOW.timestamp(),
            progress=lambda _lines: None,
        )
    took, used = time.perf_counter() - began, _processor_s() - used
    mine, childs = _peak_mb()
    size = (folder / "store.db").stat().st_size
    print(
        f"{report.lines:,} lines ({path.stat().st_size / 1e6:.0f} MB), {report.rejected:,} refused: "
        f"{took:.1f} s, {report.lines / took:,.0f} rows/s; "
        f"processor {used:.1f} s, {1e6 * used / report.lines:.0f} us a row; "
        f"peak {mine:.0f} MB, largest child {childs:.0f} MB; store {size / 1e6:.0f} MB; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def main() -> None:
    """Write the file where there is none, and import it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--file", type=Path, default=None)
    parser.add_argument("--profile", type=Path, default=None)
    parser.add_argument("--processes", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["FAIRDIAL_KEYS"] = str(folder / "keys")
        path: Path = wanted.file if wanted.file is not None else folder / "placement.csv"
        if not path.exists():
            write_file(path, wanted.rows)
        profile = cProfile.Profile() if wanted.profile is not None else None
        with profile if profile is not None else nullcontext():
            run(path, folder, wanted.processes)
        if profile is not None and wanted.profile is not None:
            profile.dump_stats(wanted.profile)


if __name__ == "__main__":
    main()
