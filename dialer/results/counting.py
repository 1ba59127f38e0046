"""Whether an attempt counts towards the seven in seven days, and why, in words for the export.

The gate counts for itself (`compliance_gate.rules.count`); this is the sentence about one attempt that an
auditor reads, by the plain text of Regulation F, without the consents that may take a call out of the count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance_gate.words import Outcome as GateOutcome
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import NumberId, PersonId
from dialer.domain.record import AttemptRecord

_NOT_CONNECTED = frozenset({GateOutcome.BUSY, GateOutcome.NOT_IN_SERVICE, GateOutcome.NO_CONNECTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The word (`counted`, `not_counted`, `given_back`) and the reason with its source."""

    word: str
    why: str


WrongNumbers = dict[tuple[PersonId, NumberId], float]
"""(person, number) -> POSIX seconds at which the number was last learned not to be the person's."""


def wrong_numbers(attempts: Iterable[AttemptRecord]) -> WrongNumbers:
    """What the collectors learned of wrong numbers in these attempts."""
    learned: WrongNumbers = {}
    for attempt in attempts:
        if attempt.disposition is not None and attempt.disposition.kind is DispositionKind.WRONG_NUMBER:
            at = attempt.wrapped_at or attempt.ended_at or attempt.launched_at
            key = (attempt.person, attempt.number)
            learned[key] = max(at, learned.get(key, at))
    return learned


def counted_of(attempt: AttemptRecord, learned: WrongNumbers) -> Counted:
    """How the attempt counts, as far as was known when the rows were read."""
    if attempt.outcome is Outcome.NOT_ATTEMPTED:
        return Counted(word="not_counted", why="no telephone rang: the telephone system refused the call")
    wrong_since = learned.get((attempt.person, attempt.number))
    if wrong_since is not None and attempt.launched_at <= wrong_since:
        return Counted(
            word="given_back",
            why="the number was learned not to be the person's (12 CFR 1006 Supp. I, 14(b)(2)(i)-3)",
        )
    outcome = attempt.gate_outcome()
    if outcome is not None and outcome in _NOT_CONNECTED:
        return Counted(
            word="not_counted",
            why=f"{outcome.value}: not connected to the dialed number (12 CFR 1006 Supp. I, 14(b)(3)(ii)-1)",
        )
    if outcome is GateOutcome.CONVERSATION:
        return Counted(
            word="counted",
            why="conversation: closes the debts spoken of for seven days (12 CFR 1006.14(b)(2)(i)(B))",
        )
    if outcome is None:
        return Counted(word="counted", why="outcome not known, which counts as a call placed")
    return Counted(
        word="counted",
        why=f"{outcome.value}: rang or was answered (12 CFR 1006 Supp. I, 14(b)(3)(ii)-1)",
    )
