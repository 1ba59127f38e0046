"""`fairdial network`: the simulated telephone network as a process of its own."""

from pathlib import Path
from typing import Annotated

import typer


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

    from dialer.floor.network import work_network
    from dialer.floor.scenarios import scenario_named
    from dialer.floor.service_log import log_as_json

    log_as_json()
    found = scenario_named(scenario)
    uvloop.run(work_network(folder, found, agents=agents, api=api, factor=factor, seed=seed))
