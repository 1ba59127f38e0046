"""The same store tests on SQLite and on a PostgreSQL server that the tests start themselves.

The server runs as the user postgres when the tests run as root (it refuses root), on loopback only, without
fsync; where no server program is installed its tests are skipped, and say so.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from compliance_gate.words import NumberKind, NumberRole, PersonRole
from dialer.domain.commands import Command
from dialer.domain.events import Event
from dialer.domain.ids import AttemptId, CampaignId, LeadId
from dialer.domain.lead import Lead
from dialer.domain.money import Money
from dialer.domain.placement import PlacedAccount, PlacedAddress, PlacedNumber, PlacedPerson
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.storage.database import schema
from dialer.storage.database.connections import connect, store_url
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

MIGRATED = "migrated"
EASTERN = frozenset({"America/New_York"})
MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp()
"""A Monday, ten in the morning in New York."""


def _server_programs() -> Path | None:
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


class _Server:
    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fairdial-postgres-"))
        self._programs = programs
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._prefix = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "fairdial", "--auth=trust", "-E", "UTF8", "-N")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", str(data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def new_database(self, name: str, template: str = "template1") -> str:
        async def create() -> None:
            connect = cast("Any", asyncpg).connect
            connection = await connect(host="127.0.0.1", port=self.port, user="fairdial", database="postgres")
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            await connection.close()

        asyncio.run(create())
        return f"postgresql://fairdial@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[_Server]:
    """A PostgreSQL server for the whole run."""
    programs = _server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program is installed (initdb was not found)")
    server = _Server(programs)
    database = connect(store_url(server.new_database(MIGRATED)))
    database.write(schema.migrate)
    database.close()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store may be made: the tables are there, as a migration left them."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("migrated"), tmp_path / "store.db"))
    server: _Server = request.getfixturevalue("postgres_server")
    name = f"t{os.getpid()}_{abs(hash(request.node.name)) % 10**12}"
    return server.new_database(name, template=MIGRATED)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store, owned, with a fixed identity key."""
    with Store.open(address, identity_key=b"test", exclusive=True) as opened:
        yield opened


class Floor:
    """Words for tests: accounts in, steps down, leads out."""

    now = MONDAY

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sequence = 0

    def number(self, last: int, role: NumberRole = NumberRole.OWN, **more: Any) -> PlacedNumber:
        """+1 212 555 01xx."""
        return PlacedNumber(
            e164=f"+121255501{last:02d}",
            kind=NumberKind.MOBILE,
            role=role,
            zones=EASTERN,
            country="US",
            **more,
        )

    def account(self, name: str, *, ref: str | None = None, role: PersonRole = PersonRole.CONSUMER,
                numbers: Iterable[PlacedNumber] | None = None, priority: float = 0.0,
                cents: int = 10_000, **person: Any) -> PlacedAccount:  # fmt: skip
        """An account of a person in New York."""
        home = PlacedAddress(country="US", region="NY", city="New York", postal_code="10001", zones=EASTERN)
        return PlacedAccount(
            line=2,
            client="acme",
            client_account=name,
            balance=Money(cents=cents),
            priority=priority,
            person=PlacedPerson(
                person_ref=ref or f"of-{name}",
                role=role,
                last="Example",
                addresses=(home,),
                numbers=tuple(numbers)
                if numbers is not None
                else (self.number(len(name) + ord(name[-1]) % 50),),
                **person,
            ),
        )

    def place(self, *accounts: PlacedAccount, campaign: str = "c", sha256: str = "f") -> str:
        """Import accounts; returns the import's id."""
        imports = self.store.imports()
        status = imports.begin(
            file_name="f.csv", sha256=sha256, campaign=campaign, client="acme", now=self.now
        )
        imports.stage(status.import_id, accounts)
        imports.publish(status.import_id, now=self.now)
        imports.put_in_place(status.import_id, now=self.now)
        return status.import_id

    def lead_id(self, account: str) -> LeadId:
        """The lead of an account placed by `place`."""
        ids = self.store.identifiers
        return ids.lead("c", ids.debt("acme", account))

    def leads(self) -> tuple[Lead, ...]:
        """Every open lead in order."""
        return self.store.load_leads("c", now=self.now).leads

    def step(self, event: Event, *commands: Command, at: float | None = None) -> JournalEntry:
        """The next step, not written yet."""
        self.sequence += 1
        return JournalEntry(
            sequence=self.sequence, now=self.now if at is None else at, event=event, commands=commands
        )

    def record(self, name: str, lead: Lead, **more: Any) -> AttemptRecord:
        """An attempt on a lead's first target."""
        target = lead.targets[0]
        fields: dict[str, Any] = {
            "attempt": AttemptId(name),
            "campaign": CampaignId("c"),
            "lead": lead.lead,
            "person": target.person,
            "number": target.number,
            "debts": (lead.debt,),
            "zones": ("America/New_York",),
            "rulebook": "r1",
            "launched_at": self.now,
        }
        return AttemptRecord(**{**fields, **more})

    def live(self) -> LiveStore:
        """The runtime's ports; use as an async context manager."""
        return LiveStore(self.store, now=lambda: self.now)


@pytest.fixture
def floor(store: Store) -> Floor:
    """A store with words."""
    return Floor(store)


@pytest.fixture
def reopen(address: str, store: Store) -> Callable[[], Store]:
    """Closes the store, as a process that ends does, and opens it anew."""

    def again() -> Store:
        store.close()
        return Store.open(address, exclusive=True)

    return again


@pytest.fixture
def three_records(address: str) -> tuple[str, str, str]:
    """Ids of three people, one of each of three clients, in a store that nobody owns any more."""
    with Store.open(address, identity_key=b"test", exclusive=True) as opened:
        made = Floor(opened)
        ids: list[str] = []
        for last, client in enumerate(("acme", "other", "third"), start=1):
            line = replace(made.account(f"A{last}", numbers=[made.number(last)]), client=client)
            made.place(line, sha256=client)
            ids.append(opened.identifiers.person(client, f"of-A{last}"))
    return ids[0], ids[1], ids[2]
