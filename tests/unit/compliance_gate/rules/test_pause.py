"""Kind `pause`: nothing for a while after something."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

TALK = [
    {"ts": "2026-06-08T20:30:00-04:00", "event": "call_received", "outcome": "conversation", "debts": ["D1"]},
]


def test_day_one_included_frees_on_the_eighth_day(law: Callable[..., Any]) -> None:
    """A conversation on the 8th bars through the 14th, whoever began it, and whatever day it was in UTC."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: included")

    assert rule.retry("2026-06-10T10:00:00-04:00", history=TALK) == datetime.fromisoformat(
        "2026-06-15T00:00:00-04:00"
    )


def test_day_one_excluded_frees_a_day_later(law: Callable[..., Any]) -> None:
    """Full days after the day itself."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: excluded")

    assert rule.retry("2026-06-10T10:00:00-04:00", history=TALK) == datetime.fromisoformat(
        "2026-06-16T00:00:00-04:00"
    )


def test_the_consumers_topic_counts(law: Callable[..., Any]) -> None:
    """A debt raised only by the consumer was spoken of."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: included")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    history = [{**TALK[0], "conversation_debts": ["D1", "D2"]}]
    proposed = {"action": "place_call", "number": "+12125550123", "debts": ["D2"]}

    assert not rule.allows("2026-06-10T10:00:00-04:00", history=history, debts=debts, proposed=proposed)
    assert rule.allows("2026-06-10T10:00:00-04:00", history=TALK, debts=debts, proposed=proposed)


def test_hours_end_to_the_second(law: Callable[..., Any]) -> None:
    """Seventy-two hours after an abandoned call, unless a collector is certain to be there."""
    rule = law("pause", "calls: [abandoned], per: line, hours: 72, unless_agent_guaranteed: true")
    history = [{"ts": "2026-06-08T12:00:00-04:00", "event": "call_placed", "outcome": "abandoned"}]
    certain = {"action": "place_call", "number": "+12125550123", "mode": "preview_agent_guaranteed"}

    assert not rule.allows("2026-06-11T11:59:59-04:00", history=history)
    assert rule.allows("2026-06-11T12:00:00-04:00", history=history)
    assert rule.allows("2026-06-10T12:00:00-04:00", history=history, proposed=certain)


def test_consent_opens_and_retry_finds_its_day(law: Callable[..., Any]) -> None:
    """A call back promised for Wednesday is found as the next instant, before the pause ends."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: included, consent_excludes: true")
    consent = {
        "ts": "2026-06-08T20:35:00-04:00",
        "scope": "call_back",
        "valid_on": "2026-06-10",
        "given_to": "collector",
        "debts": ["D1"],
    }

    assert rule.retry(
        "2026-06-09T10:00:00-04:00", history=TALK, consents=[consent]
    ) == datetime.fromisoformat("2026-06-10T00:00:00-04:00")


def test_unknown_outcome_may_have_been_a_conversation(law: Callable[..., Any]) -> None:
    """A call whose outcome was lost bars like a conversation."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: included")
    lost = [{"ts": "2026-06-08T12:00:00-04:00", "event": "call_placed", "debts": ["D1"]}]

    assert not rule.allows("2026-06-10T12:00:00-04:00", history=lost)


def test_one_conversation_answers_a_request_to_be_called_back(law: Callable[..., Any]) -> None:
    """Asked once without naming a debt: a talk about either debt since has answered it, for both."""
    rule = law("pause", "conversations: true, per: debt, days: 7, day_one: excluded, callback_excludes: true")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    asked = [{"ts": "2026-06-09T10:00:00-04:00", "type": "callback_request"}]
    since = {**TALK[0], "ts": "2026-06-09T12:00:00-04:00", "event": "call_placed", "debts": ["D2"]}
    now = "2026-06-10T10:00:00-04:00"

    assert rule.allows(now, history=TALK, debts=debts, requests=asked)
    assert not rule.allows(now, history=[*TALK, since], debts=debts, requests=asked)


def test_a_part_of_a_second_is_a_second_more_to_wait(law: Callable[..., Any]) -> None:
    """Seventy-two hours after 12:00:00.5 are not over at 12:00:00."""
    rule = law("pause", "calls: [abandoned], per: line, hours: 72")
    history = [{"ts": "2026-06-08T12:00:00.5-04:00", "event": "call_placed", "outcome": "abandoned"}]

    assert not rule.allows("2026-06-11T12:00:00-04:00", history=history)
    assert rule.allows("2026-06-11T12:00:01-04:00", history=history)


def test_a_retry_is_looked_for_four_hundred_days_ahead(law: Callable[..., Any]) -> None:
    """A contact that may be made again in 400 days says when; one that is further off says never."""
    history = [{"ts": "2026-06-08T12:00:00-04:00", "event": "call_placed", "outcome": "conversation"}]
    at = "2026-06-08T12:00:00-04:00"
    within = law("pause", f"calls: [conversation], per: line, hours: {400 * 24}")
    beyond = law("pause", f"calls: [conversation], per: line, hours: {400 * 24 + 1}")

    assert within.retry(at, history=history) == datetime.fromisoformat(at) + timedelta(days=400)
    assert beyond.retry(at, history=history) is None


TALKED = "conversations: true, per: debt, days: 7, day_one: included"
NOON = "2026-06-10T12:00:00-04:00"
TWO = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]


def facts(decision: Any) -> dict[str, str]:
    """What the one rule's finding tells."""
    return dict(decision.findings[-1].facts)


def about(*debts: str) -> dict[str, object]:
    return {"action": "place_call", "number": "+12125550123", "debts": list(debts)}


@pytest.mark.parametrize(
    ("day_one", "last", "free"),
    [
        ("included", "2026-06-14T23:59:59-04:00", "2026-06-15T00:00:00-04:00"),
        ("excluded", "2026-06-15T23:59:59-04:00", "2026-06-16T00:00:00-04:00"),
    ],
)
def test_the_last_day_of_a_pause_is_barred_to_its_last_second(
    law: Callable[..., Any], day_one: str, last: str, free: str
) -> None:
    rule = law("pause", TALKED.replace("included", day_one))
    assert rule.retry(last, history=TALK) == datetime.fromisoformat(free)
    assert rule.allows(free, history=TALK)


@pytest.mark.parametrize(
    ("zones", "free", "told"),
    [
        (["America/New_York", "America/Los_Angeles"], "2026-06-15T00:00:00-07:00", "America/Los_Angeles"),
        (["America/New_York", "Pacific/Guam"], "2026-06-16T00:00:00+10:00", "Pacific/Guam"),
        (["America/New_York", "America/Detroit"], "2026-06-15T00:00:00-04:00", "America/Detroit"),
        (["America/Los_Angeles", "America/Detroit"], "2026-06-15T00:00:00-07:00", "America/Los_Angeles"),
    ],
)
def test_a_pause_ends_when_it_has_ended_in_every_zone(
    law: Callable[..., Any], zones: list[str], free: str, told: str
) -> None:
    """Told with the zone where that is last; the first by name where it is the same."""
    person = {"id": "P1", "addresses": [{"country": "US", "tzs": zones}]}
    # In New York 20:30 of the 8th; in Guam it is the 9th.
    decision = law("pause", TALKED).decide(NOON, history=TALK, person=person)
    assert decision.retry_at == datetime.fromisoformat(free)
    assert facts(decision)["first free day"].endswith(f"in {told}")


@pytest.mark.parametrize("talks", [("D1", "D2"), ("D2", "D1")])
@pytest.mark.parametrize("wanted", [("D1", "D2"), ("D2", "D1"), ("D1",), ("D2",)])
def test_the_longest_pause_of_any_debt_concerned_counts(
    law: Callable[..., Any], talks: tuple[str, str], wanted: tuple[str, ...]
) -> None:
    """In whatever order they are told: spoken of on the 5th and on the 8th."""
    history = [
        {**TALK[0], "ts": f"2026-06-{day}T12:00:00-04:00", "debts": [debt]}
        for day, debt in zip(("05", "08"), talks, strict=True)
    ]
    free = {talks[0]: "2026-06-12T00:00:00-04:00", talks[1]: "2026-06-15T00:00:00-04:00"}
    found = law("pause", TALKED).retry(NOON, history=history, debts=TWO, proposed=about(*wanted))
    assert found == datetime.fromisoformat(max(free[debt] for debt in wanted))


@pytest.mark.parametrize(
    ("per", "event", "barred"),
    [
        ("debt", {"debts": ["D1"]}, True),
        ("debt", {"debts": ["D2"]}, False),
        ("debt", {}, True),
        ("debt", {"debts": ["D1"], "person": "spouse"}, False),
        ("debt", {"debts": ["D1"], "person": "consumer"}, True),
        ("person", {"debts": ["D2"]}, True),
        ("person", {"debts": ["D2"], "person": "spouse"}, False),
        ("household", {"debts": ["D2"], "person": "spouse"}, True),
        ("line", {"debts": ["D2"]}, True),
        ("line", {"debts": ["D1"], "number": "+12125550123"}, True),
        ("line", {"debts": ["D1"], "number": "+12125550199"}, False),
    ],
)
@pytest.mark.parametrize("start", ["conversations: true", "calls: [conversation]"])
def test_a_pause_is_kept_per_debt_number_person_or_household(
    law: Callable[..., Any], start: str, per: str, event: dict[str, object], barred: bool
) -> None:
    rule = law("pause", f"{start}, per: {per}, days: 7, day_one: included")
    talk = {"ts": "2026-06-08T20:30:00-04:00", "event": "call_placed", "outcome": "conversation", **event}
    assert rule.allows(NOON, history=[talk], debts=TWO) is not barred


def test_a_rule_kept_per_debt_after_calls_takes_the_debts_called_about(law: Callable[..., Any]) -> None:
    """Not those that were spoken of: the call was about one, the consumer raised the other."""
    talk = {**TALK[0], "event": "call_placed", "debts": ["D1"], "conversation_debts": ["D2"]}
    called = law("pause", "calls: [conversation], per: debt, days: 7, day_one: included")
    spoken = law("pause", TALKED)
    for debt, of_calls in (("D1", True), ("D2", False)):
        asked = {"history": [talk], "debts": TWO, "proposed": about(debt)}
        assert called.allows(NOON, **asked) is not of_calls
        assert spoken.allows(NOON, **asked) is of_calls


@pytest.mark.parametrize(("age", "barred"), [(29, False), (30, False), (31, True), (None, True)])
def test_a_pause_for_debts_more_than_so_many_days_overdue(
    law: Callable[..., Any], age: int | None, barred: bool
) -> None:
    rule = law("pause", TALKED, "overdue_days: 30")
    debts = [{"id": "D1", "type": "medical", "days_past_due": age}]
    assert rule.allows(NOON, history=TALK, debts=debts) is not barred


def test_a_talk_on_a_number_learned_to_be_anothers_bars_where_the_law_does_not_give_it_back(
    law: Callable[..., Any],
) -> None:
    there = [{**TALK[0], "number": "+12125550199"}]
    learned = [{"ts": "2026-06-09T11:00:00-04:00", "type": "wrong_number_learned", "number": "+12125550199"}]
    giving = law("pause", TALKED + ", wrong_number_excludes: true")

    assert giving.allows(NOON, history=there, requests=learned)
    assert not giving.allows(NOON, history=there)
    assert not giving.allows(NOON, history=TALK, requests=learned)
    assert not law("pause", TALKED).allows(NOON, history=there, requests=learned)


def test_a_consent_opens_only_pauses_that_say_so(law: Callable[..., Any]) -> None:
    """And brings no earlier retry to the others."""
    consent = {
        "ts": "2026-06-08T20:35:00-04:00", "scope": "call_back", "valid_on": "2026-06-11",
        "given_to": "collector", "debts": ["D1"],
    }  # fmt: skip
    free = datetime.fromisoformat("2026-06-15T00:00:00-04:00")
    assert law("pause", TALKED).retry(NOON, history=TALK, consents=[consent]) == free
    assert not law("pause", TALKED).allows("2026-06-11T12:00:00-04:00", history=TALK, consents=[consent])


def test_the_mode_is_told_where_a_certain_collector_lifts_the_pause(law: Callable[..., Any]) -> None:
    """Whether or not anything started it; and for no other pause, and no other mode."""
    lifted = law("pause", "calls: [abandoned], per: line, hours: 72, unless_agent_guaranteed: true")
    plain = law("pause", "calls: [abandoned], per: line, hours: 72")
    history = [{"ts": "2026-06-09T12:00:00-04:00", "event": "call_placed", "outcome": "abandoned"}]
    certain = {**about("D1"), "mode": "preview_agent_guaranteed"}
    predictive = {**about("D1"), "mode": "predictive"}

    for past in ([], history):
        told = facts(lifted.decide(NOON, history=past, proposed=certain))
        assert told == {"mode": "preview_agent_guaranteed"}
    assert facts(lifted.decide(NOON, proposed=predictive)) == {}
    assert facts(plain.decide(NOON, proposed=certain)) == {}
    assert not plain.allows(NOON, history=history, proposed=certain)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("conversation", "call_placed conversation at 2026-06-08T16:00:00+00:00"),
        (None, "call_placed with unknown outcome at 2026-06-08T16:00:00+00:00"),
    ],
)
def test_what_started_it_is_told(law: Callable[..., Any], outcome: str | None, told: str) -> None:
    history = [{"ts": "2026-06-08T12:00:00-04:00", "event": "call_placed", "outcome": outcome}]
    found = facts(law("pause", TALKED).decide(NOON, history=history))
    assert found["event"] == told
    assert found["about"] == "D1"


@pytest.mark.parametrize(("now", "allowed"), [("12:29:59", False), ("12:30:00", True)])
def test_minutes_end_to_the_second(law: Callable[..., Any], now: str, allowed: bool) -> None:
    rule = law("pause", "calls: [no_answer], per: person, minutes: 30")
    history = [{"ts": NOON, "event": "call_placed", "outcome": "no_answer"}]
    assert rule.allows(f"2026-06-10T{now}-04:00", history=history) is allowed


def test_a_pause_of_no_hours_is_over_with_the_second_it_began_in(law: Callable[..., Any]) -> None:
    """Of which there is a part left where it began within one."""
    rule = law("pause", "calls: [no_answer], per: person, hours: 0")
    whole = {"ts": NOON, "event": "call_placed", "outcome": "no_answer"}
    part = {**whole, "ts": "2026-06-10T12:00:00.5-04:00"}

    assert rule.allows(NOON, history=[whole])
    assert rule.retry(NOON, history=[part]) == datetime.fromisoformat("2026-06-10T12:00:01-04:00")


# --- a call into a talk that goes on ----------------------------------------------------------------------

GOES_ON = {"id": "up", "ts": "2026-06-10T11:59:00-04:00", "event": "call_placed", "debts": ["D1"]}
INTO_IT = {"action": "place_call", "number": "+12125550123", "debts": ["D1"], "joins": "up"}
INTO_NONE = {"action": "place_call", "number": "+12125550123", "debts": ["D1"]}
APART = "calls: all, per: household, hours: 3"


def test_a_conversation_that_goes_on_has_not_been_had(law: Callable[..., Any]) -> None:
    """It bars every other call, as one that may be a conversation, and not the one that joins it."""
    rule = law("pause", TALKED)

    assert rule.allows(NOON, history=[GOES_ON], proposed=INTO_IT)
    assert not rule.allows(NOON, history=[GOES_ON], proposed=INTO_NONE)
    assert not rule.allows(NOON, history=[TALK[0], GOES_ON], proposed=INTO_IT)


def test_attempts_are_kept_apart_from_a_talk_they_join_unless_the_rule_says_otherwise(
    law: Callable[..., Any],
) -> None:
    """And from every other attempt, to the second."""
    plain, excluding = law("pause", APART), law("pause", f"{APART}, joining_excludes: true")
    other = {**GOES_ON, "id": "other", "ts": "2026-06-10T09:00:01-04:00"}

    assert not plain.allows(NOON, history=[GOES_ON], proposed=INTO_IT)
    assert excluding.allows(NOON, history=[GOES_ON], proposed=INTO_IT)
    assert not excluding.allows(NOON, history=[GOES_ON], proposed=INTO_NONE)
    assert not excluding.allows(NOON, history=[other, GOES_ON], proposed=INTO_IT)
    assert excluding.allows("2026-06-10T12:00:01-04:00", history=[other, GOES_ON], proposed=INTO_IT)


def test_the_talk_that_is_joined_is_in_the_count(law: Callable[..., Any]) -> None:
    """Whatever of it counts: a call placed, and a conversation."""
    for calls in ("all", "[conversation]"):
        rule = law("count", f"at_most: 1, per: person, within: [{{days: 7}}], calls: {calls}")

        assert not rule.allows(NOON, history=[GOES_ON], proposed=INTO_IT)
        assert rule.allows(NOON, history=[], proposed=INTO_IT)
