"""For how long a telephone rings: learned from censored rings, right for whatever the carriers set."""

import json
from collections.abc import Iterable

import numpy as np
import pytest

from pacing.policy import Json, LaunchOutcome, LaunchResolved
from pacing.registry import PolicyParameterError, make_learner
from pacing.rings import EXPLORE_EVERY, FIRST_IN_FULL, MOST_LINES, RingBeliefs, RingModel

MOST = 24.0
LIVE, MACHINE, NOBODY = LaunchOutcome.ANSWERED_LIVE, LaunchOutcome.MACHINE, LaunchOutcome.NO_ANSWER


def _resolved(
    outcome: LaunchOutcome,
    rang: float | None,
    *,
    line: str = "",
    handle: float | None = None,
    known: bool = True,
) -> LaunchResolved:
    return LaunchResolved(
        needs_agent=0.5,
        live=0.05,
        outcome=outcome,
        ring_s=20.0,
        line=line,
        rang_s=rang,
        handle_s=handle,
        is_identified=known,
    )


def _model(**beliefs: float) -> RingModel:
    """One that is past its first launches, and at none that explores."""
    model = RingModel(RingBeliefs(**{"ring_least": 10.0, **beliefs}))
    for _ in range(FIRST_IN_FULL + 1):
        model.launched()
    return model


def _days(
    model: RingModel, machine_after: Iterable[float], *, calls: int = 4000, end: float = MOST
) -> RingModel:
    """Until `end`: one in twenty is a person, three in four have a machine."""
    timers = tuple(machine_after)
    people = np.array([4.0, 6.0, 8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 17.0, 21.0])
    for call in range(calls):
        timer = timers[call % len(timers)] if call % 4 else 1e9
        person = float(people[call // 20 % people.size]) + 0.5 if call % 20 == 0 else 1e9
        if person < min(timer, end):
            model.observe(_resolved(LIVE, person, handle=160.0))
        elif timer < end:
            model.observe(_resolved(MACHINE, timer, handle=22.0))
        else:
            model.observe(_resolved(NOBODY, end))
    return model


@pytest.mark.parametrize(
    ("timers", "least", "most"),
    [((15.5,), 14, 15), ((19.5,), 18, 19), ((25.5,), 22, 24), ((12.5, 19.5), 12, 19)],
)
def test_it_ends_before_the_machines_wherever_the_carriers_put_them(
    timers: tuple[float, ...], least: int, most: int
) -> None:
    model = _days(_model(), timers)
    assert least <= model.ring_s("new", least=0.0, most=MOST) <= most


def test_no_ring_is_shorter_than_law_or_house_or_campaign_ask_for() -> None:
    model = _days(_model(ring_least=10.0), (12.5,))
    assert model.ring_s("new", least=0.0, most=MOST) == 12.0
    assert model.ring_s("new", least=15.0, most=MOST) >= 15.0
    assert _days(_model(ring_least=16.0), (12.5,)).ring_s("new", least=15.0, most=MOST) >= 16.0
    assert model.ring_s("new", least=30.0, most=MOST) == MOST  # a setting is never passed either


def test_nothing_is_cut_before_enough_was_seen_nor_on_a_call_that_explores() -> None:
    model = RingModel(RingBeliefs(ring_least=10.0))
    _days(model, (12.5,))
    rings: list[float] = []
    for _ in range(FIRST_IN_FULL + 3 * EXPLORE_EVERY):
        rings.append(model.ring_s("new", least=0.0, most=MOST))
        model.launched()
    assert set(rings[:FIRST_IN_FULL]) == {MOST}
    assert rings[FIRST_IN_FULL:].count(MOST) == 3


def test_a_campaign_that_does_not_ask_rings_as_it_says() -> None:
    model = _days(_model(ring_least=float("inf")), (12.5,))
    assert not model.is_asked
    assert model.ring_s("new", least=0.0, most=MOST) == MOST


def test_a_line_whose_machine_is_known_rings_until_a_second_before_it() -> None:
    model = _days(_model(), (12.5,))
    model.observe(_resolved(MACHINE, 21.3, line="a"))
    assert model.ring_s("a", least=0.0, most=MOST) == pytest.approx(20.3)
    assert model.ring_s("a", least=0.0, most=18.0) == 18.0
    model.observe(_resolved(MACHINE, 14.0, line="a"))  # declined: it reached the same machine sooner
    assert model.ring_s("a", least=0.0, most=MOST) == pytest.approx(20.3)
    model.observe(_resolved(NOBODY, 22.0, line="a"))  # and it rang on past that: no such timer
    assert model.line("a").machine_after is None


def test_a_telephone_that_is_off_says_nothing_of_its_timer() -> None:
    model = _model()
    model.observe(_resolved(MACHINE, 4.9, line="a"))
    assert model.line("a").machine_after is None
    model.observe(_resolved(MACHINE, 5.0, line="a"))
    assert model.line("a").machine_after == 5.0


def test_a_line_that_rang_unanswered_has_no_machine_before() -> None:
    model = _days(_model(), (12.5,))
    model.observe(_resolved(NOBODY, 18.0, line="a"))
    assert model.ring_s("new", least=0.0, most=MOST) == 12.0
    assert model.ring_s("a", least=0.0, most=MOST) >= 18.0


def test_an_agent_who_waits_on_the_ring_makes_it_shorter() -> None:
    model = _days(_model(ring_least=8.0), (30.0,))
    alone = model.ring_s("new", least=0.0, most=MOST)
    assert model.ring_s("new", least=0.0, most=MOST, is_held=True) < alone - 3.0


def test_cut_rings_are_censored_not_evidence_of_nobody() -> None:
    """The hazard of a person at each second is the same, whether calls rang to 24 s or were ended at 14."""
    full, cut = _days(_model(), (30.0,)), _days(_model(), (30.0,), end=14.0)
    assert cut.hazards()[0][8] == pytest.approx(full.hazards()[0][8], rel=0.05)
    assert cut.hazards()[0][17] > 0.0005  # believed still, though never seen


def test_an_answer_that_nobody_heard_is_no_person() -> None:
    model = _model()
    before = float(model.hazards()[0][19])
    for _ in range(500):
        model.observe(_resolved(LIVE, 19.5, known=False))
    assert float(model.hazards()[0][19]) < before


def test_who_answered_in_a_second_was_at_risk_in_it() -> None:
    model = _model()
    for _ in range(1000):
        model.observe(_resolved(MACHINE, 20.5))
    assert 0.9 < float(model.hazards()[1][20]) < 1.0


def test_what_never_rang_teaches_nothing() -> None:
    model = _model()
    state = json.dumps(model.state())
    model.observe(_resolved(LaunchOutcome.FAILED, None))
    model.observe(_resolved(LaunchOutcome.BUSY, 3.0))
    assert json.dumps(model.state()) == state


def test_what_was_learned_goes_through_json_and_back() -> None:
    model = _days(_model(), (12.5, 19.5), calls=700)
    model.observe(_resolved(MACHINE, 21.0, line="b"))
    model.observe(_resolved(NOBODY, 9.0, line="a"))
    other = RingModel(RingBeliefs(ring_least=10.0))
    other.restore(json.loads(json.dumps(model.state(), sort_keys=True)))
    assert other.state() == model.state()
    for name in ("a", "b", "new"):
        assert other.ring_s(name, least=0.0, most=MOST) == model.ring_s(name, least=0.0, most=MOST)
    wrong: tuple[Json, ...] = (3, [["a"]])
    for lines in wrong:
        broken: dict[str, Json] = {**model.state(), "lines": lines}
        with pytest.raises(ValueError, match="stored state"):
            other.restore(broken)


def test_lines_are_forgotten_that_taught_something_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_LINES == 100_000
    monkeypatch.setattr("pacing.rings.MOST_LINES", 2)
    model = _model()
    for name in ("a", "b", "a", "c"):
        model.observe(_resolved(MACHINE, 20.0, line=name))
    assert [model.line(name).machine_after for name in "abc"] == [20.0, None, 20.0]


def test_lines_are_remembered_only_where_the_campaign_asks() -> None:
    """What is kept goes into every checkpoint; when people and machines pick up is learned all the same."""
    model = RingModel()
    model.observe(_resolved(MACHINE, 20.0, line="a"))
    model.observe(_resolved(NOBODY, 20.0, line="b"))
    assert model.state()["lines"] == []
    assert model.state()["calls"] == 2


def test_beliefs_are_a_campaigns_flat_parameters() -> None:
    assert make_learner(ring_least=15.0).rings.is_asked
    assert not make_learner().rings.is_asked
    for wrong in ({"ring_least": -1.0}, {"ring_attempt_cost": -1.0}, {"ring_memory": 1.0}):
        with pytest.raises(PolicyParameterError, match="ring"):
            make_learner(**wrong)
