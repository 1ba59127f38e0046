"""The browser phone's side of the server: whose secret goes to whom, the seat as it changes, the policy."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, generate_latest
from starlette.websockets import WebSocketDisconnect

from dialer.access.walls import Walls
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignState
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.machine import MachineKind, SaidToMachine
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import AgentView, CampaignView, FloorSnapshot
from dialer.domain.voice import RecordingState
from dialer.floor.phones import DeskPhone, PhoneAccount, Phones
from dialer.runtime.health import Health
from dialer.web.application import make_web
from dialer.web.phone.pages import add_pages, policy
from dialer.web.phone.routes import phone_of
from dialer.web.phone.seats import SeatWatch
from dialer.web.tokens import Role, Token, Tokens, digest_of

T = TypeVar("T")
ACCOUNT = PhoneAccount(agent="ann", endpoint="web1", secret="her secret", server="wss://pbx.example:8089/ws")


def snapshot(
    state: AgentState = AgentState.AVAILABLE, *, sequence: int = 1, now: float = 100.0
) -> FloorSnapshot:
    attempt = AttemptId("a1") if state is AgentState.TALKING else None
    return _made(
        FloorSnapshot,
        now=now,
        sequence=sequence,
        is_floor_stopped=False,
        is_network_up=True,
        agents=(
            _made(
                AgentView,
                agent=AgentId("ann"),
                campaign=CampaignId("one"),
                state=state,
                for_s=5.0,
                reason="",
                is_leaving=False,
                attempt=attempt,
            ),
        ),
        campaigns=(
            _made(CampaignView, campaign=CampaignId("one"), state=CampaignState.RUNNING),
            _made(CampaignView, campaign=CampaignId("two"), state=CampaignState.PAUSED),
        ),
    )


def _made(kind: type[T], **values: object) -> T:
    """One of it; what these tests do not look at is None."""
    fields = cast("Any", kind).__dataclass_fields__.values()
    needed = {one.name: None for one in fields if one.default is one.default_factory is dataclasses.MISSING}
    return kind(**cast("dict[str, Any]", needed | values))


PHONES = Phones(
    [ACCOUNT],
    desks=[DeskPhone(endpoint="desk7", agent="dora"), DeskPhone(endpoint="hot1")],
    trunks=["main"],
)


@dataclasses.dataclass
class FakeFloor:
    """Shows one picture."""

    picture: FloorSnapshot = dataclasses.field(default_factory=snapshot)

    async def submit(self, event: Event, *, within: float = 10.0) -> Any:
        raise AssertionError("nothing is told to the floor here")

    def snapshot(self) -> FloorSnapshot:
        return self.picture

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        del attempt
        return None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return ()

    def health(self) -> Health:
        raise NotImplementedError


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def client(registry: CollectorRegistry) -> Iterator[TestClient]:
    def token(text: str, role: Role, agent: str | None = None) -> Token:
        return Token(digest=digest_of(text), roles=frozenset({role}), name=text, agent=agent)

    tokens = Tokens(
        [
            token("ann", Role.AGENT, "ann"),
            token("bob", Role.AGENT, "bob"),
            token("dora", Role.AGENT, "dora"),
            token("nobody", Role.AGENT),
            token("boss", Role.SUPERVISOR),
            Token(
                digest=digest_of("boss behind walls"),
                roles=frozenset({Role.SUPERVISOR}),
                name="walled",
                walls=Walls(clients=frozenset({"acme"})),
            ),
        ]
    )
    web = make_web(floor=FakeFloor(), tokens=tokens, registry=registry, phones=PHONES)
    with TestClient(web.application) as made:
        yield made


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


def test_an_agent_is_given_their_own_phone_and_it_is_kept_nowhere(client: TestClient) -> None:
    answer = client.get("/api/phone", headers=_as("ann"))
    assert answer.json() | {"pause_reasons": [], "outcomes": []} == {
        "is_browser": True,
        "agent": "ann",
        "endpoint": "web1",
        "secret": "her secret",
        "server": "wss://pbx.example:8089/ws",
        "domain": "pbx.example",
        "caller": "100",
        "campaigns": ["one"],
        "pause_reasons": [],
        "ice_servers": [],
        "relay_only": False,
        "shows_accounts": False,
        "is_text": False,
        "outcomes": [],
    }
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_is_told_what_belongs_to_each_outcome(client: TestClient) -> None:
    """The rules of machines and of late words have one home, and the page is told them."""
    outcomes = client.get("/api/phone", headers=_as("dora")).json()["outcomes"]
    assert [row["kind"] for row in outcomes] == [kind.value for kind in DispositionKind]
    known = {row["kind"]: row for row in outcomes}
    assert known["message_left"] == {
        "kind": "message_left",
        "protects": False,
        "machines": ["own", "other", "generic"],
        "said": ["spoken", "recorded"],
    }
    assert known["intercept"]["machines"] == ["intercept"]
    assert (known["disputed"]["protects"], known["disputed"]["machines"]) == (True, [])


def test_the_page_has_a_choice_for_every_outcome_and_words_for_every_machine() -> None:
    """`intercept` had none: an agent could not say it."""
    words = Path("dialer/web/phone/ui/src/words.ts").read_text("utf-8")
    assert sorted(re.findall(r'{ kind: "(\w+)"', words)) == sorted(kind.value for kind in DispositionKind)
    recording = [word for word in RecordingState if word is not RecordingState.NONE]
    tables = (("MACHINE_WORDS", MachineKind), ("SAID_WORDS", SaidToMachine), ("RECORDING_WORDS", recording))
    for name, known in tables:
        table = words.partition(f"export const {name}")[2].partition("};")[0]
        assert re.findall(r"^  (\w+):", table, re.MULTILINE) == [word.value for word in known]


@pytest.mark.parametrize(("token", "status"), [("bob", 404), ("boss", 403), ("nobody", 403), ("other", 401)])
def test_nobody_else_is_given_a_secret(client: TestClient, token: str, status: int) -> None:
    answer = client.get("/api/phone", headers=_as(token))
    assert answer.status_code == status
    assert "secret" not in answer.json()
    assert "her secret" not in answer.text


def test_a_secret_does_not_show_in_a_log() -> None:
    assert "her secret" not in repr(ACCOUNT)


def test_the_seat_is_pushed_to_its_own_agent_only(client: TestClient) -> None:
    with client.websocket_connect("/api/phone/watch") as socket:
        socket.send_text("ann")
        picture = socket.receive_json()
    assert picture["seat"]["state"] == "available"
    assert picture["seat"]["since"] == 95.0
    for token in ("boss", "nobody", "other"):
        with client.websocket_connect("/api/phone/watch") as socket:
            socket.send_text(token)
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
        assert closed.value.code == 1008


def test_somebody_who_is_not_logged_in_has_no_seat(client: TestClient) -> None:
    with client.websocket_connect("/api/phone/watch") as socket:
        socket.send_text("bob")
        assert socket.receive_json()["seat"] is None


def test_a_seat_is_pushed_when_it_changes_and_not_otherwise() -> None:
    floor = FakeFloor()
    seats = SeatWatch(floor.snapshot)
    queue = seats.join("ann")
    queue.get_nowait()
    seats.push()
    assert json.loads(queue.get_nowait())["seat"]["state"] == "available"
    floor.picture = snapshot(sequence=2, now=101.0)
    floor.picture = dataclasses.replace(
        floor.picture, agents=(dataclasses.replace(floor.picture.agents[0], for_s=6.0),)
    )
    seats.push()
    assert queue.empty()  # a second passed, and nothing else
    floor.picture = snapshot(AgentState.TALKING, sequence=3)
    seats.push()
    assert json.loads(queue.get_nowait())["seat"]["attempt"] == "a1"


def test_a_page_that_takes_nothing_has_the_newest_picture_waiting() -> None:
    floor = FakeFloor()
    seats = SeatWatch(floor.snapshot)
    queue = seats.join("ann")
    for sequence, state in ((2, AgentState.TALKING), (3, AgentState.WRAPPING)):
        floor.picture = snapshot(state, sequence=sequence)
        seats.push()
    assert json.loads(queue.get_nowait())["seat"]["state"] == "wrapping"
    assert queue.empty()
    seats.leave(queue)
    assert len(seats.watchers) == 0


def test_what_a_browser_measured_is_a_metric_and_goes_when_it_is_not_measured(
    client: TestClient, registry: CollectorRegistry
) -> None:
    figures = {"lost": 0.02, "jitter_s": 0.004, "round_trip_s": 0.03, "lost_there": None}
    assert client.post("/api/phone/quality", json=figures, headers=_as("ann")).status_code == 204
    assert b'fairdial_phone_lost_per_packet{agent="ann"} 0.02' in generate_latest(registry)
    assert client.post("/api/phone/quality", json={}, headers=_as("ann")).status_code == 204
    assert b'agent="ann"' not in generate_latest(registry)
    assert client.post("/api/phone/quality", json={"lost": 1.5}, headers=_as("ann")).status_code == 422
    assert client.post("/api/phone/quality", json=figures, headers=_as("boss")).status_code == 403


def test_the_policy_names_our_own_files_and_the_phones_servers_and_nothing_else() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy(Phones([ACCOUNT]).origins).split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == "'self' wss://pbx.example:8089"


@pytest.mark.parametrize(
    "server", ["https://pbx/ws", "wss://", "wss://a b/ws", "wss://a;b/ws", "wss://a/'x'"]
)
def test_an_address_that_is_no_web_socket_is_refused(server: str) -> None:
    with pytest.raises(InvalidFactError, match="web socket"):
        PhoneAccount(agent="ann", endpoint="web1", secret="s", server=server)


def test_one_phone_is_not_two_agents() -> None:
    with pytest.raises(InvalidFactError, match="two agents"):
        Phones([ACCOUNT, dataclasses.replace(ACCOUNT, agent="bob")])


def _pages(folder: Path) -> TestClient:
    application = FastAPI()
    add_pages(application, (), folder)
    return TestClient(application, follow_redirects=False)


def test_a_page_that_was_not_built_says_so(tmp_path: Path) -> None:
    answer = _pages(tmp_path).get("/phone/")
    assert answer.status_code == 503
    assert "make pages" in answer.text


def test_the_built_page_is_served_with_its_policy_and_its_files_for_ever(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>phone")
    (tmp_path / "assets" / "a-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    pages = _pages(tmp_path)
    page = pages.get("/phone/")
    assert page.text == "<p>phone"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-cache"
    script = pages.get("/phone/assets/a-1.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert pages.get("/phone").headers["location"] == "/phone/"
    for name in ("b.js", "..%2Findex.html", "..%2fsecret.txt", "%2e%2e/secret.txt"):
        assert pages.get(f"/phone/assets/{name}").status_code == 404


def test_an_agent_with_a_phone_on_the_desk_has_a_seat_and_no_secret(client: TestClient) -> None:
    """The page stands beside the telephone."""
    answer = client.get("/api/phone", headers=_as("dora")).json()
    assert (answer["endpoint"], answer["is_browser"], answer["secret"], answer["server"]) == (
        "desk7",
        False,
        "",
        "",
    )
    assert PHONES.agents == ("ann", "dora")


@pytest.mark.parametrize(
    ("agent", "endpoint", "why"),
    [
        ("ann", "main", "main is a trunk to the carrier, no agent's phone; agent ann's own phone is web1"),
        ("dora", "web1", "phone web1 is agent ann's; agent dora's own phone is desk7"),
        ("bob", "desk7", "phone desk7 is agent dora's; anybody's are hot1"),
        ("bob", "web9", "there is no phone web9 in the settings ([[asterisk.agents]]); anybody's are hot1"),
    ],
)
def test_a_login_at_a_wrong_phone_says_what_it_is_and_where_one_can_work(
    client: TestClient, agent: str, endpoint: str, why: str
) -> None:
    """A trunk would have been rung, an INVITE without a clearance."""
    body = {"campaign": "spring", "endpoint": endpoint}
    answer = client.post(f"/api/agents/{agent}/login", json=body, headers=_as(agent))
    assert (answer.status_code, answer.json()["detail"]) == (409, why)


@pytest.mark.parametrize(
    ("agent", "endpoint"), [("ann", "web1"), ("ann", "hot1"), ("dora", "desk7"), ("bob", "hot1")]
)
def test_ones_own_phone_and_anybodys_are_taken(agent: str, endpoint: str) -> None:
    assert PHONES.why_not(agent, endpoint) is None
    assert Phones().why_not(agent, endpoint) is None, "without settings nothing is known of phones"


def test_phones_of_other_hands_are_taken_where_the_settings_say_so() -> None:
    """A trunk is no phone all the same, and another's phone stays theirs."""
    phones = Phones([ACCOUNT], trunks=["main"], others=True)
    assert phones.why_not("bob", "seat7") is None
    assert phones.why_not("bob", "main") is not None
    assert phones.why_not("bob", "web1") is not None


def test_the_metrics_name_an_agent_only_to_whoever_may_watch_the_whole_floor(client: TestClient) -> None:
    figures = {"lost": 0.02, "jitter_s": 0.004, "round_trip_s": 0.03, "lost_there": None}
    assert client.post("/api/phone/quality", json=figures, headers=_as("ann")).status_code == 204
    named = 'fairdial_phone_lost_per_packet{agent="ann"} 0.02'
    assert named in client.get("/metrics", headers=_as("boss")).text
    for headers in ({}, _as("ann"), _as("boss behind walls"), _as("nobody at all")):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, "agent=" in answer.text) == (200, False), headers


def test_where_no_phones_are_named_a_seat_is_taken_at_the_agents_own_name() -> None:
    """As on the simulated network: a desk works there without any telephone system."""
    empty = FloorSnapshot(
        now=0.0, sequence=0, is_floor_stopped=False, is_network_up=True, agents=(), campaigns=(), ignored=()
    )
    view = phone_of(Phones(), "ann", empty)
    assert (view.endpoint, view.is_browser, view.secret) == ("ann", False, "")
    assert Phones().why_not("ann", view.endpoint) is None
    with pytest.raises(HTTPException):
        phone_of(Phones(trunks=["carrier"]), "ann", empty)


def test_every_outcome_has_a_letter_of_its_own() -> None:
    words = Path("dialer/web/phone/ui/src/words.ts").read_text("utf-8")
    letters = re.findall(r'{ kind: "\w+", key: "([a-z])"', words)
    assert len(letters) == len(set(letters)) == len(DispositionKind)
