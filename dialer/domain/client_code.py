"""A client's own words for what came of a call: codes, each with the kind of ours that it means.

What follows from a call (requests, holds, promises, what the gate counts) follows from the kind alone, so a
code can name a kind more finely and never mean less.
"""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Most, Name, Words
from dialer.domain.disposition import MOST_OF_A_CODE, DispositionKind
from dialer.domain.transitions import Word
from dialer.domain.valid import valid

MOST_CODES = 500
MOST_CAMPAIGNS = 200


class AskedField(Word):
    """A field that an agent must fill in with a code."""

    AMOUNT = "amount"
    """What was promised or paid."""
    DATE = "date"
    """By when it is to come, or when to call back."""
    NOTE = "note"
    """In words."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ClientCode:
    """One code.

    Args:
        code: as the client writes it; `ptp` and `PTP` are one.
        kind: what it means in this house.
        words: what agents read.
        asks: fields without which it is not taken.
        campaigns: in which it is offered; () = in each of the client's.
    """

    code: Annotated[str, Words(least=1, most=MOST_OF_A_CODE)]
    kind: DispositionKind
    words: Annotated[str, Words(least=1, most=200)]
    asks: Annotated[tuple[AskedField, ...], Most(len(AskedField))] = ()
    campaigns: Annotated[tuple[Name, ...], Most(MOST_CAMPAIGNS)] = ()

    def is_in(self, campaign: str) -> bool:
        """Whether it is offered in a campaign."""
        return not self.campaigns or campaign in self.campaigns


ClientCodes = Annotated[tuple[ClientCode, ...], Most(MOST_CODES)]
