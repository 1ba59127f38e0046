"""What goes back to a client: each change once, under the client's own keys, headings and codes."""

import json
import shutil
from pathlib import Path

import pytest
from account_floor import DAY, Floor, filled_in
from python_calamine import CalamineWorkbook

from dialer.cli import run
from dialer.domain.cells import harmless
from dialer.results import given_back
from dialer.results.given_back import FIELDS, LayoutError, Result, layout_of, write_xlsx
from dialer.storage.database import tables as t


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_in(tmp_path_factory.mktemp("filled"))


@pytest.fixture
def floor(filled: Path, tmp_path: Path) -> Floor:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Floor(tmp_path)


def test_a_change_is_told_under_the_clients_own_keys(floor: Floor) -> None:
    """An attempt, a promise, and what was asked for a number, which binds by the number."""
    floor.attempt("a1", DAY)
    due = {"cents": 1205, "currency": "USD", "due_at": DAY + 86_400, "at": DAY}
    floor.happens(t.promises, DAY, attempt="a1", person=floor.person, debts=json.dumps([floor.debt]), **due)
    body = json.dumps({"type": "stop_number", "number": floor.number})
    floor.happens(t.facts, DAY, number=floor.number, about=floor.person, kind="request", at=DAY, body=body)
    floor.attempt("a2", DAY + 60)
    told = floor.given("--client", "ACME")
    assert [(each["kind"], each["code"]) for each in told] == [
        ("attempt", "no_answer"),
        ("promise", "promise_to_pay"),
        ("request", "stop_number"),
    ]
    assert {(each["client_account"], each["person_ref"]) for each in told} == {("A1", "P1")}
    assert (told[0]["number"], told[1]["amount"]) == ("+18135550101", "12.05")
    assert len({each["change"] for each in told}) == 3


def test_a_clients_own_code_stands_beside_our_kind(floor: Floor) -> None:
    """Of the call and of the promise that was made on it; in the notes of YGC it is the code."""
    said = json.dumps({"kind": "promise_to_pay", "code": "PTP"})
    kind = "promise_to_pay"
    floor.attempt("a1", DAY, agent="ann", wrapped_at=DAY, disposition_kind=kind, disposition=said)
    due = {"cents": -1205, "currency": "USD", "due_at": DAY + 86_400, "at": DAY}
    floor.happens(t.promises, DAY, attempt="a1", person=floor.person, debts=json.dumps([floor.debt]), **due)
    floor.attempt("a2", DAY + 60)
    rows = floor.given("--client", "acme")
    assert [(row["kind"], row["code"], row["client_code"], row["agent"]) for row in rows] == [
        ("attempt", "promise_to_pay", "PTP", "ann"),
        ("promise", "promise_to_pay", "PTP", "ann"),
    ]
    assert rows[1]["amount"] == "-12.05"
    out = floor.folder / "out.txt"
    wanted = ["export", "results", "--store", floor.address, "--out", str(out), "--as", "ygc"]
    assert run(wanted) == 0
    assert {line[75:83].strip() for line in out.read_text().splitlines()} == {"PTP"}


def _result(change: str, **more: str) -> Result:
    told = {
        "at": "",
        "client": "acme",
        "client_account": "A1",
        "person_ref": "P1",
        "kind": "hold",
        "code": "",
    }
    return Result(change=change, **(told | more))


@pytest.mark.parametrize(("count", "sheets"), [(0, [0]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_a_full_sheet_goes_on_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, sheets: list[int]
) -> None:
    """No row is lost behind the last that a sheet holds."""
    monkeypatch.setattr(given_back, "MOST_OF_A_SHEET", 2)
    out = tmp_path / "out.xlsx"
    assert write_xlsx((_result(f"c{at}") for at in range(count)), out) == count
    book = CalamineWorkbook.from_path(str(out))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
    found = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(rows) - 1 for rows in found] == sheets
    assert [row[0] for rows in found for row in rows[1:]] == [f"c{at}" for at in range(count)]
    assert all(rows[0][0] == "change" for rows in found)


def test_a_cell_that_no_workbook_holds_is_refused_and_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="a cell of 32,768 characters does not fit into a workbook"):
        write_xlsx([_result("c", code="x" * 32_768)], tmp_path / "out.xlsx")


def test_nobody_is_told_of_anothers_accounts(floor: Floor) -> None:
    floor.attempt("a1", DAY, person=floor.other, debt=floor.its)
    floor.attempt("a2", DAY + 60)
    assert floor.given("--client", "acme") == []
    assert [each["client_account"] for each in floor.given("--client", "other")] == ["B1"]


def test_each_change_is_told_once(floor: Floor) -> None:
    """The second in which the store stands is told next time, when nothing more can come of it; an attempt
    whose agent is not done yet, when they are."""
    mark = str(floor.folder / "mark.json")
    floor.attempt("a1", DAY)
    floor.attempt("a2", DAY + 60)
    floor.attempt("a3", DAY + 60, agent="ann")
    told = [each["change"] for each in floor.given("--mark", mark)]
    floor.attempt("a4", DAY + 61, agent="ann", wrapped_at=DAY + 90)
    floor.attempt("a5", DAY + 100)
    told += [each["change"] for each in floor.given("--mark", mark)]
    told += [each["change"] for each in floor.given("--mark", mark)]
    assert [each.split(":")[1] for each in told] == ["a1", "a2", "a4"]


def test_a_file_that_could_not_be_written_moves_no_mark(floor: Floor) -> None:
    floor.attempt("a1", DAY)
    floor.attempt("a2", DAY + 60)
    mark, nowhere = floor.folder / "mark.json", floor.folder / "none" / "out.csv"
    wanted = ["export", "results", "--store", floor.address, "--out", str(nowhere), "--mark", str(mark)]
    assert run(wanted) == 1
    assert not mark.exists()


def test_a_client_gets_its_own_headings_and_codes(floor: Floor) -> None:
    layout = floor.folder / "acme.toml"
    layout.write_text('[columns]\nAcct = "client_account"\nResult = "code"\n[codes]\nno_answer = "=NA"\n')
    floor.attempt("a1", DAY)
    floor.attempt("a2", DAY + 60)
    assert floor.given("--layout", str(layout)) == [{"Acct": "A1", "Result": "'=NA"}]
    out = floor.folder / "out.xlsx"
    wanted = ["export", "results", "--store", floor.address, "--out", str(out), "--as", "xlsx"]
    assert run([*wanted, "--layout", str(layout)]) == 0
    sheet = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0)  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
    assert list(sheet.iter_rows()) == [["Acct", "Result"], ["A1", "'=NA"]]


def test_notes_of_ygc_stand_at_their_positions(floor: Floor) -> None:
    floor.attempt("a1", DAY)
    floor.attempt("a2", DAY + 60)
    out = floor.folder / "out.txt"
    wanted = ["export", "results", "--store", floor.address, "--out", str(out), "--as", "ygc"]
    assert run([*wanted, "--firm", "FIRM1"]) == 0
    (line,) = out.read_text().splitlines()
    assert (line[:2], line[12:32].strip(), line[47:57].strip(), line[57:67].strip()) == (
        "39",
        "A1",
        "acme",
        "FIRM1",
    )
    assert (line[67:75], line[75:83].strip()) == ("20261118", "no_answe")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|x", "-2+3+cmd", "\t=1", "\r=1"])
def test_no_cell_is_run(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("+18135550101") == "+18135550101"


def test_a_layout_names_fields_that_there_are(tmp_path: Path) -> None:
    file = tmp_path / "l.toml"
    file.write_text('[columns]\nAcct = "account"\n')
    with pytest.raises(LayoutError, match=", ".join(FIELDS[:3])):
        layout_of(file)


@pytest.mark.parametrize("text", ["columns = 5\n", 'codes = ["NA"]\n[columns]\nA = "code"\n', "x"])
def test_a_layout_is_of_tables(tmp_path: Path, text: str) -> None:
    file = tmp_path / "layout.toml"
    file.write_text(text)
    with pytest.raises(LayoutError):
        layout_of(file)
