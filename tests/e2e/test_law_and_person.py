"""`fairdial law impact`, `law register` and `person`, on a shift that was rehearsed."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
