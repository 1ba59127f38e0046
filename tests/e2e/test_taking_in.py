"""`fairdial import`: a file with mistakes is taken as far as it can be, and every mistake is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HEADING = "client_id,client_account,person_ref,first,last,state,zip,phone_1,current_balance"
GOOD = "acme,A-1,P-1,Alda,Ashford,NY,10001,2125550101,120.50"
NO_BALANCE = "acme,A-2,P-2,Corel,Bramwick,TX,75001,9725550102,"
ODD_BALANCE = "acme,A-3,P-3,Darin,Caldmere,CA,90001,2135550103,a lot"
SHORT = "acme,A-4,P-4"
TWICE = "acme,A-1,P-1,Alda,Ashford,NY,10001,2125550101,120.50"


@pytest.fixture
def placement(tmp_path: Path) -> Path:
    path = tmp_path / "placement.csv"
    path.write_text(
        "\n".join([HEADING, GOOD, NO_BALANCE, ODD_BALANCE, SHORT, TWICE]) + "\n", encoding="utf-8"
    )
    return path


def test_every_bad_line_is_named_with_line_column_and_reason(run: Run, placement: Path) -> None:
    done = run("import", "placement.csv", "--dry-run", "--json", folder=placement.parent)
    told = json.loads(done.stdout)
    assert (done.returncode, told["accepted"], told["rejected"]) == (0, 1, 4), done.stderr
    named = {(line["line"], line["column"]) for line in told["rejected_lines"]}
    assert {(3, "current_balance"), (4, "current_balance"), (6, "client_account")} <= named
    assert all(line["reason"] for line in told["rejected_lines"])


def test_a_dry_run_changes_nothing(run: Run, placement: Path) -> None:
    run("import", "placement.csv", "--dry-run", folder=placement.parent)
    assert not (placement.parent / "fairdial-out").exists()


def test_an_import_fills_the_store_that_later_commands_look_into(run: Run, placement: Path) -> None:
    done = run("import", "placement.csv", "--rejects", "rejects.csv", folder=placement.parent)
    assert done.returncode == 0, done.stderr
    assert "5 lines, 1 taken, 4 not" in done.stdout
    lines = (placement.parent / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert (lines[0], len(lines)) == ("line,column,reason,value", 5)
    doctor = run("doctor", folder=placement.parent)
    assert "fairdial.db" in doctor.stdout


def test_the_same_file_is_not_imported_twice(run: Run, placement: Path) -> None:
    assert run("import", "placement.csv", folder=placement.parent).returncode == 0
    again = run("import", "placement.csv", folder=placement.parent)
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_file_that_is_no_placement_leaves_everything_as_it_was(run: Run, tmp_path: Path) -> None:
    """It made an empty store, into which every later command looked instead of the last rehearsal."""
    assert run("simulate", "smoke", "--hours", "0.05", folder=tmp_path).returncode == 0
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("import", "bad.csv", folder=tmp_path)
    assert (done.returncode, "no column client_id" in done.stderr) == (1, True)
    assert not (tmp_path / "fairdial-out" / "fairdial.db").exists()
    assert run("audit", folder=tmp_path).returncode == 0


def test_a_file_without_the_columns_it_needs_is_refused_as_a_whole(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("name,amount\nsomebody,1\n", encoding="utf-8")
    done = run("import", "odd.csv", folder=tmp_path)
    assert done.returncode == 1
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_which_nothing_could_be_taken_leaves_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(f"{HEADING}\n{NO_BALANCE}\n", encoding="utf-8")
    assert run("import", "bad.csv", "--dry-run", folder=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("suppressions", "recording"),
        ("requests", "recording"),
        ("consents", "recording"),
        ("payments", "method"),
    ],
)
def test_every_kind_of_file_has_its_empty_one(run: Run, tmp_path: Path, kind: str, last: str) -> None:
    printed = run("import", kind, "--template", folder=tmp_path).stdout.strip().split(",")
    assert (printed[0], printed[-1]) == ("person", last)


def test_a_kind_that_is_none_has_no_empty_file(run: Run, tmp_path: Path) -> None:
    done = run("import", "pets", "--template", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "placement, suppressions, requests, consents, payments" in done.stderr


def test_the_template_that_the_error_names_is_printed_and_can_be_imported(run: Run, tmp_path: Path) -> None:
    printed = run("import", "--template", folder=tmp_path)
    assert printed.returncode == 0
    (tmp_path / "placement.csv").write_text(printed.stdout)
    done = run("import", "placement.csv", "--dry-run", folder=tmp_path)
    assert (done.returncode, "1 would be taken, 0 not" in done.stdout + done.stderr) == (0, True), (
        done.stdout + done.stderr
    )
