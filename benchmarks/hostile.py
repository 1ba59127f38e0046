"""A floor at work among hostile clients: what is sent is wrong, late, twice, at once, or another's.

    python -m benchmarks.hostile --steps 100000 --seed 1 [--json FILE]

The floor is whole (store, journal, engine, gate and law) with its HTTP side in this process, on a telephone
network in memory whose people answer. Each step sends one to four requests: what clients mean (opt-outs,
letters, holds, recalls, payments, dispositions, seats), the same spoiled, what the interface's description
permits, replays, and all of that at once, with tokens of every kind. An oracle remembers whom an accepted
answer protects. From then on no telephone of theirs may ring: it listens at the network, and in the end it
asks the gate about everybody, out of the store. The seed decides what is sent; when calls come in between is
up to the machine.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any, cast

import httpx2
import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from benchmarks.hostile_values import IDS, NASTY, TYPES, made_of, spoiled
from compliance_gate.book.shipped import sample_rulebook
from dialer.access.roles import Role
from dialer.cli.evidence import StoreEvidence
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.ports import TelephoneSystem
from dialer.floor.beside import store_beside
from dialer.floor.deeds import Recorder
from dialer.floor.live import FloorOrder, running_floor
from dialer.floor.made_up import CAMPAIGN, CLIENT, NUMBERS, stock
from dialer.inquiry.errors import NothingToAskError, NotThereError
from dialer.inquiry.explain import explain_person
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.floor import Floor
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.database import tables
from dialer.storage.store import Store
from dialer.web.application import Web, make_web
from dialer.web.bounds.limits import Limits
from dialer.web.tokens import Token, Tokens, digest_of
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan
from telephony.lines.line import Line
from telephony.lines.watching import Unwatched

STARTS_AT = 1_773_151_200.0  # Tuesday 2026-03-10, 10:00 in New York
FACTOR = 4.0
AGENTS = tuple(f"agent-{place}" for place in range(8))
PATIENT = Limits(asks_per_s=1e9, asks_at_once=1e9, known_asks_per_s=1e9, known_asks_at_once=1e9)
SLOW = (
    "impact",
    "retention",
    "verification",
    "report",
    "folder",
    "explanation",
    "ledger",
    "/law/",
    "metrics",
)
"""Routes that read the whole store: asked one time in fifty that they are drawn."""

STOPS = ("stop_calling", "cease_communication", "do_not_call", "attorney_represented")
HOLDS = ("deceased", "bankruptcy", "litigation", "manual")
SAID = ("stop_calling", "cease_requested", "deceased", "attorney_named", "bankruptcy_claimed")
TIMES = (
    "2026-03-10T14:00:00Z",
    "2020-01-01T00:00:00Z",
    "2026-03-10T23:59:59+14:00",
    "2026-12-31T00:00:00Z",
    "2031-05-05T05:05:05Z",
)
"""When a wish says it was made: then, long ago, in another zone, and in the future."""


@dataclass
class Found:
    """What came of the steps. `rung`: telephones that rang; `asked`: questions to the gate in the end."""

    seed: int
    steps: int = 0
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    rung: int = 0
    protected: int = 0
    asked: int = 0
    faults: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Sending:
    """One request, and whom it protects, why, once it is accepted. `lifts`: what it takes away again."""

    method: str
    path: str
    body: str | None = None
    token: str = "all"
    content: str = "application/json"
    person: str = ""
    why: str = ""
    lifts: str = ""

    @property
    def is_favour(self) -> bool:
        """It may take protection away, so that it is not sent again whoever it is about by then."""
        return self.lifts != "" or self.method == "PUT" or self.path.endswith("/consents")


class Oracle(Unwatched):
    """Remembers whom accepted facts protect, and hears every telephone that rings."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self.whys: dict[str, set[str]] = {}
        self.taken: list[str] = []
        self.persons: dict[str, str] = {}

    def accepted(self, sending: Sending) -> None:
        """It was answered with 2xx."""
        if sending.method != "GET":
            self.taken.append(f"{sending.method} {sending.path} {(sending.body or '')[:300]}")
        if sending.lifts:
            self.whys.get(sending.person, set()).discard(sending.lifts)
        elif sending.person:
            self.whys.setdefault(sending.person, set()).add(sending.why)

    def told(self, *names: str) -> str:
        """What was accepted about somebody."""
        return "; ".join(one for one in self.taken if any(name in one for name in names))

    def is_protected(self, person: str) -> bool:
        """By anything at all."""
        return bool(self.whys.get(person))

    def rung(self, line: Line, now: float) -> None:
        """See `LineWatcher`."""
        del now
        self._found.rung += 1
        person = line.order.person
        self.persons[line.order.attempt] = person
        if self.is_protected(person):
            self._found.faults.append(f"{person} was rung in spite of {sorted(self.whys[person])}")


@dataclass(frozen=True, slots=True)
class People:
    """Everybody on file: person, number, account and the account's turn."""

    rows: tuple[tuple[str, str, str, str], ...]

    @staticmethod
    def of(store: Store) -> "People":
        """Out of a store."""
        debts, numbers, leads = tables.person_debts, tables.person_numbers, tables.leads
        query = (
            select(debts.c.person, numbers.c.number, debts.c.debt, leads.c.lead)
            .join(numbers, numbers.c.person == debts.c.person)
            .join(leads, leads.c.debt == debts.c.debt)
            .order_by(debts.c.debt)
        )
        rows = store.read(lambda connection: connection.execute(query).all())
        return People(tuple((row.person, row.number, row.debt, row.lead) for row in rows))


class Client:
    """Draws what is sent next."""

    def __init__(self, chance: Random, people: People, oracle: Oracle, floor: Floor, described: Any) -> None:
        self._chance, self._people, self._oracle, self._floor = chance, people, oracle, floor
        self._described: dict[str, Any] = described
        self._routes = [
            (path, method)
            for path, methods in sorted(described["paths"].items())
            for method in sorted(methods)
            if not path.startswith(("/api/floor/stop", "/api/law/impact"))  # the second takes minutes
        ]
        self._sent: list[Sending] = []

    def next(self) -> list[Sending]:
        """One step: what is sent at the same time."""
        draw = self._chance.random()
        if draw < 0.06 and self._sent:
            sendings = [self._chance.choice(self._sent)]
        elif draw < 0.12:
            sendings = [self._one() for _ in range(self._chance.randint(2, 4))]
        else:
            sendings = [self._one()]
        if (
            len(sendings) > 1
        ):  # what is taken away at the same instant as it is given: nobody knows which was last
            sendings = [each for each in sendings if not each.lifts and each.method != "PUT"]
        self._sent.extend(each for each in sendings if not each.is_favour)
        del self._sent[:-200]
        return sendings

    def _one(self) -> Sending:
        kinds = (self._wish, self._seat, self._spoiled, self._described_one, self._consent, self._not_theirs)
        return self._chance.choices(kinds, weights=(20, 40, 20, 14, 3, 3))[0]()

    def _someone(self) -> tuple[str, str, str, str]:
        return self._chance.choice(self._people.rows)

    def _someone_unprotected(self) -> tuple[str, str, str, str] | None:
        """Somebody whom nothing protects yet; None where that is nobody any more."""
        left = [row for row in self._people.rows if not self._oracle.is_protected(row[0])]
        return self._chance.choice(left) if left else None

    def _wish(self) -> Sending:
        """Something that protects, as an honest client says it."""
        person, number, debt, _ = self._someone()
        at, pick = self._chance.choice(TIMES), self._chance.randrange(5)
        if pick == 0:
            scope = self._chance.choice(("person", "number", "debt"))
            body: dict[str, Any] = {"scope": scope, "source": "hostile"}
            body[scope] = {"person": person, "number": number, "debt": debt}[scope]
            return _post("suppressions", body, person, f"suppression of the {scope}")
        if pick == 1:
            kind = self._chance.choice(STOPS)
            body = {"person": person, "kind": kind, "at": at, "in_writing": True}
            return _post("requests", body, person, f"{kind} at {at}")
        if pick == 2:
            kind = self._chance.choice(HOLDS)
            if self._chance.random() < 0.3:
                lift = {"person": person, "kind": kind}
                return _post("holds/lift", lift, person, "", lifts=f"hold {kind}")
            return _post("holds", {"person": person, "kind": kind, "since": TIMES[0]}, person, f"hold {kind}")
        if pick == 3:
            return _post("recalls", {"debt": debt}, person, "recall")
        return _post("payments", {"debt": debt, "cents": 50_000, "settles": True}, person, "settled")

    def _seat(self) -> Sending:
        """What a collector does next, so that there are calls; dispositions of every kind."""
        agent = self._chance.choice(AGENTS)
        rows = {row.agent: row for row in self._floor.snapshot().agents}
        row = rows.get(agent)  # type: ignore[call-overload]
        state = "logged_out" if row is None else row.state.value
        if state == "wrapping" and row is not None and row.attempt is not None:
            kind = self._chance.choice((*SAID, "no_commitment", "wrong_number", "call_back", "disputed"))
            body = {"agent": agent, "kind": kind}
            if kind == "call_back":
                body |= {"call_back_at": self._chance.choice((STARTS_AT + 90_000, STARTS_AT * 1000, -5.0))}
            person = self._oracle.persons.get(row.attempt, "") if kind in SAID else ""
            path = f"/api/attempts/{row.attempt}/disposition"
            return Sending("POST", path, json.dumps(body), person=person, why=f"said: {kind}")
        bodies: dict[str, tuple[str, dict[str, Any]]] = {
            "logged_out": ("login", {"campaign": CAMPAIGN, "endpoint": f"phone-{agent}"}),
            "not_ready": ("ready", {}),
            "leg_lost": ("logout", {}),
            "talking": ("hangup", {}),
        }
        move, body = bodies.get(state, ("ready", {}))
        if state == "available" and self._chance.random() < 0.3:
            person, number, _, lead = self._someone()
            body = {"campaign": CAMPAIGN, "lead": lead, "person": person, "number": number}
            return Sending("POST", f"/api/agents/{agent}/dial", json.dumps(body))
        return Sending("POST", f"/api/agents/{agent}/{move}", json.dumps(body))

    def _spoiled(self) -> Sending:
        """Something meant, made nasty. What of it is accepted may protect; it is not counted upon."""
        honest = self._wish() if self._chance.random() < 0.6 else self._seat()
        body = json.loads(honest.body or "{}")
        path = honest.path
        if self._chance.random() < 0.1:
            path = path.rsplit("/", 1)[0] + "/" + self._chance.choice(IDS)
        content = self._chance.choice(TYPES) if self._chance.random() < 0.1 else "application/json"
        lifts = honest.lifts or ("" if "holds/lift" not in path else "hold")
        person = honest.person if lifts else ""
        return Sending(honest.method, path, spoiled(body, self._chance), "all", content, person, "", lifts)

    def _described_one(self) -> Sending:
        """Some route, as it is described, about somebody who is on file or not."""
        path, method = self._chance.choice(self._routes)
        while any(slow in path for slow in SLOW) and self._chance.random() > 0.02:
            path, method = self._chance.choice(self._routes)
        described = self._described["paths"][path][method]
        # An honest edit may take away what protects.
        about = self._someone_unprotected() if path.startswith("/api/facts") else self._someone()
        if about is None:
            return self._wish()
        person, number, debt, lead = about
        there = {
            "person": person,
            "number": number,
            "debt": debt,
            "agent": AGENTS[0],
            "campaign": CAMPAIGN,
            "lead": lead,
        }
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            value = there.get(name, "start") if self._chance.random() < 0.7 else self._chance.choice(IDS)
            path = path.replace(f"{{{name}}}", value)
        schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = None
        if schema is not None:
            drawn = made_of(schema, self._described["components"]["schemas"], self._chance)
            made = cast("dict[str, Any]", drawn) if isinstance(drawn, dict) else {}
            if self._chance.random() < 0.6:
                made |= {name: there[name] for name in made if name in there}
            body = spoiled(made, self._chance) if self._chance.random() < 0.3 else json.dumps(made)
        elif method == "get" and self._chance.random() < 0.3:
            path += f"?at={self._chance.choice(NASTY[:10])}&channel={self._chance.choice(IDS[3:])}"
        return Sending(method.upper(), path, body)

    def _consent(self) -> Sending:
        """Agreed by somebody who asked for nothing."""
        about = self._someone_unprotected()
        if about is None:
            return self._wish()
        person, number, *_ = about
        body = {"person": person, "number": number, "scope": "contact", "given_to": "us", "at": TIMES[0]}
        return Sending("POST", "/api/facts/consents", json.dumps(body))

    def _not_theirs(self) -> Sending:
        """Somebody tells what they may not, or is nobody."""
        honest = self._wish()
        token = self._chance.choice(("wall", "nobody", "", "seat"))
        return Sending(honest.method, honest.path, honest.body, token, person=honest.person, why=honest.why)


def _post(route: str, body: dict[str, Any], person: str, why: str, lifts: str = "") -> Sending:
    return Sending("POST", f"/api/facts/{route}", json.dumps(body), person=person, why=why, lifts=lifts)


def _token(text: str, *roles: Role, agent: str | None = None) -> Token:
    return Token(digest=digest_of(text), roles=frozenset(roles), name=text, agent=agent)


TOKENS = (_token("all", *Role), _token("seat", Role.AGENT, agent=AGENTS[0]), _token("wall", Role.WATCHER))


@dataclass
class House:
    """The floor and its application."""

    floor: Floor
    web: Web
    clock: RehearsalClock


@asynccontextmanager
async def house(database: str, oracle: Oracle, seed: int) -> AsyncGenerator[House]:
    """A floor on the store while the block runs."""
    clock = RehearsalClock(began=time.time(), shows=STARTS_AT, factor=FACTOR)
    plan = PublicPlan(person=0.7, talk_s=8.0, answer_after_s=2.0)
    network = InMemoryNetwork(Public(plan, seed=seed), now=clock.posix, factor=FACTOR, witness=oracle)
    made: list[Web] = []
    async with store_beside(database) as beside:

        @asynccontextmanager
        async def mount(
            floor: Floor, network: TelephoneSystem, registry: CollectorRegistry
        ) -> AsyncGenerator[int]:
            del network
            evidence = StoreEvidence(database=database)
            web = make_web(
                floor=floor,
                tokens=Tokens(TOKENS),
                registry=registry,
                limits=PATIENT,
                evidence_desk=evidence,
                records=Recorder(beside),
            )
            made.append(web)
            async with asyncio.TaskGroup() as group:
                pushing = group.create_task(web.run())
                yield 0
                pushing.cancel()

        campaign = CampaignSettings(
            campaign=CampaignId(CAMPAIGN),
            client=ClientId(CLIENT),
            policy="fixed_ratio",
            policy_parameters={"lines_per_agent": 2.0},
            caller_id=NUMBERS[0].number,
            lines=60,
        )
        order = FloorOrder(
            database=database,
            campaigns=(campaign,),
            caller_ids=NUMBERS,
            settings=RuntimeSettings(drain_s=0.1),
            mount=mount,
        )
        running = running_floor(order, network=network, clock=clock, rulebook=sample_rulebook())
        async with running as at_work:
            yield House(at_work.floor, made[0], clock)


async def run_steps(folder: Path, *, steps: int, seed: int, persons: int) -> Found:
    """The whole trial."""
    database = str(folder / "fairdial.db")
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=persons, now=STARTS_AT)
        people = People.of(store)
    found = Found(seed=seed)
    oracle = Oracle(found)
    began, told = time.monotonic(), Counter[str]()
    async with house(database, oracle, seed) as at_work:
        transport = httpx2.ASGITransport(at_work.web.application, raise_app_exceptions=False)
        described = at_work.web.application.openapi()
        client = Client(Random(seed), people, oracle, at_work.floor, described)
        async with httpx2.AsyncClient(transport=transport, base_url="http://floor") as http:
            for _ in range(steps):
                sendings = client.next()
                await asyncio.gather(*(send(http, each, oracle, found, told) for each in sendings))
                found.steps += 1
                if found.steps % 1_000 == 0:
                    look(at_work, found)
                if found.steps % 5_000 == 0:
                    line = f"{found.steps} steps, {found.rung} rung, {len(found.faults)} faults, "
                    print(line + f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        look(at_work, found)
        now = at_work.clock.posix()
    found.statuses = dict(sorted(told.items()))
    found.protected = sum(bool(whys) for whys in oracle.whys.values())
    ask_about_all(database, oracle, found, now)
    found.seconds = round(time.monotonic() - began, 1)
    return found


async def send(
    http: httpx2.AsyncClient, sending: Sending, oracle: Oracle, found: Found, told: Counter[str]
) -> None:
    """Send it and judge the answer."""
    headers = {b"content-type": sending.content.encode()}
    if sending.token:
        headers[b"authorization"] = f"Bearer {sending.token}".encode()
    content = None if sending.body is None else sending.body.encode(errors="surrogatepass")
    answer = await http.request(sending.method, sending.path, content=content, headers=headers, timeout=60.0)
    told[str(answer.status_code)] += 1
    if answer.status_code >= 500 and sending.path != "/ready":  # which says by it that it is not fit
        found.faults.append(f"{answer.status_code}: {sending} {answer.text[:300]}")
    if answer.is_success:
        oracle.accepted(sending)


def look(at_work: House, found: Found) -> None:
    """Whether the floor lives, and met no defect of its own."""
    health = at_work.floor.health()
    if health.defects:
        found.faults.append(f"{health.defects} defects after {found.steps} steps: {health.reasons}")
    if not health.is_fit:
        found.faults.append(f"not fit after {found.steps} steps: {health.reasons}")


def ask_about_all(database: str, oracle: Oracle, found: Found, now: float) -> None:
    """Whether the gate, out of the store, would let anybody be called who is protected."""
    with Store.open(database) as store:
        for person, whys in sorted(oracle.whys.items()):
            if not whys:
                continue
            try:
                asked = explain_person(store, person, at=now)
            except (NotThereError, NothingToAskError):
                continue  # nothing is left to ask about
            found.asked += len(asked)
            if any(one.is_allowed for one in asked):
                found.faults.append(f"{person} is callable in spite of {sorted(whys)}: {oracle.told(person)}")


def main() -> None:
    """The command; exit status 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--persons", type=int, default=5_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    os.environ.setdefault("FAIRDIAL_SIGNATURES", "sample")
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    in_memory = Path("/dev/shm")  # the disk is not what is tried here, and is a hundred times as slow
    where = in_memory if in_memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="fairdial-hostile-", dir=where) as folder:
        os.chdir(folder)  # what is signed over HTTP is written beside the settings
        work = run_steps(Path(folder), steps=asked.steps, seed=asked.seed, persons=asked.persons)
        found = asyncio.run(work)
    said = json.dumps(asdict(found), indent=2)
    print(said[:20_000])
    if asked.json is not None:
        asked.json.write_text(said + "\n")
    sys.exit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
