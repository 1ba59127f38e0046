"""Kill rounds: a floor is killed at random points, again and again, and at the end the telephone network's
own log is compared with the store.

    python benchmarks/kill_rounds.py --rounds 1000 [--database postgresql://user@host/name] [--json FILE]

The network (lines, public, scripted collectors) is one process that lives through it all. The floor is a
process that is started, left alone until a random number of things have happened on the network, and ended:
mostly by SIGKILL, sometimes by SIGTERM, and sometimes its connection to the network is cut first. Every tenth
start is a whole new interpreter (`--fresh-every`), the others are forked from a process that has imported
everything and read the law, so that a thousand rounds fit into a night. The seed decides when and how; what
the floor is doing at that moment is up to the machine.
"""

import argparse
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

if "--floor" in sys.argv:
    gc.disable()  # as `fairdial serve` does until its floor works

import httpx2
import msgspec
import uvloop
from sqlalchemy import select

from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.record import AttemptRecord
from dialer.floor.folder import folder_token
from dialer.floor.live import FloorOrder, running_floor, work_until_signal
from dialer.floor.made_up import NUMBERS, stock
from dialer.floor.service_log import log_as_json
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.database.tables import attempts as attempts_table
from dialer.storage.projecting.attempt_rows import record_of
from dialer.storage.store import Store
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Role, Token, Tokens, digest_of
from telephony.in_memory.public import PublicPlan
from telephony.simulated.agents import AgentsPlan
from telephony.simulated.client import Address, SimulatedNetwork
from telephony.simulated.comparison import Comparison, compare_with_store
from telephony.simulated.log_file import LogLine, read_log
from telephony.simulated.program import NetworkOrder

STARTS_AT = 1_773_151_200.0  # Tuesday 2026-03-10, 10:00 in New York
FACTOR = 6.0
CAMPAIGN = "made-up"
MOST_LINES = 60
BYTES_OF_A_LINE = 150
LONGEST_ROUND_S = 30.0
"""A floor is ended after so many lines of the network's log at most (of so many bytes, about), or seconds."""
PUBLIC = PublicPlan(person=0.35, machine=0.1, talk_s=25.0, answer_after_s=6.0, impatient=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Everything that a floor's process is told."""

    folder: str
    database: str
    port: int
    agents: int
    clock: RehearsalClock
    campaign: CampaignSettings
    drain_s: float = 3.0
    checkpoint_steps: int = 300
    checkpoint_s: float = 5.0


def settings_of(agents: int) -> CampaignSettings:
    """A busy campaign: as many lines as the guard lets."""
    return CampaignSettings(
        campaign=CampaignId(CAMPAIGN),
        client=ClientId(CAMPAIGN),
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 2.5},
        caller_id="+12125550100",
        lines=agents * 6,
        launches_per_second=20.0,
        hopper_size=agents * 8,
    )


def work(trial: Trial) -> None:
    """A floor's process, until it is ended."""
    folder = Path(trial.folder)
    sys.stderr = (folder / "floor.err").open("a")
    log_as_json()
    token = Token(
        digest=digest_of(folder_token(folder)),
        roles=frozenset({Role.SUPERVISOR, Role.CLERK, Role.WATCHER}),
        name="the token of this folder",
    )
    order = FloorOrder(
        database=trial.database,
        campaigns=(trial.campaign,),
        caller_ids=NUMBERS,
        settings=RuntimeSettings(
            drain_s=trial.drain_s,
            checkpoint_steps=trial.checkpoint_steps,
            checkpoint_s=trial.checkpoint_s,
        ),
        mount=HttpSide(tokens=Tokens([token]), port=trial.port).mount,
    )
    uvloop.run(_work(order, trial))


async def _work(order: FloorOrder, trial: Trial) -> None:
    network, law = SimulatedNetwork(Address(path=str(Path(trial.folder) / "network.sock"))), sample_rulebook()
    async with running_floor(order, network=network, clock=trial.clock, rulebook=law) as running:
        await work_until_signal(running.floor)


class NetworkDiedError(RuntimeError):
    """The witness is gone; look at its `network.err`."""


class FloorNeverRestedError(RuntimeError):
    """It answers nobody, or its calls do not end: nothing is proven."""


class Floors:
    """Starts floors, in a new interpreter or forked from one that has everything imported."""

    def __init__(self, trial: Trial, *, fresh_every: int) -> None:
        self._trial = trial
        self._fresh_every = fresh_every
        self._started = 0
        sample_rulebook()
        self._file = Path(trial.folder) / "trial.json"
        self._file.write_bytes(msgspec.json.encode(trial))

    def start(self) -> "Floor":
        """One more floor."""
        self._started += 1
        if self._fresh_every and self._started % self._fresh_every == 0:
            command = [sys.executable, __file__, "--floor", str(self._file)]
            fresh = subprocess.Popen(command)
            return Floor(fresh.pid, fresh.wait, is_fresh=True)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                work(self._trial)
            finally:
                os._exit(0)
        return Floor(pid, lambda _within: os.waitpid(pid, 0))


class Floor:
    """One floor's process, however it was started."""

    def __init__(self, pid: int, wait: Callable[[float], object], *, is_fresh: bool = False) -> None:
        self.pid = pid
        self.is_fresh = is_fresh
        self._wait = wait

    def end(self, name: signal.Signals, within: float = 60.0) -> None:
        """Send the signal and wait until the process is gone."""
        os.kill(self.pid, name)
        self._wait(within)


def run_rounds(
    folder: Path, *, rounds: int, database: str, seed: int, agents: int, persons: int, fresh_every: int
) -> Comparison:
    """The whole trial; returns the comparison."""
    chance = Random(seed)
    clock = RehearsalClock(began=time.time(), shows=STARTS_AT, factor=FACTOR)
    trial = Trial(
        folder=str(folder),
        database=database,
        port=free_port(),
        agents=agents,
        clock=clock,
        campaign=settings_of(agents),
    )
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=persons, now=STARTS_AT)
    network = start_network(trial, seed=seed, public=PUBLIC, opt_outs_per_minute=30.0)
    floors = Floors(trial, fresh_every=fresh_every)
    began = time.monotonic()
    try:
        for done in range(rounds):
            if network.poll() is not None:
                raise NetworkDiedError(
                    f"the network ended by itself before round {done + 1}: nothing is proven"
                )
            floor = floors.start()
            leave_alone(folder / "network.log", chance)
            if chance.random() < 0.15:
                os.kill(network.pid, signal.SIGUSR1)
                time.sleep(chance.uniform(0.0, 0.5))
            floor.end(signal.SIGKILL if chance.random() < 0.9 else signal.SIGTERM)
            time.sleep(chance.choice((0.0, 0.0, 0.1, 1.0)))
            if (done + 1) % 10 == 0:
                print(f"{done + 1} rounds in {time.monotonic() - began:.0f} s", file=sys.stderr)
        come_to_rest(floors, trial)
        if network.poll() is not None:
            raise NetworkDiedError("the network ended by itself while the floor came to rest")
    finally:
        network.terminate()
        network.wait(10)
    return compare(folder, database)


def leave_alone(log: Path, chance: Random) -> None:
    """Until something has happened: on a busy machine that takes longer, and proves as much. One floor in
    four is ended while it starts."""
    if chance.random() < 0.25:
        time.sleep(chance.uniform(0.05, 2.0))
        return
    wanted = _size(log) + chance.randint(1, MOST_LINES) * BYTES_OF_A_LINE
    until = time.monotonic() + LONGEST_ROUND_S
    while _size(log) < wanted and time.monotonic() < until:
        time.sleep(0.01)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def start_network(
    trial: Trial, *, seed: int, public: PublicPlan, opt_outs_per_minute: float = 0.0
) -> "subprocess.Popen[bytes]":
    """The network's process, with its collectors."""
    folder = Path(trial.folder)
    order = NetworkOrder(
        address=Address(path=str(folder / "network.sock")),
        log=str(folder / "network.log"),
        seed=seed,
        began=trial.clock.began,
        shows=trial.clock.shows,
        factor=trial.clock.factor,
        public=public,
        agents=AgentsPlan(
            count=trial.agents,
            campaign=CAMPAIGN,
            api=f"http://127.0.0.1:{trial.port}",
            token=folder_token(folder),
            opt_outs_per_minute=opt_outs_per_minute,
        ),
    )
    file = folder / "network.json"
    file.write_bytes(msgspec.json.encode(order))
    with (folder / "network.err").open("ab") as errors:
        return subprocess.Popen([sys.executable, "-m", "telephony.simulated", str(file)], stderr=errors)


def come_to_rest(floors: Floors, trial: Trial) -> None:
    """One last floor that launches nothing more, until nobody talks and every disposition is written."""
    floor = floors.start()
    token = folder_token(Path(trial.folder))
    api, headers = f"http://127.0.0.1:{trial.port}", {"Authorization": f"Bearer {token}"}
    until = time.monotonic() + 120.0
    while time.monotonic() < until:
        time.sleep(0.5)
        try:
            httpx2.post(f"{api}/api/campaigns/{CAMPAIGN}/drain", headers=headers, timeout=5.0)
            found = httpx2.get(f"{api}/api/floor", headers=headers, timeout=5.0).json()
        except httpx2.HTTPError:
            continue
        busy = [row for row in found["agents"] if row["state"] in ("talking", "wrapping", "reserved")]
        if not busy and all(row["in_flight"] == 0 for row in found["campaigns"]):
            break
    else:
        raise FloorNeverRestedError(
            "the last floor did not come to rest within 120 s; look at its `floor.err`"
        )
    time.sleep(2.0)
    floor.end(signal.SIGTERM)


def compare(folder: Path, database: str) -> Comparison:
    """The network's log against the store."""
    log: list[LogLine] = list(read_log(folder / "network.log"))
    with Store.open(database, exclusive=True) as store:
        rows = store.read(lambda connection: connection.execute(select(attempts_table)).all())
        records: dict[str, AttemptRecord] = {row.attempt: record_of(row) for row in rows}
        persons = {line.person for line in log if line.person}
        persons |= {record.person for record in records.values()}
        now = STARTS_AT + 86_400.0
        files = store.person_files(sorted(persons), now=now)
    return compare_with_store(log, records, files)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Run, print the comparison, and fail when anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--database", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--persons", type=int, default=0, help="0 = forty for each round, at least 2,000")
    parser.add_argument("--fresh-every", type=int, default=10)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.floor is not None:
        work(msgspec.json.decode(asked.floor.read_bytes(), type=Trial))
        return
    with tempfile.TemporaryDirectory(prefix="fairdial-kill-") as temporary:
        folder = asked.folder if asked.folder is not None else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        found = run_rounds(
            folder,
            rounds=asked.rounds,
            database=asked.database or str(folder / "fairdial.db"),
            seed=asked.seed,
            agents=asked.agents,
            persons=asked.persons or max(2000, 40 * asked.rounds),
            fresh_every=asked.fresh_every,
        )
    report = {
        "rounds": asked.rounds,
        "seconds": round(time.monotonic() - began, 1),
        "rings": found.rings,
        "attempts": found.attempts,
        "joined": found.joined,
        "acknowledged_dispositions": found.dispositions,
        "acknowledged_opt_outs": found.opt_outs,
        "unknown_outcomes": found.unknown,
        "stored_and_never_sent": found.never_sent,
        "faults": found.counted(),
    }
    print(json.dumps(report, indent=2))
    for fault in found.faults[:20]:
        print(f"{fault.kind.value}: {fault.subject}: {fault.text}", file=sys.stderr)
    if asked.json is not None:
        asked.json.write_text(json.dumps(report, indent=2))
    sys.exit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
