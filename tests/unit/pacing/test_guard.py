"""The guard has the last word, binds only when it must, and tells why. Its margins are numbers here."""

import math
from dataclasses import replace
from typing import Any

import pytest
from scipy.special import nbdtr

import pacing.abandonment_guard
from pacing.abandonment_guard import AbandonmentGuard, late_more_than, most_late
from pacing.bench.snapshots import floor, ledger
from pacing.fixed_ratio import FixedRatio
from pacing.floor_model import FloorModel
from pacing.outlook import Outlook
from pacing.policy import LaunchDecision, LaunchOutcome, LaunchResolved, PacingSnapshot
from pacing.predictive import Predictive
from pacing.progressive import Progressive
from pacing.registry import make_guarded_policy
from pacing.shown import Shown, fewest, unresolved


def _floor(
    *,
    ready: int = 3,
    talking: int = 17,
    live_answers: int = 500,
    abandoned: int = 10,
    window_left: float = 4 * 3600.0,
    **more: Any,
) -> PacingSnapshot:
    counted = ledger(live_answers=live_answers, abandoned=abandoned, window_left=window_left)
    return floor(ready=ready, talking=(30.0,) * talking, counted=counted, **more)


def _bold() -> FixedRatio:
    return FixedRatio(lines_per_agent=3.0)


class Wants(Progressive):
    """Wants so many, whatever the floor."""

    def __init__(self, launches: int) -> None:
        self._launches = launches

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        return LaunchDecision(launches=self._launches, reason="wanted")


def _knowing(live: int = 100, launches: int = 400) -> AbandonmentGuard:
    """A guard that saw every so manieth launch answered by a person, as was said at launch."""
    guard = AbandonmentGuard(_bold())
    for index in range(launches):
        is_live = (index + 1) * live // launches > index * live // launches
        outcome = LaunchOutcome.ANSWERED_LIVE if is_live else LaunchOutcome.NO_ANSWER
        ring_s = 12.0 if is_live else 26.0
        guard.observe(LaunchResolved(needs_agent=0.25, live=0.25, outcome=outcome, ring_s=ring_s))
    return guard


def test_early_in_the_window_it_lets_the_policy_have_its_way() -> None:
    early = _floor(abandoned=2)
    assert _knowing().decide(early) == _bold().decide(early)


def test_at_the_end_of_the_window_it_holds_back() -> None:
    late = _floor(window_left=120.0, live_answers=500, abandoned=12)
    decision = AbandonmentGuard(_bold()).decide(late)
    assert 3 <= decision.launches < _bold().decide(late).launches
    assert "guard allows" in decision.reason
    assert decision.terms["wanted"] == 40.0


def test_when_nothing_is_left_only_calls_an_agent_is_free_for_go_out() -> None:
    over = _floor(window_left=60.0, live_answers=100, abandoned=5)
    decision = AbandonmentGuard(_bold()).decide(over)
    assert decision.launches == 3
    assert "No headroom" in decision.reason
    assert AbandonmentGuard(_bold()).decide(_floor(ready=0, window_left=60.0, abandoned=20)).launches == 0


@pytest.mark.parametrize(("abandoned", "launches"), [(14, 4), (15, 3)])
def test_less_than_one_abandoned_call_is_nothing(abandoned: int, launches: int) -> None:
    """Fifteen of five hundred are allowed; one more line than agents needs one to be left in whole."""
    counted = ledger(live_answers=500, abandoned=abandoned, window_left=0.0)
    tight = floor(ready=3, talking=(30.0,) * 17, counted=counted, live=0.02)
    wanted = AbandonmentGuard(Wants(4)).decide(tight)
    assert wanted.launches == launches


@pytest.mark.parametrize(
    ("live_answers", "says"), [(500, "wanted"), (499, "No headroom"), (490, "No headroom")]
)
def test_part_of_a_call_is_told_as_none(live_answers: int, says: str) -> None:
    """14 were abandoned: of 15.0 allowed one is left in whole, of 14.97 and 14.7 none is."""
    counted = ledger(live_answers=live_answers, abandoned=14, window_left=0.0)
    tight = floor(ready=3, talking=(30.0,) * 17, counted=counted, live=0.02)
    assert AbandonmentGuard(Wants(4)).decide(tight).reason.startswith(says)


def test_when_nothing_is_left_calls_without_an_agent_are_taken_back() -> None:
    over = _floor(ready=1, ringing=(20.0, 16.0, 15.0, 14.0), window_left=60.0, abandoned=20)
    assert AbandonmentGuard(_bold()).decide(over).cancel_ringing == 3
    covered = _floor(ready=4, ringing=(20.0, 16.0, 15.0, 14.0), window_left=60.0, abandoned=20)
    assert AbandonmentGuard(_bold()).decide(covered).cancel_ringing == 0


def test_no_more_calls_are_taken_back_than_have_rung_long_enough() -> None:
    over = _floor(ready=0, ringing=(20.0, 16.0, 14.0, 13.0, 12.0), window_left=60.0, abandoned=20)
    assert AbandonmentGuard(_bold()).decide(over).cancel_ringing == 2


def test_when_the_last_agent_is_gone_ringing_calls_are_taken_back() -> None:
    empty = _floor(ready=0, talking=0, ringing=(20.0, 3.0))
    decision = AbandonmentGuard(_bold()).decide(empty)
    assert (decision.launches, decision.cancel_ringing) == (0, 1)


def test_progressive_is_never_held_back() -> None:
    for abandoned in (0, 15, 400):
        tight = _floor(abandoned=abandoned, window_left=30.0)
        assert AbandonmentGuard(Progressive()).decide(tight).launches == 3


# --- headroom ----------------------------------------------------------------------------------------------


def test_nothing_is_made_good_by_people_nobody_has_seen() -> None:
    """Whatever is said of the chances: a day that begins is held to what it has."""
    fresh = AbandonmentGuard(_bold())
    assert fresh.headroom(_floor()) == 5.0
    for _ in range(300):
        fresh.observe(
            LaunchResolved(needs_agent=0.25, live=0.25, outcome=LaunchOutcome.NO_ANSWER, ring_s=26.0)
        )
    assert fresh.headroom(_floor()) == 5.0
    assert AbandonmentGuard(_bold()).decide(_floor(live_answers=0, abandoned=0)).launches == 3


def _share(unresolved: int) -> float:
    """Of 400 launches 100 were answered by a person; the oldest fade by one in 200 a person."""
    shown = Shown()
    for _ in range(100):
        for outcome in (*(LaunchOutcome.NO_ANSWER,) * 3, LaunchOutcome.ANSWERED_LIVE):
            shown.observe(LaunchResolved(needs_agent=0.25, live=0.25, outcome=outcome, ring_s=9.0))
    assert shown.live == pytest.approx(200.0 * (1.0 - 0.995**100))
    return shown.share(unresolved)


def test_headroom_is_what_is_left_and_seven_tenths_of_what_safe_lines_will_surely_bring() -> None:
    """17 agents talk, with whom it is not known yet: they count as launches without an answer."""
    guard = _knowing()
    answers = 20 * 14_400.0 / guard._model.safe_cycle(_share(17), 0.25)  # pyright: ignore[reportPrivateUsage]
    sure = fewest(answers, 200.0 * (1.0 - 0.995**100), 0.001)
    assert 0.6 * answers < sure < 0.7 * answers
    assert guard.headroom(_floor()) == pytest.approx(0.03 * 500 - 10 + 0.03 * 0.7 * sure, rel=1e-4)


def test_who_rings_and_who_talks_has_shown_nothing_yet() -> None:
    """A day seems to begin with many people: they answer sooner than others are given up."""
    assert _share(0) == pytest.approx(0.25, abs=0.002)
    assert _share(17) == pytest.approx(78.85 / (315.0 + 17.0), abs=0.002)
    ringing = _floor(ringing=(5.0,) * 100)
    assert unresolved(ringing) == 117
    assert _knowing().headroom(ringing) < _knowing().headroom(_floor())


def test_a_campaign_s_own_belief_counts_where_it_is_the_lower_one() -> None:
    whole = _knowing().headroom(_floor()) - 5.0
    half = _knowing().headroom(_floor(live=0.125, needs=0.25)) - 5.0
    assert 0.4 * whole < half < 0.55 * whole
    assert _knowing().headroom(_floor(live=0.3, needs=0.25)) == _knowing().headroom(_floor())


def test_the_end_of_the_list_is_the_end_of_what_can_be_made_good() -> None:
    sure = fewest(200 * _share(17), 200.0 * (1.0 - 0.995**100), 0.001)
    expected = 0.03 * 500 - 10 + 0.03 * 0.7 * sure
    assert _knowing().headroom(_floor(leads_left=200)) == pytest.approx(expected, rel=1e-6)


def test_the_end_of_the_shift_counts_where_it_comes_before_that_of_the_window() -> None:
    guard = _knowing()
    assert guard.headroom(_floor(shift_left=600.0)) == guard.headroom(_floor(window_left=600.0)) > 5.0


def test_what_cannot_come_makes_nothing_good() -> None:
    guard = _knowing()
    assert guard.headroom(_floor(window_left=0.0)) == 5.0
    assert guard.headroom(_floor(leads_left=0)) == 5.0
    assert guard.headroom(_floor(candidates=0)) == 5.0
    assert guard.headroom(_floor(window_left=5.0)) == pytest.approx(5.0, abs=1e-3), "chance may take it"
    assert guard.headroom(_floor(delay=2.1)) == 5.0, "nobody would be in time"


def test_agents_who_take_inbound_calls_bring_no_answers() -> None:
    """A call so often that three agents of twenty are busy with them; so many less have something to show."""
    guard = _knowing()
    model = guard._model  # pyright: ignore[reportPrivateUsage]
    rate = 3.0 / (model.talk.mean + model.wrap.mean)
    three_fewer = guard.headroom(_floor(ready=0))
    assert guard.headroom(_floor(inbound=rate)) == pytest.approx(three_fewer, abs=1e-6)
    assert guard.headroom(_floor(inbound=1.0)) == 5.0


@pytest.mark.parametrize(("expected", "seen"), [(3.0, 40.0), (30.0, 10.0), (400.0, 100.0), (400.0, 8.0)])
@pytest.mark.parametrize("epsilon", [0.001, 0.05])
def test_fewer_come_with_the_chance_that_was_said(expected: float, seen: float, epsilon: float) -> None:
    """Against the exact law of a count whose rate was learned from `seen` events: the negative binomial."""
    at_least = fewest(expected, seen, epsilon)
    chance = float(nbdtr(at_least - 1, seen, seen / (seen + expected))) if at_least else 0.0
    assert chance <= 1.2 * epsilon
    one_more = float(nbdtr(at_least, seen, seen / (seen + expected)))
    assert one_more > 0.8 * epsilon, "and it is no miser"
    assert at_least < expected
    assert fewest(expected, 4.0 * seen, epsilon) >= at_least, "who has seen more is surer"


def test_a_limit_of_all_binds_nobody() -> None:
    """No share of people is above all of them: also where nothing was seen yet."""

    def launched(limit: float) -> int:
        counted = replace(ledger(live_answers=0, abandoned=0, window_left=4 * 3600.0), limit=limit)
        return AbandonmentGuard(Wants(40)).decide(floor(ready=2, talking=(), counted=counted)).launches

    assert (launched(1.0), launched(0.99)) == (40, 2)


def test_of_nothing_nothing_comes() -> None:
    assert fewest(0.0, 100.0, 0.001) == fewest(100.0, 0.0, 0.001) == 0.0


# --- the chance --------------------------------------------------------------------------------------------


def test_the_chance_of_too_many_late_answers() -> None:
    """A Poisson law, or one in which they come two at a time, whichever is worse."""
    assert late_more_than(5, 0.0) == 0.0
    assert late_more_than(5, 2.0) == pytest.approx(1.0 - 2.5 / math.e, abs=1e-9)
    assert late_more_than(0, 0.1) == pytest.approx(1.0 - math.exp(-0.1), abs=1e-9)
    assert late_more_than(1, 2.0) == pytest.approx(1.0 - math.exp(-1.0), abs=1e-9)
    assert late_more_than(0, 3.0) == pytest.approx(1.0 - math.exp(-3.0), abs=1e-9)
    assert late_more_than(-1, 1.0) == 1.0
    assert late_more_than(500, 700.0) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("epsilon", [0.001, 0.05])
@pytest.mark.parametrize("allowed", [0, 1, 2, 3, 8, 40, 900])
def test_the_most_that_may_be_expected_is_where_the_chance_is_epsilon(allowed: int, epsilon: float) -> None:
    most = most_late(allowed, epsilon, 2.0)
    assert late_more_than(allowed, most) == pytest.approx(epsilon, rel=1e-5)
    assert late_more_than(allowed, 1.001 * most) > epsilon
    assert most_late(-1, epsilon, 2.0) == 0.0


def test_late_answers_are_expected_to_be_half_as_many_again_as_the_model_says() -> None:
    tight = _floor(window_left=0.0, live_answers=300, abandoned=4, ringing=(5.0,) * 6, waiting=(0.5,))
    guard = AbandonmentGuard(Wants(9))
    decision = guard.decide(tight)
    in_flight = Outlook(tight, FloorModel()).after(9)
    late = 1.5 * float(in_flight.late[decision.launches]) + 1.0
    assert decision.terms["guard_headroom"] == 5.0
    assert decision.terms["guard_risk"] == pytest.approx(late_more_than(5, late), abs=1e-9)
    assert late_more_than(5, late) > float(in_flight.missing_more_than(5)[decision.launches])


@pytest.mark.parametrize("headroom", [1, 2, 4, 7])
def test_it_allows_the_most_that_keeps_the_chance_within_a_thousandth(headroom: int) -> None:
    tight = floor(
        ready=4,
        talking=(30.0,) * 6,
        live=0.1,
        counted=ledger(live_answers=300, abandoned=9 - headroom, window_left=0.0),
    )
    decision = AbandonmentGuard(Wants(40)).decide(tight)
    assert 4 < decision.launches < 40
    assert decision.terms["guard_risk"] <= 0.001
    for wanted in (decision.launches, decision.launches + 1):
        alone = AbandonmentGuard(Wants(wanted)).decide(tight)
        assert (alone.reason == "wanted") is (wanted == decision.launches)
    wider = AbandonmentGuard(Wants(40), epsilon=0.002).decide(tight)
    assert wider.launches > decision.launches, "a thousandth it is, not two"
    by_name = make_guarded_policy("fixed_ratio", lines_per_agent=5.0).decide(tight)
    assert by_name.launches == decision.launches


def test_the_chance_that_agents_are_missing_counts_too() -> None:
    """Thirty lines at once for twelve idle agents: hardly one is late on average, then many together."""
    idle = floor(
        ready=12, talking=(), live=0.3, counted=ledger(live_answers=300, abandoned=5, window_left=0.0)
    )
    guard = AbandonmentGuard(Wants(40))
    decision = guard.decide(idle)
    in_flight = Outlook(idle, FloorModel()).after(40)
    assert decision.terms["guard_risk"] == pytest.approx(
        float(in_flight.missing_more_than(4)[decision.launches]), abs=1e-9
    )


def test_it_takes_back_the_fewest_that_bring_the_chance_down() -> None:
    """Ten ring for no free agent; three abandoned calls are left."""
    tight = _floor(ready=0, talking=10, ringing=(16.0,) * 10, live_answers=100, abandoned=0, window_left=0.0)
    decision = AbandonmentGuard(Wants(1)).decide(tight)
    late = 1.5 * float(Outlook(tight, FloorModel()).after(1).late[0])
    assert decision.launches == 0
    taken_back = decision.cancel_ringing
    assert 0 < taken_back < 10
    assert late_more_than(3, late * (1.0 - taken_back / 10)) <= 0.001
    assert late_more_than(3, late * (1.0 - (taken_back - 1) / 10)) > 0.001


@pytest.mark.parametrize("more", [0, -1])
def test_nothing_is_computed_while_even_five_deviations_of_all_in_flight_would_fit(
    monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """24 may come, 36 in doubt; five deviations of twice that variance and ten besides make 89."""
    asked: list[object] = []

    class Counted(Outlook):
        def __init__(self, snapshot: PacingSnapshot, model: FloorModel) -> None:
            asked.append(snapshot)
            super().__init__(snapshot, model)

    monkeypatch.setattr(pacing.abandonment_guard, "Outlook", Counted)
    most = 1.5 * 24.0
    enough = math.ceil(most + 5.0 * math.sqrt(2.0 * most) + 10.0)
    assert enough == 89
    ample = floor(
        ready=3,
        ringing=(5.0,) * 56,
        counted=ledger(live_answers=10_000, abandoned=300 - enough - more, window_left=0.0),
    )
    AbandonmentGuard(Wants(40)).decide(ample)
    assert bool(asked) is bool(more)


def test_machines_that_count_are_part_of_what_may_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def plenty(*, unidentified: bool) -> PacingSnapshot:
        return floor(
            ready=3,
            ringing=(5.0,) * 56,
            live=0.05,
            needs=0.5,
            unidentified_counts=unidentified,
            counted=ledger(live_answers=10_000, abandoned=250, window_left=0.0),
        )

    asked: list[PacingSnapshot] = []

    def outlook(snapshot: PacingSnapshot) -> Outlook:
        asked.append(snapshot)
        return Outlook(snapshot, FloorModel())

    real = AbandonmentGuard(Wants(40))
    monkeypatch.setattr(real, "outlook", outlook)
    real.decide(plenty(unidentified=False))
    assert not asked
    real.decide(plenty(unidentified=True))
    assert asked


# --- learning, making --------------------------------------------------------------------------------------


def test_it_learns_for_policies_that_do_not() -> None:
    guard = _knowing()
    before = guard.headroom(_floor())
    for _ in range(300):
        guard.observe(
            LaunchResolved(needs_agent=0.25, live=0.25, outcome=LaunchOutcome.NO_ANSWER, ring_s=26.0)
        )
    assert guard.headroom(_floor()) < before, "fewer answers to come, so less can be made good"


def test_it_shares_what_a_predictive_policy_has_learned() -> None:
    assert "model" not in AbandonmentGuard(Predictive()).state()
    assert "model" in AbandonmentGuard(_bold()).state()


def test_what_was_kept_before_people_were_counted_is_taken_up_and_they_are_counted_anew() -> None:
    state = _knowing().state()
    again = AbandonmentGuard(_bold())
    again.restore(state)
    assert again.headroom(_floor()) == _knowing().headroom(_floor())
    older = AbandonmentGuard(_bold())
    older.restore({name: part for name, part in state.items() if name != "shown"})
    assert older.headroom(_floor()) == 5.0


@pytest.mark.parametrize("wrong", [{"epsilon": 0.0}, {"epsilon": 1.0}, {"recovery": -0.1}, {"recovery": 1.1}])
def test_shares_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="0-1"):
        AbandonmentGuard(_bold(), **wrong)


def test_the_one_call_that_may_be_taken_back_is() -> None:
    """And none where none may be, whoever is gone."""
    for ringing, cancelled in (((20.0, 3.0), 1), ((3.0, 2.0), 0), ((), 0)):
        gone = _floor(ready=0, talking=0, ringing=ringing)
        assert AbandonmentGuard(_bold()).decide(gone).cancel_ringing == cancelled
        over = _floor(ready=0, ringing=ringing, window_left=60.0, abandoned=20)
        assert AbandonmentGuard(_bold()).decide(over).cancel_ringing == cancelled
