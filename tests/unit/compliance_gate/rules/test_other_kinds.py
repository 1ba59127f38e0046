"""The small kinds: holidays, holds, third parties, lists, texts, roles of numbers."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.rules.holiday import easter_sunday

NOW = "2026-06-10T10:00:00-04:00"


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1818, 3, 22), (1943, 4, 25), (2000, 4, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_is_where_the_almanac_has_it(year: int, month: int, day: int) -> None:
    """The earliest and latest possible days among them."""
    assert easter_sunday(year) == date(year, month, day)


def test_holidays_are_closed_to_the_next_free_day(law: Callable[..., Any]) -> None:
    """Christmas and the day after, as Ontario has them; then a day of one's own."""
    rule = law("holiday", 'country: CA, subdivision: "ON", also: ["12-27"]')

    assert rule.retry("2025-12-25T10:00:00-05:00") == datetime.fromisoformat("2025-12-28T00:00:00-05:00")
    assert rule.allows("2025-12-24T10:00:00-05:00")


def test_unknown_calendar_is_refused(law: Callable[..., Any]) -> None:
    """A law file that names no real calendar does not load."""
    with pytest.raises(LawError):
        law("holiday", "country: XX")


def test_a_hold_binds_until_it_ends(law: Callable[..., Any]) -> None:
    """On the person, or on the debts it names."""
    rule = law("hold", "holds: [vulnerability]")
    hold = {"kind": "vulnerability", "ts": "2026-06-01T00:00:00-04:00", "until": "2026-06-20T00:00:00-04:00"}

    assert rule.retry(NOW, holds=[hold]) == datetime.fromisoformat("2026-06-20T00:00:00-04:00")
    assert rule.retry(NOW, holds=[{**hold, "until": None}]) is None
    assert rule.allows(NOW, holds=[{**hold, "debts": ["D2"]}])
    assert rule.allows(NOW, holds=[{**hold, "kind": "fraud"}])


def test_a_stranger_is_asked_once_where_the_consumer_is(law: Callable[..., Any]) -> None:
    """Never about the debt; again only if she asks."""
    rule = law("third_party", "owing_roles: [consumer], free_roles: [creditor]")
    person = {
        "id": "P1",
        "role": "reference",
        "addresses": [{"country": "US", "tz": "America/New_York"}],
    }
    where = {"action": "place_call", "number": "+12125550123", "purpose": "location_information"}
    spoke = {"ts": "2026-06-01T10:00:00-04:00", "event": "call_placed", "outcome": "conversation"}

    assert not rule.allows(NOW, person=person)
    assert rule.allows(NOW, person=person, proposed=where)
    assert not rule.allows(NOW, person=person, proposed=where, history=[spoke])
    asked = [{"ts": "2026-06-05T10:00:00-04:00", "type": "callback_request"}]
    assert rule.allows(NOW, person=person, proposed=where, history=[spoke], requests=asked)
    assert rule.allows(NOW, person={**person, "role": "creditor"})


def test_lists_deny_and_so_does_not_having_looked(law: Callable[..., Any]) -> None:
    """On the list, not looked up, and looked up and absent."""
    rule = law("do_not_call", "lists: [national], unknown_denies: true, consent_lifts: [solicitation]")

    def on(listed: object) -> list[dict[str, object]]:
        number: dict[str, object] = {
            "e164": "+12125550123",
            "kind": "mobile",
            "area_code_tzs": ["America/New_York"],
        }
        return [number if listed is None else {**number, "on_national_dnc": listed}]

    assert not rule.allows(NOW, numbers=on(listed=True))
    assert not rule.allows(NOW, numbers=on(None))
    assert rule.allows(NOW, numbers=on(listed=False))
    consent = [{"ts": "2026-06-01T10:00:00-04:00", "scope": "solicitation"}]
    assert rule.allows(NOW, numbers=on(listed=True), consents=consent)


def test_a_text_needs_a_fresh_tie(law: Callable[..., Any]) -> None:
    """Sixty days after their own text is fresh, sixty-one is not, unless the number was checked since."""
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    text = {"action": "send_sms", "number": "+12125550123", "debts": ["D1"]}
    wrote = {"ts": "2026-04-11T09:00:00-04:00", "event": "sms_received"}
    earlier = {**wrote, "ts": "2026-04-10T09:00:00-04:00"}
    checked = {"ts": "2026-06-01T09:00:00-04:00", "event": "rnd_query", "result": "no"}

    assert rule.allows(NOW, proposed=text, history=[wrote])
    assert not rule.allows(NOW, proposed=text, history=[earlier])
    assert rule.allows(NOW, proposed=text, history=[earlier, checked])
    assert not rule.allows(NOW, proposed=text, history=[checked])


def test_numbers_of_others_need_a_collector_on_the_line(law: Callable[..., Any]) -> None:
    """A reference's number is never dialed ahead."""
    rule = law("number_role", "roles: [reference], unless_agent_guaranteed: true")
    numbers = [{"e164": "+12125550123", "role": "reference", "area_code_tzs": ["America/New_York"]}]
    certain = {"action": "place_call", "number": "+12125550123", "mode": "preview_agent_guaranteed"}

    assert not rule.allows(NOW, numbers=numbers)
    assert rule.allows(NOW, numbers=numbers, proposed=certain)


def test_electronic_messages_may_need_consent(law: Callable[..., Any]) -> None:
    """Consent to the very medium, not revoked since."""
    rule = law("needs_consent", "", "actions: [send_email]")
    mail = {"action": "send_email", "debts": ["D1"]}
    consent = {"ts": "2026-06-01T10:00:00-04:00", "scope": "email"}

    assert not rule.allows(NOW, proposed=mail)
    assert rule.allows(NOW, proposed=mail, consents=[consent])
    assert not rule.allows(NOW, proposed=mail, consents=[{**consent, "scope": "sms"}])
    stop = [{"ts": "2026-06-02T10:00:00-04:00", "type": "revoke_consent"}]
    assert not rule.allows(NOW, proposed=mail, consents=[consent], requests=stop)


# --- holds --------------------------------------------------------------------------------------------------

HOLD = {"kind": "vulnerability", "ts": "2026-06-01T00:00:00-04:00", "until": "2026-06-20T00:00:00-04:00"}


@pytest.mark.parametrize(
    ("until", "now", "held"),
    [
        ("2026-06-20T00:00:00-04:00", "2026-05-31T23:59:59-04:00", False),
        ("2026-06-20T00:00:00-04:00", "2026-06-01T00:00:00-04:00", True),
        ("2026-06-20T00:00:00-04:00", "2026-06-19T23:59:59-04:00", True),
        ("2026-06-20T00:00:00-04:00", "2026-06-20T00:00:00-04:00", False),
        ("2026-06-20T00:00:00.5-04:00", "2026-06-20T00:00:00-04:00", True),
        ("2026-06-20T00:00:00.5-04:00", "2026-06-20T00:00:01-04:00", False),
    ],
)
def test_a_hold_lasts_from_its_second_to_its_end(
    law: Callable[..., Any], until: str, now: str, held: bool
) -> None:
    """A part of a second is held whole."""
    rule = law("hold", "holds: [vulnerability]")
    assert rule.allows(now, holds=[{**HOLD, "until": until}]) is not held


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        (["D1"], ["D1"], False),
        (["D2"], ["D1"], True),
        (["D2"], ["D1", "D2"], False),
        (["D2"], None, False),
        (None, ["D1"], False),
        (None, None, False),
    ],
)
def test_a_hold_is_on_the_debts_it_names(
    law: Callable[..., Any], held: list[str] | None, wanted: list[str] | None, allowed: bool
) -> None:
    """One that names none is on all; a contact about none may be about any."""
    rule = law("hold", "holds: [vulnerability]")
    debts = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]
    proposed: dict[str, object] = {"action": "place_call", "number": "+12125550123"}
    if wanted:
        proposed["debts"] = wanted
    assert rule.allows(NOW, holds=[{**HOLD, "debts": held}], debts=debts, proposed=proposed) is allowed


def test_of_several_holds_the_last_to_end_counts_and_each_is_told(law: Callable[..., Any]) -> None:
    """Others, whatever stands between, and those that are over, say nothing."""
    rule = law("hold", "holds: [vulnerability, fraud]")
    long = {**HOLD, "kind": "fraud", "until": "2026-06-25T00:00:00-04:00", "source": "the bank"}
    other, over = {**HOLD, "kind": "disaster_area"}, {**HOLD, "until": "2026-06-02T00:00:00-04:00"}
    for holds in ([other, over, HOLD, long], [long, over, other, HOLD]):
        decision = rule.decide(NOW, holds=holds)
        assert decision.retry_at == datetime.fromisoformat("2026-06-25T00:00:00-04:00")
        facts = decision.findings[-1].facts
        assert [value for name, value in facts if name == "told by"] == ["the bank"]
        assert sum(name == "hold" for name, _ in facts) == 2
        assert sum(name == "until" for name, _ in facts) == 2
    endless = {**HOLD, "until": None}
    assert rule.retry(NOW, holds=[endless, long]) is None
    assert rule.retry(NOW, holds=[long, endless]) is None


def test_a_hold_leaves_the_purposes_it_excepts(law: Callable[..., Any]) -> None:
    rule = law("hold", "holds: [vulnerability], except_purposes: [complaint_response]")
    answer = {
        "action": "place_call",
        "number": "+12125550123",
        "debts": ["D1"],
        "purpose": "complaint_response",
    }
    assert rule.allows(NOW, holds=[HOLD], proposed=answer)
    assert not rule.allows(NOW, holds=[HOLD])
    assert rule.allows(NOW)


# --- holidays -----------------------------------------------------------------------------------------------


def test_a_holiday_is_one_in_any_zone_of_the_person_and_is_told(law: Callable[..., Any]) -> None:
    """At 22:00 in New York on the eve it is the day itself in Guam, and there it ends."""
    rule = law("holiday", "country: US")
    both = {"id": "P1", "addresses": [{"country": "US", "tzs": ["America/New_York", "Pacific/Guam"]}]}
    decision = rule.decide("2025-12-24T22:00:00-05:00", person=both)

    assert dict(decision.findings[-1].facts) == {
        "holiday": "Christmas Day", "day": "2025-12-25", "zone": "Pacific/Guam"
    }  # fmt: skip
    assert decision.retry_at == datetime.fromisoformat("2025-12-26T00:00:00-05:00")
    assert rule.allows("2025-12-24T08:59:59-05:00", person=both)
    assert not rule.allows("2025-12-24T09:00:00-05:00", person=both)


@pytest.mark.parametrize(
    ("values", "day", "allowed"),
    [
        ("country: GB, subdivision: ENG", "2026-04-06", False),
        ("country: GB, subdivision: ENG, not: [easter]", "2026-04-06", True),
        ("country: US, also: [easter]", "2026-04-05", False),
        ("country: US, also: [easter+1]", "2026-04-06", False),
        ("country: US, also: [easter+1]", "2026-04-05", True),
        ("country: US, also: [easter-2]", "2026-04-03", False),
        ("country: US, also: ['04-08']", "2026-04-08", False),
        ("country: US, also: ['04-08']", "2027-04-08", False),
        ("country: US", "2026-04-08", True),
    ],
)
def test_days_are_added_and_taken_away_by_the_law(
    law: Callable[..., Any], values: str, day: str, allowed: bool
) -> None:
    assert law("holiday", values).allows(f"{day}T12:00:00-04:00") is allowed


# --- lists, and mail at work --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "unknown_denies", "allowed"),
    [
        ({"on_national_dnc": True}, True, False),
        ({"on_national_dnc": False}, True, True),
        ({"on_internal_dnc": True, "on_national_dnc": False}, True, True),
        ({"on_internal_dnc": True}, True, False),
        ({"on_internal_dnc": True}, False, True),
        ({}, False, True),
        ({}, True, False),
    ],
)
def test_only_the_lists_named_deny(
    law: Callable[..., Any], number: dict[str, object], unknown_denies: bool, allowed: bool
) -> None:
    """Being on another says nothing of these."""
    known = {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/New_York"], **number}
    rule = law("do_not_call", f"lists: [national], unknown_denies: {str(unknown_denies).lower()}")
    assert rule.allows(NOW, numbers=[known]) is allowed


def test_what_has_no_number_is_on_no_list(law: Callable[..., Any]) -> None:
    rule = law("do_not_call", "lists: [national], unknown_denies: true")
    assert rule.allows(NOW, proposed={"action": "send_email", "debts": ["D1"]})


@pytest.mark.parametrize(
    ("employers", "consent", "allowed"),
    [
        (True, None, False),
        (False, None, True),
        (None, None, True),
        (True, {}, True),
        (True, {"scope": "email"}, False),
        (True, {"given_to": "creditor"}, False),
        (True, {"given_to": None}, False),
        (True, {"ts": NOW}, True),
        (True, {"ts": "2026-06-10T10:00:01-04:00"}, False),
        (True, {"address": "office"}, True),
        (True, {"address": "home"}, False),
    ],
)
def test_no_mail_to_an_address_of_the_employer_without_consent_to_it(
    law: Callable[..., Any], employers: bool | None, consent: dict[str, object] | None, allowed: bool
) -> None:
    """12 CFR 1006.22(f)(3): given to the collector, from its second on."""
    rule = law("employer_email", "", "actions: [send_email]")
    mail: dict[str, object] = {"action": "send_email", "debts": ["D1"], "address": "office"}
    if employers is not None:
        mail["email_domain_is_employers"] = employers
    given = {"ts": "2026-06-01T10:00:00-04:00", "scope": "workplace", "given_to": "collector"}
    consents = [] if consent is None else [{**given, **consent}]
    assert rule.allows(NOW, proposed=mail, consents=consents) is allowed


@pytest.mark.parametrize(
    ("values", "number", "mode", "allowed"),
    [
        ("roles: [reference]", {"role": "reference"}, None, False),
        ("roles: [reference]", {"role": "own"}, None, True),
        ("roles: [reference]", {"role": "reference"}, "preview_agent_guaranteed", False),
        ("roles: [reference], places: [work]", {"role": "own", "place": "work"}, None, False),
        ("roles: [reference], places: [work]", {"role": "own", "place": "home"}, None, True),
        (
            "places: [work], unless_agent_guaranteed: true",
            {"place": "work"},
            "preview_agent_guaranteed",
            True,
        ),
        ("places: [work], unless_agent_guaranteed: true", {"place": "work"}, "predictive", False),
    ],
)
def test_numbers_of_a_role_or_at_a_place_are_bound(
    law: Callable[..., Any], values: str, number: dict[str, object], mode: str | None, allowed: bool
) -> None:
    numbers = [{"e164": "+12125550123", "area_code_tzs": ["America/New_York"], **number}]
    proposed: dict[str, object] = {"action": "place_call", "number": "+12125550123", "debts": ["D1"]}
    if mode is not None:
        proposed["mode"] = mode
    decision = law("number_role", values).decide(NOW, numbers=numbers, proposed=proposed)
    assert decision.is_allowed is allowed
    if not allowed:
        told = dict(decision.findings[-1].facts)
        assert told.get("place of the number") == number.get("place")


def test_a_rule_for_numbers_says_nothing_of_what_has_none(law: Callable[..., Any]) -> None:
    mail = {"action": "send_email", "debts": ["D1"]}
    assert law("number_role", "roles: [reference]", "actions: [send_email]").allows(NOW, proposed=mail)


# --- texts --------------------------------------------------------------------------------------------------

TEXT = {"action": "send_sms", "number": "+12125550123", "debts": ["D1"]}


@pytest.mark.parametrize(
    ("wrote", "allowed"),
    [
        ({"ts": "2026-04-11T00:00:00-04:00"}, True),
        ({"ts": "2026-04-10T23:59:59-04:00"}, False),
        ({"ts": NOW}, True),
        ({"ts": "2026-06-10T10:00:01-04:00"}, False),
        ({"event": "email_received"}, False),
        ({"person": "spouse"}, False),
        ({"number": "+12125550123"}, True),
        ({"number": "+12125550199"}, False),
    ],
)
def test_their_own_text_from_this_number_keeps_the_tie_for_sixty_local_days(
    law: Callable[..., Any], wrote: dict[str, object], allowed: bool
) -> None:
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    history = [{"ts": "2026-06-01T09:00:00-04:00", "event": "sms_received", **wrote}]
    assert rule.allows(NOW, proposed=TEXT, history=history) is allowed


@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        ({"event": "rnd_query", "result": "no"}, True),
        ({"event": "rnd_query", "result": "yes"}, False),
        ({"event": "rnd_query", "result": "no_data"}, False),
        ({"event": "rnd_query", "result": "no", "number": "+12125550123"}, True),
        ({"event": "rnd_query", "result": "no", "number": "+12125550199"}, False),
        ({"event": "email_received"}, False),
    ],
)
def test_a_check_keeps_fresh_only_what_was_tied_before(
    law: Callable[..., Any], check: dict[str, object], allowed: bool
) -> None:
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    wrote = {"ts": "2026-01-01T09:00:00-05:00", "event": "sms_received"}
    found = {"ts": "2026-06-01T09:00:00-04:00", **check}
    assert rule.allows(NOW, proposed=TEXT, history=[wrote, found]) is allowed
    assert not rule.allows(NOW, proposed=TEXT, history=[found])


def test_a_tie_must_be_fresh_in_every_zone(law: Callable[..., Any]) -> None:
    """Written on the 11th of April in New York and the 12th in Guam: on the 10th of June, there the 11th."""
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    there = {"id": "P1", "addresses": [{"country": "US", "tzs": ["America/New_York", "Pacific/Guam"]}]}
    wrote = [{"ts": "2026-04-11T09:00:00-04:00", "event": "sms_received"}]
    assert rule.allows("2026-06-10T09:00:00-04:00", proposed=TEXT, history=wrote)
    assert not rule.allows("2026-06-10T10:00:00-04:00", proposed=TEXT, history=wrote, person=there)
    assert rule.allows("2026-06-10T09:59:59-04:00", proposed=TEXT, history=wrote, person=there)


def test_a_consent_to_texts_without_number_is_for_the_only_one(law: Callable[..., Any]) -> None:
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    line = {"kind": "mobile", "area_code_tzs": ["America/New_York"]}
    one = [{"e164": "+12125550123", **line}]
    two = [*one, {"e164": "+12125550124", **line}]
    given = {"ts": "2026-06-01T10:00:00-04:00", "scope": "sms"}

    assert rule.allows(NOW, proposed=TEXT, consents=[given], numbers=one)
    assert not rule.allows(NOW, proposed=TEXT, consents=[given], numbers=two)
    named = {**given, "number": "+12125550123"}
    assert rule.allows(NOW, proposed=TEXT, consents=[named], numbers=two)


def test_the_check_may_be_all_that_happened_where_they_consented(law: Callable[..., Any]) -> None:
    """A consent of long ago ties them to the number; the check says that it still does."""
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    given = {"ts": "2026-01-01T10:00:00-05:00", "scope": "sms", "number": "+12125550123"}
    checked = {"ts": "2026-06-01T09:00:00-04:00", "event": "rnd_query", "result": "no"}
    assert rule.allows(NOW, proposed=TEXT, consents=[given], history=[checked])
    assert not rule.allows(NOW, proposed=TEXT, consents=[given])


def test_easter_is_where_another_way_to_it_finds_it() -> None:
    """Butcher's (Smith, "Ecclesiastical Calendar", 1876), year by year; two of the exceptions among them."""

    def butcher(year: int) -> date:
        a, (b, c) = year % 19, divmod(year, 100)
        (d, e), (i, k) = divmod(b, 4), divmod(c, 4)
        h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
        l_ = (32 + 2 * e + 2 * i - h - k) % 7
        m = (a + 11 * h + 22 * l_) // 451
        month, day = divmod(h + l_ - 7 * m + 114, 31)
        return date(year, month, day + 1)

    for year in range(1583, 2600):
        assert easter_sunday(year) == butcher(year), year


HOME, DAYTIME = "+14165550111", "+14165550123"
AT_WORK = [
    {"e164": HOME, "kind": "landline", "place": "home", "area_code_tzs": ["America/Toronto"]},
    {"e164": DAYTIME, "kind": "landline", "place": "work", "area_code_tzs": ["America/Toronto"]},
]


def _tried(*outcomes: str | None, number: str | None = HOME) -> list[dict[str, object]]:
    return [
        {"ts": f"2026-06-0{day}T10:00:00-04:00", "event": "call_placed", "outcome": outcome, "number": number}
        for day, outcome in enumerate(outcomes, start=1)
    ]


@pytest.mark.parametrize(
    ("history", "allowed"),
    [
        ([], False),
        (_tried("no_answer"), False),
        (_tried("no_answer", "busy"), True),
        (_tried("no_answer", "voicemail_full_no_message", "amd_machine"), True),
        (_tried("no_answer", "busy", None), False),
        (_tried("no_answer", "busy", "conversation"), False),
        (_tried("no_answer", "busy", "voicemail_left"), False),
        (_tried("no_answer", "busy", "voicemail_limited_content"), False),
        (_tried("no_answer", "busy", "abandoned"), False),
        (_tried("no_answer", "busy", number=DAYTIME), False),
        (_tried("no_answer", "busy", number=None), False),
        ([*_tried("no_answer", "busy"), *_tried("conversation", number=None)], False),
        ([{**each, "person": "spouse"} for each in _tried("no_answer", "busy")], False),
        ([{**each, "event": "call_received"} for each in _tried("no_answer", "busy")], False),
    ],
)
def test_work_opens_once_calls_home_have_failed(
    law: Callable[..., Any], history: list[dict[str, object]], allowed: bool
) -> None:
    """SOR/2021-181, Schedule, item 4(b): "attempts ... at their home telephone number have failed"."""
    rule = law("number_role", "places: [work], unless_failed_at: home")
    proposed = {"action": "place_call", "number": DAYTIME}

    assert rule.allows(NOW, numbers=AT_WORK, proposed=proposed, history=history) is allowed


def test_with_no_home_on_file_or_one_not_tried_nothing_has_failed(law: Callable[..., Any]) -> None:
    """Every telephone known to ring at home is tried first; one whose place is not known is none."""
    rule = law("number_role", "places: [work], unless_failed_at: home")
    proposed = {"action": "place_call", "number": DAYTIME}
    unplaced = [{**AT_WORK[0], "place": None}, AT_WORK[1]]
    another = [*AT_WORK, {**AT_WORK[0], "e164": "+14165550199"}]

    tried = _tried("no_answer", "busy")
    assert not rule.allows(NOW, numbers=unplaced, proposed=proposed, history=tried)
    assert not rule.allows(NOW, numbers=another, proposed=proposed, history=tried)
    both = [*tried, *_tried("no_answer", number="+14165550199")]
    assert rule.allows(NOW, numbers=another, proposed=proposed, history=both)
