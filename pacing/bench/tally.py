"""What a day on the cheap floor brought, by facts that a live floor could observe."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts, and seconds that agents spent.

    live: answers in the denominator; abandoned: of these, not connected in time.
    inbound, inbound_lost: people who called us and asked for an agent; of these, who gave up.
    decide_s: seconds that all decisions took by the clock that the floor was given.
    """

    agents: int
    seconds: float
    launches: int = 0
    live: int = 0
    abandoned: int = 0
    talk: float = 0.0
    machine_talk: float = 0.0
    wrap: float = 0.0
    inbound: int = 0
    inbound_lost: int = 0
    inbound_talk: float = 0.0
    decides: int = 0
    decide_s: float = 0.0
    cancelled: int = 0

    @property
    def talk_minutes_per_hour(self) -> float:
        """Minutes per agent-hour with people whom we called."""
        return 60.0 * self.talk / (self.agents * self.seconds)

    @property
    def occupancy(self) -> float:
        """Share of agent time with people, machines and the work after them, 0-1."""
        busy = self.talk + self.machine_talk + self.inbound_talk + self.wrap
        return busy / (self.agents * self.seconds)

    @property
    def abandonment(self) -> float:
        """Not connected in time per live answer, 0-1."""
        return self.abandoned / self.live if self.live else 0.0
