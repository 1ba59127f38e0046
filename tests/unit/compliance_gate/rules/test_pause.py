"""Kind `pause`: nothing for a while after something."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

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
    rule = law("pause", "calls: [abandoned], per: number, hours: 72, unless_agent_guaranteed: true")
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
    rule = law("pause", "calls: [abandoned], per: number, hours: 72")
    history = [{"ts": "2026-06-08T12:00:00.5-04:00", "event": "call_placed", "outcome": "abandoned"}]

    assert not rule.allows("2026-06-11T12:00:00-04:00", history=history)
    assert rule.allows("2026-06-11T12:00:01-04:00", history=history)


def test_a_retry_is_looked_for_four_hundred_days_ahead(law: Callable[..., Any]) -> None:
    """A contact that may be made again in 400 days says when; one that is further off says never."""
    history = [{"ts": "2026-06-08T12:00:00-04:00", "event": "call_placed", "outcome": "conversation"}]
    at = "2026-06-08T12:00:00-04:00"
    within = law("pause", f"calls: [conversation], per: number, hours: {400 * 24}")
    beyond = law("pause", f"calls: [conversation], per: number, hours: {400 * 24 + 1}")

    assert within.retry(at, history=history) == datetime.fromisoformat(at) + timedelta(days=400)
    assert beyond.retry(at, history=history) is None
