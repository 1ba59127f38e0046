"""The law and the house's policy read from their text, for one contact with one of a household.

Written from the sections that are cited at each rule, without a look at how the gate or the auditor decide,
and built otherwise: every question is answered from the list of all that happened to the household. Where a
text is open the stricter reading is taken.
"""

from benchmarks.households.abroad import ABROAD
from benchmarks.households.britain import BRITAIN
from benchmarks.households.federal import FEDERAL
from benchmarks.households.further import CANADIAN_BANK, FURTHER_STATES
from benchmarks.households.happenings import Household, Meant
from benchmarks.households.house import HOUSE
from benchmarks.households.question import Question, Rule
from benchmarks.households.states import STATES

COUNTRIES: dict[str, tuple[Rule, ...]] = {
    "US": FEDERAL,
    "GB": BRITAIN,
    "CA": CANADIAN_BANK,
    **{country: ABROAD[country] for country in ("IE", "AU", "IN")},
}
PLACES: dict[str, tuple[Rule, ...]] = {**STATES, **FURTHER_STATES}


def reasons_against(home: Household, meant: Meant, *, house: bool) -> list[str]:
    """Every rule that speaks against the contact; none = it is lawful, and the house allows it.

    Args:
        house: ask the house's policy, too.
    """
    country = ABROAD[home.place] if home.place in ABROAD else COUNTRIES[home.country]
    rules = (*country, *PLACES.get(home.place, ()))
    question = Question(home, meant)
    return [name for name, speaks in (*rules, *(HOUSE if house else ())) if speaks(question)]
