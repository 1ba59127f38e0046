"""The worked examples of every definition, and the traps around them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from compliance_gate.abandonment import (
    AnsweredBy,
    AnsweredCall,
    Counted,
    Counts,
    Formula,
    LimitStanding,
    Standing,
    StartEvent,
    count,
    counts_as,
    definition,
    definitions,
    headroom,
    next_may_be_lost,
    rate,
)

THREE_PERCENT = Fraction(3, 100)
NOON = datetime(2026, 3, 2, 18, tzinfo=UTC)


def call(
    *,
    agent_after_s: float | None = None,
    answered_by: AnsweredBy = AnsweredBy.PERSON,
    greeting_start_s: float | None = None,
    greeting_end_s: float | None = None,
    message_after_s: float | None = None,
    taken_for_machine: bool = False,
) -> AnsweredCall:
    return AnsweredCall(
        campaign="spring",
        answered_at=NOON,
        answered_by=answered_by,
        agent_after_s=agent_after_s,
        greeting_start_s=greeting_start_s,
        greeting_end_s=greeting_end_s,
        message_after_s=message_after_s,
        taken_for_machine=taken_for_machine,
    )


def us(abandoned: int, answered: int) -> Counts:
    return Counts(abandoned=abandoned, connected=answered - abandoned)


@pytest.mark.parametrize(
    ("abandoned", "answered", "standing"),
    [(30, 1000, Standing.WITHIN), (31, 1000, Standing.EXCEEDED), (5, 100, Standing.EXCEEDED)],
)
def test_not_more_than_three_percent_of_live_answers(
    abandoned: int, answered: int, standing: Standing
) -> None:
    assert rate(us(abandoned, answered), Formula.LIVE_ANSWERS).standing(THREE_PERCENT) is standing


def test_ofcom_with_detection_counts_false_positives_on_both_sides() -> None:
    counts = Counts(abandoned=20, false_positives=15, connected=1000)
    assert rate(counts, Formula.LIVE_ANSWERS_WITH_FALSE_POSITIVES).exact == Fraction(35, 1035)


def test_ofcom_without_detection_estimates_the_people_among_the_drops() -> None:
    counts = Counts(dropped=30, machines_to_agents=300, connected=700)
    assert rate(counts, Formula.ESTIMATED_WITHOUT_DETECTION).exact == Fraction(21, 721)


def test_ofcom_without_detection_worked_example_of_vicidials_manual() -> None:
    counts = Counts(dropped=29, machines_to_agents=7, connected=9)
    found = rate(counts, Formula.ESTIMATED_WITHOUT_DETECTION)
    assert (found.numerator, found.denominator) == (Fraction("16.3125"), Fraction("25.3125"))
    assert found.share == pytest.approx(0.6444, abs=1e-4)


def test_common_product_variant_flatters() -> None:
    counts = Counts(dropped=30, machines_to_agents=300, connected=700)
    assert rate(counts, Formula.ESTIMATED_OVER_ALL_DROPS).exact == Fraction(21, 730)


def test_drops_without_any_evidence_of_machines_are_people() -> None:
    assert rate(Counts(dropped=3), Formula.ESTIMATED_WITHOUT_DETECTION).exact == 1


@pytest.mark.parametrize(("abandoned", "standing"), [(500, Standing.WITHIN), (501, Standing.EXCEEDED)])
def test_canadian_limit_is_five_percent_of_ten_thousand(abandoned: int, standing: Standing) -> None:
    crtc = definition("ca-crtc")
    found = rate(us(abandoned, 10_000), crtc.formula)
    assert found.standing(crtc.limit_on(date(2026, 3, 2))) is standing


@pytest.mark.parametrize("formula", list(Formula))
def test_nothing_answered_is_undefined_and_flagged_never_zero(formula: Formula) -> None:
    found = rate(Counts(), formula)
    assert found.share is None
    assert found.standing(THREE_PERCENT) is Standing.UNDEFINED


def test_calls_not_counted_leave_the_all_calls_rate_undefined() -> None:
    assert rate(us(5, 100), Formula.ALL_CALLS).share is None
    assert rate(Counts(abandoned=5, connected=95, placed=2_000), Formula.ALL_CALLS).share == 5 / 2_000


@pytest.mark.parametrize(
    ("start", "agent_after_s", "expected"),
    [
        (StartEvent.ANSWER, 2.0, Counted.CONNECTED),
        (StartEvent.ANSWER, 2.01, Counted.ABANDONED),
        (StartEvent.GREETING_START, 2.4, Counted.CONNECTED),
        (StartEvent.GREETING_START, 2.6, Counted.ABANDONED),
        (StartEvent.GREETING_END, 3.5, Counted.CONNECTED),
        (StartEvent.GREETING_END, 3.6, Counted.ABANDONED),
    ],
)
def test_seconds_run_from_the_declared_start(
    start: StartEvent, agent_after_s: float, expected: Counted
) -> None:
    chosen = replace(definition("us-tsr"), start_event=start)
    answered = call(agent_after_s=agent_after_s, greeting_start_s=0.5, greeting_end_s=1.5)
    assert counts_as(answered, chosen) is expected


def test_greeting_that_was_not_seen_is_taken_to_have_ended_at_once() -> None:
    assert counts_as(call(agent_after_s=2.1), definition("us-tsr")) is Counted.ABANDONED
    assert counts_as(call(agent_after_s=2.1, greeting_start_s=0.4), definition("us-tsr")) is Counted.CONNECTED


def test_late_agent_does_not_undo_an_abandonment_and_it_was_not_silent() -> None:
    counts = count([call(agent_after_s=9.0)], definition("us-tsr"))
    assert (counts.abandoned, counts.connected, counts.silent) == (1, 0, 0)


def test_message_saves_from_silence_not_from_abandonment() -> None:
    counts = count([call(message_after_s=1.9), call()], definition("silent-calls"))
    assert (counts.abandoned, counts.silent) == (2, 1)


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (call(answered_by=AnsweredBy.MACHINE), Counted.MACHINE),
        (call(answered_by=AnsweredBy.MACHINE, agent_after_s=1.0), Counted.MACHINE_TO_AGENT),
        (call(taken_for_machine=True), Counted.FALSE_POSITIVE),
        (call(answered_by=AnsweredBy.UNKNOWN), Counted.DROPPED_UNCLASSIFIED),
    ],
)
def test_machines_and_the_unknown_are_told_apart(answered: AnsweredCall, expected: Counted) -> None:
    assert counts_as(answered, definition("gb-ofcom-detection")) is expected


def test_live_answer_formula_takes_the_unknown_for_a_person() -> None:
    assert rate(Counts(dropped=1, connected=9), Formula.LIVE_ANSWERS).exact == Fraction(1, 10)


def test_machines_never_enter_a_live_answer_rate() -> None:
    machines = [call(answered_by=AnsweredBy.MACHINE, agent_after_s=1.0) for _ in range(50)]
    counts = count([*machines, call(agent_after_s=1.0)], definition("us-fcc"))
    assert rate(counts, Formula.LIVE_ANSWERS).denominator == 1


@pytest.mark.parametrize(("abandoned", "connected"), [(0, 0), (0, 31), (0, 32), (0, 33), (3, 97), (10, 20)])
def test_headroom_is_the_most_that_keeps_within(abandoned: int, connected: int) -> None:
    counts = Counts(abandoned=abandoned, connected=connected)
    room = headroom(counts, Formula.LIVE_ANSWERS, THREE_PERCENT)

    def standing(more: int) -> Fraction:
        return Fraction(abandoned + more, max(1, abandoned + more + connected))

    if room >= 0:
        assert standing(room) <= THREE_PERCENT
    assert standing(room + 1) > THREE_PERCENT or room + 1 <= 0


def test_small_sample_leaves_no_room_for_one_lost_call() -> None:
    """One abandoned among the first twenty live answers is five percent."""
    assert not next_may_be_lost(Counts(connected=19), Formula.LIVE_ANSWERS, THREE_PERCENT)
    assert not next_may_be_lost(Counts(connected=32), Formula.LIVE_ANSWERS, THREE_PERCENT)
    assert next_may_be_lost(Counts(connected=33), Formula.LIVE_ANSWERS, THREE_PERCENT)


def test_limits_are_dated() -> None:
    puc = definition("us-ca-puc")
    days = [date(2002, 6, 30), date(2002, 7, 1), date(2003, 1, 1)]
    assert [puc.limit_on(day) for day in days] == [None, THREE_PERCENT, Fraction(1, 100)]


def test_no_percentage_is_called_law_in_great_britain() -> None:
    british = [found for name, found in definitions().items() if name.startswith("gb-")]
    assert all(found.standing is not LimitStanding.LAW for found in british)


def test_every_definition_has_a_name_of_its_own_and_a_source() -> None:
    assert all(d.name == name for name, d in definitions().items())
    assert all(d.source and d.threshold_s > 0 for d in definitions().values())


def test_unknown_definition_is_an_error() -> None:
    with pytest.raises(KeyError):
        definition("three-percent-ish")
