"""What the person asked for: times, places, numbers, silence. Source: 12 CFR 1006.6(b)-(c),
1006.14(h), 1006.38.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from compliance_gate.auditor.facts import AuditedNumber, AuditedRequest, HoursOfWeek, Medium, Reason
from compliance_gate.auditor.question import Question, consents_in_force, local_day


def inconvenient_times(question: Question, *, max_ring_s: float) -> Iterator[Reason]:
    """1006.6(b)(1): hours the person (or the creditor's note) named, where the person is, until changed."""
    kinds = ("inconvenient_times", "creditor_note", "time_preference")
    for request in question.requests_in_force(*kinds):
        if not question.touches(request.debts):
            continue
        for zone in question.zones:
            for local in (question.local(zone), _later(question, zone, max_ring_s)):
                over = request.last_day is not None and local.date() > request.last_day
                avoided = any(
                    block.holds(local) and not _may_answer_once(question, request, block, zone)
                    for block in request.avoid
                )
                outside = bool(request.only) and not any(block.holds(local) for block in request.only)
                if not over and (avoided or outside):
                    yield Reason(
                        rule="inconvenient-time",
                        citation="12 CFR 1006.6(b)(1), comments 6(b)(1)-1 and -2",
                        found=f"{local:%a %H:%M:%S} in {zone}",
                    )
                    break


def _later(question: Question, zone: str, seconds: float) -> datetime:
    local = question.local(zone)
    return (question.at + timedelta(seconds=seconds)).astimezone(local.tzinfo)


def _may_answer_once(question: Question, request: AuditedRequest, block: HoursOfWeek, zone: str) -> bool:
    """Comment 6(b)(1)-2: they called in that very time themselves; one answer in it by the same means."""
    return request.kind == "inconvenient_times" and any(
        local_day(question.at, zone) == local_day(theirs, zone)
        and block.holds(theirs.astimezone(question.local(zone).tzinfo))
        for theirs in _unanswered_calls_of_theirs(question, request.at)
    )


def _unanswered_calls_of_theirs(
    question: Question, since: datetime, from_number: str | None = None
) -> Iterator[datetime]:
    """Calls of the person, from one number or any, that reached no one and have had no call back yet."""
    for theirs in question.earlier():
        if from_number is not None and theirs.number not in {None, from_number}:
            continue
        answered = any(
            not ours.inbound and ours.medium is Medium.CALL and theirs.at < ours.at
            for ours in question.earlier()
        )
        if (
            theirs.inbound
            and theirs.medium is Medium.CALL
            and theirs.outcome not in {"conversation", None}
            and theirs.at > since
            and not answered
        ):
            yield theirs.at


def answers_them(question: Question) -> bool:
    """Whether they called within the last seven days, reached no one, and have had no call back yet."""
    return any(_unanswered_calls_of_theirs(question, question.at - timedelta(days=7)))


def opt_outs(question: Question) -> Iterator[Reason]:
    """1006.14(h): a medium or a number the person asked not to be reached by; orally is enough.

    (h)(2)(ii): if they then use that medium themselves, one response by it.
    """
    for request in question.requests_in_force("stop_calling", "stop_medium", "do_not_call", "written_only"):
        if request.kind == "stop_medium" and request.medium not in {None, "phone_call"}:
            continue
        if request.number not in {None, question.proposal.number}:
            continue
        if any(_unanswered_calls_of_theirs(question, request.at)):
            continue
        yield _stop(request, "12 CFR 1006.14(h)(1)")
    for request in question.requests_in_force("stop_number", "wrong_number_learned"):
        called_from_it = request.kind == "stop_number" and any(
            _unanswered_calls_of_theirs(question, request.at, question.proposal.number)
        )
        if request.number in {None, question.proposal.number} and not called_from_it:
            yield _stop(request, "12 CFR 1006.14(h)(1), comment 14(h)(1)-2")


def _stop(request: AuditedRequest, citation: str) -> Reason:
    return Reason(
        rule=request.kind.replace("_", "-"),
        citation=citation,
        found=f"asked on {request.at.isoformat()}",
    )


def may_ring_at(number: AuditedNumber | None, place: str) -> bool:
    """Whether the telephone may stand at a place. A number that is not on file may stand anywhere."""
    if number is None:
        return True
    if number.place is not None or number.role == "work":
        return place == (number.place or "work")
    return number.is_mobile is not True and not (place == "work" and number.role == "own")


_SILENCE = (
    "cease_communication",
    "refusal_to_pay",
    "attorney_represented",
    "dispute",
    "original_creditor_requested",
    "breathing_space",
)
_WRITTEN = frozenset({"dispute", "original_creditor_requested", "refusal_to_pay"})
_ENDS = {
    "dispute": "dispute_answered",
    "original_creditor_requested": "original_creditor_named",
    "attorney_represented": "attorney_released",
}


def silence(question: Question) -> Iterator[Reason]:
    """1006.6(c) cease or refusal, in force on receipt; 1006.6(b)(2) attorney; 1006.38 dispute."""
    for request in question.requests_in_force(*_SILENCE):
        if request.kind in _WRITTEN and request.in_writing is False:
            continue  # 1006.38(c), 1006.38(d), 1006.6(c)(1): in writing
        if request.kind == "attorney_represented" and request.attorney_known is False:
            continue  # 1006.6(b)(2): knows, or can readily ascertain, the attorney's name and address
        if not question.has_arrived(request):
            continue
        if request.kind == "attorney_represented" and any(_unanswered_calls_of_theirs(question, request.at)):
            continue  # comment 6(b)(2)-1: what the person begins may be answered
        if question.touches(request.debts) and not _ended_by_answer(question, request):
            yield _stop(request, "12 CFR 1006.6(b)(2), 1006.6(c), 1006.38(c)-(d)")


def _ended_by_answer(question: Question, request: AuditedRequest) -> bool:
    ends = _ENDS.get(request.kind)
    if ends is None:
        return False
    return any(
        answer.at >= request.at
        and (answer.debts is None or set(request.debts or ("?",)) <= set(answer.debts))
        for answer in question.requests_in_force(ends)
    )


def places(question: Question) -> Iterator[Reason]:
    """1006.6(b)(1)(ii) a place said to be inconvenient, 1006.6(b)(3) a workplace that forbids calls.

    A mobile has no place of its own (comment 6(b)(1)(ii)-1); a fixed line whose place is not known may be
    anywhere, only that the person's own line is not the employer's.
    """
    number = question.number
    for request in question.requests_in_force("inconvenient_place"):
        if request.place is None or may_ring_at(number, request.place):
            yield _stop(request, "12 CFR 1006.6(b)(1)(ii)")
    if may_ring_at(number, "work"):
        for request in question.requests_in_force("employer_prohibits"):
            agreed = consents_in_force(question, "workplace")
            if not any(consent.to_collector and consent.at >= request.at for consent in agreed):
                yield _stop(request, "12 CFR 1006.6(b)(3), (b)(4)(i)")
