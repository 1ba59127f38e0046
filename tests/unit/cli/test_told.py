"""What somebody at a terminal is told where a command cannot do what it seems to, or was interrupted."""

import csv
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from dialer.cli import run
from dialer.cli.console import Bar
from dialer.cli.interrupting import Interruption
from dialer.floor.stores import JOURNAL_FILE, REPORT_FILE, STORE_FILE, SUMMARY_FILE
from dialer.storage.journal.file import JournalReader
from dialer.storage.store import Store
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


def test_an_interrupted_shift_says_that_it_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with patch.object(Rehearsal, "work", side_effect=KeyboardInterrupt):
        said = told(*SMOKE, status=130, capsys=capsys)
    assert "nothing of the shift was kept" in said
    left = tmp_path / "fairdial-out" / "smoke"
    assert not (left / REPORT_FILE).exists()
    assert not (left / SUMMARY_FILE).exists()
    assert run(("replay", str(left))) == 1
    assert run(SMOKE) == 0, "and the folder is taken for a rehearsal's"


def stopped(number: signal.Signals, *, after: float) -> Callable[..., None]:
    """As `Bar.reach`, and the signal comes when that share of the shift is over."""

    def reach(_bar: Bar, share: float, _note: str = "") -> None:
        if share >= after:
            os.kill(os.getpid(), number)

    return reach


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shift that was interrupted in its middle."""
    folder = tmp_path_factory.mktemp("partial") / "shift"
    with patch.object(Bar, "reach", stopped(signal.SIGTERM, after=0.5)):
        assert run(("simulate", "smoke", "--hours", "0.1", "--out", str(folder))) == 143
    return folder


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_shift_says_what_was_kept(
    number: signal.Signals, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first signal ends it between two steps: what was kept is a chain, and its tables hold all of it."""
    folder = tmp_path / "shift"
    before = signal.getsignal(signal.SIGTERM)
    with patch.object(Bar, "reach", stopped(number, after=0.5)):
        said = told(
            "simulate", "smoke", "--hours", "0.05", "--out", str(folder), status=status, capsys=capsys
        )
    reader = JournalReader(folder / JOURNAL_FILE)
    steps = len(list(reader))
    assert f"keeps the first {steps:,} steps of the shift, marked as partial" in said
    assert (reader.is_partial, reader.truncated) == (
        True,
        f"the shift was stopped after step {steps}, before its end",
    )
    with Store.open(str(folder / STORE_FILE)) as store:
        assert (store.is_partial, store.last_sequence()) == (True, steps)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_shift_that_was_over_when_it_was_interrupted_is_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shift"
    with patch("dialer.cli.shift._finish", side_effect=KeyboardInterrupt):
        said = told(*SMOKE, "--out", str(folder), status=130, capsys=capsys)
    assert f"is whole in {folder}, without {REPORT_FILE}" in said
    assert run(("replay", str(folder))) == 0
    with Store.open(str(folder / STORE_FILE)) as store:
        assert not store.is_partial


def test_a_second_signal_does_not_wait() -> None:
    interruption = Interruption()
    interruption.allow()
    interruption.hear(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.hear(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.allow()


PARTIAL_IN: dict[str, str] = {
    "audit": "PARTIAL, of an interrupted shift",
    "audit --json": '"partial": true',
    "history --json": '"partial": true',
    "explain a1-00000001 --json": '"partial": true',
    "replay": "PARTIAL: the shift was stopped after step",
    "replay --json": '"identical": false',
    "verify": "unaltered, and PARTIAL",
    "verify --json": '"partial": true',
    "doctor --store": "PARTIAL: its shift was interrupted",
}
"""Commands, and how their result marks what is not the whole."""


@pytest.mark.parametrize("command", PARTIAL_IN)
def test_every_answer_from_a_partial_shift_is_marked(
    command: str, partial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    named = (
        (str(partial),)
        if command.split(maxsplit=1)[0] not in ("history", "explain")
        else ("--store", str(partial))
    )
    run((*command.split(), *named))
    assert PARTIAL_IN[command] in capsys.readouterr().out


@pytest.mark.parametrize("is_alone", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        "export attempts --out FILE.csv",
        "export denials --out FILE.csv",
        "export promises --out FILE.csv",
        "export caller-ids --out FILE.csv",
        "person report PERSON --out FILE.csv",
        "person report PERSON --out FILE.json",
        "person report PERSON --out FILE.html",
    ],
)
def test_every_file_from_a_partial_shift_is_marked(
    command: str, *, is_alone: bool, partial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From its store, or from its journal alone. A file is handed on without what stood at the terminal."""
    folder = partial
    if is_alone:
        folder = tmp_path / "alone"
        folder.mkdir()
        shutil.copy(partial / JOURNAL_FILE, folder)
    file = tmp_path / f"file{command[-5:].removeprefix('E')}"
    filled = command.replace("PERSON", "person-000000").replace(f"FILE{file.suffix}", str(file))
    said = told(*filled.split(), "--store", str(folder), status=0, capsys=capsys)
    assert said.startswith("PARTIAL: the shift of this store was interrupted")
    match file.suffix:
        case ".csv":
            with file.open(newline="") as opened:
                heading, *rows = csv.reader(opened)
            assert heading[-1] == "partial"
            assert all(row[-1] == "yes" for row in rows)
        case ".json":
            assert json.loads(file.read_text())["partial"] is True
        case _:
            assert "PARTIAL: the shift was interrupted" in file.read_text()


def test_who_may_be_called_after_a_partial_shift_is_marked(
    partial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calls of the shift that are not there would count against them."""
    capsys.readouterr()
    run(("callable", "--day", "2026-12-03", "--store", str(partial)))
    assert capsys.readouterr().err.startswith("PARTIAL: the shift of this store was interrupted")


def test_a_whole_shift_has_no_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run((*SMOKE, "--out", str(tmp_path / "shift"))) == 0
    said = told(
        "export", "attempts", "--out", "x.csv", "--store", str(tmp_path / "shift"), status=0, capsys=capsys
    )
    assert "PARTIAL" not in said
    assert "partial" not in (tmp_path / "x.csv").read_text().partition("\n")[0]


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


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("simulate odd.toml", "where: odd.toml"),
        ("simulate broken.toml", "where: broken.toml"),
        ("gate check odd.toml", "no text in UTF-8"),
        ("certificate odd.toml", "this is a file, not a folder"),
        ("history --from 2026-03-02T00:00:00Z --to 2026-03-02T00:00:00Z", "nothing lies between"),
        (
            "ledger p-1 --out x.csv --from 2026-03-02T00:00:01Z --to 2026-03-02T00:00:00Z",
            "nothing lies between",
        ),
        (
            "person p-1 --out x.csv --from 2026-03-02T00:00:00Z --to 2026-03-01T00:00:00Z",
            "nothing lies between",
        ),
    ],
)
def test_what_cannot_be_is_a_sentence_with_a_mend(
    command: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.toml").write_bytes("name = 'café'".encode("latin-1"))
    (tmp_path / "broken.toml").write_text("[shift\n")
    said = told(*command.split(), status=1, capsys=capsys)
    assert words in said
    assert "mend:" in said
