"""The auditor's own reading agrees with the worked cases of the United States (`tests/law/cases.jsonl`).

The translation here is the test's own, so that neither the gate's reader nor its types are shared.
"""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.auditor import (
    AuditedConsent,
    AuditedContact,
    AuditedDebt,
    AuditedNumber,
    AuditedPerson,
    AuditedRequest,
    HoursOfWeek,
    Medium,
    Proposal,
    Reading,
    judge,
)

Facts = dict[str, Any]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FILE = Path(__file__).parents[2] / "law" / "cases.jsonl"
MEDIA = {
    "call_placed": (Medium.CALL, False),
    "call_received": (Medium.CALL, True),
    "ringless_voicemail": (Medium.VOICEMAIL_WITHOUT_RINGING, False),
    "sms": (Medium.TEXT, False),
    "sms_received": (Medium.TEXT, True),
    "email": (Medium.EMAIL, False),
    "email_received": (Medium.EMAIL, True),
    "letter": (Medium.LETTER, False),
}
# What the auditor does not judge: other media, creditors in their own name, reassigned-number queries.
NOT_ASKED = {"RF-043", "TC-20", "TC-21", "TC-24"}


def _cases() -> list[Facts]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    cases = [cast("Facts", json.loads(line)) for line in lines if line]
    return [
        case
        for case in cases
        if case["packs"][0] == "US-federal"
        and case["facts"]["proposed"]["action"] == "place_call"
        and case["id"] not in NOT_ASKED
    ]


def _debts(record: Facts) -> tuple[str, ...] | None:
    return tuple(record["debts"]) if "debts" in record else None


def _clock(text: str) -> time | None:
    return None if text == "24:00" else time.fromisoformat(text)


def _day(record: Facts, key: str) -> date | None:
    return date.fromisoformat(record[key]) if key in record else None


def _contact(record: Facts) -> AuditedContact | None:
    if record["event"] not in MEDIA:
        return None
    medium, inbound = MEDIA[record["event"]]
    spoken = record.get("conversation_debts")
    return AuditedContact(
        at=datetime.fromisoformat(record["ts"]),
        medium=medium,
        inbound=inbound,
        outcome=record.get("outcome", "sent"),
        number=record.get("number"),
        debts=_debts(record),
        spoken_debts=None if spoken is None else tuple(spoken),
        recorded=record.get("tech") == "prerecorded_voice",
        purpose=record.get("purpose", "collection"),
    )


def _consent(record: Facts) -> AuditedConsent:
    hours = None
    if "from" in record:
        hours = (time.fromisoformat(record["from"]), time.fromisoformat(record["to"]))
    return AuditedConsent(
        at=datetime.fromisoformat(record["ts"]),
        scope=record["scope"],
        to_collector=record.get("given_to") == "collector",
        debts=_debts(record),
        number=record.get("number"),
        only_on=_day(record, "valid_on"),
        hours=hours,
    )


def _request(record: Facts) -> AuditedRequest:
    blocks = [
        HoursOfWeek(
            weekdays=frozenset(DAYS.index(day) for day in block["days"]),
            start=time.fromisoformat(block["from"]),
            until=_clock(block["to"]),
        )
        for block in record.get("blocks", ())
    ]
    if "days" in record:
        blocks.append(HoursOfWeek(weekdays=frozenset(DAYS.index(day) for day in record["days"])))
    return AuditedRequest(
        at=datetime.fromisoformat(record["ts"]),
        kind=record["type"],
        debts=_debts(record),
        number=record.get("number"),
        medium=record.get("medium"),
        place=record.get("place"),
        avoid=tuple(blocks),
        last_day=_day(record, "until"),
        received=_day(record, "received"),
    )


def _person(case: Facts) -> AuditedPerson:
    facts = case["facts"]
    zones = [frozenset({address["tz"]}) for address in facts["person"]["addresses"]]
    if "known_location" in facts["person"]:
        zones.append(frozenset({facts["person"]["known_location"]["tz"]}))
    contacts = (_contact(record) for record in facts["history"])
    return AuditedPerson(
        person=facts["person"]["id"],
        role=facts["person"].get("role", "consumer"),
        numbers=tuple(
            AuditedNumber(
                number=number["e164"],
                zones=frozenset(number["area_code_tzs"]),
                is_mobile=number["kind"] == "mobile",
                place=number.get("place"),
            )
            for number in facts["numbers"]
        ),
        address_zones=tuple(zones),
        debts=tuple(
            AuditedDebt(
                debt=debt["id"],
                is_student_loan=debt["type"] == "student_loan",
                servicer_account=debt.get("servicer_account"),
            )
            for debt in facts["debts"]
        ),
        regions=frozenset(case["packs"]),
        contacts=tuple(contact for contact in contacts if contact is not None),
        consents=tuple(map(_consent, facts["consents"])),
        requests=tuple(map(_request, facts["requests"])),
    )


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_worked_case_of_the_united_states(case: Facts) -> None:
    facts = case["facts"]
    proposed = facts["proposed"]
    proposal = Proposal(
        at=datetime.fromisoformat(facts["now"]),
        number=proposed["number"],
        debts=_debts(proposed),
        recorded=proposed.get("tech") == "prerecorded_voice",
        purpose=proposed.get("purpose", "collection"),
    )
    reading = Reading(literal=facts["profile"] == "literal", max_ring_s=facts["max_ring_s"], house=None)
    found = judge(_person(case), proposal, reading)
    assert found.lawful == (case["expected"] == "allow"), found.reasons
    release = case.get("earliest_next_allowed")
    if release:
        at = datetime.fromisoformat(release)
        assert judge(_person(case), replace(proposal, at=at), reading).lawful
        assert not judge(_person(case), replace(proposal, at=at - timedelta(seconds=1)), reading).lawful


def test_enough_cases_are_asked() -> None:
    assert len(_cases()) > 80
