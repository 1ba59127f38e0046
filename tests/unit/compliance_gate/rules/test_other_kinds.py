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
