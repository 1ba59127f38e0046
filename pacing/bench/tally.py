"""What a day on the cheap floor brought, by facts that a live floor could observe."""

import math
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts, and seconds that agents spent.

    live: answers in the denominator; abandoned: of these, not connected in time.
    inbound, inbound_lost: people who called us and asked for an agent; of these, who gave up.
    unavoidable: of the abandoned, those that rang when an agent left without a word; one an agent at most.
    joined: calls that got an agent, machines and people who call us among them.
    decide_s: seconds that all decisions took by the clock that the floor was given.
    """

    agents: int
    seconds: float
    launches: int = 0
    live: int = 0
    abandoned: int = 0
    unavoidable: int = 0
    talk: float = 0.0
    machine_talk: float = 0.0
    wrap: float = 0.0
    inbound: int = 0
    inbound_lost: int = 0
    inbound_talk: float = 0.0
    decides: int = 0
    decide_s: float = 0.0
    cancelled: int = 0
    joined: int = 0
    by_minute: dict[int, int] = field(default_factory=dict[int, int])
    """Abandoned by minute of the shift."""

    def abandon(self, at: float) -> None:
        """One live answer was abandoned, `at` seconds into the shift."""
        self.abandoned += 1
        minute = int(at // 60.0)
        self.by_minute[minute] = self.by_minute.get(minute, 0) + 1

    @property
    def worst_minute(self) -> int:
        """The most abandoned in one minute."""
        return max(self.by_minute.values(), default=0)

    @property
    def connected(self) -> int:
        """Live answers that were not abandoned."""
        return self.live - self.abandoned

    @property
    def wait(self) -> float:
        """Seconds that an agent waits for a call, on average; breaks among them."""
        busy = self.talk + self.machine_talk + self.inbound_talk + self.wrap
        return (self.agents * self.seconds - busy) / self.joined if self.joined else self.seconds

    @property
    def attempts_per_contact(self) -> float:
        """Launches for each person who was connected."""
        return self.launches / self.connected if self.connected else math.inf

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
