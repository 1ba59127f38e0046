"""Every fact that the gate knows comes through the HTTP side, the journal and the store unchanged.

Each kind of fact is told with every one of its fields set, none as it is left out; what is not written down
here as told by some way, or as worked out by us, fails: a fact that nothing writes decides nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    MadeIn,
    Notice,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.valid import Zone
from compliance_gate.words import Mode, NumberRole, Tech
from dialer.domain.events import Event
from dialer.engine.snapshot import FloorSnapshot
from dialer.runtime.inbox import Taken
from dialer.storage.journal.codecs import decode_event, encode_event
from dialer.storage.rehearsal import RehearsalWriter
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

TOLD: Mapping[str, tuple[str, type]] = {
    "requests": ("/api/facts/requests", PersonRequest),
    "consents": ("/api/facts/consents", Consent),
    "holds": ("/api/facts/holds", Hold),
    "history": ("/api/facts/contacts", HistoryEntry),
    "notices": ("/api/facts/notices", Notice),
    "known_location": ("/api/facts/locations", KnownLocation),
}
"""Fields of a person's file whose facts are told one by one: by which route, and of which class."""

WITH_THE_FILE = frozenset({"role", "addresses", "numbers", "debts"})
"""Told with the person: by a placement, or by the whole file (`PUT /api/facts/persons`)."""

WORKED_OUT = {
    "person": "the id",
    "line_history": "what happens on a line tells everybody who has it",
    "fellows": "records that somebody said are one person's (`/api/people/same`)",
}

SAID_OTHERWISE: Mapping[Any, dict[str, str]] = {
    PersonRequest: {"type": "kind"},
    HistoryEntry: {"person": "reached"},
}
"""Words of the HTTP side that are others than the gate's."""

NOT_TOLD: Mapping[Any, dict[str, Any]] = {Hold: {"ends_by_source": False}}
"""What a fact told one by one never is: the entry of an account and a refused line say it alone."""


def filled(hint: Any, *, salt: int = 1) -> Any:
    """A value of an annotation in which nothing is left out and nothing is as it is left out."""
    origin: Any = get_origin(hint)
    kinds = get_args(hint)
    if origin is Annotated:
        return (
            "America/Denver" if any(isinstance(each, Zone) for each in kinds) else filled(kinds[0], salt=salt)
        )
    if origin in (Union, UnionType):
        return filled(next(kind for kind in kinds if kind is not NoneType), salt=salt)
    if origin in (tuple, frozenset):
        make: Any = origin
        return make((filled(kinds[0], salt=salt),))
    plain: Any = hint
    if plain in _PLAIN:
        return _PLAIN[plain](salt)
    if issubclass(plain, Enum):
        return list(plain)[salt % len(plain)]
    hints = get_type_hints(plain, include_extras=True)
    return plain(**{each.name: filled(hints[each.name], salt=salt) for each in fields(plain)})


_PLAIN: Mapping[Any, Callable[[int], Any]] = {
    str: lambda salt: f"word {salt}",
    int: lambda salt: 40 + salt,
    bool: lambda _salt: True,
    date: lambda salt: date(2026, 5, 1) + timedelta(days=salt),
    datetime: lambda salt: datetime(2026, 5, 1, 9, 30, 15, tzinfo=UTC) + timedelta(days=salt),
    time: lambda salt: time(9 + salt, 45),
}


class Told:
    """The HTTP side of a floor: what it is told goes through the journal's bytes into the store."""

    def __init__(self, floor: Any) -> None:
        self.floor = floor
        boss = Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss", agent=None)
        web = make_web(floor=self, tokens=Tokens([boss]), registry=CollectorRegistry())  # type: ignore[arg-type]
        self.client = TestClient(web.application, headers={"Authorization": "Bearer boss"})

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        entry = self.floor.step(decode_event(encode_event(event)))
        with RehearsalWriter(self.floor.store) as writer:
            writer.append(entry)
        return Taken(entry.sequence, was_ignored=False)

    def snapshot(self) -> FloorSnapshot:
        raise NotImplementedError

    def health(self) -> Any:
        raise NotImplementedError

    async def past_talk(self, attempt: object) -> None:
        del attempt

    async def earlier_talks(self, agent: object) -> tuple[()]:
        del agent
        return ()

    def tell(self, route: str, **body: Any) -> None:
        answer = self.client.post(route, json=msgspec.to_builtins(body))
        assert answer.status_code == 200, answer.text

    def file(self, person: str) -> PersonFile:
        return self.floor.store.person_files([person], now=self.floor.now)[person]


@pytest.fixture
def told(floor: Any) -> Told:
    return Told(floor)


@pytest.fixture
def ann(told: Told) -> str:
    told.floor.place(told.floor.account("A1", ref="ann", numbers=[told.floor.number(1, NumberRole.OWN)]))
    return str(told.floor.store.identifiers.person("acme", "ann"))


def body_of(person: str, fact: Any) -> dict[str, Any]:
    """The fact in the words of the HTTP side."""
    renamed = SAID_OTHERWISE.get(fact.__class__, {})
    told = [each.name for each in fields(fact) if each.name not in NOT_TOLD.get(fact.__class__, {})]
    body = {renamed.get(name, name): msgspec.to_builtins(getattr(fact, name)) for name in told}
    if body.get("made_in") is not None:
        del body["made_in"]["taken_by"]  # who tells it is known by their token
    return {"person": person, **body}


def test_every_fact_of_a_persons_file_is_told_by_some_way() -> None:
    """A new field of the file fails here until somebody says how it comes in."""
    assert {each.name for each in fields(PersonFile)} == {*TOLD, *WITH_THE_FILE, *WORKED_OUT}


@pytest.mark.parametrize("salt", [1, 2, 3])
@pytest.mark.parametrize("name", TOLD)
def test_a_fact_told_by_http_is_in_the_file_with_every_field_as_it_was_told(
    told: Told, ann: str, name: str, salt: int
) -> None:
    """Nothing is dropped: hours, days, windows, validity, proof, the words."""
    route, kind = TOLD[name]
    fact = replace(filled(kind, salt=salt), **NOT_TOLD.get(kind, {}))
    if name == "requests":
        fact = replace(fact, number=told.file(ann).numbers[0].number)  # it binds whoever has the number
    if hasattr(fact, "made_in"):
        fact = replace(fact, made_in=replace(fact.made_in, taken_by="boss"))
    for each in fields(fact):
        assert getattr(fact, each.name) not in (None, (), frozenset()), each.name

    told.tell(route, **body_of(ann, fact))

    kept = getattr(told.file(ann), name)
    assert (kept if name == "known_location" else kept[-1]) == fact


@pytest.mark.parametrize("name", TOLD)
def test_a_fact_told_with_what_it_needs_alone_leaves_all_else_unknown(
    told: Told, ann: str, name: str
) -> None:
    """What was not said is not known, never no."""
    route, kind = TOLD[name]
    whole = filled(kind)
    hints = get_type_hints(kind, include_extras=True)
    needed = {f.name for f in fields(whole) if not _may_be_left_out(f)}
    bare = kind(**{f: filled(hints[f]) for f in needed}) if name != "consents" else None
    fact = bare or Consent(at=whole.at, scope=whole.scope, given_to=whole.given_to)
    body = {
        key: value for key, value in body_of(ann, fact).items() if value not in (None, [], (), frozenset())
    }

    told.tell(route, **body)

    kept = getattr(told.file(ann), name)
    found = kept if name == "known_location" else kept[-1]
    if getattr(found, "made_in", None) is not None:
        assert found.made_in == MadeIn(taken_by="boss")  # who tells it takes it, unless they say who did
        found = replace(found, made_in=None)
    assert found == fact


def _may_be_left_out(field: Any) -> bool:
    return "MISSING" not in repr(field.default) or "MISSING" not in repr(field.default_factory)


def test_a_whole_file_put_by_http_is_the_file(told: Told, ann: str) -> None:
    """Addresses, numbers, debts and whatever else: word for word."""
    whole = replace(filled(PersonFile), person=ann, line_history=(), fellows=())
    answer = told.client.put(f"/api/facts/persons/{ann}", content=msgspec.json.encode(whole))
    assert answer.status_code == 200, answer.text
    assert told.file(ann) == whole


def test_a_file_joins_nobody(told: Told, ann: str) -> None:
    """Taken and forgotten, it would bind nobody: that two records are one person's is said with a reason."""
    whole = replace(filled(PersonFile), person=ann, line_history=())
    answer = told.client.put(f"/api/facts/persons/{ann}", content=msgspec.json.encode(whole))
    assert (answer.status_code, "/api/people/same" in answer.text) == (422, True)
    assert told.file(ann).addresses != whole.addresses


def test_a_day_of_limitation_told_by_http_is_on_the_debt_of_everybody_who_owes_it(
    told: Told, ann: str
) -> None:
    debt = told.floor.store.identifiers.debt("acme", "A1")
    told.tell("/api/facts/limitations", debt=debt, ends="2027-03-31", source="worked out by counsel")
    assert [each.limitation_ends for each in told.file(ann).debts] == [date(2027, 3, 31)]
    told.tell("/api/facts/limitations", debt=debt, ends="2029-03-31")
    assert [each.limitation_ends for each in told.file(ann).debts] == [date(2029, 3, 31)]


def test_a_notice_that_came_back_takes_the_place_of_the_notice_that_was_sent(told: Told, ann: str) -> None:
    told.tell("/api/facts/notices", person=ann, notice="n1", sent_on="2026-11-02", by="letter")
    told.tell(
        "/api/facts/notices",
        person=ann,
        notice="n1",
        sent_on="2026-11-02",
        by="letter",
        returned_on="2026-11-20",
    )
    assert [each.returned_on for each in told.file(ann).notices] == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("utc", "allowed"), [("16:59:59", False), ("17:00:00", True), ("20:00:00", True), ("02:00:01", False)]
)
def test_not_before_noon_told_by_http_is_not_before_noon(
    told: Told, ann: str, utc: str, *, allowed: bool
) -> None:
    """Denied to the last second of the morning, allowed from noon, not closed for ever."""
    block = {"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "start": "00:00", "until": "12:00"}
    at = datetime(2026, 11, 22, 15, tzinfo=UTC).isoformat()
    told.tell("/api/facts/requests", person=ann, kind="inconvenient_times", at=at, blocks=[block])

    file = told.file(ann)
    proposed = ProposedContact(
        number=file.numbers[0].number, tech=Tech.MANUAL_LIVE, mode=Mode.PREVIEW_AGENT_GUARANTEED
    )
    request = ContactRequest(person=PreparedPerson(file), proposed=proposed)
    instant = datetime.fromisoformat(f"2026-11-24T{utc}+00:00")

    decision = ComplianceGate(sample_rulebook()).evaluate(request, at=instant)

    assert decision.is_allowed is allowed
