"""A client's daily pack: numbers reckoned by hand, and that its files agree with each other to the cent."""

import csv
import json
import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from made_days import Days, at, autumn
from python_calamine import CalamineWorkbook

from dialer.cli import run
from dialer.domain.ledger import EntryKind
from dialer.inquiry.errors import NothingToAskError
from dialer.inquiry.pack import pack
from dialer.results.pack import MOST_OF_A_CELL, files_in
from dialer.storage.store import Store

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    shutil.copy(migrated, folder / "fairdial.db")
    autumn(folder)
    return folder


@pytest.fixture
def days(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    """The store of the autumn, to be altered; commands run beside it."""
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Days(address=str(tmp_path / "fairdial.db"), steps=100)


def packed(days: Days, day: str, *, client: str = "ACME", name: str = "") -> Path:
    out = Path(days.address).parent / (name or f"pack-{day}")
    assert run(["export", "pack", client, "--day", day, "--out", str(out), "--store", days.address]) == 0
    return out


def rows(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figures(folder: Path) -> Mapping[tuple[str, str], str]:
    return {(row["figure"], row["currency"]): row["value"] for row in rows(folder, "summary")}


def total(found: Rows, column: str, currency: str) -> Decimal:
    return sum((Decimal(row[column]) for row in found if row["currency"] == currency), Decimal())


def test_the_figures_of_a_day_are_those_reckoned_by_hand(days: Days) -> None:
    """The last day of November: 20.00 USD and 40.00 EUR came, and are never added; one call about two
    accounts is one attempt; the promise that is due this very day is due and open; one for two is made."""
    told = figures(packed(days, "2026-11-30"))
    assert {key: told[key] for key in told if not key[0].startswith(("owed_", "month_"))} == {
        ("accounts", ""): "4",
        ("open_accounts", ""): "4",
        ("placed", "EUR"): "200.00",
        ("placed", "USD"): "160.00",
        ("owed", "EUR"): "160.00",
        ("owed", "USD"): "110.00",
        ("account_penetration", ""): "0.750000",
        ("attempts_per_account", ""): "1.500000",
        ("collected", "EUR"): "40.00",
        ("collected", "USD"): "20.00",
        ("collection_rate", "EUR"): "0.200000",
        ("collection_rate", "USD"): f"{20 / 130:.6f}",
        ("liquidation", "EUR"): "0.200000",
        ("liquidation", "USD"): f"{50 / 160:.6f}",
        ("percentage_resolved", ""): f"{1 / 3:.6f}",
        ("attempts", ""): "2",
        ("right_party_contacts", ""): "1",
        ("calls_with_promise", ""): "1",
        ("promises_made", ""): "1",
        ("promised", "USD"): "40.00",
        ("promises_due", ""): "1",
        ("promises_kept", ""): "0",
        ("promises_broken", ""): "0",
        ("promises_open", ""): "1",
        ("payments_in", ""): "2",
        ("payments_gone_back", "EUR"): "0.00",
        ("payments_gone_back", "USD"): "0.00",
        ("disputes", ""): "1",
        ("ceases", ""): "0",
        ("holds", ""): "0",
        ("exceptions_first_attempt", ""): "",
        ("exceptions_attempts_a_month", ""): "",
        ("exceptions_unworked", ""): "2",
    }
    assert told["owed_90-119", "USD"] == "110.00"  # past due since the 1st of September: 90 days
    assert (told["owed_60-89", "USD"], told["owed_120-179", "USD"]) == ("0.00", "0.00")
    assert told["month_collected", "USD"] == "20.00"
    assert (told["month_collected", "EUR"], told["month_direct", "EUR"]) == ("0.00", "40.00")


def test_every_figure_agrees_with_the_rows_beside_it(days: Days) -> None:
    """Summed again from the files, to the cent; and with the remittance and the results of the same days."""
    folder = packed(days, "2026-11-30")
    told, accounts = figures(folder), rows(folder, "accounts")
    remittance, steps = rows(folder, "remittance"), rows(folder, "stair_step")
    for currency in ("USD", "EUR"):
        collected = Decimal(told["collected", currency])
        assert collected == total(accounts, "collected_on_day", currency)
        assert collected == total(rows(folder, "payments"), "collected", currency)
        assert Decimal(told["owed", currency]) == total(accounts, "owed", currency)
        (everything,) = [r for r in remittance if r["account"] == "all" and r["currency"] == currency]
        month = Decimal(everything["collected"]) + Decimal(everything["direct"])
        assert month == total(accounts, "collected_in_month", currency)
        assert month == total([row for row in steps if row["month"] == "2026-11"], "collected", currency)
        assert total(accounts, "collected", currency) == total(steps, "collected", currency)
    attempts = rows(folder, "attempts")
    called = {row["change"].split(":")[1] for row in attempts if row["code"] != "not_attempted"}
    assert len(called) == int(told["attempts", ""])
    assert sum(int(row["attempts_on_day"]) for row in accounts) == 4  # two calls about two accounts
    promises = rows(folder, "promises")
    assert sum(row["made_on"] == "2026-11-30" for row in promises) == int(told["promises_made", ""])
    assert sum(row["state"] == "open" for row in promises) == int(told["promises_open", ""])
    out = folder / "all.csv"
    assert run(["export", "results", "--client", "acme", "--out", str(out), "--store", days.address]) == 0
    with out.open(newline="", encoding="utf-8") as file:
        everything_told = list(csv.DictReader(file))
    of_day = [row for row in everything_told if row["at"].startswith("2026-11-30")]
    names = list(of_day[0])
    here = [{n: row[n] for n in names} for row in (*attempts, *rows(folder, "requests_and_holds"))]
    assert here == [row for row in of_day if row["kind"] != "promise"]
    told_once = {row["change"].rsplit(":", 1)[0] for row in of_day if row["kind"] == "promise"}
    assert len(told_once) == int(told["promises_made", ""])


def test_the_report_of_the_same_day_counts_the_same_calls(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    """`fairdial history` of a day without a call over its midnights."""
    told = figures(packed(days, "2026-11-20"))
    capsys.readouterr()
    span = ("--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z")
    assert run(["history", *span, "--json", "--store", days.address]) == 0
    history = json.loads(capsys.readouterr().out)
    assert {
        "attempts": int(told["attempts", ""]),
        "right_party_contacts": int(told["right_party_contacts", ""]),
        "promises": int(told["calls_with_promise", ""]),
    } == {name: history[name] for name in ("attempts", "right_party_contacts", "promises")}


def test_money_that_goes_back_in_december_is_taken_off_december(days: Days) -> None:
    """November is told again the same to the byte; the stair of October has a step down."""
    before = packed(days, "2026-11-30")
    after = packed(days, "2026-12-01")
    assert figures(after)["collected", "USD"] == "-30.00"
    assert figures(after)["payments_gone_back", "USD"] == "30.00"
    (gone,) = rows(after, "payments")
    assert (gone["client_account"], gone["key"], gone["collected"]) == ("A1", "p1", "-30.00")
    stair = [row for row in rows(after, "stair_step") if row["placement_month"] == "2026-10"]
    assert [(r["month"], r["collected"], r["collected_to_date"], r["liquidation"]) for r in stair] == [
        ("2026-10", "30.00", "30.00", "0.300000"),
        ("2026-11", "20.00", "50.00", "0.500000"),
        ("2026-12", "-30.00", "20.00", "0.200000"),
    ]
    days.posted("2026-12-02 09:00", "A1", "r2", 2_000, kind=EntryKind.RETURNED, of="p2")
    again = packed(days, "2026-11-30", name="again")
    for file in sorted(before.glob("*.csv")):
        assert file.read_bytes() == (again / file.name).read_bytes()


def test_a_promise_breaks_when_its_grace_is_over_and_not_before(days: Days) -> None:
    """25.00 due on the 30th with three days of grace, of which 20.00 came: broken on the 4th of December."""
    for day, open_ones, broken in (
        ("2026-12-03", "1", "0"),
        ("2026-12-04", "0", "1"),
        ("2026-12-05", "0", "0"),
    ):
        told = figures(packed(days, day))
        assert (told["promises_open", ""], told["promises_broken", ""]) == (open_ones, broken), day
    assert figures(packed(days, "2026-11-29"))["promises_due", ""] == "0"


def test_exceptions_are_by_the_clients_own_standards(days: Days) -> None:
    """A first attempt is in time on its last day; attempts a month are judged on the month's last day."""
    Path("fairdial-clients.toml").write_text(
        '[[clients]]\nclient = "acme"\n[clients.work]\n'
        "first_attempt_within_days = 19\nattempts_a_month = 2\nunworked_days = 20\n"
    )
    assert figures(packed(days, "2026-11-29"))["exceptions_first_attempt", ""] == "0"
    folder = packed(days, "2026-11-30")
    found = [
        (r["client_account"], r["standard"], r["wanted"], r["found"]) for r in rows(folder, "exceptions")
    ]
    assert sorted(found) == [
        ("'=A4", "first_attempt", "19", "20"),
        ("'=A4", "unworked", "20", "20"),
        ("A1", "attempts_a_month", "2", "1"),
    ]
    assert figures(folder)["exceptions_attempts_a_month", ""] == "1"
    assert figures(packed(days, "2026-12-01"))["exceptions_attempts_a_month", ""] == ""


def test_a_day_of_calls_ends_where_the_client_is(days: Days) -> None:
    """The first second of the 30th in London is an evening of the 29th in New York."""
    file = Path("fairdial-clients.toml")
    file.write_text('[[clients]]\nclient = "acme"\n[clients.work]\nzone = "America/New_York"\n')
    assert figures(packed(days, "2026-11-29"))["attempts", ""] == "1"
    assert figures(packed(days, "2026-11-30"))["attempts", ""] == "2"  # and that of midnight in London


def test_nothing_in_the_workbook_is_run_and_it_says_what_the_files_say(days: Days) -> None:
    folder = packed(days, "2026-11-30")
    book = CalamineWorkbook.from_path(str(folder / "pack.xlsx"))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
    assert book.sheet_names == [
        "summary",
        "accounts",
        "attempts",
        "promises",
        "payments",
        "stair_step",
        "remittance",
        "requests_and_holds",
        "exceptions",
    ]
    heading, *more = book.get_sheet_by_name("accounts").iter_rows()
    name, owed = heading.index("client_account"), heading.index("owed")
    assert {(row[name], row[owed]) for row in more} == {
        ("A1", 50.0),
        ("A2", 50.0),
        ("A3", 160.0),
        ("'=A4", 10.0),
    }
    assert [row["client_account"] for row in rows(folder, "accounts")].count("'=A4") == 1


def test_a_sheet_that_is_cut_says_so(
    days: Days, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four accounts fit under a heading in five rows; in four rows the last one is in the CSV alone."""
    for most, shown in ((5, 4), (4, 3)):
        monkeypatch.setattr("dialer.results.pack.MOST_OF_A_SHEET", most)
        capsys.readouterr()
        folder = packed(days, "2026-11-30", name=f"cut-{most}")
        assert len(rows(folder, "accounts")) == 4
        book = CalamineWorkbook.from_path(str(folder / "pack.xlsx"))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
        _, *more = book.get_sheet_by_name("accounts").iter_rows()
        whole = [row for row in more if row[0] != "more rows are in accounts.csv"]
        assert (len(whole), len(more) - len(whole)) == (shown, 4 - shown)
        assert ("accounts: the workbook has its first rows alone" in capsys.readouterr().err) is (shown < 4)


def test_a_pack_of_a_day_that_is_not_over_says_so(days: Days) -> None:
    """By the clock, or by the store's own time where that is ahead: its last step is of 15:00 on the 5th."""
    folder = Path(days.address).parent
    with Store.open(days.address) as store:
        for name, now, is_partial in (
            ("early", "2026-11-01 00:00", True),
            ("at-night", "2026-12-05 23:59", True),
            ("over", "2026-12-06 00:00", False),
        ):
            told = pack(store, "acme", day=date(2026, 12, 5), folder=folder / name, at=at(now))
            assert told.is_partial is is_partial
            first = rows(folder / name, "summary")[0]
            assert (first["figure"] == "partial") is is_partial
        assert "2026-12-05T15:00:00Z" in rows(folder / "early", "summary")[0]["says"]
        with pytest.raises(NothingToAskError, match="2026-12-06 has not begun"):
            pack(store, "acme", day=date(2026, 12, 6), folder=folder / "no", at=at("2026-12-05 23:59"))


def test_a_cell_that_no_workbook_holds_is_whole_in_the_csv(tmp_path: Path) -> None:
    """32,767 characters fit; one more is cut in the workbook, which says where the whole is."""
    with files_in(tmp_path, {"summary": ["a"]}) as files:
        files["summary"].add(("x" * MOST_OF_A_CELL,))
        assert not files["summary"].is_cut
        files["summary"].add(("y" * (MOST_OF_A_CELL + 1),))
        assert files["summary"].is_cut
    assert [len(row["a"]) for row in rows(tmp_path, "summary")] == [MOST_OF_A_CELL, MOST_OF_A_CELL + 1]
    book = CalamineWorkbook.from_path(str(tmp_path / "pack.xlsx"))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
    cells = [str(row[0]) for row in book.get_sheet_by_name("summary").to_python()[1:]]
    assert [len(cell) for cell in cells] == [MOST_OF_A_CELL, MOST_OF_A_CELL]
    assert cells[1].endswith("y ... the whole is in summary.csv")


def test_the_rows_behind_a_measure_are_told_to_a_program(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["measures", "--from", "2026-11-30", "--to", "2026-11-30", "--client", "acme"]
    assert run([*order, "--rows-of", "collected", "--json", "--store", days.address]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["client_account"] for row in found} == {"A1", "A2", "A3", "=A4"}
    assert {row["client"] for row in found} == {"acme"}


def test_nobody_gets_anothers_accounts(days: Days) -> None:
    told = packed(days, "2026-11-30", client="other")
    assert [row["client_account"] for row in rows(told, "accounts")] == ["B1"]
    assert (rows(told, "attempts"), rows(told, "promises"), rows(told, "payments")) == ([], [], [])


def test_a_pack_is_written_whole_or_not_at_all(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither over a folder that has something in it, nor half of it when the disk is full."""
    out = Path(days.address).parent / "out"
    order = ["export", "pack", "acme", "--day", "2026-11-30", "--out", str(out), "--store", days.address]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("dialer.inquiry.pack.Remitting.told", full)
        assert run(order) == 1
    assert not out.exists()
    assert [each.name for each in out.parent.iterdir() if each.name.endswith(".part")] == []
    assert run(order) == 0
    assert run(order) == 1
    assert (
        run(["export", "pack", "nobody", *order[3:4], "2026-11-30", "--out", "n", "--store", days.address])
        == 1
    )
    assert run(["export", "pack", "acme", "--day", "30.11.2026", "--out", "n", "--store", days.address]) == 1
    assert not Path("n").exists()


def test_an_account_stays_placed_when_it_was(days: Days) -> None:
    """A later file that says the same moves no account to a later month."""
    days.placed("2026-11-28", "acme", ("A2", "sam", 5_000, "USD", "NY"))
    (account,) = [r for r in rows(packed(days, "2026-11-30"), "accounts") if r["client_account"] == "A2"]
    assert account["placed_on"] == "2026-11-10"
