"""Ireland, four provinces of Canada, Australia and India, read from what could be had of their texts.

Sources: Consumer Credit Act 1995 s. 46 and the Code of 2012; O. Reg. 74 ss. 20-22; R-2.2 ss. 3, 4 and 34
with the OPC's list of holidays; BPCPA ss. 113-117 with the regulator's hours; Alta Reg 194/99 s. 12; the
guideline of ACCC and ASIC, part 2 ss. 3-5 and 9; RBI/2022-23/108 para 2. Where copies disagree, or a week is
not defined, the stricter is taken. What was not read is taken as kept: the Irish count after the Code, what
agencies of Ontario and Alberta must keep where a creditor collects itself, that hours bind e-mail in Canada,
and what people asked for.
"""

from collections.abc import Iterable
from datetime import date, time, timedelta

from benchmarks.households.federal import consented
from benchmarks.households.further import easter_of, nth_monday
from benchmarks.households.happenings import Account, Happened, Told
from benchmarks.households.question import (
    EIGHT,
    NINE,
    OWE,
    Question,
    Rule,
    asked_silence,
    convenient,
    is_call,
    is_represented,
    is_wrong_line,
    line_closed,
    medium_closed,
    named,
    rings_at,
)

SEVEN, HALF_PAST_SEVEN, NINE_IN_THE_MORNING = time(7), time(7, 30), time(9)
ONE, FIVE, SEVEN_IN_THE_EVENING, TEN = time(13), time(17), time(19), time(22)


def _is_mail(question: Question) -> bool:
    """A letter comes by day."""
    return question.meant.medium == "letter"


def _day(question: Question, zone: str) -> date:
    return question.local(zone).date()


# --- Ireland ----------------------------------------------------------------------------------------------


def ie_hours(question: Question) -> bool:
    """s. 46(a): no telephone between nine in the evening and nine, on a Sunday or a public holiday."""
    if not is_call(question):
        return False
    return any(
        _day(question, zone).weekday() == 6
        or _day(question, zone) in _irish_holidays(_day(question, zone).year)
        or not convenient(question, NINE_IN_THE_MORNING, NINE, (zone,))
        for zone in question.zones()
    )


def _irish_holidays(year: int) -> frozenset[date]:
    first_of_february = date(year, 2, 1)
    brigid = first_of_february if first_of_february.weekday() == 4 else nth_monday(year, 2, 1)
    last_of_october = date(year, 10, 31)
    return frozenset(
        {
            date(year, 1, 1),
            brigid,
            date(year, 3, 17),
            easter_of(year) + timedelta(days=1),
            nth_monday(year, 5, 1),
            nth_monday(year, 6, 1),
            nth_monday(year, 8, 1),
            last_of_october - timedelta(days=last_of_october.weekday()),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def ie_at_work(question: Question) -> bool:
    """s. 46(a): not at the place of work."""
    return rings_at(question, "work")


def ie_family(question: Question) -> bool:
    """s. 46(b): no telephone to family who are no party."""
    return is_call(question) and _is_for_another(question)


def ie_three_a_month(question: Question) -> bool:
    """The Code, and until its successor is read: three communications that succeeded in a calendar month,
    letters too.
    """
    return not _agreed(question) and any(
        sum(
            _succeeded(each)
            and (_local(each, question, zone).year, _local(each, question, zone).month)
            == (_day(question, zone).year, _day(question, zone).month)
            for each in question.with_them()
            if not each.theirs and not _was_agreed(question, each, zone)
        )
        >= 3
        for zone in question.zones()
    )


def _local(each: Happened, question: Question, zone: str) -> date:
    return _day(question, zone) - timedelta(days=question.days_since(each.at, zone))


def _succeeded(each: Happened) -> bool:
    """Something was said, or left to be read or heard."""
    return each.medium != "call" or each.outcome in {"conversation", "voicemail_left", None}


def _agreed(question: Question) -> bool:
    """To this very call; who agreed to be called agreed to no text, e-mail or letter."""
    return is_call(question) and all(
        consented(question, question.meant.at, debt, zone)
        for debt in question.meant.accounts
        for zone in question.zones()
    )


def _was_agreed(question: Question, each: Happened, zone: str) -> bool:
    """A contact of which nobody knows what it was about was about the one debt, where there is but one."""
    owed = tuple(one.name for one in question.home.accounts if question.person in one.tied)
    about = owed if each.accounts is None and len(owed) == 1 else each.accounts
    return (
        each.medium in {"call", "ringless"}
        and about is not None
        and all(consented(question, each.at, debt, zone) for debt in about)
    )


def _is_for_another(question: Question) -> bool:
    return any(account.tied[question.person] not in OWE for account in question.accounts())


# --- Canada's provinces -----------------------------------------------------------------------------------


def _is_noticed(question: Question, account: Account, days: int) -> bool:
    """A written notice of this debt that did not come back, so many whole days ago; one that is not on file
    was sent before we were first in contact about the debt (in Ontario, with the person).
    """
    about = [
        each
        for each in question.home.posted
        if each.person == question.person and each.account == account.name
    ]
    if not about:
        return any(
            not each.theirs
            and each.medium in {"call", "sms", "email"}
            and (question.home.place == "ON" or _is_surely_of(question, account, each))
            for each in question.with_them()
        )
    return any(
        each.back is None and all((_day(question, zone) - each.day).days > days for zone in question.zones())
        for each in about
    )


def _is_surely_of(question: Question, account: Account, each: Happened) -> bool:
    owed = [one for one in question.home.accounts if question.person in one.tied]
    return len(owed) == 1 if each.accounts is None else account.name in each.accounts


def _is_without_notice(question: Question, days: int) -> bool:
    return not all(_is_noticed(question, account, days) for account in question.accounts())


def _sunday_one_to_five(question: Question, holidays: Iterable[date]) -> bool:
    """Closed: Monday to Saturday seven to nine, Sunday one to five, holidays not at all."""
    closed = set(holidays)
    return any(
        _day(question, zone) in closed
        or not (
            convenient(question, ONE, FIVE, (zone,))
            if _day(question, zone).weekday() == 6
            else convenient(question, SEVEN, NINE, (zone,))
        )
        for zone in question.zones()
    )


def _in_writing(question: Question, *what: str) -> bool:
    """Of which the form is not known may be one in writing."""
    return any(
        each.written is not False and question.is_about(each.accounts) for each in question.told(*what)
    )


def on_notice(question: Question) -> bool:
    """s. 21: a written notice, and six calendar days; a letter may be it."""
    return question.meant.medium != "letter" and _is_without_notice(question, 6)


def on_three_in_seven(question: Question) -> bool:
    """s. 22, 20: three contacts in seven days for one creditor, once spoken with; mail is none."""
    if question.meant.medium == "letter" or _agreed(question):
        return False
    creditors = {account.creditor for account in question.accounts()}
    for creditor in creditors:
        names = {account.name for account in question.home.accounts if account.creditor == creditor}
        mine = [
            each
            for each in question.with_them()
            if each.medium != "letter" and (each.accounts is None or names & set(each.accounts))
        ]
        spoken = [
            each.at for each in mine if each.medium == "call" and each.outcome in {"conversation", None}
        ]
        if not spoken:
            continue
        counted = [each for each in mine if _is_contact(each)]
        if any(
            sum(
                0 <= question.days_since(each.at, zone) <= 6 and not _was_agreed(question, each, zone)
                for each in counted
            )
            >= 3
            for zone in question.zones()
        ):
            return True
    return False


def _is_contact(each: Happened) -> bool:
    """Ours, and it reached somebody or left something: a call that nobody answered is none, nor is mail."""
    answered = each.medium == "call" and each.outcome in {"answered_then_dropped", "abandoned"}
    return not each.theirs and each.medium != "letter" and (answered or _succeeded(each))


def on_hours(question: Question) -> bool:
    """Not on a Sunday but one to five, nor on a holiday, nor before seven or after nine."""
    if _is_mail(question):
        return False
    years = {_day(question, zone).year for zone in question.zones()}
    return _sunday_one_to_five(question, (day for year in years for day in _ontario_holidays(year)))


def _ontario_holidays(year: int) -> frozenset[date]:
    return frozenset(
        {
            date(year, 1, 1),
            nth_monday(year, 2, 3),
            easter_of(year) - timedelta(days=2),
            _victoria_day(year),
            date(year, 7, 1),
            nth_monday(year, 9, 1),
            nth_monday(year, 10, 2),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def _victoria_day(year: int) -> date:
    return date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday())


def on_disputed(question: Question) -> bool:
    """s. 22(1): a verifiable notice that disputes and speaks of the court; who says that it is not theirs, or
    wants it to cease, however that was said, is kept to it, too.
    """
    said = question.told("dispute", "cease_communication", "refusal_to_pay")
    return any(question.is_about(each.accounts) and _has_come(question, each) for each in said)


def _has_come(question: Question, each: Told) -> bool:
    return any(question.is_in_force(each, zone) for zone in question.zones())


def on_adviser(question: Question) -> bool:
    """s. 22(2): a notice that names who acts for them: through these only."""
    return _in_writing(question, "attorney_represented")


def qc_adviser(question: Question) -> bool:
    """s. 3: everyone; a written word to go through a legal adviser, whichever debt it named."""
    return any(each.written is not False for each in question.told("attorney_represented"))


def qc_disputed(question: Question) -> bool:
    """s. 34(2.1): the permit holder not at all; s. 3: nobody by word of mouth."""
    return _in_writing(question, "dispute") and (question.is_third_party or is_call(question))


def qc_notice(question: Question) -> bool:
    """s. 34(1): five days after a paper notice, before a word is spoken."""
    return question.is_third_party and is_call(question) and _is_without_notice(question, 5)


def qc_hours(question: Question) -> bool:
    """s. 34(4): spoken to Monday to Saturday eight to eight; the OPC lists the holidays."""
    if not question.is_third_party or not is_call(question):
        return False
    return any(
        _day(question, zone).weekday() == 6
        or _day(question, zone) in _quebec_holidays(_day(question, zone).year)
        or not convenient(question, EIGHT, time(20), (zone,))
        for zone in question.zones()
    )


def _quebec_holidays(year: int) -> frozenset[date]:
    canada = date(year, 7, 1)
    return frozenset(
        {
            date(year, 1, 1),
            easter_of(year) - timedelta(days=2),
            easter_of(year) + timedelta(days=1),
            _victoria_day(year),
            date(year, 6, 24),
            canada if canada.weekday() != 6 else date(year, 7, 2),
            nth_monday(year, 9, 1),
            nth_monday(year, 10, 2),
            date(year, 12, 25),
        }
    )


def qc_not_the_debtor(question: Question) -> bool:
    """s. 34(2.2): who said that they are not the debtor, never again, on the line that was another's."""
    return (
        question.is_third_party
        and question.meant.line is not None
        and any(each.line == question.meant.line for each in question.told("wrong_number_learned"))
    )


def qc_at_work(question: Question) -> bool:
    """s. 4, third paragraph: not at work; that it was tried at home in vain is not used."""
    return rings_at(question, "work")


def bc_disputed(question: Question) -> bool:
    """s. 116(4): a dispute in writing that asks for the court; one in writing may be it."""
    return _in_writing(question, "dispute")


def bc_notice(question: Question) -> bool:
    """s. 115: any collector, the creditor too; five days after the notice before a word is spoken."""
    return is_call(question) and _is_without_notice(question, 5)


def bc_at_work(question: Question) -> bool:
    """s. 116(1): not at work, where there is a home address."""
    return rings_at(question, "work")


def bc_hours(question: Question) -> bool:
    """The regulator's page: seven to nine, Sunday one to five, no holidays."""
    if _is_mail(question):
        return False
    years = {_day(question, zone).year for zone in question.zones()}
    return _sunday_one_to_five(question, (day for year in years for day in _columbian_holidays(year)))


def _columbian_holidays(year: int) -> frozenset[date]:
    return frozenset(
        {
            *_ontario_holidays(year) - {date(year, 12, 26)},
            nth_monday(year, 8, 1),
            date(year, 9, 30),
            date(year, 11, 11),
        }
    )


def ab_three_in_seven(question: Question) -> bool:
    """s. 12: three contacts in seven consecutive days, that they did not agree to."""
    if question.meant.medium == "letter" or _agreed(question):
        return False
    return any(
        sum(
            _is_contact(each)
            and 0 <= question.days_since(each.at, zone) <= 6
            and not _was_agreed(question, each, zone)
            for each in question.with_them()
        )
        >= 3
        for zone in question.zones()
    )


def ab_hours(question: Question) -> bool:
    """s. 12: seven to ten, by the time of Alberta."""
    return not _is_mail(question) and not convenient(question, SEVEN, TEN, ("America/Edmonton",))


# --- Australia and India ----------------------------------------------------------------------------------


def au_hours(question: Question) -> bool:
    """s. 4: weekdays half past seven to nine, weekends nine to nine, no national holiday; at work to five. An
    e-mail rings no bell.
    """
    if question.meant.medium not in {"call", "sms"}:
        return False
    return any(not _is_australian_hour(question, zone) for zone in question.zones())


def _is_australian_hour(question: Question, zone: str) -> bool:
    day = _day(question, zone)
    if day in _australian_holidays(day.year):
        return False
    line = question.line()
    if line is not None and line.place == "work":
        return day.weekday() < 5 and convenient(question, NINE_IN_THE_MORNING, FIVE, (zone,))
    opens = HALF_PAST_SEVEN if day.weekday() < 5 else NINE_IN_THE_MORNING
    return convenient(question, opens, NINE, (zone,))


def _australian_holidays(year: int) -> frozenset[date]:
    easter = easter_of(year)
    return frozenset(
        {
            date(year, 1, 1),
            date(year, 1, 26),
            easter - timedelta(days=2),
            easter + timedelta(days=1),
            date(year, 4, 25),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def au_three_a_week(question: Question) -> bool:
    """s. 5: three contacts a week, ten a month, about an account; of a week and a month each reading."""
    return question.meant.medium != "letter" and any(
        _is_often(question, account, zone) for account in question.accounts() for zone in question.zones()
    )


def _is_often(question: Question, account: Account, zone: str) -> bool:
    today = _day(question, zone)
    days = [
        _local(each, question, zone)
        for each in question.with_them()
        if _is_contact(each) and (each.accounts is None or account.name in each.accounts)
    ]
    monday = today - timedelta(days=today.weekday())
    week = max(sum(0 <= (today - day).days <= 6 for day in days), sum(day >= monday for day in days))
    month_ago = today - timedelta(days=30)
    month = max(
        sum(day > month_ago for day in days),
        sum((day.year, day.month) == (today.year, today.month) for day in days),
    )
    return week >= 3 or month >= 10


def represented(question: Question) -> bool:
    """The guideline's s. 9, BPCPA s. 116(4): through who acts for them, however that was said."""
    return is_represented(question)


def au_silence(question: Question) -> bool:
    """s. 4: the debtor's wishes prevail, also that all contact cease."""
    return asked_silence(question)


def in_hours(question: Question) -> bool:
    """Para 2: no call before eight or after seven."""
    return is_call(question) and not convenient(question, EIGHT, SEVEN_IN_THE_EVENING, question.zones())


def in_occasions(question: Question) -> bool:
    """The draft of 2026, and 454Y(1) from 2027: not on a bereavement or a calamity."""
    return any(
        question.is_about(each.accounts) for each in question.told("hold:disaster_area", "hold:vulnerability")
    )


# --- everywhere -------------------------------------------------------------------------------------------


def others_told(question: Question) -> bool:
    """Who does not owe it is not told of it: R-2.2 s. 4, BPCPA s. 117, the guideline's s. 8, para 2."""
    return _is_for_another(question)


def asked_abroad(question: Question) -> bool:
    """What was asked for as to means, number and place; the guideline's s. 4, and kept elsewhere."""
    line = question.line()
    calls = is_call(question) and any(question.told("stop_calling"))
    at_home = question.meant.medium == "letter" or (line is not None and line.place == "home")
    place = at_home and any(question.told("inconvenient_place"))
    work = line is not None and line.place == "work" and any(question.told("employer_prohibits"))
    closed = medium_closed(question) or line_closed(question) or is_wrong_line(question)
    return calls or place or work or closed


_EVERYWHERE = named(others_told, asked_abroad)
ABROAD: dict[str, tuple[Rule, ...]] = {
    "IE": (*named(ie_hours, ie_at_work, ie_family, ie_three_a_month, represented), *_EVERYWHERE),
    "ON": (*named(on_notice, on_three_in_seven, on_hours, on_disputed, on_adviser), *_EVERYWHERE),
    "QC": (
        *named(qc_adviser, qc_disputed, qc_notice, qc_hours, qc_not_the_debtor, qc_at_work),
        *_EVERYWHERE,
    ),
    "BC": named(bc_notice, bc_at_work, bc_hours, bc_disputed, represented, others_told),
    "AB": (*named(ab_three_in_seven, ab_hours), *_EVERYWHERE),
    "AU": (*named(au_hours, au_three_a_week, represented, au_silence), *_EVERYWHERE),
    "IN": (*named(in_hours, in_occasions), *_EVERYWHERE),
}
"""By the place of `made_up.ABROAD_PLACES`."""
