"""What somebody at a terminal is told where a command cannot do what it seems to, or was interrupted."""

from pathlib import Path
from unittest.mock import patch

import pytest

from dialer.cli import run
from dialer.floor.stores import REPORT_FILE, SUMMARY_FILE
from simulator.rehearsal import Rehearsal

SMOKE = ("simulate", "smoke", "--hours", "0.02", "--agents", "2")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*arguments: str, status: int, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(arguments) == status
    said = capsys.readouterr()
    return said.err


def test_no_account_is_made_in_a_rehearsals_store_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    """A floor in its own folder knew nobody of them, and the next rehearsal took them away."""
    assert run(SMOKE) == 0
    add = ("user", "add", "maria", "--role", "supervisor", "--all")
    assert "is a rehearsal's, in which nobody signs in" in told(*add, status=1, capsys=capsys)
    assert "token" not in told("token", "list", "--store", "fairdial-out/smoke", status=0, capsys=capsys)
    assert run(("record", "show")) == 0


@pytest.mark.parametrize("hours", ["inf", "169"])
def test_a_shift_is_no_longer_than_a_week(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--hours" in told("simulate", "smoke", "--hours", hours, status=2, capsys=capsys)


def test_an_interrupted_shift_says_that_it_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with patch.object(Rehearsal, "work", side_effect=KeyboardInterrupt):
        said = told(*SMOKE, status=130, capsys=capsys)
    assert "was not worked to its end" in said
    left = tmp_path / "fairdial-out" / "smoke"
    assert not (left / REPORT_FILE).exists()
    assert not (left / SUMMARY_FILE).exists()
    assert run(("replay", str(left))) == 1


@pytest.mark.parametrize("campaign", ["", " ", "collections "])
def test_people_are_placed_in_a_campaign_that_has_a_name(
    campaign: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = placement(tmp_path)
    said = told("import", str(file), "--campaign", campaign, status=1, capsys=capsys)
    assert "a campaign's name is not empty" in said
    assert not (tmp_path / "fairdial-out" / "fairdial.db").exists()


def test_a_file_that_came_before_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = placement(tmp_path)
    assert run(("import", str(file))) == 0
    assert "mend:  nothing was changed" in told("import", str(file), status=1, capsys=capsys)


def test_a_file_that_is_not_there_says_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "name a file that is there" in told("import", "nowhere.csv", status=1, capsys=capsys)


@pytest.mark.parametrize(("option", "words"), [((), "same command again"), (("--dry-run",), "nothing was")])
def test_an_interrupted_import_says_what_becomes_of_the_file(
    option: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = placement(tmp_path)
    with patch("dialer.intake.placements.PlacementReader.__iter__", side_effect=KeyboardInterrupt):
        assert words in told("import", str(file), *option, status=130, capsys=capsys)
    assert run(("import", str(file))) == 0


def placement(folder: Path) -> Path:
    """One account of one person."""
    file = folder / "placement.csv"
    file.write_text(
        "client_id,client_account,person_ref,last,phone_1,current_balance\nacme,A-1,P-1,Example,2125550101,10\n",
        encoding="utf-8",
    )
    return file
