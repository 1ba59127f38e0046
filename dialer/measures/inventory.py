"""How far the list was worked, and what the gate refused."""

from dialer.measures.definition import Group, Measure, Unit
from dialer.measures.dialing import attempts
from dialer.measures.facts import ShiftFacts


def persons_attempted(facts: ShiftFacts) -> float:
    """Different persons among the attempts."""
    return facts.persons


THE_LIST: tuple[Measure, ...] = (
    Measure(
        name="penetration",
        title="Penetration",
        says="Share of the accounts on the list that were tried at least once.",
        group=Group.LIST,
        unit=Unit.SHARE,
        numerator="leads with at least one attempt",
        denominator="leads loaded",
        top=lambda facts: facts.leads,
        bottom=lambda facts: facts.leads_loaded,
        source="PureConnect: unique records attempted ÷ records; at most 100 %",
    ),
    Measure(
        name="number_penetration",
        title="Number penetration",
        says="Share of the telephone numbers on the list that were tried at least once.",
        group=Group.LIST,
        unit=Unit.SHARE,
        numerator="numbers with at least one attempt",
        denominator="numbers loaded",
        top=lambda facts: facts.numbers,
        bottom=lambda facts: facts.numbers_loaded,
        source="PureConnect: unique phones attempted ÷ phones",
    ),
    Measure(
        name="saturation",
        title="Saturation",
        says="Attempts per account on the list; 2 means every account was tried twice on average.",
        group=Group.LIST,
        unit=Unit.RATIO,
        numerator="attempts",
        denominator="leads loaded",
        top=attempts,
        bottom=lambda facts: facts.leads_loaded,
        source="PureConnect: 500 % is five tries each",
    ),
    Measure(
        name="persons_attempted",
        title="Persons tried",
        says="How many different people were called.",
        group=Group.LIST,
        unit=Unit.COUNT,
        numerator="different persons among the attempts",
        top=persons_attempted,
        source="Fairdial",
    ),
    Measure(
        name="most_attempts_on_a_person",
        title="Most attempts on one person",
        says="The heaviest hand: how often the person called most was called in this stretch.",
        group=Group.LIST,
        unit=Unit.COUNT,
        numerator="largest number of attempts on one person",
        top=lambda facts: facts.most_attempts_on_a_person if facts.persons else None,
        source="12 CFR 1006.14(b)(2) bounds attempts per person and debt; intensity, usual in the trade",
    ),
)

LAW: tuple[Measure, ...] = (
    Measure(
        name="denied",
        title="Calls not placed",
        says="How often the gate said no to a call that pacing wanted, each time for new reasons.",
        group=Group.LAW,
        unit=Unit.COUNT,
        numerator="stored denials: a lead's denial is stored when its reasons change",
        top=lambda facts: facts.denied,
        source="Fairdial",
    ),
)
