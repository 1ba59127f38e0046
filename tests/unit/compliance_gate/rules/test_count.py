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


@pytest.mark.parametrize(
    ("learned", "now", "allowed"),
    [
        ("11:00:00.200", "11:00:01", False),  # before the last of the calls, if in its second
        ("11:00:00.900", "11:00:01", True),
        ("11:00:05.900", "11:00:05.500", False),
    ],
)
def test_what_is_learned_gives_back_the_calls_before_it_from_its_next_second_on(
    law: Callable[..., Any], learned: str, now: str, allowed: bool
) -> None:
    rule = law("count", THREE_IN_SEVEN + ", wrong_number_excludes: true")
    last = {**calls("07", number="+12125550199")[0], "ts": "2026-06-07T11:00:00.500-04:00"}
    history = [*calls("03", "04", number="+12125550100"), last]
    told = {"ts": f"2026-06-07T{learned}-04:00", "type": "wrong_number_learned", "number": "+12125550199"}

    assert rule.allows(f"2026-06-07T{now}-04:00", history=history, requests=[told]) is allowed


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


# --- the calendar of each reading ---------------------------------------------------------------------------


def one(ts: str, **more: object) -> list[dict[str, object]]:
    return [{"ts": ts, "event": "call_placed", "outcome": "no_answer", "debts": ["D1"], **more}]


@pytest.mark.parametrize(
    ("called", "free"),
    [
        ("2026-06-01T00:00:00-04:00", "2026-07-01T00:00:00-04:00"),
        ("2026-06-30T23:59:59-04:00", "2026-07-01T00:00:00-04:00"),
        ("2026-11-30T23:59:59-05:00", "2026-12-01T00:00:00-05:00"),
        ("2026-12-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00"),
        ("2026-12-31T23:59:59-05:00", "2027-01-01T00:00:00-05:00"),
        ("2027-02-28T12:00:00-05:00", "2027-03-01T00:00:00-05:00"),
    ],
)
def test_a_month_is_from_its_first_day_to_its_last(law: Callable[..., Any], called: str, free: str) -> None:
    """In local time, over the turn of the year too."""
    rule = law("count", "at_most: 1, per: person, within: [{month: calendar}], calls: all")

    assert rule.retry(called, history=one(called)) == datetime.fromisoformat(free)
    assert rule.allows(free, history=one(called))


@pytest.mark.parametrize(
    ("called", "now", "allowed"),
    [
        ("10:00:00", "09:59:59", False),
        ("10:00:00", "10:00:00", True),
        ("10:00:00.5", "10:00:00", False),
        ("10:00:00.5", "10:00:01", True),
    ],
)
def test_hours_are_over_to_the_second_and_a_part_of_one_is_a_whole(
    law: Callable[..., Any], called: str, now: str, allowed: bool
) -> None:
    rule = law("count", "at_most: 1, per: person, within: [{hours: 24}], calls: all")
    history = one(f"2026-06-09T{called}-04:00")
    assert rule.allows(f"2026-06-10T{now}-04:00", history=history) is allowed


# --- what binds, and what is left out -----------------------------------------------------------------------

PER_DEBT = "at_most: 1, per: debt, within: [{days: 7}], calls: all"
PER_PERSON = PER_DEBT.replace("per: debt", "per: person")
NOON = "2026-06-10T12:00:00-04:00"


@pytest.mark.parametrize(("age", "bound"), [(29, False), (30, False), (31, True), (None, True)])
def test_only_debts_that_may_be_more_than_so_many_days_overdue_are_bound(
    law: Callable[..., Any], age: int | None, bound: bool
) -> None:
    """Of which it is not known may be."""
    rule = law("count", PER_DEBT, "overdue_days: 30")
    debts = [{"id": "D1", "type": "medical", "days_past_due": age}]
    decision = rule.decide(NOON, history=calls("09"), debts=debts)

    assert decision.is_allowed is not bound


@pytest.mark.parametrize("order", [("D1", "D2"), ("D2", "D1")])
def test_a_young_debt_beside_an_old_one_does_not_hide_it(
    law: Callable[..., Any], order: tuple[str, ...]
) -> None:
    rule = law("count", PER_DEBT, "overdue_days: 30")
    for young, old in (("D1", "D2"), ("D2", "D1")):
        debts = [
            {"id": young, "type": "medical", "days_past_due": 5},
            {"id": old, "type": "medical", "days_past_due": 90},
        ]
        both = {"action": "place_call", "number": "+12125550123", "debts": list(order)}
        history = calls("09", debts=["D1", "D2"])
        assert not rule.allows(NOON, history=history, debts=debts, proposed=both)
        assert rule.allows(NOON, history=calls("09", debts=[young]), debts=debts, proposed=both)


def test_a_debt_that_is_not_on_file_is_not_known_to_be_young(law: Callable[..., Any]) -> None:
    rule = law("count", PER_DEBT, "overdue_days: 30")
    nothing = {"action": "place_call", "number": "+12125550123"}
    assert not rule.allows(NOON, history=calls("09"), debts=[], proposed=nothing)


CONSENT = {"ts": "2026-06-08T09:00:00-04:00", "scope": "call", "given_to": "collector", "debts": ["D1"]}


def test_a_consent_lifts_only_limits_that_say_so(law: Callable[..., Any]) -> None:
    """The others neither end with it nor wait for it."""
    later = {**CONSENT, "valid_on": "2026-06-11"}
    plain, lifted = law("count", PER_DEBT), law("count", PER_DEBT + ", consent_excludes: true")

    assert not plain.allows(NOON, history=calls("09"), consents=[CONSENT])
    assert lifted.allows(NOON, history=calls("09"), consents=[CONSENT])
    free = datetime.fromisoformat("2026-06-16T00:00:00-04:00")
    assert plain.retry(NOON, history=calls("09"), consents=[later]) == free
    opens = datetime.fromisoformat("2026-06-11T00:00:00-04:00")
    assert lifted.retry(NOON, history=calls("09"), consents=[later]) == opens


@pytest.mark.parametrize(
    ("named", "allowed"), [(None, True), ("+12125550123", True), ("+13035550123", False)]
)
def test_a_consent_to_be_called_that_names_no_telephone_is_for_all_of_them(
    law: Callable[..., Any], named: str | None, allowed: bool
) -> None:
    """12 CFR 1006.14(b)(3)(i): "such person's prior consent", which asks for no number. A desk's call back
    names none."""
    zones = {"area_code_tzs": ["America/New_York"]}
    numbers = [{"e164": number, **zones} for number in ("+12125550123", "+13035550123")]
    rule = law("count", PER_DEBT + ", consent_excludes: true")
    consent = {**CONSENT, "number": named}
    assert rule.allows(NOON, history=calls("09"), consents=[consent], numbers=numbers) is allowed


def test_what_is_kept_per_person_is_lifted_only_if_every_debt_is_covered(law: Callable[..., Any]) -> None:
    rule = law("count", PER_PERSON + ", consent_excludes: true")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    history = calls("07", debts=["D2"])
    for wanted, allowed in ((["D1"], True), (["D2"], False), (["D1", "D2"], False)):
        proposed = {"action": "place_call", "number": "+12125550123", "debts": wanted}
        facts = {"history": history, "debts": debts, "proposed": proposed, "consents": [CONSENT]}
        assert rule.allows(NOON, **facts) is allowed


@pytest.mark.parametrize(("counted", "allowed"), [(True, False), (None, True)])
def test_a_call_under_a_consent_that_was_counted_nevertheless_counts(
    law: Callable[..., Any], counted: bool | None, allowed: bool
) -> None:
    """The recorder's word against us is believed."""
    rule = law("count", PER_DEBT + ", consent_excludes: true")
    after = "2026-06-15T12:00:00-04:00"
    history = calls("09", counted=counted)
    assert rule.allows(after, history=history, consents=[CONSENT]) is allowed


@pytest.mark.parametrize(("outcome", "allowed"), [("conversation", True), ("no_answer", False)])
def test_of_calls_that_were_asked_for_only_the_one_that_reached_them_is_left_out(
    law: Callable[..., Any], outcome: str, allowed: bool
) -> None:
    """A request to be called back is for one call that reaches them; no attempt is free."""
    rule = law("count", PER_DEBT + ", callback_excludes: true")
    asked = [{"ts": "2026-06-08T09:00:00-04:00", "type": "callback_request", "debts": ["D1"]}]
    after = "2026-06-15T12:00:00-04:00"
    history = calls("09", outcome=outcome)
    assert rule.allows(after, history=history, requests=asked) is allowed


def test_a_call_asked_for_is_not_limited_by_a_count_per_debt(law: Callable[..., Any]) -> None:
    rule = law("count", PER_DEBT + ", callback_excludes: true")
    asked = [{"ts": "2026-06-10T09:00:00-04:00", "type": "callback_request", "debts": ["D1"]}]
    assert rule.allows(NOON, history=calls("09"), requests=asked)
    assert not rule.allows(NOON, history=calls("09"), requests=[{**asked[0], "debts": ["D2"]}])


LEARNED = {"ts": "2026-06-09T11:00:00-04:00", "type": "wrong_number_learned", "number": "+12125550199"}


@pytest.mark.parametrize(
    ("called", "now", "allowed"),
    [
        ("10:59:59", "2026-06-09T10:59:59-04:00", False),
        ("10:59:59", "2026-06-09T11:00:00-04:00", True),
        ("11:00:00", "2026-06-09T12:00:00-04:00", False),
    ],
)
def test_calls_before_it_was_learned_that_the_number_is_anothers_are_given_back(
    law: Callable[..., Any], called: str, now: str, allowed: bool
) -> None:
    """From the second it is learned; a call of that second was made knowing it."""
    rule = law("count", PER_DEBT + ", wrong_number_excludes: true")
    history = one(f"2026-06-09T{called}-04:00", number="+12125550199")
    assert rule.allows(now, history=history, requests=[LEARNED]) is allowed


def test_nothing_is_given_back_where_the_number_is_not_known_or_the_law_does_not_say_so(
    law: Callable[..., Any],
) -> None:
    giving, plain = law("count", PER_DEBT + ", wrong_number_excludes: true"), law("count", PER_DEBT)
    there = one("2026-06-09T10:00:00-04:00", number="+12125550199")

    assert giving.allows(NOON, history=there, requests=[LEARNED])
    assert not plain.allows(NOON, history=there, requests=[LEARNED])
    assert not giving.allows(NOON, history=one("2026-06-09T10:00:00-04:00"), requests=[LEARNED])
    other = one("2026-06-09T10:00:00-04:00", number="+12125550123")
    assert not giving.allows(NOON, history=other, requests=[LEARNED])


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        ({"event": "call_placed", "outcome": "prerecorded_delivered"}, True),
        ({"event": "call_placed", "outcome": "no_answer", "tech": "artificial_voice"}, True),
        ({"event": "call_placed", "outcome": "no_answer", "tech": "ai_voice"}, True),
        ({"event": "call_placed", "outcome": "no_answer"}, False),
        ({"event": "ringless_voicemail"}, True),
    ],
)
def test_a_recorded_voice_is_known_by_how_it_was_made_or_what_came_of_it(
    law: Callable[..., Any], event: dict[str, object], counts: bool
) -> None:
    values = PER_DEBT.replace("calls: all", "calls: all, events: [ringless_voicemail], recorded_only: true")
    history = [{"ts": "2026-06-09T10:00:00-04:00", **event}]
    assert law("count", values).allows(NOON, history=history) is not counts


LINE = {"e164": "+12125550123", "area_code_tzs": ["America/New_York"]}


@pytest.mark.parametrize(
    ("number", "bound"),
    [
        ({"kind": "mobile"}, False),
        ({"kind": "mobile", "role": "own"}, False),
        ({"kind": "mobile", "role": "work"}, True),
        ({"kind": "landline"}, True),
        ({"kind": "landline", "role": "own"}, False),
        ({"kind": "landline", "role": "own", "place": "work"}, True),
        ({"kind": "landline", "role": "work", "place": "home"}, False),
        ({}, True),
    ],
)
def test_a_limit_at_work_binds_numbers_that_may_ring_there(
    law: Callable[..., Any], number: dict[str, object], bound: bool
) -> None:
    """By its place, else by whose it is, else by its kind: a mobile has no place."""
    rule = law("count", PER_DEBT + ", at_places: [work]")
    # A call whose number was not kept may have been to any.
    assert rule.allows(NOON, history=calls("09"), numbers=[{**LINE, **number}]) is not bound


def test_a_limit_at_work_binds_what_has_no_number(law: Callable[..., Any]) -> None:
    values = PER_DEBT.replace("calls: all", "events: [email], at_places: [work]")
    mail = {"action": "send_email", "debts": ["D1"]}
    wrote = [{"ts": "2026-06-09T10:00:00-04:00", "event": "email", "debts": ["D1"]}]
    assert not law("count", values, "actions: [send_email]").allows(NOON, history=wrote, proposed=mail)


def test_a_limit_per_number_counts_what_has_none_for_any(law: Callable[..., Any]) -> None:
    values = PER_DEBT.replace("per: debt", "per: line").replace("calls: all", "events: [email]")
    mail = {"action": "send_email", "debts": ["D1"]}
    wrote = {"ts": "2026-06-09T10:00:00-04:00", "event": "email", "debts": ["D1"]}
    rule = law("count", values, "actions: [send_email]")
    assert not rule.allows(NOON, history=[wrote], proposed=mail)
    assert not rule.allows(NOON, history=[{**wrote, "number": "+12125550123"}], proposed=mail)


def test_a_talk_that_is_still_to_come_begins_nothing(law: Callable[..., Any]) -> None:
    rule = law("count", PER_DEBT + ", after_first: conversation")
    ahead = [*calls("09"), *calls("11", outcome="conversation")]
    assert rule.allows(NOON, history=ahead)
    letter = {"ts": "2026-06-08T10:00:00-04:00", "event": "letter"}
    assert rule.allows(NOON, history=[letter, *calls("09")])


def test_debts_that_were_not_said_are_told_as_not_known(law: Callable[..., Any]) -> None:
    unsaid = {"action": "place_call", "number": "+12125550123"}
    told = ("not known, every value tried", "debts of the proposed contact")
    rule = law("count", PER_DEBT)
    assert told in rule.decide(NOON, history=calls("09"), proposed=unsaid).findings[-1].facts
    assert told not in rule.decide(NOON, history=calls("09")).findings[-1].facts


@pytest.mark.parametrize(
    "before",
    [
        {"debts": ["D2"]},
        {"number": "+12125550199"},
        {"revoked": "2026-06-08T10:00:00-04:00"},
        {"ts": "2026-06-01T09:00:00-04:00"},
    ],
)
def test_a_consent_that_does_not_cover_it_hides_no_later_one_that_does(
    law: Callable[..., Any], before: dict[str, object]
) -> None:
    """Nor does a consent to calls hide a request to be called."""
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    lifted = law("count", PER_DEBT + ", consent_excludes: true")
    other, later = {**CONSENT, **before}, {**CONSENT, "ts": "2026-06-08T11:00:00-04:00"}
    facts = {"history": calls("09"), "debts": debts}
    assert not lifted.allows(NOON, consents=[other], **facts)
    assert lifted.allows(NOON, consents=[other, later], **facts)
    asked = {"ts": "2026-06-10T09:00:00-04:00", "type": "callback_request", "debts": ["D1"]}
    callback = law("count", PER_DEBT + ", callback_excludes: true")
    assert not callback.allows(NOON, consents=[CONSENT], **facts)
    assert callback.allows(NOON, consents=[CONSENT], requests=[asked], **facts)


def test_never_is_told_as_further_ahead_than_anybody_looks(law: Callable[..., Any]) -> None:
    rule = law("count", "at_most: 0, per: person, within: [{days: 7}], calls: all")
    (denial,) = rule.decide(NOON).denials
    assert denial.retry_hint == 2**40


def test_of_what_is_kept_per_person_a_call_about_a_covered_debt_alone_was_covered(
    law: Callable[..., Any],
) -> None:
    """What it was about counts, not what else is on file."""
    rule = law("count", PER_PERSON + ", consent_excludes: true")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    after = "2026-06-15T12:00:00-04:00"
    for about, allowed in ((["D1"], True), (["D2"], False), (["D1", "D2"], False)):
        facts = {"history": calls("09", debts=about), "debts": debts, "consents": [CONSENT]}
        assert rule.allows(after, **facts) is allowed


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2026-06-08T08:59:59-04:00", True),
        ("2026-06-08T09:00:00-04:00", False),
        (NOON, False),
        ("2026-06-10T12:00:01-04:00", True),
    ],
)
def test_a_consent_to_calls_ends_with_the_request_to_revoke_it(
    law: Callable[..., Any], asked: str, allowed: bool
) -> None:
    """One from before the consent was answered by it; one still to come ends nothing yet."""
    rule = law("count", PER_DEBT + ", consent_excludes: true")
    stop = [{"ts": asked, "type": "revoke_consent"}]
    facts = {"history": calls("07"), "consents": [CONSENT], "requests": stop}
    assert rule.allows(NOON, **facts) is allowed
