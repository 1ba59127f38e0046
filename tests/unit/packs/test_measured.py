"""Measures of accounts and promises: numbers reckoned by hand, by command and over HTTP, inside walls."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from made_days import Days, at, autumn
from prometheus_client import CollectorRegistry

from dialer.access.roles import Role
from dialer.access.walls import Walls
from dialer.cli import run
from dialer.cli.account_desk import StoreLedgers
from dialer.storage.database import tables as t
from dialer.web.application import make_web
from dialer.web.tokens import Token, Tokens, digest_of

NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    shutil.copy(migrated, folder / "fairdial.db")
    days = autumn(folder)
    for state, when in (("available", "2026-11-30 14:00"), ("logged_out", "2026-11-30 16:00")):
        days.happens(t.agent_states, at(when), agent="ann", campaign="acme", state=state, at=at(when))
    return folder


@pytest.fixture
def days(lived: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    monkeypatch.chdir(lived)
    (lived / "fairdial.toml").write_text("[wages]\ncents_an_hour = 2150\n")
    return Days(address=str(lived / "fairdial.db"))


def told(days: Days, capsys: pytest.CaptureFixture[str], *options: str) -> dict[tuple[str, str, str], object]:
    capsys.readouterr()
    assert run(["measures", *options, "--json", "--store", days.address]) == 0
    found = json.loads(capsys.readouterr().out)
    return {(each["measure"], each["group"], each["currency"]): each["value"] for each in found}


def test_november_is_as_reckoned_by_hand(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    """20.00 of 70.00 owed before it and 60.00 placed in it; what went back in December is not of it. The
    promise due on its last day is not decided, so that there is no kept rate, and not one of 0."""
    november = told(days, capsys, *NOVEMBER, "--client", "ACME")
    assert november["collection_rate", "acme", "USD"] == pytest.approx(20 / 130)
    assert november["collection_rate", "acme", "EUR"] == pytest.approx(40 / 200)
    assert november["liquidation", "acme", "USD"] == pytest.approx(50 / 160)
    assert november["percentage_resolved", "acme", ""] == pytest.approx(1 / 3)
    assert november["roll_rate_60-89", "acme", "USD"] == pytest.approx(50 / 70)
    assert november["roll_rate_30-59", "acme", "USD"] is None
    assert november["kept_rate", "acme", ""] is None
    assert november["cost_per_collected", "acme", "USD"] == pytest.approx(2 * 21.50 / 20)
    december = told(days, capsys, "--from", "2026-12-01", "--to", "2026-12-01", "--client", "acme")
    assert december["collected", "acme", "USD"] == -3_000
    assert december["liquidation", "acme", "USD"] == pytest.approx(20 / 160)


def test_a_promise_is_in_the_rate_once_its_grace_is_over(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    """25.00 due on the 30th, of which 20.00 came: not decided on the 3rd of December, broken on the 4th."""
    third = told(days, capsys, "--from", "2026-11-01", "--to", "2026-12-03", "--by", "agent")
    assert third["kept_rate", "ann", ""] is None
    fourth = told(days, capsys, "--from", "2026-11-01", "--to", "2026-12-04", "--by", "agent")
    assert fourth["kept_rate", "ann", ""] == 0.0
    assert fourth["kept_rate_value", "ann", "USD"] == pytest.approx(0.8)
    by_word = told(days, capsys, "--from", "2026-11-01", "--to", "2026-12-04", "--by", "disposition")
    assert by_word["kept_rate", "promise_to_pay", ""] == 0.0


def test_accounts_are_told_apart_by_place_month_and_campaign(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    by_place = told(days, capsys, *NOVEMBER, "--client", "acme", "--by", "place")
    assert by_place["collection_rate", "US-FL", "USD"] == pytest.approx(20 / 70)
    assert by_place["collection_rate", "US-NY", "USD"] == 0.0
    by_month = told(days, capsys, *NOVEMBER, "--client", "acme", "--by", "placement-month")
    assert by_month["liquidation", "2026-10", "USD"] == 0.5
    assert by_month["liquidation", "2026-11", "EUR"] == 0.2
    by_campaign = told(days, capsys, *NOVEMBER, "--by", "campaign")
    assert (by_campaign["accounts", "acme", ""], by_campaign["accounts", "other", ""]) == (4, 1)


def test_the_rows_behind_a_figure_sum_to_it(days: Days, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    asked = ("--client", "acme", "--rows-of", "collection_rate", "--out", str(out), "--store", days.address)
    assert run(["measures", *NOVEMBER, *asked]) == 0
    with out.open(newline="", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["currency"] == "USD"]
    assert sum(int(row["numerator"]) for row in found) == 2_000
    assert sum(int(row["denominator"]) for row in found) == 13_000


def test_no_cost_is_told_without_a_wage(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    Path("fairdial.toml").unlink()
    assert not [key for key in told(days, capsys, *NOVEMBER) if key[0] == "cost_per_collected"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "2026-11-01"),
        ("--from", "2026-11-02", "--to", "2026-11-01"),
        (*NOVEMBER, "--by", "mood"),
        (*NOVEMBER, "--rows-of", "collection_rate"),
        (*NOVEMBER, "--rows-of", "nothing", "--client", "acme"),
        (*NOVEMBER, "--client", "nobody"),
    ],
)
def test_what_cannot_be_asked_is_refused(days: Days, wrong: tuple[str, ...]) -> None:
    assert run(["measures", *wrong, "--store", days.address]) == 1


class NoFloor:
    def snapshot(self) -> object:
        raise AssertionError("nobody looks at it")


@pytest.fixture
def client(days: Days) -> Iterator[TestClient]:
    walls = Walls(clients=frozenset({"acme"}))
    tokens = [
        Token(digest=digest_of(role.value), roles=frozenset({role}), name=role.value, walls=walls)
        for role in (Role.SUPERVISOR, Role.ANALYST)
    ]
    web = make_web(
        floor=NoFloor(),  # pyright: ignore[reportArgumentType]  # these routes ask no floor
        tokens=Tokens(tokens),
        registry=CollectorRegistry(),
        ledger_desk=StoreLedgers(database=days.address),
    )
    with TestClient(web.application) as made:
        yield made


def test_over_http_inside_the_walls(client: TestClient) -> None:
    """A supervisor gets the pack of their own client alone; an analyst the figures, and no pack."""
    boss, analyst = ({"Authorization": f"Bearer {who}"} for who in ("supervisor", "analyst"))
    answer = client.get("/api/packs?client=acme&day=2026-11-30", headers=boss)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        text = archive.read("summary.csv").decode()
    assert "collected,Collected,20.00,USD," in text
    assert client.get("/api/packs?client=other&day=2026-11-30", headers=boss).status_code == 403
    assert client.get("/api/packs?client=acme&day=2026-11-30", headers=analyst).status_code == 403
    span = "since=2026-11-01&until=2026-11-30"
    found = client.get(f"/api/measures?{span}", headers=analyst).json()
    assert {each["client"] for each in found} == {"acme"}
    (rate,) = [each for each in found if (each["measure"], each["currency"]) == ("collection_rate", "EUR")]
    assert (rate["numerator"], rate["denominator"], rate["value"]) == (4_000, 20_000, 0.2)
    assert client.get(f"/api/measures?{span}&client=other", headers=analyst).status_code == 403
    assert client.get("/api/measures?since=2026-11-02&until=2026-11-01", headers=analyst).status_code == 422
