"""Abroad, what a second reading of the texts found: what counts in Australia, whom a notice or a wish binds.

Days of the week are those of 2026: 8 June is a Monday.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Notice,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
)
from compliance_gate.told.case_check import law_gate
from compliance_gate.words import (
    Action,
    CollectorType,
    ConsentScope,
    EventKind,
    GivenTo,
    Medium,
    NoticeKind,
    NumberKind,
    NumberRole,
    Outcome,
    Profile,
    RequestKind,
)

GATE = law_gate(standard_rulebook())
NOON = {
    "AU": datetime(2026, 6, 10, 2, tzinfo=UTC),
    "IE": datetime(2026, 6, 10, 11, tzinfo=UTC),
    "CA-AB": datetime(2026, 6, 10, 18, tzinfo=UTC),
    "CA-QC": datetime(2026, 6, 10, 16, tzinfo=UTC),
    "CA-BC": datetime(2026, 6, 10, 19, tzinfo=UTC),
}
ZONES = {
    "AU": "Australia/Sydney",
    "IE": "Europe/Dublin",
    "CA-AB": "America/Edmonton",
    "CA-QC": "America/Toronto",
    "CA-BC": "America/Vancouver",
}


def person(pack: str, **changes: object) -> PersonFile:
    zones = frozenset({ZONES[pack]})
    number = NumberOnFile(
        number="home", kind=NumberKind.LANDLINE, role=NumberRole.OWN, zones=zones, dnc_checked=True
    )
    notices = tuple(
        Notice(
            notice=debt,
            kind=NoticeKind.BEFORE_CONTACT,
            by=Medium.LETTER,
            sent_on=date(2026, 5, 1),
            debts=(debt,),
        )
        for debt in ("D1",)
    )
    file = PersonFile(
        person="P1",
        addresses=(Address(country=pack[:2], zones=zones),),
        numbers=(number,),
        debts=(Debt(debt="D1"), Debt(debt="D2")),
        notices=notices,
    )
    return replace(file, **changes)


def denials(
    pack: str,
    file: PersonFile,
    *,
    action: Action = Action.PLACE_CALL,
    debt: str = "D1",
    own_name: bool = False,
    at: datetime | None = None,
) -> set[str]:
    ours = CollectorType.FIRST_PARTY_OWN_NAME if own_name else CollectorType.THIRD_PARTY
    rings = action in {Action.PLACE_CALL, Action.SEND_SMS}
    proposed = ProposedContact(
        action=action, number="home" if rings else None, debts=(debt,), collector_type=ours
    )
    request = ContactRequest(
        person=PreparedPerson(file), proposed=proposed, profile=Profile.LITERAL, packs=(pack,)
    )
    return {each.rule for each in GATE.evaluate(request, at=at or NOON[pack]).denials}


def happened(pack: str, *events: EventKind, outcome: Outcome | None = None) -> tuple[HistoryEntry, ...]:
    """On the two days before, an hour apart."""
    moments = [NOON[pack].replace(day=9, hour=hour) for hour in range(1, len(events) + 1)]
    assert all(one < other for one, other in pairwise(moments))
    return tuple(
        HistoryEntry(
            entry=f"H{at.hour}",
            at=at,
            event=event,
            outcome=outcome if event is EventKind.CALL_PLACED else None,
            debts=("D1",),
            number="home" if event in {EventKind.CALL_PLACED, EventKind.SMS} else None,
        )
        for event, at in zip(events, moments, strict=True)
    )


@pytest.mark.parametrize("event", [EventKind.SMS, EventKind.EMAIL, EventKind.RINGLESS_VOICEMAIL])
def test_a_text_and_an_email_are_contacts_in_australia_and_a_letter_is_none(event: EventKind) -> None:
    """Guideline, part 2, s. 3: a text that was delivered is a contact; three a week per account."""
    for events, closed in (((event,) * 2, False), ((event,) * 3, True), ((EventKind.LETTER,) * 9, False)):
        file = person("AU", history=happened("AU", *events))
        for action in (Action.PLACE_CALL, Action.SEND_SMS, Action.SEND_EMAIL):
            assert ("au-three-a-week" in denials("AU", file, action=action)) is closed
        assert denials("AU", file, action=Action.SEND_LETTER) == set()


def test_a_call_that_was_abandoned_on_somebody_is_a_contact_in_australia() -> None:
    abandoned = happened("AU", *(EventKind.CALL_PLACED,) * 3, outcome=Outcome.ABANDONED)
    unanswered = happened("AU", *(EventKind.CALL_PLACED,) * 3, outcome=Outcome.NO_ANSWER)
    assert denials("AU", person("AU", history=abandoned)) == {"au-three-a-week"}
    assert denials("AU", person("AU", history=unanswered)) == set()


@pytest.mark.parametrize("pack", ["IE", "CA-AB"])
def test_who_agreed_to_be_called_agreed_to_no_text_and_no_email(pack: str) -> None:
    """Three texts are on file; the call that was agreed to is lawful, a fourth text or an e-mail is not."""
    agreed = Consent(
        at=NOON[pack].replace(day=8), scope=ConsentScope.CALL, given_to=GivenTo.COLLECTOR, debts=("D1",)
    )
    texts = happened(pack, *(EventKind.SMS,) * 3)
    rule = "ie-three-a-month" if pack == "IE" else "ca-ab-three-in-seven"
    file = person(pack, history=texts, consents=(agreed,))
    assert denials(pack, file) == set()
    for action in (Action.SEND_SMS, Action.SEND_EMAIL):
        assert denials(pack, file, action=action) == {rule}
    assert denials(pack, person(pack, history=texts)) == {rule}


@pytest.mark.parametrize(("pack", "rule"), [("CA-QC", "ca-qc-notice"), ("CA-BC", "ca-bc-notice")])
def test_each_debt_needs_a_notice_of_its_own_before_the_first_call_about_it(pack: str, rule: str) -> None:
    """The notice was about D1, and so was the call; D2 had none until we were in contact about it."""
    spoken = happened(pack, EventKind.CALL_PLACED, outcome=Outcome.NO_ANSWER)
    file = person(pack, history=spoken)
    assert denials(pack, file) == set()
    assert denials(pack, file, debt="D2") == {rule}
    about_both = tuple(replace(each, debts=("D1", "D2")) for each in spoken)
    assert denials(pack, person(pack, history=about_both), debt="D2") == set()
    of_no_debt = tuple(replace(each, debts=None) for each in spoken)
    assert denials(pack, person(pack, history=of_no_debt), debt="D2") == {rule}


@pytest.mark.parametrize(
    "action", [Action.PLACE_CALL, Action.SEND_SMS, Action.SEND_EMAIL, Action.SEND_LETTER]
)
def test_a_written_dispute_ends_every_contact_of_an_agency_in_quebec(action: Action) -> None:
    """R-2.2 s. 34(2.1) binds holders of a permit by all means, s. 3(2.1) everybody's spoken word."""
    disputed = PersonRequest(
        at=NOON["CA-QC"].replace(day=8), type=RequestKind.DISPUTE, debts=("D1",), in_writing=True
    )
    file = person("CA-QC", requests=(disputed,))
    assert "ca-qc-dispute-ends-contact" in denials("CA-QC", file, action=action)
    spoken = {"ca-qc-dispute-inviting-suit"} if action is Action.PLACE_CALL else set[str]()
    assert denials("CA-QC", file, action=action, own_name=True) == spoken
    said = replace(disputed, in_writing=False)
    assert denials("CA-QC", person("CA-QC", requests=(said,)), action=action) == set()


def test_a_referral_to_a_legal_adviser_binds_in_quebec_when_it_was_written() -> None:
    """R-2.2 s. 3(2): "in writing"; of which nobody knows how it was said may have been."""
    for written, expected in (
        (True, {"ca-qc-legal-adviser"}),
        (None, {"ca-qc-legal-adviser"}),
        (False, set[str]()),
    ):
        referred = PersonRequest(
            at=NOON["CA-QC"].replace(day=8), type=RequestKind.ATTORNEY_REPRESENTED, in_writing=written
        )
        assert denials("CA-QC", person("CA-QC", requests=(referred,)), own_name=True) == expected


def test_the_hours_of_quebec_are_those_of_permit_holders() -> None:
    """A second past eight in the evening in Toronto."""
    late = datetime(2026, 6, 11, 0, 0, 1, tzinfo=UTC)
    assert denials("CA-QC", person("CA-QC"), at=late) == {"ca-qc-hours"}
    assert denials("CA-QC", person("CA-QC"), at=late, own_name=True) == set()


def test_an_email_rings_no_bell_in_australia() -> None:
    """At eleven in the evening in Sydney."""
    night = datetime(2026, 6, 10, 13, tzinfo=UTC)
    for action, expected in (
        (Action.PLACE_CALL, {"au-hours"}),
        (Action.SEND_SMS, {"au-hours"}),
        (Action.SEND_EMAIL, set[str]()),
    ):
        assert denials("AU", person("AU"), action=action, at=night) == expected
