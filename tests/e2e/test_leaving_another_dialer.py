"""A floor leaves VICIDIAL, by the commands of the README: its list, its calls and its do-not-calls bind."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from dialer import clock
from dialer.cli import run

HEADING = [
    "lead_id",
    "vendor_lead_code",
    "list_id",
    "status",
    "phone_code",
    "phone_number",
    "first_name",
    "last_name",
    "state",
    "postal_code",
    "entry_list_id",
    "balance",
    "notice_date",
    "notice_kind",
    "notice_by",
]
PEOPLE = (
    ("A1", "8135550101", "NEW"),
    ("A2", "8135550102", "NA"),
    ("A3", "8135550103", "B"),
    ("A4", "8135550104", "DNC"),
)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store that everything was taken into."""
    folder = tmp_path_factory.mktemp("left")
    store, mapping = str(folder / "fairdial.db"), folder / "list.toml"
    lines = [
        (
            account,
            account,
            "101",
            status,
            "1",
            number,
            "Ada",
            f"Example{account}",
            "FL",
            "33602",
            "101",
            "250.00",
        )
        for account, number, status in PEOPLE
    ]
    notice = ("2026-01-05", "validation", "letter")
    rows = ["\t".join(HEADING), *("\t".join((*line, *notice)) for line in lines)]
    (folder / "list_101.txt").write_text("\n".join(rows) + "\n")
    (folder / "vicidial_log.txt").write_text("".join(calls("8135550102", 7) + calls("8135550101", 6)))
    (folder / "vicidial_dnc.txt").write_text("8135550103\n")
    file = str(folder / "list_101.txt")
    assert run(["mapping", "propose", file, "--client", "acme", "--out", str(mapping)]) == 0
    mapping.write_text(mapping.read_text().replace('phone_1_role = "?"', 'phone_1_role = "own"'))
    assert run(["mapping", "check", str(mapping), file]) == 0
    assert run(["import", file, "--mapping", str(mapping), "--store", store]) == 1, "nobody has confirmed it"
    assert run(["mapping", "confirm", str(mapping), "--by", "Ada Example"]) == 0
    assert run(["import", file, "--mapping", str(mapping), "--store", store]) == 0
    assert run(["import", "history", str(folder / "vicidial_log.txt"), "--store", store]) == 0
    assert run(["import", "list", str(folder / "vicidial_dnc.txt"), "--store", store]) == 0
    return folder, store


def calls(number: str, count: int) -> list[str]:
    """So many calls of the last hours, as VICIDIAL's log has them."""
    found: list[str] = []
    for n in range(count):
        at = clock.utc_now() - timedelta(minutes=10 * n + 10)
        epoch, local = int(at.timestamp()), at.strftime("%Y-%m-%d %H:%M:%S")
        fields = (f"{epoch}.{n}", "7", "101", "C1", local, str(epoch), str(epoch + 9), "9", "NA", "1", number)
        found.append("\t".join((*fields, "6666", "", "N", "ADMIN", "AGENT", "MAIN", "1")) + "\n")
    return found


def test_on_monday_only_those_are_called_who_may_be(
    left: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Six calls leave one; seven, a status of do not call, and a line of the do-not-call table leave none."""
    day = clock.utc_now().date() + timedelta(days=1)
    while day.weekday() == 6 or (day.month, day.day) in ((12, 25), (1, 1)):
        day += timedelta(days=1)
    capsys.readouterr()
    run(["callable", "--store", left[1], "--day", day.isoformat(), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["people"], told["asked"], told["may_be_called"]) == (4, 4, 1)
    said = " ".join(each["rule"] for each in told["kept_by"])
    assert "frequency" in said or "seven" in said, said


def test_the_same_files_again_change_nothing(left: tuple[Path, str]) -> None:
    folder, store = left
    file, mapping = str(folder / "list_101.txt"), str(folder / "list.toml")
    for wanted in (
        ["import", file, "--mapping", mapping],
        ["import", "history", str(folder / "vicidial_log.txt")],
        ["import", "list", str(folder / "vicidial_dnc.txt")],
    ):
        assert run([*wanted, "--store", store]) == 1
