"""Great Britain: the FCA's Consumer Credit sourcebook and Ofcom's policies, read from their text."""

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
    our_calls,
)

HOURS_24, HOURS_72 = 86_400.0, 259_200.0


def gb_reasonable_times(question: Question) -> bool:
    """CONC 7.9.4R names no hours; the house reads eight to nine, the instants closed as everywhere."""
    if question.meant.medium == "letter":
        return False
    return not convenient(question, EIGHT, NINE, question.zones())


def gb_asked(question: Question) -> bool:
    """CONC 7.9.4R: reasonable requests as to when, where and how; 7.14.1R, a dispute however it was made."""
    calls = is_call(question) and any(question.told("stop_calling"))
    line = question.line()
    place = question.meant.medium == "letter" or (line is not None and line.place == "home")
    place = place and any(question.told("inconvenient_place"))
    work = line is not None and line.place == "work" and any(question.told("employer_prohibits"))
    closed = medium_closed(question) or line_closed(question) or is_wrong_line(question)
    disputes = any(question.is_about(each.accounts) for each in question.told("dispute"))
    return calls or place or work or closed or is_represented(question) or disputes or asked_silence(question)


def gb_others(question: Question) -> bool:
    """CONC 7.9.4R: no third party becomes aware of the debt."""
    return any(account.tied[question.person] not in OWE for account in question.accounts())


def gb_suspended(question: Question) -> bool:
    """CONC 7.10, and bankruptcy."""
    holds = question.told("hold:vulnerability", "hold:bankruptcy")
    return any(question.is_about(each.accounts) for each in holds)


def ofcom_72(question: Question) -> bool:
    """2016 statement: no dialler call to the number for 72 hours after an abandoned one, save with an
    operator.
    """
    return _rests(question, "abandoned", HOURS_72)


def ofcom_24(question: Question) -> bool:
    """2010 statement: nor for 24 hours after a machine was detected."""
    return _rests(question, "amd_machine", HOURS_24)


def _rests(question: Question, outcome: str, seconds: float) -> bool:
    if not is_call(question) or question.meant.held:
        return False
    return any(
        each.outcome in {outcome, None}
        and each.medium == "call"
        and (question.meant.at - each.at).total_seconds() < seconds
        for each in our_calls(question.on_the_line())
    )


BRITAIN: tuple[Rule, ...] = named(gb_reasonable_times, gb_asked, gb_others, gb_suspended, ofcom_72, ofcom_24)
