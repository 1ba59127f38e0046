"""Facts about people as rows, and the changes that such rows bring back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Row

from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    PersonFile,
    PersonRequest,
)
from compliance_gate.words import HoldKind
from dialer.domain.facts import Attestation, FactChange, LineKind, Tie
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.spoken_words import PlacedFact
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.projecting.attempt_rows import json_text

_FIELDS: Mapping[str, Callable[[bytes], object]] = {
    "entry": value_decoder(HistoryEntry),
    "request": value_decoder(PersonRequest),
    "consent": value_decoder(Consent),
    "hold": value_decoder(Hold),
    "lifted": value_decoder(HoldKind),
    "replaced": value_decoder(PersonFile),
    "placed": value_decoder(PersonFile),
    "notice": value_decoder(Notice),
    "location": value_decoder(KnownLocation),
    "limitation_ends": value_decoder(date),
    "on_line": value_decoder(HistoryEntry),
    "line_kind": value_decoder(LineKind),
    "released": value_decoder(str),
    "attested": value_decoder(Attestation),
    "joined": value_decoder(Tie),
    "parted": value_decoder(Tie),
}
"""Name of the one field of a `FactChange` that is set, and how to read it."""


def row_of(
    change: FactChange, *, sequence: int, at: float, import_id: str | None = None
) -> dict[str, object]:
    """The row of `facts` for one change."""
    kind = next(name for name in _FIELDS if getattr(change, name) is not None)
    return {
        "sequence": sequence,
        "person": change.person,
        "number": change.number,
        "debt": change.debt,
        "about": change.about,
        "kind": kind,
        "at": at,
        "body": json_text(getattr(change, kind)),
        "import_id": import_id,
        "contact": _contact(change),
    }


def row_of_placed(
    person: PersonId, kind: str, fact: PlacedFact, *, at: float, import_id: str
) -> dict[str, object]:
    """`row_of` of what a file tells of a person outside of any call: a placement has millions of them."""
    return {
        "sequence": 0,
        "person": person,
        "number": None,
        "debt": None,
        "about": None,
        "kind": kind,
        "at": at,
        "body": json_text(fact),
        "import_id": import_id,
        "contact": None,
    }


def _contact(change: FactChange) -> str | None:
    """The call or message that a request, consent or hold was made in."""
    fact = change.request or change.consent or change.hold
    return None if fact is None or fact.made_in is None else fact.made_in.contact


def _ends_by_source(row: Row[Any], hold: Hold) -> bool:
    """Whether a hold ends by its source alone, also in rows that do not say so themselves: of the manual
    ones, what a file holds, and what is on an account, which is its do-not-call entry.
    """
    return hold.kind is HoldKind.MANUAL and (row.import_id is not None or row.debt is not None)


def change_of(row: Row[Any]) -> FactChange:
    """The change that the row stands for."""
    value = cast("Any", _FIELDS[row.kind](row.body.encode()))
    if row.kind == "hold" and _ends_by_source(row, value):
        value = replace(value, ends_by_source=True)
    return FactChange(
        person=None if row.person is None else PersonId(row.person),
        number=None if row.number is None else NumberId(row.number),
        debt=None if row.debt is None else DebtId(row.debt),
        about=None if row.about is None else PersonId(row.about),
        **{row.kind: value},
    )
