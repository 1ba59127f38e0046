"""What was dialed and what picked up."""

from collections.abc import Callable

import numpy as np

from dialer.domain.attempt import Outcome
from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.facts import Bools, ShiftFacts


def counted(mask: Bools) -> float:
    """How many are set."""
    return int(np.count_nonzero(mask))


def attempts(facts: ShiftFacts) -> float:
    """Attempts launched, those the telephone system refused without a channel left out."""
    return facts.launched.size - facts.outcomes.get(Outcome.NOT_ATTEMPTED, 0)


def live_answers(facts: ShiftFacts) -> float:
    """Answers that count as a person's."""
    return counted(facts.is_live)


def connected(facts: ShiftFacts) -> float:
    """Live answers that got an agent."""
    return counted(facts.is_live & facts.is_joined)


def machines(facts: ShiftFacts) -> float:
    """Answers by a machine, as detection or the collector said."""
    return counted(facts.is_machine)


def agent_hours(facts: ShiftFacts) -> float | None:
    """Hours agents were logged in; None where nobody was."""
    return facts.agent_hours or None


def _came(outcome: Outcome) -> Callable[[ShiftFacts], float]:
    def count(facts: ShiftFacts) -> float:
        return facts.outcomes.get(outcome, 0)

    return count


def _share(outcome: Outcome, title: str, says: str) -> Measure:
    return Measure(
        name=f"{outcome.value}_per_attempt",
        title=title,
        says=says,
        group=Group.DIALING,
        unit=Unit.SHARE,
        numerator=f"attempts with the outcome {outcome.value}",
        denominator="attempts",
        top=_came(outcome),
        bottom=attempts,
        source="VICIDIAL's reports count 'no answer percent' over total calls; the others likewise",
    )


DIALING: tuple[Measure, ...] = (
    Measure(
        name="attempts",
        title="Attempts",
        says="How many times a telephone number was dialed.",
        group=Group.DIALING,
        unit=Unit.COUNT,
        numerator="attempts handed to the telephone system and not refused without a channel",
        top=attempts,
        source="an attempt without a known outcome counts as placed",
    ),
    Measure(
        name="live_answers",
        title="Live answers",
        says="How many of them a person picked up.",
        group=Group.DIALING,
        unit=Unit.COUNT,
        numerator="answers joined to an agent whose disposition names a person, and answers that were never "
        "joined and that detection did not call a machine",
        top=live_answers,
        source="16 CFR 310.4(b)(4) and 47 CFR 64.1200(a)(7): calls answered live by a person; what nobody "
        "heard may have been a person",
    ),
    Measure(
        name="connected",
        title="Connected",
        says="Live answers that reached one of our agents.",
        group=Group.DIALING,
        unit=Unit.COUNT,
        numerator="live answers joined to an agent",
        top=connected,
        source="Fairdial; not the 'connected' of 12 CFR 1006 Supp. I 14(b)(3)(ii)-1, which also covers "
        "ringing without an answer",
    ),
    Measure(
        name="machines",
        title="Machines",
        says="Answering machines and voicemail boxes that picked up.",
        group=Group.DIALING,
        unit=Unit.COUNT,
        numerator="answers that detection or the collector called a machine",
        top=machines,
        source="Fairdial",
    ),
    Measure(
        name="answers_per_attempt",
        title="Answer rate",
        says="Share of attempts that anything picked up: person, machine, assistant.",
        group=Group.DIALING,
        unit=Unit.SHARE,
        numerator="answers of any kind",
        denominator="attempts",
        top=lambda facts: counted(facts.is_answered),
        bottom=attempts,
        source="telecommunications' answer-seizure ratio",
    ),
    Measure(
        name="live_answers_per_attempt",
        title="Live answer rate",
        says="Share of attempts that a person picked up.",
        group=Group.DIALING,
        unit=Unit.SHARE,
        numerator="live answers",
        denominator="attempts",
        top=live_answers,
        bottom=attempts,
        source="usual in the trade",
    ),
    Measure(
        name="machines_per_answer",
        title="Machine share",
        says="Of everything that picked up and was told apart, the share that was a machine.",
        group=Group.DIALING,
        unit=Unit.SHARE,
        numerator="machines",
        denominator="machines and live answers",
        top=machines,
        bottom=lambda facts: machines(facts) + live_answers(facts),
        source="usual in the trade",
    ),
    _share(Outcome.NO_ANSWER, "No answer", "Share of attempts that rang out."),
    _share(Outcome.BUSY, "Busy", "Share of attempts that met an engaged line."),
    _share(Outcome.INVALID_NUMBER, "Not in service", "Share of attempts on numbers that are no more."),
    Measure(
        name="attempts_per_agent_hour",
        title="Dials per agent-hour",
        says="Attempts for each hour an agent was logged in.",
        group=Group.DIALING,
        unit=Unit.PER_HOUR,
        numerator="attempts",
        denominator="agent hours logged in, breaks included",
        top=attempts,
        bottom=agent_hours,
        source="usual in the trade; the denominator is named because it differs between vendors",
    ),
)
