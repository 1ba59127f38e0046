"""`fairdial serve`: a floor in real time."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.cli.live_floor import FloorOrder, Running
    from dialer.domain.campaign import CampaignSettings
    from dialer.runtime.clocks import RehearsalClock
    from dialer.web.tokens import Token, Tokens
    from simulator.scenario import Scenario
    from telephony.simulated.client import Address
    from telephony.simulated.program import NetworkOrder

STORE_FILE = "fairdial.db"
CLOCK_FILE = "clock.json"
TOKEN_FILE = "token"
ADDRESS_FILE = "address.json"
SOCKET_FILE = "network.sock"
PERSONS_PER_AGENT = 400


@dataclass(frozen=True, slots=True)
class SimulatedFloor:
    """Everything `serve --network simulated` was asked for."""

    folder: Path
    scenario: Scenario
    agents: int
    persons: int
    policy: str | None
    factor: float
    host: str
    port: int
    database: str | None
    socket: Path | None
    drain_s: float


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(serve)


def serve(
    network: Annotated[
        str, typer.Option(help="Which telephone system: simulated, or asterisk (by the settings file).")
    ] = "simulated",
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Settings file; else ./fairdial.toml.", show_default=False),
    ] = None,
    scenario: Annotated[str, typer.Option(help="A scenario's name or a TOML file.")] = "smoke",
    out: Annotated[Path | None, typer.Option(help="The floor's folder.", show_default=False)] = None,
    database: Annotated[
        str | None, typer.Option(help="A file, or postgresql://user@host/name.", show_default=False)
    ] = None,
    agents: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's own number.")] = None,
    persons: Annotated[int | None, typer.Option(min=1, help="Made-up people in a new store.")] = None,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Pacing policy.")] = None,
    factor: Annotated[float, typer.Option(min=0.1, help="The floor's seconds in one real second.")] = 1.0,
    host: Annotated[
        str | None, typer.Option(help="Where the HTTP side listens; 127.0.0.1.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, help="8765; 0 = any free port.", show_default=False)
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option(help="Socket of a network that runs already (`fairdial network`).", show_default=False),
    ] = None,
    drain: Annotated[float, typer.Option(min=0.0, help="Seconds to let calls end after SIGTERM.")] = 30.0,
) -> None:
    """Run a floor until SIGTERM or Ctrl-C: agents, campaigns, HTTP, health, metrics."""
    gc.disable()  # a fifth of the start would go to looking for garbage; the floor itself looks again
    from dialer.cli.checks import demand_time_zones
    from dialer.cli.live_settings import use_config
    from dialer.cli.serve_asterisk import LiveFloor, serve_asterisk
    from simulator.scenario_file import load_scenario

    use_config(config)
    demand_time_zones()
    if network == "asterisk":
        serve_asterisk(LiveFloor(folder=out, database=database, host=host, port=port, drain_s=drain))
        return
    if network != "simulated":
        raise console.UserError(
            f"there is no telephone system called {network!r} here",
            mend="use --network simulated or --network asterisk",
        )
    found = load_scenario(scenario)
    count = found.agents.count if agents is None else agents
    wanted = SimulatedFloor(
        folder=out if out is not None else Path("fairdial-out") / "serve",
        scenario=found,
        agents=count,
        persons=persons if persons is not None else max(count, 1) * PERSONS_PER_AGENT,
        policy=policy,
        factor=factor,
        host=host if host is not None else "127.0.0.1",
        port=port if port is not None else 8765,
        database=database,
        socket=socket,
        drain_s=drain,
    )
    _run(wanted)


def _run(wanted: SimulatedFloor) -> None:
    import uvloop

    from dialer.cli.service_log import log_as_json
    from dialer.runtime.settings import RuntimeSettings
    from dialer.storage.store import Store

    log_as_json()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    clock = the_clock(wanted.folder, wanted.scenario, wanted.factor)
    database = wanted.database or str(wanted.folder / STORE_FILE)
    text = the_token(wanted.folder)

    from dialer.cli.live_floor import FloorOrder
    from dialer.cli.made_up import NUMBERS, stock

    settings = live_settings(wanted.scenario, agents=max(wanted.agents, 1), policy=wanted.policy)
    with Store.open(database) as store:
        if store.last_sequence() == 0:
            stock(store, campaign=settings.campaign, persons=wanted.persons, now=clock.posix())
    order = FloorOrder(
        database=database,
        campaigns=(settings,),
        caller_ids=NUMBERS,
        tokens=the_tokens(wanted.folder),
        host=wanted.host,
        port=wanted.port,
        settings=RuntimeSettings(drain_s=wanted.drain_s),
    )
    uvloop.run(_serve(wanted, order, clock, text))


async def _serve(wanted: SimulatedFloor, order: FloorOrder, clock: RehearsalClock, token: str) -> None:
    from compliance_gate.book.shipped import sample_rulebook
    from dialer.cli.live_floor import running_floor, work_until_signal
    from dialer.cli.network import started_network
    from telephony.simulated.client import Address, SimulatedNetwork

    path = wanted.socket if wanted.socket is not None else wanted.folder / SOCKET_FILE
    address = Address(path=str(path))
    lines, law = SimulatedNetwork(address), sample_rulebook()
    async with running_floor(order, network=lines, clock=clock, rulebook=law) as running:
        write_address(wanted.folder, wanted.host, running.port)
        console.say(
            f"the floor listens at http://{wanted.host}:{running.port}; "
            f"its token is in {wanted.folder / TOKEN_FILE}"
        )
        if wanted.socket is not None:
            await work_until_signal(running.floor)
            return
        ordered = _network_order(wanted, address, clock, running, token)
        async with started_network(ordered, wanted.folder):
            await work_until_signal(running.floor)


def _network_order(
    wanted: SimulatedFloor, address: Address, clock: RehearsalClock, running: Running, token: str
) -> NetworkOrder:
    from dialer.cli.network import order_of

    return order_of(
        wanted.scenario,
        address=address,
        log=wanted.folder / "network.log",
        clock=clock,
        agents=wanted.agents,
        api=f"http://{wanted.host}:{running.port}",
        token=token,
    )


def write_address(folder: Path, host: str, port: int) -> None:
    """Write down for other commands where the floor of this folder listens."""
    import os

    import msgspec

    data = msgspec.json.encode({"api": f"http://{host}:{port}", "process": os.getpid()})
    (folder / ADDRESS_FILE).write_bytes(data)


def live_settings(scenario: Scenario, *, agents: int, policy: str | None) -> CampaignSettings:
    """The campaign's settings by the scenario; a live floor stops when somebody stops it."""
    from dialer.domain.campaign import CampaignSettings, DetectionMode
    from dialer.domain.ids import CampaignId, ClientId

    plan = scenario.campaign
    return CampaignSettings(
        campaign=CampaignId("made-up"),
        client=ClientId("made-up"),
        time_zone=scenario.shift.time_zone,
        policy=policy if policy is not None else plan.policy,
        policy_parameters=dict(plan.policy_parameters),
        pacing_interval_s=plan.pacing_interval_s,
        abandonment_limit=plan.abandonment_limit,
        abandonment_target=plan.abandonment_target,
        answer_limit_s=plan.answer_limit_s,
        bridge_margin_s=plan.bridge_margin_s,
        ring_s=plan.ring_s,
        detection=DetectionMode(plan.detection),
        caller_id="+12125550100",
        lines=max(1, round(plan.lines_per_agent * agents)),
        launches_per_second=plan.launches_per_second,
        hopper_size=max(10, round(plan.hopper_per_agent * agents)),
        rest_s=dict(plan.rest_s),
        max_passes=plan.max_passes,
    )


def the_clock(folder: Path, scenario: Scenario, factor: float) -> RehearsalClock:
    """The floor's clock: the scenario's day and hour when the folder was new, and running ever since."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    shift = scenario.shift
    shows = datetime.combine(shift.day, shift.starts, ZoneInfo(shift.time_zone)).timestamp()
    return lasting_clock(folder, shows=shows, factor=factor)


def lasting_clock(folder: Path, *, shows: float, factor: float = 1.0) -> RehearsalClock:
    """A clock that showed `shows` when the folder was new, and has been running ever since."""
    import msgspec

    from dialer import clock
    from dialer.runtime.clocks import RehearsalClock

    file = folder / CLOCK_FILE
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=RehearsalClock)
    made = RehearsalClock(began=clock.posix_now(), shows=shows, factor=factor)
    file.write_bytes(msgspec.json.encode(made))
    return made


def the_tokens(folder: Path, others: Iterable[Token] = ()) -> Tokens:
    """Who may ask the floor of this folder for what: the folder's own token, and `others`."""
    from dialer.web.tokens import Role, Token, Tokens, digest_of

    roles = frozenset({Role.SUPERVISOR, Role.CLERK, Role.WATCHER})
    own = Token(digest=digest_of(the_token(folder)), roles=roles, name="the token of this folder")
    return Tokens([own, *others])


def the_token(folder: Path) -> str:
    """The token of this folder, made when there is none; readable by its owner alone."""
    file = folder / TOKEN_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text().strip()
