"""A creditor's file by a mapping: proposed, answered, confirmed by a person, and only then taken in."""

from pathlib import Path

import pytest

from dialer.cli import run
from dialer.domain.errors import MendableError
from dialer.floor.differences import Comparing
from dialer.floor.mappings import confirm_mapping, propose_mapping
from dialer.floor.taking_in import read_only, take_in, told_of
from dialer.storage.store import Store

HEADING = "Acct;Debtor;Cell;Amt Due;Status\n"


def line(account: str, amount: str = "100.00", status: str = "OPEN") -> str:
    return f"{account};Example, Ada{account};21255501{account[-2:]};{amount};{status}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weekly.csv"
    path.write_text(HEADING + line("A01") + line("A02", status="PIF"))
    return path


@pytest.fixture
def mapping(file: Path, tmp_path: Path) -> Path:
    """Proposed, and every question answered."""
    out = tmp_path / "acme.toml"
    made = propose_mapping(file, out=out, client="acme")
    assert made.questions == ("always: phone_1_role", "statuses: OPEN", "statuses: PIF")
    text = out.read_text()
    for key, answer in (("phone_1_role", "own"), ("OPEN", "open"), ("PIF", "closed")):
        text = text.replace(f'{key} = "?"', f'{key} = "{answer}"')
    out.write_text(text)
    return out


def quiet(lines: int) -> None:
    del lines


def imported(path: Path, mapping: Path, store: Path, returned: Path | None = None) -> str:
    """Why the file was refused whole; '' = it was not."""
    told = told_of(mapping)
    return take_in(
        path, campaign="c", address=str(store), folder=None, progress=quiet, mapping=told, returned=returned
    ).refused_whole


def test_a_mapping_binds_once_a_person_has_confirmed_it_and_as_long_as_nobody_changes_it(
    mapping: Path,
) -> None:
    """What is changed becomes a new version, which somebody confirms in turn; both stay in the file."""
    with pytest.raises(MendableError, match="nobody has confirmed it"):
        told_of(mapping)
    first = confirm_mapping(mapping, by="Ada Example").saved
    assert (first.version, told_of(mapping).saved.meaning) == (1, first.meaning)
    mapping.write_text("# a remark changes nothing\n" + mapping.read_text())
    told_of(mapping)
    with pytest.raises(MendableError, match="Ada Example has confirmed version 1"):
        confirm_mapping(mapping, by="Bob Example")
    mapping.write_text(mapping.read_text().replace('PIF = "closed"', 'PIF = "open"'))
    with pytest.raises(MendableError, match="was changed since Ada Example confirmed version 1"):
        told_of(mapping)
    second = confirm_mapping(mapping, by="Bob Example").saved
    assert [(one.version, one.by) for one in second.confirmed] == [(1, "Ada Example"), (2, "Bob Example")]
    assert second.version == 2


def test_nobody_confirms_a_question(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.toml"
    propose_mapping(file, out=out)
    with pytest.raises(MendableError, match="always: client_id"):
        confirm_mapping(out, by="Ada Example")


def test_a_dry_run_tells_what_would_be_different(file: Path, mapping: Path, tmp_path: Path) -> None:
    """One account is new, one owes another balance, one what it owed; nothing is changed by asking."""
    confirm_mapping(mapping, by="Ada Example")
    store = tmp_path / "fairdial.db"
    assert imported(file, mapping, store) == ""
    file.write_text(HEADING + line("A01", "90.00") + line("A02", status="PIF") + line("A03"))
    with Store.open(str(store)) as opened:
        beside = Comparing(opened)
        read_only(file, progress=quiet, mapping=told_of(mapping), beside=beside)
        found = beside.finish()
    assert (found.new, found.same, found.balance_differs, found.closed) == (1, 1, 1, 1)
    assert (found.before_cents, found.after_cents, found.new_persons, found.new_numbers) == (
        10_000,
        9_000,
        1,
        1,
    )


@pytest.mark.parametrize(("good", "is_refused"), [(9, False), (8, True)])
def test_above_a_share_of_refused_lines_no_account_is_taken_but_what_protects_is(
    file: Path, mapping: Path, tmp_path: Path, good: int, is_refused: bool
) -> None:
    """One line in ten is the share that was proposed; one in nine is above it."""
    confirm_mapping(mapping, by="Ada Example")
    store, returned = tmp_path / "fairdial.db", tmp_path / "back.csv"
    lines = [line(f"B{n:02}") for n in range(good)]
    file.write_text(HEADING + "".join(lines) + line("B99", status="DECEASED?"))
    why = imported(file, mapping, store, returned)
    assert bool(why) is is_refused
    with Store.open(str(store)) as opened:
        held = opened.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM import_holds").scalar_one())
        debts = opened.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM debts").scalar_one())
    assert debts == (0 if is_refused else good)
    assert held >= 1
    assert returned.read_text().splitlines()[1].startswith("B99;")


def test_the_commands_lead_from_a_file_to_its_accounts(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """propose, check, confirm, import."""
    monkeypatch.chdir(tmp_path)
    out, store = str(tmp_path / "m.toml"), str(tmp_path / "fairdial.db")
    assert run(["mapping", "propose", str(file), "--out", out, "--client", "acme"]) == 0
    assert run(["mapping", "check", out, str(file)]) == 1
    text = Path(out).read_text()
    for key, answer in (("phone_1_role", "own"), ("OPEN", "open"), ("PIF", "closed")):
        text = text.replace(f'{key} = "?"', f'{key} = "{answer}"')
    Path(out).write_text(text)
    assert run(["mapping", "check", out, str(file)]) == 0
    assert run(["import", str(file), "--mapping", out, "--store", store]) != 0
    assert run(["mapping", "confirm", out, "--by", "Ada Example"]) == 0
    assert run(["import", str(file), "--mapping", out, "--store", store]) == 0
    assert run(["import", str(file), "--mapping", out, "--store", store, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "by mapping 'm', version 1, confirmed by Ada Example" in told
    assert "0 accounts are new, 2 owe what they owed" in told


@pytest.mark.parametrize(("most", "is_whole"), [("0.50", False), ("0.49", True)])
def test_a_try_says_already_that_the_file_would_be_refused_whole(
    file: Path,
    mapping: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    most: str,
    *,
    is_whole: bool,
) -> None:
    """Of two lines one is refused: half of them is not more than half."""
    file.write_text(HEADING + line("A01") + line("A02", amount="none"))
    text = mapping.read_text()
    mapping.write_text(text.replace("most_refused = 0.1", f"most_refused = {most}"))
    verb = "could be taken" if is_whole else "would be taken"
    confirm_mapping(mapping, by="Ada Example")
    store = ["--mapping", str(mapping), "--store", str(tmp_path / "s.db")]
    for command in (
        ["mapping", "check", str(mapping), str(file)],
        ["import", str(file), *store, "--dry-run"],
    ):
        assert run(command) == int(is_whole)
        told = capsys.readouterr().out
        assert f"2 lines, 1 {verb}, 1 not" in told
        assert ("1 of 2 lines are refused (50%), more than 49%" in told) == is_whole
