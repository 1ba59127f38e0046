"""May this contact be made now, and if not, when? Facts go in, findings come out.

What is named here is the public surface, with the words of `compliance_gate.words`; everything else may
change. `README.md` has an example that runs.

The gate and its law are loaded when they are first asked for: with the reader of YAML and the calendars of
holidays they take five times as long as the facts and words, which many need alone (a placement that is
imported, a telephone network's process, the tables of `whereabouts`).
"""

from importlib import import_module
from typing import TYPE_CHECKING

from compliance_gate.call_handling import CallHandling
from compliance_gate.findings import (
    Clearance,
    ClearanceLedger,
    ClearanceRefusedError,
    Finding,
    GateDecision,
    Layer,
    Recording,
    Verdict,
)
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    Hold,
    KnownLocation,
    MadeIn,
    NumberOnFile,
    PersonFile,
    PersonRequest,
    ProposedContact,
    TimeBlock,
)

if TYPE_CHECKING:
    from compliance_gate.asking.gate import ComplianceGate
    from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
    from compliance_gate.book.reader import LawError
    from compliance_gate.book.rulebook import Rulebook, load_rulebook
    from compliance_gate.book.shipped import rulebook_with, sample_rulebook, standard_rulebook
    from compliance_gate.told.explain import explain

_LOADED_LATER = {
    "ComplianceGate": "asking.gate",
    "ContactRequest": "asking.person_index",
    "LawError": "book.reader",
    "PreparedPerson": "asking.person_index",
    "Rulebook": "book.rulebook",
    "explain": "told.explain",
    "load_rulebook": "book.rulebook",
    "rulebook_with": "book.shipped",
    "sample_rulebook": "book.shipped",
    "standard_rulebook": "book.shipped",
}

__all__ = [
    "Address",
    "CallHandling",
    "Clearance",
    "ClearanceLedger",
    "ClearanceRefusedError",
    "ComplianceGate",
    "Consent",
    "ContactRequest",
    "Debt",
    "Finding",
    "GateDecision",
    "HistoryEntry",
    "Hold",
    "KnownLocation",
    "LawError",
    "Layer",
    "MadeIn",
    "NumberOnFile",
    "PersonFile",
    "PersonRequest",
    "PreparedPerson",
    "ProposedContact",
    "Recording",
    "Rulebook",
    "TimeBlock",
    "Verdict",
    "explain",
    "load_rulebook",
    "rulebook_with",
    "sample_rulebook",
    "standard_rulebook",
]


def __getattr__(name: str) -> object:
    """What is loaded when it is first asked for."""
    if name not in _LOADED_LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LOADED_LATER[name]}"), name)
