"""`fairdial law`, `gate check`, `measures`, `version`, `doctor`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

CASES = Path(__file__).parents[1] / "law" / "cases.jsonl"


def test_every_rule_is_listed_with_its_citation(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("law", "list", "--json", folder=tmp_path).stdout)
    assert len(told["rules"]) > 50
    assert all(rule["citation"] and rule["effective_from"] for rule in told["rules"])


def test_a_rule_is_shown_in_full(run: Run, tmp_path: Path) -> None:
    (rule,) = json.loads(run("law", "show", "us-regf-hours", "--json", folder=tmp_path).stdout)
    assert "12 CFR 1006.6(b)(1)" in rule["citation"]
    assert "us-regf-hours" in run("law", "show", "us-regf-hours", folder=tmp_path).stdout


def test_a_difference_of_days_shows_what_came_into_force(run: Run, tmp_path: Path) -> None:
    done = run("law", "diff", "2021-11-29", "2021-11-30", "--json", folder=tmp_path)
    came = {each["rule"] for each in json.loads(done.stdout) if each["change"] == "came into force"}
    assert "us-regf-hours" in came, "Regulation F took effect on 2021-11-30"


def test_cases_are_decided_one_a_line(run: Run, tmp_path: Path) -> None:
    done = run("gate", "check", str(CASES), "--json", folder=tmp_path)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert [each["id"] for each in told] == [case["id"] for case in cases]
    assert {"id", "decision", "warnings", "retry_at", "findings"} <= told[0].keys()
    assert {"rule", "verdict", "citation", "facts"} <= told[0]["findings"][0].keys()
    assert done.returncode == int(any(each["differences"] for each in told))


def test_an_expectation_that_is_not_met_leaves_with_1(run: Run, tmp_path: Path) -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]
    case = next(case for case in cases if case["expected"] == "deny")
    (tmp_path / "wrong.jsonl").write_text(json.dumps({**case, "expected": "allow"}) + "\n", encoding="utf-8")
    done = run("gate", "check", "wrong.jsonl", folder=tmp_path)
    assert (done.returncode, "DIFFERS: expected allow" in done.stdout) == (1, True)


def test_a_line_that_is_no_json_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}\n{oops\n", encoding="utf-8")
    done = run("gate", "check", "cases.jsonl", folder=tmp_path)
    assert (done.returncode, "cases.jsonl line 2" in done.stderr) == (1, True)


def test_measures_are_listed_with_their_formulas(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("measures", "--json", folder=tmp_path).stdout)
    rate = next(each for each in told if each["name"] == "abandonment_rate")
    assert rate["denominator"] == "live answers"
    assert rate["source"]


def test_versions_name_what_numbers_and_law_depend_on(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("version", "--json", folder=tmp_path).stdout)
    assert {"fairdial", "python", "numpy", "scipy", "tzdata", "rulebook"} <= told.keys()


def test_the_doctor_finds_this_installation_sound_and_probes_the_time_zones(run: Run, tmp_path: Path) -> None:
    done = run("doctor", "--json", folder=tmp_path)
    told = {each["check"]: each for each in json.loads(done.stdout)}
    assert (done.returncode, told["time-zone rules"]["ok"], told["law"]["ok"]) == (0, True, True)


def test_the_doctor_names_a_store_that_is_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.db").write_text("this is not a database" * 100, encoding="utf-8")
    done = run("doctor", "--store", "odd.db", "--json", folder=tmp_path)
    store = next(each for each in json.loads(done.stdout) if each["check"] == "store")
    assert (done.returncode, store["ok"]) == (1, False)
    assert store["mend"]
