"""A floor in real time on the simulated telephone network: made-up people, a clock of the scenario's day."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId
from dialer.files import own_folder
from dialer.floor.certificates import CertificateFiles
from dialer.floor.client_terms import client_contracts
from dialer.floor.folder import SOCKET_FILE, address_at, scenario_clock, write_address
from dialer.floor.live import FloorOrder, Mount, Running, running_floor
from dialer.floor.made_up import CAMPAIGN, CLIENT, NUMBERS, stock
from dialer.floor.network import order_of, started_network
from dialer.floor.standby import Overtaken, nobody_told
from dialer.floor.stores import STORE_FILE
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.store import Store
from simulator.scenario import Scenario
from simulator.scenario_settings import adapted, campaign_settings
from telephony.simulated.client import Address, SimulatedNetwork

PERSONS_PER_AGENT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFloor:
    """A floor to run on the simulated network. None = as the scenario says, or the usual.

    Args:
        agents: scripted collectors.
        persons: made-up people in a new store.
        factor: the floor's seconds in one real second.
        host: where the floor's HTTP side listens, as its collectors reach it.
        socket: of a network that runs already; None = one is started with the floor.
        tls: the certificate that its HTTP side speaks under; None = in clear.
        store, overtaken: see `FloorOrder`.
    """

    folder: Path
    scenario: Scenario
    agents: int | None = None
    persons: int | None = None
    policy: str | None = None
    factor: float = 1.0
    host: str = "127.0.0.1"
    database: str | None = None
    socket: Path | None = None
    drain_s: float = 30.0
    tls: CertificateFiles | None = None
    store: Store | None = None
    overtaken: Overtaken = nobody_told

    @property
    def address(self) -> str:
        """Of its store."""
        return self.database or str(self.folder / STORE_FILE)

    @property
    def collectors(self) -> int:
        """How many scripted collectors there are."""
        return self.scenario.agents.count if self.agents is None else self.agents

    @property
    def people(self) -> int:
        """How many people are made up for a new store."""
        return self.persons if self.persons is not None else max(self.collectors, 1) * PERSONS_PER_AGENT


def settings_of(wanted: SimulatedFloor) -> CampaignSettings:
    """The campaign's settings by the scenario and the client's contract; a live floor stops when somebody
    stops it."""
    scenario = adapted(wanted.scenario, policy=wanted.policy, agents=max(wanted.collectors, 1))
    settings = campaign_settings(scenario, campaign=CampaignId(CAMPAIGN), client=ClientId(CLIENT))
    shown = replace(settings, caller_id=NUMBERS[0].number, caller_id_pool="")
    return client_contracts().of(settings.client).applied(shown)


def _stock_new(store: Store, *, campaign: str, persons: int, now: float) -> None:
    if store.last_sequence() == 0:
        stock(store, campaign=campaign, persons=persons, now=now)


@asynccontextmanager
async def simulated_floor(wanted: SimulatedFloor, mount: Mount) -> AsyncGenerator[Running]:
    """The floor while the block runs; its people are made up when its store is new.

    Raises:
        See `running_floor`.
    """
    own_folder(wanted.folder)
    clock = scenario_clock(wanted.folder, wanted.scenario, wanted.factor)
    settings = settings_of(wanted)
    order = FloorOrder(
        database=wanted.address,
        campaigns=(settings,),
        caller_ids=NUMBERS,
        settings=RuntimeSettings(drain_s=wanted.drain_s),
        mount=mount,
        prepare=partial(_stock_new, campaign=settings.campaign, persons=wanted.people, now=clock.posix()),
        store=wanted.store,
        overtaken=wanted.overtaken,
    )
    path = wanted.socket if wanted.socket is not None else wanted.folder / SOCKET_FILE
    lines = SimulatedNetwork(Address(path=str(path)), is_coming=wanted.socket is None)
    law = sample_rulebook()
    async with AsyncExitStack() as stack:
        floor = running_floor(order, network=lines, clock=clock, rulebook=law)
        running = await stack.enter_async_context(floor)
        api = address_at(wanted.host, running.port, is_encrypted=wanted.tls is not None)
        write_address(wanted.folder, api)
        if wanted.socket is None:
            ordered = order_of(
                wanted.scenario,
                wanted.folder,
                clock=clock,
                agents=wanted.collectors,
                api=api,
                certificate="" if wanted.tls is None else str(wanted.tls.certificate),
            )
            await stack.enter_async_context(started_network(ordered, wanted.folder))
        yield running
