"""Service level and waits of people who call us, at their edges."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.ids import InboundId
from dialer.domain.inbound import InboundRecord
from dialer.measures.definition import text_of
from dialer.measures.facts import facts_of
from dialer.measures.registry import measure_all, values_of

START = 1_800_000_000.0


def call(
    name: str,
    *,
    asked: float | None = 0.0,
    answered: float | None = None,
    ended: float | None = 300.0,
    unserved: bool = False,
    within: float = 20.0,
) -> InboundRecord:
    """A call; instants are seconds after the start."""

    def at(seconds: float | None) -> float | None:
        return None if seconds is None else START + seconds

    return InboundRecord(
        call=InboundId(name),
        dialed="+12025550100",
        arrived_at=START,
        waited_since=at(asked),
        bridged_at=at(answered),
        ended_at=at(ended),
        unserved=unserved,
        answer_within_s=within,
    )


def values(rows: Any, *calls: InboundRecord) -> dict[str, float | None]:
    return values_of(replace(rows.shift(), inbound=calls))


@pytest.mark.parametrize(
    ("waited", "level"), [(0.0, 1.0), (19.0, 1.0), (20.0, 1.0), (20.001, 0.0), (21.0, 0.0)]
)
def test_twenty_seconds_sharp_is_in_time(rows: Any, waited: float, level: float) -> None:
    """A second before the goal, at it, and after it."""
    assert values(rows, call("a", answered=waited))["service_level"] == level


def test_each_call_is_held_to_the_goal_that_held_when_it_asked(rows: Any) -> None:
    found = values(rows, call("a", answered=30.0, within=30.0), call("b", answered=30.0, within=29.0))
    assert found["service_level"] == 0.5


def test_who_hung_up_stays_in_the_denominator_however_soon(rows: Any) -> None:
    found = values(rows, call("a", answered=5.0), call("b", ended=1.0), call("c", ended=60.0, unserved=True))
    assert found["service_level"] == 1 / 3
    assert found["callers_left_per_asked"] == 1 / 3
    assert found["callers_unserved_per_asked"] == 1 / 3


def test_who_asked_for_no_agent_is_a_call_and_no_wait(rows: Any) -> None:
    found = values(rows, call("a", asked=None, ended=10.0))
    assert (found["inbound_calls"], found["service_level"], found["longest_inbound_wait"]) == (1, None, None)


def test_who_still_waits_is_not_judged_yet(rows: Any) -> None:
    assert values(rows, call("a", ended=None))["service_level"] is None


def test_the_average_is_of_those_who_were_answered_the_longest_of_all(rows: Any) -> None:
    found = values(rows, call("a", answered=10.0), call("b", asked=4.0, answered=10.0), call("c", ended=90.0))
    assert found["average_speed_of_answer"] == pytest.approx((10.0 + 6.0) / 2)
    assert found["longest_inbound_wait"] == pytest.approx(90.0)


def test_the_formula_is_written_beside_the_figure(rows: Any) -> None:
    measured = measure_all(facts_of(replace(rows.shift(), inbound=(call("a", answered=3.0),))))
    level = measured["service_level"]
    assert (text_of(level), "inbound_answer_s" in level.measure.formula) == ("100.0%", True)
