"""What a lead does after each outcome, pinned in seconds."""

import pytest

from dialer.casework.resting import REST_S, makes_a_pass, number_after, rest_after
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
