"""One mutant on trial: which tests are tried on it, in which order, and what came of it."""

import contextlib
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LONGEST_S = 30.0
"""Seconds of processor time of tests tried on one mutant; those left over are not tried, and it survives."""

HANGS_AFTER_S = 10.0
"""Seconds of processor time beyond ten times its usual ones after which a test is taken to hang."""

PATIENCE = 20.0
"""Times the processor time within which a trial must end on a wall clock; the machine may be busy."""

MOST_MEMORY = 6 * 2**30


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a trial. `killed_by`: the test that failed, None if it survived; `why`: how it failed."""

    killed_by: str | None
    why: str
    tried: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """A mutant and the tests to try, in order. `where`: file and line; `is_hot`: what it changes is run, not
    computed at import, so that it can be put into a living process."""

    key: str
    where: str
    path: str
    before: str
    after: str
    tests: tuple[str, ...]
    is_hot: bool


def in_order(
    running: dict[str, int], seconds: dict[str, float], kills: Counter[str], own: str
) -> tuple[str, ...]:
    """The tests by when they are tried: who killed before, the quick, the near, the narrow; within bounds.

    Args:
        running: the tests and how many lines of the mutant's file each runs.
        seconds: of processor time that each takes.
        kills: how many mutants each has killed.
        own: a folder name; tests under one of that name are near.
    """

    def rank(test: str) -> tuple[int, int, int, int, str]:
        takes = seconds.get(test, 1.0)
        haste = next((n for n, most in enumerate((0.03, 0.15, 0.6, 3.0, 15.0)) if takes <= most), 5)
        return (haste, -kills[test], 0 if f"/{own}/" in test else 1, running[test], test)

    chosen: list[str] = []
    left = LONGEST_S
    for test in sorted(running, key=rank):
        left -= seconds.get(test, 1.0)
        if left < 0 and chosen:
            break
        chosen.append(test)
    return tuple(chosen)


def limit(seconds: float) -> None:
    """Bound this process's memory, and its processor time from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def allowed(seconds: float) -> float:
    """How long a test that takes so long may take on a mutant."""
    return HANGS_AFTER_S + 10.0 * seconds


def forked(run: Callable[[int], None], folder: Path, patience_s: float) -> tuple[str, list[str]]:
    """Run in a forked process, quietly.

    Args:
        run: gets a file descriptor to which it tells each test before it is tried, and returns the process's
            end by `os._exit`: 0 all passed, 1 the last one told failed.
        folder: where what it prints is dropped.

    Returns:
        How it ended (`passed`, `failed`, `hung`, `died`) and what it told, line by line.
    """
    told_file = folder / "told"  # not a pipe: nobody reads while it is written, and it may be long
    writing = os.open(told_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    child = os.fork()
    if child == 0:
        _go_apart(folder)
        try:
            run(writing)
        finally:
            os._exit(3)
    os.close(writing)
    status = _awaited(child, patience_s)
    told = told_file.read_text(encoding="utf-8", errors="replace").splitlines()
    if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
        return "hung", told
    if os.WIFSIGNALED(status):
        return "died", told
    return {0: "passed", 1: "failed"}.get(os.WEXITSTATUS(status), "died"), told


def _go_apart(folder: Path) -> None:
    os.setpgid(0, 0)
    sink = os.open(folder / "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)


def _awaited(child: int, patience_s: float) -> int | None:
    """The child's status; None if it had to be ended. What it started is ended with it."""
    until = time.monotonic() + patience_s  # noqa: TID251  # a tool of the house, not the product
    status: int | None = None
    while True:
        done, found = os.waitpid(child, os.WNOHANG)
        if done:
            status = found
            break
        if time.monotonic() > until:  # noqa: TID251
            break
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
    return status
