"""The house's policy, by number, read from `compliance_gate/law/house/defaults.yaml`."""

from benchmarks.households.happenings import Happened
from benchmarks.households.question import (
    EIGHT,
    NINE,
    Question,
    Rule,
    asked_silence,
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
    wrong_lines,
)

MINUTES_5, HOURS_3, HOURS_72 = 300.0, 10_800.0, 259_200.0


def _house_calls(question: Question) -> list[Happened]:
    wrong = wrong_lines(question)
    return [each for each in our_calls(question.with_them()) if not given_back(each, wrong)]


def house_counts(question: Question) -> bool:
    """1, 2 and 3: seven in seven days, two a day, three hours apart; over all debts."""
    if not is_call(question):
        return False
    calls = _house_calls(question)
    for zone in question.zones():
        days = [question.days_since(each.at, zone) for each in calls]
        if sum(0 <= day <= 6 for day in days) >= 7 or days.count(0) >= 2:
            return True
    return any((question.meant.at - each.at).total_seconds() < HOURS_3 for each in calls)


def house_five_minutes(question: Question) -> bool:
    """4: never two calls to one number within five minutes, whoever has it."""
    return is_call(question) and any(
        (question.meant.at - each.at).total_seconds() < MINUTES_5
        for each in our_calls(question.on_the_line())
    )


def house_after_abandoned(question: Question) -> bool:
    """5: who was abandoned, and the line it was on, for three days with a collector held."""
    if not is_call(question) or question.meant.held:
        return False
    return any(
        each.medium == "call"
        and each.outcome in {"abandoned", None}
        and (each.person == question.person or each.line == question.meant.line)
        and (question.meant.at - each.at).total_seconds() < HOURS_72
        for each in our_calls(question.before())
    )


def house_lines_of_others(question: Question) -> bool:
    """6: a relative's line with a collector held."""
    line = question.line()
    return (
        is_call(question)
        and not question.meant.held
        and line is not None
        and line.had_by[question.person] == "relative"
    )


def house_holds(question: Question) -> bool:
    """8; a letter is not stopped."""
    kinds = ("hold:vulnerability", "hold:bankruptcy", "hold:litigation", "hold:disaster_area")
    return question.meant.medium != "letter" and any(
        question.is_about(each.accounts) for each in question.told(*kinds)
    )


def house_hours(question: Question) -> bool:
    """10."""
    return is_call(question) and not convenient(question, EIGHT, NINE, question.zones())


def house_asked(question: Question) -> bool:
    """13: what they asked for, whoever collects."""
    calls = is_call(question) and any(question.told("stop_calling"))
    place = rings_at(question, "home") and any(question.told("inconvenient_place"))
    work = rings_at(question, "work") and any(question.told("employer_prohibits"))
    closed = medium_closed(question) or line_closed(question) or is_wrong_line(question)
    asked = calls or place or work or closed or asked_silence(question)
    return asked or is_represented(question) or is_disputed(question)


HOUSE: tuple[Rule, ...] = named(
    house_counts,
    house_five_minutes,
    house_after_abandoned,
    house_lines_of_others,
    house_holds,
    house_hours,
    house_asked,
)
