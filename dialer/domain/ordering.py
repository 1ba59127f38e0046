"""The order in which leads come to the hopper: one declaration, compiled to Python here, to SQL by the store.

A lead is due when its `not_before` has passed. Among the due ones: promised call backs and people who must
be called with an agent reserved first, then by priority, then those tried least, then by id (so that two
machines agree).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class OrderedLead(Protocol):
    """What a row must have to be ordered."""

    @property
    def reserve_agent(self) -> bool: ...
    @property
    def priority(self) -> float: ...
    @property
    def passes(self) -> int: ...
    @property
    def lead(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One column and its direction."""

    column: str
    descending: bool = False


LEAD_ORDER: tuple[OrderTerm, ...] = (
    OrderTerm("reserve_agent", descending=True),
    OrderTerm("priority", descending=True),
    OrderTerm("passes"),
    OrderTerm("lead"),
)


def lead_order_key() -> Callable[[OrderedLead], tuple[float, float, int, str]]:
    """The Python compilation of `LEAD_ORDER`: smaller sorts first. Tested against the declaration."""

    def key(lead: OrderedLead) -> tuple[float, float, int, str]:
        return (-float(lead.reserve_agent), -lead.priority, lead.passes, lead.lead)

    return key
