"""What a client is told of a day, change by change, summed: attempts, requests, holds.

A call about two accounts is two rows, under each account; a figure of attempts counts it once, by its first.
"""

from dataclasses import dataclass

from dialer.domain.attempt import Outcome
from dialer.domain.disposition import EFFECTS, PROMISES
from dialer.measures.definition import Unit
from dialer.measures.summed import RowMeasure

RIGHT_PARTY = frozenset(kind.value for kind, effect in EFFECTS.items() if effect.right_party)
PROMISED = frozenset(kind.value for kind in PROMISES)
CEASES = frozenset({"cease_communication", "stop_calling", "stop_number", "stop_medium", "revoke_consent"})
DISPUTES = frozenset({"dispute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change of one account.

    Args:
        kind: attempt, promise, request or hold. code: which.
        is_first: of the rows about one change.
    """

    kind: str
    code: str
    is_first: bool
    currency: str = ""


def _attempt(row: ChangeRow) -> int:
    return int(row.kind == "attempt" and row.is_first and row.code != Outcome.NOT_ATTEMPTED.value)


ATTEMPTS_COUNTED: tuple[RowMeasure[ChangeRow], ...] = (
    RowMeasure(
        name="attempts",
        title="Attempts",
        says="Calls that were dialed about the client's accounts and are over.",
        unit=Unit.COUNT,
        numerator="attempts that were over and written down on the day, each once",
        top=_attempt,
        source="as `fairdial export results`",
    ),
    RowMeasure(
        name="right_party_contacts",
        title="Right-party contacts",
        says="Calls on which the person we wanted was spoken with, identified.",
        unit=Unit.COUNT,
        numerator="attempts whose disposition says that the right party was spoken with",
        top=lambda row: _attempt(row) * (row.code in RIGHT_PARTY),
        source="usual in the trade",
    ),
    RowMeasure(
        name="calls_with_promise",
        title="Calls with a promise",
        says="Calls that ended in a promise, a plan or a settlement.",
        unit=Unit.COUNT,
        numerator="attempts disposed of as promise to pay, plan agreed or settlement agreed",
        top=lambda row: _attempt(row) * (row.code in PROMISED),
        source="as `fairdial history` counts promises",
    ),
)

LOGGED: tuple[RowMeasure[ChangeRow], ...] = (
    RowMeasure(
        name="disputes",
        title="Disputes",
        says="Disputes of the day, each once, however many accounts they are about.",
        unit=Unit.COUNT,
        numerator="requests of the day whose code is dispute",
        top=lambda row: int(row.kind == "request" and row.is_first and row.code in DISPUTES),
        source="12 CFR 1006.38",
    ),
    RowMeasure(
        name="ceases",
        title="Cease and stop requests",
        says="Requests of the day to stop, wholly or on a number or by a means.",
        unit=Unit.COUNT,
        numerator=f"requests of the day whose code is one of {', '.join(sorted(CEASES))}",
        top=lambda row: int(row.kind == "request" and row.is_first and row.code in CEASES),
        source="12 CFR 1006.6(c), 1006.14(h)",
    ),
    RowMeasure(
        name="holds",
        title="Holds",
        says="Holds of the day: nothing is done about a person or an account for the time being.",
        unit=Unit.COUNT,
        numerator="holds placed on the day, each once",
        top=lambda row: int(row.kind == "hold" and row.is_first),
        source="Fairdial",
    ),
)

CHANGE_MEASURES = (*ATTEMPTS_COUNTED, *LOGGED)
"""Everything that is counted of changes."""
