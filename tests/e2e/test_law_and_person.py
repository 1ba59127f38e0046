"""`fairdial law impact`, `law register` and `person`, on a shift that was rehearsed."""

import contextlib
import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dialer.inquiry.person import person_facts
from dialer.storage.database.tables import sealed
from dialer.storage.store import Store

Run = Callable[..., Any]

BEFORE, AFTER = "2021-11-29", "2026-03-10"
"""The day before Regulation F took effect, and the day of the shift."""


@pytest.fixture(scope="module")
def called_often(smoke: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the shift's store in which one person was called nine times that day; the ninth's id."""
    copy = tmp_path_factory.mktemp("often") / "fairdial.db"
    shutil.copy(smoke / "fairdial-out" / "smoke" / "fairdial.db", copy)
    with contextlib.closing(sqlite3.connect(copy)) as store:
        ring = "outcome = 'no_answer' AND disposition_kind IS NULL ORDER BY launched_at DESC LIMIT 1"
        (last,) = store.execute(f"SELECT attempt FROM attempts WHERE {ring}").fetchone()
        names = [str(row[1]) for row in store.execute("PRAGMA table_info(attempts)")]
        shifted = {"attempt": "'early-' || ?1", "launched_at": "launched_at - 60 * ?1"}
        columns = ", ".join(shifted.get(name, name) for name in names)
        for k in range(1, 9):
            store.execute(
                f"INSERT INTO attempts SELECT {columns} FROM attempts WHERE attempt = ?2", (k, last)
            )
        store.commit()
    return copy, last


def test_calls_beyond_seven_would_have_been_allowed_before_regulation_f(
    run: Run, called_often: tuple[Path, str]
) -> None:
    copy, last = called_often
    arguments = ("law", "impact", "--from", BEFORE, "--to", AFTER, "--store", str(copy))
    done = run(*arguments, "--json", folder=copy.parent)
    told = json.loads(done.stdout)
    assert (done.returncode, [each["attempt"] for each in told["impacts"]]) == (0, ["early-1", last])
    for each in told["impacts"]:
        assert (each["allowed_before"], each["allowed_after"]) == (True, False)
        assert "us-regf-seven-in-seven" in each["rules"]
    counts = {each["rule"]: each for each in told["rules"]}
    assert counts["us-regf-seven-in-seven"]["newly_forbidden"] == 2
    text = run(*arguments, folder=copy.parent).stdout
    assert "2 of " in text
    assert f"{last} to " in text


def test_the_other_way_round_the_same_calls_become_allowed(run: Run, called_often: tuple[Path, str]) -> None:
    copy, _ = called_often
    done = run(
        "law", "impact", "--from", AFTER, "--to", BEFORE, "--store", str(copy), "--json", folder=copy.parent
    )
    told = json.loads(done.stdout)
    assert [each["allowed_after"] for each in told["impacts"]] == [True, True]


def test_where_two_days_have_one_law_it_says_so(smoke: Path, run: Run) -> None:
    done = run("law", "impact", "--from", AFTER, "--to", "2026-03-11", folder=smoke)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No difference: ")


def test_a_day_that_is_none_is_named(smoke: Path, run: Run) -> None:
    done = run("law", "impact", "--from", "March", "--to", AFTER, folder=smoke)
    assert (done.returncode, "--from" in done.stderr) == (1, True)


def test_the_register_says_extent_check_and_day_of_every_place_and_rule(run: Run, tmp_path: Path) -> None:
    done = run("law", "register", "--json", folder=tmp_path)
    places = {each["name"]: each for each in json.loads(done.stdout)["jurisdictions"]}
    assert done.returncode == 0
    for place in places.values():
        assert place["extent"] in ("complete", "partial", "absent"), place["name"]
        assert place["checked"]
        assert place["checked_on"]
        assert all(rule["checked"] and rule["checked_on"] for rule in place["rules"])
        assert bool(place["rules"]) == (place["status"] != "absent"), place["name"]
    assert "us-regf-seven-in-seven" in {rule["rule"] for rule in places["US-MA"]["rules"]}
    assert places["CA-BC"]["missing"]


def test_one_place_is_told_rule_by_rule_and_what_is_not_loaded_is_a_line(run: Run, tmp_path: Path) -> None:
    told = run("law", "register", "US-MA", folder=tmp_path).stdout
    assert "us-regf-hours" in told
    assert "absent" in run("law", "register", "AU", folder=tmp_path).stdout
    nowhere = run("law", "register", "XX", folder=tmp_path)
    assert (nowhere.returncode, "the register has no 'XX'" in nowhere.stderr) == (1, True)


@pytest.fixture(scope="module")
def denied_person(smoke: Path) -> str:
    """Somebody who was called, and then not called because a rule forbade it."""
    with contextlib.closing(sqlite3.connect(smoke / "fairdial-out" / "smoke" / "fairdial.db")) as store:
        both = "SELECT person FROM attempts INTERSECT SELECT person FROM denials ORDER BY person"
        return str(store.execute(both).fetchone()[0])


def test_a_person_is_reported_with_every_contact_and_every_rule_asked(
    smoke: Path, run: Run, denied_person: str, tmp_path: Path
) -> None:
    done = run("person", denied_person, "--out", str(tmp_path / "report.csv"), folder=smoke)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    attempt = next(row for row in rows if row["kind"] == "attempt")
    (told,) = json.loads(run("explain", attempt["id"], "--json", folder=smoke).stdout)
    findings = [row for row in rows if row["kind"] == "finding" and row["id"] == attempt["id"]]
    assert [row["rule"] for row in findings] == [finding["rule"] for finding in told["findings"]]
    assert all(row["citation"] for row in findings)
    assert attempt["counted_why"]
    assert any(row["kind"] == "not_called" and row["what"].startswith("Not placed: ") for row in rows)
    assert any(row["kind"] == "consent" for row in rows)


def test_a_window_leaves_other_contacts_out(
    smoke: Path, run: Run, denied_person: str, tmp_path: Path
) -> None:
    out = tmp_path / "report.csv"
    window = ("--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z")
    assert run("person", denied_person, "--out", str(out), *window, folder=smoke).returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


def test_the_report_is_a_pdf_where_the_name_ends_so(
    smoke: Path, run: Run, denied_person: str, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "report.pdf"
    done = run("person", denied_person, "--out", str(out), folder=smoke)
    assert (done.returncode, out.read_bytes()[:5]) == (0, b"%PDF-"), done.stderr


def test_a_name_is_in_the_facts_only_when_it_was_asked_for(run: Run, tmp_path: Path) -> None:
    heading = "client_id,client_account,person_ref,first,last,state,zip,phone_1,current_balance"
    line = "acme,A-1,P-1,Alda,Ashford,NY,10001,2125550101,120.50"
    (tmp_path / "placement.csv").write_text(f"{heading}\n{line}\n", encoding="utf-8")
    assert run("import", "placement.csv", folder=tmp_path).returncode == 0
    (path,) = tmp_path.rglob("fairdial.db")
    with Store.open(str(path)) as store:
        (placed,) = store.read(lambda connection: list(connection.scalars(select(sealed.c.subject))))
        window: dict[str, Any] = {"since": None, "until": None}
        assert person_facts(store, placed, with_name=False, **window).name is None
        assert person_facts(store, placed, with_name=True, **window).name == "Alda Ashford"


@pytest.mark.parametrize(
    ("person", "out", "said"),
    [
        ("nobody", "report.pdf", "no person is called 'nobody'"),
        ("nobody", "report.txt", "a PDF, a page, JSON or CSV"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(
    smoke: Path, run: Run, tmp_path: Path, person: str, out: str, said: str
) -> None:
    done = run("person", person, "--out", str(tmp_path / out), folder=smoke)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / out).exists()


def test_a_place_is_shown_paragraph_by_paragraph_and_what_is_due_is_told(run: Run, tmp_path: Path) -> None:
    shown = run("law", "show", "US-NV", folder=tmp_path).stdout
    assert "draft, signed" in shown
    assert "NRS 649.366(1), on notice: read in an unofficial copy" in shown
    assert "loaded: us-nv-medical-notice" in shown
    assert "NRS 597.814 ff. (recorded calls), on recorded voice: not looked for" in shown
    (told,) = json.loads(run("law", "show", "US-DC", "--json", folder=tmp_path).stdout)["jurisdictions"]
    assert {"loaded", "not_loaded", "read", "says", "cite", "about"} == set(told["read"][0]["paragraphs"][0])
    due = json.loads(run("law", "due", "--on", "2026-12-01", "--json", folder=tmp_path).stdout)["due"]
    assert {"in-hours", "us-nyc-two-communications"} <= {
        each["name"] for each in due if each["why"] == "ends within 90 days"
    }
