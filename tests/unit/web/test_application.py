"""The HTTP side: who may what, what an answer means, and that nothing loose is taken."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, Counter
from starlette.websockets import WebSocketDisconnect

from compliance_gate.request import HistoryEntry, MadeIn
from compliance_gate.words import EventKind, Institution, NumberKind
from dialer.domain.agent import AgentState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import (
    FairdialError,
    IllegalTransitionError,
    InvalidFactError,
    NotTakenError,
    StoreUnavailableError,
    UnknownThingError,
)
from dialer.domain.events import (
    AgentGotReady,
    AgentHungUp,
    AgentLoggedIn,
    CampaignStarted,
    DispositionAdded,
    DispositionRecorded,
    Event,
    FloorStopped,
    InboundDisposed,
    InboundFollowedUp,
    PaymentReceived,
    PersonEdited,
    RequestReceived,
    SuppressionAdded,
)
from dialer.domain.fact_events import LineKindFound
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, NumberId, PersonId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.record import instant
from dialer.domain.snapshot import AgentView, FloorSnapshot
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import Web, make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

SNAPSHOT = FloorSnapshot(
    now=1.0,
    sequence=7,
    is_floor_stopped=False,
    is_network_up=True,
    agents=(),
    campaigns=(),
    ignored=(),
)


@dataclass
class FakeFloor:
    """Takes what it is told and remembers it."""

    told: list[Event] = field(default_factory=list[Event])
    error: Exception | None = None
    is_ignored: bool = False
    reasons: tuple[str, ...] = ()
    seen: FloorSnapshot = SNAPSHOT
    talk: PastTalk | None = None
    inbound: InboundRecord | None = None
    why: str = ""

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        if self.error is not None:
            raise self.error
        self.told.append(event)
        is_added = isinstance(event, InboundDisposed) and event.talk is not None
        was_ignored = self.is_ignored and not isinstance(event, DispositionAdded) and not is_added
        return Taken(len(self.told), was_ignored, self.why)

    def snapshot(self) -> FloorSnapshot:
        return self.seen

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        return self.talk if self.talk is not None and self.talk.attempt == attempt else None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return self.inbound if self.inbound is not None and self.inbound.call == call else None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return ()

    def health(self) -> Health:
        return Health(
            is_fit=not self.reasons,
            reasons=self.reasons,
            generation=1,
            sequence=7,
            written=7,
            unwritten=0,
            inbox=0,
            replayed=0,
            loop_lag_p99_s=0.001,
            loop_lag_max_s=0.002,
            answer_to_bridge_p99_s=None,
            commit_p99_s=0.003,
            now=1.0,
        )


@dataclass
class FakeKeyPad:
    """Remembers what was pressed."""

    pressed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        self.pressed.append((attempt, keys))


def _token(text: str, *roles: Role, agent: str | None = None) -> Token:
    return Token(digest=digest_of(text), roles=frozenset(roles), name=text, agent=agent)


@pytest.fixture
def floor() -> FakeFloor:
    return FakeFloor()


@pytest.fixture
def keypad() -> FakeKeyPad:
    return FakeKeyPad()


@pytest.fixture
def web(floor: FakeFloor, keypad: FakeKeyPad) -> Web:
    registry = CollectorRegistry()
    Counter("fairdial_steps", "steps", registry=registry).inc()
    tokens = Tokens(
        [
            _token("ann", Role.AGENT, agent="ann"),
            _token("boss", Role.SUPERVISOR),
            _token("clerk", Role.CLERK),
            _token("wall", Role.WATCHER),
        ]
    )
    return make_web(floor=floor, tokens=tokens, registry=registry, keypad=keypad)


@pytest.fixture
def client(web: Web) -> Iterator[TestClient]:
    with TestClient(web.application, raise_server_exceptions=False) as made:
        yield made


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


def test_nobody_without_a_token_is_heard(client: TestClient, floor: FakeFloor) -> None:
    assert client.post("/api/agents/ann/ready").status_code == 401
    assert client.post("/api/agents/ann/ready", headers=_as("nobody")).status_code == 401
    assert client.get("/api/floor").status_code == 401
    assert not floor.told


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("ann", "/api/agents/ann/ready", 200),
        ("ann", "/api/agents/bob/ready", 403),
        ("boss", "/api/agents/bob/ready", 200),
        ("clerk", "/api/agents/bob/ready", 403),
        ("boss", "/api/campaigns/spring/start", 200),
        ("ann", "/api/campaigns/spring/start", 403),
        ("wall", "/api/campaigns/spring/start", 403),
        ("wall", "/api/floor/release", 403),
    ],
)
def test_each_role_may_do_its_own_work(client: TestClient, who: str, path: str, status: int) -> None:
    assert client.post(path, headers=_as(who)).status_code == status


def test_an_answer_names_the_step_that_was_committed(client: TestClient, floor: FakeFloor) -> None:
    answer = client.post("/api/agents/ann/ready", headers=_as("ann"))
    assert answer.json() == {"sequence": 1, "remark": None}
    assert floor.told == [AgentGotReady(agent="ann")]  # type: ignore[arg-type]  # a text is an id here


def test_a_seat_is_taken_with_sorted_tags(client: TestClient, floor: FakeFloor) -> None:
    body = {"campaign": "spring", "endpoint": "sip-1", "tags": ["skill:b", "client:a"]}
    assert client.post("/api/agents/ann/login", json=body, headers=_as("ann")).status_code == 200
    event = floor.told[0]
    assert isinstance(event, AgentLoggedIn)
    assert event.tags == ("client:a", "skill:b")


def test_a_disposition_carries_its_promise(client: TestClient, floor: FakeFloor) -> None:
    body = {"agent": "ann", "kind": "promise_to_pay", "promised_cents": 5000, "promised_for": 1_780_000_000.5}
    answer = client.post("/api/attempts/a1/disposition", json=body, headers=_as("ann"))
    assert answer.status_code == 200
    event = floor.told[0]
    assert isinstance(event, DispositionRecorded)
    assert event.disposition.kind is DispositionKind.PROMISE_TO_PAY
    assert event.disposition.promised is not None
    assert event.disposition.promised.cents == 5000


def test_an_agent_ends_the_call_they_name_and_no_other_agents(client: TestClient, floor: FakeFloor) -> None:
    assert (
        client.post("/api/agents/ann/hangup", json={"attempt": "a1"}, headers=_as("ann")).status_code == 200
    )
    assert client.post("/api/agents/ann/hangup", headers=_as("ann")).status_code == 200
    assert client.post("/api/agents/bob/hangup", headers=_as("ann")).status_code == 403
    ann = AgentId("ann")
    assert floor.told == [AgentHungUp(agent=ann, attempt=AttemptId("a1")), AgentHungUp(agent=ann)]


@pytest.mark.parametrize(
    ("state", "keys", "status"),
    [
        (AgentState.TALKING, "12#", 204),
        (AgentState.TALKING, "12a", 422),
        (AgentState.TALKING, "", 422),
        (AgentState.WRAPPING, "1", 409),
    ],
)
def test_keys_are_pressed_on_a_call_and_told_to_nobody(
    client: TestClient, floor: FakeFloor, keypad: FakeKeyPad, state: AgentState, keys: str, status: int
) -> None:
    ann = AgentView(
        agent=AgentId("ann"),
        campaign=CampaignId("spring"),
        state=state,
        for_s=1.0,
        reason="",
        is_leaving=False,
        attempt=AttemptId("a1"),
    )
    floor.seen = replace(SNAPSHOT, agents=(ann,))
    answer = client.post("/api/agents/ann/keys", json={"keys": keys}, headers=_as("ann"))
    assert answer.status_code == status
    assert keypad.pressed == ([("a1", keys)] if status == 204 else [])
    assert floor.told == []


def test_what_came_late_or_twice_is_a_conflict(client: TestClient, floor: FakeFloor) -> None:
    floor.is_ignored = True
    body = {"agent": "ann", "kind": "no_commitment"}
    assert client.post("/api/attempts/a1/disposition", json=body, headers=_as("ann")).status_code == 409


def test_a_conflict_says_what_hinders_it(client: TestClient, floor: FakeFloor) -> None:
    """In the engine's own words, where it has any."""
    floor.is_ignored, floor.why = True, "a1 is over and written down, or was never placed"
    body = {"agent": "ann", "kind": "no_commitment"}
    answer = client.post("/api/attempts/a1/disposition", json=body, headers=_as("ann"))
    assert (answer.status_code, answer.json()["detail"]) == (409, floor.why)


def test_a_word_on_a_talk_that_is_over_is_added_to_it(client: TestClient, floor: FakeFloor) -> None:
    """The page asks in one way; whether the talk is over is not its concern."""
    floor.is_ignored = True
    floor.talk = PastTalk(
        attempt=AttemptId("a1"),
        campaign=CampaignId("spring"),
        agent=AgentId("ann"),
        person=PersonId("p1"),
        number=NumberId("n1"),
        debts=(),
        zones=("America/New_York",),
        launched_at=1_780_000_000.0,
        ended_at=1_780_000_060.0,
        disposition=None,
        entry=HistoryEntry(entry="a1", at=instant(1_780_000_060.0), event=EventKind.CALL_PLACED),
    )
    body = {"agent": "ann", "kind": "stop_calling"}
    assert client.post("/api/attempts/a1/disposition", json=body, headers=_as("ann")).status_code == 200
    said = Disposition(kind=DispositionKind.STOP_CALLING)
    assert floor.told[-1] == DispositionAdded(agent=AgentId("ann"), talk=floor.talk, disposition=said)
    assert client.post("/api/attempts/a2/disposition", json=body, headers=_as("ann")).status_code == 409


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotTakenError("full"), 503),
        (StoreUnavailableError("full"), 503),
        (TimeoutError(), 504),
        (UnknownThingError("agent", "ann"), 404),
        (IllegalTransitionError("agent", "A", "B", allowed=()), 409),
        (InvalidFactError("wrong"), 422),
        (FairdialError("anything else"), 422),
    ],
)
def test_an_error_says_whether_anything_was_taken(
    client: TestClient, floor: FakeFloor, error: Exception, status: int
) -> None:
    floor.error = error
    answer = client.post("/api/agents/ann/ready", headers=_as("ann"))
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"debt": "d1", "cents": False, "settles": True},
        {"debt": "d1", "cents": 10, "settles": 1},
        {"debt": "d1", "cents": "10", "settles": True},
        {"debt": "d1", "cents": 10.5, "settles": True},
        {"debt": "d1", "cents": 10, "settles": True, "more": 1},
        {"debt": "", "cents": 10, "settles": True},
        {"cents": 10, "settles": True},
    ],
)
def test_nothing_loose_is_taken(client: TestClient, floor: FakeFloor, body: dict[str, object]) -> None:
    assert client.post("/api/facts/payments", json=body, headers=_as("clerk")).status_code == 422
    assert not floor.told


def test_facts_become_events(client: TestClient, floor: FakeFloor) -> None:
    at = "2026-03-10T10:00:00Z"
    bodies: list[tuple[str, dict[str, object]]] = [
        ("suppressions", {"scope": "number", "source": "list", "number": "n1"}),
        ("payments", {"debt": "d1", "cents": 10, "settles": True}),
        ("recalls", {"debt": "d1"}),
        ("requests", {"person": "p1", "kind": "stop_calling", "at": at}),
        ("consents", {"person": "p1", "scope": "call_back", "at": at, "given_to": "collector"}),
        ("holds", {"person": "p1", "kind": "bankruptcy", "since": at}),
        ("holds/lift", {"person": "p1", "kind": "bankruptcy"}),
        ("inbound", {"person": "p1", "debts": ["d1"]}),
        ("lines", {"number": "n1", "kind": "mobile", "found_on": "2026-03-10", "source": "look-up"}),
    ]
    for path, body in bodies:
        answer = client.post(f"/api/facts/{path}", json=body, headers=_as("clerk"))
        assert answer.status_code == 200, (path, answer.text)
    kinds = [type(event) for event in floor.told]
    assert kinds[0] is SuppressionAdded
    assert kinds[1] is PaymentReceived
    assert kinds[3] is RequestReceived
    assert kinds[-1] is LineKindFound
    assert len(kinds) == len(bodies)


def test_a_suppression_names_the_call_it_was_asked_for_in(client: TestClient, floor: FakeFloor) -> None:
    heard = {"contact": "a1", "words": "never again", "caller_id": "+12125550100", "recording": "a1.wav"}
    body = {"scope": "person", "source": "supervisor", "person": "p1", "made_in": heard}
    assert client.post("/api/facts/suppressions", json=body, headers=_as("clerk")).status_code == 200
    (told,) = floor.told
    assert isinstance(told, SuppressionAdded)
    assert told.made_in == MadeIn(taken_by="clerk", **heard)


@pytest.mark.parametrize("missing", ["number", "kind", "found_on", "source"])
def test_the_kind_of_a_line_has_its_source_and_day(
    client: TestClient, floor: FakeFloor, missing: str
) -> None:
    body = {"number": "n1", "kind": "landline", "found_on": "2026-03-10", "source": "look-up"}
    body["institution"] = "hospital"
    assert client.post("/api/facts/lines", json=body, headers=_as("eye")).status_code in (401, 403)
    assert client.post("/api/facts/lines", json=body, headers=_as("clerk")).status_code == 200
    (told,) = floor.told
    assert isinstance(told, LineKindFound)
    assert (told.kind, told.institution) == (NumberKind.LANDLINE, Institution.HOSPITAL)
    del body[missing]
    assert client.post("/api/facts/lines", json=body, headers=_as("clerk")).status_code == 422
    assert len(floor.told) == 1


def test_a_suppression_must_name_exactly_what_its_scope_says(client: TestClient, floor: FakeFloor) -> None:
    body = {"scope": "number", "source": "list", "person": "p1"}
    assert client.post("/api/facts/suppressions", json=body, headers=_as("clerk")).status_code == 422
    assert not floor.told


def test_a_persons_file_is_replaced_whole_and_only_their_own(client: TestClient, floor: FakeFloor) -> None:
    assert client.put("/api/facts/persons/p1", json={"person": "p1"}, headers=_as("clerk")).status_code == 200
    assert isinstance(floor.told[0], PersonEdited)
    assert client.put("/api/facts/persons/p2", json={"person": "p1"}, headers=_as("clerk")).status_code == 422
    assert client.put("/api/facts/persons/p1", json={"debts": 3}, headers=_as("clerk")).status_code == 422


def test_the_red_button_says_who_pressed_it(client: TestClient, floor: FakeFloor) -> None:
    client.post("/api/floor/stop", json={"reason": "fire"}, headers=_as("boss"))
    client.post("/api/campaigns/spring/start", headers=_as("boss"))
    assert floor.told == [
        FloorStopped(by="boss", reason="fire"),
        CampaignStarted(campaign="spring"),  # type: ignore[arg-type]  # a text is an id here
    ]


def test_what_is_owed_to_callers_is_listed_and_whoever_did_it_is_named(
    client: TestClient, floor: FakeFloor
) -> None:
    assert client.get("/api/inbound/owed", headers=_as("ann")).json() == []
    assert client.get("/api/inbound/owed", headers=_as("wall")).status_code == 403
    assert client.post("/api/inbound/in-1/follow-up", headers=_as("ann")).status_code == 200
    assert client.post("/api/inbound/in-1/follow-up", headers=_as("wall")).status_code == 403
    assert floor.told == [InboundFollowedUp(call=InboundId("in-1"), by="ann")]


def test_the_floor_is_looked_at_by_those_who_may(client: TestClient) -> None:
    assert client.get("/api/floor", headers=_as("wall")).json()["sequence"] == 7
    assert client.get("/api/floor", headers=_as("ann")).status_code == 403


def test_health_is_always_answered_and_readiness_says_why_not(client: TestClient, floor: FakeFloor) -> None:
    assert client.get("/ready").status_code == 200
    floor.reasons = ("the store cannot be written",)
    assert client.get("/health").json()["is_fit"] is False
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the store cannot be written"])


def test_prometheus_finds_its_figures(client: TestClient) -> None:
    assert "fairdial_steps_total 1.0" in client.get("/metrics").text


def test_a_watcher_shows_a_token_first_and_sees_the_floor(client: TestClient, web: Web) -> None:
    with client.websocket_connect("/api/watch") as socket:
        socket.send_text("wall")
        while not len(web.broadcast.watchers):
            client.get("/health")
        web.broadcast.watchers.send('{"sequence":7}')
        assert socket.receive_text() == '{"sequence":7}'


@pytest.mark.parametrize("text", ["nobody", "ann"])
def test_a_watcher_without_the_right_is_sent_away(client: TestClient, text: str) -> None:
    with client.websocket_connect("/api/watch") as socket:
        socket.send_text(text)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_the_description_names_every_route(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "/api/attempts/{attempt}/disposition" in paths
    assert "/api/facts/suppressions" in paths


def test_a_word_on_a_call_of_theirs_that_is_over_comes_with_what_is_written_down(
    client: TestClient, floor: FakeFloor
) -> None:
    floor.is_ignored = True
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    floor.inbound = InboundRecord(
        call=InboundId("in-1"),
        dialed="+12025550100",
        arrived_at=1_780_000_000.0,
        agent=AgentId("ann"),
        ended_at=1_780_000_060.0,
        person=PersonId("p1"),
        disposition=said,
    )
    body = {"agent": "ann", "person": "p1", "kind": "no_commitment"}
    again = client.post("/api/inbound/in-1/disposition", json=body, headers=_as("ann"))
    assert (again.status_code, len(floor.told)) == (200, 1), "sent again: nothing new is said"
    body["kind"] = "stop_calling"
    assert client.post("/api/inbound/in-1/disposition", json=body, headers=_as("ann")).status_code == 200
    added = floor.told[-1]
    assert isinstance(added, InboundDisposed)
    assert (added.talk, added.disposition.kind) == (floor.inbound, DispositionKind.STOP_CALLING)
    assert client.post("/api/inbound/in-2/disposition", json=body, headers=_as("ann")).status_code == 409
