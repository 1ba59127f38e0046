"""`fairdial export` and `explain` on a shift that was rehearsed."""

import contextlib
import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def rows(smoke: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    out = tmp_path_factory.mktemp("export") / "attempts.csv"
    done = run("export", "attempts", "--out", str(out), folder=smoke)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_one_row_per_attempt_and_the_counts_agree(smoke: Path, rows: list[dict[str, str]]) -> None:
    summary = json.loads((smoke / "said.json").read_text(encoding="utf-8"))
    rang = [row for row in rows if row["call_result"] != "not_attempted"]
    assert len(rang) == summary["attempts"]
    assert len({row["attempt"] for row in rows}) == len(rows)
    assert sum(row["call_result"] == "abandoned" for row in rows) == summary["abandoned"]


def test_every_row_names_instants_zones_reason_and_rulebook(rows: list[dict[str, str]]) -> None:
    for row in rows:
        launched = datetime.fromisoformat(row["launched_at"])
        assert launched.utcoffset() is not None
        assert row["ended_at"] == "" or datetime.fromisoformat(row["ended_at"]) >= launched
        assert row["zones"]
        assert row["counted"] in ("counted", "not_counted", "given_back")
        assert row["counted_why"]
        assert row["rulebook"]


def test_an_attempt_is_explained_by_every_rule_that_was_asked(
    smoke: Path, run: Run, rows: list[dict[str, str]]
) -> None:
    (told,) = json.loads(run("explain", rows[5]["attempt"], "--json", folder=smoke).stdout)
    assert told["allowed"] is True
    assert (told["person"], told["rulebook"]) == (rows[5]["person"], rows[5]["rulebook"])
    assert len(told["findings"]) > 5
    assert all(finding["citation"] for finding in told["findings"])
    assert not [f for f in told["findings"] if f["verdict"] == "denied"]
    assert told["next"]


def test_a_person_may_not_be_called_at_night_and_the_reason_is_told(
    smoke: Path, run: Run, rows: list[dict[str, str]]
) -> None:
    at = "2026-03-11T03:00:00-05:00"
    done = run("explain", "--person", rows[0]["person"], "--at", at, "--json", folder=smoke)
    told = json.loads(done.stdout)
    assert told
    for each in told:
        assert each["allowed"] is False
        denied = {f["rule"] for f in each["findings"] if f["verdict"] == "denied"}
        assert "us-regf-hours" in denied
        assert datetime.fromisoformat(each["next_allowed_at"]) > datetime.fromisoformat(at)


def test_the_answer_for_people_names_rule_citation_and_when_next(
    smoke: Path, run: Run, rows: list[dict[str, str]]
) -> None:
    at = "2026-03-11T03:00:00-05:00"
    text = run("explain", "--person", rows[0]["person"], "--at", at, folder=smoke).stdout
    assert "may not be called" in text
    assert "12 CFR 1006.6(b)(1)" in text
    assert "next" in text


def test_where_the_law_or_the_debt_of_an_instant_is_not_known_nothing_is_answered(
    smoke: Path, run: Run, rows: list[dict[str, str]]
) -> None:
    person, at = ("explain", "--person", rows[0]["person"]), ("--at", rows[0]["launched_at"])
    for more, said in (
        (("--at", "2026-03-10T03:00:00-05:00"), "no law was in force here at 2026-03-10T08:00:00"),
        ((*at, "--debt", "d-9"), "did not have debt 'd-9'"),
        ((*at, "--channel", "pigeon"), "nobody is reached by 'pigeon'"),
        ((*at, "--channel", "letter", "--number", rows[0]["number"]), "a letter goes to no number"),
    ):
        done = run(*person, *more, folder=smoke)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    exact = (*at, "--debt", rows[0]["debts"], "--number", rows[0]["number"])
    (told,) = json.loads(run(*person, *exact, "--json", folder=smoke).stdout)
    assert told["allowed"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain",), "say either an attempt or a person"),
        (("explain", "a1-99999999"), "no attempt is called"),
        (("explain", "--person", "nobody", "--at", "2026-03-10T12:00:00Z"), "no person is called"),
        (("explain", "--person", "nobody", "--at", "2026-03-10T12:00:00"), "has no offset"),
        (("explain", "--person", "nobody", "--at", "0001-01-01T00:00:00+14:00"), "between 1971 and 2096"),
        (("explain", "--person", "nobody", "--at", "9999-12-31T23:59:59-14:00"), "between 1971 and 2096"),
        (("explain", "--person", "nobody", "--at", "2096-01-01T00:00:00Z"), "between 1971 and 2096"),
        (("explain", "--person", "nobody", "--at", "noon"), "is not an instant"),
        (("explain", "--person", "nobody"), "at which instant?"),
    ],
)
def test_questions_that_cannot_be_answered_say_why(
    smoke: Path, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments, folder=smoke)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("what", ["denials", "promises"])
def test_denials_and_promises_are_exported_too(smoke: Path, run: Run, tmp_path: Path, what: str) -> None:
    out = tmp_path / f"{what}.csv"
    done = run("export", what, "--out", str(out), "--store", "fairdial-out/smoke", folder=smoke)
    assert (done.returncode, out.exists()) == (0, True), done.stderr


def test_the_audit_finds_nothing_in_a_lawful_shift(smoke: Path, run: Run, rows: list[dict[str, str]]) -> None:
    done = run("audit", "--json", folder=smoke)
    told = json.loads(done.stdout)
    rang = [row for row in rows if row["call_result"] != "not_attempted"]
    assert (done.returncode, told["attempts"], told["unlawful"]) == (0, len(rang), [])


def test_the_audit_finds_a_call_that_was_moved_into_the_night(
    smoke: Path, run: Run, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(smoke / "fairdial-out" / "smoke" / "fairdial.db", copy)
    moved = rows[3]["attempt"]
    with contextlib.closing(sqlite3.connect(copy)) as store:
        store.execute("UPDATE attempts SET launched_at = launched_at - 36000 WHERE attempt = ?", (moved,))
        store.commit()
    done = run("audit", "--store", str(copy), "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, [each["attempt"] for each in told["unlawful"]]) == (1, [moved])
    assert told["unlawful"][0]["reasons"][0]["citation"]


def test_the_history_says_what_the_shift_said(smoke: Path, run: Run) -> None:
    shift = json.loads((smoke / "said.json").read_text(encoding="utf-8"))
    told = json.loads(run("history", "--json", folder=smoke).stdout)
    assert told["attempts"] > 0
    for name, value in told.items():
        expected = None if shift[name] is None else pytest.approx(shift[name], rel=1e-4)
        assert value == expected, name


def test_a_stretch_in_which_nothing_happened_has_no_rates(smoke: Path, run: Run) -> None:
    stretch = ("--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z")
    told = json.loads(run("history", *stretch, "--json", folder=smoke).stdout)
    assert (told["attempts"], told["abandonment_rate"]) == (0, None)
