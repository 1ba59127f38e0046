"""Places whose law was read in November 2026, judged for calls of a third-party collector.

Sources: D.C. Code 28-3814; NRS 649.366; Or. Dept. of Justice, Debt Collection; RSA 358-C:3; N.C. Gen. Stat.
58-70-115; MCL 445.252, 339.915; Md. Com. Law 14-202; N.Y. Gen. Bus. Law 601; 815 ILCS 505/2I; Iowa Code
537.7103; Wis. DFI-Bkg 74.16; A.A.C. R20-4-1513; 15 O.S. 755.1; RCW 19.16.250(12). What repeats the federal
Act is judged there.
"""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

from compliance_gate.auditor.facts import Reason
from compliance_gate.auditor.question import CALLS, Question, call_back_is_owed, day_after, local_day
from compliance_gate.auditor.requests import may_ring_at

Rule = Callable[[Question], Iterator[Reason]]
TO_COLLECT = frozenset({"collection", "collection_plus_offer"})
DC_OWES = frozenset({"consumer", "joint_debtor", "guarantor", "executor", "administrator_of_estate"})
FREE = frozenset(
    {"consumer_attorney", "creditor", "creditor_attorney", "collector_attorney", "consumer_reporting_agency"}
)


def is_district_debt(question: Question, debt: str) -> bool:
    """28-3814(a), (b)(2): more than thirty days past due, and no mortgage; what is not known may be."""
    for owed in question.person.debts:
        if question.particular(owed.debt) != debt:
            continue
        old = owed.days_past_due is None or owed.days_past_due > 30
        if owed.kind != "mortgage" and old:
            return True
    return all(question.particular(owed.debt) != debt for owed in question.person.debts)


def _bound(question: Question) -> bool:
    debts = question.particular_debts()
    return not debts or any(is_district_debt(question, debt) for debt in debts)


def district_hours(question: Question) -> Iterator[Reason]:
    """(k): not before eight or after nine, Eastern time, whatever was agreed."""
    clock = question.local("America/New_York").time()
    if _bound(question) and not time(8) <= clock <= time(21):
        yield _reason("dc-hours", "D.C. Code 28-3814(k)", f"{clock:%H:%M:%S} Eastern")


def district_requests(question: Question) -> Iterator[Reason]:
    """(g)(5) the attorney the creditor was told of; (d)(4)(A)(iii) calls opted out of in writing."""
    if not _bound(question):
        return
    yield from _represented(question, "D.C. Code 28-3814(g)(5)")
    for request in question.requests_in_force("stop_calling", "do_not_call", "stop_medium", "written_only"):
        about_calls = request.kind != "stop_medium" or request.medium in {None, "phone_call"}
        if request.in_writing is not False and about_calls:
            yield _reason("dc-opt-out", "D.C. Code 28-3814(d)(4)(A)(iii)", request.at.isoformat())


def district_others(question: Question) -> Iterator[Reason]:
    """(e)(1)-(2): the debt is not told to family, a spouse among them, nor to an employer."""
    if _bound(question) and question.proposal.purpose != "location_information":
        for role in sorted(question.roles() - DC_OWES - FREE):
            yield _reason("dc-others", "D.C. Code 28-3814(e)", role)


def nevada(question: Question) -> Iterator[Reason]:
    """649.366(1): sixty days after the mailed notice before any action on a medical debt."""
    if call_back_is_owed(question):
        return
    for debt in sorted(question.particular_debts()):
        kinds = {d.kind for d in question.person.debts if question.particular(d.debt) == debt}
        if kinds and kinds.isdisjoint({"medical", "unknown", None}):
            continue
        for zone in question.zones:
            sent = _first_day_of_notice(question, debt, zone, "medical")
            if sent is None or question.local(zone).date() <= day_after(sent, 60):
                yield _reason("nv-notice", "NRS 649.366(1)", f"{debt}: sent {sent}, {zone}")


def _first_day_of_notice(question: Question, debt: str, zone: str, kind: str) -> date | None:
    """The first day on which such a notice of a debt was sent that did not come back; a day that is not known
    is none.
    """
    whose = {question.particular(owed.debt) for owed in question.person.debts}
    today = question.local(zone).date()
    days: list[date] = []
    for notice in question.person.notices:
        if not notice.is_the_one and notice.kind != kind:
            continue
        if notice.back is not None and notice.back <= today:
            continue
        named = None if notice.debts is None else {question.particular(d) for d in notice.debts}
        if debt not in named if named is not None else len(whose) > 1:
            continue
        day = notice.day if notice.at is None else local_day(notice.at, zone)
        if day is not None and (notice.at is None or notice.at <= question.at):
            days.append(day)
    return min(days, default=None)


def papers(citation: str, *, written_for: str = "") -> Rule:
    """Where collection stops until the papers that were asked for are given.

    Args:
        written_for: debts but of this kind need the request in writing; '' = however it was made.
    """

    def judged(question: Question) -> Iterator[Reason]:
        for request in question.requests_in_force("documents_requested"):
            given = question.requests_in_force("documents_provided")
            answered = any(
                answer.at >= request.at
                and (answer.debts is None or set(request.debts or ("?",)) <= set(answer.debts))
                for answer in given
            )
            if answered or not question.touches(request.debts):
                continue
            if written_for and request.in_writing is False and not _concerns(question, written_for):
                continue
            yield _reason("papers", citation, request.at.isoformat())

    return judged


def _concerns(question: Question, kind: str) -> bool:
    named = question.proposal.debts
    return any(
        debt.kind in {kind, "unknown", None}
        for debt in question.person.debts
        if named is None or debt.debt in named
    )


def district_papers(question: Question) -> Iterator[Reason]:
    """(m)(2)(D): collection of a debt stops until the papers asked for are sent."""
    if _bound(question):
        yield from papers("D.C. Code 28-3814(m)(2)(D)")(question)


def north_carolina_barred(question: Question) -> Iterator[Reason]:
    """58-70-115(4): no attempt to collect on a debt that is known to be barred."""
    named = question.proposal.debts
    for debt in question.person.debts:
        last = debt.last_day_to_sue
        if last is None or (named is not None and debt.debt not in named):
            continue
        if any(question.local(zone).date() > last for zone in question.zones):
            yield _reason("nc-barred", "N.C. Gen. Stat. 58-70-115(4)", f"{debt.debt}: {last}")


def oregon(question: Question) -> Iterator[Reason]:
    """One call a week at the place of work."""
    yield from _once_at_work(question, "or-work", "Or. Dept. of Justice, Debt Collection", days=7, week=True)


def new_hampshire(question: Question) -> Iterator[Reason]:
    """One call a month at the place of work."""
    yield from _once_at_work(question, "nh-work", "RSA 358-C:3", days=30, week=False)


def _once_at_work(question: Question, rule: str, citation: str, *, days: int, week: bool) -> Iterator[Reason]:
    if not may_ring_at(question.number, "work"):
        return
    personal = {n.number for n in question.person.numbers if not may_ring_at(n, "work")}
    for zone in question.zones:
        today = question.local(zone).date()
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        since = min(today - timedelta(days=days - 1), sunday if week else today.replace(day=1))
        called = [
            c
            for c in question.earlier()
            if c.medium in CALLS
            and not c.inbound
            and c.number not in personal
            and local_day(c.at, zone) >= since
        ]
        if called:
            yield _reason(rule, citation, f"{len(called)} since {since}")


def employer_untold(citation: str) -> Rule:
    """Where the employer is not contacted about the debt before a judgment."""

    def judged(question: Question) -> Iterator[Reason]:
        if "employer" in question.roles() and question.proposal.purpose in TO_COLLECT:
            yield _reason("employer", citation, "the employer")

    return judged


def represented(citation: str) -> Rule:
    """Where representation closes every debt, not only the one it was told for."""

    def judged(question: Question) -> Iterator[Reason]:
        yield from _represented(question, citation)

    return judged


def _represented(question: Question, citation: str) -> Iterator[Reason]:
    released = [request.at for request in question.requests_in_force("attorney_released")]
    for request in question.requests_in_force("attorney_represented"):
        if request.attorney_known is not False and not any(at >= request.at for at in released):
            yield _reason("attorney", citation, request.at.isoformat())


def arizona(question: Question) -> Iterator[Reason]:
    """R20-4-1513(B)-(D): a written stop binds for the debtor, from receipt."""
    for request in question.requests_in_force("cease_communication", "refusal_to_pay"):
        if request.in_writing is not False and question.has_arrived(request):
            yield _reason("az-cease", "A.A.C. R20-4-1513(B)", request.at.isoformat())


def wisconsin(question: Question) -> Iterator[Reason]:
    """74.16(5): no telephone contact once the debtor asks that collection stop, orally too."""
    for request in question.requests_in_force("cease_communication", "refusal_to_pay"):
        yield _reason("wi-stop", "DFI-Bkg 74.16(5)", request.at.isoformat())


def iowa_spouse(question: Question) -> Iterator[Reason]:
    """537.7103(3)(a)(8): the spouse only with the debtor's consent, or in answer."""
    agreed = any(c.scope == "third_party" and c.to_collector for c in question.person.consents)
    if "spouse" in question.roles() and question.proposal.purpose in TO_COLLECT and not agreed:
        yield _reason("ia-spouse", "Iowa Code 537.7103(3)(a)(8)", "the spouse")


def oklahoma(question: Question) -> Iterator[Reason]:
    """755.1(C)(2): a recorded announcement only between nine and nine."""
    for zone in question.zones:
        clock = question.local(zone).time()
        if question.proposal.recorded and not time(9) <= clock <= time(21):
            yield _reason("ok-device", "15 O.S. 755.1(C)(2)", f"{clock:%H:%M:%S} in {zone}")


def patient_room(question: Question) -> Iterator[Reason]:
    """47 CFR 64.1200(a)(1)(ii): a recorded voice to a patient's room only with consent."""
    number = question.number
    if not question.proposal.recorded or number is None or number.place != "hospital":
        return
    agreed = any(
        c.scope in {"prerecorded", "prerecorded_voice", "number_provided_to_creditor_for_account"}
        and c.number == number.number
        for c in question.person.consents
    )
    if not agreed:
        yield _reason("patient-room", "47 CFR 64.1200(a)(1)(ii)", number.number)


def _reason(rule: str, citation: str, found: str) -> Reason:
    return Reason(rule=rule, citation=citation, found=found)


PLACES: dict[str, tuple[Rule, ...]] = {
    "US-DC": (district_hours, district_requests, district_others, district_papers),
    "US-WA": (represented("RCW 19.16.250(12)"), papers("RCW 19.16.250(8), (28)", written_for="medical")),
    "US-NV": (nevada,),
    "US-OR": (oregon,),
    "US-NH": (new_hampshire,),
    "US-NC": (represented("N.C. Gen. Stat. 58-70-115(3)"), north_carolina_barred),
    "US-MI": (represented("MCL 339.915(h)"), employer_untold("MCL 339.915(i)")),
    "US-MD": (employer_untold("Md. Code, Com. Law 14-202(4)"),),
    "US-NY": (employer_untold("N.Y. Gen. Bus. Law 601(4)"),),
    "US-IL": (employer_untold("815 ILCS 505/2I"),),
    "US-IA": (represented("Iowa Code 537.7103(5)(e)"), iowa_spouse),
    "US-WI": (employer_untold("Wis. Stat. 427.104(1)(d)"), wisconsin),
    "US-AZ": (represented("A.A.C. R20-4-1513(A)"), arizona),
    "US-OK": (oklahoma,),
    "US-FL": (employer_untold("Fla. Stat. 559.72(4)"),),
}
"""What each place adds to the federal rules and to `states.py`."""
