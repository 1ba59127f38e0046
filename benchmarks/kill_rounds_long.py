"""Kill rounds in great number on PostgreSQL (or files), a batch at a time; gone on with when interrupted.

    python -m benchmarks.kill_rounds_long --rounds 1000 --batch 50 --into FILE [--seed 1] [--files]

Each batch is `benchmarks.kill_rounds` on a server, a store, a network and a log of its own, compared at its
end and written down as a line of `--into`; what is written there is not done again. The seed of a batch is
the seed and the number of its first round.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from benchmarks.failover import batches_of
from benchmarks.kill_rounds import run_rounds
from benchmarks.postgres_restarts import Server, server_programs


def batch(folder: Path, rounds: int, *, seed: int, first: int, on_files: bool) -> dict[str, Any]:
    """So many rounds on a store of their own, and what the network's log says of it."""
    began = time.monotonic()
    with _database(folder, on_files=on_files) as database:
        found = run_rounds(
            folder,
            rounds=rounds,
            database=database,
            seed=seed * 1_000_003 + first,
            agents=20,
            persons=max(2000, 40 * rounds),
            fresh_every=10,
        )
    for fault in found.faults[:20]:
        print(f"{fault.kind.value}: {fault.subject}: {fault.text}", file=sys.stderr)
    return {
        "seed": seed,
        "first": first,
        "rounds": rounds,
        "seconds": round(time.monotonic() - began, 1),
        "rings": found.rings,
        "joined": found.joined,
        "acknowledged_dispositions": found.dispositions,
        "acknowledged_opt_outs": found.opt_outs,
        "unknown_outcomes": found.unknown,
        "faults": found.counted(),
    }


@contextlib.contextmanager
def _database(folder: Path, *, on_files: bool) -> Generator[str]:
    if on_files:
        yield str(folder / "fairdial.db")
        return
    programs = server_programs()
    if programs is None:
        sys.exit("there is no PostgreSQL server program here: install it, or take --files")
    server = Server(programs)
    try:
        yield server.address
    finally:
        server.stop()


def main() -> None:
    """The command; leaves with 1 when anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--files", action="store_true", help="SQLite in place of PostgreSQL")
    asked = parser.parse_args()
    reports = batches_of(asked.into, asked.seed)
    while (done := sum(int(each["rounds"]) for each in reports)) < asked.rounds:
        with tempfile.TemporaryDirectory(prefix="fairdial-kill-") as folder:
            os.environ["FAIRDIAL_KEYS"] = str(Path(folder) / "keys")
            rounds = min(asked.batch, asked.rounds - done)
            report = batch(Path(folder), rounds, seed=asked.seed, first=done, on_files=asked.files)
        reports.append(report)
        print(json.dumps(report), flush=True)
        if asked.into is not None:
            with asked.into.open("a") as into:
                into.write(json.dumps(report) + "\n")
    faults = {kind: sum(each["faults"][kind] for each in reports) for kind in reports[0]["faults"]}
    counted = ("rounds", "rings", "joined", "acknowledged_dispositions", "acknowledged_opt_outs")
    print(json.dumps({name: sum(each[name] for each in reports) for name in counted} | {"faults": faults}))
    sys.exit(1 if any(faults.values()) else 0)


if __name__ == "__main__":
    main()
