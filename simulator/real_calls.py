"""The real calls that come with the project, read: who answered after how long, and how long they talked.

Two small public files (`config/data/README.md`): 100 calls of a real predictive dialer, and 4,119 contacts of
a real bank's outbound campaign. Scenarios draw from them by name (`observed`), `simulator.fit` fits laws.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

DIALER_CALLS = "dialer_calls_2013.csv"
BANK_CALLS = "bank_campaign_calls.csv"

ANSWERED = frozenset({"TR", "QT", "QD", "AC"})
"""Outcome codes of calls that a person answered: talked to an agent, or lost in or before the queue."""
MACHINE = frozenset({"AM"})
NO_ANSWER = frozenset({"O"})


@dataclass(frozen=True, slots=True)
class DialerCall:
    """One row of the real dialer's log. Seconds from the start of the call; None = did not happen.

    Args:
        ring_s: until it was answered. For a queued call, until the queue took it: the earlier of the two
            queue instants, which the log has in either order.
        talk_s: with the agent.
        total_s: until the channel ended.
    """

    outcome: str
    ring_s: float | None
    talk_s: float | None
    total_s: float


@cache
def dialer_calls() -> tuple[DialerCall, ...]:
    """The log of a real predictive dialer."""
    return tuple(_dialer_call(row) for row in csv.DictReader(_text(DIALER_CALLS).splitlines()))


def _dialer_call(row: dict[str, str]) -> DialerCall:
    started = datetime.fromisoformat(row["CallStartDateTime"])
    total = (datetime.fromisoformat(row["CallEndDateTime"]) - started).total_seconds()
    connect, disconnect = int(row["OffsetConnect"]) / 1000.0, int(row["OffsetDisconnect"]) / 1000.0
    queue = [
        (datetime.fromisoformat(row[column]) - started).total_seconds()
        for column in ("QueuedStartDateTime", "QueuedEndDateTime")
        if row[column] != "NULL"
    ]
    talked = connect > 0.0 and disconnect > connect
    ring = min(queue) if queue else connect if connect > 0.0 else None
    return DialerCall(row["OutcomeCode"], ring, disconnect - connect if talked else None, total)


@cache
def bank_talks() -> tuple[float, ...]:
    """Talk seconds of the real bank campaign; contacts of no length at all are left out."""
    rows = csv.DictReader(_text(BANK_CALLS).splitlines(), delimiter=";")
    return tuple(seconds for row in rows if (seconds := float(row["duration"])) > 0.0)


def _text(name: str) -> str:
    return (files("config") / "data" / name).read_text(encoding="utf-8")


def outcome_shares() -> dict[str, float]:
    """Share of each outcome code among the real dialer's calls."""
    counts = Counter(call.outcome for call in dialer_calls())
    return {code: count / len(dialer_calls()) for code, count in sorted(counts.items())}


def _of(outcomes: frozenset[str], *, talk: bool = False) -> tuple[float, ...]:
    chosen = (call.talk_s if talk else call.ring_s for call in dialer_calls() if call.outcome in outcomes)
    return tuple(seconds for seconds in chosen if seconds is not None)


SERIES = frozenset({"rings_to_person", "rings_to_machine", "talks_2013", "machine_talks_2013", "bank_talks"})


def observed(series: str) -> tuple[float, ...]:
    """Seconds that were observed, by name; see `SERIES`."""
    match series:
        case "rings_to_person":
            return _of(ANSWERED)
        case "rings_to_machine":
            return _of(MACHINE)
        case "talks_2013":
            return _of(frozenset({"TR"}), talk=True)
        case "machine_talks_2013":
            return _of(MACHINE, talk=True)
        case "bank_talks":
            return bank_talks()
        case _:
            raise KeyError(series)
