"""How a file is read: its encoding and delimiter, its heading, and what is told of it afterwards."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from dialer.domain.placement import RejectedLine
from dialer.intake.columns import COLUMNS
from dialer.intake.files import LONGEST_LINE, UnreadableFileError, look_at, rows_of
from dialer.intake.report import KEPT, ImportReport, masked


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"name\nAda\n", "utf-8"),
        ("name\nZoë\n".encode(), "utf-8"),
        ("name\nZoë\n".encode("utf-8-sig"), "utf-8-sig"),
        ("name\nZoë\n".encode("cp1252"), "cp1252"),
        (b"name\nZo\xc3", "cp1252"),
        (b"name\nZo\xc3\xab", "utf-8"),
    ],
)
def test_a_file_is_in_the_encoding_that_all_of_it_can_be_read_in(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    """A letter that is cut off at the very end is no UTF-8 either."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    found = look_at(file)
    assert found.encoding == encoding
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.heading == ("name",)


@pytest.mark.parametrize("content", [b"", b"\n1,2\n", b"  \t \nname\n", b"na\x00me,other\n", b"\x00\n"])
def test_what_has_no_heading_is_no_list(tmp_path: Path, content: bytes) -> None:
    """Nothing, blanks, or what no text has in it."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="the first line is no heading"):
        look_at(file)


def test_a_file_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"none\.csv: No such file"):
        look_at(tmp_path / "none.csv")


def line(number: int, column: str, reason: str) -> RejectedLine:
    return RejectedLine(line=number, column=column, reason=reason, value="")


def test_reasons_are_told_by_how_many_lines_they_cost_then_by_column() -> None:
    """Of what was rejected and of what was remarked alike."""
    report = ImportReport(file_name="a.csv", sha256="0", encoding="utf-8")
    told = (("b", "x", 1), ("c", "x", 3), ("a", "y", 1), ("a", "x", 1), ("d", "x", 2))
    for column, reason, count in told:
        for number in range(count):
            report.reject(line(number, column, reason))
            report.remark(line(number, column, reason))
    expected = [("c", "x", 3), ("d", "x", 2), ("a", "x", 1), ("a", "y", 1), ("b", "x", 1)]
    rows = [{"column": column, "reason": reason, "lines": count} for column, reason, count in expected]
    summary = report.summary()
    assert summary["rejects"] == summary["remarks"] == rows
    assert summary["rejected"] == report.rejected == 8


def test_a_thousand_lines_are_kept_and_all_are_counted() -> None:
    report = ImportReport(file_name="a.csv", sha256="0", encoding="utf-8")
    for number in range(KEPT + 5):
        report.reject(line(number, "a", "x"))
        report.remark(line(number, "a", "x"))
    assert KEPT == 1000
    assert (len(report.rejects), len(report.remarks)) == (1000, 1000)
    assert report.rejected == report.reject_reasons["a", "x"] == report.remark_reasons["a", "x"] == 1005


@pytest.mark.parametrize(
    ("value", "told"), [("", ""), ("abcd", "****"), ("abcde", "***de"), ("+12125550123", "**********23")]
)
def test_a_value_is_masked_but_for_the_last_two_of_a_long_one(value: str, told: str) -> None:
    assert masked(value) == told


def test_names_numbers_and_addresses_are_personal() -> None:
    """What a report masks."""
    personal = {column.name for column in COLUMNS if column.personal}
    assert {"first", "middle", "last", "suffix", "phone_1", "phone_2"} <= personal
    assert not {column.name for column in COLUMNS if column.name.endswith(("_type", "_role"))} & personal


def packed(path: Path, content: bytes) -> Path:
    file = path / "placement.csv.gz"
    file.write_bytes(gzip.compress(content))
    return file


@pytest.mark.parametrize("left", [0.3, 0.9])
def test_a_packed_file_that_was_cut_off_is_a_sentence(tmp_path: Path, left: float) -> None:
    rows = b"".join(b"client,%d,%s\n" % (n, os.urandom(20).hex().encode()) for n in range(5_000))
    file = packed(tmp_path, b"client_id,client_account,first\n" + rows)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * left)])
    with pytest.raises(UnreadableFileError, match="cut off or damaged"):
        look_at(file)


def test_a_file_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    """Seventy megabytes out of seventy kilobytes: what a hundredth of it would be is no list of accounts."""
    file = packed(tmp_path, b"client_id,client_account\n" + bytes(70 << 20))
    with pytest.raises(UnreadableFileError, match="more than 100 times"):
        look_at(file)


@pytest.mark.parametrize(("signs", "is_taken"), [(LONGEST_LINE - 2, True), (LONGEST_LINE, False)])
def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, signs: int, is_taken: bool) -> None:
    path = tmp_path / "placement.csv"
    path.write_bytes(b"a,b\n" + b"1," * (signs // 2) + b"\n")
    file = look_at(path)
    if is_taken:
        assert len(list(rows_of(file))) == 1
    else:
        with pytest.raises(UnreadableFileError, match="line 2 is longer"):
            list(rows_of(file))


def test_a_field_that_is_too_long_costs_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"name,cease\nAda,no\n{'x' * 200_000},yes\nBo,no\n")
    rows = list(rows_of(look_at(file)))
    assert [(row.number, row.fields is None) for row in rows] == [(2, False), (3, True), (4, False)]
    assert "field larger than" in rows[1].reason
    assert rows[1].raw.endswith(",yes\n"), "what it says that protects is read from it"
