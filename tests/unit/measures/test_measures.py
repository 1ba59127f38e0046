"""Each measure against a count by hand."""

from typing import Any

import pytest

from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AttemptId, LeadId, PersonId
from dialer.domain.money import Money
from dialer.measures.definition import Group, Measured, text_of
from dialer.measures.facts import facts_of
from dialer.measures.records import DenialMade, PromiseMade
from dialer.measures.registry import MEASURES, measure_all, measure_named, values_of

K = DispositionKind
S = AgentState


@pytest.fixture
def floor(rows: Any) -> dict[str, float | None]:
    """Ten attempts, two agents, one hour."""
    attempts = [
        rows.talk(K.PROMISE_TO_PAY, at=0, talk_s=300),
        rows.talk(K.NO_COMMITMENT, at=10, talk_s=120),
        rows.talk(K.WRONG_NUMBER, at=20, talk_s=30),
        rows.talk(K.MACHINE, at=30, talk_s=6),
        rows.talk(K.DEAD_AIR, at=40, talk_s=4),
        rows.attempt(at=50, answered=8, ended=10.0, outcome=Outcome.ABANDONED),
        rows.attempt(at=60, answered=8, ended=9.0, outcome=Outcome.HUNG_UP_WAITING),
        rows.attempt(at=70, answered=8, ended=11.0, outcome=Outcome.MACHINE),
        rows.attempt(at=80),
        rows.attempt(at=90, ended=2, outcome=Outcome.BUSY),
        rows.attempt(at=95, ended=0, outcome=Outcome.NOT_ATTEMPTED),
    ]
    spans = [
        rows.span(S.AVAILABLE, 0, 20),
        rows.span(S.TALKING, 20, 320),
        rows.span(S.WRAPPING, 320, 350),
        rows.span(S.AVAILABLE, 350, 390),
        rows.span(S.NOT_READY, 390, 990),
        rows.span(S.AVAILABLE, 990, 1030),
        rows.span(S.TALKING, 1030, 1150),
        rows.span(S.AVAILABLE, 1150, 3600),
    ]
    return values_of(rows.shift(attempts, spans, leads_loaded=20))


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("attempts", 10),
        ("live_answers", 5),
        ("connected", 3),
        ("machines", 2),
        ("answers_per_attempt", 8 / 10),
        ("live_answers_per_attempt", 5 / 10),
        ("machines_per_answer", 2 / 7),
        ("no_answer_per_attempt", 1 / 10),
        ("busy_per_attempt", 1 / 10),
        ("abandoned", 1),
        ("abandonment_rate", 1 / 5),
        ("abandonment_rate_5_s", 1 / 5),
        ("abandoned_per_attempt", 1 / 10),
        ("abandonment_headroom", -1),
        ("worst_minute_abandonment", None),
        ("most_abandoned_in_a_minute", 1),
        ("agent_hours", 1.0),
        ("talk_minutes_per_agent_hour", 7.5),
        ("machine_minutes_per_agent_hour", 10 / 60),
        ("occupancy", 450 / 3000),
        ("utilisation", 450 / 3600),
        ("mean_agent_wait_s", 30.0),
        ("p90_agent_wait_s", 38.0),
        ("handle_time_s", 450 / 5),
        ("break_share", 600 / 3600),
        ("right_party_contacts", 2),
        ("right_party_contacts_per_agent_hour", 2.0),
        ("attempts_per_right_party_contact", 5.0),
        ("right_party_share", 2 / 3),
        ("promises", 1),
        ("promises_per_right_party_contact", 1 / 2),
        ("promised_cents", None),
        ("penetration", 11 / 20),
        ("saturation", 10 / 20),
        ("number_penetration", None),
        ("most_attempts_on_a_person", 1),
        ("denied", 0),
    ],
)
def test_a_measure_is_what_a_count_by_hand_gives(
    floor: dict[str, float | None], name: str, by_hand: float | None
) -> None:
    assert floor[name] == (None if by_hand is None else pytest.approx(by_hand))


def test_without_any_row_no_rate_exists(rows: Any) -> None:
    values = values_of(rows.shift())
    counts = {"attempts", "live_answers", "connected", "machines", "abandoned", "abandonment_headroom"}
    counts |= {
        "right_party_contacts",
        "promises",
        "paid_on_call",
        "persons_attempted",
        "denied",
        "inbound_calls",
    }
    assert {name for name, value in values.items() if value is not None} == counts
    assert all(values[name] == 0 for name in counts)


def test_an_agent_who_comes_after_two_seconds_has_come_too_late(rows: Any) -> None:
    late = rows.attempt(answered=5, joined=7.5, talk_ended=60, ended=60, said=K.NO_COMMITMENT)
    sharp = rows.attempt(answered=5, joined=7.0, talk_ended=60, ended=60, said=K.NO_COMMITMENT)
    values = values_of(rows.shift([late, sharp]))
    assert (values["abandoned"], values["abandonment_rate_5_s"]) == (1, 0.0)


def test_a_machine_that_had_to_wait_was_not_abandoned(rows: Any) -> None:
    late = rows.attempt(answered=5, joined=9, talk_ended=15, ended=15, said=K.MACHINE)
    assert values_of(rows.shift([late]))["abandonment_rate"] is None


def test_whom_we_dropped_was_abandoned_however_soon(rows: Any) -> None:
    dropped = rows.attempt(answered=5, ended=5.4, outcome=Outcome.ABANDONED)
    assert values_of(rows.shift([dropped]))["abandonment_rate"] == 1.0


def test_a_person_who_waited_past_the_limit_was_abandoned_whoever_hung_up(rows: Any) -> None:
    waited = rows.attempt(answered=5, ended=9, outcome=Outcome.HUNG_UP_WAITING)
    assert values_of(rows.shift([waited]))["abandonment_rate"] == 1.0


def test_a_call_without_disposition_is_no_live_answer_and_flatters_no_rate(rows: Any) -> None:
    unsaid = rows.attempt(answered=5, joined=5.1, talk_ended=60, ended=60, outcome=Outcome.CONNECTED)
    assert values_of(rows.shift([unsaid]))["live_answers"] == 0


def test_ofcom_estimate_is_its_own_worked_example(rows: Any) -> None:
    """29 drops, 9 persons and 7 machines heard give 16.3125 of 25.3125, 64.44 %."""
    attempts = [rows.attempt(answered=1, ended=3.5, outcome=Outcome.ABANDONED) for _ in range(29)]
    attempts += [rows.talk(K.NO_COMMITMENT) for _ in range(9)] + [rows.talk(K.MACHINE) for _ in range(7)]
    value = values_of(rows.shift(attempts))["abandonment_rate_machines_removed"]
    assert value == pytest.approx(16.3125 / 25.3125)


def test_the_worst_minute_needs_ten_live_answers(rows: Any) -> None:
    quiet = [rows.attempt(at=300, answered=1, ended=3.5, outcome=Outcome.ABANDONED) for _ in range(3)]
    busy = [rows.talk(K.NO_COMMITMENT, at=600 + i) for i in range(9)]
    busy.append(rows.attempt(at=601, answered=10, ended=12.5, outcome=Outcome.ABANDONED))
    values = values_of(rows.shift([*quiet, *busy]))
    assert values["worst_minute_abandonment"] == pytest.approx(0.1)
    assert values["most_abandoned_in_a_minute"] == 3


def test_promised_sums_of_two_currencies_are_not_added(rows: Any) -> None:
    def promise(currency: str) -> PromiseMade:
        return PromiseMade(
            attempt=AttemptId("a"),
            person=PersonId("p"),
            at=rows.start,
            amount=Money(cents=5000, currency=currency),
            due_at=None,
        )

    same = rows.shift(promises=[promise("USD"), promise("USD")])
    mixed = rows.shift(promises=[promise("USD"), promise("GBP")])
    assert (values_of(same)["promised_cents"], values_of(mixed)["promised_cents"]) == (10_000, None)


def test_denials_are_counted_by_every_rule_that_denied(rows: Any) -> None:
    def denial(*rules: str) -> DenialMade:
        return DenialMade(lead=LeadId("l"), person=PersonId("p"), at=rows.start, rules=rules, retry_at=None)

    facts = facts_of(rows.shift(denials=[denial("hours", "seven"), denial("hours")]))
    assert (facts.denied, facts.denials) == (2, {"hours": 2, "seven": 1})


def test_every_measure_defines_itself() -> None:
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)
    for measure in MEASURES:
        assert measure.says.endswith("."), measure.name
        assert measure.source, measure.name
        assert (measure.denominator is None) == (measure.bottom is None), measure.name
        assert measure_named(measure.name) is measure
    assert {measure.group for measure in MEASURES} == set(Group)


def test_no_data_is_written_as_a_dash_and_shares_as_percent(rows: Any) -> None:
    measured = measure_all(facts_of(rows.shift()))
    rate = measured["abandonment_rate"]
    assert text_of(rate) == "–"
    assert text_of(Measured(measure=rate.measure, value=0.0231)) == "2.31%"
