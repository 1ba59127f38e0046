"""What a lead does after each outcome, pinned in seconds."""

from datetime import datetime

import pytest

from dialer.casework.resting import REST_S, makes_a_pass, number_after, rest_after, rests_until
from dialer.domain.attempt import Outcome
from dialer.domain.commands import NumberStatus

HOUR = 3600.0
TABLE = {
    Outcome.CONNECTED: 24 * HOUR,
    Outcome.ABANDONED: 24 * HOUR,
    Outcome.OVERFLOWED: 24 * HOUR,
    Outcome.HUNG_UP_WAITING: 4 * HOUR,
    Outcome.MACHINE: 4 * HOUR,
    Outcome.NO_ANSWER: 3 * HOUR,
    Outcome.BUSY: 900.0,
    Outcome.REJECTED: 24 * HOUR,
    Outcome.BLOCKED: 24 * HOUR,
    Outcome.UNWANTED: 7 * 24 * HOUR,
    Outcome.INVALID_NUMBER: 60.0,
    Outcome.CONGESTION: 300.0,
    Outcome.CARRIER_FAILURE: 300.0,
    Outcome.CANCELLED: 1800.0,
    Outcome.NOT_ATTEMPTED: 60.0,
    Outcome.UNKNOWN: 4 * HOUR,
}


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_rests_as_long_as_is_written_here(outcome: Outcome) -> None:
    assert rest_after({}, outcome) == REST_S[outcome] == TABLE[outcome]
    assert rest_after({outcome.value: 7.0}, outcome) == 7.0


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_refused_call_is_no_pass_and_only_an_invalid_number_is_dropped(outcome: Outcome) -> None:
    """An unknown outcome is a pass: the telephone may have rung."""
    assert makes_a_pass(outcome) is (outcome is not Outcome.NOT_ATTEMPTED)
    wanted = NumberStatus.INVALID if outcome is Outcome.INVALID_NUMBER else None
    assert number_after(outcome) is wanted


COASTS = ("America/Los_Angeles", "America/New_York")


@pytest.mark.parametrize(
    ("due", "grace", "zones", "until"),
    [
        ("2026-12-01T04:59:59+00:00", None, ("America/New_York",), "2026-12-01T04:59:59+00:00"),
        ("2026-12-01T04:59:59+00:00", 0, ("America/New_York",), "2026-12-01T05:00:00+00:00"),
        ("2026-12-01T05:00:00+00:00", 0, ("America/New_York",), "2026-12-02T05:00:00+00:00"),
        ("2026-12-01T04:59:59+00:00", 3, ("America/New_York",), "2026-12-04T05:00:00+00:00"),
        ("2026-12-01T04:59:59+00:00", 3, (), "2026-12-05T00:00:00+00:00"),
        # it may be the 1st in Los Angeles and the 2nd in New York: the later day, where it ends last
        (
            "2026-12-02T05:30:00+00:00",
            0,
            ("America/Los_Angeles", "America/New_York"),
            "2026-12-03T08:00:00+00:00",
        ),
        # the day before clocks go forward has 24 hours, that day 23
        ("2027-03-13T20:00:00+00:00", 1, ("America/New_York",), "2027-03-15T04:00:00+00:00"),
    ],
)
def test_a_promise_rests_the_account_until_its_last_day_is_over(
    due: str, grace: int | None, zones: tuple[str, ...], until: str
) -> None:
    """To the second, by the days by which it is judged."""
    seconds = datetime.fromisoformat(due).timestamp()
    assert rests_until(seconds, grace, zones) == datetime.fromisoformat(until).timestamp()
