"""A store that is damaged, foreign or none, and every command that opens one: a sentence, no traceback."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import settings

from dialer.cli import app, run
from dialer.floor.made_up import CAMPAIGN, stock
from dialer.storage.store import Store

NOW = 1_773_151_200.0

OPENS: dict[str, str] = {
    "account post": "d-1 payment 1.00 --key k-1 --on 2026-03-01 --store {store}",
    "account show": "d-1 --store {store}",
    "account view": "p-1 --store {store}",
    "attest": "--since 2026-01-05 --by boss --why asked --client made-up --store {store}",
    "audit": "--store {store}",
    "backup": "{store} {folder}/copy.db",
    "callable": "--store {store}",
    "deliver now": "made-up --settings {deliveries} --state {folder}/states --store {store}",
    "deliver run": "--settings {deliveries} --state {folder}/states --once --store {store}",
    "detection": "--store {store}",
    "doctor": "--store {store}",
    "erase": "p-1 --why asked --store {store}",
    "explain": "--person p-1 --store {store}",
    "export attempts": "--out {folder}/x.csv --store {store}",
    "export caller-ids": "--out {folder}/x.csv --store {store}",
    "export denials": "--out {folder}/x.csv --store {store}",
    "export pack": "made-up --day 2026-03-10 --out {folder}/pack --store {store}",
    "export promises": "--out {folder}/x.csv --store {store}",
    "export results": "--out {folder}/x.csv --store {store}",
    "history": "--store {store}",
    "holds list": "--store {store}",
    "holds release": "i-1 --by boss --why asked --store {store}",
    "import": "{placement} --campaign made-up --store {store}",
    "intake watch": "{folder}/drop --client made-up --companion .done --once --store {store}",
    "keys rotate": "--store {store}",
    "keys status": "--store {store}",
    "law impact": "--from 2026-01-01 --to 2026-06-01 --store {store}",
    "ledger": "p-1 --out {folder}/ledger.html --store {store}",
    "measures": "--from 2026-03-01 --to 2026-03-10 --store {store}",
    "people different": "p-1 p-2 --why asked --store {store}",
    "people match": "--store {store}",
    "people review": "--store {store}",
    "people same": "p-1 p-2 --why asked --store {store}",
    "people split": "p-1 --why asked --store {store}",
    "person correct": "p-1 --why asked --first A --store {store}",
    "person export": "p-1 --out {folder}/person --store {store}",
    "person find": "Smith --store {store}",
    "person report": "p-1 --out {folder}/person.html --store {store}",
    "reconcile": "{bank} --month 2026-03 --store {store}",
    "record show": "--store {store}",
    "record verify": "--store {store}",
    "promises": "--store {store}",
    "recordings expire": "{recordings} --store {store}",
    "recordings export": "{recordings} {folder}/out --client made-up --store {store}",
    "recordings find": "{recordings} --store {store}",
    "recordings finish": "{recordings} --store {store}",
    "recordings open": "{recordings} a1 {folder}/a1.wav --store {store}",
    "remittance": "made-up --month 2026-03 --store {store}",
    "requests answer": "p-1 r-1 --words answered --store {store}",
    "requests extend": "p-1 r-1 --words later --store {store}",
    "requests list": "--store {store}",
    "requests new": "p-1 --law ccpa --kind access --received 2026-03-01 --store {store}",
    "requests refuse": "p-1 r-1 --words no --store {store}",
    "requests withdraw": "p-1 r-1 --words withdrawn --store {store}",
    "restore": "{store} {folder}/restored.db",
    "retention": "--store {store}",
    "serve": "--out {folder}/floor --port 0 --persons 10 --agents 0 --database {store}",
    "token list": "--store {store}",
    "token new": "boss --role agent --store {store}",
    "token revoke": "t-1 --store {store}",
    "user add": "boss --role supervisor --all --store {store}",
    "user disable": "boss --store {store}",
    "user end-session": "boss 0123456789ab --store {store}",
    "user list": "--store {store}",
    "user lost-factor": "boss --store {store}",
    "user reset-link": "boss --store {store}",
    "user role": "boss --role agent --store {store}",
    "user sessions": "boss --store {store}",
    "user wall": "boss --all --store {store}",
    "verify": "{store}",
}
"""Every command that opens a store, and how it is told which."""

OPENS_NONE = frozenset(
    {
        "asterisk call-back",
        "asterisk config",
        "bench pacing",
        "certificate",
        "deliver again",
        "deliver secret",
        "deliver show",
        "demo",
        "dispositions",
        "floor",
        "gate check",
        "law diff",
        "law due",
        "law list",
        "law register show",
        "law register sign",
        "law register withdraw",
        "law show",
        "licences collector",
        "licences import",
        "licences list",
        "licences withdraw",
        "mapping check",
        "mapping confirm",
        "mapping layouts",
        "mapping propose",
        "network",
        "pacing set",
        "pacing show",
        "pacing undo",
        "pacing what-if",
        "pacing why",
        "recordings verify",
        "replay",
        "scenarios",
        "simulate",
        "version",
    }
)


def commands() -> Iterator[str]:
    """Every command that there is, by its words."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[str]:
        if hasattr(command, "commands"):
            for name, each in sorted(command.commands.items()):
                yield from walk(each, (*words, name))
        else:
            yield " ".join(words)

    yield from walk(typer.main.get_command(app), ())


def test_every_command_says_whether_it_opens_a_store() -> None:
    """A new command is listed here, and so tried with stores that are damaged."""
    assert sorted(commands()) == sorted({*OPENS, *OPENS_NONE})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with some people in it."""
    path = tmp_path_factory.mktemp("whole") / "fairdial.db"
    with Store.open(str(path), durable=False, identity_key=b"test") as store:
        stock(store, campaign=CAMPAIGN, persons=200, now=NOW)
    return path


def cut(path: Path) -> None:
    """Its second half is gone."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def barely_begun(path: Path) -> None:
    """Cut in its first page."""
    path.write_bytes(path.read_bytes()[:50])


def with_holes(path: Path) -> None:
    """Zeros in the place of every third page but the first."""
    content = bytearray(path.read_bytes())
    for begin in range(4096, len(content), 3 * 4096):
        content[begin : begin + 4096] = bytes(4096)
    path.write_bytes(content)


def foreign(path: Path) -> None:
    """Another program's SQLite file."""
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()


def text(path: Path) -> None:
    """No database at all."""
    path.write_text("Dear Sir or Madam,\n" * 500)


def empty(path: Path) -> None:
    """Nothing in it: a disk was full."""
    path.write_bytes(b"")


def folder(path: Path) -> None:
    """A folder of its name."""
    path.unlink()
    path.mkdir()


def of_a_newer_program(path: Path) -> None:
    """Whole, and migrated by a version that is not this one."""
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()


DAMAGES: tuple[Callable[[Path], None], ...] = (
    cut,
    barely_begun,
    with_holes,
    foreign,
    text,
    empty,
    folder,
    of_a_newer_program,
)


FILLS = "intake watch"
"""Takes a good file in: into the store of a folder, where it is given one, and that is no damage."""
ALL = [(command, damage) for command in OPENS for damage in DAMAGES if (command, damage) != (FILLS, folder)]
SOME = [(command, damage) for place, (command, damage) in enumerate(ALL) if place % 8 == 0]
"""Each command with one damage or two, each damage with five commands and more."""


@pytest.mark.slow
@pytest.mark.deep
@pytest.mark.parametrize(
    ("command", "damage"),
    ALL if settings.get_profile("few").max_examples >= 10 else SOME,
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_damaged_store_is_a_sentence(
    command: str,
    damage: Callable[[Path], None],
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What, where, how to mend it; the status is not 0."""
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "store" / "fairdial.db"
    store.parent.mkdir()
    shutil.copy(whole, store)
    damage(store)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "weekly.csv").write_text(
        "client_id,client_account,person_ref,last,current_balance\nmade-up,1,1,Example,1.00\n"
    )
    (tmp_path / "drop" / "weekly.csv.done").touch()
    (tmp_path / "placement.csv").write_text("client_account\n1\n")
    (tmp_path / "bank.csv").write_text("day,amount,reference\n2026-03-02,1.00,x\n")
    (tmp_path / "deliveries.toml").write_text(
        '[[deliveries]]\nname = "made-up"\nclient = "made-up"\nwhat = "results"\nfolder = "drop"\n'
        'when = { at = [06:30:00], time_zone = "America/New_York" }\n'
    )
    names = {
        "recordings": "recordings",
        "placement": "placement.csv",
        "bank": "bank.csv",
        "deliveries": tmp_path / "deliveries.toml",
    }
    filled = OPENS[command].format(store=store, folder=tmp_path, **names)
    status = run([*command.split(), *filled.split()])
    said = capfd.readouterr()
    assert status not in (0, 130), said.out
    assert "Traceback" not in said.err
    if command != "doctor":
        assert "error:" in said.err
        assert "mend:" in said.err
    assert not [path for path in tmp_path.rglob("*.part*")]


@pytest.mark.parametrize("command", ["serve", "backup", "restore", "doctor", "verify", "import"])
def test_a_store_of_a_newer_program_is_refused_and_left_as_it_is(
    command: str,
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Going back is refused with what to do, and costs nothing of what the newer program wrote."""
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "store" / "fairdial.db"
    store.parent.mkdir()
    shutil.copy(whole, store)
    of_a_newer_program(store)
    before = store.read_bytes()
    (tmp_path / "placement.csv").write_text("client_account\n1\n")
    names = {"recordings": "recordings", "placement": "placement.csv"}
    filled = OPENS[command].format(store=store, folder=tmp_path, **names)
    status = run([*command.split(), *filled.split()])
    said = capfd.readouterr()
    assert status not in (0, 130), said.out
    told = " ".join((said.out + said.err).split())
    assert "revision 9999" in told
    if command not in ("doctor", "restore"):
        assert "or restore the copy that was taken before the upgrade" in told
    assert store.read_bytes() == before
    assert not (tmp_path / "restored.db").exists()
