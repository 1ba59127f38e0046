"""Routes of evidence: what the command can answer, a page can ask for, of the same store."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dialer.cli import run
from dialer.cli.evidence import StoreEvidence
from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.record import AttemptRecord
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of


class NoFloor:
    """Evidence asks nothing of it."""

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        raise AssertionError(f"{event} {within}")

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        raise AssertionError(attempt)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        return None

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        raise AssertionError(agent)

    def snapshot(self) -> FloorSnapshot:
        raise AssertionError

    def health(self) -> Health:
        raise AssertionError


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    folder = tmp_path_factory.mktemp("rehearsed") / "smoke"
    prepare_folder(folder)
    order = ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.1)
    with rehearsal_store(folder) as store:
        return rehearse(order, folder=folder, store=store)


def client_of(desk: StoreEvidence | None) -> TestClient:
    roles = {"boss": Role.SUPERVISOR, "ann": Role.AGENT, "eye": Role.WATCHER}
    tokens = Tokens(
        [Token(digest=digest_of(name), roles=frozenset({role}), name=name) for name, role in roles.items()]
    )
    web = make_web(floor=NoFloor(), tokens=tokens, registry=CollectorRegistry(), evidence_desk=desk)
    return TestClient(web.application, raise_server_exceptions=False, headers=_as("boss"))


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.fixture
def client(shift: RehearsedShift) -> Iterator[TestClient]:
    with client_of(StoreEvidence(database=str(shift.folder / "fairdial.db"))) as made:
        yield made


@pytest.fixture
def first(shift: RehearsedShift) -> AttemptRecord:
    return shift.records.attempts[0]


def test_why_a_call_was_placed_is_told_with_every_rule(client: TestClient, first: AttemptRecord) -> None:
    (asked,) = client.get(f"/api/attempts/{first.attempt}/explanation").json()
    assert len(asked["rules"]) > 20
    missing = client.get("/api/attempts/a9/explanation")
    assert (missing.status_code, "no attempt is called 'a9'" in missing.text) == (404, True)
    of_a_box = client.get("/api/attempts/north/in-9/explanation")
    assert (of_a_box.status_code, "no attempt is called 'north/in-9'" in of_a_box.text) == (404, True)


def test_whether_somebody_could_be_reached_then_is_told_for_one_number_and_debt(
    client: TestClient, first: AttemptRecord
) -> None:
    exact = {"at": first.launched_at, "debt": first.debts[0], "number": first.number}
    (asked,) = client.get(f"/api/persons/{first.person}/explanation", params=exact).json()
    assert not [rule for rule in asked["rules"] if rule["verdict"] == "denied"]
    early = client.get(f"/api/persons/{first.person}/explanation", params={**exact, "at": 1e9})
    assert (early.status_code, "no law was in force here" in early.text) == (409, True)
    assert client.get(f"/api/persons/{first.person}/explanation").status_code == 422


def test_what_a_letter_must_say_and_may_not_is_told_with_whose_word_it_is(
    client: TestClient, first: AttemptRecord, shift: RehearsedShift, capsys: pytest.CaptureFixture[str]
) -> None:
    exact = {"at": first.launched_at, "debt": first.debts[0], "channel": "letter"}
    (asked,) = client.get(f"/api/persons/{first.person}/explanation", params=exact).json()
    said = {(each["rule"], each["speech"], tuple(each["debts"])) for each in asked["statements"]}
    assert ("us-regf-who-is-speaking", "must_say", (first.debts[0],)) in said
    assert ("us-regf-time-barred", "may_not", (first.debts[0],)) in said, "its last day is not known"
    at = datetime.fromtimestamp(first.launched_at, UTC).isoformat()
    named = ["--person", first.person, "--at", at, "--debt", first.debts[0], "--channel", "letter"]
    assert run(["explain", *named, "--store", str(shift.folder), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["statements"] == asked["statements"]
    assert run(["explain", *named, "--store", str(shift.folder)]) == 0
    assert "  may not        debt" in capsys.readouterr().out


def test_the_ledger_comes_as_json_csv_and_pdf_with_the_same_calls(
    client: TestClient, first: AttemptRecord
) -> None:
    path = f"/api/persons/{first.person}/ledger"
    told = client.get(path).json()
    listed = {line["id"] for part in told["parts"] for line in part["lines"]}
    assert first.attempt in listed
    answer = client.get(path, params={"form": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["id"] for row in rows if row["row"] == "call"} == listed
    assert answer.headers["content-disposition"] == f'attachment; filename="ledger-{first.person}.csv"'
    assert client.get(path, params={"form": "pdf"}).content.startswith(b"%PDF-")


def test_the_report_comes_as_json_csv_and_pdf_without_a_name(
    client: TestClient, first: AttemptRecord
) -> None:
    path = f"/api/persons/{first.person}/report"
    told = client.get(path).json()
    assert first.attempt in {line["id"] for line in told["timeline"]}
    assert told["name"] is None
    assert first.attempt in client.get(path, params={"form": "csv"}).text
    assert client.get(path, params={"form": "pdf"}).content.startswith(b"%PDF-")


def test_what_may_be_removed_is_told_and_nothing_goes(client: TestClient, first: AttemptRecord) -> None:
    told = client.get("/api/retention", params={"at": 3e9}).json()
    mine = {each["kind"]: each for each in told["records"] if each["person"] == first.person}
    assert (mine["attempts"]["fate"], mine["attempts"]["first_free"]) == ("open", None)
    assert client.get("/api/retention", headers=_as("eye")).status_code == 403


@pytest.mark.parametrize("what", ["ledger", "report", "explanation?at=1773162000"])
def test_only_a_supervisor_may_ask(client: TestClient, first: AttemptRecord, what: str) -> None:
    for name in ("ann", "eye"):
        assert client.get(f"/api/persons/{first.person}/{what}", headers=_as(name)).status_code == 403


def test_a_floor_whose_store_cannot_be_asked_says_so(first: AttemptRecord) -> None:
    with client_of(None) as client:
        assert client.get(f"/api/persons/{first.person}/ledger").status_code == 409


def test_the_command_writes_what_the_page_gives(
    client: TestClient, first: AttemptRecord, shift: RehearsedShift, tmp_path: Path
) -> None:
    out = tmp_path / "ledger.csv"
    arguments = ["ledger", first.person, "--out", str(out), "--store", str(shift.folder)]
    at = "2026-03-10T20:00:00Z"
    assert run([*arguments, "--to", at]) == 0
    asked = {"form": "csv", "until": 1773172800.0}
    assert out.read_text() == client.get(f"/api/persons/{first.person}/ledger", params=asked).text


def test_the_journal_is_verified_over_http(shift: RehearsedShift, client: TestClient) -> None:
    """For compliance: what `fairdial verify` says, and the key to check it with elsewhere."""
    said = client.get("/api/journal/verification").json()
    assert (said["whole"], said["steps"], said["faults"]) == (True, shift.observer.steps, [])
    assert said["head"] == str(shift.signed.head)
    assert said["signed"]["key"] == shift.signed.key
    assert client.get("/api/journal/public-key").text.startswith("-----BEGIN PUBLIC KEY-----")
    for path in ("verification", "public-key"):
        assert client.get(f"/api/journal/{path}", headers=_as("ann")).status_code == 403
