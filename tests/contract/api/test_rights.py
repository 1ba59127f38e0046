"""What a person may ask about themselves, over HTTP at a floor that runs on a real store, from end to end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import ProposedContact
from compliance_gate.words import Mode, Tech
from dialer.cli.rights import StoreRights
from dialer.storage.access import deeds
from dialer.storage.store import Store

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
CLOSED = datetime(2026, 11, 23, 14, tzinfo=UTC)
FREE = datetime(2029, 11, 25, 12, tzinfo=UTC)
"""Three years after the account ended, and a day for wherever it was a later one (12 CFR 1006.100)."""

PLANTED = (b"Example", b"Quillonia", b"+12125550103")


@dataclass
class Calendar:
    """The day by which terms run; a test turns its leaves."""

    now: datetime = MONDAY

    def posix(self) -> float:
        return self.now.timestamp()


@dataclass(frozen=True, slots=True)
class Desk:
    """Asks at the floor's address in a name."""

    base: str
    person: str
    who: str = "kim"

    def ask(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        answer = httpx2.request(
            method,
            self.base + path.format(person=self.person),
            headers={"Authorization": f"Bearer {self.who}"},
            json=body or None,
            timeout=30,
        )
        return answer.status_code, json.loads(answer.text)

    def get(self, path: str) -> Any:
        status, told = self.ask("GET", path)
        assert status == 200, told
        return told

    def post(self, path: str, **body: Any) -> Any:
        status, told = self.ask("POST", path, **body)
        assert status == 200, told
        return told


Serve = Callable[..., Any]
Filled = tuple[str, str, str]


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


def denials(database: str, person: str, number: str, debt: str) -> tuple[str, ...]:
    """Rules that keep the person from being called on Monday, by what the store has on file."""
    with Store.open(database) as store:
        file = store.person_files([person], now=MONDAY.timestamp() + 60)[person]
    proposed = ProposedContact(
        number=number, debts=(debt,), tech=Tech.MANUAL_LIVE, mode=Mode.PREVIEW_AGENT_GUARANTEED
    )
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed)
    decision = ComplianceGate(sample_rulebook()).evaluate(request, at=MONDAY)
    return tuple(each.rule for each in decision.denials)


def number_of(database: str) -> str:
    with Store.open(database) as store:
        return store.identifiers.number("+12125550103")


def done(database: str, person: str) -> list[tuple[str, str]]:
    """Who did what about the person, as the record has it; looks and changes alike."""
    with Store.open(database) as store:
        told = store.read(lambda c: [entry.deed for entry in deeds.entries(c)])
    return [(deed.who, deed.action) for deed in told if f"person:{person}" in deed.about]


def planted_in(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [f"{path.name}: {word!r}" for path in files for word in PLANTED if word in path.read_bytes()]


def test_a_person_is_told_all_corrected_and_restricted(
    serve: Serve, filled: Filled, calendar: Calendar
) -> None:
    """The hold of a restriction binds the next call, and its end lets them be called again."""
    database, person, debt = filled
    with serve(database, rights=StoreRights(database=database, now=calendar.posix)) as base:
        desk = Desk(base, person)
        held = desk.get("/api/persons/{person}/held")
        assert "+12125550103" in str(held)
        assert "Example" in str(held)
        changed = desk.post(
            "/api/persons/{person}/correction", why="passport", first="Quillonia", email="q@hidden.example"
        )
        assert changed == ["first", "email"]
        assert "Quillonia" in str(desk.get("/api/persons/{person}/held"))
        number = number_of(database)
        assert denials(database, person, number, debt) == ()
        desk.post("/api/facts/holds", person=person, kind="restricted", since=MONDAY.isoformat())
        assert denials(database, person, number, debt) == ("house-holds",)
        desk.post("/api/facts/holds/lift", person=person, kind="restricted")
        assert denials(database, person, number, debt) == ()
    assert {who for who, _ in done(database, person)} == {"kim"}
    assert ("kim", "correct") in done(database, person)


@pytest.mark.parametrize(
    ("law", "due", "later"), [("ccpa", "2027-01-04", "2027-02-18"), ("gdpr", "2026-12-20", "2027-02-20")]
)
def test_a_request_has_the_clock_of_its_law(
    serve: Serve, filled: Filled, calendar: Calendar, law: str, due: str, later: str
) -> None:
    """Received on 20 November: the last day, in whose last second it may be extended, and not afterwards."""
    database, person, _debt = filled
    with serve(database, rights=StoreRights(database=database, now=calendar.posix)) as base:
        desk = Desk(base, person)

        def take_in(kind: str) -> tuple[str, str]:
            told = desk.post(
                "/api/persons/{person}/requests", law=law, kind=kind, received="2026-11-20", words=kind
            )
            assert (told["state"], told["words"]) == ("open", kind)
            return f"/api/persons/{{person}}/requests/{told['request']}", told["due"]

        first, of_first = take_in("access")
        second, of_second = take_in("erasure")
        assert (of_first, of_second) == (due, due)
        calendar.now = datetime.fromisoformat(f"{due}T23:59:59+00:00")
        extended = desk.post(first, move="extend", words="two archives to look through")
        assert (extended["due"], extended["state"]) == (later, "extended")
        assert desk.ask("POST", first, move="extend", words="and more")[0] == 409
        calendar.now += timedelta(seconds=1)
        status, told = desk.ask("POST", second, move="extend", words="too late")
        assert (status, f"ended on {due}" in str(told)) == (422, True)
        answered = desk.post(second, move="answer", words="sent by post")
        assert (answered["state"], answered["ended_on"]) == ("answered", str(calendar.now.date()))
        assert desk.ask("POST", second, move="withdraw", words="late")[0] == 409
        assert [each["state"] for each in desk.get("/api/requests")] == ["extended", "answered"]
    assert [action for _, action in done(database, person) if action.startswith("request")] == [
        f"request access {law}",
        f"request erasure {law}",
        "request extend",
        "request answer",
    ]


def test_a_hold_for_a_court_beats_erasure_and_then_nothing_is_left(
    serve: Serve, filled: Filled, calendar: Calendar
) -> None:
    """Refused while worked, while kept by law, while held; then done, and nothing tells who they were."""
    database, person, debt = filled
    with serve(database, rights=StoreRights(database=database, now=calendar.posix)) as base:
        desk = Desk(base, person)
        erasure = "/api/persons/{person}/erasure"
        status, told = desk.ask("POST", erasure, why="asked by letter")
        assert status == 409, told
        assert "still worked" in str(told)
        desk.post("/api/facts/holds", person=person, kind="closed", since=CLOSED.isoformat(), debts=[debt])
        desk.post("/api/facts/holds", person=person, kind="litigation", since=MONDAY.isoformat())
        calendar.now = FREE
        (obstacle,) = desk.get(erasure)
        assert "held for a court" in obstacle["why"]
        status, told = desk.ask("POST", erasure, why="asked by letter")
        assert status == 409, told
        assert "held for a court" in str(told)
        assert "Example" in str(desk.get("/api/persons/{person}/held")), "nothing was done"
        status, told = desk.ask("POST", "/api/retention/removal", why="by rule", is_dry=False)
        assert status == 200, told
        assert "Example" in str(desk.get("/api/persons/{person}/held")), "nor by a rule of retention"
        desk.post("/api/facts/holds/lift", person=person, kind="litigation")
        assert desk.get(erasure) == []
        gone = desk.post(erasure, why="asked by letter")
        assert (gone["is_gone"], gone["words_in_clear"]) == (True, 0)
        assert gone["keys"] > 0
        after = desk.get("/api/persons/{person}/held")
        assert [word for word in PLANTED if word.decode() in str(after)] == []
    assert planted_in(Path(database).parent) == []


def test_nobody_else_may_ask(serve: Serve, filled: Filled, calendar: Calendar) -> None:
    """Not a supervisor, an agent or somebody who watches; and nobody is nobody."""
    database, person, _debt = filled
    with serve(database, rights=StoreRights(database=database, now=calendar.posix)) as base:
        for who in ("sue", "ann", "wall"):
            desk = Desk(base, person, who)
            for path in ("held", "erasure"):
                assert desk.ask("GET", f"/api/persons/{{person}}/{path}")[0] == 403, (who, path)
            for path in ("erasure", "correction"):
                assert desk.ask("POST", f"/api/persons/{{person}}/{path}", why="w")[0] == 403, (who, path)
            assert desk.ask("GET", "/api/requests")[0] == 403, who
        status, told = Desk(base, "p-nobody").ask("GET", "/api/persons/{person}/held")
        assert status == 404, told
    assert "erase" not in [action for _, action in done(database, person)]
