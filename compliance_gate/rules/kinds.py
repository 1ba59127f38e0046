"""The kinds of rule that law files may name."""

from collections.abc import Callable, Mapping
from functools import partial

from compliance_gate.abandonment.definition import Definition
from compliance_gate.book.reader import Reader
from compliance_gate.rules.asked_times import read_asked_times
from compliance_gate.rules.base import Header, Rule
from compliance_gate.rules.call_handling import read_call_handling
from compliance_gate.rules.call_recording import read_call_recording
from compliance_gate.rules.count import read_count
from compliance_gate.rules.disclosure import read_disclosure
from compliance_gate.rules.do_not_call import read_do_not_call
from compliance_gate.rules.employer_email import read_employer_email
from compliance_gate.rules.hold import read_hold
from compliance_gate.rules.holiday import read_holiday
from compliance_gate.rules.licence import read_licence
from compliance_gate.rules.limitation import read_limitation
from compliance_gate.rules.needs_consent import read_needs_consent
from compliance_gate.rules.notice import read_notice
from compliance_gate.rules.number_role import read_number_role
from compliance_gate.rules.pause import read_pause
from compliance_gate.rules.recorded_voice import read_recorded_voice
from compliance_gate.rules.role_closed import read_role_closed
from compliance_gate.rules.suppression import read_suppression
from compliance_gate.rules.text_procedure import read_text_procedure
from compliance_gate.rules.third_party import read_third_party
from compliance_gate.rules.window import read_window

ReadRule = Callable[[Header, Reader], Rule]

_KINDS: Mapping[str, ReadRule] = {
    "asked_times": read_asked_times,
    "call_recording": read_call_recording,
    "count": read_count,
    "disclosure": read_disclosure,
    "do_not_call": read_do_not_call,
    "employer_email": read_employer_email,
    "hold": read_hold,
    "holiday": read_holiday,
    "limitation": read_limitation,
    "licence": read_licence,
    "needs_consent": read_needs_consent,
    "notice": read_notice,
    "number_role": read_number_role,
    "pause": read_pause,
    "recorded_voice": read_recorded_voice,
    "role_closed": read_role_closed,
    "suppression": read_suppression,
    "text_procedure": read_text_procedure,
    "third_party": read_third_party,
    "window": read_window,
}


def kinds_with(definitions: Mapping[str, Definition]) -> Mapping[str, ReadRule]:
    """Every kind by its name; rules of call handling may name these definitions of abandonment."""
    return {**_KINDS, "call_handling": partial(read_call_handling, definitions=definitions)}
