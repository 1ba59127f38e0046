"""What a list says of whom it names."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance_gate.words import HoldKind, NumberKind, RndResult


class ListKind(StrEnum):
    """What it means to stand in a list."""

    DO_NOT_CALL = "do_not_call"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    ACTIVE_DUTY = "active_duty"
    LITIGANTS = "litigants"
    WIRELESS = "wireless"
    LANDLINE = "landline"
    REASSIGNED = "reassigned"
    """Answers of the Reassigned Numbers Database: yes, no, no data."""
    DNC_CODES = "dnc_codes"
    """Numbers with the result codes of DNC.com."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A hit.

    Args:
        kind: what the list is of.
        of_day: the day of the list, by which its age is known.
        source: the list's name and day, as it stands with what follows.
        hold: why whoever is named is left alone; None = not for this.
        line: what kind of line the number is; None = it does not say.
        is_suppressed: nobody calls the number, whoever has it or gets it.
        reassigned: answer of the Reassigned Numbers Database; None = it was not asked.
    """

    kind: ListKind
    of_day: date
    source: str
    hold: HoldKind | None = None
    line: NumberKind | None = None
    is_suppressed: bool = False
    reassigned: RndResult | None = None

    @property
    def is_clear(self) -> bool:
        """It says nothing that anything follows from."""
        return not (self.hold or self.line or self.is_suppressed or self.reassigned)
