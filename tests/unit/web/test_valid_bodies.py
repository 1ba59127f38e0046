"""What the API takes can be stepped and stored; what cannot be is refused with a sentence that says why."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.domain.events import DispositionRecorded, Event
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.engine.snapshot import FloorSnapshot
from dialer.runtime.inbox import Taken
from dialer.storage.journal.codecs import decode_event, encode_event
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

SECONDS = 1_780_000_000
SNAPSHOT = FloorSnapshot(
    now=1.0, sequence=7, is_floor_stopped=False, is_network_up=True, agents=(), campaigns=(), ignored=()
)


class Floor:
    """Takes what it is told and remembers it."""

    def __init__(self) -> None:
        self.told: list[Event] = []

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        self.told.append(event)
        return Taken(len(self.told), was_ignored=False)

    def snapshot(self) -> FloorSnapshot:
        return SNAPSHOT

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        del attempt
        return None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return ()

    def health(self) -> Any:
        raise NotImplementedError


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def client(floor: Floor) -> TestClient:
    boss = Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss", agent=None)
    web = make_web(floor=floor, tokens=Tokens([boss]), registry=CollectorRegistry())
    return TestClient(web.application, headers={"Authorization": "Bearer boss"})


DISPOSED = "/api/attempts/a1/disposition"
INBOUND = "/api/inbound/in1/disposition"
CALL_BACK = {"agent": "ann", "kind": "call_back"}
PROMISE = {"agent": "ann", "kind": "promise_to_pay", "promised_cents": 5000}
SEAT = {"campaign": "spring", "endpoint": "sip-ann"}
REQUEST = {"person": "p", "kind": "stop_calling", "at": "2026-05-28T12:00:00Z"}
LETTER = {"entry": "h", "event": "letter"}
FILE = "/api/facts/persons/p"


def _file(**parts: Any) -> dict[str, Any]:
    return {"person": "p", **parts}


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        (DISPOSED, {**CALL_BACK, "call_back_at": SECONDS * 1000}, "divide by 1000"),
        (DISPOSED, {**CALL_BACK, "call_back_at": 3600.0}, "POSIX seconds"),
        (DISPOSED, {**CALL_BACK, "call_back_at": 253402300799.0}, "2000 to 2099"),
        (DISPOSED, {**PROMISE, "promised_for": SECONDS * 1000}, "divide by 1000"),
        (DISPOSED, {**PROMISE, "currency": "ZZZ"}, "ISO 4217"),
        (DISPOSED, {"agent": "ann", "kind": "promise_to_pay"}, "how much was promised"),
        (
            DISPOSED,
            {"agent": "ann", "kind": "settlement_agreed", "promised_cents": 0},
            "how much was promised",
        ),
        (INBOUND, {"agent": "ann", "kind": "plan_agreed"}, "how much was promised"),
        (DISPOSED, {**PROMISE, "parts": [{"cents": 4999, "due_at": SECONDS}]}, "come to 49.99"),
        (DISPOSED, {**PROMISE, "parts": [{"cents": 5000, "due_at": SECONDS * 1000}]}, "divide by 1000"),
        (INBOUND, {**CALL_BACK, "call_back_at": SECONDS * 1000}, "divide by 1000"),
        ("/api/agents/ann/login", {**SEAT, "shift_ends_at": SECONDS * 1000}, "divide by 1000"),
        ("/api/agents/a%00b/login", SEAT, "printable"),
        (f"/api/agents/{'x' * 201}/login", SEAT, "1 to 200"),
        ("/api/facts/requests", {**REQUEST, "at": "1826-05-28T12:00:00Z"}, "not between 1900 and 2200"),
        ("/api/facts/requests", {**REQUEST, "at": "0001-01-01T00:00:00+14:00"}, "not between 1900 and 2200"),
        ("/api/facts/requests", {**REQUEST, "text": "a\0b"}, "NUL"),
        (FILE, _file(addresses=[{"country": "US", "zones": ["Mars/Olympus"]}]), "Mars/Olympus"),
        (FILE, _file(numbers=[{"number": "n", "zones": ["America"]}]), "no time zone"),
        (FILE, _file(known_location={"zones": []}), "holds 0"),
        (FILE, _file(known_location={"zones": ["Nowhere/Here"]}), "Nowhere/Here"),
        (FILE, _file(history=[{**LETTER, "at": "2026-05-28T12:00:00"}]), "no time zone"),
        (FILE, _file(history=[{**LETTER, "at": "0001-01-01T00:00:00Z"}]), "1900 and 2200"),
        (FILE, _file(debts=[{"debt": f"d{n}"} for n in range(10_001)]), "10,001"),
    ],
)
def test_a_value_that_cannot_be_reckoned_with_is_refused(
    client: TestClient, floor: Floor, path: str, body: dict[str, Any], says: str
) -> None:
    answer = client.request("PUT" if path == FILE else "POST", path, json=body)
    assert (answer.status_code, floor.told) == (422, [])
    assert says in str(answer.json()["detail"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(client: TestClient, floor: Floor, number: str) -> None:
    content = json.dumps({**CALL_BACK, "call_back_at": 0.5}).replace("0.5", number)
    assert client.post(DISPOSED, content=content).status_code == 422
    assert floor.told == []


def test_half_of_a_pair_is_no_text(client: TestClient, floor: Floor) -> None:
    content = json.dumps({**REQUEST, "text": "x"}).replace('"x"', r'"\ud800"')
    assert client.post("/api/facts/requests", content=content).status_code == 422
    assert floor.told == []


@pytest.mark.parametrize("at", [946_684_800, SECONDS, SECONDS + 0.25, 4_102_444_800])
def test_an_instant_of_this_century_is_taken_and_can_be_kept(
    client: TestClient, floor: Floor, at: float
) -> None:
    assert client.post(DISPOSED, json={**CALL_BACK, "call_back_at": at}).status_code == 200
    (event,) = floor.told
    assert isinstance(event, DispositionRecorded)
    assert event.disposition.call_back_at == at
    assert decode_event(encode_event(event)) == event


def test_the_description_says_which_instants_there_are(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["components"]["schemas"]["Dispose"]["properties"]
    (instant,) = [part for part in described["call_back_at"]["anyOf"] if part.get("type") == "number"]
    assert (instant["minimum"], instant["maximum"]) == (946_684_800.0, 4_102_444_800.0)
