"""`fairdial network`: the simulated telephone network as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

if TYPE_CHECKING:
    from dialer.runtime.clocks import RehearsalClock
    from simulator.scenario import Scenario
    from telephony.in_memory.public import PublicPlan
    from telephony.simulated.client import Address
    from telephony.simulated.program import NetworkOrder

ORDER_FILE = "network.json"
GOODBYE_S = 5.0


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(network)


def network(
    folder: Annotated[Path, typer.Argument(help="The floor's folder, as given to `fairdial serve --out`.")],
    scenario: Annotated[str, typer.Option(help="A scenario's name or a TOML file.")] = "smoke",
    agents: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's own number.")] = None,
    api: Annotated[
        str, typer.Option(help="Where the floor's HTTP side will listen.")
    ] = "http://127.0.0.1:8765",
    factor: Annotated[float, typer.Option(min=0.1, help="The floor's seconds in one real second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed is another public.")] = 1,
) -> None:
    """Run the telephone network until SIGTERM: `fairdial serve --socket FOLDER/network.sock` talks to it."""
    import uvloop

    from dialer.cli.serve import SOCKET_FILE, the_clock, the_token
    from dialer.cli.service_log import log_as_json
    from simulator.scenario_file import load_scenario
    from telephony.simulated.client import Address
    from telephony.simulated.program import run_network

    log_as_json()
    folder.mkdir(parents=True, exist_ok=True)
    found = load_scenario(scenario)
    order = order_of(
        found,
        address=Address(path=str(folder / SOCKET_FILE)),
        log=folder / "network.log",
        clock=the_clock(folder, found, factor),
        agents=found.agents.count if agents is None else agents,
        api=api,
        token=the_token(folder),
        seed=seed,
    )
    uvloop.run(run_network(order))


def public_of(scenario: Scenario) -> PublicPlan:
    """The network's public in the scenario's shares: the same floor, more simply drawn."""
    from telephony.in_memory.public import PublicPlan

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
    from simulator.durations import Duration

    assert isinstance(duration, Duration), "talks are spans"
    return max(sum(duration.at((place + 0.5) / 20) for place in range(20)) / 20, 0.1)


def order_of(
    scenario: Scenario,
    *,
    address: Address,
    log: Path,
    clock: RehearsalClock,
    agents: int,
    api: str,
    token: str,
    seed: int = 1,
) -> NetworkOrder:
    """What the network's process is told."""
    from telephony.simulated.agents import AgentsPlan
    from telephony.simulated.program import NetworkOrder

    plan = AgentsPlan(
        count=agents, campaign="made-up", api=api, token=token, tags=tuple(sorted(scenario.agents.tags))
    )
    return NetworkOrder(
        address=address,
        log=str(log),
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
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(order))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "telephony.simulated",
        str(file),
        start_new_session=True,  # a Ctrl-C at the terminal is for the floor, which ends its network itself
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), GOODBYE_S)
            except TimeoutError:
                process.kill()
