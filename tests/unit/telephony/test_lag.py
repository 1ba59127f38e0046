"""Old events of Asterisk, and terms that somebody else was told: when nothing is launched any more."""

import pytest

from telephony.asterisk.lag import Lag
from telephony.asterisk.terms import OlderTermError, Term
from telephony.asterisk.wire import AmiMessage


def event(**fields: str) -> AmiMessage:
    return AmiMessage(fields)


@pytest.mark.parametrize(("age_s", "is_late"), [(0.0, False), (1.5, False), (1.75, True)])
def test_events_older_than_a_second_and_a_half_stop_the_launches_for_two_seconds(
    age_s: float, *, is_late: bool
) -> None:
    steady = 100.0
    lag = Lag(wall=lambda: 1000.0, steady=lambda: steady)
    lag.feed(event(event="Newchannel", timestamp=str(1000.0 - age_s)))
    assert (lag.why_not() is not None) is is_late
    steady = 101.75
    assert (lag.why_not() is not None) is is_late
    steady = 102.0
    assert lag.why_not() is None


@pytest.mark.parametrize(("held", "is_over"), [("6", False), ("7", False), ("8", True)])
def test_only_a_later_term_ends_an_engine(held: str, *, is_over: bool) -> None:
    term = Term()
    term.number = 7
    told = event(event="UserEvent", userevent="FairdialTerm", held=held)
    if is_over:
        with pytest.raises(OlderTermError):
            term.feed(told)
    else:
        term.feed(told)
