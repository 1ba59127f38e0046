"""Places that are read beside the first ones: Hawaii, North Dakota, Mississippi, and Canada's federal banks.

Sources: HRS 443B-19(5); N.D.C.C. 51-28-02 and -05; Miss. Code 77-3-451 to -455; the Schedule of SOR/2021-181
with the holidays of the Interpretation Act, section 35, and of Ontario's Legislation Act, section 88.
"""

from datetime import date, time, timedelta

from benchmarks.households.happenings import Happened
from benchmarks.households.question import (
    EIGHT,
    NINE,
    OWE,
    Question,
    Rule,
    agreed_to_recordings,
    convenient,
    named,
    our_calls,
    rings_at,
)

SEVEN, NINE_IN_THE_MORNING, ONE, FIVE = time(7), time(9), time(13), time(17)
CENTRAL = ("America/Chicago",)


def hi_represented(question: Question) -> bool:
    """(5): an agency, any communication, whenever it appears; no debt and no exception is named."""
    return question.is_third_party and any(question.told("attorney_represented"))


def nd_recorded(question: Question) -> bool:
    """51-28-02: to a subscriber who consented; a creditor in its own name has a current business relationship
    with who owes it, and a collector of others has none.
    """
    return question.is_third_party and question.meant.recorded and not agreed_to_recordings(question)


def nd_hours(question: Question) -> bool:
    """51-28-05: a device that announces, not before eight or after nine where the subscriber is; excepted as
    51-28-02 excepts.
    """
    return (
        question.is_third_party
        and question.meant.recorded
        and not convenient(question, EIGHT, NINE, question.zones())
    )


def ms_agreed(question: Question) -> bool:
    """77-3-455: pursuant to a prior agreement; not of a creditor's own customers (77-3-453)."""
    return question.is_third_party and question.meant.recorded and not agreed_to_recordings(question)


def ms_hours(question: Question) -> bool:
    """77-3-453: not between nine in the evening and nine in the morning, Central time; nor of customers."""
    return (
        question.is_third_party
        and question.meant.recorded
        and not convenient(question, NINE_IN_THE_MORNING, NINE, CENTRAL)
    )


def bank_hours(question: Question) -> bool:
    """Item 5(1): Sunday one to five, other days seven to nine, no other holiday; a letter comes by day."""
    if question.meant.medium == "letter":
        return False
    return any(_is_closed(question, zone) for zone in question.zones())


def _is_closed(question: Question, zone: str) -> bool:
    day = question.local(zone).date()
    if day.weekday() == 6:
        return not convenient(question, ONE, FIVE, (zone,))
    return day in holidays_of(day.year) or not convenient(question, SEVEN, NINE, (zone,))


def holidays_of(year: int) -> frozenset[date]:
    """The holidays of a year in Ontario that are no Sundays."""
    easter = easter_of(year)
    monday_before_25_may = date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday())
    return frozenset(
        {
            date(year, 1, 1),
            nth_monday(year, 2, 3),
            easter - timedelta(days=2),
            easter + timedelta(days=1),
            monday_before_25_may,
            date(year, 7, 1),
            nth_monday(year, 9, 1),
            date(year, 9, 30),
            nth_monday(year, 10, 2),
            date(year, 11, 11),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def nth_monday(year: int, month: int, which: int) -> date:
    """The first Monday of a month, or the one that many after."""
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (which - 1))


def easter_of(year: int) -> date:
    """By the anonymous Gregorian method."""
    golden, century, of_century = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def bank_at_work(question: Question) -> bool:
    """Item 4(b): not at the place of work, unless attempts on the home telephone have failed.

    "A tenté plus d'une fois, en vain" says the French text: two at least. Item 4(a) opens it where we have
    "ni son adresse personnelle ni le numéro de téléphone de son domicile"; everybody here has an address.
    """
    if not rings_at(question, "work"):
        return False
    at_home = {
        line.number for line in question.home.lines if line.place == "home" and question.person in line.had_by
    }
    tried = [each for each in our_calls(question.with_them()) if each.line in at_home]
    return not (len(tried) >= 2 and not any(_reached(each) for each in tried))


def _reached(each: Happened) -> bool:
    """Somebody answered, or a message was left: such an attempt has not failed, and one not known may not."""
    return each.outcome in {"conversation", "voicemail_left", "abandoned", "answered_then_dropped", None}


def bank_others(question: Question) -> bool:
    """Items 2(1) and 9: family and friends are asked where the debtor is; who owes nothing does not pay."""
    return any(account.tied[question.person] not in OWE for account in question.accounts())


def bank_through_adviser(question: Question) -> bool:
    """Item 6(b): a written request to go through a legal adviser."""
    return any(
        each.written is not False and question.is_about(each.accounts)
        for each in question.told("attorney_represented")
    )


def bank_disputed(question: Question) -> bool:
    """Item 6(c): a dispute by registered mail that is to go before a body or a court; one in writing of which
    no more is known may be one.
    """
    return any(
        each.written is not False and question.is_about(each.accounts) for each in question.told("dispute")
    )


CANADIAN_BANK: tuple[Rule, ...] = named(
    bank_hours, bank_at_work, bank_others, bank_through_adviser, bank_disputed
)
FURTHER_STATES: dict[str, tuple[Rule, ...]] = {
    "HI": named(hi_represented),
    "ND": named(nd_recorded, nd_hours),
    "MS": named(ms_agreed, ms_hours),
}
"""By the place of `Household.place`."""
