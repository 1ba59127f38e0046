"""A client's own codes at the desk: what is offered, what a code means, what comes back as it was taken."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.request import HistoryEntry
from compliance_gate.words import EventKind
from dialer.casework.codes import PROTECTIVE
from dialer.cli import run
from dialer.domain.agent import AgentState
from dialer.domain.client_code import AskedField, ClientCode
from dialer.domain.disposition import DispositionKind
from dialer.domain.events import DispositionRecorded, Event
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, NumberId, PersonId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.record import instant
from dialer.domain.snapshot import AgentView, FloorSnapshot
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

K = DispositionKind
CODES = (
    ClientCode(code="PTP", kind=K.PROMISE_TO_PAY, words="Promise", asks=(AskedField.AMOUNT, AskedField.DATE)),
    ClientCode(code="RPC-NPI", kind=K.NO_COMMITMENT, words="Right party, no promise"),
)


ANN = AgentView(
    agent=AgentId("ann"),
    campaign=CampaignId("spring"),
    state=AgentState.WRAPPING,
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
class CodedFloor:
    """A floor on which campaign `spring` has codes of its own."""

    codes: tuple[ClientCode, ...] = CODES
    told: list[Event] = field(default_factory=list[Event])
    why: str = ""
    talk: PastTalk | None = None
    autumn: tuple[ClientCode, ...] = ()

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        del within
        self.told.append(event)
        return Taken(len(self.told), False, self.why)

    def snapshot(self) -> FloorSnapshot:
        return SNAPSHOT

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        return self.talk if self.talk is not None and self.talk.attempt == attempt else None

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        del call
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        del agent
        return ()

    def health(self) -> Health:
        raise NotImplementedError

    def codes_of(self, campaign: CampaignId) -> tuple[ClientCode, ...] | None:
        return {"spring": self.codes, "autumn": self.autumn}.get(campaign)


@pytest.fixture
def floor() -> CodedFloor:
    return CodedFloor()


@pytest.fixture
def client(floor: CodedFloor) -> Iterator[TestClient]:
    token = Token(name="ann", digest=digest_of("secret"), roles=frozenset({Role.AGENT}), agent="ann")
    web = make_web(floor=floor, tokens=Tokens([token]), registry=CollectorRegistry())
    with TestClient(web.application, headers={"Authorization": "Bearer secret"}) as made:
        yield made


def test_an_agent_is_offered_the_clients_list(client: TestClient) -> None:
    rows = client.get("/api/agents/ann/dispositions").json()
    assert [(row["code"], row["kind"], row["asks"]) for row in rows] == [
        ("PTP", "promise_to_pay", ["amount", "date"]),
        ("RPC-NPI", "no_commitment", []),
    ]


def test_without_a_list_our_kinds_are_offered(client: TestClient, floor: CodedFloor) -> None:
    floor.codes = ()
    rows = client.get("/api/agents/ann/dispositions").json()
    assert [row["kind"] for row in rows] == [kind.value for kind in DispositionKind]
    assert {row["code"] for row in rows} == {""}
    assert {row["kind"] for row in rows if row["protects"]} == {kind.value for kind in PROTECTIVE}


def test_a_code_alone_says_the_kind(client: TestClient, floor: CodedFloor) -> None:
    floor.why = "taken otherwise"
    answer = client.post("/api/attempts/a1/disposition", json={"agent": "ann", "code": "rpc-npi"})
    assert (answer.status_code, answer.json()["remark"]) == (200, "taken otherwise")
    (event,) = floor.told
    assert isinstance(event, DispositionRecorded)
    assert (event.disposition.kind, event.disposition.code) == (K.NO_COMMITMENT, "rpc-npi")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"code": "NOPE"}, "'NOPE' is not on this client's list; possible is PTP (promise_to_pay), RPC-NPI"),
        ({}, "say `kind`, or the client's `code` for it"),
    ],
)
def test_an_unknown_code_is_refused_with_what_is_possible(
    client: TestClient, floor: CodedFloor, body: dict[str, Any], why: str
) -> None:
    answer = client.post("/api/attempts/a1/disposition", json={"agent": "ann", **body})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert floor.told == []


@pytest.mark.parametrize("kind", ["promise_to_pay", "settlement_agreed"])
def test_a_code_that_binds_waits_for_no_amount_of_the_kind_beside_it(
    client: TestClient, floor: CodedFloor, kind: str
) -> None:
    """The engine takes it as what the code is, and says so."""
    floor.codes = (*CODES, ClientCode(code="DSP", kind=K.DISPUTED, words="Disputes it"))
    body = {"agent": "ann", "code": "dsp", "kind": kind}
    assert client.post("/api/attempts/a1/disposition", json=body).status_code == 200
    assert client.post("/api/attempts/a1/disposition", json={**body, "code": "PTP"}).status_code == 422
    much = {**body, "promised_cents": 1}
    assert client.post("/api/attempts/a1/disposition", json=much).status_code == 200
    event = floor.told[-1]
    assert isinstance(event, DispositionRecorded)
    assert event.disposition.promised is None, "nothing is weighed that a settlement would be refused for"


def _talked(agent: str) -> PastTalk:
    return PastTalk(
        attempt=AttemptId("a0"),
        campaign=CampaignId("autumn"),
        agent=AgentId(agent),
        person=PersonId("p1"),
        number=NumberId("n1"),
        debts=(),
        zones=("America/New_York",),
        launched_at=1_780_000_000.0,
        ended_at=1_780_000_060.0,
        disposition=None,
        entry=HistoryEntry(entry="a0", at=instant(1_780_000_060.0), event=EventKind.CALL_PLACED),
    )


def test_a_code_is_of_the_campaign_in_which_the_agent_talked(client: TestClient, floor: CodedFloor) -> None:
    """They have sat down in another campaign since: one code there may mean another kind."""
    floor.autumn = (ClientCode(code="PTP", kind=K.DISPUTED, words="Points to a problem"),)
    floor.talk = _talked("ann")
    answer = client.post("/api/attempts/a0/disposition", json={"agent": "ann", "code": "PTP"})
    assert answer.status_code == 200
    (event,) = floor.told
    assert isinstance(event, DispositionRecorded)
    assert event.disposition.kind is K.DISPUTED


def test_what_another_clients_codes_are_is_not_told(client: TestClient, floor: CodedFloor) -> None:
    floor.autumn = (ClientCode(code="SECRET", kind=K.DEAD_AIR, words="w"),)
    floor.talk = _talked("bob")
    for code in ("SECRET", "NOPE"):
        answer = client.post("/api/attempts/a0/disposition", json={"agent": "ann", "code": code})
        assert answer.status_code == 422
        assert "RPC-NPI" in answer.json()["detail"]
        assert "dead_air" not in answer.json()["detail"]


def _written(folder: Path, left_out: str = "") -> None:
    rows = [("PTP", "promise_to_pay", 'asks = ["amount"]\ncampaigns = ["spring"]')]
    rows += [(kind.value, kind.value, "") for kind in PROTECTIVE if kind.value != left_out]
    table = "".join(
        f'[[clients.dispositions]]\ncode = "{code}"\nkind = "{kind}"\nwords = "w"\n{more}\n'
        for code, kind, more in rows
    )
    (folder / "fairdial-clients.toml").write_text(f'[[clients]]\nclient = "acme"\n{table}')


def test_a_clients_list_is_shown_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _written(tmp_path)
    assert run(["dispositions", "ACME", "--json"]) == 0
    shown = capsys.readouterr().out
    assert '"code": "PTP"' in shown
    assert shown.count('"binds": true') == 8
    assert run(["dispositions", "acme", "--campaign", "autumn", "--json"]) == 0
    assert "PTP" not in capsys.readouterr().out


def test_a_list_that_leaves_out_a_dispute_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _written(tmp_path, left_out="disputed")
    assert run(["dispositions", "acme"]) != 0
    assert "no code for disputed is offered in every campaign" in capsys.readouterr().err
