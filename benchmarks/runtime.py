"""A floor in real time, measured: loop lag, answer to bridge, launches, commits, memory.

    python benchmarks/runtime.py                                     # 30 agents for three minutes
    python benchmarks/runtime.py --agents 500 --lines 3000 --launches 100 --seconds 60

Floor and network are two processes on this machine. Loop lag and commits are what the floor measures of
itself (its last two minutes); the wait from answer to bridge is also taken by the network, at its own end of
the socket. The load of the machine is reported beside the figures: they are worth no more than it lets them.
"""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from kill_rounds import CAMPAIGN, STARTS_AT, Floors, Trial, free_port, settings_of, start_network

from dialer.floor.folder import folder_token
from dialer.floor.made_up import stock
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.store import Store
from telephony.in_memory.public import PublicPlan
from telephony.simulated.log_file import LogLine, read_log

SAMPLE_S = 5.0
WARM_UP_S = 15.0


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Run the floor; returns the figures."""
    clock = RehearsalClock(began=time.time(), shows=STARTS_AT, factor=1.0)
    campaign = replace(
        settings_of(asked.agents),
        policy_parameters={"lines_per_agent": asked.lines_per_agent},
        lines=asked.lines,
        launches_per_second=asked.launches,
        pacing_interval_s=min(1.0, 20.0 / asked.launches),  # a decision sees two dozen leads
        hopper_size=max(int(asked.launches * 6), 100),
        abandonment_limit=0.9,
        abandonment_target=0.5,
    )
    trial = Trial(
        folder=str(folder),
        database=asked.database or str(folder / "fairdial.db"),
        port=free_port(),
        agents=asked.agents,
        clock=clock,
        campaign=campaign,
        checkpoint_steps=20_000,
        checkpoint_s=60.0,
    )
    with Store.open(trial.database) as store:
        stock(store, campaign=CAMPAIGN, persons=asked.persons, now=STARTS_AT)
    public = PublicPlan(
        person=asked.answers, machine=0.05, talk_s=asked.talk, answer_after_s=6.0, invalid=0.01
    )
    network = start_network(trial, seed=1, public=public)
    floor = Floors(trial, fresh_every=1).start()
    machine = MachineLag()
    try:
        samples = watch(trial, floor.pid, asked.seconds)
    finally:
        floor.end(signal.SIGTERM)
        network.terminate()
        network.wait(10)
    log = list(read_log(folder / "network.log"))
    idle = {"idle_thread_lag_p99_ms": _ms(machine.p99())}
    return {**idle, **of_floor(samples), **of_network(log, asked.seconds)}


def watch(trial: Trial, pid: int, seconds: float) -> list[dict[str, Any]]:
    """Look at the floor's health from outside, every few seconds."""
    api = f"http://127.0.0.1:{trial.port}"
    headers = {"Authorization": f"Bearer {folder_token(Path(trial.folder))}"}
    samples: list[dict[str, Any]] = []
    with httpx2.Client(base_url=api, headers=headers, timeout=10.0) as client:
        ready = time.monotonic() + 120.0
        while time.monotonic() < ready:
            try:
                if client.get("/health").json()["is_fit"]:
                    break
            except httpx2.HTTPError:
                time.sleep(0.2)
        until = time.monotonic() + WARM_UP_S + seconds
        while time.monotonic() < until:
            time.sleep(SAMPLE_S)
            health: dict[str, Any] = client.get("/health").json()
            floor: dict[str, Any] = client.get("/api/floor").json()
            states = [row["state"] for row in floor["agents"]]
            health["talking"] = states.count("talking")
            health["in_flight"] = sum(row["in_flight"] for row in floor["campaigns"])
            health["memory_mb"] = memory_mb(pid)
            health["cpu_s"] = cpu_s(pid)
            health["at"] = time.monotonic()
            samples.append(health)
            line = {name: health[name] for name in ("in_flight", "talking", "memory_mb", "sequence")}
            print(line, file=sys.stderr)
        (Path(trial.folder) / "metrics.txt").write_text(client.get("/metrics").text)
    return samples


class MachineLag:
    """How late an idle thread of this process is woken: what the machine itself adds to every figure."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def _tick(self) -> None:
        while not self._is_over.is_set():
            began = time.monotonic()
            time.sleep(0.02)
            self._late.append(time.monotonic() - began - 0.02)

    def p99(self) -> float:
        """Seconds."""
        self._is_over.set()
        self._thread.join()
        return sorted(self._late)[int(0.99 * len(self._late))]


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    text = Path(f"/proc/{pid}/statm").read_text()
    return round(int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def cpu_s(pid: int) -> float:
    """Processor seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_floor(samples: list[dict[str, Any]]) -> dict[str, object]:
    """What the floor says of itself."""
    first, last = samples[min(2, len(samples) - 1)], samples[-1]
    took = max(last["at"] - first["at"], 1e-9)
    return {
        "loop_lag_p99_ms": _ms(last["loop_lag_p99_s"]),
        "loop_lag_max_ms": _ms(last["loop_lag_max_s"]),
        "answer_to_bridge_handed_over_p99_ms": _ms(last["answer_to_bridge_p99_s"]),
        "commit_p99_ms": _ms(last["commit_p99_s"]),
        "steps_per_second": round((last["sequence"] - first["sequence"]) / took, 1),
        "processor_share": round((last["cpu_s"] - first["cpu_s"]) / took, 2),
        "memory_mb": [row["memory_mb"] for row in samples],
        "talking": last["talking"],
        "in_flight": last["in_flight"],
        "most_unwritten": max(row["unwritten"] for row in samples),
        "load_average": os.getloadavg()[0],
    }


def of_network(log: list[LogLine], seconds: float) -> dict[str, object]:
    """What the network saw at its own end."""
    rung = [line.at for line in log if line.what == "rung"]
    waits = sorted(float(line.text) for line in log if line.what == "joined")
    per_second = len([at for at in rung if at >= rung[-1] - seconds]) / seconds if rung else 0.0
    return {
        "rings": len(rung),
        "rings_per_second": round(per_second, 1),
        "bridges": len(waits),
        "answer_to_bridge_at_the_network_p50_ms": _ms(statistics.median(waits)) if waits else None,
        "answer_to_bridge_at_the_network_p99_ms": _ms(waits[int(0.99 * len(waits))]) if waits else None,
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000.0, 2)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=30)
    parser.add_argument("--lines", type=int, default=180)
    parser.add_argument("--lines-per-agent", type=float, default=3.0)
    parser.add_argument("--launches", type=float, default=20.0)
    parser.add_argument("--answers", type=float, default=0.3, help="share of calls a person answers")
    parser.add_argument("--talk", type=float, default=40.0, help="mean seconds of a talk")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--persons", type=int, default=5000)
    parser.add_argument("--database", default="")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairdial-runtime-") as temporary:
        folder: Path = asked.folder if asked.folder is not None else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(measure(asked, folder), indent=2))


if __name__ == "__main__":
    main()
