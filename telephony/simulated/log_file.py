"""The network's own log: who was rung when. Append-only, written before anything is done."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId
from dialer.files import opened_private
from telephony.lines.line import CallerLine, Line
from telephony.lines.watching import Unwatched


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One thing that happened to one call.

    Args:
        what: 'rung' (an order was carried out), 'joined', 'over'; of the agents' side 'disposed' and
            'requested', written when the dialer had acknowledged them.
        at: POSIX seconds by the floor's clock.
        text: of a 'joined' line the seconds since the answer; of the agents' side what was acknowledged.
    """

    what: str
    at: float
    attempt: str = ""
    number: str = ""
    person: str = ""
    dial: str = ""
    agent: str = ""
    outcome: str = ""
    text: str = ""


class LogFile(Unwatched):
    """Writes; each line reaches the operating system before the call returns."""

    def __init__(self, path: Path) -> None:
        self._file = opened_private(path, os.O_WRONLY | os.O_APPEND, "ab")
        self._encode = msgspec.json.Encoder().encode

    def write(self, line: LogLine) -> None:
        """Append one line."""
        os.write(self._file.fileno(), self._encode(line) + b"\n")

    def rung(self, line: Line, now: float) -> None:
        """See `LineWatcher`."""
        order = line.order
        self.write(
            LogLine(
                what="rung",
                at=now,
                attempt=order.attempt,
                number=order.number,
                person=order.person,
                dial=line.dial,
            )
        )

    def over(self, line: Line, outcome: Outcome, now: float) -> None:
        """See `LineWatcher`."""
        self.write(
            LogLine(
                what="over",
                at=now,
                attempt=line.order.attempt,
                number=line.order.number,
                person=line.order.person,
                outcome=outcome.value,
                agent=line.agent or "",
            )
        )

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""
        if isinstance(line, Line):
            waited = f"{now - line.answered_at:.6f}"
            self.write(LogLine(what="joined", at=now, attempt=line.order.attempt, agent=agent, text=waited))

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def read_log(path: Path) -> Iterator[LogLine]:
    """Every whole line of a log, in order; a last line that was cut off is left out."""
    decode = msgspec.json.Decoder(LogLine).decode
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield decode(line)
