"""A whole floor with its HTTP side, in a thread of its own, on a telephone system that never rings anybody.

Everything behind the routes is real: store, journal, engine, gate and law, people in the hopper. Only the
clock stands still, on a Monday morning in New York.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.words import NumberKind, NumberRole, PersonRole
from dialer.cli.evidence import StoreEvidence
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedNumber, PlacedPerson
from dialer.floor.beside import store_beside
from dialer.floor.deeds import Recorder
from dialer.floor.live import FloorOrder, Running, running_floor
from dialer.floor.places import StorePlaces
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.store import Store
from dialer.web.bounds.limits import Limits
from dialer.web.mounting import HttpSide
from dialer.web.ports import Rights
from dialer.web.tokens import Role, Token, Tokens, digest_of

_SOURCE = Path(__file__).parents[2] / "unit" / "runtime" / "conftest.py"
_spec = importlib.util.spec_from_file_location("runtime_world", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
runtime_world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runtime_world)

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp()
EASTERN = frozenset({"America/New_York"})
PEOPLE = 20
START_S = 60.0
PLAIN = CampaignSettings(campaign=CampaignId("c"), client=ClientId("acme"), hopper_size=PEOPLE)


@dataclass(frozen=True, slots=True)
class Served:
    """A floor that answers at `base`; `person` and `debt` are on file there."""

    base: str
    database: str
    person: str
    debt: str


def _account(place: int) -> PlacedAccount:
    number = PlacedNumber(
        e164=f"+121255501{place:02d}",
        kind=NumberKind.MOBILE,
        role=NumberRole.OWN,
        zones=EASTERN,
        country="US",
    )
    home = PlacedAddress(country="US", region="NY", city="New York", postal_code="10001", zones=EASTERN)
    return PlacedAccount(
        line=2,
        client="acme",
        client_account=f"a{place}",
        balance=Money(cents=10_000),
        person=PlacedPerson(
            person_ref=f"p{place}",
            role=PersonRole.CONSUMER,
            last="Example",
            addresses=(home,),
            numbers=(number,),
        ),
    )


def _filled(database: str) -> tuple[str, str]:
    with Store.open(database, identity_key=b"test", exclusive=True) as store:
        imports = store.imports()
        name = imports.begin(file_name="f.csv", sha256="f", campaign="c", client="acme", now=MONDAY).import_id
        imports.stage(name, [_account(place) for place in range(PEOPLE)])
        imports.publish(name, now=MONDAY)
        imports.put_in_place(name, now=MONDAY)
        return store.identifiers.person("acme", "p3"), store.identifiers.debt("acme", "a3")


def token(text: str, *roles: Role, agent: str | None = None) -> Token:
    """A token whose secret is its name."""
    return Token(digest=digest_of(text), roles=frozenset(roles), name=text, agent=agent)


TOKENS = (
    token("all", *Role, agent="ann"),
    token("ann", Role.AGENT, agent="ann"),
    token("wall", Role.WATCHER),
    token("kim", Role.COMPLIANCE),
    token("sue", Role.SUPERVISOR),
)


PATIENT = Limits(asks_per_s=1e6, asks_at_once=1e6, known_asks_per_s=1e6, known_asks_at_once=1e6)
"""All that is asked here is asked by one address."""


class _Thread(threading.Thread):
    """The floor's own loop."""

    def __init__(
        self,
        database: str,
        *,
        knows_places: bool = False,
        rights: Rights | None = None,
        configured: CampaignSettings | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self._configured = configured
        self._rights = rights
        self._knows_places = knows_places
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self.port = 0
        self.error: BaseException | None = None
        self.is_up = threading.Event()

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # handed to the test, whatever it is
            self.error = error
        finally:
            self.is_up.set()

    def end(self) -> None:
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self.join(START_S)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        settings = self._configured or PLAIN
        async with store_beside(self._database) as beside:
            places = StorePlaces(beside) if self._knows_places else None
            records = None if self._rights is None else Recorder(beside)
            await self._serve_with(settings, places, records)
            if records is not None:
                await records.finish()

    async def _serve_with(
        self, settings: CampaignSettings, places: StorePlaces | None, records: Recorder | None
    ) -> None:
        assert self._over is not None
        side = HttpSide(
            tokens=Tokens(TOKENS),
            limits=PATIENT,
            places=places,
            rights=self._rights,
            records=records,
            evidence=None if self._configured is None else StoreEvidence(database=self._database),
        )
        order = FloorOrder(
            database=self._database,
            campaigns=(settings,),
            settings=RuntimeSettings(drain_s=0.05),
            is_always_configured=self._configured is not None,
            mount=side.mount,
        )
        clock: Any = runtime_world.MovedClock(wall=MONDAY)
        network: Any = runtime_world.ScriptedNetwork()
        running: Running
        async with running_floor(order, network=network, clock=clock, rulebook=sample_rulebook()) as running:
            self.port = running.port
            self.is_up.set()
            await self._over.wait()


@pytest.fixture(autouse=True)
def in_a_house_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a test signs, or which licence it keeps, is written beside the settings of where it works."""
    monkeypatch.chdir(tmp_path)


@contextmanager
def floor_of(database: str, *, rights: Rights) -> Generator[str]:
    """A floor of its own over a store, where persons may ask about themselves; gives its address."""
    thread = _Thread(database, knows_places=True, rights=rights)
    thread.start()
    assert thread.is_up.wait(START_S)
    if thread.error is not None:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.end()
    if thread.error is not None:
        raise thread.error


@contextmanager
def floor_configured(database: str, settings: CampaignSettings) -> Generator[str]:
    """A start of a floor whose campaign the settings file has so; gives its address."""
    thread = _Thread(database, configured=settings)
    thread.start()
    assert thread.is_up.wait(START_S)
    if thread.error is not None:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.end()
    if thread.error is not None:
        raise thread.error


@pytest.fixture
def started() -> Callable[..., AbstractContextManager[str]]:
    """See `floor_configured`."""
    return floor_configured


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[str]]:
    """See `floor_of`."""
    return floor_of


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str]:
    """A store of its own, with its keys; a person and their account there."""
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    database = str(tmp_path / "store.db")
    return database, *_filled(database)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One floor for all of these tests; it must live through them."""
    database = str(tmp_path_factory.mktemp("api") / "store.db")
    person, debt = _filled(database)
    thread = _Thread(database)
    thread.start()
    assert thread.is_up.wait(START_S)
    if thread.error is not None:
        raise thread.error
    yield Served(base=f"http://127.0.0.1:{thread.port}", database=database, person=person, debt=debt)
    thread.end()
    if thread.error is not None:
        raise thread.error


@pytest.fixture(scope="session")
def served_by_name(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A floor that knows who is on file, as a served one does."""
    database = str(tmp_path_factory.mktemp("api-names") / "store.db")
    person, debt = _filled(database)
    thread = _Thread(database, knows_places=True)
    thread.start()
    assert thread.is_up.wait(START_S)
    if thread.error is not None:
        raise thread.error
    yield Served(base=f"http://127.0.0.1:{thread.port}", database=database, person=person, debt=debt)
    thread.end()
    if thread.error is not None:
        raise thread.error
