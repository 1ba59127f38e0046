"""Routes of the law: what the commands tell a program, a page is told, and what is signed is kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from compliance_gate.book.register.signatures import read_signatures
from dialer.cli import run
from dialer.cli.evidence import StoreEvidence
from dialer.domain.events import Event
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.rehearsed import ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.runtime.health import Health
from dialer.runtime.inbox import Taken
from dialer.web.application import make_web
from dialer.web.tokens import Role, Token, Tokens, digest_of

CASES = Path(__file__).parents[2] / "law" / "cases.jsonl"
LICENCES = "entity,place,kind,number,from,expires\nacme,US-WA,licence,602,2024-01-01,2026-06-30\n"


class NoFloor:
    """The law asks nothing of it."""

    async def submit(self, event: Event, *, within: float = 10.0) -> Taken:
        raise AssertionError(f"{event} {within}")

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        raise AssertionError(attempt)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        raise AssertionError(call)

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        raise AssertionError(agent)

    def snapshot(self) -> FloorSnapshot:
        raise AssertionError

    def health(self) -> Health:
        raise AssertionError


def _client(desk: StoreEvidence | None) -> TestClient:
    roles = {"boss": Role.SUPERVISOR, "ann": Role.AGENT, "eye": Role.WATCHER}
    tokens = Tokens(
        [Token(digest=digest_of(name), roles=frozenset({role}), name=name) for name, role in roles.items()]
    )
    web = make_web(floor=NoFloor(), tokens=tokens, registry=CollectorRegistry(), evidence_desk=desk)
    return TestClient(web.application, raise_server_exceptions=False, headers=_as("boss"))


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """As in a house: no sample, its files in a folder of their own."""
    monkeypatch.delenv("FAIRDIAL_SIGNATURES", raising=False)
    monkeypatch.chdir(tmp_path)
    with _client(None) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("/api/law/rules", ["law", "list"]),
        (
            "/api/law/rules?pack=US-federal&on=2026-03-10",
            ["law", "list", "--pack", "US-federal", "--on", "2026-03-10"],
        ),
        ("/api/law/rules/us-regf-hours", ["law", "show", "us-regf-hours"]),
        ("/api/law/changes?before=2021-11-29&after=2021-11-30", ["law", "diff", "2021-11-29", "2021-11-30"]),
        ("/api/law/due?on=2027-12-01", ["law", "due", "--on", "2027-12-01"]),
        ("/api/law/register", ["law", "register"]),
        ("/api/law/register/US-DC", ["law", "show", "US-DC"]),
        ("/api/licences?on=2026-03-10", ["licences", "list", "--on", "2026-03-10"]),
    ],
)
def test_a_page_is_told_what_the_command_tells_a_program(
    client: TestClient, capsys: pytest.CaptureFixture[str], path: str, arguments: list[str]
) -> None:
    assert run([*arguments, "--json"]) == 0
    assert client.get(path).json() == json.loads(capsys.readouterr().out)


def test_a_named_person_signs_for_a_place_and_takes_it_back(client: TestClient, tmp_path: Path) -> None:
    asked = {"places": ["US-OH"], "by": "Jane Roe, officer", "on": "2026-01-02"}
    before = client.get("/api/law/register/US-OH").json()
    signed = client.post("/api/law/register/signatures", json=asked)
    assert signed.json() == {
        "places": ["US-OH"],
        "by": "Jane Roe, officer",
        "dated": "2026-01-02",
        "file": "fairdial-signatures.yaml",
        "binds_from": "the floor's next start",
    }
    kept = read_signatures("x", (tmp_path / "fairdial-signatures.yaml").read_text())
    assert [(each.place, each.signed_by) for each in kept] == [("US-OH", "Jane Roe, officer")]
    after = client.get("/api/law/register/US-OH").json()
    assert (after["jurisdictions"][0]["signed_by"], after["rulebook"] == before["rulebook"]) == (
        "Jane Roe, officer",
        False,
    )
    assert client.post("/api/law/register/withdrawals", json={"places": ["US-OH"]}).status_code == 200
    assert client.get("/api/law/register/US-OH").json() == before


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"places": ["US-DC"], "by": "Jane"}, "covered"),
        ({"places": ["US-ZZ"], "by": "Jane"}, "has no"),
        ({"places": ["US-OH"], "by": " "}, "nobody"),
        ({"places": ["US-OH"], "by": "Jane", "on": "2999-01-01"}, "still to come"),
        ({"places": [], "by": "Jane"}, "at least 1"),
        ({"places": ["US-OH"]}, "by"),
    ],
)
def test_what_cannot_be_signed_is_refused(
    client: TestClient, tmp_path: Path, body: dict[str, object], says: str
) -> None:
    refused = client.post("/api/law/register/signatures", json=body)
    assert (refused.status_code, says in refused.text) == (422, True), refused.text
    assert not list(tmp_path.iterdir())


def test_a_licence_is_held_until_it_expires_or_is_withdrawn(client: TestClient) -> None:
    def lacking(on: str) -> bool:
        return ["US-WA", "licence"] in client.get("/api/licences", params={"on": on}).json()["lacking"]

    assert lacking("2026-06-30")
    refused = client.post("/api/licences", json={"csv": LICENCES})
    assert (refused.status_code, "acme" in refused.text) == (422, True), "of nobody who is named"
    named = {"entity": "acme", "title": "Acme Recovery LLC", "places": ["US-TX"]}
    assert client.post("/api/licences/collectors", json=named).status_code == 200
    assert client.post("/api/licences", json={"csv": LICENCES}).json()["licences"] == 1
    assert [lacking(day) for day in ("2023-12-31", "2024-01-01", "2026-06-30", "2026-07-01")] == [
        True,
        False,
        False,
        True,
    ]
    ending = {
        day: len(client.get("/api/licences", params={"on": day}).json()["ending"])
        for day in ("2026-03-31", "2026-04-01")
    }
    assert ending == {"2026-03-31": 0, "2026-04-01": 1}, "told from 90 days before its end"
    gone = {"number": "602", "place": "US-WA"}
    assert client.post("/api/licences/withdrawals", json=gone).status_code == 200
    assert lacking("2026-06-30")
    assert client.post("/api/licences/withdrawals", json=gone).status_code == 422


def test_worked_cases_are_decided_and_compared(client: TestClient) -> None:
    lines = CASES.read_text(encoding="utf-8").splitlines()[:20]
    cases = [json.loads(line) for line in lines if line.strip()]
    told = client.post("/api/law/cases", json={"cases": cases}).json()
    assert (told["cases"], told["different"], told["allowed_that_should_be_denied"]) == (len(cases), 0, 0)
    assert [each["id"] for each in told["decided"]] == [case["id"] for case in cases]
    turned = [{**cases[0], "expected": "allow" if cases[0]["expected"] == "deny" else "deny"}]
    assert client.post("/api/law/cases", json={"cases": turned}).json()["different"] == 1
    (unread,) = client.post("/api/law/cases", json={"cases": [{"id": "x"}]}).json()["decided"]
    assert (unread["decision"], unread["findings"][0]["rule"]) == ("deny", "facts-readable")
    assert client.post("/api/law/cases", json={"cases": []}).status_code == 422


def test_the_effect_of_another_days_law_on_stored_calls_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "smoke"
    prepare_folder(folder)
    with rehearsal_store(folder) as store:
        rehearse(ShiftOrder(scenario=scenario_named("smoke"), seed=3, hours=0.1), folder=folder, store=store)
    days = {"before": "2021-11-29", "after": "2026-03-10"}
    asked = ["law", "impact", "--from", days["before"], "--to", days["after"], "--store", str(folder)]
    assert run([*asked, "--json"]) == 0
    with _client(StoreEvidence(database=str(folder / "fairdial.db"))) as client:
        assert client.get("/api/law/impact", params=days).json() == json.loads(capsys.readouterr().out)
        assert client.get("/api/law/impact", params=days, headers=_as("eye")).status_code == 403


def test_who_watches_reads_and_only_a_supervisor_signs(client: TestClient) -> None:
    assert client.get("/api/law/due", headers=_as("eye")).status_code == 200
    assert client.get("/api/law/due", headers=_as("ann")).status_code == 403
    for path, body in (
        ("/api/law/register/signatures", {"places": ["US-OH"], "by": "Jane"}),
        ("/api/law/register/withdrawals", {"places": ["US-OH"]}),
        ("/api/licences", {"csv": LICENCES}),
        ("/api/licences/collectors", {"entity": "a", "title": "A", "places": ["US-TX"]}),
        ("/api/licences/withdrawals", {"number": "1", "place": "US-WA"}),
    ):
        assert client.post(path, json=body, headers=_as("eye")).status_code == 403, path


def test_a_rule_or_place_that_is_not_there_is_not_found(client: TestClient) -> None:
    for path in ("/api/law/rules/none", "/api/law/register/US-ZZ", "/api/law/rules?pack=none"):
        assert client.get(path).status_code == 404, path
    assert client.get("/api/law/due?on=soon").status_code == 422
