"""A floor for whoever wants to see one: made-up people, a clock that a slider paces, and seats to take.

Everything is in this one process: the network, its public, and the scripted collectors beside the visitors.
It is closed to the outside and to everything real: it listens on loopback, its store is in a folder of its
own that was empty, and it refuses a telephone system, phones, a certificate or a provider besides
(`nothing_real`). Only here may a visitor be anybody without a password.
"""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from importlib import resources
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from compliance_gate.book.shipped import sample_rulebook
from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, CampaignId, ClientId, PersonId
from dialer.domain.snapshot import FloorSnapshot
from dialer.files import own_folder, write_whole
from dialer.floor.beside import StoreBeside
from dialer.floor.first_minutes import FIRST_MINUTES
from dialer.floor.folder import CLOCK_FILE, address_at, folder_token, write_address
from dialer.floor.live import FloorOrder, Mount, Running, running_floor
from dialer.floor.made_up import NUMBERS
from dialer.floor.network import public_of
from dialer.floor.nothing_real import FASTEST, SLOWEST, NotMadeUpError
from dialer.floor.placing import DEFAULT_CAMPAIGN, import_placement
from dialer.floor.sample import RECEIVED, SHIFT_DAY
from dialer.floor.scenarios import scenario_named
from dialer.floor.shown_accounts import ShownAccounts
from dialer.floor.signed_in import By
from dialer.floor.stores import STORE_FILE
from dialer.intake.placements import PlacementReader
from dialer.runtime.clocks import PacedClock, RehearsalClock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.identities import Identity, identities_of
from dialer.storage.store import Store
from simulator.scenario import Scenario
from simulator.scenario_settings import adapted, campaign_settings
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public
from telephony.in_memory.text_talk import Known, Say, TextTalk, TextTalks
from telephony.simulated.agents import AgentsPlan, ScriptedAgents

HOST = "127.0.0.1"
CLIENT = "acme"
"""Whose the bundled placement is."""
SCENARIO = "smoke"
STARTS_HOUR, ZONE = 12, "America/New_York"
"""Noon in New York, when people may be called from one coast to the other."""
PEOPLE = 4_000
COLLECTORS = 8
LANGUAGES = ("language:es",)
"""What scripted collectors speak besides English: some of the people are to be spoken to so."""
SEATS = tuple(AgentId(f"collector-{place}") for place in range(1, 5))
"""Which a visitor may take; scripted collectors sit at others."""

PROMISED_IN_DAYS = 7
LINES = 200


def demand_empty(folder: Path) -> Path:
    """A folder for a demonstration, made where it is not there.

    Raises:
        NotMadeUpError: there is something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotMadeUpError(
            "a demonstration begins in an empty folder",
            where=str(folder),
            mend="name another with --out, or none: then it is gone when the floor ends.",
        )
    return own_folder(folder)


def scenario_of(collectors: int) -> Scenario:
    """What the floor is like: short talks, many who answer, and a policy that looks ahead."""
    found = scenario_named(SCENARIO)
    shift = replace(found.shift, day=SHIFT_DAY, time_zone=ZONE)
    return adapted(replace(found, shift=shift), policy="predictive", agents=collectors + len(SEATS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFloor:
    """A demonstration to run. `told`: hears how many lines of the placement were read."""

    folder: Path
    collectors: int = COLLECTORS
    people: int = PEOPLE
    seed: int = 1
    factor: float = 1.0
    told: Callable[[int], None] = lambda _: None

    @property
    def address(self) -> str:
        """Of its store."""
        return str(self.folder / STORE_FILE)


@dataclass(slots=True, kw_only=True)
class Demonstration:
    """What a visitor may do that nobody may elsewhere: be anybody, pace the clock, talk in text.

    Args:
        accounts: of each role, in the order in which they are given out.
    """

    clock: PacedClock
    network: InMemoryNetwork
    talks: TextTalks
    beside: StoreBeside
    shown: ShownAccounts
    accounts: dict[Role, list[str]] = field(default_factory=dict[Role, list[str]])

    @property
    def time_zone(self) -> str:
        """In which the floor's clock is read."""
        return ZONE

    async def open(self) -> None:
        """Make an account for each role, and one for each seat."""
        by = By(who="the demonstration")
        for role in FIRST_MINUTES:
            names = list(SEATS) if role is Role.AGENT else [role.value]
            for name in names:
                seat = name if role is Role.AGENT else None
                await self.shown.add(name, roles=frozenset({role}), walls=EVERYTHING, agent=seat, by=by)
            self.accounts[role] = [str(name) for name in names]

    def account_for(self, role: Role, floor: FloorSnapshot, earlier: str | None) -> str | None:
        """Whose account a visitor gets; a seat that nobody sits at. `earlier`: theirs until now.

        None: there is no such role here, or every seat is taken.
        """
        names = self.accounts.get(role, [])
        if earlier in names:
            return earlier
        taken = {str(row.agent) for row in floor.agents if row.state is not AgentState.LOGGED_OUT}
        free = [name for name in names if name not in taken]
        if free and len(names) > 1:  # the next visitor gets another
            names.remove(free[0])
            names.append(free[0])
        return free[0] if free else None

    def run_at(self, factor: float) -> None:
        """Pace the floor. Raises InvalidFactError: it does not hold at that pace."""
        if not SLOWEST <= factor <= FASTEST:
            raise InvalidFactError(f"this floor runs at {SLOWEST:g} to {FASTEST:g} times real time")
        self.clock.run_at(factor)

    def talk_of(self, agent: str) -> TextTalk | None:
        """The talk at a seat, or its last one."""
        return self.talks.of(AgentId(agent))

    async def say(self, agent: str, what: str) -> TextTalk:
        """Say something at a seat, and be answered. Raises InvalidFactError: nobody is on the line."""
        talk = self.talk_of(agent)
        if talk is None or talk.is_over:
            raise InvalidFactError("nobody is on your line")
        identity = (await self.beside.read(partial(_identities, self.beside, talk.person))).get(talk.person)
        talk.say(Say(what), self._known(talk, identity or Identity()))
        return talk

    def _known(self, talk: TextTalk, who: Identity) -> Known:
        found = (
            ("I was born on {}.", who.date_of_birth or ""),
            ("My ZIP code is {}.", next((lines[2] for lines in who.addresses.values() if lines[2]), "")),
            ("The last four are {}.", who.ssn_last4),
        )
        told = tuple(text.format(value) for text, value in found if value)
        name = " ".join(part for part in (who.first, who.last) if part)
        return Known(name=name, identifies=told[:2], offer=self._offer(talk))

    def _offer(self, talk: TextTalk) -> str:
        day = datetime.fromtimestamp(self.clock.posix(), ZoneInfo(ZONE)).date() + timedelta(
            days=PROMISED_IN_DAYS
        )
        dollars = 25 * (2 + sum(talk.attempt.encode()) % 7)
        return f"I can pay {dollars} dollars on {day:%A}, {day:%B} {day.day}, {day.year}."


def _identities(beside: StoreBeside, person: PersonId, connection: Connection) -> dict[str, Identity]:
    return identities_of(connection, beside.keyring, [person])


class PacedAlarm:
    """An alarm by a clock that may be paced: what waits is set anew at another pace."""

    def __init__(self, clock: PacedClock) -> None:
        self._clock = clock
        self._at: float | None = None
        self._ring: Callable[[], None] = lambda: None
        self._timer: asyncio.TimerHandle | None = None
        clock.on_change(self._anew)

    def set(self, at: float | None, ring: Callable[[], None]) -> None:
        """See `telephony.in_memory.network.Alarm`."""
        self._at, self._ring = at, ring
        self._anew()

    def _anew(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._at is not None:
            wait_s = max(0.0, self._at - self._clock.posix()) / self._clock.factor
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._rung)

    def _rung(self) -> None:
        self._at = None
        self._ring()


def clock_of(wanted: ShownFloor) -> PacedClock:
    """The floor's clock, which other commands find in its folder at any pace."""
    shows = datetime(SHIFT_DAY.year, SHIFT_DAY.month, SHIFT_DAY.day, STARTS_HOUR, tzinfo=ZoneInfo(ZONE))
    made = PacedClock(shows=shows.timestamp(), factor=wanted.factor)
    file = wanted.folder / CLOCK_FILE

    def keep() -> None:
        now = RehearsalClock(began=posix_now(), shows=made.posix(), factor=made.factor)
        write_whole(file, msgspec.json.encode(now))

    keep()
    made.on_change(keep)
    return made


def network_of(wanted: ShownFloor, clock: PacedClock) -> tuple[InMemoryNetwork, TextTalks, Public]:
    """The telephone network, whoever is called on it, and who reads what is said."""
    public = Public(public_of(scenario_of(wanted.collectors)), seed=wanted.seed)
    network = InMemoryNetwork(
        public, now=clock.posix, factor=clock.factor, lines=LINES, alarm=PacedAlarm(clock)
    )
    talks = TextTalks(frozenset(SEATS), public)
    network.watch(talks)
    return network, talks, public


@asynccontextmanager
async def shown_floor(
    wanted: ShownFloor, demonstration: Demonstration, public: Public, mount: Mount
) -> AsyncGenerator[Running]:
    """The floor while the block runs, with scripted collectors at work.

    Raises:
        See `running_floor`.
    """
    clock, network = demonstration.clock, demonstration.network
    settings = _settings_of(wanted)
    async with AsyncExitStack() as stack:
        # Nothing of it must outlast a crash, and at a quick pace a disk's commit is long: two seconds of the
        # floor are a fifth of a second.
        opened = partial(Store.open, wanted.address, exclusive=True, durable=False)
        store = stack.enter_context(await asyncio.to_thread(opened))
        order = FloorOrder(
            database=wanted.address,
            store=store,
            campaigns=(settings,),
            caller_ids=NUMBERS,
            settings=RuntimeSettings(drain_s=0.0),
            mount=mount,
            prepare=partial(_place_people, wanted),
        )
        floor = running_floor(order, network=network, clock=clock, rulebook=sample_rulebook())
        running = await stack.enter_async_context(floor)
        api = address_at(HOST, running.port, is_encrypted=False)
        write_address(wanted.folder, api)
        plan = AgentsPlan(
            count=wanted.collectors,
            campaign=settings.campaign,
            api=api,
            token=folder_token(wanted.folder),
            tags=LANGUAGES,
        )
        group = await stack.enter_async_context(asyncio.TaskGroup())
        working = group.create_task(_at_work(plan, demonstration, public), name="scripted collectors")
        stack.callback(working.cancel)
        yield running


def _settings_of(wanted: ShownFloor) -> CampaignSettings:
    return replace(
        campaign_settings(
            scenario_of(wanted.collectors), campaign=CampaignId(DEFAULT_CAMPAIGN), client=ClientId(CLIENT)
        ),
        caller_id=NUMBERS[0].number,
        caller_id_pool="",
    )


async def _at_work(plan: AgentsPlan, demonstration: Demonstration, public: Public) -> None:
    clock = demonstration.clock
    agents = ScriptedAgents(
        plan,
        network=demonstration.network,
        public=public,
        file=None,
        now=clock.posix,
        pace=lambda: clock.factor,
    )
    await agents.run()


def _place_people(wanted: ShownFloor, store: Store) -> None:
    """The first lines of the bundled placement, of which nobody exists."""
    if store.last_sequence() > 0:
        return
    some = wanted.folder / "placement.csv"
    sample = resources.files("config") / "sample" / "placement.csv.gz"
    with resources.as_file(sample) as path, gzip.open(path, "rt", encoding="utf-8", newline="") as whole:
        write_whole(some, "".join(islice(whole, wanted.people + 1)))
    import_placement(
        store,
        PlacementReader(some, as_of=RECEIVED),
        campaign=DEFAULT_CAMPAIGN,
        now=RECEIVED.timestamp(),
        progress=wanted.told,
    )
