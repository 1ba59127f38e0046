"""Policies are compared on the same days, with the uncertainty that days have."""

from dataclasses import replace

import pytest
from numpy.random import Generator

from pacing.bench import MARKOV, REF
from pacing.bench.contenders import CONTENDERS, Contender
from pacing.bench.experiment import Interval, run
from pacing.fixed_ratio import FixedRatio
from pacing.progressive import Progressive
from simulator.streams import Streams


def _days(agents: int, day: int) -> Generator:
    return Streams(5).generator("experiment", str(agents), str(day))


def test_an_interval_is_students() -> None:
    """Mean 3, deviation 1.5811 over five days: half a width of 2.7764 standard errors."""
    interval = Interval.of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (interval.mean, interval.high) == (3.0, pytest.approx(3.0 + 2.7764 * 1.5811 / 5**0.5, abs=1e-3))
    assert Interval.of([7.0]) == Interval(mean=7.0, low=7.0, high=7.0)


def test_a_policy_against_itself_is_one_exactly() -> None:
    found = run(REF, CONTENDERS["progressive"], agents=4, days=2, streams=_days, hours=0.1)
    assert found.against(found) == Interval(mean=1.0, low=1.0, high=1.0)
    fewer = replace(found, days=found.days[:1])
    with pytest.raises(ValueError, match="same days"):
        found.against(fewer)


def test_policies_meet_the_same_launches() -> None:
    """The n-th launch of a day meets the same person: who launches more only goes further down the list."""
    few, many = (
        run(REF, Contender(name=name, variants=(make,), told=""), agents=4, days=1, streams=_days, hours=0.3)
        for name, make in (("few", Progressive), ("many", lambda: FixedRatio(lines_per_agent=6.0)))
    )
    slow, quick = few.days[0], many.days[0]
    assert slow.launches < quick.launches
    assert quick.live / quick.launches == pytest.approx(slow.live / slow.launches, abs=0.08)


def test_the_oracle_takes_the_most_talk_within_the_limit() -> None:
    def ratio(level: float) -> Contender:
        return Contender(name="r", variants=(lambda: FixedRatio(lines_per_agent=level),), told="")

    each = [run(REF, ratio(level), agents=6, days=1, streams=_days, hours=0.3) for level in (1.0, 1.2, 5.0)]
    both = Contender(
        name="r",
        variants=tuple(variant for level in (1.0, 1.2, 5.0) for variant in ratio(level).variants),
        told="",
    )
    found = run(REF, both, agents=6, days=1, streams=_days, hours=0.3)
    within = [row for row in each if row.abandoned <= 0.03]
    assert each[2].abandoned > 0.03
    assert found.talk == max(within, key=lambda row: row.talk.mean).talk
    none_within = run(REF, ratio(5.0), agents=6, days=1, streams=_days, hours=0.3)
    assert none_within.abandoned > 0.03  # told as it is


def test_the_distance_to_the_optimum_is_told_where_there_is_one() -> None:
    contender = Contender(name="r", variants=(lambda: FixedRatio(lines_per_agent=2.0),), told="")
    found = run(MARKOV, contender, agents=5, days=1, streams=_days, hours=1.0)
    assert found.of_optimum is not None
    assert 0.5 < found.of_optimum < 1.1
    assert run(REF, contender, agents=5, days=1, streams=_days, hours=0.1).of_optimum is None
