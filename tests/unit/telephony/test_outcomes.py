"""The written table from SIP code, cause and ringing to outcome."""

import pytest

from dialer.domain.attempt import Outcome
from telephony.asterisk.outcomes import BY_CAUSE, BY_SIP_CODE, Ending, outcome_of

_O = Outcome


def ending(
    cause: int = 0,
    sip_code: int | None = None,
    *,
    rang: bool = False,
    replied: bool = True,
    cancelled: bool = False,
) -> Ending:
    return Ending(cause=cause, sip_code=sip_code, rang=rang, replied=replied, cancelled=cancelled)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (486, _O.BUSY),
        (600, _O.BUSY),
        (404, _O.INVALID_NUMBER),
        (604, _O.INVALID_NUMBER),
        (410, _O.INVALID_NUMBER),
        (484, _O.INVALID_NUMBER),
        (603, _O.REJECTED),
        (607, _O.REJECTED),
        (503, _O.CONGESTION),
        (500, _O.CARRIER_FAILURE),
        (502, _O.CARRIER_FAILURE),
        (504, _O.CARRIER_FAILURE),
        (488, _O.CARRIER_FAILURE),
        (480, _O.NO_ANSWER),
    ],
)
def test_the_far_end_s_code_decides_whether_it_rang_or_not(code: int, outcome: Outcome) -> None:
    assert outcome_of(ending(19, code)) is outcome
    assert outcome_of(ending(19, code, rang=True)) is outcome


@pytest.mark.parametrize("code", [403, 408, 487])
def test_some_codes_mean_the_person_only_when_it_rang(code: int) -> None:
    assert outcome_of(ending(21, code, rang=True)) in {_O.REJECTED, _O.NO_ANSWER}
    assert outcome_of(ending(21, code)) is _O.CARRIER_FAILURE


def test_our_own_time_limit_is_no_answer_only_when_it_rang() -> None:
    assert outcome_of(ending(19, 480, replied=False, rang=True)) is _O.NO_ANSWER
    assert outcome_of(ending(19, 480, replied=False)) is _O.CARRIER_FAILURE


def test_what_we_hung_up_is_cancelled_whatever_the_code() -> None:
    assert outcome_of(ending(16, cancelled=True, rang=True)) is _O.CANCELLED


def test_without_a_code_the_cause_decides() -> None:
    assert outcome_of(ending(17)) is _O.BUSY
    assert outcome_of(ending(34)) is _O.CONGESTION


def test_a_code_nobody_knows_counts_against_us() -> None:
    assert outcome_of(ending(127, 699, rang=True)) is _O.NO_ANSWER
    assert outcome_of(ending(127, 699)) is _O.UNKNOWN


def test_no_entry_of_the_tables_says_that_somebody_answered() -> None:
    answered = {_O.CONNECTED, _O.ABANDONED, _O.HUNG_UP_WAITING, _O.MACHINE}
    assert not answered & {*BY_SIP_CODE.values(), *BY_CAUSE.values()}
