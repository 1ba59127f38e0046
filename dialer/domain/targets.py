"""Whom a lead may reach and on which number, as a person's file tells: one rule, live and rehearsed.

Numbers found wrong or dead are left out by what the file holds, and each of the others has the segment by
which its answers are learned. Stores ask at every claim, so both move with the file and need not be kept.
"""

from collections.abc import Mapping
from functools import lru_cache

from compliance_gate.request import HistoryEntry, PersonFile, PersonRequest
from compliance_gate.words import NumberKind, NumberRole, Outcome, RequestKind
from dialer.domain.ids import NumberId, PersonId
from dialer.domain.lead import Target

TARGET_NUMBERS = frozenset({NumberRole.OWN, NumberRole.SHARED})
"""Work, relatives' and references' numbers are never dialed predictively; nor what nobody has verified."""

WITHOUT_NUMBER_REST_S = 24 * 3600.0
"""A lead whose people have no number left is looked at again after this, or when a placement brings one."""

_BANDS = ((2, "0-2"), (6, "3-6"), (20, "7-20"))
_BEYOND = "21+"
"""How often a number was tried within the history of the file (a hundred days in the store): the most tries
of each band and its word."""


_NO_TRIES: Mapping[str, int] = {}
_NONE: frozenset[str] = frozenset()


def targets_of(file: PersonFile) -> tuple[Target, ...]:
    """The person's own numbers that are not known to be wrong or dead, in the creditor's order."""
    tries, gone = _tried(file.history) if file.history else (_NO_TRIES, _NONE)
    if file.requests:
        gone = gone | _wrong(file.requests)
    person = PersonId(file.person)
    return tuple(
        [
            Target(
                person=person,
                number=NumberId(number.number),
                answer_segment=answer_segment(number.kind, number.role, tries.get(number.number, 0)),
            )
            for number in file.numbers
            if number.role in TARGET_NUMBERS and number.number not in gone
        ]
    )


@lru_cache(maxsize=4096)
def answer_segment(kind: NumberKind, role: NumberRole, tries: int) -> str:
    """Key under which a number's answers are learned, e.g. 'mobile/own/0-2'; never a name or number.

    Args:
        tries: how often the number was called within the history of the file.
    """
    word = next((word for most, word in _BANDS if tries <= most), _BEYOND)
    return f"{kind.value}/{role.value}/{word}"


def _tried(history: tuple[HistoryEntry, ...]) -> tuple[Mapping[str, int], frozenset[str]]:
    """How often each number was tried, and those whose last call found them not in service."""
    tries: dict[str, int] = {}
    dead: dict[str, None] = {}
    for entry in history:
        number = entry.number
        if number is None:
            continue
        tries[number] = tries.get(number, 0) + 1
        if entry.outcome is Outcome.NOT_IN_SERVICE:
            dead[number] = None
        elif dead:
            dead.pop(number, None)
    return tries, frozenset(dead) if dead else _NONE


def _wrong(requests: tuple[PersonRequest, ...]) -> frozenset[str]:
    """Numbers on which somebody else said that they are not this person's."""
    return frozenset(
        request.number
        for request in requests
        if request.type is RequestKind.WRONG_NUMBER_LEARNED
        and request.withdrawn_at is None
        and request.number is not None
    )
