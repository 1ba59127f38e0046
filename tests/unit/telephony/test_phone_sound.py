"""How well telephones are heard, from Asterisk's counters."""

from __future__ import annotations

import pytest

from telephony.asterisk.phone_sound import WINDOW_S, Counters, LegSound, parse
from telephony.softphone.rating import rating

SAID = (
    "ssrc=2057203418;themssrc=399922026;lp=11;rxjitter=0.032375;rxcount=490;txjitter=0.022875;txcount=500;"
    "rlp=10;rtt=0.103713;rxmes=77.584166;txmes=81.910572"
)


def look(at: float, **changed: float | str) -> Counters:
    values: dict[str, float | str] = {"received": 0, "lost": 0, "sent": 0, "lost_there": 0, "source": "1"}
    values |= {"jitter_s": 0.0, "jitter_there_s": 0.0, "round_trip_s": 0.0, **changed}
    return Counters(at=at, **values)  # pyright: ignore[reportArgumentType]  # by name, as written above


def test_the_counters_of_asterisk_22_are_understood() -> None:
    found = parse(SAID, at=5.0)
    assert found is not None
    assert (found.received, found.lost, found.sent, found.lost_there) == (490, 11, 500, 10)
    assert (found.jitter_s, found.jitter_there_s, found.round_trip_s) == (0.032375, 0.022875, 0.103713)


@pytest.mark.parametrize("text", ["", "ssrc=1", "lp=1;rxcount=many", SAID.replace("rtt=0.103713", "rtt=")])
def test_anything_else_is_no_measurement(text: str) -> None:
    assert parse(text, at=5.0) is None


@pytest.mark.parametrize("field", ["rtt", "rxjitter", "txjitter"])
@pytest.mark.parametrize(
    ("said", "kept"),
    [("18724.013", 0.0), ("5.001", 0.0), ("5.0", 5.0), ("-0.2", 0.0), ("nan", 0.0), ("inf", 0.0)],
)
def test_a_span_of_hours_is_a_counter_gone_wrong_and_not_measured(field: str, said: str, kept: float) -> None:
    """A telephone was seen to report a round trip of 18,724 s; every rating with it was 1.0."""
    was = {"rtt": "0.103713", "rxjitter": "0.032375", "txjitter": "0.022875"}[field]
    found = parse(SAID.replace(f"{field}={was}", f"{field}={said}"), at=5.0)
    assert found is not None
    spans = {"rtt": found.round_trip_s, "rxjitter": found.jitter_s, "txjitter": found.jitter_there_s}
    assert spans[field] == kept


def test_one_look_says_nothing_and_two_say_what_was_lost_between_them() -> None:
    leg = LegSound("channel")
    leg.take(look(0.0, received=1000, lost=500, sent=1000))
    assert leg.figures() is None
    leg.take(look(5.0, received=1245, lost=505, sent=1250, lost_there=25))
    found = leg.figures()
    assert found is not None
    assert found.lost == pytest.approx(5 / 250)
    assert found.lost_there == pytest.approx(25 / 250)


def test_what_the_telephone_counts_anew_for_each_call_adds_up() -> None:
    leg = LegSound("channel")
    leg.take(look(0.0, sent=0, lost_there=0))
    leg.take(look(5.0, sent=100, lost_there=10))
    leg.take(look(10.0, sent=200, lost_there=4, source="2"))
    found = leg.figures()
    assert found is not None
    assert found.lost_there == pytest.approx(14 / 200)


def test_what_is_long_ago_is_forgotten() -> None:
    leg = LegSound("channel")
    leg.take(look(0.0))
    leg.take(look(5.0, received=100, lost=100))
    for second in range(10, 60, 5):
        leg.take(look(float(second), received=100 + 50 * second, lost=100))
    found = leg.figures()
    assert found is not None
    assert found.lost == 0.0
    assert found.measured_at == 55.0
    assert WINDOW_S < 50.0


def test_a_telephone_that_sends_nothing_has_no_figures_rather_than_good_ones() -> None:
    leg = LegSound("channel")
    leg.take(look(0.0))
    leg.take(look(5.0))
    found = leg.figures()
    assert found is not None
    assert found.lost is None
    assert found.rating is None


def test_a_perfect_line_is_rated_as_g_711_is_and_worse_lines_lower() -> None:
    perfect = rating(lost=0.0, jitter_s=0.0, round_trip_s=0.0)
    assert perfect == pytest.approx(4.40, abs=0.02)
    assert rating(lost=0.02, jitter_s=0.0, round_trip_s=0.0) < 3.4
    assert rating(lost=0.0, jitter_s=0.1, round_trip_s=0.3) < perfect
    assert rating(lost=1.0, jitter_s=0.5, round_trip_s=2.0) == 1.0
