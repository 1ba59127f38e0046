"""How well the telephones of agents are heard: measured by the telephone system, decided on by nobody.

It never enters the engine or the journal; a floor shows it beside its snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from dialer.domain.ids import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSound:
    """The sound of one agent's telephone over the last seconds. None = nothing was measured.

    Args:
        measured_at: POSIX seconds.
        lost: packets of the telephone that never arrived, per packet expected, 0-1.
        lost_there: the same share of what was sent to the telephone, by its own report.
        jitter_s, jitter_there_s: as RFC 3550 6.4.1 defines it, seconds.
        round_trip_s: to the telephone and back, seconds.
        rating: of the worse way, as a mean opinion score, 1 (useless) to 4.5; see
            `telephony.softphone.rating`.
    """

    measured_at: float
    lost: float | None
    lost_there: float | None
    jitter_s: float | None
    jitter_there_s: float | None
    round_trip_s: float | None
    rating: float | None


@runtime_checkable
class HearsPhones(Protocol):
    """A telephone system that measures its agents' telephones."""

    def sound(self) -> Mapping[AgentId, AgentSound]:
        """The newest figures of every agent whose leg is up."""
        ...
