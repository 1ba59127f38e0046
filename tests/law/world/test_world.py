"""The law outside the United States: hours to the second, holidays, counts, and what people asked for.

Days of the week are those of 2026: 8 June is a Monday. Each row of `HOURS` is read off the text its pack
cites.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.findings import GateDecision
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    NumberOnFile,
    PersonFile,
    PersonRequest,
)
from compliance_gate.request import ProposedContact as Proposed
from compliance_gate.told.case_check import law_gate
from compliance_gate.words import (
    ConsentScope,
    EventKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
    Place,
    Profile,
    Purpose,
    RequestKind,
)

GATE = law_gate(standard_rulebook())
NUMBER = "+10000000000"
ZONES = {
    "GB": "Europe/London",
    "CA-federal-bank": "America/Toronto",
    "CA-ON": "America/Toronto",
    "CA-AB": "America/Edmonton",
    "CA-QC": "America/Toronto",
    "CA-NB": "America/Moncton",
    "CA-CRTC": "America/Toronto",
    "AU": "Australia/Sydney",
    "IN": "Asia/Kolkata",
    "MX": "America/Mexico_City",
    "ZA": "Africa/Johannesburg",
    "BR-SP": "America/Sao_Paulo",
    "BR-RJ": "America/Sao_Paulo",
    "BR-ES": "America/Sao_Paulo",
    "BR-AM": "America/Manaus",
    "BR-AL": "America/Maceio",
    "IE": "Europe/Dublin",
    "FR": "Europe/Paris",
}
# Packs whose rules for requests are their own (the CRTC's bind solicitation only, the bank's are fewer).
NOTICE_FIRST = ("CA-ON", "CA-QC")
NOTICE = HistoryEntry(
    entry="notice",
    at=datetime.fromisoformat("2026-03-02T10:00:00+00:00"),
    event=EventKind.INITIAL_NOTICE_MAILED,
    debts=("D1",),
)
ASKED = sorted(set(ZONES) - {"CA-CRTC", "CA-federal-bank"})


def person(pack: str, **changes: object) -> PersonFile:
    zones = frozenset({ZONES[pack]})
    file = PersonFile(
        person="P1",
        addresses=(Address(country=pack[:2], zones=zones),),
        numbers=(
            NumberOnFile(
                number=NUMBER, kind=NumberKind.LANDLINE, role=NumberRole.OWN, zones=zones, dnc_checked=True
            ),
        ),
        debts=(Debt(debt="D1"),),
        history=(NOTICE,) if pack in NOTICE_FIRST else (),
    )
    return replace(file, **changes)


def local(pack: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONES[pack]))


def decide(
    pack: str, text: str, *, file: PersonFile | None = None, purpose: Purpose = Purpose.COLLECTION
) -> GateDecision:
    request = ContactRequest(
        person=PreparedPerson(file or person(pack)),
        proposed=Proposed(number=NUMBER, debts=("D1",), purpose=purpose),
        profile=Profile.LITERAL,
        packs=(pack,),
    )
    return GATE.evaluate(request, at=local(pack, text))


def denied(decision: GateDecision) -> set[str]:
    return {finding.rule for finding in decision.denials}


HOURS: list[tuple[str, str, str | None]] = [
    # pack, last or first permitted second, and the forbidden one beside it (or None)
    ("CA-federal-bank", "2026-06-10T07:00:00", "2026-06-10T06:59:59"),
    ("CA-federal-bank", "2026-06-10T21:00:00", "2026-06-10T21:00:01"),
    ("CA-federal-bank", "2026-06-14T13:00:00", "2026-06-14T12:59:59"),
    ("CA-federal-bank", "2026-06-14T17:00:00", "2026-06-14T17:00:01"),
    ("CA-ON", "2026-06-13T20:30:00", "2026-06-13T21:00:01"),
    ("CA-ON", "2026-06-14T15:00:00", "2026-06-14T18:00:00"),
    ("CA-AB", "2026-06-14T22:00:00", "2026-06-14T22:00:01"),
    ("CA-AB", "2026-06-10T07:00:00", "2026-06-10T06:59:59"),
    ("CA-QC", "2026-06-13T20:00:00", "2026-06-13T20:00:01"),
    ("CA-QC", "2026-06-13T08:00:00", "2026-06-14T12:00:00"),
    ("CA-NB", "2026-06-14T13:00:00", "2026-06-14T12:59:59"),
    ("AU", "2026-06-10T07:30:00", "2026-06-10T07:29:59"),
    ("AU", "2026-06-13T09:00:00", "2026-06-13T08:59:59"),
    ("AU", "2026-06-13T21:00:00", "2026-06-13T21:00:01"),
    ("IN", "2026-06-14T08:00:00", "2026-06-14T07:59:59"),
    ("IN", "2026-06-10T19:00:00", "2026-06-10T19:00:01"),
    ("MX", "2026-06-12T22:00:00", "2026-06-13T10:00:00"),
    ("MX", "2026-06-10T07:00:00", "2026-06-10T06:59:59"),
    ("ZA", "2026-06-13T06:00:00", "2026-06-14T12:00:00"),
    ("ZA", "2026-06-13T21:00:00", "2026-06-13T21:00:01"),
    ("BR-SP", "2026-06-13T14:00:00", "2026-06-13T14:00:01"),
    ("BR-SP", "2026-06-10T08:00:00", "2026-06-14T10:00:00"),
    ("BR-RJ", "2026-06-10T19:00:00", "2026-06-13T10:00:00"),
    ("BR-ES", "2026-06-10T19:00:00", "2026-06-10T19:00:01"),
    ("BR-AM", "2026-06-10T19:00:00", "2026-06-10T19:00:01"),
    ("BR-AL", "2026-06-13T14:00:00", "2026-06-13T14:00:01"),
    ("GB", "2026-06-14T08:00:00", "2026-06-14T07:59:59"),
    ("GB", "2026-06-14T21:00:00", "2026-06-14T21:00:01"),
    ("IE", "2026-06-13T09:00:00", "2026-06-13T08:59:59"),
    ("IE", "2026-06-13T21:00:00", "2026-06-13T21:00:01"),
    ("IE", "2026-06-15T09:00:00", "2026-06-14T12:00:00"),
    ("FR", "2026-06-14T13:30:00", None),
]


@pytest.mark.parametrize(("pack", "open_at", "closed_at"), HOURS)
def test_hours_open_and_close_at_the_second(pack: str, open_at: str, closed_at: str | None) -> None:
    assert decide(pack, open_at).is_allowed
    if closed_at is not None:
        assert not decide(pack, closed_at).is_allowed


def test_workplace_in_australia_has_office_hours() -> None:
    at_work = replace(person("AU").numbers[0], place=Place.WORK, role=NumberRole.WORK)
    file = person("AU", numbers=(at_work,))
    assert decide("AU", "2026-06-10T17:00:00", file=file).is_allowed
    assert denied(decide("AU", "2026-06-10T17:00:01", file=file)) == {"au-work-hours"}
    assert denied(decide("AU", "2026-06-13T12:00:00", file=file)) == {"au-work-hours"}


def test_breathing_space_leaves_only_what_the_debtor_asked_for() -> None:
    moratorium = PersonRequest(
        at=local("GB", "2026-06-01T00:00:00"), type=RequestKind.BREATHING_SPACE, debts=("D1",)
    )
    noon, complaint = "2026-06-10T12:00:00", Purpose.COMPLAINT_RESPONSE
    file = person("GB", requests=(moratorium,))
    assert denied(decide("GB", noon, file=file, purpose=complaint)) == {"gb-breathing-space"}
    asked = PersonRequest(at=local("GB", "2026-06-09T10:00:00"), type=RequestKind.COMPLAINT_CALLBACK_REQUEST)
    file = person("GB", requests=(moratorium, asked))
    assert decide("GB", noon, file=file, purpose=complaint).is_allowed
    assert not decide("GB", noon, file=file).is_allowed


def test_alberta_keeps_its_own_time_for_a_person_elsewhere() -> None:
    """Seven in the morning in Toronto is five in Edmonton."""
    away = person("CA-ON", addresses=(Address(country="CA", zones=frozenset({"America/Toronto"})),))
    request = ContactRequest(
        person=PreparedPerson(away),
        proposed=Proposed(number=NUMBER, debts=("D1",)),
        profile=Profile.LITERAL,
        packs=("CA-AB",),
    )
    early = datetime(2026, 6, 10, 7, 30, tzinfo=ZoneInfo("America/Toronto"))
    assert denied(GATE.evaluate(request, at=early)) == {"ca-ab-hours"}
    assert GATE.evaluate(request, at=early + timedelta(hours=2)).is_allowed


@pytest.mark.parametrize(
    ("pack", "holiday", "rule"),
    [
        ("CA-ON", "2026-07-01T12:00:00", "ca-on-holidays"),
        ("CA-ON", "2026-12-25T12:00:00", "ca-on-holidays"),
        ("CA-QC", "2026-06-24T12:00:00", "ca-qc-holidays"),
        ("CA-QC", "2026-04-06T12:00:00", "ca-qc-holidays"),
        ("CA-NB", "2026-08-03T12:00:00", "ca-nb-holidays"),
        ("AU", "2026-01-26T12:00:00", "au-holidays"),
        ("MX", "2026-09-16T12:00:00", "mx-holidays"),
        ("BR-SP", "2026-07-09T12:00:00", "br-sp-holidays"),
        ("BR-RJ", "2026-04-23T12:00:00", "br-rj-holidays"),
    ],
)
def test_holidays_are_closed(pack: str, holiday: str, rule: str) -> None:
    assert rule in denied(decide(pack, holiday))


@pytest.mark.parametrize("pack", ASKED)
def test_request_to_stop_is_kept_everywhere(pack: str) -> None:
    noon = "2026-06-10T12:00:00"
    before = local(pack, "2026-06-01T12:00:00")
    assert decide(pack, noon).is_allowed
    for kind, changes in (
        (RequestKind.STOP_CALLING, {}),
        (RequestKind.STOP_NUMBER, {"number": NUMBER}),
        (RequestKind.WRONG_NUMBER_LEARNED, {"number": NUMBER}),
    ):
        asked = PersonRequest(at=before, type=kind, number=changes.get("number"))
        assert not decide(pack, noon, file=person(pack, requests=(asked,))).is_allowed, kind


@pytest.mark.parametrize("pack", sorted({*ASKED, "CA-federal-bank"}))
def test_employer_and_place_are_kept_everywhere(pack: str) -> None:
    at_work = replace(person(pack).numbers[0], place=Place.WORK, role=NumberRole.WORK)
    asked = PersonRequest(at=local(pack, "2026-06-01T12:00:00"), type=RequestKind.EMPLOYER_PROHIBITS)
    file = person(pack, numbers=(at_work,), requests=(asked,))
    assert not decide(pack, "2026-06-10T12:00:00", file=file).is_allowed


@pytest.mark.parametrize("pack", sorted({*ASKED, "CA-federal-bank"}))
@pytest.mark.parametrize("role", [PersonRole.RELATIVE, PersonRole.NEIGHBOUR, PersonRole.UNKNOWN])
def test_strangers_are_told_nothing_everywhere(pack: str, role: PersonRole) -> None:
    assert not decide(pack, "2026-06-10T12:00:00", file=person(pack, role=role)).is_allowed


def contacts(pack: str, *days: str, outcome: Outcome = Outcome.CONVERSATION) -> tuple[HistoryEntry, ...]:
    return tuple(
        HistoryEntry(
            entry=f"H{place}",
            at=local(pack, f"{day}T10:00:00"),
            event=EventKind.CALL_PLACED,
            outcome=outcome,
            debts=("D1",),
            number=NUMBER,
        )
        for place, day in enumerate(days)
    )


@pytest.mark.parametrize(
    ("pack", "days", "asked_at", "rule"),
    [
        ("CA-ON", ("2026-06-08", "2026-06-09", "2026-06-10"), "2026-06-14T14:00:00", "ca-on-three-in-seven"),
        ("CA-AB", ("2026-06-08", "2026-06-09", "2026-06-10"), "2026-06-14T14:00:00", "ca-ab-three-in-seven"),
        ("AU", ("2026-06-08", "2026-06-09", "2026-06-10"), "2026-06-14T14:00:00", "au-three-a-week"),
        ("IE", ("2026-06-01", "2026-06-09", "2026-06-10"), "2026-06-30T14:00:00", "ie-three-a-month"),
    ],
)
def test_contacts_are_counted_to_the_last_day_and_free_the_next(
    pack: str, days: tuple[str, ...], asked_at: str, rule: str
) -> None:
    file = person(pack, history=contacts(pack, *days))
    assert denied(decide(pack, asked_at, file=file)) == {rule}
    next_day = (datetime.fromisoformat(asked_at) + timedelta(days=1)).isoformat()
    assert decide(pack, next_day, file=file).is_allowed
    fewer = person(pack, history=file.history[1:])
    assert decide(pack, asked_at, file=fewer).is_allowed


@pytest.mark.parametrize("pack", ["CA-ON", "AU", "IE"])
def test_unanswered_attempts_are_not_contacts(pack: str) -> None:
    days = ("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11")
    file = person(pack, history=contacts(pack, *days, outcome=Outcome.NO_ANSWER))
    assert decide(pack, "2026-06-12T14:00:00", file=file).is_allowed


def test_ten_contacts_a_month_in_australia() -> None:
    spread = [f"2026-05-{day:02d}" for day in (14, 17, 18, 21, 22, 25, 26, 29)] + ["2026-06-01", "2026-06-02"]
    file = person("AU", history=contacts("AU", *spread))
    assert denied(decide("AU", "2026-06-10T12:00:00", file=file)) == {"au-ten-a-month"}
    assert decide("AU", "2026-06-15T12:00:00", file=file).is_allowed


@pytest.mark.parametrize(
    ("pack", "text", "allowed"),
    [
        ("FR", "2026-06-10T13:30:00", False),
        ("CA-CRTC", "2026-06-13T09:30:00", False),
        ("CA-CRTC", "2026-06-10T21:31:00", False),
    ],
)
def test_soliciting_has_hours_of_its_own(pack: str, text: str, allowed: bool) -> None:
    assert decide(pack, text, purpose=Purpose.SOLICITATION).is_allowed is allowed


def test_prospecting_in_france_is_four_calls_in_thirty_days_and_by_consent_since_august() -> None:
    calls = contacts("FR", "2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04", outcome=Outcome.NO_ANSWER)
    file = person("FR", history=calls)
    found = denied(decide("FR", "2026-06-10T11:00:00", file=file, purpose=Purpose.SOLICITATION))
    assert found == {"fr-four-in-thirty"}
    assert decide("FR", "2026-07-01T11:00:00", file=file, purpose=Purpose.SOLICITATION).is_allowed
    found = denied(decide("FR", "2026-09-01T11:00:00", purpose=Purpose.SOLICITATION))
    assert found == {"fr-opt-in"}
    consent = Consent(at=local("FR", "2026-08-20T10:00:00"), scope=ConsentScope.SOLICITATION)
    agreed = person("FR", consents=(consent,))
    assert decide("FR", "2026-09-01T11:00:00", file=agreed, purpose=Purpose.SOLICITATION).is_allowed
