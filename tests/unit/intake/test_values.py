"""Texts of creditors' files as values, and the reasons when they are none."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance_gate.request import TimeBlock
from compliance_gate.words import Outcome, Weekday
from dialer.domain.placement import PriorAttempt
from dialer.intake import values
from dialer.intake.values import BadValueError

TODAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("3/1/2026", date(2026, 3, 1)),
        ("03-01-2026", date(2026, 3, 1)),
        ("20260301", date(2026, 3, 1)),
        ("01-Mar-2026", date(2026, 3, 1)),
        ("2026-03-01T00:00:00", date(2026, 3, 1)),
        ("3/1/2026 12:00:00 AM", date(2026, 3, 1)),
    ],
)
def test_dates_in_the_usual_forms(text: str, day: date) -> None:
    assert values.date_of(text) == day


@pytest.mark.parametrize("text", ["2026-02-30", "13/45/2025", "soon", "44256", "2026-3-1x", "00/00/0000"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(BadValueError):
        values.date_of(text)


def test_a_birthday_of_two_digits_is_in_the_past() -> None:
    assert values.birthday_of("5/23/46", today=TODAY) == date(1946, 5, 23)
    with pytest.raises(BadValueError, match="future"):
        values.birthday_of("2031-04-01", today=TODAY)
    with pytest.raises(BadValueError, match="120"):
        values.birthday_of("1899-04-01", today=TODAY)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1234.56", 123_456),
        ("$1,234.56", 123_456),
        ("1.234,56", 123_456),
        ("(12.50)", -1_250),
        ("(12.57)", -1_257),
        ("-12.5", -1_250),
        ("0", 0),
        ("1,163", 116_300),
        ("USD 5", 500),
    ],
)
def test_amounts_in_the_usual_forms(text: str, cents: int) -> None:
    assert values.money_of(text).cents == cents


@pytest.mark.parametrize("text", ["12O0.00", "", "1.005", "NaN", "inf", "1e30", "twelve"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(BadValueError):
        values.money_of(text)


@given(st.integers(-(10**11), 10**11))
def test_every_amount_is_read_as_it_is_printed(cents: int) -> None:
    assert values.money_of(f"{cents / 100:.2f}").cents == cents
    assert values.money_of(f"{cents / 100:,.2f}").cents == cents


def test_yes_and_no_and_nothing_else() -> None:
    assert [values.yes_of(text) for text in ("Y", "yes", "TRUE", "1", "x")] == [True] * 5
    assert [values.yes_of(text) for text in ("N", "no", "False", "0")] == [False] * 4
    with pytest.raises(BadValueError):
        values.yes_of("maybe")


@pytest.mark.parametrize(
    ("text", "code"),
    [("02139", "02139"), ("2139", "02139"), ("501", "00501"), ("2139.0", "02139"),
     ("02139-4307", "021394307"), ("21394307", "021394307"), ("10001", "10001")],
)  # fmt: skip
def test_zip_codes_get_their_zeros_back(text: str, code: str) -> None:
    assert values.zip_of(text) == code


@pytest.mark.parametrize("text", ["ABCDE", "00000", "12", "1234567890", "1000I"])
def test_what_is_no_zip_code(text: str) -> None:
    with pytest.raises(BadValueError):
        values.zip_of(text)


def test_hours_of_the_week() -> None:
    workdays = frozenset(list(Weekday)[:5])
    assert values.times_of("MO-FR 09:00-17:00; SU") == (
        TimeBlock(days=workdays, start=time(9), until=time(17)),
        TimeBlock(days=frozenset({Weekday.SUNDAY})),
    )
    assert values.times_of("SA-MO 18:00-24:00") == (
        TimeBlock(days=frozenset({Weekday.SATURDAY, Weekday.SUNDAY, Weekday.MONDAY}), start=time(18)),
    )
    assert values.times_of("mo,we 8:00-9:30")[0].days == frozenset({Weekday.MONDAY, Weekday.WEDNESDAY})


@pytest.mark.parametrize(
    "text", ["mornings", "MO 9-17", "MO 25:00-26:00", ";", "XX 09:00-10:00", "MO 9:00-17:00 x"]
)
def test_what_is_no_hours_of_the_week(text: str) -> None:
    with pytest.raises(BadValueError):
        values.times_of(text)


def test_calls_before_the_placement() -> None:
    found = values.attempts_of("2026-11-18T15:04-05:00=no_answer; 2026-11-19T10:00+00:00", as_of=AS_OF)
    assert found == (
        PriorAttempt(at=datetime(2026, 11, 18, 20, 4, tzinfo=UTC), outcome=Outcome.NO_ANSWER),
        PriorAttempt(at=datetime(2026, 11, 19, 10, tzinfo=UTC)),
    )


def test_a_bare_count_of_calls_is_dated_as_late_as_it_can_be() -> None:
    found = values.attempts_of("3", as_of=AS_OF)
    assert len({call.at for call in found}) == 3
    assert all(AS_OF - timedelta(minutes=5) < call.at < AS_OF and call.outcome is None for call in found)


@pytest.mark.parametrize(
    "text",
    ["2026-11-18T15:04=no_answer", "2026-11-24T10:00+00:00", "yesterday", "2026-11-18T15:04Z=chat", "9999"],
)
def test_what_is_no_list_of_calls(text: str) -> None:
    with pytest.raises(BadValueError):
        values.attempts_of(text, as_of=AS_OF)


def test_words_and_digits() -> None:
    assert values.word_of("Credit Card", ("credit_card",)) == "credit_card"
    assert values.digits_4_of("417") == "0417"
    assert values.decimal_of("1,234.5") == 1234.5


@pytest.mark.parametrize("text", ["nan", "high", "1e400"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadValueError):
        values.decimal_of(text)


def test_what_is_no_word_of_the_column_and_what_are_no_four_digits() -> None:
    with pytest.raises(BadValueError, match="not one of a, c"):
        values.word_of("b", ("a", "c"))
    with pytest.raises(BadValueError):
        values.digits_4_of("12345")


@pytest.mark.parametrize(
    ("text", "value"),
    [("999999999999999", 999999999999999.0), ("-999999999999999", -999999999999999.0), ("-1.5", -1.5)],
)
def test_a_number_may_have_fifteen_digits(text: str, value: float) -> None:
    assert values.decimal_of(text) == value


@pytest.mark.parametrize("text", ["1e15", "-1e15", "inf", "-inf"])
def test_a_number_of_sixteen_digits_is_a_mistake(text: str) -> None:
    with pytest.raises(BadValueError, match="not a number"):
        values.decimal_of(text)


@pytest.mark.parametrize(("text", "cents"), [("999999999999.99", 99_999_999_999_999), ("$-0.01", -1)])
def test_the_largest_and_the_smallest_amount(text: str, cents: int) -> None:
    assert values.money_of(text).cents == cents


@pytest.mark.parametrize("text", ["1000000000000", "-1000000000000"])
def test_an_amount_of_a_million_millions_is_a_mistake(text: str) -> None:
    with pytest.raises(BadValueError, match="not an amount"):
        values.money_of(text)


@pytest.mark.parametrize("text", ["(5.00", "5.00)", "((5.00))", "()"])
def test_half_a_bracket_is_no_amount(text: str) -> None:
    """Whether it is owed to us or by us cannot be told."""
    with pytest.raises(BadValueError, match="not an amount"):
        values.money_of(text)


def test_amounts_keep_the_currency_of_their_line() -> None:
    assert values.money_of("£5", "GBP").currency == "GBP"
    assert values.money_of("5").currency == "USD"


def test_a_birthday_today_is_possible_and_tomorrow_is_not() -> None:
    assert values.birthday_of("2026-11-23", today=TODAY) == TODAY
    with pytest.raises(BadValueError, match="future"):
        values.birthday_of("2026-11-24", today=TODAY)


def test_a_year_of_two_digits_is_of_this_century_up_to_today() -> None:
    """The 24th of November 26 was a hundred years ago tomorrow."""
    assert values.birthday_of("11/23/26", today=TODAY) == TODAY
    assert values.birthday_of("11/24/26", today=TODAY) == date(1926, 11, 24)


def test_nobody_is_older_than_a_hundred_and_twenty() -> None:
    assert values.birthday_of("1906-01-01", today=TODAY) == date(1906, 1, 1)
    with pytest.raises(BadValueError, match="120"):
        values.birthday_of("1905-12-31", today=TODAY)


@pytest.mark.parametrize(
    ("text", "code"), [("123", "00123"), ("123456", "000123456"), ("123456789", "123456789")]
)
def test_a_zip_code_of_three_to_nine_digits_is_filled_to_five_or_nine(text: str, code: str) -> None:
    assert values.zip_of(text) == code


def test_hours_that_end_at_midnight_or_pass_it() -> None:
    assert values.times_of("MO 22:00-24:00") == (TimeBlock(days=frozenset({Weekday.MONDAY}), start=time(22)),)
    assert values.times_of("MO 22:00-06:00")[0].until == time(6)
    assert values.times_of("MO 22:00-00:00")[0].until is None


def test_a_day_to_itself_is_that_day() -> None:
    assert values.times_of("WE-WE")[0].days == frozenset({Weekday.WEDNESDAY})
    assert values.times_of("SU-MO")[0].days == frozenset({Weekday.SUNDAY, Weekday.MONDAY})
    assert len(values.times_of("TU-MO")[0].days) == 7


def test_two_hundred_calls_may_be_believed_and_no_more() -> None:
    assert len(values.attempts_of("200", as_of=AS_OF)) == 200
    assert values.attempts_of("0", as_of=AS_OF) == ()
    with pytest.raises(BadValueError, match="more calls"):
        values.attempts_of("201", as_of=AS_OF)


def test_counted_calls_are_a_minute_apart_the_last_a_minute_ago() -> None:
    assert [call.at for call in values.attempts_of("2", as_of=AS_OF)] == [
        AS_OF - timedelta(minutes=1),
        AS_OF - timedelta(minutes=2),
    ]


def test_a_call_at_the_instant_of_receipt_has_been_and_a_second_later_has_not() -> None:
    assert values.attempts_of("2026-11-23T14:00:00+00:00", as_of=AS_OF) == (PriorAttempt(at=AS_OF),)
    with pytest.raises(BadValueError, match="future"):
        values.attempts_of("2026-11-23T14:00:01+00:00", as_of=AS_OF)
