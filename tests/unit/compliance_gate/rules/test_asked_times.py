"""Kind `asked_times`: hours the person asked to be left alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

VALUES = "requests: [inconvenient_times, time_preference, creditor_note], respond_once: true"
QUIET = {"days": ["MO", "TU", "WE", "TH", "FR"], "from": "15:00", "to": "17:00"}


def asked(kind: str = "inconvenient_times", **more: object) -> list[dict[str, object]]:
    """One request of the first of June."""
    return [{"ts": "2026-06-01T09:00:00-04:00", "type": kind, **more}]


def test_a_block_is_closed_to_its_end(law: Callable[..., Any]) -> None:
    """Three to five is closed, five is open, and ringing may not run into three."""
    rule = law("asked_times", VALUES)

    assert rule.retry("2026-06-10T15:45:00-04:00", requests=asked(blocks=[QUIET])) == datetime.fromisoformat(
        "2026-06-10T17:00:00-04:00"
    )
    assert not rule.allows("2026-06-10T14:59:50-04:00", ring=25, requests=asked(blocks=[QUIET]))
    assert rule.allows("2026-06-13T15:45:00-04:00", requests=asked(blocks=[QUIET]))


def test_a_block_may_run_past_midnight(law: Callable[..., Any]) -> None:
    """From ten on Tuesday evening to seven on Wednesday."""
    rule = law("asked_times", VALUES)
    night = asked(blocks=[{"days": ["TU"], "from": "22:00", "to": "07:00"}])

    assert not rule.allows("2026-06-09T23:00:00-04:00", requests=night)
    assert rule.retry("2026-06-10T06:00:00-04:00", requests=night) == datetime.fromisoformat(
        "2026-06-10T07:00:00-04:00"
    )
    assert rule.allows("2026-06-09T06:00:00-04:00", requests=night)


def test_only_hours_close_all_others(law: Callable[..., Any]) -> None:
    """After two, and not at eight itself."""
    rule = law("asked_times", VALUES)
    only = asked("time_preference", only="14:00-20:00")

    assert rule.retry("2026-06-10T10:00:00-04:00", requests=only) == datetime.fromisoformat(
        "2026-06-10T14:00:00-04:00"
    )
    assert not rule.allows("2026-06-10T20:00:00-04:00", requests=only)


def test_a_request_ends_with_its_last_day(law: Callable[..., Any]) -> None:
    """Through the end of the year means not the next."""
    rule = law("asked_times", VALUES)
    note = asked("creditor_note", days=["TU", "TH"], until="2026-12-31")

    assert not rule.allows("2026-12-31T10:00:00-05:00", requests=note)
    assert rule.allows("2027-01-05T10:00:00-05:00", requests=note)


def test_a_request_without_times_always_binds(law: Callable[..., Any]) -> None:
    """Words that nobody put into hours may mean any hour."""
    rule = law("asked_times", VALUES)

    assert rule.retry("2026-06-10T10:00:00-04:00", requests=asked(text="not when I sleep")) is None


def test_one_answer_in_a_closed_time_by_the_same_medium(law: Callable[..., Any]) -> None:
    """An e-mail of 15:30 may be answered by e-mail once before five, and not by telephone."""
    rule = law("asked_times", VALUES)
    wrote = {"ts": "2026-06-10T15:30:00-04:00", "event": "email_received"}
    replied = {"ts": "2026-06-10T15:35:00-04:00", "event": "email"}
    reply = {"action": "send_email", "debts": ["D1"], "purpose": "reply"}
    quiet = asked(blocks=[QUIET])

    assert rule.allows("2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote], proposed=reply)
    assert not rule.allows(
        "2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote, replied], proposed=reply
    )
    assert not rule.allows("2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote])
    assert not rule.allows("2026-06-11T15:45:00-04:00", requests=quiet, history=[wrote], proposed=reply)
