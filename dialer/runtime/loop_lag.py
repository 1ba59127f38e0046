"""How late the loop comes to what is due: the one number that says whether the floor is served in time."""

import asyncio
from collections.abc import Callable

TICK_S = 0.02


async def watch_lag(report: Callable[[float], None]) -> None:
    """Report, about fifty times a second, by how many seconds a tick came late. For ever."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK_S
        await asyncio.sleep(TICK_S)
        report(max(loop.time() - due, 0.0))
