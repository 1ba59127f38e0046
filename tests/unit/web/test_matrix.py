"""Every route, every role, inside and outside the walls: made from the application's own routes.

A route that nobody describes here, or that declares no permission, fails. What a refusal says outside is the
same as for what there is not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from starlette.routing import BaseRoute
from starlette.websockets import WebSocketDisconnect

from dialer.access.roles import MAY, PERSONS, Permission, Role
from dialer.access.walls import NOWHERE, NumberNamed, Place, Walls
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignState
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, PersonId
from dialer.domain.inbound import Caller, InboundState
from dialer.domain.snapshot import AgentView, CampaignView, FloorSnapshot, InboundView, OwedView
from dialer.floor.phones import DeskPhone, Phones
from dialer.web.application import Web, make_web
from dialer.web.declaring import declared_of, declares, may
from dialer.web.demonstration import OPEN_PATHS as SHOWN_PATHS
from dialer.web.sessions import OPEN_PATHS
from dialer.web.sign_in.outside import OPEN_PATHS as OUTSIDE_PATHS
from dialer.web.tokens import Token, Tokens, digest_of
from dialer.web.visitor import OUTSIDE

WALLED = Walls(clients=frozenset({"acme"}))
IN, OUT = "in", "out"
CLIENT = {IN: "acme", OUT: "other"}


def _agent(name: str, side: str) -> AgentView:
    return AgentView(
        agent=AgentId(name),
        campaign=CampaignId(f"{side}-campaign"),
        state=AgentState.TALKING,
        for_s=1.0,
        reason="",
        is_leaving=False,
        attempt=AttemptId(f"{side}-attempt"),
    )


def _campaign(side: str) -> CampaignView:
    return CampaignView(
        campaign=CampaignId(f"{side}-campaign"),
        state=CampaignState.RUNNING,
        reason="",
        ringing=0,
        waiting=0,
        talking=1,
        in_flight=1,
        hopper=0,
        reserved=0,
        leads_left=None,
        live_answers=0,
        abandoned=0,
        abandoned_per_live_answer=None,
        headroom=0.0,
    )


def _callers(*sides: str) -> tuple[Caller, ...]:
    return tuple(Caller(person=PersonId(f"{side}-person"), debts=()) for side in sides)


def _inbound(side: str) -> InboundView:
    return InboundView(
        call=InboundId(f"{side}-call"),
        state=InboundState.CONNECTED,
        dialed="+12125550100",
        number=None,
        callers=_callers(side, OUT),
        opted_out=False,
        waited_s=None,
        agent=AgentId(f"{side}-agent"),
    )


def _owed(side: str) -> OwedView:
    return OwedView(
        call=InboundId(f"{side}-call"),
        why="",
        since=0.0,
        dialed="",
        number=None,
        callers=_callers(side, OUT),
        language="",
        message="",
        message_s=None,
    )


SNAPSHOT = FloorSnapshot(
    now=1.0,
    sequence=7,
    is_floor_stopped=False,
    is_network_up=True,
    agents=(_agent("in-agent", IN), _agent("out-agent", OUT)),
    campaigns=(_campaign(IN), _campaign(OUT)),
    ignored=(),
    inbound=(_inbound(IN), _inbound(OUT)),
    owed=(_owed(IN), _owed(OUT)),
)


@dataclass
class FakeFloor:
    """Takes everything, and says that it changed nothing."""

    told: list[Any] = field(default_factory=list[Any])

    async def submit(self, event: Any, *, within: float = 10.0) -> Any:
        self.told.append(event)
        return type("Taken", (), {"sequence": 1, "was_ignored": False, "why": ""})()

    def snapshot(self) -> FloorSnapshot:
        return SNAPSHOT

    async def earlier_talks(self, agent: AgentId) -> tuple[Any, ...]:
        return ()

    def health(self) -> Any:
        raise AssertionError("not asked here")


class FakePlaces:
    """Where things belong by how their names begin."""

    async def clients(self) -> Mapping[str, str]:
        return {f"{side}-campaign": client for side, client in CLIENT.items()}

    async def person_named(self, name: str) -> str | None:
        return None if name.startswith("nobody") else name

    async def debt_named(self, name: str) -> str | None:
        return None if name.startswith("nobody") else name

    async def number_named(self, name: str) -> NumberNamed | None:
        is_id = name.endswith("-id")
        if name == "nobody-id":
            return None
        return NumberNamed(number=name, is_held=not name.startswith("nobody"), is_written=not is_id)

    def _place(self, name: str) -> Place:
        client = CLIENT.get(name.split("-", maxsplit=1)[0])
        return NOWHERE if client is None else Place(client=client)

    async def of_person(self, person: str) -> Place:
        return self._place(person)

    async def of_debt(self, debt: str) -> Place:
        return self._place(debt)

    async def persons_of_debt(self, debt: str) -> tuple[str, ...]:
        return () if debt.startswith("nobody") else (f"{debt.split('-', maxsplit=1)[0]}-person",)

    async def of_number(self, number: str) -> tuple[Place, ...]:
        return (self._place(number),)

    async def person_of_attempt(self, attempt: str) -> str | None:
        return f"{attempt.split('-', maxsplit=1)[0]}-person"

    async def of_attempt(self, attempt: str) -> Place:
        return self._place(attempt)

    async def is_own(self, agent: str, person: str, attempts: tuple[str, ...]) -> bool:
        return person == f"{agent.split('-', maxsplit=1)[0]}-person"

    async def overridden(self, person: str, entry: object) -> tuple[tuple[()], tuple[()]]:
        return (), ()


@dataclass(frozen=True)
class Case:
    """How a route is asked about a thing. `{side}` is where the thing is.

    Args:
        kind: `thing` (refused outside), `whole` (refused to everybody with walls), `filtered` (shows what is
            inside), `self` (about whoever asks, or about nothing).
    """

    kind: str = "thing"
    body: dict[str, Any] | None = None
    query: str = ""


_PAIR = {"one": "{side}-person", "other": "{side}-other-person", "why": "w"}

AT = "2026-11-23T15:00:00Z"
CASES: dict[tuple[str, str], Case] = {
    ("GET", "/health"): Case("self"),
    ("GET", "/ready"): Case("self"),
    ("GET", "/metrics"): Case("self"),
    ("GET", "/"): Case("self"),
    ("GET", "/phone"): Case("self"),
    ("GET", "/sign-in"): Case("self"),
    ("GET", "/sign-in/{name}"): Case("self"),
    ("GET", "/phone/"): Case("self"),
    ("GET", "/api/agents/{agent}"): Case(),
    ("GET", "/api/agents/{agent}/talks"): Case(),
    ("GET", "/api/agents/{agent}/dispositions"): Case(),
    ("GET", "/api/attempts/{attempt}/account"): Case(),
    ("GET", "/api/persons/{person}/call-back"): Case(query="?at=1800000000"),
    ("POST", "/api/agents/{agent}/login"): Case(body={"campaign": "{side}-campaign", "endpoint": "e"}),
    ("POST", "/api/agents/{agent}/ready"): Case(),
    ("POST", "/api/agents/{agent}/pause"): Case(body={"reason": "lunch"}),
    ("POST", "/api/agents/{agent}/hangup"): Case(),
    ("POST", "/api/agents/{agent}/keys"): Case(body={"keys": "1"}),
    ("POST", "/api/agents/{agent}/voicemail"): Case(body={"attempt": "{side}-attempt"}),
    ("POST", "/api/agents/{agent}/logout"): Case(),
    ("POST", "/api/agents/{agent}/dial"): Case(
        body={"campaign": "{side}-campaign", "lead": "l", "person": "{side}-person", "number": "n"}
    ),
    ("POST", "/api/attempts/{attempt}/disposition"): Case(
        body={"agent": "{side}-agent", "kind": "refused_to_pay"}
    ),
    ("POST", "/api/agents/{agent}/transfer"): Case(body={"to": "{side}-agent"}),
    ("POST", "/api/agents/{agent}/third-party"): Case(body={"line": "x"}),
    ("POST", "/api/agents/{agent}/third-party/end"): Case(),
    ("POST", "/api/agents/{agent}/third-party/leave"): Case(),
    ("POST", "/api/agents/{agent}/consult"): Case(body={"line": "x"}),
    ("POST", "/api/agents/{agent}/consult/join"): Case(),
    ("POST", "/api/agents/{agent}/consult/complete"): Case(),
    ("POST", "/api/agents/{agent}/recording/notice"): Case(body={"attempt": "{side}-attempt"}),
    ("POST", "/api/agents/{agent}/recording/objection"): Case(body={"attempt": "{side}-attempt"}),
    ("POST", "/api/attempts/{attempt}/take-over"): Case(body={"agent": "{side}-agent"}),
    ("POST", "/api/agents/{agent}/listen"): Case(body={"phone": "p"}),
    ("POST", "/api/listenings/end"): Case(body={"listening": "{side}-listening"}),
    ("POST", "/api/agents/{agent}/recording/pause"): Case(),
    ("POST", "/api/agents/{agent}/recording/resume"): Case(),
    ("GET", "/api/recordings"): Case(query="?client={client}"),
    ("GET", "/api/recordings/room"): Case("self"),
    ("GET", "/api/recordings/{attempt}/sound"): Case(),
    ("POST", "/api/recordings/export"): Case(body={"client": "{client}"}),
    ("GET", "/api/attempts/{attempt:path}/explanation"): Case(),
    ("GET", "/api/persons/{person}/explanation"): Case(query="?at=1"),
    ("GET", "/api/persons/{person}/ledger"): Case(),
    ("GET", "/api/persons/{person}/report"): Case(),
    ("GET", "/api/persons/{person}/folder"): Case(),
    ("GET", "/api/persons/{person}/held"): Case(),
    ("POST", "/api/persons/search"): Case("filtered", body={"name": "abc"}),
    ("POST", "/api/people/review"): Case("filtered", body={}),
    ("POST", "/api/people/same"): Case(body=_PAIR),
    ("POST", "/api/people/different"): Case(body=_PAIR),
    ("POST", "/api/people/split"): Case(body={"person": "{side}-person", "why": "w"}),
    ("POST", "/api/persons/{person}/correction"): Case(body={"why": "w", "last": "l"}),
    ("GET", "/api/persons/{person}/erasure"): Case(),
    ("POST", "/api/persons/{person}/erasure"): Case(body={"why": "w"}),
    ("GET", "/api/requests"): Case("whole"),
    ("POST", "/api/persons/{person}/requests"): Case(
        body={"law": "gdpr", "kind": "access", "received": "2026-12-03"}
    ),
    ("POST", "/api/persons/{person}/requests/{request}"): Case(body={"move": "answer", "words": "w"}),
    ("GET", "/api/retention"): Case("whole"),
    ("POST", "/api/retention/removal"): Case("whole", body={"why": "w"}),
    ("GET", "/api/journal/verification"): Case("whole"),
    ("GET", "/api/journal/public-key"): Case("self"),
    ("GET", "/api/floor"): Case("filtered"),
    ("POST", "/api/campaigns/{campaign}/{move}"): Case(),
    ("GET", "/api/campaigns/{campaign}/pacing"): Case(),
    ("POST", "/api/campaigns/{campaign}/pacing"): Case(body={"version": "v", "reason": "w", "ring_s": 20.0}),
    ("POST", "/api/campaigns/{campaign}/pacing/undo"): Case(body={"version": "v", "reason": "w"}),
    ("POST", "/api/campaigns/{campaign}/pacing/what-if"): Case(body={"agents": 1}),
    ("POST", "/api/floor/stop"): Case("whole", body={"reason": "fire"}),
    ("POST", "/api/floor/release"): Case("whole"),
    ("POST", "/api/facts/suppressions"): Case(
        body={"scope": "person", "source": "s", "person": "{side}-person"}
    ),
    ("POST", "/api/facts/requests"): Case(body={"person": "{side}-person", "kind": "stop_calling", "at": AT}),
    ("POST", "/api/facts/payments"): Case(body={"debt": "{side}-debt", "cents": 1, "settles": False}),
    ("POST", "/api/facts/entries"): Case(
        body={"debt": "{side}-debt", "key": "k", "kind": "fee", "cents": 1, "effective_on": "2026-11-30"}
    ),
    ("GET", "/api/debts/{debt}/ledger"): Case(),
    ("GET", "/api/promises"): Case("filtered"),
    ("GET", "/api/packs"): Case(query="?client={client}&day=2026-11-30"),
    ("GET", "/api/deliveries"): Case("filtered"),
    ("POST", "/api/deliveries/{name}/now"): Case("self"),
    ("POST", "/api/webhooks/{name}/again"): Case("self"),
    ("GET", "/api/measures"): Case("filtered", query="?since=2026-11-01&until=2026-11-30"),
    ("GET", "/api/persons/{person}/account"): Case(),
    ("POST", "/api/persons/{person}/account"): Case(body={"party": "consumer", "postal_code": "02108"}),
    ("POST", "/api/intake/files"): Case(
        body={}, query="?name=f.csv&client={client}&campaign={side}-campaign"
    ),
    ("GET", "/api/intake/files/{upload}/returned"): Case(query="?client={client}"),
    ("GET", "/api/intake/holds"): Case("whole"),
    ("POST", "/api/intake/holds/{file}/release"): Case("whole", body={"why": "w"}),
    ("GET", "/api/intake/unseen"): Case("whole"),
    ("POST", "/api/intake/attestations"): Case(
        body={"client": "{client}", "since": "2026-01-05", "why": "w"}
    ),
    ("GET", "/api/intake/mappings"): Case("whole"),
    ("PUT", "/api/intake/mappings/{name}"): Case("whole", body={"toml": "t"}),
    ("POST", "/api/intake/mappings/{name}/confirmation"): Case("whole", body={"meaning": "0" * 64}),
    ("POST", "/api/facts/recalls"): Case(body={"debt": "{side}-debt", "reason": "recall"}),
    ("POST", "/api/facts/consents"): Case(
        body={"person": "{side}-person", "scope": "call", "given_to": "collector", "at": AT}
    ),
    ("POST", "/api/facts/holds"): Case(body={"person": "{side}-person", "kind": "deceased", "since": AT}),
    ("POST", "/api/facts/holds/lift"): Case(body={"person": "{side}-person", "kind": "deceased"}),
    ("POST", "/api/facts/inbound"): Case(body={"person": "{side}-person", "debts": ["{side}-debt"]}),
    ("POST", "/api/facts/notices"): Case(body={"person": "{side}-person", "notice": "n1"}),
    ("POST", "/api/facts/contacts"): Case(
        body={"person": "{side}-person", "entry": "e", "event": "letter", "at": AT}
    ),
    ("POST", "/api/facts/locations"): Case(body={"person": "{side}-person", "zones": ["America/New_York"]}),
    ("POST", "/api/facts/limitations"): Case(
        body={"debt": "{side}-debt", "ends": "2027-01-01", "source": "s"}
    ),
    ("POST", "/api/facts/lines"): Case(
        body={"number": "{side}-number", "kind": "mobile", "found_on": "2026-03-10", "source": "s"}
    ),
    ("PUT", "/api/facts/persons/{person}"): Case(body={"person": "{side}-person"}),
    ("GET", "/api/inbound"): Case("filtered"),
    ("GET", "/api/inbound/owed"): Case("filtered"),
    ("POST", "/api/inbound/{call}/follow-up"): Case(),
    ("GET", "/api/inbound/{call}"): Case(),
    ("POST", "/api/inbound/{call}/disposition"): Case(
        body={"agent": "{side}-agent", "kind": "refused_to_pay"}
    ),
    ("GET", "/api/caller-ids"): Case("whole"),
    ("POST", "/api/caller-ids/{number}/release"): Case("whole"),
    ("POST", "/api/caller-ids/{number}/test"): Case("whole", body={}),
    ("GET", "/api/law/rules"): Case("self"),
    ("GET", "/api/law/rules/{rule}"): Case("self"),
    ("GET", "/api/law/changes"): Case("self", query="?before=2026-01-01&after=2026-01-02"),
    ("GET", "/api/law/due"): Case("self"),
    ("GET", "/api/law/impact"): Case("whole", query="?before=2026-01-01&after=2026-01-02"),
    ("GET", "/api/law/register"): Case("self"),
    ("GET", "/api/law/register/{place}"): Case("self"),
    ("POST", "/api/law/register/signatures"): Case("whole", body={"places": ["nowhere"], "by": "b"}),
    ("POST", "/api/law/register/withdrawals"): Case("whole", body={"places": ["nowhere"]}),
    ("POST", "/api/law/cases"): Case("self", body={"cases": [{"id": "a"}]}),
    ("GET", "/api/licences"): Case("self"),
    ("POST", "/api/licences/collectors"): Case(
        "whole", body={"entity": "e", "title": "t", "places": ["nowhere"]}
    ),
    ("POST", "/api/licences"): Case("whole", body={"csv": "entity"}),
    ("POST", "/api/licences/withdrawals"): Case("whole", body={"number": "n", "place": "p"}),
    ("GET", "/api/phone"): Case("filtered"),
    ("GET", "/api/session/who"): Case("self"),
    ("POST", "/api/session/end"): Case("self"),
    ("GET", "/api/session/all"): Case("self"),
    ("POST", "/api/session/all/{session}/end"): Case("self"),
    ("POST", "/api/session/password"): Case("self", body={"old": "o", "new": "n"}),
    ("POST", "/api/session/second-factor/new"): Case("self"),
    ("POST", "/api/session/second-factor"): Case("self", body={"password": "p"}),
    ("GET", "/api/accounts"): Case("self"),
    ("POST", "/api/accounts"): Case("self", body={"account": "a", "roles": []}),
    ("POST", "/api/accounts/{account}/rights"): Case("self", body={}),
    ("POST", "/api/accounts/{account}/link"): Case("self"),
    ("POST", "/api/accounts/{account}/lost-factor"): Case("self"),
    ("GET", "/api/tokens"): Case("self"),
    ("POST", "/api/tokens"): Case("self", body={"account": "a", "roles": []}),
    ("POST", "/api/tokens/{token}/revoke"): Case("self"),
    ("GET", "/api/record"): Case("whole"),
    ("POST", "/api/phone/quality"): Case("self", body={}),
    ("POST", "/api/demonstration/pace"): Case("self", body={"factor": 2.0}),
    ("GET", "/api/demonstration/talk"): Case("self"),
    ("POST", "/api/demonstration/talk"): Case("self", body={"what": "greet"}),
}


def _tokens() -> Iterator[Token]:
    for role in Role:
        agent = "in-agent" if role is Role.AGENT else None
        name = role.value
        yield Token(
            digest=digest_of(f"{name}-free"), roles=frozenset({role}), name=f"{name}-free", agent=agent
        )
        yield Token(
            digest=digest_of(f"{name}-walled"),
            roles=frozenset({role}),
            name=f"{name}-walled",
            agent=agent,
            walls=WALLED,
        )


@pytest.fixture(scope="module")
def web() -> Web:
    floor: Any = FakeFloor()
    made = make_web(
        floor=floor,
        tokens=Tokens(_tokens()),
        registry=CollectorRegistry(),
        places=FakePlaces(),
        phones=Phones([], desks=[DeskPhone(endpoint="e", agent="in-agent")]),
    )
    for side in (IN, OUT):
        made.application.state.office.listenings.began(f"{side}-listening", f"{side}-agent")
    return made


@pytest.fixture(scope="module")
def client(web: Web) -> Iterator[TestClient]:
    with TestClient(web.application, raise_server_exceptions=False) as made:
        yield made


def routes_of(application: FastAPI) -> list[BaseRoute]:
    """Every route that FastAPI serves, but the description of the API."""
    listed: list[BaseRoute] = []

    def walk(routes: list[BaseRoute]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif isinstance(route, APIRoute | APIWebSocketRoute):
                listed.append(route)

    walk(application.routes)
    return listed


def test_every_route_is_described_here_and_declares_a_permission(web: Web) -> None:
    found = routes_of(web.application)
    assert [route for route in found if declared_of(route) is None] == []
    served = {
        (method, route.path)
        for route in found
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert served == set(CASES) | OPEN
    behind_no_door = {path for _, path in OPEN}
    assert behind_no_door == OPEN_PATHS | OUTSIDE_PATHS | SHOWN_PATHS
    sockets = {route.path for route in found if isinstance(route, APIWebSocketRoute)}
    assert sockets == {"/api/watch", "/api/phone/watch"}


def _permission(web: Web, method: str, path: str) -> Permission:
    for route in routes_of(web.application):
        if isinstance(route, APIRoute) and route.path == path and method in (route.methods or ()):
            found = declared_of(route)
            assert found is not None
            return found
    raise AssertionError(path)


def _ask(client: TestClient, who: str, method: str, path: str, side: str) -> Any:
    case = CASES[(method, path)]

    def filled(text: str) -> str:
        return text.replace("{side}", side).replace("{client}", CLIENT[side])

    url = re.sub(r"\{(\w+)(?::path)?\}", lambda m: "start" if m[1] == "move" else f"{side}-{m[1]}", path)
    body = None if case.body is None else json.loads(filled(json.dumps(case.body)))
    headers = {"Authorization": f"Bearer {who}"}
    return client.request(method, url + filled(case.query), headers=headers, json=body)


OPEN = {
    ("POST", "/api/session"),
    ("POST", "/api/session/link"),
    ("GET", "/api/session/outside"),
    ("GET", "/api/session/outside/back"),
    ("GET", "/api/demonstration"),
    ("POST", "/api/demonstration/sign-in"),
}

API = sorted(key for key in CASES if key[1].startswith("/api/"))


@pytest.mark.parametrize(("method", "path"), API)
def test_a_role_without_the_permission_is_refused_and_one_with_it_is_not(
    web: Web, client: TestClient, method: str, path: str
) -> None:
    """Whoever has no walls asks about something of their own client."""
    permission = _permission(web, method, path)
    for role in Role:
        answer = _ask(client, f"{role.value}-free", method, path, IN)
        is_allowed = role in MAY[permission]
        assert (answer.status_code != 403) == is_allowed, (role, answer.status_code, answer.text)
        assert answer.status_code not in (401, 500), (role, answer.text)
        is_misread = answer.status_code == 422 and isinstance(answer.json()["detail"], list)
        assert not is_misread, (role, answer.text)
        if not is_allowed:
            assert answer.json()["detail"] == f"{role.value}-free may not {permission.value}"


@pytest.mark.parametrize(("method", "path"), API)
def test_what_is_outside_the_walls_is_refused_and_what_is_inside_is_not(
    web: Web, client: TestClient, method: str, path: str
) -> None:
    case, permission = CASES[(method, path)], _permission(web, method, path)
    for role in sorted(MAY[permission], key=lambda role: role.value):
        inside = _ask(client, f"{role.value}-walled", method, path, IN)
        outside = _ask(client, f"{role.value}-walled", method, path, OUT)
        if case.kind == "whole":
            assert (inside.status_code, outside.status_code) == (403, 403), (role, inside.text)
        else:
            assert inside.status_code != 403, (role, inside.text)
        if case.kind == "thing":
            assert outside.status_code == 403, (role, outside.text)
            assert role is Role.AGENT or outside.json()["detail"] == OUTSIDE
        if case.kind == "filtered":
            assert "out-" not in inside.text


@pytest.mark.parametrize("word", ["same", "different"])
def test_nobody_speaks_of_a_pair_of_which_one_is_outside(client: TestClient, word: str) -> None:
    headers = {"Authorization": "Bearer supervisor-walled"}
    for one, other in (("in-person", "out-person"), ("out-person", "in-person"), ("in-person", "nobody")):
        body = {"one": one, "other": other, "why": "w"}
        answer = client.post(f"/api/people/{word}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (403, OUTSIDE)


@pytest.mark.parametrize("body", [{"person": "out-person", "kind": "deceased", "since": AT}])
def test_a_collectors_hold_on_a_strangers_file_is_refused(client: TestClient, body: dict[str, str]) -> None:
    """Without any walls, too: an agent has the person on their line and nobody besides."""
    headers = {"Authorization": "Bearer agent-free"}
    answer = client.post("/api/facts/holds", json=body, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "agent-free is not speaking with this person"
    own = {**body, "person": "in-person"}
    assert client.post("/api/facts/holds", json=own, headers=headers).status_code == 200


def test_what_is_not_on_file_is_refused_in_the_words_of_what_is_outside(client: TestClient) -> None:
    """Else a refusal would tell who is another client's."""
    headers = {"Authorization": "Bearer compliance-walled"}
    strangers = client.get("/api/persons/out-person/ledger", headers=headers)
    nobodys = client.get("/api/persons/nobody/ledger", headers=headers)
    assert (strangers.status_code, strangers.json()) == (nobodys.status_code, nobodys.json())


_HOLD = {"kind": "deceased", "since": AT}
_NAMED = [
    ("holds", {**_HOLD, "person": "{whose}-person"}),
    ("holds", {**_HOLD, "person": "in-person", "debts": ["{whose}-debt"]}),
    ("suppressions", {"scope": "debt", "source": "s", "debt": "{whose}-debt"}),
    ("payments", {"debt": "{whose}-debt", "cents": 1, "settles": False}),
]


@pytest.mark.parametrize(
    ("who", "fact", "body"),
    [("clerk-walled", *named) for named in _NAMED]
    + [("agent-walled", *named) for named in _NAMED[:2]]
    + [("agent-free", *_NAMED[0])],  # they see their own person alone
)
def test_a_name_in_a_body_that_nobody_has_is_refused_in_the_words_of_what_is_outside(
    client: TestClient, who: str, fact: str, body: dict[str, Any]
) -> None:
    def answered(whose: str) -> tuple[int, Any]:
        told = json.loads(json.dumps(body).replace("{whose}", whose))
        answer = client.post(f"/api/facts/{fact}", json=told, headers={"Authorization": f"Bearer {who}"})
        return answer.status_code, answer.json()

    assert answered("out") == answered("nobody")
    assert answered("out")[0] == 403


_NUMBERED = [
    ("suppressions", {"scope": "number", "source": "s", "number": "{whose}-number"}, 200),
    ("requests", {"person": "in-person", "kind": "stop_number", "at": AT, "number": "{whose}-number"}, 200),
    ("lines", {"number": "{whose}-number", "kind": "mobile", "found_on": "2026-03-10", "source": "s"}, 403),
    ("suppressions", {"scope": "number", "source": "s", "number": "{whose}-id"}, 422),
    ("lines", {"number": "{whose}-id", "kind": "mobile", "found_on": "2026-03-10", "source": "s"}, 422),
]


@pytest.mark.parametrize(("fact", "body", "status"), _NUMBERED)
def test_a_number_that_only_others_have_is_answered_as_one_that_nobody_has(
    client: TestClient, fact: str, body: dict[str, Any], status: int
) -> None:
    """Else whoever has walls learns who else is called there."""

    def answered(whose: str) -> tuple[int, str]:
        told = json.loads(json.dumps(body).replace("{whose}", whose))
        answer = client.post(
            f"/api/facts/{fact}", json=told, headers={"Authorization": "Bearer clerk-walled"}
        )
        return answer.status_code, answer.text.replace(f"{whose}-", "{whose}-")

    assert answered("out") == answered("nobody")
    assert answered("out")[0] == status
    assert answered("in")[0] == 200


_SAID = {"agent": "in-agent", "kind": "refused_to_pay"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("agents/in-agent/transfer", {"to": "out-agent"}),
        ("agents/in-agent/consult", {"to": "out-agent"}),
        (
            "agents/in-agent/dial",
            {"campaign": "in-campaign", "lead": "l", "person": "out-person", "number": "n"},
        ),
        ("attempts/in-attempt/disposition", {**_SAID, "debts_spoken_of": ["in-debt", "out-debt"]}),
        ("attempts/in-attempt/disposition", {**_SAID, "debts_spoken_of": ["nobody-debt"]}),
        ("inbound/in-call/disposition", {**_SAID, "debts_spoken_of": ["out-debt"]}),
        ("inbound/in-call/disposition", {**_SAID, "person": "out-person"}),
        ("inbound/in-call/disposition", {**_SAID, "person": "nobody-person"}),
    ],
)
@pytest.mark.parametrize("who", ["supervisor", "agent"])
def test_whom_a_body_names_from_a_seat_inside_is_inside_too(
    client: TestClient, who: str, path: str, body: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {who}-walled"}
    answer = client.post(f"/api/{path}", json=body, headers=headers)
    is_not_own = who == "agent" and "debts_spoken_of" in body
    said = "agent-walled is speaking with nobody of this account" if is_not_own else OUTSIDE
    assert (answer.status_code, answer.json()["detail"]) == (403, said)
    inside = json.loads(re.sub("out-|nobody-", "in-", json.dumps(body)))
    assert client.post(f"/api/{path}", json=inside, headers=headers).status_code == 200


def test_what_is_said_of_a_call_is_said_of_what_is_on_file(client: TestClient) -> None:
    """Else it would be written down, and bind nobody."""
    for who, path, named, status in (
        ("supervisor", "attempts/in-attempt", {"debts_spoken_of": ["nobody-debt"]}, 404),
        ("supervisor", "inbound/in-call", {"debts_spoken_of": ["nobody-debt"]}, 404),
        ("agent", "attempts/in-attempt", {"debts_spoken_of": ["nobody-debt"]}, 403),
        ("agent", "inbound/in-call", {"debts_spoken_of": ["nobody-debt"]}, 403),
        ("agent", "inbound/in-call", {"person": "nobody-person"}, 404),
    ):
        headers = {"Authorization": f"Bearer {who}-free"}
        answer = client.post(f"/api/{path}/disposition", json={**_SAID, **named}, headers=headers)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("attempts/in-attempt/disposition", {"agent": "in-agent", "kind": "call_back", "call_back_at": 2e9}),
        ("attempts/in-attempt/disposition", {**_SAID, "kind": "settlement_agreed", "promised_cents": 1}),
        ("inbound/in-call/disposition", {**_SAID, "kind": "disputed"}),
        ("facts/requests", {"person": "in-person", "kind": "dispute", "at": AT}),
        (
            "facts/consents",
            {"person": "in-person", "scope": "call_back", "given_to": "collector", "at": AT},
        ),
        ("facts/holds", {**_HOLD, "person": "in-person"}),
        ("facts/inbound", {"person": "in-person"}),
    ],
)
def test_a_collector_speaks_of_no_strangers_account(
    client: TestClient, path: str, body: dict[str, Any]
) -> None:
    """Without any walls, too: a call back about a stranger's account would open the stranger's file, a
    settlement tell what is owed on it, a refusal that there is such an account."""
    debts = "debts_spoken_of" if "disposition" in path else "debts"

    def answered(whose: str) -> tuple[int, Any]:
        named = {**body, debts: ["in-debt", f"{whose}-debt"]}
        answer = client.post(f"/api/{path}", json=named, headers={"Authorization": "Bearer agent-free"})
        return answer.status_code, answer.json()

    assert answered("out") == (403, {"detail": "agent-free is speaking with nobody of this account"})
    assert answered("nobody") == answered("out")
    assert answered("in")[0] == 200


def test_who_called_is_spoken_with_though_they_are_on_no_line(client: TestClient) -> None:
    """An agent finds out who calls from a number that nobody has: it is of their accounts then."""
    headers = {"Authorization": "Bearer agent-free"}
    said = {**_SAID, "person": "out-person", "debts_spoken_of": ["out-debt"]}
    assert client.post("/api/inbound/in-call/disposition", json=said, headers=headers).status_code == 200
    assert (
        client.post(
            "/api/inbound/in-call/disposition", json={**said, "person": "in-person"}, headers=headers
        ).status_code
        == 403
    )


@pytest.mark.parametrize(
    "kind", ["attorney_released", "dispute_answered", "documents_provided", "original_creditor_named"]
)
def test_what_protects_is_ended_by_others_than_who_dials(client: TestClient, kind: str) -> None:
    """An attorney's mandate, a dispute, an open question: an agent writes them down and ends none."""
    body = {"person": "in-person", "kind": kind, "at": AT}
    for who, status in (("agent-free", 403), ("clerk-free", 200), ("compliance-walled", 200)):
        headers = {"Authorization": f"Bearer {who}"}
        answer = client.post("/api/facts/requests", json=body, headers=headers)
        assert answer.status_code == status, answer.text


def test_of_those_who_have_a_number_only_those_inside_are_shown(client: TestClient) -> None:
    """The number that calls is of people of two clients."""

    def callers(who: str, path: str) -> list[str]:
        found = client.get(f"/api/inbound/{path}", headers={"Authorization": f"Bearer supervisor-{who}"})
        row = found.json()[0] if path == "owed" else found.json()
        return [caller["person"] for caller in row["callers"]]

    for path in ("in-call", "owed"):
        assert callers("free", path) == ["in-person", "out-person"]
        assert callers("walled", path) == ["in-person"]


def test_nobody_gets_further_where_nobody_can_say_what_belongs_to_whom() -> None:
    floor: Any = FakeFloor()
    web = make_web(floor=floor, tokens=Tokens(_tokens()), registry=CollectorRegistry())
    with TestClient(web.application) as client:
        headers = {"Authorization": "Bearer supervisor-walled"}
        assert client.post("/api/agents/in-agent/ready", headers=headers).status_code == 403


def test_a_route_that_declares_nothing_is_nobodys(web: Web) -> None:
    """Closed by itself, before anybody has noticed it."""
    floor: Any = FakeFloor()
    made = make_web(floor=floor, tokens=Tokens(_tokens()), registry=CollectorRegistry()).application

    @made.get("/api/forgotten")
    async def forgotten() -> int:  # pyright: ignore[reportUnusedFunction]
        return 1

    with TestClient(made) as client:
        for role in Role:
            headers = {"Authorization": f"Bearer {role.value}-free"}
            assert client.get("/api/forgotten", headers=headers).status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_a_socket_shows_the_floor_inside_the_walls_and_to_those_who_may(
    web: Web, client: TestClient, role: Role
) -> None:
    with client.websocket_connect("/api/watch") as socket:
        socket.send_text(f"{role.value}-walled")
        if role not in MAY[Permission.WATCH_FLOOR]:
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_text()
            assert closed.value.code == 1008
            return
        while not len(web.broadcast.watchers):
            pass
        web.broadcast.send()
        told = socket.receive_text()
    assert "in-campaign" in told
    assert "out-" not in told


def test_every_permission_is_of_somebody_and_persons_have_one_each() -> None:
    """Nobody is given a role that may do nothing, and no permission is nobody's."""
    assert set(MAY) == set(Permission)
    assert all(MAY.values())
    beyond = {permission for permission in Permission if MAY[permission] != frozenset(Role)}
    assert all(any(role in MAY[permission] for permission in beyond) for role in PERSONS)


def test_the_description_says_how_each_route_is_secured(web: Web) -> None:
    """A token or a session on every route behind the door, nothing on those that are open."""
    told = web.application.openapi()
    assert set(told["components"]["securitySchemes"]) == {"HTTPBearer", "APIKeyCookie"}
    for path, operations in told["paths"].items():
        secured: list[dict[str, list[str]]] = [{"HTTPBearer": []}, {"APIKeyCookie": []}]
        if path in OPEN_PATHS | OUTSIDE_PATHS | SHOWN_PATHS:
            continue
        for method, operation in operations.items():
            wanted = secured if path.startswith("/api/") else None
            found = operation.get("security")
            assert found == wanted, (method, path)


def test_declarations_are_read_off_the_route() -> None:
    made = FastAPI()

    @made.get("/a", dependencies=[may(Permission.STOP_FLOOR)])
    async def first() -> int:  # pyright: ignore[reportUnusedFunction]
        return 1

    @made.get("/b", dependencies=[declares(Permission.ANYBODY)])
    async def second() -> int:  # pyright: ignore[reportUnusedFunction]
        return 1

    assert [declared_of(route) for route in routes_of(made)] == [Permission.STOP_FLOOR, Permission.ANYBODY]
