"""Regulation F, the statute and the TCPA, from their text: who collects for another, and recorded voices."""

from datetime import datetime

from benchmarks.households.happenings import Happened
from benchmarks.households.question import (
    EIGHT,
    NINE,
    NOT_CONNECTED,
    OWE,
    Question,
    Rule,
    agreed_to_recordings,
    agreed_to_texts,
    convenient,
    given_back,
    is_call,
    is_disputed,
    is_represented,
    is_wrong_line,
    line_closed,
    medium_closed,
    named,
    our_calls,
    rings_at,
    took_back,
    was_conversation,
    wrong_lines,
    zone_rules,
)


def fdcpa_hours(question: Question) -> bool:
    """15 USC 1692c(a)(1), 12 CFR 1006.6(b)(1)(i): after 8, before 9; a letter rings no bell."""
    if not question.is_third_party or question.meant.medium == "letter":
        return False
    return not convenient(question, EIGHT, NINE, question.zones())


def seven_in_seven(question: Question) -> bool:
    """1006.14(b)(2)(i)(A): more than seven calls in seven days about a debt, the first day included."""
    if not question.is_third_party or not is_call(question):
        return False
    return any(
        not consented(question, question.meant.at, debt, zone) and _counted(question, debt, zone) >= 7
        for debt in question.meant.accounts
        for zone in question.zones()
    )


def _counted(question: Question, debt: str, zone: str) -> int:
    wrong = wrong_lines(question)
    return sum(
        0 <= question.days_since(each.at, zone) <= 6
        and (each.accounts is None or debt in each.accounts)
        and each.outcome not in NOT_CONNECTED
        and not given_back(each, wrong)
        and not consented(question, each.at, debt, zone)
        for each in our_calls(question.with_them())
    )


def consented(question: Question, at: datetime, debt: str, zone: str) -> bool:
    """1006.14(b)(3)(i): consent given to us covers its day and six more, till they are spoken to of it."""
    for each in question.home.told:
        if each.person != question.person or each.what != "consent:call" or not each.at <= at:
            continue
        if each.over_at is not None and each.over_at <= at:
            continue
        if each.accounts is not None and debt not in each.accounts:
            continue
        days = (at.astimezone(zone_rules(zone)).date() - each.at.astimezone(zone_rules(zone)).date()).days
        spoken = any(
            was_conversation(talk) and each.at < talk.at < at and _spoke_of(talk, debt)
            for talk in question.with_them()
        )
        if days <= 6 and not spoken:
            return True
    return False


def _spoke_of(talk: Happened, debt: str) -> bool:
    said = talk.spoken if talk.spoken is not None else talk.accounts
    return said is None or debt in said


def after_a_talk(question: Question) -> bool:
    """1006.14(b)(2)(i)(B), (ii): within seven days of a talk about the debt, its own day the first."""
    if not question.is_third_party or not is_call(question):
        return False
    wrong = wrong_lines(question)
    return any(
        was_conversation(talk)
        and not given_back(talk, wrong)
        and _spoke_of(talk, debt)
        and 0 <= question.days_since(talk.at, zone) <= 6
        and not consented(question, question.meant.at, debt, zone)
        for talk in question.with_them()
        for debt in question.meant.accounts
        for zone in question.zones()
    )


def written_cease(question: Question) -> bool:
    """1006.6(c): in writing, they refuse to pay or want it to cease; of a debt, from receipt."""
    return question.is_third_party and any(
        each.written is not False
        and question.is_about(each.accounts)
        and any(question.is_in_force(each, zone) for zone in question.zones())
        for each in question.told("cease_communication", "refusal_to_pay")
    )


def spoken_cease(question: Question) -> bool:
    """1006.14(h)(1): saying so closes every medium."""
    return question.is_third_party and any(
        each.written is not True for each in question.told("cease_communication")
    )


def stop_calling(question: Question) -> bool:
    """Comment 14(h)(1)-1: no telephone calls, whichever debt."""
    return question.is_third_party and is_call(question) and any(question.told("stop_calling"))


def stop_medium(question: Question) -> bool:
    """1006.14(h)(1)."""
    return question.is_third_party and medium_closed(question)


def stop_number(question: Question) -> bool:
    """1006.14(h)(1); asked on a household's line, it is asked for everybody there: a line is not a person."""
    return question.is_third_party and line_closed(question)


def wrong_number(question: Question) -> bool:
    """1006.6(d)(1), comment 14(b)(2)(i)-3."""
    return question.is_third_party and is_wrong_line(question)


def represented(question: Question) -> bool:
    """1006.6(b)(2)."""
    return question.is_third_party and is_represented(question)


def disputed(question: Question) -> bool:
    """1006.38(d): in writing, until answered."""
    return question.is_third_party and is_disputed(question)


def inconvenient_place(question: Question) -> bool:
    """1006.6(b)(1)(ii), comment 6(b)(1)-1.iii: the home's telephone, and mail to the home."""
    if not question.is_third_party or not any(question.told("inconvenient_place")):
        return False
    return question.meant.medium == "letter" or rings_at(question, "home")


def employer_prohibits(question: Question) -> bool:
    """1006.6(b)(3)."""
    return question.is_third_party and rings_at(question, "work") and any(question.told("employer_prohibits"))


def told_to_others(question: Question) -> bool:
    """1006.6(d)(1): who owes nothing hears nothing of a debt; we have no location to ask for."""
    return question.is_third_party and any(
        account.tied[question.person] not in {*OWE, "spouse"} for account in question.accounts()
    )


def text_procedure(question: Question) -> bool:
    """1006.6(d)(5)(ii): consent to use this very number for texts, within sixty days."""
    if not question.is_third_party or question.meant.medium != "sms":
        return False
    return not agreed_to_texts(question)


def bankruptcy(question: Question) -> bool:
    """11 USC 362(a)(6): any act to collect, by anybody."""
    return any(question.is_about(each.accounts) for each in question.told("hold:bankruptcy"))


def recorded_voice(question: Question) -> bool:
    """(a)(1)(ii)-(iii): to a mobile or a patient's room with consent alone; (a)(3)(iii): three in thirty days
    to a home's line, whoever was called on it; (a)(10): who has said stop hears none, and that a line is not
    theirs is taken as said to stop.
    """
    line = question.line()
    if not question.meant.recorded or line is None:
        return False
    if agreed_to_recordings(question):
        return False
    if line.is_mobile or line.place == "hospital" or is_wrong_line(question):
        return True
    if took_back(question) or line_closed(question):
        return True
    return any(
        sum(
            each.recorded and 0 <= question.days_since(each.at, zone) <= 29
            for each in our_calls(question.on_the_line())
        )
        >= 3
        for zone in question.zones()
    )


FEDERAL: tuple[Rule, ...] = named(
    fdcpa_hours,
    seven_in_seven,
    after_a_talk,
    written_cease,
    spoken_cease,
    stop_calling,
    stop_medium,
    stop_number,
    wrong_number,
    represented,
    disputed,
    inconvenient_place,
    employer_prohibits,
    told_to_others,
    text_procedure,
    bankruptcy,
    recorded_voice,
)
