"""Consents that lift a rule: from the second they are given, until they are revoked, for what they name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

GIVEN, NOW, REVOKED = "2026-06-10T10:00:00-04:00", "2026-06-10T10:30:00-04:00", "2026-06-10T11:00:00-04:00"
LINE = {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/New_York"]}
ON_LIST = [{**LINE, "on_national_dnc": True}]
MAIL = {"action": "send_email", "debts": ["D1"]}
TEXT = {"action": "send_sms", "number": "+12125550123", "debts": ["D1"]}

KINDS: dict[str, tuple[str, str, str, str, dict[str, object]]] = {
    "list": (
        "do_not_call",
        "lists: [national], consent_lifts: [solicitation]",
        "",
        "solicitation",
        {"numbers": ON_LIST},
    ),
    "mail": ("needs_consent", "", "actions: [send_email]", "email", {"proposed": MAIL}),
    "named": ("needs_consent", "consents: [call]", "", "call", {}),
    "text": ("text_procedure", "days: 60", "actions: [send_sms]", "sms", {"proposed": TEXT}),
    "recording": ("recorded_voice", "consents: [prerecorded]", "", "prerecorded", {}),
}
"""Kind, values, scope, the consent that lifts it, and the facts it is asked with."""


@pytest.fixture(params=sorted(KINDS))
def lifted(request: pytest.FixtureRequest, law: Callable[..., Any]) -> Callable[..., bool]:
    """`lifted(now, consent, facts)`: whether the contact may be made with this consent on file."""
    kind, values, scope, consented, plain = KINDS[request.param]
    rule = law(kind, values, scope)

    def ask(now: str, consent: dict[str, object] | None, **facts: object) -> bool:
        consents = [] if consent is None else [{"scope": consented, "ts": GIVEN, **consent}]
        return bool(rule.allows(now, consents=consents, **{**plain, **facts}))

    return ask


def test_without_consent_there_is_no_contact(lifted: Callable[..., bool]) -> None:
    assert not lifted(NOW, None)
    assert lifted(NOW, {})
    assert not lifted(NOW, {"scope": "workplace"})


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-10T09:59:59-04:00", False),
        (GIVEN, True),
        ("2026-06-10T10:59:59-04:00", True),
        (REVOKED, False),
        ("2026-06-11T10:00:00-04:00", False),
    ],
)
def test_it_holds_from_its_second_until_it_is_revoked(
    lifted: Callable[..., bool], now: str, allowed: bool
) -> None:
    """Not a second before, and not from the second of the revocation on."""
    assert lifted(now, {"revoked": REVOKED}) is allowed


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-06-10T10:00:00.500-04:00", False), ("2026-06-10T10:00:01-04:00", True)]
)
def test_it_has_not_begun_in_the_second_in_which_it_is_given(
    lifted: Callable[..., bool], now: str, allowed: bool
) -> None:
    assert lifted(now, {"ts": "2026-06-10T10:00:00.900-04:00"}) is allowed


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-06-10T10:59:59-04:00", True), ("2026-06-10T11:00:00.950-04:00", False)]
)
def test_it_is_over_in_the_second_in_which_it_is_revoked(
    lifted: Callable[..., bool], now: str, allowed: bool
) -> None:
    """Rules are asked of whole seconds: the rest of that one must not be left to it."""
    assert lifted(now, {"revoked": "2026-06-10T11:00:00.900-04:00"}) is allowed


def test_an_earlier_consent_that_does_not_hold_hides_no_later_one(law: Callable[..., Any]) -> None:
    rule = law("recorded_voice", "consents: [prerecorded]")
    ended = {
        "scope": "prerecorded",
        "ts": "2026-01-01T10:00:00-05:00",
        "revoked": "2026-02-01T10:00:00-05:00",
    }
    assert rule.allows(NOW, consents=[ended, {"scope": "prerecorded", "ts": GIVEN}])
    assert not rule.allows(NOW, consents=[ended])


@pytest.mark.parametrize(
    ("asked", "now", "allowed"),
    [
        ("2026-06-10T09:59:59-04:00", NOW, True),
        (GIVEN, NOW, False),
        ("2026-06-10T10:10:00-04:00", "2026-06-10T10:09:59-04:00", True),
        ("2026-06-10T10:10:00-04:00", "2026-06-10T10:10:00-04:00", False),
    ],
)
@pytest.mark.parametrize("kind", ["list", "mail", "named", "recording"])
def test_a_request_to_revoke_ends_what_was_given_up_to_its_second(
    law: Callable[..., Any], kind: str, asked: str, now: str, allowed: bool
) -> None:
    """A consent of the same second was meant by it; one given afterwards was not."""
    name, values, scope, consented, plain = KINDS[kind]
    stop = [{"ts": asked, "type": "revoke_consent"}]
    consents = [{"scope": consented, "ts": GIVEN}]
    assert law(name, values, scope).allows(now, consents=consents, requests=stop, **plain) is allowed


OPENS: dict[str, tuple[str, str, str, dict[str, object], dict[str, object]]] = {
    "hours": (
        "window",
        "hours: [{from: '12:00', to: '13:00'}], consent_lifts: true",
        "",
        {"scope": "time_window", "from": "10:00", "to": "11:00"},
        {},
    ),
    "third party": (
        "third_party",
        "owing_roles: [consumer], consent_lifts: [third_party]",
        "",
        {"scope": "third_party"},
        {
            "person": {
                "id": "P1",
                "role": "reference",
                "addresses": [{"country": "US", "tz": "America/New_York"}],
            }
        },
    ),
    "workplace": (
        "suppression",
        "requests: [employer_prohibits], binds: calls, consent_lifts: [workplace]",
        "",
        {"scope": "workplace"},
        {},
    ),
    "mail of the employer": (
        "employer_email",
        "",
        "actions: [send_email]",
        {"scope": "workplace"},
        {"proposed": {**MAIL, "email_domain_is_employers": True}},
    ),
}
"""Kind, values, scope, the consent given to the collector that opens what it closes, and the facts."""


@pytest.fixture(params=sorted(OPENS))
def opened(request: pytest.FixtureRequest, law: Callable[..., Any]) -> Callable[..., bool]:
    """`opened(now, consent, requests)`: whether the contact may be made with this consent on file."""
    kind, values, scope, consented, plain = OPENS[request.param]
    rule = law(kind, values, scope)
    prohibits = {"ts": "2026-06-01T10:00:00-04:00", "type": "employer_prohibits"}

    def ask(now: str, consent: dict[str, object], *requests: dict[str, object]) -> bool:
        given = {"ts": GIVEN, "given_to": "collector", **consented, **consent}
        return bool(rule.allows(now, consents=[given], requests=[prohibits, *requests], **plain))

    return ask


@pytest.mark.parametrize(
    ("told", "now", "allowed"),
    [
        ({}, NOW, True),
        ({"ts": "2026-06-10T10:30:00.900-04:00"}, "2026-06-10T10:30:00.500-04:00", False),
        ({"ts": "2026-06-10T10:30:00.900-04:00"}, "2026-06-10T10:30:01-04:00", True),
        ({"revoked": "2026-06-10T10:30:00.900-04:00"}, "2026-06-10T10:30:00.950-04:00", False),
        ({"revoked": "2026-06-10T10:30:00.900-04:00"}, "2026-06-10T10:29:59-04:00", True),
    ],
)
def test_what_a_consent_opens_is_open_from_its_next_second_and_shut_in_that_of_its_end(
    opened: Callable[..., bool], told: dict[str, object], now: str, allowed: bool
) -> None:
    assert opened(now, told) is allowed


@pytest.mark.parametrize(("now", "allowed"), [("10:00:00.500", False), ("10:00:01", True)])
@pytest.mark.parametrize("of", ["consent", "call back"])
def test_no_call_is_taken_out_of_the_count_in_the_second_in_which_that_is_agreed(
    law: Callable[..., Any], of: str, now: str, allowed: bool
) -> None:
    rule = law("count", "at_most: 1, per: debt, within: [{days: 7}], calls: all, consent_excludes: true")
    told: dict[str, object] = {"ts": "2026-06-10T10:00:00.900-04:00", "debts": ["D1"]}
    agreed = {**told, "scope": "call", "given_to": "collector"}
    wish = {**told, "type": "callback_request"}
    counted = {"ts": "2026-06-09T10:00:00-04:00", "event": "call_placed", "outcome": "no_answer"}
    facts = {"consents": [agreed]} if of == "consent" else {"requests": [wish]}
    decided = rule.decide(f"2026-06-10T{now}-04:00", history=[{**counted, "debts": ["D1"]}], **facts)
    assert decided.is_allowed is allowed
    assert allowed or decided.retry_at == datetime(2026, 6, 10, 14, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2026-06-10T09:59:59-04:00", True),
        (GIVEN, False),
        ("2026-06-10T10:30:00.900-04:00", False),
        ("2026-06-10T10:30:01-04:00", True),
    ],
)
def test_what_a_consent_opens_is_shut_by_a_request_to_revoke(
    opened: Callable[..., bool], asked: str, allowed: bool
) -> None:
    """Who takes their consents back names none of them."""
    revoked: dict[str, object] = {"ts": asked, "type": "revoke_consent"}
    assert opened("2026-06-10T10:30:00.950-04:00", {}, revoked) is allowed


@pytest.mark.parametrize("told", ["2026-06-05T09:00:00-04:00", "2026-06-20T09:00:00-04:00"])
@pytest.mark.parametrize("asked_for", ["revoke_consent", "cease_communication"])
@pytest.mark.parametrize("kind", ["mail", "named", "text", "recording"])
def test_what_came_by_mail_ends_a_consent_from_the_day_it_came(
    law: Callable[..., Any], kind: str, asked_for: str, told: str
) -> None:
    """Received on the 12th, whether posted before the consent or written down a week later: a consent given
    up to that day is over with its first second, and one of the day after stands.
    """
    name, values, scope, consented, plain = KINDS[kind]
    rule = law(name, values, scope)
    letter = [{"ts": told, "type": asked_for, "in_writing": True, "received": "2026-06-12"}]
    consents = [{"scope": consented, "ts": GIVEN}]
    assert rule.allows("2026-06-11T23:59:59-04:00", consents=consents, requests=letter, **plain)
    assert not rule.allows("2026-06-12T00:00:00-04:00", consents=consents, requests=letter, **plain)
    same_day = [{"scope": consented, "ts": "2026-06-12T12:00:00-04:00"}]
    assert not rule.allows("2026-06-12T13:00:00-04:00", consents=same_day, requests=letter, **plain)
    day_after = [{"scope": consented, "ts": "2026-06-13T00:00:00-04:00"}]
    assert rule.allows("2026-06-13T00:00:00-04:00", consents=day_after, requests=letter, **plain)
    assert rule.allows("2026-06-21T09:00:00-04:00", consents=day_after, requests=letter, **plain)


@pytest.mark.parametrize(
    ("number", "allowed"), [(None, True), ("+12125550123", True), ("+12125550199", False)]
)
@pytest.mark.parametrize("kind", ["list", "named", "text", "recording"])
def test_it_is_for_the_number_it_names(
    law: Callable[..., Any], kind: str, number: str | None, allowed: bool
) -> None:
    """One that names none is for the one number there is."""
    name, values, scope, consented, plain = KINDS[kind]
    consents = [{"scope": consented, "ts": GIVEN, "number": number}]
    assert law(name, values, scope).allows(NOW, consents=consents, **plain) is allowed


# --- what the database of reassigned numbers says --------------------------------------------------------


def asked(*results: tuple[str, str, str | None]) -> list[dict[str, object]]:
    return [
        {"ts": ts, "event": "rnd_query", "date_in_query": "2025-01-01", "result": result, "number": number}
        for ts, result, number in results
    ]


@pytest.mark.parametrize(
    ("history", "allowed"),
    [
        ([("2026-06-10T10:10:00-04:00", "no", None)], True),
        ([("2026-06-10T10:10:00-04:00", "yes", "+12125550199")], True),
        (
            [
                ("2026-06-10T10:10:00-04:00", "yes", "+12125550199"),
                ("2026-06-10T10:11:00-04:00", "yes", None),
            ],
            False,
        ),
        ([("2026-06-10T10:10:00-04:00", "no_data", None), ("2026-06-10T10:11:00-04:00", "no", None)], True),
        ([("2026-06-10T10:10:00-04:00", "no", None), ("2026-06-10T10:11:00-04:00", "no_data", None)], False),
        ([(GIVEN, "yes", None)], False),
    ],
)
def test_the_latest_answer_about_this_number_counts(
    law: Callable[..., Any], history: list[tuple[str, str, str | None]], allowed: bool
) -> None:
    """Yes ends the consent; the answer about another number says nothing of this one."""
    rule = law("recorded_voice", "consents: [prerecorded], reassigned_numbers: true")
    other = {"ts": "2026-06-10T10:09:00-04:00", "event": "call_placed", "outcome": "no_answer"}
    consents = [{"scope": "prerecorded", "ts": GIVEN}]
    assert rule.allows(NOW, consents=consents, history=[other, *asked(*history)]) is allowed


def test_a_check_that_found_somebody_else_keeps_no_tie_fresh(law: Callable[..., Any]) -> None:
    rule = law("text_procedure", "days: 60", "actions: [send_sms]")
    wrote = {"ts": "2026-04-01T09:00:00-04:00", "event": "sms_received"}
    for result, allowed in (("no", True), ("yes", False), ("no_data", False)):
        history = [wrote, *asked(("2026-06-01T09:00:00-04:00", result, None))]
        assert rule.allows(NOW, proposed=TEXT, history=history) is allowed
    elsewhere = [wrote, *asked(("2026-06-01T09:00:00-04:00", "no", "+12125550199"))]
    assert not rule.allows(NOW, proposed=TEXT, history=elsewhere)


# --- roles that close ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "of_debts", "wanted", "allowed"),
    [
        ("consumer", [None], ["D1"], True),
        ("minor", [None], ["D1"], False),
        ("consumer", ["minor"], ["D1"], False),
        ("consumer", ["minor", "consumer"], ["D2"], True),
        ("consumer", ["minor", "consumer"], ["D1", "D2"], False),
        ("consumer", ["minor", "consumer"], [], False),
        ("consumer", [None, "minor"], ["D1"], True),
    ],
)
def test_a_role_closes_its_own_debts_and_a_persons_own_role_all(
    law: Callable[..., Any], own: str, of_debts: list[str | None], wanted: list[str], allowed: bool
) -> None:
    """Which debts are meant may not be known: then any of them closes."""
    person = {"id": "P1", "role": own, "addresses": [{"country": "US", "tz": "America/New_York"}]}
    debts = [{"id": f"D{n}", "type": "medical", "role": role} for n, role in enumerate(of_debts, 1)]
    proposed: dict[str, object] = {"action": "place_call", "number": "+12125550123"}
    if wanted:
        proposed["debts"] = wanted
    rule = law("role_closed", "roles: [minor]")
    assert rule.allows(NOW, person=person, debts=debts, proposed=proposed) is allowed


OTHER = {"e164": "+13035550123", "kind": "mobile", "area_code_tzs": ["America/New_York"]}


@pytest.mark.parametrize("kind", ["list", "named", "text", "recording"])
@pytest.mark.parametrize(
    ("named", "has_another", "allowed"),
    [
        ("+12125550123", True, True),
        ("+13035550123", True, False),
        (None, False, True),
        (None, True, False),
    ],
)
def test_a_consent_that_names_no_telephone_is_not_for_one_of_several(
    law: Callable[..., Any], kind: str, named: str | None, has_another: bool, allowed: bool
) -> None:
    """Which was meant is not known; 47 CFR 64.1200(c)(2)(ii) wants the number in the consent itself."""
    name, values, scope, consented, plain = KINDS[kind]
    consent = {"scope": consented, "ts": GIVEN, "number": named}
    numbers = [{**LINE, "on_national_dnc": True}, *([OTHER] if has_another else [])]
    asked = {**plain, "numbers": numbers}
    assert law(name, values, scope).allows(NOW, consents=[consent], **asked) is allowed
