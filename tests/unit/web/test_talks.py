"""Routes of talks among more than two: who may, what the floor is told, and what a refusal says."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.domain.agent import AgentState
from dialer.domain.disposition import DispositionKind
from dialer.domain.events import (
    ConferenceLeft,
    ConsultationOpened,
    ConsultationRequested,
    Event,
    RecordingNoticeSpoken,
    RecordingObjected,
    ThirdPartyReleased,
    ThirdPartyRequested,
    TransferRequested,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, NumberId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import AgentView, FloorSnapshot
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
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
    now=1.0,
    sequence=7,
    is_floor_stopped=False,
    is_network_up=True,
    agents=(ANN,),
    campaigns=(),
    ignored=(),
)


@dataclass
class TalkFloor:
    """Takes what it is told; refuses when a test says so."""

    told: list[Event] = field(default_factory=list[Event])
    refuses: bool = False
    why: str = ""
    earlier: tuple[EarlierTalk, ...] = ()
    seen: FloorSnapshot = SNAPSHOT

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        self.told.append(event)
        return Taken(len(self.told), self.refuses, self.why)

    def snapshot(self) -> FloorSnapshot:
        return self.seen

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        del attempt
        return None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        return self.earlier if agent == "ann" else ()

    def health(self) -> Health:
        raise NotImplementedError


@pytest.fixture
def floor() -> TalkFloor:
    return TalkFloor()


@pytest.fixture
def client(floor: TalkFloor) -> Iterator[TestClient]:
    tokens = Tokens(
        [
            Token(digest=digest_of("ann"), roles=frozenset({Role.AGENT}), name="ann", agent="ann"),
            Token(digest=digest_of("boss"), roles=frozenset({Role.SUPERVISOR}), name="boss", agent=None),
        ]
    )
    web = make_web(floor=floor, tokens=tokens, registry=CollectorRegistry())
    with TestClient(web.application, raise_server_exceptions=False) as made:
        yield made


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.mark.parametrize(
    ("path", "body", "event"),
    [
        ("transfer", {"to": "bob"}, TransferRequested(attempt=AttemptId("a1"), to=AgentId("bob"), by="ann")),
        ("third-party", {"line": "creditor"}, ThirdPartyRequested(agent=AgentId("ann"), line="creditor")),
        ("third-party", {"number": "n2"}, ThirdPartyRequested(agent=AgentId("ann"), number=NumberId("n2"))),
        ("consult", {"line": "creditor"}, ConsultationRequested(agent=AgentId("ann"), line="creditor")),
        ("consult", {"number": "n2"}, ConsultationRequested(agent=AgentId("ann"), number=NumberId("n2"))),
        ("consult", {"to": "bob"}, ConsultationRequested(agent=AgentId("ann"), to=AgentId("bob"))),
        ("consult/join", None, ConsultationOpened(agent=AgentId("ann"))),
        ("consult/complete", None, ConsultationOpened(agent=AgentId("ann"), leaves=True)),
        ("third-party/end", None, ThirdPartyReleased(agent=AgentId("ann"))),
        ("third-party/leave", None, ConferenceLeft(agent=AgentId("ann"))),
    ],
)
def test_an_agent_asks_for_their_own_talk(
    client: TestClient, floor: TalkFloor, path: str, body: dict[str, str] | None, event: Event
) -> None:
    answer = client.post(f"/api/agents/ann/{path}", json=body, headers=_as("ann"))
    assert answer.status_code == 200, answer.text
    assert floor.told == [event]


def test_no_agent_asks_for_another_s_talk(client: TestClient, floor: TalkFloor) -> None:
    assert client.post("/api/agents/bob/third-party/leave", headers=_as("ann")).status_code == 403
    assert not floor.told


def test_a_refusal_says_why_in_the_engine_s_words(client: TestClient, floor: TalkFloor) -> None:
    floor.refuses = True
    notice = "no third party: us-fdcpa-hours (15 USC 1692c(a)(1))"
    floor.seen = replace(SNAPSHOT, agents=(replace(ANN, notice=notice),))
    answer = client.post("/api/agents/ann/third-party", json={"number": "n2"}, headers=_as("ann"))
    assert answer.status_code == 409
    assert notice in answer.text


@pytest.mark.parametrize("body", [{}, {"line": "creditor", "number": "n2"}])
def test_a_third_party_is_exactly_one_of_line_and_number(client: TestClient, body: dict[str, str]) -> None:
    answer = client.post("/api/agents/ann/third-party", json=body, headers=_as("ann"))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("notice", RecordingNoticeSpoken(agent=AgentId("ann"), attempt=AttemptId("a1"))),
        ("objection", RecordingObjected(agent=AgentId("ann"), attempt=AttemptId("a1"))),
    ],
)
def test_an_agent_says_of_their_own_call_that_it_may_and_may_not_be_recorded(
    client: TestClient, floor: TalkFloor, path: str, event: Event
) -> None:
    body = {"attempt": "a1"}
    assert client.post(f"/api/agents/bob/recording/{path}", json=body, headers=_as("ann")).status_code == 403
    assert client.post(f"/api/agents/ann/recording/{path}", json={}, headers=_as("ann")).status_code == 422
    assert client.post(f"/api/agents/ann/recording/{path}", json=body, headers=_as("ann")).status_code == 200
    assert floor.told == [event]


def test_only_a_supervisor_takes_a_talk_over(client: TestClient, floor: TalkFloor) -> None:
    path, body = "/api/attempts/a1/take-over", {"agent": "desk-1"}
    assert client.post(path, json=body, headers=_as("ann")).status_code == 403
    assert client.post(path, json=body, headers=_as("boss")).status_code == 200
    assert floor.told == [TransferRequested(attempt=AttemptId("a1"), to=AgentId("desk-1"), by="boss")]


def test_an_agent_on_no_call_has_nothing_to_pass_on(client: TestClient, floor: TalkFloor) -> None:
    floor.seen = replace(SNAPSHOT, agents=(replace(ANN, attempt=None),))
    assert client.post("/api/agents/ann/transfer", json={"to": "bob"}, headers=_as("ann")).status_code == 409


def test_an_old_notice_does_not_stand_for_the_present_reason(client: TestClient, floor: TalkFloor) -> None:
    floor.refuses, floor.why = True, "agent ann does not talk on a1"
    floor.seen = replace(SNAPSHOT, agents=(replace(ANN, notice="the transfer failed: nobody answered"),))
    answer = client.post("/api/agents/ann/recording/objection", json={"attempt": "a1"}, headers=_as("ann"))
    assert (answer.status_code, answer.json()["detail"]) == (409, floor.why)


def test_an_agent_is_told_the_talks_of_which_they_may_say_more(client: TestClient, floor: TalkFloor) -> None:
    """Their own; a supervisor sees everybody's."""
    floor.earlier = (
        EarlierTalk(
            attempt=AttemptId("a1"),
            ended_at=1_780_000_000.0,
            said=DispositionKind.NO_COMMITMENT,
            corrected_until=1_780_000_900.0,
            protected_until=1_780_099_200.0,
            takes_anything=True,
        ),
    )
    told = [
        {
            "attempt": "a1",
            "ended_at": 1_780_000_000.0,
            "said": "no_commitment",
            "corrected_until": 1_780_000_900.0,
            "protected_until": 1_780_099_200.0,
            "takes_anything": True,
        }
    ]
    for who in ("ann", "boss"):
        assert client.get("/api/agents/ann/talks", headers=_as(who)).json() == told
    assert client.get("/api/agents/bob/talks", headers=_as("ann")).status_code == 403
