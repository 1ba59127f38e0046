"""Abandonment: a person picked up and nobody was there. Every definition declares its four choices.

Start event, threshold seconds, denominator, window. Here the start is always the answer, which the telephone
system reports (the end of a greeting it does not, and counting from the answer is never milder), and the
window is the stretch that is measured. The gate's library has each definition as the law words it, with the
windows of the law; these are the same counts over one shift.
"""

import math

import numpy as np

from compliance_gate.abandonment import house
from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.dialing import attempts, connected, counted, live_answers
from dialer.measures.facts import Bools, ShiftFacts

DECLARED_LIMIT_S = house().threshold_s
"""Seconds from the answer within which a person must have an agent, by the house's definition; 47 CFR
64.1200(a)(7)(i) and 16 CFR 310.4(b)(1)(iv) count from the end of the greeting, which is milder."""

LOOSE_LIMIT_S = 5.0
"""The threshold some dialers ship with (VICIDIAL's default drop timer): to compare, never controlled."""

MOST_ALLOWED = house().newest_limit
"""Share of live answers that may be abandoned by the same definition, exact."""

_LIMIT, _MOST = f"{DECLARED_LIMIT_S:g} s", f"{100 * float(MOST_ALLOWED):g} %"

FEWEST_ANSWERS_A_MINUTE = 10
"""A rate over fewer answers than this says nothing about a minute."""


def abandoned(facts: ShiftFacts) -> float:
    """Live answers without an agent within the declared limit."""
    return counted(facts.abandoned_after(DECLARED_LIMIT_S))


def _dropped(facts: ShiftFacts) -> float:
    return counted(facts.is_live & ~facts.is_joined & facts.abandoned_after(DECLARED_LIMIT_S))


def machine_share_of_drops(facts: ShiftFacts) -> float | None:
    """How many of the dropped calls were probably machines, if they are mixed like the joined ones.

    Ofcom's estimate: drops × machines ÷ (live + machines), both of the calls that agents heard.
    """
    heard_machines = counted(facts.is_machine & facts.is_joined)
    heard = connected(facts) + heard_machines
    return _dropped(facts) * heard_machines / heard if heard else None


def _ofcom_top(facts: ShiftFacts) -> float | None:
    estimate = machine_share_of_drops(facts)
    return None if estimate is None else _dropped(facts) - estimate


def _ofcom_bottom(facts: ShiftFacts) -> float | None:
    top = _ofcom_top(facts)
    return None if top is None else connected(facts) + top


def minutes_of(facts: ShiftFacts, mask: Bools) -> dict[int, int]:
    """How many of `mask` were answered in each minute since the start of the stretch."""
    chosen = facts.answered[mask]
    minutes, counts = np.unique(np.floor((chosen - facts.starts_at) / 60.0), return_counts=True)
    return {int(minute): int(count) for minute, count in zip(minutes, counts, strict=True)}


def worst_minute(facts: ShiftFacts) -> float | None:
    """Highest rate of any minute with enough live answers; None when no minute has enough."""
    lost = minutes_of(facts, facts.abandoned_after(DECLARED_LIMIT_S))
    rates = [
        lost.get(minute, 0) / answers
        for minute, answers in minutes_of(facts, facts.is_live).items()
        if answers >= FEWEST_ANSWERS_A_MINUTE
    ]
    return max(rates, default=None)


ABANDONMENT: tuple[Measure, ...] = (
    Measure(
        name="abandoned",
        title="Abandoned",
        says=f"People who picked up and had no agent within {_LIMIT}.",
        group=Group.ABANDONMENT,
        unit=Unit.COUNT,
        numerator=f"live answers without an agent within {_LIMIT} of the answer",
        top=abandoned,
        source="47 CFR 64.1200(a)(7)(i)",
    ),
    Measure(
        name="abandonment_rate",
        title=f"Abandonment rate ({_LIMIT}, live answers)",
        says="Share of the people who picked up and found nobody there. The declared definition, which the "
        "guard holds under the limit.",
        group=Group.ABANDONMENT,
        unit=Unit.SHARE,
        numerator=f"live answers without an agent within {_LIMIT} of the answer",
        denominator="live answers",
        top=abandoned,
        bottom=live_answers,
        source="47 CFR 64.1200(a)(7); 16 CFR 310.4(b)(4)(i)-(ii)",
    ),
    Measure(
        name="abandonment_headroom",
        title=f"Headroom under {_MOST}",
        says=f"How many more people could have been abandoned before {_MOST} was reached. Not a budget to spend.",
        group=Group.ABANDONMENT,
        unit=Unit.COUNT,
        numerator=f"{_MOST} of the live answers, rounded down, less the abandoned",
        top=lambda facts: math.floor(MOST_ALLOWED * int(live_answers(facts))) - abandoned(facts),
        source="47 CFR 64.1200(a)(7)",
    ),
    Measure(
        name="abandonment_rate_5_s",
        title="Abandonment rate (5 s, live answers)",
        says="The same with the looser threshold that some dialers ship with.",
        group=Group.ABANDONMENT,
        unit=Unit.SHARE,
        numerator="live answers dropped, or without an agent within 5 s of the answer",
        denominator="live answers",
        top=lambda facts: counted(facts.abandoned_after(LOOSE_LIMIT_S)),
        bottom=live_answers,
        source="VICIDIAL's adaptive engine: human drops over human answers, 5 s drop timer by default",
    ),
    Measure(
        name="abandoned_per_attempt",
        title="Abandoned of all attempts",
        says="The mildest way to count, over everything that was dialed: shown so that nobody mistakes it "
        "for the rate of the law.",
        group=Group.ABANDONMENT,
        unit=Unit.SHARE,
        numerator=f"live answers without an agent within {_LIMIT} of the answer",
        denominator="attempts",
        top=abandoned,
        bottom=attempts,
        source="VICIDIAL's outbound summary report: drops over total calls",
    ),
    Measure(
        name="abandonment_rate_machines_removed",
        title="Abandonment rate (Ofcom, machines estimated)",
        says="Some of those who found nobody were machines; this takes out as many as the calls "
        "that were heard suggest.",
        group=Group.ABANDONMENT,
        unit=Unit.SHARE,
        numerator="dropped calls less estimated machines (drops × machines heard ÷ calls heard)",
        denominator="connected, and dropped calls less estimated machines",
        top=_ofcom_top,
        bottom=_ofcom_bottom,
        source="Ofcom, persistent misuse statement, the reasoned estimate for calls without detection",
    ),
    Measure(
        name="worst_minute_abandonment",
        title="Worst minute",
        says=f"Highest abandonment rate of any minute with at least {FEWEST_ANSWERS_A_MINUTE} live answers.",
        group=Group.ABANDONMENT,
        unit=Unit.SHARE,
        numerator=f"largest of abandoned ÷ live answers, minutes with {FEWEST_ANSWERS_A_MINUTE} or more",
        top=worst_minute,
        source="Fairdial: a mean hides bursts",
    ),
    Measure(
        name="most_abandoned_in_a_minute",
        title="Most abandoned in a minute",
        says="How many people at most were abandoned within one minute.",
        group=Group.ABANDONMENT,
        unit=Unit.COUNT,
        numerator="largest count of abandoned answers in one minute",
        top=lambda facts: max(
            minutes_of(facts, facts.abandoned_after(DECLARED_LIMIT_S)).values(),
            default=0 if live_answers(facts) else None,
        ),
        source="Fairdial",
    ),
)
