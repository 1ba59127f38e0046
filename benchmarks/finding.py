"""What finding a person by part of a name costs: reading everybody, memory, a look, and who waits meanwhile.

    python -m benchmarks.finding --persons 100000

A store is made with so many sealed persons. Then everybody's name is read beside an event loop that asks
every millisecond whether it is late, as a floor's loop would find it; then names are looked for, rare ones,
common ones, and one that nobody has.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dialer.access.walls import EVERYTHING
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedPerson
from dialer.floor.beside import store_beside
from dialer.inquiry.finding import finder as finding
from dialer.inquiry.finding.wanted import Wanted
from dialer.runtime.undisturbed import undisturbed
from dialer.storage.store import Store

FIRST = ("Mary", "John", "Rosa", "José", "Linda", "Ahmed", "Wei", "Anna", "Peter", "Ngozi")
LETTERS = "abcdefghijklmnoprstuvwyz"
NOW = 1_795_000_000.0
LOOKS = ("mary sm", "qua", "xyzzyx", "rosa abe", "ann")


def accounts(count: int) -> Iterator[PlacedAccount]:
    """Made-up people."""
    draw = random.Random(11)
    for number in range(count):
        last = "".join(draw.choices(LETTERS, k=draw.randint(4, 9))).title()
        person = PlacedPerson(person_ref=f"R{number}", first=draw.choice(FIRST), last=last)
        yield PlacedAccount(
            line=number, client="acme", client_account=f"A{number}", balance=Money(cents=1), person=person
        )


def fill(path: Path, count: int) -> None:
    """A store with so many persons."""
    with Store.open(str(path), durable=False, identity_key=b"bench") as store:
        imports = store.imports()
        begun = imports.begin(file_name="f", sha256="f", campaign="c", client="acme", now=NOW)
        imports.stage(begun.import_id, accounts(count))
        imports.publish(begun.import_id, now=NOW)
        imports.put_in_place(begun.import_id, now=NOW)


async def late_by(worst: list[float]) -> None:
    """How late a loop is that wants to wake every millisecond."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        worst.append(time.perf_counter() - began - 0.001)


def told(late: list[float]) -> str:
    """Milliseconds at the median, at p99 and at worst."""
    late.sort()
    picks = (late[len(late) // 2], late[int(len(late) * 0.99)], late[-1])
    return " / ".join(f"{each * 1000:.1f}" for each in picks) + " ms late (median, p99, worst)"


async def measure(path: Path) -> None:
    """Print it."""
    late: list[float] = []
    async with store_beside(str(path)) as beside, asyncio.TaskGroup() as group:
        watch = group.create_task(late_by(late))
        await asyncio.sleep(2.0)
        print("nothing besides:", told(late))
        late.clear()
        finder = finding.PersonFinder(beside)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, used = time.perf_counter(), time.process_time()
        await finder.read_everybody()
        took, used = time.perf_counter() - began, time.process_time() - used
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"everybody read in {took:.1f} s, {used:.1f} s of processor time, {grown:.0f} MB: {told(late)}")
        for text in LOOKS:
            late.clear()
            times: list[float] = []
            found = await finder.find(Wanted(name=text), EVERYTHING, by=f"bench {text}")
            for _ in range(5):
                began = time.perf_counter()
                await finder.find(Wanted(name=text), EVERYTHING, by=f"bench {text}")
                times.append(time.perf_counter() - began)
            shown = f"{len(found.persons)}{' of more' if found.is_cut else ''}"
            print(f"{text!r}: {shown} found in {sorted(times)[2] * 1000:.0f} ms: {told(late)}")
        watch.cancel()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=20_000)
    count: int = parser.parse_args().persons
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        began = time.perf_counter()
        fill(path, count)
        print(f"{count:,} persons placed in {time.perf_counter() - began:.0f} s")
        with undisturbed():
            asyncio.run(measure(path))


if __name__ == "__main__":
    main()
