"""A client's own layout of suppressions, requests, consents and payments: proposed, confirmed, taken in."""

import csv
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.floor.mappings import confirm_mapping, propose_mapping
from dialer.floor.placing import ImportedBeforeError, RefusedWholeError
from dialer.floor.taking_in import told_of
from dialer.floor.told_files import ToldOrder, take_in_told
from dialer.intake.report import ImportReport
from dialer.intake.told_columns import ToldKind
from dialer.storage.database import tables as t

HEADING = "Acct #;Trans Amt;Dt Recd;Memo"


@pytest.fixture
def mapping(desk: Any, tmp_path: Path) -> Path:
    """Of payments: semicolons, a trailer with a sum, days that begin with the day, a client in no column."""
    del desk
    out = tmp_path / "payments.toml"
    out.write_text(
        'name = "p"\nversion = 1\nof = "payments"\ndates = "day_first"\nno_day = ["00/00/0000"]\n'
        '[file]\nformat = "semicolon"\nheader = "H"\n'
        '[file.trailer]\nmark = "T"\nlines_at = 2\nsum_at = 3\nsum_of = "Trans Amt"\n'
        '[columns]\n"acct_#" = "client_account"\ntrans_amt = "amount"\ndt_recd = "at"\n'
        'memo = "settles:PIF,SIF/PART"\n[always]\nclient_id = "acme"\n'
    )
    confirm_mapping(out, by="Ada Example")
    return out


def payments(folder: Path, *lines: str, total: str) -> Path:
    path = folder / "pay.txt"
    path.write_text("\n".join(["H;20261101;1;1", HEADING, *lines, f"T;{len(lines)};{total};"]) + "\n")
    return path


def taken(
    desk: Any, path: Path, mapping: Path, *, most_refused: float | None = None, returned: Path | None = None
) -> ImportReport:
    told = told_of(mapping, most_refused=most_refused, of=ToldKind.PAYMENTS)
    order = ToldOrder(file=path, kind=ToldKind.PAYMENTS, by="Cora", mapping=told, returned=returned)
    return take_in_told(order, address=desk.address)


def posted(desk: Any) -> list[tuple[int, str]]:
    """Payments in the ledger: cents, and the day of each."""
    rows = [row for row in desk.rows(t.ledger_entries) if row.kind == "payment"]
    return sorted((abs(row.cents), str(row.effective_on)) for row in rows)


def test_payments_come_in_a_client_s_own_layout(desk: Any, mapping: Path, tmp_path: Path) -> None:
    path = payments(tmp_path, "A1;10.00;03/11/2026;PART", "A2;0.50;00/00/0000;PIF", total="10.50")
    report = taken(desk, path, mapping)
    assert (report.accepted, report.rejected, report.mapping.version) == (2, 0, 1)
    assert [(cents, day) for cents, day in posted(desk) if cents == 1_000] == [(1_000, "2026-11-03")]
    assert (desk.asked("P1"), desk.asked("P2")) == ([], ["closed"])


def test_a_file_whose_trailer_says_another_sum_is_not_taken(desk: Any, mapping: Path, tmp_path: Path) -> None:
    path = payments(tmp_path, "A1;10.00;03/11/2026;PART", total="10.01")
    with pytest.raises(MendableError, match=r"adds up to 10\.01; it is 10\.00"):
        taken(desk, path, mapping)
    assert posted(desk) == []


def test_refused_lines_go_back_in_the_layout_in_which_they_came(
    desk: Any, mapping: Path, tmp_path: Path
) -> None:
    path = payments(tmp_path, "A1;10.00;;PART", "A77;5.00;;PART", "A2;x;;PART", "A2;1.00;;WHO", total="16.00")
    back = tmp_path / "back.csv"
    assert taken(desk, path, mapping, returned=back).rejected == 3
    rows = list(csv.reader(back.read_text().splitlines(), delimiter=";"))
    assert rows[0][:4] == HEADING.split(";")
    assert [(row[0], row[4], row[5]) for row in rows[1:]] == [
        ("A77", "4", "account"),
        ("A2", "5", "Trans Amt"),
        ("A2", "6", "Memo"),
    ]


@pytest.mark.parametrize(("bad", "is_refused"), [(1, False), (2, True)])
def test_above_a_share_of_refused_lines_no_payment_is_posted(
    desk: Any, mapping: Path, tmp_path: Path, bad: int, is_refused: bool
) -> None:
    """One line of four is the share that somebody named; and the same file says the same again."""
    lines = ["A1;10.00;;PART"] * (4 - bad) + ["A77;1.00;;PART"] * bad
    path = payments(tmp_path, *lines, total=f"{40 - 9 * bad}.00")
    if is_refused:
        for _ in range(2):
            with pytest.raises(RefusedWholeError, match="2 of 4 lines are refused"):
                taken(desk, path, mapping, most_refused=0.25)
    else:
        assert taken(desk, path, mapping, most_refused=0.25).rejected == 1
        with pytest.raises(ImportedBeforeError):
            taken(desk, path, mapping, most_refused=0.25)
    assert len(posted(desk)) == (0 if is_refused else 3)


def test_of_a_file_that_is_refused_whole_a_revocation_binds_and_no_consent(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "person,scope,at,revoked_at\nacme/P1,call,2026-01-05,\nacme/P2,call,2026-01-05,2026-01-06\n"
        "acme/P77,call,2026-01-05,\n"
    )
    told = told_of(None, most_refused=0.1, of=ToldKind.CONSENTS)
    order = ToldOrder(file=path, kind=ToldKind.CONSENTS, by="Cora", mapping=told)
    for _ in range(2):
        with pytest.raises(RefusedWholeError):
            take_in_told(order, address=desk.address)
    assert desk.file("P1").consents == ()
    assert len(desk.file("P2").consents) == 1


def test_a_client_s_words_mean_what_a_person_signed_and_another_holds_whom_it_names(
    desk: Any, tmp_path: Path
) -> None:
    """Nobody guesses that CND asks to be left alone; nor that XYZ asks for nothing."""
    path, out = tmp_path / "asked.csv", tmp_path / "asked.toml"
    path.write_text("Acct No,Request,Phone\nA1,CND,2125550101\nA2,DISP,\n")
    made = propose_mapping(path, out=out, of="requests")
    assert made.questions == ("always: client_id", "words.kind: CND", "words.kind: DISP")
    text = out.read_text()
    for key, answer in (("client_id", "acme"), ("CND", "cease_communication"), ("DISP", "dispute")):
        text = text.replace(f'{key} = "?"', f'{key} = "{answer}"')
    out.write_text(text)
    confirm_mapping(out, by="Ada Example")
    path.write_text("Acct No,Request,Phone\nA1,cnd,\nA2,XYZ,\n")
    told = told_of(out, most_refused=1.0, of=ToldKind.REQUESTS)
    order = ToldOrder(file=path, kind=ToldKind.REQUESTS, by="Cora", mapping=told)
    report = take_in_told(order, address=desk.address)
    assert [(line.line, line.column, line.reason) for line in report.rejects] == [
        (3, "kind", "a word of which nobody has said what it means")
    ]
    assert desk.asked("P1") == ["cease_communication"]
    assert len(desk.asked("P2")) == 1, "held"


def test_a_workbook_of_numbers_is_a_list_of_suppressions(desk: Any, tmp_path: Path) -> None:
    path, out = tmp_path / "dnc.xlsx", tmp_path / "dnc.toml"
    book = xlsxwriter.Workbook(str(path))
    sheet: Any = book.add_worksheet()  # pyright: ignore[reportUnknownMemberType]  # it has no types
    for row, texts in enumerate([("TN", "Why"), ("2125550101", "asked"), ("2125550102", "asked")]):
        sheet.write_row(row, 0, texts)
    book.close()
    assert propose_mapping(path, out=out, of="suppressions").questions == ()
    confirm_mapping(out, by="Ada Example")
    told = told_of(out, of=ToldKind.SUPPRESSIONS)
    order = ToldOrder(file=path, kind=ToldKind.SUPPRESSIONS, by="Cora", mapping=told)
    assert take_in_told(order, address=desk.address).accepted == 2
    assert desk.asked("P1") == desk.asked("P2") == ["do_not_call"]


@pytest.mark.parametrize("of", [None, ToldKind.CONSENTS])
def test_a_mapping_is_of_one_kind_of_file(mapping: Path, of: ToldKind | None) -> None:
    with pytest.raises(MendableError, match="the mapping is of payments, and the file is of"):
        told_of(mapping, of=of)


@pytest.mark.parametrize(
    "text",
    [
        'of = "payments"\n[statuses]\nX = "open"\n',
        'of = "payments"\n[words.kind]\nX = "dispute"\n',
        'of = "requests"\n[words.kind]\nX = "call_me"\n',
        'of = "requests"\n[words.words]\nX = "y"\n',
        '[words.kind]\nX = "dispute"\n',
        'of = "payments"\n[columns]\nx = "phone_1"\n',
        'of = "payments"\n[columns]\nx = "amount:A/B"\n',
        'of = "lists"\n',
    ],
)
def test_what_a_mapping_of_told_files_cannot_say(tmp_path: Path, text: str) -> None:
    out = tmp_path / "m.toml"
    out.write_text(text)
    with pytest.raises(MendableError):
        confirm_mapping(out, by="Ada Example")


def test_the_commands_propose_check_and_take_a_mapped_file(
    desk: Any, mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = payments(tmp_path, "A1;10.00;;PART", "A77;1.00;;PART", total="11.00")
    back = tmp_path / "back.csv"
    assert run(["mapping", "check", str(mapping), str(path)]) == 0
    told = ["import", "payments", str(path), "--mapping", str(mapping), "--store", desk.address]
    assert run([*told, "--dry-run"]) == 0
    assert posted(desk) == []
    assert run([*told, "--most-refused", "0.4"]) == 1
    assert "refused whole" in capsys.readouterr().out
    assert run([*told, "--returned", str(back)]) == 0
    assert len(posted(desk)) == 1
    assert back.read_text().splitlines()[1].startswith("A77;")
    dnc = tmp_path / "dnc.csv"
    dnc.write_text("TN\n2125550101\n")
    assert run(["import", "suppressions", str(dnc), "--column", "TN=number", "--store", desk.address]) == 0
    assert desk.asked("P1") == ["do_not_call"]
