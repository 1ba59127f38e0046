"""Answer rate by the number that was shown."""

from dataclasses import replace
from datetime import date
from typing import Any

from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.measures.caller_ids import by_number_and_day

Rows = Any
OURS = "+12125550100"
ZONE = "America/New_York"


def test_answers_are_counted_over_attempts_by_number_and_local_day(rows: Rows) -> None:
    calls = [
        replace(rows.talk(DispositionKind.NO_COMMITMENT), caller_id=OURS),
        replace(rows.talk(DispositionKind.MACHINE), caller_id=OURS),
        replace(rows.attempt(), caller_id=OURS),
        replace(rows.attempt(), caller_id=OURS),
        replace(rows.attempt(at=86_400.0), caller_id=OURS),
        replace(rows.attempt(), caller_id="+12125550101"),
    ]
    first, second, other = by_number_and_day(calls, time_zone=ZONE)
    assert (first.caller_id, first.attempts, first.answered, first.live) == (OURS, 4, 2, 1)
    assert first.answered_per_attempt == 0.5
    assert (second.day - first.day).days == 1
    assert second.answered_per_attempt == 0.0
    assert other.caller_id == "+12125550101"


def test_what_somebody_refused_is_counted_apart(rows: Rows) -> None:
    kinds = (Outcome.BLOCKED, Outcome.BLOCKED, Outcome.UNWANTED, Outcome.REJECTED, Outcome.INVALID_NUMBER)
    calls = [replace(rows.attempt(outcome=outcome), caller_id=OURS) for outcome in kinds]
    (found,) = by_number_and_day(calls, time_zone=ZONE)
    assert (found.attempts, found.blocked, found.unwanted, found.declined) == (5, 2, 1, 1)


def test_what_was_refused_without_a_channel_showed_nobody_anything(rows: Rows) -> None:
    refused = replace(rows.attempt(outcome=Outcome.NOT_ATTEMPTED), caller_id=OURS)
    assert by_number_and_day([refused, rows.attempt()], time_zone=ZONE) == ()


def test_the_day_is_the_zone_s_own(rows: Rows) -> None:
    late = replace(
        rows.attempt(at=-8 * 3600.0), caller_id=OURS
    )  # 00:00 UTC is the evening before in New York
    (found,) = by_number_and_day([late], time_zone=ZONE)
    (in_utc,) = by_number_and_day([late], time_zone="UTC")
    assert found.day == date(2027, 1, 14)
    assert in_utc.day == date(2027, 1, 15)
