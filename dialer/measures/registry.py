"""All measures in one list: what `fairdial measures` prints, the report shows and the tests walk."""

from dialer.measures.abandonment import ABANDONMENT
from dialer.measures.agents import AGENTS
from dialer.measures.collection import COLLECTION
from dialer.measures.definition import Measure, Measured
from dialer.measures.dialing import DIALING
from dialer.measures.facts import ShiftFacts, facts_of
from dialer.measures.inbound import INBOUND
from dialer.measures.inventory import LAW, THE_LIST
from dialer.measures.records import ShiftRecords

MEASURES: tuple[Measure, ...] = (
    *DIALING,
    *ABANDONMENT,
    *AGENTS,
    *INBOUND,
    *COLLECTION,
    *THE_LIST,
    *LAW,
)

_BY_NAME = {measure.name: measure for measure in MEASURES}


def measure_named(name: str) -> Measure:
    """The definition with this name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


def measure_all(facts: ShiftFacts) -> dict[str, Measured]:
    """Every measure of these facts, by name, in the order of the registry."""
    return {measure.name: Measured(measure=measure, value=measure.value(facts)) for measure in MEASURES}


def values_of(records: ShiftRecords) -> dict[str, float | None]:
    """Every measure's value, by name."""
    facts = facts_of(records)
    return {measure.name: measure.value(facts) for measure in MEASURES}
