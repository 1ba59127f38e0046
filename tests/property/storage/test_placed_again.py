"""Facts and placements in any interleaving, on a real store: nothing that was acknowledged is ever lost.

The teller reads a person's file at one instant and the engine takes it at another; in between anything may
happen, the teller's death included. After each step the engine knows every acknowledged fact; once everything
is told, it knows exactly what the store knows.
"""

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance_gate.request import Hold, PersonFile, PersonRequest
from compliance_gate.words import HoldKind, NumberKind, NumberRole, RequestKind
from dialer.domain import events as e
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import RefillHopper
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import CampaignId, ClientId, DebtId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedNumber, PlacedPerson
from dialer.domain.ports import JournalEntry
from dialer.engine.engine import DialerEngine
from dialer.storage.person_files import person_files
from dialer.storage.placements import news
from dialer.storage.placements.placing import Batch, Placing
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.store import Store

_SOURCE = Path(__file__).parents[2] / "unit" / "engine" / "conftest.py"
_spec = importlib.util.spec_from_file_location("engine_floor", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
engine_floor = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(engine_floor)

START = datetime(2026, 11, 23, 15, tzinfo=UTC)
CAMPAIGN = CampaignId("c")
PEOPLE, NUMBERS, DEBTS = 3, 5, 4

Move = tuple[str, int, int]
FACTS = ("opt_out", "suppress_number", "recall", "hold", "lift", "edit")
RACES = tuple(f"{fact} meanwhile" for fact in FACTS)
"""A placement, read by the teller; a fact about the same person, number or debt; then the file arrives."""
MOVES = (*FACTS, *RACES, "place", "place", "read", "send", "die", "fetch")
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, PEOPLE - 1), st.integers(0, NUMBERS - 1)),
    min_size=1,
    max_size=12,
)


@dataclass
class World:
    """An engine with everybody in play, its store, and letters on their way from one to the other."""

    store: Store
    engine: DialerEngine = field(default_factory=lambda: DialerEngine(engine_floor.TestGate()))
    now: float = START.timestamp()
    sequence: int = 0
    placements: int = 0
    refill: RefillHopper | None = None
    letters: list[tuple[news.Untold, e.PersonPlacedAgain]] = field(
        default_factory=list[tuple[news.Untold, e.PersonPlacedAgain]]
    )
    asked: dict[PersonId, set[PersonRequest]] = field(default_factory=dict[PersonId, set[PersonRequest]])

    def step(self, event: e.Event) -> None:
        """As the floor does: what is refused is journaled too, and what is written is acknowledged."""
        self.now += 1.0
        self.sequence += 1
        commands: tuple[Any, ...] = ()
        try:
            commands = self.engine.step(event, now=self.now)
        finally:
            entry = JournalEntry(sequence=self.sequence, now=self.now, event=event, commands=commands)
            fold = Fold()
            project(fold, entry)
            self.store.write_steps(fold)
            for command in commands:
                if isinstance(command, RefillHopper):
                    self.refill = command

    def person(self, n: int) -> PersonId:
        return self.store.identifiers.person("acme", f"p{n}")

    def number(self, n: int) -> NumberId:
        return self.store.identifiers.number(f"+1212555010{n}")

    def debt(self, n: int) -> DebtId:
        return self.store.identifiers.debt("acme", f"d{n}")

    def at(self) -> datetime:
        return START + timedelta(seconds=self.now - START.timestamp())

    def stored(self) -> dict[str, PersonFile]:
        wanted = [self.person(n) for n in range(PEOPLE)]
        return self.store.read(lambda connection: person_files(connection, wanted, now=self.now))

    def known(self) -> dict[str, PersonFile]:
        return {person: row.file for person, row in self.engine.checkpoint().persons.items()}

    def place(self, who: int, what: int) -> None:
        """A placement of a debt and a number that may be new to the person, or be somebody else's too."""
        self.placements += 1
        number = PlacedNumber(
            e164=f"+1212555010{what}",
            kind=NumberKind.MOBILE,
            role=NumberRole.OWN,
            zones=frozenset({"America/New_York"}),
        )
        account = PlacedAccount(
            line=2,
            client="acme",
            client_account=f"d{what % DEBTS}",
            person=PlacedPerson(person_ref=f"p{who}", numbers=(number,)),
            balance=Money(cents=100),
        )
        placing = Placing(
            identifiers=self.store.identifiers,
            keyring=self.store.keyring,
            campaign="c",
            import_id=f"import{self.placements}",
            now=self.now,
        )
        self.store.write(Batch([account], placing).write)

    def fetch(self) -> None:
        """Everybody comes into play with all their leads, as of a moment at which the engine asked."""
        if self.refill is None:
            return
        brought = self.store.load_leads("c", now=self.now)
        self.step(
            e.LeadsFetched(
                campaign=CAMPAIGN,
                request=self.refill.request,
                as_of=self.refill.sequence,
                leads=brought.leads,
                persons=brought.persons,
                leads_left=len(brought.leads),
            )
        )
        self.refill = None

    def read(self) -> None:
        """The teller reads files of whoever is to be told."""
        untold = self.store.read(lambda connection: news.oldest(connection, most=100))
        files = self.stored()
        self.letters = [
            (row, e.PersonPlacedAgain(person=files[row.person], as_of=self.sequence)) for row in untold
        ]

    def send(self, *, most: int | None = None) -> None:
        """What was read arrives."""
        sent, self.letters = self.letters[:most], self.letters[len(self.letters[:most]) :]
        done: list[news.Untold] = []
        for row, letter in sent:
            try:
                self.step(letter)
            except InvalidFactError:
                continue
            done.append(row)
        self.store.write(lambda connection: news.take_away(connection, done))

    def learn(self, name: str, person: PersonId, what: int) -> None:
        """A fact from outside."""
        table: dict[str, Callable[[], e.Event]] = {
            "suppress_number": lambda: e.SuppressionAdded(
                scope=e.SuppressionScope.NUMBER, source="list", number=self.number(what)
            ),
            "recall": lambda: e.AccountRecalled(debt=self.debt(what % DEBTS)),
            "hold": lambda: e.HoldPlaced(person=person, hold=Hold(kind=HoldKind.BANKRUPTCY, since=self.at())),
            "lift": lambda: e.HoldLifted(person=person, kind=HoldKind.BANKRUPTCY, by="compliance"),
        }
        self.step(table[name]())

    def opt_out(self, person: PersonId) -> None:
        """The one fact that must never be lost."""
        request = PersonRequest(at=self.at(), type=RequestKind.STOP_CALLING)
        self.step(e.RequestReceived(person=person, request=request))
        self.asked.setdefault(person, set()).add(request)

    def do(self, move: Move) -> None:
        """Make one move."""
        name, who, what = move
        fact, is_race, _ = name.partition(" meanwhile")
        if is_race:
            for part in ("place", "read", fact, "send"):
                self.do((part, who, what))
            return
        match name:
            case "opt_out":
                self.opt_out(self.person(who))
            case "edit":
                self.edit(self.person(who))
            case "place":
                self.place(who, what)
            case "read":
                self.read()
            case "send":
                self.send(most=1 + what)
            case "die":
                self.letters.clear()
            case "fetch":
                self.fetch()
            case _:
                self.learn(name, self.person(who), what)

    def edit(self, person: PersonId) -> None:
        """Somebody takes the last number off the file."""
        file = self.known().get(person)
        if file is not None and len(file.numbers) > 1:
            self.step(e.PersonEdited(person=replace(file, numbers=file.numbers[:-1])))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the stores are; one is copied for each example, making its tables takes longer than the test."""
    with tempfile.TemporaryDirectory() as name:
        Store.open(str(Path(name) / "empty.db"), durable=False, identity_key=b"test").close()
        yield Path(name)


def new_world(folder: Path) -> World:
    path = folder / "store.db"
    for file in folder.glob("store.db*"):
        file.unlink()
    shutil.copy(folder / "empty.db", path)
    world = World(Store.open(str(path), durable=False))
    world.step(e.CampaignConfigured(settings=CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"))))
    for n in range(PEOPLE):
        world.place(n, n)
    world.step(e.CampaignStarted(campaign=CAMPAIGN))
    world.fetch()
    assert sorted(world.known()) == sorted(world.person(n) for n in range(PEOPLE))
    return world


def binding(file: PersonFile) -> tuple[set[object], set[object], set[str], set[str]]:
    return (
        set(file.requests),
        set(file.holds),
        {number.number for number in file.numbers},
        {debt.debt for debt in file.debts},
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=moves)
def test_any_interleaving_of_facts_and_placements_keeps_every_acknowledged_fact(
    folder: Path, plan: list[Move]
) -> None:
    world = new_world(folder)
    for move in plan:
        world.do(move)
        known = world.known()
        for person, requests in world.asked.items():
            assert person not in known or requests <= set(known[person].requests), f"lost by {move}"
    for _ in range(3):
        world.read()
        world.send()
    assert world.store.read(lambda connection: news.oldest(connection, most=1)) == ()
    stored = world.stored()
    for person, file in world.known().items():
        assert binding(file) == binding(stored[person])
    for person, requests in world.asked.items():
        assert requests <= set(stored[person].requests)
    world.store.close()
