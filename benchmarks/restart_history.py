"""How soon a floor dials again after SIGKILL, with ten million events behind it.

    python benchmarks/restart_history.py --events 10000000

The history is made in the store at once (a journal of that many steps, a tenth as many attempts, a checkpoint
at its end); a real floor then works on it, is killed, and started again in a new interpreter and in a forked
one. Measured from the start of the process: until it is fit to dial, and until the network's log shows the
next ring.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from kill_rounds import (
    CAMPAIGN,
    FACTOR,
    PUBLIC,
    STARTS_AT,
    Floors,
    Trial,
    free_port,
    settings_of,
    start_network,
)
from sqlalchemy import Connection, text

from dialer.domain.events import TimeReached
from dialer.domain.ports import JournalEntry
from dialer.engine.state import EngineState
from dialer.floor.made_up import stock
from dialer.runtime.checkpoint import encode_state
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.journal.checkpoints import save_checkpoint
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.store import Store
from telephony.simulated.log_file import read_log

LONGEST_S = 60.0
COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
JOURNAL = (
    COUNT + "INSERT INTO journal (sequence, now, event, entry) SELECT i, :at, 'TimeReached', :entry FROM n"
)
ATTEMPTS = COUNT + (
    "INSERT INTO attempts (attempt, campaign, lead, person, number, debts, zones, rulebook, launched_at,"
    " guaranteed, ended_at, outcome, cause, message_played)"
    " SELECT 'a0-' || i, :campaign, 'old-' || (i % 100000), 'old-' || (i % 100000), 'old-' || (i % 100000),"
    " '[]', '[]', 'old', :at - i, 0, :at - i + 30, 'no_answer', '', 0 FROM n"
)


def fabricate(store: Store, *, events: int) -> None:
    """A history of so many steps, and the state after it."""
    at = STARTS_AT - 3600.0
    entry = encode_entry(JournalEntry(sequence=1, now=at, event=TimeReached(), commands=()))

    def work(connection: Connection) -> None:
        connection.execute(text(JOURNAL), {"count": events, "at": at, "entry": entry})
        connection.execute(text(ATTEMPTS), {"count": events // 10, "at": at, "campaign": CAMPAIGN})
        state = EngineState(sequence=events, now=at)
        save_checkpoint(connection, sequence=events, at=at, body=encode_state(state))

    store.write(work)


def measure(folder: Path, *, events: int, agents: int) -> dict[str, object]:
    """Make the history, work on it, kill, start again."""
    clock = RehearsalClock(began=time.time(), shows=STARTS_AT, factor=FACTOR)
    trial = Trial(
        folder=str(folder),
        database=str(folder / "fairdial.db"),
        port=free_port(),
        agents=agents,
        clock=clock,
        campaign=settings_of(agents),
        checkpoint_steps=20_000,
        checkpoint_s=60.0,
    )
    with Store.open(trial.database) as store:
        stock(store, campaign=CAMPAIGN, persons=5000, now=STARTS_AT)
        began = time.monotonic()
        fabricate(store, events=events)
        made_s = time.monotonic() - began
    clock = replace(clock, began=time.time())
    trial = replace(trial, clock=clock)
    network = start_network(trial, seed=1, public=PUBLIC)
    report: dict[str, object] = {
        "events": events,
        "store_gb": round(Path(trial.database).stat().st_size / 1e9, 2),
        "history_made_s": round(made_s, 1),
    }
    try:
        for name, fresh in (("first_start", 1), ("new_interpreter", 1), ("forked", 0)):
            report[name] = start_and_kill(trial, fresh_every=fresh, work_s=20.0)
            print(name, report[name], file=sys.stderr)
    finally:
        network.terminate()
        network.wait(10)
    report["load_average"] = os.getloadavg()[0]
    return report


def start_and_kill(trial: Trial, *, fresh_every: int, work_s: float) -> dict[str, object]:
    """Start, measure, let it work, kill."""
    log = Path(trial.folder) / "network.log"
    rung = sum(1 for line in read_log(log) if line.what == "rung") if log.exists() else 0
    floors = Floors(trial, fresh_every=fresh_every)
    began = time.monotonic()
    floor = floors.start()
    health = _fit(f"http://127.0.0.1:{trial.port}")
    fit_s = time.monotonic() - began
    dialing_s: float | None = None
    while dialing_s is None and time.monotonic() - began < LONGEST_S:
        time.sleep(0.05)
        if sum(1 for line in read_log(log) if line.what == "rung") > rung:
            dialing_s = round(time.monotonic() - began, 2)
    time.sleep(work_s)
    floor.end(signal.SIGKILL)
    return {"fit_s": round(fit_s, 2), "dialing_s": dialing_s, "replayed": health["replayed"]}


def _fit(api: str) -> dict[str, Any]:
    while True:
        try:
            health: dict[str, Any] = httpx2.get(f"{api}/health", timeout=5.0).json()
        except httpx2.HTTPError:
            time.sleep(0.05)
            continue
        if health["is_fit"]:
            return health
        time.sleep(0.02)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--agents", type=int, default=30)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairdial-restart-") as temporary:
        folder: Path = asked.folder if asked.folder is not None else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(measure(folder, events=asked.events, agents=asked.agents), indent=2))


if __name__ == "__main__":
    main()
