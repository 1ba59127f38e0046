"""One shift's abandonment by every definition that the gate's library has, side by side.

The window is the shift itself, whatever window a definition declares; the windows of the law are kept by the
ledger (`compliance_gate.abandonment.ledger`). These readings are stricter than the declared measure in one
point: who hung up before an agent came counts as abandoned, however soon.
"""

from dataclasses import dataclass

from compliance_gate.abandonment import (
    AnsweredBy,
    AnsweredCall,
    Definition,
    Standing,
    count,
    definitions,
    rate,
)
from dialer.domain.attempt import Outcome
from dialer.domain.record import AttemptRecord, instant
from dialer.measures.abandonment import DECLARED_LIMIT_S
from dialer.measures.records import ShiftRecords

MESSAGE_AFTER_S = DECLARED_LIMIT_S
"""The telephone system plays the message at the limit; the record says only that it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateByDefinition:
    """A definition and what it says of the shift.

    Args:
        share: 0-1; None where there is nothing to divide by.
        limit: 0-1, the largest share allowed on the day of the shift; None = the definition has none.
    """

    definition: Definition
    share: float | None
    limit: float | None
    standing: Standing


def by_every_definition(records: ShiftRecords) -> tuple[RateByDefinition, ...]:
    """The shift's rate by each definition, in the library's order."""
    calls = [call for call in map(_answered, records.attempts) if call is not None]
    placed = sum(1 for attempt in records.attempts if attempt.outcome is not Outcome.NOT_ATTEMPTED)
    day = instant(records.starts_at).date()
    found: list[RateByDefinition] = []
    for definition in definitions().values():
        measured = rate(count(calls, definition, placed=placed), definition.formula)
        limit = definition.limit_on(day)
        found.append(
            RateByDefinition(
                definition=definition,
                share=measured.share,
                limit=None if limit is None else float(limit),
                standing=measured.standing(limit),
            )
        )
    return tuple(found)


def _answered(attempt: AttemptRecord) -> AnsweredCall | None:
    """The library's record of an attempt that was picked up; None when it was not, or nobody said yet by
    whom."""
    if attempt.answered_at is None:
        return None
    joined = attempt.bridged_at is not None
    if joined and attempt.disposition is None:
        return None
    if attempt.outcome is Outcome.MACHINE:
        by = AnsweredBy.MACHINE
    elif attempt.disposition is None or not joined:
        by = AnsweredBy.UNKNOWN
    else:
        by = AnsweredBy.PERSON if attempt.disposition.effect.live else AnsweredBy.MACHINE
    after = None if attempt.bridged_at is None else max(0.0, attempt.bridged_at - attempt.answered_at)
    return AnsweredCall(
        campaign=attempt.campaign,
        answered_at=instant(attempt.answered_at),
        answered_by=by,
        agent_after_s=after,
        message_after_s=MESSAGE_AFTER_S if attempt.message_played else None,
    )
