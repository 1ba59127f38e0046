"""States and cities with rules of their own. Windows a text leaves open are read in every way it allows.

Sources: 940 CMR 7.04(1)(f), 209 CMR 18.16; D.C. Code 28-3814(d)(4); RCW 19.16.250(12)-(19); W. Va. Code
46A-2-125(d); Fla. Stat. 559.72(17); 6 RCNY 5-77 as amended from 2026-09-01.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta

from compliance_gate.auditor.facts import AuditedContact, AuditedNumber, Medium, Reason
from compliance_gate.auditor.federal import first_inconvenient
from compliance_gate.auditor.places import PLACES, is_district_debt
from compliance_gate.auditor.question import (
    CALLS,
    NOT_CONNECTED,
    Question,
    call_back_is_owed,
    local_day,
    was_conversation,
    was_had,
)
from compliance_gate.auditor.requests import answers_them, may_ring_at

NOTHING_COULD_BE_LEFT = frozenset({"ring_no_answer_no_voicemail", "voicemail_full_no_message"})
"""Massachusetts: "truly unable to reach the debtor or to leave a message" (AG guidance, 2013); so D.C."""
HEARD_OR_READ = frozenset(
    {"conversation", "voicemail_left", "voicemail_limited_content", "prerecorded_delivered", None}
)
HEARD_IN_NEW_YORK = frozenset({"conversation", "voicemail_left", "prerecorded_delivered", None})
_COUNTED = frozenset(
    {"collection", "collection_plus_offer", "solicitation", "location_information", "consent_request"}
)
"""Why one of a couple is reached; what answers them, or what law has us send, is not meant by (13)(a)."""
NYC_AMENDED_FROM = date(2026, 9, 1)
NYC_OLD_TEXT_UNTIL = date(2026, 12, 31)
"""Notes disagree on whether the amended text is in force from September or from January: both are kept."""


def states(question: Question) -> Iterator[Reason]:
    """Every rule of every region that reaches the person."""
    for region in (*_RULES, *(name for name in PLACES if name not in _RULES)):
        if region in question.person.regions:
            for rule in (*_RULES.get(region, ()), *PLACES.get(region, ())):
                yield from rule(question)


def _ours(question: Question, zone: str, days: int) -> Iterator[AuditedContact]:
    """What the collector began in the last `days` local days, today included."""
    for contact in question.earlier():
        if not contact.inbound and 0 <= question.days_ago(contact.at, zone) < days:
            yield contact


def _on(question: Question, contact: AuditedContact, debt: str) -> bool:
    return contact.debts is None or debt in {question.particular(d) for d in contact.debts}


def massachusetts(question: Question) -> Iterator[Reason]:
    """Two telephone communications on a debt in seven days, texts too; attempts that could leave a
    message count.

    Two in thirty days elsewhere than at home or on the person's own mobile.
    """
    exempt = NOT_CONNECTED | NOTHING_COULD_BE_LEFT
    number = question.number
    at_work = number is None or _elsewhere(number)
    personal = {n.number for n in question.person.numbers if not _elsewhere(n)}
    for zone in question.zones:
        for debt in sorted(question.particular_debts()):
            for days, elsewhere in ((7, False), (30, True)):
                if elsewhere and not at_work:
                    continue
                counted = [
                    c
                    for c in _ours(question, zone, days)
                    if c.medium in CALLS | {Medium.TEXT}
                    and c.outcome not in exempt
                    and _on(question, c, debt)
                    and (not elsewhere or c.number not in personal)
                ]
                if len(counted) >= 2:
                    yield _reason("ma-two", "940 CMR 7.04(1)(f)", f"{len(counted)} on {debt} in {days} days")


def _elsewhere(number: AuditedNumber) -> bool:
    return may_ring_at(number, "work")


def massachusetts_hours(question: Question) -> Iterator[Reason]:
    """209 CMR 18.16(1)(a): after eight and before nine, whatever profile is used elsewhere."""
    yield from _closed_at_nine(question, "ma-hours", "209 CMR 18.16(1)(a)")


def _closed_at_nine(question: Question, rule: str, citation: str) -> Iterator[Reason]:
    """The same hours as the federal statute, the instants themselves closed; consent opens them."""
    for zone in question.zones:
        wrong = first_inconvenient(question, zone, max_ring_s=0)
        if wrong is not None:
            yield _reason(rule, citation, f"{wrong:%H:%M:%S} in {zone}")


def district_of_columbia(question: Question) -> Iterator[Reason]:
    """Four calls per account in any seven days; seven days of silence after a completed call.

    The code does not say that the day of the call is the first of the seven: it is not taken so.
    """
    asked = call_back_is_owed(question)
    bound = sorted(debt for debt in question.particular_debts() if is_district_debt(question, debt))
    for zone in question.zones:
        for debt in bound:
            counted = [
                c
                for c in _ours(question, zone, 7)
                if c.medium in CALLS
                and c.number not in question.wrong_numbers()
                and c.outcome not in NOT_CONNECTED | NOTHING_COULD_BE_LEFT
                and _on(question, c, debt)
            ]
            if len(counted) >= 4 and not asked:
                yield _reason("dc-four", "D.C. Code 28-3814(d)(4)(A)(i)", f"{len(counted)} on {debt}")
        for contact in question.earlier() if bound or not question.person.debts else ():
            # "Shall not call the consumer back": whichever account was spoken of.
            recent = was_had(contact) and 0 <= question.days_ago(contact.at, zone) <= 7
            if recent and not asked and contact.number not in question.wrong_numbers():
                yield _reason("dc-pause", "D.C. Code 28-3814(d)(4)(A)(ii)", contact.at.isoformat())


def washington(question: Question) -> Iterator[Reason]:
    """More than three communications of any form in a week; more than one a week at work; two a day on
    a mobile.
    """
    number = question.number
    if answers_them(question):
        return  # "unless the licensee is responding to a communication from the debtor or spouse"
    if "spouse" in question.roles() and question.proposal.purpose in _COUNTED:
        yield _reason("wa-three-a-week", "RCW 19.16.250(13)(a)", "what the debtor heard is not on this file")
    for zone in question.zones:
        today = question.local(zone).date()
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        for first in (sunday, today - timedelta(days=6)):
            heard = [
                c
                for c in question.with_the_household()
                if first <= local_day(c.at, zone) <= today and _communicated(c, HEARD_OR_READ)
            ]
            if len(heard) >= 3:
                yield _reason("wa-three-a-week", "RCW 19.16.250(13)(a)", f"{len(heard)} since {first}")
            yield from _washington_work(question, zone, first)
        if number is not None and number.is_mobile is not False:
            same_day = [
                c
                for c in question.on_the_line()  # (18): to the cellular telephone, whoever has it
                if c.medium in CALLS | {Medium.TEXT} and not c.inbound and question.days_ago(c.at, zone) == 0
            ]
            if len(same_day) >= 2:
                yield _reason("wa-mobile-two-a-day", "RCW 19.16.250(19)", f"{len(same_day)} today")


def _communicated(contact: AuditedContact, outcomes: frozenset[str | None]) -> bool:
    """Whether it reached them: a message of ours, a call of ours that was heard, a talk whoever began it."""
    if contact.inbound:
        return was_conversation(contact)
    return contact.medium is not Medium.CALL or contact.outcome in outcomes


def _washington_work(question: Question, zone: str, first: date) -> Iterator[Reason]:
    """More than one communication a week at the place of work."""
    if not may_ring_at(question.number, "work"):
        return
    personal = {n.number for n in question.person.numbers if not may_ring_at(n, "work")}
    reached = [
        c
        for c in question.with_the_household()
        if local_day(c.at, zone) >= first
        and c.medium in CALLS
        and not c.inbound
        and c.number not in personal
        and _communicated(c, HEARD_OR_READ | {"answered_then_dropped", "call_screened", "abandoned"})
    ]
    if reached:
        yield _reason("wa-one-at-work", "RCW 19.16.250(13)(b)", f"{len(reached)} since {first}")


def west_virginia(question: Question) -> Iterator[Reason]:
    """Thirty calls or ten conversations a week, taken as hard limits although the code asks for intent."""
    for zone in question.zones:
        week = [c for c in question.earlier() if 0 <= question.days_ago(c.at, zone) <= 6]
        calls = sum(1 for c in week if c.medium in CALLS and not c.inbound)
        if calls >= 30 or sum(map(was_conversation, week)) >= 10:
            yield _reason("wv-week", "W. Va. Code 46A-2-125(d)", f"{calls} calls in {zone}")


def florida(question: Question) -> Iterator[Reason]:
    """Not between nine at night and eight in the morning without consent; nine itself is night."""
    for zone in question.zones:
        eight = question.local(zone).time() == time(8)
        if not eight and first_inconvenient(question, zone, max_ring_s=0) is not None:
            yield _reason("fl-hours", "Fla. Stat. 559.72(17)", f"{question.local(zone):%H:%M:%S} in {zone}")


def new_york_city(question: Question) -> Iterator[Reason]:
    """Two communications (not attempts) in seven days by the old text; from 1 September 2026 also three
    contacts or attempts on an account, all media.

    The adopted text was not read: whatever the collector sent or dialed counts.
    """
    for zone in question.zones:
        today = question.local(zone).date()
        for debt in sorted(question.particular_debts()):
            sent = [c for c in _ours(question, zone, 7) if _on(question, c, debt)]
            heard = [c for c in sent if _communicated(c, HEARD_IN_NEW_YORK)]
            if (today >= NYC_AMENDED_FROM and len(sent) >= 3) or (
                today <= NYC_OLD_TEXT_UNTIL and len(heard) >= 2
            ):
                yield _reason("nyc", "6 RCNY 5-77", f"{len(sent)} on {debt} in {zone}")


def _reason(rule: str, citation: str, found: str) -> Reason:
    return Reason(rule=rule, citation=citation, found=found)


_RULES = {
    "US-MA": (massachusetts, massachusetts_hours),
    "US-DC": (district_of_columbia,),
    "US-WA": (washington,),
    "US-WV": (west_virginia,),
    "US-FL": (florida,),
    "US-NY-NYC": (new_york_city,),
}
