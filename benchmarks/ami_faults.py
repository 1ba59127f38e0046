"""How soon the link to Asterisk is back after each kind of fault, under the loop that `serve` uses.

A scripted manager interface in a thread of its own is cut, misbehaves for a while in one of the ways that
proxies, starting boxes and other programs do, and then answers. Measured: seconds from the instant at which
the port answers properly until the connection is up again, with the product's own timings.

    python benchmarks/ami_faults.py --rounds 100 [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/unit/telephony"))

from fake_ami import FakeAmi, Fault

from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.wire import LinkLost, LinkRestored

MOST_S = 30.0


class Far:
    """The scripted Asterisk, in another thread and loop: its socket's ends come when they come."""

    def __init__(self) -> None:
        self.ami = FakeAmi()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self.ami.listen())

    def _do(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def break_down(self, fault: Fault | None, *, refuses: bool = False) -> None:
        """Cut, and misbehave; `refuses`: the port is closed meanwhile."""

        async def work() -> None:
            self.ami.fault = fault
            if refuses:
                await self.ami.stop_listening()
            self.ami.cut()

        self._do(work())

    def mend(self) -> float:
        """Answer properly from now on. Connections that hang are left hanging, as a proxy leaves them."""

        async def work() -> None:
            self.ami.fault = None
            await self.ami.stop_listening()
            await self.ami.listen()

        self._do(work())
        return time.monotonic()


async def _next(link: AmiConnection, kind: type) -> None:
    async for item in link.events:
        if isinstance(item, kind):
            return


async def rounds(count: int, seed: int) -> dict[str, list[float]]:
    """Seconds until it was back, by fault; -1 = not within the most that is waited."""
    far, chance = Far(), random.Random(seed)
    link = AmiConnection(AmiAddress(user="fairdial", secret="s", port=far.ami.port))
    await link.connect()
    faults: list[tuple[str, Fault | None]] = [(fault.value, fault) for fault in Fault]
    faults.append(("port closed", None))
    took: dict[str, list[float]] = {}
    for number in range(count):
        name, fault = faults[number % len(faults)]
        far.break_down(fault, refuses=fault is None)
        async with asyncio.timeout(MOST_S):
            await _next(link, LinkLost)
        await asyncio.sleep(chance.uniform(0.0, 8.0))
        at = far.mend()
        try:
            async with asyncio.timeout(MOST_S):
                await _next(link, LinkRestored)
            took.setdefault(name, []).append(time.monotonic() - at)
        except TimeoutError:
            took.setdefault(name, []).append(-1.0)
    await link.close()
    return took


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    took = uvloop.run(rounds(wanted.rounds, wanted.seed))
    for name, spans in sorted(took.items()):
        lost = sum(1 for span in spans if span < 0)
        worst = max(spans)
        print(
            f"{name:18} {len(spans):4} rounds, back in {statistics.median(spans):.2f} s (median), "
            f"{worst:.2f} s (worst), never: {lost}"
        )
    everything = [span for spans in took.values() for span in spans]
    never = sum(1 for span in everything if span < 0)
    print(f"all: worst {max(everything):.2f} s of {len(everything)}, never back: {never}")


if __name__ == "__main__":
    main()
