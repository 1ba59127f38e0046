"""Every definition of the abandonment rate as data, with one set of formulas and ledgers."""

from compliance_gate.abandonment.answered_call import AnsweredBy, AnsweredCall, Counted, counts_as
from compliance_gate.abandonment.consequences import CONSEQUENCES, Consequence, Trigger
from compliance_gate.abandonment.definition import (
    Checked,
    DatedLimit,
    Definition,
    Formula,
    LimitStanding,
    StartEvent,
    WindowKind,
)
from compliance_gate.abandonment.definitions import DEFINITIONS, declared, definition
from compliance_gate.abandonment.ledger import Ledger, Tally
from compliance_gate.abandonment.rate import Counts, Rate, Standing, count, headroom, next_may_be_lost, rate
from compliance_gate.abandonment.windows import Window, window_of

__all__ = [
    "CONSEQUENCES",
    "DEFINITIONS",
    "AnsweredBy",
    "AnsweredCall",
    "Checked",
    "Consequence",
    "Counted",
    "Counts",
    "DatedLimit",
    "Definition",
    "Formula",
    "Ledger",
    "LimitStanding",
    "Rate",
    "Standing",
    "StartEvent",
    "Tally",
    "Trigger",
    "Window",
    "WindowKind",
    "count",
    "counts_as",
    "declared",
    "definition",
    "headroom",
    "next_may_be_lost",
    "rate",
    "window_of",
]
