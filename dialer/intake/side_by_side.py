"""Rows read by several processes, put together in the order of the file.

What is costly of a line is reading it, and that needs nothing but the line. Whoever asks takes the rows
apart, gives some at a time to whichever process is free, and gets them back in their order, so that what
depends on earlier lines (repetitions, counts, the report) comes to the same at any number of processes. No
more rows are under way than a few for each process. A process that dies ends the reading: of a file that is
being staged nothing is seen.
"""

import multiprocessing
import os
import signal
import threading
import zoneinfo
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from dialer.domain.errors import FairdialError
from dialer.intake.accounts import AccountReader, ReadRow
from dialer.intake.files import Row, UnreadableFileError

AT_ONCE = 256
"""Rows that are handed over together."""

AHEAD = 3
"""Such hands of rows that are under way for each process."""

READ_S = 300.0
"""For one hand of rows, which takes a tenth of a second: a process that takes longer hangs, and is killed."""

MOST_PROCESSES = 4
WORTH_IT = 4 << 20
"""Bytes of a file from which on it pays to begin other processes: some ten thousand lines."""


class ReadersGoneError(FairdialError):
    """A process that read lines has died, or hung and was killed. Nothing of the file can be seen; it is
    begun again as a whole."""


def processes_for(size: int) -> int:
    """How many processes read a file of so many bytes beside the one that writes."""
    if size < WORTH_IT:
        return 0
    return min(MOST_PROCESSES, len(os.sched_getaffinity(0)) - 1)


def in_order(
    accounts: AccountReader,
    rows: Iterator[Row],
    *,
    processes: int,
) -> Iterator[tuple[Row, ReadRow]]:
    """Every row with what it is.

    Args:
        processes: 0 = none but this one.

    Raises:
        UnreadableFileError: of the rows; what came before was given.
        ReadersGoneError: one of the processes has died, or hung.
    """
    if not processes:
        yield from ((row, accounts.read(row)) for row in rows)
        return
    pool = processes_begun(accounts, processes)
    under_way: deque[tuple[list[Row], Future[list[ReadRow]]]] = deque()
    handing = _Handing(rows)
    try:
        for some in handing:
            under_way.append((some, pool.submit(read_some, some)))
            if len(under_way) > AHEAD * processes:
                yield from _done(*under_way.popleft())
        while under_way:
            yield from _done(*under_way.popleft())
    except BrokenProcessPool as error:
        raise ReadersGoneError("a process that read the file's lines has died: import it again") from error
    except TimeoutError as error:
        _kill(pool)
        raise ReadersGoneError(
            f"a process that read the file's lines did not answer within {READ_S:g} s: import it again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
    if handing.error is not None:
        raise handing.error


class _Handing:
    """Some rows at a time; an error of theirs waits until what came before it was given."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.error: UnreadableFileError | None = None

    def __iter__(self) -> Iterator[list[Row]]:
        while self.error is None:
            some: list[Row] = []
            try:
                some.extend(islice(self._rows, AT_ONCE))
            except UnreadableFileError as error:
                self.error = error
            if not some:
                return
            yield some


def _done(some: list[Row], reading: Future[list[ReadRow]]) -> Iterator[tuple[Row, ReadRow]]:
    return zip(some, reading.result(READ_S), strict=True)


def _kill(pool: Executor) -> None:
    """End processes that do not answer: an orderly end would wait for them."""
    # concurrent.futures has a public word for it from Python 3.14 on.
    begun: dict[int, BaseProcess] = getattr(pool, "_processes", None) or {}
    for process in list(begun.values()):
        process.kill()


def processes_begun(accounts: AccountReader, processes: int) -> Executor:
    """Processes that read rows."""
    begin = partial(begin_reading, time_zones=zoneinfo.TZPATH)
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=begin, initargs=(accounts,))


_reading: list[AccountReader] = []
"""Of a process that reads, how; else none."""


def begin_reading(accounts: AccountReader, *, time_zones: tuple[str, ...] = ()) -> None:
    """In a process of its own, which ends with whoever began it.

    Args:
        time_zones: where the rules of zones are looked for: as there.
    """
    zoneinfo.reset_tzpath(to=time_zones)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it is interrupted, and ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _reading[:] = [accounts]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def read_some(rows: list[Row]) -> list[ReadRow]:
    """What some rows are."""
    (accounts,) = _reading
    return [accounts.read(row) for row in rows]
