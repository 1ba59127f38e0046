"""What is believed of a floor before its first call, how fast it gives way, and the tables made of it."""

import math

import numpy as np
import pytest

from pacing.estimators import Calibration
from pacing.floor_model import FloorModel, FloorPriors
from pacing.horizon import HORIZONS, MIDDLES, RING_ROWS, TALK_ROWS, WRAP_ROWS
from pacing.policy import LaunchOutcome, LaunchResolved, TalkEnded, WrapUpEnded
from pacing.survival import LearnedDuration, even_edges, geometric_edges

# law, median in s, standard deviation of the logarithm
BELIEFS = [
    ("talk", 60.0, 1.0),
    ("wrap", 10.0, 1.0),
    ("live_ring", 11.0, 0.45),
    ("machine_ring", 18.0, 0.4),
    ("unanswered_ring", 24.0, 0.4),
]


def _law(name: str) -> LearnedDuration:
    law = getattr(FloorModel(), name)
    assert isinstance(law, LearnedDuration)
    return law


@pytest.mark.parametrize(("name", "median", "sigma"), BELIEFS)
def test_half_end_within_the_median_and_a_sixth_outlive_a_standard_deviation(
    name: str, median: float, sigma: float
) -> None:
    at = np.array([median, median * math.exp(sigma)])
    assert _law(name).survival(at) == pytest.approx(np.array([0.5, 0.1587]), abs=0.012)


@pytest.mark.parametrize(
    ("name", "mean"),
    [
        ("talk", 99.9842),
        ("wrap", 16.7314),
        ("live_ring", 12.1705),
        ("machine_ring", 19.4976),
        ("unanswered_ring", 25.9950),
    ],
)
def test_the_means_of_what_is_believed(name: str, mean: float) -> None:
    """Those of the log-normal laws within 1.5 %; to four digits, so that another bin or tail shows."""
    median, sigma = next(row[1:] for row in BELIEFS if row[0] == name)
    assert _law(name).mean == pytest.approx(median * math.exp(sigma * sigma / 2.0), rel=0.015)
    assert _law(name).mean == pytest.approx(mean, abs=1e-3)


def test_beliefs_are_six_observations_deep_in_the_median_and_thirty_in_the_shape() -> None:
    """Ten talks of 300 s move the median ten sixteenths of the way (in logarithms), and thin the shape by a
    quarter below them.
    """
    model = FloorModel()
    for _ in range(10):
        model.observe(TalkEnded(agent_id="a", talk_s=300.0))
    log_median = (6.0 * math.log(60.0) + 10.0 * math.log(300.0)) / 16.0
    untouched = np.array([math.exp(log_median) / 3.0])  # far below 300 s only the prior's shape speaks
    expected = 0.5 * math.erfc(-math.log(3.0) / math.sqrt(2.0))
    hazard_share = 30.0 / 40.0  # ten that lasted longer thin the prior's thirty
    thinned = math.exp(hazard_share * math.log(expected))
    found = float(model.talk.survival(untouched)[0])
    assert found == pytest.approx(thinned, abs=0.01)
    assert found == pytest.approx(0.897851, abs=1e-5)


def test_priors_of_the_medians_are_set_one_by_one() -> None:
    slow = FloorModel(priors=FloorPriors(talk_median=240.0))
    assert slow.talk.mean > 3.0 * FloorModel().talk.mean
    assert slow.wrap.mean == FloorModel().wrap.mean


def test_bins_reach_an_hour_of_talk_a_quarter_of_wrap_up_and_a_minute_of_ring() -> None:
    talk, wrap, ring = (
        geometric_edges(2.0, 3600.0, 1.25),
        geometric_edges(1.0, 900.0, 1.3),
        even_edges(1.0, 60.0),
    )
    for law, edges in (("talk", talk), ("wrap", wrap), ("live_ring", ring), ("unanswered_ring", ring)):
        hazard = _law(law).state()["hazard"]
        assert isinstance(hazard, list)
        assert len(hazard) == len(edges)


def test_the_grid_of_horizons() -> None:
    assert (HORIZONS, MIDDLES[0], MIDDLES[1], MIDDLES[-1]) == (20, 0.75, 2.25, 29.25)
    assert (TALK_ROWS, WRAP_ROWS, RING_ROWS) == (900, 300, 60)


# --- how far the answer probabilities are off -------------------------------------------------------------


def test_the_factor_starts_at_one_and_is_worth_eight_expected_answers() -> None:
    share = Calibration()
    assert (share.factor, share.relative_variance) == (1.0, 1.0 / 8.0)
    share.observe(0.25, happened=True)
    assert share.factor == 9.0 / 8.25
    assert share.relative_variance == 1.0 / 9.0


def test_a_probability_that_is_in_doubt_itself_answers_for_its_part_of_a_surprise() -> None:
    """An eighth is the factor's own variance: with a doubt as large, half of what happens is the factor's."""
    share = Calibration()
    share.observe(0.25, happened=True, doubt=1.0 / 8.0)
    assert share.factor == 8.5 / 8.125
    share = Calibration()
    share.observe(0.25, happened=True, doubt=0.0)
    assert share.factor == 9.0 / 8.25


def test_a_hundred_and_twenty_expected_answers_are_remembered() -> None:
    share = Calibration()
    share.observe(0.25, happened=True)
    share.observe(0.25, happened=False)
    keep = 1.0 - 0.25 / 120.0
    assert share.factor == pytest.approx((8.0 + keep) / (8.0 + 0.25 * keep + 0.25))


def test_a_launch_teaches_the_law_of_what_it_became_and_both_factors() -> None:
    def resolved(outcome: LaunchOutcome, *, needed: bool | None = None) -> FloorModel:
        model = FloorModel()
        model.observe(
            LaunchResolved(needs_agent=0.5, live=0.1, outcome=outcome, ring_s=9.0, needed_agent=needed)
        )
        return model

    live = resolved(LaunchOutcome.ANSWERED_LIVE)
    assert (live.live_ring.observations, live.live_share.factor, live.needs_share.factor) == (
        1.0,
        9.0 / 8.1,
        9.0 / 8.5,
    )
    machine = resolved(LaunchOutcome.MACHINE, needed=True)
    assert (machine.machine_ring.observations, machine.live_share.factor, machine.needs_share.factor) == (
        1.0,
        8.0 / 8.1,
        9.0 / 8.5,
    )
    assistant = resolved(LaunchOutcome.ASSISTANT, needed=True)
    assert (assistant.machine_ring.observations, assistant.needs_share.factor) == (0.0, 9.0 / 8.5)
    found = resolved(LaunchOutcome.MACHINE)
    assert (found.unanswered_ring.observations, found.needs_share.factor) == (1.0, 8.0 / 8.5)


def test_a_call_taken_back_would_have_rung_on_to_an_end_nobody_knows() -> None:
    model = FloorModel()
    model.observe(LaunchResolved(needs_agent=0.5, live=0.1, outcome=LaunchOutcome.CANCELLED, ring_s=16.0))
    parts = (model.live_ring, model.machine_ring, model.unanswered_ring)
    assert [part.observations for part in parts] == pytest.approx([0.1, 0.4, 0.5])
    assert [part.state()["completed"] for part in parts] == [0.0, 0.0, 0.0]
    assert model.live_share.factor == model.needs_share.factor == 1.0


def test_the_cycle_of_safe_lines() -> None:
    model = FloorModel()
    handle = model.talk.mean + model.wrap.mean
    assert model.handle == handle
    assert model.safe_cycle(0.2, 0.5) == pytest.approx((model.unanswered_ring.mean + 0.5 * handle) / 0.2)
    assert model.safe_cycle(0.0, 0.5) == math.inf


# --- tables ------------------------------------------------------------------------------------------------


def _exponential(talk: float, wrap: float) -> FloorModel:
    """A model that has seen five thousand talks of one law: what it expects is known by heart."""
    model = FloorModel()
    for index in range(5000):
        share = (index * 2749 % 5000 + 0.5) / 5000
        model.observe(TalkEnded(agent_id="a", talk_s=-talk * math.log(share)))
        model.observe(WrapUpEnded(agent_id="a", wrap_s=-wrap * math.log(share)))
    return model


def test_who_wraps_up_is_free_again_as_the_law_says_whatever_they_have_done_so_far() -> None:
    tables = _exponential(120.0, 20.0).tables(2.0).supply
    for elapsed in (0, 10, 40):
        row = tables.wrapping[elapsed + 1]
        free = 1.0 - np.exp(-(MIDDLES + 2.0) / 20.0)
        assert row[:HORIZONS] == pytest.approx(free, abs=0.03)
        share = row[:HORIZONS]
        assert row[HORIZONS : 2 * HORIZONS] == pytest.approx(share * (1.0 - share))
        assert row[2 * HORIZONS :] == pytest.approx(share * (1.0 - share) * (1.0 - 2.0 * share))


def test_who_talks_is_free_when_talk_and_wrap_up_are_over() -> None:
    tables = _exponential(120.0, 20.0).tables(2.0).supply
    within = MIDDLES + 2.0
    over = 1.0 - (120.0 * np.exp(-within / 120.0) - 20.0 * np.exp(-within / 20.0)) / 100.0
    for elapsed in (0, 30, 200):
        assert tables.talking[elapsed + 1][:HORIZONS] == pytest.approx(over, abs=0.02)


def test_who_leaves_is_never_free() -> None:
    tables = FloorModel().tables(2.0).supply
    assert not tables.talking[0].any()
    assert not tables.wrapping[0].any()


def test_an_answer_keeps_its_agent_from_its_slot_on_and_half_within_it() -> None:
    returning = FloorModel().tables(2.0).supply.returning
    assert not np.tril(returning, -1).any()
    assert (np.diag(returning) < 0.5).all()
    assert (np.diag(returning) > 0.48).all()
    assert (np.diff(returning[0, 1:]) < 0.0).all(), "the longer ago, the likelier they are back"


def test_a_call_in_detection_still_seems_to_ring() -> None:
    """Everything comes a delay later: a call that rang twelve seconds stands where it stood at ten."""
    model = FloorModel()
    at_once, late = model.tables(2.0).live, model.tables(0.0, 2.0).live
    assert late.ringing[12] == pytest.approx(at_once.ringing[10])
    assert late.ringing[1] == 1.0
    assert late.slots[12] == pytest.approx(at_once.slots[10])
    assert late.new_slots[:2] == pytest.approx(np.zeros(2), abs=0.005)
    assert late.new_slots.sum() == pytest.approx(1.0)


def test_tables_are_made_anew_only_for_what_changed() -> None:
    model = FloorModel()
    first = model.tables(2.0)
    assert model.tables(2.0) is first
    slower = model.tables(2.0, 1.0)
    assert slower.supply is first.supply
    assert slower.live is not first.live
    back = model.tables(2.0)
    for _ in range(5):
        model.observe(LaunchResolved(needs_agent=0.5, live=0.1, outcome=LaunchOutcome.NO_ANSWER, ring_s=20.0))
    rung = model.tables(2.0)
    assert rung.supply is back.supply
    assert rung.unanswered_ringing is not back.unanswered_ringing
    for _ in range(5):
        model.observe(TalkEnded(agent_id="a", talk_s=30.0))
    assert model.tables(2.0).supply is not rung.supply


@pytest.mark.parametrize("wrong", [{"weight": 0.0}, {"memory": 0.0}, {"weight": -1.0}])
def test_a_factor_needs_a_weight_and_a_memory(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above zero"):
        Calibration(**wrong)


def test_an_answer_keeps_its_agent_as_long_as_talk_and_wrap_up_last() -> None:
    """Second by second: the talk ends in the middle of one, and the wrap-up has the rest."""
    model, patience = FloorModel(), 2.0
    talk, wrap = model.talk.survival, model.wrap.survival

    def over(within: float) -> float:
        seconds = np.arange(0.0, within + 1.0)
        ends = talk(seconds) - talk(seconds + 1.0)
        rest = within - (seconds + 0.5)
        return float(
            sum(end * (1.0 - wrap(left)) for end, left in zip(ends, rest, strict=True) if left >= 0.0)
        )

    returning = model.tables(patience).supply.returning
    for lag in (0, 1, 2, 5, 10, 19):
        kept = 1.0 - over(1.5 * lag + patience)
        assert returning[0, lag] == pytest.approx(kept * (0.5 if lag == 0 else 1.0), rel=1e-9)


def test_what_was_learned_of_talk_is_in_the_tables_of_the_ring_too() -> None:
    """How long an answer keeps its agent is a matter of the talk: they are as if it had been known before."""
    model, twin = FloorModel(), FloorModel()
    before = model.tables(2.0).live.new_engaging
    for each in (model, twin):
        for _ in range(50):
            each.observe(TalkEnded(agent_id="a", talk_s=3.0))
    after = model.tables(2.0).live
    assert (after.new_engaging < before).all()
    assert (after.new_engaging == twin.tables(2.0).live.new_engaging).all()
    assert (after.engaging == twin.tables(2.0).live.engaging).all()
