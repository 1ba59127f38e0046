"""The written table from SIP code, cause and ringing to outcome."""

import pytest

from dialer.domain.attempt import Outcome
from telephony.asterisk.outcomes import BY_CAUSE, SIP_CODES, Ending, outcome_of, refused_with

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
        (607, _O.UNWANTED),
        (608, _O.BLOCKED),
        (429, _O.CONGESTION),
        (401, _O.CARRIER_FAILURE),
        (428, _O.CARRIER_FAILURE),
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


def test_a_refusal_is_the_person_s_where_it_rang_and_the_network_s_analysis_where_it_did_not() -> None:
    assert outcome_of(ending(21, 603, rang=True)) is _O.REJECTED
    assert outcome_of(ending(21, 603)) is _O.BLOCKED


def test_no_refusal_and_no_block_is_taken_for_a_dead_number() -> None:
    dead = {code for code, row in SIP_CODES.items() if _O.INVALID_NUMBER in {row.outcome, row.unrung}}
    assert dead == {404, 410, 484, 485, 604}


def test_every_code_of_the_table_names_the_standard_it_has_its_meaning_from() -> None:
    assert all("RFC" in row.source or "ATIS" in row.source for row in SIP_CODES.values())


def test_the_code_is_the_far_end_s_own_or_none() -> None:
    assert refused_with(ending(21, 608)) == 608
    assert refused_with(ending(19, 480, replied=False, rang=True)) is None
    assert refused_with(ending(16, 487, cancelled=True)) is None
    assert [refused_with(ending(0, code)) for code in (299, 300, 699, 700)] == [None, 300, 699, None]


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
    told = {outcome for row in SIP_CODES.values() for outcome in (row.outcome, row.unrung)}
    assert not answered & {*told, *BY_CAUSE.values()}
