"""Rules of one place of the register, which somebody may answer for by name where they were not read.

They bind wherever the person may be and wherever the collector works, by the place's name in the register and
not by a pack.
"""

from abc import abstractmethod
from copy import copy
from typing import Self

from compliance_gate.book.holdings import NO_HOLDINGS, Holdings
from compliance_gate.book.register.signatures import Signature, Subject
from compliance_gate.rules.base import Header, Rule
from compliance_gate.words import Checked

READ = frozenset({Checked.PRIMARY, Checked.POLICY})
"""What was read in the law's own text, or is our own."""


class PlacedRule(Rule):
    """A rule of a place. Unread, it may only forbid, until a named person answers for it.

    Attributes:
        place: as the register names it (`US-WA`), or a country (`GB`) for all of it.
        signature: who answers for the reading; `None` = nobody.
    """

    subject: Subject

    def __init__(self, header: Header, *, place: str) -> None:
        super().__init__(header)
        self.place = place
        self.signature: Signature | None = None
        self.holdings: Holdings = NO_HOLDINGS

    @property
    def is_read(self) -> bool:
        """Whether the text was read, or somebody answers for it."""
        return self.header.checked in READ or self.signature is not None

    @property
    @abstractmethod
    def may_be_signed(self) -> bool:
        """Whether a signature would change anything."""

    def standing(self, signature: Signature | None, holdings: Holdings) -> Self:
        """The same rule under a signature, for collectors who hold this."""
        made = copy(self)
        made.signature, made.holdings = signature, holdings
        made.begin()
        return made

    def begin(self) -> None:
        """Forget findings of the rule that this is a copy of."""
        self._kept = {}

    def binds_at(self, names: frozenset[str]) -> bool:
        """Whether one of these places of the register is its place, or lies in it."""
        return self.place in names or any(name.partition("-")[0] == self.place for name in names)

    def _signed(self) -> tuple[tuple[str, str], ...]:
        of = self.signature
        return () if of is None else (("signed by", f"{of.signed_by} on {of.dated.isoformat()}"),)
