"""A crowd without a token floods the port; at length, with the goals, in `benchmarks/flood.py`."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from virtual_loop import VirtualLoop

from benchmarks.flood import MOST_MEMORY, run
from dialer.web.bounds.turnstile import Turnstile


@pytest.mark.slow
@pytest.mark.long
def test_a_floor_goes_on_while_a_crowd_of_strangers_floods_its_port(tmp_path: Path) -> None:
    """It bridges, knows those with a token, holds its memory, and answers nobody with 5xx."""
    quiet, flooded, _ = run(tmp_path, agents=10, seconds=8.0, scale=0.2)
    assert flooded.bridges > 0
    assert flooded.unanswered == 0
    assert flooded.memory_mb < MOST_MEMORY * quiet.memory_mb
    answers = {what for counted in flooded.told.values() for what in counted}
    assert answers & {"401", "415", "429"}
    assert not {what for what in answers if what.startswith("5")}


async def test_of_strangers_who_ask_at_once_one_is_heard_in_each_turn_of_the_loop() -> None:
    """What is ready beside them runs between any two."""
    turnstile, heard = Turnstile(gap_s=0.0001), list[str]()

    async def ask(number: int) -> None:
        assert await turnstile.turn(lambda: False)
        heard.append(f"stranger {number}")

    async def work() -> None:
        while "stranger 19" not in heard:
            heard.append("floor")
            await asyncio.sleep(0.0)

    async with asyncio.timeout(30.0), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(ask(number))
        group.create_task(work())
    strangers = [place for place, who in enumerate(heard) if who != "floor"]
    assert [heard[place] for place in strangers] == [f"stranger {number}" for number in range(20)]
    assert all("floor" in heard[first:second] for first, second in pairwise(strangers))


def test_who_is_gone_is_let_go_before_anybody_waits_for_them() -> None:
    """A thousand who went away take no turn, and are not kept: the next is heard after one gap."""

    async def ask() -> float:
        turnstile, gone = Turnstile(gap_s=0.2), False
        assert await turnstile.turn(lambda: gone)
        asked = [asyncio.ensure_future(turnstile.turn(lambda: gone)) for _ in range(1_000)]
        await asyncio.sleep(0.0)
        assert len(turnstile) == 1_000
        gone = True
        assert await turnstile.turn(lambda: False)
        heard_at = asyncio.get_running_loop().time()
        assert not any(await asyncio.gather(*asked))
        assert len(turnstile) == 0
        return heard_at

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(ask()) == pytest.approx(0.2)
