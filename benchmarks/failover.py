"""Two engines on one PostgreSQL store: the one in charge is killed, stopped or cut off, again and again.

    python -m benchmarks.failover --rounds 100 [--seed 1] [--json FILE]
    python -m benchmarks.failover --rounds 1000 --batch 20 --into FILE    # goes on where it was interrupted

The telephone network is one process that lives through it all, with scripted collectors who reach whoever is
in charge by one address in front of both, and with people who ask not to be called. Each round waits until
the floor launches, ends the engine in charge by lot (SIGKILL; SIGSTOP, and SIGCONT once the other launches;
its connections to the store cut; as root, the one cable of its network namespace pulled), and measures until
the other rings somebody. The one that was stopped or cut off must end by itself and ring nobody; another
takes its place as a standby. On a machine that is busy an engine may stand still without being told to, be
overtaken, and end: it is started again and counted, as systemd does (`config/service`). At the end the
network's own log is compared with the store: nobody rung twice, nobody after an opt-out that was
acknowledged.

`--batch`: so many rounds on a store, a network and a log of their own, compared and written down as a line of
`--into`; what is written there is not done again. The way of each round hangs on seed and number alone.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib import error, request

import msgspec

from benchmarks.kill_rounds import PUBLIC, STARTS_AT, compare, free_port
from benchmarks.own_network import OwnNetwork, may_own_networks
from benchmarks.postgres_restarts import Server, server_programs
from dialer import clock
from dialer.files import own_folder, write_whole
from dialer.floor.folder import CLOCK_FILE, SOCKET_FILE, folder_token
from dialer.floor.made_up import CAMPAIGN
from dialer.runtime.clocks import RehearsalClock
from telephony.simulated.agents import AgentsPlan
from telephony.simulated.client import Address
from telephony.simulated.log_file import LogLine
from telephony.simulated.program import NetworkOrder

AGENTS = 10
FACTOR = 2.0
START_S = 300.0
"""For two engines to stand, the first after it made its people up: on a busy machine minutes."""

ENDS_S = 30.0
"""Seconds in which an engine that was overtaken must have ended, once it can hear of it."""

TOLD_OF_A_LOG = 1500
"""Characters of an engine's log that are told of a round that broke: its folder is gone by then."""

MAY_END = ("another engine",)
"""What an engine says that ends by itself and may: it was overtaken. Its service starts it again."""

AGAIN_S = 2.0
"""Seconds before an engine that ended is started again: `RestartSec` of the service in `config/service`."""

REST_S = 120.0
"""For the floor to come to rest, whoever is in charge of it meanwhile."""

MOST_S = 60.0
"""A round in which nobody launches for so long has failed."""

WAYS = ("kill", "kill", "stop", "cut")
WITH_NAMESPACES = (*WAYS, "netns")


class Loop:
    """An event loop in a thread of its own, for what stands between the processes."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30.0)

    def keep(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)


class Wire:
    """A way to a port, that can be cut: what is sent then arrives nowhere, and nobody is told."""

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self.target = host, port
        self.is_cut = False
        self.port = 0
        self._ends: list[asyncio.StreamWriter] = []

    async def open(self, host: str = "127.0.0.1") -> None:
        server = await asyncio.start_server(self._serve, host, 0)
        self.port = int(server.sockets[0].getsockname()[1])

    async def mend(self) -> None:
        """Connections that were cut are gone; new ones get through."""
        self.is_cut = False
        self.abort()

    def abort(self) -> None:
        for writer in self._ends:
            writer.transport.abort()
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.is_cut:
            await asyncio.sleep(0.1)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self._ends += [writer, far_writer]
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                while self.is_cut:
                    await asyncio.sleep(0.05)
                target.write(data)
        target.transport.abort()


class Front(Wire):
    """One address in front of both engines: whoever says that it is in charge is behind it."""

    def __init__(self, places: tuple[tuple[str, int], ...]) -> None:
        super().__init__(places[0][1], host=places[0][0])
        self._places = places

    async def look(self) -> None:
        """For ever."""
        while True:
            # Side by side: one that was stopped answers nothing for a second.
            answers = await asyncio.gather(*(asyncio.to_thread(health, *place) for place in self._places))
            for place, found in zip(self._places, answers, strict=True):
                # One that is cut off believes that it is in charge until it hears of the other.
                if found.get("standing") == "in charge" and found.get("is_fit") and place != self.target:
                    self.target = place
                    self.abort()
            await asyncio.sleep(0.1)


def health(host: str, port: int) -> dict[str, Any]:
    """What the engine at this port says of itself; {} = nothing."""
    try:
        with request.urlopen(f"http://{host}:{port}/health", timeout=1.0) as answer:
            return dict(json.loads(answer.read()))
    except (OSError, error.URLError, ValueError):
        return {}


@dataclass
class Engine:
    """One of the two, and its way to the store; `network`: its own, None = it has this machine's."""

    folder: Path
    port: int
    wire: Wire
    network: OwnNetwork | None = None
    process: "subprocess.Popen[bytes] | None" = None
    said: Path = field(default_factory=Path)

    def start(self, number: int) -> None:
        self.said = self.folder / f"engine-{self.port}-{number}.log"
        outside = "127.0.0.1" if self.network is None else self.network.outside
        address = f"postgresql://fairdial@{outside}:{self.wire.port}/postgres"
        command = [sys.executable, "-m", "dialer", "serve", "--standby", "--out", str(self.folder)]
        options = ["--database", address, "--port", str(self.port), "--agents", str(AGENTS), "--drain", "3"]
        people = ["--persons", "20000", "--socket", str(self.folder / SOCKET_FILE), "--policy", "fixed_ratio"]
        whole = [*command, "--host", self.host, *options, *people]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                whole if self.network is None else self.network.command(whole),
                stdout=said,
                stderr=said,
                cwd=self.folder,
            )

    @property
    def host(self) -> str:
        """Where it listens."""
        return "127.0.0.1" if self.network is None else self.network.inside

    @property
    def is_in_charge(self) -> bool:
        return health(self.host, self.port).get("standing") == "in charge"

    @property
    def is_fit(self) -> bool:
        """Whether it is in charge and may dial."""
        found = health(self.host, self.port)
        return found.get("standing") == "in charge" and found.get("is_fit") is True

    @property
    def stands_by(self) -> bool:
        return health(self.host, self.port).get("standing") == "standby"

    def told(self) -> str:
        """How it stands and what it said last, for whoever asks why a round broke."""
        code = None if self.process is None else self.process.poll()
        stands = "works" if code is None else f"ended with {code}"
        last = self.said.read_text(errors="replace")[-TOLD_OF_A_LOG:]
        return f"{self.said.name} {stands}, its health is {health(self.host, self.port)}, it said: {last}"

    def ended(self, most_s: float) -> bool:
        assert self.process is not None
        try:
            self.process.wait(most_s)
        except subprocess.TimeoutExpired:
            return False
        return True


@dataclass
class Found:
    """What came of the rounds.

    Args:
        in_charge_s: from the end of the one until the other is in charge and hears the telephone system.
        takes_s: until it rings somebody; a floor on which everybody talks rings nobody before one is free.
        by_itself: engines that were overtaken and ended with a sentence.
        late_rings: of engines that had been overtaken.
        again: engines that ended while nobody had done anything to them, and were started again.
    """

    rounds: int = 0
    ways: dict[str, int] = field(default_factory=dict[str, int])
    in_charge_s: list[float] = field(default_factory=list[float])
    takes_s: list[float] = field(default_factory=list[float])
    by_itself: int = 0
    late_rings: int = 0
    again: int = 0
    trouble: list[str] = field(default_factory=list[str])

    def figures(self) -> dict[str, object]:
        known = {key: value for key, value in asdict(self).items() if not key.endswith("_s")}
        spans = {"in_charge": self.in_charge_s, "first_ring": self.takes_s}
        return {**known, **{name: _spread(seconds) for name, seconds in spans.items()}}


def _spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    spread = {"median_s": median(ordered), "p99_s": p99, "worst_s": ordered[-1]}
    return {name: round(value, 2) for name, value in spread.items()}


def generation_of(attempt: str) -> int:
    """The start that an attempt's name tells: `a12-00000003` is of the twelfth."""
    return int(attempt[1:].partition("-")[0])


def rung(log: Path, since: int) -> tuple[list[LogLine], int]:
    """Rings that were written behind this place of the log, and where it ends now."""
    with log.open("rb") as file:
        file.seek(since)
        data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    lines = [msgspec.json.decode(line, type=LogLine) for line in whole.splitlines()]
    return [line for line in lines if line.what == "rung"], since + len(whole)


class Trial:
    """The store's server, the network, the front and two engines, while the block runs."""

    def __init__(self, folder: Path, programs: Path, *, seed: int, has_namespaces: bool = False) -> None:
        self.folder, self._seed = folder, seed
        self._networks = [OwnNetwork() for _engine in range(2)] if has_namespaces else []
        self.server = Server(programs)
        self.loop = Loop()
        self.log = folder / "network.log"
        self.found = Found()
        self._starts = 0
        self._network: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Trial":
        own_folder(self.folder)
        made = RehearsalClock(began=clock.posix_now(), shows=STARTS_AT, factor=FACTOR)
        write_whole(self.folder / CLOCK_FILE, msgspec.json.encode(made))
        wires = [Wire(self.server.port), Wire(self.server.port)]
        networks = self._networks or [None, None]
        for wire, network in zip(wires, networks, strict=True):
            self.loop.run(wire.open() if network is None else wire.open(network.outside))
        self.engines = [
            Engine(self.folder, free_port(), wire, network)
            for wire, network in zip(wires, networks, strict=True)
        ]
        front = Front(tuple((engine.host, engine.port) for engine in self.engines))
        self.loop.run(front.open())
        self.loop.keep(front.look())
        self._start_network(made, front.port)
        for engine in self.engines:
            self.start(engine)
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self.engines:
            if engine.process is not None and engine.process.poll() is None:
                engine.process.send_signal(signal.SIGCONT)
                engine.process.send_signal(signal.SIGTERM)
                if not engine.ended(30.0):
                    engine.process.kill()
        if self._network is not None:
            self._network.terminate()
            self._network.wait(10)
        self.server.stop()
        for network in self._networks:
            network.remove()

    def _start_network(self, made: RehearsalClock, port: int) -> None:
        order = NetworkOrder(
            address=Address(path=str(self.folder / SOCKET_FILE)),
            log=str(self.log),
            seed=self._seed,
            began=made.began,
            shows=made.shows,
            factor=made.factor,
            public=PUBLIC,
            agents=AgentsPlan(
                count=AGENTS,
                campaign=CAMPAIGN,
                api=f"http://127.0.0.1:{port}",
                token=folder_token(self.folder),
                opt_outs_per_minute=30.0,
            ),
        )
        file = self.folder / "network.json"
        file.write_bytes(msgspec.json.encode(order))
        with (self.folder / "network.err").open("ab") as errors:
            program = [sys.executable, "-m", "telephony.simulated", str(file)]
            self._network = subprocess.Popen(program, stderr=errors)

    def start(self, engine: Engine) -> None:
        self._starts += 1
        engine.start(self._starts)

    def _start_again(self, *engines: Engine) -> None:
        """Of these, whoever has ended by itself."""
        for engine in engines:
            if engine.process is not None and engine.process.poll() is not None:
                print(f"started again: {engine.told()}", file=sys.stderr, flush=True)
                self.found.again += 1
                said = engine.said.read_text(errors="replace")
                if not any(why in said for why in MAY_END):
                    self.found.trouble.append(f"it ended and was not overtaken: {engine.told()}")
                time.sleep(AGAIN_S)
                self.start(engine)

    def round(self, way: str) -> None:
        """End the engine in charge, and wait until the other rings somebody and a new one stands by."""
        first, second = self._standing()
        assert first.process is not None
        _, end = rung(self.log, 0)
        before = max((generation_of(line.attempt) for line in rung(self.log, 0)[0]), default=0)
        began = time.monotonic()
        if way == "kill":
            first.process.kill()
        elif way == "stop":
            first.process.send_signal(signal.SIGSTOP)
        elif way == "netns":
            assert first.network is not None, "it has a cable of its own"
            first.network.pull()
        else:
            first.wire.is_cut = True
        fresh: list[LogLine] = []
        in_charge_s: float | None = None
        while not any(generation_of(line.attempt) > before for line in fresh):
            if time.monotonic() - began > MOST_S:
                raise RuntimeError(f"nobody launched in {MOST_S:g} s after {way}: {second.told()}")
            time.sleep(0.02)
            self._start_again(second)
            more, end = rung(self.log, end)
            fresh += more
            if in_charge_s is None and second.is_fit:
                in_charge_s = time.monotonic() - began
        self.found.takes_s.append(time.monotonic() - began)
        self.found.in_charge_s.append(in_charge_s or self.found.takes_s[-1])
        self._see_the_end_of(first, way)
        late, _ = rung(self.log, end)
        self.found.late_rings += sum(generation_of(line.attempt) <= before for line in late)
        self.found.rounds += 1
        self.found.ways[way] = self.found.ways.get(way, 0) + 1
        self.start(first)

    def _see_the_end_of(self, engine: Engine, way: str) -> None:
        assert engine.process is not None
        if way == "kill":
            engine.process.wait(10)
            return
        if way == "stop":
            engine.process.send_signal(signal.SIGCONT)
        elif engine.network is not None and way == "netns":
            time.sleep(1.0)
            engine.network.plug()
        else:
            time.sleep(1.0)
            self.loop.run(engine.wire.mend())
        if not engine.ended(ENDS_S):
            self.found.trouble.append(f"{way}: the one that was overtaken goes on: {engine.said}")
            engine.process.kill()
            return
        said = engine.said.read_text(errors="replace")
        if "another engine" in said and "Traceback" not in said.rpartition("error:")[2]:
            self.found.by_itself += 1
        else:
            self.found.trouble.append(f"{way}: it ended without a sentence: {said[-1500:]}")

    def _standing(self) -> tuple[Engine, Engine]:
        """(who is in charge and launches, who stands by)."""
        until = time.monotonic() + START_S
        _, end = rung(self.log, 0) if self.log.exists() else ([], 0)
        while time.monotonic() < until:
            time.sleep(0.1)
            self._start_again(*self.engines)
            for first, second in (self.engines, self.engines[::-1]):
                if first.is_in_charge and second.stands_by and self.log.exists():
                    more, end = rung(self.log, end)
                    if more:
                        return first, second
        raise RuntimeError(
            f"they did not come to stand: {'; '.join(engine.told() for engine in self.engines)}"
        )

    def come_to_rest(self) -> None:
        """Launch nothing more, until nobody talks and every disposition is written."""
        until = time.monotonic() + REST_S
        while time.monotonic() < until:
            self._start_again(*self.engines)
            for engine in self.engines:
                if engine.is_in_charge:
                    with contextlib.suppress(OSError, ValueError):  # it may be overtaken while it is asked
                        if self._rests(engine):
                            return
            time.sleep(0.5)
        raise RuntimeError(
            f"the floor did not come to rest in {REST_S:g} s, so that calls that live count as lost: "
            f"{'; '.join(engine.told() for engine in self.engines)}"
        )

    def _rests(self, engine: Engine) -> bool:
        """Whether nobody talks, after it was told to launch nothing more."""
        headers = {"authorization": f"Bearer {folder_token(self.folder)}", "content-type": "application/json"}
        api = f"http://{engine.host}:{engine.port}/api"
        drain = request.Request(f"{api}/campaigns/{CAMPAIGN}/drain", b"{}", headers)
        with contextlib.suppress(error.HTTPError), request.urlopen(drain, timeout=5.0):
            pass
        for pause_s in (0.5, 2.0):  # still so a moment later: what was written down last is committed
            time.sleep(pause_s)
            with request.urlopen(request.Request(f"{api}/floor", headers=headers), timeout=5.0) as answer:
                floor = json.loads(answer.read())
            busy = [row for row in floor["agents"] if row["state"] in ("talking", "wrapping", "reserved")]
            if busy or not floor["campaigns"] or any(row["in_flight"] for row in floor["campaigns"]):
                return False
        return True


def failover_rounds(
    folder: Path, rounds: int, *, seed: int = 1, ways: tuple[str, ...] = WAYS, first: int = 0
) -> dict[str, Any]:
    """The rounds, and the network's log against the store. The keys are where FAIRDIAL_KEYS says.

    Args:
        ways: by lot; as many as there are rounds = in this order.
        first: number of the first round: the lots are drawn by seed and number.
    """
    programs = server_programs()
    assert programs is not None, "there is a PostgreSQL server here"
    trial = Trial(folder, programs, seed=seed + first, has_namespaces="netns" in ways)
    with trial:
        for number in range(first, first + rounds):
            chance = Random(f"{seed}/{number}")
            way = ways[number - first] if len(ways) == rounds else chance.choice(ways)
            try:
                trial.round(way)
            except RuntimeError as trouble:
                trial.found.trouble.append(f"round {number}: {trouble}")
                break
            time.sleep(chance.uniform(0.0, 1.0))
            took = trial.found.takes_s[-1]
            print(f"round {number}: {way}, {took:.2f} s", file=sys.stderr, flush=True)
        try:
            trial.come_to_rest()
        except RuntimeError as trouble:  # else what broke a round before would not be told
            trial.found.trouble.append(str(trouble))
        for engine in trial.engines:
            assert engine.process is not None
            engine.process.send_signal(signal.SIGTERM)
        for engine in trial.engines:
            engine.ended(60.0)
        compared = compare(folder, trial.server.address)
    report = {
        **trial.found.figures(),
        "rings": compared.rings,
        "acknowledged_dispositions": compared.dispositions,
        "acknowledged_opt_outs": compared.opt_outs,
        "unknown_outcomes": compared.unknown,
        "faults": compared.counted(),
    }
    for fault in compared.faults[:20]:
        print(f"{fault.kind.value}: {fault.subject}: {fault.text}", file=sys.stderr)
    return report


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--batch", type=int, default=0, help="rounds on one store; 0 = all of them")
    parser.add_argument("--into", type=Path, help="a line of JSON for each batch; what is there is done")
    asked = parser.parse_args()
    if server_programs() is None:
        sys.exit("there is no PostgreSQL server program here")
    ways = WITH_NAMESPACES if may_own_networks() else WAYS
    reports = batches_of(asked.into, asked.seed)
    done = sum(int(each["rounds"]) for each in reports)
    while done < asked.rounds:
        rounds = min(asked.batch or asked.rounds, asked.rounds - done)
        with tempfile.TemporaryDirectory(prefix="fairdial-failover-") as temporary:
            folder = asked.folder or Path(temporary)
            os.environ["FAIRDIAL_KEYS"] = str(folder / "keys")
            report = failover_rounds(folder, rounds, seed=asked.seed, ways=ways, first=done)
        print(json.dumps(report, indent=2), flush=True)
        reports.append({"seed": asked.seed, "first": done, **report})
        if not is_well(report, rounds):
            break
        done += rounds
        if asked.into is not None:
            with asked.into.open("a") as into:
                into.write(json.dumps(reports[-1]) + "\n")
    told = totals(reports)
    print(json.dumps(told, indent=2))
    if asked.json is not None:
        asked.json.write_text(json.dumps(told, indent=2) + "\n")
    sys.exit(0 if done >= asked.rounds else 1)


def batches_of(into: Path | None, seed: int) -> list[dict[str, Any]]:
    """What was done before, with this seed."""
    if into is None or not into.exists():
        return []
    found = [json.loads(line) for line in into.read_text().splitlines()]
    return [each for each in found if each["seed"] == seed]


def is_well(report: dict[str, Any], rounds: int) -> bool:
    """Whether every round was done and nothing was wrong."""
    whole = report["rounds"] == rounds and not report["trouble"] and not report["late_rings"]
    return whole and not any(report["faults"].values())


def totals(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """All batches together; of the spans the worst of each."""
    told: dict[str, Any] = {"batches": len(reports)}
    for name in ("rounds", "rings", "acknowledged_dispositions", "acknowledged_opt_outs", "late_rings"):
        told[name] = sum(int(each[name]) for each in reports)
    told["again"] = sum(int(each.get("again", 0)) for each in reports)
    for name in ("ways", "faults"):
        keys = sorted({key for each in reports for key in each[name]})
        told[name] = {key: sum(int(each[name].get(key, 0)) for each in reports) for key in keys}
    for name in ("in_charge", "first_ring"):
        told[f"{name}_worst_s"] = max((each[name].get("worst_s", 0.0) for each in reports), default=None)
    told["trouble"] = [line for each in reports for line in each["trouble"]]
    return told


if __name__ == "__main__":
    main()
