"""Kind `recorded_voice`: a recording needs consent, or is rationed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

CONSENTED = "consents: [number_provided_to_creditor_for_account, prerecorded], reassigned_numbers: true"
NOW = "2026-06-10T10:00:00-04:00"
GIVEN = {"ts": "2025-01-01T10:00:00-05:00", "scope": "number_provided_to_creditor_for_account"}
STOP = {"ts": "2026-05-01T10:00:00-04:00", "type": "revoke_consent"}


def recorded(*days: str) -> list[dict[str, object]]:
    """Recorded calls of June days."""
    return [
        {
            "ts": f"2026-06-{day}T10:00:00-04:00",
            "event": "call_placed",
            "outcome": "prerecorded_delivered",
            "tech": "prerecorded_voice",
        }
        for day in days
    ]


def test_consent_is_needed_and_enough(law: Callable[..., Any]) -> None:
    """None denies for ever; the number given to the creditor is consent."""
    rule = law("recorded_voice", CONSENTED)

    assert rule.retry(NOW) is None
    assert rule.allows(NOW, consents=[GIVEN])


def test_a_revocation_binds_at_once_and_a_new_consent_opens_again(law: Callable[..., Any]) -> None:
    """No ten business days are taken."""
    rule = law("recorded_voice", CONSENTED)

    assert not rule.allows("2026-05-01T10:00:01-04:00", consents=[GIVEN], requests=[STOP])
    anew = {"ts": "2026-05-02T10:00:00-04:00", "scope": "prerecorded"}
    assert rule.allows(NOW, consents=[GIVEN, anew], requests=[STOP])


def test_one_account_until_the_day_all_are_revoked(law: Callable[..., Any]) -> None:
    """A stop for one account ends the others from the day the law says."""
    rule = law("recorded_voice", CONSENTED + ", revoke_all_from: 2027-01-31")
    facts: dict[str, object] = {
        "debts": [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}],
        "consents": [{**GIVEN, "debts": ["D1", "D2"]}],
        "requests": [{**STOP, "debts": ["D1"]}],
        "proposed": {"action": "place_call", "number": "+12125550123", "debts": ["D2"]},
    }

    assert rule.allows("2027-01-30T10:00:00-05:00", **facts)
    assert not rule.allows("2027-01-31T10:00:00-05:00", **facts)


def test_the_database_is_believed_against_the_consent(law: Callable[..., Any]) -> None:
    """Yes ends it, no data gives no protection, no keeps it; an answer before the consent says nothing."""
    rule = law("recorded_voice", CONSENTED)

    def asked(result: str, ts: str = "2026-06-09T10:00:00-04:00") -> list[dict[str, object]]:
        return [{"ts": ts, "event": "rnd_query", "date_in_query": "2025-01-01", "result": result}]

    assert rule.allows(NOW, consents=[GIVEN], history=asked("no"))
    assert not rule.allows(NOW, consents=[GIVEN], history=asked("yes"))
    assert not rule.allows(NOW, consents=[GIVEN], history=asked("no_data"))
    assert rule.allows(NOW, consents=[GIVEN], history=asked("yes", "2024-12-01T10:00:00-05:00"))


def test_consent_must_be_for_this_number_and_debt(law: Callable[..., Any]) -> None:
    """With two numbers or two debts on file a consent must say which."""
    rule = law("recorded_voice", CONSENTED)
    two = [
        {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/New_York"]},
        {"e164": "+12125550124", "kind": "mobile", "area_code_tzs": ["America/New_York"]},
    ]

    assert not rule.allows(NOW, consents=[GIVEN], numbers=two)
    assert rule.allows(NOW, consents=[{**GIVEN, "number": "+12125550123"}], numbers=two)
    assert not rule.allows(NOW, consents=[{**GIVEN, "number": "+12125550124"}], numbers=two)
    assert not rule.allows(NOW, consents=[{**GIVEN, "debts": ["D9"]}])


def test_without_consent_three_in_thirty_days(law: Callable[..., Any]) -> None:
    """The fourth waits until the first has left the thirty days."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")

    assert rule.allows(NOW, history=recorded("01", "03"))
    assert rule.retry(NOW, history=recorded("01", "03", "05")) == datetime.fromisoformat(
        "2026-07-01T00:00:00-04:00"
    )
    assert not rule.allows(NOW, requests=[STOP])


def test_a_recorded_call_that_met_a_busy_line_was_made(law: Callable[..., Any]) -> None:
    """The regulation counts calls, not answers."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")
    busy = {
        "ts": "2026-06-07T10:00:00-04:00",
        "event": "call_placed",
        "outcome": "busy",
        "tech": "prerecorded_voice",
    }

    assert rule.allows(NOW, history=recorded("01", "03"))
    assert not rule.allows(NOW, history=[*recorded("01", "03"), busy])


@pytest.mark.parametrize(
    ("terms", "day", "allowed"),
    [
        ({"valid_on": "2026-06-10"}, "2026-06-09", False),
        ({"valid_on": "2026-06-10"}, "2026-06-10", True),
        ({"valid_on": "2026-06-10"}, "2026-06-11", False),
        ({"valid_from": "2026-06-10"}, "2026-06-09", False),
        ({"valid_from": "2026-06-10"}, "2026-06-10", True),
        ({"valid_until": "2026-06-10"}, "2026-06-10", True),
        ({"valid_until": "2026-06-10"}, "2026-06-11", False),
        ({"valid_from": "2026-06-09", "valid_until": "2026-06-10"}, "2026-06-08", False),
        ({"valid_from": "2026-06-09", "valid_until": "2026-06-10"}, "2026-06-11", False),
    ],
)
def test_a_consent_to_recordings_holds_on_the_days_it_names(
    law: Callable[..., Any], terms: dict[str, str], day: str, allowed: bool
) -> None:
    """Its first and its last day are in it."""
    rule = law("recorded_voice", CONSENTED)

    assert rule.allows(f"{day}T10:00:00-04:00", consents=[{**GIVEN, **terms}]) is allowed


def test_a_consent_for_a_day_must_be_for_that_day_wherever_they_may_be(law: Callable[..., Any]) -> None:
    """It is the 10th in New York and already the 11th in Guam."""
    rule = law("recorded_voice", CONSENTED)
    nowhere_else = {"id": "P1", "addresses": [{"country": "US", "tz": "America/New_York"}]}
    there_too = {
        **nowhere_else,
        "addresses": [*nowhere_else["addresses"], {"country": "US", "tz": "Pacific/Guam"}],
    }
    consent = {**GIVEN, "valid_on": "2026-06-10"}

    assert rule.allows("2026-06-10T12:00:00-04:00", consents=[consent], person=nowhere_else)
    assert not rule.allows("2026-06-10T12:00:00-04:00", consents=[consent], person=there_too)


TWO_DEBTS = [{"id": "D1", "type": "medical"}, {"id": "D2", "type": "medical"}]


def recorded_at(ts: str, **more: object) -> dict[str, object]:
    return {"ts": ts, "event": "call_placed", "outcome": "prerecorded_delivered", **more}


@pytest.mark.parametrize(
    ("stop", "allowed"),
    [
        ({}, False),
        ({"number": "+12125550123"}, False),
        ({"number": "+12125550199"}, True),
        ({"debts": ["D1"]}, False),
        ({"debts": ["D1", "D2"]}, False),
        ({"debts": ["D2"]}, True),
        ({"debts": ["D1"], "number": "+12125550199"}, True),
    ],
)
@pytest.mark.parametrize("consented", [True, False])
def test_a_revocation_is_for_the_number_and_debts_it_names(
    law: Callable[..., Any], stop: dict[str, object], allowed: bool, consented: bool
) -> None:
    """It ends a consent, and what the law leaves without one."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")
    given = [{"ts": "2025-01-01T10:00:00-05:00", "scope": "prerecorded", "debts": ["D1", "D2"]}]
    asked = {"debts": TWO_DEBTS, "consents": given if consented else []}
    assert rule.allows(NOW, requests=[{**STOP, **stop}], **asked) is allowed


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-05-01T09:59:59-04:00", True),
        ("2026-05-01T10:00:00-04:00", False),
        ("2026-05-31T23:59:59-04:00", False),
        ("2026-06-01T00:00:00-04:00", True),
    ],
)
def test_a_revocation_binds_from_its_second_until_it_is_withdrawn(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    rule = law("recorded_voice", CONSENTED)
    stop = {**STOP, "withdrawn_at": "2026-06-01T00:00:00-04:00"}
    assert rule.allows(now, consents=[GIVEN], requests=[stop]) is allowed


def test_the_last_revocation_in_the_file_is_told(law: Callable[..., Any]) -> None:
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")
    stops = [{**STOP, "ts": f"2026-05-0{day}T10:00:00-04:00"} for day in (1, 2, 3)]
    told = dict(rule.decide(NOW, requests=stops).findings[-1].facts)
    assert told["revoked"] == "2026-05-03T10:00:00-04:00"


@pytest.mark.parametrize(
    ("call", "counts"),
    [
        ({}, True),
        ({"number": "+12125550123"}, True),
        ({"number": "+12125550199"}, False),
        ({"outcome": "no_answer"}, False),
        ({"outcome": "no_answer", "tech": "prerecorded_voice"}, True),
    ],
)
def test_recorded_calls_on_this_line_are_counted(
    law: Callable[..., Any], call: dict[str, object], counts: bool
) -> None:
    """One whose line was not kept may have been on this."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 1, days: 30")
    history = [recorded_at("2026-06-09T10:00:00-04:00", **call)]
    assert rule.allows(NOW, history=history) is not counts


@pytest.mark.parametrize(
    ("zones", "last", "free"),
    [
        (["America/New_York"], "2026-07-08T23:59:59-04:00", "2026-07-09T00:00:00-04:00"),
        (
            ["America/New_York", "America/Los_Angeles"],
            "2026-07-08T23:59:59-07:00",
            "2026-07-09T00:00:00-07:00",
        ),
    ],
)
def test_the_ration_of_recordings_is_by_local_days_in_every_zone(
    law: Callable[..., Any], zones: list[str], last: str, free: str
) -> None:
    """Thirty days, the first included: the call of the 9th of June leaves on the 9th of July."""
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 2, days: 30")
    person = {"id": "P1", "addresses": [{"country": "US", "tzs": zones}]}
    history = [
        recorded_at("2026-05-01T12:00:00-04:00"),
        recorded_at("2026-06-09T12:00:00-04:00"),
        recorded_at("2026-06-20T12:00:00-04:00"),
    ]
    assert rule.retry(last, history=history, person=person) == datetime.fromisoformat(free)
    assert rule.allows(free, history=history, person=person)
    told = dict(rule.decide(last, history=history, person=person).findings[-1].facts)
    assert told["recorded calls on this line"] == "2; at most 2 without consent"


def test_a_consent_that_names_no_debt_is_for_the_one_there_is(law: Callable[..., Any]) -> None:
    rule = law("recorded_voice", CONSENTED)
    assert rule.allows(NOW, consents=[GIVEN])
    assert not rule.allows(NOW, consents=[GIVEN], debts=TWO_DEBTS)
    assert rule.allows(NOW, consents=[{**GIVEN, "debts": ["D1"]}], debts=TWO_DEBTS)
    both = {"action": "place_call", "number": "+12125550123", "debts": ["D1", "D2"]}
    assert not rule.allows(NOW, consents=[{**GIVEN, "debts": ["D1"]}], debts=TWO_DEBTS, proposed=both)
    assert rule.allows(NOW, consents=[{**GIVEN, "debts": ["D1", "D2"]}], debts=TWO_DEBTS, proposed=both)


def test_why_each_consent_does_not_do_is_told(law: Callable[..., Any]) -> None:
    rule = law("recorded_voice", CONSENTED)
    revoked = {**GIVEN, "revoked": "2026-06-10T10:00:00-04:00"}
    elsewhere = {**GIVEN, "ts": "2025-02-01T10:00:00-05:00", "number": "+12125550199"}
    told = dict(rule.decide(NOW, consents=[revoked, elsewhere]).findings[-1].facts)
    scope = "number_provided_to_creditor_for_account"
    assert told[f"consent {scope} of 2025-01-01"] == "revoked"
    assert told[f"consent {scope} of 2025-02-01"] == "for another number, or not known for which"
    assert told["consent"] == "none in force for this number and debt"
