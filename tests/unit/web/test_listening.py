"""Routes of a talk's sound: who may join in, whose recording is paused, and what the engine hears of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.access.record import Deed
from dialer.domain.agent import AgentState
from dialer.domain.errors import UnknownThingError
from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.listening import Ear
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import AgentView, FloorSnapshot
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.access import MOST_LISTENINGS, Listenings
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

ANN = AgentView(
    agent=AgentId("ann"),
    campaign=CampaignId("spring"),
    state=AgentState.TALKING,
    for_s=1.0,
    reason="",
    is_leaving=False,
    attempt=AttemptId("a1"),
)
SNAPSHOT = FloorSnapshot(
    now=1.0, sequence=7, is_floor_stopped=False, is_network_up=True, agents=(ANN,), campaigns=(), ignored=()
)


@dataclass
class QuietFloor:
    """Remembers that it was told nothing."""

    told: list[Event] = field(default_factory=list[Event])
    seen: FloorSnapshot = SNAPSHOT

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        self.told.append(event)
        return Taken(1, False)

    def snapshot(self) -> FloorSnapshot:
        return self.seen

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        del attempt
        return None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return ()

    def health(self) -> Health:
        raise NotImplementedError


@dataclass
class Phones:
    """A telephone system in which one listening may be under way."""

    done: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    async def listen(self, agent: AgentId, supervisor: EndpointId, ear: Ear) -> str:
        self.done.append(("listen", agent, supervisor, ear.value))
        return "ear-1"

    async def stop_listening(self, listening: str) -> None:
        if listening != "ear-1":
            raise UnknownThingError("listening", listening)
        self.done.append(("end", listening))

    async def pause_recording(self, attempt: AttemptId) -> None:
        self.done.append(("pause", attempt))

    async def resume_recording(self, attempt: AttemptId) -> None:
        self.done.append(("resume", attempt))


@pytest.fixture
def floor() -> QuietFloor:
    return QuietFloor()


@pytest.fixture
def phones() -> Phones:
    return Phones()


@dataclass
class Record:
    """The record of deeds."""

    deeds: list[Deed] = field(default_factory=list[Deed])

    async def record(self, deed: Deed) -> None:
        self.deeds.append(deed)


def served(floor: QuietFloor, phones: Phones | None, record: Record | None = None) -> TestClient:
    tokens = Tokens(
        [
            Token(digest=digest_of("ann"), roles=frozenset({Role.AGENT}), name="ann", agent="ann"),
            Token(digest=digest_of("bob"), roles=frozenset({Role.AGENT}), name="bob", agent="bob"),
            Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss", agent=None),
        ]
    )
    web = make_web(floor=floor, tokens=tokens, registry=CollectorRegistry(), controls=phones, records=record)
    return TestClient(web.application, raise_server_exceptions=False)


@pytest.fixture
def client(floor: QuietFloor, phones: Phones) -> Iterator[TestClient]:
    with served(floor, phones) as made:
        yield made


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.mark.parametrize("ear", ["listen", "whisper", "barge"])
def test_a_supervisor_joins_in_and_leaves(
    client: TestClient, floor: QuietFloor, phones: Phones, ear: str
) -> None:
    answer = client.post("/api/agents/ann/listen", json={"phone": "boss-7", "ear": ear}, headers=_as("boss"))
    assert (answer.status_code, answer.json()) == (200, {"listening": "ear-1"})
    ended = client.post("/api/listenings/end", json=answer.json(), headers=_as("boss"))
    assert ended.status_code == 204
    assert phones.done == [("listen", "ann", "boss-7", ear), ("end", "ear-1")]
    assert floor.told == []


def test_a_collector_joins_in_nowhere(client: TestClient, phones: Phones) -> None:
    answer = client.post("/api/agents/ann/listen", json={"phone": "ann-1"}, headers=_as("bob"))
    assert answer.status_code == 403
    assert (
        client.post("/api/listenings/end", json={"listening": "ear-1"}, headers=_as("bob")).status_code == 403
    )
    assert phones.done == []


@pytest.mark.parametrize("phone", ["", "trunk/15550100", "a\r\nAction: Logoff", "a,b", "x" * 41])
def test_what_is_no_name_of_a_phone_is_refused(client: TestClient, phones: Phones, phone: str) -> None:
    answer = client.post("/api/agents/ann/listen", json={"phone": phone}, headers=_as("boss"))
    assert answer.status_code == 422
    assert phones.done == []


def test_nobody_listens_to_who_is_not_there(client: TestClient) -> None:
    answer = client.post("/api/agents/zoe/listen", json={"phone": "boss-7"}, headers=_as("boss"))
    assert answer.status_code == 404


def test_an_agent_pauses_their_own_recording_and_nobody_elses(client: TestClient, phones: Phones) -> None:
    assert client.post("/api/agents/ann/recording/pause", headers=_as("ann")).status_code == 204
    assert client.post("/api/agents/ann/recording/resume", headers=_as("ann")).status_code == 204
    assert client.post("/api/agents/ann/recording/pause", headers=_as("bob")).status_code == 403
    assert phones.done == [("pause", "a1"), ("resume", "a1")]


def test_without_a_talk_nothing_is_said_to_be_paused(
    client: TestClient, floor: QuietFloor, phones: Phones
) -> None:
    floor.seen = replace(SNAPSHOT, agents=(replace(ANN, state=AgentState.WRAPPING),))
    assert client.post("/api/agents/ann/recording/pause", headers=_as("ann")).status_code == 409
    assert phones.done == []


def test_a_telephone_system_without_these_says_so(floor: QuietFloor) -> None:
    with served(floor, None) as client:
        answer = client.post("/api/agents/ann/recording/pause", headers=_as("ann"))
    assert answer.status_code == 409
    assert "recordings" in answer.json()["detail"]


def test_more_listenings_than_anybody_needs_are_not_remembered() -> None:
    """One that is forgotten is no longer anybody's with walls."""
    kept = Listenings()
    for place in range(MOST_LISTENINGS + 1):
        kept.began(f"ear-{place}", "ann")
    assert kept.agent_of("ear-0") is None
    assert kept.agent_of("ear-1") == kept.agent_of(f"ear-{MOST_LISTENINGS}") == "ann"


def test_it_is_written_down_to_whose_talks_somebody_listens(floor: QuietFloor, phones: Phones) -> None:
    record = Record()
    client = served(floor, phones, record)
    for path, body in (
        ("/api/agents/ann/listen", {"phone": "100"}),
        ("/api/listenings/end", {"listening": "ear-1"}),
    ):
        client.post(path, json=body, headers=_as("boss"))
    assert [(deed.who, deed.about) for deed in record.deeds] == [("boss", ("agent:ann",))] * 2
