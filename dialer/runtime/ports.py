"""What the runtime needs of a store: the ports of the domain, and a place for checkpoints."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from dialer.domain.ids import NumberId
from dialer.domain.ports import Journal, LeadSource


class Checkpoints(Protocol):
    """Keeps the newest checkpoints."""

    async def save(self, *, sequence: int, data: bytes) -> None:
        """Write and commit. The journal up to `sequence` is committed already.

        Raises StoreUnavailableError: nothing was written; the one before stays.
        """
        ...


class Numbers(Protocol):
    """The numbers behind ids, some at a time."""

    async def dial_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        """E.164 numbers by id; an id that is not in the answer is gone (erased): do not dial.

        Raises StoreUnavailableError.
        """
        ...


class Store(Journal, LeadSource, Checkpoints, Numbers, Protocol):
    """All of it; one owner at a time (the lock is the composition's business)."""
