"""The simulated telephone network of a floor: what its process is told, and that process."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from dialer.files import own_folder, write_whole
from dialer.floor.folder import SOCKET_FILE, folder_token, scenario_clock
from dialer.floor.made_up import CAMPAIGN
from dialer.runtime.clocks import RehearsalClock
from simulator.durations import Duration
from simulator.scenario import Scenario
from telephony.in_memory.public import PublicPlan
from telephony.simulated.agents import AgentsPlan
from telephony.simulated.client import Address
from telephony.simulated.program import NetworkOrder, run_network

ORDER_FILE = "network.json"
LOG_FILE = "network.log"
GOODBYE_S = 5.0


async def work_network(
    folder: Path, scenario: Scenario, *, agents: int | None, api: str, factor: float, seed: int
) -> None:
    """Be the telephone network of the floor in this folder until SIGTERM.

    Args:
        agents: scripted collectors; None = as many as the scenario has.
        api: where the floor's HTTP side will listen.
        factor: the floor's seconds in one real second.
    """
    own_folder(folder)
    order = order_of(
        scenario,
        folder,
        clock=scenario_clock(folder, scenario, factor),
        agents=scenario.agents.count if agents is None else agents,
        api=api,
        seed=seed,
    )
    await run_network(order)


def public_of(scenario: Scenario) -> PublicPlan:
    """The network's public in the scenario's shares: the same floor, more simply drawn."""
    calls, numbers, talks = scenario.calls, scenario.numbers, scenario.talks
    machine = (1.0 - calls.person_answers) * numbers.voicemail * 0.5
    return PublicPlan(
        person=calls.person_answers,
        machine=machine,
        busy=calls.busy,
        invalid=numbers.not_in_service,
        congestion=calls.congestion,
        talk_s=_middle(talks.right_party),
        machine_talk_s=_middle(talks.machine),
    )


def _middle(duration: object) -> float:
    assert isinstance(duration, Duration), "talks are spans"
    return max(sum(duration.at((place + 0.5) / 20) for place in range(20)) / 20, 0.1)


def order_of(
    scenario: Scenario,
    folder: Path,
    *,
    clock: RehearsalClock,
    agents: int,
    api: str,
    seed: int = 1,
    certificate: str = "",
) -> NetworkOrder:
    """What the network's process is told: to be the one of the floor in this folder."""
    plan = AgentsPlan(
        count=agents,
        campaign=CAMPAIGN,
        api=api,
        token=folder_token(folder),
        certificate=certificate,
        tags=tuple(sorted(scenario.agents.tags)),
    )
    return NetworkOrder(
        address=Address(path=str(folder / SOCKET_FILE)),
        log=str(folder / LOG_FILE),
        seed=seed,
        lines=scenario.network.lines,
        began=clock.began,
        shows=clock.shows,
        factor=clock.factor,
        public=public_of(scenario),
        agents=plan if agents else None,
    )


@asynccontextmanager
async def started_network(order: NetworkOrder, folder: Path) -> AsyncGenerator[None]:
    """A network in another process while the block runs."""
    file = folder / ORDER_FILE
    write_whole(file, msgspec.json.encode(order))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "telephony.simulated",
        str(file),
        "--until-eof",
        stdin=asyncio.subprocess.PIPE,  # however the floor ends, this end of it closes, and the network ends
        start_new_session=True,  # a Ctrl-C at the terminal is for the floor, which ends its network itself
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(GOODBYE_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
