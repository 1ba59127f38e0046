"""Every definition of the abandonment rate as data, with one set of formulas and ledgers."""

from compliance_gate.abandonment.answered_call import AnsweredBy, AnsweredCall, Counted, counts_as
from compliance_gate.abandonment.definition import (
    DatedLimit,
    Definition,
    Formula,
    LimitStanding,
    StartEvent,
    WindowKind,
)
from compliance_gate.abandonment.definitions import definition, definitions, house
from compliance_gate.abandonment.rate import Counts, Rate, Standing, count, headroom, next_may_be_lost, rate
from compliance_gate.abandonment.windows import Window, window_of

__all__ = [
    "AnsweredBy",
    "AnsweredCall",
    "Counted",
    "Counts",
    "DatedLimit",
    "Definition",
    "Formula",
    "LimitStanding",
    "Rate",
    "Standing",
    "StartEvent",
    "Window",
    "WindowKind",
    "count",
    "counts_as",
    "definition",
    "definitions",
    "headroom",
    "house",
    "next_may_be_lost",
    "rate",
    "window_of",
]
