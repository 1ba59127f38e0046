"""Ctrl-C and SIGTERM while a long piece of work goes on: where it ends, and what is said of what was kept."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from dialer.cli import console

TERMINATED = 128 + signal.SIGTERM
"""Exit status, as shells know it; Ctrl-C has its own."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: told and ended like Ctrl-C."""


class Interruption:
    """Takes the first signal to the next place where the work may end; a second one ends it wherever it is.

    A step that is cut between its journal and its tables would leave neither as they should be.
    """

    def __init__(self) -> None:
        self._heard: int | None = None

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """The signal came. Raises where it came before, see `allow`."""
        if self._heard is not None:
            raise _error_of(number)
        self._heard = number

    def allow(self) -> None:
        """The work may end here.

        Raises:
            KeyboardInterrupt: a signal came.
        """
        if self._heard is not None:
            raise _error_of(self._heard)


def _error_of(number: int) -> KeyboardInterrupt:
    return Terminated() if number == signal.SIGTERM else KeyboardInterrupt()


@contextmanager
def told_when_interrupted(told: Callable[[], str]) -> Generator[None]:
    """Work that may be interrupted anywhere: SIGTERM ends it as Ctrl-C does, and it is said what was kept."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise _error_of(number)

    with _listening(end, signal.SIGTERM), _saying(told):
        yield


@contextmanager
def interrupted_between(told: Callable[[], str]) -> Generator[Interruption]:
    """Work that is interrupted between two of its parts alone, when it asks `Interruption.allow`."""
    interruption = Interruption()
    with _listening(interruption.hear, signal.SIGTERM, signal.SIGINT), _saying(told):
        yield interruption


@contextmanager
def _saying(told: Callable[[], str]) -> Generator[None]:
    try:
        yield
    except KeyboardInterrupt as interrupted:
        console.say(told())
        if isinstance(interrupted, Terminated):
            raise SystemExit(TERMINATED) from interrupted
        raise


@contextmanager
def _listening(hear: Callable[[int, FrameType | None], None], *numbers: signal.Signals) -> Generator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, hear) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
