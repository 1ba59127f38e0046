"""What some states add, from their text: RCW 19.16.250, 940 CMR 7, 209 CMR 18, D.C. Code 28-3814, NRS 649."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.households.happenings import Account, Happened, Told
from benchmarks.households.question import (
    EIGHT,
    NINE,
    NO_MESSAGE_POSSIBLE,
    OWE,
    Question,
    Rule,
    agreed_to_email,
    agreed_to_texts,
    convenient,
    given_back,
    is_call,
    medium_closed,
    named,
    our_calls,
    rings_at,
    was_conversation,
    wrong_lines,
    zone_rules,
)


def wa_three_in_a_week(question: Question) -> bool:
    """(13)(a): any form or manner, with the debtor; a single week: any seven days, and from Sunday."""
    if not question.is_third_party:
        return False
    return any(
        _within_a_week(question, zone, [each for each in question.with_them() if _reached(each)]) >= 3
        for zone in question.zones()
    )


def _reached(each: Happened) -> bool:
    if each.medium != "call":
        return True
    if each.theirs:
        return each.outcome in {"conversation", None}
    return each.outcome in {"conversation", "voicemail_left", "voicemail_limited_content", None}


def _within_a_week(question: Question, zone: str, happened: list[Happened]) -> int:
    today = question.local(zone).date()
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    rolling = sum(0 <= question.days_since(each.at, zone) <= 6 for each in happened)
    calendar = sum(each.at.astimezone(zone_rules(zone)).date() >= sunday for each in happened)
    return max(rolling, calendar)


def wa_one_at_work(question: Question) -> bool:
    """(13)(b): more than once a week at the place of work."""
    if not question.is_third_party or not rings_at(question, "work"):
        return False
    at_work = {line.number for line in question.home.lines if line.place == "work"}
    talks = [
        each
        for each in our_calls(question.with_them())
        if each.line in at_work and (_reached(each) or each.outcome in {"abandoned", "answered_then_dropped"})
    ]
    return any(_within_a_week(question, zone, talks) >= 1 for zone in question.zones())


def wa_two_a_day(question: Question) -> bool:
    """(18): calls and texts to a cellular telephone, whoever of those who have it is called."""
    line = question.line()
    if not question.is_third_party or line is None or not line.is_mobile:
        return False
    return any(
        sum(
            question.days_since(each.at, zone) == 0 and not each.theirs
            for each in question.on_the_line()
            if each.medium in {"call", "ringless", "sms"}
        )
        >= 2
        for zone in question.zones()
    )


def papers_asked_for(question: Question) -> bool:
    """(8)(b), (d) in writing; (28)(b) of a medical debt in any way: collection stops."""
    if not question.is_third_party:
        return False
    medical = any(account.kind == "medical" for account in question.accounts())
    return any(
        question.is_about(each.accounts)
        and (each.written is not False or (medical and _medical_of(question, each)))
        for each in question.told("documents_requested")
    )


def _medical_of(question: Question, each: Told) -> bool:
    return any(
        account.kind == "medical" and (each.accounts is None or account.name in each.accounts)
        for account in question.accounts()
    )


def ma_two_in_seven(question: Question) -> bool:
    """Calls and texts begun about a debt; only where nobody could be reached or left a message not."""
    return question.meant.medium in {"call", "sms"} and any(
        len([each for each in _ma_initiated(question, debt) if 0 <= question.days_since(each.at, zone) <= 6])
        >= 2
        for debt in question.meant.accounts
        for zone in question.zones()
    )


def _ma_initiated(question: Question, debt: str) -> Iterator[Happened]:
    for each in question.with_them():
        about = each.accounts is None or debt in each.accounts
        begun = each.medium in {"call", "ringless", "sms"} and not each.theirs
        if begun and about and each.outcome not in NO_MESSAGE_POSSIBLE:
            yield each


def ma_two_in_thirty(question: Question) -> bool:
    """To another number than the home's or a personal one."""
    line = question.line()
    elsewhere = {each.number for each in question.home.lines if each.place not in {None, "home"}}
    if line is None or line.number not in elsewhere:
        return False
    return any(
        sum(
            each.line in elsewhere and 0 <= question.days_since(each.at, zone) <= 29
            for each in _ma_initiated(question, debt)
        )
        >= 2
        for debt in question.meant.accounts
        for zone in question.zones()
    )


def ma_hours(question: Question) -> bool:
    """940 CMR 7.04(1): between eight and nine, when waking hours are not known."""
    if question.meant.medium not in {"call", "sms"}:
        return False
    return not convenient(question, EIGHT, NINE, question.zones())


def _dc(question: Question) -> list[Account]:
    """(a)(1), (b)(2): consumer debts, more than thirty days past due, none secured by a mortgage."""
    return [
        account
        for account in question.accounts()
        if account.kind != "mortgage" and (account.days_past_due is None or account.days_past_due > 30)
    ]


def dc_four_in_seven(question: Question) -> bool:
    """(d)(4)(A)(i), per account."""
    wrong = wrong_lines(question)
    return is_call(question) and any(
        sum(
            0 <= question.days_since(each.at, zone) <= 6
            and (each.accounts is None or account.name in each.accounts)
            and each.outcome not in NO_MESSAGE_POSSIBLE
            and not given_back(each, wrong)
            for each in our_calls(question.with_them())
        )
        >= 4
        for account in _dc(question)
        for zone in question.zones()
    )


def dc_after_a_talk(question: Question) -> bool:
    """(d)(4)(A)(ii): for seven days after a completed call the consumer is not called back."""
    if not is_call(question) or not _dc(question):
        return False
    wrong = wrong_lines(question)
    return any(
        was_conversation(talk)
        and not given_back(talk, wrong)
        and 0 <= question.days_since(talk.at, zone) <= 7
        for talk in question.with_them()
        for zone in question.zones()
    )


def dc_hours(question: Question) -> bool:
    """(k): calls and texts, by the time in effect there."""
    if question.meant.medium not in {"call", "sms"} or not _dc(question):
        return False
    return not convenient(question, EIGHT, NINE, ("America/New_York",))


def dc_messages(question: Question) -> bool:
    """(d)(4)(B): consent first; five in seven days about an account; the notice of (m)(2)(A) before."""
    meant = question.meant
    if meant.medium not in {"sms", "email"} or not _dc(question):
        return False
    agreed = (
        agreed_to_texts(question, within_days=None) if meant.medium == "sms" else agreed_to_email(question)
    )
    if not agreed or medium_closed(question):
        return True
    if question.is_third_party and any(not _dc_noticed(question, account) for account in _dc(question)):
        return True
    return any(
        sum(
            each.medium in {"sms", "email"}
            and 0 <= question.days_since(each.at, zone) <= 6
            and (each.accounts is None or account.name in each.accounts)
            for each in question.with_them()
        )
        >= 5
        for account in _dc(question)
        for zone in question.zones()
    )


def _dc_noticed(question: Question, account: Account) -> bool:
    return any(
        each.kind == "documents"
        and each.person == question.person
        and each.account == account.name
        and each.back is None
        and all(each.day <= question.local(zone).date() for zone in question.zones())
        for each in question.home.posted
    )


def dc_opted_out(question: Question) -> bool:
    """(d)(4)(A)(iii): in writing."""
    if not is_call(question) or not _dc(question):
        return False
    said = question.told("stop_calling", "stop_medium")
    return any(
        each.written is not False and (each.what == "stop_calling" or each.medium == "call") for each in said
    )


def dc_represented(question: Question) -> bool:
    """(g)(5): any communication with the consumer."""
    return bool(_dc(question)) and any(question.told("attorney_represented"))


def dc_others(question: Question) -> bool:
    """(e): told to nobody of family or friends."""
    return any(account.tied[question.person] not in OWE for account in _dc(question))


def dc_papers(question: Question) -> bool:
    """(m)(2)(D), (m)(3): papers asked for, in any form; a written dispute may ask for them."""
    if not question.is_third_party:
        return False
    names = {account.name for account in _dc(question)}
    return any(
        each.accounts is None or names & set(each.accounts)
        for each in question.told("documents_requested", "dispute")
        if names and (each.what != "dispute" or each.written is not False)
    )


def nv_medical(question: Question) -> bool:
    """(1): written notice not less than sixty days before any action; none that came back is one."""
    return question.is_third_party and any(
        not _nv_noticed(question, account) for account in question.accounts() if account.kind == "medical"
    )


def _nv_noticed(question: Question, account: Account) -> bool:
    """Whole days: the day of posting and the day of the contact are none of the sixty."""
    return any(
        each.kind == "medical"
        and each.person == question.person
        and each.account == account.name
        and each.back is None
        and all((question.local(zone).date() - each.day).days > 60 for zone in question.zones())
        for each in question.home.posted
    )


STATES: dict[str, tuple[Rule, ...]] = {
    "WA": named(wa_three_in_a_week, wa_one_at_work, wa_two_a_day, papers_asked_for),
    "MA": named(ma_two_in_seven, ma_two_in_thirty, ma_hours),
    "DC": named(
        dc_four_in_seven,
        dc_after_a_talk,
        dc_hours,
        dc_messages,
        dc_opted_out,
        dc_represented,
        dc_others,
        dc_papers,
    ),
    "NV": named(nv_medical),
}
"""By the place of `Household.place`."""
