"""A placement read by several processes comes to what one comes to: lines, refusals, remarks, their order."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.intake import side_by_side
from dialer.intake.accounts import AccountReader
from dialer.intake.files import LONGEST_LINE, UnreadableFileError
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.placements import PlacementReader
from dialer.intake.side_by_side import AHEAD, ReadersGoneError, processes_for

AS_OF = datetime(2026, 11, 23, 15, tzinfo=UTC)
HEADING = (
    "client_id,client_account,person_ref,first,last,dob,state,zip,phone_1,phone_1_role,status,current_balance"
)
ADA = "acme,A1,P1,Ada,Example,1979-05-23,NY,10001,2125550101,own,OPEN,100.00"
LINES = (
    ADA,
    ADA.replace("A1", "A2"),
    ADA.replace("A1", "A3").replace("Ada", "Bo"),
    ADA.replace("A1,P1", "a1,p1"),
    ADA.replace("A1,P1", "A4,P4").replace("100.00", "none"),
    ADA.replace("A1,P1", "A5,P5").replace("OPEN", "CLOSED").replace("100.00", "0"),
    ADA.replace("A1,P1", "A6,P6").replace("10001", "1001").replace("212555", "xxx"),
    ADA.replace("A1,P1", "A7,P7").replace("OPEN", "?"),
    ADA.replace("A1,P1", "A8,P8").replace("Example", '"Ex, ""ample"'),
    ADA.replace("A1,P1", "A9,P9").replace("Ada", '"A\nda"'),
    'acme,"A10',
    "acme,A11",
    "",
    ADA.replace("A1", "NULL"),
)


class Apart(Executor):
    """Processes whose work is done here, in any order: what goes to them and comes back goes as bytes."""

    def __init__(self, accounts: AccountReader, later: Callable[[], bool]) -> None:
        self._accounts = pickle.dumps(accounts)
        self._later = later
        self._waiting: list[tuple[Future[Any], bytes]] = []
        self.most = 0

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """See `Executor`."""
        made = _Asked(self)
        self._waiting.append((made, pickle.dumps((fn, args))))
        self.most = max(self.most, len(self._waiting))
        if not self._later():
            self.work(made)
        return made

    def work(self, asked: Future[Any]) -> None:
        """Do what is asked for, the newest first."""
        while not asked.done():
            future, told = self._waiting.pop()
            side_by_side._reading[:] = [pickle.loads(self._accounts)]  # pyright: ignore[reportPrivateUsage]
            fn, args = pickle.loads(told)
            future.set_result(pickle.loads(pickle.dumps(fn(*args))))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See `Executor`."""


class _Asked(Future[Any]):
    def __init__(self, pool: Apart) -> None:
        super().__init__()
        self._pool = pool

    def result(self, timeout: float | None = None) -> Any:
        self._pool.work(self)
        return super().result(timeout)


def begin_apart(monkeypatch: pytest.MonkeyPatch, kind: type[Apart]) -> None:
    """From now on nothing is done before its result is asked for."""

    def begun(accounts: AccountReader, _processes: int) -> Executor:
        return kind(accounts, lambda: True)

    monkeypatch.setattr(side_by_side, "processes_begun", begun)


def read(path: Path, processes: int) -> tuple[list[PlacedAccount | RejectedLine], object, object]:
    mapping = NOTHING_SAID.with_columns(["status=closed:CLOSED/OPEN"])
    reader = PlacementReader(path, as_of=AS_OF, mapping=mapping)
    reader.processes = processes
    refused: list[object] = []
    reader.on_refused = lambda row, line: refused.append((row, line.reason, line.also))
    return list(reader), reader.report, refused


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=30),
    processes=st.integers(1, 3),
    at_once=st.integers(1, 4),
    later=st.randoms(use_true_random=False),
)
def test_at_any_number_of_processes_a_file_comes_to_the_same(
    tmp_path: Path, lines: list[str], processes: int, at_once: int, later: Any
) -> None:
    path = tmp_path / "f.csv"
    path.write_text("\n".join((HEADING, *lines)) + "\n", encoding="utf-8", newline="")
    pools: list[Apart] = []

    def begun(accounts: AccountReader, _processes: int) -> Executor:
        pools.append(Apart(accounts, lambda: later.random() < 0.5))
        return pools[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(side_by_side, "processes_begun", begun)
        patch.setattr(side_by_side, "AT_ONCE", at_once)
        assert read(path, processes) == read(path, 0)
    (pool,) = pools
    assert pool.most <= AHEAD * processes + 1, "no more of the file is in memory"


def test_what_comes_before_an_error_of_the_file_is_given_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "AT_ONCE", 2)
    begin_apart(monkeypatch, Apart)
    path = tmp_path / "f.csv"
    path.write_text(f"{HEADING}\n{LINES[0]}\n{LINES[4]}\n{LINES[5]}\n{'x' * LONGEST_LINE}\n{LINES[6]}\n")
    for processes in (0, 2):
        reader = PlacementReader(path, as_of=AS_OF, mapping=NOTHING_SAID.with_columns(["status=ignore"]))
        reader.processes = processes
        given_before: list[int] = []
        rows = cast("Iterator[Any]", reader._read())  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(UnreadableFileError, match="line 5 is longer"):
            given_before.extend(row.number for row, _ in rows)
        assert given_before == [2, 3, 4]


def test_a_process_that_dies_ends_the_reading_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(Apart):
        def work(self, asked: Future[Any]) -> None:
            asked.set_exception(BrokenProcessPool("killed"))

    begin_apart(monkeypatch, Dead)
    path = tmp_path / "f.csv"
    path.write_text(f"{HEADING}\n{ADA}\n")
    with pytest.raises(ReadersGoneError, match="import it again"):
        read(path, 1)


def test_a_process_that_hangs_is_killed_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading that waited for it would never end, nor would the import."""
    stopped: list[int] = []
    really = side_by_side.processes_begun

    def begun(accounts: AccountReader, processes: int) -> Executor:
        pool = really(accounts, processes)
        stopped.append(pool.submit(os.getpid).result(120.0))
        os.kill(stopped[0], signal.SIGSTOP)
        return pool

    monkeypatch.setattr(side_by_side, "processes_begun", begun)
    monkeypatch.setattr(side_by_side, "READ_S", 0.3)
    path = tmp_path / "f.csv"
    path.write_text(f"{HEADING}\n{ADA}\n")
    with pytest.raises(ReadersGoneError, match=r"did not answer within 0\.3 s: import it again"):
        read(path, 1)
    with pytest.raises(ProcessLookupError):
        os.kill(stopped[0], 0)


def test_processes_of_their_own_read_a_file_as_this_one_does(tmp_path: Path) -> None:
    """By the same rules of time zones, and none is left behind."""
    path = tmp_path / "f.csv"
    lines = [ADA.replace("A1,P1", f"A{n},P{n}") for n in range(600)]
    path.write_text("\n".join((HEADING, *lines, *LINES)) + "\n", encoding="utf-8", newline="")
    assert read(path, 2) == read(path, 0)


@pytest.mark.parametrize(
    ("size", "cores", "processes"), [(1, 8, 0), (1 << 22, 1, 0), (1 << 22, 2, 1), (1 << 30, 64, 4)]
)
def test_a_large_file_is_read_beside_and_one_core_is_left_to_whoever_writes(
    monkeypatch: pytest.MonkeyPatch, size: int, cores: int, processes: int
) -> None:
    def affinity(_process: int) -> set[int]:
        return set(range(cores))

    monkeypatch.setattr("os.sched_getaffinity", affinity)
    assert processes_for(size) == processes
    assert processes_for((1 << 22) - 1) == 0
