"""Whom an event names: people, numbers, debts, and what stands for them (leads, attempts, calls).

Read off the fields' names, which mean the same in every event. For an event that could not be worked
through this says who must not be called until somebody has looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import cast

from compliance_gate.request import PersonFile
from dialer.domain.events import Event
from dialer.domain.ids import AttemptId, DebtId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead

_OF_FIELD = {
    "person": "persons",
    "number": "numbers",
    "debt": "debts",
    "debts": "debts",
    "debts_spoken_of": "debts",
    "lead": "leads",
    "attempt": "attempts",
    "live": "attempts",
    "call": "calls",
}
"""Kind of thing by the name of the field that holds its id, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Ids, each once, in the order in which the event has them."""

    persons: tuple[PersonId, ...] = ()
    numbers: tuple[NumberId, ...] = ()
    debts: tuple[DebtId, ...] = ()
    leads: tuple[LeadId, ...] = ()
    attempts: tuple[AttemptId, ...] = ()
    calls: tuple[InboundId, ...] = ()


def named_by(event: Event) -> Named:
    """Whom an event names. Of a person's file the person, of a lead whom it may reach: not all that they
    have."""
    found: dict[str, dict[str, None]] = {name: {} for name in set(_OF_FIELD.values())}
    _look(event, found)
    return Named(
        persons=tuple(map(PersonId, found["persons"])),
        numbers=tuple(map(NumberId, found["numbers"])),
        debts=tuple(map(DebtId, found["debts"])),
        leads=tuple(map(LeadId, found["leads"])),
        attempts=tuple(map(AttemptId, found["attempts"])),
        calls=tuple(map(InboundId, found["calls"])),
    )


def _look(value: object, found: dict[str, dict[str, None]]) -> None:
    if isinstance(value, PersonFile):
        _add(found["persons"], value.person)
    elif isinstance(value, Lead):
        _add(found["leads"], value.lead)
        for target in value.targets:
            _add(found["persons"], target.person)
    elif is_dataclass(value):
        for field in fields(value):
            inner = cast("object", getattr(value, field.name))
            kind = _OF_FIELD.get(field.name)
            if kind is not None and not is_dataclass(inner):
                for one in _each(inner):
                    _add(found[kind], one)
            else:
                _look(inner, found)
    elif isinstance(value, tuple):
        for inner in cast("tuple[object, ...]", value):
            _look(inner, found)


def _each(value: object) -> Iterable[object]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def _add(ids: dict[str, None], value: object) -> None:
    if isinstance(value, str) and value:
        ids.setdefault(value)
