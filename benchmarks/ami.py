"""What the Asterisk adapter does in a second, on one machine with Asterisk and the carrier beside it.

    python benchmarks/ami.py stream [RATE]       events consumed, and how late the loop gets; 0 = full speed
    python benchmarks/ami.py launches [RATE]     sustained launches, and whether each attempt ended once
    python benchmarks/ami.py joining [ANSWERS] [AGENTS]   live answer to joined, 2,000 of them, 30 agents

`launches` and `joining` start the laboratory of `tests/live/lab`. Figures depend on what else runs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import time
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "live"))

from floor import Floor
from lab.laboratory import Laboratory, reason_missing

from dialer.domain.events import AgentLegRestored, CallAnswered, CallBridged, CallEnded, CallNotAttempted
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.trunks import TrunkPlan
from telephony.asterisk.wire import AmiMessage

STREAM_CALLS = 8_000


def main(arguments: list[str]) -> int:
    """Run one benchmark."""
    match arguments:
        case ["stream", *rate]:
            asyncio.run(stream(float(rate[0]) if rate else 5000.0))
        case ["launches", *rate]:
            asyncio.run(launches(float(rate[0]) if rate else 50.0))
        case ["joining", *numbers]:
            asyncio.run(joining(*(int(number) for number in numbers)))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


# ------------------------------------------------------------------------------------------ the stream


async def stream(rate: float) -> None:
    """Events of many calls from another process, at a steady rate, or as fast as they are taken (0)."""
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    sender = multiprocessing.Process(target=_send_stream, args=(server, rate), daemon=True)
    sender.start()
    link = AmiConnection(AmiAddress(user="u", secret="s", port=port))
    await link.connect()
    book = CallBook()
    for number in range(STREAM_CALLS):
        book.placed(Call(attempt=AttemptId(f"b-{number}")))
    lags: deque[float] = deque()
    watching = asyncio.create_task(_watch_loop(lags))
    began, processor, taken, told = time.perf_counter(), time.process_time(), 0, 0
    async for item in link.events:
        if isinstance(item, AmiMessage):
            if item.event == "Shutdown":
                break
            taken += 1
            told += len(book.feed(item, 2e9))
    took, used = time.perf_counter() - began, time.process_time() - processor
    watching.cancel()
    await link.close()
    sender.terminate()
    print(f"stream: {taken} events, {taken / took:.0f} a second, {taken / used:.0f} a CPU second")
    print(f"        told the engine {told}; loop lag p99 {_quantile(list(lags), 0.99) * 1000:.1f} ms")


async def _watch_loop(lags: deque[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - before - 0.005)


def _send_stream(server: socket.socket, rate: float) -> None:
    """A process that plays Asterisk: logs anybody in, then says what happens in 8,000 calls."""
    peer, _ = server.accept()
    peer.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    login = peer.recv(65536).decode()
    action = next(line for line in login.split("\r\n") if line.startswith("ActionID: "))
    peer.sendall(f"Response: Success\r\n{action}\r\n\r\nEvent: FullyBooted\r\n\r\n".encode())
    padding = "".join(f"Header{n}: a value of usual length\r\n" for n in range(9))
    began = time.perf_counter()
    for number in range(STREAM_CALLS):
        if rate > 0:
            time.sleep(max(0.0, began + 6 * number / rate - time.perf_counter()))
        own = f"Uniqueid: fd.call.b-{number}\r\nTimestamp: 1795350511.871761\r\n{padding}\r\n"
        peer.sendall(
            (
                f"Event: Newchannel\r\n{own}Event: Newstate\r\nChannelStateDesc: Ringing\r\n{own}"
                f"Event: DialState\r\nDialStatus: RINGING\r\n{own}Event: HangupRequest\r\nCause: 17\r\n{own}"
                f"Event: OriginateResponse\r\nResponse: Failure\r\n{own}"
                f"Event: Hangup\r\nCause: 17\r\nTechCause: 486\r\n{own}"
            ).encode()
        )
    peer.sendall(b"Event: Shutdown\r\n\r\n")
    peer.recv(65536)


# ---------------------------------------------------------------------------------------- a real Asterisk


async def launches(rate: float, seconds: float = 20.0) -> None:
    """Calls at a steady rate to numbers that are busy, wrong or ring for a second: signalling only."""
    with _laboratory() as laboratory:
        floor = _floor(laboratory)
        await floor.start()
        attempts: list[AttemptId] = []
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            attempts.append(await floor.call(("010", "012", "110")[number % 3]))
        launched = time.perf_counter() - began
        for attempt in attempts:
            await floor.over(attempt)
        ended = [len(floor.of(a, CallEnded)) for a in attempts]
        refused = sum(len(floor.of(a, CallNotAttempted)) for a in attempts)
        print(f"launches: {len(attempts)} in {launched:.1f} s = {len(attempts) / launched:.1f} a second")
        otherwise = len(ended) - ended.count(1)
        print(f"          ended once {ended.count(1)}, otherwise {otherwise}, refused {refused}")
        await floor.stop()


async def joining(answers: int = 2000, agents: int = 30) -> None:
    """Half as many answers a second as there are agents, each joined to a free one, talked for 1 s, ended."""
    with _laboratory() as laboratory:
        floor = _floor(laboratory)
        await floor.start()
        free: asyncio.Queue[AgentId] = asyncio.Queue()
        for number in range(1, agents + 1):
            free.put_nowait(await floor.agent(f"agent-{number}", f"seat{number}"))
        assert len([e for e in floor.told if isinstance(e, AgentLegRestored)]) == agents
        spans: list[float] = []
        missed: list[AttemptId] = []

        async def one() -> None:
            agent = await free.get()
            attempt = await floor.call("002")
            try:
                answered = await floor.wait(CallAnswered, within=10, attempt=attempt)
                await floor.bridge(attempt, agent)
                bridged = await floor.wait(CallBridged, within=5, attempt=attempt)
                spans.append(bridged.bridged_at - answered.answered_at)
                await asyncio.sleep(1.0)
            except TimeoutError:  # refused while the box is overloaded, or the limit passed before we joined
                missed.append(attempt)
            await floor.hang_up(attempt)
            await floor.over(attempt)
            floor.forget(attempt)
            free.put_nowait(agent)

        async with asyncio.TaskGroup() as group:
            for _ in range(answers):
                group.create_task(one())
                await asyncio.sleep(2 / agents)
        spans.sort()
        print(
            f"joining: {len(spans)} answers, {agents} agents: p50 {_quantile(spans, 0.5) * 1000:.1f} ms, "
            f"p95 {_quantile(spans, 0.95) * 1000:.1f}, p99 {_quantile(spans, 0.99) * 1000:.1f}, "
            f"most {spans[-1] * 1000:.1f} (Asterisk's clock: answered to joined); not joined {len(missed)}"
        )
        await floor.stop()


def _floor(laboratory: Laboratory) -> Floor:
    return Floor(laboratory, trunks=(TrunkPlan(name="trunk", calls_per_second=500, lines=5000),))


def _laboratory() -> Laboratory:
    missing = reason_missing()
    if missing:
        raise SystemExit(missing)
    return Laboratory()


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
