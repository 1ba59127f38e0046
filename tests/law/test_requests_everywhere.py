"""What a person asked for is kept where no law of the place says so: by the house, whoever collects."""

import json
from collections.abc import Mapping

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_language import read_case

GATE = ComplianceGate(standard_rulebook())
AT = "2026-06-01T10:00:00+00:00"
PLACES = {
    "own-name creditor, Ohio": ("first_party_own_name", ["US-federal"], "US", "America/New_York"),
    "India": ("third_party", ["IN"], "IN", "Asia/Kolkata"),
    "Mexico": ("third_party", ["MX"], "MX", "America/Mexico_City"),
    "Alberta": ("third_party", ["CA-AB"], "CA", "America/Edmonton"),
    "New Brunswick": ("third_party", ["CA-NB"], "CA", "America/Moncton"),
    "a Canadian bank": ("bank", ["CA-federal-bank"], "CA", "America/Toronto"),
}
NOON_UTC = {"Asia/Kolkata": "2026-06-10T07:00:00+00:00"}
REQUESTS: list[dict[str, object]] = [
    {"type": "stop_calling"},
    {"type": "do_not_call"},
    {"type": "written_only"},
    {"type": "stop_medium", "medium": "phone_call"},
    {"type": "stop_number", "number": "+10000000000"},
    {"type": "wrong_number_learned", "number": "+10000000000"},
    {"type": "cease_communication", "received": "2026-06-02", "in_writing": True},
    {"type": "attorney_represented", "attorney": "known"},
    {"type": "dispute", "in_writing": True, "debts": ["D1"]},
    {"type": "employer_prohibits"},
    {"type": "inconvenient_place", "place": "home"},
    {"type": "inconvenient_times", "days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]},
]


def is_allowed(place: str, requests: list[Mapping[str, object]]) -> bool:
    collector, packs, country, zone = PLACES[place]
    case: dict[str, object] = {
        "id": place,
        "packs": packs,
        "facts": {
            "collector_type": collector,
            "person": {"id": "P1", "addresses": [{"country": country, "tz": zone}]},
            "numbers": [{"e164": "+10000000000", "kind": "landline", "area_code_tzs": [zone]}],
            "debts": [{"id": "D1", "type": "credit_card"}],
            "history": [],
            "requests": requests,
            "proposed": {"action": "place_call", "number": "+10000000000", "debts": ["D1"]},
            "now": NOON_UTC.get(zone, "2026-06-10T17:00:00+00:00"),
        },
    }
    read = read_case(case)
    return GATE.evaluate(read.request, at=read.at, with_retry=False).is_allowed


@pytest.mark.parametrize("place", PLACES)
def test_a_call_may_be_placed_where_nothing_was_asked(place: str) -> None:
    assert is_allowed(place, [])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("asked", REQUESTS, ids=json.dumps)
def test_a_request_is_kept(place: str, asked: dict[str, object]) -> None:
    assert not is_allowed(place, [{"ts": AT, **asked}])
    assert is_allowed(place, [{"ts": AT, **asked, "withdrawn_at": "2026-06-09T10:00:00+00:00"}])
