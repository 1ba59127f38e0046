"""Kind `count`: so many in so long."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

THREE_IN_SEVEN = "at_most: 3, per: debt, within: [{days: 7}], calls: all, calls_except: [busy]"


def calls(*days: str, outcome: str = "no_answer", **more: object) -> list[dict[str, object]]:
    """Calls placed at ten in the morning of June days."""
    return [
        {
            "ts": f"2026-06-{day}T10:00:00-04:00",
            "event": "call_placed",
            "outcome": outcome,
            "debts": ["D1"],
            **more,
        }
        for day in days
    ]


def test_days_are_local_and_include_the_first(law: Callable[..., Any]) -> None:
    """Calls of the 1st, 2nd and 3rd bar the 7th, and are free again on the 8th at midnight."""
    rule = law("count", THREE_IN_SEVEN)
    history = calls("01", "02", "03")

    assert rule.retry("2026-06-07T23:59:59-04:00", history=history) == datetime.fromisoformat(
        "2026-06-08T00:00:00-04:00"
    )
    assert rule.allows("2026-06-08T00:00:00-04:00", history=history)


def test_excepted_outcomes_do_not_count(law: Callable[..., Any]) -> None:
    """Busy is not a call placed to the person."""
    rule = law("count", THREE_IN_SEVEN)

    assert rule.allows("2026-06-07T12:00:00-04:00", history=calls("05", "06") + calls("07", outcome="busy"))


def test_unknown_outcome_and_unknown_debt_count(law: Callable[..., Any]) -> None:
    """What may have counted, counts."""
    rule = law("count", THREE_IN_SEVEN)
    vague: list[dict[str, object]] = [{"ts": "2026-06-07T10:00:00-04:00", "event": "call_placed"}]

    assert not rule.allows("2026-06-07T12:00:00-04:00", history=calls("05", "06") + vague)


def test_debts_are_counted_apart(law: Callable[..., Any]) -> None:
    """Three calls about one debt leave another free."""
    rule = law("count", THREE_IN_SEVEN)
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    proposed = {"action": "place_call", "number": "+12125550123", "debts": ["D2"]}

    assert rule.allows(
        "2026-06-07T12:00:00-04:00", history=calls("05", "06", "07"), debts=debts, proposed=proposed
    )
    assert not rule.allows(
        "2026-06-07T12:00:00-04:00",
        history=calls("05", "06", "07"),
        debts=debts,
        proposed={"action": "place_call", "number": "+12125550123"},
    )


@pytest.mark.parametrize(
    ("reading", "free"),
    [
        ("{week: SU}", "2026-06-14T00:00:00-04:00"),
        ("{week: MO}", "2026-06-15T00:00:00-04:00"),
        ("{month: calendar}", "2026-07-01T00:00:00-04:00"),
        ("{hours: 24}", "2026-06-11T10:00:00-04:00"),
        ("{days: 1}", "2026-06-11T00:00:00-04:00"),
        ("{days: 7}, {week: SU}", "2026-06-15T00:00:00-04:00"),
    ],
)
def test_readings_end_when_they_say(law: Callable[..., Any], reading: str, free: str) -> None:
    """Rolling days, calendar weeks and months, hours: each frees at its own instant; the latest wins."""
    rule = law("count", f"at_most: 2, per: person, within: [{reading}], calls: all")
    history = (
        calls("09", "10")
        if "hours" not in reading and "days: 1" not in reading
        else [
            *calls("10"),
            {
                "ts": "2026-06-10T11:00:00-04:00",
                "event": "call_placed",
                "outcome": "no_answer",
                "debts": ["D1"],
            },
        ]
    )
    expected = datetime.fromisoformat(
        "2026-06-16T00:00:00-04:00" if reading == "{days: 7}, {week: SU}" else free
    )

    assert rule.retry("2026-06-10T12:00:00-04:00", history=history) == expected


def test_consent_takes_calls_out_of_the_count(law: Callable[..., Any]) -> None:
    """Seven days from the consent, its own included; then the calls made under it still do not count."""
    rule = law("count", THREE_IN_SEVEN + ", consent_excludes: true")
    consent = [{"ts": "2026-06-04T09:00:00-04:00", "scope": "call", "given_to": "collector", "debts": ["D1"]}]
    history = calls("04", "05", "06", "07", "08")

    assert rule.allows("2026-06-10T12:00:00-04:00", history=history, consents=consent)
    assert rule.allows("2026-06-11T12:00:00-04:00", history=history, consents=consent)
    assert not rule.allows("2026-06-10T12:00:00-04:00", history=history)


def test_recorded_view_that_a_call_did_not_count_is_not_believed(law: Callable[..., Any]) -> None:
    """`counted: false` without a consent that says so counts all the same."""
    rule = law("count", THREE_IN_SEVEN + ", consent_excludes: true")

    assert not rule.allows("2026-06-07T12:00:00-04:00", history=calls("05", "06", "07", counted=False))


def test_calls_under_a_consent_stay_out_of_the_count_after_it(law: Callable[..., Any]) -> None:
    """A consent for one number takes out calls recorded without number only if that is the one there is."""
    rule = law("count", THREE_IN_SEVEN + ", consent_excludes: true")
    consent = [
        {
            "ts": "2026-06-04T09:00:00-04:00",
            "scope": "call",
            "given_to": "collector",
            "number": "+12125550123",
            "debts": ["D1"],
        }
    ]
    history = calls("08", "09", "10", counted=False)
    second = {"e164": "+12125550124", "kind": "mobile", "area_code_tzs": ["America/New_York"]}
    first = {**second, "e164": "+12125550123"}

    assert rule.allows("2026-06-11T12:00:00-04:00", history=history, consents=consent)
    assert not rule.allows("2026-06-11T12:00:00-04:00", history=calls("08", "09", "10"), consents=consent)
    assert not rule.allows(
        "2026-06-11T12:00:00-04:00", history=history, consents=consent, numbers=[first, second]
    )


def test_consent_ends_with_a_conversation(law: Callable[..., Any]) -> None:
    """After a conversation on the debt the consent given before it covers nothing more."""
    rule = law("count", THREE_IN_SEVEN + ", consent_excludes: true")
    consent = [{"ts": "2026-06-04T09:00:00-04:00", "scope": "call", "given_to": "collector", "debts": ["D1"]}]
    history = calls("05", outcome="conversation") + calls("06", "07", "08")

    assert not rule.allows("2026-06-08T12:00:00-04:00", history=history, consents=consent)


def test_wrong_number_gives_calls_back(law: Callable[..., Any]) -> None:
    """Calls to a number learned to be another's are not calls to this person."""
    rule = law("count", THREE_IN_SEVEN + ", wrong_number_excludes: true")
    history = calls("05", "06", "07", number="+12125550199")
    learned = [{"ts": "2026-06-07T11:00:00-04:00", "type": "wrong_number_learned", "number": "+12125550199"}]

    assert rule.allows("2026-06-07T12:00:00-04:00", history=history, requests=learned)
    assert not rule.allows("2026-06-07T10:30:00-04:00", history=history, requests=learned)


def test_wrong_number_learned_by_mistake_takes_the_calls_back_again(law: Callable[..., Any]) -> None:
    """The number was the person's after all: from the withdrawal on its calls count."""
    rule = law("count", THREE_IN_SEVEN + ", wrong_number_excludes: true")
    history = calls("05", "06", "07", number="+12125550199")
    learned = [
        {
            "ts": "2026-06-07T11:00:00-04:00",
            "type": "wrong_number_learned",
            "number": "+12125550199",
            "withdrawn_at": "2026-06-08T09:00:00-04:00",
        }
    ]

    assert rule.allows("2026-06-08T08:59:59-04:00", history=history, requests=learned)
    assert not rule.allows("2026-06-08T09:00:00-04:00", history=history, requests=learned)


def test_fallback_week_is_not_168_hours(law: Callable[..., Any]) -> None:
    """Seven days across the change of the clock are seven days, not a number of hours."""
    rule = law("count", "at_most: 1, per: person, within: [{days: 7}], calls: all")
    history = [{"ts": "2026-10-31T10:00:00-04:00", "event": "call_placed", "outcome": "no_answer"}]

    assert rule.retry("2026-11-06T23:00:00-05:00", history=history) == datetime.fromisoformat(
        "2026-11-07T00:00:00-05:00"
    )


@pytest.mark.parametrize(
    ("values", "call", "counts"),
    [
        ("recorded_only: true", {"tech": "prerecorded_voice"}, True),
        ("recorded_only: true", {"tech": "manual_live"}, False),
        ("to_kinds: [mobile]", {"number": "+12125550123"}, True),
        ("to_kinds: [landline]", {"number": "+12125550123"}, False),
        ("to_kinds: [landline]", {"number": "+12125550177"}, True),
        ("to_kinds: [landline]", {}, True),
        ("at_places: [work]", {"number": "+12125550188"}, True),
        ("at_places: [work]", {"number": "+12125550123"}, False),
        ("at_places: [work]", {}, True),
    ],
)
def test_a_call_that_was_certainly_of_another_kind_is_not_counted(
    law: Callable[..., Any], values: str, call: dict[str, str], counts: bool
) -> None:
    """What is not known of the line, or of the call, counts."""
    rule = law("count", f"at_most: 1, per: person, within: [{{days: 7}}], calls: all, {values}")
    line = {"e164": "+12125550123", "kind": "mobile", "place": "home", "area_code_tzs": ["America/New_York"]}
    numbers = [
        line,
        {**line, "e164": "+12125550177", "kind": "unknown"},
        {**line, "e164": "+12125550188", "kind": "landline", "place": "work"},
    ]
    wanted = {"action": "place_call", "number": "+12125550188", "debts": ["D1"]}

    allowed = rule.allows(
        "2026-06-10T12:00:00-04:00", history=calls("09", **call), numbers=numbers, proposed=wanted
    )
    assert allowed is not counts


def test_none_at_most_is_never(law: Callable[..., Any]) -> None:
    """Waiting does not help."""
    assert (
        law("count", "at_most: 0, per: person, within: [{days: 7}], calls: all").retry(
            "2026-06-10T12:00:00-04:00"
        )
        is None
    )


@pytest.mark.parametrize(("outcome", "counts"), [("conversation", True), (None, True), ("no_answer", False)])
def test_a_count_that_begins_with_a_talk_begins_with_what_may_have_been_one(
    law: Callable[..., Any], outcome: str | None, counts: bool
) -> None:
    """Before the first there is nothing to count."""
    rule = law("count", "at_most: 1, per: person, within: [{days: 7}], calls: all, after_first: conversation")
    first = {"ts": "2026-05-01T10:00:00-04:00", "event": "call_placed", "outcome": outcome, "debts": ["D1"]}

    allowed = rule.allows("2026-06-10T12:00:00-04:00", history=[first, *calls("09")])
    assert allowed is not counts
