"""A placement imported while a floor runs: the floor goes on, and knows at once what changed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest
from sqlalchemy import select

from compliance_gate.words import RequestKind
from dialer.clock import monotonic_now
from dialer.domain.ids import PersonId
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.database.tables import imports
from dialer.storage.store import Store
from telephony.simulated.log_file import LogLine, read_log

FAIRDIAL = [sys.executable, "-m", "dialer"]
PEOPLE, CEASED = 400, 150
HEADING = "client_id,client_account,person_ref,first,last,state,zip,phone_1,current_balance,cease"
STORE_FILE = "fairdial.db"


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(280)
def test_a_file_imported_beside_a_floor_binds_from_its_acknowledgement(tmp_path: Path) -> None:
    folder, file = tmp_path / "floor", tmp_path / "placement.csv"
    file.write_text(_placement(), encoding="utf-8")
    with _serving(folder) as sequence:
        ceased = _ceased(folder)
        _until(lambda: sequence() >= 60 and any(line.person in ceased for line in _rung(folder)))
        done = _import(folder, file)
        told_at, rung = _now(folder), len(_rung(folder))
        assert done.returncode == 0, done.stderr
        assert f"{CEASED + 1} lines, {CEASED + 1} taken, 0 not" in done.stdout
        assert f"told of {CEASED} people" in done.stderr
        _until(lambda: len(_rung(folder)) >= rung + 12)
        again = _import(folder, file)
        assert (again.returncode, "already" in again.stderr) == (1, True)
    assert [line for line in _rung(folder) if line.at > told_at and line.person in ceased] == []
    assert {line.person for line in _rung(folder)} & ceased, "some of them had been called before"
    assert _in_place(folder, told_at)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(280)
def test_whoever_dies_during_an_import_the_next_floor_knows_what_was_placed(tmp_path: Path) -> None:
    """Both processes are killed, at no chosen moment; then the file is handed over once more."""
    folder, file = tmp_path / "floor", tmp_path / "placement.csv"
    file.write_text(_placement(), encoding="utf-8")
    with _serving(folder, is_killed=True) as sequence:
        _until(lambda: sequence() >= 60 and bool(_rung(folder)))
        importer = subprocess.Popen(_import_command(folder, file), stderr=subprocess.DEVNULL)
        _until(lambda: importer.poll() is not None or _is_begun(folder))
        importer.kill()
        importer.wait(60)
    (folder / "address.json").unlink()
    with _serving(folder):
        _import(folder, file)
        told_at, ceased = _now(folder), _ceased(folder)
        assert _in_place(folder, told_at)
        rung = len(_rung(folder))
        _until(lambda: len(_rung(folder)) >= rung + 8)
    assert [line for line in _rung(folder) if line.at > told_at and line.person in ceased] == []


def _is_begun(folder: Path) -> bool:
    with Store.open(str(folder / STORE_FILE)) as store:
        begun = select(imports).where(imports.c.file_name == "placement.csv")
        return store.read(lambda connection: connection.execute(begun).first()) is not None


def _placement() -> str:
    known = (_line(n, cease=True) for n in range(CEASED))
    return "\n".join([HEADING, *known, _line(PEOPLE + 1, cease=False)]) + "\n"


def _line(n: int, *, cease: bool) -> str:
    keys = f"made-up,account-{n:07d},person-{n:07d}"
    return f"{keys},Ada,Example,NY,10001,212555{n:04d},120.50,{'yes' if cease else 'no'}"


def _ceased(folder: Path) -> set[str]:
    with Store.open(str(folder / STORE_FILE)) as store:
        return {store.identifiers.person("made-up", f"person-{n:07d}") for n in range(CEASED)}


def _in_place(folder: Path, now: float) -> bool:
    """Whether the new person can be called and everybody who was to be left alone will be."""
    with Store.open(str(folder / STORE_FILE)) as store:
        new = store.identifiers.person("made-up", f"person-{PEOPLE + 1:07d}")
        ceased = [PersonId(person) for person in sorted(_ceased(folder))]
        files = store.person_files([new, *ceased], now=now)
    kinds = [{asked.type for asked in files[person].requests} for person in ceased]
    return bool(files[new].debts) and all(RequestKind.CEASE_COMMUNICATION in kind for kind in kinds)


def _rung(folder: Path) -> list[LogLine]:
    return [line for line in read_log(folder / "network.log") if line.what == "rung"]


def _now(folder: Path) -> float:
    return msgspec.json.decode((folder / "clock.json").read_bytes(), type=RehearsalClock).posix()


def _import(folder: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = _import_command(folder, file)
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _import_command(folder: Path, file: Path) -> list[str]:
    return [*FAIRDIAL, "import", str(file), "--store", str(folder / STORE_FILE), "--campaign", "made-up"]


def _until(holds: Callable[[], bool]) -> None:
    until = monotonic_now() + 120.0
    while not holds():
        assert monotonic_now() < until, "the floor does not go on"
        time.sleep(0.2)


@contextmanager
def _serving(folder: Path, *, is_killed: bool = False) -> Generator[Callable[[], int]]:
    """A served floor while the block runs; gives a way to ask how many steps it took."""
    options = [
        "--out",
        str(folder),
        "--port",
        "0",
        "--agents",
        "3",
        "--persons",
        str(PEOPLE),
        "--factor",
        "20",
    ]
    process = subprocess.Popen([*FAIRDIAL, "serve", *options, "--drain", "0"], stderr=subprocess.DEVNULL)
    try:
        file = folder / "address.json"
        _until(lambda: file.exists() and file.stat().st_size > 0)
        api = json.loads(file.read_text())["api"]
        yield lambda: int(httpx2.get(f"{api}/health", timeout=10.0).json()["sequence"])
    finally:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGKILL if is_killed else signal.SIGTERM)
        status = process.wait(60)
        for child in children if is_killed else ():  # its network, which nobody else would end
            os.kill(int(child), signal.SIGKILL)
    assert status == (-signal.SIGKILL if is_killed else 0)
