"""What the runtime needs of a store: the ports of the domain, and a place for checkpoints."""

from typing import Protocol

from dialer.domain.ports import Journal, LeadSource


class Checkpoints(Protocol):
    """Keeps the newest checkpoints."""

    async def save(self, *, sequence: int, data: bytes) -> None:
        """Write and commit. The journal up to `sequence` is committed already.

        Raises StoreUnavailableError: nothing was written; the one before stays.
        """
        ...


class Store(Journal, LeadSource, Checkpoints, Protocol):
    """All of it; one owner at a time (the lock is the composition's business)."""
